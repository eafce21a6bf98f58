/* Watches: order, no gaps, selection, waking, resuming, compaction. */
#include "store_fixture.h"
#include <stdio.h>
#include <string.h>

typedef unsigned long long ull;

START_TEST(from_now_on)
{
	fixture_open(_i);
	put("a", "1");
	test_watch watcher;
	watch_open(&watcher, &(korch_watch_query){.since = KORCH_REVISION_ANY}, 0);
	watch_expect(&watcher, "%s", "");
	uint64_t b = put("b", "1"), a = put("a", "2");
	uint64_t gone = commit_one(delete_write("b", KORCH_REVISION_ANY), 0);
	watch_expect(&watcher, "+b=1@%llu *a=2@%llu -b=1@%llu ", (ull)b, (ull)a, (ull)gone);
	uint64_t again = put("b", "3");
	watch_expect(&watcher, "+b=3@%llu ", (ull)again);
	korch_watch_free(watcher.watch);
	korch_watch_free(NULL);
	fixture_close();
}
END_TEST

START_TEST(from_a_revision)
{
	fixture_open(_i);
	uint64_t revisions[4] = {0};
	char name[2] = "a";
	for (size_t i = 1; i < 4; i++, name[0]++)
		revisions[i] = put(name, "1");
	for (size_t i = 0; i < 4; i++) {
		test_watch watcher;
		watch_open(&watcher, &(korch_watch_query){.since = revisions[i]}, 0);
		char text[256] = "";
		for (size_t k = i + 1; k < 4; k++)
			snprintf(text + strlen(text), 64, "+%c=1@%llu ", (int)('a' + k - 1), (ull)revisions[k]);
		watch_expect(&watcher, "%s", text);
		korch_watch_free(watcher.watch);
	}
	fixture_close();
}
END_TEST

/* A revision that does not exist yet: nothing up to it is given. */
START_TEST(from_the_future)
{
	fixture_open(_i);
	uint64_t first = put("a", "1");
	test_watch watcher;
	watch_open(&watcher, &(korch_watch_query){.since = first + 1}, 0);
	uint64_t second = put("b", "1"), third = put("c", "1");
	if (second == first + 1)
		watch_expect(&watcher, "+c=1@%llu ", (ull)third);
	korch_watch_free(watcher.watch);
	fixture_close();
}
END_TEST

/* The state before, when the store tells it; the last state of what was deleted. */
START_TEST(states)
{
	fixture_open(_i);
	uint64_t before = put("a", "1");
	test_watch watcher;
	watch_open(&watcher, &(korch_watch_query){.since = before}, 0);
	uint64_t changed = put("a", "2");
	uint64_t deleted = commit_one(delete_write("a", changed), 0);
	wait_ready(&watcher, 1);
	korch_change change;
	ck_assert_int_eq(korch_watch_next(watcher.watch, &change), 1);
	ck_assert_int_eq(change.type, KORCH_CHANGE_MODIFIED);
	ck_assert_str_eq(value_of(change.object), "2");
	if (change.previous) {
		ck_assert_str_eq(value_of(change.previous), "1");
		ck_assert_uint_eq(change.previous->revision, before);
	}
	while (korch_watch_next(watcher.watch, &change) == 0)
		settle();
	ck_assert_int_eq(change.type, KORCH_CHANGE_DELETED);
	ck_assert_str_eq(value_of(change.object), "2");
	ck_assert_uint_eq(change.object->revision, deleted);
	if (change.previous) {
		ck_assert_str_eq(value_of(change.previous), "2");
		ck_assert_uint_eq(change.previous->revision, changed);
	}
	korch_watch_free(watcher.watch);
	fixture_close();
}
END_TEST

START_TEST(selection)
{
	fixture_open(_i);
	test_watch all, maps, there, widgets;
	watch_open(&all, &(korch_watch_query){0}, 0);
	watch_open(&maps, &(korch_watch_query){.kind = config_map}, 0);
	watch_open(&there, &(korch_watch_query){.kind = config_map, .namespace_ = "ns-1"}, 0);
	watch_open(&widgets, &(korch_watch_query){.kind = widget}, 0);
	ull a = put("a", "1");
	ull b = commit_one((korch_write){.object = make(config_map, "ns-1", "b", "1")}, 0);
	ull c = commit_one((korch_write){.object = make(widget, "ns-1", "c", "1")}, 0);
	ull d = commit_one((korch_write){.object = make(space, "", "ns-1", "1")}, 0);
	watch_expect(&all, "+a=1@%llu +b=1@%llu +c=1@%llu +ns-1=1@%llu ", a, b, c, d);
	watch_expect(&maps, "+a=1@%llu +b=1@%llu ", a, b);
	watch_expect(&there, "+b=1@%llu ", b);
	watch_expect(&widgets, "+c=1@%llu ", c);
	int before = widgets.ready;
	put("a", "2");
	settle();
	ck_assert_int_eq(widgets.ready, before);
	korch_watch_query no_kind = {.namespace_ = "ns"};
	korch_watch *none = NULL;
	ck_assert_int_eq(korch_store_watch(&none, store, &no_kind, on_ready, NULL), KORCH_E_INVALID);
	korch_watch_free(all.watch);
	korch_watch_free(maps.watch);
	korch_watch_free(there.watch);
	korch_watch_free(widgets.watch);
	fixture_close();
}
END_TEST

/* One call for all that came since the reader had read to the end. */
START_TEST(waking)
{
	fixture_open(_i);
	uint64_t first = put("a", "1");
	test_watch late, fresh;
	watch_open(&late, &(korch_watch_query){.since = 0}, 0);
	watch_open(&fresh, &(korch_watch_query){.since = first}, 0);
	wait_ready(&late, 1);
	settle();
	ck_assert_int_eq(fresh.ready, 0);
	/* Not read yet: no second call. */
	ull b = put("b", "1"), c = put("c", "1");
	settle();
	ck_assert_int_eq(late.ready, 1);
	watch_expect(&late, "+a=1@%llu +b=1@%llu +c=1@%llu ", (ull)first, b, c);
	settle();
	/* What comes late may be told in parts. */
	int is_once = !fixture_factory()->late;
	ck_assert_int_eq(late.ready == 1 || !is_once, 1);
	int before = late.ready;
	put("d", "1");
	put("e", "1");
	wait_ready(&late, before + 1);
	settle();
	ck_assert_int_eq(late.ready == before + 1 || !is_once, 1);
	korch_watch_free(late.watch);
	korch_watch_free(fresh.watch);
	fixture_close();
}
END_TEST

static uint64_t put_three(const char *value)
{
	korch_write writes[] = {put_write("a", value, KORCH_REVISION_ANY),
	                        put_write("b", value, KORCH_REVISION_ANY),
	                        put_write("c", value, KORCH_REVISION_ANY)};
	outcome out = commit_many(writes, 3);
	ck_assert_int_eq(out.code, 0);
	return out.result.revision;
}

/* Reading some, ending, and going on from korch_watch_revision() misses nothing. */
START_TEST(resuming)
{
	fixture_open(_i);
	put_three("1");
	uint64_t newest = put_three("2");
	put("d", "3");
	for (int n_read = 0; n_read <= 7; n_read++) {
		test_watch watcher;
		watch_open(&watcher, &(korch_watch_query){.since = 0}, 0);
		int is_seen[2][4] = {{0}}, n = 0;
		for (int part = 0; part < 2; part++) {
			korch_change change;
			while (n < (part ? 7 : n_read)) {
				if (korch_watch_next(watcher.watch, &change) == 0) {
					settle();
					continue;
				}
				int which = korch_object_name(change.object)[0] - 'a';
				n += !is_seen[change.revision == newest][which];
				is_seen[change.revision == newest][which] = 1;
			}
			uint64_t revision = korch_watch_revision(watcher.watch);
			if (n_read == 0)
				ck_assert_uint_eq(part ? 0 : revision, 0);
			korch_watch_free(watcher.watch);
			if (part == 0)
				watch_open(&watcher, &(korch_watch_query){.since = revision}, 0);
		}
		ck_assert_int_eq(n, 7);
	}
	fixture_close();
}
END_TEST

START_TEST(read_up_to)
{
	fixture_open(_i);
	test_watch watcher;
	watch_open(&watcher, &(korch_watch_query){.since = 0}, 0);
	uint64_t last = 0;
	for (int i = 0; i < 5; i++) {
		uint64_t revision = put_three("x");
		korch_change change;
		for (int n = 0; n < 3;) {
			int r = korch_watch_next(watcher.watch, &change);
			if (r == 0)
				settle();
			n += r;
			/* Of a transaction that was read in part the rest is still to come. */
			if (n > 0 && n < 3)
				ck_assert_uint_lt(korch_watch_revision(watcher.watch), revision);
		}
		ck_assert_uint_eq(change.revision, revision);
		ck_assert_uint_ge(korch_watch_revision(watcher.watch), last);
		last = korch_watch_revision(watcher.watch);
	}
	ck_assert_int_eq(korch_watch_next(watcher.watch, &(korch_change){0}), 0);
	korch_watch_free(watcher.watch);
	fixture_close();
}
END_TEST

START_TEST(failed_transactions_are_not_seen)
{
	fixture_open(_i);
	uint64_t a = put("a", "1");
	test_watch watcher;
	watch_open(&watcher, &(korch_watch_query){.since = a}, 0);
	korch_write writes[] = {put_write("b", "1", KORCH_REVISION_ANY),
	                        put_write("a", "2", KORCH_REVISION_NONE)};
	ck_assert_int_eq(commit_many(writes, 2).code, KORCH_E_EXISTS);
	commit_one(check_write("a", a), 0);
	commit_one(delete_write("no", KORCH_REVISION_ANY), 0);
	watch_expect(&watcher, "%s", "");
	ck_assert_int_eq(watcher.ready, 0);
	korch_watch_free(watcher.watch);
	fixture_close();
}
END_TEST

START_TEST(compacted)
{
	fixture_open(_i);
	uint64_t first = put("a", "1");
	test_watch slow, reader;
	watch_open(&slow, &(korch_watch_query){.since = 0}, 0);
	uint64_t second = put("a", "2"), third = put("a", "3");
	compact(second, 0);
	korch_watch *none = NULL;
	korch_watch_query query = {.since = first};
	ck_assert_int_eq(korch_store_watch(&none, store, &query, on_ready, NULL), KORCH_E_COMPACTED);
	query.since = second;
	watch_open(&reader, &query, 0);
	watch_expect(&reader, "*a=3@%llu ", (ull)third);
	/* What was fetched before may still be given; then it ends, and stays ended. */
	korch_change change;
	int r = 0;
	for (int n = 0; n < 4 && (r = korch_watch_next(slow.watch, &change)) >= 0; n++) {
		if (r == 0)
			settle();
		if (r == 1 && change.revision == third)
			break;
	}
	ck_assert_int_eq(r == KORCH_E_COMPACTED || (r == 1 && change.revision == third), 1);
	if (r == KORCH_E_COMPACTED)
		ck_assert_int_eq(korch_watch_next(slow.watch, &change), KORCH_E_COMPACTED);
	korch_watch_free(slow.watch);
	korch_watch_free(reader.watch);
	fixture_close();
}
END_TEST

/*
 * One that was opened a moment before a compaction to the revision behind it has all of that
 * revision, or nothing.
 */
START_TEST(compacted_while_it_opens)
{
	fixture_open(_i);
	for (int i = 0; i < 20; i++) {
		uint64_t before = put("a", "1");
		korch_write writes[] = {delete_write("a", before), put_write("b", "2", KORCH_REVISION_ANY)};
		outcome out = commit_many(writes, 2);
		test_watch watcher;
		watch_open(&watcher, &(korch_watch_query){.since = before}, 0);
		compact(out.result.revision, 0);
		korch_change change;
		int got;
		while ((got = korch_watch_next(watcher.watch, &change)) == 0)
			settle();
		if (got == 1)
			ck_assert_str_eq(korch_object_name(change.object), "a");
		else
			ck_assert_int_eq(got, KORCH_E_COMPACTED);
		korch_watch_free(watcher.watch);
	}
	fixture_close();
}
END_TEST

typedef struct watch_chain {
	korch_watch *watch;
	int calls;
} watch_chain;

static void free_in_ready(void *userdata)
{
	watch_chain *chain = userdata;
	korch_watch_free(chain->watch);
	chain->watch = NULL;
	if (++chain->calls < 3) {
		korch_watch_query query = {.since = 0};
		ck_assert_int_eq(korch_store_watch(&chain->watch, store, &query, free_in_ready, chain), 0);
	}
}

START_TEST(ending_in_ready)
{
	fixture_open(_i);
	watch_chain chains[3] = {{0}};
	korch_watch_query query = {.since = 0};
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(
		    korch_store_watch(&chains[i].watch, store, &query, free_in_ready, &chains[i]), 0);
	put("a", "1");
	for (int i = 0; i < 3; i++) {
		while (chains[i].calls < 3)
			settle();
		ck_assert_ptr_null(chains[i].watch);
	}
	settle();
	ck_assert_int_eq(chains[0].calls + chains[1].calls + chains[2].calls, 9);
	fixture_close();
}
END_TEST

/*
 * A change's objects are the reader's until the next call, whatever happens to the store meanwhile.
 */
START_TEST(borrowed_until_next)
{
	fixture_open(_i);
	test_watch watcher;
	watch_open(&watcher, &(korch_watch_query){.since = 0}, 0);
	uint64_t a = put("a", "1");
	korch_change change;
	while (korch_watch_next(watcher.watch, &change) == 0)
		settle();
	uint64_t newest = commit_one(delete_write("a", a), 0);
	compact(newest, 0);
	ck_assert_str_eq(value_of(change.object), "1");
	korch_watch_free(watcher.watch);
	fixture_close();
}
END_TEST

void add_watch_tests(Suite *suite, int i)
{
	ADD_TESTS(suite, "watch", i, from_now_on, from_a_revision, from_the_future, states, selection,
	          waking, resuming, read_up_to, failed_transactions_are_not_seen, compacted,
	          compacted_while_it_opens, ending_in_ready, borrowed_until_next);
}
