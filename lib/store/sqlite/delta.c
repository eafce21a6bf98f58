/*
 * The state before a change, as the log has it: where it begins and ends like the state after it,
 * only what lies between is stored. Reading goes from the newest row to the oldest, so that the
 * state after is known: it is what is stored now, or the state before the key's next change.
 */
#include "store/sqlite/delta.h"
#include "base/cleanup.h"
#include <string.h>

/* What must be saved, in bytes: less is not worth the work at the start. */
enum { WORTH = 128 };

static size_t common_head(const char *a, const char *b, size_t most)
{
	size_t n = 0;
	uint64_t left, right;
	for (; n + sizeof(left) <= most; n += sizeof(left)) {
		memcpy(&left, a + n, sizeof(left));
		memcpy(&right, b + n, sizeof(right));
		if (left != right)
			break;
	}
	while (n < most && a[n] == b[n])
		n++;
	return n;
}

/* The ends are given, not the begins. */
static size_t common_tail(const char *a, const char *b, size_t most)
{
	size_t n = 0;
	uint64_t left, right;
	for (; n + sizeof(left) <= most; n += sizeof(left)) {
		memcpy(&left, a - n - sizeof(left), sizeof(left));
		memcpy(&right, b - n - sizeof(right), sizeof(right));
		if (left != right)
			break;
	}
	while (n < most && a[-1 - (ptrdiff_t)n] == b[-1 - (ptrdiff_t)n])
		n++;
	return n;
}

/* Sealed values have nothing in common, and are bound to be whole. */
static int is_plain(const char *data, size_t length)
{
	return length > 0 && *data == '{';
}

sqlite_part korch__sqlite_part(const char *before, size_t n_before, const char *after,
                               size_t n_after)
{
	size_t most = n_before < n_after ? n_before : n_after;
	if (!is_plain(before, n_before) || !is_plain(after, n_after))
		return (sqlite_part){0};
	size_t head = common_head(before, after, most);
	size_t tail = common_tail(before + n_before, after + n_after, most - head);
	return head + tail < WORTH ? (sqlite_part){0} : (sqlite_part){head, tail};
}

/* Bodies */

typedef struct body {
	char *data;
	size_t length;
	char key[];
} body;

static uint64_t hash_key(const void *key)
{
	return korch__hash_string(key);
}

static uint64_t hash_body(const void *entry)
{
	return korch__hash_string(((const body *)entry)->key);
}

static int is_of(const void *entry, const void *key)
{
	return strcmp(((const body *)entry)->key, key) == 0;
}

static const korch_table_ops body_ops = {hash_key, is_of, hash_body};

int korch__sqlite_bodies_init(sqlite_bodies *bodies, const sqlite_database *database)
{
	*bodies = (sqlite_bodies){.database = database};
	korch__table_init(&bodies->table, &body_ops);
	int r = sqlite3_prepare_v2(database->handle, "SELECT body FROM cur WHERE key = ?1", -1,
	                           &bodies->current, NULL);
	return r == SQLITE_OK ? 0 : KORCH_E_IO;
}

void korch__sqlite_bodies_fini(sqlite_bodies *bodies)
{
	body *entry;
	for (size_t at = 0; (entry = korch__table_next(&bodies->table, &at));) {
		korch_seal_clear_free(entry->data, entry->length);
		korch__free(entry);
	}
	korch__table_fini(&bodies->table);
	sqlite3_finalize(bodies->current);
}

/* The entry of a key, made when there is none; NULL: no memory. */
static body *entry_of(sqlite_bodies *bodies, const char *key)
{
	body *entry = korch__table_get(&bodies->table, key);
	if (entry)
		return entry;
	size_t n = strlen(key) + 1;
	entry = korch__calloc(1, sizeof(*entry) + n);
	if (!entry)
		return NULL;
	memcpy(entry->key, key, n);
	if (korch__table_put(&bodies->table, entry) == 0)
		return entry;
	korch__free(entry);
	return NULL;
}

int korch__sqlite_bodies_take(sqlite_bodies *bodies, const char *key, char *data, size_t length)
{
	body *entry = entry_of(bodies, key);
	if (!entry) {
		korch_seal_clear_free(data, length);
		return KORCH_E_NOMEM;
	}
	korch_seal_clear_free(entry->data, entry->length);
	entry->data = data;
	entry->length = length;
	return 0;
}

static char *copy_of(const char *data, size_t length)
{
	char *copy = korch__alloc(length + 1);
	if (copy)
		memcpy(copy, data, length);
	return copy;
}

/* Takes what is stored now, opened, for a key that has no body yet. */
static int take_current(sqlite_bodies *bodies, const char *key, korch_error **err)
{
	sqlite3_bind_text(bodies->current, 1, key, -1, SQLITE_STATIC);
	int r = sqlite3_step(bodies->current) == SQLITE_ROW ? 0 : KORCH_E_IO;
	/* SQLite's own memory: only read. */
	char *stored = (char *)(uintptr_t)sqlite3_column_blob(bodies->current, 0), *plain = stored;
	size_t length = (size_t)sqlite3_column_bytes(bodies->current, 0);
	if (r == 0 && !stored)
		r = KORCH_E_IO;
	if (r == 0)
		r = korch__sqlite_unseal(&plain, &length, bodies->database, key, err);
	if (r == 0 && plain == stored)
		plain = copy_of(stored, length);
	if (r == 0)
		r = plain ? korch__sqlite_bodies_take(bodies, key, plain, length) : KORCH_E_NOMEM;
	sqlite3_reset(bodies->current);
	return r;
}

int korch__sqlite_bodies_join(char **out, size_t *length, sqlite_bodies *bodies, const char *key,
                              const sqlite_piece *piece, korch_error **err)
{
	body *after = korch__table_get(&bodies->table, key);
	if (!after) {
		int r = take_current(bodies, key, err);
		if (r < 0)
			return r;
		after = korch__table_get(&bodies->table, key);
	}
	size_t head = piece->part.head, tail = piece->part.tail;
	if (head > after->length || tail > after->length - head)
		return KORCH_E_IO;
	char *data = korch__alloc(head + piece->length + tail + 1);
	if (!data)
		return KORCH_E_NOMEM;
	memcpy(data, after->data, head);
	if (piece->length)
		memcpy(data + head, piece->data, piece->length);
	memcpy(data + head + piece->length, after->data + after->length - tail, tail);
	*out = data;
	*length = head + piece->length + tail;
	return 0;
}
