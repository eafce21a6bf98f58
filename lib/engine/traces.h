/*
 * What the event recorder remembers: events that it has written, how many similar ones there were,
 * what an object may still say. The least recently used goes when there is too much. No policy in
 * here.
 */
#ifndef KORCH_ENGINE_TRACES_H
#define KORCH_ENGINE_TRACES_H

#include "base/table.h"
#include <korch/api.h>
#include <korch/loop.h>

typedef enum korch_trace_class {
	KORCH_TRACE_EVENT, /* has an Event object */
	KORCH_TRACE_OTHER, /* counts or allows */
	KORCH_TRACE_CLASSES,
} korch_trace_class;

typedef struct korch_trace {
	struct korch_trace *newer; /* by last use, within the class */
	struct korch_trace *older;
	char *key;
	korch_event *event; /* EVENT: the latest state, own reference */
	uint32_t count;     /* different messages so far */
	korch_usec since;   /* last use */
	double tokens;
	int class_;
	int is_dirty;  /* EVENT: waits to be written */
	int is_stored; /* EVENT: has been written */
} korch_trace;

typedef struct korch_traces {
	korch_table table;
	korch_trace *newest[KORCH_TRACE_CLASSES];
	korch_trace *oldest[KORCH_TRACE_CLASSES];
	size_t n[KORCH_TRACE_CLASSES];
} korch_traces;

void korch__traces_init(korch_traces *traces);
void korch__traces_fini(korch_traces *traces);
korch_trace *korch__traces_find(const korch_traces *traces, const char *key);
/* The trace of a key, made when it is new; used last now. NULL: no memory. */
korch_trace *korch__traces_use(korch_traces *traces, const char *key, korch_trace_class class_);
/* Takes a trace out and frees it. */
void korch__traces_forget(korch_traces *traces, korch_trace *trace);

#endif
