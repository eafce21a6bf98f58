/*
 * The Experiment decider: plain data in, a plan out. Pods of several templates run beside each
 * other for a time while analyses look at them. The adapter that gathers the data is controller.c.
 */
#ifndef KORCH_CONTROL_EXPERIMENT_EXPERIMENT_H
#define KORCH_CONTROL_EXPERIMENT_EXPERIMENT_H

#include <korch/api/apps.h>
#include <korch/api/core_service.h>
#include <korch/api/experiment.h>
#include <korch/controller.h>

typedef struct korch__experiment_input {
	const korch_experiment *experiment;
	const korch_replica_set *const *sets; /* that it controls */
	size_t n_sets;
	const korch_service *const *services; /* that it controls */
	size_t n_services;
	const korch_analysis_run *const *runs; /* that it controls */
	size_t n_runs;
	const korch_view *view; /* for the templates of analyses, and names that are taken */
	korch_usec now;
} korch__experiment_input;

int korch__experiment_decide(const korch__experiment_input *input, korch_plan *plan,
                             korch_error **err);
int korch__experiment_controller(korch_controller_spec *out);

#endif
