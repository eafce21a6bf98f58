/* A Rollout's state as lines, and small charts. */
#include "unit.h"

#include "rollout/lines.h"
#include <math.h>
#include <string.h>

static rollout_state canary(void)
{
	rollout_state state = {.strategy = "canary",
	                       .name = "web",
	                       .phase = "Paused",
	                       .step = 1,
	                       .n_steps = 4,
	                       .step_text = "pause: 1m",
	                       .set_weight = 20,
	                       .sentence = "paused",
	                       .n_revisions = 2};
	state.revisions[0] = (rollout_revision){.number = 2,
	                                        .role = "canary",
	                                        .images = "web:2",
	                                        .desired = 2,
	                                        .ready = 1,
	                                        .available = 1,
	                                        .weight = 10};
	state.revisions[1] = (rollout_revision){.number = 1,
	                                        .role = "stable",
	                                        .images = "web:1",
	                                        .desired = 8,
	                                        .ready = 8,
	                                        .available = 8,
	                                        .weight = 90};
	return state;
}

START_TEST(test_bar)
{
	char bar[3 * 24 + 1];
	rollout_state state = canary();
	rollout_steps_bar(bar, &state, 24);
	ck_assert_str_eq(bar, "▰▱▱▱");
	state.step = 4;
	rollout_steps_bar(bar, &state, 24);
	ck_assert_str_eq(bar, "▰▰▰▰");
	/* more steps than there is room for */
	state.n_steps = 100;
	state.step = 50;
	rollout_steps_bar(bar, &state, 4);
	ck_assert_str_eq(bar, "▰▰▱▱");
	state.n_steps = 0;
	rollout_steps_bar(bar, &state, 4);
	ck_assert_str_eq(bar, "");
}
END_TEST

START_TEST(test_progress)
{
	char text[320];
	rollout_state state = canary();
	rollout_progress(text, sizeof(text), &state);
	ck_assert_str_eq(text, "step 2/4 (pause: 1m)  canary 10% of 20%  stable 90%");
	state.revisions[0].weight = 20;
	state.revisions[1].weight = -1;
	state.step = 4;
	rollout_progress(text, sizeof(text), &state);
	ck_assert_str_eq(text, "step 4/4 done  canary 20%");
	rollout_progress(text, 9, &state);
	ck_assert_str_eq(text, "step 4/4");
}
END_TEST

START_TEST(test_whole)
{
	rollout_line lines[ROLLOUT_LINES_MAX];
	rollout_state state = canary();
	state.n_analyses = 1;
	rollout_analysis *analysis = &state.analyses[0];
	*analysis = (rollout_analysis){.name = "web-1", .phase = "Failed", .message = "bad"};
	analysis->n_metrics = 1;
	analysis->metrics[0] = (rollout_metric){.name = "rate",
	                                        .phase = "Failed",
	                                        .last = "0.5",
	                                        .n = 3,
	                                        .values = {1, NAN, 0.5},
	                                        .successful = 1,
	                                        .failed = 1,
	                                        .errors = 1};
	ck_assert_uint_eq(rollout_lines(lines, &state, 0), 2);
	ck_assert_str_eq(lines[1].text, "paused");
	ck_assert_uint_eq(rollout_lines(lines, &state, 1), 6);
	ck_assert_str_eq(lines[2].text, "revision 2 canary  web:2  1/2 ready, 1 available");
	ck_assert_int_eq(lines[2].tone, 'w');
	ck_assert_int_eq(lines[3].tone, ' ');
	ck_assert_str_eq(lines[4].text, "analysis web-1 Failed: bad");
	ck_assert_int_eq(lines[4].tone, 'b');
	ck_assert_str_eq(lines[5].text, "  rate █·▁ 0.5  1 ok, 1 failed, 1 in error");
}
END_TEST

/* Everything at its limit fits. */
START_TEST(test_full)
{
	rollout_line lines[ROLLOUT_LINES_MAX];
	static rollout_state state;
	memset(&state, 'x', sizeof(state));
	state.step = 0;
	state.n_steps = 1000;
	state.n_revisions = ROLLOUT_REVISIONS_MAX;
	state.n_analyses = ROLLOUT_ANALYSES_MAX;
#define END(text) (text)[sizeof(text) - 1] = '\0'
	END(state.phase);
	END(state.step_text);
	END(state.sentence);
	for (size_t i = 0; i < ROLLOUT_REVISIONS_MAX; i++) {
		END(state.revisions[i].role);
		END(state.revisions[i].images);
	}
	for (size_t i = 0; i < ROLLOUT_ANALYSES_MAX; i++) {
		rollout_analysis *each = &state.analyses[i];
		END(each->name);
		END(each->phase);
		END(each->message);
		each->n_metrics = ROLLOUT_METRICS_MAX;
		for (size_t k = 0; k < ROLLOUT_METRICS_MAX; k++) {
			rollout_metric *metric = &each->metrics[k];
			END(metric->name);
			END(metric->phase);
			END(metric->last);
			metric->n = ROLLOUT_VALUES_MAX;
			for (size_t v = 0; v < ROLLOUT_VALUES_MAX; v++)
				metric->values[v] = v % 3 ? (double)v : INFINITY;
		}
	}
	size_t n = rollout_lines(lines, &state, 1);
	ck_assert_uint_eq(n,
	                  2 + ROLLOUT_REVISIONS_MAX + ROLLOUT_ANALYSES_MAX * (1 + ROLLOUT_METRICS_MAX));
}
END_TEST

START_TEST(test_chart)
{
	char chart[3 * ROLLOUT_VALUES_MAX + 1];
	rollout_metric metric = {.n = 5, .values = {0, 1, 2, 3, 7}};
	rollout_chart(chart, &metric, 24);
	ck_assert_str_eq(chart, "▁▂▃▄█");
	rollout_chart(chart, &metric, 2);
	ck_assert_str_eq(chart, "▁█");
	metric = (rollout_metric){.n = 2, .values = {5, 5}};
	rollout_chart(chart, &metric, 24);
	ck_assert_str_eq(chart, "▅▅");
	metric = (rollout_metric){.n = 2, .values = {NAN, INFINITY}};
	rollout_chart(chart, &metric, 24);
	ck_assert_str_eq(chart, "··");
	metric.n = 0;
	rollout_chart(chart, &metric, 24);
	ck_assert_str_eq(chart, "");
}
END_TEST

KORCH_SUITE(lines)
{
	Suite *suite = suite_create("lines");
	KORCH_CASE(suite, "lines", test_bar, test_progress, test_whole, test_full, test_chart);
	return suite;
}
