/* Rules of Deployments and ReplicaSets. */
#include "base/alloc.h"
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/kinds/workload.h"
#include "object/problems.h"
#include <korch/api/apps.h>
#include <korch/api/policy.h>
#include <korch/selector.h>
#include <stdlib.h>
#include <string.h>

static int is_empty(const korch_label_selector *selector)
{
	return (!selector->match_labels || selector->match_labels->n == 0) &&
	       selector->n_match_expressions == 0;
}

/* Rules of the template of pods that are kept running. */
void korch__check_template(const korch_pod_template_spec *template_, const char *kind,
                           const char *path, korch_problems *problems)
{
	const korch_pod_spec *spec = template_->spec;
	static const char *const always[] = {"Always", NULL};
	if (!spec)
		return;
	if (spec->restart_policy && *spec->restart_policy &&
	    strcmp(spec->restart_policy, "Always") != 0)
		korch__problem_unsupported(problems, path, "template.spec.restartPolicy",
		                           spec->restart_policy, always);
	if (KORCH_IS_SET(spec, korch_pod_spec, active_deadline_seconds))
		korch__problem_field(problems, path, "template.spec.activeDeadlineSeconds",
		                     KORCH_PROBLEM_FORBIDDEN,
		                     "activeDeadlineSeconds in %s is not Supported", kind);
}

/* The template's labels must be among those that the selector selects. */
void korch__check_selector(const korch_label_selector *selector,
                           const korch_pod_template_spec *template_, const char *kind,
                           const char *path, korch_problems *problems)
{
	if (!selector)
		return;
	if (is_empty(selector)) {
		korch__problem_field(problems, path, "selector", KORCH_PROBLEM_INVALID,
		                     "{}: empty selector is invalid for %s", kind);
		return;
	}
	const korch_map *labels = template_ && template_->metadata ? template_->metadata->labels : NULL;
	korch_selector *compiled = NULL;
	int code = template_ ? korch_selector_new(&compiled, selector, NULL) : KORCH_E_INVALID;
	if (code == KORCH_E_NOMEM)
		korch__problems_set_failed(problems);
	if (code < 0)
		return; /* what is wrong with the selector is said at its own place */
	if (!korch_selector_matches(compiled, labels)) {
		char *text = korch__map_text(labels);
		korch__problem_field(problems, path, "template.metadata.labels", KORCH_PROBLEM_INVALID,
		                     "%s: `selector` does not match template `labels`", text ? text : "{}");
		korch__free(text);
	}
	korch_selector_free(compiled);
}

/* A number from 0 or a percentage; problems are said of the field. Gives the percentage or -1. */
long korch__check_number_or_percent(const korch_int_or_string *value, const char *field,
                                    const char *path, korch_problems *problems)
{
	if (!value->is_set)
		return -1;
	if (!value->text) {
		if (value->number < 0)
			korch__problem_field(problems, path, field, KORCH_PROBLEM_INVALID,
			                     "%d: must be greater than or equal to 0", value->number);
		return -1;
	}
	size_t digits = strspn(value->text, "0123456789");
	if (digits > 0 && strcmp(value->text + digits, "%") == 0)
		return digits < 9 ? atol(value->text) : 999999999;
	korch__problem_field(
	    problems, path, field, KORCH_PROBLEM_INVALID,
	    "\"%s\": a valid percent string must be a numeric string followed by an ending '%%' "
	    "(e.g. '1%%',  or '93%%', regex used for validation is '[0-9]+%%')",
	    value->text);
	return -1;
}

int korch__is_zero(const korch_int_or_string *value, long percent)
{
	return !value->is_set || (value->text ? percent == 0 : value->number == 0);
}

/* A value as messages show it. */
const char *korch__show_int_or_string(char out[32], const korch_int_or_string *value)
{
	return value->text ? korch__place(out, 32, "\"%.25s\"", value->text)
	                   : korch__place(out, 32, "%d", value->number);
}

void korch__rolling_update_deployment_validate(const void *self, const char *path,
                                               korch_problems *problems)
{
	const korch_rolling_update_deployment *rolling = self;
	char text[32];
	long missing =
	    korch__check_number_or_percent(&rolling->max_unavailable, "maxUnavailable", path, problems);
	long surge = korch__check_number_or_percent(&rolling->max_surge, "maxSurge", path, problems);
	if (rolling->max_unavailable.is_set && rolling->max_surge.is_set &&
	    korch__is_zero(&rolling->max_unavailable, missing) &&
	    korch__is_zero(&rolling->max_surge, surge))
		korch__problem_field(problems, path, "maxUnavailable", KORCH_PROBLEM_INVALID,
		                     "%s: may not be 0 when `maxSurge` is 0",
		                     korch__show_int_or_string(text, &rolling->max_unavailable));
	if (missing > 100)
		korch__problem_field(problems, path, "maxUnavailable", KORCH_PROBLEM_INVALID,
		                     "%s: must not be greater than 100%%",
		                     korch__show_int_or_string(text, &rolling->max_unavailable));
}

void korch__deployment_strategy_validate(const void *self, const char *path,
                                         korch_problems *problems)
{
	const korch_deployment_strategy *strategy = self;
	if (korch__text_equal(strategy->type, "Recreate") && strategy->rolling_update)
		korch__problem_field(problems, path, "rollingUpdate", KORCH_PROBLEM_FORBIDDEN,
		                     "may not be specified when strategy `type` is 'Recreate'");
}

void korch__deployment_spec_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_deployment_spec *spec = self;
	korch__check_selector(spec->selector, spec->template_, "deployment", path, problems);
	if (spec->template_)
		korch__check_template(spec->template_, "ReplicaSet", path, problems);
	if (KORCH_IS_SET(spec, korch_deployment_spec, progress_deadline_seconds) &&
	    spec->progress_deadline_seconds <= spec->min_ready_seconds)
		korch__problem_field(problems, path, "progressDeadlineSeconds", KORCH_PROBLEM_INVALID,
		                     "%d: must be greater than minReadySeconds",
		                     spec->progress_deadline_seconds);
}

void korch__replica_set_spec_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_replica_set_spec *spec = self;
	korch__check_selector(spec->selector, spec->template_, "replicaset", path, problems);
	if (spec->template_)
		korch__check_template(spec->template_, "ReplicaSet", path, problems);
}

void korch__pod_disruption_budget_spec_validate(const void *self, const char *path,
                                                korch_problems *problems)
{
	const korch_pod_disruption_budget_spec *spec = self;
	char text[32];
	long least =
	    korch__check_number_or_percent(&spec->min_available, "minAvailable", path, problems);
	long most =
	    korch__check_number_or_percent(&spec->max_unavailable, "maxUnavailable", path, problems);
	if (spec->min_available.is_set && spec->max_unavailable.is_set)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "minAvailable and maxUnavailable cannot be both set");
	if (least > 100)
		korch__problem_field(problems, path, "minAvailable", KORCH_PROBLEM_INVALID,
		                     "%s: must not be greater than 100%%",
		                     korch__show_int_or_string(text, &spec->min_available));
	if (most > 100)
		korch__problem_field(problems, path, "maxUnavailable", KORCH_PROBLEM_INVALID,
		                     "%s: must not be greater than 100%%",
		                     korch__show_int_or_string(text, &spec->max_unavailable));
}
