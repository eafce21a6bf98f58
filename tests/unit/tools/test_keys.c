/* Keys of the live view. */
#include "unit.h"

#include "up/keys.h"
#include <korch/api/rollout.h>
#include <string.h>

static rollout_state state;
static tool_row items[2] = {{.name = "shop"},
                            {.name = "web", .rollout = &state, .kind = &korch_rollout_kind}};
static const tool_rows ROWS = {.items = items, .n = 2};

static tool_wish type(keys *self, const char *bytes)
{
	return keys_read(self, bytes, strlen(bytes), &ROWS);
}

START_TEST(test_selection)
{
	keys self = {0};
	ck_assert_int_eq(type(&self, "\033[B"), WISH_REDRAW);
	ck_assert_uint_eq(self.selected, 1);
	type(&self, "\033[B\033[B");
	ck_assert_uint_eq(self.selected, 1);
	type(&self, "\033[A\033[A");
	ck_assert_uint_eq(self.selected, 0);
	ck_assert_int_eq(keys_read(&self, "\033[B", 3, NULL), WISH_REDRAW);
	ck_assert_uint_eq(self.selected, 0);
}
END_TEST

START_TEST(test_rollout_keys)
{
	static const struct {
		const char *key;
		tool_wish wish;
	} KEYS[] = {{"p", WISH_PROMOTE}, {"P", WISH_PROMOTE_FULL}, {"a", WISH_ABORT},
	            {"t", WISH_RETRY},   {"z", WISH_PAUSE},        {"u", WISH_UNDO},
	            {"r", WISH_RESTART}, {"q", WISH_QUIT},         {"x", WISH_NONE}};
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
		keys self = {.selected = 1};
		ck_assert_int_eq(type(&self, KEYS[i].key), KEYS[i].wish);
	}
	keys other = {0};
	ck_assert_int_eq(type(&other, "p"), WISH_NONE);
	ck_assert_int_eq(type(&other, "i"), WISH_NONE);
	ck_assert(!other.is_writing);
	ck_assert_ptr_null(strstr(keys_help(&other, &ROWS), "promote"));
	other.selected = 1;
	ck_assert_ptr_nonnull(strstr(keys_help(&other, &ROWS), "promote"));
}
END_TEST

START_TEST(test_prompt)
{
	keys self = {.selected = 1};
	ck_assert_int_eq(type(&self, "i"), WISH_REDRAW);
	ck_assert(self.is_writing);
	ck_assert_int_eq(type(&self, "q\177web:3"), WISH_REDRAW);
	ck_assert_str_eq(self.text, "web:3");
	ck_assert_int_eq(type(&self, "\033[A"), WISH_REDRAW);
	ck_assert_uint_eq(self.selected, 1);
	ck_assert_int_eq(type(&self, "\r"), WISH_SET_IMAGE);
	ck_assert_str_eq(self.text, "web:3");
	ck_assert(!self.is_writing);
	/* all in one go, as a paste */
	ck_assert_int_eq(type(&self, "iweb:4\rx"), WISH_SET_IMAGE);
	ck_assert_str_eq(self.text, "web:4");
	/* left, emptied, empty */
	ck_assert_int_eq(type(&self, "iweb\033"), WISH_REDRAW);
	ck_assert(!self.is_writing);
	ck_assert_int_eq(type(&self, "iweb\025\r"), WISH_REDRAW);
	ck_assert(!self.is_writing);
}
END_TEST

START_TEST(test_long_text)
{
	keys self = {.selected = 1};
	type(&self, "i");
	for (int i = 0; i < 2 * ASKED_TEXT; i++)
		type(&self, "a");
	ck_assert_uint_eq(strlen(self.text), ASKED_TEXT - 1);
}
END_TEST

KORCH_SUITE(keys)
{
	Suite *suite = suite_create("keys");
	KORCH_CASE(suite, "keys", test_selection, test_rollout_keys, test_prompt, test_long_text);
	return suite;
}
