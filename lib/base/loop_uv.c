/*
 * The loop in real time. libuv waits (epoll) and watches descriptors; timers and posted work are
 * ours, so that libuv sees a single timer however many are set. Rooms may add handles of their own
 * to the uv_loop_t.
 */
#include "base/alloc.h"
#include "base/loop.h"

#include <assert.h>
#include <time.h>
#include <uv.h>

typedef struct uv_backend {
	korch_loop head;
	uv_loop_t uv;
	uv_async_t async;     /* korch_loop_wake() */
	uv_timer_t timer;     /* limits the wait; rounds look at the heap for what is due */
	uv_prepare_t prepare; /* runs just before the wait: the clock is old after it */
	korch_usec offset;    /* wall clock minus monotonic clock, when the loop was made */
} uv_backend;

typedef struct uv_backend_poll {
	korch_poll head;
	uv_poll_t handle;
	int fd;
	int events; /* wanted */
} uv_backend_poll;

static uv_backend *of(const korch_loop *loop)
{
	return (uv_backend *)loop;
}

static int code_of(int r)
{
	switch (r) {
	case 0:
		return 0;
	case UV_ENOMEM:
		return KORCH_E_NOMEM;
	case UV_EEXIST:
		return KORCH_E_EXISTS;
	case UV_EPERM: /* a regular file: always ready, nothing to watch */
		return KORCH_E_UNSUPPORTED;
	case UV_EBADF:
	case UV_EINVAL:
		return KORCH_E_INVALID;
	case UV_EMFILE:
	case UV_ENFILE:
		return KORCH_E_LIMIT;
	default:
		return KORCH_E_IO;
	}
}

static korch_usec monotonic_now(void)
{
	return (korch_usec)(uv_hrtime() / 1000);
}

static korch_usec real_read_clock(korch_loop *loop)
{
	return of(loop)->offset + monotonic_now();
}

static void on_async(uv_async_t *async)
{
	(void)async; /* ended the wait; the round sees the mark in the loop's head */
}

/*
 * libuv fires what is due before it waits, too, and would then wait without an end: a stopped loop
 * does not wait. The mark is gone when uv_run() returns.
 */
static void on_timer(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static void on_prepare(uv_prepare_t *prepare)
{
	((uv_backend *)prepare->data)->head.now_stale = 1;
}

/* Whether anything could still happen, our own helpers not counted. */
static int is_alive(uv_backend *loop)
{
	if (loop->head.holds || loop->head.timers.n || loop->head.n_posts ||
	    atomic_load(&loop->head.woken))
		return 1;
	/*
	 * The async is referenced so that libuv does wait for it; the timer is stopped between waits.
	 */
	uv_unref((uv_handle_t *)&loop->async);
	int alive = uv_loop_alive(&loop->uv);
	uv_ref((uv_handle_t *)&loop->async);
	return alive;
}

/* Waits for descriptors, wakes and libuv's own handles, until a point in time; 0: only looks. */
static void wait_until(uv_backend *loop, korch_usec until_us)
{
	if (until_us == 0) {
		uv_run(&loop->uv, UV_RUN_NOWAIT);
		return;
	}
	if (until_us != KORCH_USEC_NEVER) {
		/*
		 * libuv counts whole milliseconds from its own reading: rounding up, it never wakes too
		 * early.
		 */
		korch_usec at = until_us > loop->offset ? until_us - loop->offset : 0;
		uint64_t at_ms = (uint64_t)at / 1000 + ((uint64_t)at % 1000 != 0);
		uv_update_time(&loop->uv);
		uint64_t now_ms = uv_now(&loop->uv);
		uv_timer_start(&loop->timer, on_timer, at_ms > now_ms ? at_ms - now_ms : 0, 0);
	}
	uv_run(&loop->uv, UV_RUN_ONCE);
	uv_timer_stop(&loop->timer);
}

static int real_step(korch_loop *head, korch_usec until_us)
{
	uv_backend *loop = of(head);
	korch_usec next = korch__loop_next(head);
	korch_usec wait = next < until_us ? next : until_us;
	if (head->stopped)
		return is_alive(loop);
	/* Without anything pending a wait has to have an end of its own. */
	if (korch__loop_due(head) || wait <= korch_loop_now(head) ||
	    (wait == KORCH_USEC_NEVER && !is_alive(loop)))
		wait = 0;
	wait_until(loop, wait);
	korch__loop_round(head);
	return is_alive(loop);
}

static int real_run_all(korch_loop *head)
{
	uv_backend *loop = of(head);
	while (!head->stopped && is_alive(loop))
		real_step(head, KORCH_USEC_NEVER);
	return 0;
}

static int real_fd(const korch_loop *head)
{
	return uv_backend_fd(&of(head)->uv);
}

static korch_usec real_timeout(const korch_loop *head)
{
	uv_backend *loop = of(head);
	korch_usec next = korch__loop_next(head);
	korch_usec left = next == KORCH_USEC_NEVER ? next : next - korch_loop_now(head);
	/*
	 * libuv's view: its own timers (relative to its reading), closing handles, descriptors to be
	 * registered.
	 */
	uv_update_time(&loop->uv);
	int libuv_ms = uv_backend_timeout(&loop->uv);
	korch_usec libuv_left = libuv_ms < 0 ? KORCH_USEC_NEVER : libuv_ms * KORCH_USEC_PER_MSEC;
	if (libuv_left < left)
		left = libuv_left;
	return left > 0 ? left : 0;
}

static void real_wake(korch_loop *head)
{
	uv_async_send(&of(head)->async);
}

/* Descriptors */

static int real_poll_change(korch_poll *head, int events);

static void on_poll(uv_poll_t *handle, int status, int uv_events)
{
	uv_backend_poll *poll = handle->data;
	/*
	 * On an error libuv stops watching; here a descriptor is reported for as long as somebody
	 * wants it.
	 */
	if (status < 0)
		real_poll_change(&poll->head, poll->events);
	if (poll->head.loop->stopped)
		return; /* levels are reported again when the loop goes on */
	int events = 0;
	if (status < 0) {
		events = poll->events; /* reading or writing will say what is wrong */
	} else {
		events |= uv_events & (UV_READABLE | UV_DISCONNECT) ? KORCH_POLL_IN : 0;
		events |= uv_events & UV_WRITABLE ? KORCH_POLL_OUT : 0;
	}
	poll->head.fn(poll->head.userdata, poll->fd, events & poll->events);
}

static int real_poll_change(korch_poll *head, int events)
{
	uv_backend_poll *poll = (uv_backend_poll *)head;
	int uv_events = (events & KORCH_POLL_IN ? UV_READABLE | UV_DISCONNECT : 0) |
	                (events & KORCH_POLL_OUT ? UV_WRITABLE : 0);
	int r = events ? uv_poll_start(&poll->handle, uv_events, on_poll) : uv_poll_stop(&poll->handle);
	if (r == 0)
		poll->events = events;
	return code_of(r);
}

static void on_poll_closed(uv_handle_t *handle)
{
	korch__free(handle->data);
}

static void real_poll_close(korch_poll *head)
{
	uv_close((uv_handle_t *)&((uv_backend_poll *)head)->handle, on_poll_closed);
}

static int real_poll_make(korch_poll **out, korch_loop *head, int fd, int events)
{
	uv_backend_poll *poll = korch__calloc(1, sizeof(*poll));
	if (!poll)
		return KORCH_E_NOMEM;
	int r = uv_poll_init(&of(head)->uv, &poll->handle, fd);
	if (r < 0) {
		korch__free(poll);
		return code_of(r);
	}
	poll->head.loop = head;
	poll->fd = fd;
	poll->handle.data = poll;
	r = real_poll_change(&poll->head, events);
	if (r < 0) {
		real_poll_close(&poll->head);
		return r;
	}
	*out = &poll->head;
	return 0;
}

/* Making and freeing */

static void real_free(korch_loop *head)
{
	uv_backend *loop = of(head);
	uv_close((uv_handle_t *)&loop->async, NULL);
	uv_close((uv_handle_t *)&loop->timer, NULL);
	uv_close((uv_handle_t *)&loop->prepare, NULL);
	uv_run(&loop->uv, UV_RUN_NOWAIT); /* lets the closing handles end */
	int r = uv_loop_close(&loop->uv);
	assert(r == 0); /* somebody has left a handle open */
	korch__loop_fini(head);
	/* A handle that is still in use points into this memory: better lost than read after free. */
	if (r == 0)
		korch__free(loop);
}

static const korch_loop_ops real_ops = {
    .size = sizeof(real_ops),
    .read_clock = real_read_clock,
    .run = real_run_all,
    .step = real_step,
    .fd = real_fd,
    .timeout = real_timeout,
    .wake = real_wake,
    .free = real_free,
    .poll_new = real_poll_make,
    .poll_set = real_poll_change,
    .poll_free = real_poll_close,
};

struct uv_loop_s *korch__loop_uv(korch_loop *loop)
{
	return loop->ops == &real_ops ? &of(loop)->uv : NULL;
}

static int make_handles(uv_backend *loop)
{
	int r = uv_async_init(&loop->uv, &loop->async, on_async);
	if (r < 0)
		return r;
	/* These two cannot fail. */
	uv_timer_init(&loop->uv, &loop->timer);
	uv_prepare_init(&loop->uv, &loop->prepare);
	loop->prepare.data = loop;
	uv_prepare_start(&loop->prepare, on_prepare);
	uv_unref((uv_handle_t *)&loop->prepare);
	uv_run(&loop->uv, UV_RUN_NOWAIT); /* so that the descriptor of korch_loop_fd() knows of the
	                                     async */
	return 0;
}

int korch_loop_new(korch_loop **out, korch_error **err)
{
	if (!out)
		return korch_error_set(err, KORCH_E_INVALID, "a loop needs a place");
	uv_backend *loop = korch__calloc(1, sizeof(*loop));
	if (!loop)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a loop");
	korch__loop_init(&loop->head, &real_ops);
	int r = uv_loop_init(&loop->uv);
	if (r == 0) {
		r = make_handles(loop);
		if (r < 0)
			uv_loop_close(&loop->uv);
	}
	if (r < 0) {
		korch__free(loop);
		return korch_error_set(err, code_of(r), "cannot make a loop: %s", uv_strerror(r));
	}
	struct timespec wall;
	clock_gettime(CLOCK_REALTIME, &wall);
	loop->offset = wall.tv_sec * KORCH_USEC_PER_SEC + wall.tv_nsec / 1000 - monotonic_now();
	*out = &loop->head;
	return 0;
}
