/*
 * One process at a time has a store: the lock of a file beside it, which names the holder. The
 * kernel drops the lock when the holder ends, however it ends.
 */
#include "base/cleanup.h"
#include "base/holder.h"
#include "store/sqlite/sqlite.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PAUSE_MS = 20 };

char *korch__sqlite_path(const char *path)
{
	struct stat status;
	char real[PATH_MAX];
	int is_link = lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
	return korch__strdup(is_link && realpath(path, real) ? real : path);
}

static int refuse_held(korch_error **err, const char *path, int fd)
{
	if (flock(fd, LOCK_SH | LOCK_NB) == 0)
		return korch_error_set(
		    err, KORCH_E_BUSY,
		    "store %s is being checked or backed up: try again when that is over", path);
	char holder[KORCH_HOLDER_SIZE];
	korch__holder_read(holder, fd);
	return korch_error_set(err, KORCH_E_BUSY, "store %s is in use by %s", path,
	                       *holder ? holder : "another process");
}

/*
 * The lock, or -1. Who only reads (a check, a backup) is waited for, as it is over soon; a holder
 * is not.
 */
static int lock_alone(int fd)
{
	const struct timespec pause = {.tv_nsec = (long)PAUSE_MS * 1000000};
	for (int ms = 0;; ms += PAUSE_MS) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK || ms >= KORCH__SQLITE_BUSY_MS || flock(fd, LOCK_SH | LOCK_NB) < 0)
			return -1;
		flock(fd, LOCK_UN);
		nanosleep(&pause, NULL);
	}
}

int korch__sqlite_lock(const char *path, korch_error **err)
{
	_cleanup_free_ char *name = korch__sprintf("%s.lock", path);
	if (!name)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a store");
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return korch_error_set(err, KORCH_E_IO, "store %s: cannot open %s: %s", path, name,
		                       strerror(errno));
	if (lock_alone(fd) < 0) {
		int r = errno == EWOULDBLOCK
		            ? refuse_held(err, path, fd)
		            : korch_error_set(err, KORCH_E_IO, "store %s: cannot lock %s: %s", path, name,
		                              strerror(errno));
		close(fd);
		return r;
	}
	korch__holder_write(fd);
	return fd;
}

int korch__sqlite_lock_shared(const char *path)
{
	_cleanup_free_ char *name = korch__sprintf("%s.lock", path);
	int fd = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}
