/* An order of moves from where pods are to where they shall be. */
#ifndef KORCH_SCHEDULER_WHATIF_SEQUENCE_H
#define KORCH_SCHEDULER_WHATIF_SEQUENCE_H

#include "scheduler/whatif/room.h"

/* Where a pod shall be. */
typedef struct plan_target {
	sched_pod *pod;
	uint32_t to;
} plan_target;

/* Where the pods of these moves are after them, in the order of their last moves; the caller frees
 * the list. 0 or KORCH_E_NOMEM. */
int korch__plan_targets(plan_target **out, size_t *n, const plan_move *moves, size_t n_moves);
/*
 * Moves pods to their targets, each when it fits there, those that do not yet fit later. Pods that
 * are in each other's way go to another node of the field for a while (NULL: they do not).
 * @return how many are not where they shall be, or KORCH_E_NOMEM.
 */
int64_t korch__plan_sequence(sched_plan *plan, const plan_target *targets, size_t n,
                             const plan_field *field);

#endif
