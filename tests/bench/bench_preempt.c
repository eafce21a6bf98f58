/*
 * What driving pods out and placing gangs and batches costs: bench-preempt [SHAPE…]. Objects are
 * made before the clock starts. Everything follows from the seed.
 */
#include "base/random.h"
#include "scheduler_world.h"
#include <korch/scheduler/batch.h>
#include <korch/scheduler/preempt.h>
#include <korch/scheduler/whatif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1, NODES = 5000, LOW = 4 * NODES, HIGH = 5000 };

typedef struct shape {
	const char *name;
	size_t makes;  /* different makes of pods that drive others out */
	int nominates; /* 1: all wait on their nodes before any is placed, 2: and are woken */
	int starts;    /* the others started at different times */
	void (*dress)(korch_pod *pod, size_t i);
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

static void spread_zones(korch_pod *pod, size_t i)
{
	world_label(pod, "color", "red");
	world_spread(pod, "topology.kubernetes.io/zone", "color", "red", "DoNotSchedule");
}

static const shape shapes[] = {
    {"preempt-equal", 1, 0, 0, plain, 20000},
    {"preempt-equal-started", 1, 0, 1, plain, 20000},
    {"preempt-10-makes", 10, 0, 1, plain, 0},
    {"preempt-different", HIGH, 0, 1, plain, 0},
    {"preempt-all-nominated", 1, 1, 1, plain, 0},
    {"preempt-and-wake", 1, 2, 1, plain, 0},
    {"preempt-apart-by-host", 1, 0, 1, apart_by_host, 0},
    {"preempt-spread-zones", 1, 0, 1, spread_zones, 0},
};

/* Pods of one spec each: `makes` of them, which differ a little in what they request. */
static korch_pod **make_pods(size_t n, const char *name, size_t makes, int32_t priority,
                             int64_t cpu, void (*dress)(korch_pod *pod, size_t i))
{
	korch_pod **pods = calloc(n, sizeof(*pods)), **first = calloc(makes, sizeof(*first));
	for (size_t i = 0; i < n; i++) {
		char text[64];
		korch_pod **make = &first[i % makes];
		if (!*make) {
			*make = world_pod(cpu + (int64_t)(i % makes), 1024);
			(*make)->spec->priority = priority;
			dress(*make, i);
		}
		pods[i] = (korch_pod *)korch_object_edit(&(*make)->object);
		korch_object_meta *meta = korch_object_edit_meta(&pods[i]->object);
		snprintf(text, sizeof(text), "%s-%zu", name, i);
		world_check(korch_string_set(&meta->name, text));
		world_check(korch_string_set(&meta->uid, text));
	}
	for (size_t i = 0; i < makes; i++) {
		if (first[i])
			korch_object_unref(&first[i]->object);
	}
	free(first);
	return pods;
}

/* Four pods a node that take all of it. */
static korch_pod **fill(korch_scheduler *s, int starts)
{
	korch_random random;
	korch__random_init(&random, SEED);
	korch_pod **low = make_pods(LOW, "low", 1, 0, 16000, plain);
	for (size_t i = 0; i < LOW; i++) {
		char node[32];
		korch_pod_status *status = korch_struct_edit(&low[i]->status, &korch_pod_status_type);
		status->start_time = 1 + (starts ? (int64_t)korch__random_below(&random, 1u << 30) : 0);
		snprintf(node, sizeof(node), "node-%06zu", i % NODES);
		world_check(korch_scheduler_pod_set(s, low[i], node, NULL));
	}
	return low;
}

/* One pod that fits nowhere, and those that leave for it. */
static size_t make_room(korch_scheduler *s, korch_pod *pod)
{
	korch_decision decision;
	korch_preemption out;
	int found = korch_scheduler_decide(&decision, s, pod, NULL);
	world_check(found);
	if (found == 1) {
		world_check(korch_scheduler_pod_set(s, pod, decision.node, NULL));
		return 0;
	}
	found = korch_scheduler_preempt(&out, s, pod, NULL);
	world_check(found);
	if (found == 0)
		return 0;
	world_check(korch_scheduler_nominate(s, pod, out.node, NULL));
	for (size_t k = 0; k < out.n_victims; k++)
		korch_scheduler_pod_forget(s, out.victims[k]);
	return out.n_victims;
}

static size_t place(korch_scheduler *s, korch_pod *pod)
{
	korch_decision decision;
	if (korch_scheduler_pod_node(s, pod))
		return 1;
	int found = korch_scheduler_schedule(&decision, s, pod, NULL);
	world_check(found);
	return (size_t)found;
}

static size_t wake(korch_scheduler *s)
{
	const korch_pod *pod;
	int found = korch_scheduler_woken(&pod, s);
	world_check(found);
	if (found == 0)
		return 0;
	size_t placed = place(s, (korch_pod *)(uintptr_t)pod);
	korch_object_unref(&pod->object);
	return placed;
}

/* A pod as it is while it leaves because the scheduler wanted its room. */
static korch_pod *leaving_of(const korch_pod *pod, size_t node)
{
	char name[32];
	korch_object *object = korch_object_edit(&pod->object);
	korch_pod *leaving = (korch_pod *)object;
	korch_object_edit_meta(object)->deletion_timestamp = 1000000;
	korch_pod_status *status = korch_struct_edit(&leaving->status, &korch_pod_status_type);
	korch_pod_condition *conditions =
	    korch_list_edit(&status->conditions, &status->n_conditions, &korch_pod_condition_type, 1);
	world_check(korch_string_set(&conditions[0].type, "DisruptionTarget"));
	world_check(korch_string_set(&conditions[0].status, "True"));
	world_check(korch_string_set(&conditions[0].reason, "PreemptionByScheduler"));
	snprintf(name, sizeof(name), "node-%06zu", node);
	world_check(korch_string_set(
	    &((korch_pod_spec *)korch_struct_edit(&leaving->spec, &korch_pod_spec_type))->node_name,
	    name));
	return leaving;
}

/* As a cluster does it: those who were driven out leave later, and each pod is woken by that. */
static size_t drive_out_and_wake(korch_scheduler *s, korch_pod **high, korch_pod *const *leaving,
                                 size_t *victims)
{
	size_t n = 0, placed = 0;
	size_t *who = calloc(LOW, sizeof(*who));
	for (size_t i = 0; i < HIGH; i++) {
		korch_preemption out;
		world_check(korch_scheduler_preempt(&out, s, high[i], NULL));
		world_check(korch_scheduler_nominate(s, high[i], out.node, NULL));
		world_check(korch_scheduler_wait(s, high[i], NULL));
		for (size_t k = 0; k < out.n_victims; k++) {
			who[n] = (size_t)atol(out.victims[k] + strlen("low-"));
			world_check(korch_scheduler_pod_set(s, leaving[who[n++]], NULL, NULL));
			placed += wake(s);
		}
	}
	for (size_t i = 0; i < n; i++) {
		korch_scheduler_pod_remove(s, leaving[who[i]]);
		placed += wake(s);
	}
	free(who);
	*victims = n;
	return placed;
}

static void run(const shape *one)
{
	korch_scheduler *s = world_new(NODES, 3, SEED);
	korch_pod **low = fill(s, one->starts),
	          **high = make_pods(HIGH, "high", one->makes, 100, 20000, one->dress);
	size_t victims = 0, placed = 0;
	korch_pod **leaving = calloc(LOW, sizeof(*leaving));
	for (size_t i = 0; i < LOW; i++)
		leaving[i] = leaving_of(low[i], i % NODES);
	double since = world_now();
	for (size_t i = 0; one->nominates < 2 && i < HIGH; i++) {
		victims += make_room(s, high[i]);
		if (!one->nominates)
			placed += place(s, high[i]);
	}
	for (size_t i = 0; one->nominates == 1 && i < HIGH; i++)
		placed += place(s, high[i]);
	if (one->nominates == 2)
		placed = drive_out_and_wake(s, high, leaving, &victims);
	double rate = HIGH / (world_now() - since);
	printf("%-22s %d pods drive out %zu of %d, %zu placed: %10.0f/s", one->name, HIGH, victims, LOW,
	       placed, rate);
	if (one->wanted > 0)
		printf("  (wanted %8.0f, %.2f ×)", one->wanted, rate / one->wanted);
	printf("\n");
	fflush(stdout);
	world_free_pods(low, LOW);
	world_free_pods(leaving, LOW);
	world_free_pods(high, HIGH);
	korch_scheduler_free(s);
}

static void gangs(const char *name, size_t n, size_t size, double wanted)
{
	korch_scheduler *s = world_new(NODES, 3, SEED);
	korch_pod **pods = make_pods(n * size, "gang", 1, 0, 1000, plain);
	korch_binding *bindings = calloc(size, sizeof(*bindings));
	size_t placed = 0;
	double since = world_now();
	for (size_t i = 0; i < n; i++) {
		const korch_pod *const *members = (const korch_pod *const *)(pods + i * size);
		int whole = korch_scheduler_gang(bindings, NULL, s, members, size, 0, NULL);
		world_check(whole);
		placed += whole ? size : 0;
	}
	double rate = (double)(n * size) / (world_now() - since);
	printf("%-22s %zu gangs of %zu, %zu pods placed: %10.0f pods/s  (wanted %8.0f, %.2f ×)\n", name,
	       n, size, placed, rate, wanted, rate / wanted);
	fflush(stdout);
	free(bindings);
	world_free_pods(pods, n * size);
	korch_scheduler_free(s);
}

/* Pods of all sizes that together ask for a little more than there is. */
static korch_pod **crowd(size_t n, size_t nodes)
{
	korch_random random;
	korch__random_init(&random, SEED);
	korch_pod **pods = calloc(n, sizeof(*pods));
	for (size_t i = 0; i < n; i++) {
		char text[64];
		int64_t cpu = 64000 * (int64_t)nodes / (int64_t)n,
		        memory = 262144 * (int64_t)nodes / (int64_t)n;
		pods[i] = world_pod(
		    cpu / 10 + (int64_t)korch__random_below(&random, (uint64_t)cpu * 19 / 10),
		    memory / 10 + (int64_t)korch__random_below(&random, (uint64_t)memory * 19 / 10));
		korch_object_meta *meta = korch_object_edit_meta(&pods[i]->object);
		snprintf(text, sizeof(text), "crowd-%zu", i);
		world_check(korch_string_set(&meta->name, text));
		world_check(korch_string_set(&meta->uid, text));
	}
	return pods;
}

static size_t one_by_one(korch_scheduler *s, korch_pod **pods, size_t n)
{
	size_t placed = 0;
	world_check(korch_scheduler_begin(s));
	for (size_t i = 0; i < n; i++)
		placed += place(s, pods[i]);
	korch_scheduler_rollback(s);
	return placed;
}

static void batch(const char *name, size_t n, size_t nodes, uint64_t rounds)
{
	korch_scheduler *s = world_new(nodes, 3, SEED);
	korch_pod **pods = crowd(n, nodes);
	korch_binding *bindings = calloc(n, sizeof(*bindings));
	const korch_batch_options options = {.size = sizeof(options), .rounds = rounds, .seed = SEED};
	size_t alone = one_by_one(s, pods, n);
	double since = world_now();
	int64_t together =
	    korch_scheduler_batch(bindings, s, (const korch_pod *const *)pods, n, &options, NULL);
	double seconds = world_now() - since;
	world_check(together < 0 ? (int)together : 0);
	printf("%-22s %zu pods on %zu nodes: %zu one by one, %lld together, %.3f s\n", name, n, nodes,
	       alone, (long long)together, seconds);
	fflush(stdout);
	free(bindings);
	world_free_pods(pods, n);
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
	printf("seed %d, %d nodes\n", SEED, NODES);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (is_wanted(argc, argv, shapes[i].name))
			run(&shapes[i]);
	}
	if (is_wanted(argc, argv, "gangs-of-3"))
		gangs("gangs-of-3", 1000, 3, 50000);
	if (is_wanted(argc, argv, "gangs-of-5000"))
		gangs("gangs-of-5000", 10, 5000, 50000);
	if (is_wanted(argc, argv, "batch-500"))
		batch("batch-500", 500, 100, 0);
	if (is_wanted(argc, argv, "batch-500-long"))
		batch("batch-500-long", 500, 100, 50000);
	if (is_wanted(argc, argv, "batch-5000"))
		batch("batch-5000", 5000, 1000, 0);
	return 0;
}
