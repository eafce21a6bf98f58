/* Sizes and contents: what etcd refuses, what comes in parts, what is sealed. */
#include "store_etcd.h"
#include <korch/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long long ull;

static char *text_of(char c, size_t size)
{
	char *text = malloc(size + 1);
	memset(text, c, size);
	text[size] = '\0';
	return text;
}

static char last_line[1024];

static void on_line(void *userdata, int level, const char *area, const char *message)
{
	(void)userdata;
	(void)level;
	(void)area;
	snprintf(last_line, sizeof(last_line), "%s", message);
}

/* The servers take less than the store was told: nothing of it is written. */
START_TEST(more_writes_than_the_server_takes)
{
	store_options.txn_ops = 200;
	fixture_open(0);
	korch_write writes[200];
	char name[16];
	ck_assert_uint_eq(korch_store_writes_max(store), 200);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "n%03d", i);
		writes[i] = put_write(name, "1", KORCH_REVISION_ANY);
	}
	ck_assert_int_eq(commit_many(writes, 200).code, KORCH_E_LIMIT);
	ck_assert_str_eq(list_text((korch_list_query){0}, 0), "");
	fixture_close();
}
END_TEST

START_TEST(an_object_that_is_too_big)
{
	store_options.request_max = 2000000;
	fixture_open(0);
	char *text = text_of('x', 3 << 20);
	uint64_t before = put("a", "1");
	commit_one(put_write("big", text, KORCH_REVISION_ANY), KORCH_E_LIMIT);
	/* What the store was told to be right, etcd refuses itself. */
	text[1700000] = '\0';
	commit_one(put_write("big", text, KORCH_REVISION_ANY), KORCH_E_LIMIT);
	ck_assert_uint_eq(put("a", "2"), before + 1);
	free(text);
	fixture_close();
}
END_TEST

/* A response of many big events comes in parts. */
START_TEST(events_in_parts)
{
	fixture_open(0);
	char *text = text_of('x', 600000);
	uint64_t first = 0;
	for (int i = 0; i < 10; i++) {
		uint64_t revision = put("a", text);
		first = first ? first : revision;
	}
	test_watch watcher;
	watch_open(&watcher, &(korch_watch_query){.since = 0}, 0);
	korch_change change;
	for (uint64_t expected = first; expected < first + 10;) {
		int r = korch_watch_next(watcher.watch, &change);
		if (r == 0) {
			settle();
			continue;
		}
		ck_assert_int_eq(r, 1);
		ck_assert_uint_eq(change.revision, expected++);
		ck_assert_str_eq(value_of(change.object), text);
	}
	korch_watch_free(watcher.watch);
	free(text);
	fixture_close();
}
END_TEST

/* Pages are cut so that they fit into a message; a watch that nobody reads ends. */
START_TEST(more_than_a_message_holds)
{
	fixture_open(0);
	korch_log_set(KORCH_LOG_INFO, on_line, NULL, NULL);
	char *text = text_of('x', 1 << 20), name[16];
	test_watch unread;
	watch_open(&unread, &(korch_watch_query){.since = 0}, 0);
	for (int i = 0; i < 72; i++) {
		snprintf(name, sizeof(name), "n%02d", i);
		korch_write write = put_write(name, text, KORCH_REVISION_ANY);
		int code = commit_many(&write, 1).code;
		ck_assert_msg(code == 0, "%s", last_line);
	}
	listing *page = list(&(korch_list_query){.kind = config_map});
	ck_assert_int_eq(page->code, 0);
	ck_assert_uint_eq(page->n, 72);
	ck_assert_str_eq(value_of(page->objects[71]), text);
	listing_free(page);
	korch_change change;
	int r;
	while ((r = korch_watch_next(unread.watch, &change)) >= 0)
		settle();
	ck_assert_int_eq(r, KORCH_E_COMPACTED);
	korch_watch_free(unread.watch);
	free(text);
	fixture_close();
}
END_TEST

START_TEST(prefixes_do_not_meet)
{
	static char url[128];
	fixture_open(0);
	snprintf(url, sizeof(url), "etcd://127.0.0.1:%d/elsewhere/shop", servers[0].port);
	store_options.url = url;
	store_options.page = 2; /* a list without a limit is read by pages */
	other_open();
	ull a = put("a", "here");
	char name[2] = "b";
	for (; name[0] < 'i'; name[0]++)
		other_put(name, "there");
	ck_assert_str_eq(list_text((korch_list_query){0}, 0), "a=here ");
	korch_loop *here = loop;
	korch_store *first = store;
	loop = other_loop;
	store = other;
	ck_assert_str_eq(list_text((korch_list_query){0}, 0),
	                 "b=there c=there d=there e=there f=there g=there h=there ");
	ck_assert_str_eq(list_text((korch_list_query){0}, 3),
	                 "b=there c=there d=there e=there f=there g=there h=there ");
	loop = here;
	store = first;
	ck_assert_uint_eq(a + 7, commit_one(check_write("a", a), 0)); /* etcd's revision */
	other_close();
	fixture_close();
}
END_TEST

/* Of so many keys, the last one in front. */
static korch_sealer *make_sealer(int first, int last)
{
	static const char digits[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
	static const char *const names[] = {"k0", "k1"};
	char variables[2][16], value[80];
	korch_sealer *sealer = NULL;
	korch_seal_key keys[2];
	size_t n = 0;
	for (int i = last; i >= first; i--, n++) {
		snprintf(variables[i], sizeof(variables[i]), "KORCH_TEST_K%d", i);
		snprintf(value, sizeof(value), "%d%s", i, digits + 1);
		setenv(variables[i], value, 1);
		keys[n] = (korch_seal_key){.name = names[i], .environment = variables[i]};
	}
	const char *const resources[] = {"configmaps"};
	const korch_sealer_options options = {.size = sizeof(options),
	                                      .keys = keys,
	                                      .n_keys = n,
	                                      .resources = resources,
	                                      .n_resources = 1};
	ck_assert_int_eq(korch_sealer_new(&sealer, &options, NULL), 0);
	return sealer;
}

START_TEST(sealed_values)
{
	korch_sealer *sealer = make_sealer(0, 0);
	korch_key key = key_of("a");
	korch_log_set(KORCH_LOG_ERROR, on_line, NULL, NULL);
	store_options.sealer = sealer;
	fixture_open(0);
	test_watch watcher;
	watch_open(&watcher, &(korch_watch_query){.since = 0}, 0);
	ull a = put("a", "secret"), b = put("a", "secret too");
	watch_expect(&watcher, "+a=secret@%llu *a=secret too@%llu ", a, b);
	ck_assert_str_eq(list_text((korch_list_query){0}, 0), "a=secret too ");
	korch_watch_free(watcher.watch);
	/* Who has no key gets an error, a line, and changes nothing. */
	korch_store_free(store);
	const char *endpoints[] = {servers[0].url};
	store_options.sealer = NULL;
	store_options.endpoints = endpoints;
	store_options.n_endpoints = 1;
	ck_assert_int_eq(korch_store_etcd_new(&store, loop, &store_options, NULL), 0);
	listing *page = list(&(korch_list_query){0});
	ck_assert_int_eq(page->code, KORCH_E_IO);
	listing_free(page);
	ck_assert_str_eq(last_line, "etcd: /korch/!/ConfigMap!/v1!/ns!/a: it is sealed, and the store "
	                            "has no keys: give it a sealer; it was left as it is");
	watch_open(&watcher, &(korch_watch_query){.since = 0}, 0);
	korch_change change;
	int r;
	while ((r = korch_watch_next(watcher.watch, &change)) == 0)
		settle();
	ck_assert_int_eq(r, KORCH_E_IO);
	ck_assert_int_eq(korch_watch_next(watcher.watch, &change), KORCH_E_IO);
	korch_watch_free(watcher.watch);
	korch_log_set(KORCH_LOG_NONE, NULL, NULL, NULL);
	commit_one(put_write("a", "1", a), KORCH_E_CONFLICT);
	/* It may be removed, and watches say so. */
	watch_open(&watcher, &(korch_watch_query){.since = b}, 0);
	ull c = commit_one(delete_write(key.name, b), 0);
	while ((r = korch_watch_next(watcher.watch, &change)) == 0)
		settle();
	ck_assert_int_eq(r, 1);
	ck_assert_int_eq(change.type, KORCH_CHANGE_DELETED);
	ck_assert_str_eq(korch_object_name(change.object), "a");
	ck_assert_uint_eq(change.object->revision, c);
	ck_assert_uint_eq(change.revision, c);
	korch_watch_free(watcher.watch);
	fixture_close();
	korch_sealer_free(sealer);
}
END_TEST

typedef struct resealing {
	int is_done, code, calls;
	korch_reseal_state state;
} resealing;

static void on_reseal(void *userdata, int code, const korch_reseal_state *state)
{
	resealing *out = userdata;
	out->calls++;
	out->code = code;
	out->state = *state;
	out->is_done = code < 0 || state->is_done;
}

static resealing reseal(int type)
{
	resealing out = {0};
	ck_assert_int_eq(korch_store_reseal(store, type, on_reseal, &out), 0);
	ck_assert_int_eq(korch_store_reseal(store, type, on_reseal, &out), KORCH_E_BUSY);
	wait_for(&out.is_done);
	return out;
}

static void on_revoked(void *userdata, int code, const korch_lease_state *state)
{
	(void)state;
	ck_assert_int_eq(code, 0);
	*(int *)userdata = 1;
}

static void revoke(uint64_t lease)
{
	int is_done = 0;
	ck_assert_int_eq(korch_store_lease_revoke(store, lease, on_revoked, &is_done), 0);
	wait_for(&is_done);
}

static void on_lease(void *userdata, int code, const korch_lease_state *state)
{
	ck_assert_int_eq(code, 0);
	*(uint64_t *)userdata = state->lease;
}

/* Keys change while the store is open; then the older one is not needed any more. */
START_TEST(keys_change)
{
	enum { MAPS = 600 };
	uint64_t lease = 0;
	char name[16];
	store_options.sealer = make_sealer(0, 0);
	fixture_open(0);
	ck_assert_int_eq(korch_store_lease_grant(store, 60 * KORCH_USEC_PER_SEC, on_lease, &lease), 0);
	for (int i = 0; i < MAPS; i++) {
		snprintf(name, sizeof(name), "n%03d", i);
		put(name, "secret");
	}
	korch_write write = put_write("n000", "secret", KORCH_REVISION_ANY);
	write.lease = lease;
	ck_assert_uint_ne(lease, 0);
	commit_one(write, 0);
	commit_one((korch_write){.object = make(space, "", "plain", "1")}, 0);
	resealing out = reseal(KORCH_RESEAL_OLD);
	ck_assert_int_eq(out.code, 0);
	ck_assert_uint_eq(out.state.written, 0);
	ck_assert_uint_eq(out.state.seen, MAPS + 1);
	ck_assert_uint_eq(out.state.total, MAPS + 1);
	ck_assert_int_eq(out.calls, 2); /* a slice of 512, and the end */
	ck_assert_int_eq(korch_sealer_replace(store_options.sealer, make_sealer(0, 1)), 0);
	ck_assert_uint_eq(reseal(KORCH_RESEAL_OLD).state.written, MAPS);
	ck_assert_uint_eq(reseal(KORCH_RESEAL_OLD).state.written, 0);
	ck_assert_int_eq(korch_sealer_replace(store_options.sealer, make_sealer(1, 1)), 0);
	ck_assert_uint_eq(reseal(KORCH_RESEAL_ALL).state.written, MAPS);
	ck_assert_str_eq(list_text((korch_list_query){.kind = space}, 0), "plain=1 ");
	listing *page = list(&(korch_list_query){.kind = config_map});
	ck_assert_uint_eq(page->n, MAPS);
	ck_assert_str_eq(value_of(page->objects[0]), "secret");
	listing_free(page);
	/* It has stayed under its lease. */
	revoke(lease);
	ck_assert_str_eq(read_text("n000"), "-");
	fixture_close();
	korch_sealer_free(store_options.sealer);
}
END_TEST

void add_etcd_value_tests(Suite *suite)
{
	TCase *tcase = tcase_create("values");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, more_writes_than_the_server_takes);
	tcase_add_test(tcase, an_object_that_is_too_big);
	tcase_add_test(tcase, events_in_parts);
	tcase_add_test(tcase, more_than_a_message_holds);
	tcase_add_test(tcase, prefixes_do_not_meet);
	tcase_add_test(tcase, sealed_values);
	tcase_add_test(tcase, keys_change);
	suite_add_tcase(suite, tcase);
}
