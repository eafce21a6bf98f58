/*
 * Inside of caches, for the engine: putting an object in and getting the one that it replaces, and
 * going through the kinds. The indexes stand in index.h.
 */
#ifndef KORCH_PLAN_CACHE_H
#define KORCH_PLAN_CACHE_H

#include <korch/view.h>

/*
 * As korch_cache_put(); *previous becomes the object that was there before (the caller's
 * reference), or NULL. previous may be NULL.
 */
int korch__cache_swap(const korch_object **previous, korch_cache *cache,
                      const korch_object *object);
/* Removes an object and returns it (the caller's reference); NULL when it is not there. */
const korch_object *korch__cache_take(korch_cache *cache, const korch_key *key);
/*
 * Does what a change of a store says; a change that is known already (its revision is not newer
 * than the object's) does nothing and gives KORCH_E_EXISTS. *previous as korch__cache_swap(). The
 * cache's revision rises with it.
 */
int korch__cache_apply(const korch_object **previous, korch_cache *cache,
                       const korch_change *change);

/* Called for each kind of which there is an object. @return 0 to go on. */
typedef int (*korch_cache_kind_fn)(void *userdata, const korch_kind *kind, size_t n);
/* In order of each kind's first appearance. Returns 0, or what fn returned to end it. */
int korch__cache_each_kind(const korch_cache *cache, korch_cache_kind_fn fn, void *userdata);
/* How many objects there are. */
size_t korch__cache_size(const korch_cache *cache);

#endif
