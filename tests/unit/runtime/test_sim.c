/*
 * Simulated containers in virtual time: what rules and annotations make them do, nodes that go
 * down, faults by a seed.
 */
#include "base/cleanup.h"
#include "base/random.h"
#include "sim_fixture.h"
#include <korch/struct.h>
#include <stdio.h>
#include <string.h>

static void set_up(void)
{
	sim_open(1);
}

static void begin(const char *image)
{
	make_sandbox("s1", "pod", NULL);
	sim_run(0);
	start("s1", "s1.c1", image);
}

START_TEST(plain)
{
	begin("any");
	ck_assert_str_eq(sim_run(0), "ok +s1.c1 ");
	ck_assert_str_eq(sim_run(1e6), "");
	stop("s1.c1", 30);
	ck_assert_str_eq(sim_run(0), "ok -s1.c1=0 ");
	ops->remove(self, "s1.c1", on_done, NULL);
	ck_assert_str_eq(sim_run(0), "ok ");
	korch_sim_stats stats;
	ck_assert_int_eq(korch_sim_get_stats(&stats, runtime), 0);
	ck_assert_uint_eq(stats.starts, 1);
	ck_assert_uint_eq(stats.exits, 1);
	ck_assert_uint_eq(stats.containers, 0);
	ck_assert_uint_eq(stats.events, 2);
}
END_TEST

START_TEST(times)
{
	add_rule((korch_sim_rule){.start_us = 2 * SECOND, .run_us = 5 * SECOND, .exit_code = 3});
	begin("any");
	trace_times = 1;
	ck_assert_str_eq(sim_run(1), "");
	start("s1", "s1.c1", "any"); /* waits as well */
	ck_assert_str_eq(sim_run(100), "ok@2 ok@2 +s1.c1@2 -s1.c1=3@7 ");
}
END_TEST

START_TEST(signals_and_crashes)
{
	add_rule((korch_sim_rule){.image = "signal", .run_us = SECOND, .signal = 11});
	add_rule((korch_sim_rule){.image = "crash", .crash_permille = 1000, .crash_within_us = SECOND});
	begin("signal");
	ck_assert_str_eq(sim_run(2), "ok +s1.c1 -s1.c1=139 ");
	start("s1", "s1.c2", "crash");
	ck_assert_str_eq(sim_run(2), "ok +s1.c2 -s1.c2=1 ");
}
END_TEST

START_TEST(term)
{
	add_rule((korch_sim_rule){.image = "slow", .term_us = 4 * SECOND, .term_exit_code = 9});
	add_rule((korch_sim_rule){.image = "deaf", .ignores_term = 1});
	begin("slow");
	start("s1", "s1.c2", "deaf");
	start("s1", "s1.c3", "slow");
	sim_run(0);
	trace_times = 1;
	stop("s1.c1", 30);
	stop("s1.c2", 10);
	stop("s1.c3", 1);
	ck_assert_str_eq(sim_run(2), "ok@0 ok@0 ok@0 -s1.c3=137@1 ");
	stop("s1.c2", 5);
	stop("s1.c2", 500);
	ck_assert_str_eq(sim_run(50), "ok@2 ok@2 -s1.c1=9@4 -s1.c2=137@7 ");
}
END_TEST

START_TEST(stop_while_starting)
{
	add_rule((korch_sim_rule){.start_us = 5 * SECOND});
	begin("any");
	sim_run(1);
	stop("s1.c1", 30);
	ck_assert_str_eq(sim_run(100), "ok !RunContainerError -s1.c1=137 ");
}
END_TEST

START_TEST(sandbox_goes_while_starting)
{
	add_rule((korch_sim_rule){.start_us = 5 * SECOND});
	begin("any");
	sim_run(1);
	ops->sandbox_remove(self, "s1", on_done, NULL);
	ck_assert_str_eq(sim_run(100), "ok !RuntimeError ");
}
END_TEST

START_TEST(last_rule_counts)
{
	add_rule((korch_sim_rule){.run_us = SECOND, .exit_code = 1});
	add_rule((korch_sim_rule){.pod = "ns/web-*", .run_us = SECOND, .exit_code = 2});
	add_rule((korch_sim_rule){.image = "n?inx:*", .run_us = SECOND, .exit_code = 3});
	add_rule((korch_sim_rule){.node = "n2", .run_us = SECOND, .exit_code = 4});
	add_rule((korch_sim_rule){.container = "side*", .run_us = SECOND, .exit_code = 5});
	make_sandbox("s1", "web-1", NULL);
	make_sandbox("s2", "db-1", NULL);
	start("s1", "s1.a", "x");
	start("s1", "s1.b", "nginx:1");
	start("s2", "s2.c", "x");
	sim_run(0);
	ck_assert_str_eq(sim_run(2), "-s1.a=2 -s1.b=3 -s2.c=1 ");
	ck_assert_int_eq(korch_sim_rules_clear(runtime), 0);
	start("s2", "s2.d", "x");
	ck_assert_str_eq(sim_run(100), "ok +s2.d ");
}
END_TEST

static korch_map *map_of(const char *const *pairs, size_t n)
{
	korch_map_entry entries[8];
	for (size_t i = 0; i < n; i++)
		entries[i] = (korch_map_entry){pairs[2 * i], pairs[2 * i + 1]};
	return korch_map_new(entries, n);
}

START_TEST(annotations)
{
	static const char *const pairs[] = {"other",
	                                    "x",
	                                    "sim.korch.dev/run",
	                                    "2s",
	                                    "sim.korch.dev/exit-code",
	                                    "1",
	                                    "sim.korch.dev/main.exit-code",
	                                    "4"};
	add_rule((korch_sim_rule){.start_us = SECOND, .run_us = 50 * SECOND});
	korch_map *map = map_of(pairs, 4);
	make_sandbox("s1", "a", map);
	make_sandbox("s2", "b", map);
	make_sandbox("s3", "c", NULL);
	korch_block_unref(map);
	start("s1", "s1.a", "x");
	start("s2", "s2.a", "x");
	start("s3", "s3.a", "x");
	korch_container_config side = {.id = "s1.b", .sandbox_id = "s1", .name = "side", .image = "x"};
	ops->start(self, &side, on_done, NULL);
	sim_run(2);
	trace_times = 1;
	ck_assert_str_eq(sim_run(100), "-s1.a=4@3 -s2.a=4@3 -s1.b=1@3 -s3.a=0@51 ");
}
END_TEST

START_TEST(bad_annotations)
{
	static const char *const bad[][2] = {
	    {"sim.korch.dev/run", "soon"},       {"sim.korch.dev/exit-code", "256"},
	    {"sim.korch.dev/exit-code", "-1"},   {"sim.korch.dev/ignore-term", "yes"},
	    {"sim.korch.dev/readiness", "good"}, {"sim.korch.dev/main.memory", "1X"},
	    {"sim.korch.dev/rum", "1s"},         {"sim.korch.dev/", "1s"}};
	for (size_t i = 0; i < KORCH_COUNT(bad); i++) {
		korch_map *map = map_of(bad[i], 1);
		ck_assert_int_eq(make_sandbox("s1", "a", map), 0);
		korch_block_unref(map);
		ck_assert_str_eq(sim_run(0), "!CreatePodSandboxError ");
	}
	korch_sim_stats stats;
	korch_sim_get_stats(&stats, runtime);
	ck_assert_uint_eq(stats.sandboxes, 0);
}
END_TEST

START_TEST(bad_rules)
{
	const korch_sim_rule bad[] = {{.size = 3},
	                              {.size = sizeof(bad[0]), .startup = "ok,fail"},
	                              {.size = sizeof(bad[0]), .liveness = ""},
	                              {.size = sizeof(bad[0]), .exit_code = 300},
	                              {.size = sizeof(bad[0]), .run_us = -1},
	                              {.size = sizeof(bad[0]), .signal = 65},
	                              {.size = sizeof(bad[0]), .crash_permille = 1001}};
	for (size_t i = 0; i < KORCH_COUNT(bad); i++) {
		_cleanup_error_ korch_error *err = NULL;
		ck_assert_int_eq(korch_sim_rule_add(runtime, &bad[i], &err), KORCH_E_INVALID);
		ck_assert_uint_gt(strlen(korch_error_message(err)), 0);
	}
	ck_assert_int_eq(korch_sim_rule_add(NULL, &bad[0], NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_sim_node_down(runtime, "n9", 0), KORCH_E_NOT_FOUND);
	ck_assert_int_eq(korch_sim_container_exit(runtime, "x", 0, 0), KORCH_E_NOT_FOUND);
}
END_TEST

START_TEST(images)
{
	add_rule((korch_sim_rule){.image = "slow", .pull_us = 3 * SECOND});
	add_rule((korch_sim_rule){
	    .image = "bad", .pull_us = SECOND, .pull_error = "no such image", .pull_failures = 2});
	add_rule((korch_sim_rule){.image = "never", .pull_error = "no such image"});
	trace_times = 1;
	prepare("any", "IfNotPresent");
	prepare("any", "Never");
	prepare("slow", "Never");
	prepare("slow", "IfNotPresent");
	ck_assert_str_eq(sim_run(4), "ok@0 ok@0 !ErrImageNeverPull@0 ok@3 ");
	prepare("slow", "Never");
	prepare("slow", "IfNotPresent");
	prepare("slow", "Always");
	ck_assert_str_eq(sim_run(4), "ok@4 ok@4 ok@7 ");
	prepare("bad", "IfNotPresent");
	prepare("bad", "IfNotPresent");
	prepare("bad", "IfNotPresent");
	ck_assert_str_eq(sim_run(2), "!ErrImagePull@9 !ErrImagePull@9 ok@9 ");
	prepare("never", "Always");
	prepare("", "Always");
	ck_assert_str_eq(sim_run(0), "!InvalidImageName@10 !ErrImagePull@10 ");
	ops->prepare(self, "n9", "any", "Always", on_done, NULL);
	ck_assert_str_eq(sim_run(0), "!NodeNotFound@10 ");
}
END_TEST

START_TEST(probes)
{
	add_rule((korch_sim_rule){.readiness = "fail:10s,ok:10s,timeout",
	                          .liveness = "ok:2s,fail:1s,repeat"});
	begin("any");
	sim_run(0);
	static const struct {
		const char *type, *told;
	} rows[] = {{"readiness", "!ProbeFailed "},
	            {"readiness", "ok "},
	            {"readiness", "!ProbeTimeout "},
	            {"readiness", "!ProbeTimeout "},
	            {"startup", "ok "}};
	for (size_t i = 0; i < KORCH_COUNT(rows); i++) {
		probe("s1.c1", rows[i].type);
		ck_assert_str_eq(sim_run(10), rows[i].told);
	}
	for (int i = 0; i < 9; i++) {
		/* At 50 s, 51 s, …: 50 is 2 behind a multiple of 3. */
		probe("s1.c1", "liveness");
		ck_assert_str_eq(sim_run(1), (50 + i) % 3 == 2 ? "!ProbeFailed " : "ok ");
	}
	ck_assert_int_eq(korch_sim_container_probe(runtime, "s1.c1", "readiness", 1), 0);
	ck_assert_int_eq(korch_sim_container_probe(runtime, "s1.c1", "startup", 0), 0);
	probe("s1.c1", "readiness");
	probe("s1.c1", "startup");
	ck_assert_str_eq(sim_run(0), "ok !ProbeFailed ");
	korch_sim_container_probe(runtime, "s1.c1", "readiness", -1);
	probe("s1.c1", "readiness");
	probe("nobody", "readiness");
	ck_assert_str_eq(sim_run(0), "!ProbeTimeout !RuntimeError ");
	ck_assert_int_eq(probe("s1.c1", "liver"), KORCH_E_INVALID);
}
END_TEST

static int exec_code;

static void on_exec(void *userdata, int code, int exit_code, const char *output, size_t length)
{
	(void)userdata;
	exec_code = code < 0 ? code : exit_code * 100 + (int)length + (output[0] == 'h');
}

START_TEST(commands)
{
	static const char *const command[] = {"ls"};
	add_rule((korch_sim_rule){.exec_us = 3 * SECOND, .exec_exit_code = 2, .exec_output = "hello"});
	begin("any");
	sim_run(0);
	ops->exec(self, "s1.c1", command, 1, 0, on_exec, NULL);
	sim_run(4);
	ck_assert_int_eq(exec_code, 206);
	ops->exec(self, "s1.c1", command, 1, SECOND, on_exec, NULL);
	sim_run(1);
	ck_assert_int_eq(exec_code, KORCH_E_TIMEOUT);
	ops->exec(self, "s1.c1", command, 1, 0, on_exec, NULL);
	stop("s1.c1", 0);
	sim_run(4);
	ck_assert_int_eq(exec_code, KORCH_E_NOT_FOUND);
}
END_TEST

static size_t listed;

static void on_list(void *userdata, int code, const korch_runtime_list *list)
{
	(void)userdata;
	ck_assert_int_eq(code, 0);
	listed = list->n_sandboxes * 100 + list->n_containers;
}

static void on_list_closed(void *userdata, int code, const korch_runtime_list *list)
{
	(void)userdata;
	ck_assert_int_eq(code, KORCH_E_CLOSED);
	ck_assert_ptr_null(list);
	strcat(trace, "!closed ");
}

static size_t list(void)
{
	ops->list(self, on_list, NULL);
	korch_loop_step(loop, korch_loop_now(loop));
	return listed;
}

START_TEST(power_off)
{
	add_rule((korch_sim_rule){.image = "short", .run_us = 5 * SECOND});
	add_rule((korch_sim_rule){.image = "late", .start_us = 5 * SECOND});
	begin("short");
	start("s1", "s1.c2", "late");
	sim_run(1);
	ck_assert_uint_eq(list(), 102);
	ck_assert_int_eq(korch_sim_node_down(runtime, "n1", 0), 0);
	ck_assert_str_eq(sim_run(10), "!NodeDown ");
	ck_assert_uint_eq(list(), 0);
	make_sandbox("s2", "pod", NULL);
	prepare("any", "Always");
	ck_assert_str_eq(sim_run(0), "!NodeDown !NodeDown ");
	ck_assert_int_eq(korch_sim_node_up(runtime, "n1"), 0);
	ck_assert_int_eq(korch_sim_node_up(runtime, "n1"), 0);
	begin("any");
	ck_assert_str_eq(sim_run(0), "ok +s1.c1 ");
	ck_assert_int_eq(korch_sim_node_remove(runtime, "n1"), 0);
	ck_assert_uint_eq(list(), 0);
}
END_TEST

START_TEST(freeze)
{
	add_rule((korch_sim_rule){.image = "short", .run_us = 5 * SECOND, .exit_code = 2});
	begin("short");
	start("s1", "s1.c2", "any");
	sim_run(1);
	ck_assert_int_eq(korch_sim_node_down(runtime, "n1", 1), 0);
	stop("s1.c2", 0);
	probe("s1.c2", "readiness");
	ck_assert_str_eq(sim_run(100), "!NodeDown !RuntimeError ");
	ck_assert_uint_eq(list(), 0);
	korch_sim_node_up(runtime, "n1");
	ck_assert_str_eq(sim_run(0), "+s1.c2 +s1.c1 -s1.c1=2 ");
	ck_assert_uint_eq(list(), 102);
}
END_TEST

/* What ended by hand while its node hung does not end once more when the node goes on. */
START_TEST(end_while_frozen)
{
	add_rule((korch_sim_rule){.image = "short", .run_us = 5 * SECOND, .exit_code = 2});
	begin("short");
	sim_run(1);
	ck_assert_int_eq(korch_sim_node_down(runtime, "n1", 1), 0);
	sim_run(10);
	ck_assert_int_eq(korch_sim_container_exit(runtime, "s1.c1", 0, 9), 0);
	sim_run(10);
	korch_sim_node_up(runtime, "n1");
	ck_assert_str_eq(sim_run(10), "-s1.c1=137 ");
}
END_TEST

START_TEST(end_from_outside)
{
	begin("any");
	sim_run(0);
	ck_assert_int_eq(korch_sim_container_exit(runtime, "s1.c1", 0, 9), 0);
	ck_assert_int_eq(korch_sim_container_exit(runtime, "s1.c1", 0, 9), KORCH_E_NOT_FOUND);
	ck_assert_str_eq(sim_run(0), "-s1.c1=137 ");
}
END_TEST

START_TEST(restart)
{
	add_rule((korch_sim_rule){.image = "late", .start_us = 5 * SECOND, .run_us = 7 * SECOND});
	begin("any");
	start("s1", "s1.c2", "late");
	start("s1", "s1.c3", "any"); /* under way */
	ck_assert_str_eq(sim_run(0), "ok +s1.c1 ok +s1.c3 ");
	ck_assert_int_eq(korch_sim_restart(&runtime, runtime), 0);
	ck_assert_str_eq(sim_run(0), "!RuntimeError ");
	sim_attach();
	ck_assert_uint_eq(list(), 103);
	start("s1", "s1.c1", "any");
	ck_assert_str_eq(sim_run(100), "ok +s1.c2 -s1.c2=0 ");
}
END_TEST

static void free_runtime(void *userdata, int code, const char *reason, const char *message)
{
	on_done(userdata, code, reason, message);
	korch_runtime_free(runtime);
	runtime = NULL;
}

START_TEST(free_in_a_completion)
{
	add_rule((korch_sim_rule){.image = "late", .start_us = 5 * SECOND});
	korch_container_config config = {
	    .id = "s1.c1", .sandbox_id = "s1", .name = "main", .image = "any"};
	begin("late");
	sim_run(0);
	ops->start(self, &(korch_container_config){.id = "s1.c2", .sandbox_id = "s1"}, free_runtime,
	           NULL);
	ops->start(self, &config, on_done, NULL);
	ops->list(self, on_list_closed, NULL);
	/* What was to be told in this turn comes first, then the starts that wait for a time. */
	ck_assert_str_eq(sim_run(10), "ok !closed !RuntimeError !RuntimeError ");
}
END_TEST

/* A day of chance: 20 containers, everything goes wrong at times. The trace. */
static void run_faulty(uint64_t seed, char *out)
{
	sim_close();
	sim_open(seed);
	korch_sim_faults faults = {.size = sizeof(faults),
	                           .pull_failure_permille = 300,
	                           .start_failure_permille = 100,
	                           .event_lost_permille = 100,
	                           .event_repeated_permille = 100,
	                           .event_delayed_permille = 300};
	add_rule((korch_sim_rule){
	    .pull_us = SECOND, .start_us = SECOND, .run_us = 60 * SECOND, .crash_permille = 300});
	ck_assert_int_eq(korch_sim_set_faults(runtime, &faults), 0);
	trace_times = 1;
	for (int i = 0; i < 20; i++) {
		char sandbox[16], id[32];
		snprintf(sandbox, sizeof(sandbox), "s%d", i);
		snprintf(id, sizeof(id), "s%d.c", i);
		make_sandbox(sandbox, "pod", NULL);
		prepare("any", "Always");
		start(sandbox, id, "any");
	}
	strcpy(out, sim_run(1000));
}

START_TEST(faults_by_a_seed)
{
	static char first[sizeof(trace)], again[sizeof(trace)], other[sizeof(trace)];
	run_faulty(7, first);
	run_faulty(7, again);
	run_faulty(8, other);
	ck_assert_str_eq(first, again);
	ck_assert_str_ne(first, other);
	ck_assert_ptr_nonnull(strstr(first, "!ErrImagePull"));
	ck_assert_ptr_nonnull(strstr(first, "!RunContainerError"));
	/* No end of a container is told before its beginning. */
	for (int i = 0; i < 20; i++) {
		char begun[16], ended[16];
		snprintf(begun, sizeof(begun), "+s%d.c@", i);
		snprintf(ended, sizeof(ended), "-s%d.c=", i);
		const char *begin_at = strstr(first, begun), *end_at = strstr(first, ended);
		ck_assert_int_eq(begin_at && end_at && end_at < begin_at, 0);
	}
}
END_TEST

KORCH_SUITE(sim)
{
	Suite *suite = suite_create("sim");
	TCase *tcase = tcase_create("sim");
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, sim_close);
	const TTest *const tests[] = {plain,
	                              times,
	                              signals_and_crashes,
	                              term,
	                              stop_while_starting,
	                              sandbox_goes_while_starting,
	                              last_rule_counts,
	                              annotations,
	                              bad_annotations,
	                              bad_rules,
	                              images,
	                              probes,
	                              commands,
	                              power_off,
	                              freeze,
	                              end_while_frozen,
	                              end_from_outside,
	                              restart,
	                              free_in_a_completion,
	                              faults_by_a_seed};
	for (size_t i = 0; i < KORCH_COUNT(tests); i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	return suite;
}
