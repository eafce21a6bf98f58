/* The log: levels, replacement, ownership, threads. */
#include "base/alloc.h"
#include "base/log.h"
#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static char last[2000];
static int lines, destroyed;

static void keep(void *userdata, int level, const char *area, const char *message)
{
	ck_assert_str_eq(userdata, "me");
	snprintf(last, sizeof(last), "%s %s %s", korch_log_level_name(level), area, message);
	lines++;
}

static void destroy(void *userdata)
{
	destroyed++;
}

static char me[] = "me";

START_TEST(test_levels)
{
	lines = destroyed = 0;
	korch__log(KORCH_LOG_ERROR, "store", "nobody listens");
	ck_assert(!korch__log_wants(KORCH_LOG_ERROR));
	ck_assert_int_eq(korch_log_set(KORCH_LOG_INFO, keep, me, destroy), 0);
	korch__log(KORCH_LOG_DEBUG, "store", "too much");
	ck_assert_int_eq(lines, 0);
	korch__log(KORCH_LOG_INFO, "store", "two\nlines %d", 2);
	ck_assert_str_eq(last, "info store two lines 2");
	ck_assert(korch__log_wants(KORCH_LOG_WARNING));
	char huge[5000];
	memset(huge, 'x', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	korch__log(KORCH_LOG_ERROR, "store", "%s", huge);
	ck_assert_uint_eq(strlen(last), strlen("error store ") + 1023);
	ck_assert_int_eq(destroyed, 0);
	ck_assert_int_eq(korch_log_set(KORCH_LOG_NONE, keep, me, destroy), 0);
	ck_assert_int_eq(destroyed, 2); /* the old one's, and this one's as it is not kept */
	korch__log(KORCH_LOG_ERROR, "store", "nobody listens");
	ck_assert_int_eq(lines, 2);
}
END_TEST

START_TEST(test_failures_destroy)
{
	lines = destroyed = 0;
	ck_assert_int_eq(korch_log_set(9, keep, me, destroy), KORCH_E_INVALID);
	ck_assert_int_eq(destroyed, 1);
	ck_assert_int_eq(korch_log_set(KORCH_LOG_INFO, keep, me, NULL), 0);
	korch__alloc_fail_at(1);
	ck_assert_int_eq(korch_log_set(KORCH_LOG_DEBUG, keep, me, destroy), KORCH_E_NOMEM);
	korch__alloc_fail_at(0);
	ck_assert_int_eq(destroyed, 2);
	korch__log(KORCH_LOG_INFO, "store", "still there");
	ck_assert_int_eq(lines, 1);
	ck_assert_int_eq(korch_log_set(KORCH_LOG_NONE, NULL, NULL, NULL), 0);
	ck_assert_str_eq(korch_log_level_name(77), "none");
}
END_TEST

typedef struct counter {
	atomic_int alive;
	atomic_int calls;
} counter;

static void count_call(void *userdata, int level, const char *area, const char *message)
{
	counter *mine = userdata;
	if (atomic_load(&mine->alive))
		atomic_fetch_add(&mine->calls, 1);
	else
		atomic_store(&mine->calls, -1000000); /* called after destroy */
}

static void count_end(void *userdata)
{
	atomic_store(&((counter *)userdata)->alive, 0);
}

static atomic_int go_on;

static void *write_lines(void *unused)
{
	while (atomic_load(&go_on))
		korch__log(KORCH_LOG_INFO, "test", "line");
	return NULL;
}

START_TEST(test_replace_while_writing)
{
	static counter counters[200];
	pthread_t threads[3];
	atomic_store(&go_on, 1);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, write_lines, NULL), 0);
	for (int i = 0; i < 200; i++) {
		atomic_store(&counters[i].alive, 1);
		ck_assert_int_eq(korch_log_set(KORCH_LOG_INFO, count_call, &counters[i], count_end), 0);
	}
	korch_log_set(KORCH_LOG_NONE, NULL, NULL, NULL);
	atomic_store(&go_on, 0);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 200; i++) {
		ck_assert_int_eq(atomic_load(&counters[i].alive), 0);
		ck_assert_int_ge(atomic_load(&counters[i].calls), 0);
	}
}
END_TEST

KORCH_SUITE(log)
{
	Suite *suite = suite_create("log");
	KORCH_CASE(suite, "log", test_levels, test_failures_destroy, test_replace_while_writing);
	return suite;
}
