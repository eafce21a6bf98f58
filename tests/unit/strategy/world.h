/*
 * A world for the planner: revisions whose replicas come and go at once or not at all, a router, a
 * clock. Each plan is held against the law; nothing here decides anything.
 */
#ifndef KORCH_TESTS_UNIT_STRATEGY_WORLD_H
#define KORCH_TESTS_UNIT_STRATEGY_WORLD_H

#include <check.h>
#include <korch/strategy.h>

#define SECONDS(n) ((n)*KORCH_USEC_PER_SEC)

enum { WORLD_STEPS = 16, WORLD_ROUNDS = 300 };

/* The parts of a plan, for carrying out only some. */
enum { PART_SIZES = 1, PART_WEIGHTS = 2, PART_SERVICES = 4, PART_STATE = 8, PART_ALL = 15 };

typedef struct world {
	korch_strategy spec;
	korch_strategy_step steps[WORLD_STEPS];
	korch_strategy_revision revisions[KORCH_STRATEGY_REVISIONS_MAX];
	int32_t most_ready[KORCH_STRATEGY_REVISIONS_MAX]; /* -1: all that there are */
	korch_strategy_observed seen;
	korch_strategy_plan plan;
	korch_usec now;
	int64_t last_number;
	int32_t says[KORCH_STRATEGY_SLOTS]; /* what an analysis that was started says */
	int32_t events[16];                 /* how often each happened */
	int services;                       /* services that were written */
	int plans;
	int never_verified; /* weights do not come into force */
	int running;        /* plans are carried out one after the other until nothing changes */
	char text[KORCH_STRATEGY_TEXT_SIZE];
} world;

void world_init(world *w, int32_t type, int32_t replicas);
void world_router(world *w); /* a canary with weights, and with services */
korch_strategy_step *world_step(world *w, int32_t type);
void world_weight(world *w, int32_t weight);
void world_pause(world *w, int seconds); /* 0: until it is promoted */
void world_deploy(world *w, const char *hash);
korch_strategy_revision *world_at(world *w, const char *hash); /* NULL: there is none */
int32_t world_weight_of(world *w, const char *hash);
int32_t world_size_of(world *w, const char *hash);
void world_ready_at_most(world *w, const char *hash, int32_t most);
/* A plan that keeps the law; 1: it changes something. */
int world_plan(world *w);
void world_apply(world *w, int parts);
void world_live(world *w); /* replicas come and go, analyses say what they say, weights get into
                              force */
/* Plans, applies and lives until nothing changes any more; fails when that does not happen. */
void world_settle(world *w);
void world_pass(world *w, int seconds); /* settles at each wake-up on the way */
/* v1 is deployed and promoted. */
void world_start(world *w);
const char *world_says(world *w);
void world_dump(const world *w); /* what is there and what is planned, for a test that fails */

#endif
