/*
 * Explanations of the scheduler: for a pod, what each node's filters and scores say, as data.
 */
#ifndef KORCH_SCHEDULER_EXPLAIN_H
#define KORCH_SCHEDULER_EXPLAIN_H

#include <korch/scheduler.h>

KORCH_BEGIN_DECLS

/** @file scheduler/explain.h Why a pod goes where it goes, or nowhere. */

/** One score of one node. */
typedef struct korch_score_term {
	const char *name;   /**< of the score */
	int32_t weight;     /**< in the profile */
	int32_t reserved_;  /**< 0 */
	int64_t raw;        /**< as computed for the node */
	int64_t normalized; /**< 0 to 100; 0 on a node that will not do */
} korch_score_term;

/** What one node's filters and scores say. */
typedef struct korch_node_verdict {
	const char *node;   /**< its name */
	const char *filter; /**< the first filter that it did not pass; NULL: it will do */
	/** Why not, as kube-scheduler says it; reasons of resources joined by ", "; NULL: it will do */
	const char *reason;
	const korch_score_term *terms; /**< one for each score of the profile, in its order */
	size_t n_terms;                /**< number of terms */
	int64_t total; /**< weighted sum of the normalized scores; 0 when it will not do */
} korch_node_verdict;

/** Everything that a decision is made of; immutable. Owns all strings that it hands out. */
typedef struct korch_explanation korch_explanation;

/**
 * Explains what korch_scheduler_decide() would say of a pod.
 * @param out the caller frees it. @return 0, or as korch_scheduler_decide() when that fails. Costs
 * a look at every node. @since 0.1
 */
KORCH_API int korch_scheduler_explain(korch_explanation **out, korch_scheduler *scheduler,
                                      const korch_pod *pod, korch_error **err);
/** The verdicts, ordered by node name. @param n their number. Borrowed. @since 0.1 */
KORCH_API const korch_node_verdict *korch_explanation_nodes(const korch_explanation *explanation,
                                                            size_t *n);
/** The node that is best; NULL: there is none. Borrowed. @since 0.1 */
KORCH_API const char *korch_explanation_node(const korch_explanation *explanation);
/** kube-scheduler's sentence; NULL when there is a node. Borrowed. @since 0.1 */
KORCH_API const char *korch_explanation_message(const korch_explanation *explanation);
/** Frees it; NULL is fine. @since 0.1 */
KORCH_API void korch_explanation_free(korch_explanation *explanation);

KORCH_END_DECLS

#endif
