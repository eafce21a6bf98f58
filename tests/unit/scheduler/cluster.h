/* Nodes and pods in few words, for the tests of the scheduler. */
#ifndef KORCH_TESTS_SCHEDULER_CLUSTER_H
#define KORCH_TESTS_SCHEDULER_CLUSTER_H

#include <check.h>
#include <korch/scheduler.h>

/* "cpu=4 memory=8Gi pods=110": sets a map of quantities (or labels). */
void set_map(korch_map **slot, const char *text);
korch_node *make_node(const char *name, const char *allocatable);
void add_taint(korch_node *node, const char *key, const char *value, const char *effect);
/* A pod of the namespace "shop" with one container that requests this. */
korch_pod *make_pod(const char *name, const char *requests);
korch_container *add_container(korch_pod *pod, const char *requests);
korch_container *add_init(korch_pod *pod, const char *requests, const char *restart_policy);
void add_toleration(korch_pod *pod, const char *key, const char *how, const char *value,
                    const char *effect);
void label(korch_object *object, const char *labels);
korch_pod_affinity_term *add_affinity(korch_pod *pod, int anti, const char *topology_key,
                                      const char *labels);
void add_spread(korch_pod *pod, const char *topology_key, int32_t skew, const char *labels);
korch_node_selector_requirement *add_node_term(korch_pod *pod, const char *key, const char *how,
                                               const char *value);

/* A scheduler with MostAllocated alone, so that what is best is plain to see. */
korch_scheduler *new_packer(void);
/* A pod of the namespace "shop" with the spec of that JSON text; ' may be written for ". */
korch_pod *read_pod(const char *name, const char *spec);
/* Feeds and lets go. */
void feed_node(korch_scheduler *s, korch_node *node);
/* Decides, assumes the pod there and lets go of it. @return the node's name, or the message; valid
 * until the next call. */
const char *place(korch_scheduler *s, korch_pod *pod);
/* Decides only, and lets go. */
const char *ask(korch_scheduler *s, korch_pod *pod);
/* The node that the pod of that uid is counted on. */
const char *node_of(korch_scheduler *s, const char *uid);

#endif
