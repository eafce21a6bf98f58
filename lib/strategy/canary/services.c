/*
 * The services of a canary. The canary service goes to the current revision when that has something
 * ready and nothing is sent through the service any more, and to the stable one after an abort:
 * each of these once.
 */
#include "strategy/rollout/work.h"

static int is_ready(const korch__strategy_work *w, size_t i)
{
	return i < w->seen->n_revisions &&
	       (korch__strategy_ready(&w->seen->revisions[i]) > 0 || w->spec->replicas == 0);
}

/* Weight of a revision in between that will not get back to the stable one, which is whole and
 * broken, while the current one can carry it: without the service nobody could ever take it. */
static int is_stranded(const korch__strategy_work *w, size_t i)
{
	const korch_strategy_revision *seen = w->seen->revisions;
	if (i == w->current || w->current >= w->seen->n_revisions || w->stable >= w->seen->n_revisions)
		return 0;
	const korch_strategy_revision *stable = &seen[w->stable];
	return stable->size >= w->spec->replicas &&
	       korch__strategy_capacity(w, korch__strategy_ready(stable)) <= stable->weight &&
	       korch__strategy_capacity(w, korch__strategy_ready(&seen[w->current])) >=
	           korch__strategy_max(seen[i].weight, w->wish);
}

/* Whether the service may leave the revision: a router that goes by services sends its weight
 * through it. One that selects the stable revision is at rest. */
static int is_free(const korch__strategy_work *w, const char *hash)
{
	size_t i = korch__strategy_find(w->seen, hash);
	if (!w->routed || i == KORCH__STRATEGY_NONE || i == w->stable)
		return 1;
	return w->seen->traffic_verified && (w->seen->revisions[i].weight == 0 || is_stranded(w, i));
}

static const char *hash_of(const korch__strategy_work *w, size_t i)
{
	return i == w->stable ? w->state->stable : w->state->current;
}

void korch__strategy_canary_services(korch__strategy_work *w)
{
	const korch_strategy_observed *seen = w->seen;
	if (w->frozen) /* another template is wished already */
		return;
	size_t canary = w->aborted ? w->stable : w->current;
	size_t stable = w->stable != KORCH__STRATEGY_NONE ? w->stable : w->current;
	if (canary != KORCH__STRATEGY_NONE && is_ready(w, canary) && is_free(w, seen->canary_service) &&
	    !korch__strategy_same(seen->canary_service, hash_of(w, canary)))
		w->plan->canary_service = hash_of(w, canary);
	if (stable != KORCH__STRATEGY_NONE && is_ready(w, stable) &&
	    !korch__strategy_same(seen->stable_service, hash_of(w, stable)))
		w->plan->stable_service = hash_of(w, stable);
}
