/*
 * Calls of the disk that fail: each method, at each of its calls, once and from then on. Answers
 * are 0 or KORCH_E_IO, what was answered is there, what was not is not, and a store goes on when
 * its disk does.
 */
#include "unit.h"
#include "world.h"
#include <stdio.h>

enum { COMMITS = 40 };

static world at;

/* What goes wrong on a disk must not be said otherwise. */
static int is_expected(int code)
{
	return code == 0 || (code == KORCH_E_IO && disk_has_failed());
}

static const char *write_some(int is_for_ever)
{
	for (int i = 0; i < COMMITS; i++) {
		int had_failed = disk_has_failed();
		int r = world_commit(&at);
		if (!is_expected(r))
			return korch_code_name(r);
		/* A call that failed once takes no later commit with it. */
		if (r < 0 && had_failed && !is_for_ever)
			return "does not go on";
		if (r < 0)
			at.submitted = at.promised;
	}
	return NULL;
}

/*
 * Opens, writes, looks, with one call that fails; then without. 1: that call never came.
 */
static int try_one(disk_method method, uint64_t n, int is_for_ever)
{
	world_start(&at, n, KORCH_STORE_SYNC_FULL);
	ck_assert_int_eq(world_open(&at), 0);
	for (int i = 0; i < COMMITS; i++)
		ck_assert_int_eq(world_commit(&at), 0);
	disk_cut_at(1);
	world_commit(&at);
	world_close(&at);
	disk_power_on(DISK_KEEPS_NONE);
	at.submitted = at.promised;
	disk_fail_at(method, n, is_for_ever);
	int r = world_open(&at);
	const char *found = is_expected(r) ? NULL : korch_code_name(r);
	if (!found && r == 0)
		found = write_some(is_for_ever);
	if (!found && r == 0)
		found = world_look(&at);
	world_close(&at);
	int has_failed = disk_has_failed();
	disk_fail_at(method, 0, 0);
	if (!found)
		found = world_open(&at) < 0 ? "cannot open again" : world_look(&at);
	if (!found)
		found = write_some(0);
	if (!found)
		found = world_look(&at);
	ck_assert_msg(!found, "method %d, call %llu, for ever %d: %s", (int)method,
	              (unsigned long long)n, is_for_ever, found);
	world_stop(&at);
	return !has_failed;
}

START_TEST(each_call_fails)
{
	uint64_t n = 0;
	for (int method = 0; method < DISK_METHODS; method++) {
		for (int is_for_ever = 0; is_for_ever < 2; is_for_ever++) {
			uint64_t i = 1;
			/* Each of the first calls, then some of the many that follow. */
			while (!try_one((disk_method)method, i, is_for_ever))
				i += 1 + i / 16;
			n += i;
		}
	}
	ck_assert_uint_gt(n, 200);
}
END_TEST

/* While the disk is full nothing is taken; when it is not any more, the store goes on. */
START_TEST(full_disk)
{
	world_start(&at, 1, KORCH_STORE_SYNC_FULL);
	ck_assert_int_eq(world_open(&at), 0);
	for (int i = 0; i < 10; i++) {
		ck_assert_int_eq(world_commit(&at), 0);
		disk_fail_at(DISK_WRITE, 1, 1);
		for (int j = 0; j < 5; j++)
			ck_assert_int_eq(world_commit(&at), KORCH_E_IO);
		disk_fail_at(DISK_WRITE, 0, 0);
		at.submitted = at.promised;
		const char *found = world_look(&at);
		ck_assert_msg(!found, "%s", found);
	}
	world_stop(&at);
}
END_TEST

KORCH_SUITE(crash_fault)
{
	Suite *suite = suite_create("crash_fault");
	TCase *tests = tcase_create("faults");
	const TTest *const all[] = {each_call_fails, full_disk};
	/* No limit of its own that sanitizers, or KORCH_SEEDS, would reach. */
	tcase_set_timeout(tests, 580 * (double)unit_seeds(1));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		tcase_add_test(tests, all[i]);
	suite_add_tcase(suite, tests);
	return suite;
}
