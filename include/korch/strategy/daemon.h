/*
 * Pods of DaemonSets: which nodes want one, and what makes a pod one of them. What comes and goes
 * next is decided by korch_daemon_plan() (strategy/ordered.h).
 */
#ifndef KORCH_STRATEGY_DAEMON_H
#define KORCH_STRATEGY_DAEMON_H

#include <korch/api/core_node.h>
#include <korch/api/core_pod.h>
#include <korch/strategy/ordered.h>

KORCH_BEGIN_DECLS

/**
 * @file strategy/daemon.h Nodes and pods of DaemonSets, by kube-controller-manager's rules
 * (pkg/controller/daemon). Thread rules: nothing is kept; calls with different arguments may run in
 * parallel.
 */

/**
 * What a DaemonSet wants of a node: KORCH_DAEMON_RUN when the node's name, labels and taints let
 * its pods in, KORCH_DAEMON_LEAVE when only a NoSchedule taint keeps new ones out, else
 * KORCH_DAEMON_EVICT. Room on the node does not matter.
 * @param spec of the template; the tolerations of korch_daemon_tolerate() count also when they are
 * not there yet. @return a korch_daemon_want. Needs no memory. @since 0.1
 */
KORCH_API int32_t korch_daemon_judge(const korch_pod_spec *spec, const korch_node *node);
/** Adds the tolerations that pods of DaemonSets have beside their own: nodes that are not ready,
 * cut off, under pressure or closed. @param spec exclusively owned. @return 0 or KORCH_E_NOMEM.
 * @since 0.1 */
KORCH_API int korch_daemon_tolerate(korch_pod_spec *spec);
/** Ties a pod to a node: its required node affinity becomes "metadata.name is the node's". @param
 * spec exclusively owned. @return 0 or KORCH_E_NOMEM. @since 0.1 */
KORCH_API int korch_daemon_tie(korch_pod_spec *spec, const char *node);
/** The node that a pod is bound or tied to, or NULL. Borrowed. @since 0.1 */
KORCH_API const char *korch_daemon_node(const korch_pod_spec *spec);

KORCH_END_DECLS

#endif
