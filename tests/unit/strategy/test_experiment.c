/* Experiments and gates in a canary's steps. */
#include "unit.h"
#include "world.h"

static void canary(world *w)
{
	world_init(w, KORCH_STRATEGY_CANARY, 10);
	world_router(w);
}

static void start_v2(world *w)
{
	world_start(w);
	world_deploy(w, "v2");
	world_settle(w);
}

START_TEST(an_experiment_takes_its_weight_from_the_stable_one)
{
	static world w;
	canary(&w);
	world_weight(&w, 20);
	world_step(&w, KORCH_STRATEGY_EXPERIMENT);
	world_pause(&w, 0);
	start_v2(&w);
	w.seen.experiment_weight = 10;
	world_settle(&w);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 20);
	ck_assert_int_eq(world_weight_of(&w, "v1"), 70);
	w.seen.experiment = KORCH_STRATEGY_SUCCESSFUL;
	world_settle(&w);
	ck_assert_int_eq(world_weight_of(&w, "v1"), 80);
	ck_assert_int_eq(w.seen.state.step, 2);
}
END_TEST

START_TEST(an_experiment_or_a_gate_that_fails_aborts)
{
	static world w;
	for (int gate = 0; gate < 2; gate++) {
		canary(&w);
		world_step(&w, gate ? KORCH_STRATEGY_GATE : KORCH_STRATEGY_EXPERIMENT);
		start_v2(&w);
		ck_assert_int_eq(w.plan.why.wait,
		                 gate ? KORCH_STRATEGY_WAIT_GATE : KORCH_STRATEGY_WAIT_EXPERIMENT);
		*(gate ? &w.seen.gate : &w.seen.experiment) = KORCH_STRATEGY_FAILED;
		world_settle(&w);
		ck_assert_int_eq(w.plan.reason,
		                 gate ? KORCH_STRATEGY_REASON_GATE : KORCH_STRATEGY_REASON_EXPERIMENT);
	}
}
END_TEST

KORCH_SUITE(strategy_experiment)
{
	Suite *suite = suite_create("strategy experiment");
	KORCH_CASE(suite, "experiment", an_experiment_takes_its_weight_from_the_stable_one,
	           an_experiment_or_a_gate_that_fails_aborts);
	return suite;
}
