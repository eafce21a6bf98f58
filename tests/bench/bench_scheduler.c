/*
 * What decisions cost: bench-scheduler [SHAPE…]. Each shape feeds nodes and pods to a scheduler of
 * its own and prints decisions a second, the pod assumed on its node included. Objects are made
 * before the clock starts. Everything follows from the seed.
 */
#include "scheduler_world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1 };

typedef struct shape {
	const char *name;
	size_t nodes;
	size_t before; /* pods that are there already, of the same make */
	size_t pods;
	void (*dress)(korch_pod *pod, size_t i);
	int differ; /* each pod has requests of its own */
	int zones;
	double wanted; /* decisions a second */
} shape;

static void plain(korch_pod *pod, size_t i)
{
}

static void apart_by_host(korch_pod *pod, size_t i)
{
	world_label(pod, "color", "green");
	world_anti_affinity(pod, "kubernetes.io/hostname", "color", "green", NULL);
}

static void near_in_zone(korch_pod *pod, size_t i)
{
	world_label(pod, "color", "blue");
	world_affinity(pod, "topology.kubernetes.io/zone", "color", "blue", NULL);
}

static void apart_across_namespaces(korch_pod *pod, size_t i)
{
	world_namespace(pod, i % 100);
	world_label(pod, "color", "green");
	world_anti_affinity(pod, "kubernetes.io/hostname", "color", "green", "devops");
}

static void near_across_namespaces(korch_pod *pod, size_t i)
{
	world_namespace(pod, i % 100);
	world_label(pod, "color", "blue");
	world_affinity(pod, "topology.kubernetes.io/zone", "color", "blue", "devops");
}

static void spread_zones(korch_pod *pod, size_t i)
{
	world_label(pod, "color", "red");
	world_spread(pod, "topology.kubernetes.io/zone", "color", "red", "DoNotSchedule");
}

static void spread_hosts(korch_pod *pod, size_t i)
{
	world_label(pod, "color", "red");
	world_spread(pod, "kubernetes.io/hostname", "color", "red", "DoNotSchedule");
}

static void spread_softly(korch_pod *pod, size_t i)
{
	world_label(pod, "color", "red");
	world_spread(pod, "topology.kubernetes.io/zone", "color", "red", "ScheduleAnyway");
	world_spread(pod, "kubernetes.io/hostname", "color", "red", "ScheduleAnyway");
}

static void prefer_apart(korch_pod *pod, size_t i)
{
	world_label(pod, "color", "yellow");
	world_prefer_apart(pod, "kubernetes.io/hostname", "color", "yellow");
}

static const shape shapes[] = {
    {"equal", 5000, 0, 50000, plain, 0, 3, 1e6},
    {"different", 5000, 0, 50000, plain, 1, 3, 2e5},
    {"equal-1000-nodes", 1000, 0, 20000, plain, 0, 3, 0},
    {"equal-5000-nodes", 5000, 0, 20000, plain, 0, 3, 0},
    {"equal-20000-nodes", 20000, 0, 20000, plain, 0, 3, 0},
    {"equal-100000-nodes", 100000, 0, 20000, plain, 0, 3, 0},
    {"different-1000-nodes", 1000, 0, 5000, plain, 1, 3, 0},
    {"different-5000-nodes", 5000, 0, 5000, plain, 1, 3, 0},
    {"different-20000-nodes", 20000, 0, 5000, plain, 1, 3, 0},
    {"different-100000-nodes", 100000, 0, 5000, plain, 1, 3, 0},
    {"anti-affinity-hostname", 5000, 0, 5000, apart_by_host, 0, 3, 1e5},
    {"affinity-zone", 5000, 5000, 5000, near_in_zone, 0, 3, 1e5},
    {"anti-affinity-namespaces", 5000, 0, 5000, apart_across_namespaces, 0, 3, 1e5},
    {"affinity-namespaces", 5000, 5000, 5000, near_across_namespaces, 0, 3, 1e5},
    {"spread-3-zones", 5000, 5000, 5000, spread_zones, 0, 3, 1e5},
    {"spread-5000-hosts", 5000, 5000, 5000, spread_hosts, 0, 3, 1e5},
    {"spread-soft-zones-hosts", 5000, 5000, 5000, spread_softly, 0, 3, 0},
    {"prefer-anti-affinity", 5000, 5000, 5000, prefer_apart, 0, 3, 0},
};

static void schedule_all(korch_scheduler *s, korch_pod **pods, size_t n)
{
	size_t placed = 0;
	for (size_t i = 0; i < n; i++) {
		korch_decision decision;
		int found = korch_scheduler_schedule(&decision, s, pods[i], NULL);
		world_check(found);
		placed += (size_t)found;
	}
	if (placed != n)
		printf("   (%zu of %zu pods found a node)\n", placed, n);
}

static void run(const shape *one)
{
	korch_scheduler *s = world_new(one->nodes, (size_t)one->zones, SEED);
	size_t n = one->before + one->pods;
	korch_pod **pods = world_pods(n, one->differ, SEED, one->dress);
	schedule_all(s, pods, one->before);
	double since = world_now();
	schedule_all(s, pods + one->before, one->pods);
	double seconds = world_now() - since;
	double rate = (double)one->pods / seconds;
	printf("%-26s %7zu nodes %7zu pods: %10.0f/s", one->name, one->nodes, one->pods, rate);
	if (one->wanted > 0)
		printf("  (wanted %8.0f, %.2f ×)", one->wanted, rate / one->wanted);
	printf("\n");
	fflush(stdout);
	world_free_pods(pods, n);
	korch_scheduler_free(s);
}

/* Node changes while many pods run. */
static void changes(void)
{
	enum { NODES = 5000, PODS = 100000, ROUNDS = 2000 };
	korch_scheduler *s = world_new(NODES, 3, SEED);
	korch_pod **pods = world_pods(PODS, 0, SEED, spread_zones);
	schedule_all(s, pods, PODS);
	double add = 0, drop = 0, relabel = 0, decide = 0;
	for (size_t i = 0; i < ROUNDS; i++) {
		korch_node *extra = world_node(NODES + i, 3, SEED);
		korch_node *changed = world_node(i, 3, SEED);
		world_check(
		    korch_map_set(&korch_object_edit_meta(&changed->object)->labels, "disk", "ssd"));
		double at = world_now();
		world_check(korch_scheduler_node_set(s, extra, NULL));
		add += world_now() - at;
		at = world_now();
		world_check(korch_scheduler_node_set(s, changed, NULL));
		relabel += world_now() - at;
		at = world_now();
		korch_decision decision;
		world_check(korch_scheduler_decide(&decision, s, pods[0], NULL));
		decide += world_now() - at;
		at = world_now();
		korch_scheduler_node_remove(s, korch_object_name(&extra->object));
		drop += world_now() - at;
		korch_object_unref(&extra->object);
		korch_object_unref(&changed->object);
	}
	printf(
	    "with %d pods on %d nodes: node added %.2f µs, relabelled (20 pods on it) %.2f µs, removed "
	    "%.2f µs; the decision after it %.2f µs\n",
	    PODS, NODES, add / ROUNDS * 1e6, relabel / ROUNDS * 1e6, drop / ROUNDS * 1e6,
	    decide / ROUNDS * 1e6);
	world_free_pods(pods, PODS);
	korch_scheduler_free(s);
}

/* Bytes of the scheduler itself: objects are the caller's. */
static void memory(void)
{
	enum { NODES = 100000, PODS = 1000000 };
	korch_scheduler *s = world_new(NODES, 3, SEED);
	size_t before = world_heap();
	korch_pod **pods = world_pods(PODS, 0, SEED, plain);
	size_t objects = world_heap() - before;
	double since = world_now();
	schedule_all(s, pods, PODS);
	double seconds = world_now() - since;
	double own = (double)(world_heap() - world_start_heap() - objects) / 1e6;
	printf("memory: %d nodes, %d pods: %.0f MB, node objects included; the pod objects are another "
	       "%.0f MB; placed at %.0f/s (wanted at most 400 MB)\n",
	       NODES, PODS, own, (double)objects / 1e6, PODS / seconds);
	world_free_pods(pods, PODS);
	korch_scheduler_free(s);
}

static int is_wanted(int argc, char **argv, const char *name)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], name) == 0)
			return 1;
	}
	return argc == 1;
}

int main(int argc, char **argv)
{
	printf("seed %d\n", SEED);
	if (is_wanted(argc, argv, "memory"))
		memory();
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (is_wanted(argc, argv, shapes[i].name))
			run(&shapes[i]);
	}
	if (is_wanted(argc, argv, "changes"))
		changes();
	return 0;
}
