/*
 * What a rollout's plan costs: bench-strategy [SEED [PLANS]]. Rollouts of two revisions in all
 * kinds of states, made before the clock starts; then of eight revisions. A debug build also holds
 * each plan against the law, which is in the figure.
 */
#include "base/random.h"
#include <korch/strategy.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WORLDS = 1024, MOST = 8, ROUNDS = 5 };

typedef struct world {
	korch_strategy spec;
	korch_strategy_observed seen;
	korch_strategy_revision revisions[MOST];
} world;

static const korch_strategy_step steps[] = {
    {.type = KORCH_STRATEGY_SET_WEIGHT, .weight = 5},
    {.type = KORCH_STRATEGY_PAUSE, .duration_us = 60 * KORCH_USEC_PER_SEC},
    {.type = KORCH_STRATEGY_SET_WEIGHT, .weight = 25},
    {.type = KORCH_STRATEGY_ANALYSIS},
    {.type = KORCH_STRATEGY_SET_WEIGHT, .weight = 50},
    {.type = KORCH_STRATEGY_PAUSE},
};
static const char *const hashes[MOST] = {"6d5f7c9b4", "7f9c8d6e5", "5b8d7f6c9", "8c7e6d5f4",
                                         "4f5e6d7c8", "9b8c7d6e5", "6e7d8c9b4", "5c6d7e8f9"};
static const struct {
	const char *name;
	int32_t type, traffic;
} kinds[] = {
    {"rolling", KORCH_STRATEGY_ROLLING, 0},
    {"canary by replicas", KORCH_STRATEGY_CANARY, 0},
    {"canary by router", KORCH_STRATEGY_CANARY, 1},
    {"blue-green", KORCH_STRATEGY_BLUE_GREEN, 0},
};

static void make_world(world *w, korch_random *random, size_t kind, size_t n)
{
	size_t n_steps = sizeof(steps) / sizeof(steps[0]);
	int32_t replicas = 1 + (int32_t)korch__random_below(random, 20);
	int32_t weight = (int32_t)korch__random_below(random, 51);
	*w = (world){
	    .spec = {.size = sizeof(w->spec),
	             .type = kinds[kind].type,
	             .traffic = kinds[kind].traffic,
	             .replicas = replicas,
	             .max_surge = 1 + replicas / 4,
	             .max_unavailable = replicas / 4,
	             .history_limit = 10,
	             .deadline_us = 600 * KORCH_USEC_PER_SEC,
	             .scale_down_delay_us = 30 * KORCH_USEC_PER_SEC,
	             .steps = steps,
	             .n_steps = n_steps},
	    .seen = {.size = sizeof(w->seen),
	             .n_revisions = n,
	             .current = hashes[n - 1],
	             .traffic_verified = 1,
	             .active = hashes[0]},
	};
	w->seen.state = (korch_strategy_state){
	    .stable = hashes[0],
	    .current = hashes[n - 1],
	    .step = (int32_t)korch__random_below(random, n_steps + 1),
	    .aborted = korch__random_below(random, 8) == 0,
	    .step_since_us = 900 * KORCH_USEC_PER_SEC,
	    .replicas = replicas,
	    .surge = w->spec.max_surge,
	};
	for (size_t i = 0; i < n; i++) {
		int32_t size = i == 0 || i == n - 1 ? replicas : 0;
		int32_t ready = size - (int32_t)korch__random_below(random, (uint64_t)size / 4 + 1);
		w->revisions[i] = (korch_strategy_revision){
		    .hash = hashes[i],
		    .number = (int64_t)i,
		    .size = size,
		    .present = size,
		    .ready = ready,
		    .available = ready,
		    .weight = !kinds[kind].traffic ? 0
		              : i == 0             ? 100 - weight
		              : i == n - 1         ? weight
		                                   : 0,
		};
	}
}

static double now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The median of a few rounds, plans a second. */
static double measure(world *worlds, size_t plans)
{
	static korch_strategy_plan plan;
	double rates[ROUNDS];
	size_t changed = 0;
	for (int round = 0; round < ROUNDS; round++) {
		double begin = now();
		for (size_t i = 0; i < plans; i++) {
			const world *w = &worlds[i % WORLDS];
			if (korch_rollout_plan(&plan, &w->spec, &w->seen, 1000 * KORCH_USEC_PER_SEC) < 0)
				exit(EXIT_FAILURE);
			changed += (size_t)plan.changed;
		}
		rates[round] = (double)plans / (now() - begin);
	}
	if (changed == 0)
		exit(EXIT_FAILURE);
	qsort(rates, ROUNDS, sizeof(rates[0]), by_value);
	return rates[ROUNDS / 2];
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	size_t plans = argc > 2 ? strtoul(argv[2], NULL, 10) : 400000;
	world *worlds = calloc(WORLDS, sizeof(*worlds));
	if (!worlds)
		return EXIT_FAILURE;
	printf("seed %llu, %zu plans a round, median of %d rounds\n", (unsigned long long)seed, plans,
	       ROUNDS);
	for (size_t n = 2; n <= MOST; n *= 4) {
		for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
			korch_random random;
			korch__random_init(&random, seed);
			for (size_t i = 0; i < WORLDS; i++) {
				make_world(&worlds[i], &random, kind, n);
				worlds[i].seen.revisions = worlds[i].revisions;
			}
			printf("%-20s %zu revisions %12.0f plans/s\n", kinds[kind].name, n,
			       measure(worlds, plans));
		}
	}
	free(worlds);
	return EXIT_SUCCESS;
}
