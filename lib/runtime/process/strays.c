/*
 * Processes that nobody looks after: those of a pod that lost their shim (a shim that is killed
 * takes the containers' main processes along, not their children), and shims whose folder was
 * deleted.
 */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ENVIRON_MAX = 16 * 1024, ROUNDS = 8 };

/* A variable of the environment with its terminating NUL, so that no longer value matches. */
static int has_variable(const char *text, size_t n, const char *variable)
{
	size_t length = strlen(variable) + 1;
	for (size_t at = 0; at + length <= n; at += strnlen(text + at, n - at) + 1)
		if (memcmp(text + at, variable, length) == 0)
			return 1;
	return 0;
}

static int is_of_sandbox(pid_t pid, const char *variable)
{
	char path[64];
	char text[ENVIRON_MAX];
	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));
	if (fd >= 0)
		close(fd);
	return n > 0 && has_variable(text, (size_t)n, variable);
}

/* Returns how many were found. */
static int kill_round(const char *variable)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int found = 0;
	while (proc && (entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		unsigned long long ticks = pid > 1 && pid != getpid() ? korch__process_start_time(pid) : 0;
		if (ticks && is_of_sandbox(pid, variable))
			found += korch__process_kill(pid, ticks);
	}
	if (proc)
		closedir(proc);
	return found;
}

void korch__process_kill_strays(const char *sandbox_folder)
{
	_cleanup_free_ char *variable = korch__sprintf("%s=%s", KORCH_SANDBOX_VARIABLE, sandbox_folder);
	/* Again while they may still have been starting others. */
	for (int round = 0; variable && round < ROUNDS; round++)
		if (kill_round(variable) == 0)
			return;
}

/* Where a process is, when it is a shim; -1 when not. */
static int shim_folder(char *out, size_t size, pid_t pid)
{
	char path[64];
	char name[32] = "";
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, name, sizeof(name) - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0 || strcmp(name, "korch-shim\n") != 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/cwd", (int)pid);
	n = readlink(path, out, size - 1);
	if (n <= 0)
		return -1;
	out[n] = 0;
	return 0;
}

/* "FOLDER/ID (deleted)", as the kernel writes it → "FOLDER/ID"; 0: it is none of them. */
static int is_deleted_pod(char *folder, const char *pods)
{
	static const char DELETED[] = " (deleted)";
	size_t length = strlen(folder);
	size_t n = strlen(pods);
	size_t end = sizeof(DELETED) - 1;
	if (length <= n + 1 + end || strncmp(folder, pods, n) != 0 || folder[n] != '/' ||
	    strcmp(folder + length - end, DELETED) != 0)
		return 0;
	folder[length - end] = 0;
	return korch__process_is_valid_id(folder + n + 1);
}

void korch__process_kill_deleted(const char *pods)
{
	char folder[PATH_MAX];
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	while (proc && (entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		unsigned long long ticks = pid > 1 && pid != getpid() ? korch__process_start_time(pid) : 0;
		if (!ticks || shim_folder(folder, sizeof(folder), pid) < 0 ||
		    !is_deleted_pod(folder, pods) || !korch__process_kill(pid, ticks))
			continue;
		korch__process_kill_strays(folder);
	}
	if (proc)
		closedir(proc);
}
