/*
 * The store: objects under keys, one revision for the whole store, compare-and-swap transactions,
 * lists at a revision, watches. What users of a store call; authors of one read sys/store.h.
 */
#ifndef KORCH_STORE_H
#define KORCH_STORE_H

#include <korch/object.h>
#include <korch/seal.h>

KORCH_BEGIN_DECLS

/** @file store.h Storing, listing and watching objects. */

/** A store, bound to one loop; all calls from the loop's thread. */
typedef struct korch_store korch_store;

/** `expected` of a write: whatever is stored, or nothing. */
#define KORCH_REVISION_ANY UINT64_MAX
/** `expected` of a write: the key must not exist. */
#define KORCH_REVISION_NONE ((uint64_t)0)
/** Most writes in one transaction. */
#define KORCH_STORE_WRITES_MAX 10000
/** Longest time of a lease: a day. */
#define KORCH_STORE_LEASE_MAX (86400 * KORCH_USEC_PER_SEC)

/** What a write does. */
typedef enum korch_write_op {
	KORCH_WRITE_PUT,    /**< store `object` under its key */
	KORCH_WRITE_DELETE, /**< remove `key` */
	KORCH_WRITE_CHECK,  /**< change nothing, but require `expected` of `key` */
} korch_write_op;

/** One write of a transaction. A key may occur once in a transaction. */
typedef struct korch_write {
	int32_t op;           /**< a korch_write_op */
	int32_t reserved;     /**< 0 */
	korch_object *object; /**< PUT: exclusively owned; the store takes the reference, also when the
	                         call fails, and sets `revision` */
	korch_key key;        /**< DELETE and CHECK; ignored for PUT */
	uint64_t expected;    /**< revision that must be stored now, KORCH_REVISION_NONE or
	                         KORCH_REVISION_ANY */
	uint64_t lease;       /**< PUT: the lease that the object lives under from now on, 0: none;
	                         KORCH_E_NOT_FOUND when there is no such lease. Ignored for others */
} korch_write;

/** Outcome of a transaction. */
typedef struct korch_commit_result {
	uint64_t revision; /**< revision of all its writes; on KORCH_E_CONFLICT the store's newest */
	size_t failed; /**< on KORCH_E_CONFLICT, _EXISTS or _NOT_FOUND: index of the first write that
	                  did not hold */
} korch_commit_result;

/** Completion of a transaction: code 0, KORCH_E_CONFLICT (other revision), _EXISTS (expected none),
 * _NOT_FOUND (expected one), _LIMIT, _IO, _CLOSED. */
typedef void (*korch_commit_fn)(void *userdata, int code, const korch_commit_result *result);

/** What korch_store_list() is asked for. Zeroed: everything. */
typedef struct korch_list_query {
	const korch_kind *kind;     /**< NULL: all kinds */
	const char *namespace_;     /**< NULL: all namespaces; needs kind */
	uint64_t revision;          /**< 0: the newest; otherwise the state at that revision */
	size_t limit;               /**< most objects in this page, 0: no limit */
	const char *continue_token; /**< of the page before, or NULL; carries its revision */
} korch_list_query;

/** A page. Valid during the callback; reference what is to be kept. */
typedef struct korch_list_page {
	const korch_object *const *objects; /**< in key order */
	size_t n;                           /**< number of objects */
	uint64_t revision;                  /**< the state that was read */
	const char *continue_token;         /**< for the next page, NULL when this was the last */
	size_t remaining; /**< objects behind this page, when the store knows; 0 otherwise */
} korch_list_page;

/** Completion of a list: code 0, KORCH_E_COMPACTED, KORCH_E_INVALID (token), _IO, _CLOSED; page is
 * NULL on failure. */
typedef void (*korch_list_fn)(void *userdata, int code, const korch_list_page *page);
/** Completion of a get: code 0, KORCH_E_NOT_FOUND, _IO, _CLOSED. object is valid during the
 * callback. */
typedef void (*korch_get_fn)(void *userdata, int code, const korch_object *object);

/** A lease as it is now. */
typedef struct korch_lease_state {
	uint64_t lease;    /**< its number, never 0 */
	korch_usec ttl_us; /**< what the store grants from now on; it may be more than was asked for */
} korch_lease_state;
/** Completion of a call about a lease: code 0, KORCH_E_NOT_FOUND (it has run out), _IO, _CLOSED;
 * state is NULL on failure. */
typedef void (*korch_lease_fn)(void *userdata, int code, const korch_lease_state *state);

/** What korch_store_reseal() does. */
typedef enum korch_reseal_type {
	KORCH_RESEAL_OLD, /**< what is sealed under an older key gets its data key wrapped again; what
	                     is plain and should not be is sealed, and the other way round */
	KORCH_RESEAL_ALL, /**< everything sealed is encrypted again under a new data key: when a key may
	                     have become known */
} korch_reseal_type;

/** How far korch_store_reseal() is. */
typedef struct korch_reseal_state {
	uint64_t seen;    /**< values that were looked at */
	uint64_t total;   /**< values that there were at the start, events of the log among them */
	uint64_t written; /**< values that were written again */
	int32_t is_done;  /**< 1: nothing is left */
	int32_t reserved; /**< 0 */
} korch_reseal_state;
/** Progress of korch_store_reseal(): with code 0 and is_done 0 once for each slice, then a last
 * time with is_done 1 or with a negative code: what the sealer said, KORCH_E_IO, _CLOSED. */
typedef void (*korch_reseal_fn)(void *userdata, int code, const korch_reseal_state *state);

/** What happened to an object. */
typedef enum korch_change_type {
	KORCH_CHANGE_ADDED,
	KORCH_CHANGE_MODIFIED,
	KORCH_CHANGE_DELETED,
} korch_change_type;

/** One change, as a watch gives it. */
typedef struct korch_change {
	int32_t type;                 /**< a korch_change_type */
	int32_t reserved;             /**< 0 */
	const korch_object *object;   /**< state after the change; for DELETED the last state, with
	                                 revision set to the deletion's */
	const korch_object *previous; /**< state before, NULL for ADDED or when the store does not keep
	                                 it */
	uint64_t revision;            /**< revision of the change */
} korch_change;

/** A watch (opaque). */
typedef struct korch_watch korch_watch;

/** What korch_store_watch() is asked for. */
typedef struct korch_watch_query {
	const korch_kind *kind; /**< NULL: all kinds */
	const char *namespace_; /**< NULL: all namespaces; needs kind */
	uint64_t since; /**< changes with a greater revision are given; KORCH_REVISION_ANY: from now on
	                 */
} korch_watch_query;

/** A store in memory. Its history holds at most `history` changes (0: 65,536); older ones are
 * compacted by themselves. @since 0.1 */
KORCH_API int korch_store_memory_new(korch_store **out, korch_loop *loop, size_t history,
                                     korch_error **err);

/** When a SQLite store calls a write done. */
enum {
	/** When it is on the disk: it survives kill -9 and power loss. */
	KORCH_STORE_SYNC_FULL = 0,
	/** When the kernel has it: it survives kill -9; a power loss may take back the latest writes,
	 * but leaves no half of one. */
	KORCH_STORE_SYNC_NORMAL = 1,
};

/** How to open a SQLite store. Zeroed but for size and path: the defaults. */
typedef struct korch_store_sqlite_options {
	size_t size;         /**< sizeof(korch_store_sqlite_options) */
	const char *path;    /**< the file; made, with mode 0600, when it is not there */
	int32_t synchronous; /**< KORCH_STORE_SYNC_* */
	int32_t reserved;    /**< 0 */
	size_t window; /**< changes that are kept for watches and older lists, also over a restart; 0:
	                  16,384; at most 16,777,216. In the file they also take at most half of the
	                  bytes of what is alive, or 4 MiB: more are forgotten by a restart */
	korch_sealer *sealer; /**< seals what is written and opens what is read; borrowed, must outlive
	                         the store; NULL: all is plain, and a file with sealed values is refused
	                       */
} korch_store_sqlite_options;

/**
 * A store in one file of SQLite. Objects and the window of changes are in memory, too; a thread of
 * its own writes, and commits together what waits together. Revisions go on over a restart, and
 * watches resume from one inside the window. On a virtual loop there is no thread: writes happen
 * inside of the call. A write that the file refuses (disk full) is KORCH_E_IO and changes nothing.
 * @param options copied.
 * @return 0; with nothing overwritten: KORCH_E_BUSY (another process, which is named, has the
 * store), KORCH_E_INVALID (not a SQLite file, another program's), KORCH_E_UNSUPPORTED (of a newer
 * program), KORCH_E_IO (no permission, damaged), KORCH_E_NOT_FOUND (sealed values, and no sealer or
 * not with their key), what korch_sealer_open() says, KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_store_sqlite_new(korch_store **out, korch_loop *loop,
                                     const korch_store_sqlite_options *options, korch_error **err);

/** How to open an etcd store. Zeroed but for size, and url or endpoints: the defaults. */
typedef struct korch_store_etcd_options {
	size_t size; /**< sizeof(korch_store_etcd_options) */
	/** "etcd://HOST[:PORT][,HOST[:PORT]…][/PREFIX]", or "etcds://…" for TLS; NULL: endpoints */
	const char *url;
	const char *const *endpoints; /**< "http://HOST:PORT" or "https://HOST:PORT", at most 64 */
	size_t n_endpoints;           /**< how many */
	const char *prefix;  /**< of all keys, at most 253 bytes; NULL: that of the url, or "/korch/" */
	const char *ca_file; /**< TLS: the authorities that are trusted (PEM); NULL: the system's */
	const char *cert_file; /**< TLS: the client's certificate, or NULL */
	const char *key_file;  /**< and its key, or NULL */
	korch_sealer *sealer;  /**< seals what it covers; borrowed, outlives the store; NULL: nothing is
	                          sealed, and what is sealed is not read. The prefix is the store's name
	                          to it */
	korch_usec timeout_us; /**< for a call, with all that is tried; 0: 5 s; at most an hour. A
	                          stream of watches that is silent for twice as long is asked for a sign
	                        */
	size_t txn_ops;     /**< the servers' --max-txn-ops, at most KORCH_STORE_WRITES_MAX; 0: 128 */
	size_t request_max; /**< the servers' --max-request-bytes: a transaction of more is
	                       KORCH_E_LIMIT; 0: 1,572,864 */
	size_t page;        /**< objects that are read at once; 0: 2,000; at most 100,000 */
	uint64_t seed;      /**< of back-off; 0: from the system */
	korch_usec compact_us; /**< history that is kept for watches and older lists, at least: as long
	                          as something is written, what is older by once or twice this time is
	                          compacted, in the whole etcd; 0: 5 minutes; 10 ms to 366 days, or
	                          KORCH_USEC_NEVER: that is left to the servers (their
	                          --auto-compaction-retention) */
} korch_store_etcd_options;

/**
 * A store in etcd (3.4 or newer), which several processes may share: its revision is etcd's. Real
 * loops only. Waits for the first answer of a server, at most for timeout_us. A commit that ends
 * with KORCH_E_IO may have happened, unless it was refused at once; the same commit again is safe
 * when it expects revisions, as at most one of the two takes effect. All other calls are tried
 * again, with another endpoint, within their time. Watches go on over lost connections without a
 * gap; one that is too far behind is KORCH_E_COMPACTED.
 * @param options copied.
 * @return 0; KORCH_E_INVALID, KORCH_E_LIMIT (options), KORCH_E_IO (no server answers: err says
 * which and why), KORCH_E_UNSUPPORTED (a virtual loop; libcurl is not on this
 * machine), KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_store_etcd_new(korch_store **out, korch_loop *loop,
                                   const korch_store_etcd_options *options, korch_error **err);

/** The backend's name, e.g. "memory". Static. @since 0.1 */
KORCH_API const char *korch_store_name(const korch_store *store);
/** 1 when the store has leases, see korch_store_lease_grant(). @since 0.1 */
KORCH_API int korch_store_has_leases(const korch_store *store);
/** Most writes that this store takes in one transaction: KORCH_STORE_WRITES_MAX or less; more is
 * KORCH_E_LIMIT. @since 0.1 */
KORCH_API size_t korch_store_writes_max(const korch_store *store);
/** Fails all that is under way with KORCH_E_CLOSED (through the loop) and refuses new calls. @since
 * 0.1 */
KORCH_API void korch_store_close(korch_store *store);
/** Frees a closed store (closes it when it is not). Completions that were not delivered yet are
 * delivered as KORCH_E_CLOSED before it returns. NULL is fine. @since 0.1 */
KORCH_API void korch_store_free(korch_store *store);

/** @name Asynchronous calls
 * Each returns 0 when it was accepted: then the callback runs exactly once, later, from the loop,
 * never from inside the call. Otherwise a code, and the callback does not run.
 *
 * Calls that are under way at the same time may be done, and be answered, in any order. A call sees
 * what those have done that were answered before it was made.
 *
 * KORCH_E_IO says that nobody knows: a transaction that is answered so has been done as a whole or
 * not at all, and behind a network may even be done a moment later. What was returned by the call
 * itself has not been done. @{ */
/**
 * Commits writes, all or nothing. What changes nothing (checks, a delete of a key that is not
 * there) makes no new revision. Refused with KORCH_E_INVALID: no writes, a key that is there twice
 * or has no name, "/" or control characters in a name, a part longer than 253 bytes; with
 * KORCH_E_LIMIT: more than korch_store_writes_max() writes.
 * @param writes copied; the references of PUT objects are taken in any case. @since 0.1
 */
KORCH_API int korch_store_commit(korch_store *store, const korch_write *writes, size_t n,
                                 korch_commit_fn fn, void *userdata);
/** Reads one object. @since 0.1 */
KORCH_API int korch_store_get(korch_store *store, const korch_key *key, korch_get_fn fn,
                              void *userdata);
/** Reads a page of objects. A revision that does not exist yet is KORCH_E_INVALID. @since 0.1 */
KORCH_API int korch_store_list(korch_store *store, const korch_list_query *query, korch_list_fn fn,
                               void *userdata);
/** Forgets history up to and including a revision: lists at, and watches since, a smaller one give
 * KORCH_E_COMPACTED. fn's result carries the revision; its code is KORCH_E_INVALID for one that
 * does not exist yet. @since 0.1 */
KORCH_API int korch_store_compact(korch_store *store, uint64_t revision, korch_commit_fn fn,
                                  void *userdata);
/**
 * Grants a lease: objects that are put under it are removed, all in one revision, when it has not
 * been renewed for its time, or is revoked. For leader election and the like.
 * @param ttl_us one second to KORCH_STORE_LEASE_MAX. @return also KORCH_E_UNSUPPORTED: this store
 * has no leases (stores with one process at a time need none). @since 0.1
 */
KORCH_API int korch_store_lease_grant(korch_store *store, korch_usec ttl_us, korch_lease_fn fn,
                                      void *userdata);
/** Starts a lease's time again. @since 0.1 */
KORCH_API int korch_store_lease_renew(korch_store *store, uint64_t lease, korch_lease_fn fn,
                                      void *userdata);
/** Ends a lease at once, and removes its objects. @since 0.1 */
KORCH_API int korch_store_lease_revoke(korch_store *store, uint64_t lease, korch_lease_fn fn,
                                       void *userdata);
/**
 * Writes again what a sealer would seal otherwise now, after korch_sealer_replace(): in slices
 * between other writes, no revision changes (in etcd they do: a value written again has a new one).
 * What was done stays done when it ends early; calling
 * it again goes on with what is old still. A value that does not open ends it and stays as it is.
 * @param type a korch_reseal_type. @param fn called once or more, see korch_reseal_fn.
 * @return also KORCH_E_UNSUPPORTED: this store has no sealer; KORCH_E_BUSY: one is under way.
 * @since 0.1
 */
KORCH_API int korch_store_reseal(korch_store *store, int type, korch_reseal_fn fn, void *userdata);
/** @} */

/**
 * Opens a watch. Changes are pulled by korch_watch_next(); `ready` is called from the loop when
 * there may be some again after korch_watch_next() returned 0 (and once after opening when there is
 * something, and when the store is closed).
 * @return 0, KORCH_E_COMPACTED when `since` is older than the history, KORCH_E_CLOSED,
 * KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_store_watch(korch_watch **out, korch_store *store,
                                const korch_watch_query *query, korch_loop_fn ready,
                                void *userdata);
/**
 * The next change, in the order of revisions, each once.
 * @param out borrowed until the next call on this watch.
 * @return 1 a change, 0 nothing now, KORCH_E_COMPACTED the reader was too slow (list again),
 * KORCH_E_CLOSED, KORCH_E_IO. @since 0.1
 */
KORCH_API int korch_watch_next(korch_watch *watch, korch_change *out);
/** Everything up to this revision has been given. @since 0.1 */
KORCH_API uint64_t korch_watch_revision(const korch_watch *watch);
/** Ends a watch; also from its ready function, and after its store was freed. NULL is fine. @since
 * 0.1 */
KORCH_API void korch_watch_free(korch_watch *watch);

KORCH_END_DECLS

#endif
