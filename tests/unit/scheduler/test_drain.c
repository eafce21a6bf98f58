/* Draining: where the pods of a node land, and which have to stay and why. */
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

static korch_moves *drain(const char *node)
{
	korch_moves *moves = NULL;
	char *before = dump_whole(w.s);
	ck_assert_int_eq(korch_scheduler_drain(&moves, w.s, node, NULL), 0);
	check_same(before, dump_whole(w.s));
	return moves;
}

/* What draining says, in words; the plan is carried out elsewhere. */
static const char *drained(const char *node)
{
	korch_moves *moves = drain(node);
	const char *text = plan_text(moves);
	korch_scheduler_free(replay(&w, moves));
	korch_moves_free(moves);
	return text;
}

static void add(const char *name, const char *requests, const char *node)
{
	world_add_pod(&w, make_pod(name, requests), node);
}

START_TEST(test_where_they_land)
{
	world_add_node(&w, make_node("n1", "cpu=4 memory=8Gi"));
	world_add_node(&w, make_node("n2", "cpu=4 memory=8Gi"));
	world_add_node(&w, make_node("n3", "cpu=4 memory=8Gi"));
	ck_assert_str_eq(drained("n1"), "");
	add("a", "cpu=1", "n1");
	add("b", "cpu=3", "n1");
	add("c", "cpu=2", "n2");
	/* the one that fits nowhere but on n3 goes first */
	ck_assert_str_eq(drained("n1"), "b n1>n3, a n1>n2");
	korch_moves *moves = drain("n1");
	double before, after;
	size_t n;
	ck_assert_int_eq(korch_moves_complete(moves), 1);
	ck_assert_str_eq(emptied_text(moves), "n1");
	korch_moves_gain(moves, &before, &after);
	ck_assert_int_eq((int)before, 2);
	ck_assert_int_eq((int)after, 0);
	const korch_move *list = korch_moves_list(moves, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(list[0].pod, "uid-b");
	ck_assert_str_eq(list[0].name, "shop/b");
	korch_moves_free(moves);
}
END_TEST

START_TEST(test_who_stays)
{
	world_add_node(&w, make_node("n1", "cpu=4 memory=8Gi"));
	world_add_node(&w, make_node("n2", "cpu=2 memory=8Gi"));
	add("a", "cpu=3", "n1");
	add("b", "cpu=1", "n1");
	ck_assert_str_eq(drained("n1"),
	                 "b n1>n2, a n1: 0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were "
	                 "unschedulable.");
	korch_moves *moves = drain("n1");
	ck_assert_int_eq(korch_moves_complete(moves), 0);
	ck_assert_str_eq(emptied_text(moves), "");
	korch_moves_free(moves);
}
END_TEST

/* Of two that fit in only one place the more important one gets it. */
START_TEST(test_priority)
{
	world_add_node(&w, make_node("n1", "cpu=4 memory=8Gi"));
	world_add_node(&w, make_node("n2", "cpu=2 memory=8Gi"));
	add("big", "cpu=2", "n1");
	korch_pod *pod = make_pod("important", "cpu=1");
	pod->spec->priority = 10;
	world_add_pod(&w, pod, "n1");
	ck_assert_str_eq(drained("n1"),
	                 "important n1>n2, big n1: 0/2 nodes are available: 1 Insufficient cpu, 1 "
	                 "node(s) were unschedulable.");
}
END_TEST

static korch_pod *daemon_pod(const char *name)
{
	korch_pod *pod = make_pod(name, "cpu=100m");
	korch_object_meta *meta = korch_object_edit_meta(&pod->object);
	korch_owner_reference *owner = korch_list_edit(
	    &meta->owner_references, &meta->n_owner_references, &korch_owner_reference_type, 1);
	korch_string_set(&owner->kind, "DaemonSet");
	owner->controller = 1;
	return pod;
}

START_TEST(test_who_is_left)
{
	world_add_node(&w, make_node("n1", "cpu=4 memory=8Gi"));
	world_add_node(&w, make_node("n2", "cpu=2 memory=8Gi"));
	world_add_pod(&w, daemon_pod("agent"), "n1");
	korch_pod *mirror = make_pod("static", "cpu=100m");
	set_map(&korch_object_edit_meta(&mirror->object)->annotations, "kubernetes.io/config.mirror=x");
	world_add_pod(&w, mirror, "n1");
	korch_pod *leaving = make_pod("leaving", "cpu=4");
	korch_object_edit_meta(&leaving->object)->deletion_timestamp = 1;
	world_add_pod(&w, leaving, "n1");
	add("a", "cpu=1", "n1");
	/* one that names its node (as bound pods do), and tolerates everything */
	korch_pod *bound = make_pod("bound", "cpu=1");
	korch_string_set(&bound->spec->node_name, "n1");
	add_toleration(bound, NULL, "Exists", NULL, NULL);
	ck_assert_int_eq(korch_scheduler_pod_set(w.s, bound, NULL, NULL), 0);
	korch_moves *moves = drain("n1");
	ck_assert_str_eq(plan_text(moves), "a n1>n2, bound n1>n2");
	ck_assert_str_eq(emptied_text(moves), "n1");
	korch_moves_free(moves);
	korch_object_unref(&bound->object);
}
END_TEST

static korch_pod_disruption_budget *budget_of(const char *labels, int32_t allowed)
{
	korch_random random;
	korch__random_init(&random, 1);
	korch_pod_disruption_budget *budget = any_budget(&random, w.n_budgets, allowed);
	korch_label_selector *selector = korch_struct_edit(
	    &((korch_pod_disruption_budget_spec *)budget->spec)->selector, &korch_label_selector_type);
	set_map(&selector->match_labels, labels);
	return budget;
}

START_TEST(test_budgets)
{
	world_add_node(&w, make_node("n1", "cpu=4 memory=8Gi"));
	world_add_node(&w, make_node("n2", "cpu=4 memory=8Gi"));
	for (int i = 0; i < 3; i++) {
		char name[8];
		snprintf(name, sizeof(name), "w%d", i);
		korch_pod *pod = make_pod(name, "cpu=1");
		label(&pod->object, "app=web");
		pod->spec->priority = i;
		world_add_pod(&w, pod, "n1");
	}
	korch_pod_disruption_budget *budget = budget_of("app=web", 2);
	/* any_budget() draws an app of its own */
	korch_map *map = budget->spec->selector->match_labels;
	ck_assert_str_eq(korch_map_get(map, "app"), "web");
	world_add_budget(&w, budget);
	ck_assert_str_eq(drained("n1"), "w2 n1>n2, w1 n1>n2, w0 n1: Cannot evict pod as it would "
	                                "violate the pod's disruption budget.");
}
END_TEST

/* All filters are asked again: its own anti-affinity, spread and affinity too. */
START_TEST(test_topology)
{
	for (int i = 0; i < 4; i++) {
		char name[8];
		snprintf(name, sizeof(name), "n%d", i);
		korch_node *node = make_node(name, "cpu=8 memory=8Gi");
		label(&node->object, i < 2 ? "zone=a" : "zone=b");
		world_add_node(&w, node);
	}
	for (int i = 0; i < 3; i++) {
		char name[8], node[8];
		snprintf(name, sizeof(name), "db%d", i);
		snprintf(node, sizeof(node), "n%d", i);
		korch_pod *pod = make_pod(name, "cpu=1");
		label(&pod->object, "app=db");
		add_affinity(pod, 1, "kubernetes.io/hostname", "app=db");
		world_add_pod(&w, pod, node);
	}
	korch_pod *near = make_pod("near", "cpu=1");
	add_affinity(near, 0, "zone", "app=db");
	world_add_pod(&w, near, "n0");
	ck_assert_str_eq(drained("n0"), "db0 n0>n3, near n0>n1");
	/* a follower can only go when the one that it follows has gone */
	korch_pod *leader = make_pod("z-leader", "cpu=1"), *follower = make_pod("follower", "cpu=7");
	label(&leader->object, "app=lead");
	add_affinity(follower, 0, "kubernetes.io/hostname", "app=lead");
	follower->spec->priority = 5;
	world_add_pod(&w, leader, "n1");
	world_add_pod(&w, follower, "n1");
	korch_scheduler_pod_forget(w.s, "uid-db1");
	ck_assert_str_eq(drained("n1"), "z-leader n1>n3, follower n1>n3");
}
END_TEST

/* When the first order leaves one without a place, it goes first the next time. */
START_TEST(test_other_orders)
{
	world_add_node(&w, make_node("n1", "cpu=10 memory=10Gi"));
	world_add_node(&w, make_node("n2", "cpu=10 memory=10Gi"));
	korch_node *picky = make_node("n3", "cpu=3 memory=3Gi");
	world_add_node(&w, picky);
	add("there", "cpu=3 memory=3Gi", "n2");
	add("a", "cpu=4 memory=1Gi", "n1");
	add("b", "cpu=1 memory=4Gi", "n1");
	add("c", "cpu=3 memory=1Gi", "n1");
	add("d", "cpu=1 memory=2Gi", "n1");
	korch_moves *moves = drain("n1");
	ck_assert_int_eq(korch_moves_complete(moves), 1);
	korch_scheduler_free(replay(&w, moves));
	korch_moves_free(moves);
}
END_TEST

START_TEST(test_devices)
{
	world_add_node(&w, make_node("n1", "cpu=8 nvidia.com/gpu=2"));
	world_add_node(&w, make_node("n2", "cpu=8 nvidia.com/gpu=2"));
	add("x", "korch.dev/gpu-milli=700", "n2");
	add("a", "korch.dev/gpu-milli=300", "n1");
	add("b", "korch.dev/gpu-milli=600", "n1");
	add("c", "korch.dev/gpu-milli=400", "n1");
	korch_moves *moves = drain("n1");
	size_t n;
	const korch_move *list = korch_moves_list(moves, &n);
	ck_assert_str_eq(plan_text(moves), "b n1>n2, c n1>n2, a n1>n2");
	ck_assert_uint_eq(list[0].devices, 2);
	ck_assert_uint_eq(list[1].devices, 2);
	ck_assert_uint_eq(list[2].devices, 1);
	korch_scheduler *after = replay(&w, moves);
	check_not_overcommitted(after);
	korch_scheduler_free(after);
	korch_moves_free(moves);
	add("d", "nvidia.com/gpu=1", "n1");
	ck_assert_str_eq(drained("n1"),
	                 "b n1>n2, c n1>n2, a n1>n2, d n1: 0/2 nodes are available: 1 Insufficient "
	                 "nvidia.com/gpu, 1 node(s) were unschedulable.");
}
END_TEST

static void check_error(int code, int expected, korch_error *err, const char *text)
{
	char *line = korch_error_format(err);
	ck_assert_int_eq(code, expected);
	ck_assert_str_eq(line, text);
	free(line);
	korch_error_free(err);
}

START_TEST(test_bad_input)
{
	korch_moves *moves = NULL;
	korch_error *err = NULL;
	world_add_node(&w, make_node("node-1", "cpu=4"));
	int code = korch_scheduler_drain(&moves, w.s, "nodd-1", &err);
	check_error(code, KORCH_E_NOT_FOUND, err,
	            "node \"nodd-1\" is not known, did you mean \"node-1\"?");
	err = NULL;
	code = korch_scheduler_drain(&moves, w.s, "elsewhere", &err);
	check_error(code, KORCH_E_NOT_FOUND, err, "node \"elsewhere\" is not known");
	ck_assert_int_eq(korch_scheduler_drain(NULL, w.s, "node-1", NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_scheduler_drain(&moves, NULL, "node-1", NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_scheduler_drain(&moves, w.s, NULL, NULL), KORCH_E_INVALID);
	for (int i = 0; i < 16; i++)
		ck_assert_int_eq(korch_scheduler_begin(w.s), 0);
	err = NULL;
	code = korch_scheduler_drain(&moves, w.s, "node-1", &err);
	check_error(code, KORCH_E_LIMIT, err, "too many trials inside each other");
	ck_assert_ptr_null(moves);
	korch_moves_free(NULL);
	ck_assert_ptr_null(korch_moves_list(NULL, NULL));
}
END_TEST

/* Any cluster, any node: the state stays, the plan can be carried out, nobody is forgotten. */
static void drain_all(uint64_t seed)
{
	korch_random random;
	korch__random_init(&random, seed);
	world_make(&w, &random, NULL);
	for (size_t i = 0; i < w.n_nodes; i++) {
		const char *node = korch_object_name(&w.nodes[i]->object);
		korch_moves *moves = drain(node);
		korch_scheduler *after = replay(&w, moves);
		double before, stay;
		size_t n;
		korch_moves_list(moves, &n);
		korch_moves_gain(moves, &before, &stay);
		ck_assert_uint_eq(n, (size_t)before);
		ck_assert_int_eq(korch_moves_complete(moves), stay < 1);
		check_not_overcommitted(after);
		korch_scheduler_free(after);
		korch_moves_free(moves);
	}
	teardown();
}

/* What a pod that is on a node says of its group counts as it was said last. */
START_TEST(test_limit_of_a_group)
{
	world_add_node(&w, make_node("n1", "cpu=4 memory=8Gi"));
	world_add_node(&w, make_node("n2", "cpu=4 memory=8Gi"));
	for (int i = 0; i < 2; i++) {
		korch_pod *pod = make_pod(i ? "b" : "a", "cpu=1");
		label(&pod->object, "scheduling.x-k8s.io/pod-group=crew");
		set_map(&korch_object_edit_meta(&pod->object)->annotations, "korch.dev/max-per-node=1");
		world_add_pod(&w, pod, i ? "n2" : "n1");
	}
	korch_moves *moves = drain("n1");
	ck_assert_int_eq(korch_moves_complete(moves), 0);
	korch_moves_free(moves);
	korch_object_meta *meta = korch_object_edit_meta(&w.pods[0]->object);
	ck_assert_int_eq(korch_map_set(&meta->annotations, "korch.dev/max-per-node", "2"), 0);
	ck_assert_int_eq(korch_scheduler_pod_set(w.s, w.pods[0], "n1", NULL), 0);
	ck_assert_str_eq(drained("n1"), "a n1>n2");
}
END_TEST

START_TEST(test_any_cluster)
{
	for (uint64_t seed = 0; seed < unit_seeds(60); seed++)
		drain_all(seed);
}
END_TEST

START_TEST(test_out_of_memory)
{
	korch_random random;
	korch__random_init(&random, 7);
	world_make(&w, &random, NULL);
	char *before = dump_whole(w.s);
	for (uint64_t at = 1, failed = 1; failed; at++) {
		korch_moves *moves = NULL;
		korch__alloc_fail_at(at);
		int code = korch_scheduler_drain(&moves, w.s, "n00", NULL);
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

KORCH_SUITE(drain)
{
	Suite *suite = suite_create("scheduler: drain");
	const TTest *const tests[] = {test_where_they_land, test_who_stays,     test_priority,
	                              test_who_is_left,     test_budgets,       test_topology,
	                              test_other_orders,    test_devices,       test_bad_input,
	                              test_any_cluster,     test_out_of_memory, test_limit_of_a_group};
	TCase *with_one = tcase_create("drain");
	tcase_set_timeout(with_one, 60);
	tcase_add_checked_fixture(with_one, NULL, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(with_one, tests[i]);
	suite_add_tcase(suite, with_one);
	return suite;
}
