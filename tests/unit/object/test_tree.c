/* Nodes of json-c trees: lines, texts of numbers, copies, comparison. */
#include "base/alloc.h"
#include "object/tree.h"
#include "unit.h"
#include <string.h>

static const char *plain(struct json_object *node)
{
	return json_object_to_json_string_ext(node, JSON_C_TO_STRING_PLAIN);
}

START_TEST(lines)
{
	_cleanup_tree_ struct json_object *node = json_object_new_object();
	ck_assert_int_eq(korch__tree_line(node), 0);
	korch__tree_set_line(node, 7);
	korch__tree_set_line(node, 2000000000);
	ck_assert_int_eq(korch__tree_line(node), 2000000000);
	ck_assert_str_eq(plain(node), "{}");
	korch__tree_set_line(NULL, 3);
	ck_assert_int_eq(korch__tree_line(NULL), 0);
}
END_TEST

START_TEST(numbers_keep_their_text)
{
	static const char *const texts[] = {"0",
	                                    "-0",
	                                    "1.10",
	                                    "1e3",
	                                    "9223372036854775808",
	                                    "18446744073709551615",
	                                    "-9223372036854775808",
	                                    "123456789012345678901234567890",
	                                    "-123456789012345678901234567890",
	                                    "3.14159265358979323846264338327950288",
	                                    "1e999"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_cleanup_tree_ struct json_object *node = korch__tree_number(texts[i]);
		korch__tree_set_line(node, 5);
		ck_assert_str_eq(plain(node), texts[i]);
		_cleanup_tree_ struct json_object *copy = korch__tree_copy(node);
		ck_assert_str_eq(plain(copy), texts[i]);
		ck_assert_int_eq(korch__tree_line(copy), 5);
		ck_assert(korch__tree_equal(node, copy));
	}
}
END_TEST

START_TEST(text_of_another_parser)
{
	_cleanup_tree_ struct json_object *node = json_tokener_parse("1.500");
	korch__tree_set_line(node, 9);
	ck_assert_str_eq(plain(node), "1.500");
	ck_assert_int_eq(korch__tree_line(node), 9);
}
END_TEST

START_TEST(plain_text)
{
	_cleanup_tree_ struct json_object *node = json_object_new_boolean(1);
	korch__tree_set_line(node, 4);
	ck_assert_ptr_null(korch__tree_plain_text(node));
	ck_assert_int_eq(korch__tree_set_plain_text(node, "yes"), 0);
	ck_assert_str_eq(korch__tree_plain_text(node), "yes");
	ck_assert_int_eq(korch__tree_line(node), 4);
	ck_assert_str_eq(plain(node), "true");
	_cleanup_tree_ struct json_object *copy = korch__tree_copy(node);
	ck_assert_str_eq(korch__tree_plain_text(copy), "yes");
}
END_TEST

START_TEST(copies_and_equality)
{
	static const char text[] = "{\"a\":[1,2.5,null,{\"b\":\"c\\u0000d\"}],\"e\":true}";
	_cleanup_tree_ struct json_object *node = json_tokener_parse(text);
	_cleanup_tree_ struct json_object *copy = korch__tree_copy(node);
	ck_assert(korch__tree_equal(node, copy));
	ck_assert_str_eq(plain(copy), text);
	json_object_object_add(copy, "e", json_object_new_boolean(0));
	ck_assert(!korch__tree_equal(node, copy));
	_cleanup_tree_ struct json_object *one = json_tokener_parse("[1.0, 2]");
	_cleanup_tree_ struct json_object *two = json_tokener_parse("[1, 2e0]");
	ck_assert(korch__tree_equal(one, two));
}
END_TEST

START_TEST(memory_is_short)
{
	_cleanup_tree_ struct json_object *node = korch__tree_number("1.25");
	for (uint64_t n = 1; n < 8; n++) {
		korch__alloc_fail_at(n);
		struct json_object *copy = korch__tree_copy(node);
		korch__alloc_fail_at(0);
		ck_assert(!copy || korch__tree_equal(node, copy));
		json_object_put(copy);
	}
}
END_TEST

KORCH_SUITE(tree)
{
	Suite *suite = suite_create("tree");
	KORCH_CASE(suite, "notes", lines, numbers_keep_their_text, text_of_another_parser, plain_text);
	KORCH_CASE(suite, "values", copies_and_equality, memory_is_short);
	return suite;
}
