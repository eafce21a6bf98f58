/*
 * progressDeadlineSeconds. Progress is what Kubernetes counts: more replicas of the current
 * revision, more of them available, fewer old ones; with a router also weights that moved.
 */
#include "strategy/rollout/work.h"

enum { FIELD = 0xffff };

static uint64_t clamp(int64_t value)
{
	return (uint64_t)(value > FIELD ? FIELD : value < 0 ? 0 : value);
}

static int is_counting(const korch__strategy_work *w)
{
	const korch_strategy_step *step = korch__strategy_step(w);
	if (w->spec->deadline_us <= 0 || w->frozen || w->spec->paused || w->state->pauses ||
	    w->state->aborted || !w->state->current ||
	    korch__strategy_same(w->state->stable, w->state->current))
		return 0;
	/* these take as long as they take */
	if (w->spec->type == KORCH_STRATEGY_BLUE_GREEN)
		return !korch__strategy_same(w->seen->active, w->state->current) &&
		       !korch__strategy_blue_green_is_up(w);
	return w->full || !step ||
	       (step->type != KORCH_STRATEGY_ANALYSIS && step->type != KORCH_STRATEGY_EXPERIMENT &&
	        step->type != KORCH_STRATEGY_GATE && step->type != KORCH_STRATEGY_CHECK);
}

/* The best that was seen, so that replicas that come and go are no progress: available, present, of
 * the old ones those that are gone, the weight. */
static int note_mark(korch__strategy_work *w)
{
	static const korch_strategy_revision none;
	const korch_strategy_revision *r =
	    w->current < w->seen->n_revisions ? &w->seen->revisions[w->current] : &none;
	uint64_t old = w->state->progress_mark;
	uint64_t now[4] = {clamp(r->available), clamp(r->present),
	                   FIELD - clamp(korch__strategy_old_present(w)), clamp(r->weight)};
	uint64_t mark = 0;
	for (int i = 0; i < 4; i++) {
		uint64_t best = old >> (16 * i) & FIELD;
		mark |= (now[i] > best ? now[i] : best) << (16 * i);
	}
	w->state->progress_mark = mark;
	return mark != old;
}

void korch__strategy_progress(korch__strategy_work *w)
{
	korch_strategy_state *state = w->state;
	if (!is_counting(w))
		return;
	int is_resumed = state->progress_us < state->step_since_us;
	if (note_mark(w) || is_resumed || state->replicas != w->spec->replicas) {
		state->progress_us = w->now;
		state->timed_out = 0;
	}
	/* an interval between two parts of the promotion is not the rollout's delay */
	korch_usec due = korch__strategy_promotion_due(w);
	korch_usec end =
	    korch__later(due > state->progress_us ? due : state->progress_us, w->spec->deadline_us);
	if (w->now < end) {
		korch__strategy_wake(w, end);
		return;
	}
	if (!state->timed_out)
		korch__strategy_event(w, KORCH_STRATEGY_EVENT_DEADLINE);
	state->timed_out = 1;
	if (w->spec->deadline_aborts && w->stable != KORCH__STRATEGY_NONE)
		korch__strategy_abort_because(w, KORCH_STRATEGY_REASON_DEADLINE);
}
