/* For tests that play a rollout in the model world move by move, with all checks on. */
#ifndef KORCH_TESTS_EXPLORE_PLAY_H
#define KORCH_TESTS_EXPLORE_PLAY_H

#include "explore.h"
#include <check.h>

typedef struct play {
	explore_setup setup;
	explore_world world;
	uint32_t stuck; /* revisions whose pods do not get ready, a bit each */
	int32_t writes; /* of the canary service's selector */
} play;

/* A canary with a router and services, that many replicas and these steps; to be changed before
 * play_start(), after which the first template is stable. */
void play_begin(play *self, int32_t replicas, const korch_strategy_step *steps, int32_t n);
void play_start(play *self);
void play_act(play *self, explore_kind kind, int32_t a, int32_t b);
/* A round: a plan is carried out, pods follow, the router applies. */
void play_rounds(play *self, int32_t n);
/* It gets to the wish and then writes nothing, also when nobody does anything now. */
void play_ends_well(play *self);

#define PLAY_WEIGHT(w)                                                                             \
	{                                                                                              \
		.type = KORCH_STRATEGY_SET_WEIGHT, .weight = (w)                                           \
	}
#define PLAY_PAUSE                                                                                 \
	{                                                                                              \
		.type = KORCH_STRATEGY_PAUSE                                                               \
	}

#endif
