/* The suite of routers: its factories, the router that a test works on, calls in short. The tests
 * stand in router_life.c and router_routes.c. */
#include "router_fixture.h"
#include <stdio.h>
#include <string.h>

enum { FACTORIES_MAX = 16, STEP_US = 20000, TIMEOUT_S = 60 };

static korch_conformance_router_factory factories[FACTORIES_MAX];
static int n_factories;
static const korch_conformance_router_factory *factory;

korch_loop *loop;
korch_router *router;
int is_inside;

const korch_conformance_router_factory *fixture_factory(void)
{
	return factory;
}

void fixture_open(int i)
{
	factory = &factories[i];
	int r = factory->real_time ? korch_loop_new(&loop, NULL)
	                           : korch_loop_new_virtual(&loop, INT64_C(1577836800000000), NULL);
	ck_assert_int_eq(r, 0);
	ck_assert_int_eq(factory->open(&router, loop, factory->userdata), 0);
}

void fixture_close(void)
{
	korch_router_free(router);
	router = NULL;
	if (factory->close)
		factory->close(factory->userdata);
	korch_loop_free(loop);
}

int fixture_can(uint32_t capabilities)
{
	return (korch_router_capabilities(router) & capabilities) == capabilities;
}

void step(void)
{
	korch_loop_step(loop, korch_loop_now(loop) + STEP_US);
}

void on_done(void *userdata, int code, const char *message)
{
	answer *out = userdata;
	ck_assert_msg(!is_inside, "a completion came from inside of a call");
	ck_assert_ptr_nonnull(message);
	out->calls++;
	out->code = code;
	snprintf(out->message, sizeof(out->message), "%s", message);
}

int wait_done(const answer *out)
{
	while (out->calls < 1)
		step();
	ck_assert_int_eq(out->calls, 1);
	return out->code;
}

wish make_wish(int v1, int v2, int v3)
{
	static const char *const hashes[] = {"v1", "v2", "v3"};
	const int weights[] = {v1, v2, v3};
	wish out = {
	    .traffic = {
	        .size = sizeof(out.traffic), .namespace_ = "ns", .name = "web", .service = "web"}};
	for (int i = 0; i < 3; i++)
		if (weights[i] >= 0)
			out.destinations[out.traffic.n_destinations++] =
			    (korch_traffic_destination){.hash = hashes[i], .weight = weights[i]};
	return out;
}

int set_start(answer *out, wish *wanted)
{
	*out = (answer){0};
	wanted->traffic.destinations = wanted->destinations;
	if (factory->describe)
		factory->describe(wanted->destinations, wanted->traffic.n_destinations, factory->userdata);
	is_inside = 1;
	int r = korch_router_set(router, &wanted->traffic, on_done, out, NULL);
	is_inside = 0;
	return r;
}

int set_traffic(wish *wanted)
{
	answer out;
	int r = set_start(&out, wanted);
	return r < 0 ? r : wait_done(&out);
}

int set_weights(int v1, int v2, int v3)
{
	wish wanted = make_wish(v1, v2, v3);
	return set_traffic(&wanted);
}

int remove_traffic(const char *name)
{
	answer out = {0};
	is_inside = 1;
	ck_assert_int_eq(korch_router_remove(router, "ns", name, on_done, &out), 0);
	is_inside = 0;
	return wait_done(&out);
}

static void on_get(void *userdata, int code, const korch_traffic_report *report)
{
	told *out = userdata;
	ck_assert_msg(!is_inside, "a completion came from inside of a call");
	ck_assert_int_eq(code == 0, report != NULL);
	out->calls++;
	out->code = code;
	if (!report)
		return;
	ck_assert_ptr_nonnull(report->address);
	ck_assert_ptr_nonnull(report->metrics);
	ck_assert_int_eq(report->in_force, !*report->reason);
	out->in_force = report->in_force;
	snprintf(out->service, sizeof(out->service), "%s", report->traffic->service);
	snprintf(out->reason, sizeof(out->reason), "%s", report->reason);
	out->n = report->traffic->n_destinations;
	for (size_t i = 0; i < out->n && i < 8; i++)
		out->weights[i] = report->traffic->destinations[i].weight;
}

told get_traffic(const char *name)
{
	told out = {0};
	is_inside = 1;
	ck_assert_int_eq(korch_router_get(router, "ns", name, on_get, &out), 0);
	is_inside = 0;
	while (!out.calls)
		step();
	ck_assert_int_eq(out.calls, 1);
	return out;
}

int ask_with(const char *const *headers, const char *cookie)
{
	korch_conformance_request request = {headers, cookie};
	const char *who = factory->request(router, &request, factory->userdata);
	ck_assert_msg(who && who[0] == 'v' && who[1] >= '1' && who[1] <= '3', "%s has answered",
	              who ? who : "nobody");
	return who[1] - '0';
}

int ask(void)
{
	return ask_with(NULL, NULL);
}

void count(int n, int answers[4])
{
	memset(answers, 0, 4 * sizeof(*answers));
	for (int i = 0; i < n; i++)
		answers[ask()]++;
}

void add_router_tests(Suite *suite, const char *name, const TTest *const *tests, size_t n, int i)
{
	TCase *tcase = tcase_create(name);
	tcase_set_timeout(tcase, factories[i].timeout_s ? factories[i].timeout_s : TIMEOUT_S);
	for (size_t at = 0; at < n; at++)
		tcase_add_loop_test(tcase, tests[at], i, i + 1);
	suite_add_tcase(suite, tcase);
}

Suite *korch_conformance_router_suite(const korch_conformance_router_factory *wanted)
{
	if (!wanted || wanted->size != sizeof(*wanted) || !wanted->name || !wanted->open ||
	    !wanted->request || n_factories == FACTORIES_MAX)
		return NULL;
	int i = n_factories++;
	factories[i] = *wanted;
	Suite *suite = suite_create(wanted->name);
	add_router_life_tests(suite, i);
	add_router_route_tests(suite, i);
	return suite;
}
