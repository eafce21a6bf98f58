/*
 * Observations that no world would show: sizes, weights, outcomes and a state drawn at random. The
 * planner takes them, keeps the law, and says something; a library never ends its host's process.
 */
#include "base/random.h"
#include "unit.h"
#include <korch/strategy.h>
#include <string.h>

enum { CASES = 20000, REVISIONS = 5, STEPS = 6, NOW = 1000 };

typedef struct question {
	korch_random random;
	korch_strategy spec;
	korch_strategy_step steps[STEPS];
	korch_strategy_revision revisions[REVISIONS];
	korch_strategy_observed seen;
} question;

static int32_t below(question *q, uint64_t n)
{
	return (int32_t)korch__random_below(&q->random, n);
}

static const char *any_hash(question *q)
{
	static const char *const hashes[] = {"v1", "v2", "v3", "v4", "v5", "", NULL};
	return hashes[below(q, 7)];
}

static void any_steps(question *q, int32_t most)
{
	for (int i = 0; i < STEPS; i++) {
		int32_t weight = below(q, (uint64_t)most + 1);
		q->steps[i] = (korch_strategy_step){
		    .type = below(q, 9),
		    .weight = weight < 100 ? weight : 100,
		    .scale_by = below(q, 3),
		    .scale = below(q, 12),
		    .duration_us = below(q, 2) * 60,
		    .name = "route",
		    .removes = below(q, 2),
		};
	}
}

static void any_spec(question *q)
{
	q->spec = (korch_strategy){
	    .size = sizeof(q->spec),
	    .type = below(q, 4),
	    .replicas = below(q, 8),
	    .max_surge = below(q, 3),
	    .max_unavailable = below(q, 3),
	    .paused = below(q, 4) == 0,
	    .history_limit = below(q, 3),
	    .rollback_window = below(q, 3),
	    .deadline_aborts = below(q, 2),
	    .deadline_us = below(q, 2) * 100,
	    .scale_down_delay_us = below(q, 2) * 30,
	    .abort_scale_down_delay_us = below(q, 3) * 30 - 30,
	    .scale_down_revision_limit = below(q, 3),
	    .traffic = below(q, 2),
	    .max_weight = below(q, 3) ? 0 : below(q, 50),
	    .dynamic_stable = below(q, 2),
	    .min_per_revision = below(q, 3),
	    .background = below(q, 2),
	    .check_threshold = below(q, 2),
	    .promote_weight_step = below(q, 3) * 20,
	    .steps = q->steps,
	    .n_steps = (size_t)below(q, STEPS + 1),
	    .has_preview = below(q, 2),
	    .preview_replicas = below(q, 3),
	    .auto_promotion = below(q, 2),
	    .pre_analysis = below(q, 2),
	    .post_analysis = below(q, 2),
	    .auto_promotion_us = below(q, 2) * 20,
	};
	any_steps(q, q->spec.max_weight ? q->spec.max_weight : 100);
}

static void any_state(question *q)
{
	q->seen.state = (korch_strategy_state){
	    .stable = any_hash(q),
	    .current = below(q, 3) ? q->seen.current : any_hash(q),
	    .step = below(q, STEPS + 2),
	    .aborted = below(q, 3) == 0,
	    .promote_full = below(q, 5) == 0,
	    .pauses = (uint32_t)below(q, 8),
	    .paused = (uint32_t)below(q, 8),
	    .attempt = (uint32_t)below(q, 3),
	    .scale_up_preview = below(q, 2),
	    .post_since_set = below(q, 2),
	    .reason = below(q, 7),
	    .timed_out = below(q, 4) == 0,
	    .stale = (uint32_t)below(q, 16),
	    .replicas = below(q, 8),
	    .surge = below(q, 3),
	    .pause_since_us = below(q, NOW),
	    .step_since_us = below(q, NOW),
	    .aborted_us = below(q, NOW),
	    .progress_us = below(q, NOW),
	    .progress_mark = korch__random_next(&q->random),
	};
}

static void any_observed(question *q)
{
	q->seen = (korch_strategy_observed){
	    .size = sizeof(q->seen),
	    .revisions = q->revisions,
	    .n_revisions = (size_t)below(q, REVISIONS + 1),
	    .steps_changed = below(q, 8) == 0,
	    .traffic_verified = below(q, 2),
	    .experiment = below(q, 6),
	    .experiment_weight = below(q, 130),
	    .gate = below(q, 6),
	    .active = any_hash(q),
	    .preview = any_hash(q),
	    .canary_service = any_hash(q),
	    .stable_service = any_hash(q),
	};
	q->seen.current = any_hash(q);
	for (int i = 0; i < KORCH_STRATEGY_SLOTS; i++)
		q->seen.analyses[i] = (korch_strategy_analysis){
		    .outcome = below(q, 6), .step = below(q, 4), .attempt = (uint32_t)below(q, 3)};
}

static void any_revisions(question *q)
{
	static const char *const hashes[REVISIONS] = {"v1", "v2", "v3", "v4", "v5"};
	for (size_t i = 0; i < REVISIONS; i++)
		q->revisions[i] = (korch_strategy_revision){
		    .hash = hashes[i],
		    .number = below(q, 6),
		    .size = below(q, 8),
		    .present = below(q, 10),
		    .ready = below(q, 10),
		    .available = below(q, 10),
		    .weight = below(q, 300),
		    .referenced = below(q, 6) == 0,
		    .scale_down_at = below(q, 3) ? 0 : below(q, 2 * NOW),
		};
}

START_TEST(any_observation_gets_a_plan_that_keeps_the_law)
{
	static question q;
	static korch_strategy_plan plan;
	int planned = 0;
	for (uint64_t seed = 0; seed < unit_seeds(CASES); seed++) {
		char text[KORCH_STRATEGY_TEXT_SIZE];
		korch_error *err = NULL;
		korch__random_init(&q.random, seed);
		any_spec(&q);
		any_revisions(&q);
		any_observed(&q);
		any_state(&q);
		int code = korch_rollout_plan(&plan, &q.spec, &q.seen, NOW);
		if (code < 0) { /* no template is wished, or surge and unavailable are both 0 */
			ck_assert_int_eq(code, KORCH_E_INVALID);
			continue;
		}
		planned++;
		code = korch_rollout_law(&q.spec, &q.seen, &plan, &err);
		ck_assert_msg(code == 0, "seed %d: %s", (int)seed, korch_error_message(err));
		ck_assert_uint_gt(korch_rollout_explain(text, &q.spec, &plan, NOW), 0);
	}
	ck_assert_int_gt(planned, CASES / 2);
}
END_TEST

KORCH_SUITE(strategy_anything)
{
	Suite *suite = suite_create("strategy anything");
	KORCH_CASE(suite, "observed", any_observation_gets_a_plan_that_keeps_the_law);
	return suite;
}
