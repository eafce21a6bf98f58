/*
 * A rollout begins when the wished template is another one or the steps are: then the state starts
 * afresh. Going back to the stable revision, or to a late one, leaves steps out.
 */
#include "strategy/rollout/work.h"

/* Older than the stable one, with fewer than rollback_window revisions in between: a rollback
 * within Argo's rollbackWindow. */
static int is_in_window(const korch__strategy_work *w, int64_t current, int64_t stable)
{
	int32_t between = 0;
	if (w->spec->rollback_window <= 0 || current >= stable)
		return 0;
	for (size_t i = 0; i < w->seen->n_revisions; i++) {
		const korch_strategy_revision *r = &w->seen->revisions[i];
		between += !r->referenced && r->number > current && r->number < stable;
	}
	return between < w->spec->rollback_window;
}

/* Blue-green: one that was active once is still up, within its scaleDownDelay. A preview that was
 * aborted has such a time, too, and is newer than the stable one. */
static int is_still_up(const korch__strategy_work *w, const korch_strategy_revision *current,
                       int64_t stable)
{
	return w->spec->type == KORCH_STRATEGY_BLUE_GREEN && current->number < stable &&
	       current->size > 0 && current->scale_down_at > w->now;
}

static int is_fast_rollback(const korch__strategy_work *w, size_t current, size_t stable)
{
	if (current == KORCH__STRATEGY_NONE || stable == KORCH__STRATEGY_NONE || current == stable)
		return 0;
	int64_t number = w->seen->revisions[stable].number;
	const korch_strategy_revision *r = &w->seen->revisions[current];
	return is_in_window(w, r->number, number) || is_still_up(w, r, number);
}

static void restart(korch__strategy_work *w, int is_new)
{
	korch_strategy_state *state = w->state;
	const korch_strategy_observed *seen = w->seen;
	int at_stable = korch__strategy_same(state->stable, seen->current);
	korch_strategy_state next = {
	    .stable = state->stable,
	    .current = seen->current,
	    .attempt = state->current ? state->attempt + 1 : state->attempt,
	    .stale = KORCH__STRATEGY_STALE,
	    .step_since_us = w->now,
	    .progress_us = w->now,
	    .replicas = state->replicas,
	    .surge = state->surge,
	};
	w->decided = 1;
	if (!at_stable || is_new)
		korch__strategy_event(w, KORCH_STRATEGY_EVENT_STARTED);
	size_t stable = korch__strategy_find(seen, state->stable);
	if (at_stable || stable == KORCH__STRATEGY_NONE)
		next.step = (int32_t)w->spec->n_steps;
	if (is_new && is_fast_rollback(w, korch__strategy_find(seen, seen->current), stable))
		next.promote_full = 1;
	if (is_new && (next.promote_full || (at_stable && w->spec->n_steps > 0)))
		korch__strategy_event(w, KORCH_STRATEGY_EVENT_SKIPPED);
	*state = next;
}

/* The stable revision's object is gone: there is nothing to go back to. */
static void forget_stable(korch__strategy_work *w)
{
	w->state->stable = NULL;
	w->state->step = (int32_t)w->spec->n_steps;
	w->state->aborted = 0;
	w->state->reason = KORCH_STRATEGY_REASON_NONE;
	w->state->step_since_us = w->now;
	w->decided = 1;
}

/* Another strategy is wished in mid-rollout: what the one before paused for is over. */
static void forget_pauses(korch__strategy_work *w)
{
	korch_strategy_state *state = w->state;
	uint32_t own = 0;
	if (w->spec->type == KORCH_STRATEGY_CANARY)
		own = KORCH_STRATEGY_PAUSED_STEP | KORCH_STRATEGY_PAUSED_INCONCLUSIVE;
	if (w->spec->type == KORCH_STRATEGY_BLUE_GREEN)
		own = KORCH_STRATEGY_PAUSED_BLUE_GREEN | KORCH_STRATEGY_PAUSED_INCONCLUSIVE;
	if (!((state->pauses | state->paused) & ~own))
		return;
	state->pauses &= own;
	state->paused &= own;
	if (!state->pauses)
		state->pause_since_us = 0;
}

static void note_times(korch__strategy_work *w)
{
	korch_strategy_state *state = w->state;
	forget_pauses(w);
	if (state->step_since_us == 0)
		state->step_since_us = w->now;
	if (!state->stable || korch__strategy_same(state->stable, state->current)) {
		state->aborted = 0; /* there is nothing to go back to */
		state->aborted_us = 0;
		state->reason = KORCH_STRATEGY_REASON_NONE;
	}
	if (state->aborted && state->aborted_us == 0) {
		state->aborted_us = w->now;
		korch__strategy_event(w, KORCH_STRATEGY_EVENT_ABORTED);
	}
}

void korch__strategy_begin(korch__strategy_work *w)
{
	korch_strategy_state *state = w->state;
	int is_new = !korch__strategy_same(state->current, w->seen->current);
	if (is_new && w->spec->paused)
		w->frozen = 1;
	else if (is_new)
		restart(w, 1);
	else if (w->seen->steps_changed && w->spec->type == KORCH_STRATEGY_CANARY)
		restart(w, 0);
	if (!w->decided && state->step > (int32_t)w->spec->n_steps)
		state->step = (int32_t)w->spec->n_steps;
	if (!w->decided && state->stable && !korch__strategy_same(state->stable, state->current) &&
	    korch__strategy_find(w->seen, state->stable) == KORCH__STRATEGY_NONE)
		forget_stable(w);
	if (!w->decided && state->current)
		note_times(w);
}
