/*
 * The SQLite store with a sealer: no secret in its files in clear, what is refused, values in other
 * places.
 */
#include "seal_fixture.h"
#include <korch/api.h>
#include <stdio.h>
#include <string.h>

#define MARK "the-secret-nobody-may-read"

static void remove_object(const korch_kind *kind, const char *name)
{
	answer out = {0};
	korch_write gone = {
	    .op = KORCH_WRITE_DELETE, .key = {kind, "ns", name}, .expected = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_store_commit(store, &gone, 1, on_commit, &out), 0);
	wait_for(&out, 1);
}

/* In clear */

START_TEST(nothing_in_clear)
{
	open_store();
	put(config_map, "plain", "seen-by-all");
	put(&korch_secret_kind, "db", MARK);
	put(&korch_secret_kind, "db", MARK "-2");
	put(&korch_secret_kind, "gone", MARK);
	remove_object(&korch_secret_kind, "gone");
	ck_assert(is_in_files("seen-by-all"));
	ck_assert(!is_in_files(MARK));
	close_store();
	ck_assert(!is_in_files(MARK));
	open_store();
	ck_assert_str_eq(list(0).text, "plain=seen-by-all@1 db=" MARK "-2@3 ");
	ck_assert_str_eq(list(2).text, "plain=seen-by-all@1 db=" MARK "@2 ");
	ck_assert_str_eq(list(4).text, "plain=seen-by-all@1 db=" MARK "-2@3 gone=" MARK "@4 ");
}
END_TEST

/* What is removed is written over: also what was never sealed. */
START_TEST(removed_is_written_over)
{
	ck_assert_int_eq(open_window(1, NULL), 0);
	put(config_map, "a", MARK);
	ck_assert(is_in_files(MARK));
	remove_object(config_map, "a");
	put(config_map, "b", "1");
	put(config_map, "b", "2");
	put(config_map, "b", "3");
	close_store();
	ck_assert(!is_in_files(MARK));
}
END_TEST

/* Keys */

START_TEST(wrong_keys)
{
	open_store();
	put(config_map, "plain", "1");
	put(&korch_secret_kind, "db", MARK);
	use_sealer("", 0);
	expect_refused(KORCH_E_NOT_FOUND,
	               "secrets ns/db is sealed under key \"old\": open the store with a sealer that "
	               "has this key");
	use_sealer("new", 0);
	expect_refused(KORCH_E_NOT_FOUND, "secrets ns/db: is sealed under \"korch:seal:v1:old:\"");
	use_sealer("old", 0);
	open_store();
	ck_assert_str_eq(list(0).text, "plain=1@1 db=" MARK "@2 ");
}
END_TEST

START_TEST(another_key_of_that_name)
{
	open_store();
	put(&korch_secret_kind, "db", MARK);
	close_store();
	const korch_seal_key key = {
	    .name = "old", .wrap = wrap, .unwrap = unwrap, .userdata = (void *)(uintptr_t)1};
	korch_sealer_options options = {.size = sizeof(options), .keys = &key, .n_keys = 1};
	korch_sealer *wrong = NULL;
	ck_assert_int_eq(korch_sealer_new(&wrong, &options, NULL), 0);
	ck_assert_int_eq(korch_sealer_replace(sealer, wrong), 0);
	expect_refused(KORCH_E_INVALID, "secrets ns/db: key \"old\" does not open it");
}
END_TEST

/* Also in the log alone. */
START_TEST(sealed_log)
{
	open_store();
	put(&korch_secret_kind, "gone", MARK);
	remove_object(&korch_secret_kind, "gone");
	use_sealer("", 0);
	expect_refused(KORCH_E_NOT_FOUND, "secrets ns/gone is sealed under key \"old\"");
}
END_TEST

START_TEST(plain_secret)
{
	use_sealer("", 0);
	open_store();
	put(&korch_secret_kind, "db", MARK);
	use_sealer("old", 0);
	expect_refused(KORCH_E_INVALID, "secrets ns/db");
}
END_TEST

/* A KMS that does not answer fails the write that needs it, and no other. */
START_TEST(failing_kms)
{
	open_store();
	put(&korch_secret_kind, "db", "1");
	ck_assert_int_eq(korch_sealer_replace(sealer, sealer_of("new old", 0)), 0);
	wrap_code = KORCH_E_TIMEOUT;
	ck_assert_int_eq(put(&korch_secret_kind, "db", "2").code, KORCH_E_TIMEOUT);
	ck_assert_int_eq(put(config_map, "a", "3").code, 0);
	wrap_code = 0;
	ck_assert_int_eq(put(&korch_secret_kind, "db", "4").code, 0);
	ck_assert_str_eq(list(0).text, "a=3@2 db=4@3 ");
}
END_TEST

/* Other places */

START_TEST(swapped_rows)
{
	open_store();
	put(&korch_secret_kind, "a", "1");
	put(&korch_secret_kind, "b", "2");
	close_store();
	run_sql("UPDATE cur SET body = (SELECT other.body FROM cur other WHERE other.id <> cur.id)");
	expect_refused(KORCH_E_INVALID, "it was changed, or is another object's");
}
END_TEST

START_TEST(another_store)
{
	open_store();
	put(&korch_secret_kind, "a", "1");
	close_store();
	char sql[256], first[sizeof(path)];
	snprintf(first, sizeof(first), "%s", path);
	snprintf(sql, sizeof(sql),
	         "ATTACH '%s' AS other; UPDATE cur SET body = (SELECT body FROM other.cur)", first);
	snprintf(path, sizeof(path), "%s/second.db", folder);
	open_store();
	put(&korch_secret_kind, "a", "1");
	close_store();
	run_sql(sql);
	expect_refused(KORCH_E_INVALID, "it was changed, or is another object's");
}
END_TEST

KORCH_SUITE(store_sqlite_seal)
{
	Suite *suite = suite_create("store_sqlite_seal");
	TCase *files = tcase_create("files");
	tcase_add_checked_fixture(files, seal_set_up, sqlite_tear_down);
	tcase_set_timeout(files, 120);
	const TTest *const tests[] = {nothing_in_clear, removed_is_written_over,
	                              wrong_keys,       another_key_of_that_name,
	                              sealed_log,       plain_secret,
	                              failing_kms,      swapped_rows,
	                              another_store};
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(files, tests[i]);
	suite_add_tcase(suite, files);
	return suite;
}
