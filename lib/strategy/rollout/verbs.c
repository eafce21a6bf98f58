/* Verbs: what Argo Rollouts' client does to a Rollout's status. */
#include "strategy/rollout/work.h"

static int has_nothing_to_do(const korch_strategy_state *state)
{
	return !state->current || korch__strategy_same(state->stable, state->current);
}

void korch_rollout_promote(korch_strategy_state *state, const korch_strategy *spec)
{
	uint32_t inconclusive = state->pauses & KORCH_STRATEGY_PAUSED_INCONCLUSIVE;
	int was_paused = state->pauses != 0;
	if (has_nothing_to_do(state) || state->aborted)
		return;
	state->pauses = 0;
	if ((was_paused && !inconclusive) || spec->type != KORCH_STRATEGY_CANARY ||
	    state->step >= (int32_t)spec->n_steps)
		return;
	/* what was lifted belongs to the step that is left; an analysis beside it is made again */
	state->paused = inconclusive;
	state->step++;
	state->step_since_us = state->pause_since_us = 0;
}

void korch_rollout_promote_full(korch_strategy_state *state)
{
	if (has_nothing_to_do(state))
		return;
	state->promote_full = 1;
	state->aborted = 0;
	state->reason = KORCH_STRATEGY_REASON_NONE;
	state->aborted_us = state->step_since_us = state->pause_since_us = 0;
	state->pauses = state->paused = 0;
}

void korch_rollout_abort(korch_strategy_state *state)
{
	if (has_nothing_to_do(state) || state->aborted || !state->stable)
		return;
	state->aborted = 1;
	state->reason = KORCH_STRATEGY_REASON_USER;
	state->aborted_us = 0;
	state->promote_full = 0;
	state->pauses = state->paused = 0;
	state->pause_since_us = 0;
}

void korch_rollout_retry(korch_strategy_state *state)
{
	if (!state->aborted)
		return;
	state->aborted = state->timed_out = 0;
	state->reason = KORCH_STRATEGY_REASON_NONE;
	state->step = 0;
	state->checks_failed = 0;
	state->attempt++;
	state->stale = KORCH__STRATEGY_STALE;
	state->scale_up_preview = state->post_since_set = 0;
	state->aborted_us = state->step_since_us = state->post_since_us = 0;
	state->pauses = state->paused = 0;
	state->progress_mark = 0;
}
