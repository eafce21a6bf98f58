/* Files that change all at once: a new folder, and one link that is turned to it. */
#include "agent/tree_files.h"
#include "base/cleanup.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { STAMP_MAX = 64, TRIES = 1000 };

static void close_p(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define _cleanup_close_ _cleanup_(close_p)

static int write_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, data, length);
		if (n < 0 && errno != EINTR)
			return -1;
		data += n > 0 ? n : 0;
		length -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int write_file(int folder, const korch__file *file)
{
	char part[PATH_MAX];
	snprintf(part, sizeof(part), "%s", file->path);
	for (char *at = strchr(part, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdirat(folder, part, 0755) < 0 && errno != EEXIST)
			return -1;
		*at = '/';
	}
	_cleanup_close_ int fd =
	    openat(folder, file->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || write_all(fd, file->data, file->length) < 0)
		return -1;
	return fchmod(fd, file->mode);
}

static int is_same(int folder, const korch__file *file)
{
	struct stat status;
	char buffer[4096];
	_cleanup_close_ int fd = openat(folder, file->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0 || (size_t)status.st_size != file->length ||
	    (status.st_mode & 07777) != file->mode)
		return 0;
	for (size_t done = 0; done < file->length;) {
		ssize_t n = read(fd, buffer, sizeof(buffer));
		if (n <= 0 || (size_t)n > file->length - done ||
		    memcmp(buffer, file->data + done, (size_t)n) != 0)
			return 0;
		done += (size_t)n;
	}
	return 1;
}

/* Files below a folder, and -1 when it cannot be read. */
static long count_files(int fd)
{
	DIR *folder = fdopendir(fd);
	struct dirent *entry;
	long n = 0;
	if (!folder) {
		close(fd);
		return -1;
	}
	while (n >= 0 && (entry = readdir(folder))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		int inner =
		    openat(dirfd(folder), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		long below = inner >= 0 ? count_files(inner) : 1;
		n = below < 0 ? -1 : n + below;
	}
	closedir(folder);
	return n;
}

static int is_published(int root, const char *present, const korch__file *files, size_t n)
{
	_cleanup_close_ int folder =
	    openat(root, present, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!is_same(folder, &files[i]))
			return 0;
	int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return again >= 0 && count_files(again) == (long)n;
}

/* A new folder named after the time; its descriptor, or -1. */
static int make_stamped(int root, int64_t stamp_us, char name[STAMP_MAX])
{
	time_t seconds = (time_t)(stamp_us / 1000000);
	struct tm parts;
	char text[32];
	gmtime_r(&seconds, &parts);
	strftime(text, sizeof(text), "%Y_%m_%d_%H_%M_%S", &parts);
	for (int i = 0; i < TRIES; i++) {
		snprintf(name, STAMP_MAX, "..%s.%09d", text, (int)(stamp_us % 1000000 * 1000) + i);
		if (mkdirat(root, name, 0755) == 0)
			return openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

static int turn_link(int root, const char *name)
{
	unlinkat(root, "..data_tmp", 0);
	if (symlinkat(name, root, "..data_tmp") < 0)
		return -1;
	return renameat(root, "..data_tmp", root, "..data");
}

/* The first part of a path. */
static void top_of(char out[NAME_MAX + 1], const char *path)
{
	size_t length = strcspn(path, "/");
	length = length <= NAME_MAX ? length : NAME_MAX;
	memcpy(out, path, length);
	out[length] = '\0';
}

static int add_links(int root, const korch__file *files, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char top[NAME_MAX + 1], target[NAME_MAX + 16];
		top_of(top, files[i].path);
		snprintf(target, sizeof(target), "..data/%s", top);
		if (symlinkat(target, root, top) < 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

static int is_top(const char *name, const korch__file *files, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char top[NAME_MAX + 1];
		top_of(top, files[i].path);
		if (strcmp(top, name) == 0)
			return 1;
	}
	return 0;
}

/* Names that are gone. */
static void remove_links(int root, const korch__file *files, size_t n)
{
	int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	while (folder && (entry = readdir(folder)))
		if (strncmp(entry->d_name, "..", 2) != 0 && strcmp(entry->d_name, ".") != 0 &&
		    !is_top(entry->d_name, files, n))
			unlinkat(root, entry->d_name, 0);
	if (folder)
		closedir(folder);
}

/* The folder that is shown now, "" for none. Only names that this file makes count. */
static void read_present(int root, char present[STAMP_MAX])
{
	ssize_t n = readlinkat(root, "..data", present, STAMP_MAX - 1);
	present[n > 0 ? n : 0] = '\0';
	if (strncmp(present, "..2", 3) != 0 || strchr(present, '/'))
		present[0] = '\0';
}

int korch__files_publish(const char *folder, const korch__file *files, size_t n, int64_t stamp_us,
                         int *changed)
{
	char present[STAMP_MAX], name[STAMP_MAX];
	*changed = 0;
	for (size_t i = 0; i < n; i++)
		if (!korch__path_is_safe(files[i].path) || strncmp(files[i].path, "..", 2) == 0)
			return KORCH_E_INVALID;
	_cleanup_close_ int root = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (root < 0)
		return KORCH_E_IO;
	read_present(root, present);
	if (*present && is_published(root, present, files, n))
		return 0;
	_cleanup_close_ int made = make_stamped(root, stamp_us, name);
	int failed = made < 0;
	for (size_t i = 0; i < n && !failed; i++)
		failed = write_file(made, &files[i]) < 0;
	failed = failed || turn_link(root, name) < 0 || add_links(root, files, n) < 0;
	remove_links(root, files, n);
	const char *useless = failed ? name : present;
	_cleanup_free_ char *old = korch__sprintf("%s/%s", folder, useless);
	if (old && *useless && (made >= 0 || !failed))
		korch__tree_remove(old);
	*changed = !failed;
	return failed ? KORCH_E_IO : 0;
}
