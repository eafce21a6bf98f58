/* What pods that are there say, found by the counters that it stands in. */
#include "scheduler/topology/existing.h"
#include "base/cleanup.h"
#include "scheduler/topology/terms.h"
#include <stdlib.h>
#include <string.h>

static uint64_t hash_of(const void *entry)
{
	return ((const sched_existing *)entry)->hash;
}
static int is_equal(const void *entry, const void *key)
{
	const sched_existing *a = entry, *b = key;
	return a->hash == b->hash && a->n == b->n &&
	       memcmp(a->counters, b->counters, a->n * sizeof(sched_counter *)) == 0;
}
static const korch_table_ops existing_ops = {
    .hash = hash_of, .equal = is_equal, .entry_hash = hash_of};

void korch__existing_init(korch_scheduler *s)
{
	korch__table_init(&s->existing_table, &existing_ops);
}

static int by_address(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t) * (sched_counter *const *)a,
	          y = (uintptr_t) * (sched_counter *const *)b;
	return (x > y) - (x < y);
}

typedef KORCH_VEC(sched_counter *) counters;

static int owns(const sched_terms *terms, const sched_counter *counter)
{
	for (size_t i = 0; terms && i < terms->owned.n; i++) {
		if (terms->owned.items[i].counter == counter)
			return 1;
	}
	return 0;
}

/* Counters of pods that are known, and those of `own`, as if such a pod were there. */
static int collect(counters *out, const sched_labelset *set, const sched_terms *own)
{
	for (size_t i = 0; i < set->matches.n; i++) {
		const sched_matcher *matcher = set->matches.items[i];
		for (size_t k = 0; k < matcher->counters.n; k++) {
			sched_counter *counter = matcher->counters.items[k];
			if ((counter->n_owners > 0 || owns(own, counter)) && korch__vec_push(out, counter) < 0)
				return KORCH_E_NOMEM;
		}
	}
	if (out->n > 1)
		qsort(out->items, out->n, sizeof(sched_counter *), by_address);
	return 0;
}

/* The one that is known, or a new one of these counters; takes the list. */
static sched_existing *settle(korch_scheduler *s, counters *list)
{
	sched_existing key = {.n = list->n, .counters = list->items};
	key.hash = korch__hash_bytes(list->items, list->n * sizeof(sched_counter *), 0);
	sched_existing *known = korch__table_get(&s->existing_table, &key);
	if (known)
		return known;
	known = korch__calloc(1, sizeof(*known));
	if (!known)
		return NULL;
	*known = key;
	if (korch__table_put(&s->existing_table, known) < 0) {
		korch__free(known);
		return NULL;
	}
	for (size_t i = 0; i < known->n; i++)
		korch__counter_ref(known->counters[i]);
	*list = (counters){0};
	return known;
}

/* What that set is told; not referenced yet. */
static int find(sched_existing **out, korch_scheduler *s, const sched_labelset *set,
                const sched_terms *own)
{
	counters list = {0};
	int code = collect(&list, set, own);
	*out = NULL;
	if (code == 0 && list.n > 0 && !(*out = settle(s, &list)))
		code = KORCH_E_NOMEM;
	korch__vec_fini(&list);
	return code;
}

static int refresh(korch_scheduler *s, sched_labelset *set)
{
	sched_existing *found, *old = set->existing;
	if (set->existing_generation == s->counter_generation)
		return 0;
	if (find(&found, s, set, NULL) < 0)
		return KORCH_E_NOMEM;
	set->existing = korch__existing_ref(found);
	set->existing_generation = s->counter_generation;
	korch__existing_unref(s, old);
	return 0;
}

/* 1: the terms say something of the set that no pod says yet. */
static int is_first(const sched_terms *own, const sched_labelset *set)
{
	for (size_t i = 0; own && i < own->owned.n; i++) {
		const sched_counter *counter = own->owned.items[i].counter;
		if (counter->n_owners > 0)
			continue;
		for (size_t k = 0; k < set->matches.n; k++) {
			if (set->matches.items[k] == counter->matcher)
				return 1;
		}
	}
	return 0;
}

int korch__existing_get(sched_existing **out, korch_scheduler *s, sched_labelset *set,
                        const sched_terms *own)
{
	if (refresh(s, set) < 0)
		return KORCH_E_NOMEM;
	if (is_first(own, set))
		return find(out, s, set, own);
	*out = set->existing;
	return 0;
}

sched_existing *korch__existing_ref(sched_existing *existing)
{
	if (existing)
		existing->refs++;
	return existing;
}

void korch__existing_unref(korch_scheduler *s, sched_existing *existing)
{
	if (!existing || --existing->refs > 0)
		return;
	korch__table_remove(&s->existing_table, existing);
	for (size_t i = 0; i < existing->n; i++)
		korch__counter_unref(s, existing->counters[i]);
	korch__free(existing->counters);
	korch__free(existing);
}
