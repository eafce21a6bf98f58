/*
 * Opening a file only to read it, while a store may be open on it in another process: SQLite's
 * snapshots keep them apart. What nobody has open is read without making SQLite's files beside it.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "store/sqlite/sqlite.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file as SQLite's URI. */
static char *make_uri(const char *path, int is_immutable)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	korch__buf_puts(&buf, "file:");
	for (const char *at = path; *at; at++) {
		if (*at == '?' || *at == '#' || *at == '%')
			korch__buf_printf(&buf, "%%%02x", (unsigned char)*at);
		else
			korch__buf_putc(&buf, *at);
	}
	korch__buf_puts(&buf, is_immutable ? "?immutable=1" : "?mode=ro");
	return korch__buf_steal(&buf);
}

/* 1: what a killed holder had written, or what a holder writes, is beside the file. */
static int has_wal(const char *path)
{
	_cleanup_free_ char *name = korch__sprintf("%s-wal", path);
	struct stat status;
	return !name || (stat(name, &status) == 0 && status.st_size > 0);
}

static int find_file(const char *path, korch_error **err)
{
	struct stat status;
	if (stat(path, &status) < 0)
		return korch_error_set(err, errno == ENOENT ? KORCH_E_NOT_FOUND : KORCH_E_IO,
		                       "store %s: cannot open: %s", path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return korch_error_set(err, KORCH_E_INVALID, "store %s: not a file", path);
	if (access(path, R_OK) < 0)
		return korch_error_set(err, KORCH_E_IO, "store %s: cannot open: %s", path, strerror(errno));
	return 0;
}

static int open_uri(sqlite_database *database, korch_error **err)
{
	/* Without a holder and without a WAL nothing will change. */
	_cleanup_free_ char *lock = korch__sprintf("%s.lock", database->path);
	int is_free = database->lock >= 0 || (lock && access(lock, F_OK) < 0);
	_cleanup_free_ char *uri = make_uri(database->path, is_free && !has_wal(database->path));
	if (!uri || !lock)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a store");
	if (sqlite3_open_v2(uri, &database->handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) !=
	    SQLITE_OK)
		return korch__sqlite_error(err, database, "cannot open");
	sqlite3_busy_timeout(database->handle, KORCH__SQLITE_BUSY_MS);
	sqlite3_db_config(database->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	return 0;
}

/* Not SQLite's: refused as the store refuses it. */
static int refuse_other(const sqlite_database *database, korch_error **err)
{
	return korch_error_set(err, KORCH_E_INVALID, "store %s: not a SQLite file", database->path);
}

int korch__sqlite_open_reader(sqlite_database *database, const char *path, korch_error **err)
{
	*database = (sqlite_database){.lock = -1};
	int r = find_file(path, err);
	if (r < 0)
		return r;
	database->path = korch__sqlite_path(path);
	if (!database->path)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a store");
	database->lock = korch__sqlite_lock_shared(database->path);
	if ((r = open_uri(database, err)) < 0)
		return r;
	/* The first read sets the moment. */
	if (sqlite3_exec(database->handle, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL,
	                 NULL) != SQLITE_OK)
		return sqlite3_errcode(database->handle) == SQLITE_NOTADB
		           ? refuse_other(database, err)
		           : korch__sqlite_error(err, database, "cannot read");
	int is_empty = 0;
	r = korch__sqlite_check_schema(&is_empty, database, err);
	if (r == 0 && is_empty)
		r = korch_error_set(err, KORCH_E_INVALID, "store %s: the file is empty", path);
	return r;
}

int korch__sqlite_report(korch_store_file_report *out, const sqlite_database *database,
                         korch_error **err)
{
	int64_t objects = 0, changes = 0, pages = 0, unused = 0, size = 0;
	if (korch__sqlite_number(&objects, database, "SELECT count(*) FROM cur") < 0 ||
	    korch__sqlite_number(&changes, database,
	                         "SELECT count(*) FROM log, state WHERE log.revision > compacted") <
	        0 ||
	    korch__sqlite_number(&pages, database, "PRAGMA page_count") < 0 ||
	    korch__sqlite_number(&unused, database, "PRAGMA freelist_count") < 0 ||
	    korch__sqlite_number(&size, database, "PRAGMA page_size") < 0)
		return korch__sqlite_error(err, database, "cannot read");
	*out = (korch_store_file_report){
	    .revision = database->state.revision,
	    .compacted = database->state.compacted,
	    .objects = (uint64_t)objects,
	    .changes = (uint64_t)changes,
	    .bytes = (uint64_t)(pages * size),
	    .free_bytes = (uint64_t)(unused * size),
	};
	return 0;
}
