/* Header routes, affinity, counters: for routers that have them. */
#include "router_fixture.h"

static korch_traffic_match header_match(korch_traffic_header *header, const char *name, int kind,
                                        const char *value)
{
	*header = (korch_traffic_header){name, {value, kind, 0}};
	return (korch_traffic_match){.headers = header, .n_headers = 1};
}

static int ask_header(const char *name, const char *value)
{
	const char *const headers[] = {name, value, NULL};
	return ask_with(headers, NULL);
}

/* Sets one header route to v2, which has no weight, and returns whether a value leads there. */
static void check_header(int kind, const char *pattern, const char *good, const char *bad)
{
	korch_traffic_header header;
	korch_traffic_match match = header_match(&header, "X-Canary", kind, pattern);
	korch_traffic_route route = {"canary", "v2", &match, 1, 0, 0};
	wish wanted = make_wish(100, 0, -1);
	wanted.traffic.header_routes = &route;
	wanted.traffic.n_header_routes = 1;
	ck_assert_int_eq(set_traffic(&wanted), 0);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(ask_header("X-Canary", good), 2);
		ck_assert_int_eq(ask_header("x-canary", good), 2);
		ck_assert_int_eq(ask_header("X-Canary", bad), 1);
		ck_assert_int_eq(ask_header("X-Other", good), 1);
		ck_assert_int_eq(ask(), 1);
	}
}

START_TEST(header_values)
{
	fixture_open(_i);
	if (fixture_can(KORCH_ROUTER_HEADER_EXACT)) {
		check_header(KORCH_TRAFFIC_EXACT, "yes", "yes", "yes2");
		check_header(KORCH_TRAFFIC_EXACT, "a, b;c \\ \"d\" #e", "a, b;c \\ \"d\" #e", "a");
	}
	if (fixture_can(KORCH_ROUTER_HEADER_PREFIX)) {
		check_header(KORCH_TRAFFIC_PREFIX, "beta-", "beta-7", "a-beta-7");
		check_header(KORCH_TRAFFIC_PREFIX, "a b", "a b c", "ab c");
	}
	if (fixture_can(KORCH_ROUTER_HEADER_REGEX)) {
		check_header(KORCH_TRAFFIC_REGEX, "a[0-9]+", "a42", "xa42");
		check_header(KORCH_TRAFFIC_REGEX, "a b|c;d", "c;d", "c;de");
	}
	fixture_close();
}
END_TEST

START_TEST(header_routes_come_and_go)
{
	fixture_open(_i);
	if (fixture_can(KORCH_ROUTER_HEADER_EXACT)) {
		korch_traffic_header headers[3];
		korch_traffic_match matches[] = {
		    header_match(&headers[0], "X-To", KORCH_TRAFFIC_EXACT, "two"),
		    header_match(&headers[1], "X-To", KORCH_TRAFFIC_EXACT, "three"),
		    header_match(&headers[2], "X-Also", KORCH_TRAFFIC_EXACT, "three")};
		korch_traffic_route routes[] = {{"first", "v2", &matches[0], 1, 0, 0},
		                                {"second", "v3", &matches[1], 2, 0, 0}};
		wish wanted = make_wish(100, 0, 0);
		wanted.traffic.header_routes = routes;
		wanted.traffic.n_header_routes = 2;
		ck_assert_int_eq(set_traffic(&wanted), 0);
		ck_assert_int_eq(get_traffic("web").in_force, 1);
		ck_assert_int_eq(ask_header("X-To", "two"), 2);
		ck_assert_int_eq(ask_header("X-To", "three"), 3);
		ck_assert_int_eq(ask_header("X-Also", "three"), 3);
		const char *const both[] = {"X-Also", "three", "X-To", "two", NULL};
		ck_assert_int_eq(ask_with(both, NULL), 2); /* the first one counts */
		routes[0].destination = "v3";
		ck_assert_int_eq(set_traffic(&wanted), 0);
		ck_assert_int_eq(ask_header("X-To", "two"), 3);
		wanted.traffic.n_header_routes = 1;
		ck_assert_int_eq(set_traffic(&wanted), 0);
		ck_assert_int_eq(ask_header("X-Also", "three"), 1);
		wanted.traffic.n_header_routes = 0;
		ck_assert_int_eq(set_traffic(&wanted), 0);
		ck_assert_int_eq(ask_header("X-To", "two"), 1);
	}
	fixture_close();
}
END_TEST

START_TEST(all_headers_of_a_match_count)
{
	fixture_open(_i);
	if (fixture_can(KORCH_ROUTER_HEADER_EXACT | KORCH_ROUTER_HEADER_PREFIX)) {
		korch_traffic_header headers[] = {{"X-A", {"1", KORCH_TRAFFIC_EXACT, 0}},
		                                  {"X-B", {NULL, KORCH_TRAFFIC_ANY, 0}}};
		korch_traffic_match match = {
		    .method = {"GET", KORCH_TRAFFIC_EXACT, 0}, .headers = headers, .n_headers = 2};
		korch_traffic_route route = {"both", "v2", &match, 1, 0, 0};
		wish wanted = make_wish(100, 0, -1);
		wanted.traffic.header_routes = &route;
		wanted.traffic.n_header_routes = 1;
		ck_assert_int_eq(set_traffic(&wanted), 0);
		const char *const both[] = {"X-A", "1", "X-B", "whatever", NULL};
		ck_assert_int_eq(ask_with(both, NULL), 2);
		ck_assert_int_eq(ask_header("X-A", "1"), 1);
		ck_assert_int_eq(ask_header("X-B", "1"), 1);
	}
	fixture_close();
}
END_TEST

START_TEST(clients_stay_by_cookie)
{
	fixture_open(_i);
	if (fixture_can(KORCH_ROUTER_COOKIE_AFFINITY)) {
		wish wanted = make_wish(90, 10, 0);
		wanted.traffic.cookie = "korch";
		wanted.traffic.cookie_max_age_s = 60;
		ck_assert_int_eq(set_traffic(&wanted), 0);
		for (int i = 0; i < 20; i++) {
			ck_assert_int_eq(ask_with(NULL, "v2"), 2);
			ck_assert_int_eq(ask_with(NULL, "v1"), 1);
		}
		for (int i = 0; i < 20; i++) /* no weight, and no such revision */
			ck_assert_int_ne(ask_with(NULL, i % 2 ? "v3" : "v7"), 3);
		int answers[4];
		count(100, answers); /* new clients are shared by weight */
		ck_assert_int_eq(answers[2], 10);
		wanted.destinations[0].weight = 100;
		wanted.destinations[1].weight = 0;
		ck_assert_int_eq(set_traffic(&wanted), 0);
		ck_assert_int_eq(ask_with(NULL, "v2"), 1); /* aborted: nobody stays there */
	}
	fixture_close();
}
END_TEST

typedef struct counters {
	int calls, code;
	uint64_t requests[3], errors;
} counters;

static void on_stats(void *userdata, int code, const korch_traffic_stats *stats, size_t n)
{
	counters *out = userdata;
	ck_assert_msg(!is_inside, "a completion came from inside of a call");
	out->calls++;
	out->code = code;
	out->errors = 0;
	for (size_t i = 0; i < n && i < 3; i++) {
		out->requests[i] = stats[i].requests;
		out->errors += stats[i].errors;
		ck_assert_ptr_nonnull(stats[i].hash);
	}
}

static counters get_stats(void)
{
	counters out = {0};
	is_inside = 1;
	ck_assert_int_eq(korch_router_stats(router, "ns", "web", on_stats, &out), 0);
	is_inside = 0;
	while (!out.calls)
		step();
	return out;
}

START_TEST(requests_are_counted)
{
	fixture_open(_i);
	int answers[4];
	if (!fixture_can(KORCH_ROUTER_METRICS)) {
		ck_assert_int_eq(korch_router_stats(router, "ns", "web", on_stats, NULL),
		                 KORCH_E_UNSUPPORTED);
	} else {
		ck_assert_int_eq(get_stats().code, KORCH_E_NOT_FOUND);
		ck_assert_int_eq(set_weights(80, 20, -1), 0);
		count(50, answers);
		ck_assert_int_eq(set_weights(50, 50, 0), 0); /* a third one: nothing is forgotten */
		count(50, answers);
		counters now = get_stats();
		ck_assert_int_eq(now.code, 0);
		ck_assert_uint_eq(now.requests[0], 40 + 25);
		ck_assert_uint_eq(now.requests[1], 10 + 25);
		ck_assert_uint_eq(now.requests[2], 0);
		ck_assert_uint_eq(now.errors, 0);
	}
	fixture_close();
}
END_TEST

void add_router_route_tests(Suite *suite, int i)
{
	ADD_TESTS(suite, "routes", i, header_values, header_routes_come_and_go,
	          all_headers_of_a_match_count, clients_stay_by_cookie, requests_are_counted);
}
