/*
 * Where a pod may run: affinity, tolerations, spread: the C structs. Their tables (names, rules,
 * defaults) stand in lib/object/kinds/core_affinity.c.
 */
#ifndef KORCH_API_CORE_AFFINITY_H
#define KORCH_API_CORE_AFFINITY_H

#include <korch/api/meta.h>

KORCH_BEGIN_DECLS

/** @file core_affinity.h Where a pod may run: affinity, tolerations, spread. */

/** One condition on a node's label or field. */
typedef struct korch_node_selector_requirement {
	KORCH_STRUCT_HEAD
	const char *key;       /**< Label or field that is looked at */
	const char *operator_; /**< In, NotIn, Exists, DoesNotExist, Gt or Lt */
	const char **values;   /**< Values to compare with */
	size_t n_values;       /**< number of values */
} korch_node_selector_requirement;
/** The table of a korch_node_selector_requirement. @since 0.1 */
extern KORCH_API const korch_type korch_node_selector_requirement_type;

/** Conditions on a node that must all hold. */
typedef struct korch_node_selector_term {
	KORCH_STRUCT_HEAD
	korch_node_selector_requirement *match_expressions; /**< Conditions on labels */
	size_t n_match_expressions;                         /**< number of match_expressions */
	/** Conditions on fields; only metadata.name */
	korch_node_selector_requirement *match_fields;
	size_t n_match_fields; /**< number of match_fields */
} korch_node_selector_term;
/** The table of a korch_node_selector_term. @since 0.1 */
extern KORCH_API const korch_type korch_node_selector_term_type;

/** Terms of which a node must meet at least one. */
typedef struct korch_node_selector {
	KORCH_STRUCT_HEAD
	korch_node_selector_term *node_selector_terms; /**< The alternatives */
	size_t n_node_selector_terms;                  /**< number of node_selector_terms */
} korch_node_selector;
/** The table of a korch_node_selector. @since 0.1 */
extern KORCH_API const korch_type korch_node_selector_type;

/** A wish about the node, with its weight. */
typedef struct korch_preferred_scheduling_term {
	KORCH_STRUCT_HEAD
	int32_t weight;                       /**< 1 to 100, added to the score of a node that fits */
	korch_node_selector_term *preference; /**< What the node should be like */
} korch_preferred_scheduling_term;
/** The table of a korch_preferred_scheduling_term. @since 0.1 */
extern KORCH_API const korch_type korch_preferred_scheduling_term_type;

/** Which nodes a pod needs and which it likes. */
typedef struct korch_node_affinity {
	KORCH_STRUCT_HEAD
	/** What a node must be like to take the pod */
	korch_node_selector *required_during_scheduling_ignored_during_execution;
	/** What nodes are better, by weight */
	korch_preferred_scheduling_term *preferred_during_scheduling_ignored_during_execution;
	/** number of preferred_during_scheduling_ignored_during_execution */
	size_t n_preferred_during_scheduling_ignored_during_execution;
} korch_node_affinity;
/** The table of a korch_node_affinity. @since 0.1 */
extern KORCH_API const korch_type korch_node_affinity_type;

/** Pods to be near to, or away from, and what near means. */
typedef struct korch_pod_affinity_term {
	KORCH_STRUCT_HEAD
	korch_label_selector *label_selector; /**< Pods that are meant; none when absent */
	/** Namespaces of these pods; the pod's own when absent */
	const char **namespaces;
	size_t n_namespaces; /**< number of namespaces */
	/** Node label whose value makes a place, such as a zone */
	const char *topology_key;
	korch_label_selector *namespace_selector; /**< Further namespaces, by their labels */
	/** Labels of the pod itself whose values the others must share */
	const char **match_label_keys;
	size_t n_match_label_keys; /**< number of match_label_keys */
	/** Labels of the pod itself whose values the others must not share */
	const char **mismatch_label_keys;
	size_t n_mismatch_label_keys; /**< number of mismatch_label_keys */
} korch_pod_affinity_term;
/** The table of a korch_pod_affinity_term. @since 0.1 */
extern KORCH_API const korch_type korch_pod_affinity_term_type;

/** A wish about neighbours, with its weight. */
typedef struct korch_weighted_pod_affinity_term {
	KORCH_STRUCT_HEAD
	/** 1 to 100, added to the score of a place that fits */
	int32_t weight;
	korch_pod_affinity_term *pod_affinity_term; /**< Which neighbours */
} korch_weighted_pod_affinity_term;
/** The table of a korch_weighted_pod_affinity_term. @since 0.1 */
extern KORCH_API const korch_type korch_weighted_pod_affinity_term_type;

/** Pods to be placed near. */
typedef struct korch_pod_affinity {
	KORCH_STRUCT_HEAD
	/** Neighbours that there must be */
	korch_pod_affinity_term *required_during_scheduling_ignored_during_execution;
	/** number of required_during_scheduling_ignored_during_execution */
	size_t n_required_during_scheduling_ignored_during_execution;
	/** Neighbours that are liked, by weight */
	korch_weighted_pod_affinity_term *preferred_during_scheduling_ignored_during_execution;
	/** number of preferred_during_scheduling_ignored_during_execution */
	size_t n_preferred_during_scheduling_ignored_during_execution;
} korch_pod_affinity;
/** The table of a korch_pod_affinity. @since 0.1 */
extern KORCH_API const korch_type korch_pod_affinity_type;

/** Pods to be kept away from. */
typedef struct korch_pod_anti_affinity {
	KORCH_STRUCT_HEAD
	/** Neighbours that there must not be */
	korch_pod_affinity_term *required_during_scheduling_ignored_during_execution;
	/** number of required_during_scheduling_ignored_during_execution */
	size_t n_required_during_scheduling_ignored_during_execution;
	/** Neighbours that are disliked, by weight */
	korch_weighted_pod_affinity_term *preferred_during_scheduling_ignored_during_execution;
	/** number of preferred_during_scheduling_ignored_during_execution */
	size_t n_preferred_during_scheduling_ignored_during_execution;
} korch_pod_anti_affinity;
/** The table of a korch_pod_anti_affinity. @since 0.1 */
extern KORCH_API const korch_type korch_pod_anti_affinity_type;

/** Where a pod must or would rather run. */
typedef struct korch_affinity {
	KORCH_STRUCT_HEAD
	korch_node_affinity *node_affinity;         /**< By the nodes themselves */
	korch_pod_affinity *pod_affinity;           /**< Near these pods */
	korch_pod_anti_affinity *pod_anti_affinity; /**< Away from these pods */
} korch_affinity;
/** The table of a korch_affinity. @since 0.1 */
extern KORCH_API const korch_type korch_affinity_type;

/** A taint that a pod puts up with. */
typedef struct korch_toleration {
	KORCH_STRUCT_HEAD
	const char *key;       /**< Key of the taint; every key when empty */
	const char *operator_; /**< Equal compares values, Exists does not */
	const char *value;     /**< Value of the taint */
	const char *effect;    /**< Effect that is put up with; every effect when empty */
	/** How long a NoExecute taint is put up with; for ever when absent */
	int64_t toleration_seconds;
} korch_toleration;
/** The table of a korch_toleration. @since 0.1 */
extern KORCH_API const korch_type korch_toleration_type;

/** How evenly pods spread over places. */
typedef struct korch_topology_spread_constraint {
	KORCH_STRUCT_HEAD
	int32_t max_skew;                     /**< Most by which places may differ */
	const char *topology_key;             /**< Node label whose value makes a place */
	const char *when_unsatisfiable;       /**< What happens when it cannot be met */
	korch_label_selector *label_selector; /**< Pods that are counted */
	/** Number of places below which the least count is taken as 0 */
	int32_t min_domains;
	const char *node_affinity_policy; /**< Whether nodes that the pod cannot run on count */
	const char *node_taints_policy;   /**< Whether nodes with taints count */
	/** Labels of the pod itself that the counted pods must share */
	const char **match_label_keys;
	size_t n_match_label_keys; /**< number of match_label_keys */
} korch_topology_spread_constraint;
/** The table of a korch_topology_spread_constraint. @since 0.1 */
extern KORCH_API const korch_type korch_topology_spread_constraint_type;

KORCH_END_DECLS

#endif
