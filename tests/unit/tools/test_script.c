/* Scripts of rehearsals: what is read, and what metrics say when. */
#include "unit.h"

#include "rollout/script.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define S KORCH_USEC_PER_SEC

static int read_text(script *out, const char *text, korch_error **err)
{
	static char path[64];
	strcpy(path, "/tmp/korch-script-XXXXXX");
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	int code = script_read(out, path, err);
	unlink(path);
	return code;
}

START_TEST(test_whole)
{
	script self;
	ck_assert_int_eq(read_text(&self,
	                           "nodes: [{name: a}, {name: b, count: 2, cpu: 500m, memory: 1Gi, "
	                           "pods: 5}]\n"
	                           "images: [{image: 'web:*', start: 1s, from: 1m, until: 1h, crash: "
	                           "5s, exit-code: 3, readiness: 'fail:1s,ok:1s'}]\n"
	                           "actions:\n"
	                           "- {at: 2m, undo: }\n"
	                           "- {at: 1m, set-image: 'web:2', container: web, rollout: ns/web}\n"
	                           "- {at: 2m, scale: 4}\n"
	                           "- {at: 2m, promote-full: web}\n"
	                           "until: 2h\nlease: 10s\nseed: 5\n",
	                           NULL),
	                 0);
	ck_assert_uint_eq(self.n_nodes, 2);
	ck_assert_int_eq(self.nodes[1].capacity.cpu_milli, 500);
	ck_assert_int_eq(self.nodes[1].count, 2);
	ck_assert_int_eq(self.images[0].from, 60 * S);
	ck_assert_int_eq(self.images[0].exit_code, 3);
	ck_assert_uint_eq(self.n_actions, 4);
	ck_assert_int_eq(self.actions[0].verb, SCRIPT_SET_IMAGE);
	ck_assert_str_eq(self.actions[0].rollout, "ns/web");
	ck_assert_str_eq(self.actions[0].container, "web");
	ck_assert_int_eq(self.actions[0].line, 5);
	/* in the order of the file at one time */
	ck_assert_int_eq(self.actions[1].verb, SCRIPT_UNDO);
	ck_assert_int_eq(self.actions[2].verb, SCRIPT_SCALE);
	ck_assert_int_eq(self.actions[2].number, 4);
	ck_assert_str_eq(self.actions[3].rollout, "web");
	ck_assert_int_eq(self.until, 7200 * S);
	ck_assert_int_eq(self.seed, 5);
	script_free(&self);
}
END_TEST

START_TEST(test_empty)
{
	script self;
	ck_assert_int_eq(read_text(&self, "", NULL), 0);
	ck_assert_uint_eq(self.n_actions, 0);
	script_free(&self);
	ck_assert_int_eq(read_text(&self, "# nothing\n", NULL), 0);
	script_free(&self);
}
END_TEST

START_TEST(test_metrics)
{
	script self;
	double value = 0;
	ck_assert_int_eq(read_text(&self,
	                           "metrics:\n"
	                           "- {metric: 'rate*', value: 1}\n"
	                           "- {metric: rate, image: 'web:2', ramp: true, points: [{at: 10s, "
	                           "value: 1}, {at: 20s, value: 3}, {at: 30s, error: gone}, {at: 40s, "
	                           "result: '[7]'}]}\n",
	                           NULL),
	                 0);
	ck_assert_ptr_eq(script_metric_find(&self, "rates", "web:2"), &self.metrics[0]);
	ck_assert_ptr_eq(script_metric_find(&self, "rate", "web:1"), &self.metrics[0]);
	ck_assert_ptr_eq(script_metric_find(&self, "rate", "log:1,web:2"), &self.metrics[1]);
	ck_assert_ptr_null(script_metric_find(&self, "other", "web:2"));
	ck_assert(script_knows_metric(&self, "rate"));
	ck_assert(!script_knows_metric(&self, "other"));
	const script_metric *ramp = &self.metrics[1];
	ck_assert_ptr_null(script_metric_at(ramp, 9 * S, &value));
	ck_assert_ptr_eq(script_metric_at(ramp, 10 * S, &value), &ramp->points[0]);
	ck_assert_double_eq(value, 1);
	script_metric_at(ramp, 15 * S, &value);
	ck_assert_double_eq(value, 2);
	/* no line to a point without a number */
	script_metric_at(ramp, 25 * S, &value);
	ck_assert_double_eq(value, 3);
	ck_assert_str_eq(script_metric_at(ramp, 35 * S, &value)->error, "gone");
	ck_assert_str_eq(script_metric_at(ramp, 400 * S, &value)->result, "[7]");
	script_free(&self);
}
END_TEST

/* Whatever is cut off a script, it is read or refused with a line. */
START_TEST(test_cut)
{
	static const char TEXT[] = "nodes: {count: 2}\nmetrics:\n- metric: a\n  points: [{at: 1s, "
	                           "value: 1}, {at: 2s, error: x}]\nactions: [{at: 1s, abort: }]\n";
	char text[sizeof(TEXT)];
	for (size_t n = 0; n < sizeof(TEXT); n++) {
		script self;
		korch_error *error = NULL;
		memcpy(text, TEXT, n);
		text[n] = '\0';
		if (read_text(&self, text, &error) == 0)
			script_free(&self);
		else
			ck_assert_int_ge(korch_error_line(error), 1);
		korch_error_free(error);
	}
}
END_TEST

KORCH_SUITE(script)
{
	Suite *suite = suite_create("script");
	KORCH_CASE(suite, "script", test_whole, test_empty, test_metrics, test_cut);
	return suite;
}
