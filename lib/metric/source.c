/*
 * The handle of a source of metrics: registering a backend's table, refusing holes in it, and the
 * calls that are under way, each of which is answered once.
 */
#include "base/cleanup.h"
#include <korch/sys/metric.h>

struct korch_metric_source {
	const korch_metric_ops *ops;
	void *self;
	korch_metric_call *calls;
};

struct korch_metric_call {
	korch_metric_source *source;
	korch_metric_call *previous, *next;
	void *backend;
	korch_metric_fn fn;
	void *userdata;
};

int korch_metric_source_register(korch_metric_source **out, const korch_metric_ops *ops, void *self,
                                 korch_error **err)
{
	if (!out || !ops || ops->size < sizeof(*ops) || !ops->name || !*ops->name)
		return korch_error_set(
		    err, KORCH_E_INVALID,
		    "a source of metrics needs a table of functions of the known size, with a name");
	if (!ops->accepts || !ops->measure || !ops->cancel || !ops->free ||
	    ((ops->capabilities & KORCH_METRIC_RESUMES) && !ops->forget))
		return korch_error_set(
		    err, KORCH_E_INVALID,
		    "source of metrics \"%s\": a function that is required or promised is missing",
		    ops->name);
	korch_metric_source *source = korch__calloc(1, sizeof(*source));
	if (!source)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	source->ops = ops;
	source->self = self;
	*out = source;
	return 0;
}

const korch_metric_ops *korch_metric_source_get_ops(const korch_metric_source *source)
{
	return source->ops;
}

void *korch_metric_source_get_self(const korch_metric_source *source)
{
	return source->self;
}

const char *korch_metric_source_name(const korch_metric_source *source)
{
	return source ? source->ops->name : "";
}

int korch_metric_accepts(const korch_metric_source *source, const korch_analysis_metric *metric)
{
	return source && metric && metric->provider && source->ops->accepts(source->self, metric);
}

void korch_metric_forget(korch_metric_source *source, const korch_metric_query *query)
{
	if (source && query && query->size >= sizeof(*query) && source->ops->forget)
		source->ops->forget(source->self, query);
}

static void take_out(korch_metric_call *call)
{
	if (call->previous)
		call->previous->next = call->next;
	else
		call->source->calls = call->next;
	if (call->next)
		call->next->previous = call->previous;
	korch__free(call);
}

static void on_answer(void *userdata, const korch_metric_answer *answer)
{
	korch_metric_call *call = userdata;
	korch_metric_fn fn = call->fn;
	void *theirs = call->userdata;
	take_out(call); /* fn may measure again */
	fn(theirs, answer);
}

int korch_metric_measure(korch_metric_call **out, korch_metric_source *source,
                         const korch_metric_query *query, korch_metric_fn fn, void *userdata,
                         korch_error **err)
{
	if (!out || !source || !fn || !query || query->size < sizeof(*query) || !query->metric ||
	    !query->metric->name)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "measuring needs a source, a metric with a name, and a callback");
	if (!korch_metric_accepts(source, query->metric))
		return korch_error_set(err, KORCH_E_UNSUPPORTED,
		                       "metric \"%s\": its provider is not \"%s\"", query->metric->name,
		                       source->ops->name);
	_cleanup_free_ korch_metric_call *call = korch__calloc(1, sizeof(*call));
	if (!call)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	call->source = source;
	call->fn = fn;
	call->userdata = userdata;
	int code = source->ops->measure(&call->backend, source->self, query, on_answer, call, err);
	if (code < 0)
		return code;
	call->next = source->calls;
	if (call->next)
		call->next->previous = call;
	source->calls = call;
	*out = KORCH_STEAL(call);
	return 0;
}

void korch_metric_cancel(korch_metric_call *call)
{
	if (!call)
		return;
	call->source->ops->cancel(call->source->self, call->backend);
	take_out(call);
}

void korch_metric_source_free(korch_metric_source *source)
{
	if (!source)
		return;
	while (source->calls)
		korch_metric_cancel(source->calls);
	source->ops->free(source->self);
	korch__free(source);
}
