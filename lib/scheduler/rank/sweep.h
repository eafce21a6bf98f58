/*
 * Sweeps: the best node for pods that are not seen often enough to be worth a ranking, by scoring
 * all nodes at once over the columns, several in one instruction.
 */
#ifndef KORCH_SCHEDULER_SWEEP_H
#define KORCH_SCHEDULER_SWEEP_H

#include "scheduler/rank/class.h"

typedef struct sched_best {
	uint32_t slot; /* NONE: no node is feasible */
	int64_t score;
	uint64_t feasible; /* of the nodes that had to be looked at */
} sched_best;

/* 1: the class's filters and scores can be computed so; its layout must be up to date. */
int korch__sweep_can(const korch_scheduler *s, const sched_class *class_);
/* The best node, and the scores that depend on it alone. 0 or KORCH_E_NOMEM. */
int korch__sweep(korch_scheduler *s, const sched_class *class_, sched_best *best);

/* The sets of instructions that sweeps are compiled for; the result is the same with each. */
typedef enum sched_instructions { SWEEP_PLAIN, SWEEP_AVX2, SWEEP_AVX512 } sched_instructions;
/* 1: the processor has them. */
int korch__sweep_has(sched_instructions set);
int korch__sweep_by(sched_instructions set, korch_scheduler *s, const sched_class *class_,
                    sched_best *best);

#endif
