/* korch_store_file_check(): reading all of a file, which is only read. */
#include "base/cleanup.h"
#include "store/sqlite/sqlite.h"
#include <string.h>

/* SQLite's own check: that pages, trees and indexes are whole. */
static int check_pages(sqlite_inspection *inspection, sqlite_database *database)
{
	sqlite3_stmt *rows = NULL;
	int r = sqlite3_prepare_v2(database->handle, "PRAGMA integrity_check", -1, &rows, NULL);
	while (r == SQLITE_OK && sqlite3_step(rows) == SQLITE_ROW) {
		const char *line = (const char *)sqlite3_column_text(rows, 0);
		if (!line || strcmp(line, "ok") != 0)
			korch__sqlite_problem(inspection, "SQLite: %s", line ? line : "no answer");
	}
	int code = sqlite3_finalize(rows);
	if (code == SQLITE_NOMEM)
		return KORCH_E_NOMEM;
	if (code != SQLITE_OK || r != SQLITE_OK)
		korch__sqlite_problem(inspection, "SQLite: %s", sqlite3_errmsg(database->handle));
	return 0;
}

static int check_rows(sqlite_inspection *inspection, sqlite_database *database, korch_error **err)
{
	korch_loop *loop = NULL;
	memory_store *memory = NULL;
	int r = korch_loop_new_virtual(&loop, 0, err);
	if (r == 0)
		r = korch__memory_new(&memory, loop, 0, err);
	if (r == 0)
		r = korch__sqlite_inspect(inspection, memory, database, err);
	if (memory)
		korch__memory_ops.free(memory);
	korch_loop_free(loop);
	return r;
}

int korch__sqlite_check(korch_store_file_report *out, sqlite_database *database,
                        sqlite_inspection *inspection, korch_error **err)
{
	if (check_pages(inspection, database) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a store");
	_cleanup_error_ korch_error *error = NULL;
	korch_store_file_report report = {0};
	int r = korch__sqlite_read_state(database, &error);
	if (r == 0)
		r = check_rows(inspection, database, err);
	if (r == 0)
		r = korch__sqlite_report(&report, database, &error);
	if (r == KORCH_E_IO && error)
		korch__sqlite_problem(inspection, "%s", korch_error_message(error));
	else if (r < 0)
		return error ? korch_error_set(err, r, "%s", korch_error_message(error)) : r;
	*out = report;
	out->problems = inspection->n_problems;
	out->sealed = inspection->n_sealed;
	return 0;
}

int korch_store_file_check(korch_store_file_report *out, const korch_store_sqlite_options *options,
                           korch_store_problem_fn fn, void *userdata, korch_error **err)
{
	if (!out || !options || options->size < sizeof(*options) || !options->path || !*options->path)
		return korch_error_set(err, KORCH_E_INVALID, "a store's check needs its path");
	sqlite_inspection inspection = {.fn = fn, .userdata = userdata};
	sqlite_database database;
	int r = korch__sqlite_open_reader(&database, options->path, err);
	database.sealer = options->sealer;
	if (r == 0)
		r = korch__sqlite_check(out, &database, &inspection, err);
	korch__sqlite_close(&database);
	return r;
}
