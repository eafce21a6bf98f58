/* A canary's steps: weights, pauses, scales, routes, analyses, checks. */
#include "unit.h"
#include "world.h"
#include <string.h>

static void canary(world *w)
{
	world_init(w, KORCH_STRATEGY_CANARY, 10);
	world_router(w);
}

static void start_v2(world *w)
{
	world_start(w);
	memset(w->events, 0, sizeof(w->events));
	world_deploy(w, "v2");
	world_settle(w);
}

START_TEST(first_deployment_goes_straight_to_full)
{
	static world w;
	canary(&w);
	world_weight(&w, 10);
	world_pause(&w, 0);
	world_start(&w);
	ck_assert_int_eq(world_size_of(&w, "v1"), 10);
	ck_assert_int_eq(world_weight_of(&w, "v1"), 100);
	ck_assert_int_eq(w.seen.state.step, 2);
	ck_assert_str_eq(w.seen.canary_service, "v1");
	ck_assert_str_eq(w.seen.stable_service, "v1");
}
END_TEST

START_TEST(steps_follow_each_other_to_promotion)
{
	static world w;
	canary(&w);
	world_weight(&w, 15);
	world_pause(&w, 60);
	world_weight(&w, 50);
	world_pause(&w, 0);
	start_v2(&w);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 15);
	ck_assert_int_eq(world_size_of(&w, "v2"), 2);
	ck_assert_int_eq(world_size_of(&w, "v1"), 10);
	ck_assert_int_eq(w.plan.phase, KORCH_STRATEGY_HELD);
	ck_assert(w.plan.wake_at == w.now + SECONDS(60));
	ck_assert_str_eq(world_says(&w), "paused at step 2 of 4 for another 1m0s (since 0s); then step "
	                                 "3: setWeight: 50");
	world_pass(&w, 60);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 50);
	ck_assert_int_eq(w.plan.why.wait, KORCH_STRATEGY_WAIT_PROMOTION);
	world_pass(&w, 100000);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 50);
	korch_rollout_promote(&w.seen.state, &w.spec);
	world_settle(&w);
	ck_assert_str_eq(w.seen.state.stable, "v2");
	ck_assert_int_eq(world_weight_of(&w, "v2"), 100);
	ck_assert_int_eq(world_size_of(&w, "v1"), 10);
	ck_assert_int_eq(w.plan.why.wait, KORCH_STRATEGY_WAIT_SCALE_DOWN);
	world_pass(&w, 31);
	ck_assert_int_eq(world_size_of(&w, "v1"), 0);
	ck_assert_int_eq(w.events[KORCH_STRATEGY_EVENT_STEP], 4);
	ck_assert_int_eq(w.events[KORCH_STRATEGY_EVENT_PROMOTED], 1);
	ck_assert_int_eq(w.events[KORCH_STRATEGY_EVENT_WEIGHT], 3);
}
END_TEST

START_TEST(back_to_stable_skips_the_steps)
{
	static world w;
	canary(&w);
	world_weight(&w, 50);
	world_pause(&w, 0);
	start_v2(&w);
	world_deploy(&w, "v3");
	world_settle(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 50);
	world_deploy(&w, "v1");
	world_settle(&w);
	ck_assert_int_eq(world_weight_of(&w, "v1"), 100);
	ck_assert_int_eq(w.seen.state.step, 2);
	ck_assert_int_eq(w.plan.phase, KORCH_STRATEGY_HEALTHY);
	ck_assert_int_eq(w.events[KORCH_STRATEGY_EVENT_SKIPPED], 1);
}
END_TEST

START_TEST(rollback_window_skips_the_steps)
{
	static world w;
	canary(&w);
	world_weight(&w, 50);
	world_pause(&w, 0);
	w.spec.rollback_window = 1;
	start_v2(&w);
	korch_rollout_promote_full(&w.seen.state);
	world_pass(&w, 60);
	ck_assert_str_eq(w.seen.state.stable, "v2");
	world_deploy(&w, "v1");
	world_settle(&w);
	ck_assert_str_eq(w.seen.state.stable, "v1");
	ck_assert_int_eq(w.events[KORCH_STRATEGY_EVENT_SKIPPED], 1);
}
END_TEST

START_TEST(canary_scale_does_not_follow_the_weight_but_carries_it)
{
	static world w;
	canary(&w);
	korch_strategy_step *step = world_step(&w, KORCH_STRATEGY_SET_CANARY_SCALE);
	step->scale_by = KORCH_STRATEGY_SCALE_REPLICAS;
	step->scale = 3;
	world_pause(&w, 10);
	world_weight(&w, 60);
	world_pause(&w, 10);
	world_step(&w, KORCH_STRATEGY_SET_CANARY_SCALE)->scale_by = KORCH_STRATEGY_SCALE_TRAFFIC;
	world_weight(&w, 20);
	world_pause(&w, 0);
	start_v2(&w);
	ck_assert_int_eq(world_size_of(&w, "v2"), 3);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 0);
	world_pass(&w, 10);
	ck_assert_int_eq(world_size_of(&w, "v2"), 6);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 60);
	world_pass(&w, 11);
	ck_assert_int_eq(world_size_of(&w, "v2"), 2);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 20);
}
END_TEST

START_TEST(routes_are_in_force_until_they_are_removed)
{
	static world w;
	canary(&w);
	world_step(&w, KORCH_STRATEGY_SET_HEADER_ROUTE)->name = "testers";
	world_pause(&w, 10);
	korch_strategy_step *step = world_step(&w, KORCH_STRATEGY_SET_HEADER_ROUTE);
	step->name = "testers";
	step->removes = 1;
	world_step(&w, KORCH_STRATEGY_SET_MIRROR_ROUTE)->name = "shadow";
	world_pause(&w, 0);
	start_v2(&w);
	ck_assert(w.plan.routes[0] == 1);
	world_pass(&w, 10);
	ck_assert(w.plan.routes[0] == 1 << 3);
	korch_rollout_abort(&w.seen.state);
	world_settle(&w);
	ck_assert(w.plan.routes[0] == 0);
}
END_TEST

START_TEST(an_analysis_goes_on_fails_or_pauses)
{
	static const int32_t outcomes[] = {KORCH_STRATEGY_SUCCESSFUL, KORCH_STRATEGY_FAILED,
	                                   KORCH_STRATEGY_ERROR, KORCH_STRATEGY_INCONCLUSIVE};
	for (size_t i = 0; i < 4; i++) {
		static world w;
		canary(&w);
		world_weight(&w, 20);
		world_step(&w, KORCH_STRATEGY_ANALYSIS);
		world_pause(&w, 0);
		w.says[KORCH_STRATEGY_SLOT_STEP] = outcomes[i];
		start_v2(&w);
		int aborts = i == 1 || i == 2;
		ck_assert_int_eq(w.seen.state.aborted, aborts);
		ck_assert_int_eq(w.plan.reason, aborts ? KORCH_STRATEGY_REASON_ANALYSIS : 0);
		ck_assert_int_eq(world_weight_of(&w, "v2"), aborts ? 0 : 20);
		if (i != 3)
			continue;
		ck_assert_uint_eq(w.seen.state.pauses, KORCH_STRATEGY_PAUSED_INCONCLUSIVE);
		w.says[KORCH_STRATEGY_SLOT_STEP] = KORCH_STRATEGY_SUCCESSFUL;
		w.seen.state.pauses = 0; /* resumed: the analysis is made again */
		world_settle(&w);
		ck_assert_int_eq(w.seen.state.step, 2);
		ck_assert_uint_eq(w.seen.state.pauses, KORCH_STRATEGY_PAUSED_STEP);
	}
}
END_TEST

START_TEST(promoting_past_an_inconclusive_analysis_goes_to_the_next_step)
{
	static world w;
	canary(&w);
	world_step(&w, KORCH_STRATEGY_ANALYSIS);
	world_pause(&w, 0);
	w.says[KORCH_STRATEGY_SLOT_STEP] = KORCH_STRATEGY_INCONCLUSIVE;
	start_v2(&w);
	korch_rollout_promote(&w.seen.state, &w.spec);
	world_settle(&w);
	ck_assert_int_eq(w.seen.state.step, 1);
	ck_assert_uint_eq(w.seen.state.pauses, KORCH_STRATEGY_PAUSED_STEP);
}
END_TEST

START_TEST(a_background_analysis_runs_from_its_step_and_ends_with_the_rollout)
{
	static world w;
	canary(&w);
	world_pause(&w, 10);
	world_weight(&w, 20);
	world_pause(&w, 10);
	w.spec.background = w.spec.background_step = 1;
	w.says[KORCH_STRATEGY_SLOT_BACKGROUND] = KORCH_STRATEGY_RUNNING;
	start_v2(&w);
	ck_assert_int_eq(w.seen.analyses[KORCH_STRATEGY_SLOT_BACKGROUND].outcome, KORCH_STRATEGY_NONE);
	world_pass(&w, 10);
	ck_assert_int_eq(w.seen.analyses[KORCH_STRATEGY_SLOT_BACKGROUND].outcome,
	                 KORCH_STRATEGY_RUNNING);
	world_pass(&w, 30);
	ck_assert_str_eq(w.seen.state.stable, "v2");
	ck_assert_int_ne(w.seen.analyses[KORCH_STRATEGY_SLOT_BACKGROUND].outcome,
	                 KORCH_STRATEGY_RUNNING);
}
END_TEST

START_TEST(checks_are_repeated_and_counted)
{
	static world w;
	canary(&w);
	world_weight(&w, 20);
	world_step(&w, KORCH_STRATEGY_CHECK)->duration_us = SECONDS(60);
	world_weight(&w, 40);
	world_step(&w, KORCH_STRATEGY_CHECK)->duration_us = SECONDS(60);
	w.spec.check_threshold = 2;
	start_v2(&w);
	ck_assert_int_eq(w.plan.why.wait, KORCH_STRATEGY_WAIT_CHECK);
	world_pass(&w, 60);
	ck_assert_int_eq(w.seen.state.step, 3);
	w.says[KORCH_STRATEGY_SLOT_STEP] = KORCH_STRATEGY_FAILED;
	world_pass(&w, 120);
	ck_assert_uint_eq(w.seen.state.checks_failed, 2);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 40);
	world_pass(&w, 60);
	ck_assert_int_eq(w.plan.reason, KORCH_STRATEGY_REASON_CHECKS);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 0);
	ck_assert_int_eq(w.events[KORCH_STRATEGY_EVENT_CHECK], 3);
}
END_TEST

START_TEST(promotion_may_move_traffic_in_steps)
{
	static world w;
	canary(&w);
	world_weight(&w, 40);
	world_step(&w, KORCH_STRATEGY_CHECK)->duration_us = SECONDS(60);
	w.spec.promote_weight_step = 25;
	start_v2(&w);
	world_pass(&w, 60);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 40);
	world_pass(&w, 60);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 65);
	world_pass(&w, 60);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 90);
	world_pass(&w, 60);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 100);
	ck_assert_str_eq(w.seen.state.stable, "v2");
}
END_TEST

START_TEST(new_steps_start_again)
{
	static world w;
	canary(&w);
	world_weight(&w, 20);
	world_pause(&w, 0);
	start_v2(&w);
	w.steps[0].weight = 40;
	w.seen.steps_changed = 1;
	ck_assert(world_plan(&w));
	world_apply(&w, PART_ALL);
	w.seen.steps_changed = 0;
	ck_assert_int_eq(w.seen.state.step, 0);
	world_settle(&w);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 40);
	ck_assert_int_eq(w.seen.state.step, 1);
}
END_TEST

START_TEST(lost_replicas_send_weight_to_where_there_is_room)
{
	static world w;
	canary(&w);
	world_weight(&w, 40);
	world_pause(&w, 0);
	start_v2(&w);
	world_ready_at_most(&w, "v2", 1);
	world_settle(&w);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 10);
	ck_assert_int_eq(world_weight_of(&w, "v1"), 90);
	world_ready_at_most(&w, "v1", 5); /* nobody has room: nothing moves */
	int plans = w.plans;
	world_settle(&w);
	ck_assert_int_eq(w.plans, plans + 1);
	world_ready_at_most(&w, "v1", -1);
	world_ready_at_most(&w, "v2", -1);
	world_settle(&w);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 40);
}
END_TEST

START_TEST(paused_by_the_spec_nothing_goes_on_but_sizes_follow)
{
	static world w;
	canary(&w);
	world_weight(&w, 20);
	world_pause(&w, 10);
	start_v2(&w);
	w.spec.paused = 1;
	w.spec.replicas = 20;
	world_pass(&w, 100);
	ck_assert_int_eq(w.seen.state.step, 1);
	ck_assert_int_eq(world_size_of(&w, "v1"), 20);
	ck_assert_int_eq(world_size_of(&w, "v2"), 4);
	world_deploy(&w, "v3");
	world_settle(&w);
	ck_assert_ptr_null(world_at(&w, "v3"));
	ck_assert_int_eq(w.plan.why.wait, KORCH_STRATEGY_WAIT_RESUME);
}
END_TEST

KORCH_SUITE(strategy_canary)
{
	Suite *suite = suite_create("strategy canary");
	KORCH_CASE(suite, "steps", first_deployment_goes_straight_to_full,
	           steps_follow_each_other_to_promotion,
	           canary_scale_does_not_follow_the_weight_but_carries_it,
	           routes_are_in_force_until_they_are_removed, new_steps_start_again,
	           promotion_may_move_traffic_in_steps);
	KORCH_CASE(suite, "verdicts", an_analysis_goes_on_fails_or_pauses,
	           promoting_past_an_inconclusive_analysis_goes_to_the_next_step,
	           a_background_analysis_runs_from_its_step_and_ends_with_the_rollout,
	           checks_are_repeated_and_counted);
	KORCH_CASE(suite, "changes", back_to_stable_skips_the_steps, rollback_window_skips_the_steps,
	           lost_replicas_send_weight_to_where_there_is_room,
	           paused_by_the_spec_nothing_goes_on_but_sizes_follow);
	return suite;
}
