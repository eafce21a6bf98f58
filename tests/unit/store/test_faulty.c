/*
 * The faulty store: what a script says happens to calls and watches, what a broken connection does
 * to them, several in front of one store; each allocation failing once.
 */
#include "base/alloc.h"
#include "unit.h"
#include <korch/api.h>
#include <korch/faulty.h>
#include <stdio.h>
#include <string.h>

enum { MSEC = 1000 };

static korch_loop *loop;
static korch_store *inner, *store;
static char said[1024]; /* what completions have said, in order */

static void open_store(void)
{
	said[0] = '\0';
	ck_assert_int_eq(korch_loop_new_virtual(&loop, 0, NULL), 0);
	ck_assert_int_eq(korch_store_memory_new(&inner, loop, 0, NULL), 0);
	ck_assert_int_eq(korch_store_faulty_new(&store, loop, inner, NULL, NULL), 0);
}

static void close_store(void)
{
	korch_store_free(store);
	korch_loop_step(loop, KORCH_USEC_NEVER);
	korch_loop_free(loop);
}

static void pass(korch_usec us)
{
	korch_loop_step(loop, korch_loop_now(loop) + us);
}

/* What a completion is to say. */
static void *tag(const char *word)
{
	return (void *)(uintptr_t)word;
}

static void say(const char *who, int code)
{
	size_t n = strlen(said);
	snprintf(said + n, sizeof(said) - n, "%s%s%s ", who, code < 0 ? ":" : "",
	         code < 0 ? korch_code_name(code) : "");
}

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	ck_assert_ptr_nonnull(result);
	say(userdata, code);
}

static void on_get(void *userdata, int code, const korch_object *object)
{
	ck_assert_int_eq(code == 0, object != NULL);
	say(userdata, code);
}

static void on_list(void *userdata, int code, const korch_list_page *page)
{
	char text[32];
	ck_assert_int_eq(code == 0, page != NULL);
	snprintf(text, sizeof(text), "%s=%zu", (const char *)userdata, page ? page->n : 0);
	say(text, code);
}

static void on_lease(void *userdata, int code, const korch_lease_state *state)
{
	ck_assert_int_eq(code == 0, state != NULL);
	say(userdata, code);
}

static korch_object *config(const char *name)
{
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_new(&object, &korch_config_map_kind), 0);
	korch_object_meta *meta = korch_object_edit_meta(object);
	ck_assert_int_eq(korch_string_set(&meta->name, name), 0);
	ck_assert_int_eq(korch_string_set(&meta->namespace_, "ns"), 0);
	return object;
}

static int put_into(korch_store *into, const char *name)
{
	const korch_write write = {.op = KORCH_WRITE_PUT, .object = config(name)};
	return korch_store_commit(into, &write, 1, on_commit, tag(name));
}

static void put(const char *name)
{
	ck_assert_int_eq(put_into(store, name), 0);
}

/* Whether the inner store has it. */
static int is_stored(const char *name)
{
	char before[sizeof(said)];
	const korch_key key = {&korch_config_map_kind, "ns", name};
	strcpy(before, said);
	said[0] = '\0';
	ck_assert_int_eq(korch_store_get(inner, &key, on_get, tag("got")), 0);
	pass(0);
	int is_there = strcmp(said, "got ") == 0;
	strcpy(said, before);
	return is_there;
}

static void expect(const char *words)
{
	ck_assert_str_eq(said, words);
	said[0] = '\0';
}

static void rule(const korch_faulty_rule *wanted)
{
	korch_faulty_rule copy = *wanted;
	copy.size = sizeof(copy);
	ck_assert_int_eq(korch_faulty_rule_add(store, &copy), 0);
}

START_TEST(script)
{
	open_store();
	rule(&(korch_faulty_rule){
	    .calls = KORCH_FAULTY_COMMIT, .fault = KORCH_FAULTY_REFUSED, .skip = 1, .count = 1});
	rule(&(korch_faulty_rule){
	    .calls = KORCH_FAULTY_COMMIT, .fault = KORCH_FAULTY_FAILED, .skip = 1, .count = 1});
	rule(&(korch_faulty_rule){
	    .calls = KORCH_FAULTY_COMMIT, .fault = KORCH_FAULTY_LOST, .skip = 1, .count = 1});
	put("a");
	ck_assert_int_eq(put_into(store, "b"), KORCH_E_IO);
	put("c");
	put("d");
	put("e");
	pass(0);
	ck_assert_ptr_nonnull(strstr(said, "a "));
	ck_assert_ptr_nonnull(strstr(said, "c:IO "));
	ck_assert_ptr_nonnull(strstr(said, "d:IO "));
	ck_assert_ptr_nonnull(strstr(said, "e "));
	ck_assert_int_eq(is_stored("a") && is_stored("d") && is_stored("e"), 1);
	ck_assert_int_eq(is_stored("b") || is_stored("c"), 0);
	korch_faulty_stats stats;
	ck_assert_int_eq(korch_faulty_get_stats(&stats, store), 0);
	ck_assert_uint_eq(stats.calls, 5);
	ck_assert_uint_eq(stats.refused, 1);
	ck_assert_uint_eq(stats.failed, 1);
	ck_assert_uint_eq(stats.lost, 1);
	close_store();
}
END_TEST

/* Calls overtake each other on the way there and back. */
START_TEST(late)
{
	open_store();
	rule(&(korch_faulty_rule){.calls = KORCH_FAULTY_COMMIT, .count = 1, .late_us = 5 * MSEC});
	put("a");
	put("b");
	korch_key key = {&korch_config_map_kind, strdup("ns"), strdup("a")};
	rule(&(korch_faulty_rule){.calls = KORCH_FAULTY_GET, .count = 1, .answer_late_us = 9 * MSEC});
	rule(&(korch_faulty_rule){.calls = KORCH_FAULTY_GET, .count = 1, .late_us = 6 * MSEC});
	rule(&(korch_faulty_rule){.calls = KORCH_FAULTY_LIST, .count = 1, .late_us = 6 * MSEC});
	rule(&(korch_faulty_rule){.calls = KORCH_FAULTY_LIST, .count = 1, .answer_late_us = 9 * MSEC});
	ck_assert_int_eq(korch_store_get(store, &key, on_get, tag("before")), 0);
	ck_assert_int_eq(korch_store_get(store, &key, on_get, tag("behind")), 0);
	const korch_list_query query = {.kind = &korch_config_map_kind, .namespace_ = key.namespace_};
	ck_assert_int_eq(korch_store_list(store, &query, on_list, tag("behind")), 0);
	ck_assert_int_eq(korch_store_list(store, &query, on_list, tag("before")), 0);
	free((char *)(uintptr_t)key.namespace_);
	free((char *)(uintptr_t)key.name);
	pass(0);
	expect("b ");
	ck_assert_int_eq(is_stored("a"), 0);
	pass(5 * MSEC);
	expect("a ");
	pass(MSEC);
	expect("behind behind=2 ");
	pass(3 * MSEC);
	expect("before:NOT_FOUND before=1 ");
	close_store();
}
END_TEST

/* What has not reached the store is not done; of what has, the answer is lost. */
START_TEST(cut)
{
	open_store();
	rule(&(korch_faulty_rule){.calls = KORCH_FAULTY_COMMIT, .count = 1, .late_us = 5 * MSEC});
	rule(&(korch_faulty_rule){.calls = KORCH_FAULTY_COMMIT, .count = 1, .answer_late_us = MSEC});
	put("a");
	put("b");
	pass(MSEC / 2);
	put("c");
	ck_assert_int_eq(korch_faulty_cut(store, 10 * MSEC, KORCH_FAULTY_STALL), 0);
	put("d");
	ck_assert_int_eq(korch_store_lease_grant(store, KORCH_USEC_PER_SEC, on_lease, tag("lease")), 0);
	pass(9 * MSEC);
	ck_assert_ptr_nonnull(strstr(said, "a:IO "));
	ck_assert_ptr_nonnull(strstr(said, "b:IO "));
	ck_assert_ptr_nonnull(strstr(said, "c:IO "));
	ck_assert_ptr_nonnull(strstr(said, "d:IO "));
	ck_assert_ptr_nonnull(strstr(said, "lease:IO "));
	ck_assert_int_eq(is_stored("a") || is_stored("d"), 0);
	ck_assert_int_eq(is_stored("b") && is_stored("c"), 1);
	said[0] = '\0';
	pass(2 * MSEC);
	put("a");
	ck_assert_int_eq(korch_store_lease_grant(store, KORCH_USEC_PER_SEC, on_lease, tag("lease")), 0);
	pass(0);
	expect("a lease ");
	/* Until it is mended. */
	ck_assert_int_eq(korch_faulty_cut(store, KORCH_USEC_NEVER, KORCH_FAULTY_STALL), 0);
	pass(1000 * KORCH_USEC_PER_SEC);
	put("e");
	ck_assert_int_eq(korch_faulty_mend(store), 0);
	put("f");
	pass(0);
	ck_assert_ptr_nonnull(strstr(said, "e:IO "));
	ck_assert_ptr_nonnull(strstr(said, "f "));
	close_store();
}
END_TEST

/* Watches */

typedef struct reader {
	korch_watch *watch;
	int ready;
} reader;

static void on_ready(void *userdata)
{
	((reader *)userdata)->ready++;
}

static void open_watch(reader *self, uint64_t since)
{
	const korch_watch_query query = {.since = since};
	self->ready = 0;
	ck_assert_int_eq(korch_store_watch(&self->watch, store, &query, on_ready, self), 0);
}

/* Reads on; the names that came, and how it ended. */
static const char *read_on(reader *self)
{
	static char text[256];
	korch_change change;
	int got;
	text[0] = '\0';
	while ((got = korch_watch_next(self->watch, &change)) == 1) {
		strcat(text, korch_object_name(change.object));
		ck_assert_uint_eq(korch_watch_revision(self->watch), change.revision);
	}
	if (got < 0)
		strcat(text, korch_code_name(got));
	return text;
}

START_TEST(watches_that_stall)
{
	reader self;
	open_store();
	put("a");
	pass(0);
	open_watch(&self, 0);
	ck_assert_str_eq(read_on(&self), "a");
	uint64_t revision = korch_watch_revision(self.watch);
	ck_assert_int_eq(korch_faulty_watches_hold(store, 5 * MSEC), 0);
	put("b");
	pass(MSEC);
	ck_assert_int_eq(self.ready, 0);
	ck_assert_str_eq(read_on(&self), "");
	ck_assert_uint_eq(korch_watch_revision(self.watch), revision);
	pass(4 * MSEC);
	ck_assert_int_eq(self.ready, 1);
	ck_assert_uint_eq(korch_watch_revision(self.watch), revision);
	ck_assert_str_eq(read_on(&self), "b");
	/* Nothing came meanwhile: nobody is called. */
	ck_assert_int_eq(korch_faulty_watches_hold(store, 5 * MSEC), 0);
	pass(6 * MSEC);
	ck_assert_int_eq(self.ready, 1);
	put("c");
	pass(0);
	ck_assert_int_eq(self.ready, 2);
	ck_assert_int_eq(korch_faulty_cut(store, KORCH_USEC_NEVER, KORCH_FAULTY_STALL), 0);
	ck_assert_str_eq(read_on(&self), "");
	reader other;
	open_watch(&other, revision);
	pass(MSEC);
	ck_assert_str_eq(read_on(&other), "");
	ck_assert_int_eq(korch_faulty_mend(store), 0);
	pass(0);
	ck_assert_int_eq(self.ready + other.ready, 4);
	ck_assert_str_eq(read_on(&self), "c");
	ck_assert_str_eq(read_on(&other), "bc");
	korch_watch_free(self.watch);
	korch_watch_free(other.watch);
	close_store();
}
END_TEST

START_TEST(watches_that_end)
{
	reader self;
	open_store();
	put("a");
	put("b");
	pass(0);
	open_watch(&self, 0);
	korch_change change;
	ck_assert_int_eq(korch_watch_next(self.watch, &change), 1);
	uint64_t revision = korch_watch_revision(self.watch);
	ck_assert_int_eq(korch_faulty_watches_end(store, KORCH_E_IO), 0);
	ck_assert_str_eq(korch_object_name(change.object), "a");
	ck_assert_str_eq(read_on(&self), "IO");
	ck_assert_str_eq(read_on(&self), "IO");
	ck_assert_uint_eq(korch_watch_revision(self.watch), revision);
	korch_watch_free(self.watch);
	open_watch(&self, revision);
	ck_assert_str_eq(read_on(&self), "b");
	ck_assert_int_eq(korch_faulty_cut(store, MSEC, KORCH_FAULTY_COMPACTED), 0);
	pass(0);
	ck_assert_int_eq(self.ready, 1);
	ck_assert_str_eq(read_on(&self), "COMPACTED");
	korch_watch_free(self.watch);
	/* One that is opened meanwhile ends as well. */
	open_watch(&self, 0);
	pass(0);
	ck_assert_int_eq(self.ready, 1);
	ck_assert_str_eq(read_on(&self), "COMPACTED");
	korch_watch_free(self.watch);
	close_store();
}
END_TEST

/* Two programs on one store, one of which is cut off. */
START_TEST(lent)
{
	korch_store *other = NULL;
	const korch_faulty_options options = {.size = sizeof(options), .lent = 1};
	said[0] = '\0';
	ck_assert_int_eq(korch_loop_new_virtual(&loop, 0, NULL), 0);
	ck_assert_int_eq(korch_store_memory_new(&inner, loop, 0, NULL), 0);
	ck_assert_int_eq(korch_store_faulty_new(&store, loop, inner, &options, NULL), 0);
	ck_assert_int_eq(korch_store_faulty_new(&other, loop, inner, &options, NULL), 0);
	ck_assert_int_eq(korch_faulty_cut(store, KORCH_USEC_NEVER, KORCH_FAULTY_END), 0);
	put("a");
	ck_assert_int_eq(put_into(other, "b"), 0);
	pass(0);
	expect("a:IO b ");
	ck_assert_int_eq(korch_faulty_mend(store), 0);
	/* What is under way when one goes is answered, and the inner store goes on. */
	put("a");
	reader self;
	open_watch(&self, 0);
	korch_store_free(store);
	expect("a:CLOSED ");
	korch_watch_free(self.watch);
	ck_assert_int_eq(put_into(other, "c"), 0);
	pass(0);
	expect("c ");
	ck_assert_int_eq(is_stored("a"), 1);
	korch_store_free(other);
	korch_store_free(inner);
	korch_loop_free(loop);
}
END_TEST

START_TEST(arguments)
{
	open_store();
	korch_store *none = NULL;
	korch_faulty_faults faults = {.size = sizeof(faults), .lost_permille = 1001};
	korch_faulty_options options = {.size = sizeof(options), .faults = &faults};
	korch_faulty_rule wrong = {.size = sizeof(wrong), .calls = KORCH_FAULTY_ALL, .late_us = -2};
	const int invalid = KORCH_E_INVALID;
	ck_assert_int_eq(korch_store_faulty_new(&none, loop, NULL, NULL, NULL), invalid);
	ck_assert_int_eq(korch_store_faulty_new(&none, loop, inner, &options, NULL), invalid);
	ck_assert_ptr_null(none);
	ck_assert_int_eq(korch_faulty_set_faults(store, &faults), invalid);
	ck_assert_int_eq(korch_faulty_set_faults(inner, NULL), invalid);
	ck_assert_int_eq(korch_faulty_rule_add(store, &wrong), invalid);
	ck_assert_int_eq(korch_faulty_cut(store, -1, KORCH_FAULTY_STALL), invalid);
	ck_assert_int_eq(korch_faulty_cut(store, 1, 3), invalid);
	ck_assert_int_eq(korch_faulty_watches_end(store, KORCH_E_CLOSED), invalid);
	wrong.late_us = 0;
	for (int i = 0; i < KORCH_FAULTY_RULES_MAX; i++)
		ck_assert_int_eq(korch_faulty_rule_add(store, &wrong), 0);
	ck_assert_int_eq(korch_faulty_rule_add(store, &wrong), KORCH_E_LIMIT);
	ck_assert_int_eq(korch_faulty_rule_clear(store), 0);
	ck_assert_int_eq(korch_faulty_rule_add(store, &wrong), 0);
	ck_assert_uint_eq(korch_store_writes_max(store), KORCH_STORE_WRITES_MAX);
	close_store();
}
END_TEST

/* A call whose n-th allocation fails does nothing, and says so. */
START_TEST(no_memory)
{
	const korch_list_query query = {0};
	for (uint64_t n = 1, is_over = 0; !is_over; n++) {
		open_store();
		put("a");
		pass(0);
		said[0] = '\0';
		rule(&(korch_faulty_rule){
		    .calls = KORCH_FAULTY_ALL, .late_us = MSEC, .answer_late_us = MSEC});
		const korch_write writes[] = {
		    {.op = KORCH_WRITE_PUT, .object = config("b")},
		    {.op = KORCH_WRITE_CHECK, .key = {&korch_config_map_kind, "ns", "a"}}};
		reader self = {0};
		const korch_watch_query watch = {.since = 0};
		korch__alloc_fail_at(n);
		int code = korch_store_commit(store, writes, 2, on_commit, tag("commit"));
		int listed = korch_store_list(store, &query, on_list, tag("list"));
		int watched = korch_store_watch(&self.watch, store, &watch, on_ready, &self);
		is_over = korch__alloc_count() < n;
		korch__alloc_fail_at(0);
		ck_assert_int_eq(code == 0 || code == KORCH_E_NOMEM, 1);
		ck_assert_int_eq(listed == 0 || listed == KORCH_E_NOMEM, 1);
		ck_assert_int_eq(watched == 0 || watched == KORCH_E_NOMEM, 1);
		pass(3 * MSEC);
		ck_assert_int_eq(is_stored("b"), 0); /* "a" is expected not to be there */
		korch_watch_free(self.watch);
		close_store();
	}
}
END_TEST

KORCH_SUITE(faulty)
{
	Suite *suite = suite_create("faulty");
	KORCH_CASE(suite, "calls", script, late, cut, lent, arguments, no_memory);
	KORCH_CASE(suite, "watches", watches_that_stall, watches_that_end);
	return suite;
}
