/* Files of stores for the tests of what is done with them when no store is open. */
#include "file_fixture.h"
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

char copy[96];
korch_error *error;
korch_store_file_report report;
char problems[TEXT];

void file_set_up(void)
{
	sqlite_set_up();
	snprintf(copy, sizeof(copy), "%s/copy.db", folder);
}

void file_tear_down(void)
{
	korch_error_free(error);
	error = NULL;
	sqlite_tear_down();
}

korch_store_sqlite_options options_of(const char *name)
{
	return (korch_store_sqlite_options){
	    .size = sizeof(korch_store_sqlite_options), .path = name, .sealer = sealer};
}

void open_at(const char *name)
{
	const korch_store_sqlite_options options = options_of(name);
	ck_assert_int_eq(korch_store_sqlite_new(&store, loop, &options, &error), 0);
}

void delete_one(const char *name)
{
	answer out = {0};
	const korch_write write = {
	    .op = KORCH_WRITE_DELETE, .key = {config_map, "ns", name}, .expected = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_store_commit(store, &write, 1, on_commit, &out), 0);
	wait_for(&out, 1);
	ck_assert_int_eq(out.code, 0);
}

void make_store(void)
{
	open_store();
	put(config_map, "a", "1");
	put(config_map, "b", "1");
	put(config_map, "a", "2");
	delete_one("b");
	ck_assert_uint_eq(put(config_map, "c", "1").revision, 5);
}

void run_sql_on(const char *name, const char *sql)
{
	sqlite3 *handle = NULL;
	ck_assert_int_eq(sqlite3_open(name, &handle), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_close(handle), SQLITE_OK);
}

void expect_words(const char *words)
{
	ck_assert_msg(strstr(korch_error_message(error), words), "%s", korch_error_message(error));
	korch_error_free(error);
	error = NULL;
}

static void on_problem(void *userdata, const char *line)
{
	(void)userdata;
	size_t length = strlen(problems);
	snprintf(problems + length, TEXT - length, "%s\n", line);
}

int check(const char *name)
{
	const korch_store_sqlite_options options = options_of(name);
	*problems = '\0';
	return korch_store_file_check(&report, &options, on_problem, NULL, &error);
}

void expect_fine(const char *name)
{
	ck_assert_msg(check(name) == 0, "%s", korch_error_message(error));
	ck_assert_str_eq(problems, "");
	ck_assert_uint_eq(report.problems, 0);
}
