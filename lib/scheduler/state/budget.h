/* Disruption budgets: how many of the pods that a selector means may go. */
#ifndef KORCH_SCHEDULER_BUDGET_H
#define KORCH_SCHEDULER_BUDGET_H

#include "scheduler/state/state.h"
#include <korch/selector.h>

struct sched_budget {
	const char *namespace_; /* block strings */
	const char *name;
	korch_selector *selector;
	int32_t allowed; /* status.disruptionsAllowed */
};

/* 1: the budget is about that pod. */
int korch__budget_covers(const sched_budget *budget, const sched_pod *pod);
void korch__budgets_free(korch_scheduler *s);

#endif
