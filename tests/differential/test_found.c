/* What the comparison with the reference has found: each case as small as it could be made. */
#include "cluster.h"
#include "rows.h"
#include "unit.h"
#include <korch/scheduler.h>
#include <korch/scheduler/preempt.h>
#include <korch/scheduler/whatif.h>
#include <stdio.h>
#include <string.h>

static yaml_cluster given;
static korch_scheduler *s;

static void setup(void)
{
	const korch_scheduler_options options = {.size = sizeof(options)};
	ck_assert_int_eq(korch_scheduler_new(&s, &options, NULL), 0);
	memset(&given, 0, sizeof(given));
}

static void teardown(void)
{
	korch_scheduler_free(s);
	yaml_cluster_free(&given);
}

/* Feeds the nodes, namespaces and bound pods of a text; the pods that wait are given.waiting. */
static void feed(const char *text)
{
	yaml_cluster_free(&given);
	ck_assert_int_eq(yaml_cluster_read(&given, text), 0);
	for (size_t i = 0; i < given.cluster.n_nodes; i++)
		ck_assert_int_eq(korch_scheduler_node_set(s, given.nodes[i], NULL), 0);
	for (size_t i = 0; i < given.cluster.n_namespaces; i++)
		ck_assert_int_eq(korch_scheduler_namespace_set(s, given.namespaces[i].name,
		                                               given.namespaces[i].labels, NULL),
		                 0);
	for (size_t i = 0; i < given.cluster.n_pods; i++)
		ck_assert_int_eq(korch_scheduler_pod_set(s, given.pods[i].pod, NULL, NULL), 0);
	for (size_t i = 0; i < given.cluster.n_budgets; i++)
		ck_assert_int_eq(korch_scheduler_budget_set(s, given.budgets[i], NULL), 0);
}

/* "n1 537", or the sentence. */
static const char *answer(const korch_pod *pod)
{
	static char text[1000];
	korch_decision decision = {0};
	int found = korch_scheduler_decide(&decision, s, pod, NULL);
	ck_assert_int_ge(found, 0);
	if (found)
		snprintf(text, sizeof(text), "%s %lld", decision.node, (long long)decision.score);
	else
		snprintf(text, sizeof(text), "%s", decision.message);
	return text;
}

static const char *said(const char *text)
{
	feed(text);
	ck_assert_uint_eq(given.n_waiting, 1);
	return answer(given.waiting[0]);
}

START_TEST(test_budget_removed)
{
#define BUDGET(name)                                                                               \
	"---\n{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {namespace: shop, "         \
	"name: " name "}, spec: {selector: {matchLabels: {app: web}}}}\n"
	feed(BUDGET("a") BUDGET("b"));
	korch_scheduler_budget_remove(s, "shop", "a");
	korch_scheduler_budget_remove(s, "shop", "b");
	feed(BUDGET("b"));
}
END_TEST

/* 70 MB on one of two nodes is worth 1, on one of three nothing */
START_TEST(test_image_on_fewer_nodes)
{
#define IMAGE                                                                                      \
	NODE_WITH("n1", "", "cpu: 4", "", "images: [{names: ['shop/web:1'], sizeBytes: 70000000}]")    \
	NODE_WITH("n2", "", "cpu: 4", "unschedulable: true", "")
	ck_assert_str_eq(said(IMAGE POD("p", "", "containers: [{name: c, image: 'shop/web:1'}]")),
	                 "n1 398");
	ck_assert_str_eq(said(NODE_WITH("n3", "", "cpu: 4", "unschedulable: true", "")
	                          POD("p", "", "containers: [{name: c, image: 'shop/web:1'}]")),
	                 "n1 397");
}
END_TEST

START_TEST(test_image_of_init_container)
{
	ck_assert_str_eq(
	    said(
	        NODE_WITH("n1", "", "cpu: 4", "", "images: [{names: ['big:1'], sizeBytes: 2097152000}]")
	            POD("p", "",
	                "containers: [{name: c, image: x}], initContainers: [{name: i, image: "
	                "'big:1'}]")),
	    "n1 497");
}
END_TEST

START_TEST(test_requests_rounded_once)
{
#define TWICE(cpu)                                                                                 \
	POD("p", "",                                                                                   \
	    "containers: [{name: a, resources: {requests: {cpu: " cpu "}}}, {name: b, resources: "     \
	    "{requests: {cpu: " cpu "}}}]")
	ck_assert_str_eq(said(NODE("n1", "", "cpu: 1") TWICE("499999u")), "n1 400");
	ck_assert_str_eq(said(TWICE("500001u")), "0/1 nodes are available: 1 Insufficient cpu.");
}
END_TEST

START_TEST(test_reasons_by_name)
{
	feed(NODE("n1", "", "cpu: 1, z.com/z: 1, a.com/a: 1"));
	ck_assert_str_eq(said(POD("p", "", ASKS("cpu: 2, z.com/z: 2, a.com/a: 2, memory: 1"))),
	                 "0/1 nodes are available: 1 Insufficient a.com/a, 1 Insufficient cpu, "
	                 "1 Insufficient memory, 1 Insufficient z.com/z.");
}
END_TEST

START_TEST(test_spread_by_nothing)
{
	ck_assert_str_eq(said(NODE("n1", "zone: a", "cpu: 4") NODE("n2", "zone: b", "cpu: 4")
	                          POD("a", "", ON("n1")) POD("b", "", ON("n1")) POD(
	                              "p", "",
	                              "nodeSelector: {zone: a}, topologySpreadConstraints: "
	                              "[{maxSkew: 1, topologyKey: zone, nodeAffinityPolicy: Ignore, "
	                              "whenUnsatisfiable: DoNotSchedule, labelSelector: {}}]")),
	                 "n1 400");
}
END_TEST

START_TEST(test_nodes_by_name)
{
#define FIELDS(text)                                                                               \
	"affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "                   \
	"{nodeSelectorTerms: [{matchFields: [" text "]}]}}}, "
#define NAME(name) "{key: metadata.name, operator: In, values: [" name "]}"
	ck_assert_str_eq(said(NODE("n1", "", "cpu: 1") NODE("n2", "", "cpu: 1")
	                          POD("p", "", FIELDS(NAME("n1")) ASKS("cpu: 2"))),
	                 "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy "
	                 "plugin(s) [NodeAffinity].");
	ck_assert_str_eq(said(POD("p", "", FIELDS(NAME("n1") ", " NAME("n2")) ASKS("cpu: 1"))),
	                 "0/2 nodes are available: pod affinity terms conflict.");
}
END_TEST

static void waits(size_t i)
{
	ck_assert_int_eq(korch_scheduler_wait(s, given.waiting[i], NULL), 0);
}

static const char *woken(void)
{
	static char name[32];
	const korch_pod *pod = NULL;
	if (korch_scheduler_woken(&pod, s) != 1)
		return "nobody";
	snprintf(name, sizeof(name), "%s", korch_object_name(&pod->object));
	korch_decision decision;
	ck_assert_int_eq(korch_scheduler_schedule(&decision, s, pod, NULL), 1);
	korch_object_unref(&pod->object);
	return name;
}

/* A claim that comes lets in all of a kind that there is room for, not only the first. */
START_TEST(test_all_of_a_kind_are_woken)
{
#define CLAIMING                                                                                   \
	"volumes: [{name: v, persistentVolumeClaim: {claimName: data}}], containers: [{name: c}]"
	feed(NODE("n1", "", "cpu: 1") POD("a", "", CLAIMING) POD("b", "", CLAIMING));
	waits(0);
	waits(1);
	ck_assert_str_eq(woken(), "nobody");
	ck_assert_int_eq(korch_scheduler_claim_set(s, "shop", "data", NULL, NULL), 0);
	ck_assert_str_eq(woken(), "a");
	ck_assert_str_eq(woken(), "b");
	ck_assert_str_eq(woken(), "nobody");
}
END_TEST

/* Shares of pods that were told before their node count as well. */
START_TEST(test_pods_before_their_node)
{
#define SHARE(name, milli) POD(name, "", ON("n1") ", " ASKS("korch.dev/gpu-milli: " milli))
	feed(SHARE("a", "600") SHARE("b", "600"));
	ck_assert_str_eq(said(NODE("n1", "", "cpu: 1, nvidia.com/gpu: 2")
	                          POD("p", "", ASKS("korch.dev/gpu-milli: 500"))),
	                 "0/1 nodes are available: 1 Insufficient korch.dev/gpu-milli.");
}
END_TEST

/* A pod that was woken in a trial that never was waits on, and there is room for it still. */
START_TEST(test_woken_in_a_trial)
{
	feed(NODE("n1", "", "cpu: 1") POD("a", "", ON("n1") ", " ASKS("cpu: 1"))
	         POD("w", "", ASKS("cpu: 1")));
	waits(0);
	ck_assert_str_eq(woken(), "nobody");
	korch_scheduler_pod_remove(s, given.pods[0].pod);
	ck_assert_int_eq(korch_scheduler_begin(s), 0);
	ck_assert_str_eq(woken(), "w");
	korch_scheduler_rollback(s);
	ck_assert_str_eq(woken(), "w");
}
END_TEST

#define KEEPS_AWAY(app)                                                                            \
	"affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: " \
	"zone, labelSelector: {matchLabels: {app: " app "}}}]}}, "
#define NEEDS(app)                                                                                 \
	"affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: "     \
	"zone, labelSelector: {matchLabels: {app: " app "}}}]}}, "

/* What others say makes other kinds of the waiting pods; who came first still goes first. */
START_TEST(test_order_of_waiting_pods)
{
	enum { PODS = 40 };
	char text[PODS * 256];
	size_t used = (size_t)snprintf(text, sizeof(text), "%s",
	                               NODE("n1", "zone: a, on: '1'", "cpu: 1, memory: 1Mi"));
	for (int i = 0; i < PODS; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		                         POD("w%02d", "app: web", ASKS("memory: 1Ki, cpu: 2")), i);
	feed(text);
	for (size_t i = 0; i < PODS; i++)
		waits(i);
	ck_assert_str_eq(woken(), "nobody");
	/* now all of them are of another kind: kept out of the zone "b" */
	yaml_cluster first = given;
	memset(&given, 0, sizeof(given));
	feed(NODE("n2", "zone: b", "cpu: 1")
	         POD("a", "", KEEPS_AWAY("web") ON("n2") ", containers: [{name: c}]")
	             NODE("n1", "zone: a", "cpu: 4, memory: 1Mi"));
	ck_assert_str_eq(woken(), "w00");
	ck_assert_str_eq(woken(), "w01");
	ck_assert_str_eq(woken(), "nobody");
	yaml_cluster_free(&first);
}
END_TEST

/* A counter of pods that are needed near is one of pods that are kept away as well. */
START_TEST(test_needed_and_kept_away)
{
	feed(NODE("n1", "zone: a", "cpu: 4")
	         POD("a", "app: web", NEEDS("web") ON("n1") ", containers: [{name: c}]"));
	korch_pod *probe = NULL;
	said(POD("p", "app: web", "containers: [{name: c}]"));
	probe = (korch_pod *)korch_object_ref(&given.waiting[0]->object);
	ck_assert_str_eq(answer(probe), "n1 395");
	feed(POD("b", "", KEEPS_AWAY("web") ON("n1") ", containers: [{name: c}]"));
	ck_assert_str_eq(answer(probe), "0/1 nodes are available: 1 node(s) didn't satisfy existing "
	                                "pods anti-affinity rules.");
	korch_object_unref(&probe->object);
}
END_TEST

/* Room that is kept on a node says nothing of pods elsewhere that have gone in the meantime. */
START_TEST(test_nomination_and_affinity)
{
	feed(NODE("n1", "zone: a", "cpu: 4") NODE("n2", "zone: b", "cpu: 4") POD(
	    "a", "app: web", ON("n2") ", containers: [{name: c}]") POD("q", "", ASKS("cpu: 1")));
	ck_assert_int_eq(korch_scheduler_nominate(s, given.waiting[0], "n1", NULL), 0);
	said(POD("p", "app: web", NEEDS("web") "nodeSelector: {zone: a}, containers: [{name: c}]"));
	ck_assert_str_eq(
	    answer(given.waiting[0]),
	    "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, "
	    "1 node(s) didn't match pod affinity rules.");
	korch_scheduler_node_remove(s, "n2");
	ck_assert_str_eq(answer(given.waiting[0]), "n1 397");
}
END_TEST

/* Pods that differ in their claims alone are told apart. */
START_TEST(test_claims_make_a_difference)
{
	ck_assert_str_eq(said(NODE("n1", "", "cpu: 4") POD("p", "", "containers: [{name: c}]")),
	                 "n1 397");
	ck_assert_str_eq(said(POD("q", "", CLAIMING)),
	                 "0/1 nodes are available: persistentvolumeclaim \"data\" not found.");
}
END_TEST

KORCH_SUITE(found)
{
	Suite *suite = suite_create("found by comparing");
	const TTest *const tests[] = {
	    test_budget_removed,        test_image_on_fewer_nodes,    test_image_of_init_container,
	    test_requests_rounded_once, test_reasons_by_name,         test_spread_by_nothing,
	    test_nodes_by_name,         test_all_of_a_kind_are_woken, test_order_of_waiting_pods,
	    test_needed_and_kept_away,  test_nomination_and_affinity, test_claims_make_a_difference,
	    test_woken_in_a_trial,      test_pods_before_their_node};
	TCase *with_one = tcase_create("cases");
	tcase_set_timeout(with_one, 60);
	tcase_add_checked_fixture(with_one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(with_one, tests[i]);
	suite_add_tcase(suite, with_one);
	return suite;
}
