/*
 * A disk in memory, under SQLite by a VFS of its own: what was written is durable once its file was
 * synced, and a directory's entries once that was. Its power can be cut at any change, and any call
 * on it can fail. One disk in a process.
 */
#ifndef KORCH_TESTS_CRASH_DISK_H
#define KORCH_TESTS_CRASH_DISK_H

#include <stddef.h>
#include <stdint.h>

/* Calls that can be let fail. */
typedef enum disk_method {
	DISK_OPEN,
	DISK_READ,
	DISK_WRITE,
	DISK_TRUNCATE,
	DISK_SYNC,
	DISK_DELETE,
	DISK_ACCESS,
	DISK_SIZE,
	DISK_LOCK,
	DISK_SHM_MAP,
	DISK_SHM_LOCK,
	DISK_METHODS,
} disk_method;

/* What a power cut leaves of what was not synced. */
typedef enum disk_loss {
	DISK_KEEPS_ALL,
	DISK_KEEPS_NONE,
	DISK_KEEPS_SOME, /* some sectors of some writes, in any order */
} disk_loss;

/* Name of the VFS. */
extern const char *const disk_name;

/* An empty disk; the VFS is registered. */
void disk_start(uint64_t seed);
void disk_stop(void);

/* Pragmas of `synchronous` are not followed, and it is OFF: what must lose writes. */
void disk_ignore_synchronous(void);

/* Lets the power go at the n-th change (write, truncation, sync, creation, deletion) from now on,
 * in the middle of it; 0: never. */
void disk_cut_at(uint64_t n);
/* The same, but counted from the next write to a database, which a checkpoint does. */
void disk_cut_in_checkpoint(uint64_t n);
int disk_is_cut(void);
/* Changes since disk_start(). */
uint64_t disk_changes(void);
/* Power is back: what was not synced is there as `loss` says. All files must be closed. */
void disk_power_on(disk_loss loss);
/* It was not the power, but the process: all that was written is there, synced or not. */
void disk_process_killed(void);

/* Lets the n-th call of a method fail from now on, and those behind it, too, when it is for ever;
 * n = 0: none. */
void disk_fail_at(disk_method method, uint64_t n, int is_for_ever);
/* 1: a call has failed since disk_fail_at(). */
int disk_has_failed(void);

/* A number below `n`, of the disk's seed. */
uint64_t disk_random(uint64_t n);

#endif
