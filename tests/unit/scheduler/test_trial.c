/* Trials: whatever was done in one is undone, whatever runs out meanwhile. */
#include "anything.h"
#include "base/alloc.h"
#include "cluster.h"
#include "dump.h"
#include "unit.h"
#include <korch/scheduler/preempt.h>
#include <korch/scheduler/whatif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static korch_scheduler *s;

static void setup(void)
{
	ck_assert_int_eq(korch_scheduler_new(&s, NULL, NULL), 0);
}

static void teardown(void)
{
	korch_scheduler_free(s);
}

static void begin(void)
{
	ck_assert_int_eq(korch_scheduler_begin(s), 0);
}

START_TEST(test_commit_and_rollback)
{
	feed_node(s, make_node("n1", "cpu=4"));
	begin();
	ck_assert_str_eq(place(s, make_pod("a", "cpu=2")), "n1");
	begin();
	ck_assert_str_eq(place(s, make_pod("b", "cpu=2")), "n1");
	korch_scheduler_rollback(s);
	ck_assert_ptr_null(node_of(s, "uid-b"));
	begin();
	ck_assert_str_eq(place(s, make_pod("c", "cpu=1")), "n1");
	korch_scheduler_commit(s);
	ck_assert_str_eq(node_of(s, "uid-c"), "n1");
	korch_scheduler_rollback(s);
	ck_assert_uint_eq(korch_scheduler_pods(s), 0);
	begin();
	ck_assert_str_eq(place(s, make_pod("a", "cpu=2")), "n1");
	korch_scheduler_commit(s);
	ck_assert_uint_eq(korch_scheduler_pods(s), 1);
	/* without a trial */
	korch_scheduler_rollback(s);
	korch_scheduler_commit(s);
	ck_assert_uint_eq(korch_scheduler_pods(s), 1);
}
END_TEST

START_TEST(test_limits)
{
	ck_assert_int_eq(korch_scheduler_begin(NULL), KORCH_E_INVALID);
	korch_scheduler_rollback(NULL);
	korch_scheduler_commit(NULL);
	for (int i = 0; i < 16; i++)
		begin();
	ck_assert_int_eq(korch_scheduler_begin(s), KORCH_E_LIMIT);
	feed_node(s, make_node("n1", "cpu=4"));
	korch_scheduler_reset(s);
	ck_assert_uint_eq(korch_scheduler_nodes(s), 1);
	for (int i = 0; i < 16; i++)
		korch_scheduler_rollback(s);
	ck_assert_uint_eq(korch_scheduler_nodes(s), 0);
	/* one that is left open is no leak */
	begin();
	feed_node(s, make_node("n1", "cpu=4"));
	ck_assert_str_eq(place(s, make_pod("a", "cpu=2")), "n1");
}
END_TEST

/* A node that went takes nothing with it: not its pods, nor the shares of its devices. */
START_TEST(test_node_comes_back)
{
	feed_node(s, make_node("n1", "cpu=4 nvidia.com/gpu=2"));
	ck_assert_str_eq(place(s, make_pod("a", "korch.dev/gpu-milli=600")), "n1");
	ck_assert_str_eq(place(s, make_pod("b", "korch.dev/gpu-milli=700")), "n1");
	char *before = dump_whole(s);
	begin();
	korch_scheduler_pod_forget(s, "uid-a");
	korch_scheduler_node_remove(s, "n1");
	ck_assert_str_eq(ask(s, make_pod("c", "cpu=1")), "no nodes available to schedule pods");
	korch_scheduler_pod_forget(s, "uid-b");
	feed_node(s, make_node("n1", "cpu=2 nvidia.com/gpu=1"));
	ck_assert_str_eq(place(s, make_pod("c", "cpu=2 korch.dev/gpu-milli=1000")), "n1");
	korch_scheduler_rollback(s);
	check_same(before, dump_whole(s));
	ck_assert_str_eq(ask(s, make_pod("c", "korch.dev/gpu-milli=400")), "n1");
	ck_assert_str_eq(ask(s, make_pod("d", "korch.dev/gpu-milli=500")),
	                 "0/1 nodes are available: 1 Insufficient korch.dev/gpu-milli.");
}
END_TEST

static void wait_for(korch_pod *pod)
{
	ck_assert_int_eq(korch_scheduler_wait(s, pod, NULL), 0);
	korch_object_unref(&pod->object);
}

/* The name of the one that is woken, "" when there is none. */
static const char *woken(void)
{
	static char name[32];
	const korch_pod *pod = NULL;
	name[0] = '\0';
	if (korch_scheduler_woken(&pod, s) == 1) {
		snprintf(name, sizeof(name), "%s", korch_object_name(&pod->object));
		korch_object_unref(&pod->object);
	}
	return name;
}

/* What is tried wakes nobody afterwards, and who was woken in a trial waits again. */
START_TEST(test_waiting)
{
	feed_node(s, make_node("n1", "cpu=2"));
	for (int i = 0; i < 3; i++) {
		char name[8];
		snprintf(name, sizeof(name), "w%d", i);
		wait_for(make_pod(name, "cpu=1"));
	}
	wait_for(make_pod("big", "cpu=3"));
	ck_assert_str_eq(woken(), "w0");
	ck_assert_str_eq(woken(), ""); /* w0 has not been placed */
	char *before = dump_whole(s);
	begin();
	feed_node(s, make_node("n2", "cpu=3"));
	ck_assert_str_eq(woken(), "w1");
	ck_assert_str_eq(place(s, make_pod("w1", "cpu=1")), "n2");
	ck_assert_str_eq(woken(), "w2");
	wait_for(make_pod("w0", "cpu=1"));
	korch_scheduler_pod_forget(s, "uid-big");
	ck_assert_uint_eq(korch_scheduler_waiting(s), 1);
	korch_scheduler_rollback(s);
	check_same(before, dump_whole(s));
	ck_assert_str_eq(woken(), ""); /* still not */
	ck_assert_str_eq(place(s, make_pod("w0", "cpu=1")), "n1");
	ck_assert_str_eq(woken(), "w1");
	begin();
	feed_node(s, make_node("n2", "cpu=3"));
	korch_scheduler_commit(s);
	ck_assert_str_eq(woken(), "w2");
	ck_assert_str_eq(woken(), "big");
	ck_assert_str_eq(woken(), "");
}
END_TEST

enum { NODES = 8, PODS = 24, PANEL = 6 };

/* What pods of all sorts are told: nodes, scores, sentences. */
static char *ask_panel(uint64_t seed)
{
	char *text = NULL;
	size_t size = 0;
	korch_random random;
	korch__random_init(&random, seed);
	FILE *out = open_memstream(&text, &size);
	for (size_t i = 0; i < PANEL; i++) {
		korch_decision decision;
		korch_pod *pod = any_pod(&random, 1000 + i);
		ck_assert_int_ge(korch_scheduler_decide(&decision, s, pod, NULL), 0);
		fprintf(out, "%s %s %lld %llu %llx\n", decision.node, decision.message,
		        (long long)decision.score, (unsigned long long)decision.feasible,
		        (unsigned long long)decision.devices);
		korch_object_unref(&pod->object);
	}
	fclose(out);
	return text;
}

static uint64_t draw_failure(korch_random *random, int fails)
{
	return fails && one_in(random, 3) ? 1 + korch__random_below(random, 40) : 0;
}

/* Changes in a trial, and in trials inside it. */
static void try_things(korch_random *random, int depth, int fails)
{
	for (size_t i = 0, n = (size_t)korch__random_below(random, 12); i < n; i++) {
		any_change(random, s, NODES, PODS, draw_failure(random, fails));
		if (depth < 3 && one_in(random, 6)) {
			char *before = dump_whole(s);
			begin();
			try_things(random, depth + 1, fails);
			if (one_in(random, 3)) {
				korch_scheduler_commit(s);
				free(before);
			} else {
				korch_scheduler_rollback(s);
				check_same(before, dump_whole(s));
			}
		}
	}
}

/* Everything is as before: all numbers, all orders, all answers. @return allocations that undoing
 * asked for; fail_at: the one of them that fails */
static uint64_t try_and_roll_back(korch_random *random, int fails, uint64_t fail_at)
{
	char *before = dump_whole(s), *answers = ask_panel(fail_at);
	begin();
	try_things(random, 0, fails);
	korch__alloc_fail_at(fail_at ? fail_at : 1000000);
	korch_scheduler_rollback(s);
	uint64_t allocations = korch__alloc_count();
	korch__alloc_fail_at(0);
	check_same(before, dump_whole(s));
	check_same(answers, ask_panel(fail_at));
	return allocations;
}

static void run(uint64_t seed, int fails)
{
	korch_random random;
	korch__random_init(&random, seed);
	korch_scheduler_reset(s);
	for (int round = 0; round < 6; round++) {
		for (int i = 0; i < 20; i++)
			any_change(&random, s, NODES, PODS, draw_failure(&random, fails));
		try_and_roll_back(&random, fails, 0);
	}
}

START_TEST(test_all_is_undone)
{
	for (uint64_t seed = 0; seed < unit_seeds(60); seed++)
		run(seed, 0);
}
END_TEST

START_TEST(test_out_of_memory_inside)
{
	for (uint64_t seed = 1000; seed < 1000 + unit_seeds(50); seed++)
		run(seed, 1);
}
END_TEST

/* Undoing needs no memory: whichever of its allocations fails. */
START_TEST(test_out_of_memory_while_undoing)
{
	for (uint64_t seed = 2000; seed < 2040; seed++) {
		uint64_t asked = 1;
		for (uint64_t at = 1; at <= asked && at < 40; at++) {
			korch_random random;
			korch__random_init(&random, seed);
			korch_scheduler_reset(s);
			for (int i = 0; i < 60; i++)
				any_change(&random, s, NODES, PODS, 0);
			asked = try_and_roll_back(&random, 0, at);
		}
	}
}
END_TEST

/* What fails for lack of memory has changed nothing, in a trial or not. */
START_TEST(test_failing_changes_nothing)
{
	for (uint64_t seed = 3000; seed < 3000 + unit_seeds(40); seed++) {
		korch_random random;
		korch__random_init(&random, seed);
		korch_scheduler_reset(s);
		for (int i = 0; i < 120; i++) {
			if (one_in(&random, 10))
				begin();
			if (one_in(&random, 10))
				korch_scheduler_commit(s);
			if (one_in(&random, 20))
				korch_scheduler_rollback(s);
			char *before = dump_state(s);
			if (any_change(&random, s, NODES, PODS, draw_failure(&random, 1)))
				check_same(before, dump_state(s));
			else
				free(before);
		}
		while (one_in(&random, 2))
			korch_scheduler_rollback(s);
		for (int i = 0; i < 16; i++)
			korch_scheduler_commit(s);
	}
}
END_TEST

KORCH_SUITE(trial)
{
	Suite *suite = suite_create("scheduler: trials");
	const TTest *const tests[] = {test_commit_and_rollback,
	                              test_limits,
	                              test_node_comes_back,
	                              test_waiting,
	                              test_all_is_undone,
	                              test_out_of_memory_inside,
	                              test_out_of_memory_while_undoing,
	                              test_failing_changes_nothing};
	TCase *with_one = tcase_create("trials");
	tcase_set_timeout(with_one, 60);
	tcase_add_checked_fixture(with_one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(with_one, tests[i]);
	suite_add_tcase(suite, with_one);
	return suite;
}
