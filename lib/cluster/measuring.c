/*
 * AnalysisRuns and the sources of metrics. One request of the pull controller is one look at a run:
 * answers that have come are written, the planner is asked, and what it wants is asked of the
 * sources. An answer asks for the next look. What a measurement said is kept until the status has
 * it, so that a conflict loses nothing; what was under way when the program ended is asked again.
 */
#include "cluster/measuring.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "cluster/measured.h"
#include "control/pods.h"
#include "object/base64.h"
#include "object/json.h"
#include <korch/api/core_config.h>
#include <stdlib.h>
#include <string.h>

/* Sources that can be given. */
#define SOURCES_MAX 64
/* Measurements under way at one time. */
#define CALLS_MAX 1000

struct korch__measuring {
	korch_engine *engine;
	korch_controller *controller;
	korch_metric_source *sources[SOURCES_MAX];
	size_t n_sources;
	struct measurement *first;
	size_t n;
};

/* A measurement under way, or its answer that the status does not have yet. */
typedef struct measurement {
	struct measurement *next;
	korch__measuring *measuring;
	char *namespace_, *name, *uid; /* of the run */
	char *metric;
	korch_usec started_us;   /* as the status notes it */
	korch_metric_call *call; /* NULL: answered */
	korch_parsed_condition *success, *failure;
	korch__answer answer;
} measurement;

static void measurement_free(measurement *m)
{
	if (!m)
		return;
	korch_metric_cancel(m->call);
	korch_condition_free(m->success);
	korch_condition_free(m->failure);
	korch__answer_clear(&m->answer);
	korch__free(m->namespace_);
	korch__free(m->name);
	korch__free(m->uid);
	korch__free(m->metric);
	korch__free(m);
}

static void forget(korch__measuring *measuring, measurement *gone)
{
	for (measurement **at = &measuring->first; *at; at = &(*at)->next) {
		if (*at == gone) {
			*at = gone->next;
			measuring->n--;
			measurement_free(gone);
			return;
		}
	}
}

static measurement *find(const korch__measuring *measuring, const char *uid, const char *metric)
{
	for (measurement *m = measuring->first; m; m = m->next) {
		if (strcmp(m->uid, uid) == 0 && strcmp(m->metric, metric) == 0)
			return m;
	}
	return NULL;
}

static void forget_run(korch__measuring *measuring, const char *namespace_, const char *name,
                       const char *but_uid)
{
	for (measurement *m = measuring->first, *next; m; m = next) {
		next = m->next;
		if (strcmp(m->namespace_, namespace_) == 0 && strcmp(m->name, name) == 0 &&
		    strcmp(m->uid, but_uid) != 0)
			forget(measuring, m);
	}
}

/* What the source says is judged by the metric's conditions. */
static void judge(measurement *m, const korch_metric_answer *from)
{
	static const int32_t phases[] = {
	    [KORCH_METRIC_RUNNING] = KORCH_ANALYSIS_RUNNING,
	    [KORCH_METRIC_SUCCESSFUL] = KORCH_ANALYSIS_SUCCESSFUL,
	    [KORCH_METRIC_FAILED] = KORCH_ANALYSIS_FAILED,
	    [KORCH_METRIC_ERROR] = KORCH_ANALYSIS_ERROR,
	    [KORCH_METRIC_INCONCLUSIVE] = KORCH_ANALYSIS_INCONCLUSIVE,
	};
	_cleanup_error_ korch_error *problem = NULL;
	korch__answer_clear(&m->answer);
	m->answer.value = korch_string_new(from->value);
	m->answer.message = korch_string_new(from->message);
	m->answer.metadata = korch_block_ref(from->metadata);
	m->answer.resume_us = from->resume_us;
	m->answer.finished_us = korch_view_now(korch_engine_view(m->measuring->engine));
	if (from->outcome != KORCH_METRIC_VALUE) {
		m->answer.phase = phases[from->outcome];
		return;
	}
	if (korch_analysis_judge(&m->answer.phase, m->success, m->failure, from->result, &problem) < 0)
		m->answer.phase = KORCH_ANALYSIS_ERROR;
	if (problem)
		korch_string_set(&m->answer.message, korch_error_message(problem));
}

static void on_answer(void *userdata, const korch_metric_answer *answer)
{
	measurement *m = userdata;
	m->call = NULL;
	judge(m, answer);
	korch_controller_request(m->measuring->controller, m->namespace_, m->name, 0);
}

static korch_metric_source *source_of(const korch__measuring *measuring,
                                      const korch_analysis_metric *metric)
{
	for (size_t i = 0; i < measuring->n_sources; i++) {
		if (korch_metric_accepts(measuring->sources[i], metric))
			return measuring->sources[i];
	}
	return NULL;
}

static int parse_conditions(measurement *m, const korch_analysis_metric *metric, korch_error **err)
{
	int code = 0;
	if (metric->success_condition && *metric->success_condition)
		code = korch_condition_parse(&m->success, metric->success_condition, err);
	if (code == 0 && metric->failure_condition && *metric->failure_condition)
		code = korch_condition_parse(&m->failure, metric->failure_condition, err);
	return code;
}

static measurement *measurement_new(korch__measuring *measuring, const korch_object *run,
                                    const char *metric, korch_usec started_us)
{
	measurement *m = korch__calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	m->measuring = measuring;
	m->namespace_ = korch__strdup(korch_object_namespace(run));
	m->name = korch__strdup(korch_object_name(run));
	m->uid = korch__strdup(korch_object_uid(run));
	m->metric = korch__strdup(metric);
	m->started_us = started_us;
	if (m->namespace_ && m->name && m->uid && m->metric)
		return m;
	measurement_free(m);
	return NULL;
}

/* A look at a run: what its parts share. */
typedef struct look {
	korch__measuring *measuring;
	const korch_analysis_run *run;
	korch_analysis_run_spec *spec; /* with its arguments put in */
	korch__measured measured;
	korch_analysis_rule rules[KORCH_ANALYSIS_METRICS_MAX];
	korch_analysis_state states[KORCH_ANALYSIS_METRICS_MAX];
	korch_analysis_plan plan;
	size_t n;
	korch_usec now;
} look;

/* An answer that is there at once: it could not be asked. */
static int fail(look *l, size_t i, const char *why)
{
	korch__answer answer = {
	    .phase = KORCH_ANALYSIS_ERROR, .message = korch_string_new(why), .finished_us = l->now};
	int code = korch__measured_answer(&l->measured, i, &answer);
	korch__answer_clear(&answer);
	korch_controller_request(l->measuring->controller, korch_object_namespace(&l->run->object),
	                         korch_object_name(&l->run->object), 0);
	return code;
}

static void fill_query(korch_metric_query *out, const look *l, size_t i,
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
static int ask(look *l, size_t i, int resumes)
{
	const korch_analysis_metric *metric = &l->spec->metrics[i];
	korch_metric_source *source = source_of(l->measuring, metric);
	_cleanup_error_ korch_error *problem = NULL;
	if (!resumes && korch__measured_begin(&l->measured, i, l->now) < 0)
		return KORCH_E_NOMEM;
	const korch_analysis_measurement *last = korch__measured_last(&l->measured, i);
	if (!last)
		return KORCH_E_NOMEM;
	if (!source)
		return fail(l, i, "no source of metrics measures this provider");
	if (l->measuring->n >= CALLS_MAX)
		return fail(l, i, "too many measurements are under way");
	measurement *m = measurement_new(l->measuring, &l->run->object, metric->name, last->started_at);
	if (!m)
		return KORCH_E_NOMEM;
	korch_metric_query query;
	fill_query(&query, l, i, last, resumes);
	int code = parse_conditions(m, metric, &problem);
	if (code == 0)
		code = korch_metric_measure(&m->call, source, &query, on_answer, m, &problem);
	if (code < 0) {
		measurement_free(m);
		return code == KORCH_E_NOMEM ? code : fail(l, i, korch_error_message(problem));
	}
	m->next = l->measuring->first;
	l->measuring->first = m;
	l->measuring->n++;
	return 0;
}

/* A measurement that is not done is ended: its source may have something to clear up. */
static int end(look *l, size_t i)
{
	measurement *m =
	    find(l->measuring, korch_object_uid(&l->run->object), l->spec->metrics[i].name);
	korch_analysis_measurement *last = korch__measured_last(&l->measured, i);
	korch_metric_source *source = source_of(l->measuring, &l->spec->metrics[i]);
	if (m)
		forget(l->measuring, m);
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
static int catch_up(look *l)
{
	for (size_t i = 0; i < l->n; i++) {
		measurement *m =
		    find(l->measuring, korch_object_uid(&l->run->object), l->spec->metrics[i].name);
		const korch_analysis_measurement *last = m ? korch__measured_last(&l->measured, i) : NULL;
		if (!m)
			continue;
		int is_there = last && last->started_at == m->started_us;
		if ((is_there && last->finished_at) || (last && last->started_at > m->started_us)) {
			forget(l->measuring, m); /* the status has it */
			continue;
		}
		if (!is_there && korch__measured_begin(&l->measured, i, m->started_us) < 0)
			return KORCH_E_NOMEM;
		if (m->call)
			continue;
		if (korch__measured_answer(&l->measured, i, &m->answer) < 0)
			return KORCH_E_NOMEM;
		if (!korch_analysis_is_over(m->answer.phase) && is_there &&
		    last->resume_at == m->answer.resume_us)
			forget(l->measuring, m); /* it will be asked again */
	}
	return 0;
}

static int act(look *l)
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

static int look_up_secret(void *userdata, const char **out, const korch_analysis_value_from *from,
                          korch_error **err)
{
	const look *l = userdata;
	const korch_analysis_secret_key_ref *ref = from->secret_key_ref;
	const char *name = ref ? korch__text_or_empty(ref->name) : "";
	if (!ref)
		return korch_error_set(err, KORCH_E_INVALID, "fieldRef is resolved by who starts the run");
	const korch_secret *secret = (const korch_secret *)korch_view_get(
	    korch_engine_view(l->measuring->engine), &korch_secret_kind,
	    korch_object_namespace(&l->run->object), name);
	const char *text = secret ? korch_map_get(secret->data, korch__text_or_empty(ref->key)) : NULL;
	if (!text)
		return korch_error_set(err, KORCH_E_INVALID, "secret \"%s\" has no key \"%s\"", name,
		                       korch__text_or_empty(ref->key));
	korch_buf plain;
	korch__buf_init(&plain, KORCH__BYTES_DEFAULT);
	int code = korch__base64_decode(&plain, text);
	if (code == 0 && !plain.failed)
		*out = korch_string_new_n(plain.data ? plain.data : "", plain.len);
	korch__buf_fini(&plain);
	if (code < 0)
		return korch_error_set(err, KORCH_E_INVALID, "secret \"%s\": key \"%s\" is not base64",
		                       name, korch__text_or_empty(ref->key));
	return *out ? 0 : KORCH_E_NOMEM;
}

/* The spec with its arguments, and the planner's rules. */
static int read_spec(look *l, korch_error **err)
{
	korch_map *values = NULL;
	const korch_analysis_run_spec *spec = l->run->spec;
	int code = korch_analysis_values(&values, spec->args, spec->n_args, look_up_secret, l, err);
	if (code == 0)
		code = korch_analysis_resolve(&l->spec, spec, values, err);
	korch_block_unref(values);
	if (code == 0)
		code = korch_analysis_rules(l->rules, &l->n, l->spec, err);
	return code;
}

/* The run cannot be carried out: it ends with an error that says why. */
static int give_up(korch_plan *plan, const look *l, const char *why)
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

static int write(korch_plan *plan, look *l)
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

static int measure(korch_plan *plan, look *l)
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
		const measurement *m =
		    find(l->measuring, korch_object_uid(&l->run->object), l->spec->metrics[i].name);
		l->states[i].asked = m && m->call;
	}
	l->plan.size = sizeof(l->plan);
	int code = korch_analysis_plan_run(&l->plan, &state, l->rules, l->states, l->n, l->now);
	if (code == 0)
		code = act(l);
	if (code == 0)
		code = korch__measured_plan(&l->measured, &l->plan, l->rules, l->states, l->now);
	return code < 0 ? code : write(plan, l);
}

/* A run that is over goes after its time. */
static int expire(korch_plan *plan, const look *l)
{
	const korch_ttl_strategy *ttl = l->run->spec->ttl_strategy;
	const korch_analysis_run_status *status = l->run->status;
	if (!ttl || !status->completed_at)
		return 0;
	int64_t after = -1;
	int good = korch__text_equal(status->phase, "Successful");
	if (KORCH_IS_SET(ttl, korch_ttl_strategy, seconds_after_completion))
		after = ttl->seconds_after_completion;
	if (good && KORCH_IS_SET(ttl, korch_ttl_strategy, seconds_after_success))
		after = ttl->seconds_after_success;
	if (!good && KORCH_IS_SET(ttl, korch_ttl_strategy, seconds_after_failure))
		after = ttl->seconds_after_failure;
	korch_usec at = status->completed_at + after * KORCH_USEC_PER_SEC;
	if (after < 0)
		return 0;
	if (at <= l->now)
		return korch_plan_delete(plan, &l->run->object, NULL);
	korch_plan_wake_at(plan, at);
	return 0;
}

static int look_at(korch_plan *plan, look *l)
{
	_cleanup_error_ korch_error *problem = NULL;
	const char *phase = l->run->status ? l->run->status->phase : NULL;
	if (korch_analysis_is_over(korch_analysis_phase_of(phase)))
		return expire(plan, l);
	int code = read_spec(l, &problem);
	if (code == KORCH_E_NOMEM)
		return code;
	return code < 0 ? give_up(plan, l, korch_error_message(problem)) : measure(plan, l);
}

static void serve(korch__measuring *measuring, const korch_request *request)
{
	const korch_view *view = korch_engine_view(measuring->engine);
	const korch_analysis_run *run = (const korch_analysis_run *)korch_view_get(
	    view, &korch_analysis_run_kind, request->key.namespace_, request->key.name);
	korch_plan *plan = NULL;
	forget_run(measuring, request->key.namespace_, request->key.name,
	           run ? korch_object_uid(&run->object) : "");
	if (!run || !run->spec || korch__is_deleting(&run->object)) {
		korch_controller_finish(measuring->controller, request, NULL, 0);
		return;
	}
	look *l = korch__calloc(1, sizeof(*l));
	int code = l ? korch_plan_new(&plan) : KORCH_E_NOMEM;
	if (code == 0) {
		l->measuring = measuring;
		l->run = run;
		l->now = korch_view_now(view);
		code = look_at(plan, l);
		korch__measured_fini(&l->measured);
		korch_block_unref(l->spec);
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
	if (n > SOURCES_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "%zu sources of metrics; at most %d", n,
		                       SOURCES_MAX);
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
		forget(measuring, measuring->first);
	korch__free(measuring);
}
