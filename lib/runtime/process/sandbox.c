/* A pod's folder and shim: starting the shim, the connection to it, its end. What the shim says stands in answers.c. */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SANDBOXES_MAX = 4096 };

extern char **environ;

process_sandbox *korch__process_sandbox_find(const process_runtime *runtime, const char *id)
{
	for (process_sandbox *sandbox = runtime->sandboxes; sandbox; sandbox = sandbox->next)
		if (strcmp(sandbox->id, id) == 0)
			return sandbox;
	return NULL;
}

process_container *korch__process_container_find(const process_sandbox *sandbox, const char *id)
{
	for (process_container *container = sandbox->containers; container; container = container->next)
		if (strcmp(container->id, id) == 0)
			return container;
	return NULL;
}

process_sandbox *korch__process_sandbox_of(const process_runtime *runtime, const char *container_id)
{
	for (process_sandbox *sandbox = runtime->sandboxes; sandbox; sandbox = sandbox->next)
		if (korch__process_container_find(sandbox, container_id))
			return sandbox;
	return NULL;
}

int korch__process_sandbox_new(process_sandbox **out, process_runtime *runtime, const char *id)
{
	if (runtime->n_sandboxes >= SANDBOXES_MAX)
		return KORCH_E_LIMIT;
	process_sandbox *sandbox = korch__calloc(1, sizeof(*sandbox));
	if (!sandbox)
		return KORCH_E_NOMEM;
	sandbox->runtime = runtime;
	sandbox->launcher = sandbox->connection = -1;
	sandbox->id = korch__strdup(id);
	sandbox->folder = korch__sprintf("%s/pods/%s", runtime->state_folder, id);
	if (!sandbox->id || !sandbox->folder) {
		korch__free(sandbox->id);
		korch__free(sandbox->folder);
		korch__free(sandbox);
		return KORCH_E_NOMEM;
	}
	process_sandbox **slot = &runtime->sandboxes;
	while (*slot)
		slot = &(*slot)->next;
	*slot = sandbox;
	runtime->n_sandboxes++;
	*out = sandbox;
	return 0;
}

static void disconnect(process_sandbox *sandbox)
{
	korch_poll_free(KORCH_STEAL(sandbox->poll));
	if (sandbox->connection >= 0)
		close(sandbox->connection);
	sandbox->connection = -1;
	wire_fini(&sandbox->in);
	wire_fini(&sandbox->out);
}

static void forget_launcher(process_sandbox *sandbox)
{
	korch_poll_free(KORCH_STEAL(sandbox->launcher_poll));
	if (sandbox->launcher >= 0)
		close(sandbox->launcher);
	sandbox->launcher = -1;
}

static void free_containers(process_sandbox *sandbox)
{
	while (sandbox->containers) {
		process_container *container = sandbox->containers;
		sandbox->containers = container->next;
		if (container->cgroup)
			korch__cgroup_remove(container->cgroup);
		korch__free(container->cgroup);
		korch__free(container->id);
		korch__free(container->name);
		korch__free(container);
	}
}

void korch__process_sandbox_free(process_sandbox *sandbox)
{
	process_runtime *runtime = sandbox->runtime;
	for (process_sandbox **slot = &runtime->sandboxes; *slot; slot = &(*slot)->next) {
		if (*slot != sandbox)
			continue;
		*slot = sandbox->next;
		runtime->n_sandboxes--;
		break;
	}
	korch__process_calls_answer_all(&sandbox->calls, KORCH_E_CLOSED, "the pod is being removed");
	korch__process_calls_answer_all(&sandbox->creates, KORCH_E_CLOSED, "the pod is being removed");
	korch__process_calls_answer_all(&sandbox->removes, 0, "");
	disconnect(sandbox);
	forget_launcher(sandbox);
	free_containers(sandbox);
	korch_block_unref(sandbox->labels);
	char *const texts[] = {sandbox->id,		 sandbox->node,		sandbox->pod_namespace, sandbox->pod_name,
						   sandbox->address, sandbox->hostname, sandbox->hosts_file,	sandbox->folder};
	for (size_t i = 0; i < KORCH_COUNT(texts); i++)
		korch__free(texts[i]);
	korch__free(sandbox);
}

/* Nothing runs in there any more, without this runtime having wished it: what ran was killed with the shim. */
void korch__process_sandbox_lost(process_sandbox *sandbox)
{
	process_runtime *runtime = sandbox->runtime;
	int was_ending = sandbox->state == SANDBOX_ENDING;
	disconnect(sandbox);
	sandbox->state = SANDBOX_LOST;
	korch__process_kill_strays(sandbox->id);
	korch__process_calls_answer_all(&sandbox->calls, KORCH_E_CLOSED, "the pod's shim has ended");
	korch__process_calls_answer_all(&sandbox->creates, KORCH_E_IO, "the pod's shim could not be started");
	for (process_container *container = sandbox->containers; container; container = container->next) {
		if (container->phase == KORCH_CONTAINER_EXITED)
			continue;
		container->phase = KORCH_CONTAINER_EXITED;
		container->signal = SIGKILL;
		container->exit_code = 128 + SIGKILL;
		container->finished_us = korch_loop_now(runtime->loop);
		if (!was_ending)
			korch__process_report(sandbox, container);
	}
	if (was_ending)
		korch__process_sandbox_end(sandbox);
	korch__process_listing_done(runtime);
}

static void remove_folder(const process_sandbox *sandbox)
{
	static const char *const FILES[] = {"shim.sock", "shim.pid", "shim.pid.new", "spec", "spec.new"};
	char path[4096];
	for (size_t i = 0; i < KORCH_COUNT(FILES); i++) {
		snprintf(path, sizeof(path), "%s/%s", sandbox->folder, FILES[i]);
		unlink(path);
	}
	rmdir(sandbox->folder);
}

void korch__process_sandbox_end(process_sandbox *sandbox)
{
	if (sandbox->connection < 0 && sandbox->launcher < 0) {
		remove_folder(sandbox);
		korch__process_sandbox_free(sandbox);
		return;
	}
	if (sandbox->state == SANDBOX_ENDING)
		return;
	sandbox->state = SANDBOX_ENDING;
	if (sandbox->connection >= 0) {
		wire_end(&sandbox->out, wire_begin(&sandbox->out, WIRE_END));
		korch__process_send(sandbox);
	}
}

static int flush(process_sandbox *sandbox)
{
	while (sandbox->out.len) {
		ssize_t n = send(sandbox->connection, sandbox->out.data, sandbox->out.len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0)
			return -1;
		wire_consume(&sandbox->out, (size_t)n);
	}
	return korch_poll_set(sandbox->poll, sandbox->out.len ? KORCH_POLL_IN | KORCH_POLL_OUT : KORCH_POLL_IN);
}

void korch__process_send(process_sandbox *sandbox)
{
	/* A broken connection is noticed by its reader, from the loop and not from inside a call. */
	if (sandbox->connection >= 0)
		flush(sandbox);
}

/* Returns 0 while the connection is good. */
static int receive(process_sandbox *sandbox)
{
	char chunk[16384];
	for (;;) {
		ssize_t n = recv(sandbox->connection, chunk, sizeof(chunk), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0)
			return -1;
		wire_append(&sandbox->in, chunk, (size_t)n);
		wire_reader reader;
		int type = 0;
		long size;
		while (sandbox->connection >= 0 && (size = wire_frame(&sandbox->in, &type, &reader)) != 0) {
			if (size < 0)
				return -1;
			if (type == WIRE_ENDED)
				return -1;
			korch__process_handle(sandbox, type, &reader);
			wire_consume(&sandbox->in, (size_t)size);
		}
	}
}

static void on_connection(void *userdata, int fd, int events)
{
	process_sandbox *sandbox = userdata;
	int failed = (events & KORCH_POLL_OUT) && flush(sandbox) < 0;
	if (!failed && (events & KORCH_POLL_IN))
		failed = receive(sandbox) < 0;
	if (failed)
		korch__process_sandbox_lost(sandbox);
}

/* The path of a socket may be longer than an address holds, so it is named through its folder's descriptor. */
static int connect_socket(const char *folder)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/shim.sock", dir);
	int failed = dir < 0 || fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0;
	if (dir >= 0)
		close(dir);
	if (failed && fd >= 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int korch__process_connect(process_sandbox *sandbox)
{
	sandbox->connection = connect_socket(sandbox->folder);
	if (sandbox->connection < 0)
		return KORCH_E_IO;
	int code = korch_poll_new(&sandbox->poll, sandbox->runtime->loop, sandbox->connection, KORCH_POLL_IN, on_connection, sandbox);
	if (code < 0) {
		disconnect(sandbox);
		return code;
	}
	sandbox->state = SANDBOX_LISTING;
	wire_end(&sandbox->out, wire_begin(&sandbox->out, WIRE_LIST));
	korch__process_send(sandbox);
	return 0;
}

static void on_launched(void *userdata, int fd, int events)
{
	process_sandbox *sandbox = userdata;
	siginfo_t info = {0};
	if (waitid(P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG) < 0 && errno == EINTR)
		return;
	int was_ending = sandbox->state == SANDBOX_ENDING;
	forget_launcher(sandbox);
	if (info.si_code != CLD_EXITED || info.si_status != 0 || korch__process_connect(sandbox) < 0) {
		korch__process_sandbox_lost(sandbox);
		return;
	}
	if (was_ending)
		korch__process_sandbox_end(sandbox);
}

/* Starts korch-shim without copying this process (posix_spawn is vfork-like), out of this session and with clean signals. */
static int spawn(pid_t *pid, const process_sandbox *sandbox)
{
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_t actions;
	sigset_t all;
	sigset_t none;
	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&actions, 0, 1);
	posix_spawn_file_actions_adddup2(&actions, 0, 2);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	char name[] = "korch-shim";
	char *const argv[] = {name, sandbox->folder, NULL};
	int failure = posix_spawn(pid, sandbox->runtime->shim, &actions, &attributes, argv, environ);
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
	sandbox->hostname = korch__strdup(spec->hostname && *spec->hostname ? spec->hostname : korch__text_or_empty(spec->pod_name));
	sandbox->hosts_file = korch__strdup(korch__text_or_empty(spec->hosts_file));
	sandbox->labels = korch_block_ref(spec->labels);
	return sandbox->node && sandbox->pod_namespace && sandbox->pod_name && sandbox->address && sandbox->hostname && sandbox->hosts_file
			   ? 0
			   : KORCH_E_NOMEM;
}

int korch__process_sandbox_launch(process_sandbox *sandbox, const korch_sandbox_spec *spec, char *message, size_t size)
{
	pid_t pid = -1;
	*message = 0;
	if (keep_spec(sandbox, spec) < 0)
		return KORCH_E_NOMEM;
	if (mkdir(sandbox->folder, 0700) < 0 && errno != EEXIST) {
		snprintf(message, size, "%s: %s", sandbox->folder, strerror(errno));
		return KORCH_E_IO;
	}
	int code = korch__process_save_spec(sandbox);
	if (code < 0) {
		snprintf(message, size, "%s: cannot be written", sandbox->folder);
		return code;
	}
	int failure = spawn(&pid, sandbox);
	if (failure) {
		snprintf(message, size, "%s: %s", sandbox->runtime->shim, strerror(failure));
		return KORCH_E_IO;
	}
	sandbox->launcher = (int)syscall(SYS_pidfd_open, pid, 0);
	if (sandbox->launcher < 0)
		return KORCH_E_LIMIT;
	fcntl(sandbox->launcher, F_SETFD, FD_CLOEXEC);
	sandbox->state = SANDBOX_LAUNCHING;
	return korch_poll_new(&sandbox->launcher_poll, sandbox->runtime->loop, sandbox->launcher, KORCH_POLL_IN, on_launched, sandbox);
}
