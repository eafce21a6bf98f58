/* The Rollout decider: what other clients write into the status is understood, steps, pauses,
 * aborts, restarts. */
#include "rollout_world.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

#define TWO_PAUSES "{setWeight: 25}, {pause: {}}, {setWeight: 50}, {pause: {}}, {setWeight: 75}"

/* At the first pause of a canary to web:2. */
static void at_pause(ro_world *r, const char *manifest)
{
	ro_init(r, manifest);
	ro_image(r, "web:2");
	ck_assert_str_eq(ro_field(r, "status.phase"), "Paused");
	ck_assert_str_eq(ro_field(r, "status.currentStepIndex"), "1");
	ck_assert_str_eq(ro_field(r, "status.pauseConditions[0].reason"), "CanaryPauseStep");
	ck_assert_str_eq(ro_field(r, "status.controllerPause"), "true");
	ck_assert_int_eq(ro_size(r, "web:2"), 1);
}

/* kubectl argo rollouts promote: only pauseConditions is taken away. */
START_TEST(test_promote_patch)
{
	ro_world r;
	at_pause(&r, RO_ROUTED(TWO_PAUSES));
	korch_rollout *edited = ro_edit(&r);
	korch_rollout_status *status = ro_edit_status(edited);
	korch_list_edit(&status->pause_conditions, &status->n_pause_conditions,
	                &korch_pause_condition_type, 0);
	ro_store(&r, edited);
	ro_settle(&r);
	ck_assert_str_eq(ro_field(&r, "status.currentStepIndex"), "3");
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Paused");
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.canary.weight"), "50");
	ck_assert_int_eq(ro_size(&r, "web:2"), 2);
	ck_assert(ro_saw(&r, "RolloutStepCompleted"));
	ro_fini(&r);
}
END_TEST

static void set_abort(ro_world *r, int abort)
{
	korch_rollout *edited = ro_edit(r);
	ro_edit_status(edited)->abort = abort;
	ro_store(r, edited);
	ro_settle(r);
}

/* Only status.abort = true, then only = false. */
START_TEST(test_abort_patch)
{
	ro_world r;
	at_pause(&r, RO_ROUTED(TWO_PAUSES));
	set_abort(&r, 1);
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Degraded");
	ck_assert_str_eq(ro_reason(&r, "Progressing"), "RolloutAborted");
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.canary.weight"), "0");
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.stable.weight"), "100");
	ck_assert_str_eq(ro_field(&r, "status.pauseConditions[0].reason"), "");
	ck_assert_str_ne(ro_field(&r, "status.abortedAt"), "");
	ck_assert_int_eq(ro_size(&r, "web:2"), 1); /* for its delay */
	ro_pass(&r, 31);
	ck_assert_int_eq(ro_size(&r, "web:2"), 0);
	set_abort(&r, 0);
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Paused");
	ck_assert_str_eq(ro_field(&r, "status.currentStepIndex"), "1");
	ck_assert_str_eq(ro_field(&r, "status.abortedAt"), "");
	ck_assert_int_eq(ro_size(&r, "web:2"), 1);
	ro_fini(&r);
}
END_TEST

/* An abort of what is stable means nothing, and is taken back. */
START_TEST(test_abort_of_nothing)
{
	ro_world r;
	ro_init(&r, RO_ROUTED(TWO_PAUSES));
	set_abort(&r, 1);
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Healthy");
	ck_assert_int_eq(ro_get(&r)->status->abort, 0);
	ro_fini(&r);
}
END_TEST

START_TEST(test_promote_full_patch)
{
	ro_world r;
	at_pause(&r, RO_ROUTED(TWO_PAUSES));
	korch_rollout *edited = ro_edit(&r);
	ro_edit_status(edited)->promote_full = 1;
	ro_store(&r, edited);
	ro_settle(&r);
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Healthy");
	ck_assert_str_eq(ro_field(&r, "status.stableRS"), ro_hash(&r, "web:2"));
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.stable.weight"), "100");
	ck_assert_int_eq(ro_get(&r)->status->promote_full, 0);
	ro_fini(&r);
}
END_TEST

/* currentStepIndex moved by hand, forth and back. */
START_TEST(test_step_patch)
{
	ro_world r;
	at_pause(&r, RO_ROUTED(TWO_PAUSES));
	korch_rollout *edited = ro_edit(&r);
	KORCH_SET(ro_edit_status(edited), korch_rollout_status, current_step_index, 2);
	ro_store(&r, edited);
	ro_settle(&r);
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.canary.weight"), "50");
	edited = ro_edit(&r);
	KORCH_SET(ro_edit_status(edited), korch_rollout_status, current_step_index, 0);
	ro_store(&r, edited);
	ro_settle(&r);
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.canary.weight"), "25");
	edited = ro_edit(&r);
	KORCH_SET(ro_edit_status(edited), korch_rollout_status, current_step_index, 5);
	ro_store(&r, edited);
	ro_settle(&r);
	ck_assert_str_eq(ro_field(&r, "status.stableRS"), ro_hash(&r, "web:2"));
	ro_fini(&r);
}
END_TEST

START_TEST(test_timed_pause)
{
	ro_world r;
	ro_init(&r, RO_CANARY("steps: [{setWeight: 25}, {pause: {duration: 1m}}]"));
	ro_image(&r, "web:2");
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Paused");
	ro_pass(&r, 59);
	ck_assert_str_eq(ro_field(&r, "status.currentStepIndex"), "1");
	ro_pass(&r, 2);
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Healthy");
	ck_assert_int_eq(ro_size(&r, "web:2"), 4);
	ro_fini(&r);
}
END_TEST

START_TEST(test_spec_paused)
{
	ro_world r;
	at_pause(&r, RO_ROUTED(TWO_PAUSES));
	korch_rollout *edited = ro_edit(&r);
	ro_edit_spec(edited)->paused = 1;
	ro_store(&r, edited);
	ro_image(&r, "web:3");
	ck_assert_int_eq(ro_size(&r, "web:3"), -1);
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Paused");
	edited = ro_edit(&r);
	ro_edit_spec(edited)->paused = 0;
	ro_store(&r, edited);
	ro_settle(&r);
	ck_assert_int_eq(ro_size(&r, "web:3"), 1);
	ck_assert_str_eq(ro_field(&r, "status.message"), "CanaryPauseStep");
	ro_fini(&r);
}
END_TEST

/* One step of the manifest may set several things: all of them happen, and its index stays its own.
 */
START_TEST(test_several_members)
{
	ro_world r;
	ro_init(&r,
	        RO_ROUTED("{setWeight: 50, setCanaryScale: {replicas: 3}, setHeaderRoute: {name: h, "
	                  "match: [{headerName: x, headerValue: {exact: y}}]}}, {pause: {}}"));
	ro_image(&r, "web:2");
	ck_assert_str_eq(ro_field(&r, "status.currentStepIndex"), "1");
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.canary.weight"), "50");
	ck_assert_int_eq(ro_size(&r, "web:2"), 3);
	ro_fini(&r);
}
END_TEST

/* Other steps begin from the first; the same template stays. */
START_TEST(test_steps_changed)
{
	ro_world r;
	at_pause(&r, RO_ROUTED(TWO_PAUSES));
	ro_put(&r, RO_ROUTED("{setWeight: 75}, {pause: {}}"));
	ro_image(&r, "web:2");
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.canary.weight"), "75");
	ck_assert_str_eq(ro_field(&r, "status.currentStepIndex"), "1");
	ck_assert_int_eq((int)korch__argo_revision_of(&ro_set(&r, "web:2")->object), 2);
	ro_fini(&r);
}
END_TEST

static void put_pod(ro_world *r, const char *name)
{
	const korch_replica_set *set = ro_set(r, "web:1");
	korch_pod *pod = make_pod("shop", name);
	make_label(&pod->object, "app", "web");
	make_label(&pod->object, KORCH__ARGO_LABEL_HASH, ro_hash(r, "web:1"));
	ck_assert_int_eq(korch_object_set_controller(&pod->object, &set->object), 0);
	world_put(r->w, &pod->object);
	pod_ready(r->w, name, 1);
}

/* restartAt: one pod at a time, and none before its time; then it is noted. */
START_TEST(test_restart)
{
	ro_world r;
	ro_init(&r, RO("strategy: {canary: {maxUnavailable: 1, maxSurge: 0}}"));
	for (int i = 0; i < 4; i++)
		put_pod(&r, (const char *const[]){"p0", "p1", "p2", "p3"}[i]);
	korch_rollout *edited = ro_edit(&r);
	ro_edit_spec(edited)->restart_at = r.w->now + 10 * KORCH_USEC_PER_SEC;
	ro_store(&r, edited);
	ro_pass(&r, 9);
	ck_assert_uint_eq(world_count(r.w, &korch_pod_kind), 4);
	ck_assert_str_eq(ro_field(&r, "status.restartedAt"), "");
	world_advance(r.w, KORCH_USEC_PER_SEC);
	ro_once(&r);
	ck_assert_uint_eq(world_count(r.w, &korch_pod_kind), 3);
	ro_once(&r); /* it waits for the one that is missing */
	ck_assert_uint_eq(world_count(r.w, &korch_pod_kind), 3);
	for (int i = 0; i < 4; i++) {
		world_advance(r.w, KORCH_USEC_PER_SEC);
		put_pod(&r, (const char *const[]){"q0", "q1", "q2", "q3"}[i]);
		ro_once(&r);
	}
	ro_settle(&r);
	ck_assert_uint_eq(world_count(r.w, &korch_pod_kind), 4);
	ck_assert_ptr_nonnull(world_get(r.w, &korch_pod_kind, "shop", "q0"));
	ck_assert_ptr_null(world_get(r.w, &korch_pod_kind, "shop", "p3"));
	ck_assert_str_ne(ro_field(&r, "status.restartedAt"), "");
	ro_fini(&r);
}
END_TEST

KORCH_SUITE(rollout_verbs)
{
	Suite *suite = suite_create("rollout verbs");
	KORCH_CASE(suite, "patches", test_promote_patch, test_abort_patch, test_abort_of_nothing,
	           test_promote_full_patch, test_step_patch);
	KORCH_CASE(suite, "steps", test_timed_pause, test_spec_paused, test_several_members,
	           test_steps_changed, test_restart);
	return suite;
}
