/* HAProxy under load: no request is lost while weights, endpoints and revisions change. */
#include "router_haproxy.h"
#include "router_world.h"

START_TEST(weights_change_under_load)
{
	uint64_t answers[4];
	pid_t before, after;
	start();
	ck_assert_int_eq(children(&before), 1);
	world_load_start("127.0.0.1", port, 16);
	for (int i = 0; i <= 100; i++) {
		uint64_t until = world_load_count() + 50;
		ck_assert_int_eq(set(100 - i, i).code, 0);
		while (world_load_count() < until)
			step();
	}
	world_load_stop(answers);
	ck_assert_uint_eq(answers[0], 0);
	ck_assert_uint_ge(answers[1] + answers[2], 5000);
	ck_assert_int_eq(children(&after), 1);
	ck_assert_int_eq(before, after); /* no reload */
	finish();
}
END_TEST

START_TEST(shares_are_exact_under_load)
{
	uint64_t answers[4];
	start();
	ck_assert_int_eq(set(83, 17).code, 0);
	world_load_start("127.0.0.1", port, 8);
	while (world_load_count() < 10000)
		step();
	world_load_stop(answers);
	uint64_t sum = answers[1] + answers[2];
	ck_assert_uint_eq(answers[0], 0);
	/* Of any 100 in a row 17: all that can be off is the part of a hundred at the end. */
	ck_assert_uint_ge(answers[2], sum / 100 * 17);
	ck_assert_uint_le(answers[2], sum / 100 * 17 + 17);
	finish();
}
END_TEST

START_TEST(another_revision_comes_under_load)
{
	uint64_t answers[4];
	pid_t before, after;
	start();
	children(&before);
	world_load_start("127.0.0.1", port, 8);
	for (int i = 0; i < 6; i++) {
		uint64_t until = world_load_count() + 300;
		destinations[2] = (korch_traffic_destination){.hash = "v3", .weight = 0};
		traffic.n_destinations = i % 2 ? 2 : 3; /* a new process takes over */
		ck_assert_int_eq(set(90, 10).code, 0);
		while (world_load_count() < until)
			step();
	}
	world_load_stop(answers);
	ck_assert_uint_eq(answers[0], 0);
	while (children(&after) != 1)
		step();
	ck_assert_int_ne(before, after);
	finish();
}
END_TEST

START_TEST(endpoints_come_and_go_under_load)
{
	uint64_t answers[4];
	start();
	world_load_start("127.0.0.1", port, 8);
	for (int i = 0; i < 30; i++) {
		uint64_t until = world_load_count() + 50;
		answer out = {0};
		destinations[0].n_endpoints = (size_t)(1 + i % 3); /* of three */
		ck_assert_int_eq(korch_router_set(router, &traffic, on_done, &out, NULL), 0);
		while (!out.done || world_load_count() < until)
			step();
		ck_assert_int_eq(out.code, 0);
	}
	world_load_stop(answers);
	ck_assert_uint_eq(answers[0], 0);
	ck_assert_uint_eq(answers[2], 0);
	finish();
}
END_TEST

void add_haproxy_load_tests(TCase *tcase)
{
	tcase_add_test(tcase, weights_change_under_load);
	tcase_add_test(tcase, shares_are_exact_under_load);
	tcase_add_test(tcase, another_revision_comes_under_load);
	tcase_add_test(tcase, endpoints_come_and_go_under_load);
}
