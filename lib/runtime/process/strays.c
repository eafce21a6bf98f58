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

/* Whose processes are looked for: of one sandbox's folder, or of all that a runtime has lost. */
typedef struct stray_search {
	const char *folder;             /* or NULL */
	const process_runtime *runtime; /* when it is NULL */
} stray_search;

static int is_wanted(const stray_search *search, const char *folder)
{
	if (search->folder)
		return strcmp(search->folder, folder) == 0;
	const char *id = strrchr(folder, '/');
	const process_sandbox *sandbox =
	    id ? korch__process_sandbox_find(search->runtime, id + 1) : NULL;
	return sandbox && sandbox->state == SANDBOX_LOST && strcmp(sandbox->folder, folder) == 0;
}

/* Looks at each variable that is there with its terminating NUL. */
static int names_wanted(const stray_search *search, const char *text, size_t n)
{
	static const char NAME[] = KORCH_SANDBOX_VARIABLE "=";
	for (size_t at = 0; at < n; at += strnlen(text + at, n - at) + 1) {
		int is_whole = strnlen(text + at, n - at) < n - at;
		if (is_whole && strncmp(text + at, NAME, sizeof(NAME) - 1) == 0 &&
		    is_wanted(search, text + at + sizeof(NAME) - 1))
			return 1;
	}
	return 0;
}

static int is_stray(const stray_search *search, pid_t pid)
{
	char path[64];
	char text[ENVIRON_MAX];
	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));
	if (fd >= 0)
		close(fd);
	return n > 0 && names_wanted(search, text, (size_t)n);
}

/* Returns how many were found. */
static int kill_round(const stray_search *search)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int found = 0;
	while (proc && (entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		unsigned long long ticks = pid > 1 && pid != getpid() ? korch__process_start_time(pid) : 0;
		if (ticks && is_stray(search, pid))
			found += korch__process_kill(pid, ticks);
	}
	if (proc)
		closedir(proc);
	return found;
}

/* Again while they may still have been starting others. */
static void kill_all(const stray_search *search)
{
	for (int round = 0; round < ROUNDS; round++)
		if (kill_round(search) == 0)
			return;
}

void korch__process_kill_strays(const char *sandbox_folder)
{
	kill_all(&(stray_search){.folder = sandbox_folder});
}

void korch__process_kill_strays_of_lost(const process_runtime *runtime)
{
	const process_sandbox *sandbox = runtime->sandboxes;
	while (sandbox && sandbox->state != SANDBOX_LOST)
		sandbox = sandbox->next;
	if (sandbox)
		kill_all(&(stray_search){.runtime = runtime});
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
