/* Opening and closing. */
#include "fixture.h"
#include "support/store.h"
#include <korch/faulty.h>
#include <string.h>

START_TEST(test_namespaces)
{
	fixture at;
	fixture_init(&at, 0);
	static const char *const NAMES[] = {"default", "kube-system", "kube-public", "kube-node-lease"};
	for (size_t i = 0; i < 4; i++)
		ck_assert(fixture_has(&at, "ns", NAMES[i]));
	ck_assert_uint_eq(fixture_count(&at, "ns", "kubernetes.io/metadata.name=default"), 1);
	/* A second cluster on the same store finds what is there. */
	korch_cluster *second = NULL;
	const korch_cluster_options options = {
	    .size = sizeof(options), .loop = at.loop, .store = at.store, .no_controllers = 1};
	fixture_apply(&at, fixture_web(1, "a"));
	ck_assert_int_eq(korch_cluster_open(&second, &options, NULL), 0);
	korch_object *object = NULL;
	ck_assert_int_eq(korch_cluster_get(&object, second, "deploy", NULL, "web", NULL), 0);
	korch_object_unref(object);
	korch_cluster_close(second);
	fixture_fini(&at);
}
END_TEST

/* A store that fails for a moment does not keep a cluster from being opened; one that is away does.
 */
START_TEST(test_store_that_fails)
{
	for (int is_away = 0; is_away < 2; is_away++) {
		korch_loop *loop = NULL;
		korch_store *inner = NULL, *store = NULL;
		korch_cluster *cluster = NULL;
		korch_error *error = NULL;
		korch_faulty_rule rule = {.size = sizeof(rule),
		                          .calls = KORCH_FAULTY_COMMIT,
		                          .fault = KORCH_FAULTY_LOST,
		                          .count = is_away ? 0 : 2};
		ck_assert_int_eq(korch_loop_new_virtual(&loop, START_US, NULL), 0);
		ck_assert_int_eq(test_store_open(&inner, loop, 0), 0);
		ck_assert_int_eq(korch_store_faulty_new(&store, loop, inner, NULL, NULL), 0);
		if (is_away)
			rule.fault = KORCH_FAULTY_FAILED;
		ck_assert_int_eq(korch_faulty_rule_add(store, &rule), 0);
		rule.fault = KORCH_FAULTY_REFUSED;
		ck_assert_int_eq(korch_faulty_rule_add(store, &rule), 0);
		const korch_cluster_options options = {
		    .size = sizeof(options), .loop = loop, .store = store};
		int code = korch_cluster_open(&cluster, &options, &error);
		ck_assert_int_eq(code, is_away ? KORCH_E_IO : 0);
		if (is_away)
			ck_assert_str_eq(
			    korch_error_message(error),
			    "namespace default: namespaces \"default\": the store gave no answer: it "
			    "may have been written, or not");
		korch_error_free(error);
		korch_cluster_close(cluster);
		korch_store_free(store);
		korch_loop_free(loop);
	}
}
END_TEST

START_TEST(test_wrong_options)
{
	korch_cluster *cluster = NULL;
	korch_error *error = NULL;
	const korch_cluster_node node = {.name = "a"};
	korch_cluster_options options = {.size = 4};
	ck_assert_int_eq(korch_cluster_open(&cluster, &options, &error), KORCH_E_INVALID);
	korch_error_free(error);
	ck_assert_int_eq(korch_cluster_open(NULL, NULL, NULL), KORCH_E_INVALID);
	options = (korch_cluster_options){.size = sizeof(options), .nodes = &node, .n_nodes = 1};
	ck_assert_int_eq(korch_cluster_open(&cluster, &options, NULL), KORCH_E_INVALID);
	static const char *const BLOCKS[] = {"10.0.0.0", "10.0.0.0/31", "10.0.0.0/7",
	                                     "x/8",      "10.0.0/8",    ""};
	for (size_t i = 0; i < sizeof(BLOCKS) / sizeof(BLOCKS[0]); i++) {
		options = (korch_cluster_options){.size = sizeof(options), .service_cidr = BLOCKS[i]};
		error = NULL;
		ck_assert_int_eq(korch_cluster_open(&cluster, &options, &error), KORCH_E_INVALID);
		ck_assert_ptr_nonnull(strstr(korch_error_message(error), "is not an IPv4 block"));
		korch_error_free(error);
	}
	ck_assert_ptr_null(cluster);
}
END_TEST

/* The runtime stays the caller's when opening fails. */
START_TEST(test_wrong_nodes)
{
	korch_loop *loop = NULL;
	korch_runtime *runtime = NULL;
	korch_cluster *cluster = NULL;
	ck_assert_int_eq(korch_loop_new_virtual(&loop, START_US, NULL), 0);
	ck_assert_int_eq(korch_runtime_sim_new(&runtime, loop, NULL, NULL), 0);
	const korch_cluster_node node = {.name = "a", .taints = "nonsense"};
	const korch_cluster_options options = {
	    .size = sizeof(options), .loop = loop, .runtime = runtime, .nodes = &node, .n_nodes = 1};
	ck_assert_int_eq(korch_cluster_open(&cluster, &options, NULL), KORCH_E_INVALID);
	korch_runtime_free(runtime);
	korch_loop_free(loop);
}
END_TEST

/* Closing at any moment of a rollout leaves nothing behind that leaks or comes too late. */
START_TEST(test_close_under_way)
{
	for (int rounds = 0; rounds < 60; rounds++) {
		fixture at;
		fixture_init(&at, 2);
		fixture_apply(&at, fixture_web(5, "a"));
		for (int i = 0; i < rounds; i++)
			korch_cluster_process(at.cluster, korch_loop_now(at.loop) + (i < 40 ? 0 : 100000));
		fixture_fini(&at);
	}
}
END_TEST

START_TEST(test_stop_pods)
{
	fixture at;
	korch_sim_stats stats;
	fixture_init(&at, 2);
	fixture_apply(&at, fixture_web(5, "a"));
	const korch_key key = fixture_key(&korch_deployment_kind, "web");
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "available", 60 * SECOND, NULL), 0);
	korch_sim_get_stats(&stats, at.runtime);
	ck_assert_uint_eq(stats.running, 5);
	ck_assert_int_eq(korch_cluster_stop_pods(at.cluster, 120 * SECOND, NULL), 0);
	korch_sim_get_stats(&stats, at.runtime);
	ck_assert_uint_eq(stats.running, 0);
	ck_assert_uint_eq(stats.sandboxes, 0);
	ck_assert(fixture_has(&at, "deploy", "web"));
	fixture_fini(&at);
}
END_TEST

START_TEST(test_stop_pods_timeout)
{
	fixture at;
	fixture_init(&at, 1);
	fixture_apply(&at,
	              "{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: "
	              "{sim.korch.dev/ignore-term: 'true'}},"
	              " spec: {terminationGracePeriodSeconds: 60, containers: [{name: a, image: b}]}}");
	fixture_pass(&at, SECOND);
	ck_assert_int_eq(korch_cluster_stop_pods(at.cluster, 5 * SECOND, NULL), KORCH_E_TIMEOUT);
	ck_assert_int_eq(korch_cluster_stop_pods(at.cluster, 120 * SECOND, NULL), 0);
	fixture_fini(&at);
}
END_TEST

/* The same store, and a runtime that holds nothing any more: as the next program finds it. */
START_TEST(test_next_cluster_runs_what_was_stopped)
{
	fixture at;
	fixture_init(&at, 1);
	fixture_apply(&at, fixture_web(2, "a"));
	fixture_pass(&at, 5 * SECOND);
	const korch_key key = fixture_key(&korch_deployment_kind, "web");
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "available", 60 * SECOND, NULL), 0);
	ck_assert_int_eq(korch_cluster_stop_pods(at.cluster, 120 * SECOND, NULL), 0);
	korch_cluster_close(at.cluster);
	korch_loop_step(at.loop, korch_loop_now(at.loop) + 100 * SECOND);
	fixture next;
	fixture_init_on(&next, 1, at.loop, at.store);
	ck_assert_int_eq(korch_cluster_wait(next.cluster, &key, "available", 60 * SECOND, NULL), 0);
	fixture_pass(&next, 5 * SECOND);
	korch_object **pods = NULL;
	size_t n = 0;
	ck_assert_int_eq(korch_cluster_list(&pods, &n, next.cluster, "pods", NULL, NULL, NULL), 0);
	ck_assert_uint_eq(n, 2);
	for (size_t i = 0; i < n; i++) {
		const korch_pod_status *status = ((const korch_pod *)pods[i])->status;
		ck_assert_str_eq(status->phase, "Running");
		ck_assert_int_eq(status->container_statuses[0].restart_count, 0);
		ck_assert_ptr_null(status->container_statuses[0].last_state);
	}
	korch_object_list_free(pods, n);
	fixture_fini(&next);
}
END_TEST

/* A store that gives no answer for an hour does not hold up an end. */
START_TEST(test_stop_pods_without_the_store)
{
	fixture at;
	korch_loop *loop = NULL;
	korch_store *inner = NULL;
	korch_store *store = NULL;
	korch_sim_stats stats;
	ck_assert_int_eq(korch_loop_new_virtual(&loop, START_US, NULL), 0);
	ck_assert_int_eq(korch_store_memory_new(&inner, loop, 0, NULL), 0);
	ck_assert_int_eq(korch_store_faulty_new(&store, loop, inner, NULL, NULL), 0);
	fixture_init_on(&at, 1, loop, store);
	fixture_apply(&at, fixture_web(2, "a"));
	fixture_pass(&at, 30 * SECOND);
	const korch_faulty_rule rule = {.size = sizeof(rule),
	                                .calls = KORCH_FAULTY_ALL,
	                                .fault = KORCH_FAULTY_FAILED,
	                                .late_us = 3600 * SECOND};
	ck_assert_int_eq(korch_faulty_rule_add(store, &rule), 0);
	korch_usec begin = korch_loop_now(loop);
	ck_assert_int_eq(korch_cluster_stop_pods(at.cluster, 120 * SECOND, NULL), 0);
	ck_assert_int_le(korch_loop_now(loop) - begin, 60 * SECOND);
	korch_sim_get_stats(&stats, at.runtime);
	ck_assert_uint_eq(stats.running, 0);
	fixture_fini(&at);
}
END_TEST

KORCH_SUITE(life)
{
	Suite *suite = suite_create("life");
	KORCH_CASE(suite, "life", test_namespaces, test_store_that_fails, test_wrong_options,
	           test_wrong_nodes, test_close_under_way, test_stop_pods, test_stop_pods_timeout,
	           test_next_cluster_runs_what_was_stopped, test_stop_pods_without_the_store);
	return suite;
}
