/* Sandboxes and containers: from their creation to their removal. */
#include "runtime_fixture.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

START_TEST(sandboxes)
{
	fixture_open(_i);
	size_t n;
	ck_assert_int_eq(make_sandbox("s1"), 0);
	ck_assert_int_eq(make_sandbox("s2"), 0);
	ck_assert_int_eq(make_sandbox("s1"), 0); /* is so already */
	find_listed("", &n);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(remove_sandbox("s1"), 0);
	ck_assert_int_eq(remove_sandbox("s1"), 0);
	ck_assert_int_eq(remove_sandbox("never-was"), 0);
	find_listed("", &n);
	ck_assert_uint_eq(n, 1);
	fixture_close();
}
END_TEST

START_TEST(running)
{
	fixture_open(_i);
	make_sandbox("s1");
	korch_usec before = korch_loop_now(loop);
	ck_assert_int_eq(run_job("s1", "s1.main.2", KORCH_CONFORMANCE_FOREVER), 0);
	const told *event = wait_event("s1.main.2", KORCH_CONTAINER_RUNNING);
	ck_assert_str_eq(event->sandbox_id, "s1");
	ck_assert_str_eq(event->name, "main");
	ck_assert_int_eq(event->restart_count, 2);
	ck_assert_int_ge(event->started_us + KORCH_USEC_PER_SEC, before);
	ck_assert_int_eq(find_listed("s1.main.2", NULL), KORCH_CONTAINER_RUNNING);
	/* Starting what runs is done already, and starts nothing. */
	ck_assert_int_eq(run_job("s1", "s1.main.2", KORCH_CONFORMANCE_FOREVER), 0);
	settle();
	ck_assert_uint_eq(count_events("s1.main.2", KORCH_CONTAINER_RUNNING), 1);
	ck_assert_uint_eq(count_events("s1.main.2", KORCH_CONTAINER_EXITED), 0);
	fixture_close();
}
END_TEST

START_TEST(ending_by_itself)
{
	fixture_open(_i);
	make_sandbox("s1");
	ck_assert_int_eq(run_job("s1", "s1.main.0", KORCH_CONFORMANCE_EXIT), 0);
	const told *exited = wait_event("s1.main.0", KORCH_CONTAINER_EXITED);
	ck_assert_int_eq(exited->exit_code, 7);
	ck_assert_int_eq(exited->signal, 0);
	ck_assert_int_ge(exited->finished_us, exited->started_us);
	ck_assert_uint_eq(count_events("s1.main.0", KORCH_CONTAINER_RUNNING), 1);
	ck_assert_int_eq(events[0].phase, KORCH_CONTAINER_RUNNING);
	ck_assert_int_eq(find_listed("s1.main.0", NULL), KORCH_CONTAINER_EXITED);
	ck_assert_int_eq(remove_container("s1.main.0"), 0);
	ck_assert_int_eq(remove_container("s1.main.0"), 0);
	ck_assert_int_eq(find_listed("s1.main.0", NULL), -1);
	/* The next one of its name. */
	ck_assert_int_eq(run_job("s1", "s1.main.1", KORCH_CONFORMANCE_FOREVER), 0);
	settle();
	ck_assert_uint_eq(count_events("s1.main.0", KORCH_CONTAINER_EXITED), 1);
	fixture_close();
}
END_TEST

START_TEST(stopping)
{
	fixture_open(_i);
	make_sandbox("s1");
	run_job("s1", "s1.main.0", KORCH_CONFORMANCE_FOREVER);
	wait_event("s1.main.0", KORCH_CONTAINER_RUNNING);
	korch_usec before = korch_loop_now(loop);
	ck_assert_int_eq(stop_container("s1.main.0", 0, 60 * KORCH_USEC_PER_SEC), 0);
	const told *exited = wait_event("s1.main.0", KORCH_CONTAINER_EXITED);
	ck_assert_int_lt(exited->at_us - before, 50 * KORCH_USEC_PER_SEC);
	ck_assert_int_ne(exited->signal, SIGKILL);
	ck_assert_int_eq(stop_container("s1.main.0", 0, 0), 0);
	ck_assert_int_eq(stop_container("never.was.0", 0, 0), 0);
	settle();
	ck_assert_uint_eq(count_events("s1.main.0", KORCH_CONTAINER_EXITED), 1);
	fixture_close();
}
END_TEST

START_TEST(grace)
{
	fixture_open(_i);
	make_sandbox("s1");
	run_job("s1", "s1.main.0", KORCH_CONFORMANCE_STUBBORN);
	wait_event("s1.main.0", KORCH_CONTAINER_RUNNING);
	settle(); /* has made itself stubborn */
	korch_usec before = korch_loop_now(loop);
	ck_assert_int_eq(stop_container("s1.main.0", SIGTERM, KORCH_USEC_PER_SEC), 0);
	const told *exited = wait_event("s1.main.0", KORCH_CONTAINER_EXITED);
	ck_assert_int_eq(exited->signal, SIGKILL);
	ck_assert_int_eq(exited->exit_code, 128 + SIGKILL);
	ck_assert_int_ge(exited->at_us - before, KORCH_USEC_PER_SEC - 20 * KORCH_USEC_PER_MSEC);
	fixture_close();
}
END_TEST

START_TEST(shorter_grace)
{
	fixture_open(_i);
	make_sandbox("s1");
	run_job("s1", "s1.main.0", KORCH_CONFORMANCE_STUBBORN);
	wait_event("s1.main.0", KORCH_CONTAINER_RUNNING);
	settle();
	korch_usec before = korch_loop_now(loop);
	ck_assert_int_eq(stop_container("s1.main.0", 0, 3600 * KORCH_USEC_PER_SEC), 0);
	settle();
	ck_assert_uint_eq(count_events("s1.main.0", KORCH_CONTAINER_EXITED), 0);
	ck_assert_int_eq(stop_container("s1.main.0", 0, 100 * KORCH_USEC_PER_MSEC), 0);
	/* A longer one does not prolong it. */
	ck_assert_int_eq(stop_container("s1.main.0", 0, 3600 * KORCH_USEC_PER_SEC), 0);
	const told *exited = wait_event("s1.main.0", KORCH_CONTAINER_EXITED);
	ck_assert_int_eq(exited->signal, SIGKILL);
	ck_assert_int_lt(exited->at_us - before, 600 * KORCH_USEC_PER_SEC);
	fixture_close();
}
END_TEST

START_TEST(killing)
{
	fixture_open(_i);
	make_sandbox("s1");
	run_job("s1", "s1.main.0", KORCH_CONFORMANCE_STUBBORN);
	wait_event("s1.main.0", KORCH_CONTAINER_RUNNING);
	ck_assert_int_eq(stop_container("s1.main.0", SIGKILL, 3600 * KORCH_USEC_PER_SEC), 0);
	const told *exited = wait_event("s1.main.0", KORCH_CONTAINER_EXITED);
	ck_assert_int_eq(exited->signal, SIGKILL);
	ck_assert_int_eq(exited->exit_code, 128 + SIGKILL);
	fixture_close();
}
END_TEST

START_TEST(removing_what_runs)
{
	fixture_open(_i);
	make_sandbox("s1");
	run_job("s1", "s1.main.0", KORCH_CONFORMANCE_FOREVER);
	ck_assert_int_lt(remove_container("s1.main.0"), 0);
	ck_assert_int_eq(find_listed("s1.main.0", NULL), KORCH_CONTAINER_RUNNING);
	/* With its sandbox it goes. */
	ck_assert_int_eq(remove_sandbox("s1"), 0);
	size_t n = 1;
	while (n > 0)
		find_listed("s1.main.0", &n);
	ck_assert_int_eq(find_listed("s1.main.0", NULL), -1);
	ck_assert_int_lt(run_job("s1", "s1.main.1", KORCH_CONFORMANCE_FOREVER), 0);
	fixture_close();
}
END_TEST

START_TEST(not_startable)
{
	fixture_open(_i);
	make_sandbox("s1");
	answer out;
	start_job(&out, "s1", "s1.main.0", KORCH_CONFORMANCE_BROKEN);
	ck_assert_int_lt(wait_done(&out), 0);
	ck_assert_uint_gt(strlen(out.reason), 0);
	ck_assert_int_eq(run_job("s1", "s1.main.1", KORCH_CONFORMANCE_FOREVER), 0);
	settle();
	ck_assert_uint_eq(count_events("s1.main.0", KORCH_CONTAINER_RUNNING), 0);
	ck_assert_int_lt(run_job("no-sandbox", "x.main.0", KORCH_CONFORMANCE_FOREVER), 0);
	fixture_close();
}
END_TEST

/* Events of one container come in order, and each once. */
START_TEST(many)
{
	enum { N = 12 };
	fixture_open(_i);
	make_sandbox("s1");
	answer answers[N];
	char id[32];
	for (int i = 0; i < N; i++) {
		snprintf(id, sizeof(id), "s1.c%d.0", i);
		start_job(&answers[i], "s1", id, KORCH_CONFORMANCE_EXIT);
	}
	for (int i = 0; i < N; i++) {
		snprintf(id, sizeof(id), "s1.c%d.0", i);
		ck_assert_int_eq(wait_done(&answers[i]), 0);
		const told *exited = wait_event(id, KORCH_CONTAINER_EXITED);
		ck_assert_int_eq(exited->exit_code, 7);
		ck_assert(wait_event(id, KORCH_CONTAINER_RUNNING) < exited);
	}
	settle();
	ck_assert_uint_eq(n_events, 2 * N);
	fixture_close();
}
END_TEST

void add_life_tests(Suite *suite, int i)
{
	ADD_TESTS(suite, "life", i, sandboxes, running, ending_by_itself, stopping, grace,
	          shorter_grace, killing, removing_what_runs, not_startable, many);
}
