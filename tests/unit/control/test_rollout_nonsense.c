/* The Rollout decider: an annotation korch.dev/rollout-state and a status that somebody edited by
 * hand to nonsense. Nothing crashes, the planner's law holds (it asserts it), and all comes to
 * rest.
 */
#include "base/cleanup.h"
#include "base/random.h"
#include "rollout_world.h"
#include "unit.h"
#include <stdio.h>

static const char *const keys[] = {
    "stepSince", "progress", "mark", "checksFailed", "attempt", "reason",  "timedOut", "stale",
    "replicas",  "surge",    "of",   "within",       "paused",  "aborted", "full",     "postSince",
};
static const int64_t values[] = {INT64_MIN, INT32_MIN, -1000000, -1,        0,          1,
                                 2,         5,         1000000,  INT32_MAX, UINT32_MAX, INT64_MAX};

static int64_t any_value(korch_random *random)
{
	return values[korch__random_below(random, KORCH_COUNT(values))];
}

static void scramble_annotation(korch_rollout *edited, korch_random *random)
{
	char text[1024] = "{";
	size_t n = 1;
	for (size_t i = 0; i < KORCH_COUNT(keys); i++) {
		if (korch__random_below(random, 3) == 0)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "\"%s\":%lld,", keys[i],
			                      (long long)any_value(random));
	}
	snprintf(text + n, sizeof(text) - n, "}");
	korch_map_set(&korch_object_edit_meta(&edited->object)->annotations,
	              KORCH__ARGO_ANNOTATION_STATE, text);
}

static void scramble_pauses(korch_rollout_status *status, korch_random *random)
{
	size_t n = korch__random_below(random, 3);
	korch_pause_condition *list = korch_list_edit(
	    &status->pause_conditions, &status->n_pause_conditions, &korch_pause_condition_type, n);
	for (size_t i = 0; i < n; i++) {
		korch_string_set(&list[i].reason, i ? "BlueGreenPause" : "CanaryPauseStep");
		list[i].start_time = any_value(random);
	}
	status->controller_pause = (int32_t)korch__random_below(random, 2);
}

static void scramble_status(korch_rollout_status *status, korch_random *random)
{
	if (korch__random_below(random, 2))
		KORCH_SET(status, korch_rollout_status, current_step_index, (int32_t)any_value(random));
	if (korch__random_below(random, 2))
		scramble_pauses(status, random);
	if (korch__random_below(random, 4) == 0)
		status->abort = !status->abort;
	if (korch__random_below(random, 4) == 0)
		status->promote_full = !status->promote_full;
	if (korch__random_below(random, 4) == 0)
		korch_string_set(&status->stable_rs, korch__random_below(random, 2) ? "nobody" : NULL);
	if (korch__random_below(random, 4) == 0)
		korch_string_set(&status->current_pod_hash, "nobody");
	if (korch__random_below(random, 4) == 0)
		status->aborted_at = any_value(random);
	if (korch__random_below(random, 8) == 0)
		KORCH_SET(status, korch_rollout_status, collision_count, (int32_t)any_value(random));
}

static void scramble_weight(korch_weight_destination **slot, korch_random *random)
{
	static const int32_t weights[] = {INT32_MIN, -5, 0, 1, 30, 100, INT32_MAX};
	korch_weight_destination *to = korch_struct_edit(slot, &korch_weight_destination_type);
	to->weight = weights[korch__random_below(random, KORCH_COUNT(weights))];
	if (korch__random_below(random, 4) == 0)
		korch_string_set(&to->pod_template_hash, "nobody");
}

static void scramble_weights(korch_rollout_status *status, korch_random *random)
{
	if (!status->canary || !status->canary->weights)
		return;
	korch_rollout_canary_status *canary =
	    korch_struct_edit(&status->canary, &korch_rollout_canary_status_type);
	korch_traffic_weights *weights =
	    korch_struct_edit(&canary->weights, &korch_traffic_weights_type);
	scramble_weight(&weights->canary, random);
	scramble_weight(&weights->stable, random);
}

static void scramble(ro_world *r, korch_random *random)
{
	korch_rollout *edited = ro_edit(r);
	scramble_annotation(edited, random);
	scramble_status(ro_edit_status(edited), random);
	if (korch__random_below(random, 2))
		scramble_weights(edited->status, random);
	ro_store(r, edited);
}

static void survive(const char *manifest, uint64_t seed)
{
	ro_world r;
	korch_random random;
	korch__random_init(&random, seed);
	ro_init(&r, manifest);
	ro_image(&r, "web:2");
	for (int i = 0; i < 5; i++) {
		scramble(&r, &random);
		ro_once(&r);
		world_advance(r.w, (korch_usec)korch__random_below(&random, 100) * KORCH_USEC_PER_SEC);
		ro_settle(&r);
	}
	ro_fini(&r);
}

static const char *const manifests[] = {
    RO_ROUTED("{setWeight: 25}, {pause: {duration: 10}}, {setCanaryScale: {replicas: 1}, "
              "setWeight: 50}, {pause: {}}"),
    RO_CANARY("maxSurge: 1, steps: [{setWeight: 25}, {pause: {duration: 10}}, {setWeight: 50}, "
              "{pause: {}}]"),
    RO_BLUE_GREEN("activeService: active, previewService: preview, autoPromotionSeconds: 30")
        RO_SERVICE("active") RO_SERVICE("preview"),
};

START_TEST(test_nonsense)
{
	for (uint64_t seed = 1; seed <= 100; seed++)
		survive(manifests[_i], seed);
}
END_TEST

/* A clock that was set back: the pause has begun in a year, and lasts as long as it says. */
START_TEST(test_pause_from_the_future)
{
	ro_world r;
	ro_init(&r,
	        RO_ROUTED("{setWeight: 25}, {pause: {duration: 10}}, {setWeight: 50}, {pause: {}}"));
	ro_image(&r, "web:2");
	korch_rollout *edited = ro_edit(&r);
	korch_rollout_status *status = ro_edit_status(edited);
	korch_pause_condition *list = korch_list_edit(
	    &status->pause_conditions, &status->n_pause_conditions, &korch_pause_condition_type, 1);
	list[0].start_time += 365 * 86400 * KORCH_USEC_PER_SEC;
	ro_store(&r, edited);
	ro_settle(&r);
	ro_pass(&r, 11);
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.canary.weight"), "50");
	ro_fini(&r);
}
END_TEST

KORCH_SUITE(rollout_nonsense)
{
	Suite *suite = suite_create("rollout nonsense");
	TCase *tests = tcase_create("status and annotation");
	tcase_add_test(tests, test_pause_from_the_future);
	tcase_add_loop_test(tests, test_nonsense, 0, (int)KORCH_COUNT(manifests));
	suite_add_tcase(suite, tests);
	return suite;
}
