/*
 * What went wrong in other people's rollouts, each played in the model world with its checks on:
 * numbers are those of argoproj/argo-rollouts' issues.
 */
#include "play.h"
#include "unit.h"

static const korch_strategy_step halves[] = {PLAY_WEIGHT(50), PLAY_PAUSE, PLAY_WEIGHT(90),
                                             PLAY_PAUSE};

/* #2050: the canary is promoted and lacks pods; stable was scaled down all the same. */
START_TEST(test_stable_stays_while_the_canary_misses_pods)
{
	play self;
	for (int32_t dynamic = 0; dynamic < 2; dynamic++) {
		play_begin(&self, 4, halves, 4);
		self.setup.spec.dynamic_stable = dynamic;
		play_start(&self);
		play_act(&self, ACT_TEMPLATE, 1, 0);
		play_rounds(&self, 10);
		ck_assert_int_eq(self.world.revisions[1].weight, 50);
		self.stuck = 1 << 1;
		play_act(&self, ACT_UNREADY, 1, 1);
		play_act(&self, ACT_FULL, 0, 0);
		play_rounds(&self, 20);
		ck_assert_int_le(self.world.revisions[1].weight, 25);
		ck_assert_int_ge(self.world.revisions[0].ready, 3);
		play_ends_well(&self);
	}
}
END_TEST

/* The same without a router, where replicas are the weights. */
START_TEST(test_stable_stays_without_a_router)
{
	play self;
	play_begin(&self, 4, halves, 4);
	self.setup.spec.traffic = 0;
	play_start(&self);
	self.stuck = 1 << 1;
	play_act(&self, ACT_TEMPLATE, 1, 0);
	play_act(&self, ACT_PLAN, PART_ALL, 0);
	play_act(&self, ACT_FULL, 0, 0);
	play_rounds(&self, 20);
	ck_assert_int_eq(self.world.revisions[0].ready, 4);
	ck_assert_int_eq(self.world.revisions[1].size, 1);
	play_ends_well(&self);
}
END_TEST

/* #3372: stable had shrunk to one replica, a third version sent everything there. */
START_TEST(test_a_third_version_with_dynamic_stable)
{
	play self;
	play_begin(&self, 10, halves, 4);
	self.setup.spec.dynamic_stable = 1;
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	play_rounds(&self, 10);
	play_act(&self, ACT_PROMOTE, 0, 0);
	play_rounds(&self, 20);
	ck_assert_int_eq(self.world.revisions[1].weight, 90);
	ck_assert_int_eq(self.world.revisions[0].size, 1);
	self.stuck = 1 << 0;
	play_act(&self, ACT_TEMPLATE, 2, 0);
	play_rounds(&self, 10);
	ck_assert_int_eq(self.world.revisions[0].weight, 10);
	ck_assert_int_ge(self.world.revisions[0].size, 5); /* on its way back */
	ck_assert_int_ge(self.world.revisions[1].ready, 4);
	self.stuck = 0;
	play_rounds(&self, 20);
	ck_assert_int_eq(self.world.revisions[1].weight, 0);
	ck_assert_int_eq(self.world.revisions[2].weight, 50);
	play_ends_well(&self);
}
END_TEST

/* #4534: the version in the middle was killed while it had traffic. */
START_TEST(test_the_version_in_the_middle_keeps_what_it_carries)
{
	play self;
	play_begin(&self, 4, halves, 4);
	self.setup.spec.scale_down_delay_us = 0;
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	play_rounds(&self, 10);
	ck_assert_int_eq(self.world.revisions[1].weight, 50);
	play_act(&self, ACT_TEMPLATE, 2, 0);
	for (int32_t i = 0; i < 6; i++) { /* the router is late */
		play_act(&self, ACT_PLAN, PART_ALL, 0);
		for (int32_t r = 0; r < REVISIONS; r++)
			play_act(&self, ACT_RECONCILE, r, 0);
		ck_assert_int_ge(self.world.revisions[1].ready, 2);
	}
	play_rounds(&self, 20);
	ck_assert_int_eq(self.world.revisions[1].size, 0);
	play_ends_well(&self);
}
END_TEST

/* #4612: back to an old version whose canary had one replica; it got the 70 % of the one before. */
START_TEST(test_a_small_canary_does_not_inherit_a_large_weight)
{
	static const korch_strategy_step steps[] = {
	    {.type = KORCH_STRATEGY_SET_CANARY_SCALE,
	     .scale_by = KORCH_STRATEGY_SCALE_REPLICAS,
	     .scale = 1},
	    PLAY_WEIGHT(5),
	    PLAY_PAUSE,
	    {.type = KORCH_STRATEGY_SET_CANARY_SCALE, .scale_by = KORCH_STRATEGY_SCALE_TRAFFIC},
	    PLAY_WEIGHT(70),
	    PLAY_PAUSE};
	play self;
	play_begin(&self, 10, steps, 6);
	self.setup.spec.dynamic_stable = 1;
	play_start(&self);
	play_act(&self, ACT_TEMPLATE, 1, 0);
	play_rounds(&self, 10);
	ck_assert_int_eq(self.world.revisions[1].weight, 5);
	play_act(&self, ACT_PROMOTE, 0, 0);
	play_rounds(&self, 20);
	ck_assert_int_eq(self.world.revisions[1].weight, 70);
	play_act(&self, ACT_TEMPLATE, 2, 0);
	for (int32_t i = 0; i < 20; i++) {
		play_rounds(&self, 1);
		ck_assert_int_le(self.world.revisions[2].told, 5);
	}
	play_act(&self, ACT_TEMPLATE, 1, 0);
	for (int32_t i = 0; i < 20; i++) {
		play_rounds(&self, 1);
		ck_assert_int_le(self.world.revisions[1].told * 10, self.world.revisions[1].ready * 100);
	}
	play_ends_well(&self);
}
END_TEST

/* #4841: after an abort the weight never got back to zero. */
START_TEST(test_weights_return_to_zero_after_an_abort)
{
	static const int32_t delays[] = {-1, 0, 30};
	play self;
	for (int32_t i = 0; i < 6; i++) {
		play_begin(&self, 4, halves, 4);
		self.setup.spec.dynamic_stable = i % 2;
		self.setup.spec.abort_scale_down_delay_us = (korch_usec)delays[i / 2] * SECOND;
		play_start(&self);
		play_act(&self, ACT_TEMPLATE, 1, 0);
		play_rounds(&self, 10);
		ck_assert_int_eq(self.world.revisions[1].weight, 50);
		play_act(&self, ACT_ABORT, 0, 0);
		play_rounds(&self, 10);
		ck_assert_int_eq(self.world.revisions[1].weight, 0);
		ck_assert_int_eq(self.world.revisions[0].weight, 100);
		ck_assert_int_eq(self.world.revisions[0].ready, 4);
		play_ends_well(&self);
	}
}
END_TEST

/* #4973, #3078: after an abort the canary service's selector went back and forth. */
START_TEST(test_the_selector_rests_after_an_abort)
{
	play self;
	for (int32_t traffic = 0; traffic < 2; traffic++) {
		play_begin(&self, 4, halves, 4);
		self.setup.spec.traffic = traffic;
		play_start(&self);
		play_act(&self, ACT_TEMPLATE, 1, 0);
		play_rounds(&self, 10);
		ck_assert_int_eq(self.world.service[CANARY_SERVICE], 1);
		play_act(&self, ACT_ABORT, 0, 0);
		self.writes = 0;
		for (int32_t i = 0; i < 20; i++) {
			play_rounds(&self, 2);
			play_act(&self, ACT_TIME, 10, 0);
			if (i == 5)
				play_act(&self, ACT_UNREADY, 0, 1);
		}
		ck_assert_int_le(self.writes, 1);
		ck_assert_int_eq(self.world.service[STABLE_SERVICE], 0);
		play_ends_well(&self);
	}
}
END_TEST

KORCH_SUITE(found_rollouts)
{
	Suite *suite = suite_create("found rollouts");
	KORCH_CASE(suite, "capacity", test_stable_stays_while_the_canary_misses_pods,
	           test_stable_stays_without_a_router, test_a_third_version_with_dynamic_stable,
	           test_the_version_in_the_middle_keeps_what_it_carries,
	           test_a_small_canary_does_not_inherit_a_large_weight);
	KORCH_CASE(suite, "abort", test_weights_return_to_zero_after_an_abort,
	           test_the_selector_rests_after_an_abort);
	return suite;
}
