/* Counters: kept up with each event, they count what a recount does. */
#include "base/random.h"
#include "cluster.h"
#include "dump.h"
#include "scheduler/topology/existing.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static korch_scheduler *s;
static korch_random random_;

static void setup(void)
{
	s = new_packer();
}

static void teardown(void)
{
	korch_scheduler_free(s);
}

static int below(uint64_t bound)
{
	return (int)korch__random_below(&random_, bound);
}

static void change_node(int i)
{
	static const char *const zones[] = {"zone=a", "zone=b", "zone=c", "zone=d", "rack=1"};
	char name[8];
	snprintf(name, sizeof(name), "n%d", i);
	if (below(4) == 0) {
		korch_scheduler_node_remove(s, name);
		return;
	}
	korch_node *node = make_node(name, "cpu=64 memory=64Gi");
	korch_map_set(&node->object.metadata->labels, "zone", NULL);
	label(&node->object, zones[below(5)]);
	if (below(5) == 0)
		add_taint(node, "old", NULL, "NoSchedule");
	if (below(5) == 0)
		label(&node->object, "disk=ssd");
	feed_node(s, node);
}

/* What pods say of each other, and which nodes count for them. */
static void dress(korch_pod *pod)
{
	static const char *const keys[] = {"zone", "kubernetes.io/hostname", "rack"};
	static const char *const apps[] = {"app=web", "app=db"};
	korch_topology_spread_constraint *one;
	label(&pod->object, apps[below(2)]);
	switch (below(6)) {
	case 0:
		add_affinity(pod, 1, keys[below(3)], apps[below(2)]);
		break;
	case 1:
		add_affinity(pod, 0, keys[below(3)], apps[below(2)]);
		break;
	case 2:
	case 3:
		add_spread(pod, keys[below(3)], 1 + below(3), apps[below(2)]);
		one = &pod->spec->topology_spread_constraints[0];
		korch_string_set(&one->node_taints_policy, below(2) ? "Honor" : NULL);
		korch_string_set(&one->node_affinity_policy, below(2) ? "Ignore" : NULL);
		korch_string_set(&one->when_unsatisfiable, below(2) ? "ScheduleAnyway" : "DoNotSchedule");
		if (below(2))
			set_map(&pod->spec->node_selector, "disk=ssd");
		break;
	default:
		break;
	}
}

static void change_pod(int i)
{
	char name[16], node[8];
	snprintf(name, sizeof(name), "p%d", i);
	snprintf(node, sizeof(node), "n%d", below(12));
	korch_pod *pod = make_pod(name, "cpu=1");
	if (below(3) == 0) {
		korch_scheduler_pod_remove(s, pod);
	} else {
		dress(pod);
		korch_object_edit_meta(&pod->object)->deletion_timestamp = below(8) == 0;
		ck_assert_int_eq(korch_scheduler_pod_set(s, pod, node, NULL), 0);
	}
	korch_object_unref(&pod->object);
}

/* dump_state() recounts everything. */
START_TEST(test_random_events)
{
	korch__random_init(&random_, (uint64_t)_i);
	for (int step = 0; step < 500; step++) {
		if (below(3) == 0)
			change_node(below(10));
		else
			change_pod(below(60));
		free(dump_state(s));
	}
}
END_TEST

static const sched_counter *counter_over(const char *key)
{
	const sched_matcher *matcher;
	for (size_t at = 0; (matcher = korch__table_next(&s->matcher_table, &at));) {
		for (size_t i = 0; i < matcher->counters.n; i++) {
			if (strcmp(matcher->counters.items[i]->key->name, key) == 0)
				return matcher->counters.items[i];
		}
	}
	return NULL;
}

/* Domains come and go; their numbers are used again, and nothing is left of who was counted there.
 */
START_TEST(test_numbers_of_domains)
{
	korch_pod *pod = make_pod("p", "cpu=1");
	label(&pod->object, "app=web");
	add_spread(pod, "zone", 1, "app=web");
	for (int i = 0; i < 100; i++) {
		char name[16], zone[16];
		snprintf(name, sizeof(name), "n%d", i % 3);
		snprintf(zone, sizeof(zone), "zone=z%d", i);
		korch_node *node = make_node(name, "cpu=64");
		label(&node->object, zone);
		feed_node(s, node);
		ck_assert_int_eq(korch_scheduler_pod_set(s, pod, "n1", NULL), 0);
		free(dump_state(s));
	}
	const sched_counter *c = counter_over("zone");
	ck_assert_uint_eq(c->n_domains, 3);
	ck_assert_uint_le(c->key->n_ids, 4);
	ck_assert_int_eq(c->least, 0);
	ck_assert_uint_eq(c->n_at_least, 2);
	korch_scheduler_pod_remove(s, pod);
	korch_object_unref(&pod->object);
}
END_TEST

/* A counter that is asked for when there are pods and nodes already. */
START_TEST(test_late_counters)
{
	char name[16];
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		korch_node *node = make_node(name, "cpu=64");
		label(&node->object, i % 3 ? "zone=a" : "zone=b");
		feed_node(s, node);
		korch_pod *pod = make_pod(name, "cpu=1");
		label(&pod->object, i % 2 ? "app=web" : "app=db");
		ck_assert_int_eq(korch_scheduler_pod_set(s, pod, name, NULL), 0);
		korch_object_unref(&pod->object);
	}
	korch_pod *pod = make_pod("late", "cpu=1");
	add_spread(pod, "zone", 1, "app=web");
	ask(s, pod);
	free(dump_state(s));
	const sched_counter *c = counter_over("zone");
	ck_assert_int_eq(c->total, 15);
	ck_assert_int_eq(c->least, 5);
	ck_assert_uint_eq(c->matcher->n_pods, 15);
}
END_TEST

static korch_pod *exclusive(int i)
{
	char name[16], spec[400];
	snprintf(name, sizeof(name), "job%d", i);
	snprintf(spec, sizeof(spec),
	         "{'affinity': {'podAntiAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': "
	         "[{'topologyKey': 'kubernetes.io/hostname', 'labelSelector': {'matchExpressions': "
	         "[{'key': 'job', 'operator': 'NotIn', 'values': ['%d']}]}}]}}, 'containers': [{}]}",
	         i);
	korch_pod *pod = read_pod(name, spec);
	char labels[16];
	snprintf(labels, sizeof(labels), "job=%d", i);
	label(&pod->object, labels);
	return pod;
}

/* What pods said that have gone is not listened to for ever: jobs that want nodes for themselves,
 * one after the other. */
START_TEST(test_those_who_went)
{
	korch_pod *plain = make_pod("plain", "cpu=1");
	label(&plain->object, "app=web");
	feed_node(s, make_node("n1", "cpu=64"));
	feed_node(s, make_node("n2", "cpu=64"));
	sched_labelset *set = korch__labelset_get(s, "shop", plain->object.metadata->labels);
	for (int i = 0; i < 50; i++) {
		char id[24];
		korch_decision decision;
		snprintf(id, sizeof(id), "uid-job%d", i);
		ck_assert_str_eq(place(s, exclusive(i)), "n1");
		ck_assert_int_eq(korch_scheduler_decide(&decision, s, plain, NULL), 1);
		ck_assert_str_eq(decision.node, "n2");
		ck_assert_ptr_nonnull(set->existing);
		ck_assert_uint_le(set->existing->n, 2);
		korch_scheduler_pod_forget(s, id);
		ck_assert_int_eq(korch_scheduler_decide(&decision, s, plain, NULL), 1);
		ck_assert_str_eq(decision.node, "n1");
	}
	korch__labelset_unref(s, set);
	korch_object_unref(&plain->object);
}
END_TEST

/* The first pod that keeps others of its own kind away is of the class of those that follow. */
START_TEST(test_first_of_its_kind)
{
	for (int i = 0; i < 6; i++) {
		char name[8];
		snprintf(name, sizeof(name), "n%d", i);
		feed_node(s, make_node(name, "cpu=4"));
	}
	for (int i = 0; i < 5; i++) {
		char name[8];
		snprintf(name, sizeof(name), "p%d", i);
		korch_pod *pod = make_pod(name, "cpu=1");
		label(&pod->object, "app=web");
		add_affinity(pod, 1, "kubernetes.io/hostname", "app=web");
		snprintf(name, sizeof(name), "n%d", i);
		ck_assert_str_eq(place(s, pod), name);
		ck_assert_uint_eq(s->class_table.n, 1);
	}
}
END_TEST

KORCH_SUITE(counter)
{
	Suite *suite = suite_create("counter");
	const TTest *const tests[] = {test_numbers_of_domains, test_late_counters, test_those_who_went,
	                              test_first_of_its_kind};
	TCase *one = tcase_create("counters");
	tcase_add_checked_fixture(one, setup, teardown);
	tcase_set_timeout(one, 60);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(one, tests[i]);
	tcase_add_loop_test(one, test_random_events, 0, 8);
	suite_add_tcase(suite, one);
	return suite;
}
