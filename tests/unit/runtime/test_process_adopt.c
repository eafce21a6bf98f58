/*
 * The process runtime: what an earlier runtime left running, shims that are killed, host programs
 * that are killed.
 */
#include "process_fixture.h"

#include <dirent.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static world w;

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
	return remove(path);
}

/* What a list said. */
typedef struct listing {
	answer answer;
	size_t n_sandboxes;
	size_t n_containers;
	int n_lost;
	char address[64];
	char app[64];
	world_event containers[16];
} listing;

static void on_list(void *userdata, int code, const korch_runtime_list *list)
{
	listing *l = userdata;
	ck_assert(!w.inside);
	l->answer.n++;
	ck_assert_int_eq(code, 0);
	l->n_sandboxes = list->n_sandboxes;
	l->n_containers = list->n_containers;
	for (size_t i = 0; i < list->n_sandboxes; i++) {
		ck_assert_str_eq(list->sandboxes[i].node, "node-1");
		ck_assert_str_eq(list->sandboxes[i].pod_namespace, "shop");
		ck_assert_str_eq(list->sandboxes[i].pod_name, list->sandboxes[i].id);
		ck_assert_str_eq(list->sandboxes[i].address, "127.1.2.3");
		ck_assert_uint_eq(list->sandboxes[i].labels->n, 1);
		ck_assert_str_eq(list->sandboxes[i].labels->items[0].value, "web");
		l->n_lost += list->sandboxes[i].lost;
	}
	for (size_t i = 0; i < list->n_containers && i < 16; i++) {
		const korch_container_report *report = &list->containers[i];
		world_event *event = &l->containers[i];
		snprintf(event->id, sizeof(event->id), "%s", report->id);
		event->phase = report->phase;
		event->pid = (pid_t)report->pid;
		event->exit_code = report->exit_code;
		event->signal = report->signal;
		event->started_us = report->started_us;
		event->finished_us = report->finished_us;
	}
}

static void list_now(listing *l)
{
	memset(l, 0, sizeof(*l));
	w.inside = 1;
	ck_assert_int_eq(w.ops->list(w.self, on_list, l), 0);
	w.inside = 0;
	world_wait_answer(&w, &l->answer);
}

static const world_event *listed(const listing *l, const char *id)
{
	for (size_t i = 0; i < l->n_containers; i++)
		if (strcmp(l->containers[i].id, id) == 0)
			return &l->containers[i];
	ck_abort_msg("%s is not listed", id);
	return NULL;
}

static pid_t start_sleeper(const char *id)
{
	ck_assert_int_eq(
	    world_start(
	        &w, NULL, "pod",
	        (start_options){.id = id, .script = "exec sleep 1000", .more = {.restart_count = 4}}),
	    0);
	return world_find(&w, id, KORCH_CONTAINER_RUNNING)->pid;
}

START_TEST(the_next_runtime_knows_everything)
{
	world_make(&w);
	world_open(&w);
	char script[512], go[128], done[128];
	snprintf(go, sizeof(go), "%s/go", w.folder);
	snprintf(done, sizeof(done), "%s/done", w.folder);
	ck_assert_int_eq(mkfifo(go, 0600), 0);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	ck_assert_int_eq(world_sandbox(&w, "empty"), 0);
	pid_t runs = start_sleeper("runs");
	ck_assert_int_eq(world_run(&w, "pod", (start_options){.id = "ended", .script = "exit 11"}), 11);
	snprintf(script, sizeof(script), "read x < %s; (sleep 0.01; : > %s) & exit 12", go, done);
	ck_assert_int_eq(
	    world_start(&w, NULL, "pod", (start_options){.id = "between", .script = script}), 0);
	pid_t between = world_find(&w, "between", KORCH_CONTAINER_RUNNING)->pid;
	korch_usec started = world_find(&w, "runs", KORCH_CONTAINER_RUNNING)->started_us;
	world_close(&w);
	ck_assert_int_eq(kill(runs, 0), 0);
	file_write(go, "now\n");
	world_wait_gone(&w, between);
	w.n_events = 0;
	world_open(&w);
	listing l;
	list_now(&l);
	ck_assert_uint_eq(l.n_sandboxes, 2);
	ck_assert_uint_eq(l.n_containers, 3);
	ck_assert_int_eq(listed(&l, "runs")->phase, KORCH_CONTAINER_RUNNING);
	ck_assert_int_eq(listed(&l, "runs")->pid, runs);
	ck_assert_int_eq(listed(&l, "runs")->started_us, started);
	ck_assert_int_eq(listed(&l, "ended")->phase, KORCH_CONTAINER_EXITED);
	ck_assert_int_eq(listed(&l, "ended")->exit_code, 11);
	ck_assert_int_eq(listed(&l, "between")->phase, KORCH_CONTAINER_EXITED);
	ck_assert_int_eq(listed(&l, "between")->exit_code, 12);
	ck_assert_int_gt(listed(&l, "between")->finished_us, started);
	ck_assert_uint_eq(w.n_events, 0);
	/* Asking for what is there starts nothing a second time. */
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	ck_assert_int_eq(
	    world_start(&w, NULL, "pod", (start_options){.id = "runs", .script = "exit 1"}), 0);
	ck_assert_int_eq(
	    world_start(&w, NULL, "pod", (start_options){.id = "ended", .script = "exit 1"}), 0);
	list_now(&l);
	ck_assert_uint_eq(l.n_containers, 3);
	ck_assert_int_eq(listed(&l, "runs")->pid, runs);
	/* And it can be stopped as if it were this runtime's own. */
	ck_assert_int_eq(world_stop(&w, "runs", 5 * KORCH_USEC_PER_SEC), 0);
	ck_assert_int_eq(world_wait_exit(&w, "runs")->signal, SIGTERM);
	world_end(&w);
}
END_TEST

START_TEST(one_runtime_a_folder)
{
	world_make(&w);
	world_open(&w);
	world other = w;
	korch_error *err = NULL;
	ck_assert_int_eq(world_try_open(&other, &err), KORCH_E_BUSY);
	char holder[64];
	snprintf(holder, sizeof(holder), "another program uses this folder: process %d (", getpid());
	ck_assert_ptr_nonnull(strstr(korch_error_message(err), holder));
	korch_error_free(err);
	world_close(&w);
	world_end(&w);
}
END_TEST

START_TEST(a_folder_that_others_may_write_to_is_refused)
{
	world_make(&w);
	ck_assert_int_eq(mkdir(w.state, 0700), 0);
	ck_assert_int_eq(chmod(w.state, 0777), 0);
	korch_error *err = NULL;
	ck_assert_int_eq(world_try_open(&w, &err), KORCH_E_FORBIDDEN);
	ck_assert_ptr_nonnull(strstr(korch_error_message(err), "others may write there"));
	korch_error_free(err);
	ck_assert_int_eq(chmod(w.state, 0700), 0);
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	static const char *const FILES[] = {
	    "pods", "pods/pod", "pods/pod/spec", "pods/pod/shim.pid", "pods/pod/shim.sock", "lock"};
	for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
		char path[256];
		struct stat status;
		snprintf(path, sizeof(path), "%s/%s", w.state, FILES[i]);
		ck_assert_int_eq(stat(path, &status), 0);
		ck_assert_msg((status.st_mode & 0077) == 0, "%s: mode %o", FILES[i],
		              status.st_mode & 07777);
	}
	world_end(&w);
}
END_TEST

START_TEST(a_killed_shim)
{
	world_make(&w);
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	char script[640], file[128];
	snprintf(file, sizeof(file), "%s/daemon", w.folder);
	snprintf(script, sizeof(script),
	         "setsid sh -c 'echo $$ > %s.new; mv %s.new %s; exec sleep 1000' & exec sleep 1000",
	         file, file, file);
	ck_assert_int_eq(world_start(&w, NULL, "pod", (start_options){.id = "c", .script = script}), 0);
	ck_assert_int_eq(world_run(&w, "pod", (start_options){.id = "ended", .script = "exit 3"}), 3);
	world_wait_file(&w, file);
	char *text = file_text("%s", file);
	pid_t daemon = atoi(text);
	free(text);
	pid_t pid = world_find(&w, "c", KORCH_CONTAINER_RUNNING)->pid;
	ck_assert_int_eq(kill(shim_pid(&w, "pod"), SIGKILL), 0);
	const world_event *event = world_wait_exit(&w, "c");
	ck_assert_int_eq(event->exit_code, 137);
	ck_assert_int_eq(event->signal, SIGKILL);
	world_wait_gone(&w, pid);
	world_wait_gone(&w, daemon);
	ck_assert_int_eq(count_of_sandbox(&w, "pod"), 0);
	/* It is still listed with what is known; it can be cleared, or created again. */
	listing l;
	list_now(&l);
	ck_assert_uint_eq(l.n_sandboxes, 1);
	ck_assert_int_eq(listed(&l, "ended")->exit_code, 3);
	ck_assert_int_eq(listed(&l, "c")->exit_code, 137);
	ck_assert_int_eq(world_remove(&w, "c"), 0);
	list_now(&l);
	ck_assert_uint_eq(l.n_containers, 1);
	answer a;
	ck_assert_int_eq(world_start(&w, &a, "pod", (start_options){.id = "d", .script = "true"}),
	                 KORCH_E_NOT_FOUND);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	ck_assert_int_eq(world_run(&w, "pod", (start_options){.id = "d", .script = "exit 6"}), 6);
	world_end(&w);
}
END_TEST

static korch_runtime_event_fn told;
static int removed;

/* As an agent might: clears the pod while it is told of its end. */
static void remove_meanwhile(void *userdata, const korch_container_report *report)
{
	told(userdata, report);
	if (report->phase == KORCH_CONTAINER_EXITED && !removed++) {
		w.ops->remove(w.self, report->id, answer_done, calloc(1, sizeof(answer)));
		w.ops->sandbox_remove(w.self, report->sandbox_id, answer_done, calloc(1, sizeof(answer)));
	}
}

static void note(void *userdata, const korch_container_report *report)
{
	world *of = userdata;
	world_event *event = &of->events[of->n_events++];
	snprintf(event->id, sizeof(event->id), "%s", report->id);
	event->phase = report->phase;
}

START_TEST(a_pod_that_is_removed_while_its_loss_is_told)
{
	world_make(&w);
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	start_sleeper("a");
	start_sleeper("b");
	start_sleeper("c");
	told = note;
	removed = 0;
	w.ops->set_listener(w.self, remove_meanwhile, &w);
	ck_assert_int_eq(kill(shim_pid(&w, "pod"), SIGKILL), 0);
	world_wait_exit(&w, "a");
	world_wait_exit(&w, "b");
	world_wait_exit(&w, "c");
	listing l;
	list_now(&l);
	ck_assert_uint_eq(l.n_sandboxes, 0);
	world_end(&w);
}
END_TEST

START_TEST(a_shim_killed_while_nobody_looks)
{
	world_make(&w);
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	pid_t pid = start_sleeper("c");
	pid_t shim = shim_pid(&w, "pod");
	world_close(&w);
	ck_assert_int_eq(kill(shim, SIGKILL), 0);
	world_wait_gone(&w, shim);
	world_open(&w);
	listing l;
	list_now(&l);
	ck_assert_uint_eq(l.n_sandboxes, 1);
	ck_assert_int_eq(l.n_lost, 1);
	ck_assert_uint_eq(l.n_containers, 0);
	world_wait_gone(&w, pid);
	/* Created again it is there again. */
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	list_now(&l);
	ck_assert_int_eq(l.n_lost, 0);
	world_end(&w);
}
END_TEST

/* What was written down before the machine was started anew: the id and the start time may be those
 * of a process that is none of ours. */
START_TEST(a_shim_of_another_boot)
{
	world_make(&w);
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	pid_t container = start_sleeper("c");
	world_close(&w);
	char path[256];
	int shim = 0;
	unsigned long long ticks = 0;
	char *text = file_text("%s/pods/pod/shim.pid", w.state);
	ck_assert_int_eq(sscanf(text, "%d %llu", &shim, &ticks), 2);
	free(text);
	char other[128];
	snprintf(other, sizeof(other), "%d %llu 01234567-89ab-cdef-0123-456789abcdef\n", shim, ticks);
	snprintf(path, sizeof(path), "%s/pods/pod/shim.pid", w.state);
	file_write(path, other);
	world_open(&w);
	listing l;
	list_now(&l);
	ck_assert_uint_eq(l.n_sandboxes, 1);
	ck_assert_int_eq(l.n_lost, 1);
	ck_assert_uint_eq(l.n_containers, 0);
	/* It was not killed: it may be anybody's. (Here it is ours, and ends with its containers,
	 * which carry the pod's mark.) */
	ck_assert_int_eq(kill(shim, 0), 0);
	world_wait_gone(&w, container);
	ck_assert_int_eq(kill(shim, SIGKILL), 0);
	world_end(&w);
}
END_TEST

/* A folder that was deleted under running pods: a new one in its place does not run them twice. */
START_TEST(a_folder_deleted_while_pods_run)
{
	world_make(&w);
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	pid_t container = start_sleeper("c");
	pid_t shim = shim_pid(&w, "pod");
	world_close(&w);
	ck_assert_int_eq(nftw(w.state, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
	ck_assert_int_eq(kill(container, 0), 0);
	world_open(&w);
	listing l;
	list_now(&l);
	ck_assert_uint_eq(l.n_sandboxes, 0);
	world_wait_gone(&w, container);
	world_wait_gone(&w, shim);
	world_end(&w);
}
END_TEST

START_TEST(a_killed_host_program)
{
	world_make(&w);
	/* A loop must not be used on both sides of a fork. */
	korch_loop_free(w.loop);
	pid_t host = fork();
	ck_assert_int_ge(host, 0);
	if (host == 0) {
		ck_assert_int_eq(korch_loop_new(&w.loop, NULL), 0);
		world_open(&w);
		world_sandbox(&w, "pod");
		world_start(&w, NULL, "pod", (start_options){.id = "runs", .script = "exec sleep 1000"});
		world_run(&w, "pod", (start_options){.id = "ended", .script = "exit 21"});
		raise(SIGKILL);
	}
	int status;
	ck_assert_int_eq(waitpid(host, &status, 0), host);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert_int_eq(korch_loop_new(&w.loop, NULL), 0);
	world_open(&w);
	listing l;
	list_now(&l);
	ck_assert_uint_eq(l.n_sandboxes, 1);
	ck_assert_uint_eq(l.n_containers, 2);
	ck_assert_int_eq(listed(&l, "runs")->phase, KORCH_CONTAINER_RUNNING);
	ck_assert_int_eq(kill(listed(&l, "runs")->pid, 0), 0);
	ck_assert_int_eq(listed(&l, "ended")->exit_code, 21);
	world_end(&w);
}
END_TEST

START_TEST(things_that_are_no_pods)
{
	world_make(&w);
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	world_close(&w);
	char path[256];
	/*
	 * A spec that cannot be read: the pod is still there, to be removed. Files and names that are
	 * no pods are left alone.
	 */
	snprintf(path, sizeof(path), "%s/pods/pod/spec", w.state);
	file_write(path, "nonsense");
	snprintf(path, sizeof(path), "%s/pods/not a pod", w.state);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/pods/file", w.state);
	file_write(path, "");
	world_open(&w);
	answer a = {.of = &w};
	ck_assert_int_eq(w.ops->sandbox_remove(w.self, "pod", answer_done, &a), 0);
	world_wait_answer(&w, &a);
	ck_assert_int_eq(a.code, 0);
	ck_assert(file_exists(path));
	unlink(path);
	snprintf(path, sizeof(path), "%s/pods/not a pod", w.state);
	ck_assert_int_eq(rmdir(path), 0);
	world_end(&w);
}
END_TEST

KORCH_SUITE(process_adopt)
{
	Suite *suite = suite_create("process-adopt");
	KORCH_CASE(suite, "adopt", the_next_runtime_knows_everything, a_killed_host_program,
	           things_that_are_no_pods);
	KORCH_CASE(suite, "folder", one_runtime_a_folder, a_folder_that_others_may_write_to_is_refused);
	KORCH_CASE(suite, "shim", a_killed_shim, a_pod_that_is_removed_while_its_loss_is_told,
	           a_shim_killed_while_nobody_looks, a_shim_of_another_boot,
	           a_folder_deleted_while_pods_run);
	return suite;
}
