/* Compaction: fewer nodes that hold the same pods. */
#include "base/alloc.h"
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

static korch_moves *compact(const korch_compact_options *options)
{
	korch_moves *moves = NULL;
	char *before = dump_whole(w.s);
	ck_assert_int_eq(korch_scheduler_compact(&moves, w.s, options, NULL), 0);
	check_same(before, dump_whole(w.s));
	ck_assert_int_eq(korch_moves_complete(moves), 1);
	return moves;
}

static void add(const char *name, const char *requests, const char *node)
{
	world_add_pod(&w, make_pod(name, requests), node);
}

START_TEST(test_emptiest_first)
{
	double before, after;
	world_add_node(&w, make_node("n1", "cpu=4 memory=8Gi"));
	world_add_node(&w, make_node("n2", "cpu=4 memory=8Gi"));
	world_add_node(&w, make_node("n3", "cpu=4 memory=8Gi"));
	world_add_node(&w, make_node("n4", "cpu=4 memory=8Gi"));
	korch_moves *moves = compact(NULL);
	ck_assert_str_eq(plan_text(moves), "");
	korch_moves_free(moves);
	add("a", "cpu=3", "n1");
	add("b", "cpu=1", "n2");
	add("c", "cpu=2", "n3");
	moves = compact(NULL);
	ck_assert_str_eq(plan_text(moves), "b n2>n1");
	ck_assert_str_eq(emptied_text(moves), "n2");
	korch_moves_gain(moves, &before, &after);
	ck_assert_int_eq((int)before, 3);
	ck_assert_int_eq((int)after, 2);
	korch_moves_free(moves);
	add("d", "cpu=2", "n4");
	moves = compact(NULL);
	ck_assert_str_eq(emptied_text(moves), "n2 n3");
	korch_moves_free(moves);
	/* with one move only */
	const korch_compact_options one = {.size = sizeof(one), .moves = 1};
	moves = compact(&one);
	ck_assert_str_eq(plan_text(moves), "b n2>n1");
	korch_moves_free(moves);
}
END_TEST

/* The pod of n1 fits nowhere unless another one makes room. */
/* Which of equal nodes goes is told by their names, not by the order in which they came. */
START_TEST(test_order_of_feeding)
{
	static const char *const pods[] = {"a", "b", "c", "d"};
	char texts[2][200];
	for (int turned = 0; turned < 2; turned++) {
		for (int i = 0; i < 4; i++) {
			char name[8];
			snprintf(name, sizeof(name), "n%d", turned ? 4 - i : 1 + i);
			world_add_node(&w, make_node(name, "cpu=4 memory=8Gi"));
		}
		for (int i = 0; i < 4; i++) {
			int at = turned ? 3 - i : i;
			add(pods[at], at % 2 ? "cpu=1" : "cpu=500m memory=3Gi", at < 2 ? "n1" : "n4");
		}
		korch_moves *moves = compact(NULL);
		snprintf(texts[turned], sizeof(texts[0]), "%s", plan_text(moves));
		korch_moves_free(moves);
		teardown();
	}
	ck_assert_str_eq(texts[0], texts[1]);
	ck_assert_str_ne(texts[0], "");
}
END_TEST

START_TEST(test_pushing)
{
	world_add_node(&w, make_node("n1", "cpu=4"));
	world_add_node(&w, make_node("n2", "cpu=5"));
	world_add_node(&w, make_node("n3", "cpu=5"));
	add("a", "cpu=4", "n1");
	add("b", "cpu=3", "n2");
	add("c", "cpu=1", "n2");
	add("d", "cpu=2", "n3");
	korch_moves *moves = compact(NULL);
	ck_assert_str_eq(emptied_text(moves), "n1");
	korch_scheduler_free(replay(&w, moves));
	korch_moves_free(moves);
}
END_TEST

/* A great node that is not in use can take the pods of several. */
START_TEST(test_spare_node)
{
	const korch_compact_options options = {.size = sizeof(options), .rounds = 20};
	for (int i = 0; i < 4; i++) {
		char node[8], pod[8];
		snprintf(node, sizeof(node), "n%d", i);
		snprintf(pod, sizeof(pod), "p%d", i);
		world_add_node(&w, make_node(node, "cpu=4"));
		add(pod, "cpu=3", node);
	}
	world_add_node(&w, make_node("big", "cpu=12"));
	world_add_node(&w, make_node("small", "cpu=2"));
	korch_moves *moves = compact(&options);
	double before, after;
	korch_moves_gain(moves, &before, &after);
	ck_assert_int_eq((int)before, 4);
	ck_assert_int_eq((int)after, 1);
	korch_moves_free(moves);
}
END_TEST

START_TEST(test_bad_input)
{
	korch_moves *moves = NULL;
	korch_error *err = NULL;
	world_add_node(&w, make_node("n1", "cpu=4"));
	const korch_compact_options wrong = {.size = 3}, many = {.size = sizeof(many), .rounds = 1001};
	ck_assert_int_eq(korch_scheduler_compact(&moves, w.s, &wrong, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_scheduler_compact(&moves, w.s, &many, &err), KORCH_E_INVALID);
	char *line = korch_error_format(err);
	ck_assert_str_eq(line, "rounds 1001: must be 0 to 1000");
	free(line);
	korch_error_free(err);
	ck_assert_int_eq(korch_scheduler_compact(NULL, w.s, NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_scheduler_compact(&moves, NULL, NULL, NULL), KORCH_E_INVALID);
	for (int i = 0; i < 16; i++)
		ck_assert_int_eq(korch_scheduler_begin(w.s), 0);
	ck_assert_int_eq(korch_scheduler_compact(&moves, w.s, NULL, NULL), KORCH_E_LIMIT);
	ck_assert_ptr_null(moves);
}
END_TEST

/* Nodes in use after draining one node after the other by name, as long as all of its pods move. */
static size_t drain_by_name(void)
{
	ck_assert_int_eq(korch_scheduler_begin(w.s), 0);
	for (size_t i = 0; i < w.n_nodes; i++) {
		korch_moves *moves = NULL;
		korch_node *node = w.nodes[i];
		ck_assert_int_eq(korch_scheduler_drain(&moves, w.s, korch_object_name(&node->object), NULL),
		                 0);
		size_t n;
		const korch_move *list = korch_moves_list(moves, &n);
		for (size_t k = 0; korch_moves_complete(moves) && k < n; k++) {
			for (size_t p = 0; p < w.n_pods; p++) {
				if (strcmp(w.pods[p]->object.metadata->uid, list[k].pod) == 0)
					ck_assert_int_eq(korch_scheduler_pod_set(w.s, w.pods[p], list[k].to, NULL), 0);
			}
		}
		if (korch_moves_complete(moves)) {
			korch_node *closed = (korch_node *)korch_object_edit(&node->object);
			korch_node_spec *spec = korch_struct_edit(&closed->spec, &korch_node_spec_type);
			spec->unschedulable = 1;
			ck_assert_int_eq(korch_scheduler_node_set(w.s, closed, NULL), 0);
			korch_object_unref(&closed->object);
		}
		korch_moves_free(moves);
	}
	size_t used = nodes_in_use(&w, w.s);
	korch_scheduler_rollback(w.s);
	return used;
}

static void check_emptied(const korch_moves *moves, korch_scheduler *after)
{
	size_t n;
	const char *const *emptied = korch_moves_emptied(moves, &n);
	for (size_t i = 0; i < n; i++) {
		for (size_t p = 0; p < w.n_pods; p++) {
			const char *on = korch_scheduler_pod_node(after, w.pods[p]);
			const korch_object_meta *meta = w.pods[p]->object.metadata;
			ck_assert(!on || strcmp(on, emptied[i]) != 0 || meta->n_owner_references > 0 ||
			          meta->deletion_timestamp);
		}
	}
}

static void compact_any(uint64_t seed, size_t most)
{
	korch_random random;
	korch__random_init(&random, seed);
	world_make(&w, &random, NULL);
	const korch_compact_options options = {.size = sizeof(options), .moves = most, .seed = seed};
	korch_moves *moves = compact(&options);
	korch_scheduler *after = replay(&w, moves);
	double before, used;
	size_t n;
	korch_moves_list(moves, &n);
	korch_moves_gain(moves, &before, &used);
	ck_assert_uint_eq((size_t)before, nodes_in_use(&w, w.s));
	ck_assert_uint_eq((size_t)used, nodes_in_use(&w, after));
	ck_assert_uint_le((size_t)used, (size_t)before);
	check_emptied(moves, after);
	check_not_overcommitted(after);
	if (most)
		ck_assert_uint_le(n, most);
	else if (w.n_budgets == 0)
		ck_assert_uint_le((size_t)used, drain_by_name());
	/* the same again */
	korch_moves *again = compact(&options);
	char *text = strdup(plan_text(moves));
	ck_assert_str_eq(text, plan_text(again));
	free(text);
	korch_scheduler_free(after);
	korch_moves_free(moves);
	korch_moves_free(again);
	teardown();
}

START_TEST(test_any_cluster)
{
	for (uint64_t seed = 0; seed < unit_seeds(100); seed++)
		compact_any(seed, 0);
}
END_TEST

START_TEST(test_few_moves)
{
	for (uint64_t seed = 100; seed < 160; seed++)
		compact_any(seed, 1 + seed % 7);
}
END_TEST

START_TEST(test_out_of_memory)
{
	korch_random random;
	const korch_compact_options options = {.size = sizeof(options), .rounds = 4};
	korch__random_init(&random, 2);
	for (int i = 0; i < 5; i++) {
		world_add_node(&w, any_node(&random, (size_t)i));
		korch_pod *pod = make_pod("p", "cpu=1");
		char uid[8];
		snprintf(uid, sizeof(uid), "u%d", i);
		korch_string_set(&korch_object_edit_meta(&pod->object)->uid, uid);
		label(&pod->object, "app=web");
		if (i % 2)
			add_spread(pod, "zone", 2, "app=web");
		world_add_pod(&w, pod, korch_object_name(&w.nodes[i]->object));
	}
	char *before = dump_whole(w.s);
	for (uint64_t at = 1, failed = 1; failed; at++) {
		korch_moves *moves = NULL;
		korch__alloc_fail_at(at);
		int code = korch_scheduler_compact(&moves, w.s, &options, NULL);
		failed = korch__alloc_count() >= at;
		korch__alloc_fail_at(0);
		ck_assert(code == 0 || (failed && code == KORCH_E_NOMEM));
		ck_assert_int_eq(code == 0, moves != NULL);
		korch_moves_free(moves);
		check_same(strdup(before), dump_whole(w.s));
	}
	free(before);
}
END_TEST

KORCH_SUITE(compact)
{
	Suite *suite = suite_create("scheduler: compact");
	const TTest *const tests[] = {test_emptiest_first, test_pushing,         test_spare_node,
	                              test_bad_input,      test_any_cluster,     test_few_moves,
	                              test_out_of_memory,  test_order_of_feeding};
	TCase *with_one = tcase_create("compact");
	tcase_set_timeout(with_one, 60);
	tcase_add_checked_fixture(with_one, NULL, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(with_one, tests[i]);
	suite_add_tcase(suite, with_one);
	return suite;
}
