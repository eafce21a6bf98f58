/*
 * Preemption: which pods of lower priority would have to go so that a pod gets a node.
 */
#ifndef KORCH_SCHEDULER_PREEMPT_H
#define KORCH_SCHEDULER_PREEMPT_H

#include <korch/scheduler.h>

KORCH_BEGIN_DECLS

/** @file scheduler/preempt.h Room for pods of higher priority. */

/** A node, and the pods that have to leave it. */
typedef struct korch_preemption {
	const char *node; /**< its name; borrowed until the node is removed */
	/** Identities of the pods (uid, or "namespace/name" for one without), the most important first;
	 * borrowed until the next korch_scheduler_preempt(), also when the pods are removed */
	const char *const *victims;
	size_t n_victims;    /**< number of victims */
	size_t n_violations; /**< of them, those that break a disruption budget */
} korch_preemption;

/**
 * Finds the node on which a pod could go when pods of lower priority leave: kube-scheduler's
 * DefaultPreemption, over all nodes. Looked at are the nodes that the pod does not fit on, but
 * would without those pods; each is let stay whom the pod leaves room for, those first whose
 * leaving breaks a budget, then the more important ones (higher priority, earlier start; then by
 * identity). The node with fewest victims that break budgets; then the lowest priority of the most
 * important victim; then the smallest sum of priorities; then fewest victims; then the most
 * important victim that started last; then the order of ties. Changes nothing: the caller evicts
 * the victims (those that are leaving already need no more) and calls korch_scheduler_nominate(),
 * and drops the nominations of less important pods to that node.
 *
 * @param pod one that korch_scheduler_decide() finds no node for. While it is nominated (here, or
 * by its status.nominatedNodeName) to a node that could still do and pods of lower priority are
 * leaving that one because they were preempted (metadata.deletionTimestamp, and the condition
 * DisruptionTarget with reason PreemptionByScheduler), nothing is found for it.
 * @return 1: *out; 0: no preemption helps, or the pod's preemptionPolicy is Never, or its profile
 * has none; or as korch_scheduler_decide() when that fails. @since 0.1
 */
KORCH_API int korch_scheduler_preempt(korch_preemption *out, korch_scheduler *scheduler,
                                      const korch_pod *pod, korch_error **err);
/**
 * Says why korch_scheduler_preempt() finds nothing for a pod, as kube-scheduler says it behind its
 * sentence: "preemption: 0/5 nodes are available: 3 No preemption victims found for incoming pod, 2
 * Preemption is not helpful for scheduling." or "preemption: not eligible due to …".
 * @param out "" when the pod's profile has no preemption. Borrowed until the next call.
 * @return 1: the pod may not try now, and what it is nominated to stays (its preemptionPolicy is
 * Never, or pods are leaving for it); 0: nothing helps, a nomination of its own ends; or
 * as korch_scheduler_decide() when that fails. @since 0.1
 */
KORCH_API int korch_scheduler_preempt_why(const char **out, korch_scheduler *scheduler,
                                          const korch_pod *pod, korch_error **err);
/**
 * Keeps what a pod requests free on a node from pods of lower or equal priority until it is placed
 * or removed (status.nominatedNodeName). @param node NULL: no more. @return 0;
 * KORCH_E_INVALID, KORCH_E_LIMIT (as korch_scheduler_pod_set()), KORCH_E_NOMEM; nothing is changed
 * then. @since 0.1
 */
KORCH_API int korch_scheduler_nominate(korch_scheduler *scheduler, const korch_pod *pod,
                                       const char *node, korch_error **err);

KORCH_END_DECLS

#endif
