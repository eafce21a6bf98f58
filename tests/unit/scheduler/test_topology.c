/* What pods say about each other: affinity, anti-affinity, spread. */
#include "cluster.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

static korch_scheduler *s;

static void setup(void)
{
	s = new_packer();
}

static void teardown(void)
{
	korch_scheduler_free(s);
}

static void two_zones(void)
{
	for (int i = 1; i <= 4; i++) {
		char name[8];
		snprintf(name, sizeof(name), "n%d", i);
		korch_node *node = make_node(name, "cpu=8 memory=8Gi");
		label(&node->object, i <= 2 ? "zone=a" : "zone=b");
		feed_node(s, node);
	}
}

START_TEST(test_spread)
{
	two_zones();
	int in_b = 0;
	for (int i = 0; i < 6; i++) {
		char name[8];
		snprintf(name, sizeof(name), "p%d", i);
		korch_pod *pod = make_pod(name, "cpu=1");
		label(&pod->object, "app=web");
		add_spread(pod, "zone", 1, "app=web");
		in_b += strcmp(place(s, pod), "n3") == 0;
	}
	ck_assert_int_eq(in_b, 3);
	korch_pod *pod = make_pod("host", "cpu=1");
	label(&pod->object, "app=web");
	add_spread(pod, "rack", 1, "app=web");
	ck_assert_str_eq(ask(s, pod), "0/4 nodes are available: 4 node(s) didn't match pod topology "
	                              "spread constraints (missing required label).");
}
END_TEST

START_TEST(test_pod_affinity)
{
	two_zones();
	korch_pod *lonely = make_pod("lonely", "cpu=1");
	label(&lonely->object, "app=db");
	add_affinity(lonely, 0, "zone", "app=cache");
	ck_assert_str_eq(ask(s, lonely),
	                 "0/4 nodes are available: 4 node(s) didn't match pod affinity rules.");
	korch_pod *first = make_pod("first", "cpu=1");
	label(&first->object, "app=db");
	add_affinity(first, 0, "zone", "app=db"); /* matches itself */
	ck_assert_str_eq(place(s, first), "n1");
	for (int i = 0; i < 4; i++) {
		char name[8], node[8];
		snprintf(name, sizeof(name), "w%d", i);
		korch_pod *pod = make_pod(name, "cpu=1");
		label(&pod->object, "app=web");
		add_affinity(pod, 1, "kubernetes.io/hostname", "app=web");
		snprintf(node, sizeof(node), "n%d", i + 1);
		ck_assert_str_eq(place(s, pod), node);
	}
	korch_pod *fifth = make_pod("w4", "cpu=1");
	label(&fifth->object, "app=web");
	add_affinity(fifth, 1, "kubernetes.io/hostname", "app=web");
	ck_assert_str_eq(ask(s, fifth),
	                 "0/4 nodes are available: 4 node(s) didn't match pod anti-affinity rules.");
	korch_pod *plain = make_pod("plain", "cpu=1");
	label(&plain->object, "app=web");
	ck_assert_str_eq(
	    ask(s, plain),
	    "0/4 nodes are available: 4 node(s) didn't satisfy existing pods anti-affinity rules.");
	korch_scheduler_pod_forget(s, "uid-w2");
	korch_pod *again = make_pod("again", "cpu=1");
	label(&again->object, "app=web");
	ck_assert_str_eq(ask(s, again), "n3");
}
END_TEST

static korch_pod *of_app(const char *name, const char *app)
{
	korch_pod *pod = make_pod(name, "cpu=1");
	korch_map_set(&korch_object_edit_meta(&pod->object)->labels, "app", app);
	return pod;
}

START_TEST(test_namespaces)
{
	two_zones();
	korch_pod *web = of_app("web", "web");
	korch_string_set(&korch_object_edit_meta(&web->object)->namespace_, "bank");
	ck_assert_str_eq(place(s, web), "n1");
	for (int i = 0; i < 4; i++) {
		korch_pod *pod = of_app("db", "db");
		korch_pod_affinity_term *term = add_affinity(pod, 1, "zone", "app=web");
		korch_map *labels = NULL;
		if (i == 1) {
			const char **names = korch_string_list_edit(&term->namespaces, &term->n_namespaces, 1);
			names[0] = korch_string_new("bank");
		}
		if (i >= 2) {
			korch_label_selector *selector =
			    korch_struct_edit(&term->namespace_selector, &korch_label_selector_type);
			set_map(&selector->match_labels, "team=red");
			set_map(&labels, i == 2 ? "team=red" : "team=blue");
			ck_assert_int_eq(korch_scheduler_namespace_set(s, "bank", labels, NULL), 0);
			korch_block_unref(labels);
		}
		/* its own namespace, the one that is named, those that are selected */
		ck_assert_str_eq(ask(s, pod), i == 1 || i == 2 ? "n3" : "n1");
	}
}
END_TEST

/* An existing pod's anti-affinity to a namespace that gets its label only later. */
START_TEST(test_namespace_labels_change)
{
	two_zones();
	korch_pod *away = of_app("away", "db");
	korch_pod_affinity_term *term = add_affinity(away, 1, "zone", "app=web");
	korch_label_selector *selector =
	    korch_struct_edit(&term->namespace_selector, &korch_label_selector_type);
	set_map(&selector->match_labels, "team=red");
	ck_assert_str_eq(place(s, away), "n1");
	ck_assert_str_eq(ask(s, of_app("web", "web")), "n1");
	korch_map *labels = NULL;
	set_map(&labels, "team=red");
	ck_assert_int_eq(korch_scheduler_namespace_set(s, "shop", labels, NULL), 0);
	ck_assert_str_eq(ask(s, of_app("web", "web")), "n3");
	korch_scheduler_namespace_remove(s, "shop");
	ck_assert_str_eq(ask(s, of_app("web", "web")), "n1");
	korch_block_unref(labels);
}
END_TEST

/* Two pods of one revision keep apart, those of another do not matter. */
START_TEST(test_match_label_keys)
{
	two_zones();
	const char *const expected[] = {"n1", "n3", "n1"};
	for (int i = 0; i < 3; i++) {
		char name[8];
		snprintf(name, sizeof(name), "p%d", i);
		korch_pod *pod = of_app(name, "web");
		label(&pod->object, i < 2 ? "hash=1" : "hash=2");
		korch_pod_affinity_term *term = add_affinity(pod, 1, "zone", "app=web");
		const char **keys =
		    korch_string_list_edit(&term->match_label_keys, &term->n_match_label_keys, 1);
		keys[0] = korch_string_new("hash");
		ck_assert_str_eq(place(s, pod), expected[i]);
	}
}
END_TEST

static korch_pod *spread_pod(const char *name, int32_t skew, int32_t min_domains)
{
	korch_pod *pod = of_app(name, "web");
	add_spread(pod, "zone", skew, "app=web");
	pod->spec->topology_spread_constraints[0].min_domains = min_domains;
	return pod;
}

START_TEST(test_min_domains)
{
	two_zones();
	/* With fewer zones than there must be, the emptiest counts as empty. */
	ck_assert_str_eq(place(s, spread_pod("a", 1, 3)), "n1");
	ck_assert_str_eq(place(s, spread_pod("b", 1, 3)), "n3");
	ck_assert_str_eq(ask(s, spread_pod("c", 1, 3)),
	                 "0/4 nodes are available: 4 node(s) didn't match pod topology spread "
	                 "constraints.");
	korch_node *n5 = make_node("n5", "cpu=8 memory=8Gi");
	label(&n5->object, "zone=c");
	feed_node(s, n5);
	ck_assert_str_eq(place(s, spread_pod("c", 1, 3)), "n5");
	ck_assert_str_eq(ask(s, spread_pod("d", 1, 3)), "n1");
}
END_TEST

/* Nodes that the pod cannot go to count unless told otherwise; tainted ones count unless told. */
START_TEST(test_spread_policies)
{
	two_zones();
	korch_node *n5 = make_node("n5", "cpu=8 memory=8Gi");
	label(&n5->object, "zone=c disk=hdd");
	add_taint(n5, "old", NULL, "NoSchedule");
	feed_node(s, n5);
	ck_assert_str_eq(place(s, spread_pod("a", 1, 0)), "n1");
	ck_assert_str_eq(place(s, spread_pod("b", 1, 0)), "n3");
	const char *const full = "0/5 nodes are available: 1 node(s) had untolerated taint {old: }, 4 "
	                         "node(s) didn't match pod topology spread constraints.";
	for (int i = 0; i < 3; i++) {
		korch_pod *pod = spread_pod("c", 1, 0);
		korch_topology_spread_constraint *one = &pod->spec->topology_spread_constraints[0];
		if (i == 1)
			korch_string_set(&one->node_taints_policy, "Honor");
		if (i == 2)
			add_node_term(pod, "disk", "DoesNotExist", NULL);
		ck_assert_str_eq(ask(s, pod), i == 0 ? full : "n1");
	}
}
END_TEST

KORCH_SUITE(topology)
{
	Suite *suite = suite_create("topology");
	const TTest *const tests[] = {
	    test_spread,           test_pod_affinity, test_namespaces,     test_namespace_labels_change,
	    test_match_label_keys, test_min_domains,  test_spread_policies};
	TCase *one = tcase_create("pods");
	tcase_add_checked_fixture(one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(one, tests[i]);
	suite_add_tcase(suite, one);
	return suite;
}
