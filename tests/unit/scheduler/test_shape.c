/* Shapes: what a spec asks of a node, in Kubernetes' way of adding up. */
#include "cluster.h"
#include "scheduler/shape/shape.h"
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

#define GIB (INT64_C(1) << 30)
#define MIB (INT64_C(1) << 20)
/* What a container without requests counts for in scores. */
#define SCORE_MEMORY (200 * MIB)

static const struct {
	const char *what, *spec;
	int64_t cpu, memory, score_cpu, score_memory;
} rows[] = {
    {"nothing", "{'containers': [{}]}", 0, 0, 100, SCORE_MEMORY},
    {"two containers add up",
     "{'containers': [{'resources': {'requests': {'cpu': '1', 'memory': '1Gi'}}}, {'resources': "
     "{'requests': {'cpu': '500m'}}}]}",
     1500, GIB, 1500, GIB + SCORE_MEMORY},
    {"a limit without a request is one",
     "{'containers': [{'resources': {'limits': {'cpu': '3', 'memory': '1Gi'}, 'requests': "
     "{'memory': '2Gi'}}}]}",
     3000, 2 * GIB, 3000, 2 * GIB},
    {"a request of zero is one",
     "{'containers': [{'resources': {'limits': {'cpu': '3'}, 'requests': {'cpu': '0', 'memory': "
     "'1'}}}]}",
     0, 1, 0, 1},
    {"init containers run one after the other",
     "{'initContainers': [{'resources': {'requests': {'cpu': '2', 'memory': '1'}}}, {'resources': "
     "{'requests': {'cpu': '3', 'memory': '1'}}}], 'containers': [{'resources': {'requests': "
     "{'cpu': '1', 'memory': '7'}}}]}",
     3000, 7, 3000, 7},
    /* KEP-753: the peak of max(init + sidecars before it, containers + all sidecars) */
    {"sidecars stay beside what follows",
     "{'initContainers': [{'resources': {'requests': {'cpu': '1500m', 'memory': '1'}}}, "
     "{'restartPolicy': 'Always', 'resources': {'requests': {'cpu': '500m', 'memory': '1'}}}, "
     "{'resources': {'requests': {'cpu': '2', 'memory': '1'}}}], 'containers': [{'resources': "
     "{'requests': {'cpu': '1', 'memory': '1'}}}, {'resources': {'requests': {'cpu': '1', "
     "'memory': '1'}}}]}",
     2500, 3, 2500, 3},
    {"overhead comes on top",
     "{'overhead': {'cpu': '100m', 'memory': '1Mi'}, 'containers': [{'resources': {'requests': "
     "{'cpu': '1', 'memory': '1Mi'}}}]}",
     1100, 2 * MIB, 1100, 2 * MIB},
    {"pod-level requests replace the sum",
     "{'resources': {'requests': {'cpu': '1'}}, 'overhead': {'cpu': '1m'}, 'containers': "
     "[{'resources': {'requests': {'cpu': '3', 'memory': '5'}}}]}",
     1001, 5, 1001, 5},
    {"sums are rounded up once",
     "{'containers': [{'resources': {'requests': {'cpu': '100u', 'memory': '100m'}}}, "
     "{'resources': {'requests': {'cpu': '100u', 'memory': '100m'}}}]}",
     1, 1, 1, 1},
    {"huge amounts end at the greatest there is",
     "{'containers': [{'resources': {'requests': {'cpu': '9E', 'memory': '9E'}}}, {'resources': "
     "{'requests': {'cpu': '9E', 'memory': '9E'}}}]}",
     INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX},
};

START_TEST(test_effective_requests)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		korch_pod *pod = read_pod("a", rows[i].spec);
		sched_shape *shape = NULL;
		ck_assert_int_eq(korch__shape_get(&shape, s, pod->spec, NULL), 0);
		ck_assert_msg(korch__shape_need(shape, RES_CPU) == rows[i].cpu &&
		                  korch__shape_need(shape, RES_MEMORY) == rows[i].memory,
		              "%s: %lld, %lld", rows[i].what, (long long)korch__shape_need(shape, RES_CPU),
		              (long long)korch__shape_need(shape, RES_MEMORY));
		ck_assert_msg(shape->score_cpu == rows[i].score_cpu &&
		                  shape->score_memory == rows[i].score_memory,
		              "%s: %lld, %lld for the score", rows[i].what, (long long)shape->score_cpu,
		              (long long)shape->score_memory);
		korch__shape_unref(s, shape);
		korch_object_unref(&pod->object);
	}
}
END_TEST

START_TEST(test_other_resources)
{
	korch_pod *pod = read_pod(
	    "a", "{'containers': [{'resources': {'requests': {'z.io/x': '2', 'ephemeral-storage': "
	         "'1Gi', 'a.io/y': '0', 'b.io/y': '1', 'pods': '7'}}}]}");
	sched_shape *shape = NULL;
	ck_assert_int_eq(korch__shape_get(&shape, s, pod->spec, NULL), 0);
	/* The fixed ones, then by name; what is not needed is left out, and a pod is one pod. */
	ck_assert_uint_eq(shape->needs.n, 3);
	ck_assert_uint_eq(shape->needs.items[0].resource, RES_STORAGE);
	ck_assert_str_eq(s->resources[shape->needs.items[1].resource], "b.io/y");
	ck_assert_str_eq(s->resources[shape->needs.items[2].resource], "z.io/x");
	korch__shape_unref(s, shape);
	korch_object_unref(&pod->object);
}
END_TEST

/* Two specs, and whether pods of them are alike. */
static const struct {
	const char *a, *b;
	int same;
} pairs[] = {
    {"{'containers': [{'name': 'x', 'resources': {'requests': {'cpu': '1'}}}]}",
     "{'containers': [{'name': 'y', 'resources': {'requests': {'cpu': '1000m'}}}]}", 1},
    {"{'nodeName': 'n1', 'containers': [{}]}", "{'nodeName': 'n2', 'containers': [{}]}", 1},
    {"{'containers': [{}]}", "{'priority': 1, 'containers': [{}]}", 0},
    {"{'containers': [{}]}", "{'preemptionPolicy': 'Never', 'containers': [{}]}", 0},
    {"{'containers': [{}]}", "{'schedulingGates': [{'name': 'g'}], 'containers': [{}]}", 0},
    {"{'containers': [{'image': 'a'}]}", "{'containers': [{'image': 'b'}]}", 0},
    {"{'containers': [{'resources': {'requests': {'cpu': '1'}}}]}",
     "{'containers': [{'resources': {'requests': {'memory': '1'}}}]}", 0},
    {"{'nodeSelector': {'a': 'b'}, 'containers': [{}]}",
     "{'nodeSelector': {'a': 'c'}, 'containers': [{}]}", 0},
    {"{'containers': [{'ports': [{'hostPort': 80}]}]}",
     "{'containers': [{'ports': [{'hostPort': 80, 'protocol': 'TCP'}]}]}", 1},
    {"{'containers': [{'ports': [{'hostPort': 80}]}]}",
     "{'containers': [{'ports': [{'hostPort': 80, 'hostIP': '127.0.0.1'}]}]}", 0},
    {"{'hostNetwork': true, 'containers': [{'ports': [{'containerPort': 80}]}]}",
     "{'containers': [{'ports': [{'containerPort': 80}]}]}", 0},
    {"{'volumes': [{'name': 'v', 'persistentVolumeClaim': {'claimName': 'a'}}], 'containers': "
     "[{}]}",
     "{'volumes': [{'name': 'v', 'persistentVolumeClaim': {'claimName': 'b'}}], 'containers': "
     "[{}]}",
     0},
    {"{'containers': [{}]}",
     "{'volumes': [{'name': 'v', 'persistentVolumeClaim': {'claimName': 'b'}}], 'containers': "
     "[{}]}",
     0},
    {"{'tolerations': [{'operator': 'Exists'}], 'containers': [{}]}", "{'containers': [{}]}", 0},
};

START_TEST(test_pods_that_are_alike)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		korch_pod *a = read_pod("a", pairs[i].a), *b = read_pod("b", pairs[i].b);
		sched_shape *x = NULL, *y = NULL;
		ck_assert_int_eq(korch__shape_get(&x, s, a->spec, NULL), 0);
		ck_assert_int_eq(korch__shape_get(&y, s, b->spec, NULL), 0);
		ck_assert_msg((x == y) == pairs[i].same, "%s, %s", pairs[i].a, pairs[i].b);
		korch__shape_unref(s, x);
		korch__shape_unref(s, y);
		korch_object_unref(&a->object);
		korch_object_unref(&b->object);
	}
}
END_TEST

/* Specs that no node could ever be found for: where, and what is wrong. */
static const struct {
	const char *spec, *path, *message;
} bad[] = {
    {"{'containers': [{'resources': {'requests': {'cpu': '-1'}}}]}", "resources.requests.cpu",
     "must be 0 or more: \"-1\""},
    {"{'overhead': {'cpu': '-1m'}, 'containers': [{}]}", "resources.requests.cpu",
     "must be 0 or more: \"-1m\""},
    {"{'containers': [{'resources': {'requests': {'korch.dev/gpu-milli': '1001'}}}]}",
     "resources.requests.korch.dev/gpu-milli", "must be at most 1000"},
    {"{'containers': [{'resources': {'requests': {'korch.dev/gpu-milli': '1', 'nvidia.com/gpu': "
     "'1'}}}]}",
     "resources.requests.korch.dev/gpu-milli", "together with whole devices"},
    {"{'affinity': {'nodeAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': "
     "{'nodeSelectorTerms': [{'matchExpressions': [{'key': 'a', 'operator': 'Is'}]}]}}}, "
     "'containers': [{}]}",
     "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms["
     "0].matchExpressions[0].operator",
     "\"Is\""},
    {"{'tolerations': [{'key': 'a', 'operator': 'Like'}], 'containers': [{}]}",
     "spec.tolerations[0].operator", "\"Like\""},
    {"{'topologySpreadConstraints': [{'maxSkew': 0, 'topologyKey': 'zone', 'whenUnsatisfiable': "
     "'DoNotSchedule'}], 'containers': [{}]}",
     "spec.topologySpreadConstraints[0].maxSkew", "0"},
};

START_TEST(test_what_is_refused)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		korch_pod *pod = read_pod("a", bad[i].spec);
		korch_decision decision = {.score = 77};
		korch_error *err = NULL;
		ck_assert_msg(korch_scheduler_decide(&decision, s, pod, &err) == KORCH_E_INVALID, "%s",
		              bad[i].spec);
		ck_assert_str_eq(korch_error_path(err), bad[i].path);
		ck_assert_msg(strstr(korch_error_message(err), bad[i].message) != NULL, "%s: %s",
		              bad[i].spec, korch_error_message(err));
		ck_assert_int_eq(decision.score, 77);
		korch_error_free(err);
		ck_assert_int_eq(korch_scheduler_pod_set(s, pod, "n1", NULL), KORCH_E_INVALID);
		ck_assert_uint_eq(korch_scheduler_pods(s), 0);
		korch_object_unref(&pod->object);
	}
}
END_TEST

/* Text that decoding would not have let through. */
START_TEST(test_not_a_quantity)
{
	korch_pod *pod = make_pod("a", "cpu=1 x.io/y=much");
	korch_error *err = NULL;
	korch_decision decision;
	ck_assert_int_eq(korch_scheduler_decide(&decision, s, pod, &err), KORCH_E_INVALID);
	ck_assert_str_eq(korch_error_path(err), "resources.requests.x.io/y");
	ck_assert_str_eq(korch_error_message(err), "not a quantity: \"much\"");
	korch_error_free(err);
	korch_object_unref(&pod->object);
}
END_TEST

/* Amounts of a pod are checked before anything is changed, also when its first container is fine.
 */
START_TEST(test_request_on_a_node)
{
	feed_node(s, make_node("n1", "cpu=2600m memory=1Gi"));
	korch_pod *pod = read_pod("a", rows[5].spec);
	set_map(&pod->spec->overhead, "cpu=100m");
	ck_assert_str_eq(place(s, pod), "n1");
	int64_t requested = 0;
	ck_assert_int_eq(korch_scheduler_node_usage(NULL, &requested, s, "n1", "cpu"), 0);
	ck_assert_int_eq(requested, 2600);
	ck_assert_str_eq(ask(s, make_pod("b", "cpu=1m")),
	                 "0/1 nodes are available: 1 Insufficient cpu.");
}
END_TEST

/* A pod that is in no group with others is counted in none: that would be a list of all nodes for
 * each of them. */
START_TEST(test_pods_without_group)
{
	feed_node(s, make_node("n1", "cpu=4 memory=1Gi"));
	for (int i = 0; i < 2; i++) {
		korch_pod *pod = make_pod(i ? "b" : "a", "cpu=1");
		set_map(&korch_object_edit_meta(&pod->object)->annotations, "korch.dev/max-per-node=1");
		ck_assert_str_eq(place(s, pod), "n1");
	}
	ck_assert_uint_eq(s->group_table.n, 0);
}
END_TEST

KORCH_SUITE(shape)
{
	Suite *suite = suite_create("shape");
	const TTest *const tests[] = {test_effective_requests,  test_other_resources,
	                              test_pods_that_are_alike, test_what_is_refused,
	                              test_not_a_quantity,      test_request_on_a_node,
	                              test_pods_without_group};
	TCase *one = tcase_create("shapes");
	tcase_add_checked_fixture(one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(one, tests[i]);
	suite_add_tcase(suite, one);
	return suite;
}
