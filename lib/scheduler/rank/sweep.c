/*
 * One sweep over the columns: NodeResourcesFit, NodeResourcesBalancedAllocation and the least tie
 * among the greatest totals, eight nodes at a time. score/resources.c computes the same for one.
 * Quotients are taken by the kept inverse and put right where that matters: doubles are exact below
 * KORCH__WIDE.
 */
#include "scheduler/rank/sweep.h"
#include "scheduler/rank/blocks.h"
#include "scheduler/score/resources.h"
#include <string.h>

/* Vectors are never handed over between functions that are compiled apart. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define LANES 8
/* More than an estimate of a score of balance is ever wrong. */
#define NEAR 1e-9

typedef int64_t ints __attribute__((vector_size(LANES * sizeof(int64_t)), aligned(8)));
typedef uint64_t ties __attribute__((vector_size(LANES * sizeof(uint64_t)), aligned(8)));
typedef ties wraps; /* sums and products of numbers that may be too great */
typedef double reals __attribute__((vector_size(LANES * sizeof(double)), aligned(8)));
typedef int8_t bytes __attribute__((vector_size(LANES), aligned(1)));

/* Flags of the eight nodes from `at` on, as one word. */
static inline uint64_t word(const uint8_t *flags, size_t at)
{
	uint64_t value;
	memcpy(&value, flags + at, sizeof(value));
	return value;
}

/* One resource of the two that scores look at. */
typedef struct sweep_resource {
	const int64_t *alloc;
	const int64_t *used;
	const int64_t *left;
	const int64_t *score_left; /* with what the score counts as used */
	const double *inverse;     /* of alloc, 0 where there is none */
	int64_t need;
	int64_t counted_need;
} sweep_resource;

typedef struct sweep {
	size_t n;             /* slots */
	sched_blocks *blocks; /* NULL: look at every node */
	const uint64_t *tie;
	const uint8_t *fails;
	uint64_t fails_that_count; /* the same byte eight times */
	const int64_t *left_pods;
	sweep_resource cpu, memory;
	const korch_scheduler *s;
	const sched_need *others; /* needs of other resources */
	size_t n_others;
	int most_allocated;
	int64_t fit_weight;
	int64_t balanced_weight; /* 0: left out */
} sweep;

#define SWEEP(name) name##_plain
#define SWEEP_TARGET
#include "scheduler/rank/sweep_body.h"

static void sweep_plain(const sweep *w, sched_best *out)
{
	sweep_all_plain(w, out);
}

#if defined(__x86_64__)
#define SWEEP(name) name##_avx2
#define SWEEP_TARGET __attribute__((target("avx2,fma")))
#include "scheduler/rank/sweep_body.h"

__attribute__((target("avx2,fma"))) static void sweep_avx2(const sweep *w, sched_best *out)
{
	sweep_all_avx2(w, out);
}

#define SWEEP(name) name##_avx512
#define SWEEP_TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw")))
#include "scheduler/rank/sweep_body.h"

__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw"))) static void
sweep_avx512(const sweep *w, sched_best *out)
{
	sweep_all_avx512(w, out);
}
#endif

int korch__sweep_has(sched_instructions set)
{
#if defined(__x86_64__)
	if (set == SWEEP_AVX512)
		return __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
		       __builtin_cpu_supports("avx512bw");
	if (set == SWEEP_AVX2)
		return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
	return set == SWEEP_PLAIN;
}

static void sweep_by(sched_instructions set, const sweep *w, sched_best *best)
{
#if defined(__x86_64__)
	if (set == SWEEP_AVX512) {
		sweep_avx512(w, best);
		return;
	}
	if (set == SWEEP_AVX2) {
		sweep_avx2(w, best);
		return;
	}
#endif
	(void)set;
	sweep_plain(w, best);
}

/* A resource that is not requested may be overdrawn on a node that will do; sweeps take what is
 * requested to be there. */
static int requests_both(const sched_shape *shape)
{
	return korch__shape_need(shape, RES_CPU) > 0 && korch__shape_need(shape, RES_MEMORY) > 0 &&
	       shape->score_cpu < KORCH__WIDE && shape->score_memory < KORCH__WIDE;
}

int korch__sweep_can(const korch_scheduler *s, const sched_class *c)
{
	const sched_shape *shape = c->shape;
	return c->profile->can_sweep && korch__filter_is_on(c->profile, FILTER_FIT) &&
	       c->layout.dims.n == 0 && shape->ports.n == 0 && shape->device_count == 0 &&
	       shape->device_share == 0 && requests_both(shape) && s->nominations.n == 0 &&
	       s->image_table.n == 0 && s->n_wide == 0 && s->n_partial == 0;
}

static sweep_resource resource_of(const korch_scheduler *s, const sched_shape *shape,
                                  uint32_t resource)
{
	int is_cpu = resource == RES_CPU;
	return (sweep_resource){.alloc = s->alloc[resource],
	                        .used = s->used[resource],
	                        .left = is_cpu ? s->left_cpu : s->left_memory,
	                        .score_left = is_cpu ? s->score_left_cpu : s->score_left_memory,
	                        .inverse = is_cpu ? s->inverse_cpu : s->inverse_memory,
	                        .need = korch__shape_need(shape, resource),
	                        .counted_need = is_cpu ? shape->score_cpu : shape->score_memory};
}

static void set_weights(sweep *w, const sched_class *c)
{
	for (size_t k = 0; k < c->profile->n_uses; k++) {
		const sched_use *use = &c->profile->uses[k];
		if (use->kind == SCORE_FIT)
			w->fit_weight = use->weight;
		if (use->kind == SCORE_BALANCED && !korch__balanced_is_skipped(c->profile, c->shape))
			w->balanced_weight = use->weight;
	}
}

int korch__sweep(korch_scheduler *s, const sched_class *c, sched_best *best)
{
	sched_instructions set = SWEEP_AVX512;
	while (!korch__sweep_has(set))
		set--;
	return korch__sweep_by(set, s, c, best);
}

int korch__sweep_by(sched_instructions set, korch_scheduler *s, const sched_class *c,
                    sched_best *best)
{
	const sched_shape *shape = c->shape;
	sweep w = {.n = s->slots.n,
	           .tie = s->tie,
	           .fails = c->eligibility->fails,
	           .fails_that_count = c->fails_that_count * UINT64_C(0x0101010101010101),
	           .left_pods = s->left_pods,
	           .cpu = resource_of(s, shape, RES_CPU),
	           .memory = resource_of(s, shape, RES_MEMORY),
	           .s = s,
	           .others = shape->needs.items,
	           .n_others = shape->needs.n,
	           .most_allocated = c->profile->fit_strategy == KORCH_FIT_MOST_ALLOCATED};
	set_weights(&w, c);
	if (w.n >= BLOCKS_FROM && korch__blocks_get(&w.blocks, s) < 0)
		return KORCH_E_NOMEM;
	/* Needs are ordered by resource: processor and memory come first. */
	while (w.n_others > 0 && w.others->resource <= RES_MEMORY) {
		w.others++;
		w.n_others--;
	}
	sweep_by(set, &w, best);
	return 0;
}
