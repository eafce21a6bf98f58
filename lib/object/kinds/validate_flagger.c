/*
 * Rules of Flagger's Canaries and AlertProviders beyond a field's own: those of its schema
 * (flagger, artifacts/flagger/crd.yaml) and of its controller.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/kinds/rollout_rules.h"
#include "object/problems.h"
#include <korch/api/flagger.h>
#include <korch/api/flagger_provider.h>
#include <string.h>

/* "30s" or "5m": what Flagger's schema takes for a time. */
static void check_time(const char *text, const char *field, const char *path,
                       korch_problems *problems)
{
	size_t digits = text ? strspn(text, "0123456789") : 0;
	if (!text || !*text)
		return;
	if (digits == 0 || (text[digits] != 's' && text[digits] != 'm'))
		korch__problem_field(problems, path, field, KORCH_PROBLEM_INVALID,
		                     "\"%s\": should match '^[0-9]+(m|s)', such as \"30s\" or \"5m\"",
		                     text);
	else
		korch__check_duration(text, field, path, problems);
}

/* RAW text that must be a number; absent is fine. */
static void check_number(const char *raw, const char *field, const char *path,
                         korch_problems *problems)
{
	if (raw && !strchr("-0123456789", raw[0]))
		korch__problem_field(problems, path, field, KORCH_PROBLEM_TYPE,
		                     "expected number, found %.60s", raw);
}

void korch__flagger_string_match_validate(const void *self, const char *path,
                                          korch_problems *problems)
{
	const korch_flagger_string_match *match = self;
	const char *const texts[] = {match->exact, match->prefix, match->suffix, match->regex};
	int n = 0;
	for (size_t i = 0; i < 4; i++)
		n += texts[i] && *texts[i];
	if (n != 1)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "must have exactly one of exact, prefix, suffix and regex");
}

void korch__flagger_http_match_validate(const void *self, const char *path,
                                        korch_problems *problems)
{
	static const char *const members[] = {"exact", "prefix", "suffix", "regex", NULL};
	const korch_flagger_http_match *match = self;
	char at[512];
	korch__path_join(at, sizeof(at), path, "headers");
	korch__check_raw_matches(match->headers, members, at, problems);
	korch__path_join(at, sizeof(at), path, "queryParams");
	korch__check_raw_matches(match->query_params, members, at, problems);
}

void korch__flagger_threshold_range_validate(const void *self, const char *path,
                                             korch_problems *problems)
{
	const korch_flagger_threshold_range *range = self;
	check_number(range->min, "min", path, problems);
	check_number(range->max, "max", path, problems);
}

void korch__flagger_metric_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_flagger_metric *metric = self;
	check_time(metric->interval, "interval", path, problems);
	check_number(metric->threshold, "threshold", path, problems);
	if (!metric->template_ref && (!metric->query || !*metric->query) &&
	    !korch__text_equal(metric->name, "request-success-rate") &&
	    !korch__text_equal(metric->name, "request-duration"))
		korch__problem_field(problems, path, "templateRef", KORCH_PROBLEM_REQUIRED,
		                     "only request-success-rate and request-duration need no template");
}

void korch__flagger_webhook_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_flagger_webhook *webhook = self;
	check_time(webhook->timeout, "timeout", path, problems);
}

static void check_weights(const korch_flagger_analysis *analysis, const char *path,
                          korch_problems *problems)
{
	korch__check_range(analysis->mirror_weight, 100, "mirrorWeight", path, problems);
	korch__check_range(analysis->max_weight, 100, "maxWeight", path, problems);
	korch__check_range(analysis->step_weight, 100, "stepWeight", path, problems);
	korch__check_range(analysis->step_weight_promotion, 100, "stepWeightPromotion", path, problems);
	korch__check_range(analysis->primary_ready_threshold, 100, "primaryReadyThreshold", path,
	                   problems);
	korch__check_range(analysis->canary_ready_threshold, 100, "canaryReadyThreshold", path,
	                   problems);
	for (size_t i = 0; i < analysis->n_step_weights; i++)
		korch__check_range(analysis->step_weights[i], 100, AT("stepWeights[%zu]", i), path,
		                   problems);
}

void korch__flagger_analysis_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_flagger_analysis *analysis = self;
	int n =
	    (analysis->iterations > 0) + (analysis->step_weight > 0) + (analysis->n_step_weights > 0);
	check_time(analysis->interval, "interval", path, problems);
	check_weights(analysis, path, problems);
	if (n == 0)
		korch__problem(problems, path, KORCH_PROBLEM_REQUIRED,
		               "one of iterations, stepWeight and stepWeights");
	if (n > 1)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "must have exactly one of iterations, stepWeight and stepWeights");
}

void korch__flagger_canary_spec_validate(const void *self, const char *path,
                                         korch_problems *problems)
{
	static const char *const kinds[] = {"DaemonSet", "Deployment", "Service", NULL};
	const korch_flagger_canary_spec *spec = self;
	const char *kind = spec->target_ref ? spec->target_ref->kind : NULL;
	const char *const *found = kinds;
	while (kind && *found && strcmp(*found, kind) != 0)
		found++;
	if (kind && *kind && !*found)
		korch__problem_unsupported(problems, path, "targetRef.kind", kind, kinds);
	if (spec->analysis && spec->canary_analysis)
		korch__problem_field(problems, path, "canaryAnalysis", KORCH_PROBLEM_FORBIDDEN,
		                     "is the old name of analysis, which is set");
	if (!spec->analysis && !spec->canary_analysis)
		korch__problem_field(problems, path, "analysis", KORCH_PROBLEM_REQUIRED, "%s", "");
	/* A Service of Knative brings its own. */
	if (!spec->service && !korch__text_equal(kind, "Service"))
		korch__problem_field(problems, path, "service", KORCH_PROBLEM_REQUIRED, "%s", "");
}

void korch__alert_provider_spec_validate(const void *self, const char *path,
                                         korch_problems *problems)
{
	const korch_alert_provider_spec *spec = self;
	if ((!spec->address || !*spec->address) && !spec->secret_ref)
		korch__problem_field(problems, path, "address", KORCH_PROBLEM_REQUIRED,
		                     "address or secretRef");
}
