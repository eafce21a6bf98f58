/* Eligibility: what nodes themselves say: names, labels, taints, cordons, volumes. */
#include "cluster.h"
#include "unit.h"
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

START_TEST(test_node_affinity)
{
	static const struct {
		const char *key, *how, *value, *node;
	} rows[] = {
	    {"zone", "In", "b", "n2"},      {"zone", "NotIn", "a", "n2"},
	    {"disk", "Exists", NULL, "n2"}, {"disk", "DoesNotExist", NULL, "n1"},
	    {"cores", "Gt", "7", "n2"},     {"cores", "Lt", "8", "n1"},
	    {"none", "NotIn", "a", "n1"},   {"cores", "Gt", "x", NULL},
	    {"zone", "In", "c", NULL},
	};
	korch_node *n1 = make_node("n1", "cpu=4 memory=4Gi"), *n2 = make_node("n2", "cpu=4 memory=4Gi");
	label(&n1->object, "cores=4");
	label(&n2->object, "zone=b disk=ssd cores=8");
	feed_node(s, n1);
	feed_node(s, n2);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		korch_pod *pod = make_pod("a", "cpu=1");
		add_node_term(pod, rows[i].key, rows[i].how, rows[i].value);
		const char *answer = ask(s, pod);
		ck_assert_msg(strcmp(answer, rows[i].node ? rows[i].node
		                                          : "0/2 nodes are available: 2 node(s) didn't "
		                                            "match Pod's node affinity/selector.") == 0,
		              "%s %s: %s", rows[i].key, rows[i].how, answer);
	}
	korch_pod *either = make_pod("a", "cpu=1");
	add_node_term(either, "zone", "In", "c");
	add_node_term(either, "zone", "In", "b");
	ck_assert_str_eq(ask(s, either), "n2");
	korch_pod *named = make_pod("b", "cpu=1");
	korch_node_selector_requirement *need = add_node_term(named, "metadata.name", "In", "n2");
	korch_node_selector_term *term =
	    named->spec->affinity->node_affinity->required_during_scheduling_ignored_during_execution
	        ->node_selector_terms;
	term->match_fields = need;
	term->n_match_fields = 1;
	term->match_expressions = NULL;
	term->n_match_expressions = 0;
	ck_assert_str_eq(ask(s, named), "n2");
}
END_TEST

static korch_pod *tolerant(const char *key, const char *how, const char *value, const char *effect)
{
	korch_pod *pod = make_pod("a", "cpu=1");
	add_toleration(pod, key, how, value, effect);
	return pod;
}

START_TEST(test_tolerations)
{
	static const struct {
		const char *key, *how, *value, *effect;
		int does;
	} rows[] = {
	    {"gpu", "Equal", "true", "NoSchedule", 1}, {"gpu", NULL, "true", NULL, 1},
	    {"gpu", "Exists", NULL, NULL, 1},          {NULL, "Exists", NULL, NULL, 1},
	    {NULL, "Exists", NULL, "NoSchedule", 1},   {"gpu", "Equal", "false", "NoSchedule", 0},
	    {"gpu", "Equal", NULL, "NoSchedule", 0},   {"gpus", "Exists", NULL, NULL, 0},
	    {"gpu", "Exists", NULL, "NoExecute", 0},   {"gpu", "Exists", NULL, "PreferNoSchedule", 0},
	};
	korch_node *n1 = make_node("n1", "cpu=4 memory=4Gi");
	add_taint(n1, "gpu", "true", "NoSchedule");
	feed_node(s, n1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *answer =
		    ask(s, tolerant(rows[i].key, rows[i].how, rows[i].value, rows[i].effect));
		ck_assert_msg((strcmp(answer, "n1") == 0) == rows[i].does, "row %zu: %s", i, answer);
	}
}
END_TEST

START_TEST(test_taints_of_each_effect)
{
	static const char *const effects[] = {"NoSchedule", "NoExecute", "PreferNoSchedule", "Other"};
	for (size_t i = 0; i < 4; i++) {
		korch_node *n1 = make_node("n1", "cpu=4 memory=4Gi");
		add_taint(n1, "old", NULL, effects[i]);
		feed_node(s, n1);
		ck_assert_str_eq(ask(s, make_pod("a", "cpu=1")),
		                 i < 2 ? "0/1 nodes are available: 1 node(s) had untolerated taint {old: }."
		                       : "n1");
	}
}
END_TEST

START_TEST(test_cordons)
{
	korch_node *n1 = make_node("n1", "cpu=4 memory=4Gi");
	n1->spec->unschedulable = 1;
	feed_node(s, n1);
	ck_assert_str_eq(ask(s, make_pod("a", NULL)),
	                 "0/1 nodes are available: 1 node(s) were unschedulable.");
	ck_assert_str_eq(ask(s, tolerant("node.kubernetes.io/unschedulable", "Exists", NULL, NULL)),
	                 "n1");
	ck_assert_str_eq(
	    ask(s, tolerant("node.kubernetes.io/unschedulable", "Exists", NULL, "NoExecute")),
	    "0/1 nodes are available: 1 node(s) were unschedulable.");
	feed_node(s, make_node("n1", "cpu=4 memory=4Gi"));
	ck_assert_str_eq(ask(s, make_pod("a", NULL)), "n1");
}
END_TEST

START_TEST(test_node_name)
{
	feed_node(s, make_node("n1", "cpu=4 memory=4Gi"));
	feed_node(s, make_node("n2", "cpu=4 memory=4Gi"));
	korch_pod *pod = make_pod("a", "cpu=1");
	korch_string_set(&pod->spec->node_name, "n2");
	korch_object_ref(&pod->object);
	ck_assert_str_eq(ask(s, pod), "n2");
	korch_scheduler_node_remove(s, "n2");
	feed_node(s, make_node("n3", "cpu=4 memory=4Gi")); /* takes the place of n2 */
	ck_assert_str_eq(ask(s, pod), "0/2 nodes are available: 2 node(s) didn't match the requested "
	                              "node name.");
}
END_TEST

static korch_pod *with_claim(const char *name)
{
	korch_pod *pod = make_pod("a", NULL);
	korch_volume *volume =
	    korch_list_edit(&pod->spec->volumes, &pod->spec->n_volumes, &korch_volume_type, 1);
	korch_persistent_volume_claim_volume_source *source = korch_struct_edit(
	    &volume->persistent_volume_claim, &korch_persistent_volume_claim_volume_source_type);
	korch_string_set(&source->claim_name, name);
	return pod;
}

START_TEST(test_claims)
{
	korch_node *n2 = make_node("n2", "cpu=4 memory=4Gi");
	korch_pod *in_b = make_pod("in-b", NULL);
	add_node_term(in_b, "zone", "In", "b");
	const korch_node_selector *b =
	    in_b->spec->affinity->node_affinity->required_during_scheduling_ignored_during_execution;
	label(&n2->object, "zone=b");
	feed_node(s, make_node("n1", "cpu=4 memory=4Gi"));
	feed_node(s, n2);
	ck_assert_str_eq(ask(s, with_claim("data")),
	                 "0/2 nodes are available: persistentvolumeclaim \"data\" not found.");
	ck_assert_int_eq(korch_scheduler_claim_set(s, "shop", "data", NULL, NULL), 0);
	ck_assert_str_eq(ask(s, with_claim("data")), "n1");
	ck_assert_int_eq(korch_scheduler_claim_set(s, "shop", "data", b, NULL), 0);
	ck_assert_str_eq(ask(s, with_claim("data")), "n2");
	korch_scheduler_node_remove(s, "n2");
	ck_assert_str_eq(ask(s, with_claim("data")),
	                 "0/1 nodes are available: 1 node(s) had volume node affinity conflict.");
	korch_scheduler_claim_remove(s, "shop", "data");
	ck_assert_str_eq(ask(s, with_claim("data")),
	                 "0/1 nodes are available: persistentvolumeclaim \"data\" not found.");
	ck_assert_int_eq(korch_scheduler_claim_set(s, "other", "data", NULL, NULL), 0);
	ck_assert_str_eq(ask(s, with_claim("data")),
	                 "0/1 nodes are available: persistentvolumeclaim \"data\" not found.");
	ck_assert_int_eq(korch_scheduler_claim_set(s, "shop", "", NULL, NULL), KORCH_E_INVALID);
	korch_object_unref(&in_b->object);
}
END_TEST

/* What a class knows of nodes is brought up to date when they change. */
START_TEST(test_labels_change)
{
	for (int i = 0; i < 3; i++) {
		korch_pod *pod = make_pod("a", "cpu=1");
		korch_node *n1 = make_node("n1", "cpu=4 memory=4Gi");
		set_map(&pod->spec->node_selector, "disk=ssd");
		if (i == 1)
			label(&n1->object, "disk=ssd");
		feed_node(s, n1);
		ck_assert_str_eq(ask(s, pod), i == 1 ? "n1"
		                                     : "0/1 nodes are available: 1 node(s) didn't match "
		                                       "Pod's node affinity/selector.");
	}
}
END_TEST

KORCH_SUITE(eligibility)
{
	Suite *suite = suite_create("eligibility");
	const TTest *const tests[] = {test_node_affinity, test_tolerations, test_taints_of_each_effect,
	                              test_cordons,       test_node_name,   test_claims,
	                              test_labels_change};
	TCase *one = tcase_create("nodes");
	tcase_add_checked_fixture(one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(one, tests[i]);
	suite_add_tcase(suite, one);
	return suite;
}
