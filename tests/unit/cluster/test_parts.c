/*
 * Clusters on a store that takes few writes at a time: what is too large for one transaction is
 * done in parts, each of which makes sense by itself, and comes to the same end.
 */
#include "fixture.h"

#include "engine/slow_store.h"
#include "support/store.h"
#include <korch/rollout.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 12, WRITES = 10 };

static fixture at;
static slow_store *slow;

static void begin(void)
{
	korch_loop *loop = NULL;
	korch_store *inner = NULL, *store = NULL;
	ck_assert_int_eq(korch_loop_new_virtual(&loop, START_US, NULL), 0);
	ck_assert_int_eq(test_store_open_local(&inner, loop, 0), 0);
	slow_store_new(&store, &slow, inner);
	slow->writes_max = WRITES;
	fixture_init_on(&at, NODES, loop, store);
}

/* Nothing was ever too large, and nothing was refused. */
static void end(void)
{
	korch_engine_stats stats;
	korch_engine_get_stats(&stats, korch_cluster_engine(at.cluster));
	ck_assert_uint_eq(stats.failures, 0);
	ck_assert_uint_le(slow->most, WRITES);
	ck_assert_uint_ge(slow->most, WRITES - 2); /* … and there was more than fits */
	fixture_fini(&at);
}

/* Applies a manifest with a %s for a template of pods with the label app. */
static void apply(const char *format, const char *app)
{
	char text[4096], template_[512];
	snprintf(template_, sizeof(template_),
	         "template: {metadata: {labels: {app: %s}, annotations: {sim.korch.dev/run: 5s}}, "
	         "spec: {restartPolicy: %s, containers: [{name: c, image: c}]}}",
	         app, strstr(format, "kind: Job") ? "Never" : "Always");
	if (!strstr(format, "kind: Job"))
		snprintf(template_, sizeof(template_),
		         "selector: {matchLabels: {app: %s}}, template: {metadata: {labels: {app: %s}}, "
		         "spec: {containers: [{name: c, image: c}]}}",
		         app, app);
	snprintf(text, sizeof(text), format, template_);
	fixture_apply(&at, text);
}

static korch_key key_of(const char *kind, const char *name)
{
	const korch_kind *found = NULL;
	const char *group = strcmp(kind, "Namespace") == 0 ? "v1" : "apps/v1";
	ck_assert_int_eq(korch_kind_get(&found, group, kind, NULL), 0);
	return (korch_key){found, found->namespaced ? "default" : "", name};
}

static void remove_object(const char *kind, const char *name, int propagation)
{
	const korch_delete_options options = {.grace_seconds = -1, .propagation = propagation};
	const korch_key key = key_of(kind, name);
	ck_assert_int_eq(korch_cluster_delete(at.cluster, &key, &options, NULL), 0);
}

static void scale(const char *kind, const char *name, int32_t replicas)
{
	const korch_key key = key_of(kind, name);
	ck_assert_int_eq(korch_cluster_scale(at.cluster, &key, replicas, NULL), 0);
}

static const char SET[] = "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: a}, "
                          "spec: {replicas: 60, %s}}";

START_TEST(replica_sets)
{
	begin();
	apply(SET, "a");
	fixture_pass(&at, 10 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=a"), 60);
	fixture_value(&at, "ReplicaSet", "a", "status.readyReplicas", "60");
	/* Left behind, and taken again by one of the same selector: none is made. */
	remove_object("ReplicaSet", "a", KORCH_PROPAGATION_ORPHAN);
	fixture_pass(&at, 10 * SECOND);
	ck_assert_int_eq(fixture_has(&at, "ReplicaSet", "a"), 0);
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=a"), 60);
	apply(SET, "a");
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=a"), 60);
	fixture_pass(&at, 10 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=a"), 60);
	fixture_value(&at, "ReplicaSet", "a", "status.readyReplicas", "60");
	scale("ReplicaSet", "a", 5);
	fixture_pass(&at, 60 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=a"), 5);
	scale("ReplicaSet", "a", 50);
	fixture_pass(&at, 10 * SECOND);
	remove_object("ReplicaSet", "a", KORCH_PROPAGATION_FOREGROUND);
	fixture_pass(&at, 60 * SECOND);
	ck_assert_int_eq(fixture_has(&at, "ReplicaSet", "a"), 0);
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=a"), 0);
	end();
}
END_TEST

/* Pods that are refused are not asked for without end. */
START_TEST(refused)
{
	begin();
	korch_engine_stats before, after;
	apply("{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: a}, spec: {replicas: 60, "
	      "selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: "
	      "{priorityClassName: none, containers: [{name: c, image: c}]}}}} #%s",
	      "a");
	fixture_pass(&at, 10 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "Pod", NULL), 0);
	korch_engine_get_stats(&before, korch_cluster_engine(at.cluster));
	fixture_pass(&at, 60 * SECOND);
	korch_engine_get_stats(&after, korch_cluster_engine(at.cluster));
	ck_assert_uint_le(after.requests - before.requests, 20);
	fixture_fini(&at);
}
END_TEST

START_TEST(deployments)
{
	begin();
	apply("{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {replicas: 40, "
	      "strategy: {rollingUpdate: {maxSurge: 100%%, maxUnavailable: 0}}, %s}}",
	      "d");
	fixture_pass(&at, 20 * SECOND);
	ck_assert_int_eq(korch_cluster_restart(at.cluster, "default", "d", NULL), 0);
	fixture_pass(&at, 120 * SECOND);
	fixture_value(&at, "Deployment", "d", "status.updatedReplicas", "40");
	fixture_value(&at, "Deployment", "d", "status.availableReplicas", "40");
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=d"), 40);
	remove_object("Deployment", "d", KORCH_PROPAGATION_BACKGROUND);
	fixture_pass(&at, 60 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=d"), 0);
	end();
}
END_TEST

START_TEST(stateful_sets)
{
	begin();
	apply("{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: s}, spec: {replicas: 20, "
	      "podManagementPolicy: Parallel, serviceName: s, persistentVolumeClaimRetentionPolicy: "
	      "{whenDeleted: Delete, whenScaled: Delete}, volumeClaimTemplates: [{metadata: {name: x}, "
	      "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}, "
	      "{metadata: {name: y}, spec: {accessModes: [ReadWriteOnce], resources: {requests: "
	      "{storage: 1Gi}}}}], %s}}",
	      "s");
	fixture_pass(&at, 30 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=s"), 20);
	ck_assert_uint_eq(fixture_count(&at, "PersistentVolumeClaim", NULL), 40);
	scale("StatefulSet", "s", 0);
	fixture_pass(&at, 120 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=s"), 0);
	end();
}
END_TEST

START_TEST(jobs)
{
	begin();
	apply("{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {parallelism: 30, "
	      "completions: 50, completionMode: Indexed, %s}}",
	      "j");
	fixture_pass(&at, 2 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=j"), 30);
	fixture_pass(&at, 120 * SECOND);
	fixture_value(&at, "Job", "j", "status.succeeded", "50");
	fixture_value(&at, "Job", "j", "status.completedIndexes", "\"0-49\"");
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=j"), 50);
	/* One that fails ends all that runs. */
	apply("{apiVersion: batch/v1, kind: Job, metadata: {name: k}, spec: {parallelism: 40, "
	      "activeDeadlineSeconds: 3, %s}}",
	      "k");
	fixture_pass(&at, 60 * SECOND);
	fixture_value(&at, "Job", "k", "status.failed", "40");
	fixture_value(&at, "Job", "k", "status.active", NULL);
	end();
}
END_TEST

START_TEST(daemon_sets)
{
	begin();
	apply("{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: n}, spec: {updateStrategy: "
	      "{rollingUpdate: {maxUnavailable: 100%%}}, %s}}",
	      "n");
	fixture_pass(&at, 10 * SECOND);
	fixture_value(&at, "DaemonSet", "n", "status.numberReady", "12");
	ck_assert_int_eq(korch_cluster_restart(at.cluster, "default", "daemonset/n", NULL), 0);
	fixture_pass(&at, 60 * SECOND);
	fixture_value(&at, "DaemonSet", "n", "status.updatedNumberScheduled", "12");
	fixture_value(&at, "DaemonSet", "n", "status.numberReady", "12");
	end();
}
END_TEST

/* Pods get what they bear in their part of a rollout, and the note of it comes last. */
START_TEST(rollouts)
{
	begin();
	static const char ROLLOUT[] =
	    "{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: r}, spec: {replicas: "
	    "30, revisionHistoryLimit: 1, strategy: {canary: {stableMetadata: {labels: {part: stable}},"
	    " canaryMetadata: {labels: {part: canary}}, maxSurge: 100%%, maxUnavailable: 0, steps: "
	    "[{setWeight: 50}, {pause: {duration: 10s}}]}}, %s}}";
	apply(ROLLOUT, "r");
	fixture_pass(&at, 30 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=r,part=stable"), 30);
	ck_assert_int_eq(korch_rollouts_set_image(at.cluster, "default", "r", "*", "c:2", NULL), 0);
	fixture_pass(&at, 5 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=r,part=canary"), 15);
	fixture_pass(&at, 120 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=r,part=stable"), 30);
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=r"), 30);
	end();
}
END_TEST

/* Pods of a gang are placed together or not at all, so that a large one cannot be. */
START_TEST(gangs)
{
	begin();
	static const char GANG[] =
	    "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: %s}, spec: {replicas: %d, "
	    "selector: {matchLabels: {app: %s}}, template: {metadata: {labels: {app: %s, "
	    "scheduling.x-k8s.io/pod-group: %s}, annotations: {"
	    "korch.dev/gang-min: '%d'}}, spec: {containers: [{name: c, image: c}]}}}}";
	char text[2048];
	snprintf(text, sizeof(text), GANG, "g", WRITES, "g", "g", "g", WRITES);
	fixture_apply(&at, text);
	snprintf(text, sizeof(text), GANG, "h", 30, "h", "h", "h", 30);
	fixture_apply(&at, text);
	fixture_pass(&at, 30 * SECOND);
	fixture_value(&at, "ReplicaSet", "g", "status.readyReplicas", "10");
	fixture_value(&at, "ReplicaSet", "h", "status.readyReplicas", NULL);
	korch_object **pods = NULL;
	size_t n = 0;
	ck_assert_int_eq(korch_cluster_list(&pods, &n, at.cluster, "Pod", NULL, "app=h", NULL), 0);
	ck_assert_uint_eq(n, 30);
	const korch_pod *pod = (const korch_pod *)pods[0];
	ck_assert_str_eq(pod->status->conditions[0].message,
	                 "group h: 30 pods cannot be placed together, at most 10 can");
	korch_object_list_free(pods, n);
	end();
}
END_TEST

/* A manifest of many objects, and a namespace with as many. */
START_TEST(namespaces)
{
	begin();
	_Thread_local static char text[16384];
	size_t used = (size_t)sprintf(text, "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n");
	for (int i = 0; i < 45; i++)
		used += (size_t)sprintf(text + used,
		                        "---\napiVersion: v1\nkind: ConfigMap\n"
		                        "metadata: {name: c%d, namespace: n}\n",
		                        i);
	fixture_apply(&at, text);
	ck_assert_uint_eq(fixture_count(&at, "ConfigMap", NULL), 45);
	remove_object("Namespace", "n", KORCH_PROPAGATION_BACKGROUND);
	fixture_pass(&at, 4 * SECOND);
	ck_assert_int_eq(fixture_has(&at, "Namespace", "n"), 0);
	ck_assert_uint_eq(fixture_count(&at, "ConfigMap", NULL), 0);
	end();
}
END_TEST

/* The pods of a node that is lost are marked and evicted in parts. */
START_TEST(lost_nodes)
{
	begin();
	apply(SET, "a");
	fixture_pass(&at, 10 * SECOND);
	korch_object *node = fixture_get(&at, "Node", "node-0");
	korch_plan *plan = NULL;
	korch_object *tainted = korch_object_edit(node);
	korch_node_spec *spec =
	    korch_struct_edit(&((korch_node *)tainted)->spec, &korch_node_spec_type);
	korch_taint *taint = korch_list_edit(&spec->taints, &spec->n_taints, &korch_taint_type, 1);
	ck_assert_int_eq(korch_string_set(&taint->key, "out"), 0);
	ck_assert_int_eq(korch_string_set(&taint->effect, "NoExecute"), 0);
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	ck_assert_int_eq(korch_plan_update(plan, node, tainted), 0);
	ck_assert_int_eq(korch_engine_submit(korch_cluster_engine(at.cluster), plan, NULL, NULL, NULL),
	                 0);
	korch_object_unref(node);
	fixture_pass(&at, 120 * SECOND);
	ck_assert_uint_eq(fixture_count(&at, "Pod", "app=a"), 60);
	fixture_value(&at, "ReplicaSet", "a", "status.readyReplicas", "60");
	end();
}
END_TEST

KORCH_SUITE(cluster_parts)
{
	Suite *suite = suite_create("cluster parts");
	KORCH_CASE(suite, "parts", replica_sets, refused, deployments, stateful_sets, jobs, daemon_sets,
	           rollouts, gangs, namespaces, lost_nodes);
	return suite;
}
