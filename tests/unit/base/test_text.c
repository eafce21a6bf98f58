/* base/text and base/random. */
#include "base/cleanup.h"
#include "base/random.h"
#include "base/text.h"
#include "unit.h"

#include <string.h>

START_TEST(test_prefix)
{
	ck_assert(korch__text_has_prefix("apps/v1", "apps/"));
	ck_assert(korch__text_has_prefix("x", ""));
	ck_assert(!korch__text_has_prefix("app", "apps"));
	ck_assert(korch__text_has_suffix("web.yaml", ".yaml"));
	ck_assert(!korch__text_has_suffix("yaml", ".yaml"));
	ck_assert(korch__text_equal(NULL, ""));
	ck_assert(korch__text_equal("a", "a"));
	ck_assert(!korch__text_equal("a", NULL));
	ck_assert_str_eq(korch__text_or_empty(NULL), "");
}
END_TEST

START_TEST(test_number)
{
	static const struct {
		const char *text;
		int result;
		int64_t value;
	} rows[] = {
	    {"0", 0, 0},
	    {"-0", 0, 0},
	    {"007", 0, 7},
	    {"-12", 0, -12},
	    {"9223372036854775807", 0, INT64_MAX},
	    {"-9223372036854775808", 0, INT64_MIN},
	    {"9223372036854775808", KORCH_E_LIMIT, 0},
	    {"-9223372036854775809", KORCH_E_LIMIT, 0},
	    {"99999999999999999999x", KORCH_E_PARSE, 0},
	    {"", KORCH_E_PARSE, 0},
	    {"-", KORCH_E_PARSE, 0},
	    {"+1", KORCH_E_PARSE, 0},
	    {" 1", KORCH_E_PARSE, 0},
	    {"1 ", KORCH_E_PARSE, 0},
	    {"0x1", KORCH_E_PARSE, 0},
	    {NULL, KORCH_E_PARSE, 0},
	};
	for (size_t i = 0; i < KORCH_COUNT(rows); i++) {
		int64_t value = 42;
		ck_assert_int_eq(korch__text_to_i64(&value, rows[i].text), rows[i].result);
		ck_assert_int_eq(value, rows[i].result ? 42 : rows[i].value);
	}
}
END_TEST

START_TEST(test_nearest)
{
	static const char *const fields[] = {
	    "containers", "initContainers", "volumes", "nodeName", NULL, "cpu"};
	size_t n = KORCH_COUNT(fields);
	ck_assert_str_eq(korch__text_nearest("contaners", fields, n), "containers");
	ck_assert_str_eq(korch__text_nearest("Containers", fields, n), "containers");
	ck_assert_str_eq(korch__text_nearest("initcontainer", fields, n), "initContainers");
	ck_assert_str_eq(korch__text_nearest("nodenaem", fields, n), "nodeName");
	ck_assert_str_eq(korch__text_nearest("cup", fields, n), "cpu");
	ck_assert_ptr_null(korch__text_nearest("status", fields, n));
	ck_assert_ptr_null(korch__text_nearest("", fields, n));
	ck_assert_ptr_null(korch__text_nearest("x", fields, n));
	ck_assert_ptr_null(korch__text_nearest("containers", NULL, 0));
	char huge[500];
	memset(huge, 'c', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	ck_assert_ptr_null(korch__text_nearest(huge, fields, n));
	const char *one = huge;
	ck_assert_ptr_null(korch__text_nearest("c", &one, 1));
}
END_TEST

START_TEST(test_random_repeats)
{
	korch_random a, b;
	korch__random_init(&a, 42);
	korch__random_init(&b, 42);
	int counts[7] = {0};
	for (int i = 0; i < 7000; i++) {
		uint64_t value = korch__random_below(&a, 7);
		ck_assert_uint_eq(value, korch__random_below(&b, 7));
		ck_assert_uint_lt(value, 7);
		counts[value]++;
		double unit = korch__random_unit(&a);
		ck_assert(unit >= 0 && unit < 1);
		korch__random_next(&b);
	}
	for (int i = 0; i < 7; i++)
		ck_assert(counts[i] > 850 && counts[i] < 1150);
}
END_TEST

START_TEST(test_random_text)
{
	korch_random random;
	korch__random_init(&random, 1);
	char suffix[6], uuid[37];
	korch__random_suffix(&random, suffix, 5);
	ck_assert_uint_eq(strspn(suffix, "bcdfghjklmnpqrstvwxz2456789"), 5);
	ck_assert_int_eq(suffix[5], '\0');
	for (int i = 0; i < 100; i++) {
		korch__random_uuid(&random, uuid);
		ck_assert_uint_eq(strlen(uuid), 36);
		ck_assert(uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-');
		ck_assert_int_eq(uuid[14], '4');
		ck_assert_ptr_nonnull(strchr("89ab", uuid[19]));
	}
	ck_assert_uint_ne(korch__random_seed_from_system(), korch__random_seed_from_system());
}
END_TEST

KORCH_SUITE(text)
{
	Suite *suite = suite_create("text");
	KORCH_CASE(suite, "text", test_prefix, test_number, test_nearest);
	KORCH_CASE(suite, "random", test_random_repeats, test_random_text);
	return suite;
}
