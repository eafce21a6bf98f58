/*
 * Keeping the cache in step with the store: list, then watch; list again when the watch has lost
 * its place. Every change goes to the cache, then to the observers and controllers. What a list
 * brings is worked out in relist.c.
 */
#include "engine/sync.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "object/object.h"

enum {
	PAGE = 5000,
	DRAIN_MAX = 4096,
	RETRY_US = 1000000,
	RETRY_COMPACTED_US = 10000, /* the list took too long; the store itself is fine */
	RESUME_US = 10000,
	RESUME_MAX_US = 5000000,
};

static int ask_page(korch_resync *resync, const char *token);

/* Changes */

static void tell(korch_engine *engine, const korch_change *change)
{
	engine->stats.changes++;
	korch__recorder_see(engine->recorder, change);
	for (size_t i = 0; i < engine->observers.n; i++) {
		const korch_engine_observer observer = engine->observers.items[i];
		observer.fn(observer.userdata, change);
	}
	/* Who is added by one of those who are told has seen the change in the cache. */
	for (korch_controller *at = engine->controllers; at; at = at->next)
		if (at->since < engine->stats.changes)
			korch__controller_see(at, change);
}

/* So that the request that a deletion brings cannot be lost: nothing but the change tells of it. */
static int expect(korch_engine *engine, const korch_object *object)
{
	int code = 0;
	for (korch_controller *at = engine->controllers; at && code == 0; at = at->next)
		code = korch__controller_expect(at, object);
	return code;
}

static void unexpect(korch_engine *engine, const korch_object *object)
{
	for (korch_controller *at = engine->controllers; at; at = at->next)
		korch__controller_unexpect(at, object);
}

static int apply(korch_engine *engine, const korch_change *change)
{
	const korch_object *previous = NULL;
	int code = korch__cache_apply(&previous, engine->cache, change);
	if (code < 0)
		return code == KORCH_E_EXISTS ? 0 : code; /* 0: known already */
	korch_change told = *change;
	told.previous = previous;
	if (told.type != KORCH_CHANGE_DELETED)
		told.type = previous ? KORCH_CHANGE_MODIFIED : KORCH_CHANGE_ADDED;
	korch_object_ref(told.object); /* one of those who are told may end the watch */
	if (told.type != KORCH_CHANGE_DELETED || previous)
		tell(engine, &told);
	korch_object_unref(told.object);
	korch_object_unref(previous);
	return 0;
}

int korch__sync_apply(korch_engine *engine, const korch_change *change)
{
	if (change->type != KORCH_CHANGE_DELETED)
		return apply(engine, change);
	const korch_object *object = korch_object_ref(change->object);
	int code = expect(engine, object);
	if (code == 0)
		code = apply(engine, change);
	unexpect(engine, object);
	korch_object_unref(object);
	return code;
}

/* The cache has everything up to a revision. */
static void reach(korch_engine *engine, uint64_t revision)
{
	if (revision > engine->revision)
		engine->revision = revision;
	for (korch_controller *at = engine->controllers; at; at = at->next)
		korch__queue_reach(&at->queue, engine->revision);
}

/* Lists */

static void free_resync(korch_resync *resync)
{
	korch_cache_free(resync->fresh);
	korch_timer_free(resync->retry);
	korch__free(resync);
}

static void on_ready(void *userdata)
{
	korch__engine_kick(userdata);
}

static int open_watch(korch_engine *engine, uint64_t since)
{
	const korch_watch_query query = {.since = since};
	return korch_store_watch(&engine->watch, engine->store, &query, on_ready, engine);
}

static void again_later(korch_resync *resync, int code)
{
	if (code == KORCH_E_CLOSED) { /* for good */
		korch_engine_stop(resync->engine);
		return;
	}
	korch__log(KORCH_LOG_WARNING, "engine", "the store cannot be listed: %s",
	           korch_code_text(code));
	korch_usec delay = code == KORCH_E_COMPACTED ? RETRY_COMPACTED_US : RETRY_US;
	korch_timer_set(resync->retry, korch_loop_now(resync->engine->loop) + delay);
}

/* Starts over, into a cache of its own: what is there must not be taken for new. */
static void retry(void *userdata)
{
	korch_resync *resync = userdata;
	korch_cache_free(KORCH_STEAL(resync->fresh));
	int code = korch_cache_new(&resync->fresh, NULL);
	if (code == 0)
		code = ask_page(resync, NULL);
	if (code < 0)
		again_later(resync, code);
}

static int take_page(korch_resync *resync, const korch_list_page *page)
{
	int code = 0;
	for (size_t i = 0; i < page->n && code == 0 && resync->engine; i++) {
		const korch_object *object = page->objects[i];
		const korch_change change = {
		    .type = KORCH_CHANGE_ADDED, .object = object, .revision = object->revision};
		code = resync->fresh ? korch_cache_put(resync->fresh, object)
		                     : korch__sync_apply(resync->engine, &change);
	}
	resync->revision = page->revision;
	return code;
}

static int finish(korch_resync *resync)
{
	int code = resync->fresh ? korch__relist_apply(resync) : 0;
	korch_engine *engine = resync->engine;
	if (!engine)
		return 0; /* stopped by one of those who were told */
	if (code == 0)
		code = open_watch(engine, resync->revision);
	if (code < 0)
		return code;
	engine->resync = NULL;
	resync->engine = NULL;
	engine->state = KORCH_ENGINE_RUNNING;
	engine->has_synced = 1;
	reach(engine, resync->revision);
	korch__engine_kick(engine);
	return 0;
}

static void on_page(void *userdata, int code, const korch_list_page *page)
{
	korch_resync *resync = userdata;
	resync->is_asking = 0;
	resync->is_inside = 1;
	if (code == 0 && resync->engine)
		code = take_page(resync, page);
	if (code == 0 && resync->engine)
		code = page->continue_token ? ask_page(resync, page->continue_token) : finish(resync);
	resync->is_inside = 0;
	if (!resync->engine)
		free_resync(resync);
	else if (code < 0)
		again_later(resync, code);
}

static int ask_page(korch_resync *resync, const char *token)
{
	const korch_list_query query = {.limit = PAGE, .continue_token = token};
	int code = korch_store_list(resync->engine->store, &query, on_page, resync);
	resync->is_asking = code == 0;
	return code;
}

static int begin(korch_engine *engine, int is_first)
{
	korch_resync *resync = korch__calloc(1, sizeof(*resync));
	if (!resync)
		return KORCH_E_NOMEM;
	resync->engine = engine;
	int code = korch_timer_new(&resync->retry, engine->loop, retry, resync);
	if (code == 0 && !is_first)
		code = korch_cache_new(&resync->fresh, NULL);
	if (code == 0)
		code = ask_page(resync, NULL);
	if (code < 0) {
		free_resync(resync);
		return code;
	}
	engine->resync = resync;
	engine->state = KORCH_ENGINE_LISTING;
	return 0;
}

int korch__sync_start(korch_engine *engine, korch_error **err)
{
	int code = begin(engine, 1);
	return code < 0
	           ? korch_error_set(err, code, "the store cannot be listed: %s", korch_code_text(code))
	           : 0;
}

void korch__sync_stop(korch_engine *engine)
{
	korch_watch_free(KORCH_STEAL(engine->watch));
	korch_resync *resync = KORCH_STEAL(engine->resync);
	if (!resync)
		return;
	resync->engine = NULL;
	korch_timer_set(resync->retry, KORCH_USEC_NEVER);
	if (!resync->is_asking && !resync->is_inside)
		free_resync(resync);
}

/* Watching */

/* The watch has lost its place: controllers rest until the cache is in step again. */
static void relist(korch_engine *engine)
{
	korch_watch_free(KORCH_STEAL(engine->watch));
	engine->state = KORCH_ENGINE_LISTING;
	if (korch_loop_now(engine->loop) < engine->resync_at)
		return;
	engine->resync_at = 0;
	if (begin(engine, 0) < 0)
		engine->resync_at = korch_loop_now(engine->loop) + RETRY_US;
}

static void resume_later(korch_engine *engine)
{
	engine->resync_at =
	    korch_loop_now(engine->loop) +
	    korch__backoff(&engine->random, RESUME_US, RESUME_MAX_US, ++engine->watch_failures);
}

/* The watch broke, but not its place: it is opened there again. Meanwhile controllers rest. */
static void resume(korch_engine *engine)
{
	if (engine->watch) {
		engine->resume_at = korch_watch_revision(engine->watch);
		korch_watch_free(KORCH_STEAL(engine->watch));
		engine->is_resuming = 1;
		engine->state = KORCH_ENGINE_LISTING;
		resume_later(engine);
	}
	if (korch_loop_now(engine->loop) < engine->resync_at)
		return;
	engine->resync_at = 0;
	int code = open_watch(engine, engine->resume_at);
	if (code == KORCH_E_CLOSED) {
		korch_engine_stop(engine);
		return;
	}
	if (code < 0 && code != KORCH_E_COMPACTED) {
		resume_later(engine);
		return;
	}
	engine->is_resuming = 0;
	if (code < 0) {
		relist(engine);
		return;
	}
	engine->state = KORCH_ENGINE_RUNNING;
	korch__engine_kick(engine);
}

static int take_changes(korch_engine *engine)
{
	korch_change change;
	int got = 0;
	for (int n = 0; n < DRAIN_MAX && engine->watch; n++) {
		got = korch_watch_next(engine->watch, &change);
		if (got != 1)
			return got;
		engine->watch_failures = 0;
		/* What does not fit into memory now is listed again later. */
		if (korch__sync_apply(engine, &change) < 0)
			return KORCH_E_COMPACTED;
	}
	return got;
}

int korch__sync_drain(korch_engine *engine)
{
	if (engine->is_draining || engine->resync || !engine->has_synced ||
	    engine->state == KORCH_ENGINE_STOPPED)
		return 0;
	engine->is_draining = 1;
	int got = engine->watch         ? take_changes(engine)
	          : engine->is_resuming ? KORCH_E_IO
	                                : KORCH_E_COMPACTED;
	engine->is_draining = 0;
	if (engine->state == KORCH_ENGINE_STOPPED)
		return 0;
	if (got >= 0)
		reach(engine, korch_watch_revision(engine->watch));
	else if (got == KORCH_E_CLOSED)
		korch_engine_stop(engine); /* the store does not come back */
	else if (got == KORCH_E_IO)
		resume(engine);
	else
		relist(engine);
	return got == 1;
}
