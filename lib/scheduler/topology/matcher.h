/*
 * Matchers: which pods an affinity term or a spread constraint is about, as a question to a label
 * set. One for all terms that ask the same; several clauses must hold together.
 */
#ifndef KORCH_SCHEDULER_MATCHER_H
#define KORCH_SCHEDULER_MATCHER_H

#include "scheduler/shape/labelset.h"
#include "scheduler/state/state.h"
#include <korch/selector.h>

typedef struct sched_counter sched_counter;

/* A label of the asking pod that the others must (not) share. */
typedef struct sched_agree {
	const char *key; /* block strings */
	const char *value;
	int wanted;
} sched_agree;

typedef struct sched_clause {
	KORCH_VEC(const char *) namespaces; /* block strings */
	korch_selector *namespace_selector; /* NULL: none */
	korch_selector *selector;
	KORCH_VEC(sched_agree) agree;
} sched_clause;

struct sched_matcher {
	uint32_t refs;
	char *text;    /* what it asks, canonical: its identity */
	size_t n_pods; /* that match and are counted */
	KORCH_VEC(sched_clause *) clauses;
	KORCH_VEC(sched_counter *) counters; /* borrowed: each holds a reference of this */
};

/* Matchers are made clause by clause: begin, add, then get, which takes what was begun. */
sched_matcher *korch__matcher_begin(void);
int korch__matcher_add_term(sched_matcher *to, const korch_pod_affinity_term *term,
                            const sched_labelset *owner);
int korch__matcher_add_constraint(sched_matcher *to,
                                  const korch_topology_spread_constraint *constraint,
                                  const sched_labelset *owner);
/* The matcher that asks the same, one more reference; NULL when memory is short. */
sched_matcher *korch__matcher_get(korch_scheduler *s, sched_matcher *made);
void korch__matcher_discard(sched_matcher *made); /* NULL is fine */
sched_matcher *korch__matcher_ref(sched_matcher *matcher);
void korch__matcher_unref(korch_scheduler *s, sched_matcher *matcher);
int korch__matcher_matches(const korch_scheduler *s, const sched_matcher *matcher,
                           const sched_labelset *set);
/* Fills in what a new label set satisfies. */
int korch__matchers_find(korch_scheduler *s, sched_labelset *set);
/* Namespace labels changed: label sets of that namespace may satisfy others now. 0 or KORCH_E_NOMEM
 * (nothing is changed then). */
int korch__matchers_namespace_changed(korch_scheduler *s, const char *namespace_);
void korch__matchers_init(korch_scheduler *s);

#endif
