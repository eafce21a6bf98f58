/*
 * Sizes of a canary with a router. Nothing is scaled below what it carries, by the weights that are
 * in force and by those of this plan; while it is not sure which are in force nothing shrinks.
 */
#include "strategy/rollout/work.h"

static void settle(korch__strategy_work *w, size_t i, int32_t size)
{
	const korch_strategy_revision *r = korch__strategy_at(w, i);
	korch_strategy_target *target = &w->plan->targets[i];
	int32_t weight = korch__strategy_max(r->weight, target->weight);
	if (size < r->size) {
		int32_t least = w->seen->traffic_verified ? korch__strategy_need(w, weight) : r->size;
		size = korch__strategy_max(size, korch__strategy_min(least, r->size));
	}
	target->size = size;
}

/* An aborted revision stays up for a while after its weight is gone, and never grows again. */
static void settle_aborted(korch__strategy_work *w)
{
	const korch_strategy_revision *r = korch__strategy_at(w, w->current);
	korch_strategy_target *target = &w->plan->targets[w->current];
	korch_usec delay = w->spec->abort_scale_down_delay_us;
	target->scale_down_at = 0;
	if (delay < 0) {
		settle(w, w->current, 0);
		return;
	}
	target->size = r->size;
	if (delay == 0 || r->size == 0 || r->weight > 0 || target->weight > 0 ||
	    !w->seen->traffic_verified)
		return;
	korch_usec at = r->scale_down_at > 0 ? r->scale_down_at : korch__later(w->now, delay);
	if (w->now >= at) {
		settle(w, w->current, 0);
		return;
	}
	target->scale_down_at = at;
	korch__strategy_wake(w, at);
}

static int32_t stable_size(const korch__strategy_work *w)
{
	if (!w->spec->dynamic_stable || w->stable == w->current || w->aborted)
		return w->spec->replicas;
	/* what the current one lost the replicas for comes back: else it would stay overloaded */
	const korch_strategy_revision *r = korch__strategy_at(w, w->current);
	int32_t carried =
	    korch__strategy_min(w->goal, korch__strategy_capacity(w, korch__strategy_ready(r)));
	int32_t size = korch__strategy_need(w, w->max_weight - carried);
	return size > 0 ? korch__strategy_max(size, w->spec->min_per_revision) : 0;
}

void korch__strategy_canary_sizes(korch__strategy_work *w)
{
	if (w->stable != KORCH__STRATEGY_NONE) {
		settle(w, w->stable, stable_size(w));
		w->plan->targets[w->stable].scale_down_at = 0;
	}
	if (w->current != KORCH__STRATEGY_NONE && w->current != w->stable) {
		if (w->aborted) {
			settle_aborted(w);
		} else if (!w->state->aborted) {
			settle(w, w->current, w->size);
			w->plan->targets[w->current].scale_down_at = 0;
		}
	}
	korch__strategy_retire(w, w->spec->scale_down_delay_us > 0);
}
