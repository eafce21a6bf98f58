/* Rules of manifests that only the planner knows. */
#include "unit.h"
#include <korch/manifest.h>
#include <korch/strategy.h>
#include <korch/strategy/check.h>
#include <stdlib.h>
#include <string.h>

/* Reads a Rollout whose steps are what there is n times, and expects one problem. */
static void expect_one(const char *step, size_t n, const char *expected)
{
	static const char head[] = "apiVersion: argoproj.io/v1alpha1\n"
	                           "kind: Rollout\n"
	                           "metadata: {name: web}\n"
	                           "spec:\n"
	                           "  workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n"
	                           "  strategy:\n"
	                           "    canary:\n"
	                           "      steps:\n";
	const korch_manifest_options options = {
	    .size = sizeof(options), .validate = 1, .check = korch_strategy_check_object};
	korch_manifest *manifest = NULL;
	char *text = malloc(sizeof(head) + n * strlen(step));
	ck_assert_ptr_nonnull(text);
	memcpy(text, head, sizeof(head));
	char *end = text + strlen(head);
	for (size_t i = 0; i < n; i++, end += strlen(step))
		memcpy(end, step, strlen(step) + 1);
	ck_assert_int_eq(korch_manifest_new(&manifest, &options, NULL), 0);
	ck_assert_int_eq(korch_manifest_read_text(manifest, text, strlen(text), "web.yaml", NULL),
	                 *expected ? KORCH_E_INVALID : 0);
	const korch_problems *problems = korch_manifest_problems(manifest);
	ck_assert_uint_eq(korch_problems_count(problems), *expected ? 1 : 0);
	char *line = *expected ? korch_problem_format(korch_problems_at(problems, 0)) : NULL;
	if (line)
		ck_assert_str_eq(line, expected);
	free(line);
	free(text);
	korch_manifest_free(manifest);
}

START_TEST(test_too_many_steps)
{
	expect_one("      - pause: {}\n", KORCH_STRATEGY_STEPS_MAX, "");
	expect_one("      - pause: {}\n", KORCH_STRATEGY_STEPS_MAX + 1,
	           "web.yaml:265: spec.strategy.canary.steps[256]: Invalid value: more than 256 steps");
	expect_one("      - setWeight: 10\n", 20000,
	           "web.yaml:265: spec.strategy.canary.steps[256]: Invalid value: more than 256 steps");
}
END_TEST

KORCH_SUITE(strategy_check)
{
	Suite *suite = suite_create("strategy-check");
	KORCH_CASE(suite, "steps", test_too_many_steps);
	return suite;
}
