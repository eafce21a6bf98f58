/* Node selectors and node affinity: one pod spec and one node. */
#ifndef KORCH_SCHEDULER_NODE_AFFINITY_H
#define KORCH_SCHEDULER_NODE_AFFINITY_H

#include <korch/api/core_node.h>
#include <korch/api/core_pod.h>

/* spec.nodeSelector and the required node affinity. */
int korch__node_is_selected(const korch_pod_spec *spec, const korch_node *node);
/* kube-scheduler's NodeAffinity.PreFilter(): when every term asks for nodes by their names, the
 * others are not looked at; and no node is when every term asks for two names at once. */
int korch__node_is_left_out(const korch_pod_spec *spec, const char *name);
int korch__node_names_conflict(const korch_pod_spec *spec);
/* At least one of the terms holds. */
int korch__node_selector_matches(const korch_node_selector *selector, const korch_node *node);
/* Sum of the weights of the preferences that the node meets. */
int32_t korch__node_preference(const korch_pod_spec *spec, const korch_node *node);

#endif
