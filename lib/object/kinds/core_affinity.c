/*
 * Where a pod may run: affinity, tolerations, spread: the tables of the structs in <korch/api/core_affinity.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/core_affinity.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field node_selector_requirement_fields[] = {
	STRING(korch_node_selector_requirement, key, "key", 1, 0, "key"),
	STRING(korch_node_selector_requirement, operator_, "operator", 2, 0, "operator"),
	LIST_STRING(korch_node_selector_requirement, values, n_values, "values", 3, ATOMIC, "values"),
};
const korch_type korch_node_selector_requirement_type = TYPE("NodeSelectorRequirement", korch_node_selector_requirement, node_selector_requirement_fields, "NodeSelectorRequirement");

static const korch_field node_selector_term_fields[] = {
	LIST_STRUCT(korch_node_selector_term, match_expressions, n_match_expressions, korch_node_selector_requirement_type, "matchExpressions", 1, ATOMIC, "matchExpressions"),
	LIST_STRUCT(korch_node_selector_term, match_fields, n_match_fields, korch_node_selector_requirement_type, "matchFields", 2, ATOMIC, "matchFields"),
};
const korch_type korch_node_selector_term_type = TYPE("NodeSelectorTerm", korch_node_selector_term, node_selector_term_fields, "NodeSelectorTerm");

static const korch_field node_selector_fields[] = {
	LIST_STRUCT(korch_node_selector, node_selector_terms, n_node_selector_terms, korch_node_selector_term_type, "nodeSelectorTerms", 1, ATOMIC, "nodeSelectorTerms"),
};
const korch_type korch_node_selector_type = TYPE("NodeSelector", korch_node_selector, node_selector_fields, "NodeSelector");

static const korch_field preferred_scheduling_term_fields[] = {
	INT32(korch_preferred_scheduling_term, weight, "weight", 1, 0, "weight"),
	STRUCT(korch_preferred_scheduling_term, preference, korch_node_selector_term_type, "preference", 2, ATOMIC, "preference"),
};
const korch_type korch_preferred_scheduling_term_type = TYPE("PreferredSchedulingTerm", korch_preferred_scheduling_term, preferred_scheduling_term_fields, "PreferredSchedulingTerm");

static const korch_field node_affinity_fields[] = {
	STRUCT(korch_node_affinity, required_during_scheduling_ignored_during_execution, korch_node_selector_type, "requiredDuringSchedulingIgnoredDuringExecution", 1, ATOMIC, "requiredDuringSchedulingIgnoredDuringExecution"),
	LIST_STRUCT(korch_node_affinity, preferred_during_scheduling_ignored_during_execution, n_preferred_during_scheduling_ignored_during_execution, korch_preferred_scheduling_term_type, "preferredDuringSchedulingIgnoredDuringExecution", 2, ATOMIC, "preferredDuringSchedulingIgnoredDuringExecution"),
};
const korch_type korch_node_affinity_type = TYPE("NodeAffinity", korch_node_affinity, node_affinity_fields, "NodeAffinity");

static const korch_field pod_affinity_term_fields[] = {
	STRUCT(korch_pod_affinity_term, label_selector, korch_label_selector_type, "labelSelector", 1, ATOMIC, "labelSelector"),
	LIST_STRING(korch_pod_affinity_term, namespaces, n_namespaces, "namespaces", 2, ATOMIC, "namespaces"),
	STRING(korch_pod_affinity_term, topology_key, "topologyKey", 3, 0, "topologyKey"),
	STRUCT(korch_pod_affinity_term, namespace_selector, korch_label_selector_type, "namespaceSelector", 4, ATOMIC, "namespaceSelector"),
	LIST_STRING(korch_pod_affinity_term, match_label_keys, n_match_label_keys, "matchLabelKeys", 5, ATOMIC, "matchLabelKeys"),
	LIST_STRING(korch_pod_affinity_term, mismatch_label_keys, n_mismatch_label_keys, "mismatchLabelKeys", 6, ATOMIC, "mismatchLabelKeys"),
};
const korch_type korch_pod_affinity_term_type = TYPE("PodAffinityTerm", korch_pod_affinity_term, pod_affinity_term_fields, "PodAffinityTerm");

static const korch_field weighted_pod_affinity_term_fields[] = {
	INT32(korch_weighted_pod_affinity_term, weight, "weight", 1, 0, "weight"),
	STRUCT(korch_weighted_pod_affinity_term, pod_affinity_term, korch_pod_affinity_term_type, "podAffinityTerm", 2, 0, "podAffinityTerm"),
};
const korch_type korch_weighted_pod_affinity_term_type = TYPE("WeightedPodAffinityTerm", korch_weighted_pod_affinity_term, weighted_pod_affinity_term_fields, "WeightedPodAffinityTerm");

static const korch_field pod_affinity_fields[] = {
	LIST_STRUCT(korch_pod_affinity, required_during_scheduling_ignored_during_execution, n_required_during_scheduling_ignored_during_execution, korch_pod_affinity_term_type, "requiredDuringSchedulingIgnoredDuringExecution", 1, ATOMIC, "requiredDuringSchedulingIgnoredDuringExecution"),
	LIST_STRUCT(korch_pod_affinity, preferred_during_scheduling_ignored_during_execution, n_preferred_during_scheduling_ignored_during_execution, korch_weighted_pod_affinity_term_type, "preferredDuringSchedulingIgnoredDuringExecution", 2, ATOMIC, "preferredDuringSchedulingIgnoredDuringExecution"),
};
const korch_type korch_pod_affinity_type = TYPE("PodAffinity", korch_pod_affinity, pod_affinity_fields, "PodAffinity");

static const korch_field pod_anti_affinity_fields[] = {
	LIST_STRUCT(korch_pod_anti_affinity, required_during_scheduling_ignored_during_execution, n_required_during_scheduling_ignored_during_execution, korch_pod_affinity_term_type, "requiredDuringSchedulingIgnoredDuringExecution", 1, ATOMIC, "requiredDuringSchedulingIgnoredDuringExecution"),
	LIST_STRUCT(korch_pod_anti_affinity, preferred_during_scheduling_ignored_during_execution, n_preferred_during_scheduling_ignored_during_execution, korch_weighted_pod_affinity_term_type, "preferredDuringSchedulingIgnoredDuringExecution", 2, ATOMIC, "preferredDuringSchedulingIgnoredDuringExecution"),
};
const korch_type korch_pod_anti_affinity_type = TYPE("PodAntiAffinity", korch_pod_anti_affinity, pod_anti_affinity_fields, "PodAntiAffinity");

static const korch_field affinity_fields[] = {
	STRUCT(korch_affinity, node_affinity, korch_node_affinity_type, "nodeAffinity", 1, 0, "nodeAffinity"),
	STRUCT(korch_affinity, pod_affinity, korch_pod_affinity_type, "podAffinity", 2, 0, "podAffinity"),
	STRUCT(korch_affinity, pod_anti_affinity, korch_pod_anti_affinity_type, "podAntiAffinity", 3, 0, "podAntiAffinity"),
};
const korch_type korch_affinity_type = TYPE("Affinity", korch_affinity, affinity_fields, "Affinity");

static const korch_field toleration_fields[] = {
	STRING(korch_toleration, key, "key", 1, 0, "key"),
	STRING(korch_toleration, operator_, "operator", 2, 0, "operator"),
	STRING(korch_toleration, value, "value", 3, 0, "value"),
	STRING(korch_toleration, effect, "effect", 4, 0, "effect"),
	INT64(korch_toleration, toleration_seconds, "tolerationSeconds", 5, 0, "tolerationSeconds"),
};
const korch_type korch_toleration_type = TYPE("Toleration", korch_toleration, toleration_fields, "Toleration");

static const korch_field topology_spread_constraint_fields[] = {
	INT32(korch_topology_spread_constraint, max_skew, "maxSkew", 1, 0, "maxSkew"),
	STRING(korch_topology_spread_constraint, topology_key, "topologyKey", 2, 0, "topologyKey"),
	STRING(korch_topology_spread_constraint, when_unsatisfiable, "whenUnsatisfiable", 3, 0, "whenUnsatisfiable"),
	STRUCT(korch_topology_spread_constraint, label_selector, korch_label_selector_type, "labelSelector", 4, ATOMIC, "labelSelector"),
	INT32(korch_topology_spread_constraint, min_domains, "minDomains", 5, 0, "minDomains"),
	STRING(korch_topology_spread_constraint, node_affinity_policy, "nodeAffinityPolicy", 6, 0, "nodeAffinityPolicy"),
	STRING(korch_topology_spread_constraint, node_taints_policy, "nodeTaintsPolicy", 7, 0, "nodeTaintsPolicy"),
	LIST_STRING(korch_topology_spread_constraint, match_label_keys, n_match_label_keys, "matchLabelKeys", 8, ATOMIC, "matchLabelKeys"),
};
const korch_type korch_topology_spread_constraint_type = TYPE("TopologySpreadConstraint", korch_topology_spread_constraint, topology_spread_constraint_fields, "TopologySpreadConstraint");
