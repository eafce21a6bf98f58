/* The ReplicaSet decider: numbers, adoption, order of deletion, status. */
#include "control/replicaset.h"
#include "unit.h"
#include "world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const korch_replica_set *stored(world *w, const char *name)
{
	return (const korch_replica_set *)world_get(w, &korch_replica_set_kind, "shop", name);
}

static korch_controller_spec controller(void)
{
	korch_controller_spec spec;
	ck_assert_int_eq(korch__replica_set_controller(&spec), 0);
	return spec;
}

static void resize(world *w, const char *name, int32_t replicas)
{
	korch_replica_set *set = (korch_replica_set *)korch_object_edit(&stored(w, name)->object);
	korch_replica_set_spec *spec = korch_struct_edit(&set->spec, &korch_replica_set_spec_type);
	KORCH_SET(spec, korch_replica_set_spec, replicas, replicas);
	korch_object_edit_meta(&set->object)->generation++;
	world_put(w, &set->object);
}

START_TEST(test_creates)
{
	world *w = world_new();
	korch_controller_spec spec = controller();
	world_put(w, &make_replica_set("web", 3)->object);
	korch_plan *plan = world_reconcile(w, &spec, "shop", "web");
	ck_assert_uint_eq(plan_count(plan, KORCH_STEP_CREATE), 3);
	ck_assert_str_eq(world_note(plan, 0), "SuccessfulCreate: Created pod: ");
	ck_assert_uint_eq(korch_plan_note_at(plan, 2)->named_step, 3);
	const korch_pod *a = (const korch_pod *)world_at(w, &korch_pod_kind, 0),
	                *b = (const korch_pod *)world_at(w, &korch_pod_kind, 1);
	ck_assert_str_eq(a->object.metadata->generate_name, "web-");
	ck_assert_str_eq(korch_map_get(a->object.metadata->labels, "app"), "web");
	ck_assert_str_eq(a->status->phase, "Pending");
	ck_assert_uint_eq(a->spec->n_tolerations, 2);
	ck_assert_str_eq(a->object.metadata->owner_references[0].kind, "ReplicaSet");
	ck_assert_int_eq(a->object.metadata->owner_references[0].block_owner_deletion, 1);
	/* Everything but the name is shared. */
	ck_assert_ptr_eq(a->spec, b->spec);
	ck_assert_ptr_eq(a->object.metadata->labels, b->object.metadata->labels);
	ck_assert_ptr_eq(a->object.metadata->owner_references, b->object.metadata->owner_references);
	ck_assert_int_eq(stored(w, "web")->status->replicas, 3);
	ck_assert_int_eq(stored(w, "web")->status->fully_labeled_replicas, 3);
	ck_assert_int_eq(stored(w, "web")->status->observed_generation, 1);
	korch_plan_free(plan);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "web"), 0);
	resize(w, "web", 5);
	world_run(w, &spec, "shop", "web");
	ck_assert_uint_eq(world_count(w, &korch_pod_kind), 5);
	const korch_pod *last = (const korch_pod *)world_at(w, &korch_pod_kind, 4);
	ck_assert_ptr_eq(last->spec, ((const korch_pod *)world_at(w, &korch_pod_kind, 0))->spec);
	world_free(w);
}
END_TEST

START_TEST(test_adopts_and_releases)
{
	world *w = world_new();
	korch_controller_spec spec = controller();
	korch_pod *orphan = make_pod("shop", "orphan"), *other = make_pod("shop", "other");
	make_label(&orphan->object, "app", "web");
	make_label(&other->object, "app", "db");
	world_put(w, &orphan->object);
	world_put(w, &other->object);
	world_put(w, &make_replica_set("web", 2)->object);
	korch_plan *plan = world_reconcile(w, &spec, "shop", "web");
	ck_assert_uint_eq(plan_count(plan, KORCH_STEP_CREATE), 1);
	ck_assert_uint_eq(plan_count(plan, KORCH_STEP_UPDATE), 1);
	korch_plan_free(plan);
	ck_assert_ptr_nonnull(korch_object_controller(world_get(w, &korch_pod_kind, "shop", "orphan")));
	ck_assert_ptr_null(korch_object_controller(world_get(w, &korch_pod_kind, "shop", "other")));
	korch_object *renamed = korch_object_edit(world_get(w, &korch_pod_kind, "shop", "orphan"));
	make_label(renamed, "app", "debug");
	world_put(w, renamed);
	plan = world_reconcile(w, &spec, "shop", "web");
	ck_assert_uint_eq(plan_count(plan, KORCH_STEP_CREATE), 1);
	ck_assert_ptr_null(korch_object_controller(world_get(w, &korch_pod_kind, "shop", "orphan")));
	ck_assert_uint_eq(world_get(w, &korch_pod_kind, "shop", "orphan")->metadata->n_owner_references,
	                  0);
	korch_plan_free(plan);
	world_free(w);
}
END_TEST

/* One row: what a pod is like. Rows stand in the order in which they have to go. */
typedef struct order_row {
	const char *name;
	const char *node;
	const char *phase;
	int ready;
	int64_t ready_for_s;
	const char *cost;
	int restarts;
	int64_t age_s;
} order_row;

static korch_pod *order_pod(const order_row *row)
{
	korch_pod *pod = make_pod("shop", row->name);
	korch_object_meta *meta = korch_object_edit_meta(&pod->object);
	korch_string_set(&meta->uid, row->name);
	meta->creation_timestamp = WORLD_START - row->age_s * KORCH_USEC_PER_SEC;
	korch_string_set(&((korch_pod_spec *)pod->spec)->node_name, row->node);
	korch_pod_status *status = korch_struct_edit(&pod->status, &korch_pod_status_type);
	korch_string_set(&status->phase, row->phase);
	korch_container_status *containers =
	    korch_list_edit(&status->container_statuses, &status->n_container_statuses,
	                    &korch_container_status_type, 1);
	containers[0].restart_count = row->restarts;
	make_condition(pod, "Ready", row->ready ? "True" : "False",
	               WORLD_START - row->ready_for_s * KORCH_USEC_PER_SEC);
	if (row->cost)
		make_annotation(&pod->object, "controller.kubernetes.io/pod-deletion-cost", row->cost);
	return pod;
}

START_TEST(test_order_of_deletion)
{
	static const order_row rows[] = {
	    {"unassigned", NULL, "Pending", 0, 0, NULL, 0, 5000},
	    {"pending", "n1", "Pending", 0, 0, "-5", 0, 5000},
	    {"unknown", "n1", "Unknown", 0, 0, "-6", 0, 5000},
	    {"not-ready", "n1", "Running", 0, 0, "10", 0, 5000},
	    {"cheap", "n9", "Running", 1, 4000, "-1", 0, 5000},
	    {"doubled", "n1", "Running", 1, 4000, NULL, 0, 5000},
	    {"fresh", "n2", "Running", 1, 10, NULL, 0, 5000},
	    /* 1100 s and 1900 s of readiness are one bucket (2^40 ns to 2^41 ns): the uid decides. */
	    {"same-bucket-a", "n3", "Running", 1, 1900, "+7", 9, 5000},
	    {"same-bucket-b", "n4", "Running", 1, 1100, "07", 0, 5000},
	    {"restarted", "n5", "Running", 1, 4400, NULL, 3, 9000},
	    {"young", "n6", "Running", 1, 4400, NULL, 0, 4500},
	    {"old", "n7", "Running", 1, 4400, NULL, 0, 9000},
	    {"dear", "n8", "Running", 1, 10, "7", 5, 20},
	};
	enum { N = sizeof(rows) / sizeof(rows[0]) };
	const korch_pod *pods[N], *all[N];
	for (size_t seed = 0; seed < N; seed++) {
		for (size_t i = 0; i < N; i++)
			all[i] = pods[(i * 5 + seed) % N] = order_pod(&rows[i]);
		ck_assert_int_eq(korch__pods_sort_for_deletion(pods, N, all, N, WORLD_START), 0);
		for (size_t i = 0; i < N; i++)
			ck_assert_str_eq(korch_object_name(&pods[i]->object), rows[i].name);
		for (size_t i = 0; i < N; i++)
			korch_object_unref(&all[i]->object);
	}
}
END_TEST

START_TEST(test_deletes_the_unready_first)
{
	world *w = world_new();
	korch_controller_spec spec = controller();
	world_put(w, &make_replica_set("web", 3)->object);
	world_run(w, &spec, "shop", "web");
	char ready[80];
	snprintf(ready, sizeof(ready), "%s", korch_object_name(world_at(w, &korch_pod_kind, 1)));
	pod_bind(w, ready, "n1");
	pod_ready(w, ready, 1);
	resize(w, "web", 1);
	korch_plan *plan = world_reconcile(w, &spec, "shop", "web");
	ck_assert_uint_eq(plan_count(plan, KORCH_STEP_DELETE), 2);
	ck_assert_uint_eq(world_count(w, &korch_pod_kind), 1);
	ck_assert_ptr_nonnull(world_get(w, &korch_pod_kind, "shop", ready));
	ck_assert_int_eq(stored(w, "web")->status->replicas, 1);
	ck_assert_int_eq(stored(w, "web")->status->ready_replicas, 1);
	korch_plan_free(plan);
	resize(w, "web", 0);
	world_run(w, &spec, "shop", "web");
	world_run(w, &spec, "shop", "web");
	ck_assert_int_eq(stored(w, "web")->status->replicas, 0);
	ck_assert_int_eq(stored(w, "web")->status->terminating_replicas, 1);
	world_free(w);
}
END_TEST

START_TEST(test_min_ready_seconds)
{
	world *w = world_new();
	korch_controller_spec spec = controller();
	korch_replica_set *set = make_replica_set("web", 1);
	((korch_replica_set_spec *)set->spec)->min_ready_seconds = 30;
	world_put(w, &set->object);
	world_run(w, &spec, "shop", "web");
	const char *name = korch_object_name(world_at(w, &korch_pod_kind, 0));
	pod_ready(w, name, 1);
	korch_plan *plan = world_reconcile(w, &spec, "shop", "web");
	ck_assert_int_eq(stored(w, "web")->status->ready_replicas, 1);
	ck_assert_int_eq(stored(w, "web")->status->available_replicas, 0);
	ck_assert_int_eq(korch_plan_wake(plan), w->now + 30 * KORCH_USEC_PER_SEC);
	korch_plan_free(plan);
	world_advance(w, 30 * KORCH_USEC_PER_SEC);
	plan = world_reconcile(w, &spec, "shop", "web");
	ck_assert_int_eq(stored(w, "web")->status->available_replicas, 1);
	ck_assert_int_eq(korch_plan_wake(plan), KORCH_USEC_NEVER);
	korch_plan_free(plan);
	world_free(w);
}
END_TEST

START_TEST(test_namespace_that_ends)
{
	world *w = world_new();
	korch_controller_spec spec = controller();
	korch_object *ns = make(&korch_namespace_kind, NULL, "shop");
	korch_object_edit_meta(ns)->deletion_timestamp = WORLD_START;
	world_put(w, ns);
	world_put(w, &make_replica_set("web", 2)->object);
	korch_plan *plan = world_reconcile(w, &spec, "shop", "web");
	ck_assert_uint_eq(plan_count(plan, KORCH_STEP_CREATE), 0);
	ck_assert_uint_eq(stored(w, "web")->status->n_conditions, 1);
	ck_assert_str_eq(stored(w, "web")->status->conditions[0].reason, "FailedCreate");
	korch_plan_free(plan);
	world_free(w);
}
END_TEST

START_TEST(test_large)
{
	world *w = world_new();
	korch_controller_spec spec = controller();
	world_put(w, &make_replica_set("web", 12000)->object);
	for (int i = 0; i < 3; i++) {
		korch_plan *plan = world_reconcile(w, &spec, "shop", "web");
		ck_assert_uint_eq(plan_count(plan, KORCH_STEP_CREATE), i < 2 ? 5000 : 2000);
		ck_assert_uint_le(korch_plan_notes(plan), 25);
		ck_assert_int_eq(korch_plan_quiet(plan),
		                 i < 2 ? 0 : w->now + 10000 * KORCH__REPLICA_SET_QUIET_US);
		korch_plan_free(plan);
	}
	ck_assert_uint_eq(world_count(w, &korch_pod_kind), 12000);
	resize(w, "web", 0);
	korch_plan *plan = world_reconcile(w, &spec, "shop", "web");
	ck_assert_uint_eq(plan_count(plan, KORCH_STEP_DELETE), 5000);
	korch_plan_free(plan);
	world_free(w);
}
END_TEST

KORCH_SUITE(replicaset)
{
	Suite *suite = suite_create("replicaset");
	KORCH_CASE(suite, "pods", test_creates, test_adopts_and_releases,
	           test_deletes_the_unready_first, test_large);
	KORCH_CASE(suite, "order", test_order_of_deletion);
	KORCH_CASE(suite, "status", test_min_ready_seconds, test_namespace_that_ends);
	return suite;
}
