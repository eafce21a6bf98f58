/* Processes of a pod that lost their shim: a shim that is killed takes the containers' main processes along, not their children. */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ENVIRON_MAX = 256 * 1024, ROUNDS = 8 };

static int is_of_sandbox(const char *pid, const char *needle, size_t length, char *text)
{
	char path[300];
	snprintf(path, sizeof(path), "/proc/%s/environ", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, ENVIRON_MAX);
	if (fd >= 0)
		close(fd);
	return n > 0 && memmem(text, (size_t)n, needle, length) != NULL;
}

/* Returns how many were found. */
static int kill_round(const char *needle, size_t length, char *text)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int found = 0;
	while (proc && (entry = readdir(proc))) {
		int pid = 0;
		if (sscanf(entry->d_name, "%d", &pid) != 1 || pid <= 1 || !is_of_sandbox(entry->d_name, needle, length, text))
			continue;
		kill((pid_t)pid, SIGKILL);
		found++;
	}
	if (proc)
		closedir(proc);
	return found;
}

void korch__process_kill_strays(const char *sandbox_id)
{
	_cleanup_free_ char *text = korch__alloc(ENVIRON_MAX);
	_cleanup_free_ char *needle = korch__sprintf("%s=%s", KORCH_SANDBOX_VARIABLE, sandbox_id);
	/* With its terminating NUL, so that no longer id matches; again while they may still have been starting others. */
	for (int round = 0; text && needle && round < ROUNDS; round++)
		if (kill_round(needle, strlen(needle) + 1, text) == 0)
			return;
}
