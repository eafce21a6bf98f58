/*
 * The view: what a decider may read. An indexed set of objects at one revision and one point in
 * time. Nothing here does I/O; the engine's cache is one implementation, a set of literals in a
 * test is the same.
 */
#ifndef KORCH_VIEW_H
#define KORCH_VIEW_H

#include <korch/selector.h>
#include <korch/store.h>

KORCH_BEGIN_DECLS

/** @file view.h Reading the state that a decision is based on. */

/** A read-only view; valid during the call it was given to. Objects that it gives out are borrowed
 * for as long. */
typedef struct korch_view korch_view;

/** What to go through. Of the set members all must hold; use the narrowest of owner, node,
 * namespace: each is an index. */
typedef struct korch_view_query {
	const korch_kind *kind; /**< required */
	const char *namespace_; /**< NULL: any */
	const char *owner_uid;  /**< uid in any ownerReference; "" = no ownerReference with controller:
	                           true (also an index); NULL: any */
	const char *node_name;  /**< spec.nodeName of pods; "" = not bound; NULL: any */
	const korch_selector *selector; /**< on labels; NULL: any */
} korch_view_query;

/** Called for each object. @return 0 to go on, anything else to end (it becomes the result of
 * korch_view_each()). */
typedef int (*korch_view_fn)(void *userdata, const korch_object *object);

/** The time at which the decision is made. @since 0.1 */
KORCH_API korch_usec korch_view_now(const korch_view *view);
/** Everything up to this store revision is in the view. @since 0.1 */
KORCH_API uint64_t korch_view_revision(const korch_view *view);
/** One object, or NULL. namespace_ "" or NULL for cluster-wide kinds. @since 0.1 */
KORCH_API const korch_object *korch_view_get(const korch_view *view, const korch_kind *kind,
                                             const char *namespace_, const char *name);
/** The object of a uid, or NULL. @since 0.1 */
KORCH_API const korch_object *korch_view_get_uid(const korch_view *view, const char *uid);
/** Calls fn for each object that the query selects, in order of namespace and name, or, through the
 * owner and node indexes, of first appearance. The view must not be changed meanwhile. @since 0.1
 */
KORCH_API int korch_view_each(const korch_view *view, const korch_view_query *query,
                              korch_view_fn fn, void *userdata);
/** How many the query selects; O(1) when only kind, or kind with owner or node, is given. @since
 * 0.1 */
KORCH_API size_t korch_view_count(const korch_view *view, const korch_view_query *query);

/** A cache: a view that is filled by its owner (the engine; a test; a vendor's tool with its own
 * data). */
typedef struct korch_cache korch_cache;
/** An empty cache. @since 0.1 */
KORCH_API int korch_cache_new(korch_cache **out, korch_error **err);
/** Frees it and releases its objects. NULL is fine. @since 0.1 */
KORCH_API void korch_cache_free(korch_cache *cache);
/** Adds or replaces an object (referenced); its indexes follow. @return 0 or KORCH_E_NOMEM (nothing
 * changed). @since 0.1 */
KORCH_API int korch_cache_put(korch_cache *cache, const korch_object *object);
/** Removes an object; fine when it is not there. @since 0.1 */
KORCH_API void korch_cache_remove(korch_cache *cache, const korch_key *key);
/** Sets what korch_view_now() and korch_view_revision() give. @since 0.1 */
KORCH_API void korch_cache_set_time(korch_cache *cache, korch_usec now, uint64_t revision);
/** The cache as a view. Borrowed. @since 0.1 */
KORCH_API const korch_view *korch_cache_view(const korch_cache *cache);

KORCH_END_DECLS

#endif
