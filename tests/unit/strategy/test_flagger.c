/* Flagger's Canaries as strategies: which steps they become, and how the planner goes by them. */
#include "unit.h"
#include "world.h"
#include <korch/codec.h>
#include <korch/strategy/flagger.h>
#include <stdio.h>
#include <string.h>

#define HEAD                                                                                       \
	"{\"apiVersion\":\"flagger.app/v1beta1\",\"kind\":\"Canary\",\"metadata\":{\"name\":\"web\"}," \
	"\"spec\":{\"targetRef\":{\"kind\":\"Deployment\",\"name\":\"web\"},\"service\":{\"port\":80}" \
	","
#define HOOK(type) "{\"name\":\"h\",\"url\":\"http://h\",\"type\":\"" type "\"}"

static korch_object *canary_of(const char *analysis, const char *more)
{
	char text[2048];
	korch_object *object = NULL;
	int n = snprintf(text, sizeof(text), HEAD "%s\"analysis\":{%s}}}", more, analysis);
	ck_assert_int_eq(korch_object_from_json(&object, text, (size_t)n, NULL, NULL, NULL), 0);
	return object;
}

static char *step_word(char *to, size_t size, const korch_strategy_step *step)
{
	static const char letters[] = "w.sHM..gc";
	int n = snprintf(to, size, "%c", letters[step->type]);
	if (step->type == KORCH_STRATEGY_SET_WEIGHT)
		n += snprintf(to + n, size - (size_t)n, "%d", step->weight);
	if (step->type == KORCH_STRATEGY_SET_MIRROR_ROUTE)
		n += snprintf(to + n, size - (size_t)n, "%d", step->removes ? 0 : step->weight);
	if (step->type == KORCH_STRATEGY_GATE || (step->type == KORCH_STRATEGY_CHECK && step->name))
		snprintf(to + n, size - (size_t)n, "(%s)", step->name);
	return to;
}

/* The steps as words: s scale, w weight, c check, g gate, H header route, M mirror. */
static const char *words(const korch_strategy *spec)
{
	static char text[4096];
	char one[64];
	text[0] = '\0';
	for (size_t i = 0; i < spec->n_steps; i++) {
		strcat(text, i ? " " : "");
		strcat(text, step_word(one, sizeof(one), &spec->steps[i]));
	}
	return text;
}

static korch_flagger_primary primary_of(int32_t replicas, int32_t max_unavailable)
{
	return (korch_flagger_primary){
	    .size = sizeof(korch_flagger_primary), .replicas = replicas, max_unavailable};
}

START_TEST(steps_are_made)
{
	static const struct {
		const char *analysis, *more, *words;
		int32_t replicas, unavailable;
	} rows[] = {
	    {"\"stepWeight\":20,\"maxWeight\":50", "", "s w20 c w40 c w60 c", 4, 1},
	    {"\"stepWeight\":60", "", "s w60 c w100 c", 4, 1},
	    {"\"stepWeights\":[1,10,80]", "", "s w1 c w10 c w80 c", 4, 1},
	    {"\"stepWeight\":10,\"maxWeight\":10", "", "s w10 c w25", 4, 1},  /* 25 % may be missing */
	    {"\"stepWeight\":10,\"maxWeight\":10", "", "s w10 c w100", 4, 4}, /* Recreate */
	    {"\"stepWeight\":10,\"maxWeight\":10,\"mirror\":true,\"mirrorWeight\":30", "",
	     "s M30 c M0 w10 c", 4, 0},
	    {"\"iterations\":2", "", "s c c w100 c", 4, 1},
	    {"\"iterations\":2,\"mirror\":true", "", "s M100 c c M0 w100 c", 4, 1},
	    {"\"iterations\":2,\"match\":[{\"headers\":{\"x\":{\"exact\":\"y\"}}}]", "", "s H c c w25",
	     4, 1},
	    {"\"iterations\":1,\"match\":[{\"headers\":{\"x\":{\"exact\":\"y\"}}}]", "", "s H c", 4, 0},
	    {"\"stepWeight\":10", "\"skipAnalysis\":true,", "s w25", 4, 1},
	    {"\"stepWeight\":100,\"webhooks\":[" HOOK("confirm-rollout") "," HOOK(
	         "pre-rollout") "," HOOK("confirm-traffic-increase") "," HOOK("confirm-promotion") "]",
	     "",
	     "g(confirm-rollout) s c(pre-rollout) g(confirm-traffic-increase) w100 c "
	     "g(confirm-traffic-increase) g(confirm-promotion)",
	     4, 1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		korch_object *canary = canary_of(rows[i].analysis, rows[i].more);
		korch_strategy_step steps[KORCH_STRATEGY_STEPS_MAX];
		korch_strategy spec;
		korch_flagger_primary primary = primary_of(rows[i].replicas, rows[i].unavailable);
		ck_assert_int_eq(korch_strategy_from_canary(
		                     &spec, steps, (const korch_flagger_canary *)canary, &primary, NULL),
		                 0);
		ck_assert_str_eq(words(&spec), rows[i].words);
		ck_assert_int_eq(korch_strategy_check(&spec, NULL), 0);
		korch_object_unref(canary);
	}
}
END_TEST

START_TEST(defaults_are_flaggers)
{
	static const struct {
		const char *analysis;
		int seconds, threshold;
	} rows[] = {
	    {"\"stepWeight\":10", 60, 0},
	    {"\"stepWeight\":10,\"interval\":\"3s\",\"threshold\":1", 10, 0},
	    {"\"stepWeight\":10,\"interval\":\"2m\",\"threshold\":5", 120, 4},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		korch_object *canary = canary_of(rows[i].analysis, "\"progressDeadlineSeconds\":7,");
		korch_strategy_step steps[KORCH_STRATEGY_STEPS_MAX];
		korch_strategy spec;
		korch_flagger_primary primary = primary_of(4, 1);
		ck_assert_int_eq(korch_strategy_from_canary(
		                     &spec, steps, (const korch_flagger_canary *)canary, &primary, NULL),
		                 0);
		ck_assert_int_eq(spec.steps[2].duration_us, SECONDS(rows[i].seconds));
		ck_assert_int_eq(spec.check_threshold, rows[i].threshold);
		ck_assert_int_eq(spec.deadline_us, SECONDS(7));
		ck_assert_int_eq(spec.background, 0);
		korch_object_unref(canary);
	}
}
END_TEST

START_TEST(bad_ones_are_refused)
{
	static const struct {
		const char *analysis, *message;
		int code;
	} rows[] = {
	    {"\"stepWeights\":[10,10]",
	     "spec.analysis.stepWeights[1]: is 10, must be greater than the one before, 10",
	     KORCH_E_INVALID},
	    {"\"threshold\":1",
	     "spec.analysis: one of iterations, stepWeight and stepWeights is needed", KORCH_E_INVALID},
	    {"\"iterations\":1000", "spec.analysis: more than 256 steps", KORCH_E_LIMIT},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		korch_object *canary = canary_of(rows[i].analysis, "");
		korch_strategy_step steps[KORCH_STRATEGY_STEPS_MAX];
		korch_strategy spec = {.size = 7};
		korch_error *err = NULL;
		korch_flagger_primary primary = primary_of(4, 1);
		ck_assert_int_eq(korch_strategy_from_canary(
		                     &spec, steps, (const korch_flagger_canary *)canary, &primary, &err),
		                 rows[i].code);
		ck_assert_str_eq(korch_error_message(err), rows[i].message);
		ck_assert_uint_eq(spec.size, 7);
		korch_error_free(err);
		korch_object_unref(canary);
	}
}
END_TEST

START_TEST(phases_follow_the_gates)
{
	korch_object *canary = canary_of("\"stepWeight\":100,\"webhooks\":[" HOOK(
	                                     "confirm-rollout") "," HOOK("confirm-promotion") "]",
	                                 "");
	static const char *const phases[] = {"Waiting",     "Progressing",      "Progressing",
	                                     "Progressing", "WaitingPromotion", "Progressing"};
	korch_strategy_step steps[KORCH_STRATEGY_STEPS_MAX];
	korch_strategy spec;
	korch_flagger_primary primary = primary_of(4, 0);
	ck_assert_int_eq(korch_strategy_from_canary(&spec, steps, (const korch_flagger_canary *)canary,
	                                            &primary, NULL),
	                 0);
	for (int32_t i = 0; i < 6; i++) {
		const korch_strategy_state state = {.step = i};
		ck_assert_str_eq(korch_flagger_phase(&spec, &state), phases[i]);
	}
	ck_assert_str_eq(korch_flagger_phase(&spec, &(korch_strategy_state){.aborted = 1}), "Failed");
	korch_object_unref(canary);
}
END_TEST

/* The planner goes by the steps of a Canary; every plan of the world is held against the law. */
static void play(world *w, const char *analysis, int32_t checks_say)
{
	static korch_strategy_step steps[KORCH_STRATEGY_STEPS_MAX];
	korch_object *canary = canary_of(analysis, "");
	korch_flagger_primary primary = primary_of(10, 2);
	world_init(w, KORCH_STRATEGY_CANARY, 10);
	world_router(w);
	ck_assert_int_eq(korch_strategy_from_canary(
	                     &w->spec, steps, (const korch_flagger_canary *)canary, &primary, NULL),
	                 0);
	world_start(w);
	w->says[KORCH_STRATEGY_SLOT_STEP] = checks_say;
	world_deploy(w, "v2");
	world_settle(w);
	ck_assert_int_eq(world_size_of(w, "v2"), 10);
	korch_object_unref(canary);
}

START_TEST(a_good_version_gets_its_weights)
{
	static world w;
	play(&w, "\"interval\":\"1m\",\"stepWeight\":30,\"maxWeight\":60", KORCH_STRATEGY_SUCCESSFUL);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 30);
	world_pass(&w, 60);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 60);
	world_pass(&w, 60);
	ck_assert_str_eq(w.seen.state.stable, "v2");
}
END_TEST

START_TEST(a_bad_version_goes_back_at_the_threshold)
{
	static world w;
	play(&w, "\"interval\":\"1m\",\"threshold\":3,\"stepWeight\":30", KORCH_STRATEGY_FAILED);
	world_pass(&w, 60);
	world_pass(&w, 60);
	ck_assert_int_eq(w.seen.state.checks_failed, 2);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 30);
	world_pass(&w, 60);
	ck_assert_int_eq(w.seen.state.aborted, 1);
	ck_assert_int_eq(world_weight_of(&w, "v2"), 0);
	ck_assert_int_eq(world_size_of(&w, "v2"), 0);
}
END_TEST

KORCH_SUITE(strategy_flagger)
{
	Suite *suite = suite_create("strategy-flagger");
	KORCH_CASE(suite, "translation", steps_are_made, defaults_are_flaggers, bad_ones_are_refused,
	           phases_follow_the_gates);
	KORCH_CASE(suite, "play", a_good_version_gets_its_weights,
	           a_bad_version_goes_back_at_the_threshold);
	return suite;
}
