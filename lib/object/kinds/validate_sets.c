/* Rules of StatefulSets and DaemonSets. */
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/kinds/workload.h"
#include "object/problems.h"
#include <korch/api/apps_daemon.h>
#include <korch/api/apps_stateful.h>

void korch__rolling_update_stateful_set_strategy_validate(const void *self, const char *path,
                                                          korch_problems *problems)
{
	const korch_rolling_update_stateful_set_strategy *rolling = self;
	char text[32];
	long most =
	    korch__check_number_or_percent(&rolling->max_unavailable, "maxUnavailable", path, problems);
	if (rolling->max_unavailable.is_set && korch__is_zero(&rolling->max_unavailable, most))
		korch__problem_field(problems, path, "maxUnavailable", KORCH_PROBLEM_INVALID,
		                     "%s: cannot be 0",
		                     korch__show_int_or_string(text, &rolling->max_unavailable));
	if (most > 100)
		korch__problem_field(problems, path, "maxUnavailable", KORCH_PROBLEM_INVALID,
		                     "%s: must not be greater than 100%%",
		                     korch__show_int_or_string(text, &rolling->max_unavailable));
}

void korch__stateful_set_update_strategy_validate(const void *self, const char *path,
                                                  korch_problems *problems)
{
	const korch_stateful_set_update_strategy *strategy = self;
	if (korch__text_equal(strategy->type, "OnDelete") && strategy->rolling_update)
		korch__problem_field(problems, path, "rollingUpdate", KORCH_PROBLEM_INVALID,
		                     "only allowed for updateStrategy 'RollingUpdate'");
}

void korch__stateful_set_spec_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_stateful_set_spec *spec = self;
	korch__check_selector(spec->selector, spec->template_, "statefulset", path, problems);
	if (spec->template_)
		korch__check_template(spec->template_, "StatefulSet", path, problems);
	if (spec->volume_claim_templates && spec->volume_claim_templates[0] != '[')
		korch__problem_field(problems, path, "volumeClaimTemplates", KORCH_PROBLEM_INVALID,
		                     "must be a list of PersistentVolumeClaims");
}

void korch__rolling_update_daemon_set_validate(const void *self, const char *path,
                                               korch_problems *problems)
{
	const korch_rolling_update_daemon_set *rolling = self;
	char text[32];
	long missing =
	    korch__check_number_or_percent(&rolling->max_unavailable, "maxUnavailable", path, problems);
	long surge = korch__check_number_or_percent(&rolling->max_surge, "maxSurge", path, problems);
	int has_missing = !korch__is_zero(&rolling->max_unavailable, missing);
	int has_surge = !korch__is_zero(&rolling->max_surge, surge);
	if (has_missing && has_surge)
		korch__problem_field(problems, path, "maxSurge", KORCH_PROBLEM_INVALID,
		                     "%s: may not be set when maxUnavailable is non-zero",
		                     korch__show_int_or_string(text, &rolling->max_surge));
	if (!has_missing && !has_surge)
		korch__problem(
		    problems, path, KORCH_PROBLEM_REQUIRED,
		    "cannot be 0 when maxSurge is 0: one of maxUnavailable and maxSurge is needed");
	if (missing > 100 || surge > 100)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID, "must not be greater than 100%%");
}

void korch__daemon_set_spec_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_daemon_set_spec *spec = self;
	korch__check_selector(spec->selector, spec->template_, "daemonset", path, problems);
	if (spec->template_)
		korch__check_template(spec->template_, "DaemonSet", path, problems);
}
