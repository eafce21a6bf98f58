/*
 * What trials and questions cost, and how good the answers are: bench-whatif [TRACES]. TRACES is a
 * folder with openb's lists (../shared/data/traces/openb). Everything follows from the seeds.
 */
#include "openb/openb.h"
#include "scheduler_world.h"
#include <korch/scheduler/whatif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1, REPEAT = 200 };

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* In microseconds. */
static double median(double *list, size_t n)
{
	qsort(list, n, sizeof(*list), compare);
	return list[n / 2] * 1e6;
}

static void plain(korch_pod *pod, size_t i)
{
}

static void spread_hosts(korch_pod *pod, size_t i)
{
	world_label(pod, "color", "red");
	world_spread(pod, "kubernetes.io/hostname", "color", "red", "DoNotSchedule");
}

static void schedule(korch_scheduler *s, const korch_pod *pod)
{
	korch_decision decision;
	world_check(korch_scheduler_schedule(&decision, s, pod, NULL));
}

/* One pod placed in a trial and taken back, beside the same without a trial. */
static void trial(size_t nodes, int differ)
{
	double tried[REPEAT], done[REPEAT];
	korch_scheduler *s = world_new(nodes, 10, SEED);
	korch_pod **pods = world_pods(3 * REPEAT, differ, SEED, plain);
	for (size_t i = 0; i < REPEAT; i++)
		schedule(s, pods[2 * REPEAT + i]);
	for (size_t i = 0; i < REPEAT; i++) {
		double start = world_now();
		world_check(korch_scheduler_begin(s));
		schedule(s, pods[i]);
		korch_scheduler_rollback(s);
		tried[i] = world_now() - start;
		start = world_now();
		schedule(s, pods[REPEAT + i]);
		korch_scheduler_pod_remove(s, pods[REPEAT + i]);
		done[i] = world_now() - start;
	}
	printf("  %7zu nodes, %s pods: begin, schedule, rollback %6.2f us; schedule, remove %6.2f us\n",
	       nodes, differ ? "different" : "equal    ", median(tried, REPEAT), median(done, REPEAT));
	world_free_pods(pods, 3 * REPEAT);
	korch_scheduler_free(s);
}

/* A cluster with ten pods to the node. */
static korch_scheduler *filled(korch_pod ***pods, size_t nodes, int differ)
{
	korch_scheduler *s = world_new(nodes, 10, SEED);
	*pods = world_pods(10 * nodes, differ, SEED, plain);
	for (size_t i = 0; i < 10 * nodes; i++)
		schedule(s, (*pods)[i]);
	return s;
}

/* A node that goes and comes back, with its pods. */
static void node_trial(size_t nodes)
{
	double tried[REPEAT];
	korch_pod **pods;
	korch_scheduler *s = filled(&pods, nodes, 1);
	for (size_t i = 0; i < REPEAT; i++) {
		char name[32];
		snprintf(name, sizeof(name), "node-%06zu", i * (nodes / REPEAT));
		double start = world_now();
		world_check(korch_scheduler_begin(s));
		korch_scheduler_node_remove(s, name);
		korch_scheduler_rollback(s);
		tried[i] = world_now() - start;
	}
	printf("  %7zu nodes, 10 pods each: begin, remove a node, rollback %6.2f us\n", nodes,
	       median(tried, REPEAT));
	world_free_pods(pods, 10 * nodes);
	korch_scheduler_free(s);
}

static void drain(size_t nodes, int differ)
{
	enum { DRAINS = 20 };
	double took[DRAINS];
	size_t moved = 0, n;
	korch_pod **pods;
	korch_scheduler *s = filled(&pods, nodes, differ);
	for (size_t i = 0; i < DRAINS; i++) {
		char name[32];
		korch_moves *moves = NULL;
		snprintf(name, sizeof(name), "node-%06zu", i * (nodes / DRAINS));
		double start = world_now();
		world_check(korch_scheduler_drain(&moves, s, name, NULL));
		took[i] = world_now() - start;
		korch_moves_list(moves, &n);
		moved += n;
		korch_moves_free(moves);
	}
	printf("  %7zu nodes, %s pods: drain of one node (%.1f pods) %8.1f us\n", nodes,
	       differ ? "different" : "equal    ", (double)moved / DRAINS, median(took, DRAINS));
	world_free_pods(pods, 10 * nodes);
	korch_scheduler_free(s);
}

static void headroom(size_t nodes, const char *name, void (*dress)(korch_pod *, size_t))
{
	korch_scheduler *s = world_new(nodes, 10, SEED);
	korch_pod **pods = world_pods(1, 0, SEED, dress);
	double start = world_now();
	int64_t n = korch_scheduler_headroom(s, pods[0], 0, NULL);
	double took = world_now() - start;
	printf("  %7zu nodes, %s: %lld more, %8.1f us\n", nodes, name, (long long)n, took * 1e6);
	world_free_pods(pods, 1);
	korch_scheduler_free(s);
}

/* What questions about openb are asked of: a part of a list, placed by a profile. */
typedef struct packed {
	korch_scheduler *s;
	char what[256];
} packed;

static size_t place(korch_scheduler *s, const openb_pods *pods, size_t percent)
{
	size_t placed = 0;
	for (size_t i = 0; i < pods->n_lines; i++) {
		korch_decision decision;
		char name[32];
		if (i * percent / 100 == (i + 1) * percent / 100)
			continue;
		korch_object *pod = korch_object_edit(&pods->kinds[pods->lines[i]].pod->object);
		snprintf(name, sizeof(name), "pod-%zu", i);
		world_check(korch_string_set(&korch_object_edit_meta(pod)->name, name));
		int found = korch_scheduler_schedule(&decision, s, (korch_pod *)pod, NULL);
		world_check(found);
		placed += (size_t)found;
		korch_object_unref(pod);
	}
	return placed;
}

static void pack(packed *to, const openb_nodes *nodes, const openb_pods *pods, const char *profile,
                 size_t percent)
{
	const korch_scheduler_options options = {.size = sizeof(options),
	                                         .profiles = korch_scheduler_profile_builtin(profile),
	                                         .n_profiles = 1};
	world_check(korch_scheduler_new(&to->s, &options, NULL));
	for (size_t i = 0; i < nodes->n; i++)
		world_check(korch_scheduler_node_set(to->s, nodes->items[i], NULL));
	size_t placed = place(to->s, pods, percent);
	snprintf(to->what, sizeof(to->what), "%3zu %% of %-10s %4zu pods by %-17s", percent, pods->name,
	         placed, profile);
}

static void tell(const packed *of, const char *what, korch_moves *moves, double took)
{
	double before, after;
	size_t n;
	korch_moves_gain(moves, &before, &after);
	korch_moves_list(moves, &n);
	printf("  %s %s: %.4f to %.4f by %zu moves, %.2f s\n", of->what, what, before, after, n, took);
	korch_moves_free(moves);
}

static void compact(const packed *of)
{
	static const uint32_t rounds[] = {1, 8, 30};
	for (size_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++) {
		korch_moves *moves = NULL;
		char what[32];
		const korch_compact_options options = {
		    .size = sizeof(options), .seed = SEED, .rounds = rounds[i]};
		double start = world_now();
		world_check(korch_scheduler_compact(&moves, of->s, &options, NULL));
		snprintf(what, sizeof(what), "%2u rounds", rounds[i]);
		tell(of, what, moves, world_now() - start);
	}
}

static void rebalance(const packed *of)
{
	static const uint32_t most[] = {30, 100, 1000}, rounds[] = {1, 8, 80};
	for (size_t i = 0; i < 9; i++) {
		korch_moves *moves = NULL;
		char what[64];
		const korch_rebalance_options options = {
		    .size = sizeof(options), .moves = most[i / 3], .seed = SEED, .rounds = rounds[i % 3]};
		double start = world_now();
		world_check(korch_scheduler_rebalance(&moves, of->s, &options, NULL));
		snprintf(what, sizeof(what), "at most %4u moves, %2u rounds", options.moves,
		         options.rounds);
		tell(of, what, moves, world_now() - start);
	}
}

/* Each list is placed in full and in half; `ask` is asked of it. */
static void ask_all(const char *folder, const char *const *lists, size_t n,
                    void (*ask)(const packed *))
{
	static const struct {
		const char *profile;
		size_t percent;
	} ways[] = {{"default-scheduler", 100}, {"default-scheduler", 50}, {"best-fit", 50}};
	char path[1024];
	openb_nodes nodes;
	snprintf(path, sizeof(path), "%s/openb_node_list_gpu_node.csv", folder);
	openb_nodes_read(&nodes, path);
	for (size_t i = 0; i < n; i++) {
		openb_pods pods;
		snprintf(path, sizeof(path), "%s/openb_pod_list_%s.csv", folder, lists[i]);
		openb_pods_read(&pods, path);
		for (size_t k = 0; k < sizeof(ways) / sizeof(ways[0]); k++) {
			packed of;
			pack(&of, &nodes, &pods, ways[k].profile, ways[k].percent);
			ask(&of);
			korch_scheduler_free(of.s);
		}
		openb_pods_free(&pods);
	}
	openb_nodes_free(&nodes);
}

int main(int argc, char **argv)
{
	static const char *const lists[] = {"default", "gpushare40", "cpu050"};
	printf("trials (medians), seed %d\n", SEED);
	for (size_t nodes = 1000; nodes <= 100000; nodes *= 10) {
		trial(nodes, 0);
		trial(nodes, 1);
	}
	node_trial(1000);
	node_trial(10000);
	printf("drain (medians)\n");
	drain(5000, 0);
	drain(5000, 1);
	printf("headroom\n");
	headroom(5000, "equal pods", plain);
	headroom(5000, "pods spread over hosts", spread_hosts);
	if (argc < 2)
		return 0;
	printf("compaction: nodes in use\n");
	ask_all(argv[1], lists, 3, compact);
	printf("rebalance: variance of cpu plus that of memory\n");
	ask_all(argv[1], lists, 1, rebalance);
	return 0;
}
