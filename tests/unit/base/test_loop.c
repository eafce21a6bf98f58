/* Event loops: what both kinds promise, and virtual time. Real time is in test_loop_real.c. */
#include "base/alloc.h"
#include "base/loop.h"
#include "loop_fixture.h"

#include <pthread.h>
#include <string.h>

static const korch_usec start = INT64_C(1577836800000000);

/* Tests run once for each kind: _i is 0 for virtual, 1 for real. */
START_TEST(test_timers_in_order)
{
	loop_make(_i);
	korch_usec now = korch_loop_now(loop);
	korch_usec unit = _i ? 20000 : 500; /* a slow machine sets all of them before the first is due
	                                     */
	timer_make(0, note, "a");
	timer_make(1, note, "b");
	timer_make(2, note, "c");
	timer_make(3, note, "d");
	ck_assert(korch_timer_due(timers[0]) == KORCH_USEC_NEVER);
	korch_timer_set(timers[0], now + 6 * unit);
	korch_timer_set(timers[1], now + 2 * unit);
	korch_timer_set(timers[2], now + 2 * unit);
	korch_timer_set(timers[3], now + unit);
	korch_timer_set(timers[3], KORCH_USEC_NEVER);
	ck_assert(korch_timer_due(timers[0]) == now + 6 * unit);
	ck_assert_int_eq(korch_loop_run(loop), 0);
	ck_assert_str_eq(trace, "bca");
	ck_assert(korch_timer_due(timers[0]) == KORCH_USEC_NEVER);
	ck_assert(korch_loop_now(loop) >= now + 6 * unit);
	ck_assert_int_eq(korch_loop_step(loop, 0), 0);
	loop_finish();
}
END_TEST

START_TEST(test_ties_and_moves)
{
	loop_make(_i);
	korch_usec at = korch_loop_now(loop) + 1000;
	for (size_t i = 0; i < 5; i++)
		timer_make(i, note, &"a\0b\0c\0d\0e"[2 * i]);
	for (size_t i = 0; i < 5; i++)
		korch_timer_set(timers[i], at);
	korch_timer_set(timers[1], at); /* set again: last now */
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "acdeb");
	loop_finish();
}
END_TEST

static void free_self(void *text)
{
	note(text);
	korch_timer_free(timers[0]);
	timers[0] = NULL;
	korch_timer_free(timers[2]); /* due in the same round */
	timers[2] = NULL;
}

START_TEST(test_free_in_callback)
{
	loop_make(_i);
	korch_usec now = korch_loop_now(loop);
	timer_make(0, free_self, "a");
	timer_make(1, note, "b");
	timer_make(2, note, "c");
	for (size_t i = 0; i < 3; i++)
		korch_timer_set(timers[i], now);
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "ab");
	loop_finish();
}
END_TEST

static void set_past(void *count)
{
	note((void *)"x");
	if (--*(int *)count > 0)
		korch_timer_set(timers[0], 0);
	note((void *)"y"); /* not called from inside of set */
}

START_TEST(test_past_fires_next_round)
{
	loop_make(_i);
	int count = 3;
	timer_make(0, set_past, (char *)&count);
	timer_make(1, note, "b");
	korch_timer_set(timers[0], 0);
	korch_timer_set(timers[1], 0);
	ck_assert_str_eq(trace, "");
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "xybxyxy"); /* one that is always due does not starve the others */
	loop_finish();
}
END_TEST

static void post_more(void *text)
{
	note(text);
	post_text(note, "3");
}

START_TEST(test_post_order)
{
	loop_make(_i);
	timer_make(0, note, "t");
	korch_timer_set(timers[0], 0);
	post_text(post_more, "1");
	post_text(note, "2");
	ck_assert(korch_loop_timeout(loop) == 0);
	ck_assert_str_eq(trace, "");
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "t123");
	ck_assert(korch_loop_timeout(loop) == KORCH_USEC_NEVER);
	for (int i = 0; i < 100; i++)
		post_text(note, ".");
	korch_loop_run(loop);
	ck_assert_uint_eq(strlen(trace), 104);
	post_text(note, "dropped");
	loop_finish();
}
END_TEST

static void stop(void *text)
{
	note(text);
	korch_loop_stop(loop);
}

START_TEST(test_stop)
{
	loop_make(_i);
	post_text(note, "a");
	post_text(stop, "b");
	post_text(note, "c");
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "ab");
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "abc");
	post_text(note, "d");
	korch_loop_stop(loop); /* before running: that run returns at once */
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "abc");
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "abcd");
	loop_finish();
}
END_TEST

static void run_inside(void *unused)
{
	ck_assert_int_eq(korch_loop_run(loop), KORCH_E_BUSY);
	ck_assert_int_eq(korch_loop_step(loop, 0), KORCH_E_BUSY);
	note((void *)"x");
}

START_TEST(test_arguments)
{
	loop_make(_i);
	korch_loop_post(loop, run_inside, NULL);
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "x");
	korch_timer *none;
	ck_assert_int_eq(korch_timer_new(&none, NULL, note, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_timer_new(&none, loop, NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_loop_post(loop, NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_loop_run(NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_loop_step(NULL, 0), KORCH_E_INVALID);
	ck_assert_int_eq(korch_loop_new(NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_loop_new_virtual(&loop, -1, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_poll_new(&(korch_poll *){NULL}, loop, -1, 0, NULL, NULL),
	                 KORCH_E_INVALID);
	ck_assert_int_eq(korch_poll_set(NULL, 0), KORCH_E_INVALID);
	ck_assert_int_eq(korch_loop_fd(NULL), -1);
	korch_timer_set(NULL, 1);
	korch_timer_free(NULL);
	korch_poll_free(NULL);
	korch_loop_free(NULL);
	korch_loop_wake(NULL);
	ck_assert_int_eq(korch_loop_is_virtual(loop), !_i);
	ck_assert_int_eq(korch__loop_uv(loop) != NULL, _i);
	loop_finish();
}
END_TEST

START_TEST(test_no_memory)
{
	for (uint64_t n = 1;; n++) {
		korch_loop *made = NULL;
		korch__alloc_fail_at(n);
		int r = _i ? korch_loop_new(&made, NULL) : korch_loop_new_virtual(&made, start, NULL);
		for (int i = 0; r == 0 && i < 20; i++)
			r = korch_loop_post(made, note, (void *)"");
		for (size_t i = 0; r == 0 && i < 8; i++)
			r = korch_timer_new(&timers[i], made, note, (void *)"");
		for (size_t i = 0; r == 0 && i < 8; i++)
			korch_timer_set(timers[i], 0);
		int failed = korch__alloc_count() >= n;
		korch__alloc_fail_at(0);
		ck_assert_int_eq(r, failed ? KORCH_E_NOMEM : 0);
		korch_loop *keep = loop;
		loop = made;
		loop_finish();
		loop = keep;
		if (!failed)
			break;
	}
}
END_TEST

START_TEST(test_wake)
{
	loop_make(_i);
	korch_loop_on_wake(loop, note, (void *)"w");
	korch_loop_wake(loop);
	korch_loop_wake(loop);
	ck_assert(korch_loop_timeout(loop) == 0);
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "w");
	ck_assert_int_eq(korch_loop_step(loop, 0), 0);
	korch_loop_wake(loop);
	korch_loop_step(loop, 0);
	ck_assert_str_eq(trace, "ww");
	korch_loop_on_wake(loop, NULL, NULL);
	korch_loop_wake(loop);
	korch_loop_step(loop, 0);
	ck_assert_str_eq(trace, "ww");
	loop_finish();
}
END_TEST

static korch_waker *wakers[3];

static void free_wakers(void *text)
{
	note(text);
	for (size_t i = 0; i < 2; i++)
		korch__waker_free(wakers[i]);
	wakers[0] = wakers[1] = NULL;
}

START_TEST(test_wakers)
{
	loop_make(_i);
	ck_assert_int_eq(korch__waker_new(&wakers[0], loop, note, (void *)"a"), 0);
	ck_assert_int_eq(korch__waker_new(&wakers[1], loop, free_wakers, (void *)"b"), 0);
	ck_assert_int_eq(korch__waker_new(&wakers[2], loop, stop, (void *)"c"), 0);
	korch_loop_on_wake(loop, note, (void *)"h");
	ck_assert_int_eq(korch_loop_step(loop, 0), 0);
	korch__waker_wake(wakers[0]);
	korch__waker_wake(wakers[0]);
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "a"); /* neither the others nor the host */
	for (size_t i = 0; i < 3; i++)
		korch__waker_wake(wakers[i]);
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "ac"); /* the last one made comes first and stops */
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "acb"); /* what it freed does not run */
	korch__alloc_fail_at(1);
	ck_assert_int_eq(korch__waker_new(&wakers[0], loop, note, NULL), KORCH_E_NOMEM);
	korch__alloc_fail_at(0);
	korch__waker_free(wakers[2]);
	korch__waker_free(NULL);
	loop_finish();
}
END_TEST

static void *wake_from_thread(void *waker)
{
	korch__waker_wake(waker);
	return NULL;
}

static void release(void *text)
{
	note(text);
	korch__loop_release(loop);
}

/* Nothing else is pending, or only later: the loop waits for the thread that it is held for. */
START_TEST(test_hold)
{
	loop_make(_i);
	korch_usec now = korch_loop_now(loop);
	ck_assert_int_eq(korch__waker_new(&wakers[0], loop, release, (void *)"w"), 0);
	timer_make(0, note, "t");
	korch_timer_set(timers[0], now + 1000 * KORCH_USEC_PER_SEC);
	for (int with_timer = 1; with_timer >= 0; with_timer--) {
		pthread_t thread;
		korch__loop_hold(loop);
		ck_assert_int_eq(pthread_create(&thread, NULL, wake_from_thread, wakers[0]), 0);
		if (with_timer)
			korch_loop_step(loop, now + 100 * KORCH_USEC_PER_SEC);
		else
			korch_loop_run(loop);
		pthread_join(thread, NULL);
		korch_timer_set(timers[0], KORCH_USEC_NEVER);
	}
	ck_assert_str_eq(trace, "ww");
	korch__waker_free(wakers[0]);
	loop_finish();
}
END_TEST

/* Virtual time */

static void late(void *text)
{
	note(text);
	korch_timer_set(timers[0], korch_loop_now(loop) + 3600 * KORCH_USEC_PER_SEC);
}

static void on_ready(void *userdata, int fd, int events)
{
}

START_TEST(test_virtual_clock)
{
	loop_make(0);
	timer_make(0, late, "h");
	korch_timer_set(timers[0], start + 10);
	ck_assert_int_eq(korch_loop_fd(loop), -1);
	ck_assert_int_eq(korch_loop_step(loop, start + 9), 1);
	ck_assert(korch_loop_now(loop) == start + 9);
	ck_assert_str_eq(trace, "");
	ck_assert_int_eq(korch_loop_step(loop, start + 10), 1);
	ck_assert_str_eq(trace, "h");
	ck_assert_int_eq(korch_loop_step(loop, 0), 1);
	ck_assert(korch_loop_now(loop) == start + 10);
	ck_assert_int_eq(korch_loop_step(loop, start + 24 * 3600 * KORCH_USEC_PER_SEC), 1);
	ck_assert_str_eq(trace, "hhhhhhhhhhhhhhhhhhhhhhhh");
	ck_assert(korch_loop_now(loop) == start + 24 * 3600 * KORCH_USEC_PER_SEC);
	korch_timer_set(timers[0], KORCH_USEC_NEVER);
	ck_assert_int_eq(korch_loop_step(loop, KORCH_USEC_NEVER), 0);
	korch_poll *watch;
	ck_assert_int_eq(korch_poll_new(&watch, loop, 0, KORCH_POLL_IN, on_ready, NULL),
	                 KORCH_E_UNSUPPORTED);
	loop_finish();
}
END_TEST

KORCH_SUITE(loop)
{
	Suite *suite = suite_create("loop");
	TCase *both = tcase_create("both");
	tcase_add_loop_test(both, test_timers_in_order, 0, 2);
	tcase_add_loop_test(both, test_ties_and_moves, 0, 2);
	tcase_add_loop_test(both, test_free_in_callback, 0, 2);
	tcase_add_loop_test(both, test_past_fires_next_round, 0, 2);
	tcase_add_loop_test(both, test_post_order, 0, 2);
	tcase_add_loop_test(both, test_stop, 0, 2);
	tcase_add_loop_test(both, test_arguments, 0, 2);
	tcase_add_loop_test(both, test_no_memory, 0, 2);
	tcase_add_loop_test(both, test_wake, 0, 2);
	tcase_add_loop_test(both, test_wakers, 0, 2);
	tcase_add_loop_test(both, test_hold, 0, 2);
	suite_add_tcase(suite, both);
	KORCH_CASE(suite, "virtual", test_virtual_clock);
	return suite;
}
