/* Metrics that a function of the host program measures, named by a metric's provider.plugin. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "object/json.h"
#include "object/tree.h"
#include <korch/sys/metric.h>
#include <string.h>

typedef struct callback {
	korch_loop *loop;
	char *name;
	korch_metric_callback_fn fn;
	void *userdata;
	void (*destroy)(void *userdata);
} callback;

/* A measurement that waits for its turn. */
typedef struct callback_call {
	callback *source;
	korch_timer *timer;
	korch_analysis_metric *metric;
	char *run_namespace, *run_name, *run_uid;
	char *settings;
	int32_t number;
	korch_metric_fn fn;
	void *userdata;
} callback_call;

/* What provider.plugin has under our name; NULL when it has nothing. A new reference to the whole
 * in *tree. */
static struct json_object *settings_of(struct json_object **tree, const callback *self,
                                       const korch_analysis_metric *metric)
{
	struct json_object *found = NULL;
	const char *text = metric->provider->plugin;
	if (!text || korch__json_parse(tree, text, strlen(text), NULL, NULL, NULL) < 0)
		return NULL;
	if (!json_object_is_type(*tree, json_type_object) ||
	    !json_object_object_get_ex(*tree, self->name, &found))
		return NULL;
	return *tree;
}

static int accepts(const void *self, const korch_analysis_metric *metric)
{
	_cleanup_tree_ struct json_object *tree = NULL;
	return settings_of(&tree, self, metric) != NULL;
}

static void call_free(callback_call *call)
{
	if (!call)
		return;
	korch_timer_free(call->timer);
	korch_block_unref(call->metric);
	korch__free(call->run_namespace);
	korch__free(call->run_name);
	korch__free(call->run_uid);
	korch__free(call->settings);
	korch__free(call);
}

static void say(callback_call *call, int code, struct json_object *result, const korch_error *err)
{
	_cleanup_(korch__buf_fini) korch_buf text;
	korch__buf_init(&text, 1 << 20);
	korch__json_write(&text, result);
	korch_metric_answer answer = {.size = sizeof(answer),
	                              .outcome = KORCH_METRIC_VALUE,
	                              .result = result,
	                              .value = text.data};
	if (code < 0 || text.failed) {
		answer = (korch_metric_answer){.size = sizeof(answer), .outcome = KORCH_METRIC_ERROR};
		answer.message =
		    err ? korch_error_message(err) : korch_code_text(code < 0 ? code : text.failed);
	}
	call->fn(call->userdata, &answer);
}

static void on_turn(void *userdata)
{
	callback_call *call = userdata;
	_cleanup_tree_ struct json_object *result = NULL;
	_cleanup_error_ korch_error *err = NULL;
	const korch_metric_query query = {.size = sizeof(query),
	                                  .metric = call->metric,
	                                  .run_namespace = call->run_namespace,
	                                  .run_name = call->run_name,
	                                  .run_uid = call->run_uid,
	                                  .number = call->number};
	int code = call->source->fn(call->source->userdata, &result, &query, call->settings, &err);
	say(call, code, result, err);
	call_free(call);
}

static int copy_texts(callback_call *call, const korch_metric_query *query)
{
	_cleanup_tree_ struct json_object *tree = NULL;
	struct json_object *own = NULL;
	korch_buf settings;
	korch__buf_init(&settings, 0);
	if (!settings_of(&tree, call->source, query->metric))
		return KORCH_E_NOMEM;
	json_object_object_get_ex(tree, call->source->name, &own);
	korch__json_write(&settings, own);
	call->settings = korch__buf_steal(&settings);
	call->run_namespace = korch__strdup(query->run_namespace);
	call->run_name = korch__strdup(query->run_name);
	call->run_uid = korch__strdup(query->run_uid);
	return call->settings && (!query->run_namespace || call->run_namespace) &&
	               (!query->run_name || call->run_name) && (!query->run_uid || call->run_uid)
	           ? 0
	           : KORCH_E_NOMEM;
}

static int measure(void **out, void *self, const korch_metric_query *query, korch_metric_fn fn,
                   void *userdata, korch_error **err)
{
	callback *source = self;
	callback_call *call = korch__calloc(1, sizeof(*call));
	if (!call)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	call->source = source;
	call->fn = fn;
	call->userdata = userdata;
	call->number = query->number;
	int code = copy_texts(call, query);
	call->metric = korch_struct_new(&korch_analysis_metric_type);
	if (call->metric)
		korch_struct_assign(call->metric, query->metric, &korch_analysis_metric_type);
	else
		code = KORCH_E_NOMEM;
	if (code == 0)
		code = korch_timer_new(&call->timer, source->loop, on_turn, call);
	if (code < 0) {
		call_free(call);
		return korch_error_set(err, code, "%s", korch_code_text(code));
	}
	korch_timer_set(call->timer, korch_loop_now(source->loop));
	*out = call;
	return 0;
}

static void cancel(void *self, void *call)
{
	(void)self;
	call_free(call);
}

static void callback_free(void *self)
{
	callback *source = self;
	if (source->destroy)
		source->destroy(source->userdata);
	korch__free(source->name);
	korch__free(source);
}

int korch_metric_callback_new(korch_metric_source **out, korch_loop *loop, const char *name,
                              korch_metric_callback_fn fn, void *userdata,
                              void (*destroy)(void *userdata), korch_error **err)
{
	static const korch_metric_ops ops = {.size = sizeof(ops),
	                                     .name = "callback",
	                                     .capabilities = KORCH_METRIC_VIRTUAL,
	                                     .accepts = accepts,
	                                     .measure = measure,
	                                     .cancel = cancel,
	                                     .free = callback_free};
	int code = out && loop && name && *name && fn ? 0 : KORCH_E_INVALID;
	callback *source = code == 0 ? korch__calloc(1, sizeof(*source)) : NULL;
	char *copy = source ? korch__strdup(name) : NULL;
	if (code == 0 && !copy)
		code = KORCH_E_NOMEM;
	if (code < 0) {
		korch__free(source);
		if (destroy)
			destroy(userdata);
		return korch_error_set(err, code,
		                       "a callback for metrics needs a loop, a name and a function");
	}
	*source =
	    (callback){.loop = loop, .name = copy, .fn = fn, .userdata = userdata, .destroy = destroy};
	code = korch_metric_source_register(out, &ops, source, err);
	if (code < 0)
		callback_free(source);
	return code;
}
