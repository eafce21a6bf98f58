/*
 * Victims: which pods would have to leave a slot so that a pod of a class gets it, found by trying:
 * pods are hidden and shown again, and all filters are asked. After kube-scheduler's
 * SelectVictimsOnNode (pkg/scheduler/framework/plugins/defaultpreemption).
 */
#ifndef KORCH_SCHEDULER_VICTIMS_H
#define KORCH_SCHEDULER_VICTIMS_H

#include "scheduler/rank/class.h"

/* A pod that could leave. */
typedef struct sched_victim {
	sched_pod *pod;
	int64_t start;
	int32_t priority;
	uint8_t violates; /* its leaving breaks a budget */
	uint8_t leaves;   /* it has to */
} sched_victim;

/* Room for trying, used again and again. */
typedef struct sched_victims {
	KORCH_VEC(sched_victim) items; /* of the last slot, the most important first */
	KORCH_VEC(int32_t) key;
	uint64_t round; /* of counting down budgets */
} sched_victims;

/* What having a slot costs; see korch__toll_order(). */
typedef struct sched_toll {
	uint32_t violations;
	int32_t priority; /* of the most important victim */
	int64_t sum;      /* of the priorities, each counted from the lowest possible */
	int64_t start;    /* when the most important victim started */
	uint32_t n;
} sched_toll;

/* The smallest sum of one victim's priority that there is: all count as 0 or more. */
#define PRIORITY_BASE (INT64_C(1) << 31)

/* 1: the slot can be had for *toll, whose victims stand in `of`; 0: not so; or KORCH_E_NOMEM. The
 * class must be up to date. */
int korch__victims_choose(sched_victims *of, sched_toll *toll, korch_scheduler *s,
                          const sched_class *class_, uint32_t slot);
/* kube-scheduler's order: fewest violations, lowest highest priority, smallest sum, fewest, the
 * latest start. Below 0: a costs less, 0: they are equal. */
static inline int korch__toll_order(const sched_toll *a, const sched_toll *b)
{
	if (a->violations != b->violations)
		return a->violations < b->violations ? -1 : 1;
	if (a->priority != b->priority)
		return a->priority < b->priority ? -1 : 1;
	if (a->sum != b->sum)
		return a->sum < b->sum ? -1 : 1;
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	return (a->start < b->start) - (a->start > b->start);
}
/* 1: pods that leave could make it pass (the status is not UnschedulableAndUnresolvable). */
int korch__reason_is_resolvable(const korch_scheduler *s, const sched_class *class_, uint32_t slot,
                                sched_reason reason);
void korch__victims_fini(sched_victims *of);

#endif
