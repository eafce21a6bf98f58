/*
 * AnalysisRuns and the sources of metrics. One request of the pull controller is one look at a run.
 * An answer asks for the next look. What a measurement said is kept until the status has it, so
 * that a conflict loses nothing; what was under way when the program ended is asked again.
 */
#include "cluster/measuring/hand.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "control/note.h"
#include "control/pods.h"

/* The run cannot be carried out: it ends with an error that says why. */
static int give_up(korch_plan *plan, const korch__look *l, const char *why)
{
	korch_analysis_run *edited = (korch_analysis_run *)korch_object_edit(&l->run->object);
	korch_analysis_run_status *status =
	    edited ? korch_struct_edit(&edited->status, &korch_analysis_run_status_type) : NULL;
	if (!status || korch_string_set(&status->phase, "Error") < 0 ||
	    korch_string_set(&status->message, why) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	status->completed_at = l->now;
	return korch_plan_update_status(plan, &l->run->object, &edited->object);
}

static int write(korch_plan *plan, korch__look *l)
{
	const korch_object *base = &l->run->object;
	korch_plan_wake_at(plan, l->plan.wake_at);
	if (l->run->status &&
	    korch_struct_equal(l->measured.status, l->run->status, &korch_analysis_run_status_type))
		return 0;
	if (korch_analysis_is_over(l->plan.phase))
		korch_plan_event(plan, base,
		                 l->plan.phase == KORCH_ANALYSIS_SUCCESSFUL ? "Normal" : "Warning",
		                 "AnalysisRunCompleted", "Analysis completed: %s%s%s",
		                 korch_analysis_phase_name(l->plan.phase), l->plan.message[0] ? ": " : "",
		                 l->plan.message);
	return korch_plan_update_status(plan, base, &KORCH_STEAL(l->measured.run)->object);
}

/* A run that is over goes after its time. */
static int expire(korch_plan *plan, const korch__look *l)
{
	const korch_ttl_strategy *ttl = l->run->spec->ttl_strategy;
	const korch_analysis_run_status *status = l->run->status;
	if (!ttl || !status || !status->completed_at)
		return 0;
	int64_t after = -1;
	int good = korch__text_equal(status->phase, "Successful");
	if (KORCH_IS_SET(ttl, korch_ttl_strategy, seconds_after_completion))
		after = ttl->seconds_after_completion;
	if (good && KORCH_IS_SET(ttl, korch_ttl_strategy, seconds_after_success))
		after = ttl->seconds_after_success;
	if (!good && KORCH_IS_SET(ttl, korch_ttl_strategy, seconds_after_failure))
		after = ttl->seconds_after_failure;
	korch_usec at = korch__note_past(status->completed_at, l->now) + after * KORCH_USEC_PER_SEC;
	if (after < 0)
		return 0;
	if (at <= l->now)
		return korch_plan_delete(plan, &l->run->object, NULL);
	korch_plan_wake_at(plan, at);
	return 0;
}

static int look_at(korch_plan *plan, korch__look *l)
{
	_cleanup_error_ korch_error *problem = NULL;
	const char *phase = l->run->status ? l->run->status->phase : NULL;
	if (korch_analysis_is_over(korch_analysis_phase_of(phase)))
		return expire(plan, l);
	int code = korch__look_spec(l, &problem);
	if (code == KORCH_E_NOMEM)
		return code;
	if (code < 0)
		return give_up(plan, l, korch_error_message(problem));
	code = korch__look_measure(l);
	return code < 0 ? code : write(plan, l);
}

static void serve(korch__measuring *measuring, const korch_request *request)
{
	const korch_view *view = korch_engine_view(measuring->engine);
	const korch_analysis_run *run = (const korch_analysis_run *)korch_view_get(
	    view, &korch_analysis_run_kind, request->key.namespace_, request->key.name);
	korch_plan *plan = NULL;
	korch__measurement_forget_run(measuring, request->key.namespace_, request->key.name,
	                              run ? korch_object_uid(&run->object) : "");
	if (!run || !run->spec || korch__is_deleting(&run->object)) {
		korch_controller_finish(measuring->controller, request, NULL, 0);
		return;
	}
	korch__look *l = korch__calloc(1, sizeof(*l));
	int code = l ? korch_plan_new(&plan) : KORCH_E_NOMEM;
	if (code == 0) {
		l->measuring = measuring;
		l->run = run;
		l->now = korch_view_now(view);
		code = look_at(plan, l);
		korch__measured_fini(&l->measured);
		korch_block_unref(l->spec);
		korch_block_unref(l->values);
	}
	korch__free(l);
	korch_controller_finish(measuring->controller, request, plan, code);
}

static void on_ready(void *userdata)
{
	korch__measuring *measuring = userdata;
	korch_request request;
	while (korch_controller_next(measuring->controller, &request) == 1)
		serve(measuring, &request);
}

int korch__measuring_new(korch__measuring **out, korch_engine *engine,
                         korch_metric_source *const *sources, size_t n, korch_error **err)
{
	if (n > KORCH__MEASURING_SOURCES_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "%zu sources of metrics; at most %d", n,
		                       KORCH__MEASURING_SOURCES_MAX);
	korch__measuring *measuring = korch__calloc(1, sizeof(*measuring));
	if (!measuring)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	measuring->engine = engine;
	measuring->n_sources = n;
	for (size_t i = 0; i < n; i++)
		measuring->sources[i] = sources[i];
	const korch_controller_spec spec = {
	    .size = sizeof(spec),
	    .name = "analysis",
	    .kind = &korch_analysis_run_kind,
	};
	int code = korch_engine_add(&measuring->controller, engine, &spec, err);
	if (code < 0) {
		korch__free(measuring);
		return code;
	}
	korch_controller_on_ready(measuring->controller, on_ready, measuring);
	*out = measuring;
	return 0;
}

void korch__measuring_free(korch__measuring *measuring)
{
	if (!measuring)
		return;
	while (measuring->first)
		korch__measurement_forget(measuring, measuring->first);
	korch__free(measuring);
}
