/* AnalysisRuns that other objects start: templates looked up in a view and merged. */
#ifndef KORCH_CONTROL_ANALYSIS_START_H
#define KORCH_CONTROL_ANALYSIS_START_H

#include <korch/strategy/analysis_spec.h>
#include <korch/view.h>

/* A template that is named. */
typedef struct korch__template_name {
	const char *name;
	int cluster_scope;
} korch__template_name;

typedef struct korch__start {
	const korch_view *view;
	const char *namespace_;
	const korch__template_name *templates;
	size_t n_templates;
	const korch_map *args; /* values by name; NULL: none */
	const korch_dry_run *dry_run;
	size_t n_dry_run;
	const korch_measurement_retention *retention;
	size_t n_retention;
} korch__start;

/* The spec of a run; as korch_analysis_merge(). */
int korch__start_spec(korch_analysis_run_spec **out, const korch__start *start, korch_error **err);

#endif
