/* Event loops in real time: descriptors, the clock, and life inside of somebody else's loop. */
#include "base/loop.h"
#include "loop_fixture.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

static korch_poll *watch;
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
	loop_make(1);
	ck_assert_int_eq(pipe(pipe_fds), 0);
	ck_assert_int_eq(korch_poll_new(&watch, loop, pipe_fds[0], KORCH_POLL_IN, on_pipe, NULL), 0);
	korch_poll *second;
	ck_assert_int_eq(korch_poll_new(&second, loop, pipe_fds[0], KORCH_POLL_IN, on_pipe, NULL),
	                 KORCH_E_EXISTS);
	timer_make(0, close_pipe, NULL);
	post_text(write_pipe, "ab");
	korch_timer_set(timers[0], korch_loop_now(loop) + 5000);
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "ab$");
	close(pipe_fds[0]);
	loop_finish();
}
END_TEST

START_TEST(test_poll_set)
{
	loop_make(1);
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
	loop_finish();
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
	loop_make(1);
	ck_assert_int_eq(pipe(pipe_fds), 0);
	close(pipe_fds[0]);
	ck_assert_int_eq(korch_poll_new(&watch, loop, pipe_fds[1], KORCH_POLL_OUT, on_broken, NULL), 0);
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "!!!");
	close(pipe_fds[1]);
	loop_finish();
}
END_TEST

START_TEST(test_poll_regular_file)
{
	loop_make(1);
	FILE *file = tmpfile();
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(korch_poll_new(&watch, loop, fileno(file), KORCH_POLL_IN, on_pipe, NULL),
	                 KORCH_E_UNSUPPORTED);
	fclose(file);
	loop_finish();
}
END_TEST

START_TEST(test_real_clock)
{
	loop_make(1);
	korch_usec now = korch_loop_now(loop);
	struct timespec wall;
	clock_gettime(CLOCK_REALTIME, &wall);
	ck_assert_int_le(llabs((long long)wall.tv_sec - (long long)(now / KORCH_USEC_PER_SEC)), 60);
	ck_assert_int_eq(korch_loop_step(loop, now + 2000), 0); /* waits although nothing is pending */
	ck_assert(korch_loop_now(loop) >= now + 2000);
	ck_assert_int_eq(korch_loop_step(loop, KORCH_USEC_NEVER), 0); /* would wait for ever: returns */
	timer_make(0, note, "t");
	now = korch_loop_now(loop);
	korch_timer_set(timers[0], now + 1000 * KORCH_USEC_PER_SEC);
	ck_assert_int_eq(korch_loop_step(loop, now + 1000), 1);
	ck_assert(korch_loop_now(loop) < now + 1000 * KORCH_USEC_PER_SEC);
	loop_finish();
}
END_TEST

/* Sets a timer, and takes longer than that. */
static void outlast_timer(void *text)
{
	note(text);
	korch_timer_set(timers[0], korch_loop_now(loop) + 1000);
	uint64_t end = uv_hrtime() + UINT64_C(3000000);
	while (uv_hrtime() < end) {
	}
}

/* Its time has passed when the wait begins: libuv fires timers before it waits, and only once. */
START_TEST(test_callback_outlasts_timer)
{
	loop_make(1);
	timer_make(0, note, "t");
	post_text(outlast_timer, "a");
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "at");
	loop_finish();
}
END_TEST

/* Inside somebody else's poll(): descriptor and timeout are all that one needs. */
START_TEST(test_embedded)
{
	loop_make(1);
	ck_assert_int_eq(pipe(pipe_fds), 0);
	ck_assert_int_eq(korch_poll_new(&watch, loop, pipe_fds[0], KORCH_POLL_IN, on_pipe, NULL), 0);
	timer_make(0, write_pipe, "t");
	timer_make(1, close_pipe, NULL);
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
	loop_finish();
}
END_TEST

static void on_uv_timer(uv_timer_t *handle)
{
	note((void *)"u");
	uv_close((uv_handle_t *)handle, NULL);
}

START_TEST(test_shared_uv)
{
	loop_make(1);
	uv_timer_t own;
	uv_timer_init(korch__loop_uv(loop), &own);
	uv_timer_start(&own, on_uv_timer, 2, 0);
	korch_loop_run(loop); /* other people's handles keep it going */
	ck_assert_str_eq(trace, "u");
	loop_finish();
}
END_TEST

START_TEST(test_two_loops)
{
	loop_make(1);
	korch_loop *other;
	ck_assert_int_eq(korch_loop_new(&other, NULL), 0);
	post_text(note, "a");
	korch_loop_post(other, note, (void *)"b");
	korch_loop_run(other);
	korch_loop_run(loop);
	ck_assert_str_eq(trace, "ba");
	korch_loop_free(other);
	loop_finish();
}
END_TEST

KORCH_SUITE(loop_real)
{
	Suite *suite = suite_create("loop_real");
	KORCH_CASE(suite, "real", test_poll_pipe, test_poll_set, test_poll_broken_pipe,
	           test_poll_regular_file, test_real_clock, test_callback_outlasts_timer, test_embedded,
	           test_shared_uv, test_two_loops);
	return suite;
}
