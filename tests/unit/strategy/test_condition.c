/*
 * Conditions: what they say (Argo Rollouts' own test expressions among them), what is refused and
 * in which words, limits, memory. The expressions of utils/evaluate's and the documentation's
 * examples.
 */
#include "base/alloc.h"
#include "object/tree.h"
#include "unit.h"
#include <korch/strategy/condition.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct row {
	const char *result; /* JSON; NULL: nil */
	const char *text;
	int wanted; /* 1, 0; -1: an error that holds `words` */
	const char *words;
} row;

static struct json_object *json(const char *text)
{
	struct json_object *made = text ? json_tokener_parse(text) : NULL;
	ck_assert_msg(!text || made || strcmp(text, "null") == 0, "%s", text);
	return made;
}

/* Parses and evaluates; failures of both count as one, as they do for Argo. */
static int evaluate(const char *text, struct json_object *result, char *words, size_t size)
{
	korch_parsed_condition *condition = NULL;
	korch_error *err = NULL;
	int32_t out = -7;
	int code = korch_condition_parse(&condition, text, &err);
	ck_assert_int_eq(code == 0, condition != NULL);
	if (code == 0)
		code = korch_condition_eval(&out, condition, result, &err);
	ck_assert_msg((code < 0) == (err != NULL), "%s", text);
	snprintf(words, size, "%s", korch_error_message(err));
	ck_assert_msg(code < 0 ? out == -7 : out == 0 || out == 1, "%s", text);
	korch_error_free(err);
	korch_condition_free(condition);
	return code < 0 ? -1 : (int)out;
}

static void check(const row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char words[600];
		struct json_object *result = json(rows[i].result);
		int got = evaluate(rows[i].text, result, words, sizeof(words));
		ck_assert_msg(got == rows[i].wanted, "%s with %s: %d (%s)", rows[i].text,
		              rows[i].result ? rows[i].result : "nil", got, words);
		if (rows[i].words)
			ck_assert_msg(strstr(words, rows[i].words), "%s: %s", rows[i].text, words);
		json_object_put(result);
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof(*(rows)))

START_TEST(test_argo)
{
	static const row rows[] = {
	    {"true", "true", 1, NULL},
	    {"true", "false", 0, NULL},
	    {"true", "result == true", 1, NULL},
	    {"true", "result == false", 0, NULL},
	    {"true", "a == true", -1, "unknown name a"},
	    {"true", "1", -1, "expected bool, but got int"},
	    {"true", "invalidVariable", -1, "unknown name invalidVariable"},
	    {"{\"service_apdex\":{\"label\":null,\"values\":{\"values\":[2,2]}}}",
	     "all(result.service_apdex.values.values, {# > 1})", 1, NULL},
	    {"[2,2]", "2 in result", 1, NULL},
	    {"5", "result > 1", 1, NULL},
	    {"true", "result.Name() == 'hi'", -1, "unexpected \"(\""},
	    {"\"1.1\"", "asInt(result) == 1.1", -1,
	     "strconv.ParseInt: parsing \"1.1\": invalid syntax"},
	    {"\"1\"", "asInt(result) == 1", 1, NULL},
	    {"1", "asInt(result) == 1", 1, NULL},
	    {"1.123", "asInt(result) == 1", 1, NULL},
	    {"\"NotANum\"", "asFloat(result) == 1.1", -1,
	     "strconv.ParseFloat: parsing \"NotANum\": invalid syntax"},
	    {"\"1.1\"", "asFloat(result) == \"1.1\"", -1,
	     "invalid operation: == (mismatched types float64 and string)"},
	    {"\"1.1\"", "asFloat(result) == 1.1", 1, NULL},
	    {"\"1.1\"", "asFloat(result) >= 1.1", 1, NULL},
	    {"\"1.1\"", "asFloat(result) <= 1.1", 1, NULL},
	    {"1.1", "asFloat(result) == 1.1", 1, NULL},
	    {"1", "asFloat(result) == 1", 1, NULL},
	    {"1", "asFloat(result) >= 1", 1, NULL},
	    {"\"notint\"", "asInt(result) == 1", -1, "parsing \"notint\""},
	    {"\"9223372036854775808\"", "asInt(result) == 1", -1, "value out of range"},
	    {"\"-9223372036854775808\"", "asInt(result) < 0", 1, NULL},
	    {"true", "asInt(result) == 1", -1, "asInt() not supported on bool"},
	    {NULL, "asInt(result) == 1", -1, "asInt() not supported on <nil>"},
	    {NULL, "default(result, 0) == 0", 1, NULL},
	    {NULL, "default(result, 1) == 1", 1, NULL},
	    {"1", "default(result, 0) == 1", 1, NULL},
	    {NULL, "isNil(result)", 1, NULL},
	    {"1", "isNil(result)", 0, NULL},
	    {"[]", "isNil(result)", 0, NULL},
	    {"false", "isNil(result)", 0, NULL},
	};
	CHECK(rows);
}
END_TEST

/* Conditions of ../shared/data/rollouts/argo-examples and of Argo Rollouts' documentation. */
START_TEST(test_manifests)
{
	static const row rows[] = {
	    {"\"It worked!\"", "result == 'It worked!'", 1, NULL},
	    {"\"It failed\"", "result == 'It worked!'", 0, NULL},
	    {"[0.995]", "result[0] >= 0.99", 1, NULL},
	    {"[0.5]", "result[0] >= 0.99", 0, NULL},
	    {"[]", "result[0] >= 0.99", -1, "index out of range: 0 (array length is 0)"},
	    {"[0.95]", "result[0] >= 0.95", 1, NULL},
	    {"[]", "len(result) == 0 || result[0] >= 0.95", 1, NULL},
	    {"[0.2]", "len(result) == 0 or result[0] >= 0.95", 0, NULL},
	    {"[12]", "all(result, # < 100)", 1, NULL},
	    {"[12, 200]", "any(result, {# >= 100})", 1, NULL},
	    {"{\"ok\":true,\"data\":{\"rate\":0.97}}", "result.ok && result.data.rate >= 0.95", 1,
	     NULL},
	    {"{\"ok\":true,\"successPercent\":0.97}", "result.ok && result.successPercent >= 0.90", 1,
	     NULL},
	    {"\"true\"", "result == \"true\"", 1, NULL},
	    {"0.04", "default(result, 0) < 0.05", 1, NULL},
	    {NULL, "default(result, 0) < 0.05", 1, NULL},
	    {"\"NaN\"", "isNaN(asFloat(result))", 1, NULL},
	    {"[0.04]", "isInf(result[0])", 0, NULL},
	};
	CHECK(rows);
}
END_TEST

START_TEST(test_operators)
{
	static const row rows[] = {
	    {NULL, "1 + 2 * 3 == 7", 1, NULL},
	    {NULL, "(1 + 2) * 3 == 9", 1, NULL},
	    {NULL, "2 ** 3 ** 2 == 512", 1, NULL},
	    {NULL, "-2 ** 2 == -4", 1, NULL},
	    {NULL, "2 ^ 3 == 8", 1, NULL},
	    {NULL, "7 % 4 == 3 and 7 / 2 == 3.5", 1, NULL},
	    {NULL, "7 % 0 == 1", -1, "integer divide by zero"},
	    {NULL, "9223372036854775807 + 1 < 0", 1, NULL},
	    {NULL, "7.5 % 2 == 1", -1, "mismatched types float64 and int"},
	    {NULL, "\"a\" + 'b' == `ab`", 1, NULL},
	    {NULL, "\"a\" + 1 == 'a1'", -1, "invalid operation: + (mismatched types string and int)"},
	    {"\"a\"", "result + 1 == 'a1'", -1, "invalid operation: string + int"},
	    {"\"a\"", "result < 1", -1, "invalid operation: string < int"},
	    {NULL, "not false && !false", 1, NULL},
	    {NULL, "not (1 in [1, 2])", 1 - 1, NULL},
	    {NULL, "1 not in [2, 3]", 1, NULL},
	    {NULL, "'a' in {a: 1, 'b': 2}", 1, NULL},
	    {NULL, "'c' in {a: 1}", 0, NULL},
	    {NULL, "1 in nil", 0, NULL},
	    {"5", "1 in result", -1, "operator \"in\" not defined on float64"},
	    {NULL, "'abc' matches '^a.c$'", 1, NULL},
	    {NULL, "'abc' not matches '^b'", 1, NULL},
	    {"\"v1.2\"", "result matches `^v\\d+\\.\\d+$`", 1, NULL},
	    {NULL, "'abc' matches '('", -1, "missing closing )"},
	    {NULL, "'abc' contains 'b' and 'abc' startsWith 'ab' and 'abc' endsWith 'bc'", 1, NULL},
	    {NULL, "'abc' contains 'x'", 0, NULL},
	    {NULL, "true ? true : 1 / 0 == 0", 1, NULL},
	    {NULL, "false ? false : true", 1, NULL},
	    {NULL, "nil ?? true", 1, NULL},
	    {"{\"a\":null}", "(result.a ?? 5) == 5", 1, NULL},
	    {"{\"a\":null}", "result?.a?.b?.c == nil", 1, NULL},
	    {"{\"a\":null}", "result.a.b == 1", -1, "cannot fetch b from <nil>"},
	    {"{}", "result.missing == nil", 1, NULL},
	    {"3", "result.x == 1", -1, "cannot fetch x from float64"},
	    {NULL, "1..3 == [1, 2, 3]", 1, NULL},
	    {NULL, "len(3..1) == 0", 1, NULL},
	    {"1", "result && true", -1, "interface conversion: interface {} is float64, not bool"},
	    {"1", "1 < 2 < 3", -1, "mismatched types bool and int"},
	    {"\"x\"", "result == 1", 0, NULL},
	    {"2", "result == 2", 1, NULL},
	    {"{\"a\":[1,{\"b\":\"c\"}]}", "result == {a: [1, {b: 'c'}]}", 1, NULL},
	    {"{\"a\":[1,{\"b\":\"c\"}]}", "{a: [1, {b: 'd'}]} == result", 0, NULL},
	    {NULL, "'\\u00e9\\x41\\n' == `é` + \"A\\n\"", 1, NULL},
	    {NULL, "0x1F == 31 && 0b11 == 3 && 0o17 == 15 && 1_000 == 1e3 && .5 == 0.5", 1, NULL},
	    {NULL, "/* so */ true // it is", 1, NULL},
	};
	CHECK(rows);
}
END_TEST

START_TEST(test_lists)
{
	static const row rows[] = {
	    {"[1,2,3]", "result[1:] == [2, 3] && result[:1] == [1] && result[-1] == 3", 1, NULL},
	    {"[1,2,3]", "result[0:-1] == [1, 2] && result[5:] == []", 1, NULL},
	    {"[1,2,3]", "result[3] == 1", -1, "index out of range: 3 (array length is 3)"},
	    {"\"abc\"", "result[1:] == 'bc'", 1, NULL},
	    {"[1,2,3]", "filter(result, {# > 1}) == [2, 3]", 1, NULL},
	    {"[1,2,3]", "map(result, {# * 2}) == [2, 4, 6]", 1, NULL},
	    {"[1,2,3]", "count(result, {# > 1}) == 2", 1, NULL},
	    {"[true,false]", "count(result) == 1", 1, NULL},
	    {"[1,2,3]", "none(result, {# > 3}) && one(result, {# == 3})", 1, NULL},
	    {"[{\"x\":1},{\"x\":2}]", "all(result, {.x > 0}) && any(result, {.x == 2})", 1, NULL},
	    {"[{\"x\":1},{\"x\":2}]", "find(result, {.x == 2}).x == 2", 1, NULL},
	    {"[1,2]", "findIndex(result, # == 2) == 1 && find(result, # == 3) == nil", 1, NULL},
	    {"[[1,2],[3]]", "all(result, {any(#, {# > 1})})", 1, NULL},
	    {"[5,6]", "map(result, {#index}) == [0, 1]", 1, NULL},
	    {"[1,2,3]", "sum(result) == 6 && mean(result) == 2 && median(result) == 2", 1, NULL},
	    {"[3,1,2]", "min(result) == 1 && max(result) == 3 && max(1, 2.5) == 2.5", 1, NULL},
	    {"[3,1]", "first(result) == 3 && last(result) == 1 && first([]) == nil", 1, NULL},
	    {"[1,2]", "result | all({# > 0})", 1, NULL},
	    {"[1,2]", "(result | len()) == 2", 1, NULL},
	    {"[1]", "all(result, {#})", -1, "predicate should return boolean (got float64)"},
	    {"1", "all(result, {# > 1})", -1, "builtin all takes only array (got float64)"},
	    {"\"né\"", "len(result) == 2", 1, NULL},
	    {"{\"a\":1}", "len(result) == 1", 1, NULL},
	    {"1", "len(result) == 1", -1, "invalid argument for len (type float64)"},
	    {NULL, "upper('a') == 'A' && lower('B') == 'b' && trim(' c ') == 'c'", 1, NULL},
	    {NULL, "string(1) + string(0.5) + string(true) == '10.5true'", 1, NULL},
	    {NULL, "abs(-2) == 2 && ceil(1.2) == 2 && floor(1.8) == 1 && round(1.5) == 2", 1, NULL},
	    {NULL, "int('12') == 12 && float('1.5') == 1.5", 1, NULL},
	};
	CHECK(rows);
}
END_TEST

START_TEST(test_refused)
{
	static const row rows[] = {
	    {NULL, "", -1, "column 1: unexpected end, expected a value"},
	    {NULL, "result >", -1, "column 9: unexpected end, expected a value"},
	    {NULL, "result = 1", -1, "column 8: unexpected character '='; equality is =="},
	    {NULL, "(result", -1, "column 8: unexpected end, expected \")\""},
	    {NULL, "result[0", -1, "column 9: unexpected end, expected \"]\""},
	    {NULL, "resutl > 1", -1, "column 1: unknown name resutl, did you mean result?"},
	    {NULL, "asint(result) > 1", -1, "unknown name asint, did you mean asInt?"},
	    {NULL, "len(1, 2) > 1", -1, "too many arguments to call len (have 2, want 1)"},
	    {NULL, "default(result) > 1", -1, "not enough arguments to call default (have 1, want 2)"},
	    {NULL, "all(result) ", -1, "not enough arguments to call all (have 1, want 2)"},
	    {NULL, "# > 1", -1, "known inside of { } only"},
	    {NULL, "'open", -1, "column 1: string is not closed"},
	    {NULL, "'\\q' == 'q'", -1, "column 2: unknown escape sequence"},
	    {NULL, "1 == 99999999999999999999", -1, "column 6: number is too large for 64 bits"},
	    {NULL, "1x == 1", -1, "column 1: bad number syntax"},
	    {NULL, "true true", -1, "column 6: unexpected \"true\", expected an operator or the end"},
	    {NULL, "1 ? true : false", -1, "non-bool expression (type int) used as condition"},
	    {NULL, "!1", -1, "invalid operation: ! (mismatched type int)"},
	    {NULL, "true && 'x'", -1, "invalid operation: && (mismatched types bool and string)"},
	    {NULL, "result not 1", -1, "expected in, matches, contains, startsWith or endsWith"},
	    {NULL, "/* open", -1, "comment is not closed"},
	    {NULL, "result == \xc3\xa9", -1, "unexpected byte 0xc3 outside of a string"},
	    {NULL, "result == NaN", -1, "unknown name NaN"},
	};
	CHECK(rows);
}
END_TEST

START_TEST(test_not_a_number)
{
	char words[200];
	struct json_object *result = json_object_new_array();
	json_object_array_add(result, json_object_new_double(NAN));
	json_object_array_add(result, json_object_new_double(INFINITY));
	ck_assert_int_eq(evaluate("isNaN(result[0]) && !isNaN(result[1])", result, words, 200), 1);
	ck_assert_int_eq(evaluate("isInf(result[1])", result, words, 200), 1);
	ck_assert_int_eq(evaluate("result[0] >= 0.5 || result[0] < 0.5", result, words, 200), 0);
	ck_assert_int_eq(evaluate("result[0] == result[0]", result, words, 200), 0);
	json_object_put(result);
}
END_TEST

static char *repeated(const char *start, const char *piece, size_t n, const char *end)
{
	char *text = malloc(strlen(start) + strlen(piece) * n + strlen(end) + 1);
	strcpy(text, start);
	for (size_t i = 0; i < n; i++)
		strcat(text, piece);
	return strcat(text, end);
}

START_TEST(test_limits)
{
	char words[300];
	const struct {
		char *text;
		int wanted;
		const char *words;
	} rows[] = {
	    {repeated("true", " && true", 150, ""), 1, NULL},
	    {repeated("true", " && true", 250, ""), -1, "nested deeper than 200"},
	    {repeated("", "(", 250, "true"), -1, "nested deeper than 200"},
	    {repeated("", "not ", 250, "true"), -1, "nested deeper than 200"},
	    {repeated("", " ", 9000, "true"), -1, "at most 8192 bytes"},
	    {repeated("len([", "1,", 4080, "]) > 0"), 1, NULL},
	    {repeated("len(1..", "9", 9, ") > 1"), -1, "memory budget exceeded"},
	    {repeated("len(map(1..60000, {#})) + len(map(1..60000, {#})) > ", "1", 1, ""), -1,
	     "memory budget exceeded"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int got = evaluate(rows[i].text, NULL, words, sizeof(words));
		ck_assert_msg(got == rows[i].wanted, "%zu: %d (%s)", i, got, words);
		if (rows[i].words)
			ck_assert_msg(strstr(words, rows[i].words), "%zu: %s", i, words);
		free(rows[i].text);
	}
	char *hundred = repeated("[1", ",1", 100, "]");
	struct json_object *result = json(hundred);
	ck_assert_int_eq(
	    evaluate("all(result, {all(result, {all(result, {true})})})", result, words, sizeof(words)),
	    -1);
	ck_assert_ptr_nonnull(strstr(words, "more than 1000000 steps"));
	json_object_put(result);
	free(hundred);
}
END_TEST

/* Each allocation fails once: an error or the right answer, and nothing is lost. */
START_TEST(test_memory)
{
	static const char text[] =
	    "all(map(filter(1..200, {# > 2}), {# * 2}), {string(#) matches '^[0-9]+$'})";
	uint64_t n = 1;
	for (int done = 0; !done; n++) {
		korch_parsed_condition *condition = NULL;
		int32_t out = -1;
		korch__alloc_fail_at(n);
		int code = korch_condition_parse(&condition, text, NULL);
		if (code == 0)
			code = korch_condition_eval(&out, condition, NULL, NULL);
		done = korch__alloc_count() < n;
		korch__alloc_fail_at(0);
		ck_assert_int_eq(code, done ? 0 : KORCH_E_NOMEM);
		ck_assert_int_eq(out, done ? 1 : -1);
		korch_condition_free(condition);
	}
	ck_assert_uint_gt(n, 8);
}
END_TEST

START_TEST(test_arguments)
{
	korch_parsed_condition *condition = NULL;
	int32_t out;
	ck_assert_int_eq(korch_condition_parse(NULL, "true", NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_condition_parse(&condition, NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_condition_eval(&out, NULL, NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_condition_parse(&condition, " true ", NULL), 0);
	ck_assert_int_eq(korch_condition_eval(NULL, condition, NULL, NULL), KORCH_E_INVALID);
	ck_assert_str_eq(korch_condition_text(condition), " true ");
	ck_assert_str_eq(korch_condition_text(NULL), "");
	korch_condition_free(condition);
	korch_condition_free(NULL);
}
END_TEST

KORCH_SUITE(condition)
{
	Suite *suite = suite_create("condition");
	KORCH_CASE(suite, "meaning", test_argo, test_manifests, test_operators, test_lists,
	           test_not_a_number);
	KORCH_CASE(suite, "refused", test_refused, test_limits, test_memory, test_arguments);
	return suite;
}
