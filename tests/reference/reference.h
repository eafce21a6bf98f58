/*
 * The plain reference of the scheduler: what kube-scheduler's filters, scores and preemption say,
 * recomputed from scratch by loops on every call. No index, no cache, nothing shared with
 * lib/scheduler: this is what the engine is compared with.
 *
 * Meaning after Kubernetes 1.33 (pkg/scheduler/framework/plugins, component-helpers).
 */
#ifndef KORCH_TESTS_REFERENCE_H
#define KORCH_TESTS_REFERENCE_H

#include <korch/api/core_node.h>
#include <korch/api/core_pod.h>
#include <korch/api/policy.h>
#include <stddef.h>
#include <stdint.h>

/* A pod on a node. */
typedef struct reference_pod {
	const korch_pod *pod;
	size_t node; /* index among the cluster's nodes; beyond them: on a node that is not there */
	uint64_t devices; /* bit mask of the node's devices that it has */
} reference_pod;

typedef struct reference_namespace {
	const char *name;
	const korch_map *labels;
} reference_namespace;

/* A claim that is bound, and the nodes that its volume can be reached from (NULL: all). */
typedef struct reference_claim {
	const char *namespace_, *name;
	const korch_node_selector *nodes;
} reference_claim;

struct reference_cluster;

/* A filter and a score that are no rule of Kubernetes'; each may be NULL. */
typedef struct reference_own {
	const char *name, *reason;
	int (*filter)(const struct reference_cluster *cluster, const korch_pod *pod, size_t node);
	int64_t (*score)(const struct reference_cluster *cluster, const korch_pod *pod, size_t node);
	int normalize; /* a reference_normalize */
} reference_own;

enum reference_normalize { REFERENCE_PLAIN, REFERENCE_BY_GREATEST, REFERENCE_REVERSED };

/* Everything that there is, and what is asked of it. A namespace that is not listed has no labels.
 */
typedef struct reference_cluster {
	const korch_node *const *nodes;
	size_t n_nodes;
	const reference_pod *pods;
	size_t n_pods;
	const reference_namespace *namespaces;
	size_t n_namespaces;
	const reference_claim *claims;
	size_t n_claims;
	const korch_pod_disruption_budget *const *budgets;
	size_t n_budgets;
	const reference_pod *nominated; /* pods that wait for room on a node */
	size_t n_nominated;
	const char *const *disabled; /* names of filters that are left out */
	size_t n_disabled;
	const reference_own *own; /* NULL: none */
} reference_cluster;

enum { REFERENCE_REASONS = 12, REFERENCE_REASON_SIZE = 200, REFERENCE_MESSAGE_SIZE = 8192 };

/* What the filters say of one node. */
typedef struct reference_verdict {
	const char *filter; /* the first one that did not pass; NULL: the node will do */
	size_t n_reasons;
	char reasons[REFERENCE_REASONS][REFERENCE_REASON_SIZE];
	int unresolvable; /* no pod's leaving could help */
} reference_verdict;

enum reference_plugin {
	REFERENCE_TAINT_TOLERATION,
	REFERENCE_NODE_AFFINITY,
	REFERENCE_FIT,
	REFERENCE_SPREAD,
	REFERENCE_INTER_POD_AFFINITY,
	REFERENCE_BALANCED,
	REFERENCE_IMAGE_LOCALITY,
	REFERENCE_OWN, /* the cluster's own score */
	REFERENCE_PLUGINS
};
/* NULL for REFERENCE_OWN. */
extern const char *const reference_plugin_names[REFERENCE_PLUGINS];

enum reference_strategy { REFERENCE_LEAST, REFERENCE_MOST, REFERENCE_RATIO };

typedef struct reference_resource {
	const char *name;
	int64_t weight;
} reference_resource;

typedef struct reference_point {
	int64_t utilization; /* 0 to 100 */
	int64_t score;       /* 0 to 10 */
} reference_point;

/* How is scored. */
typedef struct reference_profile {
	int64_t weights[REFERENCE_PLUGINS];
	int strategy; /* a reference_strategy */
	const reference_resource *fit;
	size_t n_fit;
	const reference_point *shape;
	size_t n_shape;
	const reference_resource *balanced;
	size_t n_balanced;
	int64_t hard_weight; /* hardPodAffinityWeight */
} reference_profile;

/* kube-scheduler's defaults. */
extern const reference_profile reference_default_profile;

/* What all filters and scores say of one node. */
typedef struct reference_result {
	reference_verdict verdict;
	int64_t raw[REFERENCE_PLUGINS];
	int64_t normalized[REFERENCE_PLUGINS];
	int64_t total;
} reference_result;

void reference_node_verdict(reference_verdict *out, const reference_cluster *cluster,
                            const korch_pod *pod, size_t node);
/* The reasons joined by ", ". */
void reference_verdict_text(char *out, size_t size, const reference_verdict *verdict);

/* What a node offers and what its pods request: thousandths of cpu, units of others. */
int64_t reference_node_allocatable(const reference_cluster *cluster, size_t node,
                                   const char *resource);
int64_t reference_node_requested(const reference_cluster *cluster, size_t node,
                                 const char *resource);

/* Whether a pod asks for devices or a share of one; which it would get on a node: for a share the
 * fullest that still holds it, of equal ones the first; otherwise the first whole ones, at most as
 * many as it asks for; and of what resource there is too little for that (NULL: of none). */
int reference_wants_devices(const korch_pod *pod);
const char *reference_devices_lacking(const reference_cluster *cluster, const korch_pod *pod,
                                      size_t node);
uint64_t reference_devices(const reference_cluster *cluster, const korch_pod *pod, size_t node);

/* Whether two containers want the same host port of one node. */
int reference_ports_clash(const korch_container *a, const korch_container *b);

/*
 * results: one for each node, written. message: kube-scheduler's sentence when there is no node,
 * else "". Returns the index of the best node (of equals the one of the smallest name), or -1.
 */
int reference_decide(reference_result *results, char message[REFERENCE_MESSAGE_SIZE],
                     const reference_cluster *cluster, const reference_profile *profile,
                     const korch_pod *pod);

/* A node, and the pods that have to leave it. */
typedef struct reference_preemption {
	size_t node;
	size_t n_victims, n_violations;
	size_t *victims; /* indexes among the cluster's pods, most important first; free() it */
} reference_preemption;

/* Returns 1, or 0 when no preemption helps. */
int reference_preempt(reference_preemption *out, const reference_cluster *cluster,
                      const korch_pod *pod);

#endif
