/*
 * Inside of event loops: what both implementations share, and what rooms that use libuv themselves
 * may ask for. Timers, posted work and wakes are kept here in one way for both; a backend only
 * waits and tells the time.
 */
#ifndef KORCH_BASE_LOOP_H
#define KORCH_BASE_LOOP_H

#include "base/heap.h"
#include <korch/loop.h>
#include <stdatomic.h>
#include <stddef.h>

struct uv_loop_s;

/*
 * The libuv loop under a real loop, for handles of one's own (NULL for a virtual loop). Active
 * handles keep korch_loop_run() going; all of them must be closed, and their close callbacks run,
 * before korch_loop_free().
 */
struct uv_loop_s *korch__loop_uv(korch_loop *loop);

/*
 * Held while work of ours runs on another thread: a run then waits for its wake even when nothing
 * else is pending, and virtual time stands still meanwhile, so that how long the thread takes
 * changes nothing. Counted; loop's thread.
 */
void korch__loop_hold(korch_loop *loop);
void korch__loop_release(korch_loop *loop);

/*
 * A wake of one's own, for rooms that work on other threads (the host program has
 * korch_loop_on_wake()): any thread may call korch__waker_wake(), fn runs on the loop's thread,
 * once for several wakes that come together. Made and freed on the loop's thread (also from fn),
 * freed when no thread can wake it any more. Does not hold the loop.
 */
typedef struct korch_waker korch_waker;
int korch__waker_new(korch_waker **out, korch_loop *loop, korch_loop_fn fn, void *userdata);
void korch__waker_wake(korch_waker *waker);
void korch__waker_free(korch_waker *waker); /* NULL is fine */

/* One posted call. */
typedef struct korch_loop_work {
	korch_loop_fn fn;
	void *userdata;
} korch_loop_work;

/*
 * What differs between the implementations. Every slot is required, but for those that say
 * otherwise.
 */
typedef struct korch_loop_ops {
	size_t size; /* of this table */
	int is_virtual;
	korch_usec (*read_clock)(korch_loop *loop);
	/* As korch_loop_run() and korch_loop_step() say; the head looks after `running`, `stopped`. */
	int (*run)(korch_loop *loop);
	int (*step)(korch_loop *loop, korch_usec until_us);
	int (*fd)(const korch_loop *loop);             /* NULL: there is none */
	korch_usec (*timeout)(const korch_loop *loop); /* called when nothing is due now */
	void (*wake)(korch_loop *loop);                /* any thread */
	void (*free)(korch_loop *loop);                /* the backend's part and the memory */
	/* Polls; poll_new NULL: not supported. */
	int (*poll_new)(korch_poll **out, korch_loop *loop, int fd, int events);
	int (*poll_set)(korch_poll *poll, int events);
	void (*poll_free)(korch_poll *poll);
} korch_loop_ops;

/* The head of every loop. */
struct korch_loop {
	const korch_loop_ops *ops;
	korch_usec now;
	int now_stale; /* the clock has to be read again when somebody asks */
	int running;   /* inside run or step */
	int stopped;
	size_t holds;
	korch_heap timers; /* has room for all timers that exist: setting cannot fail */
	size_t n_timers;
	korch_loop_work *posts; /* a ring */
	size_t posts_cap;
	size_t posts_first;
	size_t n_posts;
	korch_loop_fn wake_fn;
	void *wake_userdata;
	atomic_int host_woken;
	atomic_int woken; /* the host or a waker */
	korch_waker *wakers;
	korch_waker *next_waker; /* while a round goes through them */
};

/* The head of every poll. */
struct korch_poll {
	korch_loop *loop;
	korch_poll_fn fn;
	void *userdata;
};

void korch__loop_init(korch_loop *loop, const korch_loop_ops *ops);
void korch__loop_fini(korch_loop *loop);
/*
 * One round: the wake functions if woken, the timers that are due, the work posted before the
 * round began. What these start belongs to the next round. Ends early when stopped; the rest
 * stays.
 */
void korch__loop_round(korch_loop *loop);
/* 1 when a round would do something at the loop's present time. */
int korch__loop_due(korch_loop *loop);
/* When the first timer is due; KORCH_USEC_NEVER without one. */
korch_usec korch__loop_next(const korch_loop *loop);

#endif
