/* Blue-green: preview, pause, analyses, the switch and the way back. */
#include "unit.h"
#include "world.h"

static void blue_green(world *w)
{
	world_init(w, KORCH_STRATEGY_BLUE_GREEN, 4);
	w->spec.has_preview = 1;
	w->spec.auto_promotion = 1;
}

static void start_v2(world *w)
{
	world_start(w);
	ck_assert_str_eq(w->seen.active, "v1");
	world_deploy(w, "v2");
	world_settle(w);
}

START_TEST(automatic_promotion_switches_when_all_is_ready)
{
	static world w;
	blue_green(&w);
	world_start(&w);
	world_deploy(&w, "v2");
	while (world_plan(&w)) {
		world_apply(&w, PART_ALL);
		ck_assert_str_eq(w.seen.active, "v1"); /* nothing of v2 gets ready */
	}
	ck_assert_str_eq(w.seen.preview, "v1");
	world_settle(&w);
	ck_assert_str_eq(w.seen.active, "v2");
	ck_assert_str_eq(w.seen.preview, "v2");
	ck_assert_str_eq(w.seen.state.stable, "v2");
	ck_assert_int_eq(world_size_of(&w, "v1"), 4);
	world_pass(&w, 31);
	ck_assert_int_eq(world_size_of(&w, "v1"), 0);
}
END_TEST

START_TEST(promotion_waits_for_a_person_with_a_small_preview)
{
	static world w;
	blue_green(&w);
	w.spec.auto_promotion = 0;
	w.spec.preview_replicas = 1;
	start_v2(&w);
	ck_assert_int_eq(world_size_of(&w, "v2"), 1);
	ck_assert_int_eq(w.plan.why.wait, KORCH_STRATEGY_WAIT_PROMOTION);
	world_pass(&w, 3600);
	ck_assert_str_eq(w.seen.active, "v1");
	korch_rollout_promote(&w.seen.state, &w.spec);
	world_ready_at_most(&w, "v2", 3);
	world_settle(&w);
	ck_assert_int_eq(world_size_of(&w, "v2"), 4);
	ck_assert_str_eq(w.seen.active, "v1"); /* three of four would not carry it */
	world_ready_at_most(&w, "v2", -1);
	world_settle(&w);
	ck_assert_str_eq(w.seen.active, "v2");
}
END_TEST

START_TEST(a_timed_pause_promotes_by_itself)
{
	static world w;
	blue_green(&w);
	w.spec.auto_promotion_us = SECONDS(20);
	start_v2(&w);
	ck_assert_int_eq(w.plan.phase, KORCH_STRATEGY_HELD);
	ck_assert(w.plan.wake_at == w.now + SECONDS(20));
	world_pass(&w, 20);
	ck_assert_str_eq(w.seen.active, "v2");
}
END_TEST

START_TEST(an_analysis_before_promotion_keeps_the_service)
{
	static world w;
	blue_green(&w);
	w.spec.pre_analysis = 1;
	w.says[KORCH_STRATEGY_SLOT_PRE] = KORCH_STRATEGY_FAILED;
	start_v2(&w);
	ck_assert_str_eq(w.seen.active, "v1");
	ck_assert_int_eq(w.plan.reason, KORCH_STRATEGY_REASON_ANALYSIS);
	world_pass(&w, 31);
	ck_assert_int_eq(world_size_of(&w, "v2"), 0);
	w.says[KORCH_STRATEGY_SLOT_PRE] = KORCH_STRATEGY_SUCCESSFUL;
	korch_rollout_retry(&w.seen.state);
	world_settle(&w);
	ck_assert_str_eq(w.seen.state.stable, "v2");
}
END_TEST

START_TEST(an_analysis_after_promotion_switches_back)
{
	static world w;
	blue_green(&w);
	w.spec.post_analysis = 1;
	w.says[KORCH_STRATEGY_SLOT_POST] = KORCH_STRATEGY_RUNNING;
	start_v2(&w);
	ck_assert_str_eq(w.seen.active, "v2");
	ck_assert_str_eq(w.seen.state.stable, "v1");
	ck_assert_int_eq(world_size_of(&w, "v1"), 4);
	w.seen.analyses[KORCH_STRATEGY_SLOT_POST].outcome = KORCH_STRATEGY_FAILED;
	world_settle(&w);
	ck_assert_str_eq(w.seen.active, "v1");
	ck_assert_int_eq(w.plan.phase, KORCH_STRATEGY_DEGRADED);
}
END_TEST

START_TEST(going_back_while_it_is_up_needs_no_pause)
{
	static world w;
	blue_green(&w);
	w.spec.auto_promotion = 0;
	start_v2(&w);
	korch_rollout_promote(&w.seen.state, &w.spec);
	world_settle(&w);
	ck_assert_str_eq(w.seen.state.stable, "v2");
	world_deploy(&w, "v1");
	world_settle(&w);
	ck_assert_str_eq(w.seen.state.stable, "v1");
	ck_assert_str_eq(w.seen.active, "v1");
	ck_assert_int_eq(w.events[KORCH_STRATEGY_EVENT_SKIPPED], 1);
}
END_TEST

START_TEST(a_preview_that_was_aborted_gets_no_short_cut)
{
	static world w;
	blue_green(&w);
	w.spec.auto_promotion = 0;
	start_v2(&w);
	korch_rollout_abort(&w.seen.state);
	world_settle(&w);
	ck_assert(world_at(&w, "v2")->scale_down_at > 0);
	world_deploy(&w, "v3");
	world_settle(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	ck_assert_str_eq(w.seen.active, "v1");
	ck_assert_int_eq(w.plan.why.wait, KORCH_STRATEGY_WAIT_PROMOTION);
}
END_TEST

START_TEST(no_more_old_revisions_stay_up_than_allowed)
{
	static const char *const hashes[] = {"v2", "v3", "v4", "v5"};
	static world w;
	blue_green(&w);
	w.spec.scale_down_revision_limit = 2;
	w.spec.scale_down_delay_us = SECONDS(3600);
	world_start(&w);
	for (int i = 0; i < 4; i++) {
		world_deploy(&w, hashes[i]);
		world_settle(&w);
	}
	ck_assert_int_eq(world_size_of(&w, "v1"), 0);
	ck_assert_int_eq(world_size_of(&w, "v2"), 0);
	ck_assert_int_eq(world_size_of(&w, "v3"), 4);
	ck_assert_int_eq(world_size_of(&w, "v4"), 4);
}
END_TEST

KORCH_SUITE(strategy_bluegreen)
{
	Suite *suite = suite_create("strategy bluegreen");
	KORCH_CASE(suite, "promotion", automatic_promotion_switches_when_all_is_ready,
	           promotion_waits_for_a_person_with_a_small_preview, a_timed_pause_promotes_by_itself);
	KORCH_CASE(suite, "analysis", an_analysis_before_promotion_keeps_the_service,
	           an_analysis_after_promotion_switches_back);
	KORCH_CASE(suite, "back", going_back_while_it_is_up_needs_no_pause,
	           a_preview_that_was_aborted_gets_no_short_cut,
	           no_more_old_revisions_stay_up_than_allowed);
	return suite;
}
