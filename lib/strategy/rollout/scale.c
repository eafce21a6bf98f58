/*
 * A rolling update whose `replicas` changed on the way, or that is paused: the new number is spread
 * over the revisions in proportion, as Kubernetes does. One difference: where the proportion would
 * take available replicas and leave others that are not, beyond maxUnavailable, the latter go.
 */
#include "strategy/rollout/work.h"

/* The only revision with replicas, or the newest when none has any; NONE when there are several. */
static size_t only_active(const korch__strategy_work *w)
{
	size_t active = KORCH__STRATEGY_NONE, newest = KORCH__STRATEGY_NONE, n = 0;
	for (size_t i = 0; i < w->seen->n_revisions; i++) {
		const korch_strategy_revision *r = &w->seen->revisions[i];
		if (korch__strategy_is_left_out(w, i))
			continue;
		if (newest == KORCH__STRATEGY_NONE || r->number > w->seen->revisions[newest].number)
			newest = i;
		if (r->size > 0) {
			active = i;
			n++;
		}
	}
	if (n == 0)
		return w->current != KORCH__STRATEGY_NONE ? w->current : newest;
	return n == 1 ? active : KORCH__STRATEGY_NONE;
}

/* What the revision's share of the change is. */
static int64_t share_of(const korch__strategy_work *w, const korch_strategy_revision *r)
{
	int64_t before = (int64_t)w->seen->state.replicas + w->seen->state.surge;
	int64_t after = (int64_t)w->spec->replicas + w->spec->max_surge;
	if (w->spec->replicas == 0)
		return -r->size;
	if (before <= 0)
		return 0;
	int64_t size = ((int64_t)r->size * after + before / 2) / before; /* fits: 2^31 by 2^32 */
	return (size > INT32_MAX ? INT32_MAX : size) - r->size;
}

/* The next of the active ones that are not done: the largest, of equal ones the newest when growing
 * and the oldest when shrinking. */
static size_t next_active(const korch__strategy_work *w, uint64_t done, int growing)
{
	size_t best = KORCH__STRATEGY_NONE;
	for (size_t i = 0; i < w->seen->n_revisions; i++) {
		const korch_strategy_revision *r = &w->seen->revisions[i];
		if (done >> i & 1 || r->size <= 0 || korch__strategy_is_left_out(w, i))
			continue;
		const korch_strategy_revision *b =
		    best == KORCH__STRATEGY_NONE ? NULL : &w->seen->revisions[best];
		if (!b || r->size > b->size ||
		    (r->size == b->size && (growing ? r->number > b->number : r->number < b->number)))
			best = i;
	}
	return best;
}

static void spread(korch__strategy_work *w, int64_t to_add)
{
	int64_t added = 0;
	uint64_t done = 0;
	size_t first = KORCH__STRATEGY_NONE, i;
	while (to_add != 0 && (i = next_active(w, done, to_add > 0)) != KORCH__STRATEGY_NONE) {
		int64_t left = to_add - added;
		int64_t share = left ? share_of(w, &w->seen->revisions[i]) : 0;
		if (to_add > 0 ? share > left : share < left)
			share = left;
		if (to_add > 0 ? share < 0 : share > 0)
			share = 0;
		w->plan->targets[i].size += (int32_t)share;
		added += share;
		done |= UINT64_C(1) << i;
		first = first == KORCH__STRATEGY_NONE ? i : first;
	}
	if (first != KORCH__STRATEGY_NONE) {
		int64_t size = w->plan->targets[first].size + to_add - added;
		w->plan->targets[first].size = (int32_t)(size < 0 ? 0 : size);
	}
}

/* Available replicas that the plan takes away beyond maxUnavailable stay, others go for them. */
static void keep_available(korch__strategy_work *w)
{
	int64_t lack = (int64_t)w->spec->replicas - w->spec->max_unavailable;
	korch_strategy_target *targets = w->plan->targets;
	size_t n = w->seen->n_revisions;
	for (size_t i = 0; i < n; i++) {
		const korch_strategy_revision *r = &w->seen->revisions[i];
		if (!korch__strategy_is_left_out(w, i))
			lack -= korch__strategy_min(korch__strategy_available(r), targets[i].size);
	}
	for (size_t i = 0; i < n && lack > 0; i++) {
		int32_t lost = korch__strategy_available(&w->seen->revisions[i]) - targets[i].size;
		for (size_t j = 0; j < n && lost > 0 && lack > 0; j++) {
			const korch_strategy_revision *r = &w->seen->revisions[j];
			int32_t moved = targets[j].size - korch__strategy_available(r);
			moved = korch__strategy_min(moved, lost);
			moved = moved < lack ? moved : (int32_t)lack;
			if (j == i || moved <= 0 || korch__strategy_is_left_out(w, j))
				continue;
			targets[i].size += moved;
			targets[j].size -= moved;
			lost -= moved;
			lack -= moved;
		}
	}
}

static void proportional(korch__strategy_work *w)
{
	int64_t sizes = 0, present = 0, replicas = w->spec->replicas;
	int64_t allowed = replicas > 0 ? replicas + w->spec->max_surge : 0;
	for (size_t i = 0; i < w->seen->n_revisions; i++) {
		const korch_strategy_revision *r = &w->seen->revisions[i];
		if (korch__strategy_is_left_out(w, i))
			continue;
		sizes += r->size;
		present += korch__strategy_present(r);
	}
	int64_t to_add = allowed - sizes;
	if (to_add > 0) /* what is still there counts against maxSurge */
		to_add = allowed > present ? allowed - present : 0;
	spread(w, to_add);
	keep_available(w);
}

static int is_saturated(const korch__strategy_work *w)
{
	if (w->current == KORCH__STRATEGY_NONE)
		return 0;
	const korch_strategy_revision *r = korch__strategy_at(w, w->current);
	return r->size == w->spec->replicas && korch__strategy_available(r) == w->spec->replicas;
}

int korch__strategy_rescale(korch__strategy_work *w)
{
	const korch_strategy_state *was = &w->seen->state;
	int is_changed = was->replicas != w->spec->replicas && was->replicas > 0;
	if (!is_changed && !w->spec->paused)
		return 0;
	size_t only = only_active(w);
	if (only != KORCH__STRATEGY_NONE) {
		if (only >= w->seen->n_revisions)
			return w->spec->paused;
		korch__strategy_slack slack = korch__strategy_limits(w);
		korch__strategy_grow(w, only, w->spec->replicas, &slack);
		if (w->seen->revisions[only].size > w->spec->replicas)
			w->plan->targets[only].size = w->spec->replicas;
		return 1;
	}
	if (is_saturated(w)) {
		for (size_t i = 0; i < w->seen->n_revisions; i++) {
			if (i != w->current && !korch__strategy_is_left_out(w, i))
				w->plan->targets[i].size = 0;
		}
		return 1;
	}
	proportional(w);
	return 1;
}
