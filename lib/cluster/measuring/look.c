/* A look at a run: answers that have come are written into its status, the planner is asked, and
 * what it wants is asked of the sources. */
#include "cluster/measuring/hand.h"

#include "base/cleanup.h"
#include "base/text.h"

/* An answer that is there at once: it could not be asked. */
static int fail(korch__look *l, size_t i, const char *why)
{
	korch__answer answer = {
	    .phase = KORCH_ANALYSIS_ERROR, .message = korch_string_new(why), .finished_us = l->now};
	int code = korch__look_hide(l, &answer.message);
	if (code == 0)
		code = korch__measured_answer(&l->measured, i, &answer);
	korch__answer_clear(&answer);
	korch_controller_request(l->measuring->controller, korch_object_namespace(&l->run->object),
	                         korch_object_name(&l->run->object), 0);
	return code;
}

static void fill_query(korch_metric_query *out, const korch__look *l, size_t i,
                       const korch_analysis_measurement *last, int resumes)
{
	const korch_analysis_metric_result *result = &l->measured.status->metric_results[i];
	*out = (korch_metric_query){
	    .size = sizeof(*out),
	    .metric = &l->spec->metrics[i],
	    .run_namespace = korch_object_namespace(&l->run->object),
	    .run_name = korch_object_name(&l->run->object),
	    .run_uid = korch_object_uid(&l->run->object),
	    .metadata = resumes ? last->metadata : NULL,
	    .number = result->count + result->error + 1,
	};
}

/* Asks a source: a new measurement, or again for one that is not done. */
static int ask(korch__look *l, size_t i, int resumes)
{
	const korch_analysis_metric *metric = &l->spec->metrics[i];
	korch_metric_source *source = korch__measuring_source(l->measuring, metric);
	_cleanup_error_ korch_error *problem = NULL;
	if (!resumes && korch__measured_begin(&l->measured, i, l->now) < 0)
		return KORCH_E_NOMEM;
	const korch_analysis_measurement *last = korch__measured_last(&l->measured, i);
	if (!last)
		return KORCH_E_NOMEM;
	if (!source)
		return fail(l, i, "no source of metrics measures this provider");
	if (l->measuring->n >= KORCH__MEASUREMENTS_MAX)
		return fail(l, i, "too many measurements are under way");
	korch_metric_query query;
	fill_query(&query, l, i, last, resumes);
	int code = korch__measurement_begin(l->measuring, source, &query, &l->run->object,
	                                    last->started_at, &problem);
	return code == 0 || code == KORCH_E_NOMEM ? code : fail(l, i, korch_error_message(problem));
}

/* A measurement that is not done is ended: its source may have something to clear up. */
static int end(korch__look *l, size_t i)
{
	korch__measurement *m = korch__measurement_find(l->measuring, korch_object_uid(&l->run->object),
	                                                l->spec->metrics[i].name);
	korch_analysis_measurement *last = korch__measured_last(&l->measured, i);
	korch_metric_source *source = korch__measuring_source(l->measuring, &l->spec->metrics[i]);
	if (m)
		korch__measurement_forget(l->measuring, m);
	if (!last)
		return KORCH_E_NOMEM;
	if (source && last->metadata) {
		korch_metric_query query;
		fill_query(&query, l, i, last, 1);
		korch_metric_forget(source, &query);
	}
	korch__answer answer = {.phase = KORCH_ANALYSIS_SUCCESSFUL,
	                        .message = korch_string_new("Metric Terminated"),
	                        .finished_us = l->now};
	int code = korch__measured_answer(&l->measured, i, &answer);
	korch__answer_clear(&answer);
	return code;
}

/* What has been answered or begun is brought into the status. */
static int catch_up(korch__look *l)
{
	for (size_t i = 0; i < l->n; i++) {
		korch__measurement *m = korch__measurement_find(
		    l->measuring, korch_object_uid(&l->run->object), l->spec->metrics[i].name);
		const korch_analysis_measurement *last = m ? korch__measured_last(&l->measured, i) : NULL;
		if (!m)
			continue;
		int is_there = last && last->started_at == m->started_us;
		if ((is_there && last->finished_at) || (last && last->started_at > m->started_us)) {
			korch__measurement_forget(l->measuring, m); /* the status has it */
			continue;
		}
		if (!is_there && korch__measured_begin(&l->measured, i, m->started_us) < 0)
			return KORCH_E_NOMEM;
		if (m->call)
			continue;
		if (korch__look_hide(l, &m->answer.message) < 0 ||
		    korch__look_hide(l, &m->answer.value) < 0 ||
		    korch__measured_answer(&l->measured, i, &m->answer) < 0)
			return KORCH_E_NOMEM;
		if (!korch_analysis_is_over(m->answer.phase) && is_there &&
		    last->resume_at == m->answer.resume_us)
			korch__measurement_forget(l->measuring, m); /* it will be asked again */
	}
	return 0;
}

static int act(korch__look *l)
{
	for (size_t i = 0; i < l->plan.n_steps; i++) {
		const korch_analysis_step *step = &l->plan.steps[i];
		int code = 0;
		if (step->drop > 0)
			code = korch__measured_drop(&l->measured, i, (size_t)step->drop);
		if (code == 0 && step->action == KORCH_ANALYSIS_END)
			code = end(l, i);
		else if (code == 0 && step->action != KORCH_ANALYSIS_WAIT)
			code = ask(l, i, step->action == KORCH_ANALYSIS_RESUME);
		if (code < 0)
			return code;
	}
	return 0;
}

int korch__look_measure(korch__look *l)
{
	const korch_analysis_run_status *status = l->run->status;
	korch_analysis_run_state state = {.size = sizeof(state),
	                                  .started_us = status ? status->started_at : 0,
	                                  .phase =
	                                      korch_analysis_phase_of(status ? status->phase : NULL),
	                                  .terminate = l->run->spec->terminate};
	if (korch__measured_init(&l->measured, l->run, l->spec) < 0 || catch_up(l) < 0)
		return KORCH_E_NOMEM;
	korch_analysis_states(l->states, l->spec, l->measured.status);
	for (size_t i = 0; i < l->n; i++) {
		const korch__measurement *m = korch__measurement_find(
		    l->measuring, korch_object_uid(&l->run->object), l->spec->metrics[i].name);
		l->states[i].asked = m && m->call;
	}
	l->plan.size = sizeof(l->plan);
	int code = korch_analysis_plan_run(&l->plan, &state, l->rules, l->states, l->n, l->now);
	if (code == 0)
		code = act(l);
	if (code == 0)
		code = korch__measured_plan(&l->measured, &l->plan, l->rules, l->states, l->now);
	return code;
}
