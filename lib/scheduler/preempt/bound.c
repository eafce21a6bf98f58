/* What a slot costs at least, told by its least important pods, without looking at any pod. */
#include "scheduler/preempt/bound.h"
#include "scheduler/profile/profile.h"

/* How many of the lowest pods must go so that this much of a resource is free; 0: all of them are
 * not enough. What is not known of a resource asks for one. */
static int64_t victims_for(const sched_lowest *lowest, uint32_t resource, int64_t missing)
{
	int64_t sum = resource == RES_CPU ? lowest->sum_cpu : lowest->sum_memory,
	        most = resource == RES_CPU ? lowest->most_cpu : lowest->most_memory;
	if (resource != RES_CPU && resource != RES_MEMORY)
		return 1;
	return missing > sum ? 0 : missing <= most ? 1 : (missing - 1) / most + 1;
}

/* How many of the lowest pods must go at least; 0: a more important one must, -1: it is in vain. */
static int64_t count_victims(const korch_scheduler *s, const sched_shape *shape,
                             const sched_lowest *lowest, uint32_t slot)
{
	int64_t n = s->used[RES_PODS][slot] + 1 - s->alloc[RES_PODS][slot];
	int above = n > lowest->n;
	n = n < 1 ? 1 : n;
	for (size_t i = 0; i < shape->needs.n; i++) {
		const sched_need *need = &shape->needs.items[i];
		int64_t all = s->alloc[need->resource][slot];
		if (need->amount > all)
			return -1;
		int64_t missing = need->amount - (all - s->used[need->resource][slot]);
		if (missing <= 0)
			continue;
		int64_t wanted = victims_for(lowest, need->resource, missing);
		above |= wanted == 0;
		n = wanted > n ? wanted : n;
	}
	return above ? 0 : n;
}

int korch__preempt_bound(sched_toll *toll, const korch_scheduler *s, const sched_class *c,
                         const sched_lowest *lowest, uint32_t slot)
{
	int32_t priority = c->shape->priority;
	if ((c->eligibility->fails[slot] & c->fails_that_count) || lowest->n == 0 ||
	    lowest->priority >= priority)
		return 0;
	int64_t n =
	    korch__filter_is_on(c->profile, FILTER_FIT) ? count_victims(s, c->shape, lowest, slot) : 1;
	if (n < 0 || (n == 0 && lowest->priority + 1 >= priority))
		return 0;
	if (n == 0) {
		*toll = (sched_toll){.priority = lowest->priority + 1, .start = INT64_MAX, .n = 1};
		toll->sum = toll->priority + PRIORITY_BASE;
		return 1;
	}
	/* So many of the lowest go, and of these one started no later than the last but so many. */
	*toll = (sched_toll){.priority = lowest->priority,
	                     .start = lowest->latest[n < LATEST ? n - 1 : LATEST - 1],
	                     .n = (uint32_t)n};
	toll->sum = n * (lowest->priority + PRIORITY_BASE);
	return 1;
}
