/*
 * The elector: which of several processes on one store may act, by a Lease object that lives under
 * a store's lease, and the fence by which a store refuses what a deposed one still tries to write.
 */
#ifndef KORCH_ELECTOR_H
#define KORCH_ELECTOR_H

#include <korch/store.h>

KORCH_BEGIN_DECLS

/** @file elector.h Electing one of several processes. */

/** A candidate for leadership; all calls from its loop's thread. */
typedef struct korch_elector korch_elector;

/**
 * A term of leadership. It lasts as long as the object under `key` has this revision: a
 * KORCH_WRITE_CHECK of both makes a transaction fail when the term is over. Renewing does not
 * change the revision.
 */
typedef struct korch_fence {
	korch_key key;     /**< of the Lease object; borrowed from the elector */
	uint64_t revision; /**< of the Lease object in this term; later terms have greater ones */
} korch_fence;

/** Options; zeroed means the defaults. */
typedef struct korch_elector_options {
	size_t size;            /**< sizeof(korch_elector_options) */
	korch_loop *loop;       /**< required; outlives the elector */
	korch_store *store;     /**< required, one that has leases; outlives the elector */
	const char *identity;   /**< holderIdentity, at most 253 bytes; NULL: host name, "_", and a
	                           random part, as Kubernetes' components have it */
	const char *namespace_; /**< of the Lease object; NULL: "kube-system" */
	const char *name;       /**< of the Lease object; NULL: "korch-engine" */
	korch_usec duration_us; /**< how long after its last renewal a leader's lease ends; 0: 15 s;
	                           from a second to KORCH_STORE_LEASE_MAX. The store may grant more */
	korch_usec renew_us;    /**< time between renewals; 0: 2/15 of the duration */
	korch_usec margin_us;   /**< a leader that could not renew stops so long before the lease could
	                           end; 0: a third of the duration */
	korch_usec retry_us;    /**< pause after a failed call, with jitter; 0: 2/15 of the duration */
	uint64_t seed;          /**< of jitter, uids and the random part; 0: from the system */
	/** This process leads from now on. May be NULL. */
	void (*elected)(void *userdata, uint64_t term);
	/** It leads no more: it must not act any more. why: one line. It stays a candidate, unless it
	 * has resigned. May be NULL. */
	void (*deposed)(void *userdata, const char *why);
	/** Another one leads; once for each term that is seen. May be NULL. */
	void (*followed)(void *userdata, const char *leader);
	void *userdata; /**< of the functions, which are called from the loop */
} korch_elector_options;

/**
 * A candidate, which begins to campaign on the loop's next turn.
 * @param options copied, with its strings.
 * @return 0, KORCH_E_INVALID, KORCH_E_UNSUPPORTED (the store has no leases), KORCH_E_NOMEM. @since
 * 0.1
 */
KORCH_API int korch_elector_new(korch_elector **out, const korch_elector_options *options,
                                korch_error **err);
/**
 * Steps down when it leads, and is no candidate any more; its store lease is revoked, so that
 * others need not wait for its end.
 * @param fn may be NULL; called once, from the loop: code 0, or why the lease has to run out by
 * itself. A second resignation is KORCH_E_INVALID. @since 0.1
 */
KORCH_API int korch_elector_resign(korch_elector *elector, void (*fn)(void *userdata, int code),
                                   void *userdata);
/** Frees an elector, without a word; one that did not resign leaves its lease to run out. Not from
 * inside of its functions. NULL is fine. @since 0.1 */
KORCH_API void korch_elector_free(korch_elector *elector);

/**
 * Whether this process leads now, by the loop's clock.
 * @param out the term when it does; may be NULL. @return 1 or 0. @since 0.1
 */
KORCH_API int korch_elector_leads(const korch_elector *elector, korch_fence *out);
/** holderIdentity of the leader that is known; "" when there is none. Borrowed until the loop goes
 * on. @since 0.1 */
KORCH_API const char *korch_elector_leader(const korch_elector *elector);
/** The own identity. Borrowed. @since 0.1 */
KORCH_API const char *korch_elector_identity(const korch_elector *elector);
/**
 * Tells that a transaction with the check of a term has failed by that check: the term is over.
 * Engines do this by themselves. Earlier terms than the present one are ignored. @since 0.1
 */
KORCH_API void korch_elector_lose(korch_elector *elector, uint64_t term);

KORCH_END_DECLS

#endif
