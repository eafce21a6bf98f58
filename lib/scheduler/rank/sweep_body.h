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
	ints ok;
	for (size_t k = 0; k < LANES; k++)
		ok[k] = (fails >> (8 * k) & 0xff) == 0 ? -1 : 0;
	return ok;
}

/* All ones where the requests fit. */
SWEEP_FUNCTION ints SWEEP(fits)(const sweep *w, size_t at)
{
	ints ok = SWEEP(load)(w->pods_used, at) < SWEEP(load)(w->pods_alloc, at);
	ok &= SWEEP(load)(w->cpu.alloc, at) - SWEEP(load)(w->cpu.used, at) >= w->cpu.need;
	ok &= SWEEP(load)(w->memory.alloc, at) - SWEEP(load)(w->memory.used, at) >= w->memory.need;
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
	ints capacity = SWEEP(load)(r->alloc, at);
	ints wanted = SWEEP(load)(r->counted, at) + r->counted_need;
	ints over = wanted > capacity;
	ints part =
	    w->most_allocated ? SWEEP(choose)(over, capacity, wanted) : ~over & (capacity - wanted);
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
	reals cpu = __builtin_convertvector(SWEEP(load)(w->cpu.used, at) + w->cpu.need, reals);
	reals memory = __builtin_convertvector(SWEEP(load)(w->memory.used, at) + w->memory.need, reals);
	reals value = 100.0 - 50.0 * SWEEP(apart)(cpu * SWEEP(load_real)(w->cpu.inverse, at),
	                                          memory * SWEEP(load_real)(w->memory.inverse, at));
	ints below = __builtin_convertvector(value - NEAR, ints),
	     above = __builtin_convertvector(value + NEAR, ints);
	if (!SWEEP(any)(below != above))
		return below;
	reals cpu_whole = __builtin_convertvector(SWEEP(load)(w->cpu.alloc, at), reals);
	reals memory_whole = __builtin_convertvector(SWEEP(load)(w->memory.alloc, at), reals);
	return __builtin_convertvector(
	    (1.0 - SWEEP(apart)(cpu / cpu_whole, memory / memory_whole) / 2.0) * 100.0, ints);
}

/* The weighted total of eight nodes. */
SWEEP_FUNCTION ints SWEEP(total)(const sweep *w, size_t at)
{
	ints total = SWEEP(all)(0);
	if (w->fit_weight > 0)
		total = (SWEEP(fit_one)(w, &w->cpu, at) + SWEEP(fit_one)(w, &w->memory, at)) >> 1;
	if (w->fit_weight > 1)
		total *= w->fit_weight;
	if (w->balanced_weight == 1)
		total += SWEEP(balanced)(w, at);
	else if (w->balanced_weight > 1)
		total += SWEEP(balanced)(w, at) * w->balanced_weight;
	return total;
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
	const sweep *w = &copy;
	ints best = SWEEP(all)(-1), where = SWEEP(all)(-1), count = SWEEP(all)(0);
	ties tie = (ties)SWEEP(all)(-1);
	ints here = {0, 1, 2, 3, 4, 5, 6, 7};
	for (size_t at = 0; at < w->n; at += LANES, here += LANES) {
		ints ok = SWEEP(eligible)(w, at) & SWEEP(fits)(w, at);
		count -= ok;
		ints total = SWEEP(total)(w, at);
		ties own = *(const ties *)(const void *)(w->tie + at);
		ints better = ok & ((total > best) | ((total == best) & (ints)(own < tie)));
		best = SWEEP(choose)(better, total, best);
		where = SWEEP(choose)(better, here, where);
		tie = (ties)SWEEP(choose)(better, (ints)own, (ints)tie);
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
