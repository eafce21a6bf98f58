/*
 * PodDisruptionBudgets: the C structs. Their tables (names, rules, defaults) stand in
 * lib/object/kinds/policy.c.
 */
#ifndef KORCH_API_POLICY_H
#define KORCH_API_POLICY_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file policy.h PodDisruptionBudgets. */

/** How many pods must stay when some are evicted. */
typedef struct korch_pod_disruption_budget_spec {
	KORCH_STRUCT_HEAD
	korch_int_or_string min_available; /**< Pods that must stay, as number or percentage */
	korch_label_selector *selector;    /**< Which pods */
	/** Pods that may be missing, as number or percentage */
	korch_int_or_string max_unavailable;
	const char *unhealthy_pod_eviction_policy; /**< When pods that are not ready may go */
} korch_pod_disruption_budget_spec;
/** The table of a korch_pod_disruption_budget_spec. @since 0.1 */
extern KORCH_API const korch_type korch_pod_disruption_budget_spec_type;

/** How many pods may be evicted now. */
typedef struct korch_pod_disruption_budget_status {
	KORCH_STRUCT_HEAD
	int64_t observed_generation; /**< Generation that this was computed for */
	korch_map *disrupted_pods;   /**< Pods that are being evicted, and since when */
	int32_t disruptions_allowed; /**< Pods that may go now */
	int32_t current_healthy;     /**< Pods that are well */
	int32_t desired_healthy;     /**< Pods that must be well */
	int32_t expected_pods;       /**< Pods that are counted */
	korch_condition *conditions; /**< Aspects of its state */
	size_t n_conditions;         /**< number of conditions */
} korch_pod_disruption_budget_status;
/** The table of a korch_pod_disruption_budget_status. @since 0.1 */
extern KORCH_API const korch_type korch_pod_disruption_budget_status_type;

/** A limit on pods that go at the same time by somebody's will. */
typedef struct korch_pod_disruption_budget {
	korch_object object;                        /**< kind, metadata, revision */
	korch_pod_disruption_budget_spec *spec;     /**< How many pods must stay */
	korch_pod_disruption_budget_status *status; /**< How many may go now */
} korch_pod_disruption_budget;
/** The table of a korch_pod_disruption_budget. @since 0.1 */
extern KORCH_API const korch_type korch_pod_disruption_budget_type;
/** The kind PodDisruptionBudget. @since 0.1 */
extern KORCH_API const korch_kind korch_pod_disruption_budget_kind;

KORCH_END_DECLS

#endif
