/*
 * Old revisions: they stay up for a while after their traffic is gone (scaleDownDelaySeconds), a
 * number of them at most, then go to 0, and of those of size 0 the newest are kept as history.
 */
#include "strategy/rollout/work.h"

/* Whether somebody may still be sent to it. */
static int is_in_use(const korch__strategy_work *w, size_t i)
{
	const korch_strategy_revision *r = korch__strategy_at(w, i);
	if (w->routed)
		return r->weight > 0 || w->plan->targets[i].weight > 0;
	if (w->spec->type != KORCH_STRATEGY_BLUE_GREEN)
		return 0;
	return korch__strategy_same(w->seen->active, r->hash) ||
	       (w->spec->has_preview && korch__strategy_same(w->seen->preview, r->hash));
}

/* Newer ones that wait like this one. */
static int32_t rank_of(const korch__strategy_work *w, size_t i)
{
	int32_t rank = 0;
	for (size_t j = 0; j < w->seen->n_revisions; j++) {
		const korch_strategy_revision *r = &w->seen->revisions[j];
		rank += j != i && korch__strategy_is_other(w, j) && r->size > 0 && !is_in_use(w, j) &&
		        r->number > w->seen->revisions[i].number;
	}
	return rank;
}

static void retire(korch__strategy_work *w, size_t i, int delays)
{
	const korch_strategy_revision *r = korch__strategy_at(w, i);
	korch_strategy_target *target = &w->plan->targets[i];
	int32_t limit = w->spec->scale_down_revision_limit;
	/* an intermediate revision of a rollout that goes on was never promoted: nobody goes back */
	int may_wait = delays && (w->current == w->stable || !w->routed);
	korch_usec at = r->scale_down_at;
	if (at <= 0 && may_wait)
		at = korch__later(w->now, w->spec->scale_down_delay_us);
	if (at <= w->now || r->size == 0 || (limit > 0 && rank_of(w, i) >= limit)) {
		target->size = 0;
		target->scale_down_at = 0;
		return;
	}
	target->scale_down_at = at;
	korch__strategy_wake(w, at);
}

void korch__strategy_retire(korch__strategy_work *w, int delays)
{
	for (size_t i = 0; i < w->seen->n_revisions; i++) {
		if (!korch__strategy_is_other(w, i) || w->frozen)
			continue;
		if (is_in_use(w, i))
			w->plan->targets[i].scale_down_at = 0;
		else if (!w->routed || w->seen->traffic_verified)
			retire(w, i, delays);
	}
}

/* By a service, or by the wished template. */
static int is_selected(const korch__strategy_work *w, const char *hash)
{
	const korch_strategy_observed *seen = w->seen;
	return korch__strategy_same(seen->current, hash) ||
	       korch__strategy_same(seen->canary_service, hash) ||
	       korch__strategy_same(seen->stable_service, hash) ||
	       korch__strategy_same(seen->active, hash) || korch__strategy_same(seen->preview, hash);
}

static int is_history(const korch__strategy_work *w, size_t i)
{
	const korch_strategy_revision *r = &w->seen->revisions[i];
	return korch__strategy_is_other(w, i) && r->size == 0 && w->plan->targets[i].size == 0 &&
	       r->present == 0 && r->weight == 0 && (!w->routed || w->seen->traffic_verified) &&
	       w->plan->targets[i].weight == 0 && !is_selected(w, r->hash);
}

void korch__strategy_history(korch__strategy_work *w)
{
	for (size_t i = 0; i < w->seen->n_revisions; i++) {
		int32_t newer = 0;
		if (!is_history(w, i))
			continue;
		for (size_t j = 0; j < w->seen->n_revisions; j++)
			newer += j != i && is_history(w, j) &&
			         w->seen->revisions[j].number > w->seen->revisions[i].number;
		w->plan->targets[i].remove = newer >= w->spec->history_limit;
	}
}
