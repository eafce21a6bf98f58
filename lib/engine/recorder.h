/* The recorder, for its files: what becomes of notes (events.c), and writing it (event_write.c). */
#ifndef KORCH_ENGINE_RECORDER_H
#define KORCH_ENGINE_RECORDER_H

#include "engine/engine.h"
#include "engine/traces.h"

/* A transaction of the recorder; recorder NULL: freed meanwhile. */
typedef struct korch_event_write {
	korch_recorder *recorder;
	size_t n;         /* events in it */
	size_t n_expired; /* of those that are to be removed, the first ones */
	uint64_t term;    /* whose fence is the first write; 0: none */
} korch_event_write;

struct korch_recorder {
	korch_engine *engine;
	korch_traces traces;
	KORCH_VEC(korch_trace *) dirty;    /* to be written, in order; NULL: not any more */
	KORCH_VEC(korch_object *) expired; /* Event objects to be removed */
	double tokens;                     /* for all events together */
	korch_usec tokens_at;
	korch_usec retry_at; /* writing failed; KORCH_USEC_NEVER: it did not */
	uint64_t dropped;
	korch_event_write *writing; /* under way; one at a time */
};

/* The Event object of a trace is to be written. */
void korch__recorder_dirty(korch_recorder *recorder, korch_trace *trace);
/* Forgets an event; is_removed: its object goes from the store, too. 0 or KORCH_E_NOMEM. */
int korch__recorder_forget(korch_recorder *recorder, korch_trace *trace, int is_removed);

#endif
