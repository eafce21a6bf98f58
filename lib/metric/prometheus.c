/* Metrics of Prometheus' HTTP API (Argo Rollouts: metricproviders/prometheus): what is asked.
 * Answers are read in prometheus_answer.c. */
#include "metric/prometheus.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "strategy/condition/time.h"
#include <korch/time.h>
#include <stdio.h>
#include <string.h>

enum { DEFAULT_TIMEOUT_S = 30 };

typedef struct prometheus {
	korch__metric_http http;
	char *address; /* of metrics that give none; NULL */
} prometheus;

static int accepts(const void *self, const korch_analysis_metric *metric)
{
	(void)self;
	return metric->provider->prometheus != NULL;
}

static int fail_range(korch_error **err, const char *field, const char *as)
{
	korch_error *cause = err ? *err : NULL;
	char path[64];
	if (err)
		*err = NULL;
	int code = korch_error_set(err, KORCH_E_INVALID, "failed to parse rangeQuery.%s as %s: %s",
	                           field, as, korch_error_message(cause));
	korch_error_free(cause);
	snprintf(path, sizeof(path), "provider.prometheus.rangeQuery.%s", field);
	korch_error_prefix_path(err, path);
	return code;
}

/* start=…&end=…&step=… */
static int put_range(korch_buf *body, const korch_prometheus_range_query *range, korch_usec now,
                     korch_error **err)
{
	korch_usec start, end;
	int64_t step;
	if (korch__condition_time(&start, korch__text_or_empty(range->start), now, err) < 0)
		return fail_range(err, "start", "time");
	if (korch__condition_time(&end, korch__text_or_empty(range->end), now, err) < 0)
		return fail_range(err, "end", "time");
	if (korch_duration_parse(&step, korch__text_or_empty(range->step), err) < 0)
		return fail_range(err, "step", "duration");
	korch__buf_printf(body, "&start=%lld.%06lld&end=%lld.%06lld&step=%lld.%03lld",
	                  (long long)(start / 1000000), (long long)(start % 1000000),
	                  (long long)(end / 1000000), (long long)(end % 1000000),
	                  (long long)(step / 1000000000), (long long)(step / 1000000 % 1000));
	return 0;
}

static int put_body(korch_buf *body, const korch_prometheus_metric *metric, korch_usec now,
                    korch_error **err)
{
	int code = 0;
	korch__buf_puts(body, "query=");
	korch__metric_put_encoded(body, korch__text_or_empty(metric->query));
	if (metric->range_query)
		code = put_range(body, metric->range_query, now, err);
	if (code == 0 && body->failed)
		code = korch_error_set(err, body->failed, "%s", korch_code_text(body->failed));
	return code;
}

/* The address without slashes at its end, and the API's path. */
static char *make_url(const char *address, int range)
{
	size_t length = strlen(address);
	while (length > 0 && address[length - 1] == '/')
		length--;
	return korch__sprintf("%.*s/api/v1/%s", (int)length, address, range ? "query_range" : "query");
}

static int measure(void **call, void *self, const korch_metric_query *query, korch_metric_fn fn,
                   void *userdata, korch_error **err)
{
	prometheus *source = self;
	const korch_prometheus_metric *metric = query->metric->provider->prometheus;
	const char *address = metric->address && *metric->address ? metric->address : source->address;
	korch__metric_request *request = NULL;
	_cleanup_(korch__buf_fini) korch_buf body;
	korch__buf_init(&body, 1 << 20);
	if (!address || strlen(address) > 4096) {
		int code = korch_error_set(err, KORCH_E_INVALID, "prometheus address is not configured");
		korch_error_prefix_path(err, "provider.prometheus.address");
		return code;
	}
	int code = put_body(&body, metric, korch_loop_now(source->http.loop), err);
	if (code < 0)
		return code;
	_cleanup_free_ char *url = make_url(address, metric->range_query != NULL);
	if (!url)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	const korch__metric_ask ask = {
	    .path = "provider.prometheus",
	    .url = url,
	    .content_type = "application/x-www-form-urlencoded",
	    .headers = metric->headers,
	    .n_headers = metric->n_headers,
	    .authentication = metric->authentication,
	    .body = body.data,
	    .timeout_seconds = metric->timeout ? metric->timeout : DEFAULT_TIMEOUT_S,
	    .insecure = metric->insecure,
	    .read = korch__prometheus_read,
	    .fn = fn,
	    .userdata = userdata,
	};
	code = korch__metric_http_ask(&request, &source->http, &ask, err);
	if (code == 0)
		*call = request;
	return code;
}

static void cancel(void *self, void *call)
{
	(void)self;
	korch__metric_request_free(call);
}

static void prometheus_free(void *self)
{
	prometheus *source = self;
	korch__metric_http_fini(&source->http);
	korch__free(source->address);
	korch__free(source);
}

int korch_metric_prometheus_new(korch_metric_source **out, korch_loop *loop, const char *address,
                                korch_error **err)
{
	static const korch_metric_ops ops = {.size = sizeof(ops),
	                                     .name = "prometheus",
	                                     .accepts = accepts,
	                                     .measure = measure,
	                                     .cancel = cancel,
	                                     .free = prometheus_free};
	if (!out || !loop)
		return korch_error_set(err, KORCH_E_INVALID, "a source of metrics needs a loop");
	prometheus *source = korch__calloc(1, sizeof(*source));
	if (!source)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	source->address = korch__strdup(address);
	int code =
	    address && !source->address ? KORCH_E_NOMEM : korch__metric_http_init(&source->http, loop);
	if (code == 0)
		code = korch_metric_source_register(out, &ops, source, err);
	else
		korch_error_set(err, code, "%s", korch_code_text(code));
	if (code < 0)
		prometheus_free(source);
	return code;
}
