/*
 * The scheduler: nodes and pods in, bindings and reasons out. Usable alone: no store, no engine, no
 * loop. Profiles are in scheduler/profile.h, explanations in scheduler/explain.h, nominations in
 * scheduler/preempt.h, what-if in scheduler/whatif.h.
 */
#ifndef KORCH_SCHEDULER_H
#define KORCH_SCHEDULER_H

#include <korch/api/core_node.h>
#include <korch/api/core_pod.h>
#include <korch/api/policy.h>
#include <korch/error.h>
#include <korch/scheduler/profile.h>

KORCH_BEGIN_DECLS

/** @file scheduler.h The scheduler: which node a pod goes to. */

/**
 * The state of a scheduler: nodes, the pods on them, and what is derived of both. Every decision
 * considers every node, and is a function of what was fed and of the options alone: no clock, no
 * randomness. One thread at a time. @since 0.1
 */
typedef struct korch_scheduler korch_scheduler;

/** How equal totals are told apart. */
typedef enum korch_scheduler_ties {
	KORCH_TIES_NAME = 0,   /**< the smallest node name, by bytes */
	KORCH_TIES_SEEDED = 1, /**< an order of the nodes drawn from the seed and their names */
} korch_scheduler_ties;

/** What a scheduler is made with. A zeroed struct with its size set is the default. */
typedef struct korch_scheduler_options {
	size_t size;  /**< sizeof(korch_scheduler_options) */
	int32_t ties; /**< a korch_scheduler_ties */
	/** Weight of required affinity of pods that are there, in the score (InterPodAffinityArgs'
	 * hardPodAffinityWeight): 0 to 100; 0 means the default 1, -1 none */
	int32_t hard_pod_affinity_weight;
	uint64_t seed; /**< for KORCH_TIES_SEEDED */
	/** Profiles, copied; a pod takes the one that is named as its spec.schedulerName, or the first.
	 * NULL: the one named "default-scheduler" */
	const korch_scheduler_profile *profiles;
	size_t n_profiles; /**< number of profiles, at most 16 */
} korch_scheduler_options;

/** Most nodes that a scheduler takes. */
#define KORCH_SCHEDULER_NODES_MAX 1000000
/** Most pods that a scheduler takes. */
#define KORCH_SCHEDULER_PODS_MAX 16000000
/** Most different resources, the four fixed ones included. */
#define KORCH_SCHEDULER_RESOURCES_MAX 256
/** Most devices of a node that shares can be taken of; further ones are not used. */
#define KORCH_SCHEDULER_DEVICES_MAX 64

/** The request for a share of one device, in thousandths (1 to 1000), among a container's resource
 * requests. */
#define KORCH_RESOURCE_GPU_MILLI "korch.dev/gpu-milli"
/** Annotation of a bound pod: the numbers of its devices ("0" or "0,3"), from 0. */
#define KORCH_ANNOTATION_GPU_DEVICES "korch.dev/gpu-devices"
/** Annotation of a pod: most pods of its group on one node. The group is the value of the label
 * scheduling.x-k8s.io/pod-group, or the pod's controller when it has no such label. */
#define KORCH_ANNOTATION_MAX_PER_NODE "korch.dev/max-per-node"

/** Makes an empty scheduler. @param out the caller frees it. @param options may be NULL. @return 0,
 * KORCH_E_INVALID (unknown plugin, weight out of range …), KORCH_E_LIMIT (the profiles name too
 * many resources) or KORCH_E_NOMEM. @since 0.1 */
KORCH_API int korch_scheduler_new(korch_scheduler **out, const korch_scheduler_options *options,
                                  korch_error **err);
/** Frees it; NULL is fine. @since 0.1 */
KORCH_API void korch_scheduler_free(korch_scheduler *scheduler);
/** Forgets everything it was fed: nodes, pods, namespaces, claims, budgets, waiting pods. Not
 * allowed (nothing happens) inside korch_scheduler_begin(). @since 0.1 */
KORCH_API void korch_scheduler_reset(korch_scheduler *scheduler);

/**
 * @name Feeding
 * Objects are referenced, never changed. An object that cannot be taken gives KORCH_E_INVALID or
 * KORCH_E_LIMIT with the field's path, and leaves the state as it was; so does KORCH_E_NOMEM. @{ */
/** Adds a node, or replaces the one of that name: labels, taints, spec.unschedulable,
 * status.allocatable (or capacity), status.images. Pods that name it are counted on it. @since 0.1
 */
KORCH_API int korch_scheduler_node_set(korch_scheduler *scheduler, const korch_node *node,
                                       korch_error **err);
/** Removes a node. Pods on it stay known, and count again when it comes back. @since 0.1 */
KORCH_API void korch_scheduler_node_remove(korch_scheduler *scheduler, const char *name);
/** Tells a namespace's labels, for namespaceSelector. @param labels NULL: none. @since 0.1 */
KORCH_API int korch_scheduler_namespace_set(korch_scheduler *scheduler, const char *name,
                                            const korch_map *labels, korch_error **err);
/** Forgets a namespace's labels. @since 0.1 */
KORCH_API void korch_scheduler_namespace_remove(korch_scheduler *scheduler, const char *name);
/**
 * Tells that a PersistentVolumeClaim is bound, and which nodes its volume can be reached from.
 * @param nodes the volume's spec.nodeAffinity.required; NULL: every node. A pod whose claim was not
 * told fits nowhere. @since 0.1
 */
KORCH_API int korch_scheduler_claim_set(korch_scheduler *scheduler, const char *namespace_,
                                        const char *name, const korch_node_selector *nodes,
                                        korch_error **err);
/** Forgets a claim. @since 0.1 */
KORCH_API void korch_scheduler_claim_remove(korch_scheduler *scheduler, const char *namespace_,
                                            const char *name);
/** Adds or replaces a disruption budget (by namespace and name): its selector and
 * status.disruptionsAllowed; preemption and rebalancing respect it. @since 0.1 */
KORCH_API int korch_scheduler_budget_set(korch_scheduler *scheduler,
                                         const korch_pod_disruption_budget *budget,
                                         korch_error **err);
/** Forgets a budget. @since 0.1 */
KORCH_API void korch_scheduler_budget_remove(korch_scheduler *scheduler, const char *namespace_,
                                             const char *name);
/**
 * Tells that a pod is on a node. Pods are known by metadata.uid, or by namespace and name when they
 * have none; a known pod is replaced. Pods that have ended (phase Succeeded or Failed) are removed.
 * @param node NULL: the pod's spec.nodeName (nothing happens when that is empty); otherwise the pod
 * is assumed to come to that one. The node need not be known (yet). @since 0.1
 */
KORCH_API int korch_scheduler_pod_set(korch_scheduler *scheduler, const korch_pod *pod,
                                      const char *node, korch_error **err);
/** Removes a pod from its node, from the waiting ones and from the nominated ones; one that is not
 * known is fine. @since 0.1 */
KORCH_API void korch_scheduler_pod_remove(korch_scheduler *scheduler, const korch_pod *pod);
/** As korch_scheduler_pod_remove() by the pod's identity: its uid, or "namespace/name" for one
 * without. @since 0.1 */
KORCH_API void korch_scheduler_pod_forget(korch_scheduler *scheduler, const char *id);
/**
 * Tells which pods are to be expected, for the scores Fragmentation and DeviceHeadroom: what is
 * left of a node is worth what these could use of it. Only what they ask for and where they may run
 * matters; those of DaemonSets do not count. Replaces what was told before; nobody told: pods that
 * want a whole device each. New pods do not change it, and a trial does not undo it.
 * @param pods NULL: those that are known now, on nodes and waiting.
 * @param counts how many of each; NULL: one. @param n number of pods; 0 with pods: as if nobody had
 * told. @return 0; KORCH_E_INVALID, KORCH_E_LIMIT (as korch_scheduler_decide()) or KORCH_E_NOMEM;
 * nothing is changed then. @since 0.1
 */
KORCH_API int korch_scheduler_expect(korch_scheduler *scheduler, const korch_pod *const *pods,
                                     const uint32_t *counts, size_t n, korch_error **err);
/** @} */

/** @name Looking
 * @{ */
/** The node that a pod is counted on, or NULL. Borrowed until the next change. @since 0.1 */
KORCH_API const char *korch_scheduler_pod_node(const korch_scheduler *scheduler,
                                               const korch_pod *pod);
/** Number of nodes that exist. @since 0.1 */
KORCH_API size_t korch_scheduler_nodes(const korch_scheduler *scheduler);
/** Number of pods on nodes. @since 0.1 */
KORCH_API size_t korch_scheduler_pods(const korch_scheduler *scheduler);
/** What a node offers and what its pods request of a resource ("cpu": thousandths; others: units).
 * @return 0 or KORCH_E_NOT_FOUND (node or resource). @since 0.1 */
KORCH_API int korch_scheduler_node_usage(int64_t *allocatable, int64_t *requested,
                                         const korch_scheduler *scheduler, const char *node,
                                         const char *resource);
/** @} */

/** What was decided. */
typedef struct korch_decision {
	/** Name of the node; NULL when there is none. Borrowed until the next call */
	const char *node;
	/** Why there is none, kube-scheduler's sentence ("0/5 nodes are available: 3 Insufficient cpu,
	 * 2 node(s) …"). Borrowed until the next call */
	const char *message;
	int64_t score; /**< weighted total of the node; 0 when there is none */
	/** Nodes that passed all filters; in large clusters only those are counted that had to be
	 * looked at one by one, because a bound told that the others of their block are no better */
	uint64_t feasible;
	uint64_t devices;   /**< bit mask of the node's devices that the pod gets */
	uint64_t reserved_; /**< 0 */
} korch_decision;

/**
 * Finds the best node for a pod; changes nothing that can be seen.
 * @return 1: out->node, 0: there is none, out->message says why; KORCH_E_INVALID (a pod that no
 * node could ever be found for: an unknown operator, a negative request …), KORCH_E_LIMIT (too many
 * of its terms, tolerations, containers, different resources …) or KORCH_E_NOMEM; *out is untouched
 * then. @since 0.1
 */
KORCH_API int korch_scheduler_decide(korch_decision *out, korch_scheduler *scheduler,
                                     const korch_pod *pod, korch_error **err);
/** As korch_scheduler_decide(), and the pod is assumed to be on the node that was found, as by
 * korch_scheduler_pod_set(); so it also fails as that does. @since 0.1 */
KORCH_API int korch_scheduler_schedule(korch_decision *out, korch_scheduler *scheduler,
                                       const korch_pod *pod, korch_error **err);

/**
 * @name Waiting
 * Pods that fit nowhere are looked at again exactly when something has changed that helps them:
 * there is a node; or korch_scheduler_preempt() has become able to find one, which it was not when
 * they began to wait or at some time since (a pod of lower priority has come to a node that would
 * do, say; disruption budgets do not matter, as they only say which node); or, for a pod that is
 * nominated, its node was freed, and has room for it now or holds no pod any more that is leaving
 * for its sake, so that it may drive others out again. Pods that may not drive others out are woken
 * for a node alone. @{ */
/** Remembers a pod that fits nowhere; one that is remembered is replaced. @return 0, or as
 * korch_scheduler_decide() when that fails (KORCH_E_LIMIT also for too many pods). @since 0.1 */
KORCH_API int korch_scheduler_wait(korch_scheduler *scheduler, const korch_pod *pod,
                                   korch_error **err);
/**
 * The next waiting pod that something has changed for: the highest priority, of equal ones the one
 * that waits longest. It waits no more. Of pods that are alike only one is woken until
 * something has changed: the one that was woken was placed, waits again, or was removed.
 * @param out a reference of the caller's (korch_object_unref()); untouched when there is none.
 * @return 1, 0 when there is none, or KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_scheduler_woken(const korch_pod **out, korch_scheduler *scheduler);
/** Number of pods that wait. @since 0.1 */
KORCH_API size_t korch_scheduler_waiting(const korch_scheduler *scheduler);
/** @} */

KORCH_END_DECLS

#endif
