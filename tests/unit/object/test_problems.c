/* The list of problems: words, limits, places from trees. */
#include "base/alloc.h"
#include "object/base64.h"
#include "object/json.h"
#include "object/problems.h"
#include "unit.h"
#include <json-c/json.h>
#include <string.h>

static void check_line(const korch_problems *problems, size_t i, const char *expected)
{
	char *line = korch_problem_format(korch_problems_at(problems, i));
	ck_assert_str_eq(line, expected);
	korch__free(line);
}

START_TEST(words_of_kubernetes)
{
	static const char *const allowed[] = {"b", "a", NULL};
	korch_problems *problems = NULL;
	korch_error *err = NULL;
	ck_assert_int_eq(korch_problems_new(&problems, 0), 0);
	ck_assert_int_eq(korch_problems_result(problems, &err), 0);
	korch__problem_warn(problems, "x", KORCH_PROBLEM_OTHER, "a\tb\nc");
	ck_assert_int_eq(korch_problems_result(problems, &err), 0);
	korch__problem(problems, "spec.x", KORCH_PROBLEM_REQUIRED, "%s", "");
	korch__problem_field(problems, "spec", "[1]", KORCH_PROBLEM_DUPLICATE, "\"%s\"", "n");
	korch__problem_unsupported(problems, "", "kind", "c", allowed);
	check_line(problems, 0, "x: a\\x09b\\nc");
	check_line(problems, 1, "spec.x: Required value");
	check_line(problems, 2, "spec[1]: Duplicate value: \"n\"");
	check_line(problems, 3, "kind: Unsupported value: \"c\": supported values: \"a\", \"b\"");
	ck_assert_int_eq(korch_problems_result(problems, &err), KORCH_E_INVALID);
	ck_assert_str_eq(korch_error_path(err), "spec.x");
	ck_assert_str_eq(korch_error_message(err), "Required value");
	korch_error_free(err);
	ck_assert_uint_eq(korch_problems_total(problems, KORCH_SEVERITY_WARNING), 1);
	ck_assert_uint_eq(korch_problems_total(problems, KORCH_SEVERITY_ERROR), 3);
	korch_problems_clear(problems);
	ck_assert_uint_eq(korch_problems_count(problems), 0);
	korch_problems_free(problems);
	korch__problem(NULL, "x", KORCH_PROBLEM_OTHER, "nobody listens");
}
END_TEST

START_TEST(limits)
{
	korch_problems *problems = NULL;
	ck_assert_int_eq(korch_problems_new(&problems, 2), 0);
	for (int i = 0; i < 5; i++)
		korch__problem(problems, "x", KORCH_PROBLEM_INVALID, "%d", i);
	ck_assert_uint_eq(korch_problems_count(problems), 2);
	ck_assert_uint_eq(korch_problems_total(problems, KORCH_SEVERITY_ERROR), 5);
	ck_assert_ptr_null(korch_problems_at(problems, 2));
	korch_problems_clear(problems);
	korch__alloc_fail_at(1);
	korch__problem(problems, "x", KORCH_PROBLEM_INVALID, "lost");
	korch__alloc_fail_at(0);
	ck_assert_int_eq(korch_problems_result(problems, NULL), KORCH_E_NOMEM);
	korch_problems_free(problems);
}
END_TEST

START_TEST(lines_of_trees)
{
	static const char text[] =
	    "{\n\"spec\": {\n\"containers\": [\n{\"name\": \"a\"},\n{\"name\": \"b\",\n"
	    "\"image\": \"i\"}],\n\"labels\": {\n\"a.b/c\": \"x\"}}}";
	static const struct {
		const char *path;
		int line;
	} rows[] = {{"", 1},
	            {"kind", 1},
	            {"spec.containers[1].image", 6},
	            {"spec.containers[1].ports[0].name", 5},
	            {"spec.containers[0]", 4},
	            {"spec.labels[a.b/c]", 8},
	            {"spec.labels['a.b/c']", 8},
	            {"spec.containers[x", 3}};
	struct json_object *tree = NULL;
	korch_problems *problems = NULL;
	ck_assert_int_eq(korch__json_parse(&tree, text, sizeof(text) - 1, NULL, NULL, NULL), 0);
	ck_assert_int_eq(korch_problems_new(&problems, 0), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		korch__problem(problems, rows[i].path, KORCH_PROBLEM_OTHER, "x");
	korch__problems_set_lines(problems, 0, "f", tree);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_msg(korch_problems_at(problems, i)->line == rows[i].line, "%s: %d", rows[i].path,
		              korch_problems_at(problems, i)->line);
		ck_assert_str_eq(korch_problems_at(problems, i)->file, "f");
	}
	check_line(problems, 2, "f:6: spec.containers[1].image: x");
	korch_problems_free(problems);
	json_object_put(tree);
}
END_TEST

START_TEST(base64_both_ways)
{
	static const char *const wrong[] = {
	    "a", "ab", "abc", "a===", "ab=c", "a*==", "====", "YQ==YQ=="};
	static const char bytes[] = "\0\xff Zz9+/";
	for (size_t n = 0; n < sizeof(bytes); n++) {
		korch_buf text, back;
		korch__buf_init(&text, 0);
		korch__buf_init(&back, 0);
		korch__buf_puts(&text, "\n");
		korch__base64_encode(&text, bytes, n);
		ck_assert_int_eq(korch__base64_check(text.data), 1);
		ck_assert_int_eq(korch__base64_decode(&back, text.data), 0);
		ck_assert_uint_eq(back.len, n);
		ck_assert_int_eq(n ? memcmp(back.data, bytes, n) : 0, 0);
		korch__buf_fini(&text);
		korch__buf_fini(&back);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(!korch__base64_check(wrong[i]), "%s", wrong[i]);
}
END_TEST

KORCH_SUITE(problems)
{
	Suite *suite = suite_create("problems");
	KORCH_CASE(suite, "problems", words_of_kubernetes, limits, lines_of_trees);
	KORCH_CASE(suite, "base64", base64_both_ways);
	return suite;
}
