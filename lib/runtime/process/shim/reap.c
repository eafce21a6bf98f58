/*
 * Ends of processes: who has ended, what of a container must end with its main process, deadlines
 * after which KILL follows.
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

enum { ENVIRON_MAX = 16 * 1024 };
static const int64_t GRACE_MAX_US = INT64_C(1000000) * 86400 * 366;

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

static ssize_t read_environ(pid_t pid, char *text, size_t size)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, size);
	if (fd >= 0)
		close(fd);
	return n < 0 ? 0 : n;
}

/*
 * Is there the variable that says to which container a process belongs; with this value, or (NULL)
 * with any?
 */
static int has_id(const char *text, ssize_t n, const char *id)
{
	char wanted[320];
	int length = snprintf(wanted, sizeof(wanted), "KORCH_CONTAINER_ID=%s", id ? id : "");
	if (id)
		length++; /* with its end, so that no longer id matches */
	for (ssize_t at = 0; at + length <= n; at += (ssize_t)strnlen(text + at, (size_t)(n - at)) + 1)
		if (memcmp(text + at, wanted, (size_t)length) == 0)
			return 1;
	return 0;
}

static int is_running(const shim_container *container)
{
	return container->phase == PHASE_RUNNING || container->phase == PHASE_DRAINING;
}

/*
 * Kills what has outlived its container: orphans that still have its id in their environment, all
 * orphans when no container runs.
 */
static void kill_orphan(pid_t pid, void *userdata)
{
	const shim_state *shim = userdata;
	char text[ENVIRON_MAX];
	int n_running = 0;
	for (const shim_container *container = shim->containers; container;
	     container = container->next) {
		n_running += is_running(container);
		if (is_running(container) && container->pid == pid)
			return;
	}
	ssize_t n = read_environ(pid, text, sizeof(text));
	for (const shim_container *container = shim->containers; container; container = container->next)
		if (is_running(container) && has_id(text, n, container->id))
			return;
	if (n_running == 0 || has_id(text, n, NULL))
		kill(pid, SIGKILL);
}

static void finish(shim_state *shim, shim_container *container)
{
	shim->has_ended = 1;
	container->phase = PHASE_EXITED;
	container->kill_at_us = 0;
	each_child(kill_orphan, shim);
	shim_stream_read(&container->out, &container->log, SHIM_DRAIN_ROUNDS);
	shim_stream_read(&container->err, &container->log, SHIM_DRAIN_ROUNDS);
	shim_tell_exited(shim, container);
}

static void main_ended(shim_container *container, int status)
{
	container->finished_us = shim_now_us();
	container->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	container->exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	if (container->is_stopping && container->kill_at_us > shim_clock_us())
		container->phase = PHASE_DRAINING; /* whether anybody is left is known when it has been
		                                      collected */
	else
		kill(-container->pid, SIGKILL);
}

static void exec_ended(shim_state *shim, shim_exec *exec, int status)
{
	exec->pid = 0;
	exec->exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	shim_tell_execed(shim, exec);
}

static void ended(shim_state *shim, pid_t pid, int status)
{
	for (shim_container *container = shim->containers; container; container = container->next)
		if (container->pid == pid && container->phase == PHASE_RUNNING)
			main_ended(container, status);
	shim_exec *exec = shim->execs;
	while (exec && exec->pid != pid)
		exec = exec->next;
	if (exec)
		exec_ended(shim, exec, status);
}

static int wait_status(const siginfo_t *info)
{
	return info->si_code == CLD_EXITED
	           ? W_EXITCODE(info->si_status, 0)
	           : info->si_status | (info->si_code == CLD_DUMPED ? WCOREFLAG : 0);
}

void shim_reap(shim_state *shim)
{
	int n = 0;
	siginfo_t info = {0};
	/*
	 * Looked at first and collected afterwards: until then its id, which is its group's, belongs
	 * to nobody else.
	 */
	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid > 0) {
		ended(shim, info.si_pid, wait_status(&info));
		waitpid(info.si_pid, NULL, 0);
		info.si_pid = 0;
		n++;
	}
	for (shim_container *container = shim->containers; container; container = container->next)
		if (container->finished_us &&
		    (container->phase == PHASE_RUNNING ||
		     (container->phase == PHASE_DRAINING && !group_is_alive(container->pid))))
			finish(shim, container);
	/* The children of a killed orphan come here as orphans in their turn. */
	if (n && shim->has_ended)
		each_child(kill_orphan, shim);
}

void shim_stop(shim_state *shim, shim_container *container, int signal, int64_t grace_us)
{
	(void)shim;
	if (container->phase == PHASE_EXITED)
		return;
	int64_t grace = grace_us < 0 ? 0 : grace_us > GRACE_MAX_US ? GRACE_MAX_US : grace_us;
	int64_t kill_at = shim_clock_us() + grace;
	if (!container->kill_at_us || kill_at < container->kill_at_us)
		container->kill_at_us = kill_at;
	if (!container->is_stopping && grace > 0)
		kill(-container->pid, signal > 0 && signal < NSIG ? signal : SIGTERM);
	container->is_stopping = 1;
	if (grace == 0)
		kill(-container->pid, SIGKILL);
}

void shim_check_deadlines(shim_state *shim)
{
	int64_t now = shim_clock_us();
	for (shim_container *container = shim->containers; container; container = container->next) {
		if (!container->kill_at_us || container->kill_at_us > now)
			continue;
		container->kill_at_us = 0;
		kill(-container->pid, SIGKILL);
		if (container->phase == PHASE_DRAINING)
			finish(shim, container);
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
