/*
 * Rules of Rollouts beyond a field's own, but for those of a canary (validate_canary.c). They and
 * their sentences are Argo's: argo-rollouts, pkg/apis/rollouts/validation/validation.go.
 */
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/kinds/rollout_rules.h"
#include "object/kinds/workload.h"
#include "object/problems.h"
#include <korch/api/rollout.h>
#include <string.h>

enum { HISTORY_DEFAULT = 10, DEADLINE_DEFAULT_S = 600 };

static void check_templates(const korch_rollout_analysis_template *templates, size_t n,
                            const char *path, korch_problems *problems)
{
	if (n == 0)
		korch__problem_field(problems, path, "templates", KORCH_PROBLEM_REQUIRED, "%s", "");
	for (size_t i = 0; i < n; i++) {
		if (!templates[i].template_name || !*templates[i].template_name)
			korch__problem_field(problems, path, AT("templates[%zu].templateName", i),
			                     KORCH_PROBLEM_REQUIRED, "%s", "");
	}
}

void korch__rollout_analysis_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_rollout_analysis *analysis = self;
	check_templates(analysis->templates, analysis->n_templates, path, problems);
	korch__check_arguments(analysis->args, analysis->n_args, path, problems);
}

void korch__rollout_analysis_background_validate(const void *self, const char *path,
                                                 korch_problems *problems)
{
	const korch_rollout_analysis_background *analysis = self;
	check_templates(analysis->templates, analysis->n_templates, path, problems);
	korch__check_arguments(analysis->args, analysis->n_args, path, problems);
}

void korch__rollout_anti_affinity_validate(const void *self, const char *path,
                                           korch_problems *problems)
{
	const korch_rollout_anti_affinity *affinity = self;
	const korch_preferred_anti_affinity *preferred = affinity->preferred;
	if (!preferred == !affinity->required)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "AntiAffinity must have exactly one strategy listed");
	if (korch__raw_members(affinity->required, "requiredDuringSchedulingIgnoredDuringExecution",
	                       path, problems) > 0)
		korch__problem_field(problems, path, "requiredDuringSchedulingIgnoredDuringExecution",
		                     KORCH_PROBLEM_INVALID, "must be an object without members");
	if (preferred && (preferred->weight < 1 || preferred->weight > 100))
		korch__problem_field(problems, path,
		                     "preferredDuringSchedulingIgnoredDuringExecution.weight",
		                     KORCH_PROBLEM_INVALID, "%d: AntiAffinity weight must be between 1-100",
		                     preferred->weight);
}

void korch__replica_progress_threshold_validate(const void *self, const char *path,
                                                korch_problems *problems)
{
	const korch_replica_progress_threshold *threshold = self;
	if (!korch__text_equal(threshold->type, "Pod") && threshold->value > 100)
		korch__problem_field(problems, path, "value", KORCH_PROBLEM_INVALID,
		                     "%d: must be between 0 and 100", threshold->value);
}

void korch__blue_green_strategy_validate(const void *self, const char *path,
                                         korch_problems *problems)
{
	const korch_blue_green_strategy *strategy = self;
	const char *active = korch__text_or_empty(strategy->active_service);
	korch__check_number_or_percent(&strategy->max_unavailable, "maxUnavailable", path, problems);
	if (*active && korch__text_equal(active, strategy->preview_service))
		korch__problem_field(problems, path, "activeService", KORCH_PROBLEM_INVALID,
		                     "\"%s\": This rollout uses the same service for the active and "
		                     "preview services, but two different services are required.",
		                     active);
}

void korch__rollout_strategy_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_rollout_strategy *strategy = self;
	if (strategy->canary && strategy->blue_green)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "blueGreen: true canary: true: Multiple Strategies can not be listed");
	if (!strategy->canary && !strategy->blue_green)
		korch__problem(problems, path, KORCH_PROBLEM_REQUIRED,
		               "Rollout has missing field '.spec.strategy.canary or "
		               ".spec.strategy.blueGreen'");
}

static int has_metadata(const korch_pod_template_spec *template_)
{
	const korch_object_meta *meta = template_->metadata;
	return template_->spec || (meta && ((meta->labels && meta->labels->n > 0) ||
	                                    (meta->annotations && meta->annotations->n > 0)));
}

/* The template is here, or it comes from another workload. */
static void check_source(const korch_rollout_spec *spec, const char *path, korch_problems *problems)
{
	const korch_rollout_object_ref *ref = spec->workload_ref;
	if (ref) {
		const char *const names[] = {ref->api_version, ref->kind, ref->name};
		static const char *const fields[] = {"apiVersion", "kind", "name"};
		for (size_t i = 0; i < 3; i++) {
			if (!names[i] || !*names[i])
				korch__problem_field(problems, path, AT("workloadRef.%s", fields[i]),
				                     KORCH_PROBLEM_REQUIRED, "%s", "");
		}
		if (spec->template_ && has_metadata(spec->template_))
			korch__problem_field(problems, path, "template", KORCH_PROBLEM_FORBIDDEN,
			                     "template must be empty for workload reference rollout");
		return;
	}
	if (!spec->selector)
		korch__problem_field(problems, path, "selector", KORCH_PROBLEM_REQUIRED,
		                     "Rollout has missing field '.spec.selector'");
	if (!spec->template_)
		korch__problem_field(problems, path, "template", KORCH_PROBLEM_REQUIRED,
		                     "Rollout has missing field '.spec.template'");
	else
		korch__check_template(spec->template_, "ReplicaSet", path, problems);
	korch__check_selector(spec->selector, spec->template_, "deployment", path, problems);
}

/* What stands in the strategy and is bounded by the spec. */
static void check_history(const korch_rollout_spec *spec, const char *path,
                          korch_problems *problems)
{
	const korch_blue_green_strategy *blue_green =
	    spec->strategy ? spec->strategy->blue_green : NULL;
	int32_t limit = KORCH_IS_SET(spec, korch_rollout_spec, revision_history_limit)
	                    ? spec->revision_history_limit
	                    : HISTORY_DEFAULT;
	if (!blue_green || spec->strategy->canary ||
	    !KORCH_IS_SET(blue_green, korch_blue_green_strategy, scale_down_delay_revision_limit))
		return;
	if (blue_green->scale_down_delay_revision_limit > limit)
		korch__problem_field(problems, path, "strategy.blueGreen.scaleDownDelayRevisionLimit",
		                     KORCH_PROBLEM_INVALID,
		                     "%d: This rollout's revision history limit can not be smaller than "
		                     "the rollout's scale down limit",
		                     blue_green->scale_down_delay_revision_limit);
}

void korch__rollout_spec_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_rollout_spec *spec = self;
	int32_t deadline = KORCH_IS_SET(spec, korch_rollout_spec, progress_deadline_seconds)
	                       ? spec->progress_deadline_seconds
	                       : DEADLINE_DEFAULT_S;
	check_source(spec, path, problems);
	if (deadline <= spec->min_ready_seconds)
		korch__problem_field(problems, path, "progressDeadlineSeconds", KORCH_PROBLEM_INVALID,
		                     "%d: must be greater than minReadySeconds", deadline);
	if (!spec->strategy)
		korch__problem_field(problems, path, "strategy", KORCH_PROBLEM_REQUIRED,
		                     "Rollout has missing field '.spec.strategy.canary or "
		                     ".spec.strategy.blueGreen'");
	check_history(spec, path, problems);
}
