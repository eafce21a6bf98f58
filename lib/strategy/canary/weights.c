/*
 * Weights of a canary with a router. Two movements: the current revision goes up to what its step
 * wishes, at once and only when it can carry all of that; everything else goes back to the stable
 * one as fast as that can carry it. When replicas are lost weight goes to where there is spare
 * capacity, and stays when there is none.
 */
#include "strategy/rollout/work.h"

static int32_t weight_of(const korch__strategy_work *w, size_t i)
{
	return i < w->plan->n_targets ? w->plan->targets[i].weight : 0;
}

/* Whether the canary service, if there is one, selects the current revision: a router that goes by
 * services would send its share to another one before. */
static int is_service_switched(const korch__strategy_work *w)
{
	return !w->seen->canary_service || w->spec->replicas == 0 || w->current == w->stable ||
	       w->stable == KORCH__STRATEGY_NONE ||
	       korch__strategy_same(w->seen->canary_service, w->state->current);
}

/* What the current one should get now. */
static int32_t current_goal(const korch__strategy_work *w)
{
	if (w->current == KORCH__STRATEGY_NONE)
		return 0;
	if (w->current >= w->seen->n_revisions && w->stable != w->current &&
	    w->stable != KORCH__STRATEGY_NONE)
		return 0;
	if ((w->current == w->stable || w->stable == KORCH__STRATEGY_NONE) && !w->state->aborted)
		return w->total;
	const korch_strategy_revision *r = korch__strategy_at(w, w->current);
	if (r->weight >= w->wish)
		return w->wish;
	if (w->spec->paused)
		return r->weight;
	int32_t can = korch__strategy_min(korch__strategy_ready(r), korch__strategy_available(r));
	if (korch__strategy_capacity(w, can) >= w->wish && is_service_switched(w))
		return w->wish;
	return r->weight;
}

static int32_t goal_of(const korch__strategy_work *w, size_t i)
{
	if (i == w->current)
		return w->goal;
	return i == w->stable ? w->total - w->goal : 0;
}

static int32_t spare_of(const korch__strategy_work *w, size_t i)
{
	if (i >= w->seen->n_revisions) /* it is not there, or not yet */
		return 0;
	int32_t ready = korch__strategy_ready(korch__strategy_at(w, i));
	return korch__strategy_max(korch__strategy_capacity(w, ready) - weight_of(w, i), 0);
}

static int32_t room_of(const korch__strategy_work *w, size_t i)
{
	if (i >= w->seen->n_revisions)
		return 0;
	return korch__strategy_min(goal_of(w, i) - weight_of(w, i), spare_of(w, i));
}

/* Moves up to so much; *left is what could not be moved yet. */
static void give(korch__strategy_work *w, size_t to, int32_t room, int32_t *left)
{
	int32_t part = korch__strategy_min(room, *left);
	if (part <= 0)
		return;
	w->plan->targets[to].weight += part;
	*left -= part;
}

static void take(korch__strategy_work *w, size_t i, int32_t *excess)
{
	if (i >= w->plan->n_targets || *excess <= 0)
		return;
	int32_t part = korch__strategy_min(w->plan->targets[i].weight, *excess);
	w->plan->targets[i].weight -= part;
	*excess -= part;
}

/* Weights sum to the total: an experiment takes from the stable one, and what nobody has goes to
 * who can carry it. If nobody can there is still nobody better than the stable one. */
static void fit_total(korch__strategy_work *w)
{
	int32_t left = w->total;
	for (size_t i = 0; i < w->plan->n_targets; i++)
		left -= w->plan->targets[i].weight;
	int32_t excess = -left;
	take(w, w->stable, &excess);
	for (size_t i = 0; i < w->plan->n_targets && excess > 0; i++)
		take(w, i, &excess);
	if (left <= 0)
		return;
	give(w, w->stable, room_of(w, w->stable), &left);
	give(w, w->current, room_of(w, w->current), &left);
	give(w, w->stable, spare_of(w, w->stable), &left);
	give(w, w->current, spare_of(w, w->current), &left); /* aborted, too: before any overload */
	size_t last = w->stable != KORCH__STRATEGY_NONE ? w->stable : w->current;
	if (last < w->plan->n_targets)
		give(w, last, left, &left);
}

static void tell(korch__strategy_work *w)
{
	for (size_t i = 0; i < w->plan->n_targets; i++) {
		if (w->plan->targets[i].weight != korch__strategy_at(w, i)->weight) {
			korch__strategy_event(w, KORCH_STRATEGY_EVENT_WEIGHT);
			return;
		}
	}
}

void korch__strategy_canary_fit(korch__strategy_work *w)
{
	int64_t sum = 0;
	for (size_t i = 0; i < w->plan->n_targets; i++)
		sum += w->plan->targets[i].weight;
	w->goal = korch__strategy_min(korch__strategy_at(w, w->current)->weight, w->total);
	if (sum > 0)
		fit_total(w);
	tell(w);
}

static void move_surplus(korch__strategy_work *w, size_t i)
{
	if (i == KORCH__STRATEGY_NONE)
		return;
	int32_t surplus = weight_of(w, i) - goal_of(w, i), before = surplus;
	if (surplus <= 0)
		return;
	if (i != w->stable)
		give(w, w->stable, room_of(w, w->stable), &surplus);
	if (i != w->current)
		give(w, w->current, room_of(w, w->current), &surplus);
	w->plan->targets[i].weight -= before - surplus;
}

static void move_all_surplus(korch__strategy_work *w)
{
	for (size_t i = 0; i < w->plan->n_targets; i++) {
		if (i != w->current && i != w->stable)
			move_surplus(w, i);
	}
	move_surplus(w, w->current);
	move_surplus(w, w->stable);
}

/* A canary that should have nothing, or was aborted, does not help out. */
static int can_help(const korch__strategy_work *w, size_t i)
{
	if (i == w->current && i != w->stable)
		return !w->state->aborted && w->wish > 0 && weight_of(w, i) > 0;
	return i == w->stable || weight_of(w, i) > 0;
}

static void move_overload(korch__strategy_work *w, size_t i)
{
	int32_t ready = korch__strategy_ready(korch__strategy_at(w, i));
	int32_t over = weight_of(w, i) - korch__strategy_capacity(w, ready), before = over;
	if (over <= 0)
		return;
	give(w, w->stable, i == w->stable ? 0 : spare_of(w, w->stable), &over);
	for (size_t j = 0; j < w->plan->n_targets && over > 0; j++) {
		if (j != i && can_help(w, j))
			give(w, j, spare_of(w, j), &over);
	}
	w->plan->targets[i].weight -= before - over;
}

void korch__strategy_canary_weights(korch__strategy_work *w)
{
	korch_strategy_plan *plan = w->plan;
	w->goal = korch__strategy_min(current_goal(w), w->total);
	if (w->current == KORCH__STRATEGY_NONE && w->stable == KORCH__STRATEGY_NONE)
		return;
	fit_total(w);
	if (!w->frozen || w->aborted)
		move_all_surplus(w);
	for (size_t i = 0; i < plan->n_targets; i++)
		move_overload(w, i);
	tell(w);
}
