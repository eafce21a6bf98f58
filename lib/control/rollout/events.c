/* What happened in a plan, as events with Argo Rollouts' reasons: the timeline of a run is made of
 * them. */
#include "base/text.h"
#include "control/rollout/hand.h"

static int say(korch__argo_hand *h, int is_normal, const char *reason, const char *text)
{
	return korch_plan_event(h->plan, &h->rollout->object, is_normal ? "Normal" : "Warning", reason,
	                        "%s", text);
}

static int step_completed(korch__argo_hand *h)
{
	char text[KORCH_STRATEGY_TEXT_SIZE];
	int32_t step = h->next.state.step - 1;
	if (step < 0 || (size_t)step >= h->strategy.n_steps)
		return 0;
	korch_strategy_step_text(text, &h->strategy.steps[step]);
	return korch_plan_event(h->plan, &h->rollout->object, "Normal", "RolloutStepCompleted",
	                        "Rollout step %d/%zu completed (%s)", step + 1, h->strategy.n_steps,
	                        text);
}

static int weights_changed(korch__argo_hand *h)
{
	const char *stable = h->next.state.stable;
	int32_t now = 0;
	for (size_t i = 0; i < h->next.n_targets; i++) {
		if (korch__text_equal(h->next.targets[i].hash, h->hash) &&
		    !korch__text_equal(stable, h->hash))
			now = h->next.targets[i].weight;
	}
	return korch_plan_event(
	    h->plan, &h->rollout->object, "Normal", "TrafficWeightUpdated",
	    "Traffic weight of the new revision updated from %d to %d",
	    korch__text_equal(stable, h->hash) ? 0 : korch__argo_weight_of(h->rollout->status, h->hash),
	    now);
}

static int write_event(korch__argo_hand *h, int32_t event)
{
	const char *revision = korch__text_or_empty(
	    korch_map_get(h->edited->object.metadata->annotations, KORCH__ARGO_ANNOTATION_REVISION));
	const korch_object *about = &h->rollout->object;
	switch (event) {
	case KORCH_STRATEGY_EVENT_STARTED:
		return korch_plan_event(h->plan, about, "Normal", "RolloutUpdated",
		                        "Rollout updated to revision %lld",
		                        (long long)korch__argo_number(h));
	case KORCH_STRATEGY_EVENT_STEP:
		return step_completed(h);
	case KORCH_STRATEGY_EVENT_PAUSED:
		return say(h, 1, "RolloutPaused", "Rollout is paused");
	case KORCH_STRATEGY_EVENT_RESUMED:
		return say(h, 1, "RolloutResumed", "Rollout is resumed");
	case KORCH_STRATEGY_EVENT_WEIGHT:
		return weights_changed(h);
	case KORCH_STRATEGY_EVENT_SWITCHED:
		return 0; /* said with the service */
	case KORCH_STRATEGY_EVENT_ABORTED:
		return say(h, 0, "RolloutAborted", korch__argo_aborted_text(h));
	case KORCH_STRATEGY_EVENT_PROMOTED:
		return korch_plan_event(h->plan, about, "Normal", "RolloutCompleted",
		                        "Rollout completed update to revision %s (%s)", revision, h->hash);
	case KORCH_STRATEGY_EVENT_SKIPPED:
		return say(h, 1, "SkipSteps", "Rollback: steps are skipped");
	case KORCH_STRATEGY_EVENT_CHECK:
		return korch_plan_event(h->plan, about, "Warning", "RolloutCheckFailed",
		                        "Check failed (%u so far); it is repeated",
		                        h->next.state.checks_failed);
	case KORCH_STRATEGY_EVENT_DEADLINE:
		return korch_plan_event(h->plan, about, "Warning", "ProgressDeadlineExceeded",
		                        "No progress within %lld seconds",
		                        (long long)(h->strategy.deadline_us / KORCH_USEC_PER_SEC));
	default:
		return 0;
	}
}

int korch__argo_write_events(korch__argo_hand *h)
{
	for (size_t i = 0; i < h->next.n_events; i++) {
		if (write_event(h, h->next.events[i]) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}
