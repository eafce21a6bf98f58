/*
 * Writing what the recorder has: in transactions of their own, one at a time, which never delay or
 * fail a plan.
 */
#include "engine/recorder.h"

#include "base/cleanup.h"
#include <string.h>

enum { WRITES_MAX = 500, RETRY_US = 1000000 };

void korch__recorder_dirty(korch_recorder *recorder, korch_trace *trace)
{
	if (trace->is_dirty)
		return;
	if (korch__vec_push(&recorder->dirty, trace) < 0) {
		recorder->dropped++;
		return;
	}
	trace->is_dirty = 1;
	korch__engine_kick(recorder->engine);
}

static void undirty(korch_recorder *recorder, korch_trace *trace)
{
	for (size_t i = 0; trace->is_dirty && i < recorder->dirty.n; i++) {
		if (recorder->dirty.items[i] != trace)
			continue;
		recorder->dirty.items[i] = NULL;
		trace->is_dirty = 0;
	}
}

int korch__recorder_forget(korch_recorder *recorder, korch_trace *trace, int is_removed)
{
	if (is_removed && trace->event && trace->is_stored) {
		if (korch__vec_push(&recorder->expired, &trace->event->object) < 0)
			return KORCH_E_NOMEM;
		trace->event = NULL;
		korch__engine_kick(recorder->engine);
	}
	undirty(recorder, trace);
	korch__traces_forget(&recorder->traces, trace);
	return 0;
}

int korch__recorder_is_busy(const korch_recorder *recorder)
{
	return recorder->dirty.n > 0 || recorder->expired.n > 0 || recorder->writing;
}

korch_usec korch__recorder_due(const korch_recorder *recorder)
{
	if (recorder->writing || (recorder->dirty.n == 0 && recorder->expired.n == 0))
		return KORCH_USEC_NEVER;
	return recorder->retry_at == KORCH_USEC_NEVER ? 0 : recorder->retry_at;
}

/* The first ones are gone. */
static void release_expired(korch_recorder *recorder, size_t n)
{
	for (size_t i = 0; i < n; i++)
		korch_object_unref(recorder->expired.items[i]);
	recorder->expired.n -= n;
	if (n)
		memmove(recorder->expired.items, recorder->expired.items + n,
		        recorder->expired.n * sizeof(*recorder->expired.items));
}

/* Events that could not be written are given up; those that are to go must, some time. */
static void on_written(void *userdata, int code, const korch_commit_result *result)
{
	korch_event_write *writing = userdata;
	korch_recorder *recorder = writing->recorder;
	if (recorder) {
		korch_engine *engine = recorder->engine;
		recorder->writing = NULL;
		korch__term_is_over(engine, writing->term, code, result);
		if (code == 0 && result->revision > engine->committed)
			engine->committed = result->revision;
		if (code < 0) {
			recorder->dropped += writing->n;
			recorder->retry_at = korch_loop_now(engine->loop) + RETRY_US;
		} else {
			release_expired(recorder, writing->n_expired);
		}
		korch__engine_kick(engine);
	}
	korch__free(writing);
}

/* A namespace that is gone or on its way out takes no events, as it takes nothing else. */
static int is_welcome(const korch_recorder *recorder, const korch_object *event)
{
	const char *name = korch_object_namespace(event);
	const korch_view *view = korch_engine_view(recorder->engine);
	const korch_object *space = korch_view_get(view, &korch_namespace_kind, "", name);
	return space ? !space->metadata || !space->metadata->deletion_timestamp
	             : strcmp(name, "default") == 0;
}

/* Copies go to the store, which sets their revisions; the traces keep their own. */
static size_t collect_dirty(korch_recorder *recorder, korch_write *writes, size_t most)
{
	size_t n = 0, i = 0;
	for (; i < recorder->dirty.n && n < most; i++) {
		korch_trace *trace = recorder->dirty.items[i];
		if (!trace)
			continue;
		if (!is_welcome(recorder, &trace->event->object)) {
			trace->is_dirty = 0;
			recorder->dropped++;
			continue;
		}
		korch_object *copy = korch_object_edit(&trace->event->object);
		if (!copy)
			break;
		trace->is_dirty = 0;
		trace->is_stored = 1;
		writes[n++] =
		    (korch_write){.op = KORCH_WRITE_PUT, .object = copy, .expected = KORCH_REVISION_ANY};
	}
	recorder->dirty.n -= i;
	if (i)
		memmove(recorder->dirty.items, recorder->dirty.items + i,
		        recorder->dirty.n * sizeof(*recorder->dirty.items));
	return n;
}

/* The objects stay the recorder's until they are gone. */
static size_t collect_expired(const korch_recorder *recorder, korch_write *writes, size_t most)
{
	size_t n = recorder->expired.n < most ? recorder->expired.n : most;
	for (size_t i = 0; i < n; i++)
		writes[i] = (korch_write){
		    .op = KORCH_WRITE_DELETE,
		    .key = korch_object_key(recorder->expired.items[i]),
		    .expected = KORCH_REVISION_ANY,
		};
	return n;
}

static int write_some(korch_recorder *recorder)
{
	_cleanup_free_ korch_event_write *writing = korch__calloc(1, sizeof(*writing));
	_cleanup_free_ korch_write *writes = korch__calloc(2 * WRITES_MAX + 1, sizeof(*writes));
	if (!writing || !writes)
		return KORCH_E_NOMEM;
	int n_fence = korch__term_fence(writes, recorder->engine);
	if (n_fence < 0)
		return n_fence;
	size_t most = korch__term_writes_max(recorder->engine);
	if (most > 2 * WRITES_MAX)
		most = 2 * WRITES_MAX;
	size_t n = collect_dirty(recorder, writes + n_fence, most - most / 2);
	size_t n_expired = collect_expired(recorder, writes + n_fence + n, most - n);
	int code = 0;
	if (n + n_expired > 0) {
		writing->recorder = recorder;
		writing->n = n;
		writing->n_expired = n_expired;
		writing->term = n_fence ? writes[0].expected : 0;
		code = korch_store_commit(recorder->engine->store, writes, (size_t)n_fence + n + n_expired,
		                          on_written, writing);
		if (code == 0)
			recorder->writing = KORCH_STEAL(writing);
		else
			recorder->dropped += n;
	}
	return code;
}

void korch__recorder_flush(korch_recorder *recorder)
{
	korch_usec now = korch_loop_now(recorder->engine->loop);
	if (korch__recorder_due(recorder) > now)
		return;
	recorder->retry_at = KORCH_USEC_NEVER;
	if (write_some(recorder) < 0)
		recorder->retry_at = now + RETRY_US;
}
