/*
 * Writing: jobs that waited together become one transaction of the file (group commit), so that
 * they share one fsync. Each is checked as a whole before it changes anything. Rows of the log that
 * do not count any more go in slices.
 */
#include "base/log.h"
#include "store/sqlite/sqlite.h"

enum { TRIM_MIN = 512 };

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

/* 1 when all that is expected holds. */
static int check(sqlite_database *database, sqlite_job *job)
{
	for (size_t i = 0; i < job->n; i++) {
		sqlite_row *row = &job->rows[i];
		bind_key(database, STATEMENT_REVISION_OF, row->key);
		if (ask(&row->old, database, STATEMENT_REVISION_OF) < 0)
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

static int write_log(sqlite_database *database, const sqlite_row *row, int type)
{
	sqlite_statement which = row->old ? STATEMENT_LOG_OLD : STATEMENT_LOG_NEW;
	sqlite3_stmt *statement = database->statements[which];
	bind_key(database, which, row->key);
	sqlite3_bind_int64(statement, 2, database->state.end++);
	sqlite3_bind_int64(statement, 3, (sqlite3_int64)database->state.revision);
	sqlite3_bind_int(statement, 4, type);
	return run(database, which);
}

static int write_row(sqlite_database *database, const sqlite_row *row, int is_put)
{
	int type = !is_put    ? KORCH_CHANGE_DELETED
	           : row->old ? KORCH_CHANGE_MODIFIED
	                      : KORCH_CHANGE_ADDED;
	int r = write_log(database, row, type);
	if (r < 0)
		return r;
	sqlite_statement which = !is_put    ? STATEMENT_DELETE
	                         : row->old ? STATEMENT_UPDATE
	                                    : STATEMENT_INSERT;
	bind_key(database, which, row->key);
	if (is_put) {
		sqlite3_stmt *statement = database->statements[which];
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

/* Raises `compacted` to the window's begin, and removes a slice of what does not count. */
static int trim(sqlite_database *database, int64_t most)
{
	sqlite_state *state = &database->state;
	if (state->end - state->first > database->window) {
		uint64_t revision = 0;
		sqlite3_bind_int64(database->statements[STATEMENT_LOG_REVISION], 1,
		                   state->end - database->window - 1);
		if (ask(&revision, database, STATEMENT_LOG_REVISION) < 0)
			return KORCH_E_IO;
		if (revision > state->compacted)
			state->compacted = revision;
	}
	sqlite3_bind_int64(database->statements[STATEMENT_LOG_TRIM], 1, state->first + most);
	sqlite3_bind_int64(database->statements[STATEMENT_LOG_TRIM], 2,
	                   (sqlite3_int64)state->compacted);
	if (run(database, STATEMENT_LOG_TRIM) < 0)
		return KORCH_E_IO;
	int64_t removed = sqlite3_changes64(database->handle);
	state->first += removed;
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

static int write_jobs(sqlite_database *database, sqlite_job *first)
{
	sqlite_state *state = &database->state;
	int64_t end = state->end;
	for (sqlite_job *job = first; job; job = job->next) {
		if (job->type == SQLITE_JOB_COMMIT && job->code == 0 && write_commit(database, job) < 0)
			return KORCH_E_IO;
		if (job->type == SQLITE_JOB_RESEAL && korch__sqlite_reseal(database, job) < 0)
			return KORCH_E_IO;
		if (job->type == SQLITE_JOB_COMPACT && job->revision <= state->revision &&
		    job->revision > state->compacted) {
			state->compacted = job->revision;
			database->is_trimming = 1;
		}
	}
	int64_t added = state->end - end;
	if ((added > 0 || database->is_trimming) && trim(database, TRIM_MIN + 2 * added) < 0)
		return KORCH_E_IO;
	return write_state(database);
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
	int r = sqlite3_exec(database->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK
	            ? write_jobs(database, first)
	            : KORCH_E_IO;
	if (r == 0 && sqlite3_exec(database->handle, "COMMIT", NULL, NULL, NULL) == SQLITE_OK) {
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
