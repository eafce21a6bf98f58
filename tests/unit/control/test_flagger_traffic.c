/* What a Canary asks of a router, and what it is refused for. */
#include "control/flagger/flagger.h"
#include "control/flagger/traffic.h"
#include "unit.h"
#include <korch/codec.h>
#include <stdio.h>
#include <string.h>

/* A Canary with this analysis that asks for this traffic. */
static korch_object *asking(const char *analysis, const char *traffic)
{
	char text[2048];
	korch_object *object = NULL;
	int n = snprintf(
	    text, sizeof(text),
	    "{\"apiVersion\":\"flagger.app/v1beta1\",\"kind\":\"Canary\",\"metadata\":{"
	    "\"name\":\"web\",\"namespace\":\"shop\",\"annotations\":{\"%s\":\"%s\"}},"
	    "\"spec\":{\"targetRef\":{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\","
	    "\"name\":\"web\"},\"service\":{\"port\":80,\"name\":\"front\"},\"analysis\":{%s}}}",
	    KORCH__FLAGGER_ANNOTATION_TRAFFIC, traffic, analysis);
	ck_assert_int_eq(korch_object_from_json(&object, text, (size_t)n, NULL, NULL, NULL), 0);
	return object;
}

static void check_traffic(const korch_traffic *traffic)
{
	korch_error *err = NULL;
	int code = korch_traffic_check(traffic, &err);
	ck_assert_msg(code == 0, "%s", korch_error_format(err));
}

START_TEST(weights_are_asked_for)
{
	korch__asked_traffic asked;
	korch_object *object = asking(
	    "\"stepWeight\":10,\"sessionAffinity\":{\"cookieName\":\"c\",\"maxAge\":60}", "abc 30 -");
	const korch_traffic *t = &asked.traffic;
	ck_assert_int_eq(korch__flagger_routed.asks(&asked, object), 1);
	check_traffic(t);
	ck_assert_str_eq(t->name, "canary.web");
	ck_assert_str_eq(t->service, "front");
	ck_assert_int_eq(t->port, 80);
	ck_assert_uint_eq(t->n_destinations, 2);
	ck_assert_str_eq(t->destinations[0].hash, "primary");
	ck_assert_str_eq(t->destinations[0].service, "front-primary");
	ck_assert_int_eq(t->destinations[0].weight, 70);
	ck_assert_str_eq(t->destinations[1].hash, "abc");
	ck_assert_str_eq(t->destinations[1].service, "front-canary");
	ck_assert_int_eq(t->destinations[1].weight, 30);
	ck_assert_str_eq(t->cookie, "c");
	ck_assert_int_eq(t->cookie_max_age_s, 60);
	korch__asked_traffic_fini(&asked);
	korch_object_unref(object);
	/* nobody is kept where nobody is sent */
	object = asking("\"stepWeight\":10,\"sessionAffinity\":{\"cookieName\":\"c\"}", "- 0 -");
	ck_assert_int_eq(korch__flagger_routed.asks(&asked, object), 1);
	ck_assert_uint_eq(t->n_destinations, 1);
	ck_assert_ptr_null(t->cookie);
	korch__asked_traffic_fini(&asked);
	korch_object_unref(object);
}
END_TEST

START_TEST(routes_are_asked_for)
{
	korch__asked_traffic asked;
	const korch_traffic *t = &asked.traffic;
	korch_object *object = asking("\"iterations\":1,\"match\":[{\"headers\":{\"x\":{\"exact\":"
	                              "\"y\"},\"z\":{\"suffix\":\".b\"}}},"
	                              "{\"uri\":{\"prefix\":\"/new\"}}]",
	                              "abc 0 match");
	ck_assert_int_eq(korch__flagger_routed.asks(&asked, object), 1);
	check_traffic(t);
	ck_assert_uint_eq(t->n_header_routes, 1);
	ck_assert_str_eq(t->header_routes[0].destination, "abc");
	ck_assert_uint_eq(t->header_routes[0].n_matches, 2);
	const korch_traffic_match *match = t->header_routes[0].matches;
	ck_assert_uint_eq(match[0].n_headers, 2);
	ck_assert_str_eq(match[0].headers[0].name, "x");
	ck_assert_int_eq(match[0].headers[0].value.kind, KORCH_TRAFFIC_EXACT);
	ck_assert_str_eq(match[0].headers[1].value.value, ".*\\.b");
	ck_assert_int_eq(match[0].headers[1].value.kind, KORCH_TRAFFIC_REGEX);
	ck_assert_str_eq(match[1].path.value, "/new");
	korch__asked_traffic_fini(&asked);
	korch_object_unref(object);
	object = asking("\"iterations\":1,\"mirror\":true", "abc 0 mirror=30");
	ck_assert_int_eq(korch__flagger_routed.asks(&asked, object), 1);
	check_traffic(t);
	ck_assert_uint_eq(t->n_mirror_routes, 1);
	ck_assert_int_eq(t->mirror_routes[0].percentage, 30);
	korch__asked_traffic_fini(&asked);
	korch_object_unref(object);
}
END_TEST

START_TEST(too_much_is_refused)
{
	static const struct {
		const char *analysis, *path;
		uint32_t capabilities;
	} rows[] = {
	    {"\"stepWeight\":10", NULL, KORCH_ROUTER_WEIGHTS},
	    {"\"stepWeight\":10", "spec.analysis", 0},
	    {"\"stepWeight\":10,\"mirror\":true", "spec.analysis.mirror", KORCH_ROUTER_WEIGHTS},
	    {"\"stepWeight\":10,\"sessionAffinity\":{\"cookieName\":\"c\"}",
	     "spec.analysis.sessionAffinity", KORCH_ROUTER_WEIGHTS},
	    {"\"iterations\":1,\"match\":[{\"headers\":{\"x\":{\"regex\":\"y\"}}}]",
	     "spec.analysis.match[0]", KORCH_ROUTER_WEIGHTS | KORCH_ROUTER_HEADER_EXACT},
	    {"\"iterations\":1,\"match\":[{\"headers\":{\"x\":{\"exact\":\"y\"}}}]", NULL,
	     KORCH_ROUTER_WEIGHTS | KORCH_ROUTER_HEADER_EXACT},
	    {"\"iterations\":1,\"match\":[{\"port\":7}]", "spec.analysis.match[0].port", ~0u},
	    {"\"iterations\":1,\"match\":[{}]", "spec.analysis.match[0]: matches nothing", ~0u},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		korch_error *err = NULL;
		korch_object *object = asking(rows[i].analysis, "");
		int code =
		    korch__flagger_refuse(rows[i].capabilities, (const korch_flagger_canary *)object, &err);
		char *words = korch_error_format(err);
		ck_assert_msg(rows[i].path ? code < 0 && strstr(words, rows[i].path) : code == 0,
		              "row %zu: %d, %s", i, code, words);
		free(words);
		korch_error_free(err);
		korch_object_unref(object);
	}
}
END_TEST

KORCH_SUITE(flagger_traffic)
{
	Suite *suite = suite_create("flagger-traffic");
	KORCH_CASE(suite, "traffic", weights_are_asked_for, routes_are_asked_for, too_much_is_refused);
	return suite;
}
