/* Metrics of any server that answers with JSON (Argo Rollouts: metricproviders/webmetric). */
#include "base/cleanup.h"
#include "base/text.h"
#include "metric/http_source.h"
#include "metric/jsonpath.h"
#include "object/json.h"
#include "object/tree.h"
#include <string.h>

enum { DEFAULT_TIMEOUT_S = 10 };

static int accepts(const void *self, const korch_analysis_metric *metric)
{
	(void)self;
	return metric->provider->web != NULL;
}

static void say_value(korch__metric_request *request, struct json_object *value)
{
	_cleanup_(korch__buf_fini) korch_buf text;
	korch__buf_init(&text, 0);
	korch__json_write(&text, value);
	if (text.failed) {
		korch__metric_say_error(request, "out of memory");
		return;
	}
	const korch_metric_answer answer = {
	    .outcome = KORCH_METRIC_VALUE, .result = value, .value = text.data};
	korch__metric_say(request, &answer);
}

static void read_answer(korch__metric_request *request, const korch__http_answer *answer)
{
	_cleanup_tree_ struct json_object *tree = NULL;
	_cleanup_error_ korch_error *err = NULL;
	struct json_object *value = NULL;
	if (answer->status < 200 || answer->status >= 300) {
		korch__metric_say_error(request, "received non 2xx response code: %d", answer->status);
		return;
	}
	int code = korch__json_parse(&tree, answer->body, answer->length, NULL, NULL, &err);
	if (code == KORCH_E_PARSE) { /* as Argo has it: what is no JSON is taken for a success */
		const korch_metric_answer text = {.outcome = KORCH_METRIC_SUCCESSFUL,
		                                  .value = answer->body};
		korch__metric_say(request, &text);
		return;
	}
	if (code == 0)
		code = korch__jsonpath_first(&value, request->json_path, tree, 0, &err);
	if (code < 0)
		korch__metric_say_error(request, "Could not find JSONPath in body: %s",
		                        korch_error_message(err));
	else
		say_value(request, value);
}

static int refuse(korch_error **err, const char *path, const char *what)
{
	int code = korch_error_set(err, KORCH_E_INVALID, "%s", what);
	korch_error_prefix_path(err, path);
	return code;
}

static int check_method(const korch_web_metric *web, korch_error **err)
{
	const char *method = web->method && *web->method ? web->method : "GET";
	int body = (web->body && *web->body) || (web->json_body && *web->json_body);
	if (strcmp(method, "GET") != 0 && strcmp(method, "POST") != 0 && strcmp(method, "PUT") != 0)
		return refuse(err, "provider.web.method", "has to be GET, POST or PUT");
	if (body && strcmp(method, "GET") == 0)
		return refuse(err, "provider.web.body",
		              "Body/JSONBody can only be used with POST or PUT WebMetric Method types");
	if (web->body && *web->body && web->json_body && *web->json_body)
		return refuse(err, "provider.web.body", "use either Body or JSONBody; both cannot exist");
	return 0;
}

static int measure(void **call, void *self, const korch_metric_query *query, korch_metric_fn fn,
                   void *userdata, korch_error **err)
{
	const korch_web_metric *web = query->metric->provider->web;
	struct json_object *none;
	const char *path = web->json_path && *web->json_path ? web->json_path : "{$}";
	int json = web->json_body && *web->json_body;
	korch__metric_request *request = NULL;
	int code = check_method(web, err);
	if (code == 0)
		code = korch__jsonpath_first(&none, path, NULL, 1, err);
	if (code < 0)
		return code;
	const korch__metric_ask ask = {
	    .path = "provider.web",
	    .url = web->url,
	    .method = web->method && *web->method ? web->method : NULL,
	    .content_type = json ? "application/json" : NULL,
	    .headers = web->headers,
	    .n_headers = web->n_headers,
	    .authentication = web->authentication,
	    .body = json                      ? web->json_body
	            : web->body && *web->body ? web->body
	                                      : NULL,
	    .timeout_seconds = web->timeout_seconds > 0 ? web->timeout_seconds : DEFAULT_TIMEOUT_S,
	    .insecure = web->insecure,
	    .json_path = path,
	    .read = read_answer,
	    .fn = fn,
	    .userdata = userdata,
	};
	code = korch__metric_http_ask(&request, self, &ask, err);
	if (code == 0)
		*call = request;
	return code;
}

static void cancel(void *self, void *call)
{
	(void)self;
	korch__metric_request_free(call);
}

static void web_free(void *self)
{
	korch__metric_http_fini(self);
	korch__free(self);
}

int korch_metric_web_new(korch_metric_source **out, korch_loop *loop, korch_error **err)
{
	static const korch_metric_ops ops = {.size = sizeof(ops),
	                                     .name = "web",
	                                     .accepts = accepts,
	                                     .measure = measure,
	                                     .cancel = cancel,
	                                     .free = web_free};
	if (!out || !loop)
		return korch_error_set(err, KORCH_E_INVALID, "a source of metrics needs a loop");
	korch__metric_http *source = korch__calloc(1, sizeof(*source));
	if (!source || korch__metric_http_init(source, loop) < 0) {
		korch__free(source);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	int code = korch_metric_source_register(out, &ops, source, err);
	if (code < 0)
		web_free(source);
	return code;
}
