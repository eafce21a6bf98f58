/* Transactions and single reads. */
#include "store_fixture.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(put_and_get)
{
	fixture_open(_i);
	uint64_t revision = commit_one(put_write("a", "1", KORCH_REVISION_NONE), 0);
	ck_assert_uint_gt(revision, 0);
	korch_key key = key_of("a");
	korch_object *object = get(&key);
	ck_assert_ptr_nonnull(object);
	ck_assert_ptr_eq(object->kind, config_map);
	ck_assert_uint_eq(object->revision, revision);
	korch_object *same = make(config_map, "ns", "a", "1");
	ck_assert_int_eq(korch_object_equal(object, same), 1);
	korch_object_unref(same);
	korch_object_unref(object);
	key.namespace_ = "other";
	ck_assert_ptr_null(get(&key));
	fixture_close();
}
END_TEST

/*
 * Kinds and namespaces are part of the key; kinds without a struct and without a namespace are
 * stored as well.
 */
START_TEST(keys_of_all_kinds)
{
	fixture_open(_i);
	korch_object *objects[] = {make(config_map, "ns", "a", "1"), make(config_map, "ns-2", "a", "2"),
	                           make(widget, "ns", "a", "3"), make(space, "", "a", "4")};
	for (size_t i = 0; i < 4; i++) {
		korch_object_ref(objects[i]);
		commit_one((korch_write){.op = KORCH_WRITE_PUT, .object = objects[i]}, 0);
	}
	for (size_t i = 0; i < 4; i++) {
		korch_key key = korch_object_key(objects[i]);
		korch_object *object = get(&key);
		ck_assert_ptr_nonnull(object);
		ck_assert_int_eq(korch_object_equal(object, objects[i]), 1);
		korch_object_unref(object);
		korch_object_unref(objects[i]);
	}
	fixture_close();
}
END_TEST

/* Each operation with each expectation, on a key that is stored and on one that is not. */
START_TEST(expectations)
{
	enum { ANY, NONE, RIGHT, WRONG };
	static const struct {
		int is_there, expected, code;
	} rows[] = {
	    {0, ANY, 0},
	    {0, NONE, 0},
	    {0, WRONG, KORCH_E_NOT_FOUND},
	    {1, ANY, 0},
	    {1, NONE, KORCH_E_EXISTS},
	    {1, RIGHT, 0},
	    {1, WRONG, KORCH_E_CONFLICT},
	};
	fixture_open(_i);
	put("before", "0");
	for (size_t i = 0; i < 3 * sizeof(rows) / sizeof(rows[0]); i++) {
		const int row = (int)(i / 3), op = (int)(i % 3);
		uint64_t right = put("a", "1");
		if (!rows[row].is_there)
			right = commit_one(delete_write("a", right), 0);
		const uint64_t expected[] = {KORCH_REVISION_ANY, KORCH_REVISION_NONE, right, right - 1};
		uint64_t wanted = expected[rows[row].expected];
		korch_write write = op == KORCH_WRITE_PUT      ? put_write("a", "2", wanted)
		                    : op == KORCH_WRITE_DELETE ? delete_write("a", wanted)
		                                               : check_write("a", wanted);
		outcome out = commit_many(&write, 1);
		ck_assert_msg(out.code == rows[row].code, "row %d, operation %d: %d", row, op, out.code);
		ck_assert_uint_eq(out.result.failed, 0);
		int is_put = op == KORCH_WRITE_PUT && out.code == 0;
		int is_gone = op == KORCH_WRITE_DELETE && out.code == 0;
		int is_there = is_put || (rows[row].is_there && !is_gone);
		ck_assert_int_eq(read_text("a")[0], is_put ? '2' : is_there ? '1' : '-');
	}
	fixture_close();
}
END_TEST

START_TEST(all_or_nothing)
{
	fixture_open(_i);
	uint64_t a = put("a", "1"), newest = put("b", "1");
	korch_write writes[] = {put_write("c", "2", KORCH_REVISION_NONE), delete_write("a", a),
	                        put_write("b", "2", newest - 1), put_write("d", "2", 77)};
	outcome out = commit_many(writes, 4);
	ck_assert_int_eq(out.code, KORCH_E_CONFLICT);
	ck_assert_uint_eq(out.result.failed, 2);
	ck_assert_uint_eq(out.result.revision, newest);
	ck_assert_str_eq(list_text((korch_list_query){0}, 0), "a=1 b=1 ");
	writes[0] = put_write("c", "2", KORCH_REVISION_NONE);
	writes[2] = check_write("b", newest);
	writes[3] = put_write("d", "2", 77);
	out = commit_many(writes, 4);
	ck_assert_int_eq(out.code, KORCH_E_NOT_FOUND);
	ck_assert_uint_eq(out.result.failed, 3);
	ck_assert_str_eq(list_text((korch_list_query){0}, 0), "a=1 b=1 ");
	writes[0] = put_write("c", "2", KORCH_REVISION_NONE);
	out = commit_many(writes, 3);
	ck_assert_int_eq(out.code, 0);
	ck_assert_str_eq(list_text((korch_list_query){0}, 0), "b=1 c=2 ");
	fixture_close();
}
END_TEST

START_TEST(revisions)
{
	fixture_open(_i);
	uint64_t last = put("x", "0");
	for (int i = 0; i < 5; i++) {
		korch_write writes[] = {put_write("a", "1", KORCH_REVISION_ANY),
		                        put_write("b", "1", KORCH_REVISION_ANY),
		                        put_write("c", "1", KORCH_REVISION_ANY)};
		outcome out = commit_many(writes, 3);
		ck_assert_uint_gt(out.result.revision, last);
		last = out.result.revision;
		for (int k = 0; k < 3; k++) {
			korch_key key = key_of(k == 0 ? "a" : k == 1 ? "b" : "c");
			korch_object *object = get(&key);
			ck_assert_uint_eq(object->revision, last);
			korch_object_unref(object);
		}
	}
	/* What changes nothing makes no revision. */
	ck_assert_uint_eq(commit_one(put_write("a", "2", KORCH_REVISION_NONE), KORCH_E_EXISTS), last);
	ck_assert_uint_eq(commit_one(check_write("a", last), 0), last);
	ck_assert_uint_eq(commit_one(check_write("no", KORCH_REVISION_NONE), 0), last);
	ck_assert_uint_eq(commit_one(delete_write("no", KORCH_REVISION_ANY), 0), last);
	/* Deleting is a change; what is made again is newer. */
	uint64_t deleted = commit_one(delete_write("a", last), 0);
	ck_assert_uint_gt(deleted, last);
	ck_assert_uint_gt(commit_one(put_write("a", "3", KORCH_REVISION_NONE), 0), deleted);
	fixture_close();
}
END_TEST

static void refuse(const korch_write *writes, size_t n, korch_commit_fn fn, int code)
{
	outcome out = {0};
	ck_assert_int_eq(korch_store_commit(store, writes, n, fn, &out), code);
	settle();
	ck_assert_int_eq(out.calls, 0);
}

/* The store takes the references of PUT objects in any case. */
START_TEST(refused_arguments)
{
	fixture_open(_i);
	korch_write write = put_write("a", "1", KORCH_REVISION_ANY);
	korch_object *object = korch_object_ref(write.object);
	korch_write twice[] = {write, delete_write("a", KORCH_REVISION_ANY)};
	refuse(twice, 2, on_commit, KORCH_E_INVALID);
	ck_assert_int_eq(korch_block_is_unique(object), 1);
	korch_object_ref(object);
	refuse(&write, 1, NULL, KORCH_E_INVALID);
	ck_assert_int_eq(korch_block_is_unique(object), 1);
	korch_object_unref(object);
	refuse(&write, 0, on_commit, KORCH_E_INVALID);
	write = (korch_write){.op = KORCH_WRITE_PUT};
	refuse(&write, 1, on_commit, KORCH_E_INVALID);
	write = (korch_write){.op = 9, .key = key_of("a")};
	refuse(&write, 1, on_commit, KORCH_E_INVALID);
	write = delete_write("", KORCH_REVISION_ANY);
	refuse(&write, 1, on_commit, KORCH_E_INVALID);
	write = delete_write("a/b", KORCH_REVISION_ANY);
	refuse(&write, 1, on_commit, KORCH_E_INVALID);
	const size_t max = korch_store_writes_max(store);
	korch_write *many = calloc(max + 1, sizeof(*many));
	for (size_t i = 0; i <= max; i++)
		many[i] = delete_write("a", KORCH_REVISION_ANY);
	refuse(many, max + 1, on_commit, KORCH_E_LIMIT);
	free(many);
	korch_key no_name = {config_map, "ns", NULL};
	ck_assert_int_eq(korch_store_get(store, &no_name, NULL, NULL), KORCH_E_INVALID);
	korch_list_query no_kind = {.namespace_ = "ns"};
	ck_assert_int_eq(korch_store_list(store, &no_kind, on_list, NULL), KORCH_E_INVALID);
	ck_assert_str_eq(list_text((korch_list_query){0}, 0), "");
	fixture_close();
}
END_TEST

START_TEST(references_are_taken)
{
	fixture_open(_i);
	put("a", "1");
	korch_write write = put_write("a", "2", KORCH_REVISION_NONE);
	korch_object *object = korch_object_ref(write.object);
	commit_one(write, KORCH_E_EXISTS);
	ck_assert_int_eq(korch_block_is_unique(object), 1);
	ck_assert_uint_eq(object->revision, 0);
	/* An object that somebody else refers to as well stays as it is. */
	korch_object_ref(object);
	uint64_t revision =
	    commit_one((korch_write){.object = object, .expected = KORCH_REVISION_ANY}, 0);
	ck_assert_uint_eq(object->revision, 0);
	korch_key key = key_of("a");
	korch_object *stored = get(&key);
	ck_assert_uint_eq(stored->revision, revision);
	ck_assert_int_eq(korch_object_equal(stored, object), 1);
	korch_object_unref(stored);
	korch_object_unref(object);
	fixture_close();
}
END_TEST

START_TEST(largest_transaction)
{
	fixture_open(_i);
	const size_t max = korch_store_writes_max(store);
	korch_write *writes = calloc(max, sizeof(*writes));
	char name[32];
	for (size_t i = 0; i < max; i++) {
		/* Not in the order of keys. */
		snprintf(name, sizeof(name), "n%05zu", i * 7919 % max);
		writes[i] = put_write(name, "1", KORCH_REVISION_NONE);
	}
	outcome out = commit_many(writes, max);
	ck_assert_int_eq(out.code, 0);
	listing *page = list(&(korch_list_query){.kind = config_map});
	ck_assert_uint_eq(page->n, max);
	for (size_t i = 0; i < page->n; i++) {
		ck_assert_uint_eq(page->objects[i]->revision, out.result.revision);
		korch_key key = korch_object_key(page->objects[i]);
		writes[i] =
		    (korch_write){.op = KORCH_WRITE_DELETE, .key = key, .expected = out.result.revision};
	}
	/* The last one does not hold: all stay. */
	writes[max - 1].expected++;
	out = commit_many(writes, max);
	ck_assert_int_eq(out.code, KORCH_E_CONFLICT);
	ck_assert_uint_eq(out.result.failed, max - 1);
	writes[max - 1].expected--;
	ck_assert_int_eq(commit_many(writes, max).code, 0);
	ck_assert_str_eq(list_text((korch_list_query){0}, 0), "");
	listing_free(page);
	free(writes);
	fixture_close();
}
END_TEST

START_TEST(big_objects)
{
	fixture_open(_i);
	const size_t size = 1024 * 1024;
	char *text = malloc(size + 1);
	memset(text, 'x', size);
	text[size] = '\0';
	for (int i = 0; i < 4; i++) {
		text[i] = 'y';
		put("big", text);
	}
	korch_key key = key_of("big");
	korch_object *object = get(&key);
	ck_assert_str_eq(value_of(object), text);
	korch_object_unref(object);
	free(text);
	fixture_close();
}
END_TEST

static void commit_again(void *userdata, int code, const korch_commit_result *result)
{
	on_commit(userdata, code, result);
	start_commit((outcome *)userdata + 1,
	             &(korch_write){.op = KORCH_WRITE_CHECK, .key = key_of("a")}, 1);
}

START_TEST(calls_from_a_completion)
{
	fixture_open(_i);
	outcome outs[2] = {{0}};
	korch_write write = put_write("b", "1", KORCH_REVISION_ANY);
	ck_assert_int_eq(korch_store_commit(store, &write, 1, commit_again, outs), 0);
	wait_for(&outs[1].is_done);
	settle();
	ck_assert_int_eq(outs[0].calls, 1);
	ck_assert_int_eq(outs[1].calls, 1);
	ck_assert_int_eq(outs[1].code, 0);
	fixture_close();
}
END_TEST

/*
 * Of many transactions on one key that expect the same revision one succeeds; each is answered
 * once.
 */
START_TEST(one_of_many_wins)
{
	fixture_open(_i);
	uint64_t revision = put("a", "0");
	outcome outs[20];
	for (int i = 0; i < 20; i++) {
		korch_write write = put_write("a", i == 0 ? "first" : "later", revision);
		start_commit(&outs[i], &write, 1);
	}
	int n_won = 0;
	for (int i = 0; i < 20; i++) {
		wait_for(&outs[i].is_done);
		n_won += outs[i].code == 0;
		ck_assert_int_eq(outs[i].code == 0 || outs[i].code == KORCH_E_CONFLICT, 1);
	}
	settle();
	ck_assert_int_eq(n_won, 1);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(outs[i].calls, 1);
	fixture_close();
}
END_TEST

void add_commit_tests(Suite *suite, int i)
{
	ADD_TESTS(suite, "commit", i, put_and_get, keys_of_all_kinds, expectations, all_or_nothing,
	          revisions, refused_arguments, references_are_taken, largest_transaction, big_objects,
	          calls_from_a_completion, one_of_many_wins);
}
