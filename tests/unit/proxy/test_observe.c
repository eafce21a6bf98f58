/* A proxy that follows an engine: from the store to the socket, and events of what goes wrong. */
#include "proxy_fixture.h"
#include "support/store.h"

#include <string.h>

enum { READY_SERVING = READY | SERVING };

static korch_store *store;
static korch_engine *engine;
static int is_done;

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	ck_assert_int_eq(code, 0);
	++*(int *)userdata;
}

static void put(korch_object *object)
{
	int done = 0;
	korch_write write = {.op = KORCH_WRITE_PUT, .object = object, .expected = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_store_commit(store, &write, 1, on_commit, &done), 0);
	RUN_UNTIL(done);
}

static void remove_object(const korch_object *object)
{
	int done = 0;
	korch_write write = {
	    .op = KORCH_WRITE_DELETE, .key = korch_object_key(object), .expected = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_store_commit(store, &write, 1, on_commit, &done), 0);
	RUN_UNTIL(done);
}

static void put_slice(int i, int conditions)
{
	korch_endpoint_slice *slice = slice_make("web", "http", "TCP", servers[i].port);
	slice_add(slice, (endpoint_row){"127.0.0.1", conditions, NULL});
	korch_object_meta *meta = korch_object_edit_meta(&slice->object);
	korch_string_set(&meta->name, i ? "web-b" : "web-a");
	put(&slice->object);
}

static void put_service(void)
{
	service->spec->ports[0].port = service_port_number;
	put(korch_object_edit(&service->object));
}

/* Events, like everything else, are only written into namespaces that are there. */
static void put_namespace(void)
{
	korch_object *space = NULL;
	ck_assert_int_eq(korch_object_new(&space, &korch_namespace_kind), 0);
	korch_string_set(&korch_object_edit_meta(space)->name, "shop");
	put(space);
}

/* The fixture, with a proxy that observes an engine in place of its own one. */
static void observed_make(const korch__proxy_options *options)
{
	fixture_make(NULL, "TCP");
	korch__proxy_free(proxy, NULL, NULL);
	korch__proxy_options o = *options;
	o.loop = loop;
	ck_assert_int_eq(korch__proxy_new(&proxy, &o, NULL), 0);
	ck_assert_int_eq(test_store_open(&store, loop, 0), 0);
	korch_engine_options e = {.size = sizeof(e), .loop = loop, .store = store, .seed = 1};
	ck_assert_int_eq(korch_engine_new(&engine, &e, NULL), 0);
	ck_assert_int_eq(korch_engine_start(engine, NULL), 0);
	for (int i = 0; i < 2; i++)
		tcp_server(i, SERVE_NAME);
}

static void on_freed(void *userdata)
{
	is_done = 1;
}

static void engine_end(void)
{
	korch_engine_free(engine);
	korch_store_free(store);
}

static void proxy_end(void)
{
	korch__proxy_free(proxy, on_freed, NULL);
	proxy = NULL;
	RUN_UNTIL(is_done);
}

static int ask(void)
{
	peer *p = client_new(NULL);
	RUN_UNTIL(p->eof || p->error);
	peer_close(p);
	return p->error ? -1 : p->head[0] - '0';
}

START_TEST(follows_the_engine)
{
	observed_make(&(korch__proxy_options){0});
	put_slice(0, READY_SERVING); /* before it observes */
	ck_assert_int_eq(korch__proxy_observe(proxy, engine, NULL), 0);
	put_service();
	RUN_UNTIL(stats_now().listeners == 1);
	ck_assert_int_eq(ask(), 0);
	put_slice(1, READY_SERVING);
	RUN_UNTIL(port_now().endpoints == 2);
	ck_assert_int_eq(ask() + ask(), 1);
	put_slice(0, SERVING | TERMINATING);
	RUN_UNTIL(port_now().endpoints == 1);
	ck_assert_int_eq(ask(), 1);
	remove_object(&service->object);
	RUN_UNTIL(stats_now().services == 0);
	ck_assert_int_eq(ask(), -1);
	put_service();
	RUN_UNTIL(stats_now().listeners == 1);
	proxy_end();
	put_slice(0, READY_SERVING); /* nobody is there to be told */
	engine_end();
	fixture_finish();
}
END_TEST

START_TEST(engine_goes_first)
{
	observed_make(&(korch__proxy_options){0});
	ck_assert_int_eq(korch__proxy_observe(proxy, engine, NULL), 0);
	put_slice(0, READY_SERVING);
	put_service();
	RUN_UNTIL(stats_now().listeners == 1);
	engine_end();
	ck_assert_int_eq(ask(), 0); /* serves what it knows */
	proxy_end();
	fixture_finish();
}
END_TEST

static int is_bind_event(void *userdata, const korch_object *object)
{
	const korch_event *event = (const korch_event *)object;
	if (strcmp(event->reason, "FailedToBind") != 0)
		return 0;
	ck_assert_str_eq(event->type, "Warning");
	ck_assert_str_eq(event->involved_object->name, "web");
	ck_assert_ptr_nonnull(strstr(event->message, "192.0.2.1"));
	return 1;
}

START_TEST(failing_to_bind_is_an_event)
{
	observed_make(&(korch__proxy_options){.bind_retry_us = 1000});
	ck_assert_int_eq(korch__proxy_observe(proxy, engine, NULL), 0);
	korch_string_set(&service->spec->cluster_ip, "192.0.2.1");
	put_namespace();
	put_slice(0, READY_SERVING);
	put_service();
	korch_view_query query = {.kind = &korch_event_kind};
	RUN_UNTIL(korch_view_each(korch_engine_view(engine), &query, is_bind_event, NULL));
	ck_assert_uint_eq(stats_now().listeners_failing, 1);
	proxy_end();
	engine_end();
	fixture_finish();
}
END_TEST

KORCH_SUITE(observe)
{
	Suite *suite = suite_create("observe");
	KORCH_CASE(suite, "observe", follows_the_engine, engine_goes_first,
	           failing_to_bind_is_an_event);
	return suite;
}
