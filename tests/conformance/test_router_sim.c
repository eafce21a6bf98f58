/* The simulated router through the conformance suite, in virtual and in real time, prompt and late;
 * and what only it can do: fail when told to. */
#include "router.h"
#include <stdlib.h>

static int open_sim(korch_router **out, korch_loop *loop, void *userdata)
{
	static const char *const services[] = {"ns/web"};
	korch_router_sim_options options = {.size = sizeof(options),
	                                    .lag_us = userdata ? 300 * KORCH_USEC_PER_MSEC : 0,
	                                    .services = services,
	                                    .n_services = 1};
	return korch_router_sim_new(out, loop, &options, NULL);
}

static const char *request(korch_router *router, const korch_conformance_request *wanted,
                           void *userdata)
{
	(void)userdata;
	return korch_router_sim_request(router, "ns", "web", wanted->headers, wanted->cookie);
}

static void on_done(void *userdata, int code, const char *message)
{
	(void)message;
	*(int *)userdata = code;
}

START_TEST(fails_as_told)
{
	korch_loop *loop;
	korch_router *router;
	int code = 1;
	korch_traffic_destination destination = {.hash = "v1", .weight = 100};
	korch_traffic traffic = {.size = sizeof(traffic),
	                         .namespace_ = "ns",
	                         .name = "web",
	                         .service = "web",
	                         .destinations = &destination,
	                         .n_destinations = 1};
	ck_assert_int_eq(korch_loop_new_virtual(&loop, 1, NULL), 0);
	ck_assert_int_eq(open_sim(&router, loop, NULL), 0);
	korch_router_sim_fail(router, KORCH_E_IO, 1);
	korch_router_sim_lag(router, 60 * KORCH_USEC_PER_SEC);
	ck_assert_int_eq(korch_router_set(router, &traffic, on_done, &code, NULL), 0);
	korch_loop_step(loop, 59 * KORCH_USEC_PER_SEC);
	ck_assert_int_eq(code, 1);
	korch_loop_step(loop, 61 * KORCH_USEC_PER_SEC);
	ck_assert_int_eq(code, KORCH_E_IO);
	ck_assert_ptr_null(korch_router_sim_request(router, "ns", "web", NULL, NULL));
	ck_assert_int_eq(korch_router_set(router, &traffic, on_done, &code, NULL), 0);
	korch_loop_step(loop, KORCH_USEC_NEVER);
	ck_assert_int_eq(code, 0);
	ck_assert_str_eq(korch_router_sim_request(router, "ns", "web", NULL, NULL), "v1");
	korch_router_free(router);
	korch_loop_free(loop);
}
END_TEST

int main(void)
{
	static int is_late = 1;
	korch_conformance_router_factory factory = {
	    .size = sizeof(factory), .name = "sim", .open = open_sim, .request = request};
	SRunner *runner = srunner_create(korch_conformance_router_suite(&factory));
	factory.name = "sim, late";
	factory.userdata = &is_late;
	srunner_add_suite(runner, korch_conformance_router_suite(&factory));
	factory.name = "sim, real time";
	factory.real_time = 1;
	srunner_add_suite(runner, korch_conformance_router_suite(&factory));
	Suite *own = suite_create("sim, its own");
	TCase *tcase = tcase_create("faults");
	tcase_add_test(tcase, fails_as_told);
	suite_add_tcase(own, tcase);
	srunner_add_suite(runner, own);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
