/* Decisions: what fits where, and which node is taken. */
#include "base/random.h"
#include "cluster.h"
#include "unit.h"
#include <korch/quantity.h>
#include <stdio.h>
#include <stdlib.h>
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

START_TEST(test_most_allocated)
{
	ck_assert_str_eq(ask(s, make_pod("a", NULL)), "no nodes available to schedule pods");
	feed_node(s, make_node("n2", "cpu=4 memory=4Gi"));
	feed_node(s, make_node("n1", "cpu=4 memory=4Gi"));
	feed_node(s, make_node("n3", "cpu=8 memory=8Gi"));
	ck_assert_str_eq(place(s, make_pod("a", "cpu=1 memory=1Gi")), "n1"); /* a tie: the first name */
	ck_assert_str_eq(place(s, make_pod("b", "cpu=1 memory=1Gi")), "n1");
	ck_assert_str_eq(place(s, make_pod("c", "cpu=3 memory=1Gi")), "n2"); /* does not fit the fuller
	                                                                        one */
	ck_assert_str_eq(place(s, make_pod("d", "cpu=1 memory=3Gi")), "n2");
	ck_assert_str_eq(place(s, make_pod("e", "cpu=1500m")), "n1");
	ck_assert_str_eq(ask(s, make_pod("f", "cpu=501m memory=1Gi")), "n3");
	ck_assert_str_eq(node_of(s, "uid-c"), "n2");
	korch_scheduler_pod_forget(s, "uid-a");
	ck_assert_str_eq(ask(s, make_pod("f", "cpu=501m memory=1Gi")), "n1");
}
END_TEST

START_TEST(test_node_changes)
{
	feed_node(s, make_node("n1", "cpu=1 memory=1Gi pods=1"));
	ck_assert_str_eq(ask(s, make_pod("a", "cpu=2")),
	                 "0/1 nodes are available: 1 Insufficient cpu.");
	feed_node(s, make_node("n1", "cpu=2 memory=1Gi pods=1"));
	ck_assert_str_eq(place(s, make_pod("a", "cpu=2")), "n1");
	ck_assert_str_eq(ask(s, make_pod("b", "cpu=1m")),
	                 "0/1 nodes are available: 1 Insufficient cpu, 1 Too many pods.");
	korch_scheduler_node_remove(s, "n1");
	ck_assert_str_eq(ask(s, make_pod("b", NULL)), "no nodes available to schedule pods");
	feed_node(s, make_node("n2", "cpu=2 memory=1Gi pods=10"));
	feed_node(s, make_node("n1", "cpu=3 memory=1Gi pods=10")); /* its pod is still counted */
	ck_assert_str_eq(place(s, make_pod("b", "cpu=1")), "n1");
	ck_assert_str_eq(place(s, make_pod("c", "cpu=1")), "n2");
	korch_scheduler_node_remove(s, "n2");
	korch_scheduler_pod_forget(s, "uid-c");
	feed_node(s, make_node("n7", "cpu=1 memory=1Gi pods=10")); /* takes the freed row */
	ck_assert_str_eq(place(s, make_pod("d", "cpu=1")), "n7");
	ck_assert_uint_eq(korch_scheduler_pods(s), 3);
}
END_TEST

START_TEST(test_assuming_twice)
{
	feed_node(s, make_node("n1", "cpu=8 memory=8Gi"));
	korch_pod *a = make_pod("a", "cpu=1");
	int64_t requested = 0;
	ck_assert_int_eq(korch_scheduler_pod_set(s, a, "n1", NULL), 0);
	ck_assert_int_eq(korch_scheduler_pod_set(s, a, "n1", NULL), 0);
	ck_assert_uint_eq(korch_scheduler_pods(s), 1);
	ck_assert_int_eq(korch_scheduler_node_usage(NULL, &requested, s, "n1", "cpu"), 0);
	ck_assert_int_eq(requested, 1000);
	korch_object_unref(&a->object);
}
END_TEST

/* What a slow scheduler that knows nothing but the rules says. */
typedef struct model_node {
	char name[8];
	int64_t cpu, memory, pods, used_cpu, used_memory, used_pods, score_cpu, score_memory;
	int there;
} model_node;

static int model_best(const model_node *nodes, size_t n, int64_t cpu, int64_t memory)
{
	int best = -1, best_score = -1;
	for (size_t i = 0; i < n; i++) {
		const model_node *m = &nodes[i];
		if (!m->there || m->used_pods + 1 > m->pods || (cpu > 0 && m->used_cpu + cpu > m->cpu) ||
		    (memory > 0 && m->used_memory + memory > m->memory))
			continue;
		int64_t c = m->score_cpu + cpu, k = m->score_memory + memory;
		c = c < m->cpu ? c : m->cpu;
		k = k < m->memory ? k : m->memory;
		int score = (int)((c * 100 / m->cpu + k * 100 / m->memory) / 2);
		if (score > best_score) {
			best = (int)i;
			best_score = score;
		}
	}
	return best;
}

typedef struct model_pod {
	int node;
	int64_t cpu, memory;
} model_pod;

static void model_account(model_node *node, const model_pod *pod, int sign)
{
	node->used_pods += sign;
	node->used_cpu += sign * pod->cpu;
	node->used_memory += sign * pod->memory;
	node->score_cpu += sign * pod->cpu;
	node->score_memory += sign * pod->memory;
}

static korch_pod *random_pod(korch_random *random, int id, model_pod *model)
{
	char name[16], requests[64];
	model->cpu = (int64_t)korch__random_below(random, 4) * 500;
	model->memory = (int64_t)korch__random_below(random, 3) * ((int64_t)512 << 20);
	snprintf(name, sizeof(name), "p%d", id);
	snprintf(requests, sizeof(requests), "cpu=%dm memory=%dMi", (int)model->cpu,
	         (int)(model->memory >> 20));
	return make_pod(name, requests);
}

static void random_node(korch_random *random, model_node *node)
{
	char allocatable[64];
	node->cpu = 1000 + (int64_t)korch__random_below(random, 8) * 1000;
	node->memory = ((int64_t)1 + (int64_t)korch__random_below(random, 8)) << 30;
	node->pods = 1 + (int64_t)korch__random_below(random, 12);
	node->there = 1;
	snprintf(allocatable, sizeof(allocatable), "cpu=%dm memory=%dMi pods=%d", (int)node->cpu,
	         (int)(node->memory >> 20), (int)node->pods);
	feed_node(s, make_node(node->name, allocatable));
}

START_TEST(test_same_as_the_slow_one)
{
	enum { NODES = 12, PODS = 400 };
	for (uint64_t seed = 0; seed < 40; seed++) {
		korch_random random;
		model_node nodes[NODES] = {0};
		model_pod pods[PODS];
		korch__random_init(&random, seed);
		korch_scheduler_reset(s);
		for (int i = 0; i < NODES; i++)
			snprintf(nodes[i].name, sizeof(nodes[i].name), "n%02d", i);
		for (int i = 0; i < PODS; i++) {
			model_node *node = &nodes[korch__random_below(&random, NODES)];
			if (korch__random_below(&random, 8) == 0)
				random_node(&random, node);
			if (korch__random_below(&random, 20) == 0 && node->there) {
				node->there = 0;
				korch_scheduler_node_remove(s, node->name);
			}
			uint64_t victim = i > 0 ? korch__random_below(&random, (uint64_t)i) : 0;
			if (i > 0 && korch__random_below(&random, 2) && pods[victim].node >= 0) {
				char uid[24];
				snprintf(uid, sizeof(uid), "uid-p%d", (int)victim);
				korch_scheduler_pod_forget(s, uid);
				model_account(&nodes[pods[victim].node], &pods[victim], -1);
				pods[victim].node = -1;
			}
			korch_pod *pod = random_pod(&random, i, &pods[i]);
			pods[i].node = model_best(nodes, NODES, pods[i].cpu, pods[i].memory);
			const char *answer = place(s, pod);
			if (pods[i].node < 0) {
				ck_assert_msg(strchr(answer, ' ') != NULL, "seed %d pod %d: %s", (int)seed, i,
				              answer);
				continue;
			}
			ck_assert_msg(strcmp(answer, nodes[pods[i].node].name) == 0,
			              "seed %d pod %d: %s, should be %s", (int)seed, i, answer,
			              nodes[pods[i].node].name);
			model_account(&nodes[pods[i].node], &pods[i], 1);
		}
	}
}
END_TEST

START_TEST(test_many_equal_pods)
{
	enum { NODES = 1000, PODS = 100000 };
	char name[24];
	for (int i = 0; i < NODES; i++) {
		snprintf(name, sizeof(name), "n%04d", i);
		feed_node(s, make_node(name, "cpu=64 memory=64Gi pods=110"));
	}
	korch_pod *pod = make_pod("p", "cpu=100m memory=100Mi");
	for (int i = 0; i < PODS; i++) {
		korch_decision verdict;
		korch_object *one = korch_object_edit(&pod->object);
		snprintf(name, sizeof(name), "uid-%d", i);
		korch_string_set(&korch_object_edit_meta(one)->uid, name);
		ck_assert_int_eq(korch_scheduler_decide(&verdict, s, (korch_pod *)one, NULL), 1);
		ck_assert_int_eq(korch_scheduler_pod_set(s, (korch_pod *)one, verdict.node, NULL), 0);
		if (i % 10000 == 9999) {
			char expected[8];
			snprintf(expected, sizeof(expected), "n%04d", i / 110);
			ck_assert_str_eq(verdict.node, expected);
		}
		korch_object_unref(one);
	}
	korch_object_unref(&pod->object);
}
END_TEST

KORCH_SUITE(decide)
{
	Suite *suite = suite_create("decide");
	const TTest *const tests[] = {test_most_allocated, test_node_changes, test_assuming_twice,
	                              test_same_as_the_slow_one, test_many_equal_pods};
	TCase *one = tcase_create("decisions");
	tcase_set_timeout(one, 60);
	tcase_add_checked_fixture(one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(one, tests[i]);
	suite_add_tcase(suite, one);
	return suite;
}
