/*
 * Where a pod may run: affinity, tolerations, spread: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/core_affinity.c.
 */
#ifndef KORCH_API_CORE_AFFINITY_H
#define KORCH_API_CORE_AFFINITY_H

#include <korch/api/meta.h>

KORCH_BEGIN_DECLS

/** @file core_affinity.h Where a pod may run: affinity, tolerations, spread. */

/** NodeSelectorRequirement. */
typedef struct korch_node_selector_requirement {
	KORCH_STRUCT_HEAD
	const char *key;       /**< key */
	const char *operator_; /**< operator */
	const char **values;   /**< values */
	size_t n_values;       /**< number of values */
} korch_node_selector_requirement;
/** The table of a korch_node_selector_requirement. @since 0.1 */
extern KORCH_API const korch_type korch_node_selector_requirement_type;

/** NodeSelectorTerm. */
typedef struct korch_node_selector_term {
	KORCH_STRUCT_HEAD
	korch_node_selector_requirement *match_expressions; /**< matchExpressions */
	size_t n_match_expressions;                    /**< number of match_expressions */
	korch_node_selector_requirement *match_fields; /**< matchFields */
	size_t n_match_fields;                         /**< number of match_fields */
} korch_node_selector_term;
/** The table of a korch_node_selector_term. @since 0.1 */
extern KORCH_API const korch_type korch_node_selector_term_type;

/** NodeSelector. */
typedef struct korch_node_selector {
	KORCH_STRUCT_HEAD
	korch_node_selector_term *node_selector_terms; /**< nodeSelectorTerms */
	size_t n_node_selector_terms;                  /**< number of node_selector_terms */
} korch_node_selector;
/** The table of a korch_node_selector. @since 0.1 */
extern KORCH_API const korch_type korch_node_selector_type;

/** PreferredSchedulingTerm. */
typedef struct korch_preferred_scheduling_term {
	KORCH_STRUCT_HEAD
	int32_t weight;                       /**< weight */
	korch_node_selector_term *preference; /**< preference */
} korch_preferred_scheduling_term;
/** The table of a korch_preferred_scheduling_term. @since 0.1 */
extern KORCH_API const korch_type korch_preferred_scheduling_term_type;

/** NodeAffinity. */
typedef struct korch_node_affinity {
	KORCH_STRUCT_HEAD
	korch_node_selector *required_during_scheduling_ignored_during_execution; /**< requiredDuringSchedulingIgnoredDuringExecution */
	korch_preferred_scheduling_term *preferred_during_scheduling_ignored_during_execution; /**< preferredDuringSchedulingIgnoredDuringExecution */
	size_t n_preferred_during_scheduling_ignored_during_execution; /**< number of preferred_during_scheduling_ignored_during_execution */
} korch_node_affinity;
/** The table of a korch_node_affinity. @since 0.1 */
extern KORCH_API const korch_type korch_node_affinity_type;

/** PodAffinityTerm. */
typedef struct korch_pod_affinity_term {
	KORCH_STRUCT_HEAD
	korch_label_selector *label_selector;     /**< labelSelector */
	const char **namespaces;                  /**< namespaces */
	size_t n_namespaces;                      /**< number of namespaces */
	const char *topology_key;                 /**< topologyKey */
	korch_label_selector *namespace_selector; /**< namespaceSelector */
	const char **match_label_keys;            /**< matchLabelKeys */
	size_t n_match_label_keys;                /**< number of match_label_keys */
	const char **mismatch_label_keys;         /**< mismatchLabelKeys */
	size_t n_mismatch_label_keys;             /**< number of mismatch_label_keys */
} korch_pod_affinity_term;
/** The table of a korch_pod_affinity_term. @since 0.1 */
extern KORCH_API const korch_type korch_pod_affinity_term_type;

/** WeightedPodAffinityTerm. */
typedef struct korch_weighted_pod_affinity_term {
	KORCH_STRUCT_HEAD
	int32_t weight;                             /**< weight */
	korch_pod_affinity_term *pod_affinity_term; /**< podAffinityTerm */
} korch_weighted_pod_affinity_term;
/** The table of a korch_weighted_pod_affinity_term. @since 0.1 */
extern KORCH_API const korch_type korch_weighted_pod_affinity_term_type;

/** PodAffinity. */
typedef struct korch_pod_affinity {
	KORCH_STRUCT_HEAD
	korch_pod_affinity_term *required_during_scheduling_ignored_during_execution; /**< requiredDuringSchedulingIgnoredDuringExecution */
	size_t n_required_during_scheduling_ignored_during_execution; /**< number of required_during_scheduling_ignored_during_execution */
	korch_weighted_pod_affinity_term *preferred_during_scheduling_ignored_during_execution; /**< preferredDuringSchedulingIgnoredDuringExecution */
	size_t n_preferred_during_scheduling_ignored_during_execution; /**< number of preferred_during_scheduling_ignored_during_execution */
} korch_pod_affinity;
/** The table of a korch_pod_affinity. @since 0.1 */
extern KORCH_API const korch_type korch_pod_affinity_type;

/** PodAntiAffinity. */
typedef struct korch_pod_anti_affinity {
	KORCH_STRUCT_HEAD
	korch_pod_affinity_term *required_during_scheduling_ignored_during_execution; /**< requiredDuringSchedulingIgnoredDuringExecution */
	size_t n_required_during_scheduling_ignored_during_execution; /**< number of required_during_scheduling_ignored_during_execution */
	korch_weighted_pod_affinity_term *preferred_during_scheduling_ignored_during_execution; /**< preferredDuringSchedulingIgnoredDuringExecution */
	size_t n_preferred_during_scheduling_ignored_during_execution; /**< number of preferred_during_scheduling_ignored_during_execution */
} korch_pod_anti_affinity;
/** The table of a korch_pod_anti_affinity. @since 0.1 */
extern KORCH_API const korch_type korch_pod_anti_affinity_type;

/** Affinity. */
typedef struct korch_affinity {
	KORCH_STRUCT_HEAD
	korch_node_affinity *node_affinity;         /**< nodeAffinity */
	korch_pod_affinity *pod_affinity;           /**< podAffinity */
	korch_pod_anti_affinity *pod_anti_affinity; /**< podAntiAffinity */
} korch_affinity;
/** The table of a korch_affinity. @since 0.1 */
extern KORCH_API const korch_type korch_affinity_type;

/** Toleration. */
typedef struct korch_toleration {
	KORCH_STRUCT_HEAD
	const char *key;            /**< key */
	const char *operator_;      /**< operator */
	const char *value;          /**< value */
	const char *effect;         /**< effect */
	int64_t toleration_seconds; /**< tolerationSeconds */
} korch_toleration;
/** The table of a korch_toleration. @since 0.1 */
extern KORCH_API const korch_type korch_toleration_type;

/** TopologySpreadConstraint. */
typedef struct korch_topology_spread_constraint {
	KORCH_STRUCT_HEAD
	int32_t max_skew;                     /**< maxSkew */
	const char *topology_key;             /**< topologyKey */
	const char *when_unsatisfiable;       /**< whenUnsatisfiable */
	korch_label_selector *label_selector; /**< labelSelector */
	int32_t min_domains;                  /**< minDomains */
	const char *node_affinity_policy;     /**< nodeAffinityPolicy */
	const char *node_taints_policy;       /**< nodeTaintsPolicy */
	const char **match_label_keys;        /**< matchLabelKeys */
	size_t n_match_label_keys;            /**< number of match_label_keys */
} korch_topology_spread_constraint;
/** The table of a korch_topology_spread_constraint. @since 0.1 */
extern KORCH_API const korch_type korch_topology_spread_constraint_type;

KORCH_END_DECLS

#endif
