/* Sweeps: the same as looking at each node, and as a ranking, with each set of instructions. */
#include "base/random.h"
#include "cluster.h"
#include "scheduler/rank/blocks.h"
#include "scheduler/rank/sweep.h"
#include "scheduler/score/shared.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

static korch_random random_;

static uint64_t below(uint64_t bound)
{
	return korch__random_below(&random_, bound);
}

/* Amounts at which quotients go wrong first: tiny, near the greatest, exact hundredths. */
static int64_t draw_amount(void)
{
	static const int64_t some[] = {1, 2, 3, 7, 99, 100, 101, 1000, 4000, 64000, 1000000007};
	switch (below(5)) {
	case 0:
		return some[below(sizeof(some) / sizeof(some[0]))];
	case 1:
		return KORCH__WIDE - 1 - (int64_t)below(3);
	case 2:
		return 100 * (1 + (int64_t)below(1000000));
	case 3:
		return (int64_t)1 << below(43);
	default:
		return 1 + (int64_t)below((uint64_t)KORCH__WIDE - 1);
	}
}

/* A part of what there is: all, nearly all, whole hundredths, more than there is. */
static int64_t draw_part(int64_t of)
{
	switch (below(7)) {
	case 0:
		return of;
	case 1:
		return of > 1 ? of - 1 : 1;
	case 2:
		return of / 100 * (int64_t)below(101);
	case 3:
		return 2 * of;
	case 4:
		return 1;
	default:
		return (int64_t)below((uint64_t)of + 1);
	}
}

static void feed_some_node(korch_scheduler *s, size_t i)
{
	char name[24], text[120];
	int64_t cpu = draw_amount(), memory = draw_amount();
	snprintf(name, sizeof(name), "n%zu", i);
	snprintf(text, sizeof(text), "cpu=%lldm memory=%lld pods=%d x.io/disk=%d", (long long)cpu,
	         (long long)memory, below(8) ? 110 : 1, (int)below(3));
	korch_node *node = make_node(name, text);
	node->spec->unschedulable = below(9) == 0;
	feed_node(s, node);
	for (uint64_t k = below(3); k > 0; k--) {
		char id[40];
		snprintf(id, sizeof(id), "p%zu-%d", i, (int)k);
		if (below(8))
			snprintf(text, sizeof(text), "cpu=%lldm memory=%lld", (long long)draw_part(cpu),
			         (long long)draw_part(memory));
		else
			snprintf(text, sizeof(text), "x.io/disk=1"); /* counts a little for the score */
		korch_pod *pod = make_pod(id, text);
		ck_assert_int_eq(korch_scheduler_pod_set(s, pod, name, NULL), 0);
		korch_object_unref(&pod->object);
	}
	if (below(12) == 0)
		korch_scheduler_node_remove(s, name);
}

/* The best of all slots, looked at one by one. */
static sched_best best_of_all(korch_scheduler *s, const sched_class *c)
{
	sched_best best = {.slot = NONE, .score = -1};
	for (uint32_t i = 0; i < s->slots.n; i++) {
		if (!s->slots.items[i]->node || korch__node_check(s, c, i) != REASON_NONE)
			continue;
		int64_t score = korch__own_score(s, c, i);
		best.feasible++;
		if (score < best.score || (score == best.score && s->tie[i] > s->tie[best.slot]))
			continue;
		best.slot = i;
		best.score = score;
	}
	return best;
}

static void check_same(const sched_best *got, const sched_best *expected, int all_counted,
                       const char *what)
{
	ck_assert_msg(got->slot == expected->slot, "%s: slot %u, should be %u", what, got->slot,
	              expected->slot);
	if (expected->slot != NONE)
		ck_assert_msg(got->score == expected->score, "%s: %lld, should be %lld", what,
		              (long long)got->score, (long long)expected->score);
	if (all_counted)
		ck_assert_uint_eq(got->feasible, expected->feasible);
}

/* 1: the pod's class can be swept. */
static int check_pod(korch_scheduler *s, korch_pod *pod)
{
	static const char *const names[] = {"plain", "avx2", "avx512"};
	sched_class *c = NULL;
	ck_assert_int_eq(korch__class_of(&c, s, pod, NULL), 0);
	ck_assert_int_eq(korch__class_refresh(s, c), 0);
	sched_best expected = best_of_all(s, c);
	int can = korch__sweep_can(s, c);
	for (sched_instructions set = SWEEP_PLAIN; can && set <= SWEEP_AVX512; set++) {
		sched_best best;
		if (!korch__sweep_has(set))
			continue;
		if (s->blocks)
			s->blocks->resting = s->blocks->looked = 0; /* bounds are asked each time */
		ck_assert_int_eq(korch__sweep_by(set, s, c, &best), 0);
		check_same(&best, &expected, s->slots.n < BLOCKS_FROM, names[set]);
	}
	ck_assert_int_eq(korch__ranking_refresh(s, c), 0);
	const sched_ranking *r = c->ranking;
	sched_best ranked = {.slot = NONE, .feasible = r->n_feasible};
	if (r->live.n > 0) {
		ck_assert_uint_eq(r->live.n, 1);
		ranked.slot = r->cells.items[r->live.items[0]].heap[0].slot;
		ranked.score = r->cells.items[r->live.items[0]].heap[0].score;
	}
	check_same(&ranked, &expected, 1, "ranking");
	korch_object_unref(&pod->object);
	return can;
}

static const korch_score_use uses[] = {
    {.name = "NodeResourcesFit", .weight = 1},
    {.name = "NodeResourcesBalancedAllocation", .weight = 1},
    {.name = "NodeResourcesFit", .weight = 3},
    {.name = "NodeResourcesBalancedAllocation", .weight = 100},
    {.name = "NodeResourcesFit", .weight = 7},
};

/* Weights 1 and 1, 3 and 100; one of the two alone. */
static korch_scheduler *new_scheduler(void)
{
	static const struct {
		size_t from, n;
	} some[] = {{0, 2}, {0, 2}, {2, 2}, {1, 1}, {3, 1}, {0, 1}, {4, 1}};
	size_t which = below(sizeof(some) / sizeof(some[0]));
	const korch_scheduler_profile profile = {.size = sizeof(profile),
	                                         .name = "p",
	                                         .scores = uses + some[which].from,
	                                         .n_scores = some[which].n,
	                                         .fit_strategy = (int32_t)below(2)};
	const korch_scheduler_options options = {.size = sizeof(options),
	                                         .profiles = &profile,
	                                         .n_profiles = 1,
	                                         .ties = (int32_t)below(2),
	                                         .seed = below(100)};
	korch_scheduler *s = NULL;
	ck_assert_int_eq(korch_scheduler_new(&s, &options, NULL), 0);
	return s;
}

static int check_some_pod(korch_scheduler *s)
{
	char text[120];
	int64_t cpu = below(2) ? draw_amount() : 1 + (int64_t)below(5000),
	        memory = below(2) ? draw_amount() : 1 + (int64_t)below(5000000000);
	snprintf(text, sizeof(text), "cpu=%lldm memory=%lld%s", (long long)cpu, (long long)memory,
	         below(6) ? "" : " x.io/disk=1");
	return check_pod(s, make_pod("new", text));
}

START_TEST(test_any_columns)
{
	int n_swept = 0;
	for (int round = 0; round < 30; round++) {
		korch__random_init(&random_, (uint64_t)_i * 30 + (uint64_t)round);
		korch_scheduler *s = new_scheduler();
		for (size_t i = 0, n = 1 + below(70); i < n; i++)
			feed_some_node(s, i);
		for (int k = 0; k < 40; k++)
			n_swept += check_some_pod(s);
		korch_scheduler_free(s);
	}
	ck_assert_int_gt(n_swept, 900);
}
END_TEST

/* So many nodes that blocks of them are left out by bounds; some change between the questions. */
START_TEST(test_blocks)
{
	korch__random_init(&random_, (uint64_t)_i);
	korch_scheduler *s = new_scheduler();
	for (size_t i = 0; i < BLOCKS_FROM + 300; i++)
		feed_some_node(s, i);
	int n_swept = 0;
	for (int k = 0; k < 60; k++) {
		n_swept += check_some_pod(s);
		for (int changed = 0; changed < 5; changed++)
			feed_some_node(s, below(BLOCKS_FROM + 300));
	}
	ck_assert_int_gt(n_swept, 50);
	korch_scheduler_free(s);
}
END_TEST

/* What sweeps cannot do is left to rankings. */
START_TEST(test_left_to_rankings)
{
	korch__random_init(&random_, 0);
	korch_scheduler *s = new_scheduler();
	feed_node(s, make_node("n1", "cpu=4 memory=4Gi"));
	ck_assert_int_eq(check_pod(s, make_pod("a", "cpu=1 memory=1Gi")), 1);
	ck_assert_int_eq(check_pod(s, make_pod("b", "cpu=1")), 0);
	ck_assert_int_eq(check_pod(s, make_pod("c", "cpu=1 memory=8796093022208")), 0);
	feed_node(s, make_node("n2", "cpu=4"));
	ck_assert_int_eq(check_pod(s, make_pod("a", "cpu=1 memory=1Gi")), 0);
	feed_node(s, make_node("n2", "cpu=4 memory=8796093022208"));
	ck_assert_int_eq(check_pod(s, make_pod("a", "cpu=1 memory=1Gi")), 0);
	feed_node(s, make_node("n2", "cpu=4 memory=4Gi ephemeral-storage=100Ti"));
	ck_assert_int_eq(check_pod(s, make_pod("a", "cpu=1 memory=1Gi")), 1);
	feed_node(s, make_node("n2", "memory=4Gi"));
	ck_assert_int_eq(check_pod(s, make_pod("a", "cpu=1 memory=1Gi")), 0);
	korch_scheduler_node_remove(s, "n2");
	ck_assert_int_eq(check_pod(s, make_pod("a", "cpu=1 memory=1Gi")), 1);
	korch_scheduler_free(s);
}
END_TEST

KORCH_SUITE(sweep)
{
	Suite *suite = suite_create("sweep");
	TCase *any = tcase_create("any columns"), *blocks = tcase_create("blocks");
	tcase_set_timeout(any, 60);
	tcase_set_timeout(blocks, 60);
	tcase_add_loop_test(any, test_any_columns, 0, 20);
	tcase_add_loop_test(blocks, test_blocks, 0, 3);
	suite_add_tcase(suite, any);
	suite_add_tcase(suite, blocks);
	KORCH_CASE(suite, "limits", test_left_to_rankings);
	return suite;
}
