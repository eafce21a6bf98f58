/*
 * The file of a SQLite store: opening it, its schema, its statements. A file that is not ours, is
 * damaged or of a newer schema is refused before anything is written to it.
 *
 *   cur  what is stored now: one row a key
 *   log  the latest changes, each with the state before it; the state after it is that before the
 *        key's next change, or what is stored now, so it need not be there twice. Nor need what
 *        both have in common: `head` bytes at the begin and `tail` at the end are those of the
 *        state after
 *   state  one row: the file's own id, the newest revision (or that of the log's last row, when it
 *          is newer), and up to which the log is forgotten
 */
#include "base/cleanup.h"
#include "store/sqlite/sqlite.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	APPLICATION_ID = 0x6b6f7263, /* "korc" */
	SCHEMA_VERSION = 1,
	WINDOW_DEFAULT = 16384,
	WINDOW_MAX = 1 << 24,
	SLACK_MAX = 64,
};

static const char header[] = "SQLite format 3";

static const char create_sql[] =
    "BEGIN IMMEDIATE;"
    "PRAGMA application_id = 1802465891;" /* APPLICATION_ID */
    "PRAGMA user_version = 1;"            /* SCHEMA_VERSION */
    "CREATE TABLE cur (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL,"
    " body BLOB NOT NULL);"
    "CREATE TABLE log (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL, type INTEGER NOT NULL,"
    " key TEXT NOT NULL, old_revision INTEGER, old_body BLOB, head INTEGER NOT NULL,"
    " tail INTEGER NOT NULL);"
    "CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL,"
    " revision INTEGER NOT NULL, compacted INTEGER NOT NULL);"
    "INSERT INTO state VALUES (1, lower(hex(randomblob(16))), 0, 0);"
    "COMMIT;";

/* Removed rows are written over where that costs no page more. */
static const char settings_sql[] = "PRAGMA journal_mode = WAL;"
                                   "PRAGMA journal_size_limit = 16777216;"
                                   "PRAGMA cache_size = -32768;"
                                   "PRAGMA secure_delete = FAST;";

static const char log_sql[] =
    "INSERT INTO log (key, id, revision, type, head, tail, old_revision, old_body)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char log_from_sql[] =
    "SELECT id, key, old_body, head + tail FROM log WHERE id > ?1 AND old_body IS NOT NULL"
    " ORDER BY id LIMIT 1";
static const char log_bytes_sql[] = "SELECT sum(coalesce(length(old_body), 0) + 128) FROM log"
                                    " WHERE id < ?1 AND revision <= ?2";

static const char *const statement_sql[STATEMENTS] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_FIND] = "SELECT id, revision, length(body) FROM cur WHERE key = ?1",
    [STATEMENT_INSERT] = "INSERT INTO cur (key, revision, body) VALUES (?1, ?2, ?3)",
    [STATEMENT_UPDATE] = "UPDATE cur SET revision = ?2, body = ?3 WHERE id = ?1",
    [STATEMENT_DELETE] = "DELETE FROM cur WHERE id = ?1",
    [STATEMENT_BODY] = "SELECT body FROM cur WHERE id = ?1",
    [STATEMENT_LOG] = log_sql,
    [STATEMENT_LOG_REVISION] = "SELECT revision FROM log WHERE id = ?1",
    [STATEMENT_LOG_BYTES] = log_bytes_sql,
    [STATEMENT_LOG_TRIM] = "DELETE FROM log WHERE id < ?1 AND revision <= ?2",
    [STATEMENT_SET_STATE] = "UPDATE state SET revision = ?1, compacted = ?2",
    [STATEMENT_CURRENT_FROM] = "SELECT id, key, body, 0 FROM cur WHERE id > ?1 ORDER BY id LIMIT 1",
    [STATEMENT_LOG_FROM] = log_from_sql,
    [STATEMENT_CURRENT_BODY] = "UPDATE cur SET body = ?2 WHERE id = ?1",
    [STATEMENT_LOG_BODY] = "UPDATE log SET old_body = ?2 WHERE id = ?1",
    [STATEMENT_COUNT] = "SELECT count(*) FROM cur",
};

int korch__sqlite_error(korch_error **err, const sqlite_database *database, const char *what)
{
	int code = sqlite3_errcode(database->handle);
	const char *hint = "";
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		hint = "; the file is damaged and was left as it is: restore a backup";
	return korch_error_set(err, code == SQLITE_NOMEM ? KORCH_E_NOMEM : KORCH_E_IO,
	                       "store %s: %s: %s%s", database->path, what,
	                       sqlite3_errmsg(database->handle), hint);
}

/* Makes the file when there is none, for its owner alone; 1 when it is empty. */
static int look_at_file(const char *path, korch_error **err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return korch_error_set(err, KORCH_E_IO, "store %s: cannot open: %s", path, strerror(errno));
	char start[sizeof(header)];
	ssize_t n = pread(fd, start, sizeof(start), 0);
	int error = errno;
	close(fd);
	if (n < 0)
		return korch_error_set(err, KORCH_E_IO, "store %s: cannot read: %s", path, strerror(error));
	if (n == 0)
		return 1;
	if ((size_t)n < sizeof(start) || memcmp(start, header, sizeof(start)) != 0)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "store %s: not a SQLite file; it was left as it is", path);
	return 0;
}

int korch__sqlite_number(int64_t *out, const sqlite_database *database, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int r = sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL);
	if (r == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
		*out = sqlite3_column_int64(statement, 0);
	return sqlite3_finalize(statement) == SQLITE_OK && r == SQLITE_OK ? 0 : -1;
}

int korch__sqlite_check_schema(int *is_empty, sqlite_database *database, korch_error **err)
{
	int64_t application = 0, version = 0, tables = 0;
	if (korch__sqlite_number(&application, database, "PRAGMA application_id") < 0 ||
	    korch__sqlite_number(&version, database, "PRAGMA user_version") < 0 ||
	    korch__sqlite_number(&tables, database, "SELECT count(*) FROM sqlite_schema") < 0)
		return korch__sqlite_error(err, database, "cannot read");
	/* A process that was killed before its first transaction has left a file without tables. */
	*is_empty = tables == 0 && (application == 0 || application == APPLICATION_ID);
	if (*is_empty)
		return 0;
	if (application != APPLICATION_ID)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "store %s: the database of another program; it was left as it is",
		                       database->path);
	if (version != SCHEMA_VERSION)
		return korch_error_set(err, KORCH_E_UNSUPPORTED,
		                       "store %s: schema version %lld, this program knows %d; the file was "
		                       "left as it is: use a newer program",
		                       database->path, (long long)version, SCHEMA_VERSION);
	return 0;
}

static int run(sqlite_database *database, const char *sql, korch_error **err)
{
	if (sqlite3_exec(database->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	int r = korch__sqlite_error(err, database, "cannot open");
	sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

static int set_up(sqlite_database *database, int is_normal, korch_error **err)
{
	int is_empty = 0;
	int r = korch__sqlite_check_schema(&is_empty, database, err);
	if (r == 0 && is_empty)
		r = run(database, "PRAGMA page_size = 8192", err);
	if (r == 0)
		r = run(database, settings_sql, err);
	if (r == 0)
		r = run(database, is_normal ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL",
		        err);
	if (r == 0 && is_empty)
		r = run(database, create_sql, err);
	/*
	 * A killed process may have left commits that were not synced. They will be read now, so that
	 * they must not be gone after a power loss: a checkpoint syncs them.
	 */
	if (r == 0 && !is_empty && !is_normal)
		r = run(database, "PRAGMA wal_checkpoint(PASSIVE)", err);
	return r;
}

static int prepare(sqlite_database *database, korch_error **err)
{
	for (size_t i = 0; i < STATEMENTS; i++) {
		if (sqlite3_prepare_v3(database->handle, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
		                       &database->statements[i], NULL) != SQLITE_OK)
			return korch__sqlite_error(err, database, "cannot read");
	}
	return 0;
}

/* The file's id; left empty when there is none. */
static int read_id(sqlite_database *database)
{
	sqlite3_stmt *statement = NULL;
	int r = sqlite3_prepare_v2(database->handle, "SELECT id FROM state", -1, &statement, NULL);
	if (r == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW &&
	    sqlite3_column_bytes(statement, 0) == sizeof(database->id) - 1)
		memcpy(database->id, sqlite3_column_text(statement, 0), sizeof(database->id));
	return sqlite3_finalize(statement) == SQLITE_OK && r == SQLITE_OK ? 0 : -1;
}

int korch__sqlite_newest(int64_t *out, const sqlite_database *database)
{
	return korch__sqlite_number(out, database,
	                            "SELECT max(revision) FROM"
	                            " (SELECT revision FROM state UNION ALL SELECT * FROM"
	                            " (SELECT revision FROM log ORDER BY id DESC LIMIT 1))");
}

int korch__sqlite_read_state(sqlite_database *database, korch_error **err)
{
	int64_t revision = -1, compacted = -1, first = 0, last = 0, bytes = 0;
	if (read_id(database) < 0 || korch__sqlite_newest(&revision, database) < 0 ||
	    korch__sqlite_number(&compacted, database, "SELECT compacted FROM state") < 0 ||
	    korch__sqlite_number(&first, database, "SELECT min(id) FROM log") < 0 ||
	    korch__sqlite_number(&last, database, "SELECT max(id) FROM log") < 0 ||
	    korch__sqlite_number(&bytes, database,
	                         "SELECT sum(coalesce(length(old_body), 0) + 128) FROM log") < 0)
		return korch__sqlite_error(err, database, "cannot read");
	if (!*database->id || revision < 0 || compacted < 0 || compacted > revision || last < first ||
	    last - first > 2 * WINDOW_MAX)
		return korch_error_set(
		    err, KORCH_E_IO,
		    "store %s: no valid id and revision in it; the file is damaged and was left as it is: "
		    "restore a backup",
		    database->path);
	database->state = (sqlite_state){.revision = (uint64_t)revision,
	                                 .compacted = (uint64_t)compacted,
	                                 .first = first ? first : 1,
	                                 .end = last ? last + 1 : 1,
	                                 .log_bytes = bytes};
	database->is_trimming = 1;
	return 0;
}

static int check_options(const korch_store_sqlite_options *options, korch_error **err)
{
	if (!options || options->size < sizeof(*options) || !options->path || !*options->path)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "a SQLite store needs options of the known size, with a path");
	if (options->synchronous != KORCH_STORE_SYNC_FULL &&
	    options->synchronous != KORCH_STORE_SYNC_NORMAL)
		return korch_error_set(err, KORCH_E_INVALID, "store %s: synchronous is %d, not 0 or 1",
		                       options->path, (int)options->synchronous);
	if (options->window > WINDOW_MAX)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "store %s: a window of %zu changes, the most is %d", options->path,
		                       options->window, WINDOW_MAX);
	return 0;
}

int korch__sqlite_open(sqlite_database *database, const korch_store_sqlite_options *options,
                       const char *vfs, korch_error **err)
{
	*database = (sqlite_database){.lock = -1};
	int r = check_options(options, err);
	if (r < 0)
		return r;
	database->sealer = options->sealer;
	database->window = options->window ? (int64_t)options->window : WINDOW_DEFAULT;
	database->slack = database->window / 16 < SLACK_MAX ? database->window / 16 : SLACK_MAX;
	database->path = korch__sqlite_path(options->path);
	if (!database->path)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a store");
	if ((r = korch__sqlite_lock(database->path, err)) < 0)
		return r;
	database->lock = r;
	if ((r = look_at_file(database->path, err)) < 0)
		return r;
	if (sqlite3_open_v2(database->path, &database->handle,
	                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, vfs) != SQLITE_OK)
		return korch__sqlite_error(err, database, "cannot open");
	sqlite3_busy_timeout(database->handle, KORCH__SQLITE_BUSY_MS);
	if ((r = set_up(database, options->synchronous == KORCH_STORE_SYNC_NORMAL, err)) < 0 ||
	    (r = prepare(database, err)) < 0)
		return r;
	return korch__sqlite_read_state(database, err);
}

void korch__sqlite_close(sqlite_database *database)
{
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(database->statements[i]);
	sqlite3_close(database->handle);
	if (database->lock >= 0)
		close(database->lock);
	korch__free(database->path);
	*database = (sqlite_database){.lock = -1};
}
