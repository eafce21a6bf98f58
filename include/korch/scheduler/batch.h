/*
 * Several pods at once: gangs, which are placed whole or not at all, and batches, which are placed
 * better together than one by one.
 */
#ifndef KORCH_SCHEDULER_BATCH_H
#define KORCH_SCHEDULER_BATCH_H

#include <korch/scheduler.h>

KORCH_BEGIN_DECLS

/** @file scheduler/batch.h Several pods at once. */

/** Label of a pod: the name of its group, within its namespace. In a cluster pods of a group are
 * placed together when it is known how many of them must be: by the spec.minMember of the PodGroup
 * (scheduling.x-k8s.io/v1alpha1) of that name, or by KORCH_ANNOTATION_GANG_MIN. */
#define KORCH_LABEL_POD_GROUP "scheduling.x-k8s.io/pod-group"
/** Annotation of the pods of a group without a PodGroup: as many of them are placed together, or
 * none; "1" and more. Where pods say different numbers the greatest counts. */
#define KORCH_ANNOTATION_GANG_MIN "korch.dev/gang-min"

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
 * KORCH_E_LIMIT (inside 16 trials; too many pods, or as korch_scheduler_decide()), KORCH_E_NOMEM;
 * nothing was changed then. @since 0.1
 */
KORCH_API int korch_scheduler_gang(korch_binding *out, const char **message,
                                   korch_scheduler *scheduler, const korch_pod *const *pods,
                                   size_t n, size_t least, korch_error **err);

/** How a batch is placed. A zeroed struct with its size set is the default. */
typedef struct korch_batch_options {
	size_t size; /**< sizeof(korch_batch_options) */
	/** Called now and then (every 64 attempts) while the placing is improved; 0 ends it. It must
	 * not call the scheduler. NULL: `rounds` decides alone */
	int (*keep_going)(void *userdata);
	void *userdata; /**< handed to keep_going */
	/** Most attempts at improving; 0: as many as there are pods, from 1,000 to 10,000; with
	 * keep_going any number */
	uint64_t rounds;
	uint64_t seed; /**< of the search: the same seed gives the same placing */
} korch_batch_options;

/**
 * Places as many of the pods as it can, those of higher priority first: of two placings the one is
 * better that places more pods of the highest priority in which they differ, then the one whose
 * pods request more. One by one in the order given, each where its profile likes it best, is tried
 * first, and is the result when it places all. Otherwise the pods are tried by priority and
 * difficulty, where the profile likes it best and where the node is filled best, and the best
 * placing is improved: pods of the batch make room for others and go elsewhere, nodes are emptied
 * of them and filled anew. The result is never worse than one by one. Filters hold for each pod
 * with all others in place, or held when it was placed. Pods that were on nodes before do not move,
 * also those among the batch.
 * @param out n bindings in the order of the pods. @param pods n pods, none of them twice.
 * @param options may be NULL.
 * @return how many are on nodes now; KORCH_E_INVALID (as korch_scheduler_gang()), KORCH_E_LIMIT
 * (too many pods, or as korch_scheduler_decide()), KORCH_E_NOMEM; nothing is placed then. @since
 * 0.1
 */
KORCH_API int64_t korch_scheduler_batch(korch_binding *out, korch_scheduler *scheduler,
                                        const korch_pod *const *pods, size_t n,
                                        const korch_batch_options *options, korch_error **err);

KORCH_END_DECLS

#endif
