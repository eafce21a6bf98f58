/*
 * Strategies for replicas with an identity: a StatefulSet's, which have a number each, and a
 * DaemonSet's, which have a node each. Pure planners over plain data, as korch_rollout_plan() is
 * for replicas that are alike.
 */
#ifndef KORCH_STRATEGY_ORDERED_H
#define KORCH_STRATEGY_ORDERED_H

#include <korch/error.h>
#include <stddef.h>
#include <stdint.h>

KORCH_BEGIN_DECLS

/**
 * @file strategy/ordered.h Updates of StatefulSets and DaemonSets.
 *
 * Both have two revisions that count: the one to be reached (updated) and all others. A plan is a
 * list of members to create and to delete; a deleted member is created again, of the right
 * revision, by a later plan. Thread rules: nothing is kept; calls with different arguments may run
 * in parallel.
 */

/** What to do with a member. */
typedef enum korch_member_op {
	KORCH_MEMBER_CREATE = 1, /**< make it, of the revision that `updated` says */
	KORCH_MEMBER_DELETE = 2, /**< end it */
} korch_member_op;

/** One action of a plan. */
typedef struct korch_member_action {
	int32_t member;  /**< index into the members given; StatefulSet, CREATE: the ordinal instead */
	int32_t op;      /**< a korch_member_op */
	int32_t updated; /**< CREATE: 1: of the revision to be reached, 0: of the one before */
	int32_t surge;   /**< DaemonSet, CREATE: 1: beside the old one */
} korch_member_action;

/** A member as it stands. */
typedef struct korch_member {
	int32_t ordinal;     /**< StatefulSet: its number; DaemonSet: index of its node */
	int32_t updated;     /**< 1: of the revision to be reached */
	int32_t ready;       /**< 1: ready */
	int32_t available;   /**< 1: ready for long enough */
	int32_t terminating; /**< 1: on its way out */
	int32_t ended;       /**< 1: phase Failed or Succeeded */
} korch_member;

/** What a StatefulSet wishes. */
typedef struct korch_stateful_spec {
	size_t size;             /**< sizeof(korch_stateful_spec) */
	int32_t replicas;        /**< ordinals from `start` on */
	int32_t start;           /**< the first ordinal */
	int32_t parallel;        /**< podManagementPolicy: Parallel */
	int32_t on_delete;       /**< updateStrategy OnDelete: nothing is replaced on purpose */
	int32_t partition;       /**< members below start + partition are not updated */
	int32_t max_unavailable; /**< members that may be missing in an update; 0: 1 */
} korch_stateful_spec;

/**
 * The next actions for a StatefulSet: members are made in order of their ordinals, each when its
 * predecessors are ready (unless parallel), taken away from the greatest down, and updated from the
 * greatest down to the partition while at most max_unavailable are missing.
 * kube-controller-manager's rules (pkg/controller/statefulset), with one difference: what is broken
 * counts towards max_unavailable, and is replaced first when it is old.
 * @param actions room for `max` of them, at least one. @param n_actions how many were written; more
 * may follow in the next plan.
 * @param members ordered by ordinal, each once. @return 0, KORCH_E_INVALID (NULL, negative
 * numbers, another order).
 * Needs no memory. @since 0.1
 */
KORCH_API int korch_stateful_plan(korch_member_action *actions, size_t max, size_t *n_actions,
                                  const korch_stateful_spec *spec, const korch_member *members,
                                  size_t n_members);

/** What a DaemonSet wishes. */
typedef struct korch_daemon_spec {
	size_t size;             /**< sizeof(korch_daemon_spec) */
	int32_t on_delete;       /**< updateStrategy OnDelete */
	int32_t max_unavailable; /**< nodes whose member may be missing in an update */
	int32_t max_surge;       /**< nodes that may have a new one beside the old one */
	int32_t reserved;        /**< 0 */
} korch_daemon_spec;

/** What a DaemonSet wants of a node. */
typedef enum korch_daemon_want {
	KORCH_DAEMON_LEAVE = 0, /**< no new member; one that is there may stay */
	KORCH_DAEMON_RUN = 1,   /**< one member */
	KORCH_DAEMON_EVICT = 2, /**< none */
} korch_daemon_want;

/**
 * The next actions for a DaemonSet: each node that wants one gets a member, others lose theirs; in
 * an update old members go while at most max_unavailable nodes lack an available one, or, with
 * max_surge, new ones come beside them first. Rules of kube-controller-manager
 * (pkg/controller/daemon).
 * @param wants for each node a korch_daemon_want. @param members their `ordinal` is the node's
 * index; a node may have several.
 * @return 0, KORCH_E_INVALID (NULL, negative numbers, max_surge and max_unavailable both 0 or both
 * set, an index beyond the nodes), KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_daemon_plan(korch_member_action *actions, size_t max, size_t *n_actions,
                                const korch_daemon_spec *spec, const int32_t *wants, size_t n_nodes,
                                const korch_member *members, size_t n_members);

KORCH_END_DECLS

#endif
