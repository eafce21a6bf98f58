/*
 * Event loops, the part that real and virtual time share: timers, posted work, wakes, and the way
 * from public calls into the implementation's table. Nothing in here waits.
 */
#include "base/loop.h"
#include "base/alloc.h"

#include <assert.h>

struct korch_timer {
	korch_heap_node node; /* first, so that the heap's node is the timer */
	korch_loop *loop;
	korch_loop_fn fn;
	void *userdata;
};

struct korch_waker {
	korch_waker *next;
	korch_loop *loop;
	korch_loop_fn fn;
	void *userdata;
	atomic_int woken;
};

static const korch_usec never = KORCH_USEC_NEVER;

void korch__loop_init(korch_loop *loop, const korch_loop_ops *ops)
{
	*loop = (korch_loop){.ops = ops};
	atomic_init(&loop->host_woken, 0);
	atomic_init(&loop->woken, 0);
}

void korch__loop_fini(korch_loop *loop)
{
	assert(loop->n_timers == 0 && !loop->wakers);
	korch__heap_fini(&loop->timers);
	korch__free(loop->posts);
	loop->posts = NULL;
}

/* Rounds */

static int timer_due(const korch_loop *loop, uint64_t sequence_end)
{
	const korch_heap_node *first = korch__heap_first(&loop->timers);
	return first && first->when <= korch_loop_now(loop) && first->sequence < sequence_end;
}

static void run_timers(korch_loop *loop)
{
	/*
	 * Setting moves a time that has passed up to now, so timers set from here on come behind all
	 * others that are due: stopping at the first of them leaves none behind.
	 */
	uint64_t sequence_end = loop->timers.sequence;
	while (!loop->stopped && timer_due(loop, sequence_end)) {
		korch_timer *timer = (korch_timer *)korch__heap_first(&loop->timers);
		korch__heap_remove(&loop->timers, &timer->node);
		timer->fn(timer->userdata); /* may free the timer */
	}
}

static void run_posts(korch_loop *loop)
{
	for (size_t n = loop->n_posts; n > 0 && !loop->stopped; n--) {
		korch_loop_work work = loop->posts[loop->posts_first];
		loop->posts_first = (loop->posts_first + 1) & (loop->posts_cap - 1);
		loop->n_posts--;
		work.fn(work.userdata);
	}
}

static void run_wakes(korch_loop *loop)
{
	if (loop->stopped || !atomic_exchange(&loop->woken, 0))
		return;
	if (atomic_exchange(&loop->host_woken, 0) && loop->wake_fn)
		loop->wake_fn(loop->wake_userdata);
	loop->next_waker = loop->wakers;
	while (loop->next_waker && !loop->stopped) {
		korch_waker *waker = loop->next_waker;
		loop->next_waker = waker->next;
		if (atomic_exchange(&waker->woken, 0))
			waker->fn(waker->userdata); /* may free any waker */
	}
	if (loop->next_waker)
		atomic_store(&loop->woken, 1); /* stopped: the rest has its turn later */
	loop->next_waker = NULL;
}

void korch__loop_round(korch_loop *loop)
{
	run_wakes(loop);
	run_timers(loop);
	run_posts(loop);
}

korch_usec korch__loop_next(const korch_loop *loop)
{
	const korch_heap_node *first = korch__heap_first(&loop->timers);
	return first ? first->when : never;
}

int korch__loop_due(korch_loop *loop)
{
	return loop->n_posts > 0 || atomic_load(&loop->woken) || timer_due(loop, UINT64_MAX);
}

/* The loop */

void korch_loop_free(korch_loop *loop)
{
	if (!loop)
		return;
	assert(!loop->running);
	loop->ops->free(loop);
}

korch_usec korch_loop_now(const korch_loop *loop)
{
	if (!loop)
		return 0;
	/*
	 * Outside of rounds nobody knows how old the last reading is. The cache is no visible state:
	 * const.
	 */
	if (loop->now_stale || !loop->running) {
		korch_loop *cache = (korch_loop *)loop;
		korch_usec now = loop->ops->read_clock(cache);
		cache->now = now > cache->now ? now : cache->now;
		cache->now_stale = 0;
	}
	return loop->now;
}

int korch_loop_is_virtual(const korch_loop *loop)
{
	return loop && loop->ops->is_virtual;
}

int korch_loop_run(korch_loop *loop)
{
	if (!loop)
		return KORCH_E_INVALID;
	if (loop->running)
		return KORCH_E_BUSY;
	loop->running = loop->now_stale = 1;
	int r = loop->ops->run(loop);
	loop->running = loop->stopped = 0;
	return r;
}

void korch_loop_stop(korch_loop *loop)
{
	if (loop)
		loop->stopped = 1;
}

int korch_loop_step(korch_loop *loop, korch_usec until_us)
{
	if (!loop)
		return KORCH_E_INVALID;
	if (loop->running)
		return KORCH_E_BUSY;
	loop->running = loop->now_stale = 1;
	int r = loop->ops->step(loop, until_us);
	loop->running = loop->stopped = 0;
	return r;
}

int korch_loop_fd(const korch_loop *loop)
{
	return loop && loop->ops->fd ? loop->ops->fd(loop) : -1;
}

korch_usec korch_loop_timeout(const korch_loop *loop)
{
	if (!loop)
		return never;
	return korch__loop_due((korch_loop *)loop) ? 0 : loop->ops->timeout(loop);
}

void korch__loop_hold(korch_loop *loop)
{
	loop->holds++;
}

void korch__loop_release(korch_loop *loop)
{
	assert(loop->holds > 0);
	loop->holds--;
}

/* Posted work and wakes */

static int grow_posts(korch_loop *loop)
{
	size_t cap = loop->posts_cap ? loop->posts_cap * 2 : 16;
	korch_loop_work *posts = korch__realloc_array(NULL, cap, sizeof(*posts));
	if (!posts)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < loop->n_posts; i++)
		posts[i] = loop->posts[(loop->posts_first + i) & (loop->posts_cap - 1)];
	korch__free(loop->posts);
	loop->posts = posts;
	loop->posts_cap = cap;
	loop->posts_first = 0;
	return 0;
}

int korch_loop_post(korch_loop *loop, korch_loop_fn fn, void *userdata)
{
	if (!loop || !fn)
		return KORCH_E_INVALID;
	if (loop->n_posts == loop->posts_cap) {
		int r = grow_posts(loop);
		if (r < 0)
			return r;
	}
	size_t last = (loop->posts_first + loop->n_posts++) & (loop->posts_cap - 1);
	loop->posts[last] = (korch_loop_work){.fn = fn, .userdata = userdata};
	return 0;
}

/* One signal is enough until the loop has seen it. */
static void signal_loop(korch_loop *loop)
{
	if (!atomic_exchange(&loop->woken, 1))
		loop->ops->wake(loop);
}

void korch_loop_wake(korch_loop *loop)
{
	if (!loop)
		return;
	atomic_store(&loop->host_woken, 1);
	signal_loop(loop);
}

void korch_loop_on_wake(korch_loop *loop, korch_loop_fn fn, void *userdata)
{
	if (!loop)
		return;
	loop->wake_fn = fn;
	loop->wake_userdata = userdata;
}

int korch__waker_new(korch_waker **out, korch_loop *loop, korch_loop_fn fn, void *userdata)
{
	korch_waker *waker = korch__alloc(sizeof(*waker));
	if (!waker)
		return KORCH_E_NOMEM;
	*waker = (korch_waker){.next = loop->wakers, .loop = loop, .fn = fn, .userdata = userdata};
	atomic_init(&waker->woken, 0);
	loop->wakers = waker;
	*out = waker;
	return 0;
}

void korch__waker_wake(korch_waker *waker)
{
	atomic_store(&waker->woken, 1);
	signal_loop(waker->loop);
}

void korch__waker_free(korch_waker *waker)
{
	if (!waker)
		return;
	korch_loop *loop = waker->loop;
	if (loop->next_waker == waker)
		loop->next_waker = waker->next;
	korch_waker **at = &loop->wakers;
	while (*at != waker)
		at = &(*at)->next;
	*at = waker->next;
	korch__free(waker);
}

/* Timers */

int korch_timer_new(korch_timer **out, korch_loop *loop, korch_loop_fn fn, void *userdata)
{
	if (!out || !loop || !fn)
		return KORCH_E_INVALID;
	if (korch__heap_reserve(&loop->timers, loop->n_timers + 1) < 0)
		return KORCH_E_NOMEM;
	korch_timer *timer = korch__calloc(1, sizeof(*timer));
	if (!timer)
		return KORCH_E_NOMEM;
	*timer = (korch_timer){.node.index = SIZE_MAX, .loop = loop, .fn = fn, .userdata = userdata};
	loop->n_timers++;
	*out = timer;
	return 0;
}

void korch_timer_set(korch_timer *timer, korch_usec at_us)
{
	if (!timer)
		return;
	korch_loop *loop = timer->loop;
	korch__heap_remove(&loop->timers, &timer->node);
	if (at_us == never)
		return;
	korch_usec now = korch_loop_now(loop);
	timer->node.when = at_us > now ? at_us : now;
	int r = korch__heap_insert(&loop->timers, &timer->node);
	assert(r == 0); /* room was reserved with the timer */
	(void)r;
}

korch_usec korch_timer_due(const korch_timer *timer)
{
	return timer && timer->node.index != SIZE_MAX ? timer->node.when : never;
}

void korch_timer_free(korch_timer *timer)
{
	if (!timer)
		return;
	korch__heap_remove(&timer->loop->timers, &timer->node);
	timer->loop->n_timers--;
	korch__free(timer);
}

/* Descriptors */

static int bad_events(int events)
{
	return (events & ~(KORCH_POLL_IN | KORCH_POLL_OUT)) != 0;
}

int korch_poll_new(korch_poll **out, korch_loop *loop, int fd, int events, korch_poll_fn fn,
                   void *userdata)
{
	if (!out || !loop || fd < 0 || bad_events(events) || !fn)
		return KORCH_E_INVALID;
	if (!loop->ops->poll_new)
		return KORCH_E_UNSUPPORTED;
	korch_poll *poll;
	int r = loop->ops->poll_new(&poll, loop, fd, events);
	if (r < 0)
		return r;
	poll->fn = fn;
	poll->userdata = userdata;
	*out = poll;
	return 0;
}

int korch_poll_set(korch_poll *poll, int events)
{
	if (!poll || bad_events(events))
		return KORCH_E_INVALID;
	return poll->loop->ops->poll_set(poll, events);
}

void korch_poll_free(korch_poll *poll)
{
	if (poll)
		poll->loop->ops->poll_free(poll);
}
