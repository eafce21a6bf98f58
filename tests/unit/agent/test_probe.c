/* Probes: thresholds and times, gRPC messages, questions to listeners of the test's own. */
#include "agent/grpc.h"
#include "agent/probe.h"
#include "agent/probe_run.h"
#include "base/alloc.h"
#include "unit.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEC KORCH_USEC_PER_SEC

START_TEST(test_thresholds)
{
	korch_probe probe = {.initial_delay_seconds = 3,
	                     .period_seconds = 5,
	                     .success_threshold = 2,
	                     .failure_threshold = 3};
	korch__probe_state state;
	korch__probe_begin(&state, &probe, 100 * SEC);
	ck_assert(state.due_us == 103 * SEC);
	ck_assert_int_eq(state.result, KORCH__PROBE_UNKNOWN);
	ck_assert_int_eq(korch__probe_answer(&state, &probe, 1, 103 * SEC), 0);
	ck_assert(state.due_us == 108 * SEC);
	ck_assert_int_eq(korch__probe_answer(&state, &probe, 0, 108 * SEC), 0);
	ck_assert_int_eq(korch__probe_answer(&state, &probe, 1, 113 * SEC), 0);
	ck_assert_int_eq(korch__probe_answer(&state, &probe, 1, 118 * SEC), 1);
	ck_assert_int_eq(state.result, KORCH__PROBE_GOOD);
	ck_assert_int_eq(korch__probe_answer(&state, &probe, 0, 123 * SEC), 0);
	ck_assert_int_eq(korch__probe_answer(&state, &probe, 0, 128 * SEC), 0);
	ck_assert_int_eq(korch__probe_answer(&state, &probe, 0, 133 * SEC), 1);
	ck_assert_int_eq(state.result, KORCH__PROBE_BAD);
	ck_assert_int_eq(korch__probe_answer(&state, &probe, 0, 138 * SEC), 0);
	/* One that took longer than the period leaves turns out. */
	ck_assert_int_eq(korch__probe_answer(&state, &probe, 0, 155 * SEC), 0);
	ck_assert(state.due_us == 158 * SEC);
}
END_TEST

START_TEST(test_grpc_request)
{
	korch_buf out;
	korch__buf_init(&out, 0);
	korch__health_request(&out, "");
	ck_assert_uint_eq(out.len, 5);
	ck_assert_mem_eq(out.data, "\0\0\0\0\0", 5);
	korch__buf_reset(&out);
	korch__health_request(&out, "abc");
	ck_assert_uint_eq(out.len, 10);
	ck_assert_mem_eq(out.data, "\0\0\0\0\5\x0a\3abc", 10);
	korch__buf_fini(&out);
}
END_TEST

static const struct {
	const char *bytes;
	size_t length;
	int status;
} answers[] = {
    {"\0\0\0\0\2\x08\1", 7, 1},
    {"\0\0\0\0\2\x08\2", 7, 2},
    {"\0\0\0\0\0", 5, 0},
    {"\0\0\0\0\6\x12\2hi\x08\1", 11, 1},
    {"\0\0\0\0\2\x08", 6, -1},
    {"\1\0\0\0\2\x08\1", 7, -1},
    {"\0\0\0", 3, -1},
    {"\0\0\0\0\1\x08", 6, -1},
    {"\0\0\0\0\2\x12\x7f", 7, -1},
    {"\0\0\0\0\3\x08\x80\1", 8, 0},
    {"\0\xff\xff\xff\xff\x08\1", 7, -1},
};

START_TEST(test_grpc_answers)
{
	ck_assert_int_eq(korch__health_status(answers[_i].bytes, answers[_i].length),
	                 answers[_i].status);
}
END_TEST

START_TEST(test_ports)
{
	korch_container_port ports[] = {{.name = "http", .container_port = 8080}};
	const korch_container container = {.ports = ports, .n_ports = 1};
	const korch_int_or_string number = {.number = 81, .is_set = 1};
	const korch_int_or_string name = {.text = "http", .is_set = 1};
	const korch_int_or_string digits = {.text = "82", .is_set = 1};
	const korch_int_or_string none = {.text = "x", .is_set = 1};
	ck_assert_int_eq(korch__probe_port(&number, &container), 81);
	ck_assert_int_eq(korch__probe_port(&name, &container), 8080);
	ck_assert_int_eq(korch__probe_port(&digits, &container), 82);
	ck_assert_int_eq(korch__probe_port(&none, &container), 0);
}
END_TEST

/* A server that answers by the path of a request. */
static korch_loop *loop;
static korch__http *http;
static korch_runtime *runtime;
static int listener;
static int32_t port;
static korch_poll *accepting;
static korch_poll *reading;
static char seen[2048];
static int result;
static char said[1024];

static void answer(void *userdata, int fd, int events)
{
	char out[512];
	const char *status = "200 OK", *more = "";
	ssize_t n = read(fd, seen, sizeof(seen) - 1);
	seen[n > 0 ? n : 0] = '\0';
	if (strncmp(seen, "GET /bad", 8) == 0)
		status = "503 Unavailable";
	if (strncmp(seen, "GET /away", 9) == 0) {
		status = "302 Found";
		more = "Location: http://192.0.2.1/\r\n";
	}
	if (strncmp(seen, "GET /round", 10) == 0) {
		status = "302 Found";
		more = "Location: /round\r\n";
	}
	if (strncmp(seen, "GET /here", 9) == 0) {
		status = "302 Found";
		more = "Location: /bad\r\n";
	}
	if (strncmp(seen, "GET /silent", 11) == 0)
		return;
	snprintf(out, sizeof(out), "HTTP/1.1 %s\r\n%sContent-Length: 2\r\nConnection: close\r\n\r\nok",
	         status, more);
	ck_assert_int_gt(write(fd, out, strlen(out)), 0);
	korch_poll_free(reading);
	reading = NULL;
	close(fd);
}

static void take(void *userdata, int fd, int events)
{
	int peer = accept(fd, NULL, NULL);
	ck_assert_int_ge(peer, 0);
	ck_assert_ptr_null(reading);
	ck_assert_int_eq(korch_poll_new(&reading, loop, peer, KORCH_POLL_IN, answer, NULL), 0);
}

static void no_listener(void *self, korch_runtime_event_fn fn, void *userdata)
{
}
static int no_prepare(void *self, const char *node, const char *image, const char *policy,
                      korch_runtime_done_fn fn, void *userdata)
{
	return KORCH_E_UNSUPPORTED;
}
static int no_sandbox(void *self, const korch_sandbox_spec *spec, korch_runtime_done_fn fn,
                      void *userdata)
{
	return KORCH_E_UNSUPPORTED;
}
static int no_remove(void *self, const char *id, korch_runtime_done_fn fn, void *userdata)
{
	return KORCH_E_UNSUPPORTED;
}
static int no_start(void *self, const korch_container_config *config, korch_runtime_done_fn fn,
                    void *userdata)
{
	return KORCH_E_UNSUPPORTED;
}
static int no_stop(void *self, const char *id, int signal, korch_usec grace_us,
                   korch_runtime_done_fn fn, void *userdata)
{
	return KORCH_E_UNSUPPORTED;
}
static int no_list(void *self, korch_runtime_list_fn fn, void *userdata)
{
	return KORCH_E_UNSUPPORTED;
}
static int no_capacity(void *self, const char *node, korch_node_capacity *out)
{
	return KORCH_E_UNSUPPORTED;
}
static void no_free(void *self)
{
}

static const korch_runtime_ops nothing = {
    .size = sizeof(korch_runtime_ops),
    .name = "nothing",
    .set_listener = no_listener,
    .prepare = no_prepare,
    .sandbox_create = no_sandbox,
    .sandbox_remove = no_remove,
    .start = no_start,
    .stop = no_stop,
    .remove = no_remove,
    .list = no_list,
    .capacity = no_capacity,
    .free = no_free,
};

static void setup(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t length = sizeof(address);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(korch_loop_new(&loop, NULL), 0);
	ck_assert_int_eq(korch__http_new(&http, loop), 0);
	ck_assert_int_eq(korch_runtime_register(&runtime, &nothing, &result, NULL), 0);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(listener, 8), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	port = ntohs(address.sin_port);
	ck_assert_int_eq(korch_poll_new(&accepting, loop, listener, KORCH_POLL_IN, take, NULL), 0);
}

static void teardown(void)
{
	korch_poll_free(accepting);
	korch_poll_free(reading);
	reading = NULL;
	close(listener);
	korch__http_free(http);
	korch_runtime_free(runtime);
	korch_loop_free(loop);
}

static void note(void *userdata, int good, const char *message)
{
	result = good;
	snprintf(said, sizeof(said), "%s", message);
	korch_loop_stop(loop);
}

static void ask(korch__probe_target *target)
{
	static const korch_container container;
	korch__probe_run *run = NULL;
	target->loop = loop;
	target->runtime = runtime;
	target->http = http;
	target->address = "127.0.0.1";
	target->container_id = "x";
	target->container = &container;
	target->type = "readiness";
	if (target->timeout_us == 0)
		target->timeout_us = 10 * SEC;
	result = -1;
	ck_assert_int_eq(korch__probe_start(&run, target, note, NULL), 0);
	korch_loop_run(loop);
}

static const struct {
	const char *path;
	int good;
	const char *message;
} pages[] = {
    {"/", 1, NULL},
    {"", 1, NULL},
    {"/bad", 0, "HTTP probe failed with statuscode: 503"},
    {"/away", 1, NULL},
    {"/here", 0, "HTTP probe failed with statuscode: 503"},
    {"/round", 0, "stopped after 10 redirects"},
};

START_TEST(test_http)
{
	korch_http_header headers[] = {{.name = "Host", .value = "example.com"},
	                               {.name = "X-A", .value = "b"},
	                               {.name = "X-Evil", .value = "a\r\nInjected: 1"}};
	const korch_http_get_action action = {.path = pages[_i].path,
	                                      .port = {.number = port, .is_set = 1},
	                                      .http_headers = headers,
	                                      .n_http_headers = 3};
	korch__probe_target target = {.http_get = &action};
	ask(&target);
	ck_assert_int_eq(result, pages[_i].good);
	if (pages[_i].message)
		ck_assert_str_eq(said, pages[_i].message);
	ck_assert_ptr_nonnull(strstr(seen, "\r\nHost: example.com\r\n"));
	ck_assert_ptr_nonnull(strstr(seen, "\r\nX-A: b\r\n"));
	ck_assert_ptr_nonnull(strstr(seen, "\r\nUser-Agent: kube-probe/korch\r\n"));
	ck_assert_ptr_null(strstr(seen, "Injected"));
}
END_TEST

START_TEST(test_http_timeout)
{
	const korch_http_get_action action = {.path = "/silent", .port = {.number = port, .is_set = 1}};
	korch__probe_target target = {.http_get = &action, .timeout_us = 50 * KORCH_USEC_PER_MSEC};
	ask(&target);
	ck_assert_int_eq(result, 0);
	ck_assert_str_eq(said, "the request timed out");
}
END_TEST

START_TEST(test_http_cancel)
{
	const korch_http_get_action action = {.path = "/silent", .port = {.number = port, .is_set = 1}};
	static const korch_container container;
	const korch__probe_target target = {.loop = loop,
	                                    .runtime = runtime,
	                                    .http = http,
	                                    .address = "127.0.0.1",
	                                    .container = &container,
	                                    .http_get = &action,
	                                    .timeout_us = SEC};
	korch__probe_run *run = NULL;
	result = -1;
	ck_assert_int_eq(korch__probe_start(&run, &target, note, NULL), 0);
	korch_loop_step(loop, 0);
	korch__probe_cancel(run);
	korch_loop_step(loop, 0);
	ck_assert_int_eq(result, -1);
}
END_TEST

START_TEST(test_tcp)
{
	korch_tcp_socket_action action = {.port = {.number = port, .is_set = 1}};
	korch__probe_target target = {.tcp_socket = &action};
	ask(&target);
	ck_assert_int_eq(result, 1);
	/* A port where nobody listens any more. */
	korch_poll_free(accepting);
	accepting = NULL;
	close(listener);
	ask(&target);
	ck_assert_int_eq(result, 0);
	ck_assert_str_eq(said, "Connection refused");
	action.port = (korch_int_or_string){.text = "none", .is_set = 1};
	ask(&target);
	ck_assert_int_eq(result, 0);
	listener = -1;
}
END_TEST

START_TEST(test_grpc_refused)
{
	/* A server that does not speak HTTP/2: unwell, and no hang. */
	const korch_grpc_action action = {.port = port, .service = "s"};
	korch__probe_target target = {.grpc = &action, .timeout_us = SEC};
	ask(&target);
	ck_assert_int_eq(result, 0);
	ck_assert_int_eq(strncmp(seen, "PRI * HTTP/2.0", 14), 0);
	ck_assert_int_eq(strncmp(said, "failed to connect service", 25), 0);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

KORCH_SUITE(probe)
{
	Suite *suite = suite_create("probe");
	KORCH_CASE(suite, "pure", test_thresholds, test_grpc_request, test_ports);
	TCase *tables = tcase_create("tables");
	tcase_add_loop_test(tables, test_grpc_answers, 0, COUNT(answers));
	suite_add_tcase(suite, tables);
	TCase *edge = tcase_create("edge");
	tcase_add_checked_fixture(edge, setup, teardown);
	tcase_add_loop_test(edge, test_http, 0, COUNT(pages));
	tcase_add_test(edge, test_http_timeout);
	tcase_add_test(edge, test_http_cancel);
	tcase_add_test(edge, test_tcp);
	tcase_add_test(edge, test_grpc_refused);
	suite_add_tcase(suite, edge);
	return suite;
}
