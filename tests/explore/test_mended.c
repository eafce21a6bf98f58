/*
 * What exploring found in the planner: each failure in its shortest form. That a move is allowed is
 * checked by playing it; what is asserted here is where it led to.
 */
#include "play.h"
#include "unit.h"

static const korch_strategy_step halves[] = {PLAY_WEIGHT(50), PLAY_PAUSE};

static void begin_blue_green(play *self)
{
	play_begin(self, 4, NULL, 0);
	self->setup.spec.type = KORCH_STRATEGY_BLUE_GREEN;
	self->setup.spec.traffic = 0;
	self->setup.spec.has_preview = 1;
	self->setup.spec.auto_promotion = 1;
	self->setup.services = 0;
}

static const korch_strategy_plan *plan_of(const play *self, explore_view *view)
{
	explore_plan(view, &self->world, &self->setup);
	ck_assert_int_eq(view->code, 0);
	return &view->plan;
}

/* The canary lost pods for good: stable had shrunk and did not come back to take its weight. */
START_TEST(test_a_dynamic_stable_grows_when_the_canary_loses_pods)
{
	play self;
	play_begin(&self, 4, halves, 2);
	self.setup.spec.dynamic_stable = 1;
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	play_rounds(&self, 10);
	ck_assert_int_eq(self.world.revisions[0].size, 2);
	self.stuck = 1 << 1;
	play_act(&self, ACT_UNREADY, 1, 1);
	play_rounds(&self, 10);
	ck_assert_int_eq(self.world.revisions[0].ready, 3);
	ck_assert_int_eq(self.world.revisions[1].weight, 25);
	self.stuck = 0;
	play_rounds(&self, 10);
	ck_assert_int_eq(self.world.revisions[0].size, 2);
	ck_assert_int_eq(self.world.revisions[1].weight, 50);
	play_ends_well(&self);
}
END_TEST

/* Aborted before it was made: the preview selected one of the rollout before, which stayed up. */
START_TEST(test_the_preview_leaves_a_rollout_that_is_over)
{
	play self;
	begin_blue_green(&self);
	self.setup.spec.auto_promotion = 0;
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	play_rounds(&self, 4);
	ck_assert_int_eq(self.world.service[PREVIEW], 1);
	play_act(&self, ACT_TEMPLATE, 2, 0);
	play_act(&self, ACT_PLAN, PART_STATE, 0);
	play_act(&self, ACT_ABORT, 0, 0);
	play_rounds(&self, 4);
	ck_assert_int_eq(self.world.service[PREVIEW], 0);
	play_act(&self, ACT_TIME, 31, 0);
	play_rounds(&self, 4);
	ck_assert_int_eq(self.world.revisions[1].size, 0);
	play_ends_well(&self);
}
END_TEST

/* Paused, and another template is wished: nothing had ever been stable, and all weight moved. */
START_TEST(test_what_is_paused_keeps_its_weight)
{
	play self;
	play_begin(&self, 4, halves, 2);
	self.setup.fresh = 1;
	play_start(&self);
	play_act(&self, ACT_PLAN, PART_ALL, 0);
	play_act(&self, ACT_PLAN, PART_ALL, 0);
	ck_assert_int_eq(self.world.revisions[0].told, 100);
	play_act(&self, ACT_TEMPLATE, 2, 0);
	play_act(&self, ACT_PLAN, PART_ALL, 0);
	play_act(&self, ACT_PLAN, PART_ALL, 0);
	play_act(&self, ACT_PAUSE, 0, 0);
	play_act(&self, ACT_TEMPLATE, 0, 0);
	play_rounds(&self, 4);
	ck_assert_int_eq(self.world.revisions[0].weight, 100);
	play_ends_well(&self);
}
END_TEST

/* Active, and then all its pods were lost: it became stable all the same. */
START_TEST(test_only_a_whole_revision_becomes_stable)
{
	play self;
	begin_blue_green(&self);
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	while (self.world.service[ACTIVE] == 0)
		play_rounds(&self, 1);
	self.stuck = 1 << 1;
	play_act(&self, ACT_UNREADY, 1, 4);
	play_rounds(&self, 4);
	ck_assert_int_eq(explore_revision_of(self.world.state.stable), 0);
	play_ends_well(&self);
}
END_TEST

/* The preview came up after the deadline and waits to be promoted: still degraded. */
START_TEST(test_a_deadline_that_passed_is_forgotten_with_progress)
{
	play self;
	explore_view view;
	begin_blue_green(&self);
	self.setup.spec.auto_promotion = 0;
	self.setup.spec.deadline_us = (korch_usec)60 * SECOND;
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	self.stuck = 1 << 1;
	play_rounds(&self, 4);
	play_act(&self, ACT_TIME, 61, 0);
	play_rounds(&self, 2);
	ck_assert_int_eq(plan_of(&self, &view)->phase, KORCH_STRATEGY_DEGRADED);
	self.stuck = 0;
	play_rounds(&self, 4);
	ck_assert_int_eq(plan_of(&self, &view)->phase, KORCH_STRATEGY_HELD);
	play_ends_well(&self);
}
END_TEST

/* A gate that is to be asked was no change: who acts on changes never asked. */
START_TEST(test_a_gate_that_was_not_asked_is_a_change)
{
	static const korch_strategy_step gate[] = {{.type = KORCH_STRATEGY_GATE, .name = "job"}};
	play self;
	explore_view view;
	play_begin(&self, 2, gate, 1);
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	play_rounds(&self, 3);
	self.world.gate = KORCH_STRATEGY_NONE;
	ck_assert_int_eq(plan_of(&self, &view)->gate, 1);
	ck_assert_int_eq(view.plan.changed, 1);
	self.world.gate = KORCH_STRATEGY_RUNNING;
	ck_assert_int_eq(plan_of(&self, &view)->changed, 0);
}
END_TEST

/* Scaled to 0 at a step that asks for two replicas: it waited for them for ever. */
START_TEST(test_a_step_asks_for_replicas_that_there_are_not)
{
	static const korch_strategy_step two[] = {{.type = KORCH_STRATEGY_SET_CANARY_SCALE,
	                                           .scale_by = KORCH_STRATEGY_SCALE_REPLICAS,
	                                           .scale = 2},
	                                          PLAY_WEIGHT(50)};
	play self;
	for (int32_t traffic = 0; traffic < 2; traffic++) {
		play_begin(&self, 4, two, 2);
		self.setup.spec.traffic = traffic;
		play_start(&self);
		play_act(&self, ACT_TEMPLATE, 1, 0);
		play_act(&self, ACT_SCALE, 0, 0);
		play_rounds(&self, 10);
		ck_assert_int_eq(explore_revision_of(self.world.state.stable), 1);
		ck_assert_int_eq(self.world.service[STABLE_SERVICE], 1);
		play_ends_well(&self);
	}
}
END_TEST

/* Replicas 0: weight went to a revision in the plan that makes it. Only the weights came true. */
START_TEST(test_no_weight_for_what_is_still_to_be_made)
{
	play self;
	play_begin(&self, 1, halves, 2);
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	play_act(&self, ACT_PLAN, PART_ALL, 0);
	play_act(&self, ACT_SCALE, 0, 0);
	play_act(&self, ACT_PLAN, PART_WEIGHTS, 0);
	ck_assert_int_eq(self.world.revisions[0].told, 100);
	play_ends_well(&self);
}
END_TEST

/* Started, and a crash before the state was recorded: that it failed was not heeded. */
START_TEST(test_a_failed_analysis_counts_after_a_crash)
{
	static const korch_strategy_step look[] = {{.type = KORCH_STRATEGY_ANALYSIS}};
	play self;
	play_begin(&self, 2, look, 1);
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	play_rounds(&self, 1);
	play_act(&self, ACT_PLAN, PART_ANALYSES | PART_TARGET << 1, 0);
	ck_assert_int_eq(self.world.analyses[KORCH_STRATEGY_SLOT_STEP].outcome, KORCH_STRATEGY_RUNNING);
	play_act(&self, ACT_OUTCOME, KORCH_STRATEGY_SLOT_STEP, KORCH_STRATEGY_FAILED);
	play_rounds(&self, 1);
	ck_assert_int_eq(self.world.state.aborted, 1);
	play_ends_well(&self);
}
END_TEST

/* No history is kept: the old revision went while the stable service selected it. */
START_TEST(test_what_a_service_selects_is_not_removed)
{
	play self;
	for (int32_t traffic = 0; traffic < 2; traffic++) {
		play_begin(&self, 2, NULL, 0);
		self.setup.spec.traffic = traffic;
		self.setup.spec.scale_down_delay_us = 0;
		play_start(&self);
		play_act(&self, ACT_TEMPLATE, 1, 0);
		for (int32_t i = 0; i < 10; i++) {
			play_rounds(&self, 1);
			ck_assert(self.world.revisions[self.world.service[STABLE_SERVICE]].exists);
		}
		ck_assert_int_eq(self.world.revisions[0].exists, 0);
	}
}
END_TEST

/* Paused with nothing to do: it said "Paused" and waited for nothing. */
START_TEST(test_what_is_paused_waits_to_be_resumed)
{
	play self;
	explore_view view;
	play_begin(&self, 2, halves, 2);
	play_start(&self);
	play_act(&self, ACT_PAUSE, 0, 0);
	play_rounds(&self, 2);
	ck_assert_int_eq(plan_of(&self, &view)->phase, KORCH_STRATEGY_HELD);
	ck_assert_int_eq(view.plan.why.wait, KORCH_STRATEGY_WAIT_RESUME);
	play_ends_well(&self);
}
END_TEST

/* In its pause the preview lost pods: it waited for a time at which nothing was going to happen. */
START_TEST(test_a_pause_waits_for_the_preview)
{
	play self;
	explore_view view;
	begin_blue_green(&self);
	self.setup.spec.auto_promotion_us = (korch_usec)20 * SECOND;
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	play_rounds(&self, 5);
	ck_assert_int_eq(plan_of(&self, &view)->why.wait, KORCH_STRATEGY_WAIT_PAUSE);
	play_act(&self, ACT_UNREADY, 1, 1);
	ck_assert_int_eq(plan_of(&self, &view)->why.wait, KORCH_STRATEGY_WAIT_AVAILABLE);
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
	ck_assert_int_eq(plan_of(&self, &view)->why.wait, KORCH_STRATEGY_WAIT_AVAILABLE);
	ck_assert_int_eq(view.plan.why.have, 1);
	play_ends_well(&self);
}
END_TEST

/* The traffic of an experiment was taken from the canary, too; it failed, and the stable revision
 * could not carry what came back. */
START_TEST(test_what_an_experiment_leaves_goes_to_capacity)
{
	static const korch_strategy_step steps[] = {PLAY_WEIGHT(90),
	                                            {.type = KORCH_STRATEGY_EXPERIMENT, .name = "job"}};
	play self;
	play_begin(&self, 20, steps, 2);
	self.setup.spec.dynamic_stable = 1;
	self.setup.experiment_weight = 30;
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	play_rounds(&self, 5);
	while (self.world.experiment == KORCH_STRATEGY_NONE)
		play_rounds(&self, 1);
	self.stuck = 1 << 0;
	play_rounds(&self, 3);
	ck_assert_int_eq(self.world.revisions[1].told, 70);
	play_act(&self, ACT_OUTCOME, 4, KORCH_STRATEGY_FAILED);
	play_act(&self, ACT_PLAN, PART_ALL, 0);
	ck_assert_int_le(self.world.revisions[0].told * 20, self.world.revisions[0].ready * 100);
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
	play_act(&self, ACT_SPEC, 0, 0);
	play_rounds(&self, 20);
	ck_assert_int_eq(self.world.state.pauses, 0);
	ck_assert_int_eq(explore_revision_of(self.world.state.stable), 1);
	play_ends_well(&self);
}
END_TEST

/* The same with the time of an old revision, that nothing was going to be done at. */
START_TEST(test_another_strategy_forgets_times)
{
	play self;
	play_begin(&self, 4, NULL, 0);
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

KORCH_SUITE(mended_rollouts)
{
	Suite *suite = suite_create("mended rollouts");
	KORCH_CASE(suite, "capacity", test_a_dynamic_stable_grows_when_the_canary_loses_pods,
	           test_no_weight_for_what_is_still_to_be_made, test_what_is_paused_keeps_its_weight,
	           test_only_a_whole_revision_becomes_stable,
	           test_what_an_experiment_leaves_goes_to_capacity);
	KORCH_CASE(suite, "ends", test_the_preview_leaves_a_rollout_that_is_over,
	           test_a_deadline_that_passed_is_forgotten_with_progress,
	           test_a_promotion_in_parts_is_not_late,
	           test_a_step_asks_for_replicas_that_there_are_not,
	           test_what_a_service_selects_is_not_removed);
	KORCH_CASE(suite, "says", test_what_is_paused_waits_to_be_resumed,
	           test_a_pause_waits_for_the_preview, test_pods_on_their_way_out_are_waited_for);
	KORCH_CASE(suite, "another strategy", test_another_strategy_forgets_pauses,
	           test_another_strategy_forgets_times);
	KORCH_CASE(suite, "writes", test_other_steps_take_no_weight_to_give_it_back);
	KORCH_CASE(suite, "crash", test_a_gate_that_was_not_asked_is_a_change,
	           test_a_failed_analysis_counts_after_a_crash);
	return suite;
}
