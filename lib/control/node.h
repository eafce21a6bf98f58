/* Nodes: heartbeat, taints, eviction of their pods. */
#ifndef KORCH_CONTROL_NODE_H
#define KORCH_CONTROL_NODE_H

#include <korch/api/coordination.h>
#include <korch/api/core_node.h>
#include <korch/api/core_pod.h>
#include <korch/plan.h>

/* Without a heartbeat for so long a node counts as unreachable; one that never gave any gets a
 * minute. */
#define KORCH__NODE_GRACE (50 * KORCH_USEC_PER_SEC)
#define KORCH__NODE_STARTUP_GRACE (60 * KORCH_USEC_PER_SEC)
/* A pod on a node that does not exist is removed when it is bound for so long. */
#define KORCH__NODE_VANISHED_GRACE (40 * KORCH_USEC_PER_SEC)
#define KORCH__LEASE_NAMESPACE "kube-node-lease"
#define KORCH__NODE_BURST 5000

typedef struct korch__node_input {
	const korch_node *node;       /* NULL: it does not exist, only pods say so */
	const korch_lease *lease;     /* or NULL */
	const korch_pod *const *pods; /* on that node */
	size_t n_pods;
	korch_usec now;
	korch_usec grace; /* 0: KORCH__NODE_GRACE */
} korch__node_input;

int korch__node_decide(const korch__node_input *input, korch_plan *plan, korch_error **err);

/*
 * When a pod has to leave a node with these taints: 0 at once, KORCH_USEC_NEVER not at all,
 * otherwise the time. Only NoExecute taints count; of several tolerations the shortest.
 */
korch_usec korch__pod_evict_at(const korch_pod *pod, const korch_taint *taints, size_t n,
                               korch_usec now);

#endif
