/*
 * A canary without a router: the share of replicas is the weight. The pair of sizes nearest to the
 * weight, within maxSurge and maxUnavailable. Argo's approximateWeightedCanaryStableReplicaCounts
 * asks the same; its older arithmetic surges by one more than maxSurge when it rounds, this one
 * never does.
 */
#include "strategy/rollout/work.h"

/* How far a pair is from the weight, as a fraction of total × max_weight. */
static int64_t distance(const korch__strategy_work *w, int64_t canary, int64_t total)
{
	int64_t d = canary * w->max_weight - total * w->wish;
	return d < 0 ? -d : d;
}

typedef struct pair {
	int64_t canary, total;
} pair;

static void consider(const korch__strategy_work *w, pair *best, int64_t canary, int64_t total)
{
	int is_between = w->wish > 0 && w->wish < w->max_weight;
	if (is_between && total >= 2) /* each revision has one */
		canary = canary < 1 ? 1 : canary > total - 1 ? total - 1 : canary;
	int64_t d = distance(w, canary, total) * (best->total > 0 ? best->total : 1);
	int64_t b = distance(w, best->canary, best->total) * total;
	if (best->total == 0 || (is_between && best->total < 2) || d < b)
		*best = (pair){canary, total};
}

void korch__strategy_basic_goals(korch__strategy_work *w)
{
	int64_t replicas = w->spec->replicas;
	pair best = {0, 0};
	w->old_size = 0;
	if (w->full || replicas == 0)
		return;
	int is_between = w->wish > 0 && w->wish < w->max_weight;
	for (int64_t total = replicas; total <= replicas + (is_between && w->spec->max_surge > 0);
	     total++) {
		int64_t low = total * w->wish / w->max_weight;
		consider(w, &best, (total * w->wish + w->max_weight - 1) / w->max_weight, total);
		consider(w, &best, low, total);
	}
	w->size = (int32_t)best.canary;
	w->old_size = (int32_t)(best.total - best.canary);
}

void korch__strategy_basic(korch__strategy_work *w)
{
	korch__strategy_slack slack = korch__strategy_limits(w);
	int has_stable = w->stable != KORCH__STRATEGY_NONE && w->stable != w->current;
	int has_current = w->current != KORCH__STRATEGY_NONE;
	if (has_stable)
		korch__strategy_grow(w, w->stable, w->old_size, &slack);
	if (has_current && !w->state->aborted)
		korch__strategy_grow(w, w->current, w->size, &slack);
	for (size_t i = 0; i < w->plan->n_targets; i++) {
		if (korch__strategy_is_other(w, i))
			korch__strategy_shrink(w, i, 0, &slack);
	}
	if (has_current && (!w->state->aborted || w->aborted))
		korch__strategy_shrink(w, w->current, w->size, &slack);
	if (has_stable)
		korch__strategy_shrink(w, w->stable, w->old_size, &slack);
	for (size_t i = 0; i < w->plan->n_targets; i++)
		w->plan->targets[i].scale_down_at = 0;
}
