/*
 * The process runtime: each call is answered once: on closing, when calls meet, when connections
 * break, when memory is short.
 */
#include "base/alloc.h"
#include "process_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static world w;

static void setup_pod(void)
{
	world_make(&w);
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
}

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

/* Sandbox ids are unique on one runtime: a pod of that name which another one loses is another pod.
 */
START_TEST(another_runtimes_pod_of_the_same_name)
{
	static world other;
	setup_pod();
	world_make(&other);
	world_open(&other);
	ck_assert_int_eq(world_sandbox(&other, "pod"), 0);
	const start_options options = {.id = "c", .script = "exec sleep 1000"};
	ck_assert_int_eq(world_start(&w, NULL, "pod", options), 0);
	ck_assert_int_eq(world_start(&other, NULL, "pod", options), 0);
	ck_assert_int_eq(kill(shim_pid(&other, "pod"), SIGKILL), 0);
	world_wait_exit(&other, "c");
	world_end(&other);
	ck_assert_int_eq(kill(world_find(&w, "c", KORCH_CONTAINER_RUNNING)->pid, 0), 0);
	ck_assert_int_eq(world_stop(&w, "c", KORCH_USEC_PER_SEC), 0);
	ck_assert_int_eq(world_wait_exit(&w, "c")->signal, SIGTERM);
	world_end(&w);
}
END_TEST

KORCH_SUITE(process_answers)
{
	Suite *suite = suite_create("process-answers");
	KORCH_CASE(suite, "completions", closing_answers_every_call_once,
	           starts_at_once_of_one_container_are_one, a_connection_that_breaks_is_made_again);
	KORCH_CASE(suite, "others", another_runtimes_pod_of_the_same_name);
	KORCH_CASE(suite, "memory", when_memory_is_short, adopting_when_memory_is_short_kills_nothing);
	return suite;
}
