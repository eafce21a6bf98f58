/*
 * For authors of stores: the table of functions that a store fills in. Users of a store read
 * store.h.
 */
#ifndef KORCH_SYS_STORE_H
#define KORCH_SYS_STORE_H

#include <korch/store.h>

KORCH_BEGIN_DECLS

/** @file sys/store.h The table that a store backend implements. */

/**
 * Functions of a store. `self` is what korch_store_register() was given. Every slot is required but
 * the last ones, of leases and sealers.
 * None may block for long or call a completion from inside; arguments have been checked by the
 * caller already. Conformance: tests/conformance/store.h.
 */
typedef struct korch_store_ops {
	size_t size;      /**< sizeof(korch_store_ops), so that the table can grow */
	const char *name; /**< e.g. "memory" */
	/** See korch_store_commit(). Takes the references of PUT objects in any case. */
	int (*commit)(void *self, const korch_write *writes, size_t n, korch_commit_fn fn,
	              void *userdata);
	/** See korch_store_get(). */
	int (*get)(void *self, const korch_key *key, korch_get_fn fn, void *userdata);
	/** See korch_store_list(). */
	int (*list)(void *self, const korch_list_query *query, korch_list_fn fn, void *userdata);
	/** See korch_store_compact(). */
	int (*compact)(void *self, uint64_t revision, korch_commit_fn fn, void *userdata);
	/** See korch_store_watch(); *out is the backend's own handle. */
	int (*watch)(void **out, void *self, const korch_watch_query *query, korch_loop_fn ready,
	             void *userdata);
	/** See korch_watch_next(). */
	int (*watch_next)(void *watch, korch_change *out);
	/** See korch_watch_revision(). */
	uint64_t (*watch_revision)(const void *watch);
	/** See korch_watch_free(). */
	void (*watch_free)(void *watch);
	/** See korch_store_close(). Called once. */
	void (*close)(void *self);
	/** Frees self after close; delivers what is undelivered as KORCH_E_CLOSED first. */
	void (*free)(void *self);
	/** See korch_store_writes_max(); NULL: KORCH_STORE_WRITES_MAX. */
	size_t (*writes_max)(const void *self);
	/** See korch_store_lease_grant(). It and the two below, or none of them: no leases. */
	int (*lease_grant)(void *self, korch_usec ttl_us, korch_lease_fn fn, void *userdata);
	/** See korch_store_lease_renew(). */
	int (*lease_renew)(void *self, uint64_t lease, korch_lease_fn fn, void *userdata);
	/** See korch_store_lease_revoke(). */
	int (*lease_revoke)(void *self, uint64_t lease, korch_lease_fn fn, void *userdata);
	/** See korch_store_reseal(); NULL: the store has no sealers. */
	int (*reseal)(void *self, int type, korch_reseal_fn fn, void *userdata);
} korch_store_ops;

/**
 * Makes a store of a backend.
 * @param ops static; refused with KORCH_E_INVALID when a slot is empty or the size is not known.
 * @param self passes to the store on success. @since 0.1
 */
KORCH_API int korch_store_register(korch_store **out, const korch_store_ops *ops, void *self,
                                   korch_error **err);

KORCH_END_DECLS

#endif
