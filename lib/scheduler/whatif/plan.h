/*
 * A plan in the making: pods that were moved in a trial of its own, one after the other, each when
 * there was room for it; and how many more pods the disruption budgets allow to go.
 */
#ifndef KORCH_SCHEDULER_WHATIF_PLAN_H
#define KORCH_SCHEDULER_WHATIF_PLAN_H

#include "scheduler/rank/class.h"
#include <korch/scheduler/whatif.h>

/* The budgets that cover the pods of a label set. */
typedef struct plan_cover {
	const sched_labelset *set;
	uint32_t *budgets; /* indexes */
	size_t n;
} plan_cover;

typedef struct plan_move {
	sched_pod *pod;
	uint32_t from;
	uint32_t to;      /* NONE: no node was found */
	uint64_t devices; /* that it gets there */
	char *why;        /* owned; NULL: it moves */
} plan_move;

typedef struct sched_plan {
	korch_scheduler *s;
	KORCH_VEC(plan_move) moves;
	KORCH_VEC(plan_move) stuck; /* pods that should have moved */
	size_t most;                /* moves that it may have */
	size_t mark;                /* where its moves begin in the journal */
	int64_t *left;              /* of each budget */
	korch_table covers;         /* by label set */
	int32_t *key;               /* room for one place in a layout */
	size_t key_cap;
	int is_open; /* its trial */
	/* Moves do not count against budgets: a search counts the pods that are away itself, as only
	 * where they end up counts */
	int is_net;
} sched_plan;

/* Opens the trial; 0, KORCH_E_LIMIT (too many trials), KORCH_E_NOMEM. */
int korch__plan_init(sched_plan *plan, korch_scheduler *s);
/* Undoes all moves, and closes the trial. */
void korch__plan_fini(sched_plan *plan);
/* As an error of the public function. */
int korch__plan_error(int code, korch_error **err);

/* 1: draining would move it. */
static inline int korch__plan_moves(const sched_pod *pod)
{
	return !pod->kept && !pod->terminating;
}
/* 1: all budgets allow it to go, 0, or KORCH_E_NOMEM. */
int korch__plan_may_go(sched_plan *plan, const sched_pod *pod);
/* 1: all filters let the pods of the class onto the slot, 0, or KORCH_E_NOMEM. */
int korch__plan_fits(sched_plan *plan, sched_class *class_, uint32_t slot);
/* As korch__plan_fits() when the class is up to date and there is room for its key. */
int korch__plan_ready(sched_plan *plan, sched_class *class_);
static inline int korch__plan_fits_now(const sched_plan *plan, const sched_class *class_,
                                       uint32_t slot)
{
	return korch__slot_check(plan->s, class_, slot, plan->key) == REASON_NONE;
}

/* A pod goes (1) or comes back (-1), as its budgets see it; korch__plan_may_go() was asked before.
 */
void korch__plan_count_gone(sched_plan *plan, const sched_pod *pod, int64_t sign);
/* Moves a pod that may go; 0 or KORCH_E_NOMEM (it has not moved then). */
int korch__plan_move(sched_plan *plan, sched_pod *pod, uint32_t to);
/* The same of a pod that was taken off its node by korch__pod_detach(). */
int korch__plan_land(sched_plan *plan, sched_pod *pod, uint32_t to);
/* Undoes all but the first n moves. */
void korch__plan_cut(sched_plan *plan, size_t n);
/* The pod should have moved; takes the text. */
int korch__plan_stick(sched_plan *plan, sched_pod *pod, char *why);
void korch__plan_unstick(sched_plan *plan); /* forgets all of these */

/* moves.c: hands the plan out. `before` and `after`: what it improves. */
int korch__plan_finish(korch_moves **out, const sched_plan *plan, const uint32_t *emptied,
                       size_t n_emptied);
void korch__moves_gain(korch_moves *moves, double before, double after);

#endif
