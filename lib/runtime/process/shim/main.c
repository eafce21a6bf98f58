/*
 * korch-shim FOLDER: becomes the parent of a pod's containers. Returns once it can be connected to
 * at FOLDER/shim.sock; the shim itself goes on in the background, in a session of its own.
 */
#include "runtime/process/shim/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MAX = 4 + 256 * 2 + 256, LAST_WORD_MS = 1000, BACKLOG = 128 };

int64_t shim_now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t shim_clock_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int listen_here(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "shim.sock"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	unlink(address.sun_path);
	mode_t mask = umask(0177);
	int failed = fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	             listen(fd, BACKLOG) < 0;
	umask(mask);
	return failed ? -1 : fd;
}

/*
 * Field 22 of /proc/self/stat, in clock ticks since boot: with the pid it names this process for
 * ever.
 */
static unsigned long long start_time(void)
{
	char text[1024];
	unsigned long long ticks = 0;
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = 0;
	char *at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at)
		ticks = strtoull(at, NULL, 10);
	return ticks;
}

/* Ids and start times begin anew with each boot, and boots resemble each other. */
static void boot_id(char *out, size_t size)
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);
	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = 0;
	out[strcspn(out, "\n")] = 0;
}

static int write_identity(void)
{
	char boot[64];
	char text[128];
	boot_id(boot, sizeof(boot));
	int length = snprintf(text, sizeof(text), "%d %llu %s\n", (int)getpid(), start_time(), boot);
	unlink("shim.pid.new");
	int fd = open("shim.pid.new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	ssize_t n = fd < 0 ? -1 : write(fd, text, (size_t)length);
	if (fd < 0 || close(fd) != 0 || n != length)
		return -1;
	return rename("shim.pid.new", "shim.pid");
}

static void accept_connection(shim_state *shim)
{
	int fd = accept4(shim->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	struct ucred peer;
	socklen_t length = sizeof(peer);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0 ||
	    (peer.uid != 0 && peer.uid != getuid())) {
		close(fd);
		return;
	}
	shim_disconnect(shim); /* the newest counts: its program has the folder's lock */
	wire_fini(&shim->in);
	shim->connection = fd;
}

static void read_connection(shim_state *shim)
{
	char chunk[16384];
	for (;;) {
		ssize_t n = read(shim->connection, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0 || wire_append(&shim->in, chunk, (size_t)n) < 0) {
			shim_disconnect(shim);
			return;
		}
		shim_handle_frames(shim);
		if (shim->connection < 0)
			return;
	}
}

static size_t add_poll(struct pollfd *fds, size_t n, int fd, short events)
{
	if (fd < 0 || n >= POLL_MAX)
		return n;
	fds[n] = (struct pollfd){.fd = fd, .events = events};
	return n + 1;
}

static size_t collect(const shim_state *shim, struct pollfd *fds)
{
	size_t n = 0;
	n = add_poll(fds, n, shim->signals, POLLIN);
	n = add_poll(fds, n, shim->listener, POLLIN);
	n = add_poll(fds, n, shim->connection, shim->out.len ? POLLIN | POLLOUT : POLLIN);
	for (const shim_container *container = shim->containers; container;
	     container = container->next) {
		n = add_poll(fds, n, container->out.fd, POLLIN);
		n = add_poll(fds, n, container->err.fd, POLLIN);
	}
	for (const shim_exec *exec = shim->execs; exec; exec = exec->next)
		n = add_poll(fds, n, exec->fd, POLLIN);
	return n;
}

static int is_ready(const struct pollfd *fds, size_t n, int fd)
{
	for (size_t i = 0; fd >= 0 && i < n; i++)
		if (fds[i].fd == fd)
			return fds[i].revents != 0;
	return 0;
}

static int wait_ms(const shim_state *shim)
{
	int64_t next = shim_next_deadline(shim);
	if (next < 0)
		return -1;
	int64_t left = next - shim_clock_us();
	return left <= 0 ? 0 : left / 1000 >= INT32_MAX ? INT32_MAX : (int)(left / 1000) + 1;
}

static void round_of(shim_state *shim)
{
	struct pollfd fds[POLL_MAX];
	size_t n = collect(shim, fds);
	if (poll(fds, n, wait_ms(shim)) < 0)
		return;
	for (shim_container *container = shim->containers; container; container = container->next) {
		if (is_ready(fds, n, container->out.fd))
			shim_stream_read(&container->out, &container->log, SHIM_READ_ROUNDS);
		if (is_ready(fds, n, container->err.fd))
			shim_stream_read(&container->err, &container->log, SHIM_READ_ROUNDS);
	}
	for (shim_exec *exec = shim->execs; exec; exec = exec->next)
		if (is_ready(fds, n, exec->fd))
			shim_exec_read(exec);
	if (is_ready(fds, n, shim->signals)) {
		struct signalfd_siginfo info;
		while (read(shim->signals, &info, sizeof(info)) > 0) {
		}
		shim_reap(shim);
	}
	shim_check_deadlines(shim);
	if (is_ready(fds, n, shim->connection))
		read_connection(shim);
	if (is_ready(fds, n, shim->listener))
		accept_connection(shim);
	shim_flush(shim);
}

/* Kills everything that is left, collects it, and says so to whoever asked for it. */
static void end(shim_state *shim)
{
	struct pollfd fd = {.fd = shim->signals, .events = POLLIN};
	while (shim_has_children()) {
		shim_kill_everything();
		poll(&fd, 1, 20);
		struct signalfd_siginfo info;
		while (read(shim->signals, &info, sizeof(info)) > 0) {
		}
		shim_reap(shim);
	}
	unlink("shim.sock");
	unlink("shim.pid");
	wire_end(&shim->out, wire_begin(&shim->out, WIRE_ENDED));
	shim_flush(shim);
	/* A program that does not read is not waited for: it will see that nothing is left. */
	fd = (struct pollfd){.fd = shim->connection, .events = POLLOUT};
	while (shim->connection >= 0 && shim->out.len && poll(&fd, 1, LAST_WORD_MS) > 0)
		shim_flush(shim);
}

static int serve(int listener)
{
	shim_state shim = {.listener = listener, .connection = -1};
	sigset_t child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_SETMASK, &child, NULL);
	shim.signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	if (shim.signals < 0)
		return 1;
	while (!shim.is_ending)
		round_of(&shim);
	end(&shim);
	shim_forget_all(&shim);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 2 || chdir(argv[1]) < 0) {
		fprintf(stderr,
		        "usage: korch-shim FOLDER (an existing folder; started by korch, not by people)\n");
		return 2;
	}
	int listener = listen_here();
	if (listener < 0) {
		fprintf(stderr, "korch-shim: %s/shim.sock: %s\n", argv[1], strerror(errno));
		return 1;
	}
	int ready[2];
	if (pipe2(ready, O_CLOEXEC) < 0)
		return 1;
	pid_t pid = fork();
	if (pid != 0) {
		char byte;
		close(ready[1]);
		return pid > 0 && read(ready[0], &byte, 1) == 1 ? 0 : 1;
	}
	setsid();
	umask(022);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_NAME, "korch-shim");
	for (int i = 1; i < NSIG; i++)
		signal(i, i == SIGPIPE || i == SIGHUP || i == SIGINT || i == SIGTERM ? SIG_IGN : SIG_DFL);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int i = 0; null >= 0 && i < 3; i++)
		dup2(null, i);
	if (write_identity() < 0 || write(ready[1], "", 1) != 1)
		return 1;
	close(ready[0]);
	close(ready[1]);
	return serve(listener);
}
