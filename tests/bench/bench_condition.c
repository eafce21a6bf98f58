/* How many conditions are read and evaluated, and runs planned, in a second, on one core. Usage:
 * bench-condition [rounds] */
#include <json-c/json.h>
#include <korch/strategy/analysis.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void measure(const char *text, const char *json, long rounds)
{
	struct json_object *result = json_tokener_parse(json);
	korch_parsed_condition *condition = NULL;
	int32_t yes = 0;
	double start = now();
	for (long i = 0; i < rounds / 10; i++) {
		korch_condition_free(condition);
		if (korch_condition_parse(&condition, text, NULL) < 0)
			exit(1);
	}
	double parsed = now() - start;
	start = now();
	for (long i = 0; i < rounds; i++)
		if (korch_condition_eval(&yes, condition, result, NULL) < 0)
			exit(1);
	double evaluated = now() - start;
	printf("%-60s %10.0f parses/s %12.0f evaluations/s (%s)\n", text,
	       (double)(rounds / 10) / parsed, (double)rounds / evaluated, yes ? "true" : "false");
	korch_condition_free(condition);
	json_object_put(result);
}

static void measure_plans(long rounds)
{
	const korch_analysis_run_state run = {
	    .size = sizeof(run), .started_us = 1, .phase = KORCH_ANALYSIS_RUNNING};
	korch_analysis_rule rules[3];
	korch_analysis_state states[3];
	static korch_analysis_plan plan;
	for (int i = 0; i < 3; i++) {
		rules[i] = (korch_analysis_rule){
		    .name = "metric", .interval_us = 60000000, .count = 100, .failure_limit = 3};
		states[i] = (korch_analysis_state){.phase = KORCH_ANALYSIS_RUNNING, .kept = 10};
		korch_analysis_note(&states[i], KORCH_ANALYSIS_SUCCESSFUL, 1000000 * (i + 1));
	}
	double start = now();
	for (long i = 0; i < rounds; i++)
		if (korch_analysis_plan_run(&plan, &run, rules, states, 3, i) < 0)
			exit(1);
	printf("%-60s %10.0f plans/s\n", "a run of three metrics", (double)rounds / (now() - start));
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 2000000;
	puts("no randomness: no seed");
	measure("result[0] >= 0.95", "[0.97]", rounds);
	measure("default(result, 0) < 0.05 and not isNaN(asFloat(result))", "0.04", rounds);
	measure("all(result.values, {# > 1})", "{\"values\":[2,3,4,5,6,7,8,9]}", rounds / 4);
	measure("result.version matches '^v[0-9]+\\\\.[0-9]+$'", "{\"version\":\"v1.25\"}", rounds / 4);
	measure_plans(rounds);
	return 0;
}
