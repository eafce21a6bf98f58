/* A canary's plan: with a router weights, sizes and services; without one sizes are the weights. */
#include "strategy/rollout/work.h"

/* The interval between two steps of the promotion begins with each. */
static void note_promotion_step(korch__strategy_work *w)
{
	if (w->spec->promote_weight_step > 0 && w->full && w->current != KORCH__STRATEGY_NONE &&
	    w->current != w->stable &&
	    w->plan->targets[w->current].weight != korch__strategy_at(w, w->current)->weight)
		w->state->step_since_us = w->now;
}

void korch__strategy_canary(korch__strategy_work *w)
{
	if (w->routed) {
		korch__strategy_canary_weights(w);
		korch__strategy_canary_sizes(w);
		note_promotion_step(w);
	} else {
		korch__strategy_basic(w);
	}
	if (w->current != KORCH__STRATEGY_NONE || w->stable != KORCH__STRATEGY_NONE)
		korch__strategy_canary_services(w);
}

static void forget(korch__strategy_work *w, int32_t before)
{
	const korch_strategy_step *steps = w->spec->steps;
	for (int32_t i = 0; i < before; i++) {
		if (korch__strategy_same(steps[i].name, steps[before].name))
			w->plan->routes[i / 64] &= ~(UINT64_C(1) << (i % 64));
	}
}

/* By the state that is to be recorded: so a route comes with the plan that notes its step. */
void korch__strategy_routes(korch__strategy_work *w)
{
	const korch_strategy_state *state = w->state;
	int32_t last =
	    state->step < (int32_t)w->spec->n_steps ? state->step : (int32_t)w->spec->n_steps - 1;
	if (w->spec->type != KORCH_STRATEGY_CANARY || state->aborted || state->promote_full ||
	    !state->stable || korch__strategy_same(state->stable, state->current))
		return;
	for (int32_t i = 0; i <= last; i++) {
		const korch_strategy_step *step = &w->spec->steps[i];
		if (step->type != KORCH_STRATEGY_SET_HEADER_ROUTE &&
		    step->type != KORCH_STRATEGY_SET_MIRROR_ROUTE)
			continue;
		forget(w, i);
		if (!step->removes)
			w->plan->routes[i / 64] |= UINT64_C(1) << (i % 64);
	}
}
