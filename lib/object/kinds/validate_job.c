/* Jobs: defaults and rules over several fields, as Kubernetes has them
 * (pkg/apis/batch/validation). */
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/kinds/workload.h"
#include "object/problems.h"
#include <korch/api/batch.h>

static int is_indexed(const korch_job_spec *spec)
{
	return korch__text_equal(spec->completion_mode, "Indexed");
}

#define IS_SET(member) KORCH_IS_SET(spec, korch_job_spec, member)

int korch__job_spec_set_defaults(void *self)
{
	korch_job_spec *spec = self;
	int has_completions = IS_SET(completions), has_parallelism = IS_SET(parallelism);
	if (!has_completions && !has_parallelism)
		KORCH_SET(spec, korch_job_spec, completions, 1);
	if (!has_parallelism)
		KORCH_SET(spec, korch_job_spec, parallelism, 1);
	if (!IS_SET(backoff_limit))
		KORCH_SET(spec, korch_job_spec, backoff_limit,
		          IS_SET(backoff_limit_per_index) ? INT32_MAX : 6);
	if (spec->pod_replacement_policy)
		return 0;
	return korch_string_set(&spec->pod_replacement_policy,
	                        spec->pod_failure_policy ? "Failed" : "TerminatingOrFailed");
}

static void check_restart(const korch_job_spec *spec, const char *path, korch_problems *problems)
{
	static const char *const allowed[] = {"OnFailure", "Never", NULL};
	const korch_pod_spec *pod = spec->template_ ? spec->template_->spec : NULL;
	if (!pod)
		return;
	if (!korch__text_equal(pod->restart_policy, "OnFailure") &&
	    !korch__text_equal(pod->restart_policy, "Never"))
		korch__problem_unsupported(problems, path, "template.spec.restartPolicy",
		                           korch__text_or_empty(pod->restart_policy), allowed);
	if (spec->pod_failure_policy && !korch__text_equal(pod->restart_policy, "Never"))
		korch__problem_field(problems, path, "template.spec.restartPolicy", KORCH_PROBLEM_INVALID,
		                     "only \"Never\" is supported when podFailurePolicy is specified");
	if (IS_SET(backoff_limit_per_index) && !korch__text_equal(pod->restart_policy, "Never"))
		korch__problem_field(problems, path, "template.spec.restartPolicy", KORCH_PROBLEM_INVALID,
		                     "only \"Never\" is supported when backoffLimitPerIndex is specified");
}

static void check_indexed(const korch_job_spec *spec, const char *path, korch_problems *problems)
{
	if (is_indexed(spec)) {
		if (!IS_SET(completions))
			korch__problem_field(problems, path, "completions", KORCH_PROBLEM_REQUIRED,
			                     "when completion mode is Indexed");
		if (spec->parallelism > 100000)
			korch__problem_field(problems, path, "parallelism", KORCH_PROBLEM_INVALID,
			                     "%d: must be less than or equal to 100000 when completion mode is "
			                     "Indexed",
			                     spec->parallelism);
		return;
	}
	if (IS_SET(backoff_limit_per_index))
		korch__problem_field(problems, path, "backoffLimitPerIndex", KORCH_PROBLEM_INVALID,
		                     "requires indexed completion mode");
	if (spec->success_policy)
		korch__problem_field(problems, path, "successPolicy", KORCH_PROBLEM_INVALID,
		                     "requires indexed completion mode");
}

void korch__job_spec_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_job_spec *spec = self;
	check_restart(spec, path, problems);
	check_indexed(spec, path, problems);
	if (IS_SET(max_failed_indexes) && !IS_SET(backoff_limit_per_index))
		korch__problem_field(problems, path, "backoffLimitPerIndex", KORCH_PROBLEM_REQUIRED,
		                     "when maxFailedIndexes is specified");
	if (spec->pod_failure_policy && !korch__text_equal(spec->pod_replacement_policy, "Failed"))
		korch__problem_field(problems, path, "podReplacementPolicy", KORCH_PROBLEM_INVALID,
		                     "only \"Failed\" is supported when podFailurePolicy is specified");
	/* made when it is created, unless it is a manual one */
	if (spec->manual_selector || spec->selector)
		korch__check_selector(spec->selector, spec->template_, "job", path, problems);
}

void korch__job_spec_validate_update(const void *self, const void *old, const char *path,
                                     korch_problems *problems)
{
	const korch_job_spec *spec = self, *before = old;
	int has = IS_SET(completions);
	int is_elastic = is_indexed(spec) && spec->completions == spec->parallelism;
	if ((has != KORCH_IS_SET(before, korch_job_spec, completions) ||
	     spec->completions != before->completions) &&
	    !is_elastic)
		korch__problem_field(problems, path, "completions", KORCH_PROBLEM_INVALID,
		                     "field is immutable");
	/* A Job that stands still may be given other places to run. */
	if (!before->suspend && spec->template_ && before->template_ &&
	    !korch_struct_equal(spec->template_, before->template_, &korch_pod_template_spec_type))
		korch__problem_field(problems, path, "template", KORCH_PROBLEM_INVALID,
		                     "field is immutable");
}

void korch__pod_failure_policy_rule_validate(const void *self, const char *path,
                                             korch_problems *problems)
{
	const korch_pod_failure_policy_rule *rule = self;
	if (rule->on_exit_codes && rule->n_on_pod_conditions > 0)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "specifying both onExitCodes and onPodConditions is not supported");
	if (!rule->on_exit_codes && rule->n_on_pod_conditions == 0)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "specifying one of onExitCodes and onPodConditions is required");
	const korch_pod_failure_policy_on_exit_codes *codes = rule->on_exit_codes;
	for (size_t i = 0; codes && i < codes->n_values; i++) {
		if (codes->values[i] == 0 && korch__text_equal(codes->operator_, "In"))
			korch__problem_field(problems, path, "onExitCodes.values", KORCH_PROBLEM_INVALID,
			                     "0: must not be 0 for the In operator");
	}
}
