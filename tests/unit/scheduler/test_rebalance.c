/* Rebalancing: moves that make utilization more even, or free nodes. */
#include "base/alloc.h"
#include "base/random.h"
#include "cluster.h"
#include "dump.h"
#include "plans.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static world w;

static void teardown(void)
{
	world_free(&w);
	w = (world){0};
}

static korch_moves *rebalance(const korch_rebalance_options *options)
{
	korch_moves *moves = NULL;
	char *before = dump_whole(w.s);
	ck_assert_int_eq(korch_scheduler_rebalance(&moves, w.s, options, NULL), 0);
	check_same(before, dump_whole(w.s));
	ck_assert_int_eq(korch_moves_complete(moves), 1);
	return moves;
}

static void add(const char *name, const char *requests, const char *node)
{
	world_add_pod(&w, make_pod(name, requests), node);
}

static void two_nodes(void)
{
	world_add_node(&w, make_node("n1", "cpu=4 memory=4Gi"));
	world_add_node(&w, make_node("n2", "cpu=4 memory=4Gi"));
}

START_TEST(test_balance)
{
	double before, after;
	two_nodes();
	korch_moves *moves = rebalance(NULL);
	ck_assert_str_eq(plan_text(moves), "");
	korch_moves_free(moves);
	add("a", "cpu=1 memory=1Gi", "n1");
	add("b", "cpu=2 memory=2Gi", "n1");
	add("c", "cpu=1 memory=1Gi", "n1");
	moves = rebalance(NULL); /* 2 and 2 is even */
	korch_moves_gain(moves, &before, &after);
	ck_assert_str_eq(plan_text(moves), "b n1>n2");
	ck_assert(before == 0.5 && after == 0.0);
	korch_moves_free(moves);
}
END_TEST

/* One of the pods app=web may go. */
static korch_pod_disruption_budget *make_budget(void)
{
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_new(&object, &korch_pod_disruption_budget_kind), 0);
	korch_pod_disruption_budget *budget = (korch_pod_disruption_budget *)object;
	korch_object_meta *meta = korch_object_edit_meta(object);
	korch_string_set(&meta->name, "web");
	korch_string_set(&meta->namespace_, "shop");
	korch_pod_disruption_budget_spec *spec =
	    korch_struct_edit(&budget->spec, &korch_pod_disruption_budget_spec_type);
	korch_label_selector *selector = korch_struct_edit(&spec->selector, &korch_label_selector_type);
	korch_map_set(&selector->match_labels, "app", "web");
	korch_pod_disruption_budget_status *status =
	    korch_struct_edit(&budget->status, &korch_pod_disruption_budget_status_type);
	status->disruptions_allowed = 1;
	return budget;
}

START_TEST(test_bound_and_budget)
{
	two_nodes();
	for (int i = 0; i < 4; i++) {
		char name[8];
		snprintf(name, sizeof(name), "p%d", i);
		korch_pod *pod = make_pod(name, "cpu=1 memory=1Gi");
		label(&pod->object, "app=web");
		world_add_pod(&w, pod, "n1");
	}
	const korch_rebalance_options one = {.size = sizeof(one), .moves = 1};
	size_t n;
	korch_moves *moves = rebalance(&one);
	korch_moves_list(moves, &n);
	ck_assert_uint_eq(n, 1);
	korch_moves_free(moves);
	moves = rebalance(NULL);
	korch_moves_list(moves, &n);
	ck_assert_uint_eq(n, 2);
	korch_moves_free(moves);
	world_add_budget(&w, make_budget());
	moves = rebalance(NULL);
	korch_moves_list(moves, &n);
	ck_assert_uint_eq(n, 1);
	korch_moves_free(moves);
}
END_TEST

/* The filters have the last word: pods that must be apart stay apart. */
START_TEST(test_filters)
{
	two_nodes();
	for (int i = 0; i < 2; i++) {
		char name[8];
		snprintf(name, sizeof(name), "w%d", i);
		korch_pod *pod = make_pod(name, "cpu=1 memory=1Gi");
		label(&pod->object, "app=web");
		add_affinity(pod, 1, "kubernetes.io/hostname", "app=web");
		world_add_pod(&w, pod, i == 0 ? "n1" : "n2");
	}
	add("a", "cpu=2 memory=2Gi", "n1");
	korch_moves *moves = rebalance(NULL);
	ck_assert_ptr_null(strstr(plan_text(moves), "w0"));
	korch_scheduler_free(replay(&w, moves));
	korch_moves_free(moves);
}
END_TEST

/* There is room for neither of two, unless one waits somewhere else. */
START_TEST(test_exchange)
{
	double before, after;
	world_add_node(&w, make_node("n1", "cpu=10 memory=10Gi"));
	world_add_node(&w, make_node("n2", "cpu=10 memory=10Gi"));
	world_add_node(&w, make_node("n3", "cpu=20 memory=100Gi"));
	add("a", "cpu=5 memory=1Gi", "n1");
	add("b", "cpu=5 memory=1Gi", "n1");
	add("c", "cpu=3 memory=5Gi", "n2");
	add("d", "cpu=3 memory=5Gi", "n2");
	add("e", "cpu=17 memory=60Gi", "n3");
	korch_moves *moves = rebalance(NULL);
	korch_moves_gain(moves, &before, &after);
	ck_assert(after < before);
	ck_assert_str_eq(plan_text(moves), "c n2>n3, a n1>n2, c n3>n1");
	korch_scheduler *s = replay(&w, moves);
	check_not_overcommitted(s);
	korch_scheduler_free(s);
	korch_moves_free(moves);
	/* with too few moves for that nothing is moved */
	const korch_rebalance_options two = {.size = sizeof(two), .moves = 2};
	moves = rebalance(&two);
	ck_assert_str_eq(plan_text(moves), "");
	korch_moves_free(moves);
}
END_TEST

START_TEST(test_packing)
{
	const korch_rebalance_options options = {.size = sizeof(options),
	                                         .goal = KORCH_REBALANCE_PACKING};
	two_nodes();
	add("a", "cpu=1", "n1");
	add("b", "cpu=2", "n2");
	korch_moves *moves = rebalance(&options);
	ck_assert_str_eq(plan_text(moves), "a n1>n2");
	ck_assert_str_eq(emptied_text(moves), "n1");
	korch_moves_free(moves);
}
END_TEST

/* The variance, told by what anybody can ask for. */
static double variance(korch_scheduler *s)
{
	const char *const names[2] = {"cpu", "memory"};
	double value = 0, n = (double)w.n_nodes;
	for (int r = 0; r < 2; r++) {
		double sum = 0, squares = 0;
		for (size_t i = 0; i < w.n_nodes; i++) {
			int64_t all, used;
			const char *node = korch_object_name(&w.nodes[i]->object);
			ck_assert_int_eq(korch_scheduler_node_usage(&all, &used, s, node, names[r]), 0);
			double part = all > 0 ? (double)used / (double)all : 0;
			sum += part;
			squares += part * part;
		}
		value += squares / n - sum / n * (sum / n);
	}
	return value;
}

/* On any cluster: each move is possible in its turn, budgets hold, the goal never gets worse. */
START_TEST(test_any_cluster)
{
	for (uint64_t seed = 0; seed < 60; seed++) {
		korch_random random;
		korch__random_init(&random, seed);
		world_make(&w, &random, NULL);
		const korch_rebalance_options options = {.size = sizeof(options),
		                                         .goal = (int32_t)(seed % 2),
		                                         .moves = 1 + (uint32_t)(seed % 7),
		                                         .seed = seed,
		                                         .rounds = 3};
		korch_moves *moves = rebalance(&options), *again = rebalance(&options);
		char text[8192];
		double before, after;
		size_t n;
		korch_moves_gain(moves, &before, &after);
		korch_moves_list(moves, &n);
		ck_assert(after <= before);
		ck_assert_uint_le(n, options.moves);
		korch_scheduler *s = replay(&w, moves);
		check_not_overcommitted(s);
		if (options.goal == KORCH_REBALANCE_BALANCE) {
			ck_assert_double_eq_tol(before, variance(w.s), 1e-9);
			ck_assert_double_eq_tol(after, variance(s), 1e-9);
		}
		korch_scheduler_free(s);
		snprintf(text, sizeof(text), "%s", plan_text(moves));
		ck_assert_str_eq(plan_text(again), text);
		korch_moves_free(moves);
		korch_moves_free(again);
		teardown();
	}
}
END_TEST

START_TEST(test_bad_input)
{
	korch_moves *moves = NULL;
	korch_error *err = NULL;
	two_nodes();
	const korch_rebalance_options goal = {.size = sizeof(goal), .goal = 2},
	                              many = {.size = sizeof(many), .moves = 10001},
	                              wrong = {.size = 1};
	ck_assert_int_eq(korch_scheduler_rebalance(&moves, w.s, &goal, &err), KORCH_E_INVALID);
	ck_assert_str_eq(korch_error_message(err), "goal 2: must be 0 or 1");
	korch_error_free(err);
	ck_assert_int_eq(korch_scheduler_rebalance(&moves, w.s, &many, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_scheduler_rebalance(&moves, w.s, &wrong, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_scheduler_rebalance(&moves, NULL, NULL, NULL), KORCH_E_INVALID);
	ck_assert_ptr_null(moves);
}
END_TEST

START_TEST(test_memory)
{
	two_nodes();
	add("a", "cpu=1 memory=1Gi", "n1");
	add("b", "cpu=2 memory=2Gi", "n1");
	add("c", "cpu=1 memory=1Gi", "n1");
	char *before = dump_whole(w.s);
	int code = KORCH_E_NOMEM;
	for (uint64_t at = 1; code != 0; at++) {
		korch_moves *moves = NULL;
		korch__alloc_fail_at(at);
		code = korch_scheduler_rebalance(&moves, w.s, NULL, NULL);
		korch__alloc_fail_at(0);
		ck_assert(code == 0 || code == KORCH_E_NOMEM);
		ck_assert(code == 0 || !moves);
		korch_moves_free(moves);
	}
	check_same(before, dump_whole(w.s));
}
END_TEST

KORCH_SUITE(rebalance)
{
	Suite *suite = suite_create("rebalance");
	const TTest *const tests[] = {
	    test_balance, test_bound_and_budget, test_filters,   test_exchange,
	    test_packing, test_any_cluster,      test_bad_input, test_memory};
	TCase *with_one = tcase_create("moves");
	tcase_set_timeout(with_one, 60);
	tcase_add_checked_fixture(with_one, NULL, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(with_one, tests[i]);
	suite_add_tcase(suite, with_one);
	return suite;
}
