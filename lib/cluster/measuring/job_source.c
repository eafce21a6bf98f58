/* Jobs as a source of metrics: see job_source.h. */
#include "cluster/measuring/job_source.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "control/condition.h"
#include "object/object.h"
#include <korch/api/batch.h>
#include <korch/codec.h>
#include <korch/sys/metric.h>
#include <stdio.h>
#include <string.h>

/* What a measurement notes. */
#define METADATA_NAME "job-name"
#define METADATA_NAMESPACE "job-namespace"

typedef struct source {
	korch_engine *engine;
	korch_controller *controller;
	struct job_call *first;
} source;

/* A measurement: it waits for a Job's end. */
typedef struct job_call {
	struct job_call *next;
	source *source;          /* NULL: it was freed */
	char *namespace_, *name; /* of the Job */
	korch_metric_fn fn;
	void *userdata;
	int is_canceled; /* fn is not called any more; it goes when the Job was made */
	int is_making;   /* the submission has not been answered */
} job_call;

static void call_free(job_call *call)
{
	if (!call)
		return;
	korch__free(call->namespace_);
	korch__free(call->name);
	korch__free(call);
}

static void forget_call(job_call *gone)
{
	for (job_call **at = &gone->source->first; *at; at = &(*at)->next) {
		if (*at == gone) {
			*at = gone->next;
			break;
		}
	}
	call_free(gone);
}

static void answer(job_call *call, int32_t outcome, const char *message)
{
	korch_map *metadata = NULL;
	if (korch_map_set(&metadata, METADATA_NAME, call->name) < 0 ||
	    korch_map_set(&metadata, METADATA_NAMESPACE, call->namespace_) < 0)
		message = "out of memory";
	const korch_metric_answer out = {
	    .size = sizeof(out), .outcome = outcome, .message = message, .metadata = metadata};
	call->fn(call->userdata, &out);
	korch_block_unref(metadata);
	forget_call(call);
}

static const korch_job_condition *ended(const korch_job *job, const char *type)
{
	const korch_job_status *status = job->status;
	for (size_t i = 0; status && i < status->n_conditions; i++) {
		if (korch__text_equal(status->conditions[i].type, type) &&
		    korch__text_equal(status->conditions[i].status, "True"))
			return &status->conditions[i];
	}
	return NULL;
}

/* Answers when the Job has ended; one that is gone is an error. */
static void look(job_call *call, const korch_job *job)
{
	const korch_job_condition *failed = job ? ended(job, "Failed") : NULL;
	if (!job)
		answer(call, KORCH_METRIC_ERROR, "the Job is gone");
	else if (ended(job, "Complete"))
		answer(call, KORCH_METRIC_SUCCESSFUL, NULL);
	else if (failed)
		answer(call, KORCH_METRIC_FAILED, failed->message);
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const source *self = userdata;
	const korch_job *job = (const korch_job *)korch_view_get(
	    view, &korch_job_kind, request->key.namespace_, request->key.name);
	for (job_call *call = self->first, *next; call; call = next) {
		next = call->next;
		if (!call->is_making && !call->is_canceled &&
		    strcmp(call->namespace_, request->key.namespace_) == 0 &&
		    strcmp(call->name, request->key.name) == 0)
			look(call, job);
	}
	return 0;
}

/* A measurement that nobody waits for ends its Job. */
static void end_job(const source *self, const korch_object *job)
{
	korch_plan *plan = NULL;
	if (!job || ended((const korch_job *)job, "Complete") ||
	    ended((const korch_job *)job, "Failed"))
		return;
	if (korch_plan_new(&plan) < 0)
		return;
	korch_plan_delete(plan, job, NULL);
	korch_engine_submit(self->engine, plan, NULL, NULL, NULL);
}

static void on_made(void *userdata, int code, const korch_error *error, const korch_object *result)
{
	job_call *call = userdata;
	call->is_making = 0;
	if (!call->source) {
		call_free(call);
	} else if (call->is_canceled) {
		if (code == 0)
			end_job(call->source, result);
		forget_call(call);
	} else if (code < 0 && code != KORCH_E_EXISTS) {
		answer(call, KORCH_METRIC_ERROR,
		       error ? korch_error_message(error) : korch_code_text(code));
	} else {
		korch_controller_request(call->source->controller, call->namespace_, call->name, 0);
	}
}

static int own(korch_object *job, const korch_metric_query *query, const korch_view *view)
{
	const korch_object *run =
	    query->run_name
	        ? korch_view_get(view, &korch_analysis_run_kind, query->run_namespace, query->run_name)
	        : NULL;
	return run ? korch_object_set_controller(job, run) : 0;
}

static int fill(korch_object *object, const job_call *call, const korch_metric_query *query,
                korch_error **err)
{
	const korch_job_metric *wish = query->metric->provider->job;
	korch_job *job = (korch_job *)object;
	korch_object_meta *meta = korch_object_edit_meta(object);
	void *spec = NULL;
	if (!meta || korch_string_set(&meta->name, call->name) < 0 ||
	    korch_string_set(&meta->namespace_, call->namespace_) < 0)
		return KORCH_E_NOMEM;
	if (wish->metadata) {
		korch_block_share(&meta->labels, wish->metadata->labels);
		korch_block_share(&meta->annotations, wish->metadata->annotations);
	}
	int code = korch_struct_from_json(&spec, &korch_job_spec_type, korch__text_or_empty(wish->spec),
	                                  NULL, err);
	if (code == 0)
		korch_block_take(&job->spec, spec);
	return code < 0 ? code : own(object, query, korch_engine_view(call->source->engine));
}

static int make(job_call *call, const korch_metric_query *query, korch_error **err)
{
	korch_plan *plan = NULL;
	_cleanup_object_ korch_object *object = NULL;
	int code = korch_object_new(&object, &korch_job_kind);
	if (code == 0)
		code = fill(object, call, query, err);
	if (code == 0)
		code = korch_plan_new(&plan);
	if (code == 0)
		code = korch_plan_create(plan, KORCH_STEAL(object));
	if (code < 0) {
		korch_plan_free(plan);
		return code;
	}
	call->is_making = 1;
	code = korch_engine_submit(call->source->engine, plan, on_made, call, err);
	if (code < 0)
		call->is_making = 0;
	return code;
}

/* RUN.METRIC.NUMBER, as Argo names them; uids and names of metrics make valid names, cut. */
static char *name_of(const korch_metric_query *query)
{
	char *name = korch__sprintf("%.60s.%.100s.%d", korch__text_or_empty(query->run_uid),
	                            korch__text_or_empty(query->metric->name), query->number);
	for (char *c = name; c && *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
		else if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9') && *c != '.' && *c != '-')
			*c = '-';
	}
	return name;
}

static int accepts(const void *self, const korch_analysis_metric *metric)
{
	return metric->provider && metric->provider->job;
}

static int measure(void **out, void *self, const korch_metric_query *query, korch_metric_fn fn,
                   void *userdata, korch_error **err)
{
	source *owner = self;
	job_call *call = korch__calloc(1, sizeof(*call));
	if (!call)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	*call = (job_call){.source = owner, .fn = fn, .userdata = userdata};
	call->namespace_ = korch__strdup(query->run_namespace ? query->run_namespace : "default");
	call->name = name_of(query);
	int code = call->namespace_ && call->name ? 0 : KORCH_E_NOMEM;
	const korch_object *found = code == 0
	                                ? korch_view_get(korch_engine_view(owner->engine),
	                                                 &korch_job_kind, call->namespace_, call->name)
	                                : NULL;
	if (code == 0 && !found)
		code = make(call, query, err);
	if (code < 0) {
		call_free(call);
		return err && *err ? code : korch_error_set(err, code, "%s", korch_code_text(code));
	}
	call->next = owner->first;
	owner->first = call;
	if (found)
		korch_controller_request(owner->controller, call->namespace_, call->name, 0);
	*out = call;
	return 0;
}

static void cancel(void *self, void *handle)
{
	const source *owner = self;
	job_call *call = handle;
	end_job(owner, korch_view_get(korch_engine_view(owner->engine), &korch_job_kind,
	                              call->namespace_, call->name));
	call->is_canceled = 1;
	if (!call->is_making)
		forget_call(call);
}

static void source_free(void *self)
{
	source *owner = self;
	for (job_call *call = owner->first, *next; call; call = next) {
		next = call->next;
		if (call->is_making)
			call->source = NULL; /* the engine will still answer */
		else
			call_free(call);
	}
	korch__free(owner);
}

int korch__job_source_new(korch_metric_source **out, korch_engine *engine, korch_error **err)
{
	static const korch_metric_ops ops = {.size = sizeof(ops),
	                                     .name = "job",
	                                     .capabilities = KORCH_METRIC_JUDGES | KORCH_METRIC_VIRTUAL,
	                                     .accepts = accepts,
	                                     .measure = measure,
	                                     .cancel = cancel,
	                                     .free = source_free};
	source *owner = korch__calloc(1, sizeof(*owner));
	if (!owner)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	owner->engine = engine;
	const korch_controller_spec spec = {
	    .size = sizeof(spec),
	    .name = "analysis-jobs",
	    .kind = &korch_job_kind,
	    .reconcile = reconcile,
	    .userdata = owner,
	};
	int code = korch_engine_add(&owner->controller, engine, &spec, err);
	if (code == 0)
		code = korch_metric_source_register(out, &ops, owner, err);
	if (code < 0)
		korch__free(owner);
	return code;
}
