/* Bad input, the law on plans that break it, verbs that have nothing to do, steps in words. */
#include "unit.h"
#include "world.h"
#include <stdlib.h>
#include <string.h>

static void refused(const world *w, int code, const char *text)
{
	korch_error *err = NULL;
	ck_assert_int_eq(korch_strategy_check(&w->spec, &err), code);
	char *line = korch_error_format(err);
	ck_assert_msg(strstr(line, text), "%s", line);
	free(line);
	korch_error_free(err);
}

START_TEST(bad_strategies_are_refused_with_a_sentence)
{
	static world w;
	world_init(&w, KORCH_STRATEGY_CANARY, 10);
	world_weight(&w, 101);
	refused(&w, KORCH_E_INVALID, "steps[0].setWeight: is 101, 0 to 100 is allowed");
	w.spec.max_weight = 1000;
	ck_assert_int_eq(korch_strategy_check(&w.spec, NULL), 0);
	w.spec.n_steps = 0;
	w.spec.replicas = -1;
	refused(&w, KORCH_E_INVALID, "replicas: is -1");
	w.spec.replicas = 1;
	w.spec.max_surge = 0;
	refused(&w, KORCH_E_INVALID, "maxUnavailable: must not be 0 when maxSurge is 0");
	w.spec.max_surge = 1;
	w.spec.type = 9;
	refused(&w, KORCH_E_INVALID, "there is no strategy 9");
	w.spec.type = KORCH_STRATEGY_CANARY;
	world_step(&w, KORCH_STRATEGY_SET_HEADER_ROUTE);
	refused(&w, KORCH_E_INVALID, "a route needs a name");
	w.spec.n_steps = KORCH_STRATEGY_STEPS_MAX + 1;
	refused(&w, KORCH_E_LIMIT, "257 of them");
}
END_TEST

START_TEST(bad_observations_leave_the_plan_alone)
{
	static world w;
	static korch_strategy_plan plan, before;
	world_init(&w, KORCH_STRATEGY_ROLLING, 2);
	memset(&plan, 7, sizeof(plan));
	before = plan;
	ck_assert_int_eq(korch_rollout_plan(&plan, &w.spec, &w.seen, w.now), KORCH_E_INVALID);
	world_start(&w);
	w.revisions[1] = w.revisions[0];
	w.seen.n_revisions = 2; /* one twice */
	ck_assert_int_eq(korch_rollout_plan(&plan, &w.spec, &w.seen, w.now), KORCH_E_INVALID);
	w.seen.n_revisions = KORCH_STRATEGY_REVISIONS_MAX + 1;
	ck_assert_int_eq(korch_rollout_plan(&plan, &w.spec, &w.seen, w.now), KORCH_E_LIMIT);
	ck_assert_int_eq(memcmp(&plan, &before, sizeof(plan)), 0);
}
END_TEST

static void breaks_law(world *w, const char *text)
{
	korch_error *err = NULL;
	ck_assert_int_eq(korch_rollout_law(&w->spec, &w->seen, &w->plan, &err), KORCH_E_INTERNAL);
	ck_assert_msg(strstr(korch_error_message(err), text), "%s", korch_error_message(err));
	korch_error_free(err);
	world_plan(w);
}

static korch_strategy_target *target_of(world *w, const char *hash)
{
	return &w->plan.targets[world_at(w, hash) - w->revisions];
}

START_TEST(the_law_says_what_a_plan_breaks)
{
	static world w;
	world_init(&w, KORCH_STRATEGY_CANARY, 10);
	world_router(&w);
	world_weight(&w, 30);
	world_pause(&w, 0);
	world_start(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	target_of(&w, "v1")->weight--;
	breaks_law(&w, "weights sum to 99, not to 100");
	target_of(&w, "v1")->weight = 60;
	target_of(&w, "v2")->weight = 40;
	breaks_law(&w, "v2: gets more traffic than its ready replicas carry");
	target_of(&w, "v1")->size = 6;
	breaks_law(&w, "v1: is scaled below what it carries");
	w.plan.canary_service = "v9";
	breaks_law(&w, "v9, of which nothing is ready");
	korch_rollout_abort(&w.seen.state);
	world_settle(&w);
	target_of(&w, "v2")->size++;
	breaks_law(&w, "v2: was aborted and is scaled up");
}
END_TEST

START_TEST(the_law_knows_surge_and_unavailability)
{
	static world w;
	world_init(&w, KORCH_STRATEGY_ROLLING, 4);
	world_start(&w);
	world_plan(&w);
	target_of(&w, "v1")->size = 6;
	breaks_law(&w, "6 replicas are more than maxSurge");
	target_of(&w, "v1")->size = 3;
	breaks_law(&w, "3 available replicas are fewer than maxUnavailable");
}
END_TEST

START_TEST(verbs_with_nothing_to_do_change_nothing)
{
	static world w;
	world_init(&w, KORCH_STRATEGY_CANARY, 2);
	world_start(&w);
	korch_strategy_state before = w.seen.state;
	korch_rollout_promote(&w.seen.state, &w.spec);
	korch_rollout_promote_full(&w.seen.state);
	korch_rollout_abort(&w.seen.state);
	korch_rollout_retry(&w.seen.state);
	ck_assert_int_eq(memcmp(&before, &w.seen.state, sizeof(before)), 0);
}
END_TEST

START_TEST(promote_skips_the_present_step_when_nothing_is_paused)
{
	static world w;
	world_init(&w, KORCH_STRATEGY_CANARY, 4);
	world_router(&w);
	world_step(&w, KORCH_STRATEGY_GATE)->name = "approval";
	world_pause(&w, 0);
	world_start(&w);
	world_deploy(&w, "v2");
	world_settle(&w);
	ck_assert(strstr(world_says(&w), "waiting for the gate to open at step 1 of 2"));
	korch_rollout_promote(&w.seen.state, &w.spec);
	world_settle(&w);
	ck_assert_int_eq(w.seen.state.step, 1);
}
END_TEST

START_TEST(steps_in_words)
{
	static const struct {
		korch_strategy_step step;
		const char *text;
	} cases[] = {
	    {{.type = KORCH_STRATEGY_SET_WEIGHT, .weight = 20}, "setWeight: 20"},
	    {{.type = KORCH_STRATEGY_PAUSE}, "pause"},
	    {{.type = KORCH_STRATEGY_PAUSE, .duration_us = SECONDS(3600)}, "pause: 1h0m0s"},
	    {{.type = KORCH_STRATEGY_PAUSE, .duration_us = SECONDS(250)}, "pause: 4m10s"},
	    {{.type = KORCH_STRATEGY_PAUSE, .duration_us = 1500}, "pause: 2ms"},
	    {{.type = KORCH_STRATEGY_SET_CANARY_SCALE}, "setCanaryScale: matchTrafficWeight"},
	    {{.type = KORCH_STRATEGY_SET_MIRROR_ROUTE, .name = "m", .weight = 35},
	     "setMirrorRoute: m (35%)"},
	    {{.type = KORCH_STRATEGY_SET_HEADER_ROUTE, .name = "h", .removes = 1},
	     "setHeaderRoute: h (removed)"},
	    {{.type = KORCH_STRATEGY_CHECK, .duration_us = SECONDS(60)}, "check: 1m0s"},
	};
	char text[KORCH_STRATEGY_TEXT_SIZE];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = korch_strategy_step_text(text, &cases[i].step);
		ck_assert_str_eq(text, cases[i].text);
		ck_assert_uint_eq(n, strlen(text));
	}
}
END_TEST

KORCH_SUITE(strategy_plan)
{
	Suite *suite = suite_create("strategy plan");
	KORCH_CASE(suite, "input", bad_strategies_are_refused_with_a_sentence,
	           bad_observations_leave_the_plan_alone);
	KORCH_CASE(suite, "law", the_law_says_what_a_plan_breaks,
	           the_law_knows_surge_and_unavailability);
	KORCH_CASE(suite, "verbs", verbs_with_nothing_to_do_change_nothing,
	           promote_skips_the_present_step_when_nothing_is_paused, steps_in_words);
	return suite;
}
