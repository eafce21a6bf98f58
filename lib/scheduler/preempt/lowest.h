/*
 * What is known of the least important pods of each slot: enough to say at once what driving pods
 * out of it costs at least. Brought up to date from the log of touched slots.
 */
#ifndef KORCH_SCHEDULER_LOWEST_H
#define KORCH_SCHEDULER_LOWEST_H

#include "scheduler/state/state.h"

/* Starts that are kept. */
enum { LATEST = 4 };

/* Of the pods of a slot that have the lowest priority there. */
typedef struct sched_lowest {
	int32_t priority;
	uint32_t n; /* 0: the slot has no pods */
	/* When the last ones of them started, the latest first; INT64_MAX for one that has not */
	int64_t latest[LATEST];
	int64_t most_cpu, sum_cpu; /* requested by one, by all of them */
	int64_t most_memory, sum_memory;
} sched_lowest;

typedef struct sched_lowests {
	sched_lowest *of; /* by slot */
	size_t cap;
	uint64_t seen; /* of the log of touched slots */
} sched_lowests;

/* When a pod started; one that has not yet counts as starting last, as Kubernetes has it. */
static inline int64_t korch__pod_start(const sched_pod *pod)
{
	return pod->start_time ? pod->start_time : INT64_MAX;
}
/* 0 or KORCH_E_NOMEM. */
int korch__lowests_refresh(const korch_scheduler *s, sched_lowests *lowests);
void korch__lowests_fini(sched_lowests *lowests);

#endif
