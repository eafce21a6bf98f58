/*
 * Layouts: what tells nodes apart for the pods of a class, besides what is left on them. Nodes that
 * agree in all dimensions of the layout form a cell: every topology filter says the same of them,
 * and so does every score that is normalized.
 */
#ifndef KORCH_SCHEDULER_LAYOUT_H
#define KORCH_SCHEDULER_LAYOUT_H

#include "scheduler/explain/reason.h"
#include "scheduler/topology/terms.h"

typedef enum sched_dim_kind {
	DIM_DOMAIN,      /* of a key with domains of several nodes */
	DIM_DISLIKED,    /* taints of effect PreferNoSchedule */
	DIM_PREFERENCES, /* preferred node affinity */
	DIM_COUNT,       /* of a key with domains of one node: matching pods; -1 without the label */
	DIM_ANTI,        /* … whether matching pods are kept away there */
	DIM_LIKES,       /* sum of all preferences that concern domains of one node */
	DIM_GROUP,       /* pods of the group */
	DIM_PLUGIN,      /* raw score of a user's plugin */
} sched_dim_kind;

typedef struct sched_dim {
	sched_dim_kind kind;
	const sched_key *key;
	const sched_counter *counter;
	uint32_t plugin;
} sched_dim;

/* Where the answer of a counter is found for a cell: in the key itself, or by its domain. */
typedef struct sched_probe {
	const sched_want *want; /* NULL for what existing pods say */
	const sched_counter *counter;
	uint32_t dim;
	int direct;
} sched_probe;

typedef KORCH_VEC(sched_probe) sched_probes;

typedef struct sched_layout {
	uint64_t generation; /* of the scheduler, 0 = never made */
	int has_disliked;    /* what the eligibility said when it was made */
	int has_preferences;
	KORCH_VEC(sched_dim) dims;
	sched_probes affinity;
	sched_probes anti;
	sched_probes spread;
	sched_probes soft;
	sched_probes preferred;     /* with domains of several nodes */
	sched_probes existing_anti; /* of other pods */
	sched_probes existing_likes;
	sched_probes single_likes; /* preferences with domains of one node: summed up in DIM_LIKES */
	uint32_t likes_dim, disliked_dim, preferences_dim, group_dim; /* NONE: no such dimension */
	uint32_t plugin_dim[16];
} sched_layout;

/* A cell, or a node of its own, as filters and shared scores see it. */
typedef struct sched_spot {
	const int32_t *key;
	uint64_t n; /* nodes */
	int open;   /* the topology filters let pods in */
} sched_spot;

/* Makes it anew when it no longer holds. 1: it was made anew, 0, or KORCH_E_NOMEM. The class's
 * eligibility must be up to date. */
int korch__layout_refresh(korch_scheduler *s, sched_class *class_);
void korch__layout_fini(sched_layout *layout);
/* 1: what the filters say of a node depends on it and its own pods alone. */
int korch__layout_is_local(const sched_layout *layout);
/* Where a slot stands: one number for each dimension. */
void korch__layout_key(const korch_scheduler *s, const sched_class *class_, uint32_t slot,
                       int32_t *key);
/* The first topology filter that does not let pods in, or REASON_NONE. */
sched_reason korch__layout_check(const korch_scheduler *s, const sched_class *class_,
                                 const int32_t *key);
/* What a probe answers; -1: the node has no such label. */
static inline int64_t korch__probe_count(const sched_probe *probe, const int32_t *key)
{
	int32_t at = key[probe->dim];
	return probe->direct || at < 0 ? at : probe->counter->matching[at];
}

#endif
