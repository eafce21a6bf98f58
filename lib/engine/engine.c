/* The engine's life, its pump and its statistics. What the pump moves stands in the files named in engine.h. */
#include "engine/engine.h"

#include "base/cleanup.h"
#include <string.h>

enum {
	SLICE = 256,
	EVENTS_MAX = 10000,
	POOLED_PLANS = 64,
};

static void pump(void *userdata);

static void set_defaults(korch_engine_options *options)
{
	if (!options->seed)
		options->seed = korch__random_seed_from_system();
	if (!options->backoff_base_us)
		options->backoff_base_us = 5 * KORCH_USEC_PER_MSEC;
	if (!options->backoff_max_us)
		options->backoff_max_us = 1000 * KORCH_USEC_PER_SEC;
	if (!options->slice)
		options->slice = SLICE;
	if (!options->events_max)
		options->events_max = EVENTS_MAX;
}

int korch_engine_new(korch_engine **out, const korch_engine_options *options, korch_error **err)
{
	if (!out || !options || options->size < sizeof(*options) || !options->loop || !options->store)
		return korch_error_set(err, KORCH_E_INVALID, "an engine needs a loop and a store");
	korch_engine *engine = korch__calloc(1, sizeof(*engine));
	if (!engine)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	engine->options = *options;
	set_defaults(&engine->options);
	engine->loop = options->loop;
	engine->store = options->store;
	korch__random_init(&engine->random, engine->options.seed);
	int code = korch_cache_new(&engine->cache, err);
	if (code == 0)
		code = korch_timer_new(&engine->timer, engine->loop, pump, engine);
	if (code == 0)
		code = korch__recorder_new(&engine->recorder, engine);
	if (code < 0) {
		korch_engine_free(engine);
		return err && *err ? code : korch_error_set(err, code, "out of memory");
	}
	*out = engine;
	return 0;
}

int korch_engine_start(korch_engine *engine, korch_error **err)
{
	if (!engine || engine->state != ENGINE_NEW)
		return korch_error_set(err, KORCH_E_INVALID, "the engine has been started already");
	return korch__sync_start(engine, err);
}

void korch_engine_stop(korch_engine *engine)
{
	if (!engine || engine->state == ENGINE_STOPPED)
		return;
	engine->state = ENGINE_STOPPED;
	korch__sync_stop(engine);
	korch_timer_set(engine->timer, KORCH_USEC_NEVER);
}

void korch_engine_free(korch_engine *engine)
{
	if (!engine)
		return;
	korch_engine_stop(engine);
	korch__commit_abandon_all(engine);
	while (engine->controllers) {
		korch_controller *controller = engine->controllers;
		engine->controllers = controller->next;
		korch__controller_free(controller);
	}
	for (size_t i = 0; i < engine->observers.n; i++)
		if (engine->observers.items[i].destroy)
			engine->observers.items[i].destroy(engine->observers.items[i].userdata);
	korch__vec_fini(&engine->observers);
	korch__recorder_free(engine->recorder);
	for (size_t i = 0; i < engine->plans.n; i++)
		korch_plan_free(engine->plans.items[i]);
	korch__vec_fini(&engine->plans);
	korch_timer_free(engine->timer);
	korch_cache_free(engine->cache);
	korch__free(engine);
}

void korch__engine_kick(korch_engine *engine)
{
	if (engine->state != ENGINE_STOPPED && !engine->is_pumping)
		korch_timer_set(engine->timer, korch_loop_now(engine->loop));
}

korch_plan *korch__engine_plan_get(korch_engine *engine)
{
	korch_plan *plan = NULL;
	if (engine->plans.n)
		return engine->plans.items[--engine->plans.n];
	return korch_plan_new(&plan) < 0 ? NULL : plan;
}

void korch__engine_plan_put(korch_engine *engine, korch_plan *plan)
{
	if (!plan)
		return;
	korch_plan_reset(plan);
	if (engine->plans.n >= POOLED_PLANS || korch__vec_push(&engine->plans, plan) < 0)
		korch_plan_free(plan);
}

/* When something is to be done by time alone. */
static korch_usec next_due(const korch_engine *engine)
{
	korch_usec due = KORCH_USEC_NEVER;
	for (const korch_controller *controller = engine->controllers; controller; controller = controller->next) {
		korch_usec its = korch__controller_due(controller);
		due = its < due ? its : due;
	}
	return due;
}

/* One turn: changes in, some requests handled, events out; again soon when more is waiting. */
static void pump(void *userdata)
{
	korch_engine *engine = userdata;
	if (engine->state == ENGINE_STOPPED)
		return;
	engine->is_pumping = 1;
	korch__sync_drain(engine);
	int has_more = 0;
	if (engine->state == ENGINE_RUNNING) {
		size_t left = engine->options.slice;
		size_t done = 1;
		/* Round robin with small bites, so that no controller keeps the others waiting. */
		while (left && done) {
			done = 0;
			for (korch_controller *controller = engine->controllers; controller && left; controller = controller->next) {
				size_t n = korch__controller_work(controller, left < 16 ? left : 16);
				done += n;
				left -= n < left ? n : left;
			}
		}
		korch__recorder_flush(engine->recorder);
		for (const korch_controller *controller = engine->controllers; controller && !has_more; controller = controller->next)
			has_more = korch__controller_has_work(controller);
	}
	engine->is_pumping = 0;
	if (engine->state == ENGINE_STOPPED)
		return;
	korch_timer_set(engine->timer, has_more ? korch_loop_now(engine->loop) : next_due(engine));
}

const korch_view *korch_engine_view(const korch_engine *engine)
{
	korch_cache_set_time(engine->cache, korch_loop_now(engine->loop), engine->revision);
	return korch_cache_view(engine->cache);
}

int korch_engine_is_synced(const korch_engine *engine)
{
	return engine->state == ENGINE_RUNNING;
}

int korch_engine_is_idle(const korch_engine *engine, korch_usec *next_us)
{
	if (next_us)
		*next_us = next_due(engine);
	if (engine->state != ENGINE_RUNNING || engine->n_inflight || korch__recorder_is_busy(engine->recorder))
		return 0;
	if (engine->committed > engine->revision)
		return 0;
	for (const korch_controller *controller = engine->controllers; controller; controller = controller->next)
		if (controller->queue.n_queued || controller->queue.n_in_hand || controller->queue.n_stalled)
			return 0;
	return 1;
}

void korch_engine_get_stats(korch_engine_stats *out, const korch_engine *engine)
{
	*out = engine->stats;
	out->queued = out->delayed = 0;
	for (const korch_controller *controller = engine->controllers; controller; controller = controller->next) {
		out->queued += controller->queue.n_queued + controller->queue.n_stalled;
		out->delayed += controller->queue.delays.n;
	}
	out->objects = korch__cache_size(engine->cache);
}

int korch_engine_observe(korch_engine *engine, void (*fn)(void *userdata, const korch_change *change), void *userdata,
						 void (*destroy)(void *userdata))
{
	const korch_engine_observer observer = {fn, userdata, destroy};
	int code = fn ? korch__vec_push(&engine->observers, observer) : KORCH_E_INVALID;
	if (code < 0 && destroy)
		destroy(userdata);
	return code;
}

void korch__engine_set_admission(korch_engine *engine, korch__engine_admit_fn fn, void *userdata)
{
	engine->admit = fn;
	engine->admit_userdata = userdata;
}

void korch__engine_trust(korch_controller *controller)
{
	controller->is_trusted = 1;
}
