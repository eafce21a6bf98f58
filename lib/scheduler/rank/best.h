/* The best node for a class, by a ranking or by a sweep. */
#ifndef KORCH_SCHEDULER_BEST_H
#define KORCH_SCHEDULER_BEST_H

#include "scheduler/rank/sweep.h"

/* 0 or KORCH_E_NOMEM; best->score is the whole weighted total. */
int korch__best(korch_scheduler *s, sched_class *class_, sched_best *best);
/* 1: all filters let the class's pods onto the slot, 0, or KORCH_E_NOMEM. */
int korch__slot_will_do(korch_scheduler *s, sched_class *class_, uint32_t slot);
/* As korch__best(), but a pod that was nominated goes where room was made for it, when it can. */
int korch__best_for(korch_scheduler *s, sched_class *class_, const sched_nomination *own,
                    sched_best *best);

#endif
