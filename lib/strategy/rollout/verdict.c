/* What analyses, experiments and gates say, and which of them should run. */
#include "strategy/rollout/work.h"

void korch__strategy_abort_because(korch__strategy_work *w, int32_t reason)
{
	korch_strategy_state *state = w->state;
	state->aborted = 1;
	state->aborted_us = w->now;
	state->reason = reason;
	state->promote_full = 0;
	state->pauses = state->paused = 0;
	state->pause_since_us = 0;
	if (w->spec->type == KORCH_STRATEGY_CANARY)
		state->step = 0;
	state->step_since_us = w->now;
	w->decided = 1;
	korch__strategy_event(w, KORCH_STRATEGY_EVENT_ABORTED);
}

/* NONE also for what belongs to another step, attempt or try. */
int korch__strategy_outcome(const korch__strategy_work *w, int slot)
{
	const korch_strategy_analysis *analysis = &w->seen->analyses[slot];
	if (w->state->stale & 1u << slot)
		return KORCH_STRATEGY_NONE;
	if (slot == KORCH_STRATEGY_SLOT_STEP &&
	    (analysis->step != w->state->step || analysis->attempt != w->state->attempt))
		return KORCH_STRATEGY_NONE;
	return analysis->outcome;
}

static uint32_t canary_slots(const korch__strategy_work *w)
{
	const korch_strategy *spec = w->spec;
	const korch_strategy_step *step = korch__strategy_step(w);
	uint32_t slots = 0;
	if (w->state->promote_full || w->stable == KORCH__STRATEGY_NONE || w->stable == w->current)
		return 0;
	if (spec->background && w->state->step >= spec->background_step)
		slots |= 1u << KORCH_STRATEGY_SLOT_BACKGROUND;
	if (step && (step->type == KORCH_STRATEGY_ANALYSIS ||
	             (step->type == KORCH_STRATEGY_CHECK &&
	              w->now >= korch__later(w->state->step_since_us, step->duration_us))))
		slots |= 1u << KORCH_STRATEGY_SLOT_STEP;
	return slots;
}

static uint32_t blue_green_slots(const korch__strategy_work *w)
{
	const korch_strategy *spec = w->spec;
	int is_active = korch__strategy_same(w->seen->active, w->state->current);
	if (korch__strategy_blue_green_is_skipping(w))
		return 0;
	if (is_active)
		return spec->post_analysis ? 1u << KORCH_STRATEGY_SLOT_POST : 0;
	if (!spec->pre_analysis || w->state->scale_up_preview)
		return 0;
	int is_running = korch__strategy_outcome(w, KORCH_STRATEGY_SLOT_PRE) != KORCH_STRATEGY_NONE;
	int is_shown = !spec->has_preview || korch__strategy_same(w->seen->preview, w->state->current);
	if (!is_running && !(is_shown && korch__strategy_blue_green_is_up(w)))
		return 0;
	return 1u << KORCH_STRATEGY_SLOT_PRE;
}

uint32_t korch__strategy_slots_wanted(const korch__strategy_work *w)
{
	if (w->state->aborted || w->current == KORCH__STRATEGY_NONE)
		return 0;
	if (w->spec->type == KORCH_STRATEGY_CANARY)
		return canary_slots(w);
	return w->spec->type == KORCH_STRATEGY_BLUE_GREEN ? blue_green_slots(w) : 0;
}

static int is_bad(int outcome)
{
	return outcome == KORCH_STRATEGY_FAILED || outcome == KORCH_STRATEGY_ERROR;
}

/* A check that fails is counted by the step itself. */
static int is_counted(const korch__strategy_work *w, int slot)
{
	const korch_strategy_step *step = korch__strategy_step(w);
	return slot == KORCH_STRATEGY_SLOT_STEP && step && step->type == KORCH_STRATEGY_CHECK;
}

static void judge(korch__strategy_work *w, int outcome, int32_t reason)
{
	if (is_bad(outcome))
		korch__strategy_abort_because(w, reason);
	else if (outcome == KORCH_STRATEGY_INCONCLUSIVE &&
	         !(w->state->paused & KORCH_STRATEGY_PAUSED_INCONCLUSIVE))
		korch__strategy_pause(w, KORCH_STRATEGY_PAUSED_INCONCLUSIVE);
}

static void judge_step(korch__strategy_work *w)
{
	const korch_strategy_step *step = korch__strategy_step(w);
	if (!step || w->full)
		return;
	if (step->type == KORCH_STRATEGY_EXPERIMENT)
		judge(w, w->seen->experiment, KORCH_STRATEGY_REASON_EXPERIMENT);
	else if (step->type == KORCH_STRATEGY_GATE)
		judge(w, w->seen->gate, KORCH_STRATEGY_REASON_GATE);
}

/* Somebody lifted the pause of an inconclusive analysis: it is made again (as Argo does). */
static void forget_lifted(korch__strategy_work *w, uint32_t wanted)
{
	int is_left = 0;
	if (!korch__strategy_is_lifted(w, KORCH_STRATEGY_PAUSED_INCONCLUSIVE))
		return;
	for (int slot = 0; slot < KORCH_STRATEGY_SLOTS; slot++) {
		if (!(wanted & 1u << slot) ||
		    korch__strategy_outcome(w, slot) != KORCH_STRATEGY_INCONCLUSIVE)
			continue;
		is_left = 1;
		if (slot == KORCH_STRATEGY_SLOT_STEP)
			w->state->attempt++;
	}
	const korch_strategy_step *step = korch__strategy_step(w);
	int is_passing =
	    step && (step->type == KORCH_STRATEGY_EXPERIMENT || step->type == KORCH_STRATEGY_GATE);
	if (is_left && w->state->attempt != w->seen->state.attempt)
		w->decided = 1;
	else if (!is_left && !is_passing)
		w->state->paused &= ~(uint32_t)KORCH_STRATEGY_PAUSED_INCONCLUSIVE;
}

void korch__strategy_verdict(korch__strategy_work *w)
{
	uint32_t wanted = korch__strategy_slots_wanted(w);
	for (int slot = 0; slot < KORCH_STRATEGY_SLOTS && !w->decided; slot++) {
		if ((wanted & 1u << slot) && !is_counted(w, slot))
			judge(w, korch__strategy_outcome(w, slot), KORCH_STRATEGY_REASON_ANALYSIS);
	}
	if (!w->decided && !w->state->aborted && w->spec->type == KORCH_STRATEGY_CANARY)
		judge_step(w);
	if (!w->decided && w->state->paused)
		forget_lifted(w, wanted);
}

void korch__strategy_analyses(korch__strategy_work *w)
{
	uint32_t wanted = korch__strategy_slots_wanted(w);
	int lifted = korch__strategy_is_lifted(w, KORCH_STRATEGY_PAUSED_INCONCLUSIVE);
	for (int slot = 0; slot < KORCH_STRATEGY_SLOTS; slot++) {
		uint32_t bit = 1u << slot;
		int outcome = korch__strategy_outcome(w, slot);
		int is_again = outcome == KORCH_STRATEGY_INCONCLUSIVE && lifted;
		int is_wanted = (wanted & bit) && !w->spec->paused;
		int is_started = is_wanted && (outcome == KORCH_STRATEGY_NONE || is_again);
		int is_of_another = !(wanted & bit) || outcome == KORCH_STRATEGY_NONE;
		if (w->seen->analyses[slot].outcome == KORCH_STRATEGY_RUNNING && is_of_another)
			w->plan->terminate |= bit;
		if (is_started) {
			w->plan->start |= bit;
			w->state->stale &= ~bit;
		}
	}
}
