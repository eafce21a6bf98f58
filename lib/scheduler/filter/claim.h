/* PersistentVolumeClaims: which nodes their volumes can be reached from. */
#ifndef KORCH_SCHEDULER_CLAIM_H
#define KORCH_SCHEDULER_CLAIM_H

#include "scheduler/state/state.h"

int korch__has_claims(const korch_pod_spec *spec);
/* Both name the same claims in the same order. */
int korch__claims_equal(const korch_pod_spec *a, const korch_pod_spec *b);
/* 1: all claims of the spec are known, and the node can reach their volumes. */
int korch__claims_reach(const korch_scheduler *s, const korch_pod_spec *spec,
                        const char *namespace_, const korch_node *node);
/* The first claim of the spec that is not known, or NULL. */
const char *korch__claim_missing(const korch_scheduler *s, const korch_pod_spec *spec,
                                 const char *namespace_);
void korch__claims_init(korch_scheduler *s);
void korch__claims_free(korch_scheduler *s);

#endif
