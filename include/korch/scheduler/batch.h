/*
 * Several pods at once: gangs, which are placed whole or not at all.
 */
#ifndef KORCH_SCHEDULER_BATCH_H
#define KORCH_SCHEDULER_BATCH_H

#include <korch/scheduler.h>

KORCH_BEGIN_DECLS

/** @file scheduler/batch.h Several pods at once. */

/** Which pod goes to which node. */
typedef struct korch_binding {
	size_t pod;       /**< index among the pods that were given */
	const char *node; /**< its name, borrowed until a node is removed; NULL: none */
	uint64_t devices; /**< bit mask of the node's devices that the pod gets */
} korch_binding;

/**
 * Places all pods of a group, or none. Pods are assumed where they go, as by
 * korch_scheduler_schedule(), one after the other in the order given; those that are on a node
 * already stay there and count as placed.
 * @param out n bindings in the order of the pods, written only when they are placed.
 * @param message may be NULL; set when they are not placed: which pod and why (borrowed until the
 * next call). @param pods n pods, none of them twice.
 * @param least as many that must be placed (minMember); 0: all. The others are placed if they fit.
 * @return 1: placed, 0: not, nothing was changed; KORCH_E_INVALID (a pod without a name, one that
 * is given twice, one that no node could ever be found for, more than n must be placed),
 * KORCH_E_LIMIT (inside 16 trials), KORCH_E_NOMEM; nothing was changed then. @since 0.1
 */
KORCH_API int korch_scheduler_gang(korch_binding *out, const char **message,
                                   korch_scheduler *scheduler, const korch_pod *const *pods,
                                   size_t n, size_t least, korch_error **err);

KORCH_END_DECLS

#endif
