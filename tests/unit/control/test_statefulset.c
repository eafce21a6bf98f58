/* The StatefulSet decider: order, names, claims, revisions, status. */
#include "control/history/history.h"
#include "control/statefulset/statefulset.h"
#include "unit.h"
#include "world.h"
#include <korch/fieldpath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static korch_stateful_set *make_set(const char *name, int32_t replicas)
{
	korch_stateful_set *set = (korch_stateful_set *)make(&korch_stateful_set_kind, "shop", name);
	korch_stateful_set_spec *spec = korch_struct_edit(&set->spec, &korch_stateful_set_spec_type);
	KORCH_SET(spec, korch_stateful_set_spec, replicas, replicas);
	korch_string_set(&spec->service_name, "headless");
	korch_block_take(&spec->selector, make_selector("app", name));
	korch_block_take(&spec->template_, make_template(name, "main:1"));
	return set;
}

static const korch_stateful_set *stored(world *w)
{
	return (const korch_stateful_set *)world_get(w, &korch_stateful_set_kind, "shop", "db");
}

static const korch_pod *pod(world *w, const char *name)
{
	return (const korch_pod *)world_get(w, &korch_pod_kind, "shop", name);
}

static korch_controller_spec controller(void)
{
	korch_controller_spec spec;
	ck_assert_int_eq(korch__stateful_set_controller(&spec), 0);
	return spec;
}

/* Until nothing is left to do, each pod being ready as soon as it is there. */
static void settle(world *w, const korch_controller_spec *spec)
{
	for (int i = 0; i < 40; i++) {
		size_t steps = world_run(w, spec, "shop", "db"), made = 0;
		for (size_t k = 0; k < world_count(w, &korch_pod_kind); k++) {
			const korch_pod *at = (const korch_pod *)world_at(w, &korch_pod_kind, k);
			if (strcmp(at->status->phase, "Pending") == 0) {
				pod_ready(w, korch_object_name(&at->object), 1);
				made++;
			}
		}
		if (steps == 0 && made == 0)
			return;
	}
	ck_abort_msg("it does not settle");
}

static korch_stateful_set_spec *edit(world *w, korch_stateful_set **set)
{
	*set = (korch_stateful_set *)korch_object_edit(&stored(w)->object);
	korch_object_edit_meta(&(*set)->object)->generation++;
	return korch_struct_edit(&(*set)->spec, &korch_stateful_set_spec_type);
}

static void set_replicas(world *w, int32_t replicas)
{
	korch_stateful_set *set;
	korch_stateful_set_spec *spec = edit(w, &set);
	KORCH_SET(spec, korch_stateful_set_spec, replicas, replicas);
	world_put(w, &set->object);
}

static void set_image(world *w, const char *image)
{
	korch_stateful_set *set;
	korch_block_take(&edit(w, &set)->template_, make_template("db", image));
	world_put(w, &set->object);
}

static void set_partition(world *w, int32_t partition)
{
	korch_stateful_set *set;
	korch_stateful_set_spec *spec = edit(w, &set);
	korch_stateful_set_update_strategy *strategy =
	    korch_struct_edit(&spec->update_strategy, &korch_stateful_set_update_strategy_type);
	korch_rolling_update_stateful_set_strategy *rolling = korch_struct_edit(
	    &strategy->rolling_update, &korch_rolling_update_stateful_set_strategy_type);
	rolling->partition = partition;
	world_put(w, &set->object);
}

static const char *image_of(world *w, const char *name)
{
	return pod(w, name) ? pod(w, name)->spec->containers[0].image : "";
}

START_TEST(test_order)
{
	world *w = world_new();
	korch_controller_spec spec = controller();
	world_put(w, &make_set("db", 3)->object);
	korch_plan *plan = world_reconcile(w, &spec, "shop", "db");
	ck_assert_str_eq(world_note(plan, 0), "SuccessfulCreate: create Pod db-0 in StatefulSet db "
	                                      "successful");
	korch_plan_free(plan);
	ck_assert_uint_eq(world_count(w, &korch_pod_kind), 1);
	const korch_pod *first = pod(w, "db-0");
	const korch_map *labels = first->object.metadata->labels;
	ck_assert_str_eq(first->spec->hostname, "db-0");
	ck_assert_str_eq(first->spec->subdomain, "headless");
	ck_assert_str_eq(korch_map_get(labels, "statefulset.kubernetes.io/pod-name"), "db-0");
	ck_assert_str_eq(korch_map_get(labels, "apps.kubernetes.io/pod-index"), "0");
	ck_assert_str_eq(korch_map_get(labels, "controller-revision-hash"),
	                 stored(w)->status->update_revision);
	ck_assert_uint_eq(world_run(w, &spec, "shop", "db"), 0); /* the next one waits */
	pod_ready(w, "db-0", 1);
	world_run(w, &spec, "shop", "db");
	ck_assert_ptr_nonnull(pod(w, "db-1"));
	ck_assert_ptr_null(pod(w, "db-2"));
	settle(w, &spec);
	ck_assert_ptr_nonnull(pod(w, "db-2"));
	const korch_stateful_set_status *status = stored(w)->status;
	ck_assert_int_eq(status->replicas, 3);
	ck_assert_int_eq(status->ready_replicas, 3);
	ck_assert_int_eq(status->available_replicas, 3);
	ck_assert_int_eq(status->current_replicas, 3);
	ck_assert_int_eq(status->updated_replicas, 3);
	/* The greatest goes first, one at a time. */
	set_replicas(w, 1);
	plan = world_reconcile(w, &spec, "shop", "db");
	ck_assert_str_eq(world_note(plan, 0),
	                 "SuccessfulDelete: delete Pod db-2 in StatefulSet db successful");
	ck_assert_uint_eq(plan_count(plan, KORCH_STEP_DELETE), 1);
	korch_plan_free(plan);
	settle(w, &spec);
	ck_assert_uint_eq(world_count(w, &korch_pod_kind), 1);
	world_free(w);
}
END_TEST

START_TEST(test_revisions)
{
	world *w = world_new();
	korch_controller_spec spec = controller();
	world_put(w, &make_set("db", 3)->object);
	settle(w, &spec);
	char first[254];
	snprintf(first, sizeof(first), "%s", stored(w)->status->current_revision);
	set_partition(w, 2);
	set_image(w, "main:2");
	settle(w, &spec);
	ck_assert_str_eq(image_of(w, "db-2"), "main:2");
	ck_assert_str_eq(image_of(w, "db-1"), "main:1");
	ck_assert_str_eq(stored(w)->status->current_revision, first);
	ck_assert_int_eq(stored(w)->status->updated_replicas, 1);
	ck_assert_int_eq(stored(w)->status->current_replicas, 2);
	/* Below the partition a lost one comes back as it was. */
	world_remove(w, &pod(w, "db-0")->object);
	settle(w, &spec);
	ck_assert_str_eq(image_of(w, "db-0"), "main:1");
	ck_assert_str_eq(
	    korch_map_get(pod(w, "db-0")->object.metadata->labels, "controller-revision-hash"), first);
	set_partition(w, 0);
	settle(w, &spec);
	ck_assert_str_eq(image_of(w, "db-0"), "main:2");
	ck_assert_str_eq(stored(w)->status->current_revision, stored(w)->status->update_revision);
	ck_assert_str_ne(stored(w)->status->current_revision, first);
	ck_assert_uint_eq(world_count(w, &korch_controller_revision_kind), 2);
	/* The first one comes back, as the newest. */
	set_image(w, "main:1");
	settle(w, &spec);
	ck_assert_str_eq(stored(w)->status->current_revision, first);
	ck_assert_uint_eq(world_count(w, &korch_controller_revision_kind), 2);
	const korch_controller_revision *back = (const korch_controller_revision *)world_get(
	    w, &korch_controller_revision_kind, "shop", first);
	ck_assert_int_eq(back->revision, 3);
	/* No more are kept than wished. */
	korch_stateful_set *set;
	korch_stateful_set_spec *limited = edit(w, &set);
	KORCH_SET(limited, korch_stateful_set_spec, revision_history_limit, 0);
	world_put(w, &set->object);
	settle(w, &spec);
	ck_assert_uint_eq(world_count(w, &korch_controller_revision_kind), 1);
	world_free(w);
}
END_TEST

START_TEST(test_undo)
{
	world *w = world_new();
	korch_controller_spec spec = controller();
	korch_pod_template_spec *template_ = NULL;
	world_put(w, &make_set("db", 1)->object);
	settle(w, &spec);
	ck_assert_int_eq(korch__history_undo(&template_, w->view, &stored(w)->object, 0, NULL),
	                 KORCH_E_NOT_FOUND);
	set_image(w, "main:2");
	settle(w, &spec);
	ck_assert_int_eq(korch__history_undo(&template_, w->view, &stored(w)->object, 0, NULL), 0);
	ck_assert_str_eq(template_->spec->containers[0].image, "main:1");
	korch_block_unref(template_);
	ck_assert_int_eq(korch__history_undo(&template_, w->view, &stored(w)->object, 2, NULL), 0);
	ck_assert_str_eq(template_->spec->containers[0].image, "main:2");
	korch_block_unref(template_);
	ck_assert_int_eq(korch__history_undo(&template_, w->view, &stored(w)->object, 7, NULL),
	                 KORCH_E_NOT_FOUND);
	world_free(w);
}
END_TEST

static const korch_object *claim(world *w, const char *name)
{
	const korch_kind *kind = NULL;
	korch_kind_get(&kind, "v1", "PersistentVolumeClaim", NULL);
	return world_get(w, kind, "shop", name);
}

static korch_stateful_set *make_claiming(int32_t replicas, const char *when_deleted,
                                         const char *when_scaled)
{
	korch_stateful_set *set = make_set("db", replicas);
	korch_stateful_set_spec *spec = set->spec;
	korch_string_set(&spec->volume_claim_templates,
	                 "[{\"metadata\":{\"name\":\"data\",\"labels\":{\"tier\":\"ssd\"}},\"spec\":{"
	                 "\"accessModes\":[\"ReadWriteOnce\"]}}]");
	korch_stateful_set_persistent_volume_claim_retention_policy *policy =
	    korch_struct_edit(&spec->persistent_volume_claim_retention_policy,
	                      &korch_stateful_set_persistent_volume_claim_retention_policy_type);
	korch_string_set(&policy->when_deleted, when_deleted);
	korch_string_set(&policy->when_scaled, when_scaled);
	return set;
}

START_TEST(test_claims)
{
	world *w = world_new();
	korch_controller_spec spec = controller();
	world_put(w, &make_claiming(2, "Retain", "Delete")->object);
	korch_plan *plan = world_reconcile(w, &spec, "shop", "db");
	ck_assert_str_eq(world_note(plan, 0), "SuccessfulCreate: create Claim data-db-0 Pod db-0 in "
	                                      "StatefulSet db success");
	korch_plan_free(plan);
	settle(w, &spec);
	const korch_object *made = claim(w, "data-db-1");
	ck_assert_ptr_nonnull(made);
	ck_assert_str_eq(korch_map_get(made->metadata->labels, "tier"), "ssd");
	ck_assert_str_eq(korch_map_get(made->metadata->labels, "app"), "db");
	ck_assert_uint_eq(made->metadata->n_owner_references, 0);
	char *mode = NULL;
	ck_assert_int_eq(korch_object_get_text(&mode, made, "spec.accessModes[0]", NULL), 0);
	ck_assert_str_eq(mode, "ReadWriteOnce");
	free(mode);
	const korch_volume *volume = &pod(w, "db-1")->spec->volumes[0];
	ck_assert_str_eq(volume->name, "data");
	ck_assert_str_eq(volume->persistent_volume_claim->claim_name, "data-db-1");
	/* A claim goes with the pod that scaling takes away. */
	pod_bind(w, "db-1", "a");
	set_replicas(w, 1);
	world_run(w, &spec, "shop", "db");
	made = claim(w, "data-db-1");
	ck_assert_str_eq(made->metadata->owner_references[0].uid,
	                 korch_object_uid(&pod(w, "db-1")->object));
	ck_assert_uint_eq(claim(w, "data-db-0")->metadata->n_owner_references, 0);
	/* Unless it is wanted again. */
	set_replicas(w, 2);
	world_run(w, &spec, "shop", "db");
	ck_assert_uint_eq(claim(w, "data-db-1")->metadata->n_owner_references, 0);
	world_free(w);
	w = world_new();
	world_put(w, &make_claiming(1, "Delete", "Retain")->object);
	settle(w, &spec);
	ck_assert_str_eq(claim(w, "data-db-0")->metadata->owner_references[0].uid,
	                 korch_object_uid(&stored(w)->object));
	world_free(w);
}
END_TEST

START_TEST(test_adopts)
{
	world *w = world_new();
	korch_controller_spec spec = controller();
	korch_pod *orphan = make_pod("shop", "db-0"), *other = make_pod("shop", "other-1");
	make_label(&orphan->object, "app", "db");
	make_label(&other->object, "app", "db");
	world_put(w, &orphan->object);
	world_put(w, &other->object);
	world_put(w, &make_set("db", 1)->object);
	world_run(w, &spec, "shop", "db");
	ck_assert_ptr_nonnull(korch_object_controller(&pod(w, "db-0")->object));
	ck_assert_str_eq(korch_map_get(pod(w, "db-0")->object.metadata->labels,
	                               "statefulset.kubernetes.io/pod-name"),
	                 "db-0");
	ck_assert_ptr_null(korch_object_controller(&pod(w, "other-1")->object));
	korch_object *renamed = korch_object_edit(&pod(w, "db-0")->object);
	make_label(renamed, "app", "debug");
	world_put(w, renamed);
	korch_plan *plan = world_reconcile(w, &spec, "shop", "db");
	/* It is let go, and its name stays taken. */
	ck_assert_str_eq(world_note(plan, 0), "FailedCreate: create Pod db-0 in StatefulSet db failed "
	                                      "error: pods \"db-0\" already exists");
	korch_plan_free(plan);
	ck_assert_ptr_null(korch_object_controller(&pod(w, "db-0")->object));
	world_free(w);
}
END_TEST

START_TEST(test_ordinals)
{
	ck_assert_int_eq(korch__stateful_set_ordinal("db", "db-0"), 0);
	ck_assert_int_eq(korch__stateful_set_ordinal("db", "db-12"), 12);
	ck_assert_int_eq(korch__stateful_set_ordinal("db", "db-01"), -1);
	ck_assert_int_eq(korch__stateful_set_ordinal("db", "db-"), -1);
	ck_assert_int_eq(korch__stateful_set_ordinal("db", "db-a-1"), -1);
	ck_assert_int_eq(korch__stateful_set_ordinal("db", "dbx-1"), -1);
	ck_assert_int_eq(korch__stateful_set_ordinal("db", "db-99999999999"), -1);
	ck_assert_int_eq(korch__stateful_set_ordinal("db-1", "db-1-2"), 2);
}
END_TEST

KORCH_SUITE(statefulset)
{
	Suite *suite = suite_create("statefulset");
	KORCH_CASE(suite, "decide", test_order, test_revisions, test_claims, test_adopts);
	KORCH_CASE(suite, "history", test_undo, test_ordinals);
	return suite;
}
