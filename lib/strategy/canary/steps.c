/*
 * The steps of a canary: what they wish for, and when one is done. One at a time: the plan that
 * finds a step done only notes it, and what the next one wishes comes with the next plan.
 */
#include "strategy/rollout/work.h"

const korch_strategy_step *korch__strategy_step(const korch__strategy_work *w)
{
	if (w->spec->type != KORCH_STRATEGY_CANARY || w->state->step >= (int32_t)w->spec->n_steps)
		return NULL;
	return &w->spec->steps[w->state->step];
}

static int32_t weight_so_far(const korch__strategy_work *w)
{
	for (int32_t i = w->state->step; i >= 0; i--) {
		if (w->spec->steps[i].type == KORCH_STRATEGY_SET_WEIGHT)
			return w->spec->steps[i].weight;
	}
	return 0;
}

/* The size that a SET_CANARY_SCALE asks for; -1: it follows the weight. */
static int32_t scale_so_far(const korch__strategy_work *w)
{
	for (int32_t i = w->state->step; i >= 0; i--) {
		const korch_strategy_step *step = &w->spec->steps[i];
		if (step->type != KORCH_STRATEGY_SET_CANARY_SCALE)
			continue;
		if (step->scale_by == KORCH_STRATEGY_SCALE_TRAFFIC)
			return -1;
		if (step->scale_by == KORCH_STRATEGY_SCALE_REPLICAS)
			return step->scale;
		return (int32_t)(((int64_t)w->spec->replicas * step->scale + 99) / 100);
	}
	return -1;
}

korch_usec korch__strategy_promotion_due(const korch__strategy_work *w)
{
	const korch_strategy *spec = w->spec;
	korch_usec interval = 0;
	if (!w->routed || !w->full || spec->promote_weight_step <= 0 || w->state->promote_full ||
	    w->stable == KORCH__STRATEGY_NONE || w->stable == w->current)
		return 0;
	for (size_t i = 0; i < spec->n_steps; i++) {
		if (spec->steps[i].type == KORCH_STRATEGY_CHECK)
			interval = spec->steps[i].duration_us;
	}
	return korch__later(w->state->step_since_us, interval);
}

/* After the last step the rest of the weight may come in steps, too: one each interval. */
static void promote_in_steps(korch__strategy_work *w)
{
	korch_usec due = korch__strategy_promotion_due(w);
	if (due == 0)
		return;
	int32_t weight = korch__strategy_at(w, w->current)->weight;
	if (w->now < due && weight < w->max_weight)
		korch__strategy_wake(w, due);
	w->wish = weight;
	if (w->now >= due && w->seen->traffic_verified)
		w->wish = korch__strategy_min(weight + w->spec->promote_weight_step, w->max_weight);
}

void korch__strategy_canary_goals(korch__strategy_work *w)
{
	w->size = w->spec->replicas;
	w->wish = w->max_weight;
	if (w->aborted) {
		w->wish = w->size = 0;
	} else if (w->full) {
		promote_in_steps(w);
	} else {
		w->wish = weight_so_far(w);
		int32_t scale = scale_so_far(w), need = korch__strategy_need(w, w->wish);
		w->size = w->spec->replicas > 0 ? korch__strategy_max(scale, need) : 0;
		if (w->size > 0)
			w->size = korch__strategy_max(w->size, w->spec->min_per_revision);
	}
	w->wish = korch__strategy_min(w->wish, w->total);
	if (!w->routed)
		korch__strategy_basic_goals(w);
}

int korch__strategy_canary_at_size(const korch__strategy_work *w)
{
	const korch_strategy_revision *r = korch__strategy_at(w, w->current);
	if (w->current >= w->seen->n_revisions || r->size < w->size || r->available < w->size)
		return 0;
	if (w->routed)
		return 1;
	if (r->size != w->size)
		return 0;
	for (size_t i = 0; i < w->seen->n_revisions; i++) {
		int32_t most = i == w->stable ? w->old_size : 0;
		const korch_strategy_revision *old = korch__strategy_at(w, i);
		if (i != w->current && !old->referenced && korch__strategy_present(old) > most)
			return 0;
	}
	return 1;
}

int korch__strategy_canary_in_force(const korch__strategy_work *w)
{
	return !w->routed ||
	       (w->seen->traffic_verified && korch__strategy_at(w, w->current)->weight == w->wish);
}

static void next_step(korch__strategy_work *w)
{
	w->state->step++;
	w->state->step_since_us = w->now;
	w->decided = 1;
	korch__strategy_event(w, KORCH_STRATEGY_EVENT_STEP);
}

static void advance_pause(korch__strategy_work *w, const korch_strategy_step *step)
{
	uint32_t bit = KORCH_STRATEGY_PAUSED_STEP;
	korch_strategy_state *state = w->state;
	if (!(state->paused & bit)) {
		korch__strategy_pause(w, bit);
		return;
	}
	korch_usec end = korch__later(state->pause_since_us, step->duration_us);
	if (!korch__strategy_is_lifted(w, bit) && (step->duration_us == 0 || w->now < end)) {
		if (step->duration_us > 0)
			korch__strategy_wake(w, end);
		return;
	}
	korch__strategy_resume(w, bit);
	next_step(w);
}

static void advance_check(korch__strategy_work *w, const korch_strategy_step *step)
{
	korch_strategy_state *state = w->state;
	int outcome = korch__strategy_outcome(w, KORCH_STRATEGY_SLOT_STEP);
	if (w->now < korch__later(state->step_since_us, step->duration_us))
		korch__strategy_wake(w, korch__later(state->step_since_us, step->duration_us));
	if (outcome == KORCH_STRATEGY_SUCCESSFUL)
		next_step(w);
	if (outcome == KORCH_STRATEGY_NONE || outcome == KORCH_STRATEGY_RUNNING || w->decided)
		return;
	state->checks_failed++;
	state->attempt++;
	state->step_since_us = w->now;
	w->decided = 1;
	korch__strategy_event(w, KORCH_STRATEGY_EVENT_CHECK);
	if (state->checks_failed > (uint32_t)w->spec->check_threshold)
		korch__strategy_abort_because(w, KORCH_STRATEGY_REASON_CHECKS);
}

/* A person who lifted the pause of an inconclusive experiment or gate let it pass. */
static void advance_outcome(korch__strategy_work *w, int outcome)
{
	if (outcome == KORCH_STRATEGY_SUCCESSFUL ||
	    (outcome == KORCH_STRATEGY_INCONCLUSIVE &&
	     korch__strategy_is_lifted(w, KORCH_STRATEGY_PAUSED_INCONCLUSIVE))) {
		korch__strategy_resume(w, KORCH_STRATEGY_PAUSED_INCONCLUSIVE);
		next_step(w);
	}
}

static void advance_step(korch__strategy_work *w, const korch_strategy_step *step)
{
	switch (step->type) {
	case KORCH_STRATEGY_SET_WEIGHT:
		if (korch__strategy_canary_at_size(w) && korch__strategy_canary_in_force(w))
			next_step(w);
		break;
	case KORCH_STRATEGY_SET_CANARY_SCALE:
		if (!w->routed || korch__strategy_canary_at_size(w))
			next_step(w);
		break;
	case KORCH_STRATEGY_PAUSE:
		advance_pause(w, step);
		break;
	case KORCH_STRATEGY_ANALYSIS:
		if (korch__strategy_outcome(w, KORCH_STRATEGY_SLOT_STEP) == KORCH_STRATEGY_SUCCESSFUL)
			next_step(w);
		break;
	case KORCH_STRATEGY_EXPERIMENT:
		advance_outcome(w, w->seen->experiment);
		break;
	case KORCH_STRATEGY_GATE:
		advance_outcome(w, w->seen->gate);
		break;
	case KORCH_STRATEGY_CHECK:
		advance_check(w, step);
		break;
	default: /* a route: it is in force with this plan */
		next_step(w);
	}
}

static int is_promotable(const korch__strategy_work *w)
{
	const korch_strategy_revision *r = korch__strategy_at(w, w->current);
	return w->current != w->stable && w->current < w->seen->n_revisions && !w->state->aborted &&
	       r->size >= w->spec->replicas && r->available >= w->spec->replicas &&
	       (!w->routed || (w->seen->traffic_verified && r->weight == w->max_weight));
}

void korch__strategy_canary_advance(korch__strategy_work *w)
{
	const korch_strategy_step *step = korch__strategy_step(w);
	if (w->spec->paused || w->state->aborted || w->current == KORCH__STRATEGY_NONE)
		return;
	if (w->state->pauses & KORCH_STRATEGY_PAUSED_INCONCLUSIVE)
		return;
	if (w->full && is_promotable(w))
		korch__strategy_promote(w);
	else if (!w->full && step)
		advance_step(w, step);
}
