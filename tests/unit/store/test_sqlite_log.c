/*
 * The log of the SQLite store: states before changes, stored as what differs from the states after
 * them, are whole again when the file is opened.
 */
#include "sqlite_fixture.h"
#include "store/sqlite/delta.h"
#include <stdio.h>
#include <string.h>

enum { KEYS = 4, WRITES = 400, LENGTH = 300 };

static void expect_part(const char *before, const char *after, size_t head, size_t tail)
{
	sqlite_part part = korch__sqlite_part(before, strlen(before), after, strlen(after));
	ck_assert_uint_eq(part.head, head);
	ck_assert_uint_eq(part.tail, tail);
}

START_TEST(parts)
{
	char before[LENGTH + 1], after[LENGTH + 1];
	memset(before, '.', LENGTH);
	*before = '{';
	before[LENGTH] = '\0';
	expect_part(before, before, LENGTH, 0);
	memcpy(after, before, sizeof(after));
	after[200] = '!';
	expect_part(before, after, 200, LENGTH - 201);
	expect_part(after, before, 200, LENGTH - 201);
	/* One text is the begin, or the end, of the other. */
	expect_part(before, "{", 0, 0);
	after[200] = '\0';
	expect_part(before, after, 200, 0);
	expect_part(after, before, 200, 0);
	/* Little is not worth it; what is sealed stays whole; nothing has no part. */
	after[100] = '\0';
	expect_part(before, after, 0, 0);
	expect_part("", before, 0, 0);
	*after = *before = 'k';
	expect_part(before, before, 0, 0);
}
END_TEST

/* The value of key k at version v: two places change, at times the length, at times all. */
static void make_value(char *out, unsigned k, unsigned v)
{
	size_t length = LENGTH / 2 + v * 7 % (LENGTH / 2);
	memset(out, v % 50 == 0 ? 'A' + (int)(v % 26) : 'a' + (int)k, length);
	out[v * 31 % length] = '!';
	out[length / 2] = (char)('0' + v % 10);
	out[length] = '\0';
}

typedef struct model {
	char values[WRITES + 1][KEYS][LENGTH + 1]; /* by revision; "": not there */
	int code;
	int n;
} model;

static void on_model(void *userdata, int code, const korch_list_page *page)
{
	model *expected = userdata;
	ck_assert_int_eq(code, 0);
	size_t at = 0;
	for (int k = 0; k < KEYS; k++) {
		const char *value = expected->values[page->revision][k];
		if (!*value)
			continue;
		ck_assert_uint_lt(at, page->n);
		const korch_object *object = page->objects[at++];
		ck_assert_str_eq(korch_map_get(object->metadata->annotations, "value"), value);
	}
	ck_assert_uint_eq(at, page->n);
	expected->n++;
}

static void expect_all(model *expected)
{
	for (unsigned revision = 1; revision <= WRITES; revision++) {
		korch_list_query query = {.revision = revision};
		expected->n = 0;
		ck_assert_int_eq(korch_store_list(store, &query, on_model, expected), 0);
		while (expected->n == 0)
			korch_loop_step(loop, korch_loop_now(loop) + KORCH_USEC_PER_SEC);
	}
}

/* Each state that ever was, after the file was closed and opened. */
START_TEST(each_state_is_there_again)
{
	model *expected = calloc(1, sizeof(*expected));
	unsigned random = 7;
	answer out = {0};
	open_store();
	for (unsigned revision = 1; revision <= WRITES; revision++) {
		random = random * 1103515245 + 12345;
		unsigned k = (random >> 16) % KEYS;
		char name[] = {(char)('a' + k), '\0'};
		memcpy(expected->values[revision], expected->values[revision - 1],
		       sizeof(expected->values[0]));
		char *value = expected->values[revision][k];
		int is_gone = *value && (random >> 8) % 8 == 0;
		korch_write write = {.op = KORCH_WRITE_DELETE,
		                     .key = {config_map, "ns", name},
		                     .expected = KORCH_REVISION_ANY};
		if (is_gone) {
			*value = '\0';
		} else {
			make_value(value, k, revision);
			write = put_write(config_map, name, value);
		}
		ck_assert_int_eq(korch_store_commit(store, &write, 1, on_commit, &out), 0);
	}
	wait_for(&out, WRITES);
	expect_all(expected);
	close_store();
	open_store();
	expect_all(expected);
	free(expected);
}
END_TEST

/* Small changes of a big object: the file has it once. */
START_TEST(small_changes_are_small)
{
	enum { BIG = 200000, CHANGES = 200 };
	char *value = malloc(BIG + 1), *data;
	memset(value, 'x', BIG);
	value[BIG] = '\0';
	open_store();
	for (int i = 0; i < CHANGES; i++) {
		value[i * 999] = 'y';
		ck_assert_int_eq(put(config_map, "a", value).code, 0);
	}
	close_store();
	ck_assert_uint_lt(read_file(&data, path), 3 * BIG);
	free(data);
	free(value);
}
END_TEST

/* The state after is not the one that the part was made of. */
START_TEST(parts_of_another_state)
{
	char value[LENGTH + 1];
	open_store();
	make_value(value, 0, 1);
	put(config_map, "a", value);
	make_value(value, 0, 8);
	put(config_map, "a", value);
	close_store();
	run_sql("UPDATE log SET tail = 100000 WHERE head + tail > 0");
	expect_refused(KORCH_E_IO, "ns/a: the state after a change is missing");
	run_sql("UPDATE log SET tail = 9223372036854775807 WHERE head + tail > 0");
	expect_refused(KORCH_E_IO, "ns/a: the state after a change is missing");
	run_sql("UPDATE log SET head = head - 1, tail = 0 WHERE head + tail > 0");
	expect_refused(KORCH_E_IO, "ns/a: what is stored is no object");
}
END_TEST

KORCH_SUITE(store_sqlite_log)
{
	Suite *suite = suite_create("store_sqlite_log");
	TCase *files = tcase_create("files");
	tcase_add_checked_fixture(files, sqlite_set_up, sqlite_tear_down);
	tcase_set_timeout(files, 120);
	const TTest *const tests[] = {parts, each_state_is_there_again, small_changes_are_small,
	                              parts_of_another_state};
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(files, tests[i]);
	suite_add_tcase(suite, files);
	return suite;
}
