/* What a slot costs at least, in no time. */
#ifndef KORCH_SCHEDULER_BOUND_H
#define KORCH_SCHEDULER_BOUND_H

#include "scheduler/preempt/lowest.h"
#include "scheduler/preempt/victims.h"

/* 1: the slot cannot be had for less than *toll; 0: it cannot be had. The class's eligibility must
 * be up to date. */
int korch__preempt_bound(sched_toll *toll, const korch_scheduler *s, const sched_class *class_,
                         const sched_lowest *lowest, uint32_t slot);

#endif
