/* What is summed up of updates. */
#include "unit.h"

#include "rollout/runs.h"
#include <string.h>

static void note(runs *self, korch_usec at, int64_t revision, const char *phase, int32_t weight)
{
	rollout_state state = {.namespace_ = "default", .name = "web", .n_revisions = 2, .n_steps = 5};
	strncpy(state.phase, phase, sizeof(state.phase) - 1);
	state.step = strcmp(phase, "Degraded") == 0 ? 0 : (int32_t)(at / 10);
	state.revisions[0] = (rollout_revision){.number = revision, .pods = 3, .weight = weight};
	state.revisions[1] = (rollout_revision){.number = revision - 1, .pods = (int32_t)at / 10};
	ck_assert_int_eq(runs_note(self, at, &state), 0);
}

START_TEST(test_updates)
{
	runs all = {0};
	note(&all, 0, 1, "Progressing", 0);
	note(&all, 5, 1, "Healthy", 100);
	note(&all, 10, 2, "Progressing", 0);
	note(&all, 20, 2, "Paused", 20);
	note(&all, 30, 2, "Degraded", 0);
	note(&all, 35, 2, "Degraded", 0);
	ck_assert_uint_eq(all.n, 2);
	const run *last = runs_last(&all, "default", "web");
	ck_assert_int_eq(last->revision, 2);
	ck_assert_str_eq(last->phase, "Degraded");
	ck_assert_int_eq(last->started, 10);
	ck_assert_int_eq(last->ended, 30);
	ck_assert_int_eq(last->step, 2);
	ck_assert_int_eq(last->pods_max, 6);
	ck_assert_uint_eq(last->n_weights, 3);
	/* tried again, then a newer one */
	note(&all, 40, 2, "Progressing", 0);
	ck_assert(!runs_last(&all, "default", "web")->is_over);
	note(&all, 50, 3, "Progressing", 0);
	ck_assert_str_eq(all.items[1].phase, "Superseded");
	ck_assert_int_eq(all.items[1].ended, 50);
	/* what comes behind the end is no part of it */
	note(&all, 60, 3, "Healthy", 100);
	note(&all, 70, 3, "Progressing", 100);
	note(&all, 80, 3, "Healthy", 100);
	ck_assert_int_eq(runs_last(&all, "default", "web")->ended, 60);
	ck_assert_int_eq(all.items[0].ended, 5);
	ck_assert_ptr_null(runs_last(&all, "other", "web"));
	runs_fini(&all);
}
END_TEST

START_TEST(test_chart)
{
	char chart[3 * RUN_CHART + 1];
	runs all = {0};
	note(&all, 0, 1, "Progressing", 0);
	note(&all, 120, 1, "Progressing", 50);
	note(&all, 240, 1, "Healthy", 100);
	run_chart(chart, &all.items[0]);
	ck_assert_str_eq(chart, "▁▁▁▁▁▁▁▁▁▁▁▅▅▅▅▅▅▅▅▅▅▅▅█");
	runs_fini(&all);
	note(&all, 7, 1, "Healthy", 100);
	run_chart(chart, &all.items[0]);
	ck_assert_uint_eq(strlen(chart), 3 * RUN_CHART);
	runs_fini(&all);
}
END_TEST

KORCH_SUITE(runs)
{
	Suite *suite = suite_create("runs");
	KORCH_CASE(suite, "runs", test_updates, test_chart);
	return suite;
}
