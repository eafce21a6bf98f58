/* Taints and tolerations, for the scheduler and for those who evict. */
#ifndef KORCH_SCHEDULER_TAINT_H
#define KORCH_SCHEDULER_TAINT_H

#include <korch/api/core_affinity.h>
#include <korch/api/core_node.h>
#include <korch/api/core_pod.h>

int korch__toleration_tolerates(const korch_toleration *toleration, const korch_taint *taint);
/* The first of n tolerations that tolerates the taint, or NULL. */
const korch_toleration *korch__taint_toleration(const korch_taint *taint,
                                                const korch_toleration *tolerations, size_t n);

/* The first taint that keeps pods away and is not tolerated, or NULL. */
const korch_taint *korch__untolerated_taint(const korch_pod_spec *spec, const korch_node *node);
/* Number of PreferNoSchedule taints that are not tolerated. */
int32_t korch__taints_disliked(const korch_pod_spec *spec, const korch_node *node);
/* Whether the node takes no new pods (spec.unschedulable) and this one does not tolerate that. */
int korch__node_is_cordoned(const korch_pod_spec *spec, const korch_node *node);

#endif
