/*
 * Plans: a growing list of steps and notes that owns what it refers to. Nothing in here decides or
 * commits.
 */
#include "base/cleanup.h"
#include "base/vec.h"
#include <korch/plan.h>
#include <stdarg.h>
#include <stdio.h>

struct korch_plan {
	KORCH_VEC(korch_step) steps;
	KORCH_VEC(korch_plan_note) notes;
	korch_usec wake;
	korch_usec quiet;
	size_t max;     /* steps */
	int is_partial; /* there is more to do than fits */
	int error;      /* the failure that sticks */
};

int korch_plan_new(korch_plan **out)
{
	if (!out)
		return KORCH_E_INVALID;
	korch_plan *plan = korch__calloc(1, sizeof(*plan));
	if (!plan)
		return KORCH_E_NOMEM;
	plan->wake = KORCH_USEC_NEVER;
	plan->max = KORCH_PLAN_STEPS_MAX;
	*out = plan;
	return 0;
}

void korch_plan_reset(korch_plan *plan)
{
	for (size_t i = 0; i < plan->steps.n; i++) {
		korch_object_unref(plan->steps.items[i].base);
		korch_object_unref(plan->steps.items[i].object);
	}
	for (size_t i = 0; i < plan->notes.n; i++) {
		const korch_plan_note *note = &plan->notes.items[i];
		korch_object_unref(note->about);
		korch__free((char *)note->type);
		korch__free((char *)note->reason);
		korch__free((char *)note->message);
	}
	plan->steps.n = plan->notes.n = 0;
	plan->wake = KORCH_USEC_NEVER;
	plan->quiet = 0;
	plan->max = KORCH_PLAN_STEPS_MAX;
	plan->is_partial = 0;
	plan->error = 0;
}

void korch_plan_free(korch_plan *plan)
{
	if (!plan)
		return;
	korch_plan_reset(plan);
	korch__vec_fini(&plan->steps);
	korch__vec_fini(&plan->notes);
	korch__free(plan);
}

static int fail(korch_plan *plan, int code)
{
	if (plan && plan->error == 0)
		plan->error = code;
	return code;
}

/* Adds a step; takes over its object, and references its base. */
static int add(korch_plan *plan, korch_step step, int is_complete)
{
	int code = !plan || !is_complete                     ? KORCH_E_INVALID
	           : korch__vec_reserve(&plan->steps, 1) < 0 ? KORCH_E_NOMEM
	                                                     : 0;
	if (code < 0) {
		korch_object_unref(step.object);
		return fail(plan, code);
	}
	korch_object_ref(step.base);
	plan->steps.items[plan->steps.n++] = step;
	return 0;
}

int korch_plan_create(korch_plan *plan, korch_object *object)
{
	return add(plan, (korch_step){.op = KORCH_STEP_CREATE, .object = object}, object != NULL);
}

int korch_plan_update(korch_plan *plan, const korch_object *base, korch_object *object)
{
	return add(plan, (korch_step){.op = KORCH_STEP_UPDATE, .base = base, .object = object},
	           base && object);
}

int korch_plan_update_status(korch_plan *plan, const korch_object *base, korch_object *object)
{
	return add(plan, (korch_step){.op = KORCH_STEP_UPDATE_STATUS, .base = base, .object = object},
	           base && object);
}

static korch_step delete_step(const korch_object *base, const korch_delete_options *options)
{
	static const korch_delete_options defaults = {.grace_seconds = -1};
	return (korch_step){
	    .op = KORCH_STEP_DELETE, .base = base, .delete_options = options ? *options : defaults};
}

int korch_plan_delete(korch_plan *plan, const korch_object *base,
                      const korch_delete_options *options)
{
	return add(plan, delete_step(base, options), base != NULL);
}

int korch_plan_evict(korch_plan *plan, const korch_object *base, korch_object *object,
                     const korch_delete_options *options)
{
	korch_step step = delete_step(base, options);
	step.object = object;
	return add(plan, step, base && object && base->kind == object->kind);
}

int korch_plan_check(korch_plan *plan, const korch_object *base)
{
	return add(plan, (korch_step){.op = KORCH_STEP_CHECK, .base = base}, base != NULL);
}

static char *format_message(const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	char *text = length < 0 ? NULL : korch__alloc((size_t)length + 1);
	if (text)
		vsnprintf(text, (size_t)length + 1, format, args);
	return text;
}

int korch_plan_event(korch_plan *plan, const korch_object *about, const char *type,
                     const char *reason, const char *format, ...)
{
	if (!plan || !about || !type || !reason || !format)
		return fail(plan, KORCH_E_INVALID);
	va_list args;
	va_start(args, format);
	_cleanup_free_ char *message = format_message(format, args);
	va_end(args);
	_cleanup_free_ char *type_copy = korch__strdup(type);
	_cleanup_free_ char *reason_copy = korch__strdup(reason);
	if (!message || !type_copy || !reason_copy || korch__vec_reserve(&plan->notes, 1) < 0)
		return fail(plan, KORCH_E_NOMEM);
	plan->notes.items[plan->notes.n++] = (korch_plan_note){
	    .about = korch_object_ref(about),
	    .type = KORCH_STEAL(type_copy),
	    .reason = KORCH_STEAL(reason_copy),
	    .message = KORCH_STEAL(message),
	};
	return 0;
}

void korch_plan_event_name(korch_plan *plan)
{
	if (plan && plan->notes.n > 0 && plan->steps.n > 0)
		plan->notes.items[plan->notes.n - 1].named_step = plan->steps.n;
}

void korch_plan_wake_at(korch_plan *plan, korch_usec at)
{
	if (plan && at < plan->wake)
		plan->wake = at;
}

void korch_plan_quiet_until(korch_plan *plan, korch_usec at)
{
	if (plan && at > plan->quiet)
		plan->quiet = at;
}

size_t korch_plan_room(const korch_plan *plan)
{
	return plan && plan->steps.n < plan->max ? plan->max - plan->steps.n : 0;
}

void korch_plan_again(korch_plan *plan)
{
	if (plan)
		plan->is_partial = 1;
}

void korch_plan_set_max(korch_plan *plan, size_t max)
{
	if (plan)
		plan->max = max && max < KORCH_PLAN_STEPS_MAX ? max : KORCH_PLAN_STEPS_MAX;
}

int korch_plan_error(const korch_plan *plan)
{
	return plan->error;
}

size_t korch_plan_steps(const korch_plan *plan)
{
	return plan->steps.n;
}

const korch_step *korch_plan_step(const korch_plan *plan, size_t i)
{
	return i < plan->steps.n ? &plan->steps.items[i] : NULL;
}

size_t korch_plan_notes(const korch_plan *plan)
{
	return plan->notes.n;
}

const korch_plan_note *korch_plan_note_at(const korch_plan *plan, size_t i)
{
	return i < plan->notes.n ? &plan->notes.items[i] : NULL;
}

/* A part that does nothing would be asked for without end. */
static int is_part(const korch_plan *plan)
{
	return plan->is_partial && plan->steps.n > 0;
}

korch_usec korch_plan_wake(const korch_plan *plan)
{
	return is_part(plan) ? 0 : plan->wake;
}

korch_usec korch_plan_quiet(const korch_plan *plan)
{
	return is_part(plan) ? 0 : plan->quiet;
}
