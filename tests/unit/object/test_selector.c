/* Label selectors (Kubernetes' table of good, bad and matching ones), field selectors, integers or
 * percentages. */
#include "base/alloc.h"
#include "data.h"
#include "unit.h"
#include <json-c/json.h>
#include <korch/api.h>
#include <korch/codec.h>
#include <korch/intstr.h>
#include <korch/names.h>
#include <korch/selector.h>
#include <string.h>

static korch_map *labels_of(struct json_object *object)
{
	korch_map *map = NULL;
	json_object_object_foreach(object, key, value)
	    ck_assert_int_eq(korch_map_set(&map, key, json_object_get_string(value)), 0);
	return map;
}

static int matches(const char *text, const korch_map *labels)
{
	korch_selector *selector = NULL;
	korch_error *err = NULL;
	int code = korch_selector_parse(&selector, text, &err);
	ck_assert_msg(code == 0, "%s: %s", text, korch_error_message(err));
	int result = korch_selector_matches(selector, labels);
	korch_selector_free(selector);
	return result;
}

START_TEST(rows_of_the_table)
{
	char *text = data_read("tables/label_selector.json", NULL);
	if (!text)
		return;
	struct json_object *table = json_tokener_parse(text), *list, *row;
	list = json_object_object_get(table, "parse_good");
	for (size_t i = 0; i < json_object_array_length(list); i++)
		matches(json_object_get_string(json_object_array_get_idx(list, i)), NULL);
	ck_assert_uint_eq(json_object_array_length(list), 10);
	list = json_object_object_get(table, "parse_bad");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		korch_selector *selector = NULL;
		const char *bad = json_object_get_string(json_object_array_get_idx(list, i));
		ck_assert_msg(korch_selector_parse(&selector, bad, NULL) == KORCH_E_PARSE, "%s", bad);
	}
	list = json_object_object_get(table, "match");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		row = json_object_array_get_idx(list, i);
		korch_map *labels = labels_of(json_object_object_get(row, "labels"));
		const char *selector = json_object_get_string(json_object_object_get(row, "selector"));
		int expected = json_object_get_boolean(json_object_object_get(row, "match"));
		ck_assert_msg(matches(selector, labels) == expected, "%s", selector);
		korch_block_unref(labels);
	}
	ck_assert_uint_eq(json_object_array_length(list), 17);
	json_object_put(table);
	korch__free(text);
}
END_TEST

static void check_canonical(const char *text, const char *expected)
{
	korch_selector *selector = NULL;
	ck_assert_int_eq(korch_selector_parse(&selector, text, NULL), 0);
	char *out = korch_selector_format(selector);
	ck_assert_str_eq(out, expected);
	korch__free(out);
	korch_selector_free(selector);
}

START_TEST(canonical_texts)
{
	check_canonical("z=1, a in (d,b,,b) ,!k,j", "a in (,b,d),j,!k,z=1");
	check_canonical("a notin (b)", "a notin (b)");
	check_canonical("in in (in), notin notin(notin)", "in in (in),notin notin (notin)");
	check_canonical("x!=y,x==y,n>5,m<6", "m<6,n>5,x==y,x!=y");
	check_canonical("", "");
	check_canonical("x in (,)", "x in (,)");
}
END_TEST

static void check_error(const char *text, const char *sentence)
{
	korch_selector *selector = NULL;
	korch_error *err = NULL;
	ck_assert_int_eq(korch_selector_parse(&selector, text, &err), KORCH_E_PARSE);
	ck_assert_str_eq(korch_error_message(err), sentence);
	korch_error_free(err);
}

START_TEST(sentences_are_those_of_kubernetes)
{
	check_error("!x=a", "found '=', expected: ',' or 'end of string'");
	check_error("a,", "found '', expected: identifier after ','");
	check_error("=a", "found '=', expected: !, identifier, or 'end of string'");
	check_error("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, "
	                   "gt, lt");
	check_error("a in b", "unable to parse requirement: found 'b', expected: '('");
	check_error("a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'");
	check_error("a in ()", "unable to parse requirement: values: Invalid value: []: for 'in', "
	                       "'notin' operators, values set can't be empty");
	check_error("x<a", "unable to parse requirement: values[0]: Invalid value: \"a\": for 'Gt', "
	                   "'Lt' operators, the value must be an integer");
}
END_TEST

START_TEST(selectors_from_structs)
{
	korch_label_selector *from = NULL;
	korch_selector *selector = NULL;
	korch_error *err = NULL;
	korch_map *labels = NULL;
	ck_assert_int_eq(korch_map_set(&labels, "app", "web"), 0);
	ck_assert_int_eq(korch_selector_new(&selector, NULL, NULL), 0);
	ck_assert_int_eq(korch_selector_matches(selector, labels), 0);
	ck_assert_int_eq(korch_selector_is_everything(selector), 0);
	korch_selector_free(selector);
	ck_assert_int_eq(
	    korch_struct_from_json((void **)&from, &korch_label_selector_type,
	                           "{\"matchLabels\":{\"app\":\"web\"},\"matchExpressions\":["
	                           "{\"key\":\"tier\",\"operator\":\"DoesNotExist\"}]}",
	                           NULL, NULL),
	    0);
	ck_assert_int_eq(korch_selector_new(&selector, from, NULL), 0);
	ck_assert_int_eq(korch_selector_matches(selector, labels), 1);
	ck_assert_int_eq(korch_selector_matches(selector, NULL), 0);
	ck_assert_int_eq(korch_map_set(&labels, "tier", "x"), 0);
	ck_assert_int_eq(korch_selector_matches(selector, labels), 0);
	korch_selector_free(selector);
	ck_assert_int_eq(korch_string_set(&from->match_expressions[0].operator_, "Like"), 0);
	ck_assert_int_eq(korch_selector_new(&selector, from, &err), KORCH_E_INVALID);
	ck_assert_str_eq(korch_error_message(err), "\"Like\" is not a valid label selector operator");
	ck_assert_str_eq(korch_error_path(err), "matchExpressions[0].operator");
	korch_error_free(err);
	ck_assert_int_eq(korch_selector_from_map(&selector, labels, NULL), 0);
	ck_assert_int_eq(korch_selector_matches(selector, labels), 1);
	ck_assert_int_eq(korch_selector_matches(NULL, NULL), 1);
	korch_selector_free(selector);
	korch_block_unref(labels);
	korch_block_unref(from);
}
END_TEST

START_TEST(field_selectors)
{
	static const char *const bad[] = {"a", "a=b=c", "a=\\x", "=\\"};
	korch_object *object = NULL;
	korch_field_selector *selector = NULL;
	const char *text = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},"
	                   "\"spec\":{\"nodeName\":\"n=1\"},\"status\":{\"phase\":\"Running\"}}";
	ck_assert_int_eq(korch_object_from_json(&object, text, strlen(text), NULL, NULL, NULL), 0);
	ck_assert_int_eq(
	    korch_field_selector_parse(
	        &selector, "metadata.name=p,spec.nodeName==n\\=1,,status.phase!=Failed", NULL),
	    0);
	ck_assert_int_eq(korch_field_selector_matches(selector, object), 1);
	ck_assert_str_eq(korch_field_selector_value(selector, "spec.nodeName"), "n=1");
	ck_assert_ptr_null(korch_field_selector_value(selector, "status.phase"));
	korch_field_selector_free(selector);
	ck_assert_int_eq(korch_field_selector_parse(&selector, "status.phase!=Running", NULL), 0);
	ck_assert_int_eq(korch_field_selector_matches(selector, object), 0);
	korch_field_selector_free(selector);
	ck_assert_int_eq(korch_field_selector_parse(&selector, "status.reason=", NULL), 0);
	ck_assert_int_eq(korch_field_selector_matches(selector, object), 1);
	korch_field_selector_free(selector);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(korch_field_selector_parse(&selector, bad[i], NULL) == KORCH_E_PARSE, "%s",
		              bad[i]);
	korch_object_unref(object);
}
END_TEST

static int32_t percent_of(const char *text, int32_t total, int round_up)
{
	korch_int_or_string value = {0};
	int32_t out = -1;
	ck_assert_int_eq(korch_int_or_string_set_text(&value, text), 0);
	ck_assert_int_eq(korch_int_or_percent_of(&out, &value, total, round_up, NULL), 0);
	korch_int_or_string_set_number(&value, 0);
	return out;
}

START_TEST(percentages)
{
	korch_int_or_string value = {0};
	korch_error *err = NULL;
	int32_t out = 7;
	ck_assert_int_eq(percent_of("25%", 10, 1), 3);
	ck_assert_int_eq(percent_of("25%", 10, 0), 2);
	ck_assert_int_eq(percent_of("100%", INT32_MAX, 0), INT32_MAX);
	ck_assert_int_eq(percent_of("999999999%", INT32_MAX, 0), INT32_MAX);
	ck_assert_int_eq(percent_of("0%", 10, 1), 0);
	korch_int_or_string_set_number(&value, 4);
	ck_assert_int_eq(korch_int_or_percent_of(&out, &value, 10, 0, NULL), 0);
	ck_assert_int_eq(out, 4);
	ck_assert_int_eq(korch_int_or_string_set_text(&value, "many"), 0);
	ck_assert_int_eq(korch_int_or_percent_of(&out, &value, 10, 0, &err), KORCH_E_INVALID);
	ck_assert_int_eq(out, 4);
	korch_error_free(err);
	korch_int_or_string_set_number(&value, 0);
	ck_assert_int_eq(korch_percent_parse("5%"), 5);
	ck_assert_int_eq(korch_percent_parse("%"), -1);
	ck_assert_int_eq(korch_percent_parse("5"), -1);
	ck_assert_int_eq(korch_percent_parse(NULL), -1);
}
END_TEST

START_TEST(names_in_public)
{
	const char *sentences[KORCH_NAME_SENTENCES_MAX];
	ck_assert_uint_eq(korch_name_check(NULL, KORCH_FORMAT_DNS1123_LABEL, "web-1"), 0);
	ck_assert_uint_eq(korch_name_check(sentences, KORCH_FORMAT_DNS1123_LABEL, "Web"), 1);
	ck_assert_ptr_nonnull(strstr(sentences[0], "RFC 1123 label"));
	ck_assert_ptr_null(korch_number_check(KORCH_FORMAT_PORT, 80));
	ck_assert_ptr_nonnull(korch_number_check(KORCH_FORMAT_PORT, 0));
}
END_TEST

START_TEST(memory_may_be_short)
{
	for (uint64_t i = 1; i < 100; i++) {
		korch_selector *selector = NULL;
		char *text = NULL;
		korch__alloc_fail_at(i);
		int code = korch_selector_parse(&selector, "abc in (longer-text,def),!xyz", NULL);
		if (code == KORCH_E_PARSE)
			ck_abort_msg("a parse error for want of memory");
		if (code == 0)
			text = korch_selector_format(selector);
		korch__alloc_fail_at(0);
		korch_selector_free(selector);
		korch__free(text);
		if (text)
			return;
	}
	ck_abort_msg("never succeeded");
}
END_TEST

KORCH_SUITE(selector)
{
	Suite *suite = suite_create("selector");
	KORCH_CASE(suite, "labels", rows_of_the_table, canonical_texts,
	           sentences_are_those_of_kubernetes, selectors_from_structs, memory_may_be_short);
	KORCH_CASE(suite, "values", field_selectors, percentages, names_in_public);
	return suite;
}
