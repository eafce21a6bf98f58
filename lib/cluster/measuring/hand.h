/*
 * Inside of measuring: measurements under way, and a look at a run in hand. For the files of this
 * folder only.
 */
#ifndef KORCH_CLUSTER_MEASURING_HAND_H
#define KORCH_CLUSTER_MEASURING_HAND_H

#include "cluster/measuring/measured.h"
#include "cluster/measuring/measuring.h"

/* Sources that can be given. */
#define KORCH__MEASURING_SOURCES_MAX 64
/* Measurements under way at one time. */
#define KORCH__MEASUREMENTS_MAX 1000

/* A measurement under way, or its answer that the status does not have yet. */
typedef struct korch__measurement {
	struct korch__measurement *next;
	korch__measuring *measuring;
	char *namespace_, *name, *uid; /* of the run */
	char *metric;
	korch_usec started_us;   /* as the status notes it */
	korch_metric_call *call; /* NULL: answered */
	korch_parsed_condition *success, *failure;
	korch__answer answer;
} korch__measurement;

struct korch__measuring {
	korch_engine *engine;
	korch_controller *controller;
	korch_metric_source *sources[KORCH__MEASURING_SOURCES_MAX];
	size_t n_sources;
	korch__measurement *first;
	size_t n;
};

/* A look at a run: what its parts share. */
typedef struct korch__look {
	korch__measuring *measuring;
	const korch_analysis_run *run;
	korch_analysis_run_spec *spec; /* with its arguments put in */
	korch_map *values;             /* of the arguments */
	korch__measured measured;
	korch_analysis_rule rules[KORCH_ANALYSIS_METRICS_MAX];
	korch_analysis_state states[KORCH_ANALYSIS_METRICS_MAX];
	korch_analysis_plan plan;
	size_t n;
	korch_usec now;
} korch__look;

/* measurement.c */
/* Begins one: asks the source, and keeps it. 0, or why it cannot be asked. */
int korch__measurement_begin(korch__measuring *measuring, korch_metric_source *source,
                             const korch_metric_query *query, const korch_object *run,
                             korch_usec started_us, korch_error **err);
korch__measurement *korch__measurement_find(const korch__measuring *measuring, const char *uid,
                                            const char *metric);
void korch__measurement_forget(korch__measuring *measuring, korch__measurement *gone);
/* Those of runs of that name that are gone. */
void korch__measurement_forget_run(korch__measuring *measuring, const char *namespace_,
                                   const char *name, const char *but_uid);
/* The source of a metric, or NULL. */
korch_metric_source *korch__measuring_source(const korch__measuring *measuring,
                                             const korch_analysis_metric *metric);

/* spec.c */
/* The spec with its arguments, and the planner's rules. */
int korch__look_spec(korch__look *l, korch_error **err);
/* What came from Secrets does not stand in a status. */
int korch__look_hide(const korch__look *l, const char **text);

/* look.c */
/* Brings the measured status up to date, and asks for what the planner wants. */
int korch__look_measure(korch__look *l);

#endif
