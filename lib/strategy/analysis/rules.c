/* A run's spec and status → the planner's rules and states; whether conditions can be read. */
#include "base/cleanup.h"
#include "base/text.h"
#include "strategy/regex/regex.h"
#include <korch/strategy/analysis_spec.h>
#include <korch/time.h>
#include <stdio.h>
#include <string.h>

static int fail(korch_error **err, const char *field, const char *format, const char *text)
{
	int code = korch_error_set(err, KORCH_E_INVALID, format, text);
	korch_error_prefix_path(err, field);
	return code;
}

static int read_span(korch_usec *out, const char *text, const char *field, korch_error **err)
{
	int64_t ns = 0;
	if (!text || !*text)
		return 0;
	if (korch_duration_parse(&ns, text, NULL) < 0 || ns < 0)
		return fail(err, field, "invalid duration \"%s\": 30s, 5m and 1h are some", text);
	*out = ns / 1000;
	return 0;
}

static int read_number(int32_t *out, const korch_int_or_string *from, int32_t least,
                       const char *field, korch_error **err)
{
	int64_t number = from->number;
	if (!from->is_set)
		return 0;
	if (from->text && korch__text_to_i64(&number, from->text) < 0)
		return fail(err, field, "\"%s\" is no number", from->text);
	if (number < least || number > INT32_MAX)
		return fail(err, field, "%s is out of range", field);
	*out = (int32_t)number;
	return 0;
}

static int read_rule(korch_analysis_rule *out, const korch_analysis_metric *metric,
                     korch_error **err)
{
	*out = (korch_analysis_rule){.name = metric->name,
	                             .consecutive_error_limit = KORCH_ANALYSIS_ERROR_LIMIT};
	int code = metric->name && *metric->name ? 0 : fail(err, "name", "%s is required", "a name");
	if (code == 0)
		code = read_span(&out->interval_us, metric->interval, "interval", err);
	if (code == 0)
		code = read_span(&out->initial_delay_us, metric->initial_delay, "initialDelay", err);
	if (code == 0)
		code = read_number(&out->count, &metric->count, 0, "count", err);
	if (code == 0)
		code = read_number(&out->failure_limit, &metric->failure_limit, -1, "failureLimit", err);
	if (code == 0)
		code = read_number(&out->inconclusive_limit, &metric->inconclusive_limit, 0,
		                   "inconclusiveLimit", err);
	if (code == 0)
		code = read_number(&out->consecutive_error_limit, &metric->consecutive_error_limit, 0,
		                   "consecutiveErrorLimit", err);
	if (code == 0)
		code = read_number(&out->consecutive_success_limit, &metric->consecutive_success_limit, 0,
		                   "consecutiveSuccessLimit", err);
	return code;
}

static int check_rule(const korch_analysis_rule *rule, korch_error **err)
{
	if (rule->count > 0 && rule->count < rule->failure_limit)
		return fail(err, "count", "count must be >= %s", "failureLimit");
	if (rule->count > 0 && rule->count < rule->inconclusive_limit)
		return fail(err, "count", "count must be >= %s", "inconclusiveLimit");
	if (rule->count > 1 && !rule->interval_us)
		return fail(err, "interval", "%s must be specified when count > 1", "interval");
	return 0;
}

/* Applies fn to each rule whose name a pattern fits; 0, or a code (with the path of the pattern).
 */
static int apply(korch_analysis_rule *rules, size_t n, const char *pattern, int32_t retention,
                 korch_error **err)
{
	const char *problem = NULL;
	korch__regex *regex = NULL;
	int hits = 0;
	pattern = korch__text_or_empty(pattern);
	int code = korch__regex_new(&regex, pattern, strlen(pattern), &problem);
	if (code < 0)
		return korch_error_set(err, code == KORCH_E_NOMEM ? code : KORCH_E_INVALID,
		                       "error parsing regexp: %s", problem ? problem : "out of memory");
	for (size_t i = 0; i < n; i++) {
		if (!korch__regex_match(regex, rules[i].name, strlen(rules[i].name)))
			continue;
		hits++;
		if (retention < 0)
			rules[i].dry_run = 1;
		else
			rules[i].retention = retention;
	}
	korch__regex_free(regex);
	return hits ? 0 : korch_error_set(err, KORCH_E_INVALID, "Rule didn't match any metric name(s)");
}

static int apply_all(korch_analysis_rule *rules, size_t n, const korch_analysis_run_spec *spec,
                     korch_error **err)
{
	char path[64] = "";
	int code = 0;
	for (size_t i = 0; i < spec->n_dry_run && code == 0; i++) {
		snprintf(path, sizeof(path), "dryRun[%zu].metricName", i);
		code = apply(rules, n, spec->dry_run[i].metric_name, -1, err);
	}
	for (size_t i = 0; i < spec->n_measurement_retention && code == 0; i++) {
		const korch_measurement_retention *rule = &spec->measurement_retention[i];
		snprintf(path, sizeof(path), "measurementRetention[%zu].metricName", i);
		code = apply(rules, n, rule->metric_name, rule->limit > 0 ? rule->limit : 0, err);
	}
	if (code < 0)
		korch_error_prefix_path(err, path);
	return code;
}

static int read_metric(korch_analysis_rule *rules, size_t i, const korch_analysis_metric *metric,
                       korch_error **err)
{
	char path[48];
	int code = read_rule(&rules[i], metric, err);
	if (code == 0)
		code = check_rule(&rules[i], err);
	for (size_t k = 0; k < i && code == 0; k++)
		if (strcmp(rules[k].name, rules[i].name) == 0)
			code = fail(err, "name", "duplicate name '%s'", metric->name);
	snprintf(path, sizeof(path), "metrics[%zu]", i);
	if (code < 0)
		korch_error_prefix_path(err, path);
	return code;
}

int korch_analysis_rules(korch_analysis_rule *rules, size_t *n, const korch_analysis_run_spec *spec,
                         korch_error **err)
{
	korch_analysis_rule made[KORCH_ANALYSIS_METRICS_MAX];
	if (!rules || !n || !spec)
		return korch_error_set(err, KORCH_E_INVALID, "a spec is missing");
	if (spec->n_metrics == 0)
		return fail(err, "metrics", "%s", "no metrics specified");
	if (spec->n_metrics > KORCH_ANALYSIS_METRICS_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "more than %d metrics",
		                       KORCH_ANALYSIS_METRICS_MAX);
	int code = 0;
	for (size_t i = 0; i < spec->n_metrics && code == 0; i++)
		code = read_metric(made, i, &spec->metrics[i], err);
	if (code == 0)
		code = apply_all(made, spec->n_metrics, spec, err);
	if (code < 0)
		return code;
	memcpy(rules, made, spec->n_metrics * sizeof(*rules));
	*n = spec->n_metrics;
	return 0;
}

static void read_state(korch_analysis_state *out, const korch_analysis_metric_result *result)
{
	*out = (korch_analysis_state){.phase = korch_analysis_phase_of(result->phase),
	                              .kept = (int32_t)result->n_measurements,
	                              .count = result->count,
	                              .successful = result->successful,
	                              .failed = result->failed,
	                              .inconclusive = result->inconclusive,
	                              .error = result->error,
	                              .consecutive_error = result->consecutive_error,
	                              .consecutive_success = result->consecutive_success};
	if (out->phase == KORCH_ANALYSIS_NONE)
		out->phase = KORCH_ANALYSIS_PENDING;
	if (result->n_measurements == 0)
		return;
	const korch_analysis_measurement *last = &result->measurements[result->n_measurements - 1];
	out->last = korch_analysis_phase_of(last->phase);
	if (out->last == KORCH_ANALYSIS_NONE)
		out->last = KORCH_ANALYSIS_RUNNING;
	out->finished_us = last->finished_at;
	out->resume_us = last->resume_at;
	out->message = last->message;
}

void korch_analysis_states(korch_analysis_state *states, const korch_analysis_run_spec *spec,
                           const korch_analysis_run_status *status)
{
	for (size_t i = 0; i < spec->n_metrics; i++) {
		states[i] = (korch_analysis_state){.phase = KORCH_ANALYSIS_NONE};
		for (size_t k = 0; status && k < status->n_metric_results; k++)
			if (korch__text_equal(status->metric_results[k].name, spec->metrics[i].name))
				read_state(&states[i], &status->metric_results[k]);
	}
}

/* 0, or KORCH_E_NOMEM; what cannot be read is a problem. */
static int check_condition(const char *text, const char *path, size_t i, const char *field,
                           korch_problems *problems)
{
	korch_parsed_condition *condition = NULL;
	_cleanup_error_ korch_error *err = NULL;
	char where[512];
	if (!text || !*text || strstr(text, "{{"))
		return 0;
	int code = korch_condition_parse(&condition, text, &err);
	korch_condition_free(condition);
	if (code == 0 || code == KORCH_E_NOMEM)
		return code;
	snprintf(where, sizeof(where), "%s[%zu].%s", path, i, field);
	const korch_problem problem = {.kind = KORCH_PROBLEM_INVALID,
	                               .severity = KORCH_SEVERITY_ERROR,
	                               .path = where,
	                               .message = korch_error_message(err)};
	korch_problem_add(problems, &problem);
	return 0;
}

int korch_analysis_check(const korch_analysis_metric *metrics, size_t n, const char *path,
                         korch_problems *problems)
{
	int code = 0;
	for (size_t i = 0; i < n && code == 0; i++) {
		code = check_condition(metrics[i].success_condition, path, i, "successCondition", problems);
		if (code == 0)
			code = check_condition(metrics[i].failure_condition, path, i, "failureCondition",
			                       problems);
	}
	return code;
}
