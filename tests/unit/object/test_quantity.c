/* Quantities: Kubernetes' tables of values, canonical forms and refusals; arithmetic and limits. */
#include "data.h"
#include "object/quantity.h"
#include "unit.h"
#include <string.h>

static korch_quantity parse(const char *text)
{
	korch_quantity quantity;
	ck_assert_msg(korch_quantity_parse(&quantity, text, NULL) == 0, "%s", text);
	return quantity;
}

static korch_quantity_format format_of(const char *name)
{
	if (strcmp(name, "BinarySI") == 0)
		return KORCH_QUANTITY_BINARY;
	return strcmp(name, "DecimalSI") == 0 ? KORCH_QUANTITY_DECIMAL : KORCH_QUANTITY_EXPONENT;
}

/* unscaled × 10^scale in billionths, rounded up as reading does. */
static korch__wide nano_of(const char *unscaled, int scale)
{
	korch__wide value = strtoll(unscaled, NULL, 10);
	for (int i = scale + 9; i > 0; i--)
		value *= 10;
	for (int i = scale + 9; i < 0; i++)
		value = value / 10 + (value % 10 != 0);
	return value;
}

/* Splits a line of a table in place at its tabs. */
static size_t cells(char *line, char **out, size_t max)
{
	size_t n = 0;
	for (char *cell = strsep(&line, "\t"); cell && n < max; cell = strsep(&line, "\t"))
		out[n++] = cell;
	return n;
}

START_TEST(values_of_the_table)
{
	char *text = data_read("tables/quantity_parse.tsv", NULL), *rest = text, *line;
	int rows = 0;
	while (rest && (line = strsep(&rest, "\n"))) {
		char *cell[4];
		if (*line == '#' || cells(line, cell, 4) < 4)
			continue;
		korch_quantity quantity = parse(cell[0]);
		ck_assert_msg(korch__quantity_nano(&quantity) == nano_of(cell[1], atoi(cell[2])), "%s",
		              cell[0]);
		ck_assert_msg(quantity.format == (int)format_of(cell[3]) ||
		                  korch_quantity_sign(&quantity) == 0 || cell[0][0] == '0',
		              "format of %s", cell[0]);
		rows++;
	}
	ck_assert(!text || rows == 83);
	korch__free(text);
}
END_TEST

START_TEST(canonical_forms_of_the_table)
{
	char *text = data_read("tables/quantity_format.tsv", NULL), *rest = text, *line, out[64];
	int rows = 0;
	while (rest && (line = strsep(&rest, "\n"))) {
		char *cell[5];
		if (*line == '#' || cells(line, cell, 5) < 5)
			continue;
		korch_quantity quantity = {.format = (int)format_of(cell[2])};
		korch__wide nano = nano_of(cell[0], atoi(cell[1]));
		/* The table writes the first column without its sign. */
		korch__quantity_set(&quantity, cell[3][0] == '-' ? -nano : nano);
		korch_quantity_text(out, &quantity);
		ck_assert_str_eq(out, cell[3]);
		if (cell[4][0]) {
			quantity = parse(cell[4]);
			korch_quantity_text(out, &quantity);
			ck_assert_str_eq(out, cell[3]);
		}
		rows++;
	}
	ck_assert(!text || rows == 37);
	korch__free(text);
}
END_TEST

START_TEST(refusals_of_the_table)
{
	char *text = data_read("tables/quantity_invalid.txt", NULL), *rest = text, *line;
	int rows = 0;
	while (rest && (line = strsep(&rest, "\n"))) {
		if (*line != '"')
			continue;
		line[strlen(line) - 1] = '\0';
		korch_quantity quantity;
		korch_error *err = NULL;
		ck_assert_msg(korch_quantity_parse(&quantity, line + 1, &err) == KORCH_E_PARSE, "%s", line);
		ck_assert_int_eq(korch_error_code(err), KORCH_E_PARSE);
		korch_error_free(err);
		rows++;
	}
	ck_assert(!text || rows == 11);
	korch__free(text);
}
END_TEST

START_TEST(sentences_are_those_of_kubernetes)
{
	static const char *const bad[] = {"", "aoeu", "1.1.M", ".", "1 ", " 1", "++1", "1e-"};
	korch_quantity quantity;
	korch_error *err = NULL;
	korch_quantity_parse(&quantity, "abc", &err);
	ck_assert_str_eq(korch_error_message(err), "quantities must match the regular expression "
	                                           "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
	korch_error_free(err);
	err = NULL;
	korch_quantity_parse(&quantity, "1mi", &err);
	ck_assert_str_eq(korch_error_message(err), "unable to parse quantity's suffix");
	korch_error_free(err);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(korch_quantity_parse(&quantity, bad[i], NULL) < 0, "%s", bad[i]);
	ck_assert_int_lt(korch_quantity_parse(&quantity, NULL, NULL), 0);
}
END_TEST

static void check_canonical(const char *text, const char *canonical)
{
	char out[KORCH_QUANTITY_TEXT_SIZE];
	korch_quantity quantity = parse(text);
	size_t length = korch_quantity_text(out, &quantity);
	ck_assert_str_eq(out, canonical);
	ck_assert_uint_eq(length, strlen(out));
}

START_TEST(canonical_forms)
{
	check_canonical("1.5Gi", "1536Mi");
	check_canonical("0.5", "500m");
	check_canonical("1000m", "1");
	check_canonical("2048Ki", "2Mi");
	check_canonical("1023", "1023");
	check_canonical("0.5Ki", "512");
	check_canonical("1500e3", "1500e3");
	check_canonical("-9010m", "-9010m");
	check_canonical("100Ei", "9223372036854775807");
	check_canonical("0.0000000001", "1n");
	check_canonical("-0.0000000001", "-1n");
	check_canonical("+1.2k", "1200");
	check_canonical("1e2", "100");
}
END_TEST

START_TEST(values_round_up)
{
	ck_assert_int_eq(korch_quantity_text_value("1500m"), 2);
	ck_assert_int_eq(korch_quantity_text_milli("0.0001"), 1);
	ck_assert_int_eq(korch_quantity_text_value("1Gi"), INT64_C(1) << 30);
	ck_assert_int_eq(korch_quantity_text_milli("2"), 2000);
	ck_assert_int_eq(korch_quantity_text_value("99999999E"), INT64_MAX);
	ck_assert_int_eq(korch_quantity_text_value("-99999999E"), INT64_MIN);
	ck_assert_int_eq(korch_quantity_text_value("1e999999999999"), INT64_MAX);
	ck_assert_int_eq(korch_quantity_text_value("1e-999999999999"), 1);
	ck_assert_int_eq(korch_quantity_text_value("-1.5"), -2);
	ck_assert_int_eq(korch_quantity_text_value(NULL), 0);
	ck_assert_int_eq(korch_quantity_text_value("junk"), 0);
}
END_TEST

START_TEST(sums)
{
	korch_quantity a = parse("1.5Gi"), b = parse("512Mi"), zero = {0};
	char out[KORCH_QUANTITY_TEXT_SIZE];
	korch_quantity_add(&a, &b);
	korch_quantity_text(out, &a);
	ck_assert_str_eq(out, "2Gi");
	korch_quantity_sub(&a, &b);
	korch_quantity_sub(&a, &b);
	korch_quantity_text(out, &a);
	ck_assert_str_eq(out, "1Gi");
	korch_quantity_add(&zero, &a);
	ck_assert_int_eq(zero.format, KORCH_QUANTITY_BINARY);
	ck_assert_int_eq(korch_quantity_compare(&zero, &a), 0);
	korch_quantity_sub(&zero, &b);
	ck_assert_int_lt(korch_quantity_compare(&zero, &a), 0);
	ck_assert_int_eq(korch_quantity_sign(&zero), 1);
	korch_quantity huge = parse("1e29");
	for (int i = 0; i < 10; i++)
		korch_quantity_add(&huge, &huge);
	ck_assert_int_eq(korch_quantity_sign(&huge), 1);
	for (int i = 0; i < 3; i++) {
		korch_quantity minus = parse("-1.7e29");
		korch_quantity_add(&minus, &minus);
		ck_assert_int_eq(korch_quantity_sign(&minus), -1);
		korch_quantity_sub(&minus, &huge);
		ck_assert_int_eq(korch_quantity_sign(&minus), -1);
	}
	korch_quantity milli = korch_quantity_from_milli(1500, KORCH_QUANTITY_DECIMAL);
	korch_quantity whole = korch_quantity_from_int(2, KORCH_QUANTITY_DECIMAL);
	ck_assert_int_eq(korch_quantity_value(&milli), korch_quantity_value(&whole));
}
END_TEST

KORCH_SUITE(quantity)
{
	Suite *suite = suite_create("quantity");
	KORCH_CASE(suite, "tables", values_of_the_table, canonical_forms_of_the_table,
	           refusals_of_the_table);
	KORCH_CASE(suite, "quantity", sentences_are_those_of_kubernetes, canonical_forms,
	           values_round_up, sums);
	return suite;
}
