/* A Rollout's counters, phase and message. Conditions stand in conditions.c, weights in weights.c.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/rollout/hand.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int set_text(const char **slot, const char *text)
{
	return korch__text_equal(*slot, text) ? 0 : korch_string_set(slot, text && *text ? text : NULL);
}

static void count(korch__argo_hand *h)
{
	korch_rollout_status *to = h->status;
	const korch_replica_set_status none = {0};
	to->replicas = to->updated_replicas = to->ready_replicas = to->available_replicas = 0;
	for (size_t i = 0; i < h->n; i++) {
		const korch__argo_set *set = &h->sets[i];
		const korch_replica_set_status *from =
		    !set->is_new && set->set->status ? set->set->status : &none;
		to->replicas += from->replicas;
		to->ready_replicas += from->ready_replicas;
		to->available_replicas += from->available_replicas;
		if (korch__text_equal(set->hash, h->hash))
			to->updated_replicas = from->replicas;
	}
	to->hpa_replicas = to->replicas;
}

/* Why it stands still, in Argo's words; without times, which would change at every look. */
static const char *paused_by(const korch__argo_hand *h)
{
	uint32_t pauses = h->next.state.pauses;
	if (pauses & KORCH_STRATEGY_PAUSED_INCONCLUSIVE)
		return "InconclusiveAnalysisRun";
	if (pauses & KORCH_STRATEGY_PAUSED_STEP)
		return "CanaryPauseStep";
	return pauses & KORCH_STRATEGY_PAUSED_BLUE_GREEN ? "BlueGreenPause" : "manually paused";
}

static const char *aborted_by(int32_t reason)
{
	switch (reason) {
	case KORCH_STRATEGY_REASON_ANALYSIS:
		return "an analysis failed";
	case KORCH_STRATEGY_REASON_EXPERIMENT:
		return "an experiment failed";
	case KORCH_STRATEGY_REASON_GATE:
		return "a gate refused it";
	case KORCH_STRATEGY_REASON_CHECKS:
		return "too many checks failed";
	case KORCH_STRATEGY_REASON_DEADLINE:
		return "no progress in time";
	default:
		return "by request";
	}
}

static void waiting_for(char *out, size_t size, const korch_strategy_explanation *why)
{
	switch (why->wait) {
	case KORCH_STRATEGY_WAIT_CREATED:
		snprintf(out, size, "waiting for the new ReplicaSet to be created");
		break;
	case KORCH_STRATEGY_WAIT_AVAILABLE:
		snprintf(out, size, "waiting for %d of %d replicas to be available", why->want - why->have,
		         why->want);
		break;
	case KORCH_STRATEGY_WAIT_GONE:
		snprintf(out, size, "%d old replicas are pending termination", why->have);
		break;
	case KORCH_STRATEGY_WAIT_TRAFFIC:
		snprintf(out, size, "waiting for traffic weights to be in force");
		break;
	case KORCH_STRATEGY_WAIT_ANALYSIS:
	case KORCH_STRATEGY_WAIT_CHECK:
		snprintf(out, size, "waiting for analysis");
		break;
	case KORCH_STRATEGY_WAIT_EXPERIMENT:
		snprintf(out, size, "waiting for experiment");
		break;
	case KORCH_STRATEGY_WAIT_GATE:
		snprintf(out, size, "waiting for confirmation");
		break;
	case KORCH_STRATEGY_WAIT_SCALE_DOWN:
		snprintf(out, size, "waiting for scale-down delay");
		break;
	default:
		snprintf(out, size, "more replicas need to be updated");
	}
}

const char *korch__argo_aborted_text(const korch__argo_hand *h)
{
	static const char reason[] = "RolloutAborted: ";
	const char *message = korch__text_or_empty(h->status->message);
	return message + (korch__text_has_prefix(message, reason) ? strlen(reason) : 0);
}

static int set_phase(korch__argo_hand *h)
{
	static const char *const names[] = {"Healthy", "Progressing", "Paused", "Degraded"};
	char message[128] = "";
	switch (h->next.phase) {
	case KORCH_STRATEGY_PROGRESSING:
		waiting_for(message, sizeof(message), &h->next.why);
		break;
	case KORCH_STRATEGY_HELD:
		snprintf(message, sizeof(message), "%s", paused_by(h));
		break;
	case KORCH_STRATEGY_DEGRADED:
		if (h->next.state.aborted)
			snprintf(message, sizeof(message),
			         "RolloutAborted: Rollout aborted update to revision %s: %s",
			         korch__text_or_empty(korch_map_get(h->edited->object.metadata->annotations,
			                                            KORCH__ARGO_ANNOTATION_REVISION)),
			         aborted_by(h->next.reason));
		else
			snprintf(message, sizeof(message), "ProgressDeadlineExceeded: no progress in time");
		break;
	default:
		break;
	}
	if (set_text(&h->status->phase, names[h->next.phase]) < 0)
		return KORCH_E_NOMEM;
	return set_text(&h->status->message, message);
}

static int set_selector(korch__argo_hand *h)
{
	korch_selector *selector = NULL;
	if (korch_selector_new(&selector, h->input->selector, NULL) < 0)
		return KORCH_E_NOMEM;
	char *text = korch_selector_format(selector);
	int code = text ? set_text(&h->status->selector, text) : KORCH_E_NOMEM;
	korch_selector_free(selector);
	free(text);
	return code;
}

static int set_blue_green(korch__argo_hand *h)
{
	korch_rollout_blue_green_status *bg =
	    korch_struct_edit(&h->status->blue_green, &korch_rollout_blue_green_status_type);
	const korch_strategy_plan *next = &h->next;
	const char *active = next->active ? next->active : korch__argo_selected(h, KORCH__ARGO_ACTIVE);
	const char *preview =
	    next->preview ? next->preview : korch__argo_selected(h, KORCH__ARGO_PREVIEW);
	if (!bg || set_text(&bg->active_selector, active) < 0)
		return KORCH_E_NOMEM;
	return set_text(&bg->preview_selector, preview);
}

int korch__argo_note_generation(korch__argo_hand *h)
{
	char generation[24];
	snprintf(generation, sizeof(generation), "%lld",
	         (long long)h->rollout->object.metadata->generation);
	return set_text(&h->status->observed_generation, generation);
}

int korch__argo_write_status(korch__argo_hand *h)
{
	count(h);
	if (korch__argo_note_generation(h) < 0 || set_phase(h) < 0 || set_selector(h) < 0)
		return KORCH_E_NOMEM;
	if (h->strategy.type == KORCH_STRATEGY_BLUE_GREEN)
		return set_blue_green(h);
	return set_text(&h->status->current_step_hash, h->step_hash);
}
