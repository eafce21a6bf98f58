/* Variances of utilization. */
#include "scheduler/whatif/goal.h"

static double inverse_of(const korch_scheduler *s, int resource, uint32_t slot)
{
	return resource == GOAL_CPU ? s->inverse_cpu[slot] : s->inverse_memory[slot];
}

/* The part of a resource that is requested; 0 where there is none of it. */
static double part_of(const korch_scheduler *s, int resource, uint32_t slot)
{
	uint32_t r = resource == GOAL_CPU ? RES_CPU : RES_MEMORY;
	return (double)s->used[r][slot] * inverse_of(s, resource, slot);
}

void korch__goal_init(plan_goal *goal, const korch_scheduler *s)
{
	*goal = (plan_goal){.s = s};
	for (uint32_t i = 0; i < s->slots.n; i++) {
		if (!s->slots.items[i]->node)
			continue;
		goal->n += 1;
		for (int r = 0; r < GOAL_RESOURCES; r++) {
			double part = part_of(s, r, i);
			goal->sum[r] += part;
			goal->squares[r] += part * part;
		}
	}
}

double korch__goal_value(const plan_goal *goal)
{
	double variance = 0;
	for (int r = 0; r < GOAL_RESOURCES && goal->n > 0; r++) {
		double mean = goal->sum[r] / goal->n;
		variance += goal->squares[r] / goal->n - mean * mean;
	}
	return variance > 0 ? variance : 0;
}

void korch__goal_need(double need[GOAL_RESOURCES], const sched_pod *pod)
{
	need[GOAL_CPU] = (double)korch__shape_need(pod->shape, RES_CPU);
	need[GOAL_MEMORY] = (double)korch__shape_need(pod->shape, RES_MEMORY);
}

/* Amounts come to a slot (sign 1) or leave it (-1). */
static void change_slot(plan_goal *goal, const double need[GOAL_RESOURCES], uint32_t slot,
                        double sign)
{
	for (int r = 0; r < GOAL_RESOURCES; r++) {
		double part = part_of(goal->s, r, slot),
		       more = sign * need[r] * inverse_of(goal->s, r, slot);
		goal->sum[r] += more;
		goal->squares[r] += more * (2 * part + more);
	}
}

void korch__goal_leave(plan_step *step, const plan_goal *goal, const double need[GOAL_RESOURCES],
                       uint32_t from)
{
	step->after = *goal;
	step->before = korch__goal_value(goal);
	for (int r = 0; r < GOAL_RESOURCES; r++)
		step->need[r] = need[r];
	change_slot(&step->after, need, from, -1);
}

double korch__goal_change(const plan_step *step, uint32_t to)
{
	plan_goal after = step->after;
	change_slot(&after, step->need, to, 1);
	return korch__goal_value(&after) - step->before;
}

void korch__goal_move(plan_goal *goal, const sched_pod *pod, uint32_t to)
{
	double need[GOAL_RESOURCES];
	korch__goal_need(need, pod);
	change_slot(goal, need, pod->slot, -1);
	change_slot(goal, need, to, 1);
}

double korch__goal_excess(const plan_goal *goal, uint32_t slot)
{
	double excess = 0;
	for (int r = 0; r < GOAL_RESOURCES; r++) {
		double over = part_of(goal->s, r, slot) - goal->sum[r] / goal->n;
		excess += over > 0 ? over * over : 0;
	}
	return excess;
}
