/*
 * Rules of Experiments and of the steps that start them. They are Argo's: argo-rollouts,
 * utils/conditions/experiments.go, but for unique names of analyses.
 */
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/kinds/rollout_rules.h"
#include "object/kinds/workload.h"
#include "object/problems.h"
#include <korch/api/experiment.h>
#include <stdio.h>

enum { DEADLINE_DEFAULT_S = 600 };

void korch__rollout_experiment_analysis_validate(const void *self, const char *path,
                                                 korch_problems *problems)
{
	const korch_rollout_experiment_analysis *analysis = self;
	korch__check_arguments(analysis->args, analysis->n_args, path, problems);
}

void korch__rollout_experiment_step_validate(const void *self, const char *path,
                                             korch_problems *problems)
{
	const korch_rollout_experiment_step *step = self;
	if (step->n_templates == 0)
		korch__problem_field(problems, path, "templates", KORCH_PROBLEM_REQUIRED,
		                     "an experiment has at least one template");
	korch__check_duration(step->duration, "duration", path, problems);
	korch__check_unique(
	    KORCH__NAMES(step, templates, korch_rollout_experiment_template, "templates"), path,
	    problems);
	korch__check_unique(KORCH__NAMES(step, analyses, korch_rollout_experiment_analysis, "analyses"),
	                    path, problems);
}

void korch__experiment_template_validate(const void *self, const char *path,
                                         korch_problems *problems)
{
	const korch_experiment_template *template_ = self;
	korch__check_selector(template_->selector, template_->template_, "experiment", path, problems);
	if (template_->template_)
		korch__check_template(template_->template_, "ReplicaSet", path, problems);
}

void korch__experiment_analysis_validate(const void *self, const char *path,
                                         korch_problems *problems)
{
	const korch_experiment_analysis *analysis = self;
	korch__check_unique(KORCH__NAMES(analysis, args, korch_analysis_argument, "args"), path,
	                    problems);
}

void korch__experiment_spec_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_experiment_spec *spec = self;
	int32_t deadline = KORCH_IS_SET(spec, korch_experiment_spec, progress_deadline_seconds)
	                       ? spec->progress_deadline_seconds
	                       : DEADLINE_DEFAULT_S;
	korch__check_duration(spec->duration, "duration", path, problems);
	korch__check_unique(KORCH__NAMES(spec, templates, korch_experiment_template, "templates"), path,
	                    problems);
	korch__check_unique(KORCH__NAMES(spec, analyses, korch_experiment_analysis, "analyses"), path,
	                    problems);
	for (size_t i = 0; i < spec->n_templates; i++) {
		if (spec->templates[i].min_ready_seconds > deadline)
			korch__problem_field(problems, path, AT("templates[%zu].minReadySeconds", i),
			                     KORCH_PROBLEM_INVALID,
			                     "%d: MinReadySeconds cannot be longer than "
			                     "ProgressDeadlineSeconds",
			                     spec->templates[i].min_ready_seconds);
	}
}
