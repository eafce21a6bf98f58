/*
 * The engine: the only part that acts. Watches a store into a cache, turns changes into requests of
 * controllers, commits their plans as transactions, retries, records events. For control planes
 * without nodes of their own; with nodes and services, see cluster.h.
 */
#ifndef KORCH_ENGINE_H
#define KORCH_ENGINE_H

#include <korch/controller.h>
#include <korch/elector.h>
#include <korch/store.h>

KORCH_BEGIN_DECLS

/** @file engine.h Running controllers over a store. */

/** An engine; all calls from its loop's thread. */
typedef struct korch_engine korch_engine;

/** Options; zeroed means the defaults. */
typedef struct korch_engine_options {
	size_t size;                /**< sizeof(korch_engine_options) */
	korch_loop *loop;           /**< required; outlives the engine */
	korch_store *store;         /**< required; outlives the engine */
	uint64_t seed;              /**< of names, uids and jitter; 0: from the system */
	korch_usec backoff_base_us; /**< first delay after a failure; 0: 5 ms. Doubles with each, with
	                               jitter */
	korch_usec backoff_max_us;  /**< longest delay; 0: 1000 s */
	uint32_t rate_per_sec;      /**< requests a second and controller; 0: no limit */
	uint32_t events_max;        /**< Event objects kept, the oldest go; 0: 10,000 */
	uint32_t slice; /**< requests handled before other work of the loop gets a turn; 0: 256 */
	korch_elector *elector; /**< NULL, or by whose terms the engine acts; outlives the engine. While
	                           another one leads the cache follows the store and nothing is done;
	                           every transaction carries the fence of the term */
} korch_engine_options;

/** Completion of korch_engine_submit(). code 0 or why not; error (borrowed, may be NULL) says it in
 * words; result is the first step's stored object (its last state when deleted), or NULL. */
typedef void (*korch_submit_fn)(void *userdata, int code, const korch_error *error,
                                const korch_object *result);

/** Counters of an engine. */
typedef struct korch_engine_stats {
	uint64_t requests;       /**< reconciles done */
	uint64_t commits;        /**< transactions that succeeded */
	uint64_t conflicts;      /**< transactions that had to be tried again */
	uint64_t failures;       /**< reconciles that returned an error */
	uint64_t changes;        /**< changes seen from the store */
	uint64_t queued;         /**< requests waiting now */
	uint64_t delayed;        /**< requests waiting for a time */
	uint64_t objects;        /**< objects in the cache */
	uint64_t events_dropped; /**< events that were not written because there were too many */
	uint64_t fenced;         /**< transactions that were refused because the term was over */
} korch_engine_stats;

/** An engine that has not been started. @since 0.1 */
KORCH_API int korch_engine_new(korch_engine **out, const korch_engine_options *options,
                               korch_error **err);
/** Adds a controller; also after the start (its keys are then requested at once). *out is borrowed
 * and may be NULL. @since 0.1 */
KORCH_API int korch_engine_add(korch_controller **out, korch_engine *engine,
                               const korch_controller_spec *spec, korch_error **err);
/** Lists and watches the store; controllers run once the cache is in step. Stops by itself when the
 * store is closed. @since 0.1 */
KORCH_API int korch_engine_start(korch_engine *engine, korch_error **err);
/** Stops handing out requests; commits under way complete. @since 0.1 */
KORCH_API void korch_engine_stop(korch_engine *engine);
/** Frees a stopped engine (stops it when it is not); not from inside of one of its callbacks.
 * Submissions under way get KORCH_E_CLOSED. NULL is fine. @since 0.1 */
KORCH_API void korch_engine_free(korch_engine *engine);

/** The cache; borrowed; changes whenever the loop runs. Its now is the loop's. @since 0.1 */
KORCH_API const korch_view *korch_engine_view(const korch_engine *engine);
/** 1 when the cache has been filled after the start. @since 0.1 */
KORCH_API int korch_engine_is_synced(const korch_engine *engine);
/**
 * 1 when nothing is queued, in hand or being committed, and the cache has everything: only time can
 * change that.
 * @param next_us when the next delayed request is due (KORCH_USEC_NEVER: none); may be NULL. @since
 * 0.1
 */
KORCH_API int korch_engine_is_idle(const korch_engine *engine, korch_usec *next_us);
/** Counters. @since 0.1 */
KORCH_API void korch_engine_get_stats(korch_engine_stats *out, const korch_engine *engine);

/**
 * Commits a plan from outside, as an API server would handle a person's request: defaults and
 * validation first, then one transaction. Steps whose base has a revision of 0 do not compare
 * revisions (last writer wins): they are applied to the newest state again on a conflict.
 * @param plan taken, in any case. @param fn may be NULL; runs exactly once when 0 is returned.
 * @return 0, KORCH_E_INVALID with the first problem in err, or KORCH_E_BUSY: the cache is not in
 * step yet, or another one leads. The completion has KORCH_E_BUSY when the term was over. @since
 * 0.1
 */
KORCH_API int korch_engine_submit(korch_engine *engine, korch_plan *plan, korch_submit_fn fn,
                                  void *userdata, korch_error **err);

/** Sees every change that enters the cache, in order; for front ends. Several can be added. destroy
 * runs when the engine is freed. @since 0.1 */
KORCH_API int korch_engine_observe(korch_engine *engine,
                                   void (*fn)(void *userdata, const korch_change *change),
                                   void *userdata, void (*destroy)(void *userdata));

KORCH_END_DECLS

#endif
