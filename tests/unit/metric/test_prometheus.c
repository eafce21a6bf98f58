/* The Prometheus source against a real Prometheus (Debian's package) that the test starts: it
 * scrapes a target of the test's. */
#include "fixture.h"
#include "server.h"
#include "unit.h"
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static server target;
static korch_loop *loop;
static korch_metric_source *source;
static korch_analysis_metric *metric;
static char folder[64], address[64];
static pid_t pid;

static void write_config(const char *path)
{
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file,
	        "global: {scrape_interval: 200ms, scrape_timeout: 200ms}\n"
	        "scrape_configs:\n- job_name: shop\n  static_configs: [{targets: ['127.0.0.1:%d']}]\n",
	        target.port);
	ck_assert_int_eq(fclose(file), 0);
}

static void start_prometheus(void)
{
	char config[96], storage[128], listen[64], option[128];
	posix_spawn_file_actions_t actions;
	int port = server_free_port();
	snprintf(config, sizeof(config), "%s/prometheus.yml", folder);
	write_config(config);
	snprintf(option, sizeof(option), "--config.file=%s", config);
	snprintf(storage, sizeof(storage), "--storage.tsdb.path=%s/data", folder);
	snprintf(listen, sizeof(listen), "--web.listen-address=127.0.0.1:%d", port);
	snprintf(address, sizeof(address), "http://127.0.0.1:%d", port);
	char name[] = "prometheus", level[] = "--log.level=error";
	char *const words[] = {name, option, storage, listen, level, NULL};
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	int code = posix_spawnp(&pid, "prometheus", &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	ck_assert_msg(code == 0,
	              "prometheus does not start: is Debian's package prometheus installed?");
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	return remove(path);
}

static int ask(measured *m, const char *query)
{
	ck_assert_int_eq(korch_string_set(&metric->provider->prometheus->query, query), 0);
	return measure_once(m, loop, source, metric);
}

static void on_pause(void *userdata)
{
	*(int *)userdata = 1;
}

/* Lets the loop run for a while: somebody else's clock decides when there is a sample. */
static void pause_ms(int ms)
{
	korch_timer *timer = NULL;
	int over = 0;
	ck_assert_int_eq(korch_timer_new(&timer, loop, on_pause, &over), 0);
	korch_timer_set(timer, korch_loop_now(loop) + ms * KORCH_USEC_PER_MSEC);
	while (!over)
		korch_loop_step(loop, KORCH_USEC_NEVER);
	korch_timer_free(timer);
}

/* Until a query gives something, as it does when the target was scraped. */
static void wait_for(const char *query)
{
	measured m;
	korch_usec deadline = korch_loop_now(loop) + 50 * KORCH_USEC_PER_SEC;
	while (ask(&m, query) != KORCH_METRIC_VALUE || strcmp(m.value, "[]") == 0) {
		ck_assert_msg(korch_loop_now(loop) < deadline, "%s: %s", query, m.message);
		ck_assert_msg(waitpid(pid, NULL, WNOHANG) == 0, "prometheus has ended");
		pause_ms(50);
	}
}

static void setup(void)
{
	server_start(&target);
	ck_assert_int_eq(korch_loop_new(&loop, NULL), 0);
	metric = metric_new();
	metric->provider->prometheus = korch_struct_new(&korch_prometheus_metric_type);
}

static void setup_real(void)
{
	setup();
	target.type = "text/plain; version=0.0.4";
	server_answer(&target, 200,
	              "requests_total{code=\"200\"} 970\nrequests_total{code=\"500\"} 30\nzero 0\n");
	snprintf(folder, sizeof(folder), "/tmp/korch-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	start_prometheus();
	ck_assert_int_eq(korch_metric_prometheus_new(&source, loop, NULL, NULL), 0);
	ck_assert_int_eq(korch_string_set(&metric->provider->prometheus->address, address), 0);
}

static void teardown(void)
{
	korch_metric_source_free(source);
	korch_block_unref(metric);
	korch_loop_free(loop);
	server_stop(&target);
}

static void teardown_real(void)
{
	teardown();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void check_range(measured *m)
{
	korch_prometheus_metric *p = metric->provider->prometheus;
	p->range_query = korch_struct_new(&korch_prometheus_range_query_type);
	ck_assert_int_eq(korch_string_set(&p->range_query->start, "now() - duration('10s')"), 0);
	ck_assert_int_eq(korch_string_set(&p->range_query->end, "now()"), 0);
	ck_assert_int_eq(korch_string_set(&p->range_query->step, "5s"), 0);
	ck_assert_int_eq(ask(m, "vector(7)"), KORCH_METRIC_VALUE);
	ck_assert_str_eq(m->value, "[7,7,7]");
	ck_assert_int_eq(korch_string_set(&p->range_query->step, "soon"), 0);
	ck_assert_int_eq(ask(m, "vector(7)"), KORCH_E_INVALID);
	ck_assert_ptr_nonnull(strstr(m->message, "provider.prometheus.rangeQuery.step: failed to parse "
	                                         "rangeQuery.step as duration"));
	ck_assert_int_eq(korch_string_set(&p->range_query->start, "now() - duration('an hour')"), 0);
	ck_assert_int_eq(ask(m, "vector(7)"), KORCH_E_INVALID);
	ck_assert_ptr_nonnull(strstr(m->message, "failed to parse rangeQuery.start as time"));
	ck_assert_int_eq(korch_string_set(&p->range_query->start, "result > 1"), 0);
	ck_assert_int_eq(ask(m, "vector(7)"), KORCH_E_INVALID);
	ck_assert_ptr_nonnull(strstr(m->message, "expected time, but got bool"));
}

START_TEST(test_real)
{
	measured m;
	wait_for("requests_total");
	ck_assert_int_eq(ask(&m, "sum(requests_total{code=~\"2..\"}) / sum(requests_total)"),
	                 KORCH_METRIC_VALUE);
	ck_assert_str_eq(m.value, "[0.97]");
	ck_assert_int_eq(ask(&m, "sort(requests_total)"), KORCH_METRIC_VALUE);
	ck_assert_str_eq(m.value, "[30,970]");
	ck_assert_int_eq(ask(&m, "zero / zero"), KORCH_METRIC_VALUE);
	ck_assert_str_eq(m.value, "[NaN]");
	ck_assert_str_eq(m.result, "[NaN]");
	ck_assert_int_eq(ask(&m, "requests_total{code=\"500\"} / on() zero"), KORCH_METRIC_VALUE);
	ck_assert_str_eq(m.value, "[+Inf]");
	ck_assert_int_eq(ask(&m, "scalar(zero) + 1.5"), KORCH_METRIC_VALUE);
	ck_assert_str_eq(m.value, "1.5");
	ck_assert_str_eq(m.result, "1.5");
	ck_assert_int_eq(ask(&m, "no_such_metric"), KORCH_METRIC_VALUE);
	ck_assert_str_eq(m.value, "[]");
	ck_assert_int_eq(ask(&m, "\"text\""), KORCH_METRIC_ERROR);
	ck_assert_str_eq(m.message, "Prometheus metric type not supported");
	ck_assert_int_eq(ask(&m, "sum("), KORCH_METRIC_ERROR);
	ck_assert_ptr_nonnull(strstr(m.message, "bad_data: invalid parameter \"query\""));
	check_range(&m);
}
END_TEST

/* What a real one does not do on demand: a server of the test's says it. */
START_TEST(test_answers)
{
	static const struct {
		int status;
		const char *body;
		int outcome;
		const char *words; /* of the value, or of the message */
	} rows[] = {
	    {200,
	     "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"10\"]},"
	     "\"warnings\":[\"w1\",\"w2\"]}",
	     KORCH_METRIC_VALUE, "10"},
	    {200, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{}]}}",
	     KORCH_METRIC_ERROR, "Prometheus' answer cannot be read"},
	    {200, "{\"status\":\"success\"}", KORCH_METRIC_ERROR,
	     "Prometheus metric type not supported"},
	    {502, "<html>", KORCH_METRIC_ERROR, "server_error: server error: 502"},
	    {404, "", KORCH_METRIC_ERROR, "client_error: client error: 404"},
	    {422, "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"many\"}",
	     KORCH_METRIC_ERROR, "execution: many"},
	};
	char own[64], request[8192];
	measured m;
	snprintf(own, sizeof(own), "http://127.0.0.1:%d/base/", target.port);
	ck_assert_int_eq(korch_metric_prometheus_new(&source, loop, own, NULL), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		server_answer(&target, rows[i].status, rows[i].body);
		ck_assert_int_eq(ask(&m, "a b&c"), rows[i].outcome);
		const char *got = m.outcome == KORCH_METRIC_VALUE ? m.value : m.message;
		ck_assert_msg(strstr(got, rows[i].words), "%zu: %s", i, got);
		ck_assert_str_eq(m.metadata, i == 0 ? "\"w1\", \"w2\"" : "");
	}
	server_last(&target, request, sizeof(request));
	ck_assert_ptr_eq(strstr(request, "POST /base/api/v1/query HTTP/1.1\r\n"), request);
	ck_assert_ptr_nonnull(strstr(request, "\r\n\r\nquery=a%20b%26c"));
	metric->provider->prometheus->timeout = -1;
	ck_assert_int_eq(ask(&m, "a"), KORCH_E_INVALID);
	ck_assert_ptr_nonnull(strstr(m.message, "timeout should not be negative"));
	ck_assert_int_eq(korch_string_set(&metric->provider->prometheus->address, ":invalid::url"), 0);
	ck_assert_int_eq(ask(&m, "a"), KORCH_E_INVALID);
}
END_TEST

KORCH_SUITE(prometheus)
{
	Suite *suite = suite_create("prometheus");
	TCase *real = tcase_create("real"), *answers = tcase_create("answers");
	tcase_add_checked_fixture(real, setup_real, teardown_real);
	tcase_add_checked_fixture(answers, setup, teardown);
	tcase_set_timeout(real, 120);
	tcase_add_test(real, test_real);
	tcase_add_test(answers, test_answers);
	suite_add_tcase(suite, real);
	suite_add_tcase(suite, answers);
	return suite;
}
