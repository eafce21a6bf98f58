/*
 * The law of strategies over the whole of a Canary's rollout, looked at from outside: at every
 * moment each of the two Deployments has enough ready pods for the weight that is in force, also
 * while the primary is being updated.
 */
#include "base/random.h"
#include "control/flagger/flagger.h"
#include "control/flagger/traffic.h"
#include "control/pods.h"
#include "fixture.h"
#include <korch/rollout.h>
#include <stdio.h>
#include <string.h>

enum { REPLICAS = 4 };

typedef struct seen {
	int most;     /* greatest weight of the target */
	int moments;  /* at which it was looked */
	int promoted; /* moments at which the primary was being updated */
} seen;

static int ready_pods(fixture *at, const char *selector)
{
	korch_object **list = NULL;
	size_t n = 0;
	int ready = 0;
	ck_assert_int_eq(korch_cluster_list(&list, &n, at->cluster, "pod", "default", selector, NULL),
	                 0);
	for (size_t i = 0; i < n; i++)
		ready += korch__pod_is_ready(korch__pod_of(list[i])) &&
		         korch__pod_is_active(korch__pod_of(list[i]));
	korch_object_list_free(list, n);
	return ready;
}

static void look(fixture *at, seen *s)
{
	korch_object *canary = fixture_get(at, "canary", "web");
	const char *text = korch__annotation(canary, KORCH__FLAGGER_ANNOTATION_IN_FORCE);
	const korch_flagger_canary_status *status = ((korch_flagger_canary *)canary)->status;
	int weight = korch__flagger_traffic_weight(text);
	int target = ready_pods(at, "app=web"), primary = ready_pods(at, "app=web-primary");
	ck_assert_msg(weight * REPLICAS <= 100 * target && (100 - weight) * REPLICAS <= 100 * primary,
	              "weight %d with %d ready pods of the target, %d of the primary (%s)", weight,
	              target, primary, status->phase);
	s->most = weight > s->most ? weight : s->most;
	s->moments++;
	s->promoted += strcmp(status->phase, "Promoting") == 0;
	korch_object_unref(canary);
}

static void deploy(fixture *at, const char *strategy, const char *image)
{
	char text[1024];
	snprintf(text, sizeof(text),
	         "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: %d, "
	         "strategy: %s, selector: {matchLabels: {app: web}}, template: {metadata: {labels: "
	         "{app: web}}, spec: {containers: [{name: web, image: \"%s\"}]}}}}",
	         REPLICAS, strategy, image);
	fixture_apply(at, text);
}

static seen play(const char *strategy, const char *analysis)
{
	char text[1024];
	fixture at;
	seen s = {0};
	fixture_init(&at, 4);
	korch_sim_rule slow = {.size = sizeof(slow), .image = "web:*", .start_us = 5 * SECOND};
	ck_assert_int_eq(korch_sim_rule_add(at.runtime, &slow, NULL), 0);
	deploy(&at, strategy, "web:1");
	snprintf(text, sizeof(text),
	         "{apiVersion: flagger.app/v1beta1, kind: Canary, metadata: {name: web}, spec: "
	         "{targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, service: {port: 80}, "
	         "analysis: {interval: 10s, threshold: 1, %s}}}",
	         analysis);
	fixture_apply(&at, text);
	fixture_pass(&at, 60 * SECOND);
	fixture_value(&at, "canary", "web", "status.phase", "\"Initialized\"");
	deploy(&at, strategy, "web:2");
	for (int i = 0; i < 2000; i++) {
		fixture_pass(&at, SECOND / 10);
		look(&at, &s);
	}
	fixture_value(&at, "canary", "web", "status.phase", "\"Succeeded\"");
	fixture_value(&at, "deployment", "web", "spec.replicas", "0");
	ck_assert_int_gt(s.promoted, 0);
	fixture_fini(&at);
	return s;
}

START_TEST(test_weights)
{
	ck_assert_int_eq(play("{type: RollingUpdate}", "stepWeight: 20, maxWeight: 50").most, 60);
}
END_TEST

START_TEST(test_promotion_in_steps)
{
	seen s =
	    play("{type: RollingUpdate}", "stepWeight: 30, maxWeight: 60, stepWeightPromotion: 20");
	ck_assert_int_eq(s.most, 60);
}
END_TEST

START_TEST(test_little_weight)
{
	/* a quarter of the primary may be missing while it is updated */
	ck_assert_int_eq(play("{type: RollingUpdate}", "stepWeight: 5, maxWeight: 5").most, 25);
}
END_TEST

START_TEST(test_recreate)
{
	ck_assert_int_eq(play("{type: Recreate}", "stepWeight: 20, maxWeight: 40").most, 100);
}
END_TEST

START_TEST(test_ab)
{
	ck_assert_int_eq(
	    play("{type: RollingUpdate}", "iterations: 2, match: [{headers: {x: {exact: y}}}]").most,
	    25);
}
END_TEST

START_TEST(test_blue_green)
{
	ck_assert_int_eq(play("{type: RollingUpdate}", "iterations: 2").most, 100);
}
END_TEST

/* It comes to an end, and then nothing is written any more. */
static void check_calm(fixture *at, uint64_t seed)
{
	korch_engine_stats before, after;
	fixture_pass(at, 7200 * SECOND);
	korch_object *canary = fixture_get(at, "canary", "web");
	const korch_flagger_canary_status *status = ((korch_flagger_canary *)canary)->status;
	ck_assert_msg(strcmp(status->phase, "Succeeded") == 0 || strcmp(status->phase, "Failed") == 0,
	              "seed %llu ends in %s", (unsigned long long)seed, status->phase);
	ck_assert_msg(status->canary_weight == 0, "seed %llu ends with weight %d: %s",
	              (unsigned long long)seed, status->canary_weight,
	              korch__annotation(canary, KORCH__FLAGGER_ANNOTATION_STATE));
	korch_object_unref(canary);
	fixture_value(at, "deployment", "web", "spec.replicas", "0");
	ck_assert_int_eq(ready_pods(at, "app=web-primary"), REPLICAS);
	ck_assert_int_eq(ready_pods(at, "app=web"), 0);
	korch_engine_get_stats(&before, korch_cluster_engine(at->cluster));
	fixture_pass(at, 7200 * SECOND);
	korch_engine_get_stats(&after, korch_cluster_engine(at->cluster));
	ck_assert_uint_eq(after.commits, before.commits);
}

/* Anything goes wrong for a while, and people change their minds; then it stops. */
static void storm(uint64_t seed)
{
	static const korch_sim_faults faults = {.size = sizeof(faults),
	                                        .start_failure_permille = 100,
	                                        .event_lost_permille = 50,
	                                        .event_repeated_permille = 50,
	                                        .event_delayed_permille = 100};
	static const char *const images[] = {"web:1", "web:2", "web:3", "bad:1"};
	fixture at;
	korch_random random;
	korch__random_init(&random, seed);
	fixture_init(&at, 4);
	const korch_sim_rule slow = {
	    .size = sizeof(slow), .image = "web:*", .start_us = 3 * SECOND, .crash_permille = 20};
	const korch_sim_rule bad = {
	    .size = sizeof(bad), .image = "bad:*", .start_error = "no such file"};
	ck_assert_int_eq(korch_sim_rule_add(at.runtime, &slow, NULL), 0);
	ck_assert_int_eq(korch_sim_rule_add(at.runtime, &bad, NULL), 0);
	ck_assert_int_eq(korch_sim_set_faults(at.runtime, &faults), 0);
	deploy(&at, "{type: RollingUpdate}", "web:1");
	fixture_apply(&at,
	              "{apiVersion: flagger.app/v1beta1, kind: Canary, metadata: {name: web}, spec: "
	              "{targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, "
	              "progressDeadlineSeconds: 60, service: {port: 80}, analysis: {interval: 10s, "
	              "threshold: 1, stepWeight: 30, maxWeight: 60, stepWeightPromotion: 40}}}");
	for (int i = 0; i < 30; i++) {
		fixture_pass(&at, (korch_usec)korch__random_below(&random, 40) * SECOND);
		deploy(&at, "{type: RollingUpdate}", images[korch__random_below(&random, 4)]);
	}
	ck_assert_int_eq(korch_sim_set_faults(at.runtime, NULL), 0);
	ck_assert_int_eq(korch_sim_rules_clear(at.runtime), 0);
	check_calm(&at, seed);
	fixture_fini(&at);
}

START_TEST(test_storms)
{
	for (uint64_t seed = 1; seed <= unit_seeds(6); seed++)
		storm(seed);
}
END_TEST

static const char *says(fixture *at)
{
	static char text[KORCH_STRATEGY_TEXT_SIZE];
	korch_error *err = NULL;
	int code = korch_canaries_explain(text, at->cluster, NULL, "web", &err);
	ck_assert_msg(code == 0, "%s", korch_error_message(err));
	return text;
}

START_TEST(test_explains)
{
	fixture at;
	char text[KORCH_STRATEGY_TEXT_SIZE];
	const korch_sim_rule slow = {.size = sizeof(slow), .image = "web:*", .start_us = 5 * SECOND};
	fixture_init(&at, 4);
	ck_assert_int_eq(korch_canaries_explain(text, at.cluster, NULL, "web", NULL),
	                 KORCH_E_NOT_FOUND);
	ck_assert_int_eq(korch_sim_rule_add(at.runtime, &slow, NULL), 0);
	deploy(&at, "{type: RollingUpdate}", "web:1");
	fixture_apply(&at,
	              "{apiVersion: flagger.app/v1beta1, kind: Canary, metadata: {name: web}, spec: "
	              "{targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, service: "
	              "{port: 80}, analysis: {interval: 10s, threshold: 1, stepWeight: 50}}}");
	fixture_pass(&at, SECOND);
	ck_assert_str_eq(says(&at), "waiting for web-primary to serve: 0 of 4 replicas are available");
	fixture_pass(&at, 60 * SECOND);
	deploy(&at, "{type: RollingUpdate}", "web:2");
	fixture_pass(&at, 10 * SECOND);
	ck_assert_msg(strstr(says(&at), "check") != NULL, "%s", says(&at));
	fixture_fini(&at);
}
END_TEST

KORCH_SUITE(flagger_law)
{
	Suite *suite = suite_create("flagger-law");
	KORCH_CASE(suite, "law", test_weights, test_promotion_in_steps, test_little_weight,
	           test_recreate, test_ab, test_blue_green);
	KORCH_CASE(suite, "storms", test_storms);
	KORCH_CASE(suite, "explain", test_explains);
	return suite;
}
