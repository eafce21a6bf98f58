/* The Service load balancer as a router through the conformance suite: an engine with a Service,
 * its pods and slices, a proxy that follows it, and real servers behind. */
#include "router.h"
#include "router_world.h"
#include "support/store.h"
#include "traffic/haproxy.h"
#include "traffic/service.h"
#include <arpa/inet.h>
#include <korch/store.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char service_ip[] = "127.44.7.1";
static korch_loop *loop;
static korch_store *store;
static korch_engine *engine;
static korch_proxy *proxy;
static int service_port;

static void step(void)
{
	korch_loop_step(loop, korch_loop_now(loop) + 20 * KORCH_USEC_PER_MSEC);
}

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	(void)result;
	ck_assert_int_eq(code, 0);
	++*(int *)userdata;
}

static void put(korch_object *object)
{
	int done = 0;
	korch_write write = {.op = KORCH_WRITE_PUT, .object = object, .expected = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_store_commit(store, &write, 1, on_commit, &done), 0);
	while (!done)
		step();
}

static korch_object *make(const korch_kind *kind, const char *name)
{
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_new(&object, kind), 0);
	korch_object_meta *meta = korch_object_edit_meta(object);
	korch_string_set(&meta->namespace_, "ns");
	korch_string_set(&meta->name, name);
	return object;
}

static int free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t n = sizeof(address);
	inet_pton(AF_INET, service_ip, &address.sin_addr);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, n), 0);
	getsockname(fd, (struct sockaddr *)&address, &n);
	close(fd);
	return ntohs(address.sin_port);
}

static void put_service(const char *affinity)
{
	korch_service *service = (korch_service *)make(&korch_service_kind, "web");
	korch_service_spec *spec = korch_struct_edit(&service->spec, &korch_service_spec_type);
	korch_string_set(&spec->cluster_ip, service_ip);
	korch_string_set(&spec->session_affinity, affinity);
	korch_service_port *port =
	    korch_list_edit(&spec->ports, &spec->n_ports, &korch_service_port_type, 1);
	port->port = service_port;
	put(&service->object);
}

/* A pod of a revision, and a slice of a Service with it alone, as each server has its own port. */
static void put_server(int i, const char *service_name)
{
	char name[64];
	snprintf(name, sizeof(name), "pod-%d", i);
	korch_object *pod = make(&korch_pod_kind, name);
	korch_map_set(&korch_object_edit_meta(pod)->labels, "pod-template-hash", world_revision(i));
	put(pod);
	korch_endpoint_slice *slice = (korch_endpoint_slice *)make(&korch_endpoint_slice_kind, name);
	korch_map_set(&korch_object_edit_meta(&slice->object)->labels, "kubernetes.io/service-name",
	              service_name);
	korch_string_set(&slice->address_type, "IPv4");
	korch_endpoint_port *port =
	    korch_list_edit(&slice->ports, &slice->n_ports, &korch_endpoint_port_type, 1);
	port->port = world_port(i);
	korch_endpoint *endpoint =
	    korch_list_edit(&slice->endpoints, &slice->n_endpoints, &korch_endpoint_type, 1);
	const char **addresses =
	    korch_string_list_edit(&endpoint->addresses, &endpoint->n_addresses, 1);
	korch_string_set(&addresses[0], "127.0.0.1");
	korch_object_reference *target =
	    korch_struct_edit(&endpoint->target_ref, &korch_object_reference_type);
	korch_string_set(&target->name, name);
	put(&slice->object);
}

static uint64_t endpoints;

static void on_port(void *userdata, const korch_proxy_port_stats *stats)
{
	(void)userdata;
	endpoints = stats->endpoints;
}

static int open_service(korch_router **out, korch_loop *on, void *userdata)
{
	loop = on;
	world_start();
	service_port = free_port();
	ck_assert_int_eq(test_store_open(&store, loop, 0), 0);
	korch_engine_options e = {.size = sizeof(e), .loop = loop, .store = store, .seed = 1};
	ck_assert_int_eq(korch_engine_new(&engine, &e, NULL), 0);
	ck_assert_int_eq(korch_engine_start(engine, NULL), 0);
	korch__proxy_options options = {.loop = loop};
	ck_assert_int_eq(korch__proxy_new(&proxy, &options, NULL), 0);
	ck_assert_int_eq(korch__proxy_observe(proxy, engine, NULL), 0);
	put_service("None");
	for (int i = 0; i < WORLD_SERVERS; i++)
		put_server(i, "web");
	for (endpoints = 0; endpoints < WORLD_SERVERS; step())
		korch__proxy_each_port(proxy, on_port, NULL);
	return userdata ? korch__router_haproxy_observe(out, loop, engine, proxy, NULL)
	                : korch__router_service_new(out, proxy, loop, NULL);
}

static void on_freed(void *userdata)
{
	*(int *)userdata = 1;
}

static void close_service(void *userdata)
{
	int is_freed = 0;
	(void)userdata;
	korch__proxy_free(proxy, on_freed, &is_freed);
	while (!is_freed)
		step();
	korch_engine_free(engine);
	korch_store_free(store);
	world_stop();
}

static const char *request(korch_router *router, const korch_conformance_request *wanted,
                           void *userdata)
{
	char cookie[64] = "";
	if (wanted->cookie)
		snprintf(cookie, sizeof(cookie), "korch=%s", wanted->cookie);
	world_request asked = {.headers = wanted->headers, .cookie = wanted->cookie ? cookie : NULL};
	(void)router;
	(void)userdata;
	return world_ask(loop, service_ip, service_port, &asked);
}

/* Tests of its own */

static korch_router *router;

static void on_done(void *userdata, int code, const char *message)
{
	ck_assert_msg(code == 0, "%s", message);
	*(int *)userdata = 1;
}

static void set_weights(int v1, int v2)
{
	int done = 0;
	korch_traffic_destination destinations[] = {{.hash = "v1", .weight = v1},
	                                            {.hash = "v2", .weight = v2, .service = "canary"}};
	korch_traffic traffic = {.size = sizeof(traffic),
	                         .namespace_ = "ns",
	                         .name = "web",
	                         .service = "web",
	                         .destinations = destinations,
	                         .n_destinations = 2};
	ck_assert_int_eq(korch_router_set(router, &traffic, on_done, &done, NULL), 0);
	while (!done)
		step();
}

static int ask(void)
{
	world_request asked = {0};
	const char *who = world_ask(loop, service_ip, service_port, &asked);
	ck_assert_ptr_nonnull(who);
	return who[1] - '0';
}

static void start(void)
{
	korch_loop *on;
	ck_assert_int_eq(korch_loop_new(&on, NULL), 0);
	ck_assert_int_eq(open_service(&router, on, NULL), 0);
}

static void finish(void)
{
	korch_router_free(router);
	close_service(NULL);
	korch_loop_free(loop);
}

START_TEST(affinity_ends_with_the_weight)
{
	start();
	set_weights(0, 100);
	put_service("ClientIP");
	for (int i = 0; i < 5; i++)
		step();
	ck_assert_int_eq(ask(), 2);
	set_weights(50, 50);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(ask(), 2); /* stays: the same client */
	set_weights(100, 0);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(ask(), 1);
	finish();
}
END_TEST

START_TEST(connections_are_not_cut)
{
	uint64_t answers[4];
	start();
	set_weights(100, 0);
	world_load_start(service_ip, service_port, 8);
	for (int i = 0; i <= 50; i++) {
		uint64_t until = world_load_count() + 20;
		set_weights(100 - 2 * i, 2 * i);
		while (world_load_count() < until)
			step();
	}
	while (world_load_count() < 2000)
		step();
	/* The clients' connections were made when everything went to v1, and are not cut. */
	ck_assert_int_eq(ask(), 2);
	world_load_end();
	while (!world_load_has_ended()) /* the last requests go through the proxy */
		step();
	world_load_stop(answers);
	ck_assert_uint_eq(answers[0], 0);
	ck_assert_uint_eq(answers[2], 0);
	ck_assert_uint_ge(answers[1], 2000);
	finish();
}
END_TEST

/* The root Service selects one revision only; the other one's pods are in a Service of their own.
 */
START_TEST(revisions_in_services_of_their_own)
{
	start();
	for (int i = 0; i < WORLD_SERVERS; i++)
		if (strcmp(world_revision(i), "v2") == 0)
			put_server(i, "canary");
	set_weights(50, 50);
	int answers[4] = {0};
	for (int i = 0; i < 100; i++)
		answers[ask()]++;
	ck_assert_int_eq(answers[1], 50);
	ck_assert_int_eq(answers[2], 50);
	korch_router_remove(router, "ns", "web", NULL, NULL);
	for (int i = 0; i < 10; i++)
		ck_assert_int_ne(ask(), 2);
	finish();
}
END_TEST

static void delete_slice(int i)
{
	char name[64];
	int done = 0;
	snprintf(name, sizeof(name), "pod-%d", i);
	korch_object *slice = make(&korch_endpoint_slice_kind, name);
	korch_write write = {
	    .op = KORCH_WRITE_DELETE, .key = korch_object_key(slice), .expected = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_store_commit(store, &write, 1, on_commit, &done), 0);
	while (!done)
		step();
	korch_object_unref(slice);
}

static void on_get(void *userdata, int code, const korch_traffic_report *report)
{
	ck_assert_int_eq(code, 0);
	*(int *)userdata = report->in_force ? 2 : strstr(report->reason, "no ready endpoint") ? 1 : 3;
}

/* 1: in force, 0: an endpoint is missing, 2: a change is under way. */
static int is_in_force(void)
{
	int told = 0;
	ck_assert_int_eq(korch_router_get(router, "ns", "web", on_get, &told), 0);
	while (!told)
		step();
	return told - 1;
}

/* HAProxy follows the endpoints of the engine, and leaves the Service as it was. */
START_TEST(haproxy_follows_the_engine)
{
	static int is_haproxy = 1;
	korch_loop *on;
	int v2 = 0;
	ck_assert_int_eq(korch_loop_new(&on, NULL), 0);
	ck_assert_int_eq(open_service(&router, on, &is_haproxy), 0);
	while (strcmp(world_revision(v2), "v2") != 0)
		v2++;
	put_server(v2, "canary");
	set_weights(50, 50);
	ck_assert_int_eq(is_in_force(), 1);
	delete_slice(v2);
	while (is_in_force() != 0)
		step();
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(ask(), 1);
	put_server(v2, "canary");
	while (is_in_force() != 1)
		step();
	int answers[4] = {0};
	for (int i = 0; i < 100; i++)
		answers[ask()]++;
	ck_assert_int_eq(answers[2], 50);
	int done = 0;
	ck_assert_int_eq(korch_router_remove(router, "ns", "web", on_done, &done), 0);
	while (!done)
		step();
	memset(answers, 0, sizeof(answers));
	for (int i = 0; i < 10; i++)
		answers[ask()]++;
	ck_assert_int_eq(answers[1], 6); /* three and two endpoints in turn */
	ck_assert_int_eq(answers[3], 4);
	finish();
}
END_TEST

int main(void)
{
	static int is_haproxy = 1;
	korch_conformance_router_factory factory = {.size = sizeof(factory),
	                                            .name = "service",
	                                            .open = open_service,
	                                            .close = close_service,
	                                            .request = request,
	                                            .real_time = 1,
	                                            .knows_endpoints = 1};
	SRunner *runner = srunner_create(korch_conformance_router_suite(&factory));
	factory.name = "haproxy in a cluster";
	factory.userdata = &is_haproxy;
	srunner_add_suite(runner, korch_conformance_router_suite(&factory));
	Suite *own = suite_create("service, its own");
	TCase *tcase = tcase_create("connections");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, affinity_ends_with_the_weight);
	tcase_add_test(tcase, connections_are_not_cut);
	tcase_add_test(tcase, revisions_in_services_of_their_own);
	tcase_add_test(tcase, haproxy_follows_the_engine);
	suite_add_tcase(own, tcase);
	srunner_add_suite(runner, own);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
