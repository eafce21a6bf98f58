/*
 * Commands inside a running container (probes, lifecycle hooks, people): same view of the file
 * system, same environment.
 */
#include "runtime/process/shim/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_of_pid(pid_t pid, const char *what, int flags)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
	return open(path, flags | O_CLOEXEC);
}

/* A container whose mounts needed no user namespace, as it has none but the one of the shim. */
static int is_own_user_namespace(int fd)
{
	struct stat theirs;
	struct stat own;
	return fstat(fd, &theirs) == 0 && stat("/proc/self/ns/user", &own) == 0 &&
	       theirs.st_ino == own.st_ino;
}

/* Goes where the container's main process is: its namespaces, root and folder. */
static int join_container(const shim_container *container, const char **failed)
{
	int root = open_of_pid(container->pid, "root", O_PATH);
	int cwd = open_of_pid(container->pid, "cwd", O_PATH);
	*failed = "look at the container";
	if (root < 0 || cwd < 0)
		return -1;
	*failed = "enter the container";
	if (container->own_mounts) {
		int user = geteuid() == 0 ? -1 : open_of_pid(container->pid, "ns/user", O_RDONLY);
		int mounts = open_of_pid(container->pid, "ns/mnt", O_RDONLY);
		if (user >= 0 && !is_own_user_namespace(user) && setns(user, CLONE_NEWUSER) < 0)
			return -1;
		if (mounts < 0 || setns(mounts, CLONE_NEWNS) < 0)
			return -1;
		if (fchdir(root) < 0 || chroot(".") < 0)
			return -1;
	}
	return fchdir(cwd);
}

static void run_child(const shim_container *container, char *const *argv, int out, pid_t shim_pid)
{
	sigset_t none;
	const char *failed = "set streams";
	sigemptyset(&none);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (in >= 0 && dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0 &&
	    shim_join_cgroups(container->cgroups, &failed) == 0 &&
	    join_container(container, &failed) == 0 &&
	    shim_become_user(container->uid, container->gid, &failed) == 0) {
		/* After the change of user, which clears it. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != shim_pid)
			_exit(126);
		environ = container->env;
		failed = argv[0];
		execvp(argv[0], argv);
	}
	int failure = errno;
	dprintf(out, "exec %s: %s\n", failed, strerror(failure));
	_exit(failure == ENOENT ? 127 : 126);
}

int shim_start_exec(shim_exec *exec, const shim_container *container, char *const *argv,
                    char *message, size_t size)
{
	int out[2];
	if (pipe2(out, O_CLOEXEC) < 0) {
		snprintf(message, size, "open pipe: %s", strerror(errno));
		return -1;
	}
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	pid_t shim_pid = getpid();
	pid_t pid = fork();
	if (pid == 0)
		run_child(container, argv, out[1], shim_pid);
	close(out[1]);
	if (pid < 0) {
		snprintf(message, size, "fork: %s", strerror(errno));
		close(out[0]);
		return -1;
	}
	exec->pid = pid;
	exec->fd = out[0];
	return 0;
}

void shim_exec_read(shim_exec *exec)
{
	char chunk[16384];
	for (int i = 0; i < SHIM_READ_ROUNDS && exec->fd >= 0; i++) {
		ssize_t n = read(exec->fd, chunk, sizeof(chunk));
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			close(exec->fd);
			exec->fd = -1;
			return;
		}
		/* What goes beyond the limit is read and dropped, so that the command can go on. */
		size_t room = exec->limit - exec->output.len;
		wire_append(&exec->output, chunk, (size_t)n < room ? (size_t)n : room);
	}
}
