/* Setting, changing, removing; shares to the single request; who wins, and what is refused. */
#include "router_fixture.h"
#include <stdlib.h>

/* Of n requests the shares of v1, v2, v3; exact where the router says that it is. */
static void check_shares(int n, int v1, int v2, int v3)
{
	int answers[4];
	count(n, answers);
	int slack = fixture_can(KORCH_ROUTER_EXACT) ? 0 : n / 10;
	ck_assert_int_le(abs(answers[1] - v1), slack);
	ck_assert_int_le(abs(answers[2] - v2), slack);
	ck_assert_int_le(abs(answers[3] - v3), slack);
}

START_TEST(shares_are_exact)
{
	fixture_open(_i);
	ck_assert_str_ne(korch_router_name(router), "");
	ck_assert_int_eq(get_traffic("web").code, KORCH_E_NOT_FOUND);
	ck_assert_int_eq(set_weights(80, 20, -1), 0);
	told now = get_traffic("web");
	ck_assert_int_eq(now.code, 0);
	ck_assert_msg(now.in_force, "%s", now.reason);
	ck_assert_str_eq(now.service, "web");
	ck_assert_uint_eq(now.n, 2);
	ck_assert_int_eq(now.weights[0], 80);
	ck_assert_int_eq(now.weights[1], 20);
	check_shares(100, 80, 20, 0);
	check_shares(200, 160, 40, 0);
	fixture_close();
}
END_TEST

START_TEST(shares_change)
{
	static const int steps[][3] = {{100, 0, -1}, {99, 1, -1}, {50, 50, -1}, {5, 15, 80},
	                               {0, 0, 100},  {0, 100, 0}, {33, 33, 34}};
	fixture_open(_i);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const int *w = steps[i];
		ck_assert_int_eq(set_weights(w[0], w[1], w[2]), 0);
		ck_assert_int_eq(get_traffic("web").in_force, 1);
		check_shares(100, w[0], w[1], w[2] < 0 ? 0 : w[2]);
	}
	fixture_close();
}
END_TEST

START_TEST(weights_may_sum_to_something_else)
{
	fixture_open(_i);
	wish wanted = make_wish(7, 3, -1);
	wanted.traffic.max_weight = 10;
	ck_assert_int_eq(set_traffic(&wanted), 0);
	check_shares(10, 7, 3, 0);
	check_shares(20, 14, 6, 0);
	fixture_close();
}
END_TEST

START_TEST(setting_again_changes_nothing)
{
	fixture_open(_i);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(set_weights(75, 25, -1), 0);
		ck_assert_int_eq(get_traffic("web").in_force, 1);
	}
	check_shares(100, 75, 25, 0);
	fixture_close();
}
END_TEST

START_TEST(removed)
{
	fixture_open(_i);
	ck_assert_int_eq(remove_traffic("web"), 0); /* nothing is there */
	ck_assert_int_eq(set_weights(0, 100, -1), 0);
	check_shares(10, 0, 10, 0);
	ck_assert_int_eq(remove_traffic("web"), 0);
	ck_assert_int_eq(remove_traffic("web"), 0);
	ck_assert_int_eq(get_traffic("web").code, KORCH_E_NOT_FOUND);
	ck_assert_int_eq(set_weights(100, 0, -1), 0); /* and there again */
	check_shares(10, 10, 0, 0);
	fixture_close();
}
END_TEST

START_TEST(the_last_set_wins)
{
	enum { SETS = 8 };
	answer out[SETS];
	fixture_open(_i);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < SETS; i++) {
			wish wanted = make_wish(100 - 10 * i - round, 10 * i + round, -1);
			ck_assert_int_eq(set_start(&out[i], &wanted), 0);
		}
		for (int i = 0; i < SETS - 1; i++) {
			int code = wait_done(&out[i]);
			ck_assert_msg(code == 0 || code == KORCH_E_CANCELED, "%d", code);
		}
		ck_assert_int_eq(wait_done(&out[SETS - 1]), 0);
		told now = get_traffic("web");
		ck_assert_int_eq(now.in_force, 1);
		ck_assert_int_eq(now.weights[1], 70 + round);
		check_shares(100, 30 - round, 70 + round, 0);
	}
	for (int i = 0; i < SETS; i++)
		ck_assert_int_eq(out[i].calls, 1);
	fixture_close();
}
END_TEST

START_TEST(a_remove_is_the_last_word)
{
	answer set = {0}, removal = {0};
	fixture_open(_i);
	wish wanted = make_wish(50, 50, -1);
	ck_assert_int_eq(set_start(&set, &wanted), 0);
	ck_assert_int_eq(korch_router_remove(router, "ns", "web", on_done, &removal), 0);
	ck_assert_int_eq(wait_done(&removal), 0);
	int code = wait_done(&set);
	ck_assert_msg(code == 0 || code == KORCH_E_CANCELED, "%d", code);
	ck_assert_int_eq(get_traffic("web").code, KORCH_E_NOT_FOUND);
	fixture_close();
}
END_TEST

/* Whenever a change is said to be in force, all requests follow it. */
START_TEST(in_force_is_the_truth)
{
	fixture_open(_i);
	ck_assert_int_eq(set_weights(100, 0, -1), 0);
	for (int i = 1; i <= 4; i++) {
		answer out;
		wish wanted = make_wish(100 - 25 * i, 25 * i, -1);
		ck_assert_int_eq(set_start(&out, &wanted), 0);
		told now;
		do {
			now = get_traffic("web");
			ck_assert_int_eq(now.code, 0);
		} while (!now.in_force || now.weights[1] != 25 * i);
		check_shares(100, 100 - 25 * i, 25 * i, 0);
		ck_assert_int_eq(wait_done(&out), 0);
	}
	fixture_close();
}
END_TEST

START_TEST(a_revision_without_endpoints_is_not_in_force)
{
	fixture_open(_i);
	if (fixture_factory()->knows_endpoints) {
		wish wanted = make_wish(100, 0, -1);
		wanted.destinations[1].hash = "v9";
		ck_assert_int_eq(set_traffic(&wanted), 0);
		ck_assert_int_eq(get_traffic("web").in_force, 1); /* it has no weight */
		wanted.destinations[0].weight = 90;
		wanted.destinations[1].weight = 10;
		ck_assert_int_eq(set_traffic(&wanted), 0);
		ck_assert_int_eq(get_traffic("web").in_force, 0);
		ck_assert_int_eq(set_weights(90, 10, -1), 0);
		ck_assert_int_eq(get_traffic("web").in_force, 1);
	}
	fixture_close();
}
END_TEST

START_TEST(unknown_services)
{
	fixture_open(_i);
	wish wanted = make_wish(100, 0, -1);
	wanted.traffic.name = "other";
	wanted.traffic.service = "nowhere";
	ck_assert_int_eq(set_traffic(&wanted), KORCH_E_NOT_FOUND);
	ck_assert_int_eq(get_traffic("other").code, KORCH_E_NOT_FOUND);
	ck_assert_int_eq(set_weights(40, 60, -1), 0);
	wanted.traffic.service = "web"; /* which is another rollout's */
	ck_assert_int_eq(set_traffic(&wanted), KORCH_E_EXISTS);
	ck_assert_int_eq(get_traffic("web").in_force, 1);
	check_shares(100, 40, 60, 0);
	fixture_close();
}
END_TEST

START_TEST(what_is_refused_changes_nothing)
{
	answer out;
	korch_error *err = NULL;
	fixture_open(_i);
	ck_assert_int_eq(set_weights(60, 40, -1), 0);
	wish wanted = make_wish(60, 30, -1); /* sums to 90 */
	ck_assert_int_eq(set_start(&out, &wanted), KORCH_E_INVALID);
	ck_assert_int_eq(korch_router_set(router, &wanted.traffic, on_done, &out, &err),
	                 KORCH_E_INVALID);
	ck_assert_str_eq(korch_error_path(err), "destinations");
	korch_error_free(err);
	ck_assert_int_eq(korch_router_set(router, NULL, on_done, &out, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_router_get(router, "", "web", NULL, NULL), KORCH_E_INVALID);
	korch_traffic_match match = {.path = {"/", KORCH_TRAFFIC_PREFIX, 0}};
	korch_traffic_route mirror = {"copy", "v2", &match, 1, 100, 0};
	wanted = make_wish(50, 50, -1);
	wanted.traffic.mirror_routes = &mirror;
	wanted.traffic.n_mirror_routes = 1;
	if (!fixture_can(KORCH_ROUTER_MIRROR))
		ck_assert_int_eq(set_start(&out, &wanted), KORCH_E_UNSUPPORTED);
	ck_assert_int_eq(out.calls, 0);
	check_shares(100, 60, 40, 0);
	fixture_close();
}
END_TEST

START_TEST(the_end_completes_what_is_under_way)
{
	answer out;
	fixture_open(_i);
	wish wanted = make_wish(50, 50, -1);
	ck_assert_int_eq(set_start(&out, &wanted), 0);
	korch_router_free(router);
	router = NULL;
	ck_assert_int_eq(out.calls, 1);
	ck_assert_int_eq(out.code, KORCH_E_CLOSED);
	korch_router_free(NULL);
	fixture_close();
}
END_TEST

void add_router_life_tests(Suite *suite, int i)
{
	ADD_TESTS(suite, "life", i, shares_are_exact, shares_change, weights_may_sum_to_something_else,
	          setting_again_changes_nothing, removed, the_last_set_wins, a_remove_is_the_last_word,
	          in_force_is_the_truth, a_revision_without_endpoints_is_not_in_force, unknown_services,
	          what_is_refused_changes_nothing, the_end_completes_what_is_under_way);
}
