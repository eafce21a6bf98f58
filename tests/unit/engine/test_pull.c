/* The pull form: requests are taken, plans handed back. */
#include "fixture.h"
#include "unit.h"

#include <string.h>

static fixture at;
static korch_controller *controller;
static int told;

static void on_ready(void *userdata)
{
	told++;
}

static void begin(void)
{
	const korch_controller_spec spec = {
	    .size = sizeof(spec), .name = "pull", .kind = &korch_config_map_kind};
	told = 0;
	fixture_init(&at);
	fixture_engine(&at);
	ck_assert_int_eq(korch_engine_add(&controller, at.engine, &spec, NULL), 0);
	korch_controller_on_ready(controller, on_ready, NULL);
}

static korch_request take(const char *name)
{
	korch_request request;
	ck_assert_int_eq(korch_controller_next(controller, &request), 1);
	ck_assert_str_eq(request.key.name, name);
	return request;
}

static void take_none(void)
{
	korch_request request;
	ck_assert_int_eq(korch_controller_next(controller, &request), 0);
}

START_TEST(requests_are_taken_and_given_back)
{
	begin();
	take_none();
	fixture_start(&at);
	ck_assert_int_eq(told, 0);
	fixture_write(&at, fixture_config("a", "1"));
	fixture_write(&at, fixture_config("b", "1"));
	ck_assert_int_eq(told, 1);
	korch_request a = take("a");
	korch_request b = take("b");
	take_none();
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 0);
	fixture_write(&at, fixture_config("a", "2")); /* in hand: remembered */
	take_none();
	ck_assert_int_eq(korch_controller_finish(controller, &a, NULL, 0), 0);
	fixture_settle(&at);
	ck_assert_int_eq(told, 2);
	a = take("a");
	ck_assert_int_eq(korch_controller_finish(controller, &a, NULL, 0), 0);
	ck_assert_int_eq(korch_controller_finish(controller, &b, NULL, 0), 0);
	ck_assert_int_eq(korch_controller_finish(controller, &b, NULL, 0), KORCH_E_INVALID);
	fixture_settle(&at);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	fixture_fini(&at);
}
END_TEST

START_TEST(plans_are_committed)
{
	korch_plan *plan = NULL;
	begin();
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", "1"));
	korch_request a = take("a");
	const korch_view *view = korch_controller_view(controller);
	const korch_object *base = korch_view_get(view, a.key.kind, a.key.namespace_, a.key.name);
	korch_plan_new(&plan);
	korch_plan_update(plan, base, fixture_config("a", "2"));
	ck_assert_int_eq(korch_controller_finish(controller, &a, plan, 0), 0);
	take_none(); /* being committed */
	fixture_settle(&at);
	ck_assert_str_eq(fixture_value(fixture_get(&at, &korch_config_map_kind, "a")), "2");
	a = take("a");
	ck_assert_int_eq(korch_controller_finish(controller, &a, NULL, 0), 0);
	fixture_settle(&at);
	ck_assert_int_eq(korch_engine_is_idle(at.engine, NULL), 1);
	fixture_fini(&at);
}
END_TEST

START_TEST(failures_come_again)
{
	korch_plan *plan = NULL;
	begin();
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", "1"));
	korch_request a = take("a");
	korch_plan_new(&plan);
	korch_plan_create(plan, NULL); /* sticks */
	ck_assert_int_eq(korch_controller_finish(controller, &a, plan, 0), 0);
	take_none();
	fixture_pass(&at, 5000);
	a = take("a");
	ck_assert_uint_eq(a.attempt, 1);
	korch_plan_new(&plan);
	ck_assert_int_eq(korch_controller_finish(controller, &a, plan, KORCH_E_IO), 0);
	take_none();
	fixture_pass(&at, 10000);
	a = take("a");
	ck_assert_uint_eq(a.attempt, 2);
	ck_assert_int_eq(korch_controller_finish(controller, &a, NULL, 0), 0);
	korch_engine_stats stats;
	korch_engine_get_stats(&stats, at.engine);
	ck_assert_uint_eq(stats.failures, 2);
	ck_assert_uint_eq(stats.requests, 3);
	fixture_fini(&at);
}
END_TEST

START_TEST(the_rate_tells_again)
{
	korch_request request;
	fixture_init(&at);
	at.options.rate_per_sec = 2;
	const korch_controller_spec spec = {
	    .size = sizeof(spec), .name = "pull", .kind = &korch_config_map_kind};
	told = 0;
	fixture_engine(&at);
	ck_assert_int_eq(korch_engine_add(&controller, at.engine, &spec, NULL), 0);
	korch_controller_on_ready(controller, on_ready, NULL);
	fixture_start(&at);
	fixture_write(&at, fixture_config("a", "1"));
	fixture_write(&at, fixture_config("b", "1"));
	fixture_write(&at, fixture_config("c", "1"));
	take("a");
	take("b");
	take_none();
	ck_assert_int_eq(told, 1);
	fixture_pass(&at, KORCH_USEC_PER_SEC);
	ck_assert_int_eq(told, 2);
	ck_assert_int_eq(korch_controller_next(controller, &request), 1);
	fixture_fini(&at);
}
END_TEST

static int nothing(void *userdata, const korch_view *view, const korch_request *request,
                   korch_plan *plan, korch_error **err)
{
	return 0;
}

START_TEST(callback_controllers_are_not_pulled)
{
	korch_request request = {.key = {&korch_config_map_kind, "default", "a"}};
	const korch_controller_spec spec = {
	    .size = sizeof(spec), .name = "call", .kind = &korch_config_map_kind, .reconcile = nothing};
	begin();
	ck_assert_int_eq(korch_engine_add(&controller, at.engine, &spec, NULL), 0);
	ck_assert_int_eq(korch_controller_next(controller, &request), KORCH_E_INVALID);
	ck_assert_int_eq(korch_controller_finish(controller, &request, NULL, 0), KORCH_E_INVALID);
	ck_assert_int_eq(korch_controller_request(NULL, "", "a", 0), KORCH_E_INVALID);
	fixture_fini(&at);
}
END_TEST

KORCH_SUITE(pull)
{
	Suite *suite = suite_create("pull");
	KORCH_CASE(suite, "pull", requests_are_taken_and_given_back, plans_are_committed,
	           failures_come_again, the_rate_tells_again, callback_controllers_are_not_pulled);
	return suite;
}
