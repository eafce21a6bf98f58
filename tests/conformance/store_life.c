/* Opening, closing, freeing; tables with holes; what a durable store keeps. */
#include "store_fixture.h"
#include <string.h>

START_TEST(names)
{
	fixture_open(_i);
	ck_assert_ptr_nonnull(korch_store_name(store));
	ck_assert_uint_gt(strlen(korch_store_name(store)), 0);
	korch_store_free(NULL);
	korch_store_close(NULL);
	fixture_close();
}
END_TEST

/* Starts one call of each sort; their outcomes count calls and keep the code. */
static void on_get_code(void *userdata, int code, const korch_object *object)
{
	ck_assert_int_eq(code == 0, object != NULL);
	on_commit(userdata, code, &(korch_commit_result){0});
}

static void on_list_code(void *userdata, int code, const korch_list_page *page)
{
	ck_assert_int_eq(code == 0, page != NULL);
	on_commit(userdata, code, &(korch_commit_result){0});
}

static void start_all(outcome outs[4])
{
	memset(outs, 0, 4 * sizeof(*outs));
	korch_write write = put_write("b", "2", KORCH_REVISION_ANY);
	korch_key key = key_of("a");
	korch_list_query query = {0};
	is_inside = 1;
	ck_assert_int_eq(korch_store_commit(store, &write, 1, on_commit, &outs[0]), 0);
	ck_assert_int_eq(korch_store_get(store, &key, on_get_code, &outs[1]), 0);
	ck_assert_int_eq(korch_store_list(store, &query, on_list_code, &outs[2]), 0);
	ck_assert_int_eq(korch_store_compact(store, 0, on_commit, &outs[3]), 0);
	is_inside = 0;
}

static void expect_closed(const outcome outs[4])
{
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(outs[i].calls, 1);
		ck_assert_int_eq(outs[i].code, KORCH_E_CLOSED);
	}
}

static void expect_refusal(void)
{
	outcome out = {0};
	korch_key key = key_of("a");
	korch_list_query list_query = {0};
	korch_watch_query watch_query = {0};
	korch_watch *watch = NULL;
	korch_write write = put_write("c", "2", KORCH_REVISION_ANY);
	korch_object *object = korch_object_ref(write.object);
	const int closed = KORCH_E_CLOSED;
	ck_assert_int_eq(korch_store_commit(store, &write, 1, on_commit, &out), closed);
	ck_assert_int_eq(korch_block_is_unique(object), 1);
	korch_object_unref(object);
	ck_assert_int_eq(korch_store_get(store, &key, on_get_code, &out), closed);
	ck_assert_int_eq(korch_store_list(store, &list_query, on_list_code, &out), closed);
	ck_assert_int_eq(korch_store_compact(store, 0, on_commit, &out), closed);
	ck_assert_int_eq(korch_store_watch(&watch, store, &watch_query, on_ready, NULL), closed);
	ck_assert_int_eq(out.calls, 0);
}

START_TEST(closing)
{
	fixture_open(_i);
	put("a", "1");
	test_watch watcher;
	watch_open(&watcher, &(korch_watch_query){.since = 0}, 0);
	outcome outs[4];
	start_all(outs);
	is_inside = 1;
	korch_store_close(store);
	korch_store_close(store);
	is_inside = 0;
	expect_refusal();
	for (int i = 0; i < 4; i++)
		wait_for(&outs[i].is_done);
	expect_closed(outs);
	korch_change change;
	ck_assert_int_eq(korch_watch_next(watcher.watch, &change), KORCH_E_CLOSED);
	korch_watch_free(watcher.watch);
	fixture_close();
	expect_closed(outs);
}
END_TEST

START_TEST(freeing_delivers)
{
	fixture_open(_i);
	put("a", "1");
	outcome outs[4];
	start_all(outs);
	korch_store_free(store);
	expect_closed(outs);
	store = NULL;
	fixture_close();
	expect_closed(outs);
}
END_TEST

START_TEST(watches_may_outlive)
{
	fixture_open(_i);
	put("a", "1");
	test_watch watcher;
	watch_open(&watcher, &(korch_watch_query){.since = 0}, 0);
	korch_store_free(store);
	store = NULL;
	korch_change change;
	ck_assert_int_eq(korch_watch_next(watcher.watch, &change), KORCH_E_CLOSED);
	korch_watch_free(watcher.watch);
	fixture_close();
}
END_TEST

static void free_store(void *userdata, int code, const korch_commit_result *result)
{
	on_commit(userdata, code, result);
	korch_store_free(store);
	store = NULL;
}

START_TEST(freeing_in_a_completion)
{
	fixture_open(_i);
	korch_write write = put_write("a", "1", KORCH_REVISION_ANY);
	outcome outs[2] = {{0}};
	ck_assert_int_eq(korch_store_commit(store, &write, 1, free_store, &outs[0]), 0);
	korch_key key = key_of("a");
	ck_assert_int_eq(korch_store_get(store, &key, on_get_code, &outs[1]), 0);
	wait_for(&outs[0].is_done);
	ck_assert_int_eq(outs[0].calls, 1);
	ck_assert_int_eq(outs[1].calls, 1);
	fixture_close();
}
END_TEST

START_TEST(keeping)
{
	fixture_open(_i);
	uint64_t a = put("a", "1");
	uint64_t b = put("b", "1");
	commit_one(delete_write("b", b), 0);
	uint64_t newest = put("c", "3");
	if (fixture_reopen()) {
		ck_assert_str_eq(list_text((korch_list_query){0}, 0), "a=1 c=3 ");
		listing *page = list(&(korch_list_query){0});
		ck_assert_uint_eq(page->revision, newest);
		ck_assert_uint_eq(page->objects[0]->revision, a);
		listing_free(page);
		commit_one(put_write("a", "2", a + 1), KORCH_E_CONFLICT);
		ck_assert_uint_gt(commit_one(put_write("a", "2", a), 0), newest);
	}
	fixture_close();
}
END_TEST

/* Tables that are not complete are refused, whichever slot is empty. */
static int no_call(void)
{
	return 0;
}

START_TEST(holes_are_refused)
{
	typedef int (*slot)(void);
	enum { SLOTS = (sizeof(korch_store_ops) - offsetof(korch_store_ops, commit)) / sizeof(slot) };
	korch_store_ops ops = {.size = sizeof(ops), .name = "holes"};
	char *slots = (char *)&ops + offsetof(korch_store_ops, commit);
	korch_store *none = NULL;
	slot filled = no_call;
	const size_t begin = offsetof(korch_store_ops, commit);
	const size_t optional[] = {(offsetof(korch_store_ops, writes_max) - begin) / sizeof(slot),
	                           (offsetof(korch_store_ops, reseal) - begin) / sizeof(slot)};
	for (size_t hole = 0; hole < SLOTS; hole++) {
		if (hole == optional[0] || hole == optional[1])
			continue;
		for (size_t i = 0; i < SLOTS; i++)
			memcpy(slots + i * sizeof(slot), &filled, sizeof(slot));
		memset(slots + hole * sizeof(slot), 0, sizeof(slot));
		korch_error *err = NULL;
		ck_assert_int_eq(korch_store_register(&none, &ops, NULL, &err), KORCH_E_INVALID);
		ck_assert_int_eq(korch_error_code(err), KORCH_E_INVALID);
		korch_error_free(err);
		ck_assert_ptr_null(none);
	}
	ops.size--;
	ck_assert_int_eq(korch_store_register(&none, &ops, NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(_i >= 0, 1);
}
END_TEST

void add_life_tests(Suite *suite, int i)
{
	ADD_TESTS(suite, "life", i, names, closing, freeing_delivers, watches_may_outlive,
	          freeing_in_a_completion, keeping, holes_are_refused);
}
