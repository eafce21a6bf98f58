/*
 * Steps of somebody else's making (plugin): the status says that the step waits, and whoever
 * carries it out says in the same entry how it ended (status.canary.stepPluginStatuses[].phase).
 */
#include "base/text.h"
#include "control/rollout/hand.h"

static const korch_step_plugin_status *find(const korch_rollout_status *status, int32_t index)
{
	const korch_rollout_canary_status *canary = status ? status->canary : NULL;
	for (size_t i = 0; canary && i < canary->n_step_plugin_statuses; i++) {
		if (canary->step_plugin_statuses[i].index == index)
			return &canary->step_plugin_statuses[i];
	}
	return NULL;
}

void korch__argo_observe_gate(korch__argo_hand *h)
{
	const korch_canary_step *step = korch__argo_step(h, h->observed.state.step);
	const korch_step_plugin_status *entry =
	    step && step->plugin ? find(h->rollout->status, h->steps[h->observed.state.step].origin)
	                         : NULL;
	if (entry)
		h->observed.gate = korch__argo_outcome(entry->phase);
}

static int ask(korch__argo_hand *h, const korch_plugin_step *plugin, int32_t index)
{
	korch_rollout_canary_status *canary =
	    korch_struct_edit(&h->status->canary, &korch_rollout_canary_status_type);
	size_t n = canary ? canary->n_step_plugin_statuses : 0;
	korch_step_plugin_status *list =
	    canary ? korch_list_edit(&canary->step_plugin_statuses, &canary->n_step_plugin_statuses,
	                             &korch_step_plugin_status_type, n + 1)
	           : NULL;
	if (!list)
		return KORCH_E_NOMEM;
	KORCH_SET(&list[n], korch_step_plugin_status, index, index);
	list[n].started_at = list[n].updated_at = h->input->now;
	if (korch_string_set(&list[n].name, plugin->name) < 0 ||
	    korch_string_set(&list[n].operation, "Run") < 0 ||
	    korch_string_set(&list[n].phase, "Running") < 0)
		return KORCH_E_NOMEM;
	return korch_plan_event(h->plan, &h->rollout->object, "Normal", "RolloutStepPlugin",
	                        "Step %d waits for plugin '%s'", index + 1,
	                        korch__text_or_empty(plugin->name));
}

/* Another revision, or no rollout at all: what was said about the steps is forgotten. */
static int forget(korch__argo_hand *h)
{
	korch_rollout_canary_status *canary = h->status->canary;
	if (!canary || canary->n_step_plugin_statuses == 0)
		return 0;
	canary = korch_struct_edit(&h->status->canary, &korch_rollout_canary_status_type);
	if (!canary)
		return KORCH_E_NOMEM;
	korch_list_edit(&canary->step_plugin_statuses, &canary->n_step_plugin_statuses,
	                &korch_step_plugin_status_type, 0);
	return 0;
}

int korch__argo_apply_gate(korch__argo_hand *h)
{
	const korch_rollout_status *before = h->rollout->status;
	const korch_canary_step *step = korch__argo_step(h, h->next.state.step);
	int32_t index = step ? h->steps[h->next.state.step].origin : 0;
	int is_same = before && korch__text_equal(before->current_pod_hash, h->next.state.current);
	if (!is_same || h->next.state.aborted || h->next.state.attempt != h->observed.state.attempt)
		return forget(h);
	if (!h->next.gate || !step || !step->plugin || find(h->status, index))
		return 0;
	return ask(h, step->plugin, index);
}
