/* base/alloc: the fail-at counter, overflow, text copies. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "unit.h"

#include <string.h>

START_TEST(test_fail_at)
{
	korch__alloc_fail_at(2);
	_cleanup_free_ void *first = korch__alloc(8);
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_null(korch__alloc(8));
	_cleanup_free_ void *third = korch__calloc(2, 8);
	ck_assert_ptr_nonnull(third);
	ck_assert_uint_eq(korch__alloc_count(), 3);
	korch__alloc_fail_at(1);
	ck_assert_ptr_null(korch__strdup("x"));
	korch__alloc_fail_at(1);
	ck_assert_ptr_null(korch__realloc_array(first, 2, 8));
	korch__alloc_fail_at(0);
	ck_assert_uint_eq(korch__alloc_count(), 0);
}
END_TEST

START_TEST(test_overflow_and_empty)
{
	volatile size_t half = SIZE_MAX / 2;
	ck_assert_ptr_null(korch__realloc_array(NULL, half, 3));
	ck_assert_ptr_null(korch__calloc(half, 3));
	_cleanup_free_ void *none = korch__alloc(0);
	_cleanup_free_ void *zero = korch__calloc(0, 7);
	ck_assert_ptr_nonnull(none);
	ck_assert_ptr_nonnull(zero);
	korch__free(NULL);
}
END_TEST

START_TEST(test_text)
{
	ck_assert_ptr_null(korch__strdup(NULL));
	ck_assert_ptr_null(korch__strndup(NULL, 3));
	_cleanup_free_ char *copy = korch__strdup("pod");
	ck_assert_str_eq(copy, "pod");
	_cleanup_free_ char *part = korch__strndup("deployment", 6);
	ck_assert_str_eq(part, "deploy");
	_cleanup_free_ char *printed = korch__sprintf("%s-%d", "web", 7);
	ck_assert_str_eq(printed, "web-7");
	char *stolen = KORCH_STEAL(printed);
	ck_assert_ptr_null(printed);
	korch__free(stolen);
}
END_TEST

KORCH_SUITE(alloc)
{
	Suite *suite = suite_create("alloc");
	KORCH_CASE(suite, "alloc", test_fail_at, test_overflow_and_empty, test_text);
	return suite;
}
