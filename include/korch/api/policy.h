/*
 * PodDisruptionBudgets: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/policy.c.
 */
#ifndef KORCH_API_POLICY_H
#define KORCH_API_POLICY_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file policy.h PodDisruptionBudgets. */

/** PodDisruptionBudgetSpec. */
typedef struct korch_pod_disruption_budget_spec {
	KORCH_STRUCT_HEAD
	korch_int_or_string min_available;         /**< minAvailable */
	korch_label_selector *selector;            /**< selector */
	korch_int_or_string max_unavailable;       /**< maxUnavailable */
	const char *unhealthy_pod_eviction_policy; /**< unhealthyPodEvictionPolicy */
} korch_pod_disruption_budget_spec;
/** The table of a korch_pod_disruption_budget_spec. @since 0.1 */
extern KORCH_API const korch_type korch_pod_disruption_budget_spec_type;

/** PodDisruptionBudgetStatus. */
typedef struct korch_pod_disruption_budget_status {
	KORCH_STRUCT_HEAD
	int64_t observed_generation; /**< observedGeneration */
	korch_map *disrupted_pods;   /**< disruptedPods */
	int32_t disruptions_allowed; /**< disruptionsAllowed */
	int32_t current_healthy;     /**< currentHealthy */
	int32_t desired_healthy;     /**< desiredHealthy */
	int32_t expected_pods;       /**< expectedPods */
	korch_condition *conditions; /**< conditions */
	size_t n_conditions;         /**< number of conditions */
} korch_pod_disruption_budget_status;
/** The table of a korch_pod_disruption_budget_status. @since 0.1 */
extern KORCH_API const korch_type korch_pod_disruption_budget_status_type;

/** PodDisruptionBudget. */
typedef struct korch_pod_disruption_budget {
	korch_object object;                        /**< kind, metadata, revision */
	korch_pod_disruption_budget_spec *spec;     /**< spec */
	korch_pod_disruption_budget_status *status; /**< status */
} korch_pod_disruption_budget;
/** The table of a korch_pod_disruption_budget. @since 0.1 */
extern KORCH_API const korch_type korch_pod_disruption_budget_type;
/** The kind PodDisruptionBudget. @since 0.1 */
extern KORCH_API const korch_kind korch_pod_disruption_budget_kind;

KORCH_END_DECLS

#endif
