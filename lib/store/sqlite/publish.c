/*
 * Copies of a file: one comes to be beside its place under another name, and takes the place when
 * it is whole and on the disk.
 */
#include "base/cleanup.h"
#include "store/sqlite/sqlite.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(korch_error **err, const char *path, const char *what, const char *why)
{
	return korch_error_set(err, KORCH_E_IO, "%s: %s: %s", path, what, why);
}

int korch__sqlite_is_same_file(const char *a, const char *b)
{
	struct stat one, other;
	return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

void korch__sqlite_remove_beside(const char *path)
{
	static const char *const ends[] = {"-wal", "-shm"};
	for (size_t i = 0; i < KORCH_COUNT(ends); i++) {
		_cleanup_free_ char *name = korch__sprintf("%s%s", path, ends[i]);
		if (name)
			unlink(name);
	}
}

/* All pages, and then what is to be changed in the copy. */
static int copy_pages(sqlite3 *to, const sqlite_database *from, const char *sql)
{
	/* It is synced when it is whole, and until then worth nothing. */
	int r =
	    sqlite3_exec(to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL, NULL);
	if (r != SQLITE_OK)
		return r;
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from->handle, "main");
	if (!backup)
		return sqlite3_errcode(to);
	sqlite3_backup_step(backup, -1);
	r = sqlite3_backup_finish(backup);
	if (r == SQLITE_OK && sql)
		r = sqlite3_exec(to, sql, NULL, NULL, NULL);
	/* The copy says of itself that it has a WAL: what was changed lies there until now. */
	if (r == SQLITE_OK && sql)
		r = sqlite3_wal_checkpoint_v2(to, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	return r;
}

static int fill(const char *temporary, const sqlite_database *from, const char *sql,
                korch_error **err)
{
	sqlite3 *to = NULL;
	int r = sqlite3_open_v2(temporary, &to, SQLITE_OPEN_READWRITE, NULL);
	if (r == SQLITE_OK)
		r = copy_pages(to, from, sql);
	if (r != SQLITE_OK)
		r = r == SQLITE_NOMEM ? korch_error_set(err, KORCH_E_NOMEM, "no memory for a store")
		                      : refuse(err, temporary, "cannot copy", sqlite3_errmsg(to));
	sqlite3_close(to);
	return r;
}

int korch__sqlite_copy(char **out, const sqlite_database *from, const char *to, const char *sql,
                       korch_error **err)
{
	char *temporary = korch__sprintf("%s.XXXXXX", to);
	if (!temporary)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a store");
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		int r = refuse(err, to, "cannot make it", strerror(errno));
		korch__free(temporary);
		return r;
	}
	close(fd);
	int r = fill(temporary, from, sql, err);
	if (r < 0) {
		unlink(temporary);
		korch__sqlite_remove_beside(temporary);
		korch__free(temporary);
		return r;
	}
	*out = temporary;
	return 0;
}

/* The copy belongs to whom the file belonged that it replaces. */
static int keep_owner(int fd, const char *to)
{
	struct stat status;
	if (stat(to, &status) < 0)
		return errno == ENOENT ? 0 : -1;
	if (fchmod(fd, status.st_mode & 0777) < 0)
		return -1;
	return fchown(fd, status.st_uid, status.st_gid);
}

static int sync_folder(const char *path)
{
	_cleanup_free_ char *folder = korch__strdup(path);
	char *slash = folder ? strrchr(folder, '/') : NULL;
	if (slash)
		slash[slash == folder] = '\0';
	int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int r = fsync(fd);
	int error = errno;
	close(fd);
	errno = error;
	return r;
}

int korch__sqlite_publish(const char *temporary, const char *to, korch_error **err)
{
	int fd = open(temporary, O_RDWR | O_CLOEXEC);
	int is_done = fd >= 0 && keep_owner(fd, to) == 0 && fsync(fd) == 0;
	if (is_done)
		is_done = rename(temporary, to) == 0;
	int error = errno;
	if (fd >= 0)
		close(fd);
	if (!is_done) {
		unlink(temporary);
		return refuse(err, to, "cannot write", strerror(error));
	}
	if (sync_folder(to) < 0)
		return refuse(err, to, "written, but its folder cannot be synced", strerror(errno));
	return 0;
}
