/*
 * Scores that many nodes share and that are normalized over the feasible ones: taints, preferred
 * node affinity, spread, pod affinity, and a user's own.
 */
#ifndef KORCH_SCHEDULER_SHARED_H
#define KORCH_SCHEDULER_SHARED_H

#include "scheduler/rank/class.h"

/*
 * Adds up the weighted normalized scores of each spot that is open. With `raws` and `norms` not
 * NULL each of them is told, too: spot × use of the profile. 0 or KORCH_E_NOMEM.
 */
int korch__shared_scores(korch_scheduler *s, sched_class *class_, const sched_spot *spots, size_t n,
                         int64_t *totals, int64_t *raws, int64_t *norms);
/* Their sum when no dimension tells nodes apart. */
int64_t korch__shared_constant(const sched_class *class_);

#endif
