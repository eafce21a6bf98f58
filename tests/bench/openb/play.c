/* One run: pods drawn from a list arrive one after the other and stay. */
#include "base/random.h"
#include "openb.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const int openb_loads[OPENB_LOADS] = {50, 80, 90, 100, 110, 120, 130};

typedef struct arrivals {
	uint32_t *kinds;
	size_t n;
	size_t cap;
} arrivals;

/* Until the devices are asked for 1.3 times; then in another order. */
static arrivals draw(const openb_run *run, korch_random *random)
{
	arrivals drawn = {0};
	const openb_pods *pods = run->pods;
	for (int64_t gpu = 0; gpu * 10 < run->nodes->gpu_milli * 13;) {
		if (drawn.n == drawn.cap) {
			drawn.cap = drawn.cap ? 2 * drawn.cap : 16384;
			drawn.kinds = realloc(drawn.kinds, drawn.cap * sizeof(*drawn.kinds));
			if (!drawn.kinds)
				exit(EXIT_FAILURE);
		}
		uint32_t kind = pods->lines[korch__random_below(random, pods->n_lines)];
		drawn.kinds[drawn.n++] = kind;
		gpu += pods->kinds[kind].gpu_milli;
	}
	for (size_t i = drawn.n; i > 1; i--) {
		size_t at = korch__random_below(random, i);
		uint32_t kind = drawn.kinds[i - 1];
		drawn.kinds[i - 1] = drawn.kinds[at];
		drawn.kinds[at] = kind;
	}
	return drawn;
}

/* The list's own pods are those that are expected, as FGD's typical pods are. */
static void expect(korch_scheduler *s, const openb_pods *pods)
{
	const korch_pod **kinds = calloc(pods->n_kinds, sizeof(*kinds));
	uint32_t *counts = calloc(pods->n_kinds, sizeof(*counts));
	korch_error *err = NULL;
	if (!kinds || !counts)
		exit(EXIT_FAILURE);
	for (size_t i = 0; i < pods->n_kinds; i++) {
		kinds[i] = pods->kinds[i].pod;
		counts[i] = pods->kinds[i].pods;
	}
	openb_check(korch_scheduler_expect(s, kinds, counts, pods->n_kinds, &err), err);
	free(kinds);
	free(counts);
}

static korch_scheduler *start(const openb_run *run, openb_world *world)
{
	const openb_policy *policy = run->policy;
	korch_scheduler *s = NULL;
	korch_error *err = NULL;
	const korch_scheduler_plugin plugin = {
	    .size = sizeof(plugin), .name = "Bench", .score = policy->plugin, .userdata = world};
	const korch_score_use use = {.name = policy->score ? policy->score : "Bench", .weight = 1};
	const korch_scheduler_profile profile = {.size = sizeof(profile),
	                                         .name = policy->name,
	                                         .scores = &use,
	                                         .n_scores = 1,
	                                         .plugins = policy->score ? NULL : &plugin,
	                                         .n_plugins = policy->score ? 0 : 1};
	const korch_scheduler_options options = {.size = sizeof(options),
	                                         .ties = run->ties,
	                                         .seed = run->seed,
	                                         .profiles = &profile,
	                                         .n_profiles = 1};
	openb_check(korch_scheduler_new(&s, &options, &err), err);
	for (size_t i = 0; i < run->nodes->n; i++)
		openb_check(korch_scheduler_node_set(s, run->nodes->items[i], &err), err);
	if (policy->score)
		expect(s, run->pods);
	return s;
}

static int by_address(const void *a, const void *b)
{
	const korch_node *x = *(const korch_node *const *)a, *y = *(const korch_node *const *)b;
	return (x > y) - (x < y);
}

static void open_world(openb_world *world, const openb_run *run)
{
	*world = (openb_world){.seed = run->seed, .n = run->nodes->n};
	world->nodes = calloc(world->n, sizeof(*world->nodes));
	world->uses = calloc(world->n, sizeof(*world->uses));
	if (!world->nodes || !world->uses)
		exit(EXIT_FAILURE);
	for (size_t i = 0; i < world->n; i++)
		world->nodes[i] = run->nodes->items[i];
	qsort(world->nodes, world->n, sizeof(*world->nodes), by_address);
}

/* What the node is used for is noted before the scheduler hears of the pod, as its plugin will be
 * asked again then. */
static void note_use(openb_world *world, const openb_run *run, const korch_pod *pod,
                     const char *node)
{
	uint32_t use = openb_use(pod);
	for (size_t i = 0; use > 0 && i < run->nodes->n; i++) {
		if (strcmp(korch_object_name(&run->nodes->items[i]->object), node) == 0) {
			*openb_uses(world, run->nodes->items[i]) |= UINT32_C(1) << use;
			return;
		}
	}
}

/* 1: the pod found a node. */
static int place(korch_scheduler *s, openb_world *world, const openb_run *run,
                 const openb_kind *kind, size_t number)
{
	char text[64];
	korch_decision decision;
	korch_error *err = NULL;
	korch_pod *pod = (korch_pod *)korch_object_edit(&kind->pod->object);
	korch_object_meta *meta = korch_object_edit_meta(&pod->object);
	snprintf(text, sizeof(text), "pod-%zu", number);
	openb_check(korch_string_set(&meta->name, text), NULL);
	openb_check(korch_string_set(&meta->uid, text), NULL);
	if (run->policy->differ)
		openb_check(korch_map_set(&meta->labels, "number", text), NULL);
	int found = korch_scheduler_decide(&decision, s, pod, &err);
	openb_check(found, err);
	if (found == 1) {
		if (run->policy->plugin)
			note_use(world, run, pod, decision.node);
		openb_check(korch_scheduler_pod_set(s, pod, decision.node, &err), err);
	}
	korch_object_unref(&pod->object);
	return found;
}

void openb_play(double allocated[OPENB_LOADS], const openb_run *run)
{
	openb_world world;
	korch_random random;
	korch__random_init(&random, run->seed);
	arrivals drawn = draw(run, &random);
	open_world(&world, run);
	korch_scheduler *s = start(run, &world);
	int64_t arrived = 0, placed = 0, all = run->nodes->gpu_milli;
	int next = 0;
	for (size_t i = 0; i < drawn.n; i++) {
		const openb_kind *kind = &run->pods->kinds[drawn.kinds[i]];
		arrived += kind->gpu_milli;
		for (; next < OPENB_LOADS - 1 && arrived * 100 >= all * openb_loads[next]; next++)
			allocated[next] = 100.0 * (double)placed / (double)all;
		placed += place(s, &world, run, kind, i) ? kind->gpu_milli : 0;
	}
	for (; next < OPENB_LOADS; next++)
		allocated[next] = 100.0 * (double)placed / (double)all;
	korch_scheduler_free(s);
	free(world.nodes);
	free(world.uses);
	free(drawn.kinds);
}
