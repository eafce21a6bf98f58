/*
 * Blue-green: the current revision stands whole beside the active one; the active service is
 * switched when the preview was good (pause, analysis before), and back when it was not (analysis
 * after, abort). Nothing that a service selects is scaled down.
 */
#include "strategy/rollout/work.h"

static const korch_strategy_revision *current_of(const korch__strategy_work *w)
{
	return w->current < w->seen->n_revisions ? &w->seen->revisions[w->current] : NULL;
}

static int is_active(const korch__strategy_work *w)
{
	return korch__strategy_same(w->seen->active, w->state->current);
}

int korch__strategy_blue_green_is_skipping(const korch__strategy_work *w)
{
	return w->state->promote_full || w->stable == w->current || w->stable == KORCH__STRATEGY_NONE;
}

static int is_good(const korch__strategy_work *w)
{
	return korch__strategy_blue_green_is_skipping(w) || w->state->scale_up_preview;
}

static int32_t preview_size(const korch__strategy_work *w)
{
	if (w->spec->preview_replicas > 0 && !is_good(w) && !is_active(w))
		return w->spec->preview_replicas;
	return w->spec->replicas;
}

int korch__strategy_blue_green_is_up(const korch__strategy_work *w)
{
	const korch_strategy_revision *r = current_of(w);
	int32_t size = preview_size(w);
	return r && r->size >= size && r->available >= size;
}

static int is_pausing(const korch__strategy_work *w)
{
	return !w->spec->auto_promotion || w->spec->auto_promotion_us > 0;
}

static int is_pause_over(korch__strategy_work *w)
{
	korch_strategy_state *state = w->state;
	if (!is_pausing(w) || korch__strategy_is_lifted(w, KORCH_STRATEGY_PAUSED_BLUE_GREEN))
		return 1;
	if (!(state->paused & KORCH_STRATEGY_PAUSED_BLUE_GREEN)) {
		korch__strategy_pause(w, KORCH_STRATEGY_PAUSED_BLUE_GREEN);
		return 0;
	}
	if (w->spec->auto_promotion_us <= 0)
		return 0;
	korch_usec end = korch__later(state->pause_since_us, w->spec->auto_promotion_us);
	if (w->now < end)
		korch__strategy_wake(w, end);
	return w->now >= end;
}

static int has_passed(const korch__strategy_work *w, int slot, int32_t needed)
{
	return !needed || korch__strategy_outcome(w, slot) == KORCH_STRATEGY_SUCCESSFUL;
}

static void advance_preview(korch__strategy_work *w)
{
	if (is_good(w) || !korch__strategy_blue_green_is_up(w))
		return;
	int over = is_pause_over(w);
	if (w->decided || !over || (w->state->pauses & KORCH_STRATEGY_PAUSED_INCONCLUSIVE) ||
	    !has_passed(w, KORCH_STRATEGY_SLOT_PRE, w->spec->pre_analysis))
		return;
	korch__strategy_resume(w, KORCH_STRATEGY_PAUSED_BLUE_GREEN);
	w->state->scale_up_preview = 1;
	w->decided = 1;
}

static void advance_active(korch__strategy_work *w)
{
	korch_strategy_state *state = w->state;
	if (!state->post_since_set) {
		state->post_since_set = 1;
		state->post_since_us = w->now;
		korch__strategy_resume(w, KORCH_STRATEGY_PAUSED_BLUE_GREEN);
	}
	int is_skipping = korch__strategy_blue_green_is_skipping(w);
	if (w->stable == w->current || (state->pauses & KORCH_STRATEGY_PAUSED_INCONCLUSIVE) ||
	    current_of(w)->available < w->spec->replicas ||
	    !has_passed(w, KORCH_STRATEGY_SLOT_POST, w->spec->post_analysis && !is_skipping))
		return;
	korch__strategy_promote(w);
}

void korch__strategy_blue_green_advance(korch__strategy_work *w)
{
	if (w->spec->paused || w->state->aborted || !current_of(w))
		return;
	if (is_active(w))
		advance_active(w);
	else
		advance_preview(w);
}

static int is_whole(const korch__strategy_work *w, size_t i)
{
	if (i >= w->seen->n_revisions)
		return 0;
	const korch_strategy_revision *r = &w->seen->revisions[i];
	int32_t replicas = w->spec->replicas;
	return r->size >= replicas && r->available >= replicas && r->ready >= replicas;
}

/* Back to stable when it is whole, or at least has more to offer than what is active. */
static int is_better(const korch__strategy_work *w, size_t i)
{
	size_t active = korch__strategy_find(w->seen, w->seen->active);
	int32_t ready = korch__strategy_ready(korch__strategy_at(w, i));
	if (active == KORCH__STRATEGY_NONE)
		return ready > 0;
	return ready > 0 && ready >= korch__strategy_ready(&w->seen->revisions[active]);
}

static int can_answer(const korch__strategy_work *w, size_t i)
{
	return korch__strategy_ready(korch__strategy_at(w, i)) > 0 || w->spec->replicas == 0;
}

/* Back to the stable one; so does a preview of a revision that is neither of the two. */
static void services_aborted(korch__strategy_work *w)
{
	const korch_strategy_observed *seen = w->seen;
	size_t preview = korch__strategy_find(seen, seen->preview);
	if (!korch__strategy_same(seen->active, w->state->stable) &&
	    (is_whole(w, w->stable) || is_better(w, w->stable)))
		w->plan->active = w->state->stable;
	if (w->spec->has_preview && preview != KORCH__STRATEGY_NONE &&
	    korch__strategy_is_other(w, preview) && can_answer(w, w->stable))
		w->plan->preview = w->state->stable;
}

static void services(korch__strategy_work *w)
{
	const korch_strategy_revision *r = current_of(w);
	if (w->aborted) {
		services_aborted(w);
	} else if (r && !w->frozen) {
		int goes_on = !w->spec->paused || w->stable == w->current;
		int is_held = w->state->pauses & KORCH_STRATEGY_PAUSED_INCONCLUSIVE;
		if (!is_active(w) && goes_on && !is_held && is_good(w) && is_whole(w, w->current))
			w->plan->active = w->state->current;
		if (w->spec->has_preview && can_answer(w, w->current) &&
		    !korch__strategy_same(w->seen->preview, w->state->current))
			w->plan->preview = w->state->current;
	}
	if (w->plan->active)
		korch__strategy_event(w, KORCH_STRATEGY_EVENT_SWITCHED);
}

/* After an abort the current one stays up for its delay once nothing is sent to it any more. */
static void size_aborted(korch__strategy_work *w)
{
	const korch_strategy_revision *r = korch__strategy_at(w, w->current);
	korch_strategy_target *target = &w->plan->targets[w->current];
	korch_usec delay = w->spec->abort_scale_down_delay_us, at = r->scale_down_at;
	target->scale_down_at = 0;
	if (is_active(w) || delay == 0 || r->size == 0)
		return;
	if (at <= 0)
		at = korch__later(w->now, delay > 0 ? delay : 0);
	if (at <= w->now) {
		target->size = 0;
		return;
	}
	target->scale_down_at = at;
	korch__strategy_wake(w, at);
}

void korch__strategy_blue_green(korch__strategy_work *w)
{
	korch_strategy_target *targets = w->plan->targets;
	size_t active = korch__strategy_find(w->seen, w->seen->active);
	w->size = preview_size(w);
	services(w);
	if (w->stable != KORCH__STRATEGY_NONE) {
		targets[w->stable].size = w->spec->replicas;
		targets[w->stable].scale_down_at = 0;
	}
	if (active != KORCH__STRATEGY_NONE && korch__strategy_is_other(w, active))
		targets[active].size = w->spec->replicas;
	if (w->current != KORCH__STRATEGY_NONE && w->current != w->stable) {
		if (w->aborted)
			size_aborted(w);
		else if (!w->state->aborted)
			targets[w->current].size = w->size;
		if (!w->aborted)
			targets[w->current].scale_down_at = 0;
	}
	korch__strategy_retire(w, w->spec->scale_down_delay_us > 0);
}
