/*
 * Plans from outside: admitted as an API server would, answered once the cache shows what they did,
 * tried again when the last writer is to win.
 */
#include "engine/flight.h"

#include "base/cleanup.h"
#include "object/object.h"
#include <string.h>

enum { ATTEMPTS_MAX = 20 };

static const korch_object *object_of(const korch_flight *flight, size_t i)
{
	return i < flight->n_steps ? korch__step_object(korch_plan_step(flight->plan, i)) : NULL;
}

static const char *name_of(const korch_flight *flight, size_t i)
{
	const korch_object *object = object_of(flight, i);
	if (object && flight->created[i])
		return flight->created[i];
	return object ? korch_object_name(object) : "";
}

/* The first step's object as it is stored now, or as it was when it is gone. */
static korch_object *first_result(const korch_flight *flight)
{
	const korch_object *about = object_of(flight, 0);
	if (!about)
		return NULL;
	const korch_key key = korch_object_key(about);
	const char *space = key.kind->namespaced && !*key.namespace_ ? "default" : key.namespace_;
	const korch_view *view = korch_engine_view(flight->engine);
	const korch_object *stored = korch_view_get(view, key.kind, space, name_of(flight, 0));
	if (!stored)
		stored = flight->last_state ? flight->last_state : about;
	return korch_object_ref(stored);
}

/* Says why, in an API server's words. */
static int explain(korch_error **err, int code, const korch_flight *flight)
{
	char resource[KORCH_RESOURCE_NAME_MAX] = "objects";
	const korch_object *about = object_of(flight, flight->failed_step);
	const char *name = name_of(flight, flight->failed_step);
	if (about)
		korch__resource_name(resource, sizeof(resource), about->kind);
	switch (code) {
	case KORCH_E_CONFLICT:
		return korch_error_set(err, code,
		                       "Operation cannot be fulfilled on %s \"%s\": the object has been "
		                       "modified; please apply your changes to the latest version and try "
		                       "again",
		                       resource, name);
	case KORCH_E_EXISTS:
		return korch_error_set(err, code, "%s \"%s\" already exists", resource, name);
	case KORCH_E_NOT_FOUND:
		return korch_error_set(err, code, "%s \"%s\" not found", resource, name);
	case KORCH_E_BUSY:
		return korch_error_set(err, code, "%s \"%s\": this process does not lead any more",
		                       resource, name);
	case KORCH_E_IO:
		return korch_error_set(err, code,
		                       "%s \"%s\": the store gave no answer: it may have been written, or "
		                       "not",
		                       resource, name);
	default:
		return korch_error_set(err, code, "%s \"%s\": %s", resource, name, korch_code_text(code));
	}
}

static void complete(korch_flight *flight, int code, korch_error *error)
{
	_cleanup_error_ korch_error *why = error;
	_cleanup_object_ korch_object *result = code == 0 ? first_result(flight) : NULL;
	if (code < 0 && !why)
		explain(&why, code, flight);
	korch_submit_fn fn = flight->fn;
	void *userdata = flight->userdata;
	korch__flight_free(flight);
	if (fn)
		fn(userdata, code, why, result);
}

static int is_generated(const korch_step *step)
{
	const korch_object_meta *meta = step->object ? step->object->metadata : NULL;
	return step->op == KORCH_STEP_CREATE && meta && meta->generate_name &&
	       !*korch_object_name(step->object);
}

/* Without revisions the last writer wins: the wish is applied to the newest state. */
static int may_try_again(const korch_flight *flight)
{
	if (flight->attempts >= ATTEMPTS_MAX || flight->engine->state == KORCH_ENGINE_STOPPED)
		return 0;
	const korch_step *step = flight->failed_step < flight->n_steps
	                             ? korch_plan_step(flight->plan, flight->failed_step)
	                             : NULL;
	if (!step)
		return 0;
	if (flight->code == KORCH_E_EXISTS)
		return is_generated(step);
	return (flight->code == KORCH_E_CONFLICT || flight->code == KORCH_E_NOT_FOUND) && step->base &&
	       step->base->revision == 0;
}

static void park(korch_flight *flight)
{
	flight->is_parked = 1;
	flight->engine->n_parked++;
	korch__engine_kick(flight->engine);
}

static int is_reached(const korch_flight *flight)
{
	const korch_engine *engine = flight->engine;
	return engine->state == KORCH_ENGINE_STOPPED || flight->revision <= engine->revision;
}

/* The cache is new enough: answers, or tries again. */
static void settle(korch_flight *flight)
{
	_cleanup_error_ korch_error *error = NULL;
	if (flight->code == 0 || !may_try_again(flight)) {
		complete(flight, flight->code, NULL);
		return;
	}
	flight->attempts++;
	int code = korch__flight_commit(flight, &error);
	if (code != 0)
		complete(flight, code < 0 ? code : 0, KORCH_STEAL(error));
}

void korch__submit_committed(korch_flight *flight, int code, uint64_t revision)
{
	flight->code = code;
	flight->revision = revision;
	if (is_reached(flight))
		settle(flight);
	else
		park(flight);
}

void korch__submit_reach(korch_engine *engine)
{
	if (engine->is_settling || !engine->n_parked)
		return;
	engine->is_settling = 1;
	/* Those that are parked by the ones who are told have their turn later. */
	size_t left = engine->n_parked;
	for (korch_flight *flight = engine->flights, *next; flight && left; flight = next) {
		next = flight->next;
		if (!flight->is_parked)
			continue;
		left--;
		if (!is_reached(flight))
			continue;
		flight->is_parked = 0;
		engine->n_parked--;
		settle(flight);
	}
	engine->is_settling = 0;
}

int korch__submit_has_work(const korch_engine *engine)
{
	const korch_flight *flight = engine->n_parked ? engine->flights : NULL;
	for (; flight; flight = flight->next)
		if (flight->is_parked && is_reached(flight))
			return 1;
	return 0;
}

static int check_term(const korch_engine *engine, korch_error **err)
{
	if (korch__term_is_mine(engine))
		return 0;
	const char *leader = korch_elector_leader(engine->options.elector);
	return *leader
	           ? korch_error_set(err, KORCH_E_BUSY, "this process does not lead: \"%s\" does",
	                             leader)
	           : korch_error_set(err, KORCH_E_BUSY, "this process does not lead: nobody does now");
}

static int check(const korch_engine *engine, const korch_plan *plan, korch_error **err)
{
	if (!engine || !plan)
		return korch_error_set(err, KORCH_E_INVALID, "an engine and a plan are needed");
	int code = korch_plan_error(plan);
	if (code < 0)
		return korch_error_set(err, code, "the plan is incomplete: %s", korch_code_text(code));
	if (engine->state == KORCH_ENGINE_STOPPED)
		return korch_error_set(err, KORCH_E_CLOSED, "the engine has been stopped");
	if (!engine->has_synced)
		return korch_error_set(err, KORCH_E_BUSY, "the engine is not in step with its store yet");
	return check_term(engine, err);
}

static korch_flight *new_flight(korch_engine *engine, korch_plan *plan)
{
	size_t n = korch_plan_steps(plan);
	size_t *step_of = korch__calloc(n + 2, sizeof(*step_of)); /* the fence has one, too */
	korch_flight *flight = step_of ? korch__flight_new(engine, plan) : NULL;
	if (flight)
		flight->step_of = step_of;
	else
		korch__free(step_of);
	return flight;
}

int korch_engine_submit(korch_engine *engine, korch_plan *plan, korch_submit_fn fn, void *userdata,
                        korch_error **err)
{
	int code = check(engine, plan, err);
	korch_flight *flight = code == 0 ? new_flight(engine, plan) : NULL;
	if (!flight) {
		korch_plan_free(plan);
		return code < 0 ? code : korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	code = korch__flight_commit(flight, err);
	if (code < 0) {
		korch__flight_free(flight);
		return code;
	}
	flight->fn = fn;
	flight->userdata = userdata;
	if (code == 1) {
		korch__recorder_record(engine->recorder, "korch", plan, flight->created);
		park(flight);
	}
	return 0;
}
