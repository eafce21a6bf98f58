/* Waiting for states of objects, and for the end of work. */
#include "fixture.h"
#include <string.h>

START_TEST(test_available)
{
	fixture at;
	fixture_init(&at, 1);
	const korch_key key = fixture_key(&korch_deployment_kind, "web");
	fixture_apply(&at, fixture_web(2, "a"));
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "available", 60 * SECOND, NULL), 0);
	ck_assert_int_lt(korch_loop_now(at.loop), START_US + 10 * SECOND);
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "Available", 0, NULL), 0);
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "Progressing=True", 0, NULL), 0);
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "Progressing=False", SECOND, NULL),
	                 KORCH_E_TIMEOUT);
	/* Not available again until the new pods are. */
	fixture_apply(&at, fixture_web(2, "b"));
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "available", 60 * SECOND, NULL), 0);
	korch_object **sets = NULL;
	size_t n = 0;
	ck_assert_int_eq(korch_cluster_list(&sets, &n, at.cluster, "rs", NULL, NULL, NULL), 0);
	ck_assert_uint_eq(n, 2);
	for (size_t i = 0; i < n; i++) {
		const korch_key set = korch_object_key(sets[i]);
		ck_assert_int_eq(korch_cluster_wait(at.cluster, &set, "available", SECOND, NULL), 0);
	}
	korch_object_list_free(sets, n);
	fixture_fini(&at);
}
END_TEST

START_TEST(test_pod)
{
	fixture at;
	fixture_init(&at, 1);
	const korch_key key = fixture_key(&korch_pod_kind, "p");
	fixture_apply(&at, "{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: "
	                   "{sim.korch.dev/start: 5s}}, spec: {containers: [{name: a, image: b}]}}");
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "ready", SECOND, NULL), KORCH_E_TIMEOUT);
	ck_assert_int_eq(korch_loop_now(at.loop), START_US + SECOND);
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "PodScheduled", 0, NULL), 0);
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "Ready=False", 0, NULL), 0);
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "ready", 60 * SECOND, NULL), 0);
	ck_assert_int_eq(korch_loop_now(at.loop), START_US + 5 * SECOND);
	ck_assert_int_eq(korch_cluster_delete(at.cluster, &key, NULL, NULL), 0);
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "deleted", 60 * SECOND, NULL), 0);
	fixture_fini(&at);
}
END_TEST

START_TEST(test_errors)
{
	fixture at;
	korch_error *error = NULL;
	fixture_init(&at, 0);
	const korch_key key = fixture_key(&korch_deployment_kind, "web");
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "available", SECOND, &error),
	                 KORCH_E_NOT_FOUND);
	ck_assert_str_eq(korch_error_message(error), "deployments \"web\" not found");
	korch_error_free(error);
	error = NULL;
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "deleted", SECOND, NULL), 0);
	fixture_apply(&at, fixture_web(1, "a"));
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "available", 10 * SECOND, &error),
	                 KORCH_E_TIMEOUT);
	ck_assert_str_eq(korch_error_message(error),
	                 "timed out waiting for deployments \"web\" to be available");
	korch_error_free(error);
	/* Nothing will ever happen here: no need to wait for ever. */
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "available", KORCH_USEC_NEVER, NULL),
	                 KORCH_E_TIMEOUT);
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "", SECOND, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_cluster_wait(at.cluster, NULL, "ready", SECOND, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_cluster_wait(NULL, &key, "ready", SECOND, NULL), KORCH_E_INVALID);
	fixture_fini(&at);
}
END_TEST

/* Conditions of a kind without a struct here. */
START_TEST(test_raw)
{
	fixture at;
	fixture_init(&at, 0);
	fixture_apply(&at,
	              "{apiVersion: example.org/v1, kind: Thing, metadata: {name: t}, status: "
	              "{conditions: [{type: Good, status: 'True'}, {type: Ready, status: Unknown}]}}");
	const korch_key key = fixture_key(korch_kind_find("Thing"), "t");
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "Good", SECOND, NULL), 0);
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "Ready=Unknown", SECOND, NULL), 0);
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "ready", SECOND, NULL), KORCH_E_TIMEOUT);
	fixture_fini(&at);
}
END_TEST

START_TEST(test_settle)
{
	fixture at;
	fixture_init(&at, 1);
	fixture_apply(&at, fixture_web(3, "a"));
	ck_assert_int_eq(korch_cluster_settle(at.cluster, 10 * SECOND, NULL), 0);
	ck_assert_int_eq(korch_engine_is_idle(korch_cluster_engine(at.cluster), NULL), 1);
	fixture_pass(&at, 10 * SECOND);
	ck_assert_int_eq(korch_cluster_settle(at.cluster, 0, NULL), 0);
	ck_assert_int_eq(korch_cluster_settle(NULL, 0, NULL), KORCH_E_INVALID);
	fixture_value(&at, "deploy", "web", "status.availableReplicas", "3");
	fixture_fini(&at);
}
END_TEST

KORCH_SUITE(waiting)
{
	Suite *suite = suite_create("wait");
	KORCH_CASE(suite, "wait", test_available, test_pod, test_errors, test_raw, test_settle);
	return suite;
}
