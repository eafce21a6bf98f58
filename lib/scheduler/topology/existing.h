/*
 * What pods that are there say about pods of a label set: the counters in which somebody keeps such
 * pods away or likes them near. One for all label sets that are told the same.
 */
#ifndef KORCH_SCHEDULER_EXISTING_H
#define KORCH_SCHEDULER_EXISTING_H

#include "scheduler/topology/counter.h"

struct sched_existing {
	uint32_t refs;
	uint64_t hash;
	size_t n;
	sched_counter **counters; /* referenced */
};

/*
 * What is told to pods of a label set that have these terms themselves (NULL: none): the first of
 * them are told what they will say to those that follow, so that all are of one class. Not
 * referenced for the caller, who has to do so at once; *out is NULL when nobody says anything. 0 or
 * KORCH_E_NOMEM.
 */
int korch__existing_get(sched_existing **out, korch_scheduler *s, sched_labelset *set,
                        const sched_terms *own);
sched_existing *korch__existing_ref(sched_existing *existing);            /* NULL is fine */
void korch__existing_unref(korch_scheduler *s, sched_existing *existing); /* NULL is fine */
void korch__existing_init(korch_scheduler *s);

#endif
