/*
 * AnalysisRuns: what the planner wants to be measured is asked of the sources of metrics, and what
 * they say is written into the run's status. When and how often, and what it is worth, is decided
 * in lib/strategy/analysis.
 */
#ifndef KORCH_CLUSTER_MEASURING_MEASURING_H
#define KORCH_CLUSTER_MEASURING_MEASURING_H

#include <korch/cluster.h>
#include <korch/metric.h>

typedef struct korch__measuring korch__measuring;

/* Adds the controller to the engine. The sources are borrowed and outlive it; the first one that
 * accepts a metric measures it. 0 or negative. */
int korch__measuring_new(korch__measuring **out, korch_engine *engine,
                         korch_metric_source *const *sources, size_t n, korch_error **err);
/* Gives up what is under way; after the engine was stopped, before the sources are freed. NULL is
 * fine. */
void korch__measuring_free(korch__measuring *measuring);

#endif
