/* Making and removing of folders below the agent's own; paths that must stay inside. Publishing of
 * files: publish.c. */
#include "agent/tree_files.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DEPTH_MAX = 32 };

int korch__path_is_safe(const char *path)
{
	if (*path == '\0' || *path == '/' || strlen(path) >= PATH_MAX)
		return 0;
	while (*path) {
		size_t part = strcspn(path, "/");
		if (part == 0 || (part == 1 && path[0] == '.') ||
		    (part == 2 && path[0] == '.' && path[1] == '.'))
			return 0;
		path += part;
		if (*path == '/' && *++path == '\0')
			return 0;
	}
	return 1;
}

int korch__folder_make(const char *path, uint32_t mode)
{
	_cleanup_free_ char *copy = korch__strdup(path);
	if (!copy)
		return KORCH_E_NOMEM;
	for (char *at = copy + 1; *at; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			return KORCH_E_IO;
		*at = '/';
	}
	if (mkdir(copy, 0755) < 0)
		return errno == EEXIST ? 0 : KORCH_E_IO;
	return chmod(copy, mode) < 0 ? KORCH_E_IO : 0;
}

/* What is too deep is moved up to the root, so that depth needs no stack and no descriptors. */
static int empty(int root, int fd, int depth, unsigned *moved)
{
	DIR *folder = fdopendir(fd);
	struct dirent *entry;
	int failed = 0;
	if (!folder) {
		close(fd);
		return -1;
	}
	while ((entry = readdir(folder))) {
		const char *name = entry->d_name;
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (unlinkat(dirfd(folder), name, 0) == 0 || errno == ENOENT)
			continue;
		if (depth >= DEPTH_MAX) {
			char up[32];
			snprintf(up, sizeof(up), ".removed-%u", (*moved)++);
			failed |= renameat(dirfd(folder), name, root, up) < 0;
			continue;
		}
		int inner = openat(dirfd(folder), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (inner < 0 && errno == EACCES && fchmodat(dirfd(folder), name, 0700, 0) == 0)
			inner = openat(dirfd(folder), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		failed |= inner < 0 || empty(root, inner, depth + 1, moved) < 0 ||
		          unlinkat(dirfd(folder), name, AT_REMOVEDIR) < 0;
	}
	closedir(folder);
	return failed ? -1 : 0;
}

int korch__tree_remove(const char *path)
{
	unsigned moved = 0, before = 0;
	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	int root = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (root < 0)
		return errno == ENOENT ? 0 : KORCH_E_IO;
	int failed;
	do {
		before = moved;
		int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		failed = fd < 0 || empty(root, fd, 0, &moved) < 0;
	} while (moved > before);
	close(root);
	return failed || rmdir(path) < 0 ? KORCH_E_IO : 0;
}

/* Opens something below a folder without following any link. */
static int walk(int folder, const char *path)
{
	int fd = dup(folder);
	while (fd >= 0 && *path) {
		char part[NAME_MAX + 1];
		size_t length = strcspn(path, "/");
		if (length > NAME_MAX) {
			close(fd);
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(part, path, length);
		part[length] = '\0';
		int next = openat(fd, part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		close(fd);
		fd = next;
		path += length + (path[length] == '/');
	}
	return fd;
}

/* For kernels without openat2: resolved first, then walked, so that a link that is laid in between
 * is not followed. */
static int open_resolved(int folder, const char *path)
{
	char base[PATH_MAX], real[PATH_MAX], link[PATH_MAX + 32];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", folder);
	if (!realpath(link, base))
		return -1;
	snprintf(link, sizeof(link), "/proc/self/fd/%d/%s", folder, path);
	if (!realpath(link, real))
		return -1;
	size_t length = strlen(base);
	if (strncmp(real, base, length) != 0 || (real[length] != '/' && real[length] != '\0')) {
		errno = EXDEV;
		return -1;
	}
	return walk(folder, real + length + (real[length] == '/'));
}

static int open_below(int folder, const char *path)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH};
	long fd = syscall(SYS_openat2, folder, path, &how, sizeof(how));
	return fd >= 0 || errno != ENOSYS ? (int)fd : open_resolved(folder, path);
}

/* Makes the folders of a path that are missing; links are not followed. */
static int make_below(int folder, const char *path)
{
	int fd = dup(folder);
	while (fd >= 0 && *path) {
		char part[NAME_MAX + 1];
		size_t length = strcspn(path, "/");
		if (length > NAME_MAX)
			break;
		memcpy(part, path, length);
		part[length] = '\0';
		if (mkdirat(fd, part, 0755) < 0 && errno != EEXIST)
			break;
		int next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(fd);
		fd = next;
		path += length + (path[length] == '/');
	}
	if (fd >= 0)
		close(fd);
	return fd >= 0 && *path == '\0' ? 0 : -1;
}

int korch__path_below(char **out, const char *folder, const char *path)
{
	char link[64], real[PATH_MAX];
	if (!korch__path_is_safe(path))
		return KORCH_E_FORBIDDEN;
	int root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return KORCH_E_IO;
	int fd = open_below(root, path);
	if (fd < 0 && errno == ENOENT && make_below(root, path) == 0)
		fd = open_below(root, path);
	int escaped = fd < 0 && (errno == EXDEV || errno == ELOOP);
	close(root);
	if (fd < 0)
		return escaped ? KORCH_E_FORBIDDEN : KORCH_E_IO;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, real, sizeof(real) - 1);
	close(fd);
	if (n < 0)
		return KORCH_E_IO;
	*out = korch__strndup(real, (size_t)n);
	return *out ? 0 : KORCH_E_NOMEM;
}

int korch__file_rewrite(const char *path, const char *text, size_t length)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return KORCH_E_IO;
	int failed = 0;
	for (size_t done = 0; done < length && !failed;) {
		ssize_t n = pwrite(fd, text + done, length - done, (off_t)done);
		failed = n < 0 && errno != EINTR;
		done += n > 0 ? (size_t)n : 0;
	}
	failed = failed || ftruncate(fd, (off_t)length) < 0;
	close(fd);
	return failed ? KORCH_E_IO : 0;
}
