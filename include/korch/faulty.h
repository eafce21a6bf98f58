/*
 * A store that fails on purpose: it stands in front of any store and lets calls fail, come late,
 * overtake each other, lose their answers, and the connection break; by chance from a seed, or by a
 * script. For tests of what is built on a store; what stores are stands in store.h.
 */
#ifndef KORCH_FAULTY_H
#define KORCH_FAULTY_H

#include <korch/store.h>

KORCH_BEGIN_DECLS

/**
 * @file faulty.h Stores that fail on purpose.
 *
 * Everything that happens is allowed by the interface of stores: what is built on one must stand
 * it. Time is the loop's; on a virtual loop two runs with one seed and the same calls are the same.
 *
 * All functions take a store that korch_store_faulty_new() made (KORCH_E_INVALID otherwise), on its
 * loop's thread.
 */

/** A delay of a turn of the loop, in no time. */
#define KORCH_FAULTY_TURN ((korch_usec)-1)
/** Most rules of one store. */
#define KORCH_FAULTY_RULES_MAX 64

/** Sorts of calls, to be added up. */
enum {
	KORCH_FAULTY_COMMIT = 1,  /**< korch_store_commit() */
	KORCH_FAULTY_GET = 2,     /**< korch_store_get() */
	KORCH_FAULTY_LIST = 4,    /**< korch_store_list() */
	KORCH_FAULTY_COMPACT = 8, /**< korch_store_compact() */
	KORCH_FAULTY_LEASE = 16,  /**< granting, renewing and revoking leases */
	KORCH_FAULTY_ALL = 31,    /**< all of them */
};

/** How a call fails: always with KORCH_E_IO. */
typedef enum korch_faulty_fault {
	KORCH_FAULTY_NONE,     /**< it does not */
	KORCH_FAULTY_REFUSED,  /**< the call itself returns the code, nothing is done */
	KORCH_FAULTY_FAILED,   /**< the completion has the code, nothing is done */
	KORCH_FAULTY_LOST,     /**< it is done, and its answer is lost: the completion has the code */
	KORCH_FAULTY_GIVEN_UP, /**< the completion has the code at once; late, it is done all the same,
	                          as behind a network when somebody waits no longer */
} korch_faulty_fault;

/** What happens to watches when the connection breaks. */
typedef enum korch_faulty_watches {
	KORCH_FAULTY_STALL,     /**< they tell nothing until it is back, and then go on */
	KORCH_FAULTY_END,       /**< they end with KORCH_E_IO */
	KORCH_FAULTY_COMPACTED, /**< they end with KORCH_E_COMPACTED */
} korch_faulty_watches;

/** What goes wrong by chance; thousandths. Zeroed: nothing. */
typedef struct korch_faulty_faults {
	size_t size;              /**< sizeof(korch_faulty_faults) */
	int32_t refused_permille; /**< calls that are KORCH_FAULTY_REFUSED */
	int32_t failed_permille;  /**< calls that are KORCH_FAULTY_FAILED */
	int32_t lost_permille;    /**< calls that are KORCH_FAULTY_LOST */
	/** calls that are KORCH_FAULTY_GIVEN_UP, and done after some time */
	int32_t given_up_permille;
	int32_t reserved; /**< 0 */
	/** calls that reach the store late, so that others overtake them */
	int32_t late_permille;
	int32_t answer_late_permille; /**< calls that are answered late */
	int32_t watch_late_permille;  /**< changes that watches tell late, with all behind them */
	/** changes in place of which a watch ends, by halves with KORCH_E_IO and KORCH_E_COMPACTED */
	int32_t watch_end_permille;
	int32_t cut_permille;    /**< calls at which the connection breaks, as by korch_faulty_cut() */
	korch_usec delay_max_us; /**< how late at most; 0: 100 ms; or KORCH_FAULTY_TURN */
	korch_usec cut_max_us;   /**< how long the connection is broken at most; 0: 5 s */
} korch_faulty_faults;

/** One line of a script: what happens to certain calls. */
typedef struct korch_faulty_rule {
	size_t size;               /**< sizeof(korch_faulty_rule) */
	int32_t calls;             /**< which: KORCH_FAULTY_* of calls, added up */
	int32_t fault;             /**< a korch_faulty_fault */
	uint32_t skip;             /**< so many of them pass first */
	uint32_t count;            /**< then so many are meant; 0: all */
	korch_usec late_us;        /**< so long until the call reaches the store (or fails); or
	                              KORCH_FAULTY_TURN */
	korch_usec answer_late_us; /**< so long until its answer comes back */
} korch_faulty_rule;

/** Options; zeroed but for size, or NULL: the defaults. */
typedef struct korch_faulty_options {
	size_t size;   /**< sizeof(korch_faulty_options) */
	uint64_t seed; /**< of everything that happens by chance; 0: 1 */
	int32_t lent;  /**< 1: the inner store stays the caller's, and must live longer: several faulty
	                  stores can stand in front of one, as several programs do */
	int32_t reserved;                  /**< 0 */
	const korch_faulty_faults *faults; /**< from the beginning on; NULL: none */
} korch_faulty_options;

/** What has happened. */
typedef struct korch_faulty_stats {
	uint64_t calls;         /**< calls that were made */
	uint64_t refused;       /**< of these: refused */
	uint64_t failed;        /**< failed with nothing done, also because the connection broke */
	uint64_t lost;          /**< done (or tried), and their answers lost; or given up */
	uint64_t late;          /**< late, in reaching the store or in being answered */
	uint64_t cuts;          /**< times that the connection broke */
	uint64_t watches_late;  /**< times that a watch told late */
	uint64_t watches_ended; /**< watches that ended */
} korch_faulty_stats;

/**
 * A store in front of another one, at first without faults: then it changes nothing, not even the
 * turn of the loop on which something is told.
 * @param inner on the same loop; passes to the store on success, unless it is lent. @param options
 * copied. @return 0, KORCH_E_INVALID, KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_store_faulty_new(korch_store **out, korch_loop *loop, korch_store *inner,
                                     const korch_faulty_options *options, korch_error **err);
/** What goes wrong by chance from now on. @param faults copied; NULL: nothing. @return 0,
 * KORCH_E_INVALID (not from 0 to 1000, a negative time). @since 0.1 */
KORCH_API int korch_faulty_set_faults(korch_store *store, const korch_faulty_faults *faults);
/** Adds a rule. The first one that means a call says what happens to it, and nothing happens to it
 * by chance. @param rule copied. @return 0, KORCH_E_INVALID, KORCH_E_LIMIT. @since 0.1 */
KORCH_API int korch_faulty_rule_add(korch_store *store, const korch_faulty_rule *rule);
/** Removes all rules. @since 0.1 */
KORCH_API int korch_faulty_rule_clear(korch_store *store);
/**
 * Breaks the connection: what has not reached the store is not done, answers that are under way are
 * lost, and all calls fail (KORCH_FAULTY_FAILED) until it is back. Watches can be opened, and are
 * treated as those that are there.
 * @param span_us how long; KORCH_USEC_NEVER: until korch_faulty_mend(). @param watches a
 * korch_faulty_watches. @since 0.1
 */
KORCH_API int korch_faulty_cut(korch_store *store, korch_usec span_us, int32_t watches);
/** The connection is back. Nothing happens when it is not broken. @since 0.1 */
KORCH_API int korch_faulty_mend(korch_store *store);
/** Ends all watches. @param code KORCH_E_IO or KORCH_E_COMPACTED. @since 0.1 */
KORCH_API int korch_faulty_watches_end(korch_store *store, int code);
/** All watches that are open tell nothing for so long, and then go on; 0: go on now. @since 0.1 */
KORCH_API int korch_faulty_watches_hold(korch_store *store, korch_usec span_us);
/** What has happened so far. @since 0.1 */
KORCH_API int korch_faulty_get_stats(korch_faulty_stats *out, const korch_store *store);

KORCH_END_DECLS

#endif
