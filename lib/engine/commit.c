/*
 * Committing plans: a plan becomes a flight, its transaction goes to the store, and what comes of
 * it goes back to the queue, or to submit.c.
 */
#include "engine/flight.h"

#include "base/cleanup.h"
#include "base/log.h"
#include <string.h>

enum { SPARE_MAX = 256, SPARE_WRITES = 256 };

/* Flights */

static korch_flight *take_spare(korch_engine *engine)
{
	korch_flight *flight = engine->spare;
	if (!flight)
		return korch__alloc(sizeof(*flight));
	engine->spare = flight->next;
	engine->n_spare--;
	return flight;
}

static void put_spare(korch_engine *engine, korch_flight *flight)
{
	if (!engine || engine->n_spare >= SPARE_MAX) {
		korch__free(flight);
		return;
	}
	flight->next = engine->spare;
	engine->spare = flight;
	engine->n_spare++;
}

static void link_last(korch_engine *engine, korch_flight *flight)
{
	flight->previous = engine->last_flight;
	*(engine->last_flight ? &engine->last_flight->next : &engine->flights) = flight;
	engine->last_flight = flight;
	engine->n_flights++;
}

static void unlink_flight(korch_engine *engine, korch_flight *flight)
{
	*(flight->previous ? &flight->previous->next : &engine->flights) = flight->next;
	*(flight->next ? &flight->next->previous : &engine->last_flight) = flight->previous;
	flight->next = flight->previous = NULL;
	engine->n_flights--;
}

korch_flight *korch__flight_new(korch_engine *engine, korch_plan *plan)
{
	size_t n = korch_plan_steps(plan);
	korch_flight *flight = take_spare(engine);
	if (!flight)
		return NULL;
	memset(flight, 0, sizeof(*flight));
	flight->created =
	    n <= KORCH_FLIGHT_FEW ? flight->few : korch__calloc(n, sizeof(*flight->created));
	if (!flight->created) {
		put_spare(engine, flight);
		return NULL;
	}
	flight->engine = engine;
	flight->plan = plan;
	flight->n_steps = n;
	link_last(engine, flight);
	return flight;
}

void korch__flight_free(korch_flight *flight)
{
	korch_engine *engine = flight->engine;
	if (engine) {
		unlink_flight(engine, flight);
		korch__engine_plan_put(engine, flight->plan);
	} else {
		korch_plan_free(flight->plan);
	}
	for (size_t i = 0; i < flight->n_steps; i++)
		korch_string_unref(flight->created[i]);
	if (flight->created != flight->few)
		korch__free(flight->created);
	korch__free(flight->step_of);
	korch_object_unref(flight->last_state);
	put_spare(engine, flight);
}

void korch__flight_abandon_all(korch_engine *engine)
{
	while (engine->flights) {
		korch_flight *flight = engine->flights;
		korch_submit_fn fn = flight->fn;
		void *userdata = flight->userdata;
		int has_ended = flight->is_parked || flight->doubt;
		unlink_flight(engine, flight);
		flight->engine = NULL; /* the store's completion frees it, unless that has been */
		if (has_ended)
			korch__flight_free(flight);
		if (fn)
			fn(userdata, KORCH_E_CLOSED, NULL, NULL);
	}
	while (engine->spare)
		korch__free(take_spare(engine));
}

/* Transactions */

static void count(korch_engine *engine, int code, uint64_t revision)
{
	if (code == 0) {
		engine->stats.commits++;
		if (revision > engine->committed)
			engine->committed = revision;
	} else if (code == KORCH_E_CONFLICT || code == KORCH_E_EXISTS || code == KORCH_E_NOT_FOUND) {
		engine->stats.conflicts++;
	} else {
		engine->stats.failures++;
	}
}

static void on_committed(void *userdata, int code, const korch_commit_result *result)
{
	korch_flight *flight = userdata;
	korch_engine *engine = flight->engine;
	if (!engine) { /* freed meanwhile; whoever waited has been told */
		korch__flight_free(flight);
		return;
	}
	uint64_t revision = result ? result->revision : 0;
	if (korch__term_is_over(engine, flight->term, code, result)) {
		code = KORCH_E_BUSY;
		revision = 0;
	} else {
		count(engine, code, revision);
	}
	flight->failed_step = 0;
	if (code < 0 && code != KORCH_E_BUSY && flight->step_of && result &&
	    result->failed <= flight->n_steps)
		flight->failed_step = flight->step_of[result->failed];
	korch__sync_drain(engine);
	korch_controller *controller = flight->controller;
	if (code == 0)
		korch__recorder_record(engine->recorder, controller ? controller->name : "korch",
		                       flight->plan, flight->created);
	if (!controller) {
		korch__submit_committed(flight, code, revision);
		return;
	}
	if (code == KORCH_E_IO) {
		korch__doubt_add(flight);
		return;
	}
	korch__controller_finish(controller, flight->item, code, flight->plan, revision);
	korch__flight_free(flight);
}

/* Checks alone need no transaction: the next change would call the decider again anyway. */
static int has_effect(const korch_engine *engine)
{
	for (size_t i = 0; i < engine->writes.n; i++)
		if (engine->writes.items[i].op != KORCH_WRITE_CHECK)
			return 1;
	return 0;
}

int korch__flight_commit(korch_flight *flight, korch_error **err)
{
	korch_engine *engine = flight->engine;
	int code = korch__transaction_make(flight, err);
	if (code < 0 || !has_effect(engine)) {
		korch__transaction_drop(engine);
		return code < 0 ? code : 1;
	}
	size_t n = engine->writes.n;
	engine->writes.n = 0; /* the store takes the references, also when it refuses */
	code = korch_store_commit(engine->store, engine->writes.items, n, on_committed, flight);
	if (engine->writes.cap > SPARE_WRITES)
		korch__vec_fini(&engine->writes);
	return code < 0 ? korch_error_set(err, code, "the store refused the transaction: %s",
	                                  korch_code_text(code))
	                : 0;
}

/* That this process leads no more is said by the elector, once. */
static void say_failure(const korch_controller *controller, const korch_queue_item *item,
                        const korch_error *error)
{
	if (!korch__term_is_mine(controller->engine))
		return;
	controller->engine->stats.failures++;
	korch__log(KORCH_LOG_WARNING, "engine", "%s: %s/%s: %s", controller->name, item->namespace_,
	           item->name, korch_error_message(error));
}

void korch__commit_request(korch_controller *controller, korch_queue_item *item, korch_plan *plan)
{
	korch_engine *engine = controller->engine;
	_cleanup_error_ korch_error *error = NULL;
	korch_flight *flight = korch__flight_new(engine, plan);
	if (!flight) {
		korch__engine_plan_put(engine, plan);
		korch__controller_finish(controller, item, KORCH_E_NOMEM, NULL, 0);
		return;
	}
	flight->controller = controller;
	flight->item = item;
	flight->names_seed =
	    item->names_seed ? item->names_seed : korch__random_next(&engine->random) | 1;
	item->names_seed = 0;
	int code = flight->n_steps ? korch__flight_commit(flight, &error) : 1;
	if (code == 0)
		return;
	if (code > 0) {
		korch__recorder_record(engine->recorder, controller->name, plan, flight->created);
	} else {
		say_failure(controller, item, error);
	}
	korch__controller_finish(controller, item, code < 0 ? code : 0, plan, 0);
	korch__flight_free(flight);
}
