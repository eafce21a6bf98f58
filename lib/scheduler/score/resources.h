/* Scores by what a node's pods request: kube-scheduler's, with its integer results, and ours. */
#ifndef KORCH_SCHEDULER_RESOURCES_H
#define KORCH_SCHEDULER_RESOURCES_H

#include "scheduler/profile/profile.h"
#include "scheduler/shape/shape.h"

int64_t korch__fit_score(const korch_scheduler *s, const sched_profile *profile,
                         const sched_shape *shape, uint32_t slot);
int64_t korch__balanced_score(const korch_scheduler *s, const sched_profile *profile,
                              const sched_shape *shape, uint32_t slot);
/* 1: the pod requests none of the balanced resources, so that the score is left out. */
int korch__balanced_is_skipped(const sched_profile *profile, const sched_shape *shape);
int64_t korch__best_fit_score(const korch_scheduler *s, const sched_shape *shape, uint32_t slot);
int64_t korch__dot_product_score(const korch_scheduler *s, const sched_shape *shape, uint32_t slot);

#endif
