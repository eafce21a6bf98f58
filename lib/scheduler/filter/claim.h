/* PersistentVolumeClaims: which nodes their volumes can be reached from. */
#ifndef KORCH_SCHEDULER_CLAIM_H
#define KORCH_SCHEDULER_CLAIM_H

#include "scheduler/state/state.h"

struct sched_claim {
	char *id;                         /* "namespace/name" */
	const korch_node_selector *nodes; /* referenced; NULL = every node */
	uint32_t n_notes;                 /* that a trial keeps about it */
	int is_there;                     /* 0: only notes know it */
};

int korch__has_claims(const korch_pod_spec *spec);
/* 1: a pod of that spec and namespace has it. */
int korch__names_claim(const korch_pod_spec *spec, const char *namespace_,
                       const sched_claim *claim);
/* Both name the same claims in the same order. */
int korch__claims_equal(const korch_pod_spec *a, const korch_pod_spec *b);
/* 1: all claims of the spec are known, and the node can reach their volumes. */
int korch__claims_reach(const korch_scheduler *s, const korch_pod_spec *spec,
                        const char *namespace_, const korch_node *node);
/* The first claim of the spec that is not known, or NULL. */
const char *korch__claim_missing(const korch_scheduler *s, const korch_pod_spec *spec,
                                 const char *namespace_);
struct sched_entry;
void korch__claim_undo(korch_scheduler *s, const struct sched_entry *entry);
/* A note about the claim is let go of. */
void korch__claim_settle(korch_scheduler *s, sched_claim *claim);
void korch__claims_init(korch_scheduler *s);
void korch__claims_free(korch_scheduler *s);

#endif
