/* The status of an AnalysisRun: see measured.h. */
#include "cluster/measuring/measured.h"

#include "base/text.h"

void korch__answer_clear(korch__answer *answer)
{
	korch_string_unref(answer->value);
	korch_string_unref(answer->message);
	korch_block_unref(answer->metadata);
	*answer = (korch__answer){0};
}

static const korch_analysis_metric_result *find(const korch_analysis_run_status *status,
                                                const char *name)
{
	for (size_t i = 0; status && i < status->n_metric_results; i++) {
		if (korch__text_equal(status->metric_results[i].name, name))
			return &status->metric_results[i];
	}
	return NULL;
}

/* One result for each metric, in the spec's order; what was measured stays. */
static int order_results(korch__measured *m, const korch_analysis_run_status *before,
                         const korch_analysis_run_spec *spec)
{
	korch_analysis_metric_result *list =
	    korch_list_edit(&m->status->metric_results, &m->status->n_metric_results,
	                    &korch_analysis_metric_result_type, spec->n_metrics);
	if (!list && spec->n_metrics > 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < spec->n_metrics; i++) {
		const char *name = spec->metrics[i].name;
		if (korch__text_equal(list[i].name, name))
			continue;
		const korch_analysis_metric_result *old = find(before, name);
		korch_struct_clear(&list[i], &korch_analysis_metric_result_type);
		if (old)
			korch_struct_assign(&list[i], old, &korch_analysis_metric_result_type);
		else if (korch_string_set(&list[i].name, name) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

int korch__measured_init(korch__measured *m, const korch_analysis_run *run,
                         const korch_analysis_run_spec *spec)
{
	*m = (korch__measured){.run = (korch_analysis_run *)korch_object_edit(&run->object)};
	m->status = m->run ? korch_struct_edit(&m->run->status, &korch_analysis_run_status_type) : NULL;
	if (m->status && order_results(m, run->status, spec) == 0)
		return 0;
	korch__measured_fini(m);
	return KORCH_E_NOMEM;
}

void korch__measured_fini(korch__measured *m)
{
	korch_object_unref((korch_object *)m->run);
	*m = (korch__measured){0};
}

korch_analysis_measurement *korch__measured_last(korch__measured *m, size_t metric)
{
	korch_analysis_metric_result *result = &m->status->metric_results[metric];
	size_t n = result->n_measurements;
	korch_analysis_measurement *list =
	    n > 0 ? korch_list_edit(&result->measurements, &result->n_measurements,
	                            &korch_analysis_measurement_type, n)
	          : NULL;
	return list ? &list[n - 1] : NULL;
}

int korch__measured_begin(korch__measured *m, size_t metric, korch_usec now)
{
	korch_analysis_metric_result *result = &m->status->metric_results[metric];
	size_t n = result->n_measurements;
	korch_analysis_measurement *list = korch_list_edit(
	    &result->measurements, &result->n_measurements, &korch_analysis_measurement_type, n + 1);
	if (!list)
		return KORCH_E_NOMEM;
	list[n].started_at = now;
	return korch_string_set(&list[n].phase, "Running");
}

static void count(korch_analysis_metric_result *result, int32_t phase, korch_usec now)
{
	korch_analysis_state state = {.count = result->count,
	                              .successful = result->successful,
	                              .failed = result->failed,
	                              .inconclusive = result->inconclusive,
	                              .error = result->error,
	                              .consecutive_error = result->consecutive_error,
	                              .consecutive_success = result->consecutive_success};
	korch_analysis_note(&state, phase, now);
	result->count = state.count;
	result->successful = state.successful;
	result->failed = state.failed;
	result->inconclusive = state.inconclusive;
	result->error = state.error;
	result->consecutive_error = state.consecutive_error;
	result->consecutive_success = state.consecutive_success;
}

int korch__measured_answer(korch__measured *m, size_t metric, const korch__answer *answer)
{
	korch_analysis_measurement *last = korch__measured_last(m, metric);
	if (!last || korch_string_set(&last->phase, korch_analysis_phase_name(answer->phase)) < 0)
		return KORCH_E_NOMEM;
	korch_string_share(&last->value, answer->value);
	korch_string_share(&last->message, answer->message);
	if (answer->metadata)
		korch_block_share(&last->metadata, answer->metadata);
	last->resume_at = answer->resume_us;
	if (!korch_analysis_is_over(answer->phase))
		return 0;
	last->finished_at = answer->finished_us;
	last->resume_at = 0;
	count(&m->status->metric_results[metric], answer->phase, answer->finished_us);
	return 0;
}

int korch__measured_drop(korch__measured *m, size_t metric, size_t n)
{
	korch_analysis_metric_result *result = &m->status->metric_results[metric];
	size_t had = result->n_measurements;
	if (n == 0 || n > had)
		return 0;
	korch_analysis_measurement *list = korch_list_edit(
	    &result->measurements, &result->n_measurements, &korch_analysis_measurement_type, had);
	if (!list)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i + n < had; i++) {
		korch_struct_clear(&list[i], &korch_analysis_measurement_type);
		korch_struct_assign(&list[i], &list[i + n], &korch_analysis_measurement_type);
	}
	korch_list_edit(&result->measurements, &result->n_measurements,
	                &korch_analysis_measurement_type, had - n);
	return 0;
}

static int set_text(const char **slot, const char *text)
{
	return korch__text_equal(*slot, text) ? 0 : korch_string_set(slot, text && *text ? text : NULL);
}

static int set_summary(korch_analysis_run_summary **slot, const korch_analysis_count *from)
{
	korch_analysis_run_summary *to = korch_struct_edit(slot, &korch_analysis_run_summary_type);
	if (!to)
		return KORCH_E_NOMEM;
	to->count = from->count;
	to->successful = from->successful;
	to->failed = from->failed;
	to->inconclusive = from->inconclusive;
	to->error = from->error;
	return 0;
}

int korch__measured_plan(korch__measured *m, const korch_analysis_plan *plan,
                         const korch_analysis_rule *rules, const korch_analysis_state *states,
                         korch_usec now)
{
	char why[KORCH_ANALYSIS_TEXT_SIZE];
	korch_analysis_run_status *status = m->status;
	for (size_t i = 0; i < plan->n_steps; i++) {
		korch_analysis_metric_result *result = &status->metric_results[i];
		korch_analysis_reason(why, &rules[i], &states[i]);
		result->dry_run = rules[i].dry_run;
		if (set_text(&result->phase, korch_analysis_phase_name(plan->steps[i].phase)) < 0 ||
		    set_text(&result->message, why) < 0)
			return KORCH_E_NOMEM;
	}
	status->started_at = plan->started_us;
	if (korch_analysis_is_over(plan->phase) && !status->completed_at)
		status->completed_at = now;
	if (set_text(&status->phase, korch_analysis_phase_name(plan->phase)) < 0 ||
	    set_text(&status->message, plan->message) < 0 ||
	    set_summary(&status->run_summary, &plan->summary) < 0)
		return KORCH_E_NOMEM;
	return plan->dry_run.count > 0 ? set_summary(&status->dry_run_summary, &plan->dry_run) : 0;
}
