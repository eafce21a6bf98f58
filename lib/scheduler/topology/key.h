/*
 * Topology keys: for a node label such as topology.kubernetes.io/zone, the domain (the value) that
 * each slot is in. Domains are numbered from 0; numbers of domains without a node are used again.
 */
#ifndef KORCH_SCHEDULER_KEY_H
#define KORCH_SCHEDULER_KEY_H

#include "scheduler/state/state.h"

/* Most keys that pods' terms may name: each has a number for each node. */
#define TOPOLOGY_KEYS_MAX 256

typedef struct sched_domain {
	const char *value; /* block string */
	uint32_t id;
	uint32_t n_nodes;
	int is_loose; /* looked after when nobody holds domains any more */
} sched_domain;

struct sched_key {
	uint32_t refs;
	char *name;
	int by_slot;       /* each node that has the label is a domain of its own, whatever the value */
	uint32_t *of;      /* domain by slot, NONE without the label */
	size_t cap;        /* slots that there is room for */
	korch_table table; /* of domains, by value */
	KORCH_VEC(uint32_t) free_ids;
	uint32_t n_ids;   /* numbers given out so far */
	uint32_t n_multi; /* domains of two or more nodes */
};

/* One more reference, or NULL when memory is short or there are too many. */
sched_key *korch__key_get(korch_scheduler *s, const char *name, int by_slot);
sched_key *korch__key_ref(sched_key *key);
void korch__key_unref(korch_scheduler *s, sched_key *key);
/* Room for all slots; 0 or KORCH_E_NOMEM. */
int korch__key_reserve(korch_scheduler *s, sched_key *key);
/* Until the release domains stay when they have no node, so that one that was there can come back
 * without memory. Nests. */
void korch__domains_hold(korch_scheduler *s);
void korch__domains_release(korch_scheduler *s);
/* 1: no domain has two nodes, so that what is said of a domain is said of a node. */
static inline int korch__key_is_single(const sched_key *key)
{
	return key->n_multi == 0;
}
/* Puts the slot's node into its domain, or takes it out; entering gives 0 or KORCH_E_NOMEM. */
int korch__key_enter(korch_scheduler *s, sched_key *key, const sched_slot *slot);
void korch__key_leave(korch_scheduler *s, sched_key *key, const sched_slot *slot);

#endif
