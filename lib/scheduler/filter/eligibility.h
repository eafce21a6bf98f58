/*
 * Eligibility: what a pod's spec says of the nodes themselves (cordons, name, taints, selector and
 * affinity, where its volumes can be reached from), whatever pods they have. Kept by slot, one for
 * all specs that say the same, brought up to date from the log of changed nodes.
 */
#ifndef KORCH_SCHEDULER_ELIGIBILITY_H
#define KORCH_SCHEDULER_ELIGIBILITY_H

#include "scheduler/state/state.h"

/* Filters that a node itself fails. */
enum {
	FAILS_ABSENT = 1 << 0, /* it does not exist */
	FAILS_UNSCHEDULABLE = 1 << 1,
	FAILS_NAME = 1 << 2,
	FAILS_TAINT = 1 << 3,
	FAILS_AFFINITY = 1 << 4,
	FAILS_VOLUME = 1 << 5,
	FAILS_CLOSED = 1 << 6, /* see korch__slot_close() */
};

struct sched_eligibility {
	uint32_t refs;
	uint64_t hash;
	const korch_pod_spec *spec; /* referenced */
	const char *node_name;      /* block string, NULL = any */
	const char *namespace_;     /* block string; NULL when there are no claims */
	size_t cap;
	uint8_t *fails;       /* by slot */
	int32_t *disliked;    /* taints of effect PreferNoSchedule that are not tolerated */
	int32_t *preferences; /* weights of preferred node affinity */
	size_t n_disliked;    /* slots where it is not 0 */
	size_t n_preferences;
	uint64_t seen;           /* of the log of changed nodes */
	uint64_t claims_version; /* rises when a claim of its own has changed */
};

/* One more reference, or NULL when memory is short. */
sched_eligibility *korch__eligibility_get(korch_scheduler *s, const korch_pod_spec *spec,
                                          const char *namespace_, const char *node_name);
sched_eligibility *korch__eligibility_ref(sched_eligibility *e);
void korch__eligibility_unref(korch_scheduler *s, sched_eligibility *e);
/* Brings it up to date; 0 or KORCH_E_NOMEM. */
int korch__eligibility_refresh(korch_scheduler *s, sched_eligibility *e);
/* Room for all slots; 0 or KORCH_E_NOMEM. */
int korch__eligibility_reserve(const korch_scheduler *s, sched_eligibility *e);
/* Looks at one slot at once, which must be within `cap`. */
void korch__eligibility_look(const korch_scheduler *s, sched_eligibility *e, uint32_t slot);
void korch__eligibilities_init(korch_scheduler *s);
/* What the nodes themselves say to pods of a spec, wherever their volumes are. */
sched_eligibility *korch__eligibility_of_nodes(korch_scheduler *s, const korch_pod_spec *spec);
/* A claim changed: everything that depends on it is looked at again. */
void korch__eligibilities_claim_changed(korch_scheduler *s, const sched_claim *claim);

#endif
