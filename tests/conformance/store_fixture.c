/* Objects, writes, reads and watches in short for the tests of stores. */
#include "store_fixture.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

korch_object *make(const korch_kind *kind, const char *namespace_, const char *name,
                   const char *value)
{
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_new(&object, kind), 0);
	korch_object_meta *meta = korch_object_edit_meta(object);
	ck_assert_int_eq(korch_string_set(&meta->name, name), 0);
	ck_assert_int_eq(korch_string_set(&meta->namespace_, *namespace_ ? namespace_ : NULL), 0);
	ck_assert_int_eq(korch_map_set(&meta->annotations, "value", value), 0);
	return object;
}

const char *value_of(const korch_object *object)
{
	const char *value = korch_map_get(object->metadata->annotations, "value");
	return value ? value : "?";
}

korch_write put_write(const char *name, const char *value, uint64_t expected)
{
	return (korch_write){
	    .op = KORCH_WRITE_PUT, .object = make(config_map, "ns", name, value), .expected = expected};
}

korch_key key_of(const char *name)
{
	return (korch_key){config_map, "ns", name};
}

korch_write delete_write(const char *name, uint64_t expected)
{
	return (korch_write){.op = KORCH_WRITE_DELETE, .key = key_of(name), .expected = expected};
}

korch_write check_write(const char *name, uint64_t expected)
{
	return (korch_write){.op = KORCH_WRITE_CHECK, .key = key_of(name), .expected = expected};
}

/* Commits */

void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	ck_assert_msg(!is_inside, "a completion came from inside of a call");
	ck_assert_ptr_nonnull(result);
	outcome *out = userdata;
	out->code = code;
	out->result = *result;
	out->calls++;
	out->is_done = 1;
}

void start_commit(outcome *out, const korch_write *writes, size_t n)
{
	*out = (outcome){0};
	is_inside = 1;
	int r = korch_store_commit(store, writes, n, on_commit, out);
	is_inside = 0;
	ck_assert_int_eq(r, 0);
}

outcome commit_many(const korch_write *writes, size_t n)
{
	outcome out;
	start_commit(&out, writes, n);
	wait_for(&out.is_done);
	return out;
}

uint64_t commit_one(korch_write write, int code)
{
	outcome out = commit_many(&write, 1);
	ck_assert_int_eq(out.code, code);
	return out.result.revision;
}

uint64_t put(const char *name, const char *value)
{
	return commit_one(put_write(name, value, KORCH_REVISION_ANY), 0);
}

uint64_t compact(uint64_t revision, int code)
{
	outcome out = {0};
	is_inside = 1;
	ck_assert_int_eq(korch_store_compact(store, revision, on_commit, &out), 0);
	is_inside = 0;
	wait_for(&out.is_done);
	ck_assert_int_eq(out.code, code);
	return out.result.revision;
}

/* Reads */

typedef struct reading {
	int is_done;
	int code;
	korch_object *object;
} reading;

static void on_get(void *userdata, int code, const korch_object *object)
{
	ck_assert_msg(!is_inside, "a completion came from inside of a call");
	reading *out = userdata;
	ck_assert_int_eq(code == 0, object != NULL);
	out->code = code;
	out->object = korch_object_ref(object);
	out->is_done = 1;
}

korch_object *get(const korch_key *key)
{
	reading out = {0};
	is_inside = 1;
	ck_assert_int_eq(korch_store_get(store, key, on_get, &out), 0);
	is_inside = 0;
	wait_for(&out.is_done);
	ck_assert_int_eq(out.code, out.object ? 0 : KORCH_E_NOT_FOUND);
	return out.object;
}

const char *read_text(const char *name)
{
	static char text[256];
	korch_key key = key_of(name);
	korch_object *object = get(&key);
	if (!object)
		return "-";
	snprintf(text, sizeof(text), "%s@%llu", value_of(object), (unsigned long long)object->revision);
	korch_object_unref(object);
	return text;
}

static void append_object(char *text, const korch_object *object)
{
	size_t length = strlen(text);
	snprintf(text + length, TEXT_MAX - length, "%s=%.20s ", korch_object_name(object),
	         value_of(object));
}

void on_list(void *userdata, int code, const korch_list_page *page)
{
	ck_assert_msg(!is_inside, "a completion came from inside of a call");
	listing *out = userdata;
	ck_assert_int_eq(code == 0, page != NULL);
	out->code = code;
	out->is_done = 1;
	if (!page)
		return;
	out->revision = page->revision;
	out->n = page->n;
	out->remaining = page->remaining;
	out->objects = calloc(page->n + 1, sizeof(*out->objects));
	out->token = page->continue_token ? strdup(page->continue_token) : NULL;
	for (size_t i = 0; i < page->n; i++) {
		out->objects[i] = korch_object_ref(page->objects[i]);
		append_object(out->text, page->objects[i]);
	}
}

listing *list(const korch_list_query *query)
{
	listing *out = calloc(1, sizeof(*out));
	is_inside = 1;
	ck_assert_int_eq(korch_store_list(store, query, on_list, out), 0);
	is_inside = 0;
	wait_for(&out->is_done);
	return out;
}

void listing_free(listing *page)
{
	for (size_t i = 0; i < page->n; i++)
		korch_object_unref(page->objects[i]);
	free(page->objects);
	free(page->token);
	free(page);
}

const char *list_text(korch_list_query query, size_t limit)
{
	static char text[TEXT_MAX];
	text[0] = '\0';
	uint64_t revision = 0;
	query.limit = limit;
	for (char *token = NULL;;) {
		query.continue_token = token;
		listing *page = list(&query);
		ck_assert_int_eq(page->code, 0);
		ck_assert_msg(!limit || page->n <= limit, "a page is longer than its limit");
		ck_assert_msg(!page->token || page->n > 0, "an empty page is not the last");
		ck_assert_msg(page->token || page->remaining == 0, "something is behind the last page");
		ck_assert_msg(!revision || revision == page->revision, "pages of two revisions");
		revision = page->revision;
		strncat(text, page->text, sizeof(text) - strlen(text) - 1);
		free(token);
		token = page->token;
		page->token = NULL;
		listing_free(page);
		if (!token)
			return text;
	}
}

/* Watches */

void on_ready(void *userdata)
{
	ck_assert_msg(!is_inside, "a ready function was called from inside of a call");
	((test_watch *)userdata)->ready++;
}

void watch_open(test_watch *out, const korch_watch_query *query, int code)
{
	*out = (test_watch){0};
	is_inside = 1;
	int r = korch_store_watch(&out->watch, store, query, on_ready, out);
	is_inside = 0;
	ck_assert_int_eq(r, code);
}

/* Appends what can be read now. */
static void read_changes(test_watch *watcher, char *text)
{
	static const char marks[] = "+*-";
	korch_change change;
	int r;
	is_inside = 1;
	while ((r = korch_watch_next(watcher->watch, &change)) == 1) {
		size_t length = strlen(text);
		ck_assert_uint_eq(change.object->revision, change.revision);
		snprintf(text + length, TEXT_MAX - length, "%c%s=%.20s@%llu ", marks[change.type],
		         korch_object_name(change.object), value_of(change.object),
		         (unsigned long long)change.revision);
	}
	is_inside = 0;
	ck_assert_int_eq(r, 0);
}

void watch_expect(test_watch *watcher, const char *format, ...)
{
	char expected[TEXT_MAX], text[TEXT_MAX] = "";
	va_list args;
	va_start(args, format);
	vsnprintf(expected, sizeof(expected), format, args);
	va_end(args);
	do {
		settle();
		read_changes(watcher, text);
		/* In real time changes may come by another way than reads, and take some more turns. */
	} while (fixture_is_late() && strlen(text) < strlen(expected));
	ck_assert_str_eq(text, expected);
}

void wait_ready(const test_watch *watcher, int n)
{
	while (watcher->ready < n) {
		settle();
		if (!fixture_is_late())
			ck_assert_int_ge(watcher->ready, n);
	}
	/* What comes late may be told in parts. */
	ck_assert_int_eq(watcher->ready == n || fixture_factory()->late, 1);
}
