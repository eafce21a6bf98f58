/* What the tests of the process runtime share; see the header. */
#include "process_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const korch_usec DEADLINE = 40 * KORCH_USEC_PER_SEC;

static korch_usec clock_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (korch_usec)now.tv_sec * KORCH_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void on_event(void *userdata, const korch_container_report *report)
{
	world *w = userdata;
	ck_assert_msg(!w->inside, "an event from inside a call");
	ck_assert_uint_lt(w->n_events, WORLD_EVENTS_MAX);
	world_event *event = &w->events[w->n_events++];
	snprintf(event->id, sizeof(event->id), "%s", report->id);
	event->phase = report->phase;
	event->exit_code = report->exit_code;
	event->signal = report->signal;
	event->oom_killed = report->oom_killed;
	event->pid = (pid_t)report->pid;
	event->started_us = report->started_us;
	event->finished_us = report->finished_us;
}

void world_make(world *w)
{
	memset(w, 0, sizeof(*w));
	snprintf(w->folder, sizeof(w->folder), "/tmp/korch-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(w->folder));
	snprintf(w->state, sizeof(w->state), "%s/state", w->folder);
	ck_assert_int_eq(korch_loop_new(&w->loop, NULL), 0);
}

int world_try_open(world *w, korch_error **err)
{
	const korch_process_options options = {
	    .size = sizeof(options),
	    .state_folder = w->state,
	    .images = w->images,
	    .n_images = w->n_images,
	    .no_cgroups = w->no_cgroups,
	};
	int code = korch_runtime_process_new(&w->runtime, w->loop, &options, err);
	if (code < 0)
		return code;
	w->ops = korch_runtime_get_ops(w->runtime);
	w->self = korch_runtime_get_self(w->runtime);
	w->ops->set_listener(w->self, on_event, w);
	return 0;
}

void world_open(world *w)
{
	korch_error *err = NULL;
	int code = world_try_open(w, &err);
	ck_assert_msg(code == 0, "%s", korch_error_message(err));
}

void world_close(world *w)
{
	korch_runtime_free(w->runtime);
	w->runtime = NULL;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static void remove_all(void *userdata, int code, const korch_runtime_list *list)
{
	answer *a = userdata;
	a->n++;
	ck_assert_int_eq(code, 0);
	for (size_t i = 0; i < list->n_sandboxes; i++)
		a->of->ops->sandbox_remove(a->of->self, list->sandboxes[i].id, answer_done,
		                           calloc(1, sizeof(answer)));
}

static int none_left(world *w, void *what)
{
	(void)what;
	char path[128];
	snprintf(path, sizeof(path), "%s/pods", w->state);
	DIR *dir = opendir(path);
	int n = 0;
	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n <= 2;
}

/* Shims are in their pod's folder, also when it is no more. */
static int no_shim_left(world *w, void *what)
{
	(void)what;
	int n = 0;
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	while ((entry = readdir(proc))) {
		char path[300];
		char target[4096];
		snprintf(path, sizeof(path), "/proc/%s/cwd", entry->d_name);
		ssize_t length = readlink(path, target, sizeof(target));
		n += length > (ssize_t)strlen(w->state) && strncmp(target, w->state, strlen(w->state)) == 0;
	}
	closedir(proc);
	return n == 0;
}

void world_end(world *w)
{
	answer a = {.of = w};
	if (!w->runtime)
		world_open(w);
	ck_assert_int_eq(w->ops->list(w->self, remove_all, &a), 0);
	world_wait_answer(w, &a);
	ck_assert_msg(world_until(w, none_left, NULL), "pods are left in %s", w->state);
	ck_assert_msg(world_until(w, no_shim_left, NULL), "a shim of %s is left", w->state);
	world_close(w);
	korch_loop_free(w->loop);
	nftw(w->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	ck_assert(!file_exists(w->folder));
}

int world_until(world *w, int (*holds)(world *w, void *what), void *what)
{
	korch_usec end = clock_now() + DEADLINE;
	while (!holds(w, what)) {
		if (clock_now() > end)
			return 0;
		ck_assert_int_ge(
		    korch_loop_step(w->loop, korch_loop_now(w->loop) + 5 * KORCH_USEC_PER_MSEC), 0);
	}
	return 1;
}

static int has_come(world *w, void *what)
{
	(void)w;
	return ((answer *)what)->n > 0;
}

void world_wait_answer(world *w, answer *a)
{
	ck_assert_msg(world_until(w, has_come, a), "a completion did not come");
	ck_assert_int_eq(a->n, 1);
}

void answer_done(void *userdata, int code, const char *reason, const char *message)
{
	answer *a = userdata;
	ck_assert_msg(!a->of || !a->of->inside, "a completion from inside a call");
	a->n++;
	a->code = code;
	snprintf(a->reason, sizeof(a->reason), "%s", reason);
	snprintf(a->message, sizeof(a->message), "%s", message);
	ck_assert(code < 0 || (!*reason && !*message));
	if (!a->of)
		free(a); /* nobody waits for it */
}

void answer_execed(void *userdata, int code, int exit_code, const char *output, size_t length)
{
	answer *a = userdata;
	ck_assert_msg(!a->of->inside, "a completion from inside a call");
	a->n++;
	a->code = code;
	a->exit_code = exit_code;
	free(a->output);
	a->output = malloc(length + 1);
	memcpy(a->output, output, length);
	a->output[length] = 0;
	a->length = length;
}

void answer_measured(void *userdata, int code, const korch_usage *usage)
{
	answer *a = userdata;
	ck_assert_msg(!a->of->inside, "a completion from inside a call");
	a->n++;
	a->code = code;
	if (usage)
		a->usage = *usage;
}

void answer_fini(answer *a)
{
	free(a->output);
	a->output = NULL;
}

int world_sandbox(world *w, const char *id)
{
	answer a = {.of = w};
	const korch_map_entry labels[] = {{"app", "web"}};
	korch_map *map = korch_map_new(labels, 1);
	const korch_sandbox_spec spec = {
	    .id = id,
	    .node = "node-1",
	    .pod_namespace = "shop",
	    .pod_name = id,
	    .hostname = "",
	    .address = "127.1.2.3",
	    .log_folder = "",
	    .hosts_file = "",
	    .cgroup_parent = "",
	    .labels = map,
	};
	w->inside = 1;
	int code = w->ops->sandbox_create(w->self, &spec, answer_done, &a);
	w->inside = 0;
	korch_block_unref(map);
	if (code < 0)
		return code;
	world_wait_answer(w, &a);
	return a.code;
}

int world_remove_sandbox(world *w, const char *id)
{
	answer a = {.of = w};
	w->inside = 1;
	int code = w->ops->sandbox_remove(w->self, id, answer_done, &a);
	w->inside = 0;
	ck_assert_int_eq(code, 0);
	world_wait_answer(w, &a);
	return a.code;
}

int world_start(world *w, answer *a, const char *sandbox, start_options options)
{
	const char *const command[] = {"/bin/sh", "-c", options.script};
	korch_container_config config = options.more;
	config.id = options.id;
	config.sandbox_id = sandbox;
	config.name = config.name ? config.name : "main";
	config.image = config.image ? config.image : "none";
	if (options.script) {
		config.command = command;
		config.n_command = 3;
	}
	config.working_dir = config.working_dir ? config.working_dir : "";
	config.log_file = config.log_file ? config.log_file : "";
	config.run_as_user = config.run_as_user ? config.run_as_user : -1;
	config.run_as_group = config.run_as_group ? config.run_as_group : -1;
	answer own = {0};
	answer *wanted = a ? a : &own;
	*wanted = (answer){.of = w};
	w->inside = 1;
	int code = w->ops->start(w->self, &config, answer_done, wanted);
	w->inside = 0;
	if (code < 0)
		return code;
	world_wait_answer(w, wanted);
	return wanted->code;
}

int world_stop(world *w, const char *id, korch_usec grace_us)
{
	answer a = {.of = w};
	w->inside = 1;
	int code = w->ops->stop(w->self, id, 0, grace_us, answer_done, &a);
	w->inside = 0;
	ck_assert_int_eq(code, 0);
	world_wait_answer(w, &a);
	return a.code;
}

int world_remove(world *w, const char *id)
{
	answer a = {.of = w};
	w->inside = 1;
	int code = w->ops->remove(w->self, id, answer_done, &a);
	w->inside = 0;
	ck_assert_int_eq(code, 0);
	world_wait_answer(w, &a);
	return a.code;
}

int world_exec(world *w, answer *a, const char *id, const char *script, korch_usec timeout_us)
{
	const char *const command[] = {"/bin/sh", "-c", script};
	*a = (answer){.of = w};
	w->inside = 1;
	int code = w->ops->exec(w->self, id, command, 3, timeout_us, answer_execed, a);
	w->inside = 0;
	ck_assert_int_eq(code, 0);
	world_wait_answer(w, a);
	return a->code;
}

const world_event *world_find(const world *w, const char *id, int phase)
{
	for (size_t i = 0; i < w->n_events; i++)
		if (w->events[i].phase == phase && strcmp(w->events[i].id, id) == 0)
			return &w->events[i];
	return NULL;
}

static int has_exited(world *w, void *what)
{
	return world_find(w, what, KORCH_CONTAINER_EXITED) != NULL;
}

const world_event *world_wait_exit(world *w, const char *id)
{
	char name[256];
	snprintf(name, sizeof(name), "%s", id);
	ck_assert_msg(world_until(w, has_exited, name), "container %s did not end", id);
	return world_find(w, id, KORCH_CONTAINER_EXITED);
}

int world_run(world *w, const char *sandbox, start_options options)
{
	answer a;
	int code = world_start(w, &a, sandbox, options);
	ck_assert_msg(code == 0, "%s: %s", a.reason, a.message);
	return world_wait_exit(w, options.id)->exit_code;
}

int file_exists(const char *path)
{
	struct stat status;
	return lstat(path, &status) == 0;
}

char *file_text(const char *format, ...)
{
	char path[4096];
	va_list args;
	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	size_t length = 0;
	size_t cap = 1 << 22;
	char *text = calloc(1, cap);
	FILE *file = fopen(path, "re");
	if (file) {
		length = fread(text, 1, cap - 1, file);
		fclose(file);
	}
	text[length] = 0;
	return text;
}

void file_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static int is_file(world *w, void *what)
{
	(void)w;
	return file_exists(what);
}

void world_wait_file(world *w, const char *path)
{
	ck_assert_msg(world_until(w, is_file, (void *)(uintptr_t)path), "%s did not appear", path);
}

/* Gone, or dead and waiting to be collected by whoever is its parent now. */
static int is_gone(world *w, void *what)
{
	(void)w;
	char state = 0;
	char *text = file_text("/proc/%d/stat", *(pid_t *)what);
	const char *at = strrchr(text, ')');
	if (at)
		state = at[2];
	free(text);
	return !state || state == 'Z' || state == 'X';
}

void world_wait_gone(world *w, pid_t pid)
{
	ck_assert_int_gt(pid, 1);
	ck_assert_msg(world_until(w, is_gone, &pid), "process %d did not end", (int)pid);
}

pid_t shim_pid(const world *w, const char *sandbox)
{
	char *text = file_text("%s/pods/%s/shim.pid", w->state, sandbox);
	pid_t pid = atoi(text);
	free(text);
	ck_assert_int_gt(pid, 1);
	return pid;
}

int count_of_sandbox(const world *w, const char *sandbox)
{
	char needle[300];
	int length =
	    snprintf(needle, sizeof(needle), "KORCH_SANDBOX_FOLDER=%s/pods/%s", w->state, sandbox);
	static char text[1 << 20];
	int found = 0;
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	while ((entry = readdir(proc))) {
		char path[300];
		snprintf(path, sizeof(path), "/proc/%s/environ", entry->d_name);
		FILE *file = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? fopen(path, "re") : NULL;
		if (!file)
			continue;
		size_t n = fread(text, 1, sizeof(text), file);
		fclose(file);
		found += n > 0 && memmem(text, n, needle, (size_t)length + 1) != NULL;
	}
	closedir(proc);
	return found;
}

int user_namespaces_work(void)
{
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit((geteuid() == 0 && setresuid(65534, 65534, 65534) < 0) || unshare(CLONE_NEWUSER) < 0);
	int status;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status == 0;
}
