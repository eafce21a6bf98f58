/*
 * Checks of a Canary: its webhooks first, then its metrics as an AnalysisRun of one measurement
 * each. What is measured: metrics.c; how a run ends: lib/strategy.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/flagger/hand.h"
#include "control/pods.h"
#include "control/rollout/run.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs that are kept. */
#define HISTORY 10

static const korch_strategy_step *check_at(const korch__flagger_hand *h,
                                           const korch_strategy_state *state)
{
	if (state->step < 0 || (size_t)state->step >= h->strategy.n_steps)
		return NULL;
	const korch_strategy_step *step = &h->strategy.steps[state->step];
	return step->type == KORCH_STRATEGY_CHECK ? step : NULL;
}

static int is_measured(const korch__flagger_hand *h, const korch_strategy_step *step)
{
	return !step->name && korch_flagger_analysis_of(h->canary)->n_metrics > 0;
}

static void name_run(char out[KORCH__FLAGGER_NAME_SIZE], const korch__flagger_hand *h,
                     const korch_strategy_state *state)
{
	snprintf(out, KORCH__FLAGGER_NAME_SIZE, "%.180s-%s-%d-%u",
	         korch_object_name(&h->canary->object), h->id, state->step, state->attempt);
}

static const korch_analysis_run *find_run(const korch__flagger_hand *h,
                                          const korch_strategy_state *state)
{
	char name[KORCH__FLAGGER_NAME_SIZE];
	name_run(name, h, state);
	for (size_t i = 0; i < h->input->n_runs; i++) {
		if (strcmp(korch_object_name(&h->input->runs[i]->object), name) == 0)
			return h->input->runs[i];
	}
	return NULL;
}

int32_t korch__flagger_check_outcome(const korch__flagger_hand *h)
{
	const korch_strategy_state *state = &h->observed.state;
	const korch_strategy_step *step = check_at(h, state);
	if (!step)
		return KORCH_STRATEGY_NONE;
	int has_hooks = korch_flagger_has_webhook(h->canary, step->name ? step->name : "rollout");
	int32_t hooks = korch__flagger_check_hooks(h, state);
	if (hooks != KORCH_STRATEGY_SUCCESSFUL)
		return hooks;
	if (!is_measured(h, step)) {
		int is_due = h->input->now >= state->step_since_us + step->duration_us;
		return has_hooks || is_due ? KORCH_STRATEGY_SUCCESSFUL : KORCH_STRATEGY_NONE;
	}
	const korch_analysis_run *run = find_run(h, state);
	if (run)
		return korch__argo_outcome(run->status ? run->status->phase : NULL);
	return has_hooks ? KORCH_STRATEGY_RUNNING : KORCH_STRATEGY_NONE;
}

/* Metrics that cannot be measured are an error of the check, not of the Canary. */
static int note_error(korch__flagger_hand *h, korch_analysis_run *run, const char *message)
{
	korch_analysis_run_status *status =
	    korch_struct_edit(&run->status, &korch_analysis_run_status_type);
	if (!status || korch_string_set(&status->phase, "Error") < 0 ||
	    korch_string_set(&status->message, message) < 0)
		return KORCH_E_NOMEM;
	return korch__flagger_say(h, "Warning", "%s", message);
}

static int fill_metrics(korch__flagger_hand *h, korch_analysis_run_spec *spec, korch_error **err)
{
	const korch_flagger_analysis *analysis = korch_flagger_analysis_of(h->canary);
	korch_analysis_metric *list = korch_list_edit(&spec->metrics, &spec->n_metrics,
	                                              &korch_analysis_metric_type, analysis->n_metrics);
	int code = list ? 0 : KORCH_E_NOMEM;
	for (size_t i = 0; code == 0 && i < analysis->n_metrics; i++)
		code = korch__flagger_metric(&list[i], h, &analysis->metrics[i], err);
	return code;
}

static int start_run(korch__flagger_hand *h, const korch_strategy_state *state)
{
	char name[KORCH__FLAGGER_NAME_SIZE];
	korch_object *object = NULL;
	_cleanup_error_ korch_error *problem = NULL;
	name_run(name, h, state);
	if (korch_object_new(&object, &korch_analysis_run_kind) < 0)
		return KORCH_E_NOMEM;
	korch_analysis_run *run = (korch_analysis_run *)object;
	korch_object_meta *meta = korch_object_edit_meta(object);
	korch_analysis_run_spec *spec = korch_struct_edit(&run->spec, &korch_analysis_run_spec_type);
	int code = meta && spec ? korch_string_set(&meta->name, name) : KORCH_E_NOMEM;
	if (code == 0)
		code = korch_object_set_controller(object, &h->canary->object);
	if (code == 0) {
		korch_string_share(&meta->namespace_, h->canary->object.metadata->namespace_);
		code = fill_metrics(h, spec, &problem);
	}
	if (code < 0 && code != KORCH_E_NOMEM) {
		korch_list_edit(&spec->metrics, &spec->n_metrics, &korch_analysis_metric_type, 0);
		code = note_error(h, run, korch_error_message(problem));
	}
	if (code < 0) {
		korch_object_unref(object);
		return code;
	}
	return korch_plan_create(h->plan, object);
}

static int is_over(const korch_analysis_run *run)
{
	return korch__argo_outcome(run->status ? run->status->phase : NULL) != KORCH_STRATEGY_RUNNING;
}

/* A run that nobody waits for any more is asked to end. */
static int end_run(korch__flagger_hand *h, const korch_analysis_run *run)
{
	if (is_over(run) || !run->spec || run->spec->terminate)
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

static int newer_than(const korch_object *a, const korch_object *b)
{
	if (!a || !a->metadata || !b || !b->metadata)
		return 0;
	korch_usec one = a->metadata->creation_timestamp, two = b->metadata->creation_timestamp;
	return one != two ? one > two : strcmp(korch_object_name(a), korch_object_name(b)) > 0;
}

static int tidy_runs(korch__flagger_hand *h, const korch_analysis_run *kept)
{
	const korch__flagger_input *input = h->input;
	for (size_t i = 0; i < input->n_runs; i++) {
		const korch_analysis_run *run = input->runs[i];
		size_t newer = 0;
		if (run == kept || korch__is_deleting(&run->object))
			continue;
		if (end_run(h, run) < 0)
			return KORCH_E_NOMEM;
		for (size_t j = 0; j < input->n_runs; j++)
			newer += j != i && newer_than(&input->runs[j]->object, &run->object);
		if (newer >= HISTORY && is_over(run) &&
		    korch__plan_takes(h->plan, KORCH__FLAGGER_CONFIGS_MAX) &&
		    korch_plan_delete(h->plan, &run->object, NULL) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

int korch__flagger_apply_checks(korch__flagger_hand *h)
{
	const korch_strategy_state *state = &h->next.state, *before = &h->observed.state;
	const korch_strategy_step *step = check_at(h, state);
	const uint32_t bit = 1u << KORCH_STRATEGY_SLOT_STEP;
	int is_same = step && state->step == before->step && state->attempt == before->attempt;
	int runs = is_same && !(h->next.terminate & bit) &&
	           h->observed.analyses[KORCH_STRATEGY_SLOT_STEP].outcome == KORCH_STRATEGY_RUNNING;
	int is_wanted = is_same && (runs || (h->next.start & bit));
	const korch_analysis_run *run = is_same ? find_run(h, state) : NULL;
	if (is_wanted)
		korch__flagger_want_check(h, state);
	if (is_wanted && !run && is_measured(h, step) &&
	    korch__flagger_check_hooks(h, state) == KORCH_STRATEGY_SUCCESSFUL &&
	    start_run(h, state) < 0)
		return KORCH_E_NOMEM;
	return tidy_runs(h, is_wanted ? run : NULL);
}
