/*
 * Prospects: for a class of pods, the slots that it could get by driving others out, the cheapest
 * first. A slot enters with the least that it can cost and is looked at exactly when it comes first
 * (as A* does: Hart, Nilsson and Raphael, 1968), so that most slots never are.
 */
#ifndef KORCH_SCHEDULER_PROSPECTS_H
#define KORCH_SCHEDULER_PROSPECTS_H

#include "scheduler/preempt/lowest.h"
#include "scheduler/preempt/victims.h"

typedef struct sched_prospect {
	sched_toll toll; /* what it costs, or no more than that */
	uint32_t slot;
	uint64_t tie;
	int is_exact;
} sched_prospect;

typedef struct sched_prospects {
	sched_prospect *heap;
	uint32_t n;
	size_t cap;      /* slots that there is room for */
	uint32_t *place; /* in the heap, by slot; NONE: not in it */
	/* What it was made from: it holds as long as that is so. */
	uint64_t seen; /* of the log of touched slots */
	uint64_t generation;
	uint64_t budget_generation;
	uint64_t topology_version; /* these two, when other nodes' pods matter */
	uint64_t changed;
} sched_prospects;

/* What preemption keeps. */
struct sched_preempt {
	sched_lowests lowests;
	sched_victims victims;
	sched_prospects once;        /* of a class that was never asked before */
	KORCH_VEC(const char *) ids; /* of the last victims, referenced */
};

/* 1: *best is the cheapest slot, 0: there is none, or KORCH_E_NOMEM. The class must be up to date.
 */
int korch__prospects_best(sched_prospect *best, korch_scheduler *s, sched_class *class_);
void korch__prospects_fini(sched_prospects *of);

#endif
