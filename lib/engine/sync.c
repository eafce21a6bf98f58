/*
 * Keeping the cache in step with the store: list, then watch; list again when the watch has lost its place. Every change goes
 * to the cache, then to the observers and controllers.
 */
#include "engine/engine.h"

#include "base/cleanup.h"
#include "object/object.h"

enum {
	PAGE = 5000,
	DRAIN_MAX = 4096,
	RETRY_US = 1000000,
};

/* A list under way. With a filled cache it goes into a second one, and the differences are applied at the end. */
struct korch_resync {
	korch_engine *engine; /* NULL: the engine has been freed meanwhile */
	korch_cache *fresh;   /* NULL: the first list, straight into the engine's cache */
	korch_timer *retry;
	uint64_t revision;
};

static int ask_page(korch_resync *resync, const char *token);

static void tell(korch_engine *engine, const korch_change *change)
{
	engine->stats.changes++;
	korch__recorder_see(engine->recorder, change);
	for (size_t i = 0; i < engine->observers.n; i++)
		engine->observers.items[i].fn(engine->observers.items[i].userdata, change);
	for (korch_controller *controller = engine->controllers; controller; controller = controller->next)
		korch__controller_see(controller, change);
}

/* Returns KORCH_E_NOMEM when the cache could not take the change. */
static int apply(korch_engine *engine, const korch_change *change)
{
	const korch_object *previous = NULL;
	int code = korch__cache_apply(&previous, engine->cache, change);
	if (code == KORCH_E_EXISTS)
		return 0;
	if (code < 0)
		return code;
	korch_change told = *change;
	told.previous = previous;
	if (told.type != KORCH_CHANGE_DELETED)
		told.type = previous ? KORCH_CHANGE_MODIFIED : KORCH_CHANGE_ADDED;
	tell(engine, &told);
	korch_object_unref(previous);
	return 0;
}

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

static void again_later(korch_resync *resync)
{
	korch_timer_set(resync->retry, korch_loop_now(resync->engine->loop) + RETRY_US);
}

static void retry(void *userdata)
{
	korch_resync *resync = userdata;
	if (resync->fresh) {
		korch_cache_free(resync->fresh);
		resync->fresh = NULL;
		if (korch_cache_new(&resync->fresh, NULL) < 0) {
			again_later(resync);
			return;
		}
	}
	if (ask_page(resync, NULL) < 0)
		again_later(resync);
}

struct difference {
	korch_engine *engine;
	const korch_view *fresh;
	const korch_kind *kind;
	KORCH_VEC(korch_object *) gone;
	int code;
};

static int note_if_gone(void *userdata, const korch_object *object)
{
	struct difference *difference = userdata;
	const korch_key key = korch_object_key(object);
	if (korch_view_get(difference->fresh, key.kind, key.namespace_, key.name))
		return 0;
	return korch__vec_push(&difference->gone, korch_object_ref(object));
}

static int note_gone_of_kind(void *userdata, const korch_kind *kind, size_t n)
{
	struct difference *difference = userdata;
	const korch_view_query query = {.kind = kind};
	return korch_view_each(korch_cache_view(difference->engine->cache), &query, note_if_gone, difference);
}

static int take_over(void *userdata, const korch_object *object)
{
	struct difference *difference = userdata;
	const korch_key key = korch_object_key(object);
	const korch_object *known = korch_view_get(korch_cache_view(difference->engine->cache), key.kind, key.namespace_, key.name);
	if (known && known->revision == object->revision)
		return 0;
	const korch_change change = {.type = KORCH_CHANGE_MODIFIED, .object = object, .revision = object->revision};
	return apply(difference->engine, &change);
}

static int take_over_kind(void *userdata, const korch_kind *kind, size_t n)
{
	struct difference *difference = userdata;
	const korch_view_query query = {.kind = kind};
	return korch_view_each(difference->fresh, &query, take_over, difference);
}

/* What the second cache has and the first has not, and the other way round. */
static int apply_differences(korch_resync *resync)
{
	korch_engine *engine = resync->engine;
	struct difference difference = {.engine = engine, .fresh = korch_cache_view(resync->fresh)};
	int code = korch__cache_each_kind(engine->cache, note_gone_of_kind, &difference);
	for (size_t i = 0; i < difference.gone.n; i++) {
		const korch_change change = {.type = KORCH_CHANGE_DELETED, .object = difference.gone.items[i], .revision = resync->revision};
		if (code == 0)
			code = apply(engine, &change);
		korch_object_unref(difference.gone.items[i]);
	}
	korch__vec_fini(&difference.gone);
	return code < 0 ? code : korch__cache_each_kind(resync->fresh, take_over_kind, &difference);
}

static void finish(korch_resync *resync)
{
	korch_engine *engine = resync->engine;
	int is_first = resync->fresh == NULL;
	int code = is_first ? 0 : apply_differences(resync);
	if (code == 0)
		code = open_watch(engine, resync->revision);
	if (code < 0) {
		again_later(resync);
		return;
	}
	engine->revision = resync->revision;
	engine->resync = NULL;
	free_resync(resync);
	engine->state = ENGINE_RUNNING;
	for (korch_controller *controller = engine->controllers; controller; controller = controller->next)
		korch__queue_unstall(&controller->queue, engine->revision);
	korch__engine_kick(engine);
}

static int take_page(korch_resync *resync, const korch_list_page *page)
{
	for (size_t i = 0; i < page->n; i++) {
		const korch_change change = {.type = KORCH_CHANGE_ADDED, .object = page->objects[i], .revision = page->objects[i]->revision};
		int code = resync->fresh ? korch_cache_put(resync->fresh, page->objects[i]) : apply(resync->engine, &change);
		if (code < 0)
			return code;
	}
	return 0;
}

static void on_page(void *userdata, int code, const korch_list_page *page)
{
	korch_resync *resync = userdata;
	if (!resync->engine || resync->engine->state == ENGINE_STOPPED) {
		if (resync->engine)
			resync->engine->resync = NULL;
		free_resync(resync);
		return;
	}
	if (code == 0)
		code = take_page(resync, page);
	if (code == 0) {
		resync->revision = page->revision;
		if (!page->continue_token) {
			finish(resync);
			return;
		}
		code = ask_page(resync, page->continue_token);
	}
	if (code < 0)
		again_later(resync);
}

static int ask_page(korch_resync *resync, const char *token)
{
	const korch_list_query query = {.limit = PAGE, .continue_token = token};
	return korch_store_list(resync->engine->store, &query, on_page, resync);
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
	engine->state = ENGINE_LISTING;
	return 0;
}

int korch__sync_start(korch_engine *engine, korch_error **err)
{
	int code = begin(engine, 1);
	return code < 0 ? korch_error_set(err, code, "the store cannot be listed: %s", korch_code_text(code)) : 0;
}

/* The watch has lost its place: controllers rest until the cache is in step again. */
static void lost(korch_engine *engine)
{
	korch_watch_free(KORCH_STEAL(engine->watch));
	if (begin(engine, 0) < 0)
		korch_timer_set(engine->timer, korch_loop_now(engine->loop) + RETRY_US);
}

void korch__sync_drain(korch_engine *engine)
{
	korch_change change;
	if (!engine->watch) {
		if (engine->state == ENGINE_RUNNING && !engine->resync)
			lost(engine);
		return;
	}
	int got = 0;
	for (int n = 0; n < DRAIN_MAX && (got = korch_watch_next(engine->watch, &change)) == 1; n++) {
		if (apply(engine, &change) < 0) {
			got = KORCH_E_COMPACTED; /* what does not fit now is listed again later */
			break;
		}
		engine->revision = change.revision;
	}
	if (got < 0 && got != KORCH_E_CLOSED) {
		lost(engine);
		return;
	}
	if (got == 0) {
		uint64_t seen = korch_watch_revision(engine->watch);
		engine->revision = seen > engine->revision ? seen : engine->revision;
	} else if (got == 1) {
		korch__engine_kick(engine);
	}
	for (korch_controller *controller = engine->controllers; controller; controller = controller->next)
		korch__queue_unstall(&controller->queue, engine->revision);
}

void korch__sync_stop(korch_engine *engine)
{
	korch_watch_free(KORCH_STEAL(engine->watch));
	if (!engine->resync)
		return;
	/* A list under way is freed by its completion; one that waits for its retry is not under way. */
	korch_resync *resync = KORCH_STEAL(engine->resync);
	resync->engine = NULL;
	if (korch_timer_due(resync->retry) != KORCH_USEC_NEVER)
		free_resync(resync);
}
