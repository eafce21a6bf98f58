/* Revisions: finding them, their sums, and how weights and replicas correspond. */
#include "strategy/rollout/work.h"

size_t korch__strategy_find(const korch_strategy_observed *seen, const char *hash)
{
	for (size_t i = 0; hash && i < seen->n_revisions; i++) {
		if (korch__strategy_same(seen->revisions[i].hash, hash))
			return i;
	}
	return KORCH__STRATEGY_NONE;
}

int korch__strategy_is_other(const korch__strategy_work *w, size_t i)
{
	return i != w->current && i != w->stable && !korch__strategy_at(w, i)->referenced;
}

int korch__strategy_is_left_out(const korch__strategy_work *w, size_t i)
{
	return i != w->current && i != w->stable && korch__strategy_at(w, i)->referenced;
}

int32_t korch__strategy_ready(const korch_strategy_revision *r)
{
	return korch__strategy_min(r->ready, r->size);
}

int32_t korch__strategy_available(const korch_strategy_revision *r)
{
	return korch__strategy_min(r->available, r->size);
}

int32_t korch__strategy_present(const korch_strategy_revision *r)
{
	return korch__strategy_max(r->present, r->size);
}

int32_t korch__strategy_capacity(const korch__strategy_work *w, int32_t ready)
{
	if (ready >= w->spec->replicas)
		return w->max_weight;
	return (int32_t)((int64_t)ready * w->max_weight / w->spec->replicas);
}

int32_t korch__strategy_need(const korch__strategy_work *w, int32_t weight)
{
	int64_t product = (int64_t)w->spec->replicas * weight;
	return (int32_t)((product + w->max_weight - 1) / w->max_weight);
}

int64_t korch__strategy_old_present(const korch__strategy_work *w)
{
	int64_t sum = 0;
	for (size_t i = 0; i < w->plan->n_targets; i++) {
		const korch_strategy_revision *r = korch__strategy_at(w, i);
		if (i != w->current && !r->referenced)
			sum += korch__strategy_present(r);
	}
	return sum;
}

void korch__strategy_event(korch__strategy_work *w, int32_t event)
{
	if (w->plan->n_events < KORCH_STRATEGY_EVENTS_MAX)
		w->plan->events[w->plan->n_events++] = event;
}

void korch__strategy_wake(korch__strategy_work *w, korch_usec at)
{
	if (at < w->plan->wake_at)
		w->plan->wake_at = at;
}
