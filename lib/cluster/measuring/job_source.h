/* Jobs as a source of metrics: a measurement runs a Job, and the Job's outcome is the
 * measurement's. */
#ifndef KORCH_CLUSTER_JOB_SOURCE_H
#define KORCH_CLUSTER_JOB_SOURCE_H

#include <korch/engine.h>
#include <korch/metric.h>

/* Metrics whose provider is `job`. The Job is named after the run, the metric and the measurement,
 * so that after a restart it is found again and not made twice; it belongs to the AnalysisRun and
 * goes with it. The source is freed after the engine was stopped, before it is freed. 0 or
 * negative. */
int korch__job_source_new(korch_metric_source **out, korch_engine *engine, korch_error **err);

#endif
