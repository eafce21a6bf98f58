/*
 * What a Rollout remembers, in and out of its status: Argo Rollouts' fields, and one annotation for
 * what these have no place for. Argo's clients change the same fields.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/note.h"
#include "control/pods.h"
#include "control/rollout/rollout.h"
#include <korch/strategy/rollout.h>
#include <stdio.h>
#include <string.h>

/* Reasons of pauses, as status.pauseConditions has them. */
static const struct {
	uint32_t bit;
	const char *reason;
} pauses[] = {
    {KORCH_STRATEGY_PAUSED_STEP, "CanaryPauseStep"},
    {KORCH_STRATEGY_PAUSED_BLUE_GREEN, "BlueGreenPause"},
    {KORCH_STRATEGY_PAUSED_INCONCLUSIVE, "InconclusiveAnalysisRun"},
};
#define ALL_PAUSES                                                                                 \
	(KORCH_STRATEGY_PAUSED_STEP | KORCH_STRATEGY_PAUSED_BLUE_GREEN |                               \
	 KORCH_STRATEGY_PAUSED_INCONCLUSIVE)

static uint32_t pause_bit(const char *reason)
{
	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		if (korch__text_equal(reason, pauses[i].reason))
			return pauses[i].bit;
	}
	return KORCH_STRATEGY_PAUSED_INCONCLUSIVE; /* InconclusiveExperiment */
}

static void read_pauses(korch_strategy_state *out, const korch_rollout_status *status,
                        korch_usec now)
{
	for (size_t i = 0; i < status->n_pause_conditions; i++) {
		const korch_pause_condition *condition = &status->pause_conditions[i];
		out->pauses |= pause_bit(condition->reason);
		korch_usec since = korch__note_past(condition->start_time, now);
		if (out->pause_since_us == 0 || since < out->pause_since_us)
			out->pause_since_us = since;
	}
}

/* controllerPause says that there was a pause, the note which one. Without a note it may be any. */
static void read_paused(korch_strategy_state *out, const korch_rollout_status *status,
                        const char *text)
{
	uint32_t noted = (uint32_t)korch__note_number(text, "paused") & ALL_PAUSES;
	if (status->controller_pause)
		out->paused = noted ? noted : out->pauses ? out->pauses : ALL_PAUSES;
}

static void read_annotation(korch_strategy_state *out, const char *text, korch_usec now)
{
	out->step_since_us = korch__note_time(text, "stepSince", now);
	out->progress_us = korch__note_time(text, "progress", now);
	out->progress_mark = (uint64_t)korch__note_number(text, "mark");
	out->checks_failed = (uint32_t)korch__note_number(text, "checksFailed");
	out->attempt = (uint32_t)korch__note_number(text, "attempt");
	out->reason = (int32_t)korch__note_number(text, "reason");
	out->timed_out = korch__note_number(text, "timedOut") != 0;
	out->stale = (uint32_t)korch__note_number(text, "stale");
	out->replicas = (int32_t)korch__note_number(text, "replicas");
	out->surge = (int32_t)korch__note_number(text, "surge");
	out->post_since_us = korch__note_time(text, "postSince", now);
	out->post_since_set = out->post_since_us != 0;
}

/*
 * The planner's step: the first one that the manifest's step became, or as many further on as was
 * noted for that very step. When somebody else moved currentStepIndex the note does not count.
 */
static int32_t read_step(const korch_strategy *strategy, int32_t index, const char *text)
{
	int32_t step = korch_strategy_step_at(strategy, index);
	int64_t within = korch__note_number(text, "within"), of = korch__note_number(text, "of");
	if (of != index || within <= 0 || within >= (int64_t)strategy->n_steps - step ||
	    strategy->steps[step + within].origin != index)
		return step;
	return step + (int32_t)within;
}

/* Clients set abort and promoteFull, and no more: what the note does not know yet is a verb. */
static void read_verbs(korch_strategy_state *out, const korch_rollout_status *status)
{
	if (status->promote_full && !out->promote_full)
		korch_rollout_promote_full(out);
	else if (status->abort && !out->aborted)
		korch_rollout_abort(out);
	else if (!status->abort && out->aborted)
		korch_rollout_retry(out);
	if (!status->promote_full && out->promote_full)
		out->promote_full = 0;
}

void korch__argo_state_read(korch_strategy_state *out, const korch_rollout *rollout,
                            const korch_strategy *strategy, korch_usec now)
{
	const korch_rollout_status *status = rollout->status;
	*out = (korch_strategy_state){0};
	if (!status)
		return;
	out->stable = status->stable_rs && *status->stable_rs ? status->stable_rs : NULL;
	out->current =
	    status->current_pod_hash && *status->current_pod_hash ? status->current_pod_hash : NULL;
	const char *text = korch__annotation(&rollout->object, KORCH__ARGO_ANNOTATION_STATE);
	out->step = read_step(strategy, status->current_step_index, text);
	out->aborted = korch__note_number(text, "aborted") != 0;
	out->aborted_us = korch__note_past(status->aborted_at, now);
	out->promote_full = korch__note_number(text, "full") != 0;
	out->scale_up_preview =
	    status->blue_green ? status->blue_green->scale_up_preview_check_point : 0;
	read_pauses(out, status, now);
	read_paused(out, status, text);
	read_annotation(out, text, now);
	read_verbs(out, status);
}

static int write_pauses(korch_rollout_status *status, const korch_strategy_state *state)
{
	size_t n = 0, i = 0;
	for (size_t p = 0; p < sizeof(pauses) / sizeof(pauses[0]); p++)
		n += (state->pauses & pauses[p].bit) != 0;
	status->controller_pause = state->paused != 0;
	korch_pause_condition *list = korch_list_edit(
	    &status->pause_conditions, &status->n_pause_conditions, &korch_pause_condition_type, n);
	if (!list)
		return n > 0 ? KORCH_E_NOMEM : 0;
	for (size_t p = 0; p < sizeof(pauses) / sizeof(pauses[0]); p++) {
		if (!(state->pauses & pauses[p].bit))
			continue;
		if (!list[i].reason || pause_bit(list[i].reason) != pauses[p].bit) {
			if (korch_string_set(&list[i].reason, pauses[p].reason) < 0)
				return KORCH_E_NOMEM;
		}
		list[i++].start_time = state->pause_since_us;
	}
	return 0;
}

/* Index of the manifest's step; the number of steps when all are done. */
static int32_t index_of(const korch_rollout *rollout, const korch_strategy_state *state,
                        const korch_strategy *strategy)
{
	const korch_canary_strategy *canary = rollout->spec->strategy->canary;
	if (state->step >= 0 && (size_t)state->step < strategy->n_steps)
		return strategy->steps[state->step].origin;
	return canary ? (int32_t)canary->n_steps : 0;
}

static int write_annotation(korch_rollout *rollout, const korch_strategy_state *state,
                            const korch_strategy *strategy)
{
	int32_t index = index_of(rollout, state, strategy);
	int32_t within = state->step - korch_strategy_step_at(strategy, index);
	char text[448];
	snprintf(text, sizeof(text),
	         "{\"stepSince\":%lld,\"progress\":%lld,\"mark\":%lld,\"checksFailed\":%u,"
	         "\"attempt\":%u,\"reason\":%d,\"timedOut\":%d,\"stale\":%u,\"replicas\":%d,"
	         "\"surge\":%d,\"of\":%d,\"within\":%d,\"paused\":%u,\"aborted\":%d,\"full\":%d,"
	         "\"postSince\":%lld}",
	         (long long)state->step_since_us, (long long)state->progress_us,
	         (long long)state->progress_mark, state->checks_failed, state->attempt, state->reason,
	         state->timed_out, state->stale, state->replicas, state->surge, index, within,
	         state->paused, state->aborted, state->promote_full,
	         (long long)(state->post_since_set ? state->post_since_us : 0));
	if (korch__text_equal(korch__annotation(&rollout->object, KORCH__ARGO_ANNOTATION_STATE), text))
		return 0;
	korch_object_meta *meta = korch_object_edit_meta(&rollout->object);
	return meta ? korch_map_set(&meta->annotations, KORCH__ARGO_ANNOTATION_STATE, text)
	            : KORCH_E_NOMEM;
}

static int write_text(const char **slot, const char *text)
{
	return korch__text_equal(*slot, text) ? 0 : korch_string_set(slot, text && *text ? text : NULL);
}

static int write_blue_green(korch_rollout_status *status, const korch_strategy_state *state)
{
	korch_rollout_blue_green_status *bg =
	    korch_struct_edit(&status->blue_green, &korch_rollout_blue_green_status_type);
	if (!bg)
		return KORCH_E_NOMEM;
	bg->scale_up_preview_check_point = state->scale_up_preview;
	return 0;
}

int korch__argo_state_write(korch_rollout *rollout, korch_rollout_status *status,
                            const korch_strategy_state *state, const korch_strategy *strategy)
{
	const korch_rollout_strategy *kind = rollout->spec->strategy;
	if (write_text(&status->stable_rs, state->stable) < 0 ||
	    write_text(&status->current_pod_hash, state->current) < 0 ||
	    write_pauses(status, state) < 0 || write_annotation(rollout, state, strategy) < 0)
		return KORCH_E_NOMEM;
	if (kind->canary && kind->canary->n_steps > 0)
		KORCH_SET(status, korch_rollout_status, current_step_index,
		          index_of(rollout, state, strategy));
	status->abort = state->aborted;
	status->aborted_at = state->aborted ? state->aborted_us : 0;
	status->promote_full = state->promote_full;
	return kind->blue_green ? write_blue_green(status, state) : 0;
}
