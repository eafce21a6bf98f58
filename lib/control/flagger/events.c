/* What happened in a plan, as events with Flagger's reason. Changes of the phase are told with the
 * status. */
#include "base/text.h"
#include "control/flagger/hand.h"
#include <stdarg.h>
#include <stdio.h>

int korch__flagger_say(korch__flagger_hand *h, const char *type, const char *format, ...)
{
	char text[512];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return korch_plan_event(h->plan, &h->canary->object, type, "Synced", "%s", text);
}

static const char *aborted_by(int32_t reason)
{
	switch (reason) {
	case KORCH_STRATEGY_REASON_ANALYSIS:
		return "a rollback webhook asked for it";
	case KORCH_STRATEGY_REASON_CHECKS:
		return "as many checks failed as the threshold allows";
	case KORCH_STRATEGY_REASON_DEADLINE:
		return "no progress within progressDeadlineSeconds";
	default:
		return "by request";
	}
}

/* Of the steps that are done only weights are told. */
static int step_done(korch__flagger_hand *h)
{
	int32_t step = h->next.state.step - 1;
	if (step < 0 || (size_t)step >= h->strategy.n_steps ||
	    h->steps[step].type != KORCH_STRATEGY_SET_WEIGHT)
		return 0;
	return korch__flagger_say(h, "Normal", "Weight in force: %d", h->steps[step].weight);
}

static int write_event(korch__flagger_hand *h, int32_t event)
{
	const korch_strategy_state *state = &h->next.state;
	const char *target = korch_object_name(&h->input->target->object);
	switch (event) {
	case KORCH_STRATEGY_EVENT_STARTED:
		return korch__flagger_say(h, "Normal", "New revision of %s (%s)", target, h->id);
	case KORCH_STRATEGY_EVENT_STEP:
		return step_done(h);
	case KORCH_STRATEGY_EVENT_WEIGHT:
		return korch__flagger_say(h, "Normal", "Weight of %s from %d to %d", target, h->weight,
		                          h->next.targets[1].weight);
	case KORCH_STRATEGY_EVENT_CHECK:
		return korch__flagger_say(h, "Warning", "Check failed (%u so far)", state->checks_failed);
	case KORCH_STRATEGY_EVENT_ABORTED:
		return korch__flagger_say(h, "Warning", "Rolled back: %s", aborted_by(state->reason));
	case KORCH_STRATEGY_EVENT_PROMOTED:
		return korch__flagger_say(h, "Normal", "Promoted: all traffic goes to the primary");
	case KORCH_STRATEGY_EVENT_DEADLINE:
		return korch__flagger_say(h, "Warning", "No progress within %lld seconds",
		                          (long long)(h->strategy.deadline_us / KORCH_USEC_PER_SEC));
	default:
		return 0;
	}
}

int korch__flagger_write_events(korch__flagger_hand *h)
{
	for (size_t i = 0; i < h->next.n_events; i++) {
		if (write_event(h, h->next.events[i]) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}
