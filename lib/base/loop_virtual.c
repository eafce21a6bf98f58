/*
 * The loop in virtual time: no descriptors; the clock jumps from event to event. The only thing
 * that it ever waits for is another thread's work while the loop is held, and then its clock
 * stands still.
 */
#include "base/alloc.h"
#include "base/loop.h"

#include <pthread.h>

typedef struct virtual_backend {
	korch_loop head;
	pthread_mutex_t lock; /* guards nothing but the wait */
	pthread_cond_t woken;
} virtual_backend;

static virtual_backend *of(korch_loop *loop)
{
	return (virtual_backend *)loop;
}

static korch_usec virtual_read_clock(korch_loop *loop)
{
	return loop->now;
}

static void wait_for_wake(virtual_backend *loop)
{
	pthread_mutex_lock(&loop->lock);
	while (!atomic_load(&loop->head.woken))
		pthread_cond_wait(&loop->woken, &loop->lock);
	pthread_mutex_unlock(&loop->lock);
}

static int virtual_step(korch_loop *loop, korch_usec until_us)
{
	while (!loop->stopped) {
		if (korch__loop_due(loop)) {
			korch__loop_round(loop);
			continue;
		}
		if (loop->holds > 0) {
			wait_for_wake(of(loop));
			continue;
		}
		korch_usec next = korch__loop_next(loop);
		if (next == KORCH_USEC_NEVER || next > until_us)
			break;
		loop->now = next;
	}
	if (!loop->stopped && until_us != KORCH_USEC_NEVER && until_us > loop->now)
		loop->now = until_us;
	return korch__loop_due(loop) || korch__loop_next(loop) != KORCH_USEC_NEVER;
}

static int virtual_run(korch_loop *loop)
{
	virtual_step(loop, KORCH_USEC_NEVER);
	return 0;
}

static korch_usec virtual_timeout(const korch_loop *loop)
{
	/* Nobody has to wait for virtual time: while anything is left, a step makes it happen. */
	return korch__loop_next(loop) == KORCH_USEC_NEVER ? KORCH_USEC_NEVER : 0;
}

static void virtual_wake(korch_loop *loop)
{
	pthread_mutex_lock(&of(loop)->lock);
	pthread_cond_signal(&of(loop)->woken);
	pthread_mutex_unlock(&of(loop)->lock);
}

static void virtual_free(korch_loop *loop)
{
	korch__loop_fini(loop);
	pthread_cond_destroy(&of(loop)->woken);
	pthread_mutex_destroy(&of(loop)->lock);
	korch__free(of(loop));
}

static const korch_loop_ops virtual_ops = {
    .size = sizeof(virtual_ops),
    .is_virtual = 1,
    .read_clock = virtual_read_clock,
    .run = virtual_run,
    .step = virtual_step,
    .timeout = virtual_timeout,
    .wake = virtual_wake,
    .free = virtual_free,
};

int korch_loop_new_virtual(korch_loop **out, korch_usec start_us, korch_error **err)
{
	if (!out || start_us < 0 || start_us == KORCH_USEC_NEVER)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "a virtual loop needs a place and a start time");
	virtual_backend *loop = korch__alloc(sizeof(*loop));
	if (!loop)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a virtual loop");
	korch__loop_init(&loop->head, &virtual_ops);
	loop->head.now = start_us;
	/* With default attributes these two cannot fail. */
	pthread_mutex_init(&loop->lock, NULL);
	pthread_cond_init(&loop->woken, NULL);
	*out = &loop->head;
	return 0;
}
