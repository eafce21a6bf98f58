/*
 * Tallies: how many nodes will not do for a class of pods, by reason. Kept for classes that failed
 * before, so that only nodes that were touched since are asked again.
 */
#ifndef KORCH_SCHEDULER_TALLY_H
#define KORCH_SCHEDULER_TALLY_H

#include "scheduler/rank/class.h"

enum { LACKS_WORDS = (KORCH_SCHEDULER_RESOURCES_MAX + 2 + 63) / 64 };

/* Why a slot will not do, in numbers: two slots of which these are the same say the same. */
typedef struct sched_why {
	sched_reason reason;
	uint64_t lacks[LACKS_WORDS]; /* bits: pods, devices, then the shape's needs in their order */
	const char *taint_key;       /* block strings, borrowed */
	const char *taint_value;
	const korch_scheduler_plugin *plugin;
} sched_why;

/* Nodes that say the same. */
typedef struct sched_kind {
	sched_why why; /* its texts referenced */
	KORCH_VEC(char *) texts;
	uint32_t n; /* nodes */
} sched_kind;

typedef struct sched_tally {
	KORCH_VEC(sched_kind) kinds;
	KORCH_VEC(int32_t) key;
	uint32_t *kind_of; /* by slot, NONE: it will do, or does not exist; NULL: nobody keeps it */
	size_t cap;
	int is_crowded; /* there are more kinds than are told apart */
	uint64_t seen;  /* of the log of touched slots */
	uint64_t generation;
} sched_tally;

/* The one that a class keeps, or NULL: it never failed before, or a pod on any node may change what
 * the filters say of another, or memory is short. */
sched_tally *korch__tally_of(korch_scheduler *s, sched_class *class_);
/* Brings it up to date, `is_kept`: for the next time, too. 0 or KORCH_E_NOMEM. */
int korch__tally_refresh(sched_tally *tally, korch_scheduler *s, const sched_class *class_,
                         int is_kept);
void korch__tally_fini(sched_tally *tally);
void korch__tally_free_class(korch_scheduler *s, sched_class *class_);

/* why.c */
void korch__why_find(sched_why *out, korch_scheduler *s, const sched_class *class_, uint32_t slot,
                     int32_t *key);
int korch__why_equal(const sched_why *a, const sched_why *b);

#endif
