/* What the files of the reference share. */
#ifndef KORCH_TESTS_REFERENCE_INTERNAL_H
#define KORCH_TESTS_REFERENCE_INTERNAL_H

#include "reference.h"

/* labels.c */
const korch_map *reference_labels(const korch_object *object);
const char *reference_label(const korch_object *object, const char *key); /* NULL: it has none */
int reference_same(const char *a, const char *b);                         /* NULL is "" */
int reference_selects(const korch_label_selector *selector, const korch_map *labels);
int reference_node_selects(const korch_node_selector *selector, const korch_node *node);
int reference_node_term_selects(const korch_node_selector_term *term, const korch_node *node);
/* nodeSelector and required node affinity. */
int reference_node_wanted(const korch_pod *pod, const korch_node *node);
/* Whether a term of `owner` means `other`. */
int reference_term_means(const reference_cluster *cluster, const korch_pod *owner,
                         const korch_pod_affinity_term *term, const korch_pod *other);
/* Whether both nodes have that label, with one value. */
int reference_together(const korch_node *a, const korch_node *b, const char *key);

/* requests.c */
enum reference_requests_how { REFERENCE_AS_ASKED = 0, REFERENCE_NON_ZERO = 1, REFERENCE_BOUND = 2 };
/* What a pod requests of a resource: thousandths of cpu, units of others. */
int64_t reference_request(const korch_pod *pod, const char *resource, int how);
/* The resources that a pod names, each once, at most `most`. */
size_t reference_requested_names(const char **out, size_t most, const korch_pod *pod);
int64_t reference_allocatable(const korch_node *node, const char *resource);
int64_t reference_used(const reference_cluster *cluster, size_t node, const char *resource,
                       int how);
int64_t reference_pods_on(const reference_cluster *cluster, size_t node);
/* Extended resources, huge pages and the like: everything but the four that Kubernetes counts. */
int reference_is_scalar(const char *resource);

/* taints.c */
const korch_taint *reference_untolerated(const korch_pod *pod, const korch_node *node);
int reference_tolerates(const korch_pod *pod, const korch_taint *taint);
int64_t reference_taint_score(const korch_pod *pod, const korch_node *node);

/* ports.c */
int reference_ports_free(const reference_cluster *cluster, const korch_pod *pod, size_t node);

/* device.c: the resource whose units are the pod's devices, or NULL */
const char *reference_device_resource(const korch_pod *pod);

/* group.c */
int reference_group_has_room(const reference_cluster *cluster, const korch_pod *pod, size_t node);

/* affinity.c: NULL, or the reason why not */
const char *reference_affinity(const reference_cluster *cluster, const korch_pod *pod, size_t node,
                               int *unresolvable);
int64_t reference_affinity_score(const reference_cluster *cluster, const korch_pod *pod,
                                 size_t node, int64_t hard_weight);

/* spread.c */
const char *reference_spread(const reference_cluster *cluster, const korch_pod *pod, size_t node,
                             int *unresolvable);
/* -1: the node is left out; feasible: one flag for each node. */
int64_t reference_spread_score(const reference_cluster *cluster, const korch_pod *pod, size_t node,
                               const int *feasible);
int reference_has_soft_spread(const korch_pod *pod);

/* resources.c */
int64_t reference_fit_score(const reference_cluster *cluster, const reference_profile *profile,
                            const korch_pod *pod, size_t node);
int64_t reference_balanced_score(const reference_cluster *cluster, const reference_profile *profile,
                                 const korch_pod *pod, size_t node);

/* image.c */
int64_t reference_image_score(const reference_cluster *cluster, const korch_pod *pod, size_t node);

/* verdict.c */
int reference_is_on(const reference_cluster *cluster, const char *filter);
/* By uid, or by namespace and name when they have none. */
int reference_is_same_pod(const korch_pod *a, const korch_pod *b);
/* A reason why no node can do, whatever it is like; 0 when there is none */
int reference_hopeless(char *out, size_t size, const reference_cluster *cluster,
                       const korch_pod *pod);

#endif
