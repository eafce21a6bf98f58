/*
 * PodDisruptionBudgets: the tables of the structs in <korch/api/policy.h>.
 * One line per field; rules over several fields stand in validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/policy.h>

#define S korch_pod_disruption_budget_spec
static const korch_field pod_disruption_budget_spec_fields[] = {
    INT_OR_STRING(min_available, "minAvailable", 1, 0,
                  "Pods that must stay, as number or percentage"),
    STRUCT(selector, korch_label_selector, "selector", 2, ATOMIC, "Which pods"),
    INT_OR_STRING(max_unavailable, "maxUnavailable", 3, 0,
                  "Pods that may be missing, as number or percentage"),
    STRING(unhealthy_pod_eviction_policy, "unhealthyPodEvictionPolicy", 4, POINTER,
           "When pods that are not ready may go",
           .allowed = ALLOWED("AlwaysAllow", "IfHealthyBudget")),
};
const korch_type korch_pod_disruption_budget_spec_type =
    TYPE("PodDisruptionBudgetSpec", pod_disruption_budget_spec_fields,
         "How many pods must stay when some are evicted",
         .validate = korch__pod_disruption_budget_spec_validate);
#undef S

#define S korch_pod_disruption_budget_status
static const korch_field pod_disruption_budget_status_fields[] = {
    INT64(observed_generation, "observedGeneration", 1, 0, "Generation that this was computed for",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    MAP_TIME(disrupted_pods, "disruptedPods", 2, 0, "Pods that are being evicted, and since when"),
    INT32(disruptions_allowed, "disruptionsAllowed", 3, 0, "Pods that may go now",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(current_healthy, "currentHealthy", 4, 0, "Pods that are well",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(desired_healthy, "desiredHealthy", 5, 0, "Pods that must be well",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(expected_pods, "expectedPods", 6, 0, "Pods that are counted",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    LIST_STRUCT(conditions, korch_condition, "conditions", 7, 0, "Aspects of its state",
                .merge_key = "type"),
};
const korch_type korch_pod_disruption_budget_status_type =
    TYPE("PodDisruptionBudgetStatus", pod_disruption_budget_status_fields,
         "How many pods may be evicted now");
#undef S

#define S korch_pod_disruption_budget
static const korch_field pod_disruption_budget_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_pod_disruption_budget_spec, "spec", 2, 0, "How many pods must stay"),
    STRUCT(status, korch_pod_disruption_budget_status, "status", 3, 0, "How many may go now"),
};
const korch_type korch_pod_disruption_budget_type =
    TYPE("PodDisruptionBudget", pod_disruption_budget_fields,
         "A limit on pods that go at the same time by somebody's will");
#undef S
