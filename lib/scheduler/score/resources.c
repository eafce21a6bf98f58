/*
 * NodeResourcesFit's strategies and NodeResourcesBalancedAllocation as kube-scheduler v1.33
 * computes them (integers and doubles in the same order of operations); best fit and dot product.
 */
#include "scheduler/score/resources.h"
#include <math.h>

/* rank/sweep_body.h computes the same for many nodes at a time: change both. */

static int64_t plus(int64_t a, int64_t b)
{
	int64_t sum;
	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* 100 × part / whole, rounded down; 0 ≤ part ≤ whole. */
static int64_t percent(int64_t part, int64_t whole)
{
	return (int64_t)((__int128)part * 100 / whole);
}

/* What would be requested of a resource with the pod there. */
static int64_t requested(const korch_scheduler *s, const sched_shape *shape, uint32_t resource,
                         uint32_t slot)
{
	if (resource == RES_CPU)
		return plus(s->score_cpu[slot], shape->score_cpu);
	if (resource == RES_MEMORY)
		return plus(s->score_memory[slot], shape->score_memory);
	return plus(s->used[resource][slot], korch__shape_need(shape, resource));
}

/* Extended resources count only for pods that request them. */
static int is_left_out(const sched_shape *shape, uint32_t resource)
{
	return resource >= RES_FIXED && korch__shape_need(shape, resource) == 0;
}

/* The broken line through the points of a shape. */
static int64_t shape_value(const sched_profile *profile, int64_t utilization)
{
	const korch_shape_point *points = profile->shape;
	size_t n = profile->n_shape;
	for (size_t i = 0; i < n; i++) {
		int64_t at = points[i].utilization, score = (int64_t)points[i].score * 10;
		if (utilization > at)
			continue;
		if (i == 0)
			return score;
		int64_t at_before = points[i - 1].utilization,
		        score_before = (int64_t)points[i - 1].score * 10;
		return score_before + (score - score_before) * (utilization - at_before) / (at - at_before);
	}
	return (int64_t)points[n - 1].score * 10;
}

static int64_t one_score(const sched_profile *profile, int64_t wanted, int64_t capacity)
{
	switch (profile->fit_strategy) {
	case KORCH_FIT_MOST_ALLOCATED:
		return wanted > capacity ? 100 : percent(wanted, capacity);
	case KORCH_FIT_REQUESTED_TO_CAPACITY_RATIO:
		return shape_value(profile, wanted > capacity ? 100 : percent(wanted, capacity));
	default:
		return wanted > capacity ? 0 : percent(capacity - wanted, capacity);
	}
}

int64_t korch__fit_score(const korch_scheduler *s, const sched_profile *profile,
                         const sched_shape *shape, uint32_t slot)
{
	int is_ratio = profile->fit_strategy == KORCH_FIT_REQUESTED_TO_CAPACITY_RATIO;
	int64_t sum = 0, weights = 0;
	for (size_t i = 0; i < profile->n_fit; i++) {
		const sched_weight *one = &profile->fit[i];
		int64_t capacity = s->alloc[one->resource][slot];
		if (capacity == 0 || is_left_out(shape, one->resource))
			continue;
		int64_t score = one_score(profile, requested(s, shape, one->resource, slot), capacity);
		if (is_ratio && score <= 0)
			continue;
		sum += score * one->weight;
		weights += one->weight;
	}
	if (weights == 0)
		return 0;
	return is_ratio ? (int64_t)round((double)sum / (double)weights) : sum / weights;
}

int korch__balanced_is_skipped(const sched_profile *profile, const sched_shape *shape)
{
	for (size_t i = 0; i < profile->n_balanced; i++) {
		if (korch__shape_need(shape, profile->balanced[i].resource) > 0)
			return 0;
	}
	return 1;
}

static double deviation(const double *fractions, size_t n)
{
	if (n < 2)
		return 0;
	if (n == 2)
		return fabs((fractions[0] - fractions[1]) / 2);
	double total = 0, sum = 0;
	for (size_t i = 0; i < n; i++)
		total += fractions[i];
	double mean = total / (double)n;
	for (size_t i = 0; i < n; i++)
		sum = sum + (fractions[i] - mean) * (fractions[i] - mean);
	return sqrt(sum / (double)n);
}

int64_t korch__balanced_score(const korch_scheduler *s, const sched_profile *profile,
                              const sched_shape *shape, uint32_t slot)
{
	double fractions[RESOURCES_SCORED_MAX];
	size_t n = 0;
	if (korch__balanced_is_skipped(profile, shape))
		return 0;
	for (size_t i = 0; i < profile->n_balanced; i++) {
		uint32_t resource = profile->balanced[i].resource;
		int64_t capacity = s->alloc[resource][slot];
		if (capacity == 0 || is_left_out(shape, resource))
			continue;
		int64_t wanted = plus(s->used[resource][slot], korch__shape_need(shape, resource));
		double fraction = (double)wanted / (double)capacity;
		fractions[n++] = fraction > 1 ? 1 : fraction;
	}
	return (int64_t)((1 - deviation(fractions, n)) * 100);
}

/* What a score of packing tells apart: ten-thousandths. */
#define FINE 10000

/* Best fit on the scarcest dimension: the less is left of the resource of which the least is left,
 * the better. */
int64_t korch__best_fit_score(const korch_scheduler *s, const sched_shape *shape, uint32_t slot)
{
	double least = 1;
	for (size_t i = 0; i < shape->needs.n; i++) {
		const sched_need *need = &shape->needs.items[i];
		int64_t capacity = s->alloc[need->resource][slot];
		if (capacity == 0)
			continue;
		double left =
		    (double)(capacity - s->used[need->resource][slot] - need->amount) / (double)capacity;
		least = left < least ? left : least;
	}
	return (int64_t)((1 - least) * FINE);
}

/* Alignment of what is requested with what is free (Grandl et al., Tetris, SIGCOMM 2014): sum over
 * the resources of request × free, both as fractions of the node. */
int64_t korch__dot_product_score(const korch_scheduler *s, const sched_shape *shape, uint32_t slot)
{
	double sum = 0;
	for (size_t i = 0; i < shape->needs.n; i++) {
		const sched_need *need = &shape->needs.items[i];
		double capacity = (double)s->alloc[need->resource][slot];
		if (capacity > 0)
			sum += (double)need->amount / capacity *
			       ((double)(s->alloc[need->resource][slot] - s->used[need->resource][slot]) /
			        capacity);
	}
	return (int64_t)(sum * FINE);
}
