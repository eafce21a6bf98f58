/* The history: its ring, its limit, compaction, finding a revision. */
#include "base/alloc.h"
#include "store/history.h"
#include "unit.h"
#include <korch/api.h>

static korch_history history;
static korch_object *object;

static void set_up(void)
{
	ck_assert_int_eq(korch_object_new(&object, &korch_pod_kind), 0);
}

static void tear_down(void)
{
	korch__history_fini(&history);
	ck_assert_int_eq(korch_block_is_unique(object), 1);
	korch_object_unref(object);
}

static void push(uint64_t revision)
{
	ck_assert_int_eq(korch__history_reserve(&history, 1), 0);
	korch_record record = {.revision = revision, .object = korch_object_ref(object)};
	korch__history_push(&history, &record);
}

START_TEST(the_oldest_goes)
{
	korch__history_init(&history, 3);
	for (uint64_t i = 1; i <= 10; i++)
		push(i);
	ck_assert_uint_eq(history.begin, 7);
	ck_assert_uint_eq(history.end, 10);
	ck_assert_uint_eq(history.compacted, 7);
	ck_assert_uint_eq(korch__history_at(&history, 7)->revision, 8);
	ck_assert_uint_eq(korch__history_at(&history, 9)->revision, 10);
}
END_TEST

START_TEST(growing)
{
	korch__history_init(&history, 100000);
	for (uint64_t i = 1; i <= 1000; i++) {
		push(i);
		if (i % 3 == 0)
			korch__history_compact(&history, i / 3);
	}
	ck_assert_uint_eq(history.compacted, 333);
	for (uint64_t at = history.begin; at < history.end; at++)
		ck_assert_uint_eq(korch__history_at(&history, at)->revision, at + 1);
}
END_TEST

START_TEST(finding)
{
	korch__history_init(&history, 100);
	ck_assert_uint_eq(korch__history_after(&history, 0), 0);
	ck_assert_uint_eq(korch__history_before(&history, 0), 0);
	push(5);
	push(5);
	push(8);
	ck_assert_uint_eq(korch__history_after(&history, 0), 0);
	ck_assert_uint_eq(korch__history_after(&history, 5), 2);
	ck_assert_uint_eq(korch__history_after(&history, 7), 2);
	ck_assert_uint_eq(korch__history_after(&history, 8), 3);
	ck_assert_uint_eq(korch__history_after(&history, KORCH_REVISION_ANY), 3);
	ck_assert_uint_eq(korch__history_before(&history, 0), 4);
	ck_assert_uint_eq(korch__history_before(&history, 1), 4);
	ck_assert_uint_eq(korch__history_before(&history, 2), 7);
	ck_assert_uint_eq(korch__history_before(&history, 3), 8);
	korch__history_compact(&history, 20);
	ck_assert_uint_eq(korch__history_before(&history, 3), 20);
	ck_assert_uint_eq(korch__history_after(&history, 8), 3);
}
END_TEST

START_TEST(short_memory)
{
	korch__history_init(&history, 1000);
	for (uint64_t i = 1; i <= 64; i++)
		push(i);
	korch__alloc_fail_at(1);
	ck_assert_int_eq(korch__history_reserve(&history, 1), KORCH_E_NOMEM);
	korch__alloc_fail_at(0);
	ck_assert_uint_eq(korch__history_at(&history, 63)->revision, 64);
	push(65);
	ck_assert_uint_eq(korch__history_at(&history, 64)->revision, 65);
}
END_TEST

KORCH_SUITE(store_history)
{
	Suite *suite = suite_create("store history");
	TCase *tcase = tcase_create("history");
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, the_oldest_goes);
	tcase_add_test(tcase, growing);
	tcase_add_test(tcase, finding);
	tcase_add_test(tcase, short_memory);
	suite_add_tcase(suite, tcase);
	return suite;
}
