/* What a measurement is worth, and what the decider of analysis runs refuses. */
#include "unit.h"
#include <json-c/json.h>
#include <korch/strategy/analysis.h>
#include <math.h>

START_TEST(test_judge)
{
	static const struct {
		const char *success, *failure, *phase;
		double result;
	} rows[] = {
	    {NULL, NULL, "Successful", 1},
	    {"result > 0", NULL, "Successful", 1},
	    {"result > 1", NULL, "Failed", 1},
	    {NULL, "result > 1", "Successful", 1},
	    {NULL, "result > 0", "Failed", 1},
	    {"result >= 0.9", "result < 0.5", "Successful", 1},
	    {"result >= 0.9", "result < 0.5", "Inconclusive", 0.7},
	    {"result >= 0.9", "result < 0.5", "Failed", 0.1},
	    {"true", "true", "Failed", 0},
	    {"result >= 0.9", "result < 0.9", "Inconclusive", NAN},
	    {"result >= 0.9 || isNaN(result)", NULL, "Successful", NAN},
	    {"result[0] > 1", NULL, "Error", 1},
	    {"true", "result.x", "Error", 1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		korch_parsed_condition *success = NULL, *failure = NULL;
		korch_error *err = NULL;
		struct json_object *result = json_object_new_double(rows[i].result);
		int32_t phase = -1;
		if (rows[i].success)
			ck_assert_int_eq(korch_condition_parse(&success, rows[i].success, NULL), 0);
		if (rows[i].failure)
			ck_assert_int_eq(korch_condition_parse(&failure, rows[i].failure, NULL), 0);
		ck_assert_int_eq(korch_analysis_judge(&phase, success, failure, result, &err), 0);
		ck_assert_str_eq(korch_analysis_phase_name(phase), rows[i].phase);
		ck_assert_int_eq(err != NULL, phase == KORCH_ANALYSIS_ERROR);
		korch_error_free(err);
		json_object_put(result);
		korch_condition_free(success);
		korch_condition_free(failure);
	}
}
END_TEST

START_TEST(test_refused)
{
	korch_analysis_plan plan = {.size = 7};
	korch_analysis_run_state run = {.size = sizeof(run)};
	korch_analysis_rule rule = {.name = "m"};
	korch_analysis_state state = {0};
	ck_assert_int_eq(korch_analysis_plan_run(NULL, &run, &rule, &state, 1, 0), KORCH_E_INVALID);
	ck_assert_int_eq(korch_analysis_plan_run(&plan, &run, NULL, &state, 1, 0), KORCH_E_INVALID);
	ck_assert_int_eq(korch_analysis_plan_run(&plan, &run, &rule, &state, 129, 0), KORCH_E_LIMIT);
	rule.failure_limit = -2;
	ck_assert_int_eq(korch_analysis_plan_run(&plan, &run, &rule, &state, 1, 0), KORCH_E_INVALID);
	rule.failure_limit = 0;
	rule.name = NULL;
	ck_assert_int_eq(korch_analysis_plan_run(&plan, &run, &rule, &state, 1, 0), KORCH_E_INVALID);
	ck_assert_uint_eq(plan.size, 7);
	ck_assert_int_eq(korch_analysis_phase_of("Failed"), KORCH_ANALYSIS_FAILED);
	ck_assert_int_eq(korch_analysis_phase_of("nope"), KORCH_ANALYSIS_NONE);
	ck_assert_int_eq(korch_analysis_phase_of(NULL), KORCH_ANALYSIS_NONE);
	ck_assert_str_eq(korch_analysis_phase_name(99), "");
}
END_TEST

KORCH_SUITE(analysis_judge)
{
	Suite *suite = suite_create("analysis_judge");
	KORCH_CASE(suite, "measurement", test_judge, test_refused);
	return suite;
}
