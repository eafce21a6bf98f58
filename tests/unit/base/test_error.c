/* Error codes and korch_error. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "unit.h"
#include <korch/error.h>

#include <string.h>

static const struct {
	const char *name;
	int value;
	const char *text;
} codes[] = {
#define ROW(name, value, text) {#name, value, text},
    KORCH_CODES(ROW)
#undef ROW
};

START_TEST(test_codes_are_unique)
{
	for (size_t i = 0; i < KORCH_COUNT(codes); i++) {
		ck_assert_int_lt(codes[i].value, 0);
		ck_assert_str_eq(korch_code_name(codes[i].value), codes[i].name);
		ck_assert_str_eq(korch_code_text(codes[i].value), codes[i].text);
		for (size_t j = 0; j < i; j++) {
			ck_assert_int_ne(codes[i].value, codes[j].value);
			ck_assert_str_ne(codes[i].name, codes[j].name);
			ck_assert_str_ne(codes[i].text, codes[j].text);
		}
	}
	ck_assert_str_eq(korch_code_name(0), "OK");
	ck_assert_str_eq(korch_code_name(5), "UNKNOWN");
	ck_assert_str_eq(korch_code_name(-9999), "UNKNOWN");
	ck_assert_str_ne(korch_code_text(-9999), "");
}
END_TEST

START_TEST(test_null_is_fine)
{
	ck_assert_int_eq(korch_error_code(NULL), KORCH_OK);
	ck_assert_str_eq(korch_error_message(NULL), "");
	ck_assert_ptr_null(korch_error_path(NULL));
	ck_assert_ptr_null(korch_error_file(NULL));
	ck_assert_int_eq(korch_error_line(NULL), 0);
	ck_assert_ptr_null(korch_error_cause(NULL));
	ck_assert_int_eq(korch_error_set(NULL, KORCH_E_BUSY, "x"), KORCH_E_BUSY);
	korch_error_prefix_path(NULL, "spec");
	korch_error_set_location(NULL, "a", 1);
	korch_error_free(NULL);
	_cleanup_error_ korch_error *none = NULL;
	korch_error_prefix_path(&none, "spec");
	korch_error_set_location(&none, "a", 1);
	ck_assert_ptr_null(none);
}
END_TEST

START_TEST(test_format)
{
	_cleanup_error_ korch_error *err = NULL;
	ck_assert_int_eq(korch_error_set(&err, KORCH_E_IO, "cannot\nread %d", 3), KORCH_E_IO);
	ck_assert_str_eq(korch_error_message(err), "cannot read 3");
	ck_assert_int_eq(korch_error_set(&err, KORCH_E_PARSE, "bad pod"), KORCH_E_PARSE);
	korch_error_prefix_path(&err, "image");
	korch_error_prefix_path(&err, "[0]");
	korch_error_prefix_path(&err, "containers");
	korch_error_prefix_path(&err, "spec");
	korch_error_set_location(&err, "web.yaml", 14);
	korch_error_set_location(&err, "other.yaml", 15);
	ck_assert_str_eq(korch_error_path(err), "spec.containers[0].image");
	ck_assert_int_eq(korch_error_line(err), 14);
	ck_assert_int_eq(korch_error_code(err), KORCH_E_PARSE);
	ck_assert_int_eq(korch_error_code(korch_error_cause(err)), KORCH_E_IO);
	_cleanup_free_ char *text = korch_error_format(err);
	ck_assert_str_eq(text, "web.yaml:14: spec.containers[0].image: bad pod: cannot read 3");
	_cleanup_free_ char *none = korch_error_format(NULL);
	ck_assert_str_eq(none, "");
	_cleanup_error_ korch_error *odd = NULL;
	ck_assert_int_eq(korch_error_set(&odd, 7, "x"), KORCH_E_INTERNAL);
}
END_TEST

START_TEST(test_no_memory)
{
	_cleanup_error_ korch_error *err = NULL;
	korch__alloc_fail_at(1);
	ck_assert_int_eq(korch_error_set(&err, KORCH_E_IO, "x"), KORCH_E_IO);
	ck_assert_ptr_null(err);
	ck_assert_int_eq(korch_error_set(&err, KORCH_E_IO, "x"), KORCH_E_IO);
	korch_error_prefix_path(&err, "name");
	korch__alloc_fail_at(1);
	korch_error_prefix_path(&err, "metadata");
	ck_assert_str_eq(korch_error_path(err), "name");
	korch__alloc_fail_at(1);
	korch_error_set_location(&err, "a.yaml", 1);
	ck_assert_int_eq(korch_error_line(err), 0);
	korch__alloc_fail_at(1);
	ck_assert_ptr_null(korch_error_format(err));
	korch__alloc_fail_at(1);
	ck_assert_int_eq(korch_error_set(&err, KORCH_E_NOMEM, "y"), KORCH_E_NOMEM);
	ck_assert_str_eq(korch_error_message(err), "x"); /* what was known is kept */
	korch__alloc_fail_at(0);
}
END_TEST

KORCH_SUITE(error)
{
	Suite *suite = suite_create("error");
	KORCH_CASE(suite, "error", test_codes_are_unique, test_null_is_fine, test_format,
	           test_no_memory);
	return suite;
}
