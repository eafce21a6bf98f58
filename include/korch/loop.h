/*
 * The event loop: time, timers, descriptors, posted work. Two implementations, real time (libuv)
 * and virtual time (a discrete-event queue); everything in the library that needs a clock gets it
 * from here.
 */
#ifndef KORCH_LOOP_H
#define KORCH_LOOP_H

#include <korch/error.h>
#include <stdint.h>

KORCH_BEGIN_DECLS

/** @file loop.h Time, timers, descriptors and posted work. */

/** Points in time and spans are microseconds; points count from 1970-01-01T00:00:00Z. */
typedef int64_t korch_usec;
#define KORCH_USEC_PER_MSEC ((korch_usec)1000)   /**< microseconds in a millisecond */
#define KORCH_USEC_PER_SEC ((korch_usec)1000000) /**< microseconds in a second */
#define KORCH_USEC_NEVER ((korch_usec)INT64_MAX) /**< a point in time that does not come */

/** An event loop. Not thread-safe, but for korch_loop_wake(). */
typedef struct korch_loop korch_loop;
/** A timer of a loop. */
typedef struct korch_timer korch_timer;
/** Interest in a descriptor. */
typedef struct korch_poll korch_poll;

/** Called by the loop. @param userdata what was given with the callback. */
typedef void (*korch_loop_fn)(void *userdata);
/** Called when a descriptor is ready. @param userdata as given. @param fd the descriptor. @param
 * events KORCH_POLL_* that hold. */
typedef void (*korch_poll_fn)(void *userdata, int fd, int events);

enum {
	KORCH_POLL_IN = 1,  /**< readable, or the peer has closed */
	KORCH_POLL_OUT = 2, /**< writable */
};

/** A loop in real time on libuv. Its clock starts at the wall clock's time and never goes back.
 * @since 0.1 */
KORCH_API int korch_loop_new(korch_loop **out, korch_error **err);
/**
 * A loop in virtual time: the clock stands still while callbacks run and jumps to the next timer
 * when nothing is left to do, so an hour passes in as long as its work takes. Timers of one instant
 * fire in the order in which they were set; two runs with the same calls are the same. Descriptors
 * are not supported (KORCH_E_UNSUPPORTED).
 * @param start_us the clock's first reading, e.g. 1577836800000000 for 2020-01-01. @since 0.1
 */
KORCH_API int korch_loop_new_virtual(korch_loop **out, korch_usec start_us, korch_error **err);
/** Frees a loop. All of its timers and polls must have been freed; posted work that has not run is
 * dropped. NULL is fine. @since 0.1 */
KORCH_API void korch_loop_free(korch_loop *loop);

/** The loop's time in microseconds since 1970. Read once per iteration; never goes back. @since 0.1
 */
KORCH_API korch_usec korch_loop_now(const korch_loop *loop);
/** 1 for a virtual loop, 0 for a real one. @since 0.1 */
KORCH_API int korch_loop_is_virtual(const korch_loop *loop);

/** Runs until korch_loop_stop() or until nothing is left that could ever happen. Returns 0, or
 * KORCH_E_BUSY from inside of a callback of the loop. @since 0.1 */
KORCH_API int korch_loop_run(korch_loop *loop);
/** Lets korch_loop_run() return after the callback that is running. @since 0.1 */
KORCH_API void korch_loop_stop(korch_loop *loop);
/**
 * Does what is due and returns.
 * @param until_us real loop: wait for work until this time at most (0: do not wait); virtual loop:
 * advance the clock through all events up to this time and leave it there (KORCH_USEC_NEVER: until
 * nothing is left).
 * @return 1 when anything is left that could happen later, 0 when not; KORCH_E_BUSY from inside of
 * a callback. @since 0.1
 */
KORCH_API int korch_loop_step(korch_loop *loop, korch_usec until_us);
/** A descriptor that becomes readable when the loop has work, for somebody else's poll(); -1 for a
 * virtual loop. Borrowed. @since 0.1 */
KORCH_API int korch_loop_fd(const korch_loop *loop);
/** How long that poll() may wait: microseconds from now, 0 = work is due, KORCH_USEC_NEVER = only
 * the descriptor matters. @since 0.1 */
KORCH_API korch_usec korch_loop_timeout(const korch_loop *loop);

/** Runs fn in the next round of the loop, after what is posted already. Same thread only. May fail
 * with KORCH_E_NOMEM. @since 0.1 */
KORCH_API int korch_loop_post(korch_loop *loop, korch_loop_fn fn, void *userdata);
/** Makes a waiting loop return from its wait and call its wake function. The only call that any
 * thread may make. @since 0.1 */
KORCH_API void korch_loop_wake(korch_loop *loop);
/** The function that korch_loop_wake() leads to; several wakes may become one call. NULL removes
 * it. @since 0.1 */
KORCH_API void korch_loop_on_wake(korch_loop *loop, korch_loop_fn fn, void *userdata);

/** A timer that is not set. @since 0.1 */
KORCH_API int korch_timer_new(korch_timer **out, korch_loop *loop, korch_loop_fn fn,
                              void *userdata);
/** Sets (or moves) a timer to fire once at a point in time; KORCH_USEC_NEVER unsets it. A time that
 * has passed fires in the next round, never from inside. @since 0.1 */
KORCH_API void korch_timer_set(korch_timer *timer, korch_usec at_us);
/** When the timer will fire, KORCH_USEC_NEVER when it is not set. @since 0.1 */
KORCH_API korch_usec korch_timer_due(const korch_timer *timer);
/** Unsets and frees a timer; also from its own callback. NULL is fine. @since 0.1 */
KORCH_API void korch_timer_free(korch_timer *timer);

/**
 * Watches a descriptor; the descriptor stays the caller's, and is made non-blocking. One poll a
 * descriptor (KORCH_E_EXISTS); regular files cannot be watched (KORCH_E_UNSUPPORTED). On an error
 * or hang-up of the descriptor everything that is wanted is reported, as reading or writing then
 * tells what is wrong.
 * @param events KORCH_POLL_* wanted. @since 0.1
 */
KORCH_API int korch_poll_new(korch_poll **out, korch_loop *loop, int fd, int events,
                             korch_poll_fn fn, void *userdata);
/** Changes what is wanted (0: nothing for now). @since 0.1 */
KORCH_API int korch_poll_set(korch_poll *poll, int events);
/** Stops watching and frees; also from its own callback; before the descriptor is closed. NULL is
 * fine. @since 0.1 */
KORCH_API void korch_poll_free(korch_poll *poll);

KORCH_END_DECLS

#endif
