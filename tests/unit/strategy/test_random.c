/*
 * Anything may happen to a rollout, in any order: templates change, verbs are used, replicas are
 * lost, plans are carried out in part. Each plan keeps the law (world_plan() checks that), and when
 * nothing happens any more it settles.
 */
#include "base/random.h"
#include "unit.h"
#include "world.h"
#include <string.h>

enum { RUNS = 1000, ACTIONS = 60 };

static const char *const hashes[] = {"v1", "v2", "v3", "v4"};

static int32_t below(korch_random *random, uint64_t n)
{
	return (int32_t)korch__random_below(random, n);
}

static void any_steps(world *w, korch_random *random)
{
	int n = below(random, 6);
	for (int i = 0; i < n; i++) {
		korch_strategy_step *step = world_step(w, below(random, 9));
		step->name = "r";
		if (step->type == KORCH_STRATEGY_SET_WEIGHT)
			step->weight = below(random, 6) * 20;
		step->scale_by = below(random, 3);
		step->scale = below(random, 11);
		step->removes = below(random, 2);
		step->duration_us = SECONDS(below(random, 2) * 60);
	}
}

static void any_spec(world *w, korch_random *random)
{
	world_init(w, below(random, 4), below(random, 6));
	if (below(random, 2))
		world_router(w);
	any_steps(w, random);
	w->spec.max_surge = below(random, 3);
	w->spec.max_unavailable = w->spec.max_surge == 0 ? 1 + below(random, 2) : below(random, 2);
	w->spec.dynamic_stable = below(random, 2);
	w->spec.min_per_revision = below(random, 2) * 2;
	w->spec.history_limit = below(random, 3);
	w->spec.scale_down_delay_us = SECONDS(below(random, 2) * 30);
	w->spec.abort_scale_down_delay_us = SECONDS(below(random, 3) * 30 - 30);
	w->spec.deadline_us = SECONDS(below(random, 2) * 100);
	w->spec.deadline_aborts = below(random, 2);
	w->spec.rollback_window = below(random, 2);
	w->spec.background = below(random, 2);
	w->spec.check_threshold = below(random, 2);
	w->spec.promote_weight_step = below(random, 2) * 30;
	w->spec.has_preview = below(random, 2);
	w->spec.preview_replicas = below(random, 2);
	w->spec.auto_promotion = below(random, 2);
	w->spec.pre_analysis = below(random, 2);
	w->spec.post_analysis = below(random, 2);
	w->spec.auto_promotion_us = SECONDS(below(random, 2) * 20);
}

static void any_outcome(world *w, korch_random *random)
{
	int32_t outcome = 2 + below(random, 4);
	w->says[below(random, KORCH_STRATEGY_SLOTS)] =
	    below(random, 2) ? outcome : KORCH_STRATEGY_SUCCESSFUL;
	if (w->plan.experiment && below(random, 2))
		w->seen.experiment = outcome;
	if (w->plan.gate && below(random, 2))
		w->seen.gate = outcome;
	w->seen.experiment_weight = below(random, 2) * 10;
}

static void any_verb(world *w, korch_random *random)
{
	switch (below(random, 5)) {
	case 0:
		korch_rollout_promote(&w->seen.state, &w->spec);
		break;
	case 1:
		korch_rollout_promote_full(&w->seen.state);
		break;
	case 2:
		korch_rollout_abort(&w->seen.state);
		break;
	case 3:
		korch_rollout_retry(&w->seen.state);
		break;
	default:
		w->spec.paused = !w->spec.paused;
	}
}

static void any_replicas(world *w, korch_random *random)
{
	for (size_t i = 0; i < w->seen.n_revisions; i++) {
		korch_strategy_revision *r = &w->revisions[i];
		switch (below(random, 4)) {
		case 0: /* one more is there, ready, available */
			r->present += r->present < r->size;
			r->ready += r->ready < r->present;
			r->available = r->ready;
			break;
		case 1: /* the surplus is gone */
			r->present = r->present < r->size ? r->present : r->size;
			r->ready = r->ready < r->present ? r->ready : r->present;
			r->available = r->available < r->ready ? r->available : r->ready;
			break;
		case 2: /* one is lost */
			r->ready -= r->ready > 0 && below(random, 3) == 0;
			r->available = r->available < r->ready ? r->available : r->ready;
			break;
		default:
			break;
		}
	}
}

static void any_action(world *w, korch_random *random)
{
	switch (below(random, 8)) {
	case 0:
		if (below(random, 3) == 0)
			world_deploy(w, hashes[below(random, 4)]);
		break;
	case 1:
		any_verb(w, random);
		break;
	case 2:
		any_outcome(w, random);
		break;
	case 3:
		if (below(random, 3) == 0)
			w->spec.replicas = below(random, 6);
		break;
	case 4:
		w->now += SECONDS(below(random, 40));
		break;
	case 5:
		w->seen.traffic_verified = 1;
		break;
	case 6:
		world_live(w);
		break;
	default:
		any_replicas(w, random);
	}
}

static int any_parts(korch_random *random)
{
	return below(random, 4) ? PART_ALL : below(random, PART_ALL + 1);
}

/* Everything heals, nobody interferes any more: it comes to rest. */
static void come_to_rest(world *w)
{
	for (size_t i = 0; i < KORCH_STRATEGY_REVISIONS_MAX; i++)
		w->most_ready[i] = -1;
	for (int i = 0; i < KORCH_STRATEGY_SLOTS; i++)
		w->says[i] = KORCH_STRATEGY_SUCCESSFUL;
	w->spec.paused = 0;
	world_settle(w);
	for (int i = 0; i < 200 && w->plan.phase != KORCH_STRATEGY_HEALTHY; i++) {
		if (w->plan.gate)
			w->seen.gate = KORCH_STRATEGY_SUCCESSFUL;
		if (w->plan.experiment)
			w->seen.experiment = KORCH_STRATEGY_SUCCESSFUL;
		if (w->seen.state.aborted) {
			korch_rollout_retry(&w->seen.state);
			w->seen.experiment = w->seen.gate = KORCH_STRATEGY_NONE;
		}
		if (w->seen.state.pauses)
			korch_rollout_promote(&w->seen.state, &w->spec);
		world_pass(w, 61);
	}
	if (w->plan.phase != KORCH_STRATEGY_HEALTHY)
		world_dump(w);
	ck_assert_msg(w->plan.phase == KORCH_STRATEGY_HEALTHY, "type %d: %s", w->spec.type,
	              world_says(w));
	world_pass(w, 100);
	for (size_t i = 0; i < w->seen.n_revisions; i++) {
		int is_current = strcmp(w->revisions[i].hash, w->seen.current) == 0;
		if (!is_current && w->revisions[i].size > 0)
			world_dump(w);
		ck_assert_int_eq(w->revisions[i].size, is_current ? w->spec.replicas : 0);
	}
}

START_TEST(anything_keeps_the_law_and_comes_to_rest)
{
	static world w;
	uint64_t seed = (uint64_t)_i;
	korch_random random;
	korch__random_init(&random, seed);
	any_spec(&w, &random);
	world_deploy(&w, "v1");
	for (int i = 0; i < ACTIONS; i++) {
		any_action(&w, &random);
		if (world_plan(&w))
			world_apply(&w, any_parts(&random));
	}
	come_to_rest(&w);
}
END_TEST

KORCH_SUITE(strategy_random)
{
	Suite *suite = suite_create("strategy random");
	TCase *tcase = tcase_create("anything");
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, anything_keeps_the_law_and_comes_to_rest, 0, (int)unit_seeds(RUNS));
	suite_add_tcase(suite, tcase);
	return suite;
}
