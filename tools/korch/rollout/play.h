/* A rehearsal under way: a cluster of simulated nodes in virtual time, and the script that is
 * played on it. */
#ifndef KORCH_ROLLOUT_PLAY_H
#define KORCH_ROLLOUT_PLAY_H

#include "rollout/metrics.h"
#include "rollout/script.h"
#include "rollout/story.h"
#include "tool.h"

typedef struct play {
	const tool_paths *paths;        /* the manifests that it begins with */
	const korch_manifest *manifest; /* these, read */
	const script *script;
	uint64_t seed;
	korch_usec until; /* since the start: it ends then at the latest */
	korch_loop *loop;
	korch_runtime *runtime; /* the cluster's */
	korch_cluster *cluster;
	metrics_world world;
	story *story;
	int quiet_rounds; /* of the loop since something changed; NOT_LOOKING: all was seen */
	korch_usec start;
	size_t next_action;
	int code; /* the first failure of a callback */
} play;

enum { NOT_LOOKING = -1 };

/* How it ended. */
typedef enum play_end {
	PLAY_HEALTHY,  /* all Rollouts */
	PLAY_DEGRADED, /* one of them at least */
	PLAY_OPEN,     /* one of them at least is under way */
} play_end;

/* Plays it all. A play_end, or a code; an action of the script that cannot be done is an error. */
int play_run(play *self, korch_error **err);

/* play_act.c: does what the script says is done now. */
int play_act(play *self, const script_action *action, korch_error **err);
/* The rules of the runtime that are in force at a time since the start. */
int play_set_rules(play *self, korch_usec at, korch_error **err);
/* The next time behind `at` when rules change; KORCH_USEC_NEVER. */
korch_usec play_next_rules(const play *self, korch_usec at);

#endif
