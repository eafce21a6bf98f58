/* korch_store_file_compact(): the log is cut to its window, and the file to what is used. */
#include "base/cleanup.h"
#include "store/sqlite/sqlite.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static int run(sqlite_database *database, const char *sql, korch_error **err)
{
	if (sqlite3_exec(database->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return korch__sqlite_error(err, database, "cannot compact");
}

static int trim_all(sqlite_database *database, korch_error **err)
{
	database->slack = 0;
	do {
		if (korch__sqlite_write(database, NULL) < 0)
			return korch__sqlite_error(err, database, "cannot compact");
	} while (database->is_trimming);
	return 0;
}

/* Moves all of the WAL to the file; somebody who reads keeps it from being emptied. */
static int empty_wal(sqlite_database *database, korch_error **err)
{
	if (sqlite3_wal_checkpoint_v2(database->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) ==
	    SQLITE_OK)
		return 0;
	if (sqlite3_errcode(database->handle) != SQLITE_BUSY)
		return korch__sqlite_error(err, database, "cannot compact");
	return korch_error_set(err, KORCH_E_BUSY,
	                       "store %s is being read by another process: try again when that is over",
	                       database->path);
}

static int compact(korch_store_file_report *out, sqlite_database *database, korch_error **err)
{
	korch_store_file_report report = {0};
	int r = trim_all(database, err);
	if (r == 0)
		r = run(database, "VACUUM", err);
	if (r == 0)
		r = empty_wal(database, err);
	if (r == 0)
		r = korch__sqlite_report(&report, database, err);
	if (r == 0 && out)
		*out = report;
	return r;
}

int korch__sqlite_compact(korch_store_file_report *out, const korch_store_sqlite_options *options,
                          const char *vfs, korch_error **err)
{
	sqlite_database database;
	int r = korch__sqlite_open(&database, options, vfs, err);
	if (r == 0)
		r = compact(out, &database, err);
	korch__sqlite_close(&database);
	return r;
}

int korch_store_file_compact(korch_store_file_report *out,
                             const korch_store_sqlite_options *options, korch_error **err)
{
	/* Opening would make it. */
	if (options && options->path && access(options->path, F_OK) < 0)
		return korch_error_set(err, errno == ENOENT ? KORCH_E_NOT_FOUND : KORCH_E_IO,
		                       "store %s: cannot open: %s", options->path, strerror(errno));
	return korch__sqlite_compact(out, options, NULL, err);
}
