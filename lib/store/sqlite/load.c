/*
 * Reading a file at the start. The log is read from its newest row to its oldest: the state after a
 * change is the one before the key's next change, or what is stored now.
 */
#include "base/cleanup.h"
#include "store/sqlite/delta.h"
#include <korch/codec.h>
#include <string.h>

typedef struct file_loader {
	memory_store *memory;
	sqlite_database *database;
	sqlite3_stmt *rows;
	sqlite_bodies bodies; /* the same, as bytes */
	korch_btree before;   /* korch_object, borrowed: states before the changes that were read */
	korch_record *records;
	size_t n;
	size_t cap;
	uint64_t newest;               /* revision of the change that was read last */
	sqlite_inspection *inspection; /* NULL: the file is opened, the first problem ends it */
	korch_error **err;
} file_loader;

static int refuse_memory(file_loader *loader)
{
	return korch_error_set(loader->err, KORCH_E_NOMEM, "no memory for a store");
}

/* What is missing may be so for SQLite's want of memory. */
static int refuse(file_loader *loader, const char *key, const char *what)
{
	if (sqlite3_errcode(loader->database->handle) == SQLITE_NOMEM)
		return refuse_memory(loader);
	_cleanup_free_ char *text = korch__strdup(key ? key : "a row");
	for (char *at = text; at && *at; at++) {
		if (*at == KORCH_KEY_SORTED)
			*at = '/';
	}
	if (loader->inspection) {
		korch__sqlite_problem(loader->inspection, "%s: %s", text ? text : "", what);
		return KORCH_E_IO;
	}
	return korch_error_set(loader->err, KORCH_E_IO,
	                       "store %s: %s: %s; the file is damaged and was left as it is: restore a "
	                       "backup",
	                       loader->database->path, text ? text : "", what);
}

/* 1, 0, or KORCH_E_NOMEM. */
static int has_key(const korch_object *object, const char *text)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	korch_key key = korch_object_key(object);
	korch__key_write(&buf, &key, KORCH_KEY_SORTED);
	int r = buf.failed ? KORCH_E_NOMEM : strcmp(buf.data, text) == 0;
	korch__buf_fini(&buf);
	return r;
}

/* In place of an object that is sealed under keys that are not there: its key alone. */
static int stand_in(korch_object **out, file_loader *loader, const char *key)
{
	korch_key_copy copy;
	int r = korch__key_parse(&copy, key, KORCH_KEY_SORTED);
	if (r < 0)
		return r == KORCH_E_NOMEM ? r : refuse(loader, key, "not a key");
	r = korch__key_object(out, &copy.key);
	korch__key_copy_fini(&copy);
	if (r < 0)
		return korch_error_set(loader->err, r, "no memory for a store");
	loader->inspection->n_sealed++;
	return 0;
}

/* What could not be opened, while the file is inspected. */
static int inspect_sealed(korch_object **out, file_loader *loader, const char *key, int code,
                          korch_error *error)
{
	int r = KORCH_E_IO;
	if (code == KORCH_E_NOT_FOUND && !loader->database->sealer)
		r = stand_in(out, loader, key);
	else if (code == KORCH_E_NOMEM)
		r = korch_error_set(loader->err, code, "no memory for a store");
	else
		refuse(loader, key, error ? korch_error_message(error) : korch_code_text(code));
	korch_error_free(error);
	return r;
}

/* The object of a row's bytes. */
static int decode(korch_object **out, file_loader *loader, const char *key, char *body,
                  size_t length)
{
	const korch_decode_options options = {.size = sizeof(options), .max_depth = 2000, .stored = 1};
	char *plain = body;
	korch_error *error = NULL;
	int r = korch__sqlite_unseal(&plain, &length, loader->database, key,
	                             loader->inspection ? &error : loader->err);
	if (r < 0)
		return loader->inspection ? inspect_sealed(out, loader, key, r, error) : r;
	korch_object *object = NULL;
	r = korch_object_from_json(&object, plain, length, &options, NULL, NULL);
	if (plain != body)
		korch_seal_clear_free(plain, length);
	if (r == KORCH_E_NOMEM)
		return korch_error_set(loader->err, r, "no memory for a store");
	if (r < 0)
		return refuse(loader, key, "what is stored is no object");
	r = has_key(object, key);
	if (r != 1) {
		korch_object_unref(object);
		return r < 0 ? refuse_memory(loader) : refuse(loader, key, "another object is stored");
	}
	*out = object;
	return 0;
}

/* The object in two columns, the revision and the body behind it. */
static int read_object(korch_object **out, file_loader *loader, const char *key, int column)
{
	/* SQLite's own memory: only read. */
	char *body = (char *)(uintptr_t)sqlite3_column_blob(loader->rows, column + 1);
	size_t length = (size_t)sqlite3_column_bytes(loader->rows, column + 1);
	if (!key || !body)
		return refuse(loader, key, "nothing is stored");
	int r = decode(out, loader, key, body, length);
	if (r == 0)
		(*out)->revision = (uint64_t)sqlite3_column_int64(loader->rows, column);
	return r;
}

/* Remembers the bytes of a state that lies there as a whole and in plain. */
static int keep_whole(file_loader *loader, const char *key, const char *data, size_t length)
{
	if (length == 0 || *data != '{')
		return 0;
	char *copy = korch__alloc(length + 1);
	if (!copy)
		return refuse_memory(loader);
	memcpy(copy, data, length);
	if (korch__sqlite_bodies_take(&loader->bodies, key, copy, length) == 0)
		return 0;
	return refuse_memory(loader);
}

/* Of a piece and the state after it. */
static int read_part(korch_object **out, file_loader *loader, const char *key,
                     const sqlite_piece *piece)
{
	char *data = NULL;
	size_t length = 0;
	korch_error *error = NULL;
	int r = korch__sqlite_bodies_join(&data, &length, &loader->bodies, key, piece, &error);
	if (r == KORCH_E_NOMEM) {
		korch_error_free(error);
		return refuse_memory(loader);
	}
	if (error && loader->inspection)
		return inspect_sealed(out, loader, key, r, error);
	if (r < 0) {
		korch_error_free(error);
		return refuse(loader, key, "the state after a change is missing");
	}
	r = decode(out, loader, key, data, length);
	if (r < 0) {
		korch_seal_clear_free(data, length);
		return r;
	}
	if (korch__sqlite_bodies_take(&loader->bodies, key, data, length) == 0)
		return 0;
	korch_object_unref(*out);
	*out = NULL;
	return refuse_memory(loader);
}

/* The state before a change: columns 3 to 6, its revision, its bytes, head and tail. */
static int read_before(korch_object **out, file_loader *loader, const char *key)
{
	const sqlite_piece piece = {
	    .data = sqlite3_column_blob(loader->rows, 4),
	    .length = (size_t)sqlite3_column_bytes(loader->rows, 4),
	    .part = {(size_t)sqlite3_column_int64(loader->rows, 5),
	             (size_t)sqlite3_column_int64(loader->rows, 6)},
	};
	int r;
	if (piece.part.head + piece.part.tail == 0) {
		r = read_object(out, loader, key, 3);
		if (r == 0 && (r = keep_whole(loader, key, piece.data, piece.length)) < 0) {
			korch_object_unref(*out);
			*out = NULL;
		}
		return r;
	}
	r = read_part(out, loader, key, &piece);
	if (r == 0)
		(*out)->revision = (uint64_t)sqlite3_column_int64(loader->rows, 3);
	return r;
}

static const char *column_text(file_loader *loader, int column)
{
	return (const char *)sqlite3_column_text(loader->rows, column);
}

static int load_current(file_loader *loader)
{
	korch_object *object = NULL;
	const char *key = column_text(loader, 0);
	int r = read_object(&object, loader, key, 1);
	if (r < 0 || !object)
		return r;
	if (object->revision > loader->database->state.revision) {
		korch_object_unref(object);
		return refuse(loader, key, "its revision is not there yet");
	}
	loader->database->state.live_bytes +=
	    sqlite3_column_bytes(loader->rows, 2) + KORCH__SQLITE_ROW_BYTES;
	r = korch__btree_insert(&loader->memory->current, object);
	if (r == 0)
		return 0;
	korch_object_unref(object);
	return r == KORCH_E_EXISTS ? refuse(loader, key, "stored twice")
	                           : korch_error_set(loader->err, r, "no memory for a store");
}

/* The state after the change that is being read, borrowed: NULL: there is none. */
static int state_after(const korch_object **out, file_loader *loader, const char *text)
{
	korch_key_copy copy;
	*out = NULL;
	int r = korch__key_parse(&copy, text, KORCH_KEY_SORTED);
	if (r < 0)
		return r == KORCH_E_NOMEM ? refuse_memory(loader) : 0;
	memory_probe probe = {0};
	const korch_object *key = korch__memory_probe(&probe, &copy.key);
	const korch_object *object = korch__btree_find(&loader->before, key);
	if (!object)
		object = korch__btree_find(&loader->memory->current, key);
	korch__key_copy_fini(&copy);
	*out = object;
	return 0;
}

static int keep_before(file_loader *loader, const korch_object *previous)
{
	if (korch__btree_replace(&loader->before, (void *)previous))
		return 0;
	return korch__btree_insert(&loader->before, (void *)previous);
}

/* revision, type, key, old revision, old body, head, tail */
static int load_change(file_loader *loader)
{
	const char *key = column_text(loader, 2);
	int64_t type = sqlite3_column_int64(loader->rows, 1);
	if (loader->n == loader->cap || !key || type < KORCH_CHANGE_ADDED ||
	    type > KORCH_CHANGE_DELETED)
		return refuse(loader, key, "not a change");
	korch_record *record = &loader->records[loader->n++];
	*record = (korch_record){.revision = (uint64_t)sqlite3_column_int64(loader->rows, 0),
	                         .type = (uint64_t)type & 3};
	if (record->revision > loader->newest)
		return refuse(loader, key, "its changes are out of order");
	loader->newest = record->revision;
	korch_object *previous = NULL;
	int r = type == KORCH_CHANGE_ADDED ? 0 : read_before(&previous, loader, key);
	if (r < 0)
		return r;
	record->previous = previous;
	if (type == KORCH_CHANGE_DELETED) {
		korch_object *last = korch_object_edit(previous);
		if (!last)
			return refuse_memory(loader);
		last->revision = record->revision;
		record->object = last;
	} else {
		const korch_object *after = NULL;
		if ((r = state_after(&after, loader, key)) < 0)
			return r;
		record->object = korch_object_ref(after);
		if (after && after->revision != record->revision)
			return refuse(loader, key, "its changes do not follow each other");
	}
	if (!record->object)
		return refuse(loader, key, "the state after a change is missing");
	if (previous && keep_before(loader, previous) < 0)
		return refuse_memory(loader);
	return 0;
}

static int each_row(file_loader *loader, const char *sql, int (*load)(file_loader *loader))
{
	sqlite3 *handle = loader->database->handle;
	if (sqlite3_prepare_v2(handle, sql, -1, &loader->rows, NULL) != SQLITE_OK)
		return korch__sqlite_error(loader->err, loader->database, "cannot read");
	sqlite3_bind_int64(loader->rows, 1, (sqlite3_int64)loader->database->state.compacted);
	int r = 0, step = SQLITE_DONE;
	while (r == 0 && (step = sqlite3_step(loader->rows)) == SQLITE_ROW) {
		r = load(loader);
		if (r == KORCH_E_IO && loader->inspection)
			r = 0;
	}
	if (r == 0 && step != SQLITE_DONE && loader->inspection)
		korch__sqlite_problem(loader->inspection, "cannot read: %s", sqlite3_errmsg(handle));
	else if (r == 0 && step != SQLITE_DONE)
		r = korch__sqlite_error(loader->err, loader->database, "cannot read");
	sqlite3_finalize(KORCH_STEAL(loader->rows));
	return r;
}

static int load_all(file_loader *loader)
{
	const sqlite_state *state = &loader->database->state;
	loader->cap = (size_t)(state->end - state->first);
	loader->records = korch__calloc(loader->cap ? loader->cap : 1, sizeof(*loader->records));
	if (korch__sqlite_bodies_init(&loader->bodies, loader->database) < 0)
		return korch__sqlite_error(loader->err, loader->database, "cannot read");
	if (!loader->records || korch__history_reserve(&loader->memory->history, loader->cap) < 0)
		return refuse_memory(loader);
	int r = each_row(loader, "SELECT key, revision, body FROM cur", load_current);
	if (r < 0)
		return r;
	return each_row(loader,
	                "SELECT revision, type, key, old_revision, old_body, head, tail FROM log"
	                " WHERE revision > ?1 ORDER BY id DESC",
	                load_change);
}

/* Records that the history does not get. */
static void drop_records(file_loader *loader)
{
	for (size_t i = 0; i < loader->n; i++) {
		korch_object_unref(loader->records[i].object);
		korch_object_unref(loader->records[i].previous);
	}
}

int korch__sqlite_load(memory_store *memory, sqlite_database *database, korch_error **err)
{
	file_loader loader = {
	    .memory = memory, .database = database, .newest = database->state.revision, .err = err};
	korch__btree_init(&loader.before, &korch__memory_order);
	int r = load_all(&loader);
	korch__sqlite_bodies_fini(&loader.bodies);
	korch__btree_fini(&loader.before);
	for (size_t i = loader.n; r == 0 && i > 0; i--)
		korch__history_push(&memory->history, &loader.records[i - 1]);
	if (r < 0)
		drop_records(&loader);
	korch__free(loader.records);
	memory->revision = database->state.revision;
	korch__history_compact(&memory->history, database->state.compacted);
	return r;
}

int korch__sqlite_inspect(sqlite_inspection *inspection, memory_store *memory,
                          sqlite_database *database, korch_error **err)
{
	file_loader loader = {.memory = memory,
	                      .database = database,
	                      .newest = database->state.revision,
	                      .inspection = inspection,
	                      .err = err};
	korch__btree_init(&loader.before, &korch__memory_order);
	int r = load_all(&loader);
	korch__sqlite_bodies_fini(&loader.bodies);
	korch__btree_fini(&loader.before);
	if (r == 0)
		korch__sqlite_inspect_log(inspection, database, loader.records, loader.n, &memory->current);
	drop_records(&loader);
	korch__free(loader.records);
	return r;
}
