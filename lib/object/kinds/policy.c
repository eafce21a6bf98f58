/*
 * PodDisruptionBudgets: the tables of the structs in <korch/api/policy.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/policy.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field pod_disruption_budget_spec_fields[] = {
	INT_OR_STRING(korch_pod_disruption_budget_spec, min_available, "minAvailable", 1, 0, "minAvailable"),
	STRUCT(korch_pod_disruption_budget_spec, selector, korch_label_selector_type, "selector", 2, ATOMIC, "selector"),
	INT_OR_STRING(korch_pod_disruption_budget_spec, max_unavailable, "maxUnavailable", 3, 0, "maxUnavailable"),
	STRING(korch_pod_disruption_budget_spec, unhealthy_pod_eviction_policy, "unhealthyPodEvictionPolicy", 4, 0, "unhealthyPodEvictionPolicy"),
};
const korch_type korch_pod_disruption_budget_spec_type = TYPE("PodDisruptionBudgetSpec", korch_pod_disruption_budget_spec, pod_disruption_budget_spec_fields, "PodDisruptionBudgetSpec");

static const korch_field pod_disruption_budget_status_fields[] = {
	INT64(korch_pod_disruption_budget_status, observed_generation, "observedGeneration", 1, 0, "observedGeneration"),
	MAP_TIME(korch_pod_disruption_budget_status, disrupted_pods, "disruptedPods", 2, 0, "disruptedPods"),
	INT32(korch_pod_disruption_budget_status, disruptions_allowed, "disruptionsAllowed", 3, 0, "disruptionsAllowed"),
	INT32(korch_pod_disruption_budget_status, current_healthy, "currentHealthy", 4, 0, "currentHealthy"),
	INT32(korch_pod_disruption_budget_status, desired_healthy, "desiredHealthy", 5, 0, "desiredHealthy"),
	INT32(korch_pod_disruption_budget_status, expected_pods, "expectedPods", 6, 0, "expectedPods"),
	LIST_STRUCT(korch_pod_disruption_budget_status, conditions, n_conditions, korch_condition_type, "conditions", 7, 0, "conditions", .merge_key = "type"),
};
const korch_type korch_pod_disruption_budget_status_type = TYPE("PodDisruptionBudgetStatus", korch_pod_disruption_budget_status, pod_disruption_budget_status_fields, "PodDisruptionBudgetStatus");

static const korch_field pod_disruption_budget_fields[] = {
	STRUCT(korch_pod_disruption_budget, object.metadata, korch_object_meta_type, "metadata", 1, 0, "metadata"),
	STRUCT(korch_pod_disruption_budget, spec, korch_pod_disruption_budget_spec_type, "spec", 2, 0, "spec"),
	STRUCT(korch_pod_disruption_budget, status, korch_pod_disruption_budget_status_type, "status", 3, 0, "status"),
};
const korch_type korch_pod_disruption_budget_type = TYPE("PodDisruptionBudget", korch_pod_disruption_budget, pod_disruption_budget_fields, "PodDisruptionBudget");
