/*
 * Ends of processes: who has ended, what of a container must end with its main process, deadlines after which KILL follows.
 */
#include "runtime/process/shim/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int group_is_alive(pid_t group)
{
	return kill(-group, 0) == 0 || errno == EPERM;
}

typedef void (*child_fn)(pid_t pid, void *userdata);

/* Direct children of this process; as the subreaper it also has all that lost their own parent. */
static void each_child(child_fn fn, void *userdata)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	FILE *file = fopen(path, "re");
	int pid;
	while (file && fscanf(file, "%d", &pid) == 1)
		fn((pid_t)pid, userdata);
	if (file)
		fclose(file);
}

/* A process that lost its parent still has its container's id in its environment. */
static void kill_orphan_of(pid_t pid, void *userdata)
{
	const char *wanted = userdata;
	char path[64];
	char text[65536];
	char needle[320];
	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	int length = snprintf(needle, sizeof(needle), "KORCH_CONTAINER_ID=%s", wanted);
	if (n > length && memmem(text, (size_t)n, needle, (size_t)length + 1))
		kill(pid, SIGKILL);
}

static void kill_rest(const shim_container *container)
{
	kill(-container->pid, SIGKILL);
	each_child(kill_orphan_of, container->id);
}

static void finish(shim_state *shim, shim_container *container)
{
	kill_rest(container);
	container->phase = PHASE_EXITED;
	container->kill_at_us = 0;
	shim_stream_read(&container->out, &container->log);
	shim_stream_read(&container->err, &container->log);
	shim_tell_exited(shim, container);
}

static void main_ended(shim_state *shim, shim_container *container, int status)
{
	container->finished_us = shim_now_us();
	container->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	container->exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	if (container->is_stopping && container->kill_at_us > shim_now_us() && group_is_alive(container->pid)) {
		container->phase = PHASE_DRAINING;
		return;
	}
	finish(shim, container);
}

static void exec_ended(shim_state *shim, shim_exec *exec, int status)
{
	exec->pid = 0;
	exec->exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	shim_tell_execed(shim, exec, 0);
}

static void ended(shim_state *shim, pid_t pid, int status)
{
	for (shim_container *container = shim->containers; container; container = container->next)
		if (container->pid == pid && container->phase == PHASE_RUNNING)
			return main_ended(shim, container, status);
	for (shim_exec *exec = shim->execs; exec; exec = exec->next)
		if (exec->pid == pid)
			return exec_ended(shim, exec, status);
}

void shim_reap(shim_state *shim)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		ended(shim, pid, status);
	for (shim_container *container = shim->containers; container; container = container->next)
		if (container->phase == PHASE_DRAINING && !group_is_alive(container->pid))
			finish(shim, container);
}

void shim_stop(shim_state *shim, shim_container *container, int signal, int64_t grace_us)
{
	(void)shim;
	if (container->phase == PHASE_EXITED)
		return;
	int64_t kill_at = shim_now_us() + (grace_us > 0 ? grace_us : 0);
	if (!container->kill_at_us || kill_at < container->kill_at_us)
		container->kill_at_us = kill_at;
	if (!container->is_stopping && grace_us > 0)
		kill(-container->pid, signal > 0 ? signal : SIGTERM);
	container->is_stopping = 1;
	if (grace_us <= 0)
		kill(-container->pid, SIGKILL);
}

void shim_check_deadlines(shim_state *shim)
{
	int64_t now = shim_now_us();
	for (shim_container *container = shim->containers; container; container = container->next) {
		if (!container->kill_at_us || container->kill_at_us > now)
			continue;
		container->kill_at_us = 0;
		if (container->phase == PHASE_DRAINING)
			finish(shim, container);
		else if (container->phase == PHASE_RUNNING)
			kill_rest(container);
	}
	for (shim_exec *exec = shim->execs; exec; exec = exec->next) {
		if (!exec->pid || !exec->deadline_us || exec->deadline_us > now)
			continue;
		exec->deadline_us = 0;
		exec->timed_out = 1;
		kill(-exec->pid, SIGKILL);
	}
}

int64_t shim_next_deadline(const shim_state *shim)
{
	int64_t next = -1;
	for (const shim_container *container = shim->containers; container; container = container->next)
		if (container->kill_at_us && (next < 0 || container->kill_at_us < next))
			next = container->kill_at_us;
	for (const shim_exec *exec = shim->execs; exec; exec = exec->next)
		if (exec->pid && exec->deadline_us && (next < 0 || exec->deadline_us < next))
			next = exec->deadline_us;
	return next;
}

static void kill_child(pid_t pid, void *userdata)
{
	(void)userdata;
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
}

void shim_kill_everything(void)
{
	each_child(kill_child, NULL);
}

int shim_has_children(void)
{
	siginfo_t info = {0};
	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}
