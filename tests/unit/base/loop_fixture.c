/* The fixture of the loop's tests. */
#include "loop_fixture.h"

#include <string.h>

korch_loop *loop;
korch_timer *timers[LOOP_TIMERS];
char trace[256];

void loop_make(int real)
{
	trace[0] = '\0';
	int r = real ? korch_loop_new(&loop, NULL)
	             : korch_loop_new_virtual(&loop, INT64_C(1577836800000000), NULL);
	ck_assert_int_eq(r, 0);
}

void loop_finish(void)
{
	for (size_t i = 0; i < LOOP_TIMERS; i++) {
		korch_timer_free(timers[i]);
		timers[i] = NULL;
	}
	korch_loop_free(loop);
}

void note(void *text)
{
	ck_assert_uint_lt(strlen(trace) + strlen(text), sizeof(trace));
	strcat(trace, text);
}

void timer_make(size_t i, korch_loop_fn fn, const char *text)
{
	ck_assert_int_eq(korch_timer_new(&timers[i], loop, fn, (void *)text), 0);
}

void post_text(korch_loop_fn fn, const char *text)
{
	ck_assert_int_eq(korch_loop_post(loop, fn, (void *)text), 0);
}
