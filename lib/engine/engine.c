/* The engine's life, its pump and its statistics. What the pump moves: see engine.h. */
#include "engine/engine.h"

#include "base/cleanup.h"
#include <korch/api.h>

enum {
	SLICE = 256,
	BITE = 16, /* requests of one controller before the others get a turn */
	EVENTS_MAX = 10000,
	SPARE_PLANS = 256,
	SPARE_STEPS = 32, /* of a plan that is kept: it keeps its room */
};

/* Longer than anybody waits, and never so long that adding it to a time goes over the edge. */
static const korch_usec LONGEST = KORCH_USEC_NEVER / 4;

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

static int make_pending(korch_engine *engine)
{
	korch_pod_status *status = korch_struct_new(&korch_pod_status_type);
	engine->pending = status;
	return status ? korch_string_set(&status->phase, "Pending") : KORCH_E_NOMEM;
}

static int make_parts(korch_engine *engine)
{
	int code = korch_cache_new(&engine->cache, NULL);
	if (code == 0)
		code = korch_timer_new(&engine->timer, engine->loop, pump, engine);
	if (code == 0)
		code = korch__recorder_new(&engine->recorder, engine);
	if (code == 0)
		code = make_pending(engine);
	return code;
}

static int check_options(const korch_engine_options *options, korch_error **err)
{
	if (!options || options->size < sizeof(*options) || !options->loop || !options->store)
		return korch_error_set(err, KORCH_E_INVALID, "an engine needs a loop and a store");
	if (options->backoff_base_us < 0 || options->backoff_max_us < 0 ||
	    options->backoff_base_us > LONGEST || options->backoff_max_us > LONGEST)
		return korch_error_set(err, KORCH_E_INVALID, "back-off times must be from 0 to %lld us",
		                       (long long)LONGEST);
	return 0;
}

int korch_engine_new(korch_engine **out, const korch_engine_options *options, korch_error **err)
{
	if (!out)
		return korch_error_set(err, KORCH_E_INVALID, "an engine needs a place");
	if (check_options(options, err) < 0)
		return KORCH_E_INVALID;
	korch_engine *engine = korch__calloc(1, sizeof(*engine));
	if (!engine)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	engine->options = *options;
	set_defaults(&engine->options);
	engine->loop = options->loop;
	engine->store = options->store;
	korch__random_init(&engine->random, engine->options.seed);
	korch__term_init(engine);
	int code = make_parts(engine);
	if (code < 0) {
		korch_engine_free(engine);
		return korch_error_set(err, code, "%s", korch_code_text(code));
	}
	*out = engine;
	return 0;
}

int korch_engine_start(korch_engine *engine, korch_error **err)
{
	if (!engine || engine->state != KORCH_ENGINE_NEW)
		return korch_error_set(err, KORCH_E_INVALID, "the engine has been started already");
	return korch__sync_start(engine, err);
}

void korch_engine_stop(korch_engine *engine)
{
	if (!engine || engine->state == KORCH_ENGINE_STOPPED)
		return;
	engine->state = KORCH_ENGINE_STOPPED;
	korch__sync_stop(engine);
	if (engine->timer)
		korch_timer_set(engine->timer, KORCH_USEC_NEVER);
	korch__submit_reach(engine);
}

static void free_observers(korch_engine *engine)
{
	for (size_t i = 0; i < engine->observers.n; i++)
		if (engine->observers.items[i].destroy)
			engine->observers.items[i].destroy(engine->observers.items[i].userdata);
	korch__vec_fini(&engine->observers);
}

void korch_engine_free(korch_engine *engine)
{
	if (!engine)
		return;
	korch_engine_stop(engine);
	korch__term_fini(engine);
	korch__doubt_fini(engine);
	korch__flight_abandon_all(engine);
	while (engine->controllers) {
		korch_controller *controller = engine->controllers;
		engine->controllers = controller->next;
		korch__controller_free(controller);
	}
	free_observers(engine);
	korch__recorder_free(engine->recorder);
	for (size_t i = 0; i < engine->plans.n; i++)
		korch_plan_free(engine->plans.items[i]);
	korch__vec_fini(&engine->plans);
	korch__vec_fini(&engine->writes);
	korch_block_unref(engine->pending);
	korch_timer_free(engine->timer);
	korch_cache_free(engine->cache);
	korch__free(engine);
}

void korch__engine_kick(korch_engine *engine)
{
	if (engine->state == KORCH_ENGINE_STOPPED || engine->is_pumping)
		return;
	korch_usec now = korch_loop_now(engine->loop);
	if (korch_timer_due(engine->timer) > now)
		korch_timer_set(engine->timer, now);
}

korch_plan *korch__engine_plan_get(korch_engine *engine)
{
	korch_plan *plan = NULL;
	if (engine->plans.n)
		plan = engine->plans.items[--engine->plans.n];
	else if (korch_plan_new(&plan) < 0)
		return NULL;
	korch_plan_set_max(plan, korch__term_writes_max(engine));
	return plan;
}

void korch__engine_plan_put(korch_engine *engine, korch_plan *plan)
{
	if (!plan)
		return;
	int is_large = korch_plan_steps(plan) > SPARE_STEPS || korch_plan_notes(plan) > SPARE_STEPS;
	korch_plan_reset(plan);
	if (is_large || engine->plans.n >= SPARE_PLANS || korch__vec_push(&engine->plans, plan) < 0)
		korch_plan_free(plan);
}

/* The pump */

static korch_usec earlier(korch_usec a, korch_usec b)
{
	return a < b ? a : b;
}

/* When there is something to do, should nothing change until then. */
static korch_usec next_due(const korch_engine *engine)
{
	if (engine->resync)
		return KORCH_USEC_NEVER; /* its end kicks */
	if (engine->state != KORCH_ENGINE_RUNNING)
		return engine->resync_at ? engine->resync_at : KORCH_USEC_NEVER;
	korch_usec due = korch__doubt_due(engine);
	if (!korch__term_may_act(engine))
		return due; /* the elector kicks */
	due = earlier(due, korch__recorder_due(engine->recorder));
	for (const korch_controller *at = engine->controllers; at; at = at->next)
		due = earlier(due, korch__controller_due(at));
	return due;
}

/*
 * Round robin with small bites, so that no controller keeps the others waiting; the next turn
 * begins where this one had to end.
 */
static void work(korch_engine *engine)
{
	size_t left = engine->options.slice;
	korch_controller *at = engine->turn ? engine->turn : engine->controllers;
	for (size_t idle = 0; at && left && idle < engine->n_controllers;) {
		size_t n = korch__controller_work(at, left < BITE ? left : BITE);
		left -= n;
		idle = n ? 0 : idle + 1;
		at = at->next ? at->next : engine->controllers;
	}
	engine->turn = left ? NULL : at;
}

static void tell_pullers(korch_engine *engine)
{
	for (korch_controller *at = engine->controllers; at; at = at->next)
		if (korch__term_may_act(engine))
			korch__pull_tell(at);
}

/* One turn: changes in, some requests handled, events out; again soon when more is waiting. */
static void pump(void *userdata)
{
	korch_engine *engine = userdata;
	engine->is_pumping = 1;
	int has_more = korch__sync_drain(engine);
	korch__submit_reach(engine);
	if (engine->state == KORCH_ENGINE_RUNNING)
		korch__doubt_ask(engine);
	if (korch__term_may_act(engine)) {
		work(engine);
		tell_pullers(engine);
	}
	if (korch__term_may_act(engine))
		korch__recorder_flush(engine->recorder);
	engine->is_pumping = 0;
	if (engine->state == KORCH_ENGINE_STOPPED)
		return;
	korch_usec now = korch_loop_now(engine->loop);
	if (has_more || korch__submit_has_work(engine))
		korch_timer_set(engine->timer, now);
	else
		korch_timer_set(engine->timer, next_due(engine));
}

/* Reading */

const korch_view *korch_engine_view(const korch_engine *engine)
{
	korch_cache_set_time(engine->cache, korch_loop_now(engine->loop), engine->revision);
	return korch_cache_view(engine->cache);
}

int korch_engine_is_synced(const korch_engine *engine)
{
	return engine->has_synced;
}

int korch_engine_is_idle(const korch_engine *engine, korch_usec *next_us)
{
	int is_idle = engine->state == KORCH_ENGINE_RUNNING && !engine->n_flights &&
	              engine->committed <= engine->revision &&
	              !korch__recorder_is_busy(engine->recorder);
	korch_usec next = KORCH_USEC_NEVER;
	for (const korch_controller *at = engine->controllers; at; at = at->next) {
		const korch_queue *queue = &at->queue;
		next = earlier(next, earlier(korch__queue_due(queue), at->again_at));
		if (queue->n_queued || queue->n_in_hand || queue->stalls.n)
			is_idle = 0;
	}
	if (next_us)
		*next_us = next;
	return is_idle;
}

void korch_engine_get_stats(korch_engine_stats *out, const korch_engine *engine)
{
	*out = engine->stats;
	out->queued = out->delayed = 0;
	for (const korch_controller *at = engine->controllers; at; at = at->next) {
		out->queued += at->queue.n_queued + at->queue.n_stalled;
		out->delayed += at->queue.delays.n;
	}
	out->objects = korch__cache_size(engine->cache);
	out->events_dropped = korch__recorder_dropped(engine->recorder);
}

int korch_engine_observe(korch_engine *engine,
                         void (*fn)(void *userdata, const korch_change *change), void *userdata,
                         void (*destroy)(void *userdata))
{
	const korch_engine_observer observer = {fn, userdata, destroy};
	int code = engine && fn ? korch__vec_push(&engine->observers, observer) : KORCH_E_INVALID;
	if (code < 0 && destroy)
		destroy(userdata);
	return code;
}

/* For the cluster */

korch_admission korch__engine_admission(korch_engine *engine)
{
	return (korch_admission){
	    .view = korch_engine_view(engine),
	    .now = korch_loop_now(engine->loop),
	    .random = &engine->random,
	    .pending = engine->pending,
	    .fn = engine->admit,
	    .userdata = engine->admit_userdata,
	};
}

void korch__engine_set_admission(korch_engine *engine, korch__admit_fn fn, void *userdata)
{
	engine->admit = fn;
	engine->admit_userdata = userdata;
}

void korch__engine_trust(korch_controller *controller)
{
	controller->is_trusted = 1;
}
