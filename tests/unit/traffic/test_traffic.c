/* Traffic as data: what is wrong with it, what it needs, copies; taking turns; tables with holes.
 */
#include "base/alloc.h"
#include "base/turn.h"
#include "unit.h"
#include <korch/sys/router.h>
#include <string.h>

static korch_traffic_endpoint endpoint = {"127.0.0.1", 80, 0};
static korch_traffic_destination destinations[2];
static korch_traffic_header header;
static korch_traffic_match match;
static korch_traffic_route route;

static korch_traffic example(void)
{
	destinations[0] = (korch_traffic_destination){
	    .hash = "a1", .weight = 90, .endpoints = &endpoint, .n_endpoints = 1};
	destinations[1] = (korch_traffic_destination){.hash = "b2", .service = "canary", .weight = 10};
	header = (korch_traffic_header){"X-To", {"b", KORCH_TRAFFIC_REGEX, 0}};
	match = (korch_traffic_match){
	    .path = {"/shop", KORCH_TRAFFIC_PREFIX, 0}, .headers = &header, .n_headers = 1};
	route = (korch_traffic_route){"r", "b2", &match, 1, 5, 0};
	return (korch_traffic){.size = sizeof(korch_traffic),
	                       .namespace_ = "ns",
	                       .name = "web",
	                       .service = "web",
	                       .destinations = destinations,
	                       .n_destinations = 2,
	                       .header_routes = &route,
	                       .n_header_routes = 1,
	                       .mirror_routes = &route,
	                       .n_mirror_routes = 1,
	                       .cookie = "c",
	                       .cookie_max_age_s = 5};
}

static void check_wrong(const korch_traffic *traffic, int code, const char *path)
{
	korch_error *err = NULL;
	ck_assert_int_eq(korch_traffic_check(traffic, &err), code);
	ck_assert_str_eq(korch_error_path(err), path);
	ck_assert_ptr_null(strchr(korch_error_message(err), '\n'));
	korch_error_free(err);
}

START_TEST(wrong_destinations)
{
	korch_traffic t = example();
	ck_assert_int_eq(korch_traffic_check(&t, NULL), 0);
	destinations[1].weight = 11;
	check_wrong(&t, KORCH_E_INVALID, "destinations");
	destinations[1].weight = -10;
	check_wrong(&t, KORCH_E_INVALID, "destinations[1].weight");
	t = example();
	destinations[1].hash = "a1";
	check_wrong(&t, KORCH_E_INVALID, "destinations[1].hash");
	t = example();
	destinations[0].hash = "a b";
	check_wrong(&t, KORCH_E_INVALID, "destinations[0].hash");
	t = example();
	endpoint.address = "localhost";
	check_wrong(&t, KORCH_E_INVALID, "destinations[0].endpoints");
	endpoint.address = "::1";
	ck_assert_int_eq(korch_traffic_check(&t, NULL), 0);
	endpoint.port = 0;
	check_wrong(&t, KORCH_E_INVALID, "destinations[0].endpoints");
	endpoint = (korch_traffic_endpoint){"127.0.0.1", 80, 0};
	t.n_destinations = 0;
	check_wrong(&t, KORCH_E_LIMIT, "destinations");
	t = example();
	t.max_weight = 2000;
	check_wrong(&t, KORCH_E_INVALID, "max_weight");
}
END_TEST

START_TEST(wrong_routes)
{
	korch_traffic t = example();
	route.destination = "c3";
	check_wrong(&t, KORCH_E_INVALID, "header_routes[0]");
	t = example();
	header.name = "X To";
	check_wrong(&t, KORCH_E_INVALID, "header_routes[0].match[0]");
	t = example();
	header.value.value = "a\nb";
	check_wrong(&t, KORCH_E_INVALID, "header_routes[0].match[0]");
	t = example();
	header.value.kind = 7;
	check_wrong(&t, KORCH_E_INVALID, "header_routes[0].match[0]");
	t = example();
	match = (korch_traffic_match){0};
	check_wrong(&t, KORCH_E_INVALID, "header_routes[0].match[0]");
	t = example();
	route.n_matches = 0;
	check_wrong(&t, KORCH_E_LIMIT, "header_routes[0]");
	t = example();
	route.name = "";
	check_wrong(&t, KORCH_E_INVALID, "header_routes[0].name");
	t = example();
	route.percentage = 0; /* which only mirrors have */
	check_wrong(&t, KORCH_E_INVALID, "mirror_routes[0]");
	t = example();
	t.cookie = "a;b";
	check_wrong(&t, KORCH_E_INVALID, "cookie");
	t = example();
	t.service = NULL;
	check_wrong(&t, KORCH_E_INVALID, "service");
	ck_assert_int_eq(korch_traffic_check(NULL, NULL), KORCH_E_INVALID);
}
END_TEST

START_TEST(needs_and_refusals)
{
	korch_traffic t = example();
	ck_assert_uint_eq(korch_traffic_needs(&t), KORCH_ROUTER_WEIGHTS | KORCH_ROUTER_HEADER_PREFIX |
	                                               KORCH_ROUTER_HEADER_REGEX | KORCH_ROUTER_MIRROR |
	                                               KORCH_ROUTER_COOKIE_AFFINITY);
	t.n_header_routes = t.n_mirror_routes = 0;
	t.cookie = NULL;
	ck_assert_uint_eq(korch_traffic_needs(&t), KORCH_ROUTER_WEIGHTS);
	korch_error *err = NULL;
	korch_traffic_need needs[] = {{KORCH_ROUTER_WEIGHTS, 0, "a"},
	                              {KORCH_ROUTER_MIRROR, 0, "spec.strategy.canary.steps[2]"}};
	ck_assert_int_eq(korch_router_refuses(KORCH_ROUTER_WEIGHTS, needs, 1, &err), 0);
	ck_assert_ptr_null(err);
	ck_assert_int_eq(korch_router_refuses(KORCH_ROUTER_WEIGHTS, needs, 2, &err),
	                 KORCH_E_UNSUPPORTED);
	ck_assert_str_eq(korch_error_path(err), "spec.strategy.canary.steps[2]");
	ck_assert_str_eq(korch_error_message(err), "the traffic router cannot mirror requests");
	korch_error_free(err);
}
END_TEST

START_TEST(copies_stand_alone)
{
	korch_traffic t = example();
	korch__alloc_fail_at(1);
	ck_assert_ptr_null(korch_traffic_dup(&t));
	korch__alloc_fail_at(0);
	korch_traffic *copy = korch_traffic_dup(&t);
	ck_assert_ptr_nonnull(copy);
	memset(destinations, 0, sizeof(destinations));
	memset(&match, 0, sizeof(match));
	memset(&header, 0, sizeof(header));
	ck_assert_int_eq(korch_traffic_check(copy, NULL), 0);
	ck_assert_str_eq(copy->destinations[1].service, "canary");
	ck_assert_str_eq(copy->destinations[0].endpoints[0].address, "127.0.0.1");
	ck_assert_str_eq(copy->mirror_routes[0].matches[0].headers[0].value.value, "b");
	ck_assert_str_eq(copy->header_routes[0].matches[0].path.value, "/shop");
	korch_traffic_free(copy);
	korch_traffic_free(NULL);
}
END_TEST

START_TEST(turns)
{
	korch_turn t[] = {{5, 0}, {0, 0}, {1, 0}, {1, 0}};
	static const size_t expected[] = {0, 0, 2, 0, 3, 0, 0};
	for (int i = 0; i < 21; i++)
		ck_assert_uint_eq(korch__turn_next(t, 4), expected[i % 7]);
	t[0].weight = t[2].weight = t[3].weight = 0;
	ck_assert_uint_eq(korch__turn_next(t, 4), SIZE_MAX);
}
END_TEST

static int no_set(void *self, const korch_traffic *traffic, korch_router_done_fn fn, void *userdata)
{
	return KORCH_E_BUSY;
}
static int no_remove(void *self, const char *namespace_, const char *name, korch_router_done_fn fn,
                     void *userdata)
{
	return KORCH_E_BUSY;
}
static int no_get(void *self, const char *namespace_, const char *name, korch_router_get_fn fn,
                  void *userdata)
{
	return KORCH_E_BUSY;
}
static void no_free(void *self)
{
	*(int *)self = 1;
}

START_TEST(tables_with_holes)
{
	int is_freed = 0;
	korch_router *router = NULL;
	korch_router_ops ops = {.size = sizeof(ops),
	                        .name = "mine",
	                        .capabilities = KORCH_ROUTER_METRICS,
	                        .set = no_set,
	                        .remove = no_remove,
	                        .get = no_get,
	                        .free = no_free};
	ck_assert_int_eq(korch_router_register(&router, &ops, &is_freed, NULL), KORCH_E_INVALID);
	ops.capabilities = KORCH_ROUTER_WEIGHTS;
	ops.get = NULL;
	ck_assert_int_eq(korch_router_register(&router, &ops, &is_freed, NULL), KORCH_E_INVALID);
	ops.get = no_get;
	ck_assert_int_eq(korch_router_register(&router, &ops, &is_freed, NULL), 0);
	korch_traffic t = example();
	ck_assert_int_eq(korch_router_set(router, &t, NULL, NULL, NULL), KORCH_E_UNSUPPORTED);
	t.n_header_routes = t.n_mirror_routes = 0;
	t.cookie = NULL;
	ck_assert_int_eq(korch_router_set(router, &t, NULL, NULL, NULL), KORCH_E_BUSY);
	ck_assert_str_eq(korch_router_name(router), "mine");
	ck_assert_int_eq(korch_router_stats(router, "ns", "web", NULL, NULL), KORCH_E_INVALID);
	korch_router_free(router);
	ck_assert_int_eq(is_freed, 1);
}
END_TEST

KORCH_SUITE(traffic)
{
	Suite *suite = suite_create("traffic");
	KORCH_CASE(suite, "data", wrong_destinations, wrong_routes, needs_and_refusals,
	           copies_stand_alone);
	KORCH_CASE(suite, "routers", turns, tables_with_holes);
	return suite;
}
