/* The Rollout decider: services, ping-pong, metadata, anti-affinity, workloadRef. */
#include "rollout_world.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

static const char *selected(ro_world *r, const char *service)
{
	return ro_field_of(r, &korch_service_kind, service,
	                   "spec.selector['rollouts-pod-template-hash']");
}

START_TEST(test_canary_services)
{
	ro_world r;
	ro_init(&r, RO_ROUTED("{setWeight: 25}, {pause: {}}"));
	ck_assert_str_eq(selected(&r, "stable"), ro_hash(&r, "web:1"));
	ck_assert_str_eq(selected(&r, "canary"), ro_hash(&r, "web:1"));
	ck_assert_str_eq(
	    ro_field_of(&r, &korch_service_kind, "stable",
	                "metadata.annotations['argo-rollouts.argoproj.io/managed-by-rollouts']"),
	    "web");
	ro_image(&r, "web:2");
	ck_assert_str_eq(selected(&r, "stable"), ro_hash(&r, "web:1"));
	ck_assert_str_eq(selected(&r, "canary"), ro_hash(&r, "web:2"));
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.canary.serviceName"), "canary");
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.canary.podTemplateHash"),
	                 ro_hash(&r, "web:2"));
	ck_assert(ro_saw(&r, "SwitchService"));
	ro_fini(&r);
}
END_TEST

static size_t release(ro_world *r, const char *service)
{
	korch_controller_spec spec;
	ck_assert_int_eq(korch__argo_release_controller(&spec), 0);
	return world_run(r->w, &spec, "shop", service);
}

/* What was written into a service is taken back when no Rollout names it any more. */
START_TEST(test_services_are_released)
{
	ro_world r;
	ro_init(&r, RO_ROUTED("{setWeight: 25}, {pause: {}}"));
	ck_assert_uint_eq(release(&r, "stable"), 0);
	ro_put(&r, RO_CANARY("canaryService: canary, maxSurge: 1"));
	ck_assert_uint_eq(release(&r, "canary"), 0);
	ck_assert_uint_eq(release(&r, "stable"), 1);
	ck_assert_str_eq(selected(&r, "stable"), "");
	ck_assert_str_eq(ro_field_of(&r, &korch_service_kind, "stable", "spec.selector['app']"), "web");
	ck_assert_uint_eq(release(&r, "stable"), 0);
	world_remove(r.w, &ro_get(&r)->object);
	ck_assert_uint_eq(release(&r, "canary"), 1);
	ck_assert_str_eq(selected(&r, "canary"), "");
	ro_fini(&r);
}
END_TEST

/* Istio's subsets: no service is named, the one that selects the pods is shared. */
START_TEST(test_subsets)
{
	ro_world r;
	ro_init(
	    &r,
	    RO_CANARY(
	        "trafficRouting: {istio: {virtualService: {name: v}, destinationRule: {name: d, "
	        "canarySubsetName: c, stableSubsetName: s}}}, steps: [{setWeight: 25}, {pause: {}}]"));
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.stable.serviceName"), "");
	ro_put(&r, RO_SERVICE("other") RO_SERVICE("front"));
	ro_settle(&r);
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.stable.serviceName"), "front");
	ck_assert_str_eq(selected(&r, "front"), "");
	ro_fini(&r);
}
END_TEST

#define BLUE_GREEN                                                                                 \
	RO_BLUE_GREEN("activeService: active, previewService: preview, autoPromotionEnabled: false, "  \
	              "scaleDownDelaySeconds: 20, activeMetadata: {labels: {role: active}}, "          \
	              "previewMetadata: {labels: {role: preview}}")                                    \
	RO_SERVICE("active") RO_SERVICE("preview")

static const char *role(ro_world *r, const char *image)
{
	const korch_replica_set *set = ro_set(r, image);
	const char *value = korch_map_get(set->spec->template_->metadata->labels, "role");
	return value ? value : "";
}

START_TEST(test_blue_green)
{
	ro_world r;
	ro_init(&r, BLUE_GREEN);
	ck_assert_str_eq(selected(&r, "active"), ro_hash(&r, "web:1"));
	ck_assert_str_eq(role(&r, "web:1"), "active");
	ro_image(&r, "web:2");
	ck_assert_str_eq(ro_field(&r, "status.pauseConditions[0].reason"), "BlueGreenPause");
	ck_assert_str_eq(ro_field(&r, "status.blueGreen.activeSelector"), ro_hash(&r, "web:1"));
	ck_assert_str_eq(ro_field(&r, "status.blueGreen.previewSelector"), ro_hash(&r, "web:2"));
	ck_assert_str_eq(role(&r, "web:2"), "preview");
	korch_rollout *edited = ro_edit(&r);
	korch_rollout_status *status = ro_edit_status(edited);
	korch_list_edit(&status->pause_conditions, &status->n_pause_conditions,
	                &korch_pause_condition_type, 0);
	ro_store(&r, edited);
	ro_settle(&r);
	ck_assert_str_eq(selected(&r, "active"), ro_hash(&r, "web:2"));
	ck_assert_str_eq(role(&r, "web:2"), "active");
	ck_assert_str_eq(role(&r, "web:1"), ""); /* taken back */
	ck_assert_int_eq(ro_size(&r, "web:1"), 4);
	ck_assert_ptr_nonnull(korch_map_get(ro_set(&r, "web:1")->object.metadata->annotations,
	                                    KORCH__ARGO_ANNOTATION_SCALE_DOWN));
	ro_pass(&r, 21);
	ck_assert_int_eq(ro_size(&r, "web:1"), 0);
	ro_fini(&r);
}
END_TEST

static void put_pod(ro_world *r, const char *name)
{
	const korch_replica_set *set = ro_set(r, "web:1");
	korch_pod *pod = make_pod("shop", name);
	make_label(&pod->object, "app", "web");
	make_label(&pod->object, "role", "stable");
	ck_assert_int_eq(korch_object_set_controller(&pod->object, &set->object), 0);
	world_put(r->w, &pod->object);
	pod_ready(r->w, name, 1);
}

/* The wish for metadata goes: sets and pods lose it, too. */
START_TEST(test_metadata_is_taken_back)
{
	ro_world r;
	ro_init(&r, RO_CANARY("stableMetadata: {labels: {role: stable}, annotations: {a: b}}"));
	put_pod(&r, "p0");
	ck_assert_str_eq(role(&r, "web:1"), "stable");
	ro_put(&r, RO_CANARY("stableMetadata: {labels: {role: other}}"));
	ro_settle(&r);
	ck_assert_str_eq(role(&r, "web:1"), "other");
	ck_assert_str_eq(ro_field_of(&r, &korch_pod_kind, "p0", "metadata.labels['role']"), "other");
	ro_put(&r, RO_CANARY("maxSurge: 1"));
	ro_settle(&r);
	ck_assert_str_eq(role(&r, "web:1"), "");
	ck_assert_str_eq(ro_field_of(&r, &korch_pod_kind, "p0", "metadata.labels['role']"), "");
	ck_assert_str_eq(ro_field_of(&r, &korch_pod_kind, "p0", "metadata.labels['app']"), "web");
	ck_assert_uint_eq(world_count(r.w, &korch_replica_set_kind), 1);
	ro_fini(&r);
}
END_TEST

/* Required, and as a preference; and gone from the template that an undo gives back. */
START_TEST(test_anti_affinity)
{
	ro_world r;
	ro_init(&r, RO_CANARY("antiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {}}, "
	                      "stableMetadata: {labels: {role: stable}}"));
	ck_assert_ptr_null(ro_set(&r, "web:1")->spec->template_->spec->affinity);
	ro_image(&r, "web:2");
	const korch_affinity *affinity = ro_set(&r, "web:2")->spec->template_->spec->affinity;
	ck_assert_ptr_nonnull(affinity);
	const korch_pod_affinity_term *term =
	    &affinity->pod_anti_affinity->required_during_scheduling_ignored_during_execution[0];
	ck_assert_str_eq(term->topology_key, "kubernetes.io/hostname");
	ck_assert_str_eq(term->label_selector->match_expressions[0].values[0], ro_hash(&r, "web:1"));
	korch_pod_template_spec *template_ = NULL;
	ck_assert_int_eq(korch__argo_template_of(&template_, ro_set(&r, "web:2")), 0);
	ck_assert(
	    korch_struct_equal(template_, ro_get(&r)->spec->template_, &korch_pod_template_spec_type));
	korch_block_unref(template_);
	ro_put(&r, RO_CANARY(
	               "antiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: {weight: 7}}"));
	ro_image(&r, "web:3");
	affinity = ro_set(&r, "web:3")->spec->template_->spec->affinity;
	ck_assert_int_eq(
	    affinity->pod_anti_affinity->preferred_during_scheduling_ignored_during_execution[0].weight,
	    7);
	ro_fini(&r);
}
END_TEST

#define PING_PONG                                                                                  \
	RO_CANARY("pingPong: {pingService: ping, pongService: pong}, trafficRouting: {alb: {ingress: " \
	          "i, servicePort: 80, rootService: root}}, steps: [{setWeight: 50}, {pause: {}}]")    \
	RO_SERVICE("ping") RO_SERVICE("pong") RO_SERVICE("root")

/* The two services take turns: that of the canary becomes the stable one's. */
START_TEST(test_ping_pong)
{
	ro_world r;
	ro_init(&r, PING_PONG);
	ck_assert_str_eq(ro_field(&r, "status.canary.stablePingPong"), "ping");
	ck_assert_str_eq(selected(&r, "ping"), ro_hash(&r, "web:1"));
	ro_image(&r, "web:2");
	ck_assert_str_eq(selected(&r, "pong"), ro_hash(&r, "web:2"));
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.canary.serviceName"), "pong");
	ck_assert_str_eq(ro_field(&r, "status.canary.stablePingPong"), "ping");
	korch_rollout *edited = ro_edit(&r);
	ro_edit_status(edited)->promote_full = 1;
	ro_store(&r, edited);
	r.n_notes = 0;
	memset(r.notes, 0, sizeof(r.notes));
	ro_settle(&r);
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Healthy");
	ck_assert_str_eq(ro_field(&r, "status.canary.stablePingPong"), "pong");
	ck_assert_str_eq(selected(&r, "pong"), ro_hash(&r, "web:2"));
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.stable.serviceName"), "pong");
	ro_image(&r, "web:3");
	ck_assert_str_eq(selected(&r, "ping"), ro_hash(&r, "web:3"));
	ck_assert_str_eq(selected(&r, "pong"), ro_hash(&r, "web:2"));
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.canary.serviceName"), "ping");
	ro_fini(&r);
}
END_TEST

#define WITH_WORKLOAD(scale_down)                                                                  \
	"{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: web}, spec: {replicas: "   \
	"4, "                                                                                          \
	"workloadRef: {apiVersion: apps/v1, kind: Deployment, name: old" scale_down                    \
	"}, strategy: {canary: {}}}}\n---\n"                                                           \
	"{apiVersion: apps/v1, kind: Deployment, metadata: {name: old}, spec: {replicas: "             \
	"3, " RO_TEMPLATE "}}\n"

static int workload_size(ro_world *r)
{
	return ((const korch_deployment *)world_get(r->w, &korch_deployment_kind, "shop", "old"))
	    ->spec->replicas;
}

START_TEST(test_workload)
{
	static const struct {
		const char *manifest;
		int rising, risen;
	} cases[] = {{WITH_WORKLOAD(""), 3, 3},
	             {WITH_WORKLOAD(", scaleDown: never"), 3, 3},
	             {WITH_WORKLOAD(", scaleDown: onsuccess"), 3, 0},
	             {WITH_WORKLOAD(", scaleDown: progressively"), 2, 0}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ro_world r = {.w = world_new()};
		ck_assert_int_eq(korch__argo_controller(&r.spec), 0);
		ro_put(&r, cases[i].manifest);
		for (int n = 0; n < 10; n++)
			ro_once(&r);
		ck_assert_int_eq(ro_size(&r, "web:1"), 4);
		korch_replica_set *set =
		    (korch_replica_set *)korch_object_edit(&ro_set(&r, "web:1")->object);
		korch_replica_set_status *status =
		    korch_struct_edit(&set->status, &korch_replica_set_status_type);
		KORCH_SET(status, korch_replica_set_status, replicas, 4);
		status->ready_replicas = status->available_replicas = 2;
		world_put(r.w, &set->object);
		for (int n = 0; n < 10; n++)
			ro_once(&r);
		ck_assert_int_eq(workload_size(&r), cases[i].rising);
		ro_settle(&r);
		ck_assert_int_eq(workload_size(&r), cases[i].risen);
		ck_assert_str_eq(ro_field(&r, "status.phase"), "Healthy");
		ck_assert_str_eq(ro_field(&r, "status.workloadObservedGeneration"),
		                 cases[i].risen == 3    ? "1"
		                 : cases[i].rising == 3 ? "2"
		                                        : "3");
		ro_fini(&r);
	}
}
END_TEST

/* The workload is not there. */
START_TEST(test_no_workload)
{
	ro_world r;
	ro_init(&r, "{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: web}, spec: {"
	            "workloadRef: {apiVersion: apps/v1, kind: Deployment, name: gone}, strategy: "
	            "{canary: {}}}}");
	ck_assert_str_eq(ro_field(&r, "status.message"),
	                 "spec.workloadRef: the workload does not exist or has no template");
	ck_assert_uint_eq(world_count(r.w, &korch_replica_set_kind), 0);
	ro_fini(&r);
}
END_TEST

KORCH_SUITE(rollout_parts)
{
	Suite *suite = suite_create("rollout parts");
	KORCH_CASE(suite, "services", test_canary_services, test_services_are_released, test_subsets,
	           test_blue_green, test_ping_pong);
	KORCH_CASE(suite, "templates", test_metadata_is_taken_back, test_anti_affinity, test_workload,
	           test_no_workload);
	return suite;
}
