/*
 * Memory that is short: each allocation of the store, and each of SQLite, fails once while a store
 * is opened and written to. Nothing is half done, nothing that is in the file is said not to be,
 * and the store goes on.
 */
#include "base/alloc.h"
#include "unit.h"
#include "world.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static world at;

static void expect_look(const char *where, uint64_t n)
{
	const char *found = world_look(&at);
	ck_assert_msg(!found, "%s, allocation %llu: %s", where, (unsigned long long)n, found);
}

/* Opens it as often as there are allocations in it; the disk is as it was, or one step further. */
static void open_with_failures(const char *where)
{
	for (at.fail_at = 1;; at.fail_at++) {
		int r = world_open(&at);
		ck_assert_int_eq(r, at.is_over ? 0 : r == 0 ? 0 : KORCH_E_NOMEM);
		if (at.is_over)
			break;
		world_close(&at);
	}
	ck_assert_uint_gt(at.fail_at, 5);
	at.fail_at = 0;
	expect_look(where, 0);
}

START_TEST(opening)
{
	world_start(&at, 1, KORCH_STORE_SYNC_FULL);
	open_with_failures("a new one");
	for (int i = 0; i < 30; i++)
		ck_assert_int_eq(world_commit(&at), 0);
	world_close(&at);
	open_with_failures("one with objects");
	world_stop(&at);
}
END_TEST

/* Refused, and not in the file; or done. */
START_TEST(committing)
{
	world_start(&at, 2, KORCH_STORE_SYNC_FULL);
	ck_assert_int_eq(world_open(&at), 0);
	uint64_t n_refused = 0, n_done = 0;
	for (int i = 0; i < 400; i++) {
		at.fail_at = 1 + (uint64_t)i % 80;
		int r = world_commit(&at);
		at.fail_at = 0;
		ck_assert_int_eq(r == 0 || r == KORCH_E_NOMEM, 1);
		n_refused += r < 0;
		n_done += r == 0 && !at.is_over;
		if (r < 0)
			at.submitted = at.promised;
		expect_look("a commit", 1 + (uint64_t)i % 80);
		if (i % 7)
			continue;
		world_close(&at);
		ck_assert_int_eq(world_open(&at), 0);
		expect_look("a commit, opened again", 1 + (uint64_t)i % 80);
	}
	/* Both came: refused before it was written, and told later behind that. */
	ck_assert_uint_gt(n_refused, 20);
	ck_assert_uint_gt(n_done, 3);
	world_stop(&at);
}
END_TEST

typedef struct counter {
	int n_commits;
	int n_lists;
	int code;
} counter;

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	(void)result;
	counter *calls = userdata;
	ck_assert_int_eq(calls->n_lists, 0);
	calls->n_commits++;
	calls->code = code;
}

static void on_list(void *userdata, int code, const korch_list_page *page)
{
	counter *calls = userdata;
	(void)page;
	ck_assert_int_eq(calls->n_commits, 2);
	calls->n_lists++;
	calls->code = code;
}

static korch_write put_write(const char *name)
{
	const korch_kind *kind = NULL;
	korch_object *object = NULL;
	ck_assert_int_eq(korch_kind_get(&kind, "v1", "ConfigMap", NULL), 0);
	ck_assert_int_eq(korch_object_new(&object, kind), 0);
	korch_object_meta *meta = korch_object_edit_meta(object);
	ck_assert_int_eq(korch_string_set(&meta->name, name), 0);
	ck_assert_int_eq(korch_string_set(&meta->namespace_, "ns"), 0);
	return (korch_write){.op = KORCH_WRITE_PUT, .object = object, .expected = KORCH_REVISION_ANY};
}

/* What waits for memory keeps its place: calls behind it are answered behind it, or as closed. */
START_TEST(order_is_kept)
{
	int n_waited = 0;
	for (uint64_t n = 1; n < 60; n++) {
		world_start(&at, 3, KORCH_STORE_SYNC_FULL);
		ck_assert_int_eq(world_open(&at), 0);
		counter calls = {0};
		korch_write first = put_write("first"), second = put_write("second");
		const korch_list_query query = {0};
		korch__alloc_fail_at(n);
		int r = korch_store_commit(at.store, &first, 1, on_commit, &calls);
		korch__alloc_fail_at(0);
		if (r < 0)
			calls.n_commits = 1;
		ck_assert_int_eq(korch_store_commit(at.store, &second, 1, on_commit, &calls), 0);
		ck_assert_int_eq(korch_store_list(at.store, &query, on_list, &calls), 0);
		korch_usec begin = korch_loop_now(at.loop);
		int is_closed = n % 2 == 0;
		if (is_closed)
			korch_store_close(at.store);
		while (calls.n_lists == 0)
			korch_loop_step(at.loop, KORCH_USEC_NEVER);
		n_waited += korch_loop_now(at.loop) > begin;
		ck_assert_int_eq(calls.code, is_closed ? KORCH_E_CLOSED : 0);
		world_stop(&at);
	}
	ck_assert_int_gt(n_waited, 2);
}
END_TEST

/* The same behind the store's thread: it has written, and the loop has no memory to tell. */
START_TEST(order_is_kept_behind_the_thread)
{
	for (uint64_t n = 1; n < 12; n++) {
		world_start_thread(&at, 5, KORCH_STORE_SYNC_FULL);
		ck_assert_int_eq(world_open(&at), 0);
		counter calls = {0};
		korch_write first = put_write("first"), second = put_write("second");
		const korch_list_query query = {0};
		ck_assert_int_eq(korch_store_commit(at.store, &first, 1, on_commit, &calls), 0);
		ck_assert_int_eq(korch_store_commit(at.store, &second, 1, on_commit, &calls), 0);
		ck_assert_int_eq(korch_store_list(at.store, &query, on_list, &calls), 0);
		korch__alloc_fail_at(n);
		while (calls.n_lists == 0)
			korch_loop_step(at.loop, KORCH_USEC_NEVER);
		korch__alloc_fail_at(0);
		ck_assert_int_eq(calls.n_commits, 2);
		world_stop(&at);
	}
}
END_TEST

/* SQLite's memory */

static sqlite3_mem_methods system_memory;
static struct {
	uint64_t fail_in; /* calls until one fails, 0: never */
	int has_failed;
} memory;

static int memory_fails(void)
{
	if (memory.fail_in == 0 || --memory.fail_in > 0)
		return 0;
	memory.has_failed = 1;
	return 1;
}

static void *failing_malloc(int n)
{
	return memory_fails() ? NULL : system_memory.xMalloc(n);
}

static void *failing_realloc(void *old, int n)
{
	return memory_fails() ? NULL : system_memory.xRealloc(old, n);
}

static void start_failing_memory(void)
{
	sqlite3_shutdown();
	ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &system_memory), SQLITE_OK);
	sqlite3_mem_methods failing = system_memory;
	failing.xMalloc = failing_malloc;
	failing.xRealloc = failing_realloc;
	ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_MALLOC, &failing), SQLITE_OK);
	/* Small blocks of a connection, and pages, come from malloc, too. */
	sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
}

static void stop_failing_memory(void)
{
	memory.fail_in = 0;
	sqlite3_shutdown();
	ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_MALLOC, &system_memory), SQLITE_OK);
}

/* Opens, writes, looks with one failure; then without. 1: there were fewer allocations. */
static int try_sqlite(uint64_t n, int is_open)
{
	world_start(&at, 4, KORCH_STORE_SYNC_FULL);
	ck_assert_int_eq(world_open(&at), 0);
	for (int i = 0; i < 12; i++)
		ck_assert_int_eq(world_commit(&at), 0);
	world_close(&at);
	if (is_open)
		ck_assert_int_eq(world_open(&at), 0);
	memory.has_failed = 0;
	memory.fail_in = n;
	int r = is_open ? 0 : world_open(&at);
	ck_assert_int_eq(r == 0 || (memory.has_failed && r == KORCH_E_NOMEM), 1);
	for (int i = 0; r == 0 && i < 6; i++) {
		int had_failed = memory.has_failed;
		int code = world_commit(&at);
		ck_assert_int_eq(code == 0 || (!had_failed && memory.has_failed && code == KORCH_E_IO), 1);
		if (code < 0)
			at.submitted = at.promised;
	}
	memory.fail_in = 0;
	if (r == 0)
		expect_look("SQLite", n);
	world_close(&at);
	ck_assert_int_eq(world_open(&at), 0);
	expect_look("SQLite, opened again", n);
	world_stop(&at);
	return !memory.has_failed;
}

START_TEST(sqlite_memory)
{
	start_failing_memory();
	for (int is_open = 0; is_open < 2; is_open++) {
		uint64_t n = 1;
		while (!try_sqlite(n, is_open))
			n += 1 + n / 100;
		ck_assert_uint_gt(n, 20);
	}
	stop_failing_memory();
}
END_TEST

KORCH_SUITE(crash_memory)
{
	Suite *suite = suite_create("crash_memory");
	TCase *tests = tcase_create("memory");
	tcase_set_timeout(tests, 580);
	const TTest *const all[] = {opening, committing, order_is_kept, order_is_kept_behind_the_thread,
	                            sqlite_memory};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		tcase_add_test(tests, all[i]);
	suite_add_tcase(suite, tests);
	return suite;
}
