/* Plans: what is put in comes out, references are kept and given back, a failure sticks. */
#include "base/alloc.h"
#include "fixture.h"
#include "unit.h"
#include <korch/api/core_node.h>
#include <korch/plan.h>

static void fill(korch_plan *plan, const korch_object *base)
{
	korch_plan_create(plan, korch_object_edit(base));
	korch_plan_update(plan, base, korch_object_edit(base));
	korch_plan_update_status(plan, base, korch_object_edit(base));
	korch_plan_delete(plan, base, NULL);
	korch_plan_delete(plan, base, &(korch_delete_options){.grace_seconds = 3});
	korch_plan_check(plan, base);
	korch_plan_event(plan, base, "Normal", "Created", "made %d of %s", 2, "them");
}

START_TEST(steps_and_notes)
{
	korch_object *base = fixture_pod("a", NULL, NULL, 0);
	korch_plan *plan = NULL;
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	fill(plan, base);
	ck_assert_int_eq(korch_plan_error(plan), 0);
	ck_assert_uint_eq(korch_plan_steps(plan), 6);
	static const int ops[] = {KORCH_STEP_CREATE, KORCH_STEP_UPDATE, KORCH_STEP_UPDATE_STATUS,
	                          KORCH_STEP_DELETE, KORCH_STEP_DELETE, KORCH_STEP_CHECK};
	for (size_t i = 0; i < 6; i++) {
		const korch_step *step = korch_plan_step(plan, i);
		ck_assert_int_eq(step->op, ops[i]);
		ck_assert_ptr_eq(step->base, i ? base : NULL);
		ck_assert_int_eq(step->object != NULL, i < 3);
	}
	ck_assert_int_eq(korch_plan_step(plan, 3)->delete_options.grace_seconds, -1);
	ck_assert_int_eq(korch_plan_step(plan, 4)->delete_options.grace_seconds, 3);
	ck_assert_ptr_null(korch_plan_step(plan, 6));
	ck_assert_uint_eq(korch_plan_notes(plan), 1);
	const korch_plan_note *note = korch_plan_note_at(plan, 0);
	ck_assert_ptr_eq(note->about, base);
	ck_assert_str_eq(note->type, "Normal");
	ck_assert_str_eq(note->reason, "Created");
	ck_assert_str_eq(note->message, "made 2 of them");
	ck_assert_ptr_null(korch_plan_note_at(plan, 1));
	korch_plan_reset(plan);
	ck_assert_uint_eq(korch_plan_steps(plan), 0);
	ck_assert_int_eq(korch_block_is_unique(base), 1);
	korch_plan_free(plan);
	korch_plan_free(NULL);
	korch_object_unref(base);
}
END_TEST

/* A plan that says it is a part is asked for again at once, unless it does nothing. */
START_TEST(parts)
{
	korch_object *base = fixture_pod("a", NULL, NULL, 0);
	korch_plan *plan = NULL;
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	ck_assert_uint_eq(korch_plan_room(plan), KORCH_PLAN_STEPS_MAX);
	korch_plan_set_max(plan, 2);
	korch_plan_again(plan);
	korch_plan_wake_at(plan, 7);
	korch_plan_quiet_until(plan, 9);
	ck_assert_int_eq(korch_plan_wake(plan), 7);
	ck_assert_int_eq(korch_plan_quiet(plan), 9);
	ck_assert_int_eq(korch_plan_check(plan, base), 0);
	ck_assert_uint_eq(korch_plan_room(plan), 1);
	ck_assert_int_eq(korch_plan_wake(plan), 0);
	ck_assert_int_eq(korch_plan_quiet(plan), 0);
	ck_assert_int_eq(korch_plan_check(plan, base), 0);
	ck_assert_int_eq(korch_plan_check(plan, base), 0); /* too many: whoever commits refuses */
	ck_assert_uint_eq(korch_plan_room(plan), 0);
	ck_assert_uint_eq(korch_plan_steps(plan), 3);
	korch_plan_reset(plan);
	ck_assert_uint_eq(korch_plan_room(plan), KORCH_PLAN_STEPS_MAX);
	ck_assert_int_eq(korch_plan_wake(plan), KORCH_USEC_NEVER);
	ck_assert_uint_eq(korch_plan_room(NULL), 0);
	korch_plan_free(plan);
	korch_object_unref(base);
}
END_TEST

START_TEST(evictions)
{
	korch_object *base = fixture_pod("a", NULL, NULL, 0);
	korch_object *other = NULL;
	korch_plan *plan = NULL;
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	ck_assert_int_eq(korch_object_new(&other, &korch_node_kind), 0);
	ck_assert_int_eq(korch_plan_evict(plan, base, korch_object_edit(base), NULL), 0);
	const korch_step *step = korch_plan_step(plan, 0);
	ck_assert_int_eq(step->op, KORCH_STEP_DELETE);
	ck_assert_ptr_eq(step->base, base);
	ck_assert_ptr_nonnull(step->object);
	ck_assert_int_eq(step->delete_options.grace_seconds, -1);
	ck_assert_int_eq(korch_plan_evict(plan, base, NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_plan_evict(plan, base, other, NULL), KORCH_E_INVALID);
	ck_assert_uint_eq(korch_plan_steps(plan), 1);
	korch_plan_free(plan);
	korch_object_unref(base);
}
END_TEST

START_TEST(times)
{
	korch_plan *plan = NULL;
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	ck_assert_int_eq(korch_plan_wake(plan), KORCH_USEC_NEVER);
	ck_assert_int_eq(korch_plan_quiet(plan), 0);
	korch_plan_wake_at(plan, 50);
	korch_plan_wake_at(plan, 70);
	korch_plan_quiet_until(plan, 20);
	korch_plan_quiet_until(plan, 10);
	ck_assert_int_eq(korch_plan_wake(plan), 50);
	ck_assert_int_eq(korch_plan_quiet(plan), 20);
	korch_plan_reset(plan);
	ck_assert_int_eq(korch_plan_wake(plan), KORCH_USEC_NEVER);
	ck_assert_int_eq(korch_plan_quiet(plan), 0);
	korch_plan_free(plan);
}
END_TEST

START_TEST(a_missing_object_sticks)
{
	korch_plan *plan = NULL;
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	ck_assert_int_eq(korch_plan_create(plan, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_plan_error(plan), KORCH_E_INVALID);
	korch_plan_reset(plan);
	ck_assert_int_eq(korch_plan_error(plan), 0);
	korch_plan_free(plan);
}
END_TEST

START_TEST(short_memory)
{
	korch_object *base = fixture_pod("a", NULL, NULL, 0);
	for (uint64_t n = 1;; n++) {
		korch_plan *plan = NULL;
		korch__alloc_fail_at(n);
		int r = korch_plan_new(&plan);
		if (r == 0)
			fill(plan, base);
		int has_failed = korch__alloc_count() >= n;
		korch__alloc_fail_at(0);
		if (!has_failed) {
			korch_plan_free(plan);
			break;
		}
		ck_assert_int_lt(plan ? korch_plan_error(plan) : r, 0);
		korch_plan_free(plan);
		ck_assert_int_eq(korch_block_is_unique(base), 1);
	}
	korch_object_unref(base);
}
END_TEST

KORCH_SUITE(plan)
{
	Suite *suite = suite_create("plan");
	KORCH_CASE(suite, "plan", steps_and_notes, parts, evictions, times, a_missing_object_sticks,
	           short_memory);
	return suite;
}
