/*
 * Committing plans: every step passes admission, the rest goes to the store as one transaction, and what comes of it goes back to
 * the queue or to whoever submitted the plan.
 */
#include "engine/admit.h"
#include "engine/engine.h"

#include "base/cleanup.h"
#include "object/object.h"
#include <string.h>

enum { SUBMIT_ATTEMPTS = 20 };

/* A plan on its way through the store. */
struct korch_inflight {
	korch_inflight *next;
	korch_inflight *previous;
	korch_engine *engine; /* NULL: the engine has been freed */
	korch_controller *controller; /* NULL: submitted from outside */
	korch_queue_item *item;
	korch_plan *plan;
	const char **created; /* final names of created objects by step; block strings, NULL for other steps */
	size_t n_steps;
	korch_submit_fn fn;
	void *userdata;
	uint32_t attempts;
};

/* Writes while they are collected. */
struct transaction {
	KORCH_VEC(korch_write) writes;
};

static int commit(korch_inflight *flight, korch_error **err);

static void link_flight(korch_inflight *flight)
{
	korch_engine *engine = flight->engine;
	flight->next = engine->inflight;
	if (engine->inflight)
		engine->inflight->previous = flight;
	engine->inflight = flight;
	engine->n_inflight++;
}

static void free_flight(korch_inflight *flight)
{
	korch_engine *engine = flight->engine;
	if (engine) {
		if (flight->next)
			flight->next->previous = flight->previous;
		if (flight->previous)
			flight->previous->next = flight->next;
		else
			engine->inflight = flight->next;
		engine->n_inflight--;
		korch__engine_plan_put(engine, flight->plan);
	} else {
		korch_plan_free(flight->plan);
	}
	for (size_t i = 0; flight->created && i < flight->n_steps; i++)
		korch_string_unref(flight->created[i]);
	korch__free(flight->created);
	korch__free(flight);
}

static korch_inflight *new_flight(korch_engine *engine, korch_plan *plan)
{
	korch_inflight *flight = korch__calloc(1, sizeof(*flight));
	if (!flight)
		return NULL;
	flight->engine = engine;
	flight->plan = plan;
	flight->n_steps = korch_plan_steps(plan);
	flight->created = flight->n_steps ? korch__calloc(flight->n_steps, sizeof(*flight->created)) : NULL;
	if (flight->n_steps && !flight->created) {
		korch__free(flight);
		return NULL;
	}
	link_flight(flight);
	return flight;
}

/* The writes' objects go to the store, or are released here. */
static void drop_writes(struct transaction *transaction)
{
	for (size_t i = 0; i < transaction->writes.n; i++)
		korch_object_unref(transaction->writes.items[i].object);
	korch__vec_fini(&transaction->writes);
}

/* Takes over the reference of object. */
static int add_write(struct transaction *transaction, int op, korch_object *object, const korch_object *base, uint64_t expected)
{
	const korch_write write = {
		.op = op, .object = object, .key = base ? korch_object_key(base) : (korch_key){0}, .expected = expected};
	int code = korch__vec_push(&transaction->writes, write);
	if (code < 0)
		korch_object_unref(object);
	return code;
}

static int is_from_outside(const korch_inflight *flight)
{
	return flight->controller == NULL;
}

/* A step's object for the store: a controller's plan is not needed again, a submission may be tried again. */
static korch_object *take_object(const korch_inflight *flight, const korch_step *step)
{
	if (is_from_outside(flight))
		return korch_object_edit(step->object);
	korch_step *own = (korch_step *)(uintptr_t)step;
	return KORCH_STEAL(own->object);
}

static int ask_hook(const korch_inflight *flight, const korch_admission *admission, korch_object *object, const korch_object *old,
					korch_error **err)
{
	const korch_engine *engine = flight->engine;
	if (admission->is_trusted || !engine->admit)
		return 0;
	return engine->admit(engine->admit_userdata, object, old, err);
}

static int add_create(struct transaction *transaction, korch_inflight *flight, size_t i, const korch_admission *admission, korch_error **err)
{
	_cleanup_object_ korch_object *object = take_object(flight, korch_plan_step(flight->plan, i));
	if (!object)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int code = ask_hook(flight, admission, object, NULL, err);
	if (code == 0)
		code = korch__admit_create(object, admission, err);
	if (code < 0)
		return code;
	korch_string_unref(flight->created[i]);
	flight->created[i] = korch_string_ref(object->metadata->name);
	return add_write(transaction, KORCH_WRITE_PUT, KORCH_STEAL(object), NULL, KORCH_REVISION_NONE);
}

/* The stored state that a step is about: what it was decided on, or, from outside without a revision, the newest. */
static const korch_object *base_of(const korch_inflight *flight, const korch_step *step, korch_error **err)
{
	char resource[128];
	if (step->base->revision != 0 || !is_from_outside(flight))
		return step->base;
	const korch_key key = korch_object_key(step->base);
	const korch_object *live = korch_view_get(korch_engine_view(flight->engine), key.kind, key.namespace_, key.name);
	if (!live)
		korch_error_set(err, KORCH_E_NOT_FOUND, "%s \"%s\" not found", korch__resource_name(resource, sizeof(resource), key.kind), key.name);
	return live;
}

static void keep_status(korch_object *object, const korch_object *base)
{
	const korch_field *status = object->kind->type ? korch_type_field(object->kind->type, "status") : NULL;
	if (!status || status->kind != KORCH_FIELD_STRUCT || status->shape != KORCH_SHAPE_ONE)
		return;
	korch_block_share((char *)object + status->offset, *(void *const *)((const char *)base + status->offset));
}

static int add_update(struct transaction *transaction, korch_inflight *flight, size_t i, const korch_admission *admission, korch_error **err)
{
	const korch_step *step = korch_plan_step(flight->plan, i);
	const korch_object *base = base_of(flight, step, err);
	if (!base)
		return KORCH_E_NOT_FOUND;
	_cleanup_object_ korch_object *object = take_object(flight, step);
	if (!object)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int status_only = step->op == KORCH_STEP_UPDATE_STATUS;
	if (is_from_outside(flight) && !status_only)
		keep_status(object, base);
	int code = ask_hook(flight, admission, object, base, err);
	if (code == 0)
		code = korch__admit_update(object, base, status_only, admission, err);
	if (code < 0 || code == KORCH_ADMITTED_NOTHING)
		return code;
	if (code == KORCH_ADMITTED_REMOVE)
		return add_write(transaction, KORCH_WRITE_DELETE, NULL, base, base->revision);
	return add_write(transaction, KORCH_WRITE_PUT, KORCH_STEAL(object), NULL, base->revision);
}

static int add_delete(struct transaction *transaction, korch_inflight *flight, size_t i, const korch_admission *admission, korch_error **err)
{
	const korch_step *step = korch_plan_step(flight->plan, i);
	const korch_object *base = base_of(flight, step, err);
	if (!base)
		return KORCH_E_NOT_FOUND;
	_cleanup_object_ korch_object *object = NULL;
	int code = korch__admit_delete(&object, base, &step->delete_options, admission, err);
	if (code < 0 || code == KORCH_ADMITTED_NOTHING)
		return code;
	if (code == KORCH_ADMITTED_REMOVE)
		return add_write(transaction, KORCH_WRITE_DELETE, NULL, base, base->revision);
	return add_write(transaction, KORCH_WRITE_PUT, KORCH_STEAL(object), NULL, base->revision);
}

static int add_step(struct transaction *transaction, korch_inflight *flight, size_t i, const korch_admission *admission, korch_error **err)
{
	const korch_step *step = korch_plan_step(flight->plan, i);
	switch (step->op) {
	case KORCH_STEP_CREATE:
		return add_create(transaction, flight, i, admission, err);
	case KORCH_STEP_DELETE:
		return add_delete(transaction, flight, i, admission, err);
	case KORCH_STEP_CHECK:
		return add_write(transaction, KORCH_WRITE_CHECK, NULL, step->base, step->base->revision);
	default:
		return add_update(transaction, flight, i, admission, err);
	}
}

/* Checks alone need no transaction: the next change would call the decider again anyway. */
static int has_effect(const struct transaction *transaction)
{
	for (size_t i = 0; i < transaction->writes.n; i++)
		if (transaction->writes.items[i].op != KORCH_WRITE_CHECK)
			return 1;
	return 0;
}

static korch_object *first_result(const korch_inflight *flight)
{
	if (flight->n_steps == 0)
		return NULL;
	const korch_step *step = korch_plan_step(flight->plan, 0);
	const korch_object *about = step->base ? step->base : step->object;
	const korch_key key = korch_object_key(about);
	const char *name = flight->created[0] ? flight->created[0] : key.name;
	const char *space = key.kind->namespaced && !*key.namespace_ ? "default" : key.namespace_;
	const korch_object *stored = korch_view_get(korch_engine_view(flight->engine), key.kind, space, name);
	return korch_object_ref(stored ? stored : about);
}

/* Says why, in an API server's words. */
static int explain(korch_error **err, int code, const korch_inflight *flight)
{
	char resource[128];
	const korch_step *step = flight->n_steps ? korch_plan_step(flight->plan, 0) : NULL;
	const korch_object *about = step ? (step->base ? step->base : step->object) : NULL;
	const char *name = about ? korch_object_name(about) : "";
	const char *plural = about ? korch__resource_name(resource, sizeof(resource), about->kind) : "objects";
	if (code == KORCH_E_CONFLICT)
		return korch_error_set(err, code,
							   "Operation cannot be fulfilled on %s \"%s\": the object has been modified; please apply your changes to "
							   "the latest version and try again",
							   plural, name);
	if (code == KORCH_E_EXISTS)
		return korch_error_set(err, code, "%s \"%s\" already exists", plural, name);
	if (code == KORCH_E_NOT_FOUND)
		return korch_error_set(err, code, "%s \"%s\" not found", plural, name);
	return korch_error_set(err, code, "%s \"%s\": %s", plural, name, korch_code_text(code));
}

static void complete_submission(korch_inflight *flight, int code, const korch_error *error)
{
	_cleanup_object_ korch_object *result = code == 0 && flight->engine ? first_result(flight) : NULL;
	korch_submit_fn fn = flight->fn;
	void *userdata = flight->userdata;
	free_flight(flight);
	if (fn)
		fn(userdata, code, error, result);
}

/* From outside without revisions, the last writer wins: whatever changed in between, the wish is applied to the newest. */
static int may_try_again(const korch_inflight *flight, int code)
{
	if (flight->attempts >= SUBMIT_ATTEMPTS || (code != KORCH_E_CONFLICT && code != KORCH_E_EXISTS))
		return 0;
	for (size_t i = 0; i < flight->n_steps; i++) {
		const korch_step *step = korch_plan_step(flight->plan, i);
		int generated = step->op == KORCH_STEP_CREATE && step->object && step->object->metadata && step->object->metadata->generate_name &&
						!*korch_object_name(step->object);
		if (code == KORCH_E_CONFLICT && step->base && step->base->revision == 0)
			return 1;
		if (code == KORCH_E_EXISTS && generated)
			return 1;
	}
	return 0;
}

static void finish_request(korch_inflight *flight, int code, uint64_t revision)
{
	korch_controller *controller = flight->controller;
	korch_engine *engine = flight->engine;
	const korch_queue_outcome outcome = {
		.failed = code < 0,
		.now = korch_loop_now(engine->loop),
		.wake_at = code < 0 ? KORCH_USEC_NEVER : korch_plan_wake(flight->plan),
		.quiet_until = code < 0 ? 0 : korch_plan_quiet(flight->plan),
		.min_revision = revision,
	};
	korch_queue_item *item = flight->item;
	free_flight(flight);
	korch__queue_finish(&controller->queue, item, &outcome);
	korch__engine_kick(engine);
}

static void count(korch_engine *engine, int code, const korch_commit_result *result)
{
	if (code == 0) {
		engine->stats.commits++;
		engine->committed = result->revision > engine->committed ? result->revision : engine->committed;
	} else if (code == KORCH_E_CONFLICT || code == KORCH_E_EXISTS || code == KORCH_E_NOT_FOUND) {
		engine->stats.conflicts++;
	} else {
		engine->stats.failures++;
	}
}

static void on_committed(void *userdata, int code, const korch_commit_result *result)
{
	korch_inflight *flight = userdata;
	korch_engine *engine = flight->engine;
	if (!engine) {
		free_flight(flight);
		return;
	}
	count(engine, code, result);
	korch__sync_drain(engine);
	if (code == 0)
		korch__recorder_record(engine->recorder, flight->controller ? flight->controller->name : "korch", flight->plan, flight->created);
	if (flight->controller) {
		finish_request(flight, code, code == 0 || code == KORCH_E_CONFLICT ? result->revision : 0);
		return;
	}
	if (may_try_again(flight, code)) {
		_cleanup_error_ korch_error *error = NULL;
		flight->attempts++;
		int again = commit(flight, &error);
		if (again < 0)
			complete_submission(flight, again, error);
		return;
	}
	_cleanup_error_ korch_error *error = NULL;
	if (code < 0)
		explain(&error, code, flight);
	complete_submission(flight, code, error);
}

/* Nothing to write: finished all the same, for a submission from the loop. */
static void nothing_to_write(void *userdata)
{
	korch_inflight *flight = userdata;
	if (!flight->engine) {
		free_flight(flight);
		return;
	}
	korch__recorder_record(flight->engine->recorder, "korch", flight->plan, flight->created);
	complete_submission(flight, 0, NULL);
}

static int commit(korch_inflight *flight, korch_error **err)
{
	korch_engine *engine = flight->engine;
	struct transaction transaction = {0};
	const korch_admission admission = {
		.view = korch_engine_view(engine),
		.now = korch_loop_now(engine->loop),
		.random = &engine->random,
		.is_trusted = flight->controller && flight->controller->is_trusted,
	};
	int code = flight->n_steps > KORCH_STORE_WRITES_MAX
				   ? korch_error_set(err, KORCH_E_LIMIT, "at most %d objects can be written at once", KORCH_STORE_WRITES_MAX)
				   : 0;
	for (size_t i = 0; i < flight->n_steps && code >= 0; i++)
		code = add_step(&transaction, flight, i, &admission, err);
	if (code < 0) {
		drop_writes(&transaction);
		return code;
	}
	if (!has_effect(&transaction)) {
		drop_writes(&transaction);
		return is_from_outside(flight) ? korch_loop_post(engine->loop, nothing_to_write, flight) : 1;
	}
	code = korch_store_commit(engine->store, transaction.writes.items, transaction.writes.n, on_committed, flight);
	/* The store has the references now, also when it refused. */
	korch__vec_fini(&transaction.writes);
	return code < 0 ? explain(err, code, flight) : 0;
}

void korch__commit_request(korch_controller *controller, korch_queue_item *item, korch_plan *plan)
{
	korch_engine *engine = controller->engine;
	_cleanup_error_ korch_error *error = NULL;
	korch_inflight *flight = new_flight(engine, plan);
	if (!flight) {
		korch__engine_plan_put(engine, plan);
		const korch_queue_outcome outcome = {.failed = 1, .now = korch_loop_now(engine->loop), .wake_at = KORCH_USEC_NEVER};
		korch__queue_finish(&controller->queue, item, &outcome);
		return;
	}
	flight->controller = controller;
	flight->item = item;
	int code = flight->n_steps ? commit(flight, &error) : 1;
	if (code == 0)
		return;
	if (code > 0)
		korch__recorder_record(engine->recorder, controller->name, plan, flight->created);
	else
		engine->stats.failures++;
	finish_request(flight, code < 0 ? code : 0, 0);
}

int korch_engine_submit(korch_engine *engine, korch_plan *plan, korch_submit_fn fn, void *userdata, korch_error **err)
{
	int code = !engine || !plan ? KORCH_E_INVALID : korch_plan_error(plan);
	if (code == 0 && engine->state != ENGINE_RUNNING)
		code = engine->state == ENGINE_STOPPED ? KORCH_E_CLOSED : KORCH_E_BUSY;
	if (code < 0) {
		korch_plan_free(plan);
		return korch_error_set(err, code, code == KORCH_E_BUSY ? "the engine is not in step with its store yet" : "%s", korch_code_text(code));
	}
	korch_inflight *flight = new_flight(engine, plan);
	if (!flight) {
		korch_plan_free(plan);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	flight->fn = fn;
	flight->userdata = userdata;
	code = commit(flight, err);
	if (code < 0)
		free_flight(flight);
	return code;
}

void korch__commit_abandon_all(korch_engine *engine)
{
	while (engine->inflight) {
		korch_inflight *flight = engine->inflight;
		engine->inflight = flight->next;
		if (flight->next)
			flight->next->previous = NULL;
		flight->next = NULL;
		engine->n_inflight--;
		korch_submit_fn fn = KORCH_STEAL(flight->fn);
		flight->engine = NULL; /* the store's completion frees it */
		if (fn)
			fn(flight->userdata, KORCH_E_CLOSED, NULL, NULL);
	}
}
