/* Getting, listing, deleting, scaling, undoing, restarting. */
#include "fixture.h"
#include <string.h>

START_TEST(test_get)
{
	fixture at;
	korch_object *object = NULL;
	korch_error *error = NULL;
	fixture_init(&at, 0);
	fixture_apply(&at, fixture_web(2, "a"));
	static const char *const NAMES[] = {"deploy", "Deployment", "deployments", "deployments.apps"};
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(
		    korch_cluster_get(&object, at.cluster, NAMES[i], i % 2 ? "" : "default", "web", NULL),
		    0);
		ck_assert_str_eq(korch_object_name(object), "web");
		korch_object_unref(object);
	}
	ck_assert_int_eq(korch_cluster_get(&object, at.cluster, "deploy", NULL, "nothing", &error),
	                 KORCH_E_NOT_FOUND);
	ck_assert_str_eq(korch_error_message(error), "deployments.apps \"nothing\" not found");
	korch_error_free(error);
	error = NULL;
	ck_assert_int_eq(korch_cluster_get(&object, at.cluster, "gizmo", NULL, "web", &error),
	                 KORCH_E_INVALID);
	ck_assert_str_eq(korch_error_message(error), "no kind is called \"gizmo\"");
	korch_error_free(error);
	ck_assert_int_eq(
	    korch_cluster_get(&object, at.cluster, "namespace", "ignored", "default", NULL), 0);
	korch_object_unref(object);
	ck_assert_int_eq(korch_cluster_get(NULL, at.cluster, "cm", NULL, "x", NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_cluster_get(&object, at.cluster, NULL, NULL, "x", NULL),
	                 KORCH_E_INVALID);
	fixture_fini(&at);
}
END_TEST

START_TEST(test_list)
{
	fixture at;
	fixture_init(&at, 0);
	fixture_apply(
	    &at,
	    "{apiVersion: v1, kind: Namespace, metadata: {name: other}}\n---\n"
	    "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {tier: x, app: web}}}\n---\n"
	    "{apiVersion: v1, kind: ConfigMap, metadata: {name: b, labels: {tier: y, app: web}}}\n---\n"
	    "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: other, labels: {tier: "
	    "z}}}\n");
	ck_assert_uint_eq(fixture_count(&at, "cm", NULL), 3);
	ck_assert_uint_eq(fixture_count(&at, "cm", "app=web"), 2);
	ck_assert_uint_eq(fixture_count(&at, "cm", "tier in (y,z)"), 2);
	ck_assert_uint_eq(fixture_count(&at, "cm", "app=web,tier notin (x)"), 1);
	ck_assert_uint_eq(fixture_count(&at, "cm", "!app"), 1);
	korch_object **objects = NULL;
	size_t n = 0;
	ck_assert_int_eq(korch_cluster_list(&objects, &n, at.cluster, "cm", "default", NULL, NULL), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(korch_object_name(objects[0]), "a");
	korch_object_list_free(objects, n);
	ck_assert_int_eq(korch_cluster_list(&objects, &n, at.cluster, "cm", "nowhere", NULL, NULL), 0);
	ck_assert_uint_eq(n, 0);
	korch_object_list_free(objects, n);
	ck_assert_int_eq(korch_cluster_list(&objects, &n, at.cluster, "cm", NULL, "tier in (", NULL),
	                 KORCH_E_PARSE);
	ck_assert_int_eq(korch_cluster_list(&objects, &n, at.cluster, "gizmo", NULL, NULL, NULL),
	                 KORCH_E_INVALID);
	korch_object_list_free(NULL, 0);
	fixture_fini(&at);
}
END_TEST

static void delete_web(fixture *at, int propagation)
{
	const korch_key key = fixture_key(&korch_deployment_kind, "web");
	const korch_delete_options options = {.grace_seconds = -1, .propagation = propagation};
	ck_assert_int_eq(korch_cluster_delete(at->cluster, &key, &options, NULL), 0);
}

START_TEST(test_delete)
{
	fixture at;
	fixture_init(&at, 1);
	const korch_key key = fixture_key(&korch_deployment_kind, "web");
	fixture_apply(&at, fixture_web(3, "a"));
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "available", 60 * SECOND, NULL), 0);
	delete_web(&at, KORCH_PROPAGATION_ORPHAN);
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "deleted", 60 * SECOND, NULL), 0);
	fixture_pass(&at, 120 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "rs", NULL), 1);
	ck_assert_uint_eq(fixture_count(&at, "pod", NULL), 3);
	/* A new one of that name adopts them. */
	fixture_apply(&at, fixture_web(3, "a"));
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "available", 60 * SECOND, NULL), 0);
	ck_assert_uint_eq(fixture_count(&at, "rs", NULL), 1);
	ck_assert_uint_eq(fixture_count(&at, "pod", NULL), 3);
	delete_web(&at, KORCH_PROPAGATION_FOREGROUND);
	ck_assert(fixture_has(&at, "deploy", "web"));
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "deleted", 120 * SECOND, NULL), 0);
	ck_assert_uint_eq(fixture_count(&at, "rs", NULL), 0);
	ck_assert_uint_eq(fixture_count(&at, "pod", NULL), 0);
	fixture_apply(&at, fixture_web(3, "a"));
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "available", 60 * SECOND, NULL), 0);
	delete_web(&at, KORCH_PROPAGATION_BACKGROUND);
	ck_assert(!fixture_has(&at, "deploy", "web"));
	fixture_pass(&at, 120 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "rs", NULL), 0);
	ck_assert_uint_eq(fixture_count(&at, "pod", NULL), 0);
	ck_assert_int_eq(korch_cluster_delete(at.cluster, &key, NULL, NULL), KORCH_E_NOT_FOUND);
	fixture_fini(&at);
}
END_TEST

START_TEST(test_scale)
{
	fixture at;
	korch_error *error = NULL;
	fixture_init(&at, 1);
	const korch_key key = {.kind = &korch_deployment_kind, .name = "web"};
	fixture_apply(&at, fixture_web(1, "a"));
	ck_assert_int_eq(korch_cluster_scale(at.cluster, &key, 4, NULL), 0);
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "available", 60 * SECOND, NULL), 0);
	fixture_value(&at, "deploy", "web", "status.availableReplicas", "4");
	ck_assert_int_eq(korch_cluster_scale(at.cluster, &key, 0, NULL), 0);
	fixture_pass(&at, 60 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "pod", NULL), 0);
	fixture_value(&at, "deploy", "web", "spec.replicas", "0");
	ck_assert_int_eq(korch_cluster_scale(at.cluster, &key, -1, NULL), KORCH_E_INVALID);
	const korch_key node = {.kind = &korch_node_kind, .namespace_ = "", .name = "node-0"};
	ck_assert_int_eq(korch_cluster_scale(at.cluster, &node, 1, &error), KORCH_E_UNSUPPORTED);
	ck_assert_str_eq(korch_error_message(error), "nodes cannot be scaled");
	korch_error_free(error);
	const korch_key missing = fixture_key(&korch_deployment_kind, "missing");
	ck_assert_int_eq(korch_cluster_scale(at.cluster, &missing, 1, NULL), KORCH_E_NOT_FOUND);
	fixture_fini(&at);
}
END_TEST

START_TEST(test_undo)
{
	fixture at;
	fixture_init(&at, 1);
	const korch_key key = fixture_key(&korch_deployment_kind, "web");
	for (int i = 1; i <= 3; i++) {
		char image[8] = {'v', (char)('0' + i), 0};
		fixture_apply(&at, fixture_web(2, image));
		ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "available", 120 * SECOND, NULL), 0);
	}
	ck_assert_int_eq(korch_cluster_undo(at.cluster, NULL, "web", 0, NULL), 0);
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "available", 120 * SECOND, NULL), 0);
	fixture_value(&at, "deploy", "web", "spec.template.spec.containers.0.image", "\"v2\"");
	fixture_value(&at, "deploy", "web", "metadata.annotations.deployment.kubernetes.io/revision",
	              NULL);
	ck_assert_int_eq(korch_cluster_undo(at.cluster, "default", "web", 1, NULL), 0);
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "available", 120 * SECOND, NULL), 0);
	fixture_value(&at, "deploy", "web", "spec.template.spec.containers.0.image", "\"v1\"");
	ck_assert_uint_eq(fixture_count(&at, "rs", NULL), 3);
	ck_assert_int_lt(korch_cluster_undo(at.cluster, NULL, "web", 99, NULL), 0);
	ck_assert_int_eq(korch_cluster_undo(at.cluster, NULL, "missing", 0, NULL), KORCH_E_NOT_FOUND);
	fixture_fini(&at);
}
END_TEST

START_TEST(test_restart)
{
	fixture at;
	fixture_init(&at, 1);
	const korch_key key = fixture_key(&korch_deployment_kind, "web");
	fixture_apply(&at, fixture_web(2, "a"));
	ck_assert_int_eq(korch_cluster_wait(at.cluster, &key, "available", 120 * SECOND, NULL), 0);
	korch_object **before = NULL;
	size_t n = 0;
	ck_assert_int_eq(korch_cluster_list(&before, &n, at.cluster, "pod", NULL, NULL, NULL), 0);
	ck_assert_int_eq(korch_cluster_restart(at.cluster, NULL, "web", NULL), 0);
	fixture_pass(&at, 120 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "pod", NULL), 2);
	ck_assert_uint_eq(fixture_count(&at, "rs", NULL), 2);
	for (size_t i = 0; i < n; i++)
		ck_assert(!fixture_has(&at, "pod", korch_object_name(before[i])));
	korch_object_list_free(before, n);
	/* Applying the manifest again does not take the restart back. */
	fixture_apply(&at, fixture_web(2, "a"));
	fixture_pass(&at, 120 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "rs", NULL), 2);
	fixture_fini(&at);
}
END_TEST

START_TEST(test_watch)
{
	fixture at;
	korch_watch *watch = NULL;
	korch_change change;
	fixture_init(&at, 0);
	const korch_watch_query query = {.kind = &korch_config_map_kind, .since = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_cluster_watch(&watch, at.cluster, &query, NULL, NULL, NULL), 0);
	fixture_apply(&at, "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}");
	ck_assert_int_eq(korch_watch_next(watch, &change), 1);
	ck_assert_int_eq(change.type, KORCH_CHANGE_ADDED);
	ck_assert_int_eq(korch_watch_next(watch, &change), 0);
	korch_watch_free(watch);
	ck_assert_int_eq(korch_cluster_watch(NULL, at.cluster, &query, NULL, NULL, NULL),
	                 KORCH_E_INVALID);
	fixture_fini(&at);
}
END_TEST

KORCH_SUITE(objects)
{
	Suite *suite = suite_create("objects");
	KORCH_CASE(suite, "objects", test_get, test_list, test_delete, test_scale, test_undo,
	           test_restart, test_watch);
	return suite;
}
