/* Pauses: begun by the planner, ended by the clock or by a person, who clears the bit. */
#include "strategy/rollout/work.h"

void korch__strategy_pause(korch__strategy_work *w, uint32_t reason)
{
	w->state->pauses |= reason;
	w->state->paused |= reason;
	w->state->pause_since_us = w->now;
	w->decided = 1;
	korch__strategy_event(w, KORCH_STRATEGY_EVENT_PAUSED);
}

int korch__strategy_is_lifted(const korch__strategy_work *w, uint32_t reason)
{
	return (w->state->paused & reason) && !(w->state->pauses & reason);
}

void korch__strategy_resume(korch__strategy_work *w, uint32_t reason)
{
	if (w->state->paused & reason)
		korch__strategy_event(w, KORCH_STRATEGY_EVENT_RESUMED);
	w->state->pauses &= ~reason;
	w->state->paused &= ~reason;
	if (!w->state->pauses)
		w->state->pause_since_us = 0;
}
