/*
 * What exploring found, continued: what a plan waits for and says, what another strategy or other
 * steps leave behind.
 */
#include "play.h"
#include "unit.h"

static const korch_strategy_step halves[] = {PLAY_WEIGHT(50), PLAY_PAUSE};

/* Paused with nothing to do: it said "Paused" and waited for nothing. */
START_TEST(test_what_is_paused_waits_to_be_resumed)
{
	play self;
	explore_view view;
	play_begin(&self, 2, halves, 2);
	play_start(&self);
	play_act(&self, ACT_PAUSE, 0, 0);
	play_rounds(&self, 2);
	ck_assert_int_eq(play_plan(&self, &view)->phase, KORCH_STRATEGY_HELD);
	ck_assert_int_eq(view.plan.why.wait, KORCH_STRATEGY_WAIT_RESUME);
	play_ends_well(&self);
}
END_TEST

/* In its pause the preview lost pods: it waited for a time at which nothing was going to happen. */
START_TEST(test_a_pause_waits_for_the_preview)
{
	play self;
	explore_view view;
	play_begin_blue_green(&self);
	self.setup.spec.auto_promotion_us = (korch_usec)20 * SECOND;
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	play_rounds(&self, 5);
	ck_assert_int_eq(play_plan(&self, &view)->why.wait, KORCH_STRATEGY_WAIT_PAUSE);
	play_act(&self, ACT_UNREADY, 1, 1);
	ck_assert_int_eq(play_plan(&self, &view)->why.wait, KORCH_STRATEGY_WAIT_AVAILABLE);
	ck_assert_int_eq(view.plan.why.have, 3);
	play_ends_well(&self);
}
END_TEST

/* Told to have more while too many are still on their way out: those counted as available. */
START_TEST(test_pods_on_their_way_out_are_waited_for)
{
	play self;
	explore_view view;
	play_begin(&self, 3, NULL, 0);
	self.setup.spec.type = KORCH_STRATEGY_ROLLING;
	self.setup.spec.traffic = 0;
	play_start(&self);
	play_act(&self, ACT_SCALE, 1, 0);
	play_act(&self, ACT_PLAN, PART_ALL, 0);
	play_act(&self, ACT_SCALE, 2, 0);
	ck_assert_int_eq(play_plan(&self, &view)->why.wait, KORCH_STRATEGY_WAIT_AVAILABLE);
	ck_assert_int_eq(view.plan.why.have, 1);
	play_ends_well(&self);
}
END_TEST

/* Other steps, of which the first is an experiment: the plan that begins anew took its share at
 * once, from whom it was given back with the next. */
START_TEST(test_other_steps_take_no_weight_to_give_it_back)
{
	static const korch_strategy_step other[] = {{.type = KORCH_STRATEGY_EXPERIMENT, .name = "job"}};
	static const korch_strategy_step first[] = {PLAY_WEIGHT(90), PLAY_PAUSE};
	play self;
	play_begin(&self, 10, first, 2);
	self.setup.steps[1][0] = other[0];
	self.setup.n_steps[1] = 1;
	self.setup.experiment_weight = 20;
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	while (self.world.revisions[1].told == 0)
		play_rounds(&self, 1);
	play_act(&self, ACT_STEPS, 0, 0);
	play_act(&self, ACT_PLAN, PART_ALL, 0);
	ck_assert_int_eq(self.world.revisions[0].told, 10);
	play_act(&self, ACT_PLAN, PART_ALL, 0);
	ck_assert_int_eq(self.world.revisions[0].told, 80);
	play_ends_well(&self);
}
END_TEST

/* Another strategy in mid-rollout: a pause of the one before was waited for, with nobody to end it.
 */
START_TEST(test_another_strategy_forgets_pauses)
{
	play self;
	play_begin(&self, 4, halves, 2);
	self.setup.other = self.setup.spec;
	self.setup.other.type = KORCH_STRATEGY_ROLLING;
	self.setup.other.traffic = 0;
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	play_rounds(&self, 10);
	ck_assert_int_ne(self.world.state.pauses, 0);
	self.stuck = 1 << 1;
	play_act(&self, ACT_SPEC, 0, 0);
	play_rounds(&self, 4);
	ck_assert_int_eq(self.world.state.pauses, 0);
	self.stuck = 0;
	play_rounds(&self, 20);
	ck_assert_int_eq(explore_revision_of(self.world.state.stable), 1);
	play_ends_well(&self);
}
END_TEST

/* The same with the time of an old revision, that nothing was going to be done at. */
START_TEST(test_another_strategy_forgets_times)
{
	play self;
	play_begin(&self, 4, NULL, 0);
	self.setup.spec.history_limit = 1;
	self.setup.other = self.setup.spec;
	self.setup.other.type = KORCH_STRATEGY_ROLLING;
	self.setup.other.traffic = 0;
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	for (int32_t i = 0; i < 20 && !self.world.revisions[0].scale_down_at; i++)
		play_rounds(&self, 1);
	ck_assert_int_ne(self.world.revisions[0].scale_down_at, 0);
	play_act(&self, ACT_SPEC, 0, 0);
	play_rounds(&self, 4);
	ck_assert_int_eq(self.world.revisions[0].scale_down_at, 0);
	play_ends_well(&self);
}
END_TEST

/* The preview came up after the deadline and waits to be promoted: still degraded. */
START_TEST(test_a_deadline_that_passed_is_forgotten_with_progress)
{
	play self;
	explore_view view;
	play_begin_blue_green(&self);
	self.setup.spec.auto_promotion = 0;
	self.setup.spec.deadline_us = (korch_usec)60 * SECOND;
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	self.stuck = 1 << 1;
	play_rounds(&self, 4);
	play_act(&self, ACT_TIME, 61, 0);
	play_rounds(&self, 2);
	ck_assert_int_eq(play_plan(&self, &view)->phase, KORCH_STRATEGY_DEGRADED);
	self.stuck = 0;
	play_rounds(&self, 4);
	ck_assert_int_eq(play_plan(&self, &view)->phase, KORCH_STRATEGY_HELD);
	play_ends_well(&self);
}
END_TEST

/* The interval between two parts of the promotion is longer than the deadline: it was aborted. */
START_TEST(test_a_promotion_in_parts_is_not_late)
{
	static const korch_strategy_step steps[] = {
	    {.type = KORCH_STRATEGY_CHECK, .duration_us = (korch_usec)60 * SECOND}, PLAY_WEIGHT(40)};
	play self;
	play_begin(&self, 4, steps, 2);
	self.setup.spec.promote_weight_step = 20;
	self.setup.spec.deadline_us = (korch_usec)30 * SECOND;
	self.setup.spec.deadline_aborts = 1;
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	play_ends_well(&self);
	for (int32_t i = 0; i < 60; i++) {
		play_rounds(&self, 2);
		play_act(&self, ACT_TIME, 10, 0);
		play_act(&self, ACT_OUTCOME, KORCH_STRATEGY_SLOT_STEP, KORCH_STRATEGY_SUCCESSFUL);
		ck_assert_int_eq(self.world.state.aborted, 0);
	}
	ck_assert_int_eq(explore_revision_of(self.world.state.stable), 1);
}
END_TEST

KORCH_SUITE(mended_waiting)
{
	Suite *suite = suite_create("mended waiting");
	KORCH_CASE(suite, "says", test_what_is_paused_waits_to_be_resumed,
	           test_a_pause_waits_for_the_preview, test_pods_on_their_way_out_are_waited_for);
	KORCH_CASE(suite, "late", test_a_deadline_that_passed_is_forgotten_with_progress,
	           test_a_promotion_in_parts_is_not_late);
	KORCH_CASE(suite, "changes", test_other_steps_take_no_weight_to_give_it_back,
	           test_another_strategy_forgets_pauses, test_another_strategy_forgets_times);
	return suite;
}
