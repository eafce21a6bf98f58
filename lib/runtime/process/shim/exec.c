/* Commands inside a running container (probes, lifecycle hooks, people): same view of the file system, same environment. */
#include "runtime/process/shim/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int open_of_pid(pid_t pid, const char *what, int flags)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
	return open(path, flags | O_CLOEXEC);
}

/* Goes where the container's main process is: its namespaces, root, folder and cgroups. */
static int join_container(const shim_container *container)
{
	int root = open_of_pid(container->pid, "root", O_PATH);
	int cwd = open_of_pid(container->pid, "cwd", O_PATH);
	if (root < 0 || cwd < 0)
		return -1;
	if (container->own_mounts) {
		int user = geteuid() == 0 ? -1 : open_of_pid(container->pid, "ns/user", O_RDONLY);
		int mounts = open_of_pid(container->pid, "ns/mnt", O_RDONLY);
		if (user >= 0 && setns(user, CLONE_NEWUSER) < 0)
			return -1;
		if (mounts < 0 || setns(mounts, CLONE_NEWNS) < 0)
			return -1;
		if (fchdir(root) < 0 || chroot(".") < 0)
			return -1;
	}
	return fchdir(cwd);
}

static void run_child(const shim_container *container, char *const *argv, int out)
{
	sigset_t none;
	sigemptyset(&none);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (join_container(container) == 0 && in >= 0 && dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		environ = container->env;
		execvp(argv[0], argv);
	}
	dprintf(out, "exec %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

int shim_start_exec(shim_exec *exec, const shim_container *container, char *const *argv, char *message, size_t size)
{
	int out[2];
	if (pipe2(out, O_CLOEXEC) < 0) {
		snprintf(message, size, "open pipe: %s", strerror(errno));
		return -1;
	}
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	pid_t pid = fork();
	if (pid == 0)
		run_child(container, argv, out[1]);
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
