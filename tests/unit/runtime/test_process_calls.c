/*
 * The process runtime: calls and completions: commands inside, usage, limits, ids, closing with
 * calls under way, memory that is short.
 */
#include "base/alloc.h"
#include "process_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static world w;

static void setup_pod(void)
{
	world_make(&w);
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
}

START_TEST(commands_inside)
{
	setup_pod();
	answer a;
	const korch_map_entry env[] = {{"WHERE", "inside"}};
	ck_assert_int_eq(
	    world_start(&w, NULL, "pod",
	                (start_options){.id = "c",
	                                .script = "exec sleep 1000",
	                                .more = {.env = env, .n_env = 1, .working_dir = "/usr"}}),
	    0);
	ck_assert_int_eq(world_exec(&w, &a, "c", "echo $WHERE; pwd; echo error >&2; exit 9", 0), 0);
	ck_assert_int_eq(a.exit_code, 9);
	ck_assert_str_eq(a.output, "inside\n/usr\nerror\n");
	answer_fini(&a);
	ck_assert_int_eq(world_exec(&w, &a, "c", "kill -9 $$", KORCH_USEC_NEVER), 0);
	ck_assert_int_eq(a.exit_code, 137);
	answer_fini(&a);
	/* A time limit, with what was written until then. */
	ck_assert_int_eq(world_exec(&w, &a, "c", "echo begun; sleep 1000", 200 * KORCH_USEC_PER_MSEC),
	                 KORCH_E_TIMEOUT);
	ck_assert_str_eq(a.output, "begun\n");
	answer_fini(&a);
	/* More than the limit: the command is not held up, the beginning is given back. */
	ck_assert_int_eq(world_exec(&w, &a, "c", "head -c 3000000 /dev/zero | tr '\\0' x; exit 4", 0),
	                 0);
	ck_assert_int_eq(a.exit_code, 4);
	ck_assert_uint_eq(a.length, 65536);
	ck_assert_uint_eq(strspn(a.output, "x"), 65536);
	answer_fini(&a);
	/* Nothing to run, nowhere to run. */
	const char *const missing[] = {"no-such-program"};
	a = (answer){.of = &w};
	ck_assert_int_eq(w.ops->exec(w.self, "c", missing, 1, 0, answer_execed, &a), 0);
	world_wait_answer(&w, &a);
	ck_assert_int_eq(a.exit_code, 127);
	ck_assert_str_eq(a.output, "exec no-such-program: No such file or directory\n");
	answer_fini(&a);
	ck_assert_int_eq(world_exec(&w, &a, "never-there", "true", 0), KORCH_E_NOT_FOUND);
	answer_fini(&a);
	ck_assert_int_eq(w.ops->exec(w.self, "c", missing, 0, 0, answer_execed, &a), KORCH_E_INVALID);
	ck_assert_int_eq(world_stop(&w, "c", 0), 0);
	world_wait_exit(&w, "c");
	ck_assert_int_eq(world_exec(&w, &a, "c", "true", 0), KORCH_E_NOT_FOUND);
	answer_fini(&a);
	world_end(&w);
}
END_TEST

START_TEST(commands_end_with_their_container)
{
	setup_pod();
	answer a = {.of = &w};
	ck_assert_int_eq(
	    world_start(&w, NULL, "pod", (start_options){.id = "c", .script = "exec sleep 1000"}), 0);
	char file[128];
	snprintf(file, sizeof(file), "%s/begun", w.folder);
	const char *const command[] = {"sh", "-c", ": > $0; exec sleep 1000", file};
	ck_assert_int_eq(w.ops->exec(w.self, "c", command, 4, 0, answer_execed, &a), 0);
	world_wait_file(&w, file);
	ck_assert_int_eq(world_stop(&w, "c", 0), 0);
	world_wait_answer(&w, &a);
	ck_assert_int_eq(a.exit_code, 137);
	answer_fini(&a);
	world_end(&w);
}
END_TEST

static int has_two(world *of, void *what)
{
	answer *a = what;
	*a = (answer){.of = of};
	ck_assert_int_eq(of->ops->stats(of->self, "c", answer_measured, a), 0);
	world_wait_answer(of, a);
	return a->code == 0 && a->usage.processes == 2 && a->usage.cpu_usec > 0;
}

START_TEST(usage)
{
	setup_pod();
	answer a;
	ck_assert_int_eq(
	    world_start(&w, NULL, "pod",
	                (start_options){.id = "c", .script = "sh -c 'while :; do :; done' & wait"}),
	    0);
	ck_assert(world_until(&w, has_two, &a));
	ck_assert_int_gt(a.usage.memory_bytes, 100000);
	ck_assert_int_gt(a.usage.at_us, 0);
	ck_assert_int_eq(world_stop(&w, "c", 0), 0);
	world_wait_exit(&w, "c");
	a = (answer){.of = &w};
	ck_assert_int_eq(w.ops->stats(w.self, "c", answer_measured, &a), 0);
	world_wait_answer(&w, &a);
	ck_assert_int_eq(a.code, KORCH_E_NOT_FOUND);
	korch_node_capacity capacity;
	ck_assert_int_eq(w.ops->capacity(w.self, "any", &capacity), 0);
	ck_assert_int_ge(capacity.cpu_milli, 1000);
	ck_assert_int_gt(capacity.memory_bytes, 1 << 20);
	ck_assert_int_gt(capacity.pods, 0);
	world_end(&w);
}
END_TEST

START_TEST(a_memory_limit_is_kept)
{
	setup_pod();
	char v1[] = "/sys/fs/cgroup/memory/korch/hungry", v2[] = "/sys/fs/cgroup/korch/hungry";
	const korch_container_config more = {
	    .memory_limit_bytes = 16 << 20, .cpu_limit_milli = 5, .cpu_shares_milli = 100};
	answer a;
	/* 5 millicores are less than the kernel's least share: it gets that. */
	ck_assert_int_eq(world_start(&w, &a, "pod",
	                             (start_options){.id = "hungry", .script = "read x", .more = more}),
	                 0);
	int is_limited = file_exists(v1) || file_exists(v2);
	world_wait_exit(&w, "hungry");
	ck_assert_int_eq(world_find(&w, "hungry", KORCH_CONTAINER_EXITED)->oom_killed, 0);
	ck_assert_int_eq(world_remove(&w, "hungry"), 0);
	w.n_events = 0;
	ck_assert_int_eq(
	    world_start(
	        &w, &a, "pod",
	        (start_options){
	            .id = "hungry",
	            .script = "if test -n \"$LIMITED\"; then exec tail /dev/zero; fi; exit 3",
	            .more = {.memory_limit_bytes = 16 << 20,
	                     .env = (const korch_map_entry[]){{"LIMITED", is_limited ? "1" : ""}},
	                     .n_env = 1}}),
	    0);
	const world_event *event = world_wait_exit(&w, "hungry");
	ck_assert_int_eq(event->oom_killed, is_limited);
	ck_assert_int_eq(event->exit_code, is_limited ? 137 : 3);
	/* Known to the next runtime too, and gone with the pod. */
	world_close(&w);
	w.n_events = 0;
	ck_assert_int_eq(file_exists(v1) || file_exists(v2), is_limited);
	world_open(&w);
	ck_assert_int_eq(world_remove_sandbox(&w, "pod"), 0);
	ck_assert(!file_exists(v1) && !file_exists(v2));
	world_end(&w);
}
END_TEST

START_TEST(ids_that_are_not_valid)
{
	setup_pod();
	char longest[258];
	memset(longest, 'x', sizeof(longest));
	longest[256] = 0;
	const char *const ids[] = {"",      ".",          "..",    ".hidden",  "a/b",
	                           "../up", "with space", "tab\t", "\xc3\xa4", longest};
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		ck_assert_int_eq(world_sandbox(&w, ids[i]), KORCH_E_INVALID);
		ck_assert_int_eq(
		    world_start(&w, NULL, "pod", (start_options){.id = ids[i], .script = "true"}),
		    KORCH_E_INVALID);
		ck_assert_int_eq(
		    world_start(&w, NULL, ids[i], (start_options){.id = "c", .script = "true"}),
		    KORCH_E_INVALID);
	}
	longest[255] = 0;
	ck_assert_int_eq(world_sandbox(&w, longest), 0);
	ck_assert_int_eq(world_run(&w, longest, (start_options){.id = longest, .script = "exit 5"}), 5);
	/* A container's id is unique on the runtime. */
	answer a;
	ck_assert_int_eq(world_start(&w, &a, "pod", (start_options){.id = longest, .script = "true"}),
	                 KORCH_E_EXISTS);
	ck_assert_int_eq(world_start(&w, &a, "nowhere", (start_options){.id = "c", .script = "true"}),
	                 KORCH_E_NOT_FOUND);
	world_end(&w);
}
END_TEST

START_TEST(options_that_are_not_valid)
{
	world_make(&w);
	korch_runtime *runtime = NULL;
	korch_loop *virtual;
	char gone[128];
	snprintf(gone, sizeof(gone), "%s/no/such/folder", w.folder);
	ck_assert_int_eq(korch_loop_new_virtual(&virtual, 0, NULL), 0);
	korch_process_options options = {.size = sizeof(options), .state_folder = w.state};
	ck_assert_int_eq(korch_runtime_process_new(&runtime, virtual, &options, NULL),
	                 KORCH_E_UNSUPPORTED);
	ck_assert_int_eq(korch_runtime_process_new(NULL, w.loop, &options, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_runtime_process_new(&runtime, NULL, &options, NULL), KORCH_E_INVALID);
	options.state_folder = "relative";
	ck_assert_int_eq(korch_runtime_process_new(&runtime, w.loop, &options, NULL), KORCH_E_INVALID);
	options.state_folder = gone;
	ck_assert_int_eq(korch_runtime_process_new(&runtime, w.loop, &options, NULL), KORCH_E_IO);
	options.state_folder = w.state;
	options.n_images = 1;
	ck_assert_int_eq(korch_runtime_process_new(&runtime, w.loop, &options, NULL), KORCH_E_INVALID);
	const korch_process_image relative = {"a", "b"};
	options.images = &relative;
	ck_assert_int_eq(korch_runtime_process_new(&runtime, w.loop, &options, NULL), KORCH_E_INVALID);
	options.n_images = 1025;
	ck_assert_int_eq(korch_runtime_process_new(&runtime, w.loop, &options, NULL), KORCH_E_LIMIT);
	ck_assert_ptr_null(runtime);
	korch_loop_free(virtual);
	world_end(&w);
}
END_TEST

START_TEST(the_number_of_pods_is_limited)
{
	world_make(&w);
	mkdir(w.state, 0700);
	char path[256];
	snprintf(path, sizeof(path), "%s/pods", w.state);
	mkdir(path, 0700);
	/* Pods of which only the folder is left count as well, and are cheap to make. */
	world_open(&w);
	world_close(&w);
	for (int i = 0; i < 4096; i++) {
		snprintf(path, sizeof(path), "%s/pods/p%d", w.state, i);
		ck_assert_int_eq(mkdir(path, 0700), 0);
		snprintf(path, sizeof(path), "%s/pods/p%d/spec", w.state, i);
	}
	world_open(&w);
	answer a = {.of = &w};
	const korch_sandbox_spec spec = {.id = "one-more"};
	ck_assert_int_eq(w.ops->sandbox_create(w.self, &spec, answer_done, &a), 0);
	world_wait_answer(&w, &a);
	ck_assert_int_eq(a.code, KORCH_E_LIMIT);
	ck_assert_ptr_nonnull(strstr(a.message, "4096"));
	world_end(&w);
}
END_TEST

START_TEST(closing_answers_every_call_once)
{
	setup_pod();
	ck_assert_int_eq(
	    world_start(&w, NULL, "pod", (start_options){.id = "c", .script = "exec sleep 1000"}), 0);
	enum { N = 9 };
	answer a[N];
	for (size_t i = 0; i < N; i++)
		a[i] = (answer){.of = &w};
	const char *const command[] = {"sleep", "1000"};
	const korch_container_config config = {.id = "d",
	                                       .sandbox_id = "pod",
	                                       .name = "d",
	                                       .image = "",
	                                       .command = command,
	                                       .n_command = 2,
	                                       .run_as_user = -1,
	                                       .run_as_group = -1,
	                                       .log_file = "",
	                                       .working_dir = ""};
	const korch_sandbox_spec spec = {.id = "other"};
	w.inside = 1;
	ck_assert_int_eq(w.ops->exec(w.self, "c", command, 2, 0, answer_execed, &a[0]), 0);
	ck_assert_int_eq(w.ops->start(w.self, &config, answer_done, &a[1]), 0);
	ck_assert_int_eq(w.ops->start(w.self, &config, answer_done, &a[2]), 0);
	ck_assert_int_eq(w.ops->stop(w.self, "c", 0, KORCH_USEC_NEVER, answer_done, &a[3]), 0);
	ck_assert_int_eq(w.ops->sandbox_create(w.self, &spec, answer_done, &a[4]), 0);
	ck_assert_int_eq(w.ops->prepare(w.self, "node-1", "nginx", "IfNotPresent", answer_done, &a[5]),
	                 0);
	ck_assert_int_eq(w.ops->stats(w.self, "c", answer_measured, &a[6]), 0);
	ck_assert_int_eq(w.ops->sandbox_create(w.self, &spec, answer_done, &a[7]), 0);
	ck_assert_int_eq(w.ops->sandbox_remove(w.self, "nothing", answer_done, &a[8]), 0);
	w.inside = 0;
	world_close(&w);
	for (size_t i = 0; i < N; i++) {
		ck_assert_int_eq(a[i].n, 1);
		ck_assert_int_eq(a[i].code, KORCH_E_CLOSED);
	}
	answer_fini(&a[0]);
	korch_loop_step(w.loop, 0);
	for (size_t i = 0; i < N; i++)
		ck_assert_int_eq(a[i].n, 1);
	world_end(&w);
}
END_TEST

START_TEST(starts_at_once_of_one_container_are_one)
{
	setup_pod();
	answer a[3];
	const char *const command[] = {"sleep", "1000"};
	const korch_container_config config = {.id = "d",
	                                       .sandbox_id = "pod",
	                                       .name = "d",
	                                       .image = "",
	                                       .command = command,
	                                       .n_command = 2,
	                                       .run_as_user = -1,
	                                       .run_as_group = -1,
	                                       .log_file = "",
	                                       .working_dir = ""};
	for (size_t i = 0; i < 3; i++) {
		a[i] = (answer){.of = &w};
		ck_assert_int_eq(w.ops->start(w.self, &config, answer_done, &a[i]), 0);
	}
	for (size_t i = 0; i < 3; i++) {
		world_wait_answer(&w, &a[i]);
		ck_assert_int_eq(a[i].code, 0);
	}
	ck_assert_uint_eq(w.n_events, 1);
	ck_assert_int_eq(world_stop(&w, "d", 0), 0);
	world_wait_exit(&w, "d");
	/* Broken ones in the same way. */
	const char *const missing[] = {"/no/such"};
	korch_container_config broken = config;
	broken.id = "e";
	broken.command = missing;
	broken.n_command = 1;
	for (size_t i = 0; i < 3; i++) {
		a[i] = (answer){.of = &w};
		ck_assert_int_eq(w.ops->start(w.self, &broken, answer_done, &a[i]), 0);
	}
	for (size_t i = 0; i < 3; i++) {
		world_wait_answer(&w, &a[i]);
		ck_assert_str_eq(a[i].reason, "StartError");
	}
	world_end(&w);
}
END_TEST

START_TEST(a_connection_that_breaks_is_made_again)
{
	setup_pod();
	ck_assert_int_eq(world_start(&w, NULL, "pod",
	                             (start_options){.id = "c", .script = "read x < $FIFO; exit 8"}),
	                 0);
	w.n_events = 0;
	ck_assert_int_eq(
	    world_start(&w, NULL, "pod", (start_options){.id = "d", .script = "exec sleep 1000"}), 0);
	/* Somebody else's connection takes this one's place: the runtime connects again and goes on. */
	char path[256], command[400];
	snprintf(path, sizeof(path), "%s/pods/pod", w.state);
	snprintf(command, sizeof(command),
	         "cd %s && python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); "
	         "s.connect(\"shim.sock\"); s.recv(1)' 2>/dev/null & exit 0",
	         path);
	ck_assert_int_eq(system(command), 0);
	answer a;
	for (int i = 0; i < 20; i++) {
		world_exec(&w, &a, "d", "echo still here", 0);
		answer_fini(&a);
	}
	ck_assert_int_eq(world_stop(&w, "d", 0), 0);
	ck_assert_int_eq(world_wait_exit(&w, "d")->signal, SIGKILL);
	world_end(&w);
}
END_TEST

START_TEST(when_memory_is_short)
{
	setup_pod();
	const char *const command[] = {"/bin/sh", "-c", "exit 3"};
	const korch_map_entry env[] = {{"A", "b"}};
	int n_failed = 0, n_refused = 0;
	for (uint64_t i = 1; i < 200; i++) {
		answer a[4];
		for (size_t j = 0; j < 4; j++)
			a[j] = (answer){.of = &w};
		char id[16], pod[16];
		snprintf(id, sizeof(id), "c%d", (int)i);
		snprintf(pod, sizeof(pod), "p%d", (int)i);
		const korch_container_config config = {.id = id,
		                                       .sandbox_id = "pod",
		                                       .name = "d",
		                                       .image = "none",
		                                       .command = command,
		                                       .n_command = 3,
		                                       .env = env,
		                                       .n_env = 1,
		                                       .run_as_user = -1,
		                                       .run_as_group = -1,
		                                       .log_file = "",
		                                       .working_dir = ""};
		const korch_sandbox_spec spec = {.id = pod, .node = "n", .pod_name = pod};
		korch__alloc_fail_at(i);
		int codes[4] = {
		    w.ops->start(w.self, &config, answer_done, &a[0]),
		    w.ops->sandbox_create(w.self, &spec, answer_done, &a[1]),
		    w.ops->stop(w.self, id, 0, 0, answer_done, &a[2]),
		    w.ops->sandbox_remove(w.self, pod, answer_done, &a[3]),
		};
		int has_failed = korch__alloc_count() >= i;
		korch__alloc_fail_at(0);
		for (size_t j = 0; j < 4; j++) {
			if (codes[j] == 0)
				world_wait_answer(&w, &a[j]);
			else
				ck_assert_int_eq(codes[j], KORCH_E_NOMEM);
			n_refused += codes[j] < 0;
			n_failed += codes[j] < 0 || (codes[j] == 0 && a[j].code == KORCH_E_NOMEM);
		}
		if (codes[0] == 0 && a[0].code == 0)
			world_wait_exit(&w, id);
		ck_assert_int_eq(world_remove_sandbox(&w, pod), 0);
		w.n_events = 0;
		if (!has_failed)
			break;
	}
	ck_assert_int_ge(n_failed, 10);
	ck_assert_int_ge(n_refused, 4);
	ck_assert_int_eq(world_run(&w, "pod", (start_options){.id = "last", .script = "exit 3"}), 3);
	world_end(&w);
}
END_TEST

START_TEST(adopting_when_memory_is_short_kills_nothing)
{
	setup_pod();
	ck_assert_int_eq(
	    world_start(&w, NULL, "pod", (start_options){.id = "c", .script = "exec sleep 1000"}), 0);
	pid_t pid = world_find(&w, "c", KORCH_CONTAINER_RUNNING)->pid;
	world_close(&w);
	int n_failed = 0;
	for (uint64_t i = 1; i < 100; i++) {
		korch__alloc_fail_at(i);
		int code = world_try_open(&w, NULL);
		int has_failed = korch__alloc_count() >= i;
		korch__alloc_fail_at(0);
		if (code == 0)
			world_close(&w);
		else
			ck_assert_int_eq(code, KORCH_E_NOMEM);
		n_failed += code < 0;
		ck_assert_int_eq(kill(pid, 0), 0);
		if (!has_failed)
			break;
	}
	ck_assert_int_ge(n_failed, 8);
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	ck_assert_int_eq(world_stop(&w, "c", 0), 0);
	world_wait_exit(&w, "c");
	world_end(&w);
}
END_TEST

KORCH_SUITE(process_calls)
{
	Suite *suite = suite_create("process-calls");
	KORCH_CASE(suite, "exec", commands_inside, commands_end_with_their_container);
	KORCH_CASE(suite, "usage", usage, a_memory_limit_is_kept);
	KORCH_CASE(suite, "arguments", ids_that_are_not_valid, options_that_are_not_valid,
	           the_number_of_pods_is_limited);
	KORCH_CASE(suite, "completions", closing_answers_every_call_once,
	           starts_at_once_of_one_container_are_one, a_connection_that_breaks_is_made_again);
	KORCH_CASE(suite, "memory", when_memory_is_short, adopting_when_memory_is_short_kills_nothing);
	return suite;
}
