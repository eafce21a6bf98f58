/*
 * Where a pod may run: affinity, tolerations, spread: the tables of the structs in
 * <korch/api/core_affinity.h>. One line per field; rules over several fields stand in validate_*.c
 * and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/core_affinity.h>

#define S korch_node_selector_requirement
static const korch_field node_selector_requirement_fields[] = {
    STRING(key, "key", 1, REQUIRED | EMIT, "Label or field that is looked at"),
    STRING(operator_, "operator", 2, REQUIRED | EMIT, "In, NotIn, Exists, DoesNotExist, Gt or Lt"),
    LIST_STRING(values, "values", 3, ATOMIC, "Values to compare with"),
};
const korch_type korch_node_selector_requirement_type =
    TYPE("NodeSelectorRequirement", node_selector_requirement_fields,
         "One condition on a node's label or field",
         .validate = korch__node_selector_requirement_validate);
#undef S

#define S korch_node_selector_term
static const korch_field node_selector_term_fields[] = {
    LIST_STRUCT(match_expressions, korch_node_selector_requirement, "matchExpressions", 1, ATOMIC,
                "Conditions on labels"),
    LIST_STRUCT(match_fields, korch_node_selector_requirement, "matchFields", 2, ATOMIC,
                "Conditions on fields; only metadata.name"),
};
const korch_type korch_node_selector_term_type =
    TYPE("NodeSelectorTerm", node_selector_term_fields, "Conditions on a node that must all hold",
         .validate = korch__node_selector_term_validate);
#undef S

#define S korch_node_selector
static const korch_field node_selector_fields[] = {
    LIST_STRUCT(node_selector_terms, korch_node_selector_term, "nodeSelectorTerms", 1,
                REQUIRED | ATOMIC, "The alternatives"),
};
const korch_type korch_node_selector_type =
    TYPE("NodeSelector", node_selector_fields, "Terms of which a node must meet at least one");
#undef S

#define S korch_preferred_scheduling_term
static const korch_field preferred_scheduling_term_fields[] = {
    INT32(weight, "weight", 1, REQUIRED | EMIT, "1 to 100, added to the score of a node that fits"),
    STRUCT(preference, korch_node_selector_term, "preference", 2, REQUIRED | ATOMIC,
           "What the node should be like"),
};
const korch_type korch_preferred_scheduling_term_type =
    TYPE("PreferredSchedulingTerm", preferred_scheduling_term_fields,
         "A wish about the node, with its weight",
         .validate = korch__preferred_scheduling_term_validate);
#undef S

#define S korch_node_affinity
static const korch_field node_affinity_fields[] = {
    STRUCT(required_during_scheduling_ignored_during_execution, korch_node_selector,
           "requiredDuringSchedulingIgnoredDuringExecution", 1, ATOMIC,
           "What a node must be like to take the pod"),
    LIST_STRUCT(preferred_during_scheduling_ignored_during_execution,
                korch_preferred_scheduling_term, "preferredDuringSchedulingIgnoredDuringExecution",
                2, ATOMIC, "What nodes are better, by weight"),
};
const korch_type korch_node_affinity_type =
    TYPE("NodeAffinity", node_affinity_fields, "Which nodes a pod needs and which it likes");
#undef S

#define S korch_pod_affinity_term
static const korch_field pod_affinity_term_fields[] = {
    STRUCT(label_selector, korch_label_selector, "labelSelector", 1, ATOMIC,
           "Pods that are meant; none when absent"),
    LIST_STRING(namespaces, "namespaces", 2, ATOMIC,
                "Namespaces of these pods; the pod's own when absent"),
    STRING(topology_key, "topologyKey", 3, REQUIRED | EMIT,
           "Node label whose value makes a place, such as a zone",
           .format = KORCH_FORMAT_QUALIFIED_NAME),
    STRUCT(namespace_selector, korch_label_selector, "namespaceSelector", 4, ATOMIC,
           "Further namespaces, by their labels"),
    LIST_STRING(match_label_keys, "matchLabelKeys", 5, ATOMIC,
                "Labels of the pod itself whose values the others must share"),
    LIST_STRING(mismatch_label_keys, "mismatchLabelKeys", 6, ATOMIC,
                "Labels of the pod itself whose values the others must not share"),
};
const korch_type korch_pod_affinity_term_type =
    TYPE("PodAffinityTerm", pod_affinity_term_fields,
         "Pods to be near to, or away from, and what near means",
         .validate = korch__pod_affinity_term_validate);
#undef S

#define S korch_weighted_pod_affinity_term
static const korch_field weighted_pod_affinity_term_fields[] = {
    INT32(weight, "weight", 1, REQUIRED | EMIT,
          "1 to 100, added to the score of a place that fits"),
    STRUCT(pod_affinity_term, korch_pod_affinity_term, "podAffinityTerm", 2, REQUIRED,
           "Which neighbours"),
};
const korch_type korch_weighted_pod_affinity_term_type =
    TYPE("WeightedPodAffinityTerm", weighted_pod_affinity_term_fields,
         "A wish about neighbours, with its weight",
         .validate = korch__weighted_pod_affinity_term_validate);
#undef S

#define S korch_pod_affinity
static const korch_field pod_affinity_fields[] = {
    LIST_STRUCT(required_during_scheduling_ignored_during_execution, korch_pod_affinity_term,
                "requiredDuringSchedulingIgnoredDuringExecution", 1, ATOMIC,
                "Neighbours that there must be"),
    LIST_STRUCT(preferred_during_scheduling_ignored_during_execution,
                korch_weighted_pod_affinity_term, "preferredDuringSchedulingIgnoredDuringExecution",
                2, ATOMIC, "Neighbours that are liked, by weight"),
};
const korch_type korch_pod_affinity_type =
    TYPE("PodAffinity", pod_affinity_fields, "Pods to be placed near");
#undef S

#define S korch_pod_anti_affinity
static const korch_field pod_anti_affinity_fields[] = {
    LIST_STRUCT(required_during_scheduling_ignored_during_execution, korch_pod_affinity_term,
                "requiredDuringSchedulingIgnoredDuringExecution", 1, ATOMIC,
                "Neighbours that there must not be"),
    LIST_STRUCT(preferred_during_scheduling_ignored_during_execution,
                korch_weighted_pod_affinity_term, "preferredDuringSchedulingIgnoredDuringExecution",
                2, ATOMIC, "Neighbours that are disliked, by weight"),
};
const korch_type korch_pod_anti_affinity_type =
    TYPE("PodAntiAffinity", pod_anti_affinity_fields, "Pods to be kept away from");
#undef S

#define S korch_affinity
static const korch_field affinity_fields[] = {
    STRUCT(node_affinity, korch_node_affinity, "nodeAffinity", 1, 0, "By the nodes themselves"),
    STRUCT(pod_affinity, korch_pod_affinity, "podAffinity", 2, 0, "Near these pods"),
    STRUCT(pod_anti_affinity, korch_pod_anti_affinity, "podAntiAffinity", 3, 0,
           "Away from these pods"),
};
const korch_type korch_affinity_type =
    TYPE("Affinity", affinity_fields, "Where a pod must or would rather run");
#undef S

#define S korch_toleration
static const korch_field toleration_fields[] = {
    STRING(key, "key", 1, 0, "Key of the taint; every key when empty"),
    STRING(operator_, "operator", 2, 0, "Equal compares values, Exists does not",
           .allowed = ALLOWED("Equal", "Exists")),
    STRING(value, "value", 3, 0, "Value of the taint"),
    STRING(effect, "effect", 4, 0, "Effect that is put up with; every effect when empty",
           .allowed = ALLOWED("NoSchedule", "PreferNoSchedule", "NoExecute")),
    INT64(toleration_seconds, "tolerationSeconds", 5, POINTER,
          "How long a NoExecute taint is put up with; for ever when absent"),
};
const korch_type korch_toleration_type =
    TYPE("Toleration", toleration_fields, "A taint that a pod puts up with",
         .validate = korch__toleration_validate);
#undef S

#define S korch_topology_spread_constraint
static const korch_field topology_spread_constraint_fields[] = {
    INT32(max_skew, "maxSkew", 1, REQUIRED | EMIT, "Most by which places may differ",
          .format = KORCH_FORMAT_POSITIVE),
    STRING(topology_key, "topologyKey", 2, REQUIRED | EMIT, "Node label whose value makes a place"),
    STRING(when_unsatisfiable, "whenUnsatisfiable", 3, REQUIRED | EMIT,
           "What happens when it cannot be met",
           .allowed = ALLOWED("DoNotSchedule", "ScheduleAnyway")),
    STRUCT(label_selector, korch_label_selector, "labelSelector", 4, ATOMIC,
           "Pods that are counted"),
    INT32(min_domains, "minDomains", 5, POINTER,
          "Number of places below which the least count is taken as 0",
          .format = KORCH_FORMAT_POSITIVE),
    STRING(node_affinity_policy, "nodeAffinityPolicy", 6, POINTER,
           "Whether nodes that the pod cannot run on count", .allowed = ALLOWED("Honor", "Ignore")),
    STRING(node_taints_policy, "nodeTaintsPolicy", 7, POINTER, "Whether nodes with taints count",
           .allowed = ALLOWED("Honor", "Ignore")),
    LIST_STRING(match_label_keys, "matchLabelKeys", 8, ATOMIC,
                "Labels of the pod itself that the counted pods must share"),
};
const korch_type korch_topology_spread_constraint_type = TYPE(
    "TopologySpreadConstraint", topology_spread_constraint_fields,
    "How evenly pods spread over places", .validate = korch__topology_spread_constraint_validate);
#undef S
