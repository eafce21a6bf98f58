/*
 * Counters: how many pods that a matcher is about each domain of a key has, and how many pods there
 * say something about such pods themselves. Kept up with every pod and node that comes and goes;
 * nothing is counted when a decision is made.
 */
#ifndef KORCH_SCHEDULER_COUNTER_H
#define KORCH_SCHEDULER_COUNTER_H

#include "scheduler/filter/eligibility.h"
#include "scheduler/topology/key.h"
#include "scheduler/topology/matcher.h"

enum { INCLUDE_AFFINITY = 1, INCLUDE_TAINTS = 2 };

/* Which nodes count for spread constraints: those that have all keys, and pass what the policies
 * say. */
struct sched_inclusion {
	uint32_t refs;
	sched_eligibility *eligibility;
	uint32_t policies; /* INCLUDE_* */
	KORCH_VEC(sched_key *) keys;
	size_t cap;
	uint8_t *included;                   /* by slot, as it was counted */
	KORCH_VEC(sched_counter *) counters; /* borrowed */
};

struct sched_counter {
	uint32_t refs;
	size_t n_owners; /* terms of pods that are known and say something through it */
	sched_matcher *matcher;
	sched_key *key;
	sched_inclusion *inclusion; /* NULL: every node, as pod affinity has it */
	size_t cap;                 /* domains that the arrays have room for */
	int32_t *matching;          /* pods that match; NULL: nobody asks */
	int64_t total;
	int32_t *anti;    /* pods that keep matching ones away; NULL: none ever did */
	int64_t *weights; /* sum of the weights by which pods like matching ones; NULL: none ever did */
	/* With an inclusion: */
	int32_t *nodes;      /* included nodes of the domain */
	uint32_t n_domains;  /* that have any */
	int32_t least;       /* matching pods in the emptiest of them */
	uint32_t n_at_least; /* domains that have so few */
};

/* What is kept of a counter; asking for more than before counts it. */
enum { COUNT_MATCHING = 1, COUNT_ANTI = 2, COUNT_WEIGHTS = 4 };

/* One more reference, or NULL when memory is short. */
sched_counter *korch__counter_get(korch_scheduler *s, sched_matcher *matcher, sched_key *key,
                                  sched_inclusion *inclusion, unsigned what);
sched_counter *korch__counter_ref(sched_counter *counter);
void korch__counter_unref(korch_scheduler *s, sched_counter *counter);
/* Room for all domains of the key. */
int korch__counter_grow(sched_counter *counter);
/* A matching pod came to a slot (1) or went (-1). */
void korch__counter_count(sched_counter *counter, const sched_pod *pod, int sign);
/* An included node came to the domain of a slot (1) or went (-1). */
void korch__counter_domain(sched_counter *counter, uint32_t slot, int sign);

/* inclusion.c */
sched_inclusion *korch__inclusion_get(korch_scheduler *s, sched_eligibility *eligibility,
                                      uint32_t policies, sched_key *const *keys, size_t n_keys);
void korch__inclusion_unref(korch_scheduler *s, sched_inclusion *inclusion);
/* Room for all slots; 0 or KORCH_E_NOMEM. */
int korch__inclusion_reserve(korch_scheduler *s, sched_inclusion *inclusion);
static inline int korch__included(const sched_inclusion *inclusion, uint32_t slot)
{
	return slot < inclusion->cap && inclusion->included[slot];
}
/* The slot's node came or changed (1), or goes (-1); coming gives 0 or KORCH_E_NOMEM. */
int korch__inclusion_node(korch_scheduler *s, sched_inclusion *inclusion, const sched_slot *slot,
                          int sign);

/* count.c: adds a pod to all counters that it matters to, or takes it away; nothing while its node
 * does not exist. */
void korch__topology_count(korch_scheduler *s, sched_pod *pod, int sign);

#endif
