/*
 * The body of a sweep, included once for each set of instructions: SWEEP(name) makes the names
 * different, SWEEP_TARGET names the set. Vectors of GCC and Clang are lowered for the function's
 * own target, so each helper has to bear it, too.
 */
#define SWEEP_FUNCTION static inline __attribute__((always_inline)) SWEEP_TARGET

SWEEP_FUNCTION ints SWEEP(load)(const int64_t *column, size_t at)
{
	return *(const ints *)(const void *)(column + at);
}

SWEEP_FUNCTION reals SWEEP(load_real)(const double *column, size_t at)
{
	return *(const reals *)(const void *)(column + at);
}

SWEEP_FUNCTION ints SWEEP(choose)(ints mask, ints yes, ints no)
{
	return (mask & yes) | (~mask & no);
}

SWEEP_FUNCTION ints SWEEP(all)(int64_t value)
{
	return (ints){value, value, value, value, value, value, value, value};
}

SWEEP_FUNCTION reals SWEEP(all_real)(double value)
{
	return (reals){value, value, value, value, value, value, value, value};
}

/* 1 when a lane is all ones. */
SWEEP_FUNCTION int SWEEP(any)(ints mask)
{
	bytes narrow = __builtin_convertvector(mask, bytes);
	uint64_t value;
	memcpy(&value, &narrow, sizeof(value));
	return value != 0;
}

/* All ones where the filters of the node itself let the pod in. */
SWEEP_FUNCTION ints SWEEP(eligible)(const sweep *w, size_t at)
{
	uint64_t fails = word(w->fails, at) & w->fails_that_count;
	if (fails == 0)
		return SWEEP(all)(-1);
	ints ok = SWEEP(all)(0);
	for (size_t k = 0; k < LANES; k++)
		ok[k] = (fails >> (8 * k) & 0xff) == 0 ? -1 : 0;
	return ok;
}

/* All ones where the requests fit. */
SWEEP_FUNCTION ints SWEEP(fits)(const sweep *w, size_t at)
{
	ints ok = SWEEP(load)(w->left_pods, at) > 0;
	ok &= SWEEP(load)(w->cpu.left, at) >= w->cpu.need;
	ok &= SWEEP(load)(w->memory.left, at) >= w->memory.need;
	for (size_t i = 0; i < w->n_others; i++) {
		const sched_need *need = &w->others[i];
		ok &= SWEEP(load)(w->s->alloc[need->resource], at) -
		          SWEEP(load)(w->s->used[need->resource], at) >=
		      need->amount;
	}
	return ok;
}

/* 0 to 100 for one resource. A quotient of whole numbers below KORCH__WIDE is further from the next
 * whole number than the inverse is wrong, once a half is added to what is divided. */
SWEEP_FUNCTION ints SWEEP(fit_one)(const sweep *w, const sweep_resource *r, size_t at)
{
	ints part = SWEEP(load)(r->score_left, at) - r->counted_need;
	part &= part > 0;
	if (w->most_allocated)
		part = SWEEP(load)(r->alloc, at) - part;
	reals hundredfold = __builtin_convertvector(part, reals) * 100.0 + 0.5;
	return __builtin_convertvector(hundredfold * SWEEP(load_real)(r->inverse, at), ints);
}

SWEEP_FUNCTION reals SWEEP(apart)(reals cpu, reals memory)
{
	return (reals)((ints)(cpu - memory) & INT64_MAX);
}

/* 100 × (1 − half of the distance of the fractions). Only nodes that fit count, so that no fraction
 * is above 1. Where the estimate by the inverse is next to a whole number, the fractions are
 * divided as kube-scheduler does it. */
SWEEP_FUNCTION ints SWEEP(balanced)(const sweep *w, size_t at)
{
	reals cpu = __builtin_convertvector(SWEEP(load)(w->cpu.left, at) - w->cpu.need, reals);
	reals memory = __builtin_convertvector(SWEEP(load)(w->memory.left, at) - w->memory.need, reals);
	reals value = 100.0 - 50.0 * SWEEP(apart)(cpu * SWEEP(load_real)(w->cpu.inverse, at),
	                                          memory * SWEEP(load_real)(w->memory.inverse, at));
	ints below = __builtin_convertvector(value - NEAR, ints),
	     above = __builtin_convertvector(value + NEAR, ints);
	if (!SWEEP(any)(below != above))
		return below;
	cpu = __builtin_convertvector(SWEEP(load)(w->cpu.used, at) + w->cpu.need, reals) /
	      __builtin_convertvector(SWEEP(load)(w->cpu.alloc, at), reals);
	memory = __builtin_convertvector(SWEEP(load)(w->memory.used, at) + w->memory.need, reals) /
	         __builtin_convertvector(SWEEP(load)(w->memory.alloc, at), reals);
	return __builtin_convertvector((1.0 - SWEEP(apart)(cpu, memory) / 2.0) * 100.0, ints);
}

/* The weighted total of eight nodes. What comes out for those that do not fit counts for nothing;
 * without signs, so that it may be too great. */
SWEEP_FUNCTION ints SWEEP(total)(const sweep *w, size_t at)
{
	wraps total = (wraps)SWEEP(all)(0);
	if (w->fit_weight > 0)
		total = (wraps)((ints)((wraps)SWEEP(fit_one)(w, &w->cpu, at) +
		                       (wraps)SWEEP(fit_one)(w, &w->memory, at)) >>
		                1);
	if (w->fit_weight > 1)
		total *= (uint64_t)w->fit_weight;
	if (w->balanced_weight == 1)
		total += (wraps)SWEEP(balanced)(w, at);
	else if (w->balanced_weight > 1)
		total += (wraps)SWEEP(balanced)(w, at) * (uint64_t)w->balanced_weight;
	return (ints)total;
}

/* The best nodes so far, lane by lane. */
typedef struct SWEEP(lanes) {
	ints best;
	ints where;
	ints tie;
	ints count;
} SWEEP(lanes);

SWEEP_FUNCTION void SWEEP(sweep_range)(const sweep *w, size_t at, size_t end, SWEEP(lanes) * to)
{
	ints best = to->best, where = to->where, count = to->count;
	ties tie = (ties)to->tie;
	ints here = (ints){0, 1, 2, 3, 4, 5, 6, 7} + (int64_t)at;
	for (; at < end; at += LANES, here += LANES) {
		ints ok = SWEEP(eligible)(w, at) & SWEEP(fits)(w, at);
		count -= ok;
		ints total = SWEEP(total)(w, at);
		ties own = *(const ties *)(const void *)(w->tie + at);
		ints better = ok & ((total > best) | ((total == best) & (ints)(own < tie)));
		best = SWEEP(choose)(better, total, best);
		where = SWEEP(choose)(better, here, where);
		tie = (ties)SWEEP(choose)(better, (ints)own, (ints)tie);
	}
	*to = (SWEEP(lanes)){.best = best, .where = where, .tie = (ints)tie, .count = count};
}

/* The best of all lanes. */
SWEEP_FUNCTION void SWEEP(best_lane)(const SWEEP(lanes) * from, sched_best *out, uint64_t *least)
{
	*out = (sched_best){.slot = NONE, .score = -1};
	*least = UINT64_MAX;
	for (size_t k = 0; k < LANES; k++) {
		uint64_t tie = (uint64_t)from->tie[k];
		out->feasible += (uint64_t)from->count[k];
		if (from->where[k] < 0 || from->best[k] < out->score ||
		    (from->best[k] == out->score && tie >= *least))
			continue;
		out->score = from->best[k];
		out->slot = (uint32_t)from->where[k];
		*least = tie;
	}
}

/* The most that a block's nodes can reach in one resource's score. */
SWEEP_FUNCTION reals SWEEP(bound_fit)(const sweep *w, const sched_bounds *of,
                                      const sweep_resource *r, size_t b)
{
	reals counted = SWEEP(all_real)((double)r->counted_need);
	reals part = w->most_allocated ? SWEEP(load_real)(of->most_counted, b) +
	                                     counted * SWEEP(load_real)(of->most_inverse, b)
	                               : SWEEP(load_real)(of->most_left, b) -
	                                     counted * SWEEP(load_real)(of->least_inverse, b);
	reals value = part * 100.0 + NEAR;
	return __builtin_convertvector(__builtin_convertvector(value, ints), reals);
}

/* The least that the fractions of a block's nodes can be apart. */
SWEEP_FUNCTION reals SWEEP(bound_apart)(const sweep *w, const sched_blocks *blocks, size_t b)
{
	const sched_bounds *c = &blocks->cpu, *m = &blocks->memory;
	double need_c = (double)w->cpu.need, need_m = (double)w->memory.need;
	reals low_c =
	    SWEEP(load_real)(c->least_used, b) + SWEEP(load_real)(c->least_inverse, b) * need_c;
	reals high_c =
	    SWEEP(load_real)(c->most_used, b) + SWEEP(load_real)(c->most_inverse, b) * need_c;
	reals low_m =
	    SWEEP(load_real)(m->least_used, b) + SWEEP(load_real)(m->least_inverse, b) * need_m;
	reals high_m =
	    SWEEP(load_real)(m->most_used, b) + SWEEP(load_real)(m->most_inverse, b) * need_m;
	reals one = low_c - high_m, other = low_m - high_c;
	reals gap = (reals)SWEEP(choose)(one > other, (ints)one, (ints)other);
	return (reals)((ints)gap & (gap > 0.0));
}

/* The most that a block's nodes can reach in all; below 0 where the pod fits on none. */
SWEEP_FUNCTION void SWEEP(bound_blocks)(const sweep *w, const sched_blocks *blocks)
{
	for (size_t b = 0; b < blocks->n; b += LANES) {
		reals sum = SWEEP(bound_fit)(w, &blocks->cpu, &w->cpu, b) +
		            SWEEP(bound_fit)(w, &blocks->memory, &w->memory, b);
		ints fit = __builtin_convertvector(sum * 0.5, ints);
		ints balanced =
		    __builtin_convertvector(100.0 - 50.0 * SWEEP(bound_apart)(w, blocks, b) + NEAR, ints);
		reals total =
		    __builtin_convertvector(fit * w->fit_weight + balanced * w->balanced_weight, reals);
		ints room = (SWEEP(load_real)(blocks->cpu.most_free, b) >= (double)w->cpu.need) &
		            (SWEEP(load_real)(blocks->memory.most_free, b) >= (double)w->memory.need);
		*(reals *)(void *)(blocks->most + b) =
		    (reals)SWEEP(choose)(room, (ints)total, (ints)SWEEP(all_real)(-1.0));
	}
}

static inline int SWEEP(block_may_win)(const sched_blocks *blocks, size_t b, const sched_best *best,
                                       uint64_t tie)
{
	double most = blocks->most[b];
	return most >= 0 && (best->slot == NONE || most > (double)best->score ||
	                     (most >= (double)best->score && blocks->least_tie[b] < tie));
}

/* The most promising block first, so that most of the others need not be looked into. */
SWEEP_FUNCTION void SWEEP(sweep_blocks)(const sweep *w, sched_blocks *blocks, SWEEP(lanes) * lanes,
                                        sched_best *out)
{
	size_t first = 0;
	uint64_t tie = UINT64_MAX;
	SWEEP(bound_blocks)(w, blocks);
	for (size_t b = 1; b < blocks->n; b++)
		first = blocks->most[b] > blocks->most[first] ? b : first;
	*out = (sched_best){.slot = NONE};
	blocks->looked = 0;
	for (size_t i = 0; i <= blocks->n; i++) {
		size_t b = i == 0 ? first : i - 1;
		if ((i > 0 && b == first) || !SWEEP(block_may_win)(blocks, b, out, tie))
			continue;
		blocks->looked++;
		size_t end = (b + 1) * BLOCK_SLOTS;
		SWEEP(sweep_range)(w, b * BLOCK_SLOTS, end < w->n ? end : w->n, lanes);
		SWEEP(best_lane)(lanes, out, &tie);
	}
}

/* `usual`: least allocated and balanced, weight 1 each, and no other resource is needed. */
SWEEP_FUNCTION void SWEEP(sweep_nodes)(const sweep *from, int usual, sched_best *out)
{
	sweep copy = *from;
	if (usual) {
		copy.n_others = 0;
		copy.most_allocated = 0;
		copy.fit_weight = copy.balanced_weight = 1;
	}
	uint64_t tie;
	SWEEP(lanes)
	lanes = {.best = SWEEP(all)(-1), .where = SWEEP(all)(-1), .tie = SWEEP(all)(-1)};
	if (copy.blocks) {
		SWEEP(sweep_blocks)(&copy, copy.blocks, &lanes, out);
		return;
	}
	SWEEP(sweep_range)(&copy, 0, copy.n, &lanes);
	SWEEP(best_lane)(&lanes, out, &tie);
}

SWEEP_FUNCTION void SWEEP(sweep_all)(const sweep *w, sched_best *out)
{
	if (w->n_others == 0 && !w->most_allocated && w->fit_weight == 1 && w->balanced_weight == 1)
		SWEEP(sweep_nodes)(w, 1, out);
	else
		SWEEP(sweep_nodes)(w, 0, out);
}

#undef SWEEP_FUNCTION
#undef SWEEP_TARGET
#undef SWEEP
