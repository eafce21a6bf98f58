/* The status of an AnalysisRun in hand: measurements begun, ended, dropped; phases and counts. */
#ifndef KORCH_CLUSTER_MEASURED_H
#define KORCH_CLUSTER_MEASURED_H

#include <korch/api/analysis.h>
#include <korch/metric.h>
#include <korch/strategy/analysis_spec.h>

/* What came of a measurement, kept until it stands in the status. */
typedef struct korch__answer {
	int32_t phase;     /* a korch_analysis_phase; RUNNING: it goes on, see resume_us */
	const char *value; /* block strings, NULL: none */
	const char *message;
	korch_map *metadata; /* NULL: none */
	korch_usec resume_us;
	korch_usec finished_us;
} korch__answer;

void korch__answer_clear(korch__answer *answer);

/* A run's edited copy with results for all metrics of its spec, in their order. */
typedef struct korch__measured {
	korch_analysis_run *run;
	korch_analysis_run_status *status;
} korch__measured;

/* 0 or KORCH_E_NOMEM. */
int korch__measured_init(korch__measured *m, const korch_analysis_run *run,
                         const korch_analysis_run_spec *spec);
void korch__measured_fini(korch__measured *m);
/* The last measurement of a metric, exclusive; NULL: there is none, or no memory. */
korch_analysis_measurement *korch__measured_last(korch__measured *m, size_t metric);
/* Begins one. 0 or KORCH_E_NOMEM. */
int korch__measured_begin(korch__measured *m, size_t metric, korch_usec now);
/* Writes an answer into the last measurement, and counts it when it is the last word. */
int korch__measured_answer(korch__measured *m, size_t metric, const korch__answer *answer);
/* Drops the oldest measurements. */
int korch__measured_drop(korch__measured *m, size_t metric, size_t n);
/* Phases, messages and counts as planned. */
int korch__measured_plan(korch__measured *m, const korch_analysis_plan *plan,
                         const korch_analysis_rule *rules, const korch_analysis_state *states,
                         korch_usec now);

#endif
