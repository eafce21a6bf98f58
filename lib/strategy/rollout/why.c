/* What a rollout waits for, and what comes next: as data. */
#include "strategy/rollout/work.h"

typedef korch_strategy_explanation explanation;

static void set(korch__strategy_work *w, int32_t wait, int32_t next, korch_usec since)
{
	explanation *why = &w->plan->why;
	*why = (explanation){
	    .wait = wait, .next = next, .next_step = w->state->step + 1, .since_us = since};
	if (next == KORCH_STRATEGY_NEXT_STEP && why->next_step >= (int32_t)w->spec->n_steps)
		why->next = KORCH_STRATEGY_NEXT_PROMOTE;
}

static void wait_available(korch__strategy_work *w, size_t i, int32_t want, int32_t next)
{
	const korch_strategy_revision *r = korch__strategy_at(w, i);
	set(w, KORCH_STRATEGY_WAIT_AVAILABLE, next, w->state->progress_us);
	w->plan->why.have = korch__strategy_available(r);
	w->plan->why.want = want;
	w->plan->why.hash = r->hash;
}

static void wait_until(korch__strategy_work *w, int32_t wait, int32_t next, korch_usec at)
{
	set(w, wait, next, w->state->step_since_us);
	w->plan->why.at_us = at;
}

static void why_gone(korch__strategy_work *w, int32_t next)
{
	set(w, KORCH_STRATEGY_WAIT_GONE, next, w->state->progress_us);
	w->plan->why.have = (int32_t)korch__strategy_old_present(w);
}

/* An old revision that is scaled down later; 0: none is. */
static int why_scale_down(korch__strategy_work *w)
{
	const korch_strategy_target *first = NULL;
	for (size_t i = 0; i < w->plan->n_targets; i++) {
		const korch_strategy_target *target = &w->plan->targets[i];
		if (target->scale_down_at > 0 && !korch__strategy_at(w, i)->referenced &&
		    (!first || target->scale_down_at < first->scale_down_at))
			first = target;
	}
	if (!first)
		return 0;
	wait_until(w, KORCH_STRATEGY_WAIT_SCALE_DOWN, KORCH_STRATEGY_NEXT_SCALE_DOWN,
	           first->scale_down_at);
	w->plan->why.hash = first->hash;
	w->plan->why.have = first->size;
	return 1;
}

static void why_aborted(korch__strategy_work *w)
{
	const korch_strategy_revision *r = korch__strategy_at(w, w->current);
	int is_switched = w->spec->type == KORCH_STRATEGY_BLUE_GREEN &&
	                  korch__strategy_same(w->seen->active, w->state->current);
	int moves = (w->routed && r->weight > 0) || is_switched;
	const korch_strategy_revision *stable = w->aborted ? korch__strategy_at(w, w->stable) : NULL;
	if (stable && korch__strategy_available(stable) < w->spec->replicas)
		wait_available(w, w->stable, w->spec->replicas,
		               is_switched ? KORCH_STRATEGY_NEXT_SWITCH
		               : moves     ? KORCH_STRATEGY_NEXT_WEIGHT
		                           : KORCH_STRATEGY_NEXT_SCALE);
	else if (moves || (w->routed && !w->seen->traffic_verified))
		set(w, KORCH_STRATEGY_WAIT_TRAFFIC, KORCH_STRATEGY_NEXT_SCALE_DOWN, w->state->aborted_us);
	else if (!why_scale_down(w))
		set(w, KORCH_STRATEGY_WAIT_RETRY, KORCH_STRATEGY_NEXT_NOTHING, w->state->aborted_us);
}

static void why_paused(korch__strategy_work *w)
{
	const korch_strategy_step *step = korch__strategy_step(w);
	korch_usec since = w->state->pause_since_us, length = 0;
	int32_t next = KORCH_STRATEGY_NEXT_STEP;
	if (w->spec->type == KORCH_STRATEGY_BLUE_GREEN) {
		length = w->spec->auto_promotion_us;
		next = KORCH_STRATEGY_NEXT_SWITCH;
	} else if (step && step->type == KORCH_STRATEGY_PAUSE) {
		length = step->duration_us;
	}
	if (w->state->pauses & KORCH_STRATEGY_PAUSED_INCONCLUSIVE)
		length = 0;
	set(w, length > 0 ? KORCH_STRATEGY_WAIT_PAUSE : KORCH_STRATEGY_WAIT_PROMOTION, next, since);
	if (length > 0)
		w->plan->why.at_us = korch__later(since, length);
	if (w->spec->type == KORCH_STRATEGY_BLUE_GREEN && length > 0 &&
	    w->now >= w->plan->why.at_us) { /* the analysis takes longer than the pause */
		set(w, KORCH_STRATEGY_WAIT_ANALYSIS, next, since);
		w->plan->why.slot = KORCH_STRATEGY_SLOT_PRE;
	}
}

static void why_analysis(korch__strategy_work *w, int32_t slot, int32_t next, korch_usec since)
{
	set(w, KORCH_STRATEGY_WAIT_ANALYSIS, next, since);
	w->plan->why.slot = slot;
}

static void why_sized(korch__strategy_work *w)
{
	int32_t next = w->routed && !korch__strategy_canary_in_force(w) ? KORCH_STRATEGY_NEXT_WEIGHT
	                                                                : KORCH_STRATEGY_NEXT_STEP;
	if (korch__strategy_available(korch__strategy_at(w, w->current)) < w->size)
		wait_available(w, w->current, w->size, next);
	else if (!korch__strategy_canary_at_size(w))
		why_gone(w, next);
	else if (!korch__strategy_canary_in_force(w))
		set(w, KORCH_STRATEGY_WAIT_TRAFFIC, KORCH_STRATEGY_NEXT_STEP, w->state->progress_us);
	else
		set(w, KORCH_STRATEGY_WAIT_NOTHING, KORCH_STRATEGY_NEXT_STEP, w->state->step_since_us);
}

static void why_step(korch__strategy_work *w, const korch_strategy_step *step)
{
	korch_usec since = w->state->step_since_us;
	switch (step->type) {
	case KORCH_STRATEGY_SET_WEIGHT:
	case KORCH_STRATEGY_SET_CANARY_SCALE:
		why_sized(w);
		break;
	case KORCH_STRATEGY_ANALYSIS:
		why_analysis(w, KORCH_STRATEGY_SLOT_STEP, KORCH_STRATEGY_NEXT_STEP, since);
		break;
	case KORCH_STRATEGY_EXPERIMENT:
		set(w, KORCH_STRATEGY_WAIT_EXPERIMENT, KORCH_STRATEGY_NEXT_STEP, since);
		break;
	case KORCH_STRATEGY_GATE:
		set(w, KORCH_STRATEGY_WAIT_GATE, KORCH_STRATEGY_NEXT_STEP, since);
		break;
	case KORCH_STRATEGY_CHECK:
		if (w->now < korch__later(since, step->duration_us))
			wait_until(w, KORCH_STRATEGY_WAIT_CHECK, KORCH_STRATEGY_NEXT_STEP,
			           korch__later(since, step->duration_us));
		else
			why_analysis(w, KORCH_STRATEGY_SLOT_STEP, KORCH_STRATEGY_NEXT_STEP, since);
		break;
	default:
		set(w, KORCH_STRATEGY_WAIT_NOTHING, KORCH_STRATEGY_NEXT_STEP, since);
	}
}

static void why_blue_green(korch__strategy_work *w)
{
	int is_active = korch__strategy_same(w->seen->active, w->state->current);
	const korch_strategy_revision *r = korch__strategy_at(w, w->current);
	if (is_active && w->spec->post_analysis && !korch__strategy_blue_green_is_skipping(w))
		why_analysis(w, KORCH_STRATEGY_SLOT_POST, KORCH_STRATEGY_NEXT_PROMOTE,
		             w->state->post_since_us);
	else if (korch__strategy_available(r) < w->size)
		wait_available(w, w->current, w->size, KORCH_STRATEGY_NEXT_SWITCH);
	else if (w->spec->pre_analysis && !w->state->scale_up_preview &&
	         !korch__strategy_blue_green_is_skipping(w))
		why_analysis(w, KORCH_STRATEGY_SLOT_PRE, KORCH_STRATEGY_NEXT_SWITCH,
		             w->state->step_since_us);
	else
		set(w, KORCH_STRATEGY_WAIT_NOTHING,
		    is_active ? KORCH_STRATEGY_NEXT_PROMOTE : KORCH_STRATEGY_NEXT_SWITCH,
		    w->state->step_since_us);
}

static void why_full(korch__strategy_work *w)
{
	const korch_strategy_revision *r = korch__strategy_at(w, w->current);
	int is_done = w->stable == w->current;
	int32_t next = is_done ? KORCH_STRATEGY_NEXT_NOTHING : KORCH_STRATEGY_NEXT_PROMOTE;
	if (korch__strategy_available(r) < w->spec->replicas)
		wait_available(w, w->current, w->spec->replicas, next);
	else if (w->routed && !(r->weight == w->max_weight && w->seen->traffic_verified))
		set(w, KORCH_STRATEGY_WAIT_TRAFFIC, next, w->state->step_since_us);
	else if (is_done && why_scale_down(w))
		return;
	else if (korch__strategy_old_present(w) > 0)
		why_gone(w, next);
	else
		set(w, w->spec->paused ? KORCH_STRATEGY_WAIT_RESUME : KORCH_STRATEGY_WAIT_NOTHING, next,
		    w->state->step_since_us);
}

/* On the way to the switch; a pause does not end before the preview is up again. */
static int is_blue_green_waiting(const korch__strategy_work *w)
{
	if (w->state->pauses)
		return w->state->pauses == KORCH_STRATEGY_PAUSED_BLUE_GREEN &&
		       !korch__strategy_blue_green_is_up(w);
	return w->spec->type == KORCH_STRATEGY_BLUE_GREEN && w->stable != w->current;
}

void korch__strategy_why(korch__strategy_work *w)
{
	const korch_strategy_step *step = korch__strategy_step(w);
	if (w->frozen || (w->spec->paused && !w->state->aborted && w->stable != w->current))
		set(w, KORCH_STRATEGY_WAIT_RESUME, KORCH_STRATEGY_NEXT_SCALE, w->state->progress_us);
	else if (w->state->aborted)
		why_aborted(w);
	else if (w->current >= w->seen->n_revisions && w->spec->type == KORCH_STRATEGY_RECREATE &&
	         w->current == KORCH__STRATEGY_NONE)
		why_gone(w, KORCH_STRATEGY_NEXT_SCALE);
	else if (w->current >= w->seen->n_revisions)
		set(w, KORCH_STRATEGY_WAIT_CREATED, KORCH_STRATEGY_NEXT_SCALE, w->state->step_since_us);
	else if (is_blue_green_waiting(w))
		why_blue_green(w);
	else if (w->state->pauses)
		why_paused(w);
	else if (w->full || !step)
		why_full(w);
	else
		why_step(w, step);
}

void korch__strategy_phase(korch__strategy_work *w)
{
	const korch_strategy_state *state = w->state;
	const korch_strategy_revision *r = korch__strategy_at(w, w->current);
	w->plan->reason = state->aborted ? state->reason : KORCH_STRATEGY_REASON_NONE;
	if (state->aborted || state->timed_out)
		w->plan->phase = KORCH_STRATEGY_DEGRADED;
	else if (w->spec->paused || state->pauses)
		w->plan->phase = KORCH_STRATEGY_HELD;
	else if (w->stable == w->current && w->current < w->seen->n_revisions && !w->decided &&
	         r->size == w->spec->replicas && r->available >= w->spec->replicas)
		w->plan->phase = KORCH_STRATEGY_HEALTHY;
	else
		w->plan->phase = KORCH_STRATEGY_PROGRESSING;
}
