/*
 * Writing: jobs that waited together become one transaction of the file (group commit), so that
 * they share one fsync. Each is checked as a whole before it changes anything. Rows of the log that
 * do not count any more go in slices.
 */
#include "base/cleanup.h"
#include "base/log.h"
#include "store/sqlite/delta.h"

enum { TRIM_MIN = 64, LOG_BYTES_MIN = 4 << 20 };

/* Runs a statement that gives no rows. */
static int run(sqlite_database *database, sqlite_statement which)
{
	sqlite3_stmt *statement = database->statements[which];
	int r = sqlite3_step(statement);
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return r == SQLITE_DONE ? 0 : KORCH_E_IO;
}

/* Runs a statement that gives at most one number; 0 when there is no row. */
static int ask(uint64_t *out, sqlite_database *database, sqlite_statement which)
{
	sqlite3_stmt *statement = database->statements[which];
	int r = sqlite3_step(statement);
	*out = r == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return r == SQLITE_ROW || r == SQLITE_DONE ? 0 : KORCH_E_IO;
}

static void bind_key(sqlite_database *database, sqlite_statement which, const char *key)
{
	sqlite3_bind_text(database->statements[which], 1, key, -1, SQLITE_STATIC);
}

/* What is stored under a row's key now. */
static int find(sqlite_database *database, sqlite_row *row)
{
	sqlite3_stmt *statement = database->statements[STATEMENT_FIND];
	bind_key(database, STATEMENT_FIND, row->key);
	int r = sqlite3_step(statement);
	row->id = r == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	row->old = r == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(statement, 1) : 0;
	row->old_length = r == SQLITE_ROW ? sqlite3_column_int64(statement, 2) : 0;
	sqlite3_reset(statement);
	return r == SQLITE_ROW || r == SQLITE_DONE ? 0 : KORCH_E_IO;
}

/* 1 when all that is expected holds. */
static int check(sqlite_database *database, sqlite_job *job)
{
	for (size_t i = 0; i < job->n; i++) {
		sqlite_row *row = &job->rows[i];
		if (find(database, row) < 0)
			return KORCH_E_IO;
		uint64_t expected = job->writes[i].expected;
		if (expected != KORCH_REVISION_ANY && expected != row->old)
			return 0;
	}
	return 1;
}

static int is_change(const sqlite_job *job, size_t i)
{
	int op = job->writes[i].op;
	return op == KORCH_WRITE_PUT || (op == KORCH_WRITE_DELETE && job->rows[i].old);
}

/* A change without the state before it, or with what of that is to be stored. */
static int insert_log(sqlite_database *database, const sqlite_row *row, int type,
                      const sqlite_piece *piece)
{
	sqlite3_stmt *statement = database->statements[STATEMENT_LOG];
	bind_key(database, STATEMENT_LOG, row->key);
	sqlite3_bind_int64(statement, 2, database->state.end++);
	sqlite3_bind_int64(statement, 3, (sqlite3_int64)database->state.revision);
	sqlite3_bind_int(statement, 4, type);
	sqlite3_bind_int64(statement, 5, (sqlite3_int64)piece->part.head);
	sqlite3_bind_int64(statement, 6, (sqlite3_int64)piece->part.tail);
	if (row->old) {
		sqlite3_bind_int64(statement, 7, (sqlite3_int64)row->old);
		sqlite3_bind_blob64(statement, 8, piece->data, piece->length, SQLITE_STATIC);
	}
	database->state.log_bytes += (int64_t)piece->length + KORCH__SQLITE_ROW_BYTES;
	return run(database, STATEMENT_LOG);
}

static int write_log(sqlite_database *database, const sqlite_row *row, int type)
{
	sqlite_piece piece = {.data = ""};
	if (!row->old)
		return insert_log(database, row, type, &piece);
	sqlite3_stmt *statement = database->statements[STATEMENT_BODY];
	sqlite3_bind_int64(statement, 1, row->id);
	int r = sqlite3_step(statement) == SQLITE_ROW ? 0 : KORCH_E_IO;
	const char *before = sqlite3_column_blob(statement, 0);
	if (r == 0 && before) {
		size_t length = (size_t)sqlite3_column_bytes(statement, 0);
		if (type == KORCH_CHANGE_MODIFIED)
			piece.part = korch__sqlite_part(before, length, row->body, row->length);
		piece.data = before + piece.part.head;
		piece.length = length - piece.part.head - piece.part.tail;
		/* The bytes are SQLite's until the statement that reads them is reset. */
		r = insert_log(database, row, type, &piece);
	} else {
		r = KORCH_E_IO;
	}
	sqlite3_reset(statement);
	return r;
}

static void count_bytes(sqlite_state *state, const sqlite_row *row, int is_put)
{
	if (is_put)
		state->live_bytes += (int64_t)row->length + KORCH__SQLITE_ROW_BYTES;
	if (row->old)
		state->live_bytes -= row->old_length + KORCH__SQLITE_ROW_BYTES;
}

static int write_row(sqlite_database *database, const sqlite_row *row, int is_put)
{
	count_bytes(&database->state, row, is_put);
	int type = !is_put    ? KORCH_CHANGE_DELETED
	           : row->old ? KORCH_CHANGE_MODIFIED
	                      : KORCH_CHANGE_ADDED;
	int r = write_log(database, row, type);
	if (r < 0)
		return r;
	sqlite_statement which = !is_put    ? STATEMENT_DELETE
	                         : row->old ? STATEMENT_UPDATE
	                                    : STATEMENT_INSERT;
	sqlite3_stmt *statement = database->statements[which];
	if (row->old)
		sqlite3_bind_int64(statement, 1, row->id);
	else
		bind_key(database, which, row->key);
	if (is_put) {
		sqlite3_bind_int64(statement, 2, (sqlite3_int64)database->state.revision);
		sqlite3_bind_blob64(statement, 3, row->body, row->length, SQLITE_STATIC);
	}
	return run(database, which);
}

static int write_commit(sqlite_database *database, sqlite_job *job)
{
	int r = check(database, job);
	if (r <= 0)
		return r;
	size_t n = 0;
	for (size_t i = 0; i < job->n; i++)
		n += (size_t)is_change(job, i);
	database->state.revision += n > 0;
	for (size_t i = 0; i < job->n; i++) {
		if (!is_change(job, i))
			continue;
		r = write_row(database, &job->rows[i], job->writes[i].op == KORCH_WRITE_PUT);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Raises `compacted` to the revision of a row of the log. */
static int forget_until(sqlite_database *database, int64_t id)
{
	uint64_t revision = 0;
	sqlite3_bind_int64(database->statements[STATEMENT_LOG_REVISION], 1, id);
	if (ask(&revision, database, STATEMENT_LOG_REVISION) < 0)
		return KORCH_E_IO;
	if (revision > database->state.compacted)
		database->state.compacted = revision;
	return 0;
}

/* Bytes that the log may have: the file follows what is alive. */
static int64_t most_bytes(const sqlite_state *state)
{
	return state->live_bytes / 2 > LOG_BYTES_MIN ? state->live_bytes / 2 : LOG_BYTES_MIN;
}

/* Moves the window's begin when it is too long: by rows, or by bytes once these are known. */
static int bound_window(sqlite_database *database, int64_t most)
{
	const sqlite_state *state = &database->state;
	int64_t n = state->end - state->first;
	if (n > database->window + database->slack)
		return forget_until(database, state->end - database->window - 1);
	if (state->live_bytes == 0 || state->log_bytes <= most_bytes(state) || n < 2)
		return 0;
	return forget_until(database, state->first + (most < n / 16 ? most : n / 16));
}

/* Removes a slice of what does not count. */
static int trim(sqlite_database *database, int64_t most)
{
	sqlite_state *state = &database->state;
	uint64_t bytes = 0;
	const sqlite_statement both[] = {STATEMENT_LOG_BYTES, STATEMENT_LOG_TRIM};
	for (size_t i = 0; i < KORCH_COUNT(both); i++) {
		sqlite3_bind_int64(database->statements[both[i]], 1, state->first + most);
		sqlite3_bind_int64(database->statements[both[i]], 2, (sqlite3_int64)state->compacted);
	}
	if (ask(&bytes, database, STATEMENT_LOG_BYTES) < 0 || run(database, STATEMENT_LOG_TRIM) < 0)
		return KORCH_E_IO;
	int64_t removed = sqlite3_changes64(database->handle);
	state->first += removed;
	state->log_bytes -= (int64_t)bytes;
	database->is_trimming = removed == most;
	return 0;
}

static int write_state(sqlite_database *database)
{
	sqlite3_stmt *statement = database->statements[STATEMENT_SET_STATE];
	sqlite3_bind_int64(statement, 1, (sqlite3_int64)database->state.revision);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)database->state.compacted);
	return run(database, STATEMENT_SET_STATE);
}

/* Keeps the log within its window. The state is written when `compacted` has changed, or rows of
 * the log have gone: otherwise the log's last row says the newest revision. */
static int keep_window(sqlite_database *database, uint64_t compacted, int64_t added)
{
	int64_t most = TRIM_MIN + 2 * added;
	if ((added > 0 || database->is_trimming) && bound_window(database, most) < 0)
		return KORCH_E_IO;
	if (database->state.compacted == compacted && !database->is_trimming)
		return 0;
	return trim(database, most) < 0 ? KORCH_E_IO : write_state(database);
}

static int write_job(sqlite_database *database, sqlite_job *job)
{
	sqlite_state *state = &database->state;
	if (job->type == SQLITE_JOB_COMMIT && job->code == 0)
		return write_commit(database, job);
	if (job->type == SQLITE_JOB_RESEAL)
		return korch__sqlite_reseal(database, job);
	if (job->type == SQLITE_JOB_COMPACT && job->revision <= state->revision &&
	    job->revision > state->compacted)
		state->compacted = job->revision;
	return 0;
}

static int write_jobs(sqlite_database *database, sqlite_job *first)
{
	sqlite_state before = database->state;
	for (sqlite_job *job = first; job; job = job->next) {
		if (write_job(database, job) < 0)
			return KORCH_E_IO;
	}
	return keep_window(database, before.compacted, database->state.end - before.end);
}

/* Behind a transaction that is durable. */
static void finish(sqlite_database *database, const sqlite_job *first)
{
	for (const sqlite_job *job = first; job; job = job->next) {
		if (job->type == SQLITE_JOB_RESEAL && job->reseal->state.is_done)
			korch__sqlite_forget_plain(database);
	}
}

int korch__sqlite_write(sqlite_database *database, sqlite_job *first)
{
	sqlite_state before = database->state;
	for (sqlite_job *job = first; job && database->sealer; job = job->next) {
		if (job->type == SQLITE_JOB_COMMIT)
			korch__sqlite_seal(database, job);
	}
	int r = run(database, STATEMENT_BEGIN);
	if (r == 0)
		r = write_jobs(database, first);
	if (r == 0 && run(database, STATEMENT_COMMIT) == 0) {
		finish(database, first);
		return 0;
	}
	korch__log(KORCH_LOG_ERROR, "store", "%s: nothing was written: %s", database->path,
	           sqlite3_errmsg(database->handle));
	sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
	database->state = before;
	database->is_trimming = 0;
	for (sqlite_job *job = first; job; job = job->next) {
		if (job->type != SQLITE_JOB_GET && job->type != SQLITE_JOB_LIST)
			job->code = KORCH_E_IO;
	}
	return KORCH_E_IO;
}
