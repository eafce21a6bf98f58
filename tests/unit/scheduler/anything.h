/* Nodes, pods and budgets of all sorts, drawn from a seed. */
#ifndef KORCH_TESTS_SCHEDULER_ANYTHING_H
#define KORCH_TESTS_SCHEDULER_ANYTHING_H

#include "base/random.h"
#include <korch/scheduler.h>

/* One in n. */
int one_in(korch_random *random, uint64_t n);
/* The caller lets go of what is made. Nodes are named n00, n01 …, pods p0, p1 … */
korch_node *any_node(korch_random *random, size_t i);
korch_pod *any_pod(korch_random *random, size_t i);
/* A budget named b0, b1 … over pods of one app, in the namespace of any_pod(). */
korch_pod_disruption_budget *any_budget(korch_random *random, size_t i, int32_t allowed);
/* Does one thing to a scheduler that has up to so many nodes and pods: something comes, changes,
 * goes, is decided on, waits, is woken, is nominated. @param fail_at the allocation that fails;
 * 0: none. @return 1: it ended with KORCH_E_NOMEM. */
int any_change(korch_random *random, korch_scheduler *s, size_t nodes, size_t pods,
               uint64_t fail_at);

#endif
