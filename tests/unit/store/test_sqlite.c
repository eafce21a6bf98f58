/*
 * The SQLite store beyond the conformance suite: files that must be refused and left alone, a
 * second holder, a full disk, what is there after a restart.
 */
#include "sqlite_fixture.h"
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Files that are refused */

static void write_file(const void *data, size_t n)
{
	FILE *file = fopen(path, "wb");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(data, 1, n, file), n);
	fclose(file);
}

START_TEST(other_files)
{
	write_file("hello", 5);
	expect_refused(KORCH_E_INVALID, "not a SQLite file");
	unlink(path);
	run_sql("CREATE TABLE users (name TEXT)");
	expect_refused(KORCH_E_INVALID, "another program");
}
END_TEST

START_TEST(newer_schema)
{
	open_store();
	put(config_map, "a", "1");
	close_store();
	run_sql("PRAGMA user_version = 2");
	expect_refused(KORCH_E_UNSUPPORTED, "schema version 2, this program knows 1");
}
END_TEST

START_TEST(damaged_files)
{
	open_store();
	put(config_map, "a", "1");
	close_store();
	run_sql("UPDATE cur SET body = '{\"apiVersion\":\"v1\",\"kind'");
	expect_refused(KORCH_E_IO, "ConfigMap/v1/ns/a: what is stored is no object");
	char *data;
	size_t n = read_file(&data, path);
	memset(data + 100, 0xff, n - 100);
	write_file(data, n);
	free(data);
	expect_refused(KORCH_E_IO, "the file is damaged");
}
END_TEST

START_TEST(no_folder)
{
	snprintf(path, sizeof(path), "%s/missing/store.db", folder);
	korch_error *err = NULL;
	ck_assert_int_eq(open_window(0, &err), KORCH_E_IO);
	ck_assert_ptr_nonnull(strstr(korch_error_message(err), "No such file or directory"));
	korch_error_free(err);
}
END_TEST

/* In a child without rights when the tests run as root. */
START_TEST(read_only_folder)
{
	ck_assert_int_eq(chmod(folder, 0555), 0);
	pid_t child = fork();
	if (child == 0) {
		if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(3);
		korch_error *err = NULL;
		int r = open_window(0, &err);
		_exit(r == KORCH_E_IO && strstr(korch_error_message(err), "Permission denied") ? 0 : 1);
	}
	int status = 0;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(chmod(folder, 0700), 0);
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(second_holder)
{
	open_store();
	korch_store *first = store;
	store = NULL;
	char holder[64];
	snprintf(holder, sizeof(holder), "in use by process %d (", (int)getpid());
	pid_t child = fork();
	if (child == 0) {
		korch_error *err = NULL;
		int r = open_window(0, &err);
		_exit(r == KORCH_E_BUSY && strstr(korch_error_message(err), holder) ? 0 : 1);
	}
	int status = 0;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	korch_store_free(first);
	open_store();
}
END_TEST

/* Full disk */

START_TEST(full_disk)
{
	open_store();
	ck_assert_int_eq(put(config_map, "a", "1").code, 0);
	signal(SIGXFSZ, SIG_IGN);
	struct rlimit before, limit;
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 4096;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	answer failed = put(config_map, "b", "2");
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_int_eq(failed.code, KORCH_E_IO);
	ck_assert_str_eq(list(0).text, "a=1@1 ");
	ck_assert_int_eq(put(config_map, "c", "3").code, 0);
	close_store();
	open_store();
	ck_assert_str_eq(list(0).text, "a=1@1 c=3@2 ");
}
END_TEST

/* Restart */

START_TEST(restart)
{
	open_store();
	put(config_map, "a", "1");
	put(config_map, "b", "1");
	put(config_map, "a", "2");
	korch_write gone = {
	    .op = KORCH_WRITE_DELETE, .key = {config_map, "ns", "b"}, .expected = KORCH_REVISION_ANY};
	answer out = {0};
	ck_assert_int_eq(korch_store_commit(store, &gone, 1, on_commit, &out), 0);
	wait_for(&out, 1);
	close_store();
	open_store();
	ck_assert_str_eq(list(0).text, "a=2@3 ");
	ck_assert_str_eq(list(2).text, "a=1@1 b=1@2 ");
	ck_assert_uint_eq(put(config_map, "b", "3").revision, 5);
	korch_watch *watch = NULL;
	korch_watch_query query = {.since = 2};
	ck_assert_int_eq(korch_store_watch(&watch, store, &query, NULL, NULL), 0);
	static const int types[] = {KORCH_CHANGE_MODIFIED, KORCH_CHANGE_DELETED, KORCH_CHANGE_ADDED};
	for (size_t i = 0; i < 3; i++) {
		korch_change change;
		ck_assert_int_eq(korch_watch_next(watch, &change), 1);
		ck_assert_int_eq(change.type, types[i]);
		ck_assert_uint_eq(change.revision, 3 + i);
		ck_assert_uint_eq(change.object->revision, 3 + i);
	}
	korch_watch_free(watch);
}
END_TEST

START_TEST(window_is_bounded)
{
	ck_assert_int_eq(open_window(10, NULL), 0);
	answer out = {0};
	char value[16];
	for (int i = 0; i < 3000; i++) {
		snprintf(value, sizeof(value), "%d", i);
		korch_write write = put_write(config_map, "a", value);
		ck_assert_int_eq(korch_store_commit(store, &write, 1, on_commit, &out), 0);
	}
	wait_for(&out, 3000);
	close_store();
	sqlite3 *handle = NULL;
	sqlite3_stmt *rows = NULL;
	ck_assert_int_eq(sqlite3_open(path, &handle), SQLITE_OK);
	sqlite3_prepare_v2(handle, "SELECT count(*) FROM log", -1, &rows, NULL);
	ck_assert_int_eq(sqlite3_step(rows), SQLITE_ROW);
	ck_assert_int_le(sqlite3_column_int(rows, 0), 10);
	sqlite3_finalize(rows);
	sqlite3_close(handle);
	ck_assert_int_eq(open_window(10, NULL), 0);
	ck_assert_str_eq(list(0).text, "a=2999@3000 ");
	ck_assert_str_eq(list(2990).text, "a=2989@2990 ");
	ck_assert_int_eq(list(2989).code, KORCH_E_COMPACTED);
}
END_TEST

/* The log has at most 4 MiB when little is alive, whatever the window says. */
START_TEST(log_is_bounded_by_bytes)
{
	enum { LENGTH = 100000, WRITES = 100 };
	char *value = malloc(LENGTH + 1);
	value[LENGTH] = '\0';
	open_store();
	for (int i = 0; i < WRITES; i++) {
		memset(value, 'a' + i % 26, LENGTH);
		ck_assert_int_eq(put(config_map, "a", value).code, 0);
	}
	ck_assert_int_eq(put(config_map, "a", "small").code, 0);
	ck_assert_int_eq(put(config_map, "b", "1").code, 0);
	close_store();
	char *data;
	ck_assert_uint_lt(read_file(&data, path), 6 << 20);
	free(data);
	open_store();
	ck_assert_str_eq(list(0).text, "a=small@101 b=1@102 ");
	ck_assert_str_eq(list(101).text, "a=small@101 ");
	ck_assert_int_eq(list(WRITES / 2).code, KORCH_E_COMPACTED);
	free(value);
}
END_TEST

KORCH_SUITE(store_sqlite)
{
	Suite *suite = suite_create("store_sqlite");
	TCase *files = tcase_create("files");
	tcase_add_checked_fixture(files, sqlite_set_up, sqlite_tear_down);
	tcase_set_timeout(files, 120);
	const TTest *const tests[] = {
	    other_files,   newer_schema, damaged_files, no_folder,         read_only_folder,
	    second_holder, full_disk,    restart,       window_is_bounded, log_is_bounded_by_bytes};
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(files, tests[i]);
	suite_add_tcase(suite, files);
	return suite;
}
