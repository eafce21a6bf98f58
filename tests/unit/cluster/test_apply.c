/* Applying manifests. */
#include "fixture.h"
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CONFIG[] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, labels: {a: "
                             "'1', b: '1'}}\ndata: {x: '1', y: '1'}\n";

struct results {
	int n[3];
	char names[256];
};

static void see(void *userdata, const korch_object *object, korch_apply_result result)
{
	struct results *results = userdata;
	results->n[result]++;
	strcat(results->names, korch_object_name(object));
	strcat(results->names, ";");
}

static struct results apply(fixture *at, const char *text)
{
	struct results results = {0};
	korch_manifest *manifest = NULL;
	korch_error *error = NULL;
	ck_assert_int_eq(korch_manifest_new(&manifest, NULL, NULL), 0);
	ck_assert_int_eq(korch_manifest_read_text(manifest, text, strlen(text), "t", NULL), 0);
	int code = korch_cluster_apply(at->cluster, manifest, see, &results, &error);
	ck_assert_msg(code == 0, "%s", korch_error_format(error));
	korch_manifest_free(manifest);
	return results;
}

START_TEST(test_results)
{
	fixture at;
	fixture_init(&at, 0);
	struct results results = apply(&at, CONFIG);
	ck_assert_int_eq(results.n[KORCH_APPLY_CREATED], 1);
	korch_object *before = fixture_get(&at, "configmap", "c");
	results = apply(&at, CONFIG);
	ck_assert_int_eq(results.n[KORCH_APPLY_UNCHANGED], 1);
	korch_object *after = fixture_get(&at, "configmap", "c");
	ck_assert_ptr_eq(before, after);
	korch_object_unref(before);
	korch_object_unref(after);
	results = apply(
	    &at,
	    "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, labels: {a: '2'}}, data: {x: '1'}}");
	ck_assert_int_eq(results.n[KORCH_APPLY_CONFIGURED], 1);
	fixture_value(&at, "cm", "c", "metadata.labels", "{\"a\":\"2\"}");
	fixture_value(&at, "cm", "c", "data", "{\"x\":\"1\"}");
	fixture_fini(&at);
}
END_TEST

/* Applying the same again changes nothing, whatever defaults, controllers and status have added. */
START_TEST(test_idempotent)
{
	static const char *const MANIFESTS[] = {
	    "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {a: b}, ports: "
	    "[{port: 80, name: web}, {port: 53, protocol: UDP, name: dns}]}}",
	    "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: p}, spec: "
	    "{minAvailable: 1, selector: {matchLabels: {app: web}}}}",
	    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, creationTimestamp: null}, "
	    "spec: {strategy: {type: RollingUpdate}, selector: {matchLabels: {a: b}},"
	    " template: {metadata: {labels: {a: b}}, spec: {volumes: [{name: v, configMap: {name: c}}, "
	    "{name: e, emptyDir: {}}],"
	    " containers: [{name: x, image: y, ports: [{containerPort: 53}, {containerPort: 53, "
	    "protocol: UDP}], readinessProbe: {httpGet: {port: 80}},"
	    " env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}], volumeMounts: "
	    "[{name: e, mountPath: /e}],"
	    " resources: {requests: {cpu: 0.1, memory: 1024Ki}}}]}}}, status: {}}",
	    "{apiVersion: v1, kind: Pod, metadata: {name: q}, spec: {containers: [{name: x, image: "
	    "y}], tolerations: [{operator: Exists}]}}",
	    "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: b}}",
	    "{apiVersion: example.org/v1, kind: Thing, metadata: {name: t}, spec: {a: [1, {b: null}], "
	    "c: 1.50}}",
	    "{apiVersion: v1, kind: Namespace, metadata: {name: n}}",
	    "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {spec: "
	    "{restartPolicy: Never, containers: [{name: a, image: b}]}}}}",
	};
	fixture at;
	fixture_init(&at, 1);
	for (size_t i = 0; i < sizeof(MANIFESTS) / sizeof(MANIFESTS[0]); i++) {
		struct results results = apply(&at, MANIFESTS[i]);
		ck_assert_int_eq(results.n[KORCH_APPLY_CREATED], 1);
		fixture_pass(&at, 30 * SECOND);
		results = apply(&at, MANIFESTS[i]);
		ck_assert_msg(results.n[KORCH_APPLY_UNCHANGED] == 1, "%s", MANIFESTS[i]);
	}
	fixture_fini(&at);
}
END_TEST

START_TEST(test_last_applied)
{
	fixture at;
	fixture_init(&at, 0);
	/* As kubectl gives objects out: with status, identity and the annotation of the apply before.
	 */
	apply(&at, "{apiVersion: v1, kind: Service, metadata: {name: s, uid: other, resourceVersion: "
	           "'7', annotations: {kubectl.kubernetes.io/last-applied-configuration:"
	           " '{}'}}, spec: {ports: [{port: 80}]}, status: {loadBalancer: {}}}");
	korch_object *object = fixture_get(&at, "service", "s");
	const char *text = korch_map_get(object->metadata->annotations,
	                                 "kubectl.kubernetes.io/last-applied-configuration");
	json_object *last = json_tokener_parse(text);
	ck_assert_ptr_nonnull(last);
	ck_assert_ptr_null(json_object_object_get(last, "status"));
	json_object *metadata = json_object_object_get(last, "metadata");
	ck_assert_str_eq(json_object_get_string(json_object_object_get(metadata, "name")), "s");
	ck_assert_str_eq(json_object_get_string(json_object_object_get(metadata, "namespace")),
	                 "default");
	ck_assert_ptr_null(strstr(text, "last-applied"));
	/* Not what defaults added. */
	ck_assert_ptr_null(strstr(text, "ClusterIP"));
	json_object_put(last);
	korch_object_unref(object);
	fixture_fini(&at);
}
END_TEST

START_TEST(test_all_or_nothing)
{
	static const struct {
		const char *text;
		const char *words;
	} ROWS[] = {
	    {"{apiVersion: v1, kind: ConfigMap, metadata: {name: ok}}\n---\n{apiVersion: v1, kind: "
	     "Pod, metadata: {name: p}, spec: {containers: []}}\n",
	     "spec.containers"},
	    {"{apiVersion: v1, kind: ConfigMap, metadata: {name: ok}}\n---\n{apiVersion: v1, kind: "
	     "ConfigMap, metadata: {name: Bad_Name}}\n",
	     "Bad_Name"},
	    {"{apiVersion: v1, kind: ConfigMap, metadata: {name: ok}}\n---\n{apiVersion: v1, kind: "
	     "ConfigMap, metadata: {name: ok}}\n",
	     "there twice"},
	    {"{apiVersion: v1, kind: ConfigMap, metadata: {name: ok}}\n---\n{apiVersion: v1, kind: "
	     "ConfigMap, metadata: {name: ok, namespace: default}}\n",
	     "there twice"},
	    {"{apiVersion: v1, kind: ConfigMap, metadata: {name: ok}}\n---\n{apiVersion: v1, kind: "
	     "ConfigMap, metadata: {name: x, namespace: nowhere}}\n",
	     "nowhere"},
	    {"{apiVersion: v1, kind: ConfigMap, metadata: {name: ok}}\n---\n{apiVersion: v1, kind: "
	     "ConfigMap, metadata: {generateName: x-}}\n",
	     "name"},
	    {"{apiVersion: v1, kind: ConfigMap, metadata: {name: ok}}\n---\n{apiVersion: v1, kind: [",
	     NULL},
	};
	fixture at;
	fixture_init(&at, 0);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		korch_error *error = NULL;
		int code = korch_cluster_apply_text(at.cluster, ROWS[i].text, "bad.yaml", &error);
		ck_assert_msg(code < 0, "%s", ROWS[i].text);
		char *words = korch_error_format(error);
		ck_assert_ptr_nonnull(words);
		ck_assert_msg(!ROWS[i].words || strstr(words, ROWS[i].words), "%zu: %s", i, words);
		ck_assert_msg(i == 6 || strstr(words, "bad.yaml:"), "%s", words);
		ck_assert_msg(!fixture_has(&at, "cm", "ok"), "%s", words);
		free(words);
		korch_error_free(error);
	}
	fixture_fini(&at);
}
END_TEST

/* What only the cluster can know is wrong has the line of its path too. */
START_TEST(test_refused_lines)
{
	static const char text[] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\n"
	                           "apiVersion: argoproj.io/v1alpha1\n"
	                           "kind: Rollout\n"
	                           "metadata: {name: web}\n"
	                           "spec:\n"
	                           "  selector: {matchLabels: {app: web}}\n"
	                           "  template:\n"
	                           "    metadata: {labels: {app: web}}\n"
	                           "    spec: {containers: [{name: c, image: i}]}\n"
	                           "  strategy:\n"
	                           "    canary:\n"
	                           "      steps:\n"
	                           "      - setWeight: 20\n"
	                           "      - analysis:\n"
	                           "          templates:\n"
	                           "          - templateName: nothing\n";
	fixture at;
	korch_error *error = NULL;
	fixture_init(&at, 0);
	ck_assert_int_eq(korch_cluster_apply_text(at.cluster, text, "web.yaml", &error),
	                 KORCH_E_INVALID);
	char *line = korch_error_format(error);
	ck_assert_str_eq(
	    line, "web.yaml:19: spec.strategy.canary.steps[1].analysis.templates[0]."
	          "templateName: Invalid value: \"nothing\": AnalysisTemplate 'nothing' not found");
	free(line);
	korch_error_free(error);
	korch_object *config = NULL;
	ck_assert_int_eq(korch_cluster_get(&config, at.cluster, "configmap", NULL, "c", NULL),
	                 KORCH_E_NOT_FOUND);
	fixture_fini(&at);
}
END_TEST

START_TEST(test_namespace_first)
{
	fixture at;
	fixture_init(&at, 0);
	struct results results =
	    apply(&at, "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: "
	               "n}}\n---\n{apiVersion: v1, kind: Namespace, metadata: {name: n}}\n");
	ck_assert_int_eq(results.n[KORCH_APPLY_CREATED], 2);
	ck_assert_str_eq(results.names, "c;n;");
	fixture_fini(&at);
}
END_TEST

/* An update that the rules forbid changes nothing of the whole manifest. */
START_TEST(test_forbidden_update)
{
	fixture at;
	fixture_init(&at, 0);
	fixture_apply(&at, fixture_web(1, "a"));
	korch_error *error = NULL;
	ck_assert_int_eq(
	    korch_cluster_apply_text(at.cluster,
	                             "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n---\n"
	                             "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, "
	                             "spec: {selector: {matchLabels: {app: other}},"
	                             " template: {metadata: {labels: {app: other}}, spec: {containers: "
	                             "[{name: a, image: b}]}}}}",
	                             "t", &error),
	    KORCH_E_INVALID);
	ck_assert_ptr_nonnull(strstr(korch_error_message(error), "immutable"));
	ck_assert(!fixture_has(&at, "cm", "c"));
	korch_error_free(error);
	fixture_fini(&at);
}
END_TEST

/* Thousands of objects are several transactions. */
START_TEST(test_many)
{
	enum { N = 12000 };
	char *text = malloc(N * 100);
	size_t length = 0;
	for (int i = 0; i < N; i++)
		length += (size_t)sprintf(
		    text + length, "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c%d}}\n", i);
	fixture at;
	fixture_init(&at, 0);
	korch_manifest *manifest = NULL;
	ck_assert_int_eq(korch_manifest_new(&manifest, NULL, NULL), 0);
	ck_assert_int_eq(korch_manifest_read_text(manifest, text, length, "t", NULL), 0);
	korch_error *error = NULL;
	int code = korch_cluster_apply(at.cluster, manifest, NULL, NULL, &error);
	ck_assert_msg(code == 0, "%s", korch_error_message(error));
	ck_assert_uint_eq(fixture_count(&at, "cm", NULL), N);
	korch_manifest_free(manifest);
	free(text);
	fixture_fini(&at);
}
END_TEST

/* Somebody else writes at the very same time: apply decides again on what is there then. */
static void ignore(void *userdata, int code, const korch_commit_result *result)
{
}

START_TEST(test_conflict)
{
	fixture at;
	fixture_init(&at, 0);
	fixture_apply(&at, CONFIG);
	/* The rival's write is in the store's queue before apply's, and the cache does not know. */
	korch_object *stored = fixture_get(&at, "cm", "c");
	korch_config_map *next = (korch_config_map *)korch_object_edit(stored);
	korch_map_set(&next->data, "rival", "was here");
	korch_write write = {
	    .op = KORCH_WRITE_PUT, .object = &next->object, .expected = stored->revision};
	ck_assert_int_eq(korch_store_commit(at.store, &write, 1, ignore, NULL), 0);
	fixture_apply(&at, "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {x: '2'}}");
	fixture_value(&at, "cm", "c", "data", "{\"rival\":\"was here\",\"x\":\"2\"}");
	korch_object_unref(stored);
	fixture_fini(&at);
}
END_TEST

START_TEST(test_arguments)
{
	fixture at;
	fixture_init(&at, 0);
	ck_assert_int_eq(korch_cluster_apply(NULL, NULL, NULL, NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_cluster_apply_text(at.cluster, NULL, NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_cluster_apply_file(at.cluster, NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_cluster_apply_file(at.cluster, "/nonexistent/x.yaml", NULL),
	                 KORCH_E_NOT_FOUND);
	ck_assert_int_eq(korch_cluster_apply_text(at.cluster, "", "empty", NULL), 0);
	fixture_fini(&at);
}
END_TEST

KORCH_SUITE(apply)
{
	Suite *suite = suite_create("apply");
	KORCH_CASE(suite, "apply", test_results, test_refused_lines, test_idempotent, test_last_applied,
	           test_all_or_nothing, test_namespace_first, test_forbidden_update, test_many,
	           test_conflict, test_arguments);
	return suite;
}
