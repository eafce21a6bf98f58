/*
 * The scheduler: which node a pod goes to. Holds nodes and the pods on them, fed by changes; knows
 * no view, no plan, no engine. One pod at a time, every feasible node considered.
 */
#ifndef KORCH_SCHEDULER_SCHEDULER_H
#define KORCH_SCHEDULER_SCHEDULER_H

#include <korch/api/core_namespace.h>
#include <korch/api/core_node.h>
#include <korch/api/core_pod.h>

typedef struct korch_scheduler korch_scheduler;

/* What was decided. Strings are borrowed until the next call. */
typedef struct korch__verdict {
	const char *node;    /* its name, NULL when there is none */
	const char *message; /* why not, as kube-scheduler's sentence up to its first period; NULL when
	                        there is a node */
} korch__verdict;

int korch__scheduler_new(korch_scheduler **out);
void korch__scheduler_free(korch_scheduler *s);  /* NULL is fine */
void korch__scheduler_reset(korch_scheduler *s); /* forgets everything it was fed */

/* Feeding. Each 0 or KORCH_E_NOMEM; after that the scheduler has to be reset and fed again. Objects
 * are referenced. */
int korch__scheduler_node_set(korch_scheduler *s, const korch_node *node);
void korch__scheduler_node_remove(korch_scheduler *s, const char *name);
int korch__scheduler_namespace_set(korch_scheduler *s, const korch_object *ns); /* labels, for
                                                                                   namespaceSelector
                                                                                 */
void korch__scheduler_namespace_remove(korch_scheduler *s, const char *name);
/* A pod that is on spec.nodeName or, when `node` is not NULL, is assumed to come to that one. A
 * known uid is replaced. */
int korch__scheduler_pod_set(korch_scheduler *s, const korch_pod *pod, const char *node);
void korch__scheduler_pod_remove(korch_scheduler *s, const char *uid);
/* The node that a pod is counted on, or NULL. */
const char *korch__scheduler_pod_node(const korch_scheduler *s, const char *uid);
size_t korch__scheduler_pods(const korch_scheduler *s);

/* 1: a node was found, 0: there is none, or KORCH_E_NOMEM. Changes nothing:
 * korch__scheduler_pod_set() does. */
int korch__scheduler_decide(korch_scheduler *s, const korch_pod *pod, korch__verdict *out);
/*
 * The pod's spec with nodeName set, one copy for all pods with an equal spec on that node.
 * Borrowed; NULL when memory is short.
 */
const korch_pod_spec *korch__scheduler_bound_spec(korch_scheduler *s, const korch_pod *pod,
                                                  const char *node);

#endif
