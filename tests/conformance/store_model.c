/*
 * Random operations on a store and on a model of one that is simple enough to be right: a list of
 * all changes ever. Every answer must be the model's.
 */
#include "store_fixture.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 24, STEPS = 2500, WRITES = 4 };

typedef struct change {
	uint64_t revision;
	int key;
	int value; /* -1: deleted */
} change;

/* The model: changes in order; what is stored follows from them. */
static change *changes;
static size_t n_changes;
static uint64_t newest, compacted;
static uint64_t random_state;

/* xorshift64*: Marsaglia 2003, Vigna 2014. */
static unsigned below(unsigned bound)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (unsigned)((random_state * UINT64_C(2685821657736338717)) >> 33) % bound;
}

/*
 * Keys 0 to 15 are ConfigMaps in two namespaces, then Widgets and cluster-wide Namespaces; in key
 * order.
 */
static korch_key model_key(int i)
{
	static char names[KEYS][8];
	snprintf(names[i], sizeof(names[i]), "k%02d", i);
	const korch_kind *kind = i < 16 ? config_map : i < 20 ? space : widget;
	return (korch_key){kind, kind == space ? "" : i < 8 ? "ns" : "ns-1", names[i]};
}

/* The last change of a key up to a revision, or NULL. */
static const change *state_at(int key, uint64_t revision)
{
	for (size_t i = n_changes; i-- > 0;) {
		if (changes[i].key == key && changes[i].revision <= revision)
			return changes[i].value < 0 ? NULL : &changes[i];
	}
	return NULL;
}

static void record(uint64_t revision, int key, int value)
{
	changes = realloc(changes, (n_changes + 1) * sizeof(*changes));
	changes[n_changes++] = (change){revision, key, value};
	newest = revision;
}

/* Operations */

typedef struct model_write {
	int op, key, value;
} model_write;

/* A random write that most probably holds; its code by the model. */
static int choose_write(korch_write *write, model_write *model, int key)
{
	char value[16];
	model->key = key;
	model->op = below(10) < 6 ? KORCH_WRITE_PUT : below(4) ? KORCH_WRITE_DELETE : KORCH_WRITE_CHECK;
	model->value = (int)below(1000000);
	snprintf(value, sizeof(value), "%d", model->value);
	korch_key full = model_key(key);
	const change *stored = state_at(key, newest);
	uint64_t expected[] = {KORCH_REVISION_ANY, stored ? stored->revision : KORCH_REVISION_NONE,
	                       KORCH_REVISION_NONE, 1 + below((unsigned)newest + 1)};
	unsigned choice = below(20);
	*write = (korch_write){.op = model->op,
	                       .expected = expected[choice < 9    ? 0
	                                            : choice < 18 ? 1
	                                                          : choice - 16]};
	if (model->op == KORCH_WRITE_PUT)
		write->object = make(full.kind, full.namespace_, full.name, value);
	else
		write->key = full;
	if (write->expected == KORCH_REVISION_ANY)
		return 0;
	if (write->expected == KORCH_REVISION_NONE)
		return stored ? KORCH_E_EXISTS : 0;
	if (!stored)
		return KORCH_E_NOT_FOUND;
	return stored->revision == write->expected ? 0 : KORCH_E_CONFLICT;
}

static void do_commit(void)
{
	korch_write writes[WRITES];
	model_write model[WRITES];
	size_t n = 1 + below(WRITES), failed = 0;
	int code = 0, first = (int)below(KEYS), is_change = 0;
	for (size_t i = 0; i < n; i++) {
		int r = choose_write(&writes[i], &model[i], (first + (int)i * 5) % KEYS);
		if (r < 0 && code == 0) {
			code = r;
			failed = i;
		}
		is_change |= model[i].op == KORCH_WRITE_PUT ||
		             (model[i].op == KORCH_WRITE_DELETE && state_at(model[i].key, newest));
	}
	outcome out = commit_many(writes, n);
	ck_assert_int_eq(out.code, code);
	if (code < 0)
		ck_assert_uint_eq(out.result.failed, failed);
	if (code < 0 || !is_change) {
		ck_assert_uint_eq(out.result.revision, newest);
		return;
	}
	uint64_t before = newest;
	ck_assert_uint_gt(out.result.revision, before);
	for (size_t i = 0; i < n; i++) {
		if (model[i].op == KORCH_WRITE_PUT)
			record(out.result.revision, model[i].key, model[i].value);
		else if (model[i].op == KORCH_WRITE_DELETE && state_at(model[i].key, before))
			record(out.result.revision, model[i].key, -1);
	}
}

static void do_get(void)
{
	int i = (int)below(KEYS);
	korch_key key = model_key(i);
	korch_object *object = get(&key);
	const change *stored = state_at(i, newest);
	ck_assert_int_eq(object != NULL, stored != NULL);
	if (object) {
		ck_assert_int_eq(atoi(value_of(object)), stored->value);
		ck_assert_uint_eq(object->revision, stored->revision);
	}
	korch_object_unref(object);
}

static void do_list(void)
{
	/* What is asked for, and which keys that is. */
	static const struct {
		int from, to, has_kind;
		const char *namespace_;
	} rows[] = {{0, KEYS, 0, NULL}, {0, 16, 1, NULL},  {8, 16, 1, "ns-1"},
	            {0, 8, 1, "ns"},    {16, 20, 1, NULL}, {20, KEYS, 1, NULL}};
	unsigned row = below(6);
	korch_list_query query = {.namespace_ = rows[row].namespace_};
	if (rows[row].has_kind)
		query.kind = model_key(rows[row].from).kind;
	if (newest > compacted && below(2))
		query.revision = compacted + 1 + below((unsigned)(newest - compacted));
	if (query.revision == 0 && newest == 0)
		return;
	char expected[TEXT_MAX] = "";
	uint64_t at = query.revision ? query.revision : newest;
	for (int i = rows[row].from; i < rows[row].to; i++) {
		const change *stored = state_at(i, at);
		if (stored)
			snprintf(expected + strlen(expected), 32, "k%02d=%d ", i, stored->value);
	}
	ck_assert_str_eq(list_text(query, below(3) ? below(8) : 0), expected);
}

static void do_compact(void)
{
	uint64_t to = compacted + below((unsigned)(newest - compacted) + 1);
	compact(to, 0);
	compacted = to;
	if (compacted < 2)
		return;
	listing *page = list(&(korch_list_query){.revision = compacted - 1});
	ck_assert_int_eq(page->code, KORCH_E_COMPACTED);
	listing_free(page);
}

/* A watch and how far it is in the model's changes. */
typedef struct model_watch {
	test_watch watcher;
	size_t next;
} model_watch;

static void follow(model_watch *follower)
{
	korch_change got;
	int r;
	while ((r = korch_watch_next(follower->watcher.watch, &got)) == 1) {
		ck_assert_uint_lt(follower->next, n_changes);
		const change *wanted = &changes[follower->next++];
		korch_key key = model_key(wanted->key), other = korch_object_key(got.object);
		ck_assert_int_eq(korch_key_compare(&key, &other), 0);
		ck_assert_uint_eq(got.revision, wanted->revision);
		ck_assert_int_eq(got.type == KORCH_CHANGE_DELETED, wanted->value < 0);
		const change *before = state_at(wanted->key, wanted->revision - 1);
		if (wanted->value >= 0) {
			ck_assert_int_eq(atoi(value_of(got.object)), wanted->value);
			ck_assert_int_eq(got.type == KORCH_CHANGE_ADDED, before == NULL);
		}
		if (got.previous)
			ck_assert_int_eq(atoi(value_of(got.previous)), before->value);
	}
	if (r == 0)
		return;
	/* Too slow: from now on. */
	ck_assert_int_eq(r, KORCH_E_COMPACTED);
	korch_watch_free(follower->watcher.watch);
	watch_open(&follower->watcher, &(korch_watch_query){.since = newest}, 0);
	follower->next = n_changes;
}

/* Ends a watch and opens it again where it was. */
static void resume(model_watch *follower)
{
	uint64_t revision = korch_watch_revision(follower->watcher.watch);
	korch_watch_free(follower->watcher.watch);
	if (revision < compacted)
		revision = newest;
	watch_open(&follower->watcher, &(korch_watch_query){.since = revision}, 0);
	follower->next = 0;
	while (follower->next < n_changes && changes[follower->next].revision <= revision)
		follower->next++;
}

static void catch_up(model_watch *follower)
{
	do {
		settle();
		follow(follower);
	} while (fixture_is_late() && follower->next < n_changes);
	ck_assert_uint_eq(follower->next, n_changes);
}

static void run(uint64_t seed)
{
	random_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	model_watch followers[3] = {0};
	for (int i = 0; i < 3; i++)
		watch_open(&followers[i].watcher, &(korch_watch_query){.since = 0}, 0);
	for (int i = 0; i < STEPS; i++) {
		unsigned choice = below(100);
		if (choice < 50)
			do_commit();
		else if (choice < 65)
			do_get();
		else if (choice < 80)
			do_list();
		else if (choice < 94)
			follow(&followers[below(3)]);
		else if (choice < 98)
			resume(&followers[below(3)]);
		else
			do_compact();
	}
	for (int i = 0; i < 3; i++) {
		catch_up(&followers[i]);
		korch_watch_free(followers[i].watcher.watch);
	}
	free(changes);
	changes = NULL;
	n_changes = 0;
	newest = compacted = 0;
}

START_TEST(random_operations)
{
	fixture_open(_i);
	uint64_t seed = fixture_factory()->seed;
	run(seed ? seed : 1);
	fixture_close();
}
END_TEST

START_TEST(other_random_operations)
{
	fixture_open(_i);
	run(fixture_factory()->seed + 1000);
	fixture_close();
}
END_TEST

void add_model_tests(Suite *suite, int i)
{
	ADD_TESTS(suite, "model", i, random_operations, other_random_operations);
}
