/*
 * Watches: what has come for each, until it is read. Objects are decoded by the reader. How it
 * comes stands in stream.c.
 */
#include "base/cleanup.h"
#include "base/log.h"
#include "store/etcd/etcd.h"
#include <string.h>

/* A watch that nobody reads is ended when so much waits for it. */
#define WAITING_MAX ((size_t)64 << 20)

static void free_batches(etcd_watch *watch, struct etcd_batches *list)
{
	etcd_batch *batch;
	while ((batch = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, batch, link);
		watch->n_bytes -= batch->n_bytes;
		korch__etcd__watch_response__free_unpacked(batch->response, &korch__etcd_allocator);
		korch__free(batch);
	}
}

static void give_back(etcd_watch *watch)
{
	korch_object_unref(watch->object);
	korch_object_unref(watch->previous);
	watch->object = watch->previous = NULL;
}

/* What has come */

/* There will be no more, and nothing of what waits. */
static void end_watch(etcd_watch *watch, int code)
{
	free_batches(watch, &watch->parts);
	watch->code = code;
	korch__etcd_stream_remove(watch);
}

static void take_cancel(etcd_watch *watch, const Korch__Etcd__WatchResponse *response)
{
	etcd_store *store = watch->store;
	uint64_t compacted = response->compact_revision > 0 ? (uint64_t)response->compact_revision : 0;
	watch->id = 0; /* the server has taken it off */
	if (compacted > store->compacted)
		store->compacted = compacted;
	if (!compacted)
		korch__log(KORCH_LOG_WARNING, "store", "etcd: a watch was ended: %s",
		           response->cancel_reason);
	end_watch(watch, compacted ? KORCH_E_COMPACTED : KORCH_E_IO);
}

/* Keeps what is new of a response, which is taken. */
static int keep_news(etcd_watch *watch, Korch__Etcd__WatchResponse *response, size_t length)
{
	size_t at = 0;
	while (at < response->n_events &&
	       (uint64_t)response->events[at]->kv->mod_revision <= watch->complete)
		at++;
	etcd_batch *batch = at < response->n_events ? korch__calloc(1, sizeof(*batch)) : NULL;
	if (!batch) {
		int code = at < response->n_events ? KORCH_E_NOMEM : 0;
		korch__etcd__watch_response__free_unpacked(response, &korch__etcd_allocator);
		return code;
	}
	*batch = (etcd_batch){.response = response, .at = at, .n_bytes = length};
	watch->n_bytes += length;
	TAILQ_INSERT_TAIL(&watch->parts, batch, link);
	return 0;
}

static void take_events(etcd_watch *watch, Korch__Etcd__WatchResponse *response, size_t length)
{
	uint64_t newest = (uint64_t)response->events[response->n_events - 1]->kv->mod_revision;
	int is_part = response->fragment;
	if (keep_news(watch, response, length) < 0) {
		end_watch(watch, KORCH_E_NOMEM);
	} else if (watch->n_bytes > WAITING_MAX) {
		free_batches(watch, &watch->queue);
		end_watch(watch, KORCH_E_COMPACTED);
	} else if (!is_part) {
		if (newest > watch->complete)
			watch->complete = newest;
		TAILQ_CONCAT(&watch->queue, &watch->parts, link);
	}
}

static int is_whole(const Korch__Etcd__WatchResponse *response)
{
	for (size_t i = 0; i < response->n_events; i++) {
		if (!response->events[i]->kv)
			return 0;
	}
	return 1;
}

void korch__etcd_watch_take(etcd_watch *watch, Korch__Etcd__WatchResponse *response, size_t length)
{
	if (!response->canceled && response->n_events > 0 && is_whole(response)) {
		take_events(watch, response, length);
		return;
	}
	if (response->canceled)
		take_cancel(watch, response);
	else if (response->n_events > 0)
		end_watch(watch, KORCH_E_IO); /* not what etcd says */
	else if (!response->created && response->header &&
	         (uint64_t)response->header->revision > watch->complete)
		watch->complete = (uint64_t)response->header->revision; /* nothing has happened up to here
		                                                         */
	korch__etcd__watch_response__free_unpacked(response, &korch__etcd_allocator);
}

void korch__etcd_watch_cut(etcd_watch *watch)
{
	free_batches(watch, &watch->parts);
	watch->id = 0;
}

/* Reading */

static int take_deleted(korch_change *out, etcd_watch *watch, const Korch__Etcd__Event *event)
{
	const etcd_config *config = &watch->store->config;
	korch_object *previous = NULL, *last = NULL;
	int r = event->prev_kv ? korch__etcd_decode(&previous, config, event->prev_kv) : 0;
	/* What is gone need not be readable, or still be there. */
	if (!previous && r != KORCH_E_NOMEM)
		r = korch__etcd_decode_key(&last, config, event->kv->key);
	if (r < 0)
		return r;
	if (!last && !(last = korch_object_edit(previous))) {
		korch_object_unref(previous);
		return KORCH_E_NOMEM;
	}
	last->revision = (uint64_t)event->kv->mod_revision;
	watch->object = last;
	watch->previous = previous;
	out->type = KORCH_CHANGE_DELETED;
	return 0;
}

static int take_put(korch_change *out, etcd_watch *watch, const Korch__Etcd__Event *event)
{
	const etcd_config *config = &watch->store->config;
	korch_object *object = NULL, *previous = NULL;
	int r = korch__etcd_decode(&object, config, event->kv);
	if (r < 0)
		return r;
	/* The state before is told where it can be: one that is unreadable is in the log. */
	if (event->prev_kv)
		korch__etcd_decode(&previous, config, event->prev_kv);
	watch->object = object;
	watch->previous = previous;
	int is_new = event->kv->create_revision == event->kv->mod_revision;
	out->type = is_new ? KORCH_CHANGE_ADDED : KORCH_CHANGE_MODIFIED;
	return 0;
}

int korch__etcd_watch_next(void *self, korch_change *out)
{
	etcd_watch *watch = self;
	etcd_batch *batch = TAILQ_FIRST(&watch->queue);
	give_back(watch);
	if (watch->store->is_closed)
		return KORCH_E_CLOSED;
	if (!batch) {
		watch->is_waiting = watch->code == 0;
		return watch->code;
	}
	const Korch__Etcd__Event *event = batch->response->events[batch->at];
	korch_change change = {.revision = (uint64_t)event->kv->mod_revision};
	int r = event->type == KORCH__ETCD__EVENT__TYPE__DELETE ? take_deleted(&change, watch, event)
	                                                        : take_put(&change, watch, event);
	if (r < 0) { /* and what is behind it would leave a gap */
		free_batches(watch, &watch->queue);
		end_watch(watch, r);
		return r;
	}
	change.object = watch->object;
	change.previous = watch->previous;
	*out = change;
	if (++batch->at == batch->response->n_events) {
		TAILQ_REMOVE(&watch->queue, batch, link);
		watch->n_bytes -= batch->n_bytes;
		korch__etcd__watch_response__free_unpacked(batch->response, &korch__etcd_allocator);
		korch__free(batch);
	}
	return 1;
}

uint64_t korch__etcd_watch_revision(const void *self)
{
	const etcd_watch *watch = self;
	const etcd_batch *batch = TAILQ_FIRST(&watch->queue);
	/* Of a transaction that was read in part the rest is still to come. */
	return batch ? (uint64_t)batch->response->events[batch->at]->kv->mod_revision - 1
	             : watch->complete;
}

/* Opening, ending, telling */

static int new_watch(etcd_watch **out, etcd_store *store, const korch_watch_query *query)
{
	_cleanup_free_ etcd_watch *watch = korch__calloc(1, sizeof(*watch));
	if (!watch)
		return KORCH_E_NOMEM;
	korch__buf_init(&watch->key, 0);
	korch__buf_init(&watch->end, 0);
	korch__etcd_key_write_prefix(&watch->key, store->config.prefix, query->kind, query->namespace_);
	if (!watch->key.failed)
		korch__etcd_key_write_end(&watch->end, &watch->key);
	if (watch->key.failed || watch->end.failed) {
		korch__buf_fini(&watch->key);
		return KORCH_E_NOMEM;
	}
	TAILQ_INIT(&watch->queue);
	TAILQ_INIT(&watch->parts);
	watch->store = store;
	watch->complete = query->since == KORCH_REVISION_ANY ? store->revision : query->since;
	*out = KORCH_STEAL(watch);
	return 0;
}

int korch__etcd_watch(void **out, void *self, const korch_watch_query *query, korch_loop_fn ready,
                      void *userdata)
{
	etcd_store *store = self;
	etcd_watch *watch = NULL;
	if (query->since < store->compacted)
		return KORCH_E_COMPACTED;
	int r = new_watch(&watch, store, query);
	if (r < 0)
		return r;
	watch->ready = ready;
	watch->userdata = userdata;
	watch->is_waiting = 1;
	TAILQ_INSERT_TAIL(&store->watches, watch, link);
	korch__etcd_stream_add(watch);
	*out = watch;
	return 0;
}

void korch__etcd_watch_free(void *self)
{
	etcd_watch *watch = self;
	if (!watch)
		return;
	TAILQ_REMOVE(&watch->store->watches, watch, link);
	korch__etcd_stream_remove(watch);
	free_batches(watch, &watch->queue);
	free_batches(watch, &watch->parts);
	give_back(watch);
	korch__buf_fini(&watch->key);
	korch__buf_fini(&watch->end);
	korch__free(watch);
}

/* The first that waits and has something. */
static etcd_watch *first_to_tell(etcd_store *store)
{
	etcd_watch *watch;
	TAILQ_FOREACH(watch, &store->watches, link)
	{
		if (watch->is_waiting &&
		    (store->is_closed || watch->code < 0 || !TAILQ_EMPTY(&watch->queue)))
			return watch;
	}
	return NULL;
}

void korch__etcd_watches_tell(etcd_store *store, const int *is_gone)
{
	etcd_watch *watch;
	while (!*is_gone && (watch = first_to_tell(store))) {
		watch->is_waiting = 0;
		if (watch->ready)
			watch->ready(watch->userdata); /* may end any watch, and the store */
	}
}
