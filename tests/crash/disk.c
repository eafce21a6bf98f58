/* The disk: its one folder, its power, its failures. */
#include "disk.h"
#include "disk_inside.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRIES = 8 };

static struct {
	disk_entry entries[ENTRIES];
	uint64_t random;
	uint64_t n_changes;
	uint64_t cut_in;         /* changes until the power goes, 0: never */
	uint64_t cut_in_waiting; /* becomes cut_in with the next write to a database */
	int is_cut;
	int is_synchronous_ignored;
	disk_method failing;
	uint64_t fail_in; /* calls of `failing` until one fails, 0: never */
	int is_for_ever;
	int has_failed;
} disk;

void disk_start(uint64_t seed)
{
	memset(&disk, 0, sizeof(disk));
	disk.random = seed * 2654435769u + 1;
	disk_vfs_register();
}

void disk_stop(void)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		disk_inode_unref(disk.entries[i].now);
		disk_inode_unref(disk.entries[i].durable);
	}
	disk_vfs_unregister();
	memset(&disk, 0, sizeof(disk));
}

/* A store's thread is at the disk while the test sets what shall happen to it. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int take(int value)
{
	pthread_mutex_unlock(&mutex);
	return value;
}

uint64_t disk_random(uint64_t n)
{
	pthread_mutex_lock(&mutex);
	disk.random ^= disk.random << 13;
	disk.random ^= disk.random >> 7;
	disk.random ^= disk.random << 17;
	uint64_t number = disk.random % n;
	pthread_mutex_unlock(&mutex);
	return number;
}

void disk_ignore_synchronous(void)
{
	disk.is_synchronous_ignored = 1;
}

int disk_is_synchronous_ignored(void)
{
	return disk.is_synchronous_ignored;
}

/* Power */

void disk_cut_at(uint64_t n)
{
	pthread_mutex_lock(&mutex);
	disk.cut_in = n;
	disk.cut_in_waiting = 0;
	pthread_mutex_unlock(&mutex);
}

void disk_cut_in_checkpoint(uint64_t n)
{
	pthread_mutex_lock(&mutex);
	disk.cut_in = 0;
	disk.cut_in_waiting = n;
	pthread_mutex_unlock(&mutex);
}

int disk_is_cut(void)
{
	pthread_mutex_lock(&mutex);
	return take(disk.is_cut);
}

uint64_t disk_changes(void)
{
	return disk.n_changes;
}

int disk_change_cuts(int is_database)
{
	pthread_mutex_lock(&mutex);
	disk.n_changes++;
	if (is_database && disk.cut_in_waiting) {
		disk.cut_in = disk.cut_in_waiting;
		disk.cut_in_waiting = 0;
	}
	if (disk.cut_in > 0 && --disk.cut_in == 0)
		disk.is_cut = 1;
	return take(disk.is_cut);
}

/* Which of two directory entries is there after a power cut. */
static disk_inode *surviving(const disk_entry *entry, disk_loss loss)
{
	if (loss == DISK_KEEPS_ALL)
		return entry->now;
	if (loss == DISK_KEEPS_NONE)
		return entry->durable;
	return disk_random(2) ? entry->now : entry->durable;
}

void disk_power_on(disk_loss loss)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		disk_entry *entry = &disk.entries[i];
		disk_inode *inode = surviving(entry, loss);
		if (inode) {
			disk_inode_lose(inode, loss);
			inode->n_references += 2;
		}
		disk_inode_unref(entry->now);
		disk_inode_unref(entry->durable);
		entry->now = entry->durable = inode;
		if (!inode)
			*entry->name = '\0';
	}
	disk_vfs_drop_shared();
	disk.cut_in = disk.cut_in_waiting = 0;
	disk.is_cut = 0;
}

void disk_process_killed(void)
{
	disk_vfs_drop_shared();
	disk.cut_in = disk.cut_in_waiting = 0;
	disk.is_cut = 0;
}

/* Failures */

void disk_fail_at(disk_method method, uint64_t n, int is_for_ever)
{
	disk.failing = method;
	disk.fail_in = n;
	disk.is_for_ever = is_for_ever;
	disk.has_failed = 0;
}

int disk_has_failed(void)
{
	return disk.has_failed;
}

int disk_call_fails(disk_method method)
{
	pthread_mutex_lock(&mutex);
	if (disk.is_cut)
		return take(1);
	if (method != disk.failing || disk.fail_in == 0)
		return take(0);
	if (disk.fail_in > 1) {
		disk.fail_in--;
		return take(0);
	}
	if (!disk.is_for_ever)
		disk.fail_in = 0;
	disk.has_failed = 1;
	return take(1);
}

/* The folder */

disk_entry *disk_find(const char *name)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		if (disk.entries[i].now && strcmp(disk.entries[i].name, name) == 0)
			return &disk.entries[i];
	}
	return NULL;
}

disk_entry *disk_make(const char *name)
{
	disk_entry *entry = NULL;
	for (size_t i = 0; i < ENTRIES && !entry; i++) {
		if (strcmp(disk.entries[i].name, name) == 0)
			entry = &disk.entries[i];
	}
	for (size_t i = 0; i < ENTRIES && !entry; i++) {
		if (!*disk.entries[i].name)
			entry = &disk.entries[i];
	}
	if (!entry || strlen(name) >= sizeof(entry->name))
		abort();
	strcpy(entry->name, name);
	entry->now = disk_inode_new();
	return entry;
}

void disk_remove(disk_entry *entry)
{
	disk_inode_unref(entry->now);
	entry->now = NULL;
}

void disk_sync_folder(void)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		disk_entry *entry = &disk.entries[i];
		if (entry->now == entry->durable)
			continue;
		disk_inode_unref(entry->durable);
		entry->durable = entry->now ? disk_inode_ref(entry->now) : NULL;
		if (!entry->now)
			*entry->name = '\0';
	}
}
