/*
 * What went wrong in Argo Rollouts, by the numbers of its issues: weights and capacity out of step
 * when things are lost, aborted, rolled back or overtaken.
 */
#include "unit.h"
#include "world.h"

static void canary(world *w, int dynamic)
{
	world_init(w, KORCH_STRATEGY_CANARY, 10);
	world_router(w);
	w->spec.dynamic_stable = dynamic;
}

/* Plans are carried out, but nothing new gets ready. */
static void run_still(world *w, int plans)
{
	for (int i = 0; i < plans && world_plan(w); i++) {
		world_apply(w, PART_ALL);
		w->seen.traffic_verified = 1;
	}
}

/* The stable one was scaled down while replicas of the canary were missing. */
START_TEST(argo_2050_stable_stays_while_the_canary_misses_replicas)
{
	static world w;
	canary(&w, 1);
	world_weight(&w, 100);
	world_start(&w);
	world_deploy(&w, "v2");
	run_still(&w, 6);
	world_at(&w, "v2")->present = 10;
	world_at(&w, "v2")->ready = world_at(&w, "v2")->available = 9;
	run_still(&w, 6);
	ck_assert_int_eq(world_weight_of(&w, "v1"), 100);
	ck_assert_int_eq(world_size_of(&w, "v1"), 10);
	world_settle(&w);
	ck_assert_str_eq(w.seen.state.stable, "v2");
	/* as it was promoted its replicas go: the old one is not there to help, nor taken away late */
	ck_assert_int_eq(world_weight_of(&w, "v2"), 100);
}
END_TEST

/* v3 came while v2 had most of the traffic and stable few replicas: all traffic went to those. */
START_TEST(argo_3372_a_third_version_does_not_send_all_to_a_small_stable)
{
	static world w;
	canary(&w, 1);
	world_weight(&w, 90);
	world_pause(&w, 0);
	world_start(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	ck_assert_int_eq(world_size_of(&w, "v1"), 1);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 90);
	world_deploy(&w, "v3");
	run_still(&w, 8);
	ck_assert_int_eq(world_weight_of(&w, "v1"), 10);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 90);
	ck_assert_int_eq(world_size_of(&w, "v2"), 9);
	ck_assert_int_eq(world_size_of(&w, "v1"), 10);
	/* stable gets ready one by one and takes over just so much */
	for (int32_t ready = 2; ready <= 10; ready++) {
		world_at(&w, "v1")->ready = world_at(&w, "v1")->available = ready;
		run_still(&w, 4);
		ck_assert_int_eq(world_weight_of(&w, "v1"), 10 * ready);
		ck_assert_int_eq(world_weight_of(&w, "v2"), 100 - 10 * ready);
	}
	world_settle(&w);
	ck_assert_int_eq(world_weight_of(&w, "v3"), 90);
	ck_assert_int_eq(world_size_of(&w, "v2"), 0);
}
END_TEST

/* The intermediate revision was killed at once, with traffic on it. */
START_TEST(argo_4534_an_intermediate_revision_lives_as_long_as_it_has_traffic)
{
	static world w;
	canary(&w, 0);
	world_weight(&w, 30);
	world_pause(&w, 0);
	world_start(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 30);
	world_deploy(&w, "v3");
	w.never_verified = 1;
	for (int i = 0; i < 8 && world_plan(&w); i++) {
		world_apply(&w, PART_ALL);
		ck_assert_int_eq(world_size_of(&w, "v2"), 3);
	}
	w.never_verified = 0;
	world_settle(&w);
	ck_assert_int_eq(world_size_of(&w, "v2"), 0);
	ck_assert_int_eq(world_weight_of(&w, "v3"), 30);
}
END_TEST

/* Rolled back in mid-flight: a canary with the size for 5 % was sent 70 %. */
START_TEST(argo_4612_the_canary_gets_no_more_than_its_size_carries)
{
	static world w;
	canary(&w, 0);
	world_weight(&w, 5);
	world_pause(&w, 0);
	world_weight(&w, 70);
	world_pause(&w, 0);
	world_start(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	korch_rollout_promote(&w.seen.state, &w.spec);
	world_settle(&w);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 70);
	world_deploy(&w, "v3");
	run_still(&w, 10);
	ck_assert_int_eq(world_weight_of(&w, "v3"), 0);
	ck_assert_str_eq(w.seen.canary_service, "v2");
	world_settle(&w);
	ck_assert_str_eq(w.seen.canary_service, "v3");
	ck_assert_int_eq(world_weight_of(&w, "v3"), 5);
	ck_assert_int_eq(world_size_of(&w, "v3"), 1);
	ck_assert_int_eq(world_weight_of(&w, "v1"), 95);
}
END_TEST

/* After an abort the weight never returned to 0. */
START_TEST(argo_4841_after_an_abort_all_traffic_is_back)
{
	static world w;
	canary(&w, 1);
	world_weight(&w, 60);
	world_pause(&w, 0);
	world_start(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	ck_assert_int_eq(world_size_of(&w, "v1"), 4);
	korch_rollout_abort(&w.seen.state);
	run_still(&w, 8);
	ck_assert_int_eq(world_weight_of(&w, "v1"), 40);
	world_settle(&w);
	ck_assert_int_eq(world_weight_of(&w, "v1"), 100);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 0);
	ck_assert_int_eq(w.plan.phase, KORCH_STRATEGY_DEGRADED);
	world_pass(&w, 40);
	ck_assert_int_eq(world_size_of(&w, "v2"), 0);
}
END_TEST

/* More replicas were asked for after an abort: the aborted revision was scaled up again. */
START_TEST(argo_4973_an_aborted_revision_never_grows)
{
	static world w;
	canary(&w, 1);
	world_weight(&w, 50);
	world_pause(&w, 0);
	world_start(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	korch_rollout_abort(&w.seen.state);
	world_settle(&w);
	ck_assert_int_eq(world_size_of(&w, "v2"), 5);
	w.spec.replicas = 20;
	run_still(&w, 10);
	ck_assert_int_eq(world_size_of(&w, "v2"), 5);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 0);
	world_pass(&w, 60);
	ck_assert_int_eq(world_size_of(&w, "v2"), 0);
	w.spec.replicas = 30;
	world_pass(&w, 60);
	ck_assert_int_eq(world_size_of(&w, "v2"), 0);
	ck_assert_int_eq(world_size_of(&w, "v1"), 30);
}
END_TEST

/* The canary service's selector went back and forth until the aborted revision was gone. */
START_TEST(argo_3078_the_canary_service_is_written_once_after_an_abort)
{
	static world w;
	canary(&w, 0);
	world_weight(&w, 50);
	world_pause(&w, 0);
	world_start(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	ck_assert_str_eq(w.seen.canary_service, "v2");
	korch_rollout_abort(&w.seen.state);
	w.services = 0;
	world_settle(&w);
	for (int32_t ready = 0; ready < 6; ready++) {
		world_ready_at_most(&w, "v2", ready % 2 ? 5 : 0);
		world_settle(&w);
	}
	world_pass(&w, 60);
	ck_assert_str_eq(w.seen.canary_service, "v1");
	ck_assert_int_eq(w.services, 1);
}
END_TEST

/* dynamicStableScale with abortScaleDownDelaySeconds waited in a circle. */
START_TEST(argo_4898_dynamic_stable_and_a_delay_after_an_abort_come_to_rest)
{
	static world w;
	canary(&w, 1);
	world_weight(&w, 80);
	world_pause(&w, 0);
	world_start(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	korch_rollout_abort(&w.seen.state);
	world_pass(&w, 31);
	ck_assert_int_eq(world_size_of(&w, "v1"), 10);
	ck_assert_int_eq(world_size_of(&w, "v2"), 0);
	ck_assert_int_eq(w.plan.why.wait, KORCH_STRATEGY_WAIT_RETRY);
}
END_TEST

/* An abort after "promote full" was not heeded. */
START_TEST(argo_4461_an_abort_ends_a_full_promotion)
{
	static world w;
	canary(&w, 0);
	world_weight(&w, 10);
	world_pause(&w, 0);
	world_start(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	world_ready_at_most(&w, "v2", 1);
	korch_rollout_promote_full(&w.seen.state);
	world_settle(&w);
	ck_assert_int_eq(world_size_of(&w, "v2"), 10);
	korch_rollout_abort(&w.seen.state);
	world_settle(&w);
	ck_assert_int_eq(world_weight_of(&w, "v1"), 100);
	ck_assert_int_eq(w.plan.reason, KORCH_STRATEGY_REASON_USER);
}
END_TEST

/* v2 helps out a broken stable revision when v3 comes: the canary service could not leave v2, and
 * v3 got nothing without the service. */
START_TEST(weight_of_an_intermediate_revision_is_not_stranded)
{
	static world w;
	world_init(&w, KORCH_STRATEGY_CANARY, 3);
	world_router(&w);
	world_weight(&w, 20);
	world_pause(&w, 0);
	world_start(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	world_ready_at_most(&w, "v1", 0);
	world_settle(&w);
	ck_assert_int_gt(world_weight_of(&w, "v2"), 0);
	world_deploy(&w, "v3");
	world_settle(&w);
	korch_rollout_promote_full(&w.seen.state);
	world_pass(&w, 120);
	ck_assert_str_eq(w.seen.state.stable, "v3");
	ck_assert_int_eq(world_weight_of(&w, "v3"), 100);
}
END_TEST

KORCH_SUITE(strategy_known)
{
	Suite *suite = suite_create("strategy known");
	KORCH_CASE(suite, "capacity", argo_2050_stable_stays_while_the_canary_misses_replicas,
	           argo_3372_a_third_version_does_not_send_all_to_a_small_stable,
	           argo_4534_an_intermediate_revision_lives_as_long_as_it_has_traffic,
	           argo_4612_the_canary_gets_no_more_than_its_size_carries,
	           weight_of_an_intermediate_revision_is_not_stranded);
	KORCH_CASE(suite, "abort", argo_4841_after_an_abort_all_traffic_is_back,
	           argo_4973_an_aborted_revision_never_grows,
	           argo_3078_the_canary_service_is_written_once_after_an_abort,
	           argo_4898_dynamic_stable_and_a_delay_after_an_abort_come_to_rest,
	           argo_4461_an_abort_ends_a_full_promotion);
	return suite;
}
