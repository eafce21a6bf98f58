/*
 * Label sets: what selectors see of a pod, its namespace and labels. One for all pods that have
 * the same; knows the matchers that it satisfies.
 */
#ifndef KORCH_SCHEDULER_LABELSET_H
#define KORCH_SCHEDULER_LABELSET_H

#include "scheduler/state/state.h"

typedef struct sched_existing sched_existing; /* topology/existing.h */

struct sched_labelset {
	uint32_t refs;
	uint64_t hash;
	const char *namespace_; /* block string */
	const korch_map *labels;
	size_t n_counted;                   /* pods of it that the topology counts */
	KORCH_VEC(sched_matcher *) matches; /* borrowed: a matcher that goes takes itself out */
	sched_existing *existing;           /* what terms of other pods say of these; see existing.c */
	uint64_t existing_generation;
	KORCH_VEC(sched_budget *) budgets; /* borrowed: that preemption looks at for such pods */
	uint64_t budget_generation;        /* when they were found, 0 = never */
};

/* One more reference, or NULL when memory is short. */
sched_labelset *korch__labelset_get(korch_scheduler *s, const char *namespace_,
                                    const korch_map *labels);
sched_labelset *korch__labelset_ref(sched_labelset *set);
void korch__labelset_unref(korch_scheduler *s, sched_labelset *set);
void korch__labelsets_init(korch_scheduler *s);
void korch__labelsets_free(korch_scheduler *s);

#endif
