/* The same seed gives the same run; whatever allocation fails, the wish is reached all the same. */
#include "unit.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

START_TEST(one_seed_one_run)
{
	world_report first, second, other;
	world_run(&first, 1, 0, NULL);
	world_run(&second, 1, 0, NULL);
	world_run(&other, 2, 0, NULL);
	ck_assert_int_eq(first.is_complete, 1);
	ck_assert_int_eq(other.is_complete, 1);
	ck_assert_uint_gt(first.length, 1000);
	ck_assert_str_eq(first.log, second.log);
	ck_assert_str_ne(first.log, other.log);
	free(first.log);
	free(second.log);
	free(other.log);
}
END_TEST

START_TEST(any_allocation_may_fail)
{
	world_report report;
	uint64_t n = 0;
	world_run(&report, 1, 0, &n);
	free(report.log);
	ck_assert_uint_gt(n, 500);
	for (uint64_t i = 1; i <= n; i++) {
		world_run(&report, 1, i, NULL);
		ck_assert_msg(report.code < 0 || report.is_complete, "allocation %d of %d", (int)i, (int)n);
		free(report.log);
	}
}
END_TEST

KORCH_SUITE(world)
{
	Suite *suite = suite_create("world");
	KORCH_CASE(suite, "world", one_seed_one_run, any_allocation_may_fail);
	return suite;
}
