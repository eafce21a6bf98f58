/*
 * What-if: changes that are tried and thrown away, and the questions that are answered by trying.
 */
#ifndef KORCH_SCHEDULER_WHATIF_H
#define KORCH_SCHEDULER_WHATIF_H

#include <korch/scheduler.h>

KORCH_BEGIN_DECLS

/** @file scheduler/whatif.h Trying changes, and questions about nodes. */

/**
 * Opens a trial: every change from here on is noted, and undone by korch_scheduler_rollback().
 * Trials nest, at most 16 deep. Costs nothing by itself; each change costs its own undoing.
 *
 * All changes can be tried: nodes, pods, namespaces, claims, budgets, nominations, waiting pods.
 * Only korch_scheduler_reset() does nothing in a trial. To note a change takes memory: without it a
 * change fails, and what removes things (korch_scheduler_pod_remove(),
 * korch_scheduler_node_remove() …) leaves them where they are.
 * @return 0, KORCH_E_INVALID (no scheduler), KORCH_E_LIMIT or KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_scheduler_begin(korch_scheduler *scheduler);
/** Undoes everything since the innermost korch_scheduler_begin(), which ends; nothing without one.
 * Needs no memory and cannot fail. Everything is as it was: who waits, in which order, and whom
 * korch_scheduler_woken() has told of, too. @since 0.1 */
KORCH_API void korch_scheduler_rollback(korch_scheduler *scheduler);
/** Keeps everything since the innermost korch_scheduler_begin(), which ends; an outer trial can
 * still undo it. @since 0.1 */
KORCH_API void korch_scheduler_commit(korch_scheduler *scheduler);

/**
 * @name Questions
 * Each is answered in a trial of its own, which may be inside another; the state stays as it was.
 * KORCH_E_LIMIT: there are 16 trials already. @{ */

/** A pod that moves. */
typedef struct korch_move {
	const char *pod;  /**< identity: uid, or "namespace/name" for one without */
	const char *name; /**< "namespace/name" */
	const char *from; /**< node that it is on */
	const char *to;   /**< node that it goes to; NULL: it has to stay */
	/** When it has to stay: kube-scheduler's sentence, or that a budget protects it; otherwise NULL
	 */
	const char *why;
	uint64_t devices; /**< bit mask of the node's devices that it gets there */
} korch_move;

/** A list of moves, and what they lead to; immutable. Owns all strings. */
typedef struct korch_moves korch_moves;
/**
 * The moves, in an order in which each is possible after the ones before it: when the pod is taken
 * off its node, all filters let it onto the other one. A pod may move twice. Pods that would have
 * to move and cannot stand behind them. Borrowed. @param n their number; may be NULL. @since 0.1
 */
KORCH_API const korch_move *korch_moves_list(const korch_moves *moves, size_t *n);
/** 1: no pod has to stay that should have moved. @since 0.1 */
KORCH_API int korch_moves_complete(const korch_moves *moves);
/** Nodes that the plan empties (but for pods that draining leaves), ordered by name. Borrowed.
 * @param n their number; may be NULL. @since 0.1 */
KORCH_API const char *const *korch_moves_emptied(const korch_moves *moves, size_t *n);
/** What is improved, before and after: pods to move (drain), nodes in use (compact), the goal
 * (rebalance). @since 0.1 */
KORCH_API void korch_moves_gain(const korch_moves *moves, double *before, double *after);
/** Frees them; NULL is fine. @since 0.1 */
KORCH_API void korch_moves_free(korch_moves *moves);

/**
 * Can this node go, and where do its pods land? As `kubectl drain --ignore-daemonsets` does it: no
 * pod comes to the node any more, while it counts as a domain as long as it is there; pods of
 * DaemonSets, static (mirror) pods and pods that are terminating are left out; the others go where
 * their profile sends them, those of higher priority first, of these the ones that are hardest to
 * place. No budget loses more pods than its status.disruptionsAllowed. When pods find no place, a
 * few other orders are tried in which these go first among their equals.
 * @param out the caller frees it. @return 0, KORCH_E_NOT_FOUND (no such node), KORCH_E_INVALID,
 * KORCH_E_LIMIT, KORCH_E_NOMEM; *out is untouched then. @since 0.1
 */
KORCH_API int korch_scheduler_drain(korch_moves **out, korch_scheduler *scheduler, const char *node,
                                    korch_error **err);

/** How compaction is done. A zeroed struct with its size set is the default. */
typedef struct korch_compact_options {
	size_t size;        /**< sizeof(korch_compact_options) */
	size_t moves;       /**< most moves; 0: no bound */
	uint64_t seed;      /**< of the orders that are tried */
	uint32_t rounds;    /**< orders that are tried, at most 1,000; 0: 8 */
	uint32_t reserved_; /**< 0 */
} korch_compact_options;

/**
 * The fewest of the nodes that still hold the workload (cell compaction: Verma et al., Borg,
 * EuroSys 2015): drains one node after the other as long as every pod of it finds a place on the
 * ones that stay. Those with the least on them go first, then, in other orders, small ones, whose
 * pods may take greater nodes into use that are not yet; of all plans the one that leaves fewest
 * nodes in use by the fewest moves is given. A node is in use when draining would move a pod of it.
 * @param out the caller frees it; always complete. @param options may be NULL. @return 0,
 * KORCH_E_INVALID, KORCH_E_LIMIT, KORCH_E_NOMEM; *out is untouched then. @since 0.1
 */
KORCH_API int korch_scheduler_compact(korch_moves **out, korch_scheduler *scheduler,
                                      const korch_compact_options *options, korch_error **err);

/** What rebalancing improves. */
typedef enum korch_rebalance_goal {
	/** The variance of the nodes' utilization of processors plus that of memory */
	KORCH_REBALANCE_BALANCE = 0,
	KORCH_REBALANCE_PACKING = 1, /**< the number of nodes in use, as korch_scheduler_compact() */
} korch_rebalance_goal;

/** How rebalancing is done. A zeroed struct with its size set is the default. */
typedef struct korch_rebalance_options {
	size_t size;        /**< sizeof(korch_rebalance_options) */
	int32_t goal;       /**< a korch_rebalance_goal */
	uint32_t moves;     /**< most moves, at most 10,000; 0: 100 */
	uint64_t seed;      /**< of the search */
	uint32_t rounds;    /**< how long the search is, at most 1,000; 0: 8 */
	uint32_t reserved_; /**< 0 */
} korch_rebalance_options;

/**
 * A list of moves that improves the goal: each is possible when its turn comes and keeps every
 * filter satisfied, and no budget loses more pods than its status.disruptionsAllowed. Pods that
 * draining leaves stay. Balance: steepest descent from the fullest nodes, exchanges where there is
 * no room (a pod may stop on another node on the way), simulated annealing, then an order of moves
 * that leads to what was found.
 * @param out the caller frees it; always complete; korch_moves_gain() tells the goal before and
 * after. @param options may be NULL. @return 0, KORCH_E_INVALID, KORCH_E_LIMIT, KORCH_E_NOMEM; *out
 * is untouched then. @since 0.1
 */
KORCH_API int korch_scheduler_rebalance(korch_moves **out, korch_scheduler *scheduler,
                                        const korch_rebalance_options *options, korch_error **err);

/**
 * How many more pods like this one fit: as many as korch_scheduler_schedule() would place one after
 * the other, each with a name of its own.
 * @param most count no further (than KORCH_SCHEDULER_PODS_MAX); 0: 1,000,000. @return their number,
 * KORCH_E_LIMIT, or as korch_scheduler_decide() when that fails. @since 0.1
 */
KORCH_API int64_t korch_scheduler_headroom(korch_scheduler *scheduler, const korch_pod *pod,
                                           size_t most, korch_error **err);
/** @} */

KORCH_END_DECLS

#endif
