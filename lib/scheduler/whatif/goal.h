/* What balancing improves: the variance of utilization, as sums that follow each move. */
#ifndef KORCH_SCHEDULER_WHATIF_GOAL_H
#define KORCH_SCHEDULER_WHATIF_GOAL_H

#include "scheduler/whatif/plan.h"

enum { GOAL_CPU, GOAL_MEMORY, GOAL_RESOURCES };

typedef struct plan_goal {
	const korch_scheduler *s;
	double n;                       /* nodes */
	double sum[GOAL_RESOURCES];     /* of the parts that are requested */
	double squares[GOAL_RESOURCES]; /* of these */
} plan_goal;

/* The goal when amounts have left a node and are nowhere yet. */
typedef struct plan_step {
	plan_goal after;
	double need[GOAL_RESOURCES];
	double before; /* value of the goal */
} plan_step;

void korch__goal_init(plan_goal *goal, const korch_scheduler *s);
/* The variance of the part of cpu that is requested, plus that of memory. */
double korch__goal_value(const plan_goal *goal);
/* What a pod requests of the resources. */
void korch__goal_need(double need[GOAL_RESOURCES], const sched_pod *pod);
/* Takes amounts off a slot that has them. */
void korch__goal_leave(plan_step *step, const plan_goal *goal, const double need[GOAL_RESOURCES],
                       uint32_t from);
/* By how much the value changes when they come to a slot: below 0 is better. */
double korch__goal_change(const plan_step *step, uint32_t to);
/* The pod is going to be moved. */
void korch__goal_move(plan_goal *goal, const sched_pod *pod, uint32_t to);
/* How far a slot is over the mean. */
double korch__goal_excess(const plan_goal *goal, uint32_t slot);

#endif
