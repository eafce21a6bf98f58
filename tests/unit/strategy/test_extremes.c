/* The planner with the largest numbers that a caller can give it: nothing overflows, and the law
 * holds, which the planner asserts. */
#include "base/cleanup.h"
#include "base/random.h"
#include "unit.h"
#include "world.h"

static const int32_t counts[] = {0, 1, 3, 100, 1000000, 1500000000, INT32_MAX - 1, INT32_MAX};
static const korch_usec times[] = {INT64_MIN,     -1,       0, 1, SECONDS(1600000000),
                                   INT64_MAX - 1, INT64_MAX};

static int32_t any_count(korch_random *random)
{
	return counts[korch__random_below(random, KORCH_COUNT(counts))];
}

static korch_usec any_time(korch_random *random)
{
	return times[korch__random_below(random, KORCH_COUNT(times))];
}

static korch_usec any_span(korch_random *random)
{
	korch_usec span = any_time(random);
	return span < 0 ? SECONDS(30) : span;
}

static void draw_spec(world *w, korch_random *random)
{
	w->spec.replicas = any_count(random);
	w->spec.max_surge = any_count(random);
	w->spec.max_unavailable = w->spec.max_surge ? any_count(random) : 1;
	w->spec.deadline_us = any_span(random);
	w->spec.scale_down_delay_us = any_span(random);
	w->spec.abort_scale_down_delay_us = any_time(random);
	w->spec.auto_promotion_us = any_span(random);
	w->spec.min_per_revision = any_count(random);
	w->spec.auto_promotion = (int32_t)korch__random_below(random, 2);
	w->steps[1].duration_us = any_span(random);
}

static void draw_revision(korch_strategy_revision *r, korch_random *random)
{
	r->size = any_count(random);
	r->present = any_count(random);
	r->ready = any_count(random);
	r->available = any_count(random);
	r->scale_down_at = any_time(random);
}

static void draw_state(korch_strategy_state *state, korch_random *random)
{
	state->replicas = any_count(random);
	state->surge = any_count(random);
	state->step = (int32_t)korch__random_below(random, 3);
	state->step_since_us = any_time(random);
	state->progress_us = any_time(random);
	state->pause_since_us = any_time(random);
	state->post_since_us = any_time(random);
	state->pauses = state->paused = (uint32_t)korch__random_below(random, 8);
	state->aborted = korch__random_below(random, 4) == 0;
}

static void try(int32_t type, int routed, uint64_t seed)
{
	static world w;
	korch_random random;
	korch__random_init(&random, seed);
	world_init(&w, type, 4);
	if (routed)
		world_router(&w);
	world_weight(&w, 30);
	world_pause(&w, 10);
	world_start(&w);
	world_deploy(&w, "v2");
	ck_assert(world_plan(&w));
	world_apply(&w, PART_ALL);
	draw_spec(&w, &random);
	draw_state(&w.seen.state, &random);
	for (size_t i = 0; i < w.seen.n_revisions; i++)
		draw_revision(&w.revisions[i], &random);
	w.plan.size = sizeof(w.plan);
	ck_assert_int_eq(korch_rollout_plan(&w.plan, &w.spec, &w.seen, w.now), 0);
	korch_rollout_explain(w.text, &w.spec, &w.plan, w.now);
}

START_TEST(nothing_overflows)
{
	static const struct {
		int32_t type;
		int routed;
	} kinds[] = {{KORCH_STRATEGY_ROLLING, 0},
	             {KORCH_STRATEGY_RECREATE, 0},
	             {KORCH_STRATEGY_CANARY, 0},
	             {KORCH_STRATEGY_CANARY, 1},
	             {KORCH_STRATEGY_BLUE_GREEN, 0}};
	for (uint64_t seed = 1; seed <= 2000; seed++)
		try(kinds[_i].type, kinds[_i].routed, seed);
}
END_TEST

KORCH_SUITE(strategy_extremes)
{
	Suite *suite = suite_create("strategy extremes");
	TCase *tests = tcase_create("numbers");
	tcase_add_loop_test(tests, nothing_overflows, 0, 5);
	suite_add_tcase(suite, tests);
	return suite;
}
