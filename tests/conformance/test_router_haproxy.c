/* A real HAProxy as a router, with real HTTP servers behind, through the conformance suite; then
 * load during changes, cookies, reloads, its death, and what Prometheus would read. */
#include "router_haproxy.h"
#include "router_world.h"
#include "traffic/haproxy.h"
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

korch_loop *loop;
int port;
static int metrics_port, is_in_force;
static char reason[128];

void step(void)
{
	korch_loop_step(loop, korch_loop_now(loop) + 20 * KORCH_USEC_PER_MSEC);
}

static int has_service(void *userdata, const char *namespace_, const char *service)
{
	(void)userdata;
	return strcmp(namespace_, "ns") == 0 && strcmp(service, "web") == 0;
}

static int open_haproxy(korch_router **out, korch_loop *on, void *userdata)
{
	korch__haproxy_source source = {.has_service = has_service};
	(void)userdata;
	loop = on;
	world_start();
	korch_error *err = NULL;
	int r = korch__router_haproxy_new(out, loop, NULL, &source, &err);
	ck_assert_msg(r == 0, "%s", korch_error_message(err));
	return r;
}

static void close_haproxy(void *userdata)
{
	(void)userdata;
	world_stop();
}

static void describe(korch_traffic_destination *wanted, size_t n, void *userdata)
{
	static korch_traffic_endpoint endpoints[4][WORLD_SERVERS];
	(void)userdata;
	for (size_t i = 0; i < n; i++) {
		size_t found = 0;
		for (int j = 0; j < WORLD_SERVERS; j++)
			if (strcmp(world_revision(j), wanted[i].hash) == 0)
				endpoints[i][found++] = (korch_traffic_endpoint){"127.0.0.1", world_port(j), 0};
		wanted[i].endpoints = endpoints[i];
		wanted[i].n_endpoints = found;
	}
}

static void on_get(void *userdata, int code, const korch_traffic_report *report)
{
	*(int *)userdata = 1;
	if (code < 0)
		return;
	ck_assert_int_eq(sscanf(report->address, "127.0.0.1:%d", &port), 1);
	ck_assert_int_eq(sscanf(report->metrics, "http://127.0.0.1:%d/", &metrics_port), 1);
	is_in_force = report->in_force;
	snprintf(reason, sizeof(reason), "%s", report->reason);
}

static void look(korch_router *of)
{
	int done = 0;
	ck_assert_int_eq(korch_router_get(of, "ns", "web", on_get, &done), 0);
	while (!done)
		step();
}

static const char *request(korch_router *of, const korch_conformance_request *wanted,
                           void *userdata)
{
	char cookie[64];
	(void)userdata;
	if (wanted->cookie)
		snprintf(cookie, sizeof(cookie), "korch=%s", wanted->cookie);
	world_request asked = {.headers = wanted->headers, .cookie = wanted->cookie ? cookie : NULL};
	look(of);
	return world_ask(loop, "127.0.0.1", port, &asked);
}

/* Tests of its own */

korch_router *router;
korch_traffic_destination destinations[3];
korch_traffic traffic;

void on_done(void *userdata, int code, const char *message)
{
	answer *out = userdata;
	out->done = 1;
	out->code = code;
	snprintf(out->message, sizeof(out->message), "%s", message);
}

answer set(int v1, int v2)
{
	answer out = {0};
	destinations[0].hash = "v1";
	destinations[1].hash = "v2";
	destinations[0].weight = v1;
	destinations[1].weight = v2;
	traffic.size = sizeof(traffic);
	traffic.namespace_ = "ns";
	traffic.name = traffic.service = "web";
	traffic.destinations = destinations;
	if (!traffic.n_destinations)
		traffic.n_destinations = 2;
	describe(destinations, traffic.n_destinations, NULL);
	ck_assert_int_eq(korch_router_set(router, &traffic, on_done, &out, NULL), 0);
	while (!out.done)
		step();
	return out;
}

void start(void)
{
	korch_loop *on;
	ck_assert_int_eq(korch_loop_new(&on, NULL), 0);
	ck_assert_int_eq(open_haproxy(&router, on, NULL), 0);
	memset(&traffic, 0, sizeof(traffic));
	ck_assert_int_eq(set(100, 0).code, 0);
	look(router);
}

void finish(void)
{
	korch_router_free(router);
	world_stop();
	korch_loop_free(loop);
}

static int ask(void)
{
	world_request asked = {0};
	const char *who = world_ask(loop, "127.0.0.1", port, &asked);
	return who ? who[1] - '0' : 0;
}

int children(pid_t *last)
{
	char path[64], text[256];
	int n = 0;
	DIR *processes = opendir("/proc");
	for (struct dirent *entry; (entry = readdir(processes));) {
		snprintf(path, sizeof(path), "/proc/%.20s/stat", entry->d_name);
		FILE *file = fopen(path, "r");
		int parent = 0;
		char state = 0;
		if (!file)
			continue;
		if (fgets(text, sizeof(text), file) && strrchr(text, ')'))
			sscanf(strrchr(text, ')') + 1, " %c %d", &state, &parent);
		fclose(file);
		if (parent != getpid() || state == 'Z')
			continue;
		*last = (pid_t)atoi(entry->d_name);
		n++;
	}
	closedir(processes);
	return n;
}

START_TEST(cookies_are_given)
{
	start();
	traffic.cookie = "korch";
	traffic.cookie_max_age_s = 3600;
	ck_assert_int_eq(set(0, 100).code, 0);
	world_request asked = {0};
	ck_assert_str_eq(world_ask(loop, "127.0.0.1", port, &asked), "v2");
	ck_assert_str_eq(asked.set_cookie, "korch=v2; Max-Age=3600; Path=/; HttpOnly");
	asked.cookie = "korch=v2";
	ck_assert_int_eq(set(50, 50).code, 0);
	for (int i = 0; i < 10; i++) {
		ck_assert_str_eq(world_ask(loop, "127.0.0.1", port, &asked), "v2");
		ck_assert_str_eq(asked.set_cookie, ""); /* it has one */
	}
	traffic.cookie_max_age_s = 0;
	ck_assert_int_eq(set(100, 0).code, 0);
	ck_assert_str_eq(world_ask(loop, "127.0.0.1", port, &asked), "v1");
	ck_assert_str_eq(asked.set_cookie, "korch=v1; Path=/; HttpOnly");
	finish();
}
END_TEST

START_TEST(a_wrong_expression_is_refused)
{
	start();
	korch_traffic_header header = {"X-A", {"a(", KORCH_TRAFFIC_REGEX, 0}};
	korch_traffic_match match = {.headers = &header, .n_headers = 1};
	korch_traffic_route route = {"r", "v2", &match, 1, 0, 0};
	ck_assert_int_eq(set(70, 30).code, 0);
	traffic.header_routes = &route;
	traffic.n_header_routes = 1;
	answer out = set(10, 90);
	ck_assert_int_eq(out.code, KORCH_E_INVALID);
	ck_assert_ptr_nonnull(strstr(out.message, "missing closing parenthesis"));
	look(router);
	while (!is_in_force) {
		step();
		look(router);
	}
	int answers[4] = {0};
	for (int i = 0; i < 100; i++)
		answers[ask()]++;
	ck_assert_int_eq(answers[2], 30); /* as before */
	header.name = "X A";
	ck_assert_int_eq(korch_router_set(router, &traffic, on_done, &out, NULL), KORCH_E_INVALID);
	header = (korch_traffic_header){"X'A", {"a", KORCH_TRAFFIC_EXACT, 0}};
	ck_assert_int_eq(set(10, 90).code, KORCH_E_INVALID);
	header = (korch_traffic_header){"X-A", {"a", KORCH_TRAFFIC_EXACT, 0}};
	ck_assert_int_eq(set(10, 90).code, 0);
	finish();
}
END_TEST

START_TEST(it_is_started_again_when_it_dies)
{
	pid_t first, second;
	start();
	ck_assert_int_eq(set(60, 40).code, 0);
	ck_assert_int_eq(children(&first), 1);
	ck_assert_int_eq(kill(first, SIGKILL), 0);
	for (is_in_force = 1; is_in_force; look(router))
		step();
	ck_assert_str_eq(reason, "HAProxy is being started");
	int answers[4] = {0};
	for (int i = 0; i < 100; i++)
		answers[ask()]++; /* the first one waits in the listener's queue */
	ck_assert_int_eq(answers[1], 60);
	ck_assert_int_eq(answers[2], 40);
	look(router);
	ck_assert_int_eq(is_in_force, 1);
	ck_assert_int_eq(children(&second), 1);
	ck_assert_int_ne(first, second);
	korch_router_free(router);
	ck_assert_int_eq(children(&first), 0);
	router = NULL;
	finish();
}
END_TEST

static korch_traffic_stats counters[2];

static void on_stats(void *userdata, int code, const korch_traffic_stats *stats, size_t n)
{
	ck_assert_int_eq(code, 0);
	ck_assert_uint_eq(n, 2);
	memcpy(counters, stats, sizeof(counters));
	*(int *)userdata = 1;
}

/* A program that is killed takes its HAProxy with it. */
START_TEST(it_ends_with_its_parent)
{
	int pipes[2];
	pid_t haproxy = 0;
	ck_assert_int_eq(pipe(pipes), 0);
	char folder[] = "/tmp/korch-test-XXXXXX", command[64];
	ck_assert_ptr_nonnull(mkdtemp(folder));
	pid_t program = fork();
	if (program == 0) {
		setenv("TMPDIR", folder, 1);
		start();
		children(&haproxy);
		if (write(pipes[1], &haproxy, sizeof(haproxy)) != sizeof(haproxy))
			_exit(1);
		for (;;)
			pause();
	}
	ck_assert_int_eq(read(pipes[0], &haproxy, sizeof(haproxy)), (ssize_t)sizeof(haproxy));
	ck_assert_int_gt(haproxy, 1);
	struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, haproxy, 0), .events = POLLIN};
	ck_assert_int_ge(end.fd, 0);
	ck_assert_int_eq(kill(program, SIGKILL), 0);
	ck_assert_int_eq(waitpid(program, NULL, 0), program);
	ck_assert_int_eq(poll(&end, 1, 30000), 1);
	snprintf(command, sizeof(command), "rm -r %s", folder); /* what was killed has left it */
	ck_assert_int_eq(system(command), 0);
	close(end.fd);
	close(pipes[0]);
	close(pipes[1]);
}
END_TEST

START_TEST(errors_are_counted_and_can_be_scraped)
{
	static char page[1 << 20];
	int done = 0;
	start();
	ck_assert_int_eq(set(50, 50).code, 0);
	world_set_status(503);
	for (int i = 0; i < 40; i++)
		ask();
	ck_assert_int_eq(korch_router_stats(router, "ns", "web", on_stats, &done), 0);
	while (!done)
		step();
	ck_assert_uint_eq(counters[0].requests, 20);
	ck_assert_uint_eq(counters[0].errors, 0);
	ck_assert_uint_eq(counters[1].requests, 20);
	ck_assert_uint_eq(counters[1].errors, 20);
	ck_assert_uint_gt(
	    world_exchange(loop, "127.0.0.1", metrics_port,
	                   "GET /metrics HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n", page,
	                   sizeof(page)),
	    0);
	ck_assert_ptr_nonnull(strstr(
	    page, "haproxy_backend_http_responses_total{proxy=\"ns_web_v2\",code=\"5xx\"} 20\n"));
	ck_assert_ptr_nonnull(strstr(
	    page, "haproxy_backend_http_responses_total{proxy=\"ns_web_v1\",code=\"2xx\"} 20\n"));
	finish();
}
END_TEST

START_TEST(what_cannot_be)
{
	korch_loop *virtual_loop;
	korch_router *out;
	korch_error *err = NULL;
	korch_router_haproxy_options options = {.size = sizeof(options), .program = "/nowhere"};
	ck_assert_int_eq(korch_loop_new_virtual(&virtual_loop, 1, NULL), 0);
	ck_assert_int_eq(korch_router_haproxy_new(&out, virtual_loop, NULL, NULL), KORCH_E_UNSUPPORTED);
	korch_loop_free(virtual_loop);
	start();
	ck_assert_int_eq(korch_router_haproxy_new(&out, loop, &options, &err), KORCH_E_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(korch_error_message(err), "/nowhere"));
	korch_error_free(err);
	options = (korch_router_haproxy_options){.size = sizeof(options), .address = "localhost"};
	ck_assert_int_eq(korch_router_haproxy_new(&out, loop, &options, NULL), KORCH_E_INVALID);
	options = (korch_router_haproxy_options){.size = sizeof(options), .program = "/bin/false"};
	ck_assert_int_eq(korch_router_haproxy_new(&out, loop, &options, NULL), 0);
	answer answered = {0};
	ck_assert_int_eq(korch_router_set(out, &traffic, on_done, &answered, NULL), 0);
	while (!answered.done)
		step();
	ck_assert_int_eq(answered.code, KORCH_E_INVALID);
	ck_assert_str_eq(answered.message, "HAProxy does not start");
	korch_router_free(out);
	finish();
}
END_TEST

int main(void)
{
	korch_conformance_router_factory factory = {.size = sizeof(factory),
	                                            .name = "haproxy",
	                                            .open = open_haproxy,
	                                            .close = close_haproxy,
	                                            .describe = describe,
	                                            .request = request,
	                                            .real_time = 1,
	                                            .knows_endpoints = 1};
	SRunner *runner = srunner_create(korch_conformance_router_suite(&factory));
	Suite *own = suite_create("haproxy, its own");
	TCase *tcase = tcase_create("haproxy");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, cookies_are_given);
	tcase_add_test(tcase, a_wrong_expression_is_refused);
	tcase_add_test(tcase, it_is_started_again_when_it_dies);
	tcase_add_test(tcase, it_ends_with_its_parent);
	tcase_add_test(tcase, errors_are_counted_and_can_be_scraped);
	tcase_add_test(tcase, what_cannot_be);
	add_haproxy_load_tests(tcase);
	suite_add_tcase(own, tcase);
	srunner_add_suite(runner, own);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
