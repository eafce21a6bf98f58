/*
 * Processes of a pod that lost their shim: a shim that is killed takes the containers' main
 * processes along, not their children.
 */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include <dirent.h>
#include <fcntl.h>
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
