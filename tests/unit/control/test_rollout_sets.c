/* The Rollout decider: its ReplicaSets, revisions, history, what it refuses, conditions. */
#include "rollout_world.h"
#include "unit.h"
#include <korch/fieldpath.h>
#include <stdio.h>
#include <string.h>

#define PAUSED_CANARY RO_CANARY("steps: [{setWeight: 25}, {pause: {}}]")

START_TEST(test_first_set)
{
	ro_world r;
	char name[64];
	ro_init(&r, PAUSED_CANARY);
	const korch_replica_set *set = ro_set(&r, "web:1");
	ck_assert_uint_eq(world_count(r.w, &korch_replica_set_kind), 1);
	snprintf(name, sizeof(name), "web-%s", ro_hash(&r, "web:1"));
	ck_assert_str_eq(korch_object_name(&set->object), name);
	ck_assert_int_eq(set->spec->replicas, 4);
	ck_assert_str_eq(korch_map_get(set->spec->selector->match_labels, KORCH__ARGO_LABEL_HASH),
	                 ro_hash(&r, "web:1"));
	ck_assert_str_eq(
	    korch_map_get(set->object.metadata->annotations, KORCH__ARGO_ANNOTATION_REVISION), "1");
	ck_assert_str_eq(ro_field(&r, "metadata.annotations['rollout.argoproj.io/revision']"), "1");
	ck_assert_str_eq(korch_object_controller(&set->object)->uid,
	                 korch_object_uid(&ro_get(&r)->object));
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Healthy");
	ck_assert_str_eq(ro_field(&r, "status.stableRS"), ro_hash(&r, "web:1"));
	ck_assert_str_eq(ro_field(&r, "status.currentStepIndex"), "2");
	ck_assert_str_eq(ro_field(&r, "status.observedGeneration"), "1");
	ck_assert_str_eq(ro_field(&r, "status.availableReplicas"), "4");
	ck_assert_str_eq(ro_field(&r, "status.selector"), "app=web");
	ck_assert(ro_saw(&r, "NewReplicaSetCreated") && ro_saw(&r, "RolloutCompleted"));
	ro_fini(&r);
}
END_TEST

/* v1, v2, v1 again: the old set gets the newest number, and no new one is made. */
START_TEST(test_revisions)
{
	ro_world r;
	ro_init(&r, RO_CANARY("steps: []"));
	ro_image(&r, "web:2");
	ck_assert_str_eq(ro_field(&r, "metadata.annotations['rollout.argoproj.io/revision']"), "2");
	ck_assert_int_eq(ro_size(&r, "web:1"), 0);
	ro_image(&r, "web:1");
	ck_assert_uint_eq(world_count(r.w, &korch_replica_set_kind), 2);
	ck_assert_int_eq((int)korch__argo_revision_of(&ro_set(&r, "web:1")->object), 3);
	ck_assert_int_eq((int)korch__argo_revision_of(&ro_set(&r, "web:2")->object), 2);
	ck_assert_int_eq(ro_size(&r, "web:1"), 4);
	ro_fini(&r);
}
END_TEST

START_TEST(test_history)
{
	ro_world r;
	char image[16];
	ro_init(&r, RO("revisionHistoryLimit: 2, strategy: {canary: {}}"));
	for (int i = 2; i <= 6; i++) {
		snprintf(image, sizeof(image), "web:%d", i);
		ro_image(&r, image);
	}
	ck_assert_uint_eq(world_count(r.w, &korch_replica_set_kind), 3);
	ck_assert_int_eq(ro_size(&r, "web:6"), 4);
	ck_assert_int_eq(ro_size(&r, "web:4"), 0);
	ck_assert_int_eq(ro_size(&r, "web:3"), -1);
	ro_fini(&r);
}
END_TEST

/* More old revisions than the planner has room for are not kept, whatever is wished. */
START_TEST(test_long_history)
{
	ro_world r;
	char image[16];
	ro_init(&r, RO("revisionHistoryLimit: 1000, strategy: {canary: {}}"));
	for (int i = 2; i <= 80; i++) {
		snprintf(image, sizeof(image), "web:%d", i);
		ro_image(&r, image);
		world_advance(r.w, KORCH_USEC_PER_SEC);
	}
	ck_assert_int_eq(ro_size(&r, "web:80"), 4);
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Healthy");
	ck_assert_str_eq(ro_field(&r, "status.stableRS"), ro_hash(&r, "web:80"));
	ck_assert_uint_le(world_count(r.w, &korch_replica_set_kind), KORCH_STRATEGY_REVISIONS_MAX);
	ro_fini(&r);
}
END_TEST

/* Somebody else has a set of that name: the hash changes, and it stays so. */
START_TEST(test_collision)
{
	ro_world r;
	ro_init(&r, RO_CANARY("steps: []"));
	korch_rollout *edited = ro_edit(&r);
	korch_rollout_spec *spec = ro_edit_spec(edited);
	korch_block_take(&spec->template_, make_template("web", "web:2"));
	ro_store(&r, edited);
	char hash[12], name[64];
	korch__argo_hash(hash, ro_get(&r), ro_get(&r)->spec->template_);
	snprintf(name, sizeof(name), "web-%s", hash);
	world_put(r.w, &make_replica_set(name, 1)->object);
	ro_settle(&r);
	ck_assert_str_eq(ro_field(&r, "status.collisionCount"), "1");
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Healthy");
	ck_assert_str_ne(ro_hash(&r, "web:2"), hash);
	ck_assert_int_eq(ro_size(&r, "web:2"), 4);
	/* the set of the first template is still known by its template */
	ro_image(&r, "web:3");
	korch_rollout *back = ro_edit(&r);
	korch_pod_template_spec *first = make_template("web", "web:2");
	korch_block_take(&ro_edit_spec(back)->template_, first);
	ro_store(&r, back);
	ro_settle(&r);
	ck_assert_int_eq(ro_size(&r, "web:2"), 4);
	ro_fini(&r);
}
END_TEST

/* A set from before the collision is found by its template, not by a hash that it does not have. */
START_TEST(test_old_hash)
{
	ro_world r;
	ro_init(&r, RO_CANARY("steps: []"));
	korch_rollout *edited = ro_edit(&r);
	KORCH_SET(ro_edit_status(edited), korch_rollout_status, collision_count, 1);
	ro_store(&r, edited);
	ro_settle(&r);
	ck_assert_uint_eq(world_count(r.w, &korch_replica_set_kind), 1);
	ck_assert_str_eq(ro_field(&r, "status.currentPodHash"), ro_hash(&r, "web:1"));
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Healthy");
	ro_fini(&r);
}
END_TEST

START_TEST(test_adopt_and_release)
{
	ro_world r;
	ro_init(&r, PAUSED_CANARY);
	/* nobody's: taken */
	korch_replica_set *set = (korch_replica_set *)korch_object_edit(&ro_set(&r, "web:1")->object);
	korch_object_meta *meta = korch_object_edit_meta(&set->object);
	korch_list_edit(&meta->owner_references, &meta->n_owner_references, &korch_owner_reference_type,
	                0);
	world_put(r.w, &set->object);
	ro_settle(&r);
	ck_assert_ptr_nonnull(korch_object_controller(&ro_set(&r, "web:1")->object));
	/* its labels do not match any more: let go, and another one is made */
	set = (korch_replica_set *)korch_object_edit(&ro_set(&r, "web:1")->object);
	make_label(&set->object, "app", "other");
	world_put(r.w, &set->object);
	ro_once(&r);
	ck_assert_ptr_null(korch_object_controller(&ro_set(&r, "web:1")->object));
	ro_fini(&r);
}
END_TEST

START_TEST(test_conditions)
{
	ro_world r;
	ro_init(&r, RO("progressDeadlineSeconds: 60, strategy: {canary: {steps: [{setWeight: 25}, "
	               "{pause: {}}]}}"));
	ck_assert_str_eq(ro_reason(&r, "Progressing"), "NewReplicaSetAvailable");
	ck_assert_str_eq(ro_condition(&r, "Completed"), "True");
	ck_assert_str_eq(ro_condition(&r, "Healthy"), "True");
	ck_assert_str_eq(ro_condition(&r, "Available"), "True");
	ro_image(&r, "web:2");
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Paused");
	ck_assert_str_eq(ro_field(&r, "status.message"), "CanaryPauseStep");
	ck_assert_str_eq(ro_condition(&r, "Paused"), "True");
	ck_assert_str_eq(ro_condition(&r, "Progressing"), "Unknown");
	ck_assert_str_eq(ro_condition(&r, "Completed"), "False");
	ck_assert_str_eq(ro_condition(&r, "Healthy"), "False");
	r.is_stuck = 1;
	ro_image(&r, "web:3");
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Progressing");
	ck_assert_str_eq(ro_condition(&r, "Paused"), "False");
	ro_pass(&r, 61);
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Degraded");
	ck_assert_str_eq(ro_reason(&r, "Progressing"), "ProgressDeadlineExceeded");
	ck_assert_str_eq(ro_condition(&r, "Progressing"), "False");
	ck_assert(ro_saw(&r, "ProgressDeadlineExceeded"));
	ro_fini(&r);
}
END_TEST

/* A spec that cannot be carried out changes nothing but what is said about it. */
START_TEST(test_invalid)
{
	ro_world r;
	ro_init(&r, PAUSED_CANARY);
	ro_put(&r, RO_CANARY("steps: [{setWeight: 200}]"));
	ro_settle(&r);
	ck_assert_str_eq(ro_condition(&r, "InvalidSpec"), "True");
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Degraded");
	ck_assert_str_eq(ro_field(&r, "status.observedGeneration"), "2");
	ck_assert_int_eq(ro_size(&r, "web:1"), 4);
	ck_assert_ptr_nonnull(strstr(ro_message(&r, "InvalidSpec"), "steps[0]"));
	/* another mistake, another sentence */
	ro_put(&r, RO_CANARY("steps: [{setWeight: 20}, {setWeight: 300}]"));
	ro_settle(&r);
	ck_assert_ptr_nonnull(strstr(ro_message(&r, "InvalidSpec"), "steps[1]"));
	ro_put(&r, PAUSED_CANARY);
	ro_settle(&r);
	ck_assert_str_eq(ro_condition(&r, "InvalidSpec"), "");
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Healthy");
	ro_fini(&r);
}
END_TEST

KORCH_SUITE(rollout_sets)
{
	Suite *suite = suite_create("rollout sets");
	KORCH_CASE(suite, "sets", test_first_set, test_revisions, test_history, test_long_history,
	           test_collision, test_old_hash, test_adopt_and_release);
	KORCH_CASE(suite, "status", test_conditions, test_invalid);
	return suite;
}
