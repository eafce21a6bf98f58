/*
 * Terms: what the pods of one shape and one label set want of other pods: affinity, anti-affinity,
 * spread, each as a counter and a number. Shared by all pods that want the same.
 */
#ifndef KORCH_SCHEDULER_TERMS_H
#define KORCH_SCHEDULER_TERMS_H

#include "scheduler/shape/labelset.h"
#include "scheduler/shape/shape.h"
#include "scheduler/topology/counter.h"

typedef struct sched_want {
	sched_counter *counter; /* referenced */
	int32_t weight;         /* preferences: negative for anti-affinity; owned: 0 = required
	                           anti-affinity */
	int32_t max_skew;       /* spread */
	int32_t min_domains;
	int32_t self; /* spread: the pod itself matches */
} sched_want;

typedef KORCH_VEC(sched_want) sched_wants;

struct sched_terms {
	uint32_t refs;
	uint32_t n_pods; /* that are known and have them */
	uint64_t hash;
	sched_wants affinity;  /* required: all of them */
	sched_wants anti;      /* required */
	sched_wants spread;    /* DoNotSchedule */
	sched_wants soft;      /* ScheduleAnyway */
	sched_wants preferred; /* affinity and anti-affinity by weight */
	sched_wants owned;     /* what is said to others */
	int32_t self;          /* the pod itself satisfies all required affinity */
};

/* One more reference. 0, KORCH_E_INVALID or KORCH_E_NOMEM. */
int korch__terms_get(sched_terms **out, korch_scheduler *s, const sched_shape *shape,
                     const sched_labelset *labels, korch_error **err);
sched_terms *korch__terms_ref(sched_terms *terms);
/* A pod that has them is known now (1), or no more (-1): what they say to others is heard. NULL is
 * fine. */
void korch__terms_own(korch_scheduler *s, sched_terms *terms, int sign);
void korch__terms_unref(korch_scheduler *s, sched_terms *terms); /* NULL is fine */
void korch__terms_init(korch_scheduler *s);

#endif
