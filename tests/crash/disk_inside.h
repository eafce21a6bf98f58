/* What the disk's files share. */
#ifndef KORCH_TESTS_CRASH_DISK_INSIDE_H
#define KORCH_TESTS_CRASH_DISK_INSIDE_H

#include "disk.h"

typedef struct disk_bytes {
	unsigned char *data;
	size_t n;
	size_t cap;
} disk_bytes;

/* A change of a file that was not synced yet. */
typedef struct disk_change {
	size_t offset; /* of a truncation: the new size */
	size_t n;
	unsigned char *data; /* NULL: a truncation */
} disk_change;

typedef struct disk_inode {
	int n_references; /* of entries and handles */
	disk_bytes now;
	disk_bytes durable;
	disk_change *changes;
	size_t n_changes;
	size_t cap_changes;
} disk_inode;

typedef struct disk_entry {
	char name[256]; /* "" is free */
	disk_inode *now;
	disk_inode *durable;
} disk_entry;

/* Counts a call; 1: it has to fail. */
int disk_call_fails(disk_method method);
/* Counts a change; 1: the power is gone with it. is_database: of a write to one. */
int disk_change_cuts(int is_database);
int disk_is_synchronous_ignored(void);

disk_entry *disk_find(const char *name);
disk_entry *disk_make(const char *name);
void disk_remove(disk_entry *entry);
void disk_sync_folder(void);

disk_inode *disk_inode_new(void);
disk_inode *disk_inode_ref(disk_inode *inode);
void disk_inode_unref(disk_inode *inode);
/* Bytes behind the end are zeros; how many there were. */
size_t disk_inode_read(const disk_inode *inode, void *out, size_t n, size_t offset);
void disk_inode_write(disk_inode *inode, const void *data, size_t n, size_t offset);
void disk_inode_truncate(disk_inode *inode, size_t size);
void disk_inode_sync(disk_inode *inode);
void disk_inode_lose(disk_inode *inode, disk_loss loss);

/* disk_vfs.c */
void disk_vfs_register(void);
void disk_vfs_unregister(void);
void disk_vfs_drop_shared(void);

#endif
