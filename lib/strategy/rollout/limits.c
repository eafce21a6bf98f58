/*
 * maxSurge and maxUnavailable. Growing is reckoned with all that is still there, shrinking with no
 * more than is available and will be left: so the limits hold whichever part of a plan is carried
 * out first, and when the parts that lag have not caught up.
 */
#include "strategy/rollout/work.h"

korch__strategy_slack korch__strategy_limits(const korch__strategy_work *w)
{
	int64_t present = 0, available = 0, sizes = 0;
	int64_t least = korch__strategy_max(w->spec->replicas - w->spec->max_unavailable, 0);
	for (size_t i = 0; i < w->seen->n_revisions; i++) {
		const korch_strategy_revision *r = korch__strategy_at(w, i);
		if (korch__strategy_is_left_out(w, i))
			continue;
		present += korch__strategy_present(r);
		available += korch__strategy_available(r);
		sizes += r->size;
		if (i == w->current && !w->aborted)
			sizes -= r->size - korch__strategy_available(r);
	}
	return (korch__strategy_slack){
	    .room = (int64_t)w->spec->replicas + w->spec->max_surge - present,
	    .spare = available - least,
	    .most = sizes - least,
	};
}

void korch__strategy_grow(korch__strategy_work *w, size_t i, int32_t to,
                          korch__strategy_slack *slack)
{
	const korch_strategy_revision *r = korch__strategy_at(w, i);
	if (r->size >= to || slack->room <= 0)
		return;
	/* what is still there of a greater size counts already */
	int64_t counted = korch__strategy_present(r) - r->size;
	int64_t by = to - r->size;
	if (by > slack->room + counted)
		by = slack->room + counted;
	slack->room -= by > counted ? by - counted : 0;
	w->plan->targets[i].size = r->size + (int32_t)by;
}

void korch__strategy_shrink(korch__strategy_work *w, size_t i, int32_t to,
                            korch__strategy_slack *slack)
{
	const korch_strategy_revision *r = korch__strategy_at(w, i);
	int64_t unhealthy = r->size - korch__strategy_available(r);
	int64_t by = r->size - to;
	int64_t limit = unhealthy + (slack->spare > 0 ? slack->spare : 0);
	by = by < limit ? by : limit;
	if (i != w->current && by > slack->most)
		by = slack->most;
	if (by <= 0)
		return;
	slack->spare -= by > unhealthy ? by - unhealthy : 0;
	slack->most -= i != w->current ? by : 0;
	w->plan->targets[i].size = r->size - (int32_t)by;
}

static int is_older(const korch__strategy_work *w, size_t a, size_t b)
{
	int64_t x = korch__strategy_at(w, a)->number, y = korch__strategy_at(w, b)->number;
	return x < y || (x == y && a < b);
}

size_t korch__strategy_next_old(const korch__strategy_work *w, size_t after)
{
	size_t next = KORCH__STRATEGY_NONE;
	for (size_t i = 0; i < w->seen->n_revisions; i++) {
		if (i == w->current || w->seen->revisions[i].referenced ||
		    (after != KORCH__STRATEGY_NONE && !is_older(w, after, i)))
			continue;
		if (next == KORCH__STRATEGY_NONE || is_older(w, i, next))
			next = i;
	}
	return next;
}
