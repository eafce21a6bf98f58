/* Clusters from YAML, for rows of tests and for replaying failures. */
#ifndef KORCH_TESTS_REFERENCE_CLUSTER_H
#define KORCH_TESTS_REFERENCE_CLUSTER_H

#include "reference.h"
#include <korch/manifest.h>

/* A cluster that owns what it was read from. Pods with a spec.nodeName are on that node; the others
 * wait. */
typedef struct yaml_cluster {
	korch_manifest *manifest;
	reference_cluster cluster;
	const korch_node **nodes;
	reference_pod *pods;
	reference_namespace *namespaces;
	const korch_pod_disruption_budget **budgets;
	const korch_pod **waiting;
	size_t n_waiting;
} yaml_cluster;

/* Reads Nodes, Pods, Namespaces and PodDisruptionBudgets; prints what is wrong. @return 0, or -1 */
int yaml_cluster_read(yaml_cluster *out, const char *text);
void yaml_cluster_free(yaml_cluster *self);

#endif
