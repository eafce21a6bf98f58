/*
 * RollingUpdate, as Kubernetes' Deployment controller reckons it: the current revision grows as far
 * as maxSurge allows, of the old ones those go first that are not available, then as many as
 * maxUnavailable allows, oldest first. An aborted one goes back as a canary of weight 0.
 */
#include "strategy/rollout/work.h"

static int is_complete(const korch__strategy_work *w)
{
	const korch_strategy_revision *r = korch__strategy_at(w, w->current);
	return w->current < w->seen->n_revisions && r->size == w->spec->replicas &&
	       r->available >= w->spec->replicas && korch__strategy_old_present(w) == 0;
}

void korch__strategy_rolling_advance(korch__strategy_work *w)
{
	if (w->current != w->stable && !w->state->aborted && !w->spec->paused && is_complete(w))
		korch__strategy_promote(w);
}

static void remove_unhealthy(korch__strategy_work *w, korch__strategy_slack *slack)
{
	size_t i = KORCH__STRATEGY_NONE;
	while ((i = korch__strategy_next_old(w, i)) != KORCH__STRATEGY_NONE && slack->most > 0) {
		const korch_strategy_revision *r = korch__strategy_at(w, i);
		int64_t unhealthy = r->size - korch__strategy_available(r);
		unhealthy = unhealthy < slack->most ? unhealthy : slack->most;
		w->plan->targets[i].size = r->size - (int32_t)unhealthy;
		slack->most -= unhealthy;
	}
}

static void remove_spare(korch__strategy_work *w, korch__strategy_slack *slack)
{
	size_t i = KORCH__STRATEGY_NONE;
	while ((i = korch__strategy_next_old(w, i)) != KORCH__STRATEGY_NONE && slack->spare > 0) {
		korch_strategy_target *target = &w->plan->targets[i];
		int64_t by = korch__strategy_available(korch__strategy_at(w, i));
		by = by < target->size ? by : target->size;
		by = by < slack->spare ? by : slack->spare;
		target->size -= (int32_t)by;
		slack->spare -= by;
	}
}

void korch__strategy_rolling(korch__strategy_work *w)
{
	if (w->aborted) {
		w->size = 0;
		w->old_size = w->spec->replicas;
		korch__strategy_basic(w);
		return;
	}
	if (korch__strategy_rescale(w) || w->current == KORCH__STRATEGY_NONE || w->state->aborted)
		return;
	korch__strategy_slack slack = korch__strategy_limits(w);
	const korch_strategy_revision *r = korch__strategy_at(w, w->current);
	if (r->size > w->spec->replicas) {
		w->plan->targets[w->current].size = w->spec->replicas;
		slack.spare -= korch__strategy_max(korch__strategy_available(r) - w->spec->replicas, 0);
	}
	korch__strategy_grow(w, w->current, w->spec->replicas, &slack);
	if (slack.most > 0) {
		remove_unhealthy(w, &slack);
		remove_spare(w, &slack);
	}
}
