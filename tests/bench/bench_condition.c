/* How many conditions are read and evaluated in a second, on one core. Usage: bench-condition
 * [rounds] */
#include <json-c/json.h>
#include <korch/strategy/condition.h>
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
	korch_condition *condition = NULL;
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

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 2000000;
	puts("no randomness: no seed");
	measure("result[0] >= 0.95", "[0.97]", rounds);
	measure("default(result, 0) < 0.05 and not isNaN(asFloat(result))", "0.04", rounds);
	measure("all(result.values, {# > 1})", "{\"values\":[2,3,4,5,6,7,8,9]}", rounds / 4);
	measure("result.version matches '^v[0-9]+\\\\.[0-9]+$'", "{\"version\":\"v1.25\"}", rounds / 4);
	return 0;
}
