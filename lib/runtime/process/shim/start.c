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

enum { LIST_MAX = 65536 };

/* What went wrong in the child, told to the parent through a pipe that exec closes. */
struct failure {
	int code;
	char stage[240];
};

static char **read_list(wire_reader *reader)
{
	int64_t n = wire_get_i64(reader);
	if (n < 0 || n > LIST_MAX)
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
	if (n < 0 || n > LIST_MAX)
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

static void join_cgroups(const shim_start *start, int pipe)
{
	for (char **path = start->cgroups; *path; path++) {
		int fd = open(*path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "0", 1) != 1)
			fail(pipe, "join cgroup", *path);
		close(fd);
	}
}

static void become_user(const shim_start *start, int pipe)
{
	if (start->gid >= 0 && (gid_t)start->gid != getegid()) {
		gid_t gid = (gid_t)start->gid;
		if (setgroups(1, &gid) < 0 || setresgid(gid, gid, gid) < 0)
			fail(pipe, "set group", "");
	}
	if (start->uid >= 0 && (uid_t)start->uid != geteuid()) {
		uid_t uid = (uid_t)start->uid;
		if (start->gid < 0 && setgroups(0, NULL) < 0)
			fail(pipe, "drop groups", "");
		if (setresuid(uid, uid, uid) < 0)
			fail(pipe, "set user", "");
	}
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
	join_cgroups(start, pipe);
	if ((start->n_mounts || start->read_only_root) && shim_mount_all(start, &failed) < 0)
		fail(pipe, "mount", failed);
	if (*start->root && (chroot(start->root) < 0 || chdir("/") < 0))
		fail(pipe, "change root to", start->root);
	set_streams(out, err, start->tty, pipe);
	become_user(start, pipe);
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

static char **copy_env(char *const *env)
{
	size_t n = 0;
	while (env[n])
		n++;
	char **copy = calloc(n + 1, sizeof(*copy));
	for (size_t i = 0; copy && i < n; i++)
		copy[i] = strdup(env[i]);
	return copy;
}

static int open_streams(shim_container *container, const shim_start *start, int out[2], int err[2])
{
	if (start->tty) {
		if (open_terminal(&out[0], &out[1]) < 0)
			return -1;
		err[1] = dup(out[1]);
	} else if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0) {
		return -1;
	}
	for (int i = 0; i < 2; i++) {
		int fd = i ? err[0] : out[0];
		if (fd >= 0)
			fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	}
	container->out = (shim_stream){.fd = out[0], .name = "stdout"};
	container->err = (shim_stream){.fd = err[0], .name = "stderr"};
	return 0;
}

int shim_start_container(shim_container *container, const shim_start *start, char *message, size_t size)
{
	int out[2] = {-1, -1};
	int err[2] = {-1, -1};
	int status[2];
	container->id = strdup(start->id);
	container->name = strdup(start->name);
	container->env = copy_env(start->env);
	container->restarts = start->restarts;
	container->own_mounts = start->n_mounts > 0 || start->read_only_root || *start->root;
	container->log = (shim_log){.path = strdup(start->log_path), .fd = -1, .max_bytes = start->log_max_bytes, .max_files = start->log_max_files};
	if (!container->id || !container->name || !container->env || !container->log.path) {
		snprintf(message, size, "out of memory");
		return -1;
	}
	if (shim_log_open(&container->log) < 0) {
		snprintf(message, size, "open log file %s: %s", start->log_path, strerror(errno));
		return -1;
	}
	if (open_streams(container, start, out, err) < 0 || pipe2(status, O_CLOEXEC) < 0) {
		snprintf(message, size, "open streams: %s", strerror(errno));
		return -1;
	}
	pid_t shim_pid = getpid();
	pid_t pid = fork();
	if (pid == 0)
		run_child(start, out[1], err[1], status[1], shim_pid);
	close(out[1]);
	close(err[1]);
	close(status[1]);
	struct failure failure = {0};
	ssize_t n = pid < 0 ? -1 : read(status[0], &failure, sizeof(failure));
	int fork_error = errno;
	close(status[0]);
	if (pid > 0 && n == 0) {
		container->pid = pid;
		container->phase = PHASE_RUNNING;
		container->started_us = shim_now_us();
		return 0;
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	failure.stage[sizeof(failure.stage) - 1] = 0;
	snprintf(message, size, "%s: %s", pid < 0 ? "fork" : failure.stage, strerror(pid < 0 ? fork_error : failure.code));
	return -1;
}
