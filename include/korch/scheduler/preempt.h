/*
 * Preemption: which pods of lower priority would have to go so that a pod gets a node.
 */
#ifndef KORCH_SCHEDULER_PREEMPT_H
#define KORCH_SCHEDULER_PREEMPT_H

#include <korch/scheduler.h>

KORCH_BEGIN_DECLS

/** @file scheduler/preempt.h Room for pods of higher priority. */

/**
 * Keeps what a pod requests free on a node from pods of lower or equal priority until it is placed
 * or removed (status.nominatedNodeName). @param node NULL: no more. @since 0.1
 */
KORCH_API int korch_scheduler_nominate(korch_scheduler *scheduler, const korch_pod *pod,
                                       const char *node, korch_error **err);

KORCH_END_DECLS

#endif
