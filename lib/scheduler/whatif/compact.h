/* Compaction: emptying one node after the other, in many orders. */
#ifndef KORCH_SCHEDULER_WHATIF_COMPACT_H
#define KORCH_SCHEDULER_WHATIF_COMPACT_H

#include "scheduler/whatif/room.h"

/* A node that could be emptied. */
typedef struct compact_node {
	uint32_t slot;
	uint32_t n_pods; /* that would move */
	double load;     /* what these request, as parts of the greatest nodes */
	double size;     /* what the node has, as parts of the greatest ones */
	double turn;     /* the less, the earlier */
	uint64_t tie;    /* of equal ones the least goes first */
} compact_node;

/* How a pass goes. */
typedef struct compact_way {
	int is_profile; /* pods go where their profile sends them */
	int pushes;     /* pods of other nodes are pushed aside */
} compact_way;

typedef struct sched_compaction {
	sched_plan plan;
	compact_node *nodes; /* that are in use at first */
	size_t n;
	plan_field field; /* nodes that pods may go to */
	uint32_t *spare;  /* existing nodes that are not in use at first */
	size_t n_spare;
	double *sizes; /* by slot */
	uint64_t dice;
	uint32_t rounds;
	/* the best plan so far */
	KORCH_VEC(plan_move) best;
	size_t best_used;
} sched_compaction;

/* Opens the plan's trial; 0, KORCH_E_LIMIT or KORCH_E_NOMEM. */
int korch__compaction_init(sched_compaction *c, korch_scheduler *s,
                           const korch_compact_options *options);
/* Tries all orders, and leaves the plan with the moves of the best one. */
int korch__compaction_run(sched_compaction *c);
void korch__compaction_fini(sched_compaction *c);
/* Nodes with a pod that draining would move. */
size_t korch__compaction_used(const korch_scheduler *s);

/* empty.c: 1: all pods of the node have moved, 0: none has, or KORCH_E_NOMEM. The node stays closed
 * when it was emptied. */
int korch__compaction_empty(sched_compaction *c, const compact_node *node, const compact_way *way);

#endif
