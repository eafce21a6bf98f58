/* A table of traces with a list by last use for each class: see traces.h. */
#include "engine/traces.h"

#include "base/alloc.h"
#include <string.h>

static uint64_t key_hash(const void *key)
{
	return korch__hash_string(key);
}

static int trace_equal(const void *entry, const void *key)
{
	return strcmp(((const korch_trace *)entry)->key, key) == 0;
}

static uint64_t trace_hash(const void *entry)
{
	return korch__hash_string(((const korch_trace *)entry)->key);
}

static const korch_table_ops TRACE_OPS = {
    .hash = key_hash, .equal = trace_equal, .entry_hash = trace_hash};

void korch__traces_init(korch_traces *traces)
{
	memset(traces, 0, sizeof(*traces));
	korch__table_init(&traces->table, &TRACE_OPS);
}

static void free_trace(korch_trace *trace)
{
	if (trace->event)
		korch_object_unref(&trace->event->object);
	korch__free(trace->key);
	korch__free(trace);
}

void korch__traces_fini(korch_traces *traces)
{
	korch_trace *trace;
	for (size_t at = 0; (trace = korch__table_next(&traces->table, &at));)
		free_trace(trace);
	korch__table_fini(&traces->table);
}

static void unlink_trace(korch_traces *traces, korch_trace *trace)
{
	int class_ = trace->class_;
	*(trace->newer ? &trace->newer->older : &traces->newest[class_]) = trace->older;
	*(trace->older ? &trace->older->newer : &traces->oldest[class_]) = trace->newer;
}

static void link_newest(korch_traces *traces, korch_trace *trace)
{
	int class_ = trace->class_;
	trace->newer = NULL;
	trace->older = traces->newest[class_];
	*(trace->older ? &trace->older->newer : &traces->oldest[class_]) = trace;
	traces->newest[class_] = trace;
}

korch_trace *korch__traces_find(const korch_traces *traces, const char *key)
{
	return korch__table_get(&traces->table, key);
}

static korch_trace *new_trace(korch_traces *traces, const char *key, korch_trace_class class_)
{
	korch_trace *trace = korch__calloc(1, sizeof(*trace));
	if (!trace)
		return NULL;
	trace->class_ = class_;
	trace->key = korch__strdup(key);
	if (!trace->key || korch__table_put(&traces->table, trace) < 0) {
		free_trace(trace);
		return NULL;
	}
	traces->n[class_]++;
	link_newest(traces, trace);
	return trace;
}

korch_trace *korch__traces_use(korch_traces *traces, const char *key, korch_trace_class class_)
{
	korch_trace *known = korch__traces_find(traces, key);
	if (!known)
		return new_trace(traces, key, class_);
	unlink_trace(traces, known);
	link_newest(traces, known);
	return known;
}

void korch__traces_forget(korch_traces *traces, korch_trace *trace)
{
	korch__table_remove(&traces->table, trace->key);
	unlink_trace(traces, trace);
	traces->n[trace->class_]--;
	free_trace(trace);
}
