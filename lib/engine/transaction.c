/* From the steps of a plan to the writes of a transaction: every step passes admission. */
#include "engine/flight.h"

#include "base/cleanup.h"
#include "object/object.h"
#include <string.h>

const korch_object *korch__step_object(const korch_step *step)
{
	return step->base ? step->base : step->object;
}

static int no_memory(korch_error **err)
{
	return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
}

void korch__transaction_drop(korch_engine *engine)
{
	for (size_t i = 0; i < engine->writes.n; i++)
		korch_object_unref(engine->writes.items[i].object);
	engine->writes.n = 0;
}

/* Takes over the reference of object, for a PUT; key: for others. */
static int add(korch_flight *flight, size_t step, const korch_write *write, korch_error **err)
{
	korch_engine *engine = flight->engine;
	if (korch__vec_push(&engine->writes, *write) < 0) {
		korch_object_unref(write->object);
		return no_memory(err);
	}
	if (flight->step_of)
		flight->step_of[engine->writes.n - 1] = step;
	return 0;
}

static int add_put(korch_flight *flight, size_t step, korch_object *object, uint64_t expected,
                   korch_error **err)
{
	const korch_write write = {.op = KORCH_WRITE_PUT, .object = object, .expected = expected};
	return add(flight, step, &write, err);
}

static int add_key(korch_flight *flight, size_t step, int op, const korch_object *base,
                   korch_error **err)
{
	const korch_write write = {.op = op, .key = korch_object_key(base), .expected = base->revision};
	return add(flight, step, &write, err);
}

/*
 * A step's object for the store, exclusively owned. A controller's plan is not needed again; a
 * submission may be tried again.
 */
static korch_object *take_object(const korch_flight *flight, const korch_step *step)
{
	korch_step *own = (korch_step *)(uintptr_t)step;
	if (flight->controller && korch_block_is_unique(step->object))
		return KORCH_STEAL(own->object);
	return korch_object_edit(step->object);
}

/* The stored state that a step is about: what it was decided on; without a revision, the newest. */
static const korch_object *find_base(const korch_flight *flight, const korch_step *step,
                                     korch_error **err)
{
	char resource[KORCH_RESOURCE_NAME_MAX];
	if (step->base->revision != 0)
		return step->base;
	const korch_key key = korch_object_key(step->base);
	const char *space = key.kind->namespaced && !*key.namespace_ ? "default" : key.namespace_;
	const korch_view *view = korch_engine_view(flight->engine);
	const korch_object *live = korch_view_get(view, key.kind, space, key.name);
	if (!live)
		korch_error_set(err, KORCH_E_NOT_FOUND, "%s \"%s\" not found",
		                korch__resource_name(resource, sizeof(resource), key.kind), key.name);
	return live;
}

static int add_create(korch_flight *flight, size_t i, const korch_admission *admission,
                      korch_error **err)
{
	korch_object *object = take_object(flight, korch_plan_step(flight->plan, i));
	if (!object)
		return no_memory(err);
	int code = korch__admit_create(object, admission, err);
	if (code < 0) {
		korch_object_unref(object);
		return code;
	}
	korch_string_share(&flight->created[i], object->metadata->name);
	return add_put(flight, i, object, KORCH_REVISION_NONE, err);
}

static int add_update(korch_flight *flight, size_t i, const korch_admission *admission,
                      korch_error **err)
{
	const korch_step *step = korch_plan_step(flight->plan, i);
	const korch_object *base = find_base(flight, step, err);
	if (!base)
		return KORCH_E_NOT_FOUND;
	_cleanup_object_ korch_object *object = take_object(flight, step);
	if (!object)
		return no_memory(err);
	int status_only = step->op == KORCH_STEP_UPDATE_STATUS;
	int code = korch__admit_update(object, base, status_only, admission, err);
	if (code == KORCH_ADMITTED_PUT)
		return add_put(flight, i, KORCH_STEAL(object), base->revision, err);
	return code == KORCH_ADMITTED_REMOVE ? add_key(flight, i, KORCH_WRITE_DELETE, base, err) : code;
}

static int add_delete(korch_flight *flight, size_t i, const korch_admission *admission,
                      korch_error **err)
{
	const korch_step *step = korch_plan_step(flight->plan, i);
	const korch_object *base = find_base(flight, step, err);
	if (!base)
		return KORCH_E_NOT_FOUND;
	if (i == 0 && !flight->controller)
		korch_block_share(&flight->last_state, base);
	korch_object *object = NULL;
	int code = korch__admit_delete(&object, base, &step->delete_options, admission, err);
	if (code == KORCH_ADMITTED_PUT && step->object &&
	    korch__status_take(object, step->object) < 0) {
		korch_object_unref(object);
		return no_memory(err);
	}
	if (code == KORCH_ADMITTED_PUT)
		return add_put(flight, i, object, base->revision, err);
	return code == KORCH_ADMITTED_REMOVE ? add_key(flight, i, KORCH_WRITE_DELETE, base, err) : code;
}

static int add_step(korch_flight *flight, size_t i, const korch_admission *admission,
                    korch_error **err)
{
	const korch_step *step = korch_plan_step(flight->plan, i);
	switch (step->op) {
	case KORCH_STEP_CREATE:
		return add_create(flight, i, admission, err);
	case KORCH_STEP_DELETE:
		return add_delete(flight, i, admission, err);
	case KORCH_STEP_CHECK:
		return add_key(flight, i, KORCH_WRITE_CHECK, step->base, err);
	default:
		return add_update(flight, i, admission, err);
	}
}

/* The fence goes first, so that its failure is the one that is told. */
static int add_fence(korch_flight *flight, korch_error **err)
{
	korch_write fence;
	int code = korch__term_fence(&fence, flight->engine);
	if (code < 0)
		return korch_error_set(err, code, "this process does not lead");
	flight->term = code ? fence.expected : 0;
	return code ? add(flight, SIZE_MAX, &fence, err) : 0;
}

static korch_key key_of(const korch_write *write)
{
	return write->op == KORCH_WRITE_PUT ? korch_object_key(write->object) : write->key;
}

/* A plan may be about the Lease object itself: then its write takes the place of the fence. */
static int merge_fence(korch_flight *flight, korch_error **err)
{
	korch_engine *engine = flight->engine;
	korch_write *writes = engine->writes.items;
	for (size_t i = 1; flight->term && i < engine->writes.n; i++) {
		const korch_key key = key_of(&writes[i]);
		if (key.kind != writes[0].key.kind || korch_key_compare(&key, &writes[0].key) != 0)
			continue;
		if (writes[i].expected != flight->term)
			return korch_error_set(err, KORCH_E_CONFLICT,
			                       "the Lease object of this term has changed");
		writes[0] = writes[i];
		writes[i] = writes[--engine->writes.n];
		if (flight->step_of) {
			flight->step_of[0] = flight->step_of[i];
			flight->step_of[i] = flight->step_of[engine->writes.n];
		}
		break;
	}
	return 0;
}

int korch__transaction_make(korch_flight *flight, korch_error **err)
{
	korch_engine *engine = flight->engine;
	korch_admission admission = korch__engine_admission(engine);
	admission.is_trusted = flight->controller && flight->controller->is_trusted;
	admission.is_outside = !flight->controller;
	int code = add_fence(flight, err);
	if (code < 0)
		return code;
	if (flight->n_steps > korch__term_writes_max(engine))
		return korch_error_set(
		    err, KORCH_E_LIMIT, "%zu objects at once; the store \"%s\" takes at most %zu",
		    flight->n_steps, korch_store_name(engine->store), korch__term_writes_max(engine));
	korch_random suffixes;
	if (flight->controller) {
		korch__random_init(&suffixes, flight->names_seed);
		admission.suffixes = &suffixes;
	}
	korch_table names;
	korch__admit_names_init(&names);
	admission.names = &names;
	for (size_t i = 0; i < flight->n_steps && code >= 0; i++) {
		admission.writes = engine->writes.items;
		admission.n_writes = engine->writes.n;
		code = add_step(flight, i, &admission, err);
	}
	korch__table_fini(&names);
	return code < 0 ? code : merge_fence(flight, err);
}
