/* The disk as SQLite sees it. One connection at a time: locks are always got. */
#include "disk_inside.h"
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 4096, SHARED_MAX = 64 };

const char *const disk_name = "korch-disk";

typedef struct disk_handle {
	sqlite3_file base;
	disk_inode *inode;
	int flags;
	int is_new; /* the folder is synced with the file, as SQLite's own VFS does for journals */
} disk_handle;

static void *shared[SHARED_MAX]; /* the WAL's index: memory, gone with the power */

void disk_vfs_drop_shared(void)
{
	for (size_t i = 0; i < SHARED_MAX; i++) {
		free(shared[i]);
		shared[i] = NULL;
	}
}

static int file_close(sqlite3_file *file)
{
	disk_inode_unref(((disk_handle *)file)->inode);
	return SQLITE_OK;
}

static int file_read(sqlite3_file *file, void *out, int n, sqlite3_int64 offset)
{
	if (disk_call_fails(DISK_READ))
		return SQLITE_IOERR_READ;
	size_t there = disk_inode_read(((disk_handle *)file)->inode, out, (size_t)n, (size_t)offset);
	return there == (size_t)n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *file, const void *data, int n, sqlite3_int64 offset)
{
	disk_handle *handle = (disk_handle *)file;
	if (disk_call_fails(DISK_WRITE))
		return disk_random(2) ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	disk_inode_write(handle->inode, data, (size_t)n, (size_t)offset);
	int is_database = (handle->flags & SQLITE_OPEN_MAIN_DB) != 0;
	return disk_change_cuts(is_database) ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (disk_call_fails(DISK_TRUNCATE))
		return SQLITE_IOERR_TRUNCATE;
	disk_inode_truncate(((disk_handle *)file)->inode, (size_t)size);
	return disk_change_cuts(0) ? SQLITE_IOERR_TRUNCATE : SQLITE_OK;
}

static int file_sync(sqlite3_file *file, int flags)
{
	disk_handle *handle = (disk_handle *)file;
	(void)flags;
	if (disk_call_fails(DISK_SYNC) || disk_change_cuts(0))
		return SQLITE_IOERR_FSYNC;
	disk_inode_sync(handle->inode);
	if (handle->is_new)
		disk_sync_folder();
	handle->is_new = 0;
	return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *out)
{
	if (disk_call_fails(DISK_SIZE))
		return SQLITE_IOERR_FSTAT;
	*out = (sqlite3_int64)((disk_handle *)file)->inode->now.n;
	return SQLITE_OK;
}

static int file_lock(sqlite3_file *file, int level)
{
	(void)file;
	(void)level;
	return disk_call_fails(DISK_LOCK) ? SQLITE_IOERR_LOCK : SQLITE_OK;
}

static int file_unlock(sqlite3_file *file, int level)
{
	(void)file;
	(void)level;
	return SQLITE_OK;
}

static int file_is_reserved(sqlite3_file *file, int *out)
{
	(void)file;
	*out = 0;
	return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int which, void *argument)
{
	(void)file;
	char **pragma = argument;
	if (which == SQLITE_FCNTL_PRAGMA && disk_is_synchronous_ignored() &&
	    strcmp(pragma[1], "synchronous") == 0 && pragma[2] && strcmp(pragma[2], "OFF") != 0)
		return SQLITE_OK;
	return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *file)
{
	(void)file;
	return SECTOR;
}

/* What SQLite's own VFS says: bytes beside those of a write are left alone by a power cut. */
static int file_characteristics(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int shm_map(sqlite3_file *file, int i, int size, int is_wanted, void volatile **out)
{
	(void)file;
	*out = NULL;
	if (i >= SHARED_MAX || disk_call_fails(DISK_SHM_MAP))
		return SQLITE_IOERR_SHMMAP;
	if (!shared[i] && is_wanted)
		shared[i] = calloc(1, (size_t)size);
	*out = shared[i];
	return SQLITE_OK;
}

static int shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	(void)file;
	(void)offset;
	(void)n;
	return !(flags & SQLITE_SHM_UNLOCK) && disk_call_fails(DISK_SHM_LOCK) ? SQLITE_IOERR_SHMLOCK
	                                                                      : SQLITE_OK;
}

static void shm_barrier(sqlite3_file *file)
{
	(void)file;
}

static int shm_unmap(sqlite3_file *file, int is_removed)
{
	(void)file;
	if (is_removed)
		disk_vfs_drop_shared();
	return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_is_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                    int *ret_flags)
{
	disk_handle *handle = (disk_handle *)file;
	(void)vfs;
	*handle = (disk_handle){.flags = flags};
	disk_entry *entry = name ? disk_find(name) : NULL;
	/* The store makes the database's file before SQLite sees it. */
	int is_made = flags & (SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB);
	if (disk_call_fails(DISK_OPEN) || (name && !entry && !is_made))
		return SQLITE_CANTOPEN;
	if (name && !entry) {
		entry = disk_make(name);
		handle->is_new = !(flags & SQLITE_OPEN_MAIN_DB);
		if (disk_change_cuts(0))
			return SQLITE_CANTOPEN;
	}
	handle->inode = entry ? disk_inode_ref(entry->now) : disk_inode_new();
	handle->base.pMethods = &methods;
	if (ret_flags)
		*ret_flags = flags;
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int is_synced)
{
	(void)vfs;
	disk_entry *entry = disk_find(name);
	if (disk_call_fails(DISK_DELETE))
		return SQLITE_IOERR_DELETE;
	if (!entry)
		return SQLITE_IOERR_DELETE_NOENT;
	disk_remove(entry);
	if (disk_change_cuts(0))
		return SQLITE_IOERR_DELETE;
	if (is_synced)
		disk_sync_folder();
	return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	(void)vfs;
	(void)flags;
	if (disk_call_fails(DISK_ACCESS))
		return SQLITE_IOERR_ACCESS;
	*out = disk_find(name) != NULL;
	return SQLITE_OK;
}

static int vfs_full_name(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	(void)vfs;
	sqlite3_snprintf(n, out, "%s", name);
	return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int n, char *out)
{
	(void)vfs;
	for (int i = 0; i < n; i++)
		out[i] = (char)disk_random(256);
	return n;
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

static int vfs_time(sqlite3_vfs *vfs, double *out)
{
	(void)vfs;
	*out = 2460000.5;
	return SQLITE_OK;
}

static sqlite3_vfs disk_vfs = {
    .iVersion = 1,
    .szOsFile = sizeof(disk_handle),
    .mxPathname = 200,
    .zName = "korch-disk",
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_name,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_time,
};

/* What every connection of the process starts with: a small WAL, so that there are checkpoints. */
static int on_connection(sqlite3 *handle, char **message, const struct sqlite3_api_routines *api)
{
	(void)message;
	(void)api;
	if (disk_is_synchronous_ignored())
		sqlite3_exec(handle, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
	return sqlite3_exec(handle, "PRAGMA wal_autocheckpoint = 24", NULL, NULL, NULL);
}

void disk_vfs_register(void)
{
	sqlite3_vfs_register(&disk_vfs, 0);
	sqlite3_auto_extension((void (*)(void))on_connection);
}

void disk_vfs_unregister(void)
{
	disk_vfs_drop_shared();
	sqlite3_cancel_auto_extension((void (*)(void))on_connection);
	sqlite3_vfs_unregister(&disk_vfs);
}
