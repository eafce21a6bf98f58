/*
 * korch_rollout_plan(): first what the state becomes (decisions), then, when nothing was decided,
 * what is to be done by the state that is recorded. So a crash between the parts of a plan leaves
 * nothing behind that the next plan would not understand.
 */
#include "strategy/rollout/check.h"
#include "strategy/rollout/work.h"
#include <assert.h>

static void hold(korch__strategy_work *w)
{
	for (size_t i = 0; i < w->seen->n_revisions; i++) {
		const korch_strategy_revision *r = &w->seen->revisions[i];
		w->plan->targets[i] = (korch_strategy_target){
		    .hash = r->hash,
		    .size = r->size,
		    .weight = w->routed ? r->weight : 0,
		    .scale_down_at = r->scale_down_at,
		};
	}
	w->plan->n_targets = w->seen->n_revisions;
}

/* An index for the current revision when it is to be made now. */
static size_t create(korch__strategy_work *w)
{
	korch_strategy_plan *plan = w->plan;
	size_t i = plan->n_targets;
	if (w->decided || w->frozen || w->state->aborted || !w->state->current)
		return KORCH__STRATEGY_NONE;
	if (w->spec->type == KORCH_STRATEGY_RECREATE && w->spec->replicas > 0) {
		for (size_t j = 0; j < i; j++) {
			const korch_strategy_revision *r = korch__strategy_at(w, j);
			if (!r->referenced && korch__strategy_present(r) > 0)
				return KORCH__STRATEGY_NONE;
		}
	}
	plan->targets[i] = (korch_strategy_target){.hash = w->state->current, .create = 1};
	w->created.hash = w->state->current;
	plan->n_targets++;
	return i;
}

static void resolve(korch__strategy_work *w)
{
	const korch_strategy_state *state = w->state;
	w->stable = korch__strategy_find(w->seen, state->stable);
	w->current = korch__strategy_find(w->seen, state->current);
	if (w->current == KORCH__STRATEGY_NONE)
		w->current = create(w);
	if (korch__strategy_same(state->stable, state->current) && state->current)
		w->stable = w->current;
	int has_stable = w->stable != KORCH__STRATEGY_NONE;
	w->aborted = state->aborted && has_stable && w->stable != w->current;
	w->full = !w->aborted && (!has_stable || w->stable == w->current || state->promote_full ||
	                          state->step >= (int32_t)w->spec->n_steps);
}

/* What the present step wants to be there. Not by a plan that goes to another step: the next one
 * wants what is right there. */
static void want_jobs(korch__strategy_work *w)
{
	const korch_strategy_step *step = korch__strategy_step(w);
	const korch_strategy_observed *seen = w->seen;
	w->total = w->max_weight;
	w->plan->experiment = w->plan->gate = 0;
	if (!step || w->full || w->frozen || w->state->aborted || w->current == KORCH__STRATEGY_NONE)
		return;
	if (step->type == KORCH_STRATEGY_GATE)
		w->plan->gate = seen->gate != KORCH_STRATEGY_NONE || !w->spec->paused;
	if (step->type != KORCH_STRATEGY_EXPERIMENT)
		return;
	w->plan->experiment = seen->experiment != KORCH_STRATEGY_NONE || !w->spec->paused;
	if (w->routed && w->plan->experiment)
		w->total -= korch__strategy_min(seen->experiment_weight, w->max_weight);
}

/* A plan that decides leaves everything as it is, but for the weight of an experiment that it ends
 * with it. */
static void leave(korch__strategy_work *w)
{
	w->plan->n_targets = w->seen->n_revisions;
	w->state->progress_us = w->now;
	w->state->timed_out = w->state->aborted ? w->state->timed_out : 0;
	w->state->progress_mark = 0;
	korch__strategy_wake(w, w->now);
	if (w->state->step != w->seen->state.step || w->seen->steps_changed || w->state->aborted ||
	    w->state->promote_full ||
	    !korch__strategy_same(w->state->current, w->seen->state.current)) {
		w->total = w->max_weight;
		w->plan->experiment = w->plan->gate = 0;
	}
	if (w->routed)
		korch__strategy_canary_fit(w);
}

static void advance(korch__strategy_work *w)
{
	if (w->decided || w->frozen || !w->state->current)
		return;
	korch__strategy_progress(w);
	if (!w->decided)
		korch__strategy_verdict(w);
	if (w->decided)
		return;
	if (w->spec->type == KORCH_STRATEGY_CANARY)
		korch__strategy_canary_advance(w);
	else if (w->spec->type == KORCH_STRATEGY_BLUE_GREEN)
		korch__strategy_blue_green_advance(w);
	else
		korch__strategy_rolling_advance(w);
}

/* Times that another strategy left: nothing waits for them here. */
static void forget_times(korch__strategy_work *w)
{
	for (size_t i = 0; i < w->plan->n_targets; i++)
		if (!korch__strategy_at(w, i)->referenced)
			w->plan->targets[i].scale_down_at = 0;
}

static void act(korch__strategy_work *w)
{
	static void (*const acts[])(korch__strategy_work *) = {
	    [KORCH_STRATEGY_ROLLING] = korch__strategy_rolling,
	    [KORCH_STRATEGY_RECREATE] = korch__strategy_recreate,
	    [KORCH_STRATEGY_CANARY] = korch__strategy_canary,
	    [KORCH_STRATEGY_BLUE_GREEN] = korch__strategy_blue_green,
	};
	acts[w->spec->type](w);
	if (w->spec->type == KORCH_STRATEGY_ROLLING || w->spec->type == KORCH_STRATEGY_RECREATE)
		forget_times(w);
	korch__strategy_analyses(w);
	korch__strategy_history(w);
	w->state->replicas = w->spec->replicas;
	w->state->surge = w->spec->max_surge;
}

static void make(korch__strategy_work *w)
{
	hold(w);
	korch__strategy_begin(w);
	resolve(w);
	want_jobs(w);
	if (!w->decided && w->spec->type == KORCH_STRATEGY_CANARY)
		korch__strategy_canary_goals(w);
	else
		w->size = w->spec->replicas;
	advance(w);
	if (w->decided) {
		leave(w);
	} else if (w->state->current) {
		act(w);
	}
	korch__strategy_routes(w);
	korch__strategy_why(w);
	korch__strategy_phase(w);
	w->plan->changed = korch__strategy_changed(w);
}

int korch_rollout_plan(korch_strategy_plan *out, const korch_strategy *spec,
                       const korch_strategy_observed *observed, korch_usec now)
{
	if (!out)
		return KORCH_E_INVALID;
	int code = korch_strategy_check(spec, NULL);
	if (code == 0)
		code = korch__strategy_check_observed(spec, observed);
	if (code < 0)
		return code;
	memset(&out->targets[observed->n_revisions], 0, sizeof(out->targets[0]));
	memset((char *)out + offsetof(korch_strategy_plan, n_targets), 0,
	       sizeof(*out) - offsetof(korch_strategy_plan, n_targets));
	out->size = sizeof(*out);
	out->wake_at = KORCH_USEC_NEVER;
	out->state = observed->state;
	korch__strategy_work w = {
	    .spec = spec,
	    .seen = observed,
	    .plan = out,
	    .state = &out->state,
	    .now = now,
	    .max_weight = spec->max_weight > 0 ? spec->max_weight : 100,
	    .routed = spec->type == KORCH_STRATEGY_CANARY && spec->traffic,
	};
	make(&w);
	assert(korch_rollout_law(spec, observed, out, NULL) == 0);
	return 0;
}
