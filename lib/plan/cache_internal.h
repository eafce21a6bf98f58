/*
 * What the files of the cache share: its struct, its kinds, and the places of an object in the
 * indexes.
 */
#ifndef KORCH_PLAN_CACHE_INTERNAL_H
#define KORCH_PLAN_CACHE_INTERNAL_H

#include "base/btree.h"
#include "base/table.h"
#include "base/vec.h"
#include "plan/index.h"
#include "plan/view.h"

/* The objects of one kind, by namespace and name. Stays when it has become empty. */
typedef struct cache_kind {
	const korch_kind *kind;
	korch_btree tree; /* of cache_entry; keys are korch_object_meta, of which namespace and name
	                     count */
} cache_kind;

struct korch_cache {
	korch_view view; /* first: the cache is a view */
	korch_table kinds;
	KORCH_VEC(cache_kind *) order; /* kinds as they appeared; owns them */
	korch_table uids;
	korch_table names;  /* every entry by kind, namespace and name: quicker than the trees */
	korch_table owners; /* lists by kind and uid of an owner */
	korch_table nodes;  /* lists by kind and node */
	korch_usec now;
	uint64_t revision;
	size_t n;
};

extern const korch_view_ops korch__cache_view_ops;

/* The objects of a kind, or NULL when there never was one. */
cache_kind *korch__cache_kind(const korch_cache *cache, const korch_kind *kind);
cache_entry *korch__cache_find(const korch_cache *cache, const korch_key *key);

/* The lists that an object belongs in. */
typedef struct cache_places {
	cache_list *node;
	cache_link *owners; /* as many as it has ownerReferences, only `list` set: NULL in a repeated
	                       one */
	size_t n_owners;
	cache_link one; /* what owners points to when there is no need for more */
} cache_places;

/* Finds or makes all lists for an object; 0 or KORCH_E_NOMEM (nothing has changed then). */
int korch__places_acquire(korch_cache *cache, cache_places *places, const korch_object *object);
/* Gives up what was acquired. */
void korch__places_release(korch_cache *cache, cache_places *places);
/*
 * Puts an object (not referenced here) into an entry, and the entry into the lists acquired for the
 * object, which passes to the entry. Where the entry is already it keeps its turn. The entry's
 * object may be NULL before.
 */
void korch__places_settle(korch_cache *cache, cache_entry *entry, const korch_object *object,
                          cache_places *places);
/* Takes an entry out of all lists. */
void korch__places_leave(korch_cache *cache, cache_entry *entry);
/* 1 when two objects of one kind belong in the same lists. */
int korch__places_same(const korch_object *a, const korch_object *b);

#endif
