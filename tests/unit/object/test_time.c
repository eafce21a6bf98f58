/* Times and durations as text. */
#include "unit.h"
#include <korch/time.h>
#include <string.h>

static void check_time(const char *text, int64_t us, const char *again)
{
	int64_t value = -1;
	char out[KORCH_TIME_TEXT_SIZE];
	ck_assert_msg(korch_time_parse(&value, text, NULL) == 0, "%s", text);
	ck_assert_int_eq(value, us);
	ck_assert_uint_eq(korch_time_format(out, value, 0), strlen(again));
	ck_assert_str_eq(out, again);
}

START_TEST(times)
{
	char out[KORCH_TIME_TEXT_SIZE];
	check_time("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z");
	check_time("2024-02-29T12:34:56Z", INT64_C(1709210096000000), "2024-02-29T12:34:56Z");
	check_time("2024-02-29T12:34:56.25+02:00", INT64_C(1709202896250000),
	           "2024-02-29T10:34:56.25Z");
	check_time("1969-12-31T23:59:59.5Z", -500000, "1969-12-31T23:59:59.5Z");
	check_time("2024-01-01T00:00:00.123456789Z", INT64_C(1704067200123456),
	           "2024-01-01T00:00:00.123456Z");
	check_time("0000-01-01T00:00:00Z", INT64_C(-62167219200000000), "0000-01-01T00:00:00Z");
	korch_time_format(out, INT64_C(1704067200000000), 1);
	ck_assert_str_eq(out, "2024-01-01T00:00:00.000000Z");
	korch_time_format(out, INT64_MAX, 1);
	korch_time_format(out, INT64_MIN, 0);
}
END_TEST

START_TEST(wrong_times)
{
	static const char *const wrong[] = {"",
	                                    "2024",
	                                    "2024-13-01T00:00:00Z",
	                                    "2023-02-29T00:00:00Z",
	                                    "2024-01-01 00:00:00Z",
	                                    "2024-01-01T24:00:00Z",
	                                    "2024-01-01T00:00:00",
	                                    "2024-01-01T00:00:00.Z",
	                                    "2024-01-01T00:00:00Zx",
	                                    "2024-01-01T00:00:00+1:00"};
	int64_t us = 7;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(korch_time_parse(&us, wrong[i], NULL) == KORCH_E_PARSE, "%s", wrong[i]);
	ck_assert_int_eq(korch_time_parse(&us, NULL, NULL), KORCH_E_PARSE);
	ck_assert_int_eq(us, 7);
}
END_TEST

static void check_duration(const char *text, int64_t ns, const char *again)
{
	int64_t value = -1;
	char out[KORCH_DURATION_TEXT_SIZE];
	ck_assert_msg(korch_duration_parse(&value, text, NULL) == 0, "%s", text);
	ck_assert_int_eq(value, ns);
	ck_assert_uint_eq(korch_duration_format(out, value), strlen(again));
	ck_assert_str_eq(out, again);
}

START_TEST(durations)
{
	static const char *const wrong[] = {
	    "", "1", "-", "s", "1.h.", "1x", "99999999999h", ".", "9223372036.9s"};
	int64_t ns;
	check_duration("1h30m", INT64_C(5400000000000), "1h30m0s");
	check_duration("0", 0, "0s");
	check_duration("1.5s", 1500000000, "1.5s");
	check_duration("300ms", 300000000, "300ms");
	check_duration("-2us", -2000, "-2µs");
	check_duration("1h1s", INT64_C(3601000000000), "1h0m1s");
	check_duration("90s", INT64_C(90000000000), "1m30s");
	check_duration(".5m", INT64_C(30000000000), "30s");
	check_duration("17ns", 17, "17ns");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(korch_duration_parse(&ns, wrong[i], NULL) == KORCH_E_PARSE, "%s", wrong[i]);
}
END_TEST

START_TEST(ages)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {{-5, "0s"},       {95, "95s"},     {252, "4m12s"},        {180, "3m"},
	            {1200, "20m"},    {10800, "3h"},   {11100, "3h5m"},       {93600, "26h"},
	            {273600, "3d4h"}, {864000, "10d"}, {86400 * 800, "2y70d"}};
	char out[KORCH_DURATION_TEXT_SIZE];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		korch_age_format(out, rows[i].seconds * 1000000);
		ck_assert_str_eq(out, rows[i].text);
	}
}
END_TEST

KORCH_SUITE(time)
{
	Suite *suite = suite_create("time");
	KORCH_CASE(suite, "time", times, wrong_times, durations, ages);
	return suite;
}
