/* A source in memory: metrics say what they were told to say. For simulations, rehearsals and
 * tests. */
#include "base/cleanup.h"
#include "object/json.h"
#include "object/tree.h"
#include <fnmatch.h>
#include <korch/sys/metric.h>
#include <string.h>

/* Settings that are kept. */
#define SAYINGS_MAX 4096

/* What metrics of a name say, from the setting on. */
typedef struct saying {
	char *metric; /* glob */
	char *result; /* JSON text; NULL: there is an error */
	char *error;
} saying;

typedef struct sim {
	korch_loop *loop;
	saying *sayings; /* of several that match the last one counts */
	size_t n;
	korch_usec lag_us;
} sim;

/* A measurement whose answer is under way. */
typedef struct sim_call {
	sim *source;
	korch_timer *timer;
	char *metric;
	korch_metric_fn fn;
	void *userdata;
} sim_call;

static void saying_fini(saying *s)
{
	korch__free(s->metric);
	korch__free(s->result);
	korch__free(s->error);
}

static void call_free(sim_call *call)
{
	if (!call)
		return;
	korch_timer_free(call->timer);
	korch__free(call->metric);
	korch__free(call);
}

static const saying *find(const sim *source, const char *metric)
{
	for (size_t i = source->n; i-- > 0;) {
		if (fnmatch(source->sayings[i].metric, metric, 0) == 0)
			return &source->sayings[i];
	}
	return NULL;
}

static void answer(sim_call *call)
{
	_cleanup_tree_ struct json_object *result = NULL;
	const saying *said = find(call->source, call->metric);
	korch_metric_answer out = {.size = sizeof(out), .outcome = KORCH_METRIC_ERROR};
	if (!said)
		out.message = "nothing was said about this metric";
	else if (said->error)
		out.message = said->error;
	else if (korch__json_parse(&result, said->result, strlen(said->result), NULL, NULL, NULL) < 0)
		out.message = "the result cannot be read";
	else
		out = (korch_metric_answer){.size = sizeof(out),
		                            .outcome = KORCH_METRIC_VALUE,
		                            .result = result,
		                            .value = said->result};
	call->fn(call->userdata, &out);
}

static void on_turn(void *userdata)
{
	answer(userdata);
	call_free(userdata);
}

/* Jobs can be simulated themselves: unless something was said about them they are left to that. */
static int accepts(const void *self, const korch_analysis_metric *metric)
{
	return !metric->provider || !metric->provider->job ||
	       find(self, metric->name ? metric->name : "") != NULL;
}

static int measure(void **out, void *self, const korch_metric_query *query, korch_metric_fn fn,
                   void *userdata, korch_error **err)
{
	sim *source = self;
	sim_call *call = korch__calloc(1, sizeof(*call));
	if (!call)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	*call = (sim_call){.source = source, .fn = fn, .userdata = userdata};
	call->metric = korch__strdup(query->metric->name ? query->metric->name : "");
	if (!call->metric || korch_timer_new(&call->timer, source->loop, on_turn, call) < 0) {
		call_free(call);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	korch_timer_set(call->timer, korch_loop_now(source->loop) + source->lag_us);
	*out = call;
	return 0;
}

static void cancel(void *self, void *call)
{
	call_free(call);
}

static void sim_free(void *self)
{
	sim *source = self;
	for (size_t i = 0; i < source->n; i++)
		saying_fini(&source->sayings[i]);
	korch__free(source->sayings);
	korch__free(source);
}

static const korch_metric_ops ops = {
    .size = sizeof(ops),
    .name = "sim",
    .capabilities = KORCH_METRIC_VIRTUAL,
    .accepts = accepts,
    .measure = measure,
    .cancel = cancel,
    .free = sim_free,
};

int korch_metric_sim_new(korch_metric_source **out, korch_loop *loop, korch_usec lag_us,
                         korch_error **err)
{
	if (!out || !loop || lag_us < 0)
		return korch_error_set(err, KORCH_E_INVALID, "a simulated source needs a loop");
	sim *source = korch__calloc(1, sizeof(*source));
	if (!source)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	source->loop = loop;
	source->lag_us = lag_us;
	int code = korch_metric_source_register(out, &ops, source, err);
	if (code < 0)
		sim_free(source);
	return code;
}

/* Fails unless the text is JSON. */
static int check(const char *result, korch_error **err)
{
	_cleanup_tree_ struct json_object *tree = NULL;
	return result ? korch__json_parse(&tree, result, strlen(result), NULL, NULL, err) : 0;
}

int korch_metric_sim_say(korch_metric_source *source, const char *metric, const char *result,
                         const char *error, korch_error **err)
{
	if (!source || korch_metric_source_get_ops(source) != &ops || !metric || !result == !error)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "a simulated source, a metric, and a result or an error are needed");
	sim *self = korch_metric_source_get_self(source);
	int code = check(result, err);
	if (code < 0)
		return code;
	saying made = {korch__strdup(metric), korch__strdup(result), korch__strdup(error)};
	for (size_t i = 0; made.metric && i < self->n; i++) {
		if (strcmp(self->sayings[i].metric, metric) != 0)
			continue;
		saying_fini(&self->sayings[i]); /* the place of an earlier one goes behind all others */
		memmove(&self->sayings[i], &self->sayings[i + 1],
		        (--self->n - i) * sizeof(self->sayings[0]));
		break;
	}
	saying *list = self->n < SAYINGS_MAX
	                   ? korch__realloc_array(self->sayings, self->n + 1, sizeof(*list))
	                   : NULL;
	if (list)
		self->sayings = list;
	if (!list || !made.metric || (result && !made.result) || (error && !made.error)) {
		saying_fini(&made);
		return self->n < SAYINGS_MAX ? korch_error_set(err, KORCH_E_NOMEM, "out of memory")
		                             : korch_error_set(err, KORCH_E_LIMIT, "too many metrics");
	}
	self->sayings[self->n++] = made;
	return 0;
}
