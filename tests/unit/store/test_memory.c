/*
 * The memory store where the conformance suite cannot look: its bounded history, and each of its
 * allocations failing once. Everything else about it is in tests/conformance.
 */
#include "base/alloc.h"
#include "unit.h"
#include <korch/api.h>
#include <korch/store.h>
#include <stdio.h>
#include <string.h>

static korch_loop *loop;
static korch_store *store;

static void open_store(size_t history)
{
	ck_assert_int_eq(korch_loop_new_virtual(&loop, 0, NULL), 0);
	ck_assert_int_eq(korch_store_memory_new(&store, loop, history, NULL), 0);
}

static void close_store(void)
{
	korch_store_free(store);
	store = NULL;
	korch_loop_free(loop);
}

static korch_object *make(const char *name, const char *value)
{
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_new(&object, &korch_config_map_kind), 0);
	korch_object_meta *meta = korch_object_edit_meta(object);
	ck_assert_int_eq(korch_string_set(&meta->name, name), 0);
	ck_assert_int_eq(korch_string_set(&meta->namespace_, "ns"), 0);
	ck_assert_int_eq(korch_map_set(&meta->annotations, "value", value), 0);
	return object;
}

static korch_key key_of(const char *name)
{
	return (korch_key){&korch_config_map_kind, "ns", name};
}

/* How often completions ran, and what the last said. */
static struct {
	int calls, code;
	uint64_t revision;
	char text[4096];
} last;

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	(void)userdata;
	last.calls++;
	last.code = code;
	last.revision = result->revision;
}

static void on_list(void *userdata, int code, const korch_list_page *page)
{
	(void)userdata;
	last.calls++;
	last.code = code;
	last.text[0] = '\0';
	for (size_t i = 0; page && i < page->n; i++) {
		const korch_map *annotations = page->objects[i]->metadata->annotations;
		sprintf(last.text + strlen(last.text), "%s=%s ", korch_object_name(page->objects[i]),
		        korch_map_get(annotations, "value"));
	}
}

static void turn(void)
{
	korch_loop_step(loop, 0);
}

static uint64_t put(const char *name, const char *value)
{
	korch_write write = {.object = make(name, value), .expected = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_store_commit(store, &write, 1, on_commit, NULL), 0);
	turn();
	ck_assert_int_eq(last.code, 0);
	return last.revision;
}

static const char *list_at(uint64_t revision)
{
	korch_list_query query = {.revision = revision};
	ck_assert_int_eq(korch_store_list(store, &query, on_list, NULL), 0);
	turn();
	return last.text;
}

START_TEST(arguments)
{
	open_store(0);
	korch_store *none = NULL;
	ck_assert_int_eq(korch_store_memory_new(NULL, loop, 0, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_store_memory_new(&none, NULL, 0, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_store_memory_new(&none, loop, SIZE_MAX, NULL), KORCH_E_INVALID);
	ck_assert_str_eq(korch_store_name(store), "memory");
	close_store();
}
END_TEST

/* Of eight changes the last four are kept. */
START_TEST(history_is_bounded)
{
	open_store(4);
	korch_watch *slow = NULL, *prompt = NULL;
	korch_watch_query query = {0};
	ck_assert_int_eq(korch_store_watch(&slow, store, &query, NULL, NULL), 0);
	ck_assert_int_eq(korch_store_watch(&prompt, store, &query, NULL, NULL), 0);
	korch_change change;
	for (int i = 0; i < 8; i++) {
		char value[8];
		snprintf(value, sizeof(value), "%d", i);
		put("a", value);
		ck_assert_int_eq(korch_watch_next(prompt, &change), 1);
		ck_assert_int_eq(korch_watch_next(prompt, &change), 0);
	}
	ck_assert_int_eq(korch_watch_next(slow, &change), KORCH_E_COMPACTED);
	ck_assert_int_eq(korch_watch_next(slow, &change), KORCH_E_COMPACTED);
	ck_assert_uint_le(korch_watch_revision(slow), 4);
	ck_assert_str_eq(list_at(8), "a=7 ");
	ck_assert_str_eq(list_at(4), "a=3 ");
	list_at(3);
	ck_assert_int_eq(last.code, KORCH_E_COMPACTED);
	korch_watch_free(slow);
	korch_watch_free(prompt);
	close_store();
}
END_TEST

/* A transaction that is larger than the history. */
START_TEST(larger_than_the_history)
{
	open_store(2);
	korch_write writes[5];
	for (int i = 0; i < 5; i++) {
		char name[2] = {(char)('a' + i), '\0'};
		writes[i] = (korch_write){.object = make(name, "1")};
	}
	ck_assert_int_eq(korch_store_commit(store, writes, 5, on_commit, NULL), 0);
	turn();
	ck_assert_str_eq(list_at(0), "a=1 b=1 c=1 d=1 e=1 ");
	put("a", "2");
	ck_assert_str_eq(list_at(1), "a=1 b=1 c=1 d=1 e=1 ");
	close_store();
}
END_TEST

/*
 * A transaction of every sort of write, with its n-th allocation failing. Returns what the call
 * did.
 */
static int try_commit(uint64_t n, uint64_t b)
{
	korch_object *shared = make("d", "new");
	korch_write writes[12] = {
	    {.object = make("a", "new")},
	    {.object = make("b", "2"), .expected = b},
	    {.op = KORCH_WRITE_DELETE, .key = key_of("c"), .expected = KORCH_REVISION_ANY},
	    {.object = korch_object_ref(shared)},
	};
	for (int i = 4; i < 12; i++) {
		char name[8];
		snprintf(name, sizeof(name), "e%d", i);
		writes[i] = (korch_write){.object = make(name, "new")};
	}
	last.calls = 0;
	korch__alloc_fail_at(n);
	int r = korch_store_commit(store, writes, 12, on_commit, NULL);
	korch__alloc_fail_at(0);
	turn();
	ck_assert_int_eq(korch_block_is_unique(shared), 1);
	korch_object_unref(shared);
	ck_assert_int_eq(last.calls, r == 0);
	return r;
}

START_TEST(failing_commits_change_nothing)
{
	open_store(0);
	korch_watch *watch = NULL;
	korch_watch_query query = {.since = KORCH_REVISION_ANY};
	put("c", "1");
	uint64_t b = put("b", "1");
	ck_assert_int_eq(korch_store_watch(&watch, store, &query, NULL, NULL), 0);
	korch_change change;
	uint64_t n = 1;
	for (int r; (r = try_commit(n, b)) != 0; n++) {
		ck_assert_int_eq(r, KORCH_E_NOMEM);
		ck_assert_str_eq(list_at(0), "b=1 c=1 ");
		ck_assert_int_eq(korch_watch_next(watch, &change), 0);
	}
	ck_assert_uint_gt(n, 4);
	ck_assert_int_eq(last.code, 0);
	ck_assert_uint_eq(last.revision, b + 1);
	ck_assert_str_eq(list_at(0), "a=new b=2 d=new e10=new e11=new e4=new e5=new e6=new e7=new "
	                             "e8=new e9=new ");
	ck_assert_int_eq(korch_watch_next(watch, &change), 1);
	korch_watch_free(watch);
	close_store();
}
END_TEST

START_TEST(failing_reads)
{
	open_store(0);
	for (int i = 0; i < 40; i++) {
		char name[8];
		snprintf(name, sizeof(name), "n%02d", i);
		put(name, "1");
	}
	put("n00", "2");
	put("n40", "2");
	/* At an older revision, a page with a token. */
	korch_list_query query = {.revision = 40, .limit = 30};
	last.calls = 0;
	uint64_t n = 1;
	for (int r = KORCH_E_NOMEM; r < 0; n++) {
		korch__alloc_fail_at(n);
		r = korch_store_list(store, &query, on_list, NULL);
		korch__alloc_fail_at(0);
		turn();
		ck_assert_int_eq(r == 0 || r == KORCH_E_NOMEM, 1);
		ck_assert_int_eq(last.calls, r == 0);
	}
	ck_assert_uint_gt(n, 4);
	ck_assert_int_eq(last.code, 0);
	close_store();
}
END_TEST

START_TEST(failing_to_open)
{
	ck_assert_int_eq(korch_loop_new_virtual(&loop, 0, NULL), 0);
	for (uint64_t n = 1; !store; n++) {
		korch__alloc_fail_at(n);
		int r = korch_store_memory_new(&store, loop, 0, NULL);
		korch__alloc_fail_at(0);
		ck_assert_int_eq(r, store ? 0 : KORCH_E_NOMEM);
	}
	korch_watch *watch = NULL;
	for (uint64_t n = 1; !watch; n++) {
		korch__alloc_fail_at(n);
		int r = korch_store_watch(&watch, store, &(korch_watch_query){0}, NULL, NULL);
		korch__alloc_fail_at(0);
		ck_assert_int_eq(r, watch ? 0 : KORCH_E_NOMEM);
	}
	korch_watch_free(watch);
	close_store();
}
END_TEST

KORCH_SUITE(store_memory)
{
	Suite *suite = suite_create("store memory");
	KORCH_CASE(suite, "memory", arguments, history_is_bounded, larger_than_the_history,
	           failing_commits_change_nothing, failing_reads, failing_to_open);
	return suite;
}
