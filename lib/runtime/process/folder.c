/* The state folder: making sure of it, claiming and releasing it; where korch-shim is. */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include "base/holder.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef KORCH_SHIM_INSTALLED
#error "the build says where korch-shim will be installed, and where it is built"
#endif

int korch__process_find_shim(process_runtime *runtime, const char *wish, korch_error **err)
{
	const char *const candidates[] = {wish, secure_getenv("KORCH_SHIM"), KORCH_SHIM_INSTALLED,
	                                  KORCH_SHIM_BUILT};
	for (size_t i = 0; i < KORCH_COUNT(candidates); i++) {
		if (!candidates[i] || access(candidates[i], X_OK) < 0)
			continue;
		runtime->shim = korch__strdup(candidates[i]);
		return runtime->shim ? 0 : korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	return korch_error_set(err, KORCH_E_NOT_FOUND,
	                       "korch-shim is not at %s; KORCH_SHIM can say where it is",
	                       KORCH_SHIM_INSTALLED);
}

/* Only this user may write there: what stands in the folder decides which processes are killed. 1:
 * it was not there before. */
static int make_folder(const char *path, korch_error **err)
{
	struct stat status;
	int is_new = mkdir(path, 0700) == 0;
	if (!is_new && errno != EEXIST)
		return korch_error_set(err, KORCH_E_IO, "%s: %s", path, strerror(errno));
	if (stat(path, &status) < 0)
		return korch_error_set(err, KORCH_E_IO, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return korch_error_set(err, KORCH_E_IO, "%s: %s", path, strerror(ENOTDIR));
	if (status.st_uid != geteuid() || status.st_mode & (S_IWGRP | S_IWOTH))
		return korch_error_set(
		    err, KORCH_E_FORBIDDEN,
		    "%s: others may write there; the state folder must belong to this user alone", path);
	return is_new;
}

static int refuse_held(int lock, const char *folder, korch_error **err)
{
	char holder[KORCH_HOLDER_SIZE];
	korch__holder_read(holder, lock);
	return korch_error_set(err, KORCH_E_BUSY, "%s: another program uses this folder%s%s", folder,
	                       *holder ? ": " : "", holder);
}

/*
 * One program at a time keeps track in a folder; the kernel lets go of the lock when the program
 * ends, however it ends.
 */
int korch__process_folder_claim(process_runtime *runtime, const char *folder, korch_error **err)
{
	char temporary[] = "/tmp/korch-process-XXXXXX";
	runtime->owns_folder = folder == NULL;
	if (!folder && !(folder = mkdtemp(temporary)))
		return korch_error_set(err, KORCH_E_IO, "/tmp: %s", strerror(errno));
	/* One spelling, whichever way it was given: processes are recognised by it. */
	char resolved[PATH_MAX];
	int code = make_folder(folder, err);
	if (code < 0)
		return code;
	if (!realpath(folder, resolved))
		return korch_error_set(err, KORCH_E_IO, "%s: %s", folder, strerror(errno));
	_cleanup_free_ char *pods = korch__sprintf("%s/pods", resolved);
	_cleanup_free_ char *lock = korch__sprintf("%s/lock", resolved);
	runtime->state_folder = korch__strdup(resolved);
	if ((!pods || !lock || !runtime->state_folder) && runtime->owns_folder)
		rmdir(folder);
	if (!pods || !lock || !runtime->state_folder)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int is_new = make_folder(pods, err);
	if (is_new < 0)
		return is_new;
	runtime->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (runtime->lock < 0)
		return korch_error_set(err, KORCH_E_IO, "%s: %s", lock, strerror(errno));
	if (flock(runtime->lock, LOCK_EX | LOCK_NB) < 0)
		return refuse_held(runtime->lock, folder, err);
	korch__holder_write(runtime->lock);
	if (is_new && !runtime->owns_folder)
		korch__process_kill_deleted(pods);
	return 0;
}

/* A temporary folder goes, unless pods are still running in there. */
void korch__process_folder_release(process_runtime *runtime)
{
	if (runtime->lock >= 0)
		close(runtime->lock);
	if (!runtime->owns_folder || !runtime->state_folder)
		return;
	_cleanup_free_ char *pods = korch__sprintf("%s/pods", runtime->state_folder);
	_cleanup_free_ char *lock = korch__sprintf("%s/lock", runtime->state_folder);
	if (!pods || !lock || rmdir(pods) < 0)
		return;
	unlink(lock);
	rmdir(runtime->state_folder);
}
