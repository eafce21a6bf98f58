/* Disruption budgets: how many of the pods that a selector means may go. */
#ifndef KORCH_SCHEDULER_BUDGET_H
#define KORCH_SCHEDULER_BUDGET_H

#include "scheduler/state/state.h"
#include <korch/selector.h>

struct sched_budget {
	const char *namespace_; /* block strings */
	const char *name;
	korch_selector *selector;
	int32_t allowed;                  /* status.disruptionsAllowed */
	const korch_label_selector *from; /* referenced: what the selector was made of */
	korch_map *disrupted;             /* referenced: pods that are leaving already, by name */
	int64_t left;                     /* of what is allowed, in a round of counting down */
	uint64_t round;
};

/* 1: the budget is about that pod, as policy/v1 has it: an empty selector means every pod. */
int korch__budget_covers(const sched_budget *budget, const sched_pod *pod);
/*
 * Takes the pod out of the budgets that preemption looks at for it (an empty selector means no pod
 * there, and pods that are leaving already do not count); a new round begins with what is allowed.
 * 1: one of them does not allow that, 0, or KORCH_E_NOMEM.
 */
int korch__budgets_take(korch_scheduler *s, const sched_pod *pod, uint64_t round);
void korch__budget_free(sched_budget *budget); /* NULL is fine */
struct sched_entry;
void korch__budget_undo(korch_scheduler *s, const struct sched_entry *entry);
void korch__budgets_free(korch_scheduler *s);

#endif
