/*
 * Sealed values in the file: sealing before a write, opening behind a read, and sealing again in
 * slices when keys have changed. A value is bound to the file's id and its key; values of the log
 * are those that cur had.
 */
#include "base/cleanup.h"
#include "base/log.h"
#include "store/sealed.h"
#include "store/sqlite/sqlite.h"
#include <stdlib.h>
#include <string.h>

/* Most rows that a slice looks at, and bytes that it writes: other writes wait meanwhile. */
enum { SLICE_ROWS = 512, SLICE_BYTES = 256 * 1024 };

/* What the sealer said, as the job's code and a line of the log. */
static void fail(sqlite_job *job, const sqlite_database *database, int code, korch_error *error)
{
	_cleanup_free_ char *text = korch_error_format(error);
	job->code = code;
	korch__log(KORCH_LOG_ERROR, "store", "%s: not written: %s", database->path,
	           text && *text ? text : korch_code_text(code));
	korch_error_free(error);
}

void korch__sqlite_seal(const sqlite_database *database, sqlite_job *job)
{
	for (size_t i = 0; i < job->n && job->code == 0; i++) {
		sqlite_row *row = &job->rows[i];
		if (job->writes[i].op != KORCH_WRITE_PUT ||
		    !korch_sealer_covers(database->sealer, job->writes[i].object->kind))
			continue;
		korch_seal_value value = {database->id, korch_object_key(job->writes[i].object), row->body,
		                          row->length};
		korch_error *error = NULL;
		char *sealed = NULL;
		size_t length = 0;
		int code = korch_sealer_seal(&sealed, &length, database->sealer, &value, &error);
		if (code < 0) {
			fail(job, database, code, error);
			return;
		}
		korch_seal_clear_free(row->body, row->length);
		row->body = sealed;
		row->length = length;
	}
}

/* The name of the key that a value is sealed under, for people: korch:seal:v1:NAME: */
static int name_length(const char **name, const char *data, size_t length)
{
	size_t at = 0;
	for (int colons = 0; at < length && colons < (*data == 'k' && data[1] == '8' ? 4 : 3); at++)
		colons += data[at] == ':';
	const char *end = memchr(data + at, ':', length - at);
	*name = data + at;
	return end && end - *name <= 253 ? (int)(end - *name) : 0;
}

static int refuse_sealed(const sqlite_database *database, const korch_key *key, const char *data,
                         size_t length, korch_error **err)
{
	const char *name = NULL;
	int n = name_length(&name, data, length);
	const char *namespace_ = key->namespace_ && *key->namespace_ ? key->namespace_ : NULL;
	return korch_error_set(
	    err, KORCH_E_NOT_FOUND,
	    "store %s: %s %s%s%s is sealed under key \"%.*s\": open the store with a "
	    "sealer that has this key; the file was left as it is",
	    database->path, key->kind->plural, namespace_ ? namespace_ : "", namespace_ ? "/" : "",
	    key->name, n, name);
}

int korch__sqlite_unseal(char **out, size_t *length, const sqlite_database *database,
                         const char *key, korch_error **err)
{
	if (!database->sealer && !korch__is_sealed(*out, *length))
		return 0;
	korch_key_copy copy;
	int r = korch__key_parse(&copy, key, KORCH_KEY_SORTED);
	if (r < 0)
		return korch_error_set(err, r == KORCH_E_NOMEM ? r : KORCH_E_IO,
		                       "store %s: not a key; the file is damaged and was left as it is: "
		                       "restore a backup",
		                       database->path);
	korch_error *error = NULL;
	if (database->sealer) {
		const korch_seal_value value = {database->id, copy.key, *out, *length};
		r = korch_sealer_open(out, length, database->sealer, &value, &error);
	} else {
		r = refuse_sealed(database, &copy.key, *out, *length, err);
	}
	if (r < 0 && database->sealer) {
		_cleanup_free_ char *text = korch_error_format(error);
		korch_error_set(err, r, "store %s: %s; the file was left as it is", database->path,
		                text && *text ? text : korch_code_text(r));
	}
	korch_error_free(error);
	korch__key_copy_fini(&copy);
	return r;
}

/* Sealing again */

/* NULL: nothing is there any more. */
static int write_again(sqlite_database *database, const sqlite_reseal *reseal, const char *body,
                       size_t length)
{
	sqlite3_stmt *update =
	    database->statements[reseal->in_log ? STATEMENT_LOG_BODY : STATEMENT_CURRENT_BODY];
	sqlite3_bind_int64(update, 1, reseal->at);
	sqlite3_bind_blob64(update, 2, body, length, SQLITE_STATIC);
	int r = sqlite3_step(update);
	sqlite3_reset(update);
	sqlite3_clear_bindings(update);
	return r == SQLITE_DONE ? 0 : KORCH_E_IO;
}

/*
 * A part of a state, which is plain, of a kind that is sealed now: it cannot be sealed alone. The
 * log is forgotten up to now.
 */
static int64_t forget_part(sqlite_database *database, sqlite_reseal *reseal)
{
	database->state.compacted = database->state.revision;
	reseal->state.written++;
	return write_again(database, reseal, NULL, 0) < 0 ? KORCH_E_IO : 0;
}

/* A row: id, key, body, and whether that is a part. Bytes that it wrote, or a code of the file's;
 * the sealer's is the job's. */
static int64_t reseal_row(sqlite_database *database, sqlite_job *job, sqlite3_stmt *row)
{
	sqlite_reseal *reseal = job->reseal;
	reseal->at = sqlite3_column_int64(row, 0);
	reseal->state.seen++;
	korch_error *error = NULL;
	korch_key_copy copy;
	const char *key = (const char *)sqlite3_column_text(row, 1);
	int r = key ? korch__key_parse(&copy, key, KORCH_KEY_SORTED) : KORCH_E_IO;
	if (r < 0) {
		fail(job, database, r, NULL);
		return 0;
	}
	korch_seal_value value = {.store = database->id, .key = copy.key};
	value.data = sqlite3_column_blob(row, 2);
	value.length = (size_t)sqlite3_column_bytes(row, 2);
	_cleanup_free_ char *body = NULL;
	size_t length = 0;
	if (sqlite3_column_int64(row, 3) > 0) {
		int covers = korch_sealer_covers(database->sealer, copy.key.kind);
		korch__key_copy_fini(&copy);
		return covers ? forget_part(database, reseal) : 0;
	}
	r = korch__seal_again(&body, &length, database->sealer, reseal->type, &value, &error);
	korch__key_copy_fini(&copy);
	if (r < 0)
		fail(job, database, r, error);
	if (!body)
		return 0;
	reseal->state.written++;
	return write_again(database, reseal, body, length) < 0 ? KORCH_E_IO : (int64_t)length;
}

/* One row, or the step from cur to the log or to the end. As reseal_row(). */
static int64_t reseal_next(sqlite_database *database, sqlite_job *job)
{
	sqlite_reseal *reseal = job->reseal;
	sqlite3_stmt *next =
	    database->statements[reseal->in_log ? STATEMENT_LOG_FROM : STATEMENT_CURRENT_FROM];
	sqlite3_bind_int64(next, 1, reseal->at);
	int step = sqlite3_step(next);
	int64_t r = step == SQLITE_DONE ? 0 : KORCH_E_IO;
	if (step == SQLITE_ROW) {
		r = reseal_row(database, job, next);
	} else if (step == SQLITE_DONE) {
		reseal->state.is_done = reseal->in_log;
		reseal->in_log = 1;
		reseal->at = 0;
	}
	sqlite3_reset(next);
	return r;
}

static int count(sqlite_database *database, korch_reseal_state *state)
{
	sqlite3_stmt *statement = database->statements[STATEMENT_COUNT];
	int r = sqlite3_step(statement);
	if (r == SQLITE_ROW)
		state->total = (uint64_t)sqlite3_column_int64(statement, 0) +
		               (uint64_t)(database->state.end - database->state.first);
	sqlite3_reset(statement);
	return r == SQLITE_ROW ? 0 : KORCH_E_IO;
}

static int reseal_slice(sqlite_database *database, sqlite_job *job)
{
	sqlite_reseal *reseal = job->reseal;
	if (!reseal->in_log && reseal->at == 0 && count(database, &reseal->state) < 0)
		return KORCH_E_IO;
	int64_t bytes = 0;
	for (int i = 0; i < SLICE_ROWS && bytes < SLICE_BYTES && job->code == 0; i++) {
		int64_t r = reseal_next(database, job);
		if (r < 0)
			return (int)r;
		if (reseal->state.is_done)
			return 0;
		bytes += r;
	}
	return 0;
}

int korch__sqlite_reseal(sqlite_database *database, sqlite_job *job)
{
	/* What was plain is written over, whatever that costs. */
	sqlite3_exec(database->handle, "PRAGMA secure_delete = ON", NULL, NULL, NULL);
	int r = reseal_slice(database, job);
	sqlite3_exec(database->handle, "PRAGMA secure_delete = FAST", NULL, NULL, NULL);
	return r;
}

void korch__sqlite_forget_plain(sqlite_database *database)
{
	/* A reader (a backup) that is at it is not waited for: the WAL is overwritten later, then. */
	sqlite3_busy_timeout(database->handle, 0);
	if (sqlite3_wal_checkpoint_v2(database->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) !=
	    SQLITE_OK)
		korch__log(KORCH_LOG_WARNING, "store",
		           "%s: sealed again, but the WAL has older bytes until it is written over: %s",
		           database->path, sqlite3_errmsg(database->handle));
	sqlite3_busy_timeout(database->handle, KORCH__SQLITE_BUSY_MS);
}
