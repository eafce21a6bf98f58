/* Small clusters for the tests of what-if, and plans carried out on a scheduler of their own. */
#ifndef KORCH_TESTS_SCHEDULER_PLANS_H
#define KORCH_TESTS_SCHEDULER_PLANS_H

#include "anything.h"
#include <check.h>
#include <korch/scheduler/whatif.h>

enum { PLAN_NODES = 24, PLAN_PODS = 160, PLAN_BUDGETS = 3 };

typedef struct world {
	korch_scheduler *s;
	korch_node *nodes[PLAN_NODES];
	size_t n_nodes;
	korch_pod *pods[PLAN_PODS]; /* on a node or not */
	size_t n_pods;
	korch_pod_disruption_budget *budgets[PLAN_BUDGETS];
	size_t n_budgets;
} world;

/* A cluster of any nodes, with pods that were scheduled. NULL: the default profile. */
void world_make(world *w, korch_random *random, const char *profile);
void world_add_node(world *w, korch_node *node);
/* Puts a pod onto a node. */
void world_add_pod(world *w, korch_pod *pod, const char *node);
void world_add_budget(world *w, korch_pod_disruption_budget *budget);
void world_free(world *w);

/*
 * Carries a plan out on a new scheduler that is fed the same cluster, move by move: each pod is
 * where the plan says, each node lets it in, no node gives away more than it has, no budget loses
 * more pods than it allows. The caller frees the scheduler.
 */
korch_scheduler *replay(const world *w, const korch_moves *moves);
/* Nodes with a pod that draining would move. */
size_t nodes_in_use(const world *w, korch_scheduler *s);
/* "a n1>n2, b n1: why": the plan in words; valid until the next call. */
const char *plan_text(const korch_moves *moves);
/* "n1 n2": the nodes that are emptied. */
const char *emptied_text(const korch_moves *moves);

#endif
