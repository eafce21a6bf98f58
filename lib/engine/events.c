/*
 * The event recorder: notes of plans become Event objects. Equal events are counted, similar ones
 * combined, chatty objects throttled, all as Kubernetes' recorder does; and everything has a bound.
 */
#include "engine/recorder.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "object/object.h"
#include <stdio.h>
#include <string.h>

enum {
	/* Combining: from so many different messages on, unless there is a pause that long. */
	SIMILAR_MAX = 10,
	SIMILAR_PAUSE_S = 600,
	/* Throttling of one object by one component. Kubernetes: 25, and one each 300 s; but a rollout
	   says more than that about itself in a few minutes, and its timeline is made of it. */
	SPAM_BURST = 250,
	SPAM_REFILL_S = 30,
	/* Throttling of everything. */
	ALL_BURST = 1000,
	ALL_PER_SECOND = 200,
	MESSAGE_MAX = 1024,
	NAME_MAX_LENGTH = 230, /* of the object, so that the event's name is a name, too */
};

static const char COMBINED[] = "(combined from similar events): ";

/* What an event is made of. */
struct facts {
	const char *component;
	const char *uid; /* of what it is about */
	const char *type;
	const char *reason;
	const char *message;
	const korch_object *about;
	korch_usec now;
};

static char *event_key(const struct facts *facts, const char *message)
{
	return korch__sprintf("e\n%s\n%s\n%s\n%s\n%s", facts->component, facts->uid, facts->type,
	                      facts->reason, message);
}

static char *similar_key(const struct facts *facts)
{
	return korch__sprintf("s\n%s\n%s\n%s\n%s", facts->component, facts->uid, facts->type,
	                      facts->reason);
}

static char *object_key(const struct facts *facts)
{
	return korch__sprintf("o\n%s\n%s", facts->component, facts->uid);
}

/* Bounds */

static int take_token(double *tokens, korch_usec since, double burst, double per_second)
{
	*tokens += (double)since * per_second / (double)KORCH_USEC_PER_SEC;
	if (*tokens > burst)
		*tokens = burst;
	if (*tokens < 1)
		return 0;
	*tokens -= 1;
	return 1;
}

static korch_trace *use_other(korch_recorder *recorder, const char *key)
{
	korch_traces *traces = &recorder->traces;
	korch_trace *trace = key ? korch__traces_use(traces, key, KORCH_TRACE_OTHER) : NULL;
	/* Two belong to one event: the similar ones, and the object's allowance. */
	while (traces->n[KORCH_TRACE_OTHER] > 2 * (size_t)recorder->engine->options.events_max)
		korch__traces_forget(traces, traces->oldest[KORCH_TRACE_OTHER]);
	return trace;
}

static int all_allows(korch_recorder *recorder, korch_usec now)
{
	korch_usec since = now - recorder->tokens_at;
	recorder->tokens_at = now;
	return take_token(&recorder->tokens, since, ALL_BURST, ALL_PER_SECOND);
}

static int object_allows(korch_recorder *recorder, const struct facts *facts)
{
	_cleanup_free_ char *key = object_key(facts);
	korch_trace *object = use_other(recorder, key);
	if (!object)
		return 0;
	if (object->since == 0) {
		object->since = facts->now;
		object->tokens = SPAM_BURST;
	}
	korch_usec since = facts->now - object->since;
	object->since = facts->now;
	return take_token(&object->tokens, since, SPAM_BURST, 1.0 / SPAM_REFILL_S);
}

/* After so many different messages of one reason, further ones share an event. */
static int is_one_of_many(korch_recorder *recorder, const struct facts *facts, int is_known)
{
	_cleanup_free_ char *key = similar_key(facts);
	korch_trace *similar = use_other(recorder, key);
	if (!similar)
		return 0;
	if (facts->now - similar->since > SIMILAR_PAUSE_S * KORCH_USEC_PER_SEC)
		similar->count = 0;
	similar->since = facts->now;
	if (!is_known && similar->count < SIMILAR_MAX)
		similar->count++;
	return !is_known && similar->count >= SIMILAR_MAX;
}

/* Event objects */

static int fill_reference(korch_object_reference *reference, const struct facts *facts)
{
	const korch_object *about = facts->about;
	const char *space = korch_object_namespace(about);
	if (korch_string_set(&reference->api_version, about->kind->api_version) < 0 ||
	    korch_string_set(&reference->kind, about->kind->name) < 0 ||
	    korch_string_set(&reference->name, korch_object_name(about)) < 0 ||
	    korch_string_set(&reference->uid, facts->uid) < 0)
		return KORCH_E_NOMEM;
	return *space ? korch_string_set(&reference->namespace_, space) : 0;
}

static int fill_meta(korch_object_meta *meta, const struct facts *facts, korch_random *random)
{
	char name[NAME_MAX_LENGTH + 18];
	char uid[37];
	const char *space = korch_object_namespace(facts->about);
	snprintf(name, sizeof(name), "%.*s.%016llx", NAME_MAX_LENGTH, korch_object_name(facts->about),
	         (unsigned long long)korch__random_next(random));
	korch__random_uuid(random, uid);
	meta->creation_timestamp = facts->now - facts->now % KORCH_USEC_PER_SEC;
	if (korch_string_set(&meta->name, name) < 0 || korch_string_set(&meta->uid, uid) < 0)
		return KORCH_E_NOMEM;
	return korch_string_set(&meta->namespace_, *space ? space : "default");
}

static int fill_event(korch_event *event, const struct facts *facts, const char *message)
{
	korch_object_reference *about =
	    korch_struct_edit(&event->involved_object, &korch_object_reference_type);
	korch_event_source *source = korch_struct_edit(&event->source, &korch_event_source_type);
	if (!about || !source || fill_reference(about, facts) < 0 ||
	    korch_string_set(&source->component, facts->component) < 0 ||
	    korch_string_set(&event->reporting_component, facts->component) < 0 ||
	    korch_string_set(&event->type, facts->type) < 0 ||
	    korch_string_set(&event->reason, facts->reason) < 0)
		return KORCH_E_NOMEM;
	return korch_string_set(&event->message, message);
}

static korch_event *new_event(korch_recorder *recorder, const struct facts *facts,
                              const char *message)
{
	_cleanup_object_ korch_object *object = NULL;
	if (korch_object_new(&object, &korch_event_kind) < 0)
		return NULL;
	korch_event *event = (korch_event *)object;
	if (fill_meta(object->metadata, facts, &recorder->engine->random) < 0 ||
	    fill_event(event, facts, message) < 0)
		return NULL;
	event->first_timestamp = event->last_timestamp = object->metadata->creation_timestamp;
	event->count = 1;
	return (korch_event *)KORCH_STEAL(object);
}

static korch_event *counted_event(const korch_event *known, const struct facts *facts,
                                  const char *message)
{
	_cleanup_object_ korch_object *object = korch_object_edit(&known->object);
	if (!object)
		return NULL;
	korch_event *event = (korch_event *)object;
	event->count++;
	event->last_timestamp = facts->now - facts->now % KORCH_USEC_PER_SEC;
	if (!korch__text_equal(event->message, message) &&
	    korch_string_set(&event->message, message) < 0)
		return NULL;
	return (korch_event *)KORCH_STEAL(object);
}

static void forget_oldest_events(korch_recorder *recorder)
{
	korch_traces *traces = &recorder->traces;
	int code = 0;
	while (code == 0 && traces->n[KORCH_TRACE_EVENT] > recorder->engine->options.events_max)
		code = korch__recorder_forget(recorder, traces->oldest[KORCH_TRACE_EVENT], 1);
}

/* Counts an event, or makes it. NULL: no memory. */
static korch_trace *happen(korch_recorder *recorder, const struct facts *facts, const char *key,
                           const char *message)
{
	korch_trace *trace = korch__traces_use(&recorder->traces, key, KORCH_TRACE_EVENT);
	if (!trace)
		return NULL;
	korch_event *event = trace->event ? counted_event(trace->event, facts, message)
	                                  : new_event(recorder, facts, message);
	if (!event) {
		if (!trace->event)
			korch__traces_forget(&recorder->traces, trace);
		return NULL;
	}
	korch_block_take(&trace->event, event);
	forget_oldest_events(recorder);
	return trace;
}

/* Notes */

static void record(korch_recorder *recorder, const struct facts *facts)
{
	char combined[sizeof(COMBINED) + MESSAGE_MAX];
	const char *message = facts->message;
	_cleanup_free_ char *key = event_key(facts, message);
	int is_known = key && korch__traces_find(&recorder->traces, key);
	if (key && is_one_of_many(recorder, facts, is_known)) {
		snprintf(combined, sizeof(combined), "%s%s", COMBINED, message);
		message = combined;
		korch__free(key);
		key = event_key(facts, COMBINED);
	}
	korch_trace *trace = key ? happen(recorder, facts, key, message) : NULL;
	if (trace && object_allows(recorder, facts))
		korch__recorder_dirty(recorder, trace);
	else
		recorder->dropped++;
}

/* What is too long ends between two characters. */
static void write_message(char out[MESSAGE_MAX], const char *text, const char *name)
{
	int length = snprintf(out, MESSAGE_MAX, "%s%s", text, name);
	if (length < MESSAGE_MAX)
		return;
	size_t end = MESSAGE_MAX - 1;
	size_t begin = end;
	while (begin > 0 && end - begin < 4 && ((unsigned char)out[begin - 1] & 0xC0) == 0x80)
		begin--;
	if (begin > 0 && (unsigned char)out[begin - 1] >= 0xC0)
		out[begin - 1] = '\0';
}

void korch__recorder_record(korch_recorder *recorder, const char *component, const korch_plan *plan,
                            const char *const *created)
{
	korch_usec now = korch_loop_now(recorder->engine->loop);
	for (size_t i = 0; i < korch_plan_notes(plan); i++) {
		const korch_plan_note *note = korch_plan_note_at(plan, i);
		char message[MESSAGE_MAX];
		if (!all_allows(recorder, now)) {
			recorder->dropped++;
			continue;
		}
		const char *name = note->named_step && created ? created[note->named_step - 1] : NULL;
		write_message(message, note->message, korch__text_or_empty(name));
		const struct facts facts = {
		    .component = component,
		    .uid = korch_object_uid(note->about),
		    .type = note->type,
		    .reason = note->reason,
		    .message = message,
		    .about = note->about,
		    .now = now,
		};
		record(recorder, &facts);
	}
}

/* Event objects that come and go */

static char *key_of_object(const korch_object *object)
{
	const korch_event *event = (const korch_event *)object;
	const korch_object_reference *about = event->involved_object;
	const struct facts facts = {
	    .component = event->source ? korch__text_or_empty(event->source->component) : "",
	    .uid = about ? korch__text_or_empty(about->uid) : "",
	    .type = korch__text_or_empty(event->type),
	    .reason = korch__text_or_empty(event->reason),
	};
	const char *message = korch__text_or_empty(event->message);
	int is_combined = korch__text_has_prefix(message, COMBINED);
	return event_key(&facts, is_combined ? COMBINED : message);
}

static char *key_of_name(const korch_object *object)
{
	return korch__sprintf("n\n%s\n%s", korch_object_namespace(object), korch_object_name(object));
}

static int is_event(const korch_trace *trace, const korch_object *object)
{
	return trace && trace->event &&
	       strcmp(korch_object_uid(&trace->event->object), korch_object_uid(object)) == 0;
}

/* Somebody else's, or from an earlier run: counts for the limit, and is counted on. */
static void adopt(korch_recorder *recorder, const korch_object *object, char *key)
{
	_cleanup_free_ char *other = NULL;
	if (korch__traces_find(&recorder->traces, key)) {
		other = key_of_name(object);
		key = other;
	}
	korch_trace *trace = key ? korch__traces_use(&recorder->traces, key, KORCH_TRACE_EVENT) : NULL;
	if (!trace)
		return;
	korch_block_share(&trace->event, object);
	trace->is_stored = 1;
	forget_oldest_events(recorder);
}

static void see_gone(korch_recorder *recorder, const korch_object *object)
{
	_cleanup_free_ char *key = key_of_object(object);
	_cleanup_free_ char *other = key_of_name(object);
	korch_trace *trace = key ? korch__traces_find(&recorder->traces, key) : NULL;
	if (!is_event(trace, object))
		trace = other ? korch__traces_find(&recorder->traces, other) : NULL;
	if (is_event(trace, object))
		korch__recorder_forget(recorder, trace, 0);
}

void korch__recorder_see(korch_recorder *recorder, const korch_change *change)
{
	if (change->object->kind != &korch_event_kind)
		return;
	if (change->type == KORCH_CHANGE_DELETED) {
		see_gone(recorder, change->object);
		return;
	}
	_cleanup_free_ char *key = key_of_object(change->object);
	if (!key || is_event(korch__traces_find(&recorder->traces, key), change->object))
		return;
	if (change->previous)
		see_gone(recorder, change->previous);
	adopt(recorder, change->object, key);
}

/* Life */

int korch__recorder_new(korch_recorder **out, korch_engine *engine)
{
	korch_recorder *recorder = korch__calloc(1, sizeof(*recorder));
	if (!recorder)
		return KORCH_E_NOMEM;
	recorder->engine = engine;
	recorder->tokens = ALL_BURST;
	recorder->tokens_at = korch_loop_now(engine->loop);
	recorder->retry_at = KORCH_USEC_NEVER;
	korch__traces_init(&recorder->traces);
	*out = recorder;
	return 0;
}

void korch__recorder_free(korch_recorder *recorder)
{
	if (!recorder)
		return;
	if (recorder->writing)
		recorder->writing->recorder = NULL;
	for (size_t i = 0; i < recorder->expired.n; i++)
		korch_object_unref(recorder->expired.items[i]);
	korch__vec_fini(&recorder->expired);
	korch__vec_fini(&recorder->dirty);
	korch__traces_fini(&recorder->traces);
	korch__free(recorder);
}

uint64_t korch__recorder_dropped(const korch_recorder *recorder)
{
	return recorder->dropped;
}
