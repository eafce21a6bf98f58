/* Taints and tolerations, for the scheduler and for those who evict. */
#ifndef KORCH_SCHEDULER_TAINT_H
#define KORCH_SCHEDULER_TAINT_H

#include <korch/api/core_affinity.h>
#include <korch/api/core_node.h>

int korch__toleration_tolerates(const korch_toleration *toleration, const korch_taint *taint);
/* The first of n tolerations that tolerates the taint, or NULL. */
const korch_toleration *korch__taint_toleration(const korch_taint *taint,
                                                const korch_toleration *tolerations, size_t n);

#endif
