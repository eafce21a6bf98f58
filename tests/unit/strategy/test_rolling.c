/* Rolling, Recreate, and canaries without a router: sizes within maxSurge and maxUnavailable. */
#include "unit.h"
#include "world.h"

START_TEST(rolling_keeps_both_limits)
{
	static world w;
	world_init(&w, KORCH_STRATEGY_ROLLING, 10);
	w.spec.max_surge = 3;
	w.spec.max_unavailable = 2;
	world_start(&w);
	world_deploy(&w, "v2");
	ck_assert(world_plan(&w));
	world_apply(&w, PART_ALL);
	ck_assert(world_plan(&w));
	ck_assert_int_eq(w.plan.targets[0].size, 8);
	ck_assert_int_eq(w.plan.targets[1].size, 3);
	world_settle(&w);
	ck_assert_str_eq(w.seen.state.stable, "v2");
	ck_assert_int_eq(world_size_of(&w, "v1"), 0);
}
END_TEST

START_TEST(what_is_not_available_goes_first)
{
	static world w;
	world_init(&w, KORCH_STRATEGY_ROLLING, 10);
	w.spec.max_unavailable = 4;
	world_start(&w);
	world_ready_at_most(&w, "v1", 7);
	world_deploy(&w, "v2");
	ck_assert(world_plan(&w));
	world_apply(&w, PART_ALL);
	ck_assert(world_plan(&w));
	ck_assert_int_eq(w.plan.targets[0].size, 6); /* 3 that are not available, 1 that is */
}
END_TEST

START_TEST(a_change_of_replicas_is_shared_in_proportion)
{
	static world w;
	world_init(&w, KORCH_STRATEGY_ROLLING, 10);
	w.spec.max_surge = 2;
	world_start(&w);
	world_deploy(&w, "v2");
	for (int i = 0; i < 4 && world_plan(&w); i++) {
		world_apply(&w, PART_ALL);
		world_ready_at_most(&w, "v1", -1);
		if (world_at(&w, "v2") && world_size_of(&w, "v2") >= 4)
			break;
	}
	int32_t old = world_size_of(&w, "v1"), new = world_size_of(&w, "v2");
	ck_assert_int_eq(old + new, 12);
	w.spec.replicas = 22; /* with its surge twice as many */
	ck_assert(world_plan(&w));
	ck_assert_int_eq(w.plan.targets[0].size, 2 * old);
	ck_assert_int_eq(w.plan.targets[1].size, 2 * new);
	world_apply(&w, PART_ALL);
	world_settle(&w);
	ck_assert_int_eq(world_size_of(&w, "v2"), 22);
}
END_TEST

START_TEST(recreate_waits_until_all_are_gone)
{
	static world w;
	world_init(&w, KORCH_STRATEGY_RECREATE, 3);
	world_start(&w);
	world_deploy(&w, "v2");
	for (int i = 0; i < 5 && world_plan(&w); i++)
		world_apply(&w, PART_ALL);
	ck_assert_int_eq(world_size_of(&w, "v1"), 0);
	ck_assert_ptr_null(world_at(&w, "v2")); /* v1's replicas are still there */
	ck_assert_int_eq(w.plan.why.wait, KORCH_STRATEGY_WAIT_GONE);
	world_settle(&w);
	ck_assert_int_eq(world_size_of(&w, "v2"), 3);
	ck_assert_str_eq(w.seen.state.stable, "v2");
}
END_TEST

/* What a canary without a router settles at. */
static void settles_at(int32_t replicas, int32_t surge, int32_t weight, int32_t canary,
                       int32_t stable)
{
	static world w;
	world_init(&w, KORCH_STRATEGY_CANARY, replicas);
	w.spec.max_surge = surge;
	w.spec.max_unavailable = surge == 0;
	world_weight(&w, weight);
	world_pause(&w, 0);
	world_start(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	ck_assert_int_eq(world_size_of(&w, "v2"), canary);
	ck_assert_int_eq(world_size_of(&w, "v1"), stable);
	ck_assert_int_eq(w.plan.why.wait, KORCH_STRATEGY_WAIT_PROMOTION);
}

START_TEST(replicas_are_the_weight_where_there_is_no_router)
{
	settles_at(10, 1, 0, 0, 10);
	settles_at(10, 1, 10, 1, 9);
	settles_at(10, 0, 10, 1, 9);
	settles_at(10, 0, 5, 1, 9);  /* at least one */
	settles_at(10, 1, 25, 3, 8); /* 27 % of 11 is nearer than 30 % of 10 */
	settles_at(10, 0, 25, 3, 7); /* no surge: not one more in all */
	settles_at(10, 1, 95, 10, 1);
	settles_at(10, 1, 100, 10, 0);
	settles_at(1, 1, 5, 1, 1);
	settles_at(1, 1, 95, 1, 1);
	settles_at(1, 0, 5, 0, 1); /* one replica cannot be both */
	settles_at(3, 1, 50, 2, 2);
}
END_TEST

START_TEST(an_abort_without_a_router_keeps_the_limits)
{
	static world w;
	world_init(&w, KORCH_STRATEGY_CANARY, 5);
	world_weight(&w, 60);
	world_pause(&w, 0);
	world_start(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	ck_assert_int_eq(world_size_of(&w, "v2"), 3);
	korch_rollout_abort(&w.seen.state);
	world_settle(&w);
	ck_assert_int_eq(world_size_of(&w, "v2"), 0);
	ck_assert_int_eq(world_size_of(&w, "v1"), 5);
}
END_TEST

START_TEST(an_intermediate_revision_goes_first)
{
	static world w;
	world_init(&w, KORCH_STRATEGY_CANARY, 5);
	world_weight(&w, 40);
	world_pause(&w, 0);
	world_start(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	world_deploy(&w, "v3");
	world_settle(&w);
	ck_assert_int_eq(world_size_of(&w, "v2"), 0);
	ck_assert_int_eq(world_size_of(&w, "v3"), 2);
	ck_assert_int_eq(world_size_of(&w, "v1"), 3);
}
END_TEST

START_TEST(the_deadline_is_noted_once_and_may_abort)
{
	static world w;
	for (int aborts = 0; aborts < 2; aborts++) {
		world_init(&w, KORCH_STRATEGY_ROLLING, 4);
		w.spec.deadline_us = SECONDS(100);
		w.spec.deadline_aborts = aborts;
		world_start(&w);
		world_deploy(&w, "v2");
		ck_assert(world_plan(&w));
		world_apply(&w, PART_ALL);
		ck_assert(world_plan(&w));
		world_apply(&w, PART_ALL);
		world_ready_at_most(&w, "v2", 0);
		world_pass(&w, 90);
		ck_assert_int_eq(w.plan.phase, KORCH_STRATEGY_PROGRESSING);
		world_pass(&w, 500);
		ck_assert_int_eq(w.plan.phase, KORCH_STRATEGY_DEGRADED);
		ck_assert_int_eq(w.events[KORCH_STRATEGY_EVENT_DEADLINE], 1);
		ck_assert_int_eq(world_size_of(&w, "v2"), aborts ? 0 : 1);
		ck_assert_int_eq(w.plan.reason, aborts ? KORCH_STRATEGY_REASON_DEADLINE : 0);
	}
}
END_TEST

START_TEST(history_keeps_the_newest)
{
	static const char *const hashes[] = {"v2", "v3", "v4", "v5"};
	static world w;
	world_init(&w, KORCH_STRATEGY_ROLLING, 2);
	w.spec.history_limit = 2;
	world_start(&w);
	for (int i = 0; i < 4; i++) {
		world_deploy(&w, hashes[i]);
		world_settle(&w);
	}
	ck_assert_ptr_null(world_at(&w, "v1"));
	ck_assert_ptr_null(world_at(&w, "v2"));
	ck_assert_ptr_nonnull(world_at(&w, "v3"));
	ck_assert_ptr_nonnull(world_at(&w, "v4"));
}
END_TEST

START_TEST(to_nothing_and_back)
{
	static world w;
	for (int32_t type = 0; type < 4; type++) {
		world_init(&w, type, 3);
		if (type == KORCH_STRATEGY_CANARY)
			world_router(&w);
		w.spec.auto_promotion = 1;
		world_start(&w);
		w.spec.replicas = 0;
		world_settle(&w);
		ck_assert_int_eq(world_size_of(&w, "v1"), 0);
		world_deploy(&w, "v2");
		world_pass(&w, 60);
		ck_assert_str_eq(w.seen.state.stable, "v2");
		w.spec.replicas = 3;
		world_settle(&w);
		ck_assert_int_eq(world_size_of(&w, "v2"), 3);
		ck_assert_int_eq(w.plan.phase, KORCH_STRATEGY_HEALTHY);
	}
}
END_TEST

KORCH_SUITE(strategy_rolling)
{
	Suite *suite = suite_create("strategy rolling");
	KORCH_CASE(suite, "rolling", rolling_keeps_both_limits, what_is_not_available_goes_first,
	           a_change_of_replicas_is_shared_in_proportion, recreate_waits_until_all_are_gone);
	KORCH_CASE(suite, "basic", replicas_are_the_weight_where_there_is_no_router,
	           an_abort_without_a_router_keeps_the_limits, an_intermediate_revision_goes_first);
	KORCH_CASE(suite, "all", the_deadline_is_noted_once_and_may_abort, history_keeps_the_newest,
	           to_nothing_and_back);
	return suite;
}
