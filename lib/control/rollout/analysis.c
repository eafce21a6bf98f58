/*
 * AnalysisRuns of a Rollout: which ones its status names and what they say, starting and ending
 * them, and how many old ones are kept. What is measured: run.c; how a run ends: lib/strategy.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/pods.h"
#include "control/rollout/hand.h"
#include "control/rollout/run.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs that are kept, of each outcome; Argo Rollouts, utils/defaults. */
#define HISTORY 5

static const korch_rollout_analysis_run_status *named(const korch_rollout_status *status, int slot)
{
	if (!status)
		return NULL;
	switch (slot) {
	case KORCH_STRATEGY_SLOT_STEP:
		return status->canary ? status->canary->current_step_analysis_run_status : NULL;
	case KORCH_STRATEGY_SLOT_BACKGROUND:
		return status->canary ? status->canary->current_background_analysis_run_status : NULL;
	case KORCH_STRATEGY_SLOT_PRE:
		return status->blue_green ? status->blue_green->pre_promotion_analysis_run_status : NULL;
	default:
		return status->blue_green ? status->blue_green->post_promotion_analysis_run_status : NULL;
	}
}

/* Where the status names the run of a slot; NULL when memory is short. */
static korch_rollout_analysis_run_status **slot_of(korch__argo_hand *h, int slot)
{
	if (slot <= KORCH_STRATEGY_SLOT_BACKGROUND) {
		korch_rollout_canary_status *canary =
		    korch_struct_edit(&h->status->canary, &korch_rollout_canary_status_type);
		if (!canary)
			return NULL;
		return slot == KORCH_STRATEGY_SLOT_STEP ? &canary->current_step_analysis_run_status
		                                        : &canary->current_background_analysis_run_status;
	}
	korch_rollout_blue_green_status *bg =
	    korch_struct_edit(&h->status->blue_green, &korch_rollout_blue_green_status_type);
	if (!bg)
		return NULL;
	return slot == KORCH_STRATEGY_SLOT_PRE ? &bg->pre_promotion_analysis_run_status
	                                       : &bg->post_promotion_analysis_run_status;
}

static const korch_analysis_run *find_run(const korch__argo_hand *h, const char *name)
{
	for (size_t i = 0; name && i < h->input->n_runs; i++) {
		if (korch__text_equal(korch_object_name(&h->input->runs[i]->object), name))
			return h->input->runs[i];
	}
	return NULL;
}

int32_t korch__argo_outcome(const char *phase)
{
	static const struct {
		const char *phase;
		int32_t outcome;
	} outcomes[] = {{"Successful", KORCH_STRATEGY_SUCCESSFUL},
	                {"Failed", KORCH_STRATEGY_FAILED},
	                {"Error", KORCH_STRATEGY_ERROR},
	                {"Inconclusive", KORCH_STRATEGY_INCONCLUSIVE}};
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		if (korch__text_equal(phase, outcomes[i].phase))
			return outcomes[i].outcome;
	}
	return KORCH_STRATEGY_RUNNING;
}

static int32_t number_label(const korch_object *object, const char *key)
{
	int64_t value = 0;
	const char *text = korch_map_get(korch__labels(object), key);
	return text && korch__text_to_i64(&value, text) == 0 && value >= 0 && value <= INT32_MAX
	           ? (int32_t)value
	           : 0;
}

/* The planner's step of a manifest's: the present one, or none that counts. */
static int32_t planner_step(const korch__argo_hand *h, int32_t index)
{
	int32_t now = h->observed.state.step;
	return korch__argo_index(h, now) == index ? now : -1;
}

void korch__argo_observe_runs(korch__argo_hand *h)
{
	for (int slot = 0; slot < KORCH_STRATEGY_SLOTS; slot++) {
		const korch_rollout_analysis_run_status *ref = named(h->rollout->status, slot);
		const korch_analysis_run *run = find_run(h, ref ? ref->name : NULL);
		korch_strategy_analysis *out = &h->observed.analyses[slot];
		*out = (korch_strategy_analysis){0};
		if (!run || !korch__text_equal(korch__argo_hash_of(&run->object), h->hash))
			continue;
		out->outcome = korch__argo_outcome(run->status ? run->status->phase : NULL);
		out->step = slot == KORCH_STRATEGY_SLOT_STEP
		                ? planner_step(h, number_label(&run->object, KORCH__ARGO_LABEL_STEP))
		                : 0;
		out->attempt = (uint32_t)number_label(&run->object, KORCH__ARGO_LABEL_ATTEMPT);
	}
}

/* Asks a run to end. */
static int end_run(korch__argo_hand *h, const korch_analysis_run *run)
{
	const char *phase = run->status ? run->status->phase : NULL;
	if (!run->spec || run->spec->terminate || korch__argo_outcome(phase) != KORCH_STRATEGY_RUNNING)
		return 0;
	korch_analysis_run *edited = (korch_analysis_run *)korch_object_edit(&run->object);
	korch_analysis_run_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_analysis_run_spec_type) : NULL;
	if (!spec) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	spec->terminate = 1;
	return korch_plan_update(h->plan, &run->object, &edited->object);
}

/* The status says what the run says; a run of another step or template is forgotten. */
static int refresh(korch__argo_hand *h, korch_rollout_analysis_run_status **ref, int slot)
{
	const korch_analysis_run *run = *ref ? find_run(h, (*ref)->name) : NULL;
	int stays =
	    run && !(h->next.terminate & (1u << slot)) &&
	    korch__text_equal(korch__argo_hash_of(&run->object), h->hash) &&
	    (slot != KORCH_STRATEGY_SLOT_STEP || number_label(&run->object, KORCH__ARGO_LABEL_STEP) ==
	                                             korch__argo_index(h, h->next.state.step));
	if (!stays) {
		korch_block_share(ref, NULL);
		return 0;
	}
	korch_rollout_analysis_run_status *to =
	    korch_struct_edit(ref, &korch_rollout_analysis_run_status_type);
	const korch_analysis_run_status *from = run->status;
	if (!to || korch_string_set(&to->status, from && from->phase ? from->phase : "Pending") < 0)
		return KORCH_E_NOMEM;
	return korch_string_set(&to->message, from ? from->message : NULL);
}

static int start(korch__argo_hand *h, korch_rollout_analysis_run_status **ref, int slot)
{
	korch_analysis_run *run = NULL;
	_cleanup_error_ korch_error *problem = NULL;
	int code = korch__argo_run_make(&run, h, slot, &problem);
	if (code == KORCH_E_NOMEM)
		return code;
	if (code < 0) {
		snprintf(h->problem, sizeof(h->problem), "%s", korch_error_message(problem));
		return 0;
	}
	korch_rollout_analysis_run_status *to =
	    korch_struct_edit(ref, &korch_rollout_analysis_run_status_type);
	if (!to || korch_string_set(&to->name, korch_object_name(&run->object)) < 0 ||
	    korch_string_set(&to->status, "Pending") < 0 || korch_string_set(&to->message, NULL) < 0) {
		korch_object_unref(&run->object);
		return KORCH_E_NOMEM;
	}
	if (korch_plan_event(h->plan, &h->rollout->object, "Normal", "AnalysisRunRunning",
	                     "%s Analysis Run '%s' started", korch__argo_run_type(slot),
	                     korch_object_name(&run->object)) < 0) {
		korch_object_unref(&run->object);
		return KORCH_E_NOMEM;
	}
	return korch_plan_create(h->plan, &run->object);
}

static int by_creation(const void *a, const void *b)
{
	const korch_object *one = *(const korch_object *const *)a,
	                   *two = *(const korch_object *const *)b;
	korch_usec created_a = one->metadata->creation_timestamp,
	           created_b = two->metadata->creation_timestamp;
	if (created_a != created_b)
		return created_a > created_b ? -1 : 1; /* newest first */
	return strcmp(korch_object_name(two), korch_object_name(one));
}

static int is_named(const korch__argo_hand *h, const korch_object *run)
{
	for (int slot = 0; slot < KORCH_STRATEGY_SLOTS; slot++) {
		const korch_rollout_analysis_run_status *now = named(h->status, slot);
		const korch_rollout_analysis_run_status *before = named(h->rollout->status, slot);
		if ((now && korch__text_equal(now->name, korch_object_name(run))) ||
		    (before && korch__text_equal(before->name, korch_object_name(run))))
			return 1;
	}
	return 0;
}

/* Old runs beyond the limits go. */
static int forget_old(korch__argo_hand *h)
{
	const korch_analysis_run_strategy *limits = h->rollout->spec->analysis;
	int64_t good = HISTORY, bad = HISTORY;
	if (limits && KORCH_IS_SET(limits, korch_analysis_run_strategy, successful_run_history_limit))
		good = limits->successful_run_history_limit;
	if (limits && KORCH_IS_SET(limits, korch_analysis_run_strategy, unsuccessful_run_history_limit))
		bad = limits->unsuccessful_run_history_limit;
	size_t n = h->input->n_runs;
	_cleanup_free_ const korch_analysis_run **runs = korch__calloc(n + 1, sizeof(*runs));
	if (!runs)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < n; i++)
		runs[i] = h->input->runs[i];
	qsort(runs, n, sizeof(*runs), by_creation);
	for (size_t i = 0; i < n; i++) {
		int32_t outcome = korch__argo_outcome(runs[i]->status ? runs[i]->status->phase : NULL);
		if (outcome == KORCH_STRATEGY_RUNNING || is_named(h, &runs[i]->object) ||
		    korch__is_deleting(&runs[i]->object))
			continue;
		int64_t *left = outcome == KORCH_STRATEGY_SUCCESSFUL ? &good : &bad;
		if ((*left)-- <= 0 && korch__plan_takes(h->plan, h->n + 1) &&
		    korch_plan_delete(h->plan, &runs[i]->object, NULL) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

int korch__argo_apply_runs(korch__argo_hand *h)
{
	for (int slot = 0; slot < KORCH_STRATEGY_SLOTS; slot++) {
		int starts = (h->next.start & (1u << slot)) != 0;
		if (!starts && !named(h->status, slot))
			continue;
		korch_rollout_analysis_run_status **ref = slot_of(h, slot);
		if (!ref || refresh(h, ref, slot) < 0 || (starts && start(h, ref, slot) < 0))
			return KORCH_E_NOMEM;
	}
	/* every run that the status does not name has nothing more to say */
	for (size_t i = 0; i < h->input->n_runs; i++) {
		const korch_analysis_run *run = h->input->runs[i];
		int is_kept = 0;
		for (int slot = 0; slot < KORCH_STRATEGY_SLOTS; slot++) {
			const korch_rollout_analysis_run_status *ref = named(h->status, slot);
			is_kept |= ref && korch__text_equal(ref->name, korch_object_name(&run->object));
		}
		if (!is_kept && end_run(h, run) < 0)
			return KORCH_E_NOMEM;
	}
	return forget_old(h);
}
