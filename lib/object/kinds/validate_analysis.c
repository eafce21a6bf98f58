/*
 * Rules of analysis beyond a field's own. They and their sentences are Argo's: argo-rollouts,
 * utils/analysis/helpers.go. Whether a condition parses is not looked at here: the evaluator of
 * conditions stands above this room.
 */
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/kinds/rollout_rules.h"
#include "object/problems.h"
#include <korch/api/analysis.h>
#include <string.h>

/* A number, also as text; text that is none ("{{args.x}}") counts as 0, as in Argo. */
static int64_t number_of(const korch_int_or_string *value)
{
	int64_t number = value->number;
	if (!value->is_set || (value->text && korch__text_to_i64(&number, value->text) < 0))
		return 0;
	return number;
}

static void check_least(const korch_int_or_string *value, int least, const char *field,
                        const char *path, korch_problems *problems)
{
	int64_t number = number_of(value);
	if (number < least)
		korch__problem_field(problems, path, field, KORCH_PROBLEM_INVALID, "%lld: %s must be >= %d",
		                     (long long)number, field, least);
}

static void check_counts(const korch_analysis_metric *metric, const char *path,
                         korch_problems *problems)
{
	int64_t count = number_of(&metric->count);
	check_least(&metric->count, 0, "count", path, problems);
	check_least(&metric->failure_limit, -1, "failureLimit", path, problems);
	check_least(&metric->inconclusive_limit, 0, "inconclusiveLimit", path, problems);
	check_least(&metric->consecutive_error_limit, 0, "consecutiveErrorLimit", path, problems);
	check_least(&metric->consecutive_success_limit, 0, "consecutiveSuccessLimit", path, problems);
	if (count > 0 && count < number_of(&metric->failure_limit))
		korch__problem_field(problems, path, "count", KORCH_PROBLEM_INVALID,
		                     "%lld: count must be >= failureLimit", (long long)count);
	if (count > 0 && count < number_of(&metric->inconclusive_limit))
		korch__problem_field(problems, path, "count", KORCH_PROBLEM_INVALID,
		                     "%lld: count must be >= inconclusiveLimit", (long long)count);
	if (count > 1 && (!metric->interval || !*metric->interval))
		korch__problem_field(problems, path, "interval", KORCH_PROBLEM_REQUIRED,
		                     "interval must be specified when count > 1");
}

void korch__analysis_metric_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_analysis_metric *metric = self;
	check_counts(metric, path, problems);
	korch__check_duration(metric->interval, "interval", path, problems);
	korch__check_duration(metric->initial_delay, "initialDelay", path, problems);
}

void korch__metric_provider_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_metric_provider *of = self;
	int n_plugins = korch__raw_members(of->plugin, "plugin", path, problems);
	int n = !!of->prometheus + !!of->kayenta + !!of->web + !!of->datadog + !!of->wavefront +
	        !!of->new_relic + !!of->job + !!of->cloud_watch + !!of->graphite + !!of->influxdb +
	        !!of->skywalking + n_plugins;
	if (n_plugins < 0)
		return;
	if (n == 0)
		korch__problem(problems, path, KORCH_PROBLEM_REQUIRED, "no provider specified");
	if (n > 1)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID, "multiple providers specified");
}

void korch__web_metric_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_web_metric *web = self;
	int has_body = web->body && *web->body;
	if (has_body && web->json_body)
		korch__problem_field(problems, path, "jsonBody", KORCH_PROBLEM_FORBIDDEN,
		                     "use either Body or JSONBody; both cannot exists for WebMetric "
		                     "payload");
	if ((has_body || web->json_body) && !korch__text_equal(web->method, "POST") &&
	    !korch__text_equal(web->method, "PUT"))
		korch__problem_field(problems, path, has_body ? "body" : "jsonBody", KORCH_PROBLEM_INVALID,
		                     "Body/JSONBody can only be used with POST or PUT WebMetric Method "
		                     "types");
}

void korch__job_metric_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_job_metric *job = self;
	korch__raw_members(job->spec, "spec", path, problems);
}

void korch__analysis_argument_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_analysis_argument *arg = self;
	const korch_analysis_value_from *from = arg->value_from;
	if (!from)
		return;
	if (arg->value)
		korch__problem_field(problems, path, "valueFrom", KORCH_PROBLEM_FORBIDDEN,
		                     "arg '%s' has both Value and ValueFrom fields",
		                     korch__text_or_empty(arg->name));
	if (!from->secret_key_ref == !from->field_ref)
		korch__problem_field(problems, path, "valueFrom", KORCH_PROBLEM_INVALID,
		                     "must have exactly one of secretKeyRef and fieldRef");
}

void korch__analysis_template_spec_validate(const void *self, const char *path,
                                            korch_problems *problems)
{
	const korch_analysis_template_spec *spec = self;
	if (spec->n_metrics == 0 && spec->n_templates == 0)
		korch__problem_field(problems, path, "metrics", KORCH_PROBLEM_REQUIRED,
		                     "no metrics specified");
	korch__check_unique(KORCH__NAMES(spec, metrics, korch_analysis_metric, "metrics"), path,
	                    problems);
	korch__check_unique(KORCH__NAMES(spec, args, korch_analysis_argument, "args"), path, problems);
	for (size_t i = 0; i < spec->n_templates; i++) {
		if (!spec->templates[i].template_name || !*spec->templates[i].template_name)
			korch__problem_field(problems, path, AT("templates[%zu].templateName", i),
			                     KORCH_PROBLEM_REQUIRED, "%s", "");
	}
}

void korch__analysis_run_spec_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_analysis_run_spec *spec = self;
	korch__check_unique(KORCH__NAMES(spec, metrics, korch_analysis_metric, "metrics"), path,
	                    problems);
	korch__check_unique(KORCH__NAMES(spec, args, korch_analysis_argument, "args"), path, problems);
}
