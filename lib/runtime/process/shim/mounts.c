/*
 * A container's own view of the file system, made in the child before exec: a mount namespace
 * (with a user namespace around it when not root) in which volumes appear at their paths. Where a
 * path does not exist on this machine, the nearest folder above it is covered by a temporary one
 * that shows the same entries, so the machine itself is never changed.
 */
#include "runtime/process/shim/shim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { COVERED_ENTRIES_MAX = 4096 };

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ssize_t n = write(fd, text, strlen(text));
	close(fd);
	return n == (ssize_t)strlen(text) ? 0 : -1;
}

/* Without root: a user namespace in which this user is itself, only to be allowed to mount. */
static int own_namespaces(void)
{
	if (geteuid() == 0)
		return unshare(CLONE_NEWNS);
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return -1;
	snprintf(map, sizeof(map), "%u %u 1\n", uid, uid);
	if (write_file("/proc/self/setgroups", "deny") < 0 || write_file("/proc/self/uid_map", map) < 0)
		return -1;
	snprintf(map, sizeof(map), "%u %u 1\n", gid, gid);
	return write_file("/proc/self/gid_map", map);
}

static int make_target(const char *path, int is_folder)
{
	if (is_folder)
		return mkdir(path, 0755) < 0 && errno != EEXIST ? -1 : 0;
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644); /* not
	                                                                                        through
	                                                                                        a link
	                                                                                        that
	                                                                                        leads
	                                                                                        nowhere
	                                                                                      */
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

/*
 * With a read-only root: the device of the root, whose entries stay read-only where a cover shows
 * them; 0: none.
 */
static dev_t read_only_device;

static int make_read_only(const char *path)
{
	/* In a user namespace the flags that the original mount has are locked and must be kept. */
	struct statvfs status;
	unsigned long flags = MS_BIND | MS_REMOUNT | MS_RDONLY;
	if (statvfs(path, &status) == 0) {
		flags |= status.f_flag & ST_NOSUID ? MS_NOSUID : 0;
		flags |= status.f_flag & ST_NODEV ? MS_NODEV : 0;
		flags |= status.f_flag & ST_NOEXEC ? MS_NOEXEC : 0;
	}
	return mount(NULL, path, NULL, flags, NULL);
}

/* Shows one entry of a folder in the folder that is to cover it. */
static int show_entry(const char *folder, const char *cover, const char *name)
{
	char from[PATH_MAX];
	char to[PATH_MAX];
	struct stat status;
	if (snprintf(from, sizeof(from), "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name) >=
	        (int)sizeof(from) ||
	    snprintf(to, sizeof(to), "%s/%s", cover, name) >= (int)sizeof(to)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (lstat(from, &status) < 0)
		return 0;
	if (S_ISLNK(status.st_mode)) {
		char target[PATH_MAX];
		ssize_t n = readlink(from, target, sizeof(target) - 1);
		if (n < 0)
			return 0;
		target[n] = 0;
		return symlink(target, to);
	}
	if (make_target(to, S_ISDIR(status.st_mode)) < 0)
		return -1;
	if (mount(from, to, NULL, MS_BIND | MS_REC, NULL) < 0)
		return -1;
	return read_only_device && status.st_dev == read_only_device ? make_read_only(to) : 0;
}

/* Fills `cover` (a new temporary file system) with everything that `folder` shows. */
static int show_entries(const char *folder, const char *cover)
{
	DIR *dir = opendir(folder);
	if (!dir)
		return -1;
	struct dirent *entry;
	int n = 0;
	int result = 0;
	while (result == 0 && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (++n > COVERED_ENTRIES_MAX) {
			errno = E2BIG;
			result = -1;
			break;
		}
		result = show_entry(folder, cover, entry->d_name);
	}
	int failure = errno;
	closedir(dir);
	errno = failure;
	return result;
}

/* Fills a temporary file system that is mounted at `cover`, and moves it over `folder`. */
static int move_over(const char *folder, const char *cover, const struct stat *status)
{
	char options[32];
	snprintf(options, sizeof(options), "mode=%o", status->st_mode & 07777);
	if (mount("tmpfs", cover, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0 ||
	    show_entries(folder, cover) < 0)
		return -1;
	if (strcmp(folder, "/") != 0)
		return mount(cover, folder, NULL, MS_MOVE, NULL);
	return chdir(cover) == 0 && mount(cover, "/", NULL, MS_MOVE, NULL) == 0 && chroot(".") == 0
	           ? chdir("/")
	           : -1;
}

/* Makes it possible to create entries in `folder` of this view: covers it. */
static int cover_folder(const char *folder)
{
	/*
	 * /tmp exists everywhere; what is mounted there is moved away at once, and only this view sees
	 * it.
	 */
	char cover[] = "/tmp/.korch-cover-XXXXXX";
	struct stat status;
	int tmp = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (tmp < 0 || stat(folder, &status) < 0 || !mkdtemp(cover))
		return -1;
	int result = move_over(folder, cover, &status);
	int failure = errno;
	/*
	 * The empty folder on the machine's own /tmp, by way of its own mount, as the view of it may
	 * be read-only now. A cover that shows /tmp shows itself in there: taken away first.
	 */
	umount2(cover, MNT_DETACH);
	unlinkat(tmp, cover + strlen("/tmp/"), AT_REMOVEDIR);
	close(tmp);
	errno = failure;
	return result;
}

/* The folder that holds an entry. */
static void parent_of(char *out, const char *path)
{
	memcpy(out, path, strlen(path) + 1);
	char *slash = strrchr(out, '/');
	slash[slash == out ? 1 : 0] = 0;
}

/*
 * Creates what is missing of a path. The machine's own folders are not written to: the last one
 * that exists is covered. A volume is: what is mounted inside of it belongs there.
 */
static int make_path(const char *path, int is_folder, int is_in_volume)
{
	char partial[PATH_MAX];
	size_t length = strlen(path);
	if (length >= sizeof(partial)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	int covered = is_in_volume;
	struct stat status;
	for (size_t i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != 0)
			continue;
		memcpy(partial, path, i);
		partial[i] = 0;
		if (stat(partial, &status) == 0)
			continue;
		if (!covered) {
			char folder[PATH_MAX];
			parent_of(folder, partial);
			if (cover_folder(folder) < 0)
				return -1;
			covered = 1;
		}
		if (make_target(partial, path[i] == '/' || is_folder) < 0)
			return -1;
	}
	return 0;
}

static int mount_one(const shim_mount *wanted, int source, int is_in_volume)
{
	char from[64];
	struct stat status;
	struct stat target;
	if (fstat(source, &status) < 0)
		return -1;
	int is_folder = S_ISDIR(status.st_mode);
	if (stat(wanted->target, &target) < 0 &&
	    (!is_in_volume || make_path(wanted->target, is_folder, 1) < 0) &&
	    make_path(wanted->target, is_folder, 0) < 0)
		return -1; /* a volume that may not be written to is covered like the machine's folders */
	snprintf(from, sizeof(from), "/proc/self/fd/%d", source);
	if (mount(from, wanted->target, NULL, MS_BIND | MS_REC, NULL) < 0)
		return -1;
	return wanted->read_only ? make_read_only(wanted->target) : 0;
}

/* Mounts inside the root folder of an image are below that folder. */
static int in_root(char *out, size_t size, const char *root, const char *path)
{
	return snprintf(out, size, "%s%s", root, path) < (int)size ? 0 : -1;
}

/* Is a mount's place inside of one of those before it? */
static int is_in_volume(const shim_start *start, size_t which)
{
	const char *path = start->mounts[which].target;
	for (size_t i = 0; i < which; i++) {
		size_t length = strlen(start->mounts[i].target);
		if (strncmp(path, start->mounts[i].target, length) == 0 && path[length] == '/')
			return 1;
	}
	return 0;
}

int shim_mount_all(const shim_start *start, const char **failed)
{
	*failed = "mount namespace";
	if (own_namespaces() < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	struct stat root;
	if (start->read_only_root && stat("/", &root) == 0)
		read_only_device = root.st_dev;
	/* Sources are opened before anything is covered. */
	int *sources = calloc(start->n_mounts + 1, sizeof(*sources));
	if (!sources)
		return -1;
	int result = 0;
	for (size_t i = 0; i < start->n_mounts && result == 0; i++) {
		*failed = start->mounts[i].source;
		sources[i] = open(start->mounts[i].source, O_PATH | O_CLOEXEC);
		result = sources[i] < 0 ? -1 : 0;
	}
	for (size_t i = 0; i < start->n_mounts && result == 0; i++) {
		char target[PATH_MAX];
		shim_mount wanted = start->mounts[i];
		*failed = wanted.target;
		result = in_root(target, sizeof(target), start->root, wanted.target);
		wanted.target = target;
		if (result == 0)
			result = mount_one(&wanted, sources[i], is_in_volume(start, i));
	}
	free(sources);
	if (result == 0 && start->read_only_root && *start->root == 0) {
		*failed = "/";
		result = make_read_only("/");
	}
	return result;
}
