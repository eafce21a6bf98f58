/*
 * Transactions of which nobody knows whether they were done: the store gave no answer. The decider
 * must not be asked again on a state that may lack what it did. So the store is asked how far it
 * is, until it answers, and the keys wait for the cache to come there.
 */
#include "engine/flight.h"

#include "base/cleanup.h"
#include "base/log.h"
#include <korch/api/core_namespace.h>

enum { RETRY_US = 100000, RETRY_MAX_US = 10000000 };

/* A question under way; engine NULL: freed meanwhile. */
struct korch_question {
	korch_engine *engine;
};

void korch__doubt_add(korch_flight *flight)
{
	korch_engine *engine = flight->engine;
	const korch_queue_item *item = flight->item;
	korch__log(KORCH_LOG_WARNING, "engine",
	           "%s: %s/%s: the store gave no answer: what was done is looked up",
	           flight->controller->name, item->namespace_, item->name);
	flight->doubt = KORCH_DOUBT_NEW;
	engine->n_doubts++;
	korch__engine_kick(engine);
}

/* Flights that were in doubt when the question was asked go back to their queues. */
static void resolve(korch_engine *engine, uint64_t revision)
{
	for (korch_flight *flight = engine->flights, *next; flight; flight = next) {
		next = flight->next;
		if (flight->doubt != KORCH_DOUBT_ASKED)
			continue;
		engine->n_doubts--;
		flight->item->names_seed = flight->names_seed;
		korch__controller_finish(flight->controller, flight->item, KORCH_E_IO, flight->plan,
		                         revision);
		korch__flight_free(flight);
	}
}

static void ask_later(korch_engine *engine)
{
	engine->doubt_at =
	    korch_loop_now(engine->loop) +
	    korch__backoff(&engine->random, RETRY_US, RETRY_MAX_US, ++engine->doubt_failures);
}

static void on_answer(void *userdata, int code, const korch_list_page *page)
{
	korch_question *question = userdata;
	korch_engine *engine = question->engine;
	korch__free(question);
	if (!engine)
		return;
	engine->question = NULL;
	if (code < 0) {
		ask_later(engine);
	} else {
		engine->doubt_failures = 0;
		engine->doubt_at = 0;
		resolve(engine, page->revision);
	}
	korch__engine_kick(engine);
}

void korch__doubt_ask(korch_engine *engine)
{
	/* Any list tells the revision; of namespaces there are few. */
	const korch_list_query query = {.kind = &korch_namespace_kind, .limit = 1};
	if (korch__doubt_due(engine) > korch_loop_now(engine->loop))
		return;
	korch_question *question = korch__calloc(1, sizeof(*question));
	if (question)
		question->engine = engine;
	if (!question || korch_store_list(engine->store, &query, on_answer, question) < 0) {
		korch__free(question);
		ask_later(engine);
		return;
	}
	engine->question = question;
	for (korch_flight *flight = engine->flights; flight; flight = flight->next) {
		if (flight->doubt == KORCH_DOUBT_NEW)
			flight->doubt = KORCH_DOUBT_ASKED;
	}
}

korch_usec korch__doubt_due(const korch_engine *engine)
{
	return engine->n_doubts && !engine->question ? engine->doubt_at : KORCH_USEC_NEVER;
}

void korch__doubt_fini(korch_engine *engine)
{
	if (engine->question)
		engine->question->engine = NULL;
}
