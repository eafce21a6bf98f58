/* Servers that die, stop, come back; members; what cannot be reached. */
#include "store_etcd.h"
#include <stdio.h>
#include <string.h>

typedef unsigned long long ull;

/* A put that may be told to be lost while servers come and go, and is made again. */
static uint64_t put_again(const char *name, const char *value)
{
	for (int i = 0;; i++) {
		korch_write write = put_write(name, value, KORCH_REVISION_ANY);
		outcome out = commit_many(&write, 1);
		if (out.code == 0)
			return out.result.revision;
		ck_assert_int_eq(out.code, KORCH_E_IO);
		ck_assert_int_lt(i, 10);
	}
}

/* The same for one that must not happen twice. */
static void create_again(const char *name)
{
	for (int i = 0;; i++) {
		korch_write write = put_write(name, "1", KORCH_REVISION_NONE);
		int code = commit_many(&write, 1).code;
		if (code == 0 || (i > 0 && code == KORCH_E_EXISTS))
			return;
		ck_assert_int_eq(code, KORCH_E_IO);
		ck_assert_int_lt(i, 10);
	}
}

START_TEST(watches_go_on_over_a_restart)
{
	fixture_open(0);
	other_open();
	test_watch all, one;
	watch_open(&all, &(korch_watch_query){.since = 0}, 0);
	watch_open(&one, &(korch_watch_query){.kind = space}, 0);
	ull a = put("a", "1");
	watch_expect(&all, "+a=1@%llu ", a);
	for (int i = 0; i < 2; i++) {
		etcd_kill(&servers[0]);
		etcd_restart(&servers[0]);
		ull b = other_put("a", "2"), c = other_put("b", "1");
		watch_expect(&all, i ? "*a=2@%llu *b=1@%llu " : "*a=2@%llu +b=1@%llu ", b, c);
	}
	ull d = commit_one((korch_write){.object = make(space, "", "s", "1")}, 0);
	watch_expect(&one, "+s=1@%llu ", d);
	watch_expect(&all, "+s=1@%llu ", d);
	korch_watch_free(all.watch);
	korch_watch_free(one.watch);
	other_close();
	fixture_close();
}
END_TEST

/* Reads until a watch ends, and frees it. */
static void watch_ends(test_watch *watcher, int code)
{
	korch_change change;
	int r = 0;
	while ((r = korch_watch_next(watcher->watch, &change)) == 0)
		settle();
	ck_assert_int_eq(r, code);
	korch_watch_free(watcher->watch);
}

/* What a watch has missed is gone: it says so, and a new one works. */
START_TEST(compacted_while_away)
{
	fixture_open(0);
	other_open();
	test_watch watcher;
	korch_change change;
	watch_open(&watcher, &(korch_watch_query){.since = 0}, 0);
	ull a = put("a", "1");
	watch_expect(&watcher, "+a=1@%llu ", a);
	etcd_kill(&servers[0]);
	etcd_restart(&servers[0]);
	other_put("a", "2");
	other_put("a", "3");
	other_compact(other_put("a", "4"));
	int ready = watcher.ready, r = 0;
	while ((r = korch_watch_next(watcher.watch, &change)) == 0)
		settle();
	ck_assert_int_eq(r, KORCH_E_COMPACTED);
	ck_assert_int_gt(watcher.ready, ready);
	korch_watch_free(watcher.watch);
	/* The store knows now how far history is gone. */
	watch_open(&watcher, &(korch_watch_query){.since = a}, KORCH_E_COMPACTED);
	watch_open(&watcher, &(korch_watch_query){.since = KORCH_REVISION_ANY}, 0);
	ull b = put("b", "1");
	watch_expect(&watcher, "+b=1@%llu ", b);
	korch_watch_free(watcher.watch);
	other_close();
	fixture_close();
}
END_TEST

/*
 * History goes up to and including a deletion, and with that the deletion: who has not seen it yet
 * must not go on as if there had been nothing.
 */
START_TEST(a_deletion_that_was_compacted)
{
	fixture_open(0);
	other_open();
	test_watch early, watcher;
	ull a = put("a", "1");
	watch_open(&early, &(korch_watch_query){.since = 0}, 0);
	watch_expect(&early, "+a=1@%llu ", a);
	etcd_kill(&servers[0]);
	etcd_restart(&servers[0]);
	other_compact(other_delete("a"));
	watch_open(&watcher, &(korch_watch_query){.since = a}, 0);
	put_again("b", "1"); /* changes go on */
	watch_ends(&early, KORCH_E_COMPACTED);
	watch_ends(&watcher, KORCH_E_COMPACTED);
	other_close();
	fixture_close();
}
END_TEST

/* In the middle of the first revision that it asks for nothing is told twice. */
START_TEST(nothing_twice_after_a_restart)
{
	fixture_open(0);
	other_open();
	test_watch watcher;
	watch_open(&watcher, &(korch_watch_query){.since = 0}, 0);
	korch_write both[] = {put_write("a", "1", KORCH_REVISION_NONE),
	                      put_write("b", "1", KORCH_REVISION_NONE)};
	ull first = commit_many(both, 2).result.revision;
	watch_expect(&watcher, "+a=1@%llu +b=1@%llu ", first, first);
	for (int i = 0; i < 2; i++) {
		etcd_kill(&servers[0]);
		etcd_restart(&servers[0]);
	}
	ull c = other_put("c", "1");
	watch_expect(&watcher, "+c=1@%llu ", c);
	korch_watch_free(watcher.watch);
	watch_open(&watcher, &(korch_watch_query){.since = first}, 0);
	watch_expect(&watcher, "+c=1@%llu ", c);
	korch_watch_free(watcher.watch);
	other_close();
	fixture_close();
}
END_TEST

START_TEST(members_take_over)
{
	n_servers = 3;
	store_options.timeout_us = 20 * KORCH_USEC_PER_SEC; /* an election may take some */
	fixture_open(0);
	test_watch watcher;
	watch_open(&watcher, &(korch_watch_query){.since = 0}, 0);
	ull last = put_again("a", "0");
	watch_expect(&watcher, "+a=0@%llu ", last);
	for (int i = 0; i < 3; i++) {
		char value[2] = {(char)('1' + i), '\0'};
		etcd_kill(&servers[i]);
		ull revision = put_again("a", value);
		ck_assert_uint_gt(revision, last);
		ck_assert_int_eq(read_text("a")[0], value[0]);
		/* It may have been made twice. */
		korch_change change = {0};
		while (change.revision < revision) {
			int r = korch_watch_next(watcher.watch, &change);
			ck_assert_int_ge(r, 0);
			if (r == 0) {
				settle();
				continue;
			}
			ck_assert_uint_gt(change.revision, last);
			ck_assert_str_eq(value_of(change.object), value);
			last = change.revision;
		}
		etcd_restart(&servers[i]);
	}
	korch_watch_free(watcher.watch);
	fixture_close();
}
END_TEST

/* Opens the store again, on all members, with another time. */
static void reopen_with(korch_usec timeout_us)
{
	const char *endpoints[] = {servers[0].url, servers[1].url, servers[2].url};
	korch_store_free(store);
	store_options.timeout_us = timeout_us;
	store_options.endpoints = endpoints;
	store_options.n_endpoints = n_servers;
	ck_assert_int_eq(korch_store_etcd_new(&store, loop, &store_options, NULL), 0);
	store_options.endpoints = NULL;
}

/* A server that has stopped without a word: reads go to another one within their time, and watches
 * when it does not answer. */
START_TEST(a_stopped_member)
{
	n_servers = 3;
	fixture_open(0);
	reopen_with(1 * KORCH_USEC_PER_SEC);
	test_watch watcher;
	watch_open(&watcher, &(korch_watch_query){.since = 0}, 0);
	ull a = put_again("a", "1");
	watch_expect(&watcher, "+a=1@%llu ", a);
	etcd_pause(&servers[0]);
	for (int i = 0; i < 3; i++) {
		korch_key key = key_of("a");
		korch_object *object = NULL;
		/* When the one that has stopped was the leader there has to be another one first. */
		while (!object) {
			listing *page = list(&(korch_list_query){0});
			if (page->code == 0)
				object = get(&key);
			listing_free(page);
		}
		korch_object_unref(object);
	}
	create_again("b");
	char expected[64];
	snprintf(expected, sizeof(expected), "+b=%s ", read_text("b"));
	watch_expect(&watcher, "%s", expected);
	korch_watch_free(watcher.watch);
	etcd_resume(&servers[0]);
	fixture_close();
}
END_TEST

/* No answer: it may have happened. Expecting a revision tells. */
START_TEST(a_commit_without_an_answer)
{
	store_options.timeout_us = 500 * KORCH_USEC_PER_MSEC;
	fixture_open(0);
	korch_write write = put_write("a", "1", KORCH_REVISION_NONE);
	outcome out;
	put("before", "1");
	etcd_pause(&servers[0]);
	start_commit(&out, &write, 1);
	wait_for(&out.is_done);
	ck_assert_int_eq(out.code, KORCH_E_IO);
	etcd_resume(&servers[0]);
	other_open();
	other_put("x", "1"); /* it goes on */
	write = put_write("a", "1", KORCH_REVISION_NONE);
	out = commit_many(&write, 1);
	ck_assert_int_eq(out.code == 0 || out.code == KORCH_E_EXISTS, 1);
	ck_assert_str_ne(read_text("a"), "-");
	other_close();
	fixture_close();
}
END_TEST

/* Nobody has seen it: it goes to the next endpoint by itself. */
START_TEST(an_endpoint_without_a_server)
{
	etcd_server nobody;
	etcd_prepare(&nobody, 1, NULL);
	etcd_start_cluster(servers, 1, &server_options);
	const char *endpoints[] = {nobody.url, servers[0].url};
	etcd_server running = servers[0];
	fixture_open(0); /* starts another one, which is not used */
	korch_store_free(store);
	store_options.endpoints = endpoints;
	store_options.n_endpoints = 2;
	ck_assert_int_eq(korch_store_etcd_new(&store, loop, &store_options, NULL), 0);
	for (int i = 0; i < 10; i++)
		put("a", "1");
	fixture_close();
	etcd_stop(&running);
	etcd_stop(&nobody);
}
END_TEST

static void expect_refusal(const korch_store_etcd_options *options, int code, const char *text)
{
	korch_loop *alone = NULL;
	korch_store *none = NULL;
	korch_error *err = NULL;
	ck_assert_int_eq(korch_loop_new(&alone, NULL), 0);
	ck_assert_int_eq(korch_store_etcd_new(&none, alone, options, &err), code);
	ck_assert_ptr_null(none);
	ck_assert_msg(strstr(korch_error_message(err), text) != NULL, "%s", korch_error_message(err));
	korch_error_free(err);
	korch_loop_free(alone);
}

START_TEST(what_cannot_be_opened)
{
	etcd_server nobody;
	char text[192];
	etcd_prepare(&nobody, 1, NULL);
	korch_store_etcd_options options = {.size = sizeof(options),
	                                    .timeout_us = 200 * KORCH_USEC_PER_MSEC};
	expect_refusal(&options, KORCH_E_INVALID, "no endpoint is given");
	const char *endpoints[] = {nobody.url};
	options.endpoints = endpoints;
	options.n_endpoints = 1;
	snprintf(text, sizeof(text), "store etcd %s: Failed to connect to 127.0.0.1 port %d",
	         nobody.url, nobody.port);
	expect_refusal(&options, KORCH_E_IO, text);
	options.endpoints = (const char *const[]){"127.0.0.1:2379"};
	expect_refusal(&options, KORCH_E_INVALID, "is no http://HOST:PORT");
	options.url = "http://127.0.0.1";
	options.n_endpoints = 0;
	expect_refusal(&options, KORCH_E_INVALID, "is no etcd://HOST:PORT");
	options.url = "etcd://";
	expect_refusal(&options, KORCH_E_INVALID, "is no HOST:PORT");
	options.url = "etcd://a b";
	expect_refusal(&options, KORCH_E_INVALID, "is no HOST:PORT");
	options.url = "etcd://a/pre fix";
	expect_refusal(&options, KORCH_E_INVALID, "a prefix has no spaces");
	options.url = "etcd://a";
	options.cert_file = "cert.pem";
	expect_refusal(&options, KORCH_E_INVALID, "a certificate needs its key");
	options.cert_file = NULL;
	options.compact_us = 1;
	expect_refusal(&options, KORCH_E_INVALID, "10 ms to 366 days");
	etcd_stop(&nobody);
}
END_TEST

static int list_code(uint64_t revision)
{
	listing *page = list(&(korch_list_query){.revision = revision});
	int code = page->code;
	listing_free(page);
	return code;
}

/* History that is older than it has to be kept goes by itself, and only that. */
START_TEST(history_ages)
{
	store_options.compact_us = 200000;
	fixture_open(0);
	uint64_t first = put("a", "1");
	uint64_t second = put("a", "2");
	ck_assert_int_eq(list_code(first), 0);
	while (list_code(first) == 0) { /* on each turn nothing is written: the last one stays */
	}
	ck_assert_int_eq(list_code(first), KORCH_E_COMPACTED);
	ck_assert_int_eq(list_code(second), 0);
	ck_assert_str_eq(list_text((korch_list_query){0}, 0), "a=2 ");
	uint64_t third = put("a", "3");
	while (list_code(second) == 0) {
	}
	ck_assert_int_eq(list_code(third), 0);
	fixture_close();
}
END_TEST

START_TEST(virtual_time_is_refused)
{
	korch_loop *alone = NULL;
	korch_store *none = NULL;
	korch_store_etcd_options options = {.size = sizeof(options), .url = "etcd://127.0.0.1"};
	ck_assert_int_eq(korch_loop_new_virtual(&alone, 0, NULL), 0);
	ck_assert_int_eq(korch_store_etcd_new(&none, alone, &options, NULL), KORCH_E_UNSUPPORTED);
	korch_loop_free(alone);
}
END_TEST

void add_etcd_net_tests(Suite *suite)
{
	TCase *tcase = tcase_create("net");
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, a_commit_without_an_answer);
	tcase_add_test(tcase, watches_go_on_over_a_restart);
	tcase_add_test(tcase, compacted_while_away);
	tcase_add_test(tcase, a_deletion_that_was_compacted);
	tcase_add_test(tcase, nothing_twice_after_a_restart);
	tcase_add_test(tcase, members_take_over);
	tcase_add_test(tcase, a_stopped_member);
	tcase_add_test(tcase, an_endpoint_without_a_server);
	tcase_add_test(tcase, what_cannot_be_opened);
	tcase_add_test(tcase, history_ages);
	tcase_add_test(tcase, virtual_time_is_refused);
	suite_add_tcase(suite, tcase);
}
