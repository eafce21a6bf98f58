/* Bad input, and more of something than there can be: one clear line, and the state as it was. */
#include "cluster.h"
#include "dump.h"
#include "unit.h"
#include <korch/scheduler/preempt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static korch_scheduler *s;
static char *before;
static char long_name[600];

static void setup(void)
{
	s = new_packer();
	memset(long_name, 'x', sizeof(long_name) - 1);
	feed_node(s, make_node("n1", "cpu=4 memory=4Gi"));
	place(s, make_pod("there", "cpu=1 memory=1Gi"));
	before = dump_state(s);
}

static void teardown(void)
{
	free(before);
	korch_scheduler_free(s);
}

static void check_refused(int code, int expected, korch_error *err, const char *path,
                          const char *message)
{
	char *now = dump_state(s);
	ck_assert_msg(code == expected, "%s: %d", message, code);
	ck_assert_str_eq(korch_error_path(err) ? korch_error_path(err) : "", path);
	ck_assert_msg(strstr(korch_error_message(err), message) != NULL, "\"%s\" is not in \"%s\"",
	              message, korch_error_message(err));
	ck_assert_str_eq(now, before);
	free(now);
	korch_error_free(err);
}

/* Takes the node. */
static void refuse_node(korch_node *node, int expected, const char *path, const char *message)
{
	korch_error *err = NULL;
	int code = korch_scheduler_node_set(s, node, &err);
	check_refused(code, expected, err, path, message);
	korch_object_unref(&node->object);
}

/* Nothing that takes a pod takes this one. Takes the pod. */
static void refuse_pod(korch_pod *pod, int expected, const char *path, const char *message)
{
	korch_decision decision;
	const korch_pod *list[] = {pod};
	korch_error *err = NULL;
	int code = korch_scheduler_decide(&decision, s, pod, &err);
	check_refused(code, expected, err, path, message);
	err = NULL;
	code = korch_scheduler_schedule(&decision, s, pod, &err);
	check_refused(code, expected, err, path, message);
	err = NULL;
	code = korch_scheduler_pod_set(s, list[0], "n1", &err);
	check_refused(code, expected, err, path, message);
	err = NULL;
	code = korch_scheduler_pod_set(s, list[0], "unknown", &err);
	check_refused(code, expected, err, path, message);
	err = NULL;
	code = korch_scheduler_wait(s, pod, &err);
	check_refused(code, expected, err, path, message);
	err = NULL;
	code = korch_scheduler_nominate(s, pod, "n1", &err);
	check_refused(code, expected, err, path, message);
	korch_object_unref(&pod->object);
}

START_TEST(test_nodes)
{
	korch_node *many = make_node("n2", "cpu=1");
	char name[24];
	refuse_node(make_node("n1", "cpu=-1"), KORCH_E_INVALID, "status.allocatable.cpu",
	            "node n1: must be 0 or more: \"-1\"");
	refuse_node(make_node("n2", "memory=lots"), KORCH_E_INVALID, "status.allocatable.memory",
	            "node n2: not a quantity: \"lots\"");
	refuse_node(make_node("", "cpu=1"), KORCH_E_INVALID, "", "a node without a name");
	for (int i = 0; i < 253; i++) {
		snprintf(name, sizeof(name), "x.io/r%d", i);
		korch_map_set(&many->status->allocatable, name, "1");
	}
	refuse_node(many, KORCH_E_LIMIT, "", "node n2: too many resources: at most 256");
	many = make_node("n2", "cpu=1");
	for (int i = 0; i < 257; i++)
		add_taint(many, "a", "b", "NoSchedule");
	refuse_node(many, KORCH_E_LIMIT, "", "node n2: 257 taints: at most 256");
	korch_error *err = NULL;
	int code = korch_scheduler_node_set(s, NULL, &err);
	check_refused(code, KORCH_E_INVALID, err, "", "a node without a name");
	err = NULL;
	code = korch_scheduler_node_set(NULL, NULL, &err);
	check_refused(code, KORCH_E_INVALID, err, "", "no scheduler was given");
}
END_TEST

START_TEST(test_pods)
{
	refuse_pod(make_pod("a", "cpu=-1"), KORCH_E_INVALID, "resources.requests.cpu",
	           "must be 0 or more: \"-1\"");
	refuse_pod(make_pod("a", "x.io/y=1e"), KORCH_E_INVALID, "resources.requests.x.io/y",
	           "not a quantity: \"1e\"");
	korch_pod *pod = make_pod("a", "cpu=1");
	add_affinity(pod, 1, "", "app=web");
	refuse_pod(pod, KORCH_E_INVALID,
	           "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]."
	           "topologyKey",
	           "Required value");
	pod = make_pod("a", "cpu=1");
	korch_pod_affinity_term *term = add_affinity(pod, 0, "zone", "app=web");
	korch_map_set(&term->label_selector->match_labels, "app", "not a value");
	refuse_pod(pod, KORCH_E_INVALID,
	           "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]."
	           "labelSelector.matchLabels",
	           "not a value");
	pod = make_pod("a", "cpu=1");
	add_spread(pod, "zone", 1, "app=web");
	add_spread(pod, "zone", 2, "app=db");
	refuse_pod(pod, KORCH_E_INVALID,
	           "spec.topologySpreadConstraints[1].{topologyKey, whenUnsatisfiable}",
	           "{zone, DoNotSchedule}");
}
END_TEST

START_TEST(test_identities)
{
	korch_error *err = NULL;
	korch_pod *pod = make_pod("a", "cpu=1");
	korch_object_meta *meta = korch_object_edit_meta(&pod->object);
	korch_string_set(&meta->uid, "");
	korch_string_set(&meta->name, "");
	int code = korch_scheduler_pod_set(s, pod, "n1", &err);
	check_refused(code, KORCH_E_INVALID, err, "", "a pod without a name");
	err = NULL;
	code = korch_scheduler_wait(s, pod, &err);
	check_refused(code, KORCH_E_INVALID, err, "", "a pod without a name");
	korch_string_set(&meta->name, long_name);
	err = NULL;
	code = korch_scheduler_pod_set(s, pod, "n1", &err);
	check_refused(code, KORCH_E_LIMIT, err, "", "a pod with an identity of more than 511 bytes");
	err = NULL;
	code = korch_scheduler_wait(s, pod, &err);
	check_refused(code, KORCH_E_LIMIT, err, "", "a pod with an identity of more than 511 bytes");
	ck_assert_ptr_null(korch_scheduler_pod_node(s, pod));
	korch_scheduler_pod_remove(s, pod);
	long_name[506] = '\0'; /* "shop/" and 506 */
	korch_string_set(&meta->name, long_name);
	ck_assert_int_eq(korch_scheduler_pod_set(s, pod, "n1", NULL), 0);
	korch_pod *other = (korch_pod *)korch_object_edit(&pod->object);
	long_name[505] = 'y';
	korch_string_set(&korch_object_edit_meta(&other->object)->name, long_name);
	ck_assert_ptr_null(korch_scheduler_pod_node(s, other));
	korch_scheduler_pod_remove(s, pod);
	korch_object_unref(&other->object);
	korch_object_unref(&pod->object);
	err = NULL;
	pod = make_pod("bare", NULL);
	korch_block_take(&pod->spec, NULL);
	code = korch_scheduler_pod_set(s, pod, "n1", &err);
	check_refused(code, KORCH_E_INVALID, err, "", "a pod without a spec");
	korch_object_unref(&pod->object);
}
END_TEST

static korch_pod *with_tolerations(size_t n)
{
	korch_pod *pod = make_pod("a", "cpu=1");
	for (size_t i = 0; i < n; i++)
		add_toleration(pod, "k", "Exists", NULL, NULL);
	return pod;
}

static korch_pod *with_terms(size_t n)
{
	korch_pod *pod = make_pod("a", "cpu=1");
	for (size_t i = 0; i < n; i++)
		add_affinity(pod, 1, "zone", "app=web");
	return pod;
}

static korch_pod *with_containers(size_t n)
{
	korch_pod *pod = make_pod("a", NULL);
	korch_list_edit(&pod->spec->containers, &pod->spec->n_containers, &korch_container_type, n);
	return pod;
}

START_TEST(test_too_many_of)
{
	refuse_pod(with_tolerations(257), KORCH_E_LIMIT, "spec.tolerations",
	           "257 entries: at most 256");
	refuse_pod(with_terms(65), KORCH_E_LIMIT,
	           "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution",
	           "65 entries: at most 64");
	refuse_pod(with_containers(1001), KORCH_E_LIMIT, "spec.containers",
	           "1001 entries: at most 1000");
	ck_assert_str_eq(ask(s, with_tolerations(256)), "n1");
	ck_assert_str_eq(ask(s, with_terms(64)), "n1");
	ck_assert_str_eq(ask(s, with_containers(1000)), "n1");
}
END_TEST

/* Keys that pods name: those that nobody names any more make room. */
START_TEST(test_topology_keys)
{
	char name[24];
	korch_pod *pods[257];
	for (int i = 0; i < 257; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		pods[i] = make_pod(name, NULL);
		snprintf(name, sizeof(name), "key-%d", i);
		add_affinity(pods[i], 1, name, "app=web");
	}
	for (int i = 0; i < 256; i++)
		ck_assert_int_eq(korch_scheduler_pod_set(s, pods[i], "n1", NULL), 0);
	free(before);
	before = dump_state(s);
	refuse_pod(pods[256], KORCH_E_LIMIT, "", "too many topology keys: at most 256");
	korch_scheduler_pod_remove(s, pods[7]);
	korch_pod *again = make_pod("p256", NULL);
	add_affinity(again, 1, "key-256", "app=web");
	ck_assert_int_eq(korch_scheduler_pod_set(s, again, "n1", NULL), 0);
	korch_object_unref(&again->object);
	for (int i = 0; i < 256; i++)
		korch_object_unref(&pods[i]->object);
}
END_TEST

START_TEST(test_resources)
{
	char name[24];
	korch_pod *pod = make_pod("greedy", NULL);
	korch_container *container = &pod->spec->containers[0];
	korch_resource_requirements *resources =
	    korch_struct_edit(&container->resources, &korch_resource_requirements_type);
	for (int i = 0; i < 253; i++) {
		snprintf(name, sizeof(name), "x.io/r%d", i);
		korch_map_set(&resources->requests, name, "1");
	}
	refuse_pod(pod, KORCH_E_LIMIT, "", "too many resources: at most 256");
	ck_assert_str_eq(ask(s, make_pod("b", "cpu=1")), "n1");
}
END_TEST

/* Requests that no number could hold when they are added up. */
START_TEST(test_sums)
{
	static const char *const huge[] = {"memory=3Ei", "memory=1Ei", "memory=3Ei"};
	korch_pod *pods[3];
	korch_error *err = NULL;
	for (int i = 0; i < 3; i++) {
		char name[8];
		snprintf(name, sizeof(name), "huge%d", i);
		pods[i] = make_pod(name, huge[i]);
	}
	ck_assert_int_eq(korch_scheduler_pod_set(s, pods[0], "n1", NULL), 0);
	ck_assert_int_eq(korch_scheduler_pod_set(s, pods[0], "n1", NULL), 0);
	free(before);
	before = dump_state(s);
	int code = korch_scheduler_pod_set(s, pods[2], "n1", &err);
	check_refused(code, KORCH_E_LIMIT, err, "", "node n1: requests of memory add up to more than");
	ck_assert_int_eq(korch_scheduler_nominate(s, pods[2], "n1", NULL), 0);
	free(before);
	before = dump_state(s);
	err = NULL;
	code = korch_scheduler_nominate(s, pods[0], "n1", &err);
	check_refused(code, KORCH_E_LIMIT, err, "", "node n1: requests of memory add up to more than");
	ck_assert_str_eq(ask(s, make_pod("b", "memory=1")),
	                 "0/1 nodes are available: 1 Insufficient memory.");
	for (int i = 0; i < 3; i++) {
		korch_scheduler_pod_remove(s, pods[i]);
		korch_object_unref(&pods[i]->object);
	}
	ck_assert_str_eq(ask(s, make_pod("b", "memory=1Gi")), "n1");
	ck_assert_str_eq(ask(s, make_pod("c", "memory=9Ei")),
	                 "0/1 nodes are available: 1 Insufficient memory.");
}
END_TEST

START_TEST(test_other_objects)
{
	korch_error *err = NULL;
	korch_pod *pod = make_pod("a", NULL);
	add_node_term(pod, "zone", "Is", "a");
	korch_node_selector *nodes =
	    pod->spec->affinity->node_affinity->required_during_scheduling_ignored_during_execution;
	int code = korch_scheduler_claim_set(s, "shop", "", NULL, &err);
	check_refused(code, KORCH_E_INVALID, err, "", "a claim without a name");
	err = NULL;
	code = korch_scheduler_claim_set(s, "shop", long_name, NULL, &err);
	check_refused(code, KORCH_E_LIMIT, err, "", "a claim with a name of more than 510 bytes");
	err = NULL;
	code = korch_scheduler_claim_set(s, "shop", "data", nodes, &err);
	check_refused(code, KORCH_E_INVALID, err,
	              "nodes.nodeSelectorTerms[0].matchExpressions[0].operator", "\"Is\"");
	err = NULL;
	code = korch_scheduler_namespace_set(s, "", NULL, &err);
	check_refused(code, KORCH_E_INVALID, err, "", "a namespace without a name");
	err = NULL;
	code = korch_scheduler_budget_set(s, NULL, &err);
	check_refused(code, KORCH_E_INVALID, err, "", "a budget without a name");
	korch_object_unref(&pod->object);
}
END_TEST

/* What is not there can be taken away, and nothing happens without a scheduler. */
START_TEST(test_nothing_there)
{
	korch_scheduler_node_remove(s, "n7");
	korch_scheduler_node_remove(s, NULL);
	korch_scheduler_node_remove(NULL, "n1");
	korch_scheduler_pod_forget(s, "uid-7");
	korch_scheduler_pod_forget(s, NULL);
	korch_scheduler_pod_forget(NULL, "uid-there");
	korch_scheduler_pod_remove(s, NULL);
	korch_scheduler_namespace_remove(s, "n7");
	korch_scheduler_claim_remove(s, "shop", "data");
	korch_scheduler_budget_remove(s, "shop", "data");
	korch_scheduler_reset(NULL);
	korch_scheduler_free(NULL);
	int64_t amount = 77;
	ck_assert_int_eq(korch_scheduler_node_usage(&amount, NULL, s, "n7", "cpu"), KORCH_E_NOT_FOUND);
	ck_assert_int_eq(korch_scheduler_node_usage(&amount, NULL, s, "n1", "x.io/y"),
	                 KORCH_E_NOT_FOUND);
	ck_assert_int_eq(amount, 77);
	ck_assert_uint_eq(korch_scheduler_nodes(s), 1);
	ck_assert_uint_eq(korch_scheduler_pods(s), 1);
	char *now = dump_state(s);
	ck_assert_str_eq(now, before);
	free(now);
}
END_TEST

KORCH_SUITE(limits)
{
	Suite *suite = suite_create("limits");
	const TTest *const tests[] = {test_nodes,       test_pods,          test_identities,
	                              test_too_many_of, test_topology_keys, test_resources,
	                              test_sums,        test_other_objects, test_nothing_there};
	TCase *one = tcase_create("refused");
	tcase_add_checked_fixture(one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(one, tests[i]);
	suite_add_tcase(suite, one);
	return suite;
}
