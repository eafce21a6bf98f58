/* A source of metrics that measures nothing and answers from a script. */
#include "rollout/metrics.h"

#include <json-c/json.h>
#include <korch/api.h>
#include <korch/sys/metric.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OWNER_DEPTH = 4, IMAGES_TEXT = 1024 };

typedef struct source {
	korch_loop *loop;
	metrics_world *world;
} source;

/* A measurement whose answer comes in the next round of the loop. */
typedef struct call {
	korch_timer *timer;
	source *source;
	char name[128];
	char images[IMAGES_TEXT]; /* of the rollout's newest revision, "a,b" */
	int is_vector;            /* the provider gives lists of numbers */
	int is_job;               /* the provider gives outcomes */
	korch_metric_fn fn;
	void *userdata;
} call;

static int accepts(const void *self, const korch_analysis_metric *metric)
{
	return 1;
}

static void call_free(call *self)
{
	korch_timer_free(self->timer);
	free(self);
}

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled".
 * Between -1 and 1. */
static double draw(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return (double)((*seed * UINT64_C(2685821657736338717)) >> 11) / (double)(UINT64_C(1) << 52) -
	       1;
}

static int outcome_of(const char *word)
{
	return strcmp(word, "Successful") == 0 ? KORCH_METRIC_SUCCESSFUL
	       : strcmp(word, "Failed") == 0   ? KORCH_METRIC_FAILED
	                                       : KORCH_METRIC_INCONCLUSIVE;
}

static void answer_error(const call *self, const char *message)
{
	const korch_metric_answer answer = {
	    .size = sizeof(answer), .outcome = KORCH_METRIC_ERROR, .message = message};
	self->fn(self->userdata, &answer);
}

static void answer_value(const call *self, double value)
{
	char text[64];
	snprintf(text, sizeof(text), self->is_vector ? "[%.6g]" : "%.6g", value);
	json_object *result = json_object_new_double(value);
	if (self->is_vector) {
		json_object *list = json_object_new_array();
		json_object_array_add(list, result);
		result = list;
	}
	const korch_metric_answer answer = {
	    .size = sizeof(answer), .outcome = KORCH_METRIC_VALUE, .result = result, .value = text};
	self->fn(self->userdata, &answer);
	json_object_put(result);
}

static void answer_result(const call *self, const char *text)
{
	json_object *result = json_tokener_parse(text);
	korch_metric_answer answer = {
	    .size = sizeof(answer), .outcome = KORCH_METRIC_VALUE, .result = result, .value = text};
	if (!result) {
		answer.outcome = outcome_of(text);
		answer.value = NULL;
	}
	self->fn(self->userdata, &answer);
	json_object_put(result);
}

static void answer(const call *self)
{
	metrics_world *world = self->source->world;
	korch_usec at = korch_loop_now(self->source->loop) - world->start;
	const script_metric *metric = script_metric_find(world->script, self->name, self->images);
	double value = NAN;
	const script_point *point = metric ? script_metric_at(metric, at, &value) : NULL;
	if (!point)
		answer_error(self, metric ? "the script says nothing about this metric yet"
		                          : "the script says nothing about this metric");
	else if (point->error)
		answer_error(self, point->error);
	else if (point->result)
		answer_result(self, point->result);
	else if (self->is_job)
		answer_error(self,
		             "a Job has no value: the script has to say a result, Successful or Failed");
	else
		answer_value(self, metric->noise > 0 ? value + metric->noise * draw(&world->seed) : value);
}

static void on_turn(void *userdata)
{
	call *self = userdata;
	answer(self);
	call_free(self);
}

/* The workload that a Rollout takes its template from, or that a Canary updates; NULL: none. */
static const char *workload_of(const korch_object *object)
{
	if (object->kind == &korch_flagger_canary_kind) {
		const korch_flagger_canary_spec *spec = ((const korch_flagger_canary *)object)->spec;
		return spec && spec->target_ref ? spec->target_ref->name : NULL;
	}
	const korch_rollout_spec *spec = ((const korch_rollout *)object)->spec;
	return spec && spec->workload_ref ? spec->workload_ref->name : NULL;
}

static const korch_pod_template_spec *template_of(const korch_view *view,
                                                  const korch_object *object)
{
	const char *name = workload_of(object);
	const korch_rollout_spec *spec =
	    object->kind == &korch_rollout_kind ? ((const korch_rollout *)object)->spec : NULL;
	if (name) {
		const korch_deployment *workload = (const korch_deployment *)korch_view_get(
		    view, &korch_deployment_kind, korch_object_namespace(object), name);
		return workload && workload->spec ? workload->spec->template_ : NULL;
	}
	return spec ? spec->template_ : NULL;
}

/* The Rollout or Canary at the top of the chain of owners of the run; NULL: none. */
static const korch_object *rollout_of(const korch_view *view, const korch_metric_query *query)
{
	const korch_object *object =
	    query->run_name
	        ? korch_view_get(view, &korch_analysis_run_kind, query->run_namespace, query->run_name)
	        : NULL;
	for (int depth = 0; object && depth < OWNER_DEPTH; depth++) {
		if (object->kind == &korch_rollout_kind || object->kind == &korch_flagger_canary_kind)
			return object;
		const korch_owner_reference *owner = korch_object_controller(object);
		object = owner && owner->uid ? korch_view_get_uid(view, owner->uid) : NULL;
	}
	return NULL;
}

static void note_images(call *self, const korch_metric_query *query)
{
	korch_cluster *cluster = self->source->world->cluster;
	const korch_view *view = korch_engine_view(korch_cluster_engine(cluster));
	const korch_object *rollout = rollout_of(view, query);
	const korch_pod_template_spec *template_ = rollout ? template_of(view, rollout) : NULL;
	const korch_pod_spec *pod = template_ ? template_->spec : NULL;
	size_t at = 0;
	for (size_t i = 0; pod && i < pod->n_containers && at < sizeof(self->images); i++)
		at += (size_t)snprintf(self->images + at, sizeof(self->images) - at, "%s%s", i ? "," : "",
		                       pod->containers[i].image ? pod->containers[i].image : "");
}

static int measure(void **out, void *userdata, const korch_metric_query *query, korch_metric_fn fn,
                   void *fn_userdata, korch_error **err)
{
	call *self = calloc(1, sizeof(*self));
	if (!self || korch_timer_new(&self->timer, ((source *)userdata)->loop, on_turn, self) < 0) {
		free(self);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	const korch_metric_provider *provider = query->metric->provider;
	self->source = userdata;
	self->fn = fn;
	self->userdata = fn_userdata;
	self->is_vector = provider && provider->prometheus;
	self->is_job = provider && provider->job;
	snprintf(self->name, sizeof(self->name), "%s", query->metric->name ? query->metric->name : "");
	note_images(self, query);
	korch_timer_set(self->timer, korch_loop_now(self->source->loop));
	*out = self;
	return 0;
}

static void cancel(void *self, void *under_way)
{
	call_free(under_way);
}

static const korch_metric_ops OPS = {
    .size = sizeof(OPS),
    .name = "script",
    .capabilities = KORCH_METRIC_JUDGES | KORCH_METRIC_VIRTUAL,
    .accepts = accepts,
    .measure = measure,
    .cancel = cancel,
    .free = free,
};

int metrics_source_new(korch_metric_source **out, korch_loop *loop, metrics_world *world,
                       korch_error **err)
{
	source *self = calloc(1, sizeof(*self));
	if (!self)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	*self = (source){loop, world};
	int code = korch_metric_source_register(out, &OPS, self, err);
	if (code < 0)
		free(self);
	return code;
}
