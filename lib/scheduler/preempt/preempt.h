/* Preemption, as the rest of the scheduler sees it. */
#ifndef KORCH_SCHEDULER_PREEMPT_INTERNAL_H
#define KORCH_SCHEDULER_PREEMPT_INTERNAL_H

#include "scheduler/rank/class.h"
#include "scheduler/state/nominate.h"

/* 1: the class's pods may drive others out, and somebody might be less important. */
int korch__preempt_is_allowed(const korch_scheduler *s, const sched_class *class_);
/* 1: a pod of the class that is nominated nowhere could drive others out, 0, or KORCH_E_NOMEM. */
int korch__preempt_is_possible(korch_scheduler *s, sched_class *class_);
/* 1: nobody that was driven out for the pod is leaving the node that it was nominated to, 0, or
 * KORCH_E_NOMEM. The class must be up to date; own: its nomination, suspended, or NULL. */
int korch__preempt_may_try(korch_scheduler *s, const sched_class *class_, const korch_pod *pod,
                           const sched_nomination *own);
/* Brings everything up to date that asking needs. 0 or KORCH_E_NOMEM. */
int korch__preempt_prepare(korch_scheduler *s, sched_class *class_);
void korch__preempt_words_free(sched_class *class_);
/* 1: so could a pod that keeps room on a node: nobody whom it drove out is leaving there any more.
 * 0, or KORCH_E_NOMEM. */
int korch__preempt_is_possible_again(korch_scheduler *s, sched_class *class_,
                                     sched_nomination *own);
void korch__preempt_free_class(korch_scheduler *s, sched_class *class_);
void korch__preempt_free(korch_scheduler *s);

#endif
