/* The loop in virtual time: no descriptors, no waiting; the clock jumps from event to event. */
#include "base/alloc.h"
#include "base/loop.h"

static korch_usec virtual_read_clock(korch_loop *loop)
{
	return loop->now;
}

static int virtual_step(korch_loop *loop, korch_usec until_us)
{
	while (!loop->stopped) {
		if (korch__loop_due(loop)) {
			korch__loop_round(loop);
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
	(void)loop; /* the mark in the loop's head is enough: virtual loops do not sleep */
}

static void virtual_free(korch_loop *loop)
{
	korch__loop_fini(loop);
	korch__free(loop);
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
	korch_loop *loop = korch__alloc(sizeof(*loop));
	if (!loop)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a virtual loop");
	korch__loop_init(loop, &virtual_ops);
	loop->now = start_us;
	*out = loop;
	return 0;
}
