/* What there is at a moment of a case, for the reference; and the case with the engine under test.
 */
#ifndef KORCH_TESTS_DIFFERENTIAL_WORLD_H
#define KORCH_TESTS_DIFFERENTIAL_WORLD_H

#include "generate.h"
#include "reference.h"
#include <korch/scheduler.h>

enum {
	NODES = 8,
	ELSEWHERE = NODES, /* a node that there never is */
	PODS = 48,
	TEMPLATES = 4,
	NAMESPACES = 3,
	CLAIMS = 4,
	BUDGETS = 3,
	WAITING = 5,
	TRIALS = 3
};

/* Names of the slots, in byte order. */
extern const char *const node_names[NODES + 1];
extern const char *const namespace_names[NAMESPACES];

typedef struct world_node {
	node_text text;
	korch_node *object; /* NULL: there is no such node */
} world_node;

typedef struct world_pod {
	korch_pod *pod;
	int node; /* slot */
	uint64_t devices;
} world_pod;

typedef struct world_claim {
	const char *namespace_, *name;
	int known;
	korch_node_selector *nodes; /* NULL: all */
} world_claim;

typedef struct world {
	world_node nodes[NODES];
	world_pod pods[PODS];
	size_t n_pods;
	korch_pod *waiting[WAITING];     /* the one that waits longest first */
	unsigned char hopeless[WAITING]; /* nobody could be driven out for it, when last looked at */
	size_t n_waiting;
	world_pod nominated[WAITING];
	size_t n_nominated;
	int namespace_known[NAMESPACES];
	korch_map *namespaces[NAMESPACES];
	world_claim claims[CLAIMS];
	korch_pod_disruption_budget *budgets[BUDGETS];
} world;

/* One case: a world that changes, and an engine that is told of each change. */
typedef struct run {
	uint64_t seed;
	int step;
	korch_random random;
	korch_buf log; /* what happened, line by line */
	flavour flavour;
	char *templates[TEMPLATES];
	unsigned next_id;
	reference_profile profiles[2]; /* "default-scheduler" and "second" */
	reference_resource fit[2][4], balanced[2][4];
	reference_point shape[2][4];
	const char *disabled[2][2]; /* filters that a profile goes without */
	size_t n_disabled[2];
	reference_own own[2]; /* without a name: the profile has none */
	korch_scheduler *engine;
	world now;
	world before[TRIALS]; /* what trials go back to */
	int trials;
	/* 1: what a case goes without */
	int no_trials, no_images, no_nominations;
	unsigned n_changes;        /* changes so far, the ones left out counted too */
	const unsigned char *skip; /* a flag for each change that is left out; NULL: none */
} run;

/* Most changes of a case. */
enum { CHANGES = 4096 };

/* The world as the reference wants it; borrowed from the world. */
typedef struct view {
	reference_cluster cluster;
	const korch_node *nodes[NODES];
	int slots[NODES];          /* of the nodes */
	size_t indexes[NODES + 1]; /* of the slots */
	reference_pod pods[PODS], nominated[WAITING];
	reference_namespace namespaces[NAMESPACES];
	reference_claim claims[CLAIMS];
	const korch_pod_disruption_budget *budgets[BUDGETS];
} view;

void world_init(world *self);
void world_copy(world *to, const world *from); /* to: uninitialised */
void world_clear(world *self);
void view_make(view *out, const world *from);
/* 0 or 1: the profile of the pod. */
int profile_of(const run *self, const korch_pod *pod);
/* As view_make(), as the pod's profile sees it. */
const reference_profile *view_for(view *out, const run *self, const korch_pod *pod);

/* Begins a change: draws from here on depend on the seed and its number alone, so that changes can
 * be left out. 1: this one is. */
int change_is_skipped(run *self);

/* own.c: a filter and a score of one's own, for the reference and for the engine */
void draw_own(run *self, int profile);
void own_plugin(korch_scheduler_plugin *out, const reference_own *own);
/* An engine with the case's profiles, empty. */
korch_scheduler *engine_new(run *self);
/* Tells an engine everything there is, in random order. */
void engine_feed(run *self, korch_scheduler *engine);
/* Draws profiles. */
void draw_profiles(run *self);

void note(run *self, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints seed, events and world, and ends the program. */
void fail(run *self, const korch_pod *pod, const char *format, ...)
    __attribute__((format(printf, 3, 4), noreturn));
/* For calls that must not fail. */
void must(run *self, const char *what, int code, korch_error *err);

/* events_world.c: one random change. */
void event(run *self);
void node_appears(run *self, int slot);
/* Namespaces, claims and budgets. */
void things_appear(run *self);

/* events_pod.c */
void pod_arrives(run *self);
/* A pod that somebody has bound anywhere. */
void pod_appears(run *self);
void pod_goes(run *self);
/* It ends, or gets other labels, another spec, another node. */
void pod_changes(run *self);
/* A pod that is on no node keeps room on one, or no longer. */
void nomination_changes(run *self);
/* A pod that room is kept for is tried again. */
void nominated_tries(run *self);
/* The world's side of a pod that is on a node now. */
void put_pod(run *self, korch_pod *pod, int node, uint64_t devices);
/* The annotation that a pod with devices has once it is bound. */
void annotate(korch_pod *pod, uint64_t devices);
/* The devices that a pod would get there; lacks: 1 when these are too few. */
uint64_t devices_for(run *self, const korch_pod *pod, int node, int *lacks);
void forget_pod(run *self, const korch_pod *pod);

/* compare.c: everything that is said of a pod, against the reference. @return the slot, or -1 */
int compare(run *self, korch_scheduler *engine, const korch_pod *pod);
/* A pod that has a node to go to when it can. */
int compare_nominated(run *self, const korch_pod *pod, int node);
/* compare_preempt.c: whom it drives out: victims (room for PODS) are indexes of the world's pods.
 * @return the slot, or -1 */
int compare_preemption(run *self, const korch_pod *pod, size_t *victims, size_t *n);
/* Usage of all nodes, and decisions about all templates. */
void compare_all(run *self, korch_scheduler *engine);

/* waiting.c */
void begin_waiting(run *self, korch_pod *pod);
/* The world's side. */
void stop_waiting(world *now, size_t i);
void compare_waiting(run *self);

/* dump.c */
void dump_world(const world *self);

#endif
