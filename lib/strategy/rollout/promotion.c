/* The current revision becomes the stable one. */
#include "strategy/rollout/work.h"

void korch__strategy_promote(korch__strategy_work *w)
{
	korch_strategy_state *state = w->state;
	korch__strategy_event(w, KORCH_STRATEGY_EVENT_PROMOTED);
	state->stable = state->current;
	state->step = (int32_t)w->spec->n_steps;
	state->aborted = state->promote_full = state->timed_out = 0;
	state->reason = KORCH_STRATEGY_REASON_NONE;
	state->aborted_us = state->pause_since_us = 0;
	state->pauses = state->paused = 0;
	state->step_since_us = w->now;
	w->decided = 1;
}
