/*
 * A model world around korch_rollout_plan() in virtual time: revisions whose pods come up and fail,
 * a router that applies weights late, services, analyses, a person with verbs; a driver that
 * carries plans out part by part; and what is checked after every step. It was written from
 * strategy.h alone: it shares no code with the planner and does not use korch_rollout_law().
 */
#ifndef KORCH_TESTS_EXPLORE_H
#define KORCH_TESTS_EXPLORE_H

#include "base/random.h"
#include <korch/strategy.h>

enum {
	REVISIONS = 5, /* templates that a world can have */
	STEPS = 8,     /* of a list of steps */
	SERVICES = 4,
	SECOND = 1000000,
	RECOVERY = 6,
};

/* What one world is made of and what may happen in it; constant while it is explored. */
typedef struct explore_setup {
	korch_strategy spec;  /* replicas, paused and steps are taken from the world */
	korch_strategy other; /* what a person changes it to and back, of the same type and units; its
	                         size 0: nothing */
	korch_strategy_step steps[2][STEPS];
	int32_t n_steps[2];
	int32_t templates;    /* how many templates a person changes between */
	int32_t max_replicas; /* how far a person scales up */
	int32_t services;     /* 1: canary and stable service */
	int32_t experiment_weight;
	int32_t verbs;  /* how often a person does something */
	int32_t faults; /* how often something goes wrong */
	int32_t fresh;  /* 1: begins with nothing, 0: with the first template, stable */
	int32_t slow;   /* 1: pods are ready for a while before they are available */
} explore_setup;

typedef struct explore_revision {
	int32_t exists, referenced;
	int32_t number;
	int32_t size, present, ready, available;
	int32_t weight; /* in force */
	int32_t told;   /* what the router was told */
	korch_usec scale_down_at;
} explore_revision;

enum { ACTIVE, PREVIEW, CANARY_SERVICE, STABLE_SERVICE };

typedef struct explore_world {
	explore_revision revisions[REVISIONS];
	korch_usec now;
	int32_t replicas, paused, current;
	int32_t changed;            /* 1: setup.other is wished */
	int32_t steps, state_steps; /* which list of steps; which one the state is about */
	korch_strategy_state state; /* its strings are explore_hash()es */
	korch_strategy_analysis analyses[KORCH_STRATEGY_SLOTS];
	int32_t experiment, experiment_step, gate, gate_step;
	uint32_t experiment_attempt, gate_attempt;
	int32_t service[SERVICES]; /* a template, -1: nothing */
	int32_t verbs, faults;     /* left */
	/* What the checks remember since the last outside cause. */
	uint32_t left[SERVICES]; /* values that a service had and lost, a bit each */
	uint32_t rose, fell;     /* revisions whose weight did */
	int32_t recovering;      /* a fault came: for so many more calm rounds pods that get ready are
	                            outside causes, too */
} explore_world;

/* The parts of a plan that are carried out one by one. */
enum {
	PART_STATE = 1 << 0,
	PART_WEIGHTS = 1 << 1,
	PART_SERVICE = 1 << 2, /* and three more */
	PART_ANALYSES = 1 << 6,
	PART_JOBS = 1 << 7,   /* experiment and gate */
	PART_TARGET = 1 << 8, /* and one for each template */
	PARTS = 8 + REVISIONS,
	PART_ALL = (1 << PARTS) - 1,
};

/* A world as the planner sees it, and what it planned. */
typedef struct explore_view {
	korch_strategy spec;
	korch_strategy_revision revisions[REVISIONS];
	korch_strategy_observed observed;
	korch_strategy_plan plan;
	int32_t code; /* of korch_rollout_plan() */
} explore_view;

typedef enum explore_kind {
	ACT_PLAN = 0, /* a: parts that are carried out */
	ACT_TEMPLATE, /* a: which */
	ACT_SPEC,     /* the other spec */
	ACT_STEPS,    /* the other list of steps */
	ACT_ABORT,
	ACT_RETRY,
	ACT_PROMOTE,
	ACT_FULL,
	ACT_PAUSE,     /* on and off */
	ACT_SCALE,     /* a: replicas */
	ACT_RECONCILE, /* a revision has as many pods as it was told */
	ACT_READY,     /* a: which, b: how many */
	ACT_AVAILABLE,
	ACT_UNREADY,
	ACT_LOST,
	ACT_ROUTER,  /* applies what it was told */
	ACT_OUTCOME, /* a: slot, 4: experiment, 5: gate; b: a korch_strategy_outcome */
	ACT_REFERENCE,
	ACT_TIME, /* a: seconds, 0: to the next wake-up */
	ACT_CALM, /* a round in which everything goes well */
	ACT_LATE, /* a plan is carried out after something happened meanwhile: a: what, b: its a */
	ACT_KINDS,
} explore_kind;

typedef struct explore_action {
	int32_t kind, a, b;
} explore_action;

/* What is wrong; `kind` is what a shrinker holds on to. */
typedef struct explore_failure {
	char kind[40];
	char text[400];
} explore_failure;

/* Always -1, for return. */
__attribute__((format(printf, 3, 4))) int explore_fail(explore_failure *failure, const char *kind,
                                                       const char *format, ...);

/* world.c */
const char *explore_hash(int32_t revision);
int32_t explore_revision_of(const char *hash); /* -1: NULL */
void explore_begin(explore_world *world, const explore_setup *setup);
/* Does what an action says. 1: done, 0: it makes no sense now, nothing was changed. */
int explore_act(explore_world *world, const explore_setup *setup, const explore_action *action);
uint64_t explore_identity(const explore_world *world, const explore_setup *setup);
void explore_outside_cause(explore_world *world);
const korch_strategy *explore_spec(const explore_world *world, const explore_setup *setup);
int explore_has_router(const explore_world *world, const explore_setup *setup);
int32_t explore_max_weight(const explore_setup *setup);

/* drive.c */
/* What the job says about the present step and try. */
int32_t explore_experiment(const explore_world *world, const korch_strategy_state *state);
int32_t explore_gate(const explore_world *world, const korch_strategy_state *state);
void explore_plan(explore_view *view, const explore_world *world, const explore_setup *setup);
uint32_t explore_differs(const explore_view *view, const explore_world *world,
                         const explore_setup *setup);
void explore_apply(explore_world *world, const explore_view *view, uint32_t parts);
/* Does an action and checks what came of it. 1: done, 0: makes no sense now, -1: failed. */
int explore_step(explore_world *world, const explore_setup *setup, const explore_action *action,
                 explore_failure *failure);

/* check.c, check_says.c, check_steps.c */
int explore_check_plan(const explore_view *view, const explore_world *world,
                       const explore_setup *setup, explore_failure *failure);
int explore_check_says(const explore_view *view, const explore_world *world,
                       explore_failure *failure);
int explore_check_course(const explore_view *view, const explore_world *world,
                         const explore_setup *setup, explore_failure *failure);
int explore_check_write(explore_world *after, const explore_world *before,
                        explore_failure *failure);

/* calm.c */
/* Nothing goes wrong any more: does it get to the wish and rest there? Works on a copy. */
int explore_check_calm(const explore_world *world, const explore_setup *setup,
                       explore_failure *failure);
int explore_check_stuck(const explore_world *world, const explore_setup *setup,
                        explore_failure *failure);
/* Planned again and again without anything else: does it end? */
int explore_check_rest(const explore_world *world, const explore_setup *setup,
                       explore_failure *failure);
void explore_calm_round(explore_world *world, const explore_setup *setup);

/* law.c */
/* Whether korch_rollout_law() says of this plan, and of it changed for the worse, what we say. */
int explore_check_law(const explore_view *view, const explore_world *world,
                      const explore_setup *setup, explore_failure *failure);

/* trace.c */
void explore_print_setup(const explore_setup *setup);
void explore_print_action(const explore_action *action);
void explore_print_world(const explore_world *world);
/* The world that a setup begins with. */
int explore_start(explore_world *world, const explore_setup *setup, explore_failure *failure);
/* Plays the actions from the start and then asks whether it comes to rest. 0, or -1: failed. */
int explore_replay(const explore_setup *setup, const explore_action *actions, size_t n, int loud,
                   explore_failure *failure);
/* Leaves out what it fails without, and prints what is left. */
void explore_report(const explore_setup *setup, explore_action *actions, size_t n,
                    const explore_failure *failure);

/* setups.c */
enum { SETUP_ROLLING, SETUP_RECREATE, SETUP_PLAIN, SETUP_ROUTER, SETUP_BLUE_GREEN, SETUP_TYPES };
size_t explore_setups(int type); /* how many small ones there are */
void explore_small_setup(explore_setup *out, int type, size_t at);
void explore_random_setup(explore_setup *out, korch_random *random);

/* search.c */
typedef struct explore_counts {
	uint64_t states, transitions, plans, worlds;
	uint64_t complete; /* worlds of which every state was visited */
} explore_counts;
extern explore_counts explore_counted;
/* All that can happen in a small world, nearest first, up to so many states; thorough: whether it
 * comes to rest is asked of each state instead of one in eight. */
int explore_search(const explore_setup *setup, size_t limit, int thorough,
                   explore_failure *failure);

/* walk.c */
int explore_walk(uint64_t seed, int32_t length, explore_failure *failure);

#endif
