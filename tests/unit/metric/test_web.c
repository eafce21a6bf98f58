/* The web source against a server of the test's own: what is sent, what comes of the answer. */
#include "fixture.h"
#include "server.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

static server web;
static korch_loop *loop;
static korch_metric_source *source;
static korch_analysis_metric *metric;

static void setup(void)
{
	char url[64];
	server_start(&web);
	ck_assert_int_eq(korch_loop_new(&loop, NULL), 0);
	ck_assert_int_eq(korch_metric_web_new(&source, loop, NULL), 0);
	metric = metric_new();
	metric->provider->web = korch_struct_new(&korch_web_metric_type);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/api/v1?x=1", web.port);
	ck_assert_int_eq(korch_string_set(&metric->provider->web->url, url), 0);
}

static void teardown(void)
{
	korch_metric_source_free(source);
	korch_block_unref(metric);
	korch_loop_free(loop);
	server_stop(&web);
}

static void add_header(const char *key, const char *value)
{
	korch_web_metric *m = metric->provider->web;
	korch_metric_header *list =
	    korch_list_edit(&m->headers, &m->n_headers, &korch_metric_header_type, m->n_headers + 1);
	ck_assert_ptr_nonnull(list);
	ck_assert_int_eq(korch_string_set(&list[m->n_headers - 1].key, key), 0);
	ck_assert_int_eq(korch_string_set(&list[m->n_headers - 1].value, value), 0);
}

START_TEST(test_value)
{
	measured m;
	char request[8192];
	korch_web_metric *w = metric->provider->web;
	add_header("Authorization", "Bearer abc");
	server_answer(&web, 200, "{\"results\":{\"ok\":\"true\",\"rate\":0.95,\"list\":[1,2]}}");
	ck_assert_int_eq(korch_string_set(&w->json_path, "{$.results.ok}"), 0);
	ck_assert_int_eq(measure_once(&m, loop, source, metric), KORCH_METRIC_VALUE);
	ck_assert_str_eq(m.result, "\"true\"");
	ck_assert_str_eq(m.value, "\"true\"");
	server_last(&web, request, sizeof(request));
	ck_assert_ptr_eq(strstr(request, "GET /api/v1?x=1 HTTP/1.1"), request);
	ck_assert_ptr_nonnull(strstr(request, "Authorization: Bearer abc\r\n"));
	ck_assert_int_eq(korch_string_set(&w->json_path, "{$.results.list}"), 0);
	ck_assert_int_eq(measure_once(&m, loop, source, metric), KORCH_METRIC_VALUE);
	ck_assert_str_eq(m.value, "[1,2]");
	ck_assert_int_eq(korch_string_set(&w->json_path, NULL), 0);
	ck_assert_int_eq(measure_once(&m, loop, source, metric), KORCH_METRIC_VALUE);
	ck_assert_str_eq(m.value, "{\"results\":{\"ok\":\"true\",\"rate\":0.95,\"list\":[1,2]}}");
}
END_TEST

START_TEST(test_failures)
{
	measured m;
	korch_web_metric *w = metric->provider->web;
	server_answer(&web, 503, "{}");
	ck_assert_int_eq(measure_once(&m, loop, source, metric), KORCH_METRIC_ERROR);
	ck_assert_str_eq(m.message, "received non 2xx response code: 503");
	server_answer(&web, 200, "test: notJson");
	ck_assert_int_eq(measure_once(&m, loop, source, metric), KORCH_METRIC_SUCCESSFUL);
	ck_assert_str_eq(m.value, "test: notJson");
	server_answer(&web, 200, "{\"key\":1}");
	ck_assert_int_eq(korch_string_set(&w->json_path, "{$.other}"), 0);
	ck_assert_int_eq(measure_once(&m, loop, source, metric), KORCH_METRIC_ERROR);
	ck_assert_str_eq(m.message, "Could not find JSONPath in body: other is not found");
	server_answer(&web, 0, "");
	w->timeout_seconds = 1;
	ck_assert_int_eq(measure_once(&m, loop, source, metric), KORCH_METRIC_ERROR);
	ck_assert_str_eq(m.message, "the request timed out");
	char url[64];
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", server_free_port());
	ck_assert_int_eq(korch_string_set(&w->url, url), 0);
	ck_assert_int_eq(measure_once(&m, loop, source, metric), KORCH_METRIC_ERROR);
	ck_assert_ptr_nonnull(strstr(m.message, "Failed to connect"));
}
END_TEST

START_TEST(test_body)
{
	measured m;
	char request[8192];
	korch_web_metric *w = metric->provider->web;
	server_answer(&web, 200, "true");
	ck_assert_int_eq(korch_string_set(&w->method, "POST"), 0);
	ck_assert_int_eq(korch_string_set(&w->json_body, "{\"a\":1}"), 0);
	ck_assert_int_eq(measure_once(&m, loop, source, metric), KORCH_METRIC_VALUE);
	server_last(&web, request, sizeof(request));
	ck_assert_ptr_eq(strstr(request, "POST "), request);
	ck_assert_ptr_nonnull(strstr(request, "Content-Type: application/json\r\n"));
	ck_assert_ptr_nonnull(strstr(request, "\r\n\r\n{\"a\":1}"));
	ck_assert_int_eq(korch_string_set(&w->method, "PUT"), 0);
	ck_assert_int_eq(korch_string_set(&w->json_body, NULL), 0);
	ck_assert_int_eq(korch_string_set(&w->body, "plain"), 0);
	ck_assert_int_eq(measure_once(&m, loop, source, metric), KORCH_METRIC_VALUE);
	server_last(&web, request, sizeof(request));
	ck_assert_ptr_eq(strstr(request, "PUT "), request);
	ck_assert_ptr_nonnull(strstr(request, "\r\n\r\nplain"));
}
END_TEST

START_TEST(test_refused)
{
	measured m;
	korch_metric_call *call = NULL;
	korch_web_metric *w = metric->provider->web;
	ck_assert_int_eq(korch_string_set(&w->method, "DELETE"), 0);
	ck_assert_int_eq(measured_begin(&m, &call, source, metric), KORCH_E_INVALID);
	ck_assert_str_eq(m.message, "provider.web.method: has to be GET, POST or PUT");
	ck_assert_int_eq(korch_string_set(&w->method, NULL), 0);
	ck_assert_int_eq(korch_string_set(&w->body, "x"), 0);
	ck_assert_int_eq(measured_begin(&m, &call, source, metric), KORCH_E_INVALID);
	ck_assert_int_eq(korch_string_set(&w->body, NULL), 0);
	ck_assert_int_eq(korch_string_set(&w->json_path, "{.a["), 0);
	ck_assert_int_eq(measured_begin(&m, &call, source, metric), KORCH_E_PARSE);
	ck_assert_int_eq(korch_string_set(&w->json_path, NULL), 0);
	ck_assert_int_eq(korch_string_set(&w->url, "file:///etc/passwd"), 0);
	ck_assert_int_eq(measured_begin(&m, &call, source, metric), KORCH_E_INVALID);
	ck_assert_str_eq(m.message, "provider.web.url: has to be a URL such as http://server:9090");
	add_header("X", "a\r\nInjected: 1");
	ck_assert_int_eq(korch_string_set(&w->url, "http://127.0.0.1:1/"), 0);
	ck_assert_int_eq(measured_begin(&m, &call, source, metric), KORCH_E_INVALID);
	ck_assert_ptr_null(call);
	ck_assert_int_eq(web.requests, 0);
}
END_TEST

START_TEST(test_cancel)
{
	measured m, other;
	korch_metric_call *call = NULL;
	server_answer(&web, 200, "1");
	ck_assert_int_eq(measured_begin(&m, &call, source, metric), 0);
	korch_metric_cancel(call);
	ck_assert_int_eq(measured_begin(&m, &call, source, metric), 0);
	ck_assert_int_eq(measure_once(&other, loop, source, metric), KORCH_METRIC_VALUE);
	server_answer(&web, 0, "");
	ck_assert_int_eq(measured_begin(&m, &call, source, metric), 0);
	korch_metric_source_free(source);
	source = NULL;
	ck_assert_int_eq(m.answers, 0);
}
END_TEST

KORCH_SUITE(web)
{
	Suite *suite = suite_create("web");
	TCase *tests = tcase_create("web");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, test_value);
	tcase_add_test(tests, test_failures);
	tcase_add_test(tests, test_body);
	tcase_add_test(tests, test_refused);
	tcase_add_test(tests, test_cancel);
	suite_add_tcase(suite, tests);
	return suite;
}
