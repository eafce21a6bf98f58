/* Updates of a rehearsal, one for each revision of each Rollout: how each went, in numbers. */
#ifndef KORCH_ROLLOUT_RUNS_H
#define KORCH_ROLLOUT_RUNS_H

#include "rollout/state.h"

enum { RUN_CHART = 24 };

/* The weight of a run's revision from a time on. */
typedef struct run_weight {
	korch_usec at;
	int32_t weight;
} run_weight;

typedef struct run {
	char namespace_[64];
	char name[256];
	int64_t revision;
	char images[160];
	char phase[16];
	int32_t step; /* the furthest that it came */
	int32_t n_steps;
	int32_t pods_max; /* of all revisions at once */
	int is_over;      /* healthy, degraded, or a newer one came */
	int was_healthy;  /* what comes then (it is scaled, pods crash) is no part of the update */
	korch_usec started;
	korch_usec ended; /* when the phase that it is over with began */
	run_weight *weights;
	size_t n_weights;
	size_t cap_weights;
} run;

typedef struct runs {
	run *items;
	size_t n;
} runs;

/* Notes a state. 0 or KORCH_E_NOMEM. */
int runs_note(runs *self, korch_usec at, const rollout_state *state);
void runs_fini(runs *self);
/* The last run of a Rollout; NULL. */
const run *runs_last(const runs *self, const char *namespace_, const char *name);
/* The weight over the run's time as a small chart; out has 3 * RUN_CHART + 1 bytes. */
void run_chart(char *out, const run *self);

#endif
