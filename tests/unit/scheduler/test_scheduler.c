/* The scheduler: what fits where, which node is taken, and what it says when there is none. */
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
	/* MostAllocated alone, so that what is best is plain to see. */
	static const korch_score_use fit = {.name = "NodeResourcesFit", .weight = 1};
	const korch_scheduler_profile profile = {.size = sizeof(profile),
	                                         .name = "default-scheduler",
	                                         .scores = &fit,
	                                         .n_scores = 1,
	                                         .fit_strategy = KORCH_FIT_MOST_ALLOCATED};
	const korch_scheduler_options options = {
	    .size = sizeof(options), .profiles = &profile, .n_profiles = 1};
	ck_assert_int_eq(korch_scheduler_new(&s, &options, NULL), 0);
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

START_TEST(test_effective_requests)
{
	/* Kubernetes' example of sidecars: max(init + sidecars before it, containers + sidecars) +
	 * overhead. */
	korch_pod *pod = make_pod("a", "cpu=1");
	add_container(pod, "cpu=1");
	add_init(pod, "cpu=1500m", NULL);
	add_init(pod, "cpu=500m", "Always");
	add_init(pod, "cpu=2", NULL);
	set_map(&pod->spec->overhead, "cpu=100m");
	feed_node(s, make_node("n1", "cpu=2599m memory=1Gi"));
	korch_object_ref(&pod->object);
	ck_assert_str_eq(ask(s, pod), "0/1 nodes are available: 1 Insufficient cpu.");
	feed_node(s, make_node("n1", "cpu=2600m memory=1Gi"));
	ck_assert_str_eq(ask(s, pod), "n1");
	korch_pod *limited = make_pod("b", NULL);
	korch_resource_requirements *resources = korch_struct_edit(
	    &limited->spec->containers[0].resources, &korch_resource_requirements_type);
	set_map(&resources->limits, "cpu=3");
	ck_assert_str_eq(ask(s, limited), "0/1 nodes are available: 1 Insufficient cpu.");
	korch_pod *whole = make_pod("c", "cpu=3");
	resources = korch_struct_edit(&whole->spec->resources, &korch_resource_requirements_type);
	set_map(&resources->requests, "cpu=1");
	ck_assert_str_eq(ask(s, whole), "n1");
}
END_TEST

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

static korch_pod *port_pod(const char *name, const char *ip, int32_t port, const char *protocol)
{
	korch_pod *pod = make_pod(name, NULL);
	korch_container *container = &pod->spec->containers[0];
	korch_container_port *ports =
	    korch_list_edit(&container->ports, &container->n_ports, &korch_container_port_type, 1);
	ports[0].host_port = port;
	korch_string_set(&ports[0].host_ip, ip);
	korch_string_set(&ports[0].protocol, protocol);
	return pod;
}

START_TEST(test_host_ports)
{
	feed_node(s, make_node("n1", "cpu=4 memory=4Gi"));
	ck_assert_str_eq(place(s, port_pod("a", "127.0.0.1", 80, NULL)), "n1");
	ck_assert_str_eq(place(s, port_pod("b", "127.0.0.2", 80, "TCP")), "n1");
	ck_assert_str_eq(place(s, port_pod("c", NULL, 80, "UDP")), "n1");
	ck_assert_str_eq(
	    ask(s, port_pod("d", "0.0.0.0", 80, "TCP")),
	    "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.");
	ck_assert_str_eq(place(s, port_pod("e", NULL, 81, "TCP")), "n1");
	korch_scheduler_pod_forget(s, "uid-a");
	korch_scheduler_pod_forget(s, "uid-b");
	ck_assert_str_eq(ask(s, port_pod("d", "0.0.0.0", 80, "TCP")), "n1");
}
END_TEST

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

KORCH_SUITE(scheduler)
{
	Suite *suite = suite_create("scheduler");
	const TTest *const tests[] = {test_most_allocated, test_reasons,
	                              test_node_changes,   test_effective_requests,
	                              test_node_affinity,  test_host_ports,
	                              test_spread,         test_pod_affinity,
	                              test_assuming_twice, test_same_as_the_slow_one,
	                              test_many_equal_pods};
	TCase *with_one = tcase_create("decisions");
	tcase_set_timeout(with_one, 60);
	tcase_add_checked_fixture(with_one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(with_one, tests[i]);
	suite_add_tcase(suite, with_one);
	return suite;
}
