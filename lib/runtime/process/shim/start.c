/* Starting a container: reading the START message, and the way from fork to exec. */
#include "runtime/process/shim/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What went wrong in the child, told to the parent through a pipe that exec closes. */
struct failure {
	int code;
	char stage[240];
};

static char **read_list(wire_reader *reader)
{
	int64_t n = wire_get_i64(reader);
	if (n < 0 || n > WIRE_LIST_MAX)
		reader->failed = 1;
	if (reader->failed)
		return NULL;
	char **list = calloc((size_t)n + 1, sizeof(*list));
	for (int64_t i = 0; list && i < n; i++)
		list[i] = (char *)(uintptr_t)wire_get_string(reader);
	return list;
}

static void read_mounts(shim_start *out, wire_reader *reader)
{
	int64_t n = wire_get_i64(reader);
	if (n < 0 || n > WIRE_LIST_MAX)
		reader->failed = 1;
	if (reader->failed)
		return;
	out->mounts = calloc((size_t)n + 1, sizeof(*out->mounts));
	out->n_mounts = out->mounts ? (size_t)n : 0;
	for (size_t i = 0; i < out->n_mounts; i++) {
		out->mounts[i].source = wire_get_string(reader);
		out->mounts[i].target = wire_get_string(reader);
		out->mounts[i].read_only = (int)wire_get_i64(reader);
	}
}

int shim_read_start(shim_start *out, wire_reader *reader)
{
	memset(out, 0, sizeof(*out));
	out->id = wire_get_string(reader);
	out->name = wire_get_string(reader);
	out->restarts = (int)wire_get_i64(reader);
	out->argv = read_list(reader);
	out->env = read_list(reader);
	out->cwd = wire_get_string(reader);
	out->root = wire_get_string(reader);
	read_mounts(out, reader);
	out->log_path = wire_get_string(reader);
	out->log_max_bytes = wire_get_i64(reader);
	out->log_max_files = (int)wire_get_i64(reader);
	out->uid = wire_get_i64(reader);
	out->gid = wire_get_i64(reader);
	out->cgroups = read_list(reader);
	out->tty = (int)wire_get_i64(reader);
	out->read_only_root = (int)wire_get_i64(reader);
	if (reader->failed || !out->argv || !out->argv[0] || !out->env || !out->mounts || !out->cgroups)
		return -1;
	return 0;
}

void shim_start_fini(shim_start *start)
{
	free(start->argv);
	free(start->env);
	free(start->mounts);
	free(start->cgroups);
}

static void fail(int pipe, const char *stage, const char *what)
{
	struct failure failure = {.code = errno};
	snprintf(failure.stage, sizeof(failure.stage), "%s%s%s", stage, *what ? " " : "", what);
	ssize_t ignored = write(pipe, &failure, sizeof(failure));
	(void)ignored;
	_exit(127);
}

int shim_join_cgroups(char *const *cgroups, const char **failed)
{
	for (char *const *path = cgroups; *path; path++) {
		int fd = open(*path, O_WRONLY | O_CLOEXEC);
		int joined = fd >= 0 && write(fd, "0", 1) == 1;
		*failed = *path;
		if (!joined)
			return -1;
		close(fd);
	}
	return 0;
}

int shim_become_user(int64_t uid, int64_t gid, const char **failed)
{
	if (gid >= 0 && (gid_t)gid != getegid()) {
		gid_t group = (gid_t)gid;
		*failed = "set group";
		if (setgroups(1, &group) < 0 || setresgid(group, group, group) < 0)
			return -1;
	}
	if (uid >= 0 && (uid_t)uid != geteuid()) {
		*failed = "drop groups";
		if (gid < 0 && setgroups(0, NULL) < 0)
			return -1;
		*failed = "set user";
		if (setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid) < 0)
			return -1;
	}
	return 0;
}

static void reset_signals(void)
{
	sigset_t none;
	sigemptyset(&none);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void set_streams(int out, int err, int tty, int pipe)
{
	/* Before the root changes: there may be no /dev in there. */
	int in = tty ? out : open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		fail(pipe, "set streams", "");
	if (tty && ioctl(0, TIOCSCTTY, 0) < 0)
		fail(pipe, "set terminal", "");
}

/* Looks the program up in the container's own PATH, as execvpe does, but with its environment. */
static void execute(const shim_start *start, int pipe)
{
	clearenv();
	environ = start->env;
	execvp(start->argv[0], start->argv);
	fail(pipe, "exec", start->argv[0]);
}

static void run_child(const shim_start *start, int out, int err, int pipe, pid_t shim_pid)
{
	const char *failed = "";
	reset_signals();
	if (setsid() < 0)
		fail(pipe, "set session", "");
	set_streams(out, err, start->tty, pipe);
	if (shim_join_cgroups(start->cgroups, &failed) < 0)
		fail(pipe, "join cgroup", failed);
	if ((start->n_mounts || start->read_only_root) && shim_mount_all(start, &failed) < 0)
		fail(pipe, "mount", failed);
	if (*start->root && (chroot(start->root) < 0 || chdir("/") < 0))
		fail(pipe, "change root to", start->root);
	if (shim_become_user(start->uid, start->gid, &failed) < 0)
		fail(pipe, failed, "");
	if (*start->cwd && chdir(start->cwd) < 0)
		fail(pipe, "change folder to", start->cwd);
	/* After the change of user, which clears it. Containers do not outlive the shim unseen. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != shim_pid)
		fail(pipe, "set death signal", "");
	execute(start, pipe);
}

static int open_terminal(int *master, int *slave)
{
	*master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*master < 0 || grantpt(*master) < 0 || unlockpt(*master) < 0)
		return -1;
	*slave = open(ptsname(*master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	return *slave < 0 ? -1 : 0;
}

void shim_free_list(char **list)
{
	for (char **item = list; item && *item; item++)
		free(*item);
	free(list);
}

static char **copy_list(char *const *list)
{
	size_t n = 0;
	while (list[n])
		n++;
	char **copy = calloc(n + 1, sizeof(*copy));
	for (size_t i = 0; copy && i < n; i++) {
		if ((copy[i] = strdup(list[i])))
			continue;
		shim_free_list(copy);
		return NULL;
	}
	return copy;
}

static void close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++) {
		if (pair[i] >= 0)
			close(pair[i]);
		pair[i] = -1;
	}
}

/* The read ends are the container's at once, and closed with it. */
static int open_streams(shim_container *container, const shim_start *start, int out[2], int err[2])
{
	int result = 0;
	if (start->tty) {
		result = open_terminal(&out[0], &out[1]);
		err[1] = result < 0 ? -1 : fcntl(out[1], F_DUPFD_CLOEXEC, 3);
	} else if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0) {
		result = -1;
	}
	container->out = (shim_stream){.fd = out[0], .name = "stdout"};
	container->err = (shim_stream){.fd = err[0], .name = "stderr"};
	for (int i = 0; i < 2; i++) {
		int fd = i ? err[0] : out[0];
		if (fd >= 0)
			fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	}
	out[0] = err[0] = -1;
	return result < 0 || err[1] < 0 ? -1 : 0;
}

static int prepare(shim_container *container, const shim_start *start, char *message, size_t size)
{
	container->id = strdup(start->id);
	container->name = strdup(start->name);
	container->env = copy_list(start->env);
	container->cgroups = copy_list(start->cgroups);
	container->restarts = start->restarts;
	container->uid = start->uid;
	container->gid = start->gid;
	container->own_mounts = start->n_mounts > 0 || start->read_only_root || *start->root;
	container->log = (shim_log){.path = strdup(start->log_path),
	                            .fd = -1,
	                            .max_bytes = start->log_max_bytes,
	                            .max_files = start->log_max_files};
	if (!container->id || !container->name || !container->env || !container->cgroups ||
	    !container->log.path) {
		snprintf(message, size, "out of memory");
		return -1;
	}
	if (shim_log_open(&container->log) < 0) {
		snprintf(message, size, "open log file %s: %s", start->log_path, strerror(errno));
		return -1;
	}
	return 0;
}

/* Waits for the child's exec; its failure is told through the pipe that exec closes. */
static int await_exec(pid_t pid, int status, char *message, size_t size)
{
	struct failure failure = {.code = EIO, .stage = "start"};
	ssize_t n;
	while ((n = read(status, &failure, sizeof(failure))) < 0 && errno == EINTR) {
	}
	if (n == 0)
		return 0;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
	}
	failure.stage[sizeof(failure.stage) - 1] = 0;
	snprintf(message, size, "%s: %s", failure.stage, strerror(failure.code));
	return -1;
}

int shim_start_container(shim_container *container, const shim_start *start, char *message,
                         size_t size)
{
	int out[2] = {-1, -1};
	int err[2] = {-1, -1};
	int status[2] = {-1, -1};
	if (prepare(container, start, message, size) < 0)
		return -1;
	pid_t shim_pid = getpid();
	pid_t pid =
	    open_streams(container, start, out, err) < 0 || pipe2(status, O_CLOEXEC) < 0 ? -1 : fork();
	int failure = errno;
	if (pid == 0)
		run_child(start, out[1], err[1], status[1], shim_pid);
	close_pair(out);
	close_pair(err);
	if (status[1] >= 0)
		close(status[1]);
	int result = -1;
	if (pid < 0)
		snprintf(message, size, "fork: %s", strerror(failure));
	else
		result = await_exec(pid, status[0], message, size);
	if (status[0] >= 0)
		close(status[0]);
	if (result == 0) {
		container->pid = pid;
		container->phase = PHASE_RUNNING;
		container->started_us = shim_now_us();
	}
	return result;
}
