/* Starting a pod's shim, and knowing whether it is still there. */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KILL_WAIT_MS = 1000 };

extern char **environ;

int korch__process_kill(pid_t pid, unsigned long long ticks)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	int is_it = (fd >= 0 || errno == ENOSYS) && korch__process_start_time(pid) == ticks;
	if (is_it && fd < 0)
		kill(pid, SIGKILL); /* a kernel without pidfd, before 5.3 */
	else if (is_it && syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) == 0) {
		struct pollfd end = {.fd = fd, .events = POLLIN};
		poll(&end, 1, KILL_WAIT_MS);
	}
	if (fd >= 0)
		close(fd);
	return is_it;
}

/* The text of a small file, "" when there is none. No memory is asked for: being short of it must
 * not look like a shim that has ended. */
static void read_small(char *out, size_t size, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);
	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = 0;
}

/* Ids and start times begin anew with each boot: those of another one are nobody's. */
static int is_of_this_boot(const char *boot)
{
	char now[64];
	read_small(now, sizeof(now), "/proc/sys/kernel/random/boot_id");
	now[strcspn(now, "\n")] = 0;
	return strcmp(boot, now) == 0;
}

/* The shim's process and when it started; -1 when it is not written down or not running. */
static int find_shim(const process_sandbox *sandbox, pid_t *pid, unsigned long long *ticks)
{
	char path[PATH_MAX];
	char text[128];
	char boot[64] = "";
	int number = 0;
	if (snprintf(path, sizeof(path), "%s/shim.pid", sandbox->folder) >= (int)sizeof(path))
		return -1;
	read_small(text, sizeof(text), path);
	if (sscanf(text, "%d %llu %63s", &number, ticks, boot) < 2 || number <= 1 || *ticks == 0 ||
	    !is_of_this_boot(boot))
		return -1;
	*pid = (pid_t)number;
	return korch__process_start_time(*pid) == *ticks ? 0 : -1;
}

int korch__process_shim_alive(const process_sandbox *sandbox)
{
	pid_t pid;
	unsigned long long ticks;
	return find_shim(sandbox, &pid, &ticks) == 0;
}

void korch__process_shim_kill(const process_sandbox *sandbox)
{
	pid_t pid;
	unsigned long long ticks;
	if (find_shim(sandbox, &pid, &ticks) == 0)
		korch__process_kill(pid, ticks);
}

void korch__process_launcher_forget(process_sandbox *sandbox)
{
	siginfo_t info = {0};
	korch_poll_free(KORCH_STEAL(sandbox->launcher_poll));
	if (sandbox->launcher < 0)
		return;
	/*
	 * It is about to end by itself: the shim is there, or could not be started. Collected already:
	 * nothing happens.
	 */
	struct pollfd end = {.fd = sandbox->launcher, .events = POLLIN};
	/* The loop has made the descriptor non-blocking, and waitid() with it. */
	while (poll(&end, 1, -1) < 0 && errno == EINTR) {
	}
	while (waitid(P_PIDFD, (id_t)sandbox->launcher, &info, WEXITED) < 0 && errno == EINTR) {
	}
	close(sandbox->launcher);
	sandbox->launcher = -1;
}

static void on_launched(void *userdata, int fd, int events)
{
	process_sandbox *sandbox = userdata;
	int was_ending = sandbox->state == SANDBOX_ENDING;
	/*
	 * Its exit status says no more than whether the shim can be connected to; it may be that the
	 * program ignores its children.
	 */
	korch__process_launcher_forget(sandbox);
	if (korch__process_connect(sandbox) < 0)
		korch__process_sandbox_lost(sandbox);
	else if (was_ending)
		korch__process_sandbox_end(sandbox);
}

static int describe(posix_spawnattr_t *attributes, posix_spawn_file_actions_t *actions)
{
	sigset_t all;
	sigset_t none;
	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_setflags(attributes,
	                         POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setsigmask(attributes, &none);
	int failure = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDWR, 0);
	if (!failure)
		failure = posix_spawn_file_actions_adddup2(actions, 0, 1);
	if (!failure)
		failure = posix_spawn_file_actions_adddup2(actions, 0, 2);
	if (!failure)
		failure = posix_spawn_file_actions_addclosefrom_np(actions, 3);
	return failure;
}

/*
 * Starts korch-shim without copying this process (posix_spawn is vfork-like), out of this session
 * and with clean signals.
 */
static int spawn(pid_t *pid, const process_sandbox *sandbox)
{
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_t actions;
	char name[] = "korch-shim";
	char *const argv[] = {name, sandbox->folder, NULL};
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_init(&actions);
	int failure = describe(&attributes, &actions);
	if (!failure)
		failure = posix_spawn(pid, sandbox->runtime->shim, &actions, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return failure;
}

static int keep_spec(process_sandbox *sandbox, const korch_sandbox_spec *spec)
{
	sandbox->node = korch__strdup(korch__text_or_empty(spec->node));
	sandbox->pod_namespace = korch__strdup(korch__text_or_empty(spec->pod_namespace));
	sandbox->pod_name = korch__strdup(korch__text_or_empty(spec->pod_name));
	sandbox->address = korch__strdup(korch__text_or_empty(spec->address));
	sandbox->hostname = korch__strdup(
	    spec->hostname && *spec->hostname ? spec->hostname : korch__text_or_empty(spec->pod_name));
	sandbox->hosts_file = korch__strdup(korch__text_or_empty(spec->hosts_file));
	sandbox->labels = korch_block_ref(spec->labels);
	return sandbox->node && sandbox->pod_namespace && sandbox->pod_name && sandbox->address &&
	               sandbox->hostname && sandbox->hosts_file
	           ? 0
	           : KORCH_E_NOMEM;
}

/* Watches the launcher for its end. When that cannot be, what was launched is taken back. */
static int watch(process_sandbox *sandbox, pid_t pid)
{
	sandbox->launcher = (int)syscall(SYS_pidfd_open, pid, 0);
	if (sandbox->launcher < 0 && (errno == ENOSYS || errno == ESRCH)) {
		/* A kernel without pidfd, before 5.3: the few milliseconds are waited for. ESRCH: it has
		 * ended already, and this program ignores its children, which the kernel then collects. */
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
		}
		return korch__process_connect(sandbox);
	}
	int code = sandbox->launcher < 0 ? KORCH_E_LIMIT : 0;
	if (code == 0)
		code = korch_poll_new(&sandbox->launcher_poll, sandbox->runtime->loop, sandbox->launcher,
		                      KORCH_POLL_IN, on_launched, sandbox);
	if (code == 0) {
		sandbox->state = SANDBOX_LAUNCHING;
		return 0;
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
	}
	korch__process_launcher_forget(sandbox);
	korch__process_shim_kill(sandbox);
	return code;
}

int korch__process_sandbox_launch(process_sandbox *sandbox, const korch_sandbox_spec *spec,
                                  char *message, size_t size)
{
	pid_t pid = -1;
	if (keep_spec(sandbox, spec) < 0)
		return KORCH_E_NOMEM;
	if (mkdir(sandbox->folder, 0700) < 0 && errno != EEXIST) {
		snprintf(message, size, "%s: %s", sandbox->folder, strerror(errno));
		return KORCH_E_IO;
	}
	int code = korch__process_save_spec(sandbox);
	if (code < 0) {
		snprintf(message, size, "%s/spec: %s", sandbox->folder, korch_code_text(code));
		return code;
	}
	int failure = spawn(&pid, sandbox);
	if (failure) {
		snprintf(message, size, "%s: %s", sandbox->runtime->shim, strerror(failure));
		return failure == ENOMEM ? KORCH_E_NOMEM : KORCH_E_IO;
	}
	code = watch(sandbox, pid);
	if (code < 0)
		snprintf(message, size, "the pod's shim cannot be watched: %s", korch_code_text(code));
	return code;
}
