/* Event loops: what both kinds promise, then what only real or only virtual time does. */
#include "base/alloc.h"
#include "base/loop.h"
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

static korch_loop *loop;
static korch_timer *timers[8];
static korch_poll *watch;
static char trace[256];

static const korch_usec start = INT64_C(1577836800000000);

/* Tests run once for each kind: _i is 0 for virtual, 1 for real. */
static void make(int real)
{
	trace[0] = '\0';
	int r = real ? korch_loop_new(&loop, NULL) : korch_loop_new_virtual(&loop, start, NULL);
	ck_assert_int_eq(r, 0);
}

static void note(void *text)
{
	ck_assert_uint_lt(strlen(trace) + strlen(text), sizeof(trace));
	strcat(trace, text);
}

static void timer(size_t i, korch_loop_fn fn, void *userdata)
{
	ck_assert_int_eq(korch_timer_new(&timers[i], loop, fn, userdata), 0);
}

static void finish(void)
{
	for (size_t i = 0; i < 8; i++) {
		korch_timer_free(timers[i]);
		timers[i] = NULL;
	}
	korch_loop_free(loop);
}

START_TEST(test_timers_in_order)
{
	make(_i);
	korch_usec now = korch_loop_now(loop);
	timer(0, note, (void *)"a");
	timer(1, note, (void *)"b");
	timer(2, note, (void *)"c");
	timer(3, note, (void *)"d");
	ck_assert(korch_timer_due(timers[0]) == KORCH_USEC_NEVER);
	korch_timer_set(timers[0], now + 3000);
	korch_timer_set(timers[1], now + 1000);
	korch_timer_set(timers[2], now + 1000);
	korch_timer_set(timers[3], now + 500);
	korch_timer_set(timers[3], KORCH_USEC_NEVER);
	ck_assert(korch_timer_due(timers[0]) == now + 3000);
	ck_assert_int_eq(korch_loop_run(loop), 0);
	ck_assert_str_eq(trace, "bca");
	ck_assert(korch_timer_due(timers[0]) == KORCH_USEC_NEVER);
	ck_assert(korch_loop_now(loop) >= now + 3000);
	ck_assert_int_eq(korch_loop_step(loop, 0), 0);
	finish();
}
END_TEST

START_TEST(test_ties_and_moves)
{
	make(_i);
	korch_usec at = korch_loop_now(loop) + 1000;
	for (size_t i = 0; i < 5; i++)
		timer(i, note, (void *)&"a\0b\0c\0d\0e"[2 * i]);
	for (size_t i = 0; i < 5; i++)
		korch_timer_set(timers[i], at);
	korch_timer_set(timers[1], at); /* set again: last now */
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "acdeb");
	finish();
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
	make(_i);
	korch_usec now = korch_loop_now(loop);
	timer(0, free_self, (void *)"a");
	timer(1, note, (void *)"b");
	timer(2, note, (void *)"c");
	for (size_t i = 0; i < 3; i++)
		korch_timer_set(timers[i], now);
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "ab");
	finish();
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
	make(_i);
	int count = 3;
	timer(0, set_past, &count);
	timer(1, note, (void *)"b");
	korch_timer_set(timers[0], 0);
	korch_timer_set(timers[1], 0);
	ck_assert_str_eq(trace, "");
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "xybxyxy"); /* one that is always due does not starve the others */
	finish();
}
END_TEST

static void post_more(void *text)
{
	note(text);
	ck_assert_int_eq(korch_loop_post(loop, note, (void *)"3"), 0);
}

START_TEST(test_post_order)
{
	make(_i);
	timer(0, note, (void *)"t");
	korch_timer_set(timers[0], 0);
	korch_loop_post(loop, post_more, (void *)"1");
	korch_loop_post(loop, note, (void *)"2");
	ck_assert(korch_loop_timeout(loop) == 0);
	ck_assert_str_eq(trace, "");
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "t123");
	ck_assert(korch_loop_timeout(loop) == KORCH_USEC_NEVER);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(korch_loop_post(loop, note, (void *)"."), 0);
	korch_loop_run(loop);
	ck_assert_uint_eq(strlen(trace), 104);
	korch_loop_post(loop, note, (void *)"dropped");
	finish();
}
END_TEST

static void stop(void *text)
{
	note(text);
	korch_loop_stop(loop);
}

START_TEST(test_stop)
{
	make(_i);
	korch_loop_post(loop, note, (void *)"a");
	korch_loop_post(loop, stop, (void *)"b");
	korch_loop_post(loop, note, (void *)"c");
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "ab");
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "abc");
	korch_loop_post(loop, note, (void *)"d");
	korch_loop_stop(loop); /* before running: that run returns at once */
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "abc");
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "abcd");
	finish();
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
	make(_i);
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
	ck_assert_int_eq(korch_poll_new(&watch, loop, -1, 0, NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_poll_set(NULL, 0), KORCH_E_INVALID);
	ck_assert_int_eq(korch_loop_fd(NULL), -1);
	korch_timer_set(NULL, 1);
	korch_timer_free(NULL);
	korch_poll_free(NULL);
	korch_loop_free(NULL);
	korch_loop_wake(NULL);
	ck_assert_int_eq(korch_loop_is_virtual(loop), !_i);
	ck_assert_int_eq(korch__loop_uv(loop) != NULL, _i);
	finish();
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
		finish();
		loop = keep;
		if (!failed)
			break;
	}
}
END_TEST

static void *wake_from_thread(void *unused)
{
	korch_loop_wake(loop);
	return NULL;
}

START_TEST(test_wake)
{
	make(_i);
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
	finish();
}
END_TEST

static int pipe_fds[2];

static void on_pipe(void *userdata, int fd, int events)
{
	ck_assert_int_eq(fd, pipe_fds[0]);
	ck_assert_int_eq(events, KORCH_POLL_IN);
	char c[2] = "";
	ssize_t n = read(fd, c, 1);
	ck_assert_int_ge(n, 0);
	if (n == 1) {
		note(c);
		return;
	}
	note((void *)"$"); /* closed */
	korch_poll_free(watch);
	watch = NULL;
}

/* Virtual time */

static void late(void *text)
{
	note(text);
	korch_timer_set(timers[0], korch_loop_now(loop) + 3600 * KORCH_USEC_PER_SEC);
}

START_TEST(test_virtual_clock)
{
	make(0);
	timer(0, late, (void *)"h");
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
	int fds[2];
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(korch_poll_new(&watch, loop, fds[0], KORCH_POLL_IN, on_pipe, NULL),
	                 KORCH_E_UNSUPPORTED);
	close(fds[0]);
	close(fds[1]);
	finish();
}
END_TEST

/* Real time */

static void write_pipe(void *text)
{
	ck_assert_int_eq(write(pipe_fds[1], text, strlen(text)), (ssize_t)strlen(text));
}

static void close_pipe(void *unused)
{
	close(pipe_fds[1]);
}

START_TEST(test_poll_pipe)
{
	make(1);
	ck_assert_int_eq(pipe(pipe_fds), 0);
	ck_assert_int_eq(korch_poll_new(&watch, loop, pipe_fds[0], KORCH_POLL_IN, on_pipe, NULL), 0);
	korch_poll *second;
	ck_assert_int_eq(korch_poll_new(&second, loop, pipe_fds[0], KORCH_POLL_IN, on_pipe, NULL),
	                 KORCH_E_EXISTS);
	timer(0, close_pipe, NULL);
	korch_loop_post(loop, write_pipe, (void *)"ab");
	korch_timer_set(timers[0], korch_loop_now(loop) + 5000);
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "ab$");
	close(pipe_fds[0]);
	finish();
}
END_TEST

START_TEST(test_poll_set)
{
	make(1);
	ck_assert_int_eq(pipe(pipe_fds), 0);
	ck_assert_int_eq(korch_poll_new(&watch, loop, pipe_fds[0], 0, on_pipe, NULL), 0);
	write_pipe((void *)"x");
	korch_loop_step(loop, 0);
	ck_assert_str_eq(trace, "");
	ck_assert_int_eq(korch_poll_set(watch, KORCH_POLL_IN), 0);
	korch_loop_step(loop, 0);
	ck_assert_str_eq(trace, "x");
	ck_assert_int_eq(korch_poll_set(watch, 8), KORCH_E_INVALID);
	korch_poll_free(watch);
	watch = NULL;
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	finish();
}
END_TEST

static void on_broken(void *userdata, int fd, int events)
{
	ck_assert_int_eq(events, KORCH_POLL_OUT);
	ck_assert_int_eq(fd, pipe_fds[1]);
	note((void *)"!");
	if (strlen(trace) < 3)
		return; /* reported again for as long as it is wanted */
	korch_poll_free(watch);
	watch = NULL;
}

START_TEST(test_poll_broken_pipe)
{
	make(1);
	ck_assert_int_eq(pipe(pipe_fds), 0);
	close(pipe_fds[0]);
	ck_assert_int_eq(korch_poll_new(&watch, loop, pipe_fds[1], KORCH_POLL_OUT, on_broken, NULL), 0);
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "!!!");
	close(pipe_fds[1]);
	finish();
}
END_TEST

START_TEST(test_poll_regular_file)
{
	make(1);
	FILE *file = tmpfile();
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(korch_poll_new(&watch, loop, fileno(file), KORCH_POLL_IN, on_pipe, NULL),
	                 KORCH_E_UNSUPPORTED);
	fclose(file);
	finish();
}
END_TEST

static void stop_on_wake(void *text)
{
	note(text);
	korch__loop_release(loop);
}

START_TEST(test_wake_from_thread)
{
	make(1);
	korch_loop_on_wake(loop, stop_on_wake, (void *)"w");
	korch__loop_hold(loop); /* nothing else is pending: the loop waits for the thread */
	pthread_t thread;
	ck_assert_int_eq(pthread_create(&thread, NULL, wake_from_thread, NULL), 0);
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "w");
	pthread_join(thread, NULL);
	finish();
}
END_TEST

START_TEST(test_real_clock)
{
	make(1);
	korch_usec now = korch_loop_now(loop);
	struct timespec wall;
	clock_gettime(CLOCK_REALTIME, &wall);
	ck_assert_int_le(llabs((long long)wall.tv_sec - (long long)(now / KORCH_USEC_PER_SEC)), 60);
	ck_assert_int_eq(korch_loop_step(loop, now + 2000), 0); /* waits although nothing is pending */
	ck_assert(korch_loop_now(loop) >= now + 2000);
	ck_assert_int_eq(korch_loop_step(loop, KORCH_USEC_NEVER), 0); /* would wait for ever: returns */
	timer(0, note, (void *)"t");
	now = korch_loop_now(loop);
	korch_timer_set(timers[0], now + 1000 * KORCH_USEC_PER_SEC);
	ck_assert_int_eq(korch_loop_step(loop, now + 1000), 1);
	ck_assert(korch_loop_now(loop) < now + 1000 * KORCH_USEC_PER_SEC);
	finish();
}
END_TEST

/* Inside somebody else's poll(): descriptor and timeout are all that one needs. */
START_TEST(test_embedded)
{
	make(1);
	ck_assert_int_eq(pipe(pipe_fds), 0);
	ck_assert_int_eq(korch_poll_new(&watch, loop, pipe_fds[0], KORCH_POLL_IN, on_pipe, NULL), 0);
	timer(0, write_pipe, (void *)"t");
	timer(1, close_pipe, NULL);
	korch_timer_set(timers[0], korch_loop_now(loop) + 1000);
	korch_timer_set(timers[1], korch_loop_now(loop) + 4000);
	for (int rounds = 0; watch; rounds++) {
		ck_assert_int_lt(rounds, 200);
		korch_usec timeout = korch_loop_timeout(loop);
		struct pollfd fd = {.fd = korch_loop_fd(loop), .events = POLLIN};
		int ms = timeout == KORCH_USEC_NEVER ? -1 : (int)((timeout + 999) / 1000);
		ck_assert_int_ge(poll(&fd, 1, ms), 0);
		korch_loop_step(loop, 0);
	}
	ck_assert_str_eq(trace, "t$");
	korch_loop_step(loop, 0);
	ck_assert(korch_loop_timeout(loop) == KORCH_USEC_NEVER);
	korch_loop_wake(loop);
	struct pollfd fd = {.fd = korch_loop_fd(loop), .events = POLLIN};
	ck_assert_int_eq(poll(&fd, 1, -1), 1);
	close(pipe_fds[0]);
	finish();
}
END_TEST

static void on_uv_timer(uv_timer_t *handle)
{
	note((void *)"u");
	uv_close((uv_handle_t *)handle, NULL);
}

START_TEST(test_shared_uv)
{
	make(1);
	uv_timer_t own;
	uv_timer_init(korch__loop_uv(loop), &own);
	uv_timer_start(&own, on_uv_timer, 2, 0);
	korch_loop_run(loop); /* other people's handles keep it going */
	ck_assert_str_eq(trace, "u");
	finish();
}
END_TEST

START_TEST(test_two_loops)
{
	make(1);
	korch_loop *other;
	ck_assert_int_eq(korch_loop_new(&other, NULL), 0);
	korch_loop_post(loop, note, (void *)"a");
	korch_loop_post(other, note, (void *)"b");
	korch_loop_run(other);
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "ba");
	korch_loop_free(other);
	finish();
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
	suite_add_tcase(suite, both);
	KORCH_CASE(suite, "virtual", test_virtual_clock);
	KORCH_CASE(suite, "real", test_poll_pipe, test_poll_set, test_poll_broken_pipe,
	           test_poll_regular_file, test_wake_from_thread, test_real_clock, test_embedded,
	           test_shared_uv, test_two_loops);
	return suite;
}
