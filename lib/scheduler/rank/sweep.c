/*
 * One sweep over the columns: NodeResourcesFit, NodeResourcesBalancedAllocation and the least tie
 * among the greatest totals, eight nodes at a time. score/resources.c computes the same for one.
 * Quotients of whole numbers are taken in doubles, which is exact below KORCH__WIDE.
 */
#include "scheduler/rank/sweep.h"
#include "scheduler/score/resources.h"
#include <string.h>

/* Vectors are never handed over between functions that are compiled apart. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define LANES 8

typedef int64_t ints __attribute__((vector_size(LANES * sizeof(int64_t)), aligned(8)));
typedef uint64_t ties __attribute__((vector_size(LANES * sizeof(uint64_t)), aligned(8)));
typedef double reals __attribute__((vector_size(LANES * sizeof(double)), aligned(8)));
typedef uint8_t bytes __attribute__((vector_size(LANES), aligned(1)));

typedef struct sweep {
	const korch_scheduler *s;
	const sched_shape *shape;
	const uint8_t *fails;
	uint8_t fails_that_count;
	int most_allocated;
	int64_t fit_weight;
	int64_t balanced_weight;
	int balanced_is_skipped;
	int fit_is_on;
} sweep;

static inline __attribute__((always_inline)) ints load(const int64_t *column, size_t at)
{
	return *(const ints *)(const void *)(column + at);
}

static inline __attribute__((always_inline)) ints choose(ints mask, ints yes, ints no)
{
	return (mask & yes) | (~mask & no);
}

static inline __attribute__((always_inline)) reals choose_real(ints mask, reals yes, reals no)
{
	return (reals)choose(mask, (ints)yes, (ints)no);
}

static inline __attribute__((always_inline)) ints all(int64_t value)
{
	return (ints){value, value, value, value, value, value, value, value};
}

/* All ones where the node will do. */
static inline __attribute__((always_inline)) ints feasible(const sweep *w, size_t at)
{
	const korch_scheduler *s = w->s;
	bytes fails = *(const bytes *)(const void *)(w->fails + at);
	ints ok = (__builtin_convertvector(fails, ints) & all(w->fails_that_count)) == 0;
	if (!w->fit_is_on)
		return ok;
	ok &= load(s->used[RES_PODS], at) < load(s->alloc[RES_PODS], at);
	for (size_t i = 0; i < w->shape->needs.n; i++) {
		const sched_need *need = &w->shape->needs.items[i];
		ints left = load(s->alloc[need->resource], at) - load(s->used[need->resource], at);
		ok &= left >= all(need->amount);
	}
	return ok;
}

/* 0 to 100 for one resource; 0 where there is none of it. */
static inline __attribute__((always_inline)) ints fit_one(const sweep *w, ints capacity,
                                                          ints wanted)
{
	ints over = wanted > capacity;
	ints part = w->most_allocated ? choose(over, capacity, wanted)
	                              : choose(over, all(0), capacity - wanted);
	reals whole =
	    choose_real(capacity == 0, (reals)all(0) + 1.0, __builtin_convertvector(capacity, reals));
	return __builtin_convertvector(__builtin_convertvector(part, reals) * 100.0 / whole, ints) &
	       (capacity != 0);
}

static inline __attribute__((always_inline)) ints fit(const sweep *w, size_t at)
{
	const korch_scheduler *s = w->s;
	ints cpu = load(s->alloc[RES_CPU], at), memory = load(s->alloc[RES_MEMORY], at);
	ints sum = fit_one(w, cpu, load(s->score_cpu, at) + all(w->shape->score_cpu)) +
	           fit_one(w, memory, load(s->score_memory, at) + all(w->shape->score_memory));
	ints both = (cpu != 0) & (memory != 0);
	return choose(both, sum >> 1, sum);
}

static inline __attribute__((always_inline)) reals fraction(ints capacity, ints wanted)
{
	reals whole =
	    choose_real(capacity == 0, (reals)all(0) + 1.0, __builtin_convertvector(capacity, reals));
	reals f = __builtin_convertvector(wanted, reals) / whole;
	return choose_real(f > 1.0, (reals)all(0) + 1.0, f);
}

static inline __attribute__((always_inline)) ints balanced(const sweep *w, size_t at)
{
	const korch_scheduler *s = w->s;
	ints cpu = load(s->alloc[RES_CPU], at), memory = load(s->alloc[RES_MEMORY], at);
	int64_t need_cpu = korch__shape_need(w->shape, RES_CPU),
	        need_memory = korch__shape_need(w->shape, RES_MEMORY);
	reals apart = (fraction(cpu, load(s->used[RES_CPU], at) + all(need_cpu)) -
	               fraction(memory, load(s->used[RES_MEMORY], at) + all(need_memory))) /
	              2.0;
	apart = choose_real(apart < 0.0, -apart, apart);
	apart = choose_real((cpu != 0) & (memory != 0), apart, (reals)all(0));
	return __builtin_convertvector((1.0 - apart) * 100.0, ints);
}

static inline __attribute__((always_inline)) void sweep_all(const sweep *w, sched_best *out)
{
	const korch_scheduler *s = w->s;
	ints best = all(-1), where = all(-1), count = all(0);
	ties tie = (ties)all(-1);
	ints here = {0, 1, 2, 3, 4, 5, 6, 7};
	for (size_t at = 0; at < s->slots.n; at += LANES, here += LANES) {
		ints ok = feasible(w, at);
		ints total = all(0);
		if (w->fit_weight > 0)
			total += fit(w, at) * w->fit_weight;
		if (!w->balanced_is_skipped)
			total += balanced(w, at) * w->balanced_weight;
		ties own = *(const ties *)(const void *)(s->tie + at);
		ints better = ok & ((total > best) | ((total == best) & (ints)(own < tie)));
		best = choose(better, total, best);
		where = choose(better, here, where);
		tie = (ties)choose(better, (ints)own, (ints)tie);
		count -= ok;
	}
	*out = (sched_best){.slot = NONE, .score = -1};
	uint64_t least = UINT64_MAX;
	for (size_t k = 0; k < LANES; k++) {
		out->feasible += (uint64_t)count[k];
		if (where[k] < 0 || best[k] < out->score || (best[k] == out->score && tie[k] >= least))
			continue;
		out->score = best[k];
		out->slot = (uint32_t)where[k];
		least = tie[k];
	}
}

static void sweep_plain(const sweep *w, sched_best *out)
{
	sweep_all(w, out);
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void sweep_avx2(const sweep *w, sched_best *out)
{
	sweep_all(w, out);
}

__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw"))) static void
sweep_avx512(const sweep *w, sched_best *out)
{
	sweep_all(w, out);
}
#endif

int korch__sweep_can(const korch_scheduler *s, const sched_class *c)
{
	return c->profile->can_sweep && c->layout.dims.n == 0 && c->shape->ports.n == 0 &&
	       c->shape->device_count == 0 && c->shape->device_share == 0 && s->nominations.n == 0 &&
	       s->image_table.n == 0 && !s->is_wide && c->shape->score_cpu < KORCH__WIDE &&
	       c->shape->score_memory < KORCH__WIDE;
}

void korch__sweep(const korch_scheduler *s, const sched_class *c, sched_best *best)
{
	sweep w = {.s = s,
	           .shape = c->shape,
	           .fails = c->eligibility->fails,
	           .fails_that_count = c->fails_that_count,
	           .most_allocated = c->profile->fit_strategy == KORCH_FIT_MOST_ALLOCATED,
	           .balanced_is_skipped = 1,
	           .fit_is_on = korch__filter_is_on(c->profile, FILTER_FIT)};
	for (size_t k = 0; k < c->profile->n_uses; k++) {
		const sched_use *use = &c->profile->uses[k];
		if (use->kind == SCORE_FIT)
			w.fit_weight = use->weight;
		if (use->kind == SCORE_BALANCED) {
			w.balanced_weight = use->weight;
			w.balanced_is_skipped = korch__balanced_is_skipped(c->profile, c->shape);
		}
	}
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
	    __builtin_cpu_supports("avx512bw")) {
		sweep_avx512(&w, best);
		return;
	}
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
		sweep_avx2(&w, best);
		return;
	}
#endif
	sweep_plain(&w, best);
}
