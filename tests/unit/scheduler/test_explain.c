/* Explanations: sentences, and every node's verdict and scores as data. */
#include "cluster.h"
#include "unit.h"
#include <korch/scheduler/explain.h>
#include <stdio.h>
#include <string.h>

static korch_scheduler *s;

static void setup(void)
{
	s = new_packer();
}

static void setup_default(void)
{
	ck_assert_int_eq(korch_scheduler_new(&s, NULL, NULL), 0);
}

static void teardown(void)
{
	korch_scheduler_free(s);
}

START_TEST(test_reasons)
{
	korch_node *gpu = make_node("n4", "cpu=4 memory=4Gi"),
	           *closed = make_node("n5", "cpu=4 memory=4Gi");
	add_taint(gpu, "gpu", "true", "NoSchedule");
	add_taint(gpu, "soft", "x", "PreferNoSchedule");
	closed->spec->unschedulable = 1;
	for (int i = 1; i <= 3; i++) {
		char name[8];
		snprintf(name, sizeof(name), "n%d", i);
		feed_node(s, make_node(name, "cpu=1 memory=4Gi"));
	}
	feed_node(s, gpu);
	feed_node(s, closed);
	ck_assert_str_eq(ask(s, make_pod("a", "cpu=2 memory=1Gi")),
	                 "0/5 nodes are available: 1 node(s) had untolerated taint {gpu: true}, 1 "
	                 "node(s) were unschedulable, 3 Insufficient cpu.");
	ck_assert_str_eq(ask(s, make_pod("b", "cpu=2 memory=5Gi example.com/gpu=1")),
	                 "0/5 nodes are available: 1 node(s) had untolerated taint {gpu: true}, 1 "
	                 "node(s) were unschedulable, "
	                 "3 Insufficient cpu, 3 Insufficient example.com/gpu, 3 Insufficient memory.");
	korch_pod *tolerant = make_pod("c", "cpu=2");
	add_toleration(tolerant, "gpu", "Equal", "true", "NoSchedule");
	ck_assert_str_eq(ask(s, tolerant), "n4");
	korch_pod *any = make_pod("d", "cpu=2");
	add_toleration(any, NULL, "Exists", NULL, NULL);
	ck_assert_str_eq(ask(s, any), "n4");
	korch_scheduler_node_remove(s, "n4");
	korch_pod *selective = make_pod("e", "cpu=1");
	set_map(&selective->spec->node_selector, "zone=b");
	ck_assert_str_eq(ask(s, selective), "0/4 nodes are available: 1 node(s) were unschedulable, 3 "
	                                    "node(s) didn't match Pod's node affinity/selector.");
}
END_TEST

START_TEST(test_gates)
{
	feed_node(s, make_node("n1", "cpu=4 memory=4Gi"));
	ck_assert_str_eq(
	    ask(s, read_pod("a", "{'schedulingGates': [{'name': 'quota'}], 'containers': [{}]}")),
	    "Scheduling is blocked due to non-empty scheduling gates");
}
END_TEST

/* Reasons are counted, and more of them than a sentence can hold are counted together. */
START_TEST(test_many_reasons)
{
	enum { NODES = 200 };
	char name[16];
	for (int i = 0; i < NODES; i++) {
		snprintf(name, sizeof(name), "n%03d", i);
		korch_node *node = make_node(name, "cpu=4 memory=4Gi");
		add_taint(node, "owner", name, "NoSchedule");
		feed_node(s, node);
	}
	const char *answer = ask(s, make_pod("a", "cpu=1"));
	ck_assert_int_eq(strncmp(answer, "0/200 nodes are available: 1 node(s) had untolerated taint",
	                         strlen("0/200 nodes are available: 1 node(s) had untolerated taint")),
	                 0);
	feed_node(s, make_node("n999", "cpu=4 memory=4Gi"));
	ck_assert_str_eq(ask(s, make_pod("a", "cpu=1")), "n999");
}
END_TEST

static korch_explanation *explain(korch_pod *pod)
{
	korch_explanation *told = NULL;
	ck_assert_int_eq(korch_scheduler_explain(&told, s, pod, NULL), 0);
	korch_object_unref(&pod->object);
	return told;
}

static const korch_score_term *term_of(const korch_node_verdict *verdict, const char *name)
{
	for (size_t i = 0; i < verdict->n_terms; i++) {
		if (strcmp(verdict->terms[i].name, name) == 0)
			return &verdict->terms[i];
	}
	ck_abort_msg("no score %s", name);
	return NULL;
}

/* Nodes in the order of their names, each with the scores of the profile. */
START_TEST(test_verdicts)
{
	size_t n;
	korch_node *n2 = make_node("n2", "cpu=1 memory=1Gi"), *n1 = make_node("n1", "cpu=4 memory=4Gi");
	add_taint(n1, "old", NULL, "PreferNoSchedule");
	feed_node(s, n2);
	feed_node(s, make_node("n3", "cpu=8 memory=8Gi"));
	feed_node(s, n1);
	korch_explanation *told = explain(make_pod("a", "cpu=2 memory=2Gi"));
	const korch_node_verdict *verdicts = korch_explanation_nodes(told, &n);
	ck_assert_uint_eq(n, 3);
	ck_assert_str_eq(verdicts[0].node, "n1");
	ck_assert_ptr_null(verdicts[0].filter);
	ck_assert_str_eq(verdicts[1].filter, "NodeResourcesFit");
	ck_assert_str_eq(verdicts[1].reason, "Insufficient cpu, Insufficient memory");
	ck_assert_int_eq(verdicts[1].total, 0);
	ck_assert_str_eq(korch_explanation_node(told), "n3");
	ck_assert_ptr_null(korch_explanation_message(told));
	ck_assert_uint_eq(verdicts[0].n_terms, 7);
	ck_assert_int_eq(term_of(&verdicts[0], "TaintToleration")->raw, 1);
	ck_assert_int_eq(term_of(&verdicts[0], "TaintToleration")->normalized, 0);
	ck_assert_int_eq(term_of(&verdicts[2], "TaintToleration")->normalized, 100);
	ck_assert_int_eq(term_of(&verdicts[2], "TaintToleration")->weight, 3);
	ck_assert_int_eq(term_of(&verdicts[0], "NodeResourcesFit")->normalized, 50);
	ck_assert_int_eq(term_of(&verdicts[2], "NodeResourcesFit")->normalized, 75);
	for (size_t i = 0; i < n; i++) {
		int64_t total = 0;
		for (size_t k = 0; k < verdicts[i].n_terms; k++)
			total += verdicts[i].terms[k].weight * verdicts[i].terms[k].normalized;
		ck_assert_int_eq(total, verdicts[i].total);
	}
	korch_explanation_free(told);
}
END_TEST

/* A node that will not do is told its raw scores all the same, its own and not another's. */
START_TEST(test_raw_of_closed_nodes)
{
	size_t n;
	korch_node *n1 = make_node("n1", "cpu=4 memory=4Gi"), *n2 = make_node("n2", "cpu=1 memory=1Gi");
	label(&n1->object, "zone=a");
	label(&n2->object, "zone=b");
	feed_node(s, n1);
	feed_node(s, n2);
	korch_node *n3 = make_node("n3", "cpu=4 memory=4Gi"); /* zones are more than nodes */
	label(&n3->object, "zone=a");
	feed_node(s, n3);
	korch_pod *db = make_pod("db", "cpu=1");
	label(&db->object, "app=db");
	ck_assert_int_eq(korch_scheduler_pod_set(s, db, "n2", NULL), 0);
	korch_object_unref(&db->object);
	korch_explanation *told = explain(read_pod(
	    "a", "{'affinity': {'podAffinity': {'preferredDuringSchedulingIgnoredDuringExecution': "
	         "[{'weight': 10, 'podAffinityTerm': {'topologyKey': 'zone', 'labelSelector': "
	         "{'matchLabels': {'app': 'db'}}}}]}}, 'containers': [{'resources': {'requests': "
	         "{'cpu': '2'}}}]}"));
	const korch_node_verdict *verdicts = korch_explanation_nodes(told, &n);
	ck_assert_str_eq(verdicts[1].node, "n2");
	ck_assert_str_eq(verdicts[1].filter, "NodeResourcesFit");
	ck_assert_int_eq(term_of(&verdicts[0], "InterPodAffinity")->raw, 0);
	ck_assert_int_eq(term_of(&verdicts[1], "InterPodAffinity")->raw, 10);
	ck_assert_int_eq(term_of(&verdicts[1], "InterPodAffinity")->normalized, 0);
	korch_explanation_free(told);
}
END_TEST

START_TEST(test_nothing_to_explain)
{
	size_t n = 7;
	korch_explanation *told = explain(make_pod("a", NULL));
	korch_explanation_nodes(told, &n);
	ck_assert_uint_eq(n, 0);
	ck_assert_ptr_null(korch_explanation_node(told));
	ck_assert_str_eq(korch_explanation_message(told), "no nodes available to schedule pods");
	korch_explanation_free(told);
	korch_pod *bad = make_pod("b", "cpu=-1");
	korch_error *err = NULL;
	told = NULL;
	ck_assert_int_eq(korch_scheduler_explain(&told, s, bad, &err), KORCH_E_INVALID);
	ck_assert_ptr_null(told);
	ck_assert_str_eq(korch_error_path(err), "resources.requests.cpu");
	korch_error_free(err);
	korch_object_unref(&bad->object);
	korch_explanation_free(NULL);
}
END_TEST

KORCH_SUITE(explain)
{
	Suite *suite = suite_create("explain");
	TCase *sentences = tcase_create("sentences"), *verdicts = tcase_create("verdicts");
	tcase_add_checked_fixture(sentences, setup, teardown);
	tcase_add_test(sentences, test_reasons);
	tcase_add_test(sentences, test_gates);
	tcase_add_test(sentences, test_many_reasons);
	tcase_add_checked_fixture(verdicts, setup_default, teardown);
	tcase_add_test(verdicts, test_verdicts);
	tcase_add_test(verdicts, test_raw_of_closed_nodes);
	tcase_add_test(verdicts, test_nothing_to_explain);
	suite_add_tcase(suite, sentences);
	suite_add_tcase(suite, verdicts);
	return suite;
}
