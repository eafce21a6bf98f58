/* HAProxy as a child: started without copying this process, ended with it, watched by a pidfd. */
#include "base/cleanup.h"
#include "traffic/haproxy/haproxy.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK = 64 * 1024 };

extern char **environ;

typedef struct start {
	const char *program;
	char *const *argv;
	const int *fds;
	size_t n;
	int errors; /* descriptor of its standard error */
	pid_t parent;
	int failure; /* errno of what went wrong */
} start;

/*
 * In the child, which shares the parent's memory until it is another program: system calls only.
 * posix_spawn() cannot ask for the signal on the parent's death.
 */
static int run(void *userdata)
{
	start *s = userdata;
	sigset_t none;
	sigemptyset(&none);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != s->parent)
		_exit(127);
	int null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(null, 1);
	dup2(s->errors, 2);
	syscall(SYS_close_range, 3U, ~0U, 4U); /* CLOSE_RANGE_CLOEXEC; without it: their own flags */
	for (size_t i = 0; i < s->n; i++)
		fcntl(s->fds[i], F_SETFD, 0);
	execve(s->program, s->argv, environ);
	s->failure = errno;
	_exit(127);
}

static void reap(haproxy_child *child)
{
	siginfo_t info = {0};
	if (child->pid <= 0)
		return;
	korch_poll_free(KORCH_STEAL(child->poll));
	/* The loop has made the descriptor non-blocking, and waitid() on it. */
	while (waitid(P_PID, (id_t)child->pid, &info, WEXITED) < 0 && errno == EINTR) {
	}
	close(child->pidfd);
	child->pid = 0;
}

void korch__haproxy_kill(haproxy_child *child)
{
	if (child->pid > 0)
		kill(child->pid, SIGKILL); /* not collected yet: the number is its own */
	reap(child);
}

static void on_end(void *userdata, int fd, int events)
{
	haproxy_child *child = userdata;
	haproxy_router *router = child->router;
	(void)fd;
	(void)events;
	reap(child);
	if (!child->is_old) {
		korch__haproxy_ended(router);
		return;
	}
	for (size_t i = 0; i < router->old.n; i++)
		if (router->old.items[i] == child)
			korch__vec_swap_remove(&router->old, i);
	korch__free(child);
}

void korch__haproxy_retire(haproxy_router *router)
{
	haproxy_child *old = router->child.pid ? korch__alloc(sizeof(*old)) : NULL;
	if (!router->child.pid)
		return;
	if (!old || korch__vec_reserve(&router->old, 1) < 0) {
		korch__free(old);
		korch__haproxy_kill(&router->child);
		return;
	}
	*old = router->child;
	old->is_old = 1;
	router->child = (haproxy_child){0};
	korch_poll_free(KORCH_STEAL(old->poll));
	router->old.items[router->old.n++] = old;
	if (korch_poll_new(&old->poll, router->loop, old->pidfd, KORCH_POLL_IN, on_end, old) < 0) {
		router->old.n--;
		korch__haproxy_kill(old);
		korch__free(old);
	}
}

int korch__haproxy_restore(haproxy_router *router)
{
	haproxy_child *old = router->old.n ? router->old.items[router->old.n - 1] : NULL;
	if (!old || !router->is_restoring)
		return 0;
	korch_poll_free(KORCH_STEAL(old->poll));
	router->old.n--;
	router->child = *old;
	router->child.is_old = 0;
	korch__free(old);
	if (korch_poll_new(&router->child.poll, router->loop, router->child.pidfd, KORCH_POLL_IN,
	                   on_end, &router->child) == 0)
		return 1;
	korch__haproxy_kill(&router->child);
	return 0;
}

int korch__haproxy_spawn(haproxy_router *router, char *const *argv, const int *fds, size_t n)
{
	_cleanup_free_ char *errors = korch__sprintf("%s/errors", router->folder);
	_cleanup_free_ char *stack = korch__alloc(STACK);
	start s = {.program = router->program, .argv = argv, .fds = fds, .n = n, .parent = getpid()};
	haproxy_child child = {.pidfd = -1, .router = router};
	sigset_t all, before;
	if (!errors || !stack)
		return KORCH_E_NOMEM;
	s.errors = open(errors, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	if (s.errors < 0)
		return KORCH_E_IO;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before); /* no handler of ours may run in the child */
	child.pid =
	    clone(run, stack + STACK, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &s, &child.pidfd);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	close(s.errors);
	if (child.pid < 0)
		return KORCH_E_IO;
	fcntl(child.pidfd, F_SETFD, FD_CLOEXEC);
	router->child = child;
	if (s.failure || korch_poll_new(&router->child.poll, router->loop, child.pidfd, KORCH_POLL_IN,
	                                on_end, &router->child) < 0) {
		korch__haproxy_kill(&router->child);
		return s.failure == ENOENT ? KORCH_E_NOT_FOUND : s.failure ? KORCH_E_IO : KORCH_E_NOMEM;
	}
	return 0;
}
