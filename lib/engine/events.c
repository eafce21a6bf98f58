/*
 * The event recorder: notes of plans become Event objects. Equal events are counted, similar ones combined, chatty objects
 * throttled, all as Kubernetes' recorder does; and everything has a bound. A recorder's writes never delay or fail a plan.
 */
#include "engine/engine.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "object/object.h"
#include <korch/api.h>
#include <stdio.h>
#include <string.h>

enum {
	/* Combining: more than so many similar events within the interval. */
	SIMILAR_MAX = 10,
	SIMILAR_INTERVAL_S = 600,
	/* Throttling of one object by one component. */
	SPAM_BURST = 25,
	SPAM_REFILL_S = 300,
	/* Throttling of everything. */
	ALL_BURST = 1000,
	ALL_PER_SECOND = 200,
	WRITES_MAX = 500,
	MESSAGE_MAX = 1024,
};

static const char COMBINED[] = "(combined from similar events): ";

/* What is remembered of events: the same (kept), similar ones, or an object's allowance; told apart by the key's first letter. */
typedef struct trace {
	struct trace *newer; /* by last use */
	struct trace *older;
	char *key;
	korch_event *event; /* 'e': the last state, own reference */
	uint32_t count;     /* 's': different messages so far */
	korch_usec since;   /* 's': begin of the interval; 'o': last refill */
	double tokens;      /* 'o' */
	int is_dirty;       /* 'e': to be written */
} trace;

struct korch_recorder {
	korch_engine *engine;
	korch_table memories;
	trace *newest;
	trace *oldest;
	size_t n;
	KORCH_VEC(trace *) dirty;
	KORCH_VEC(korch_object *) expired; /* Event objects to be removed */
	double tokens;
	korch_usec tokens_at;
	uint64_t dropped;
	struct writing *writing; /* transactions under way */
};

/* A transaction of the recorder; recorder NULL: freed meanwhile. */
struct writing {
	struct writing *next;
	korch_recorder *recorder;
};

static uint64_t key_hash(const void *key)
{
	return korch__hash_string(key);
}

static int memory_equal(const void *entry, const void *key)
{
	return strcmp(((const trace *)entry)->key, key) == 0;
}

static uint64_t memory_hash(const void *entry)
{
	return korch__hash_string(((const trace *)entry)->key);
}

static const korch_table_ops MEMORY_OPS = {.hash = key_hash, .equal = memory_equal, .entry_hash = memory_hash};

int korch__recorder_new(korch_recorder **out, korch_engine *engine)
{
	korch_recorder *recorder = korch__calloc(1, sizeof(*recorder));
	if (!recorder)
		return KORCH_E_NOMEM;
	recorder->engine = engine;
	recorder->tokens = ALL_BURST;
	korch__table_init(&recorder->memories, &MEMORY_OPS);
	*out = recorder;
	return 0;
}

static void unlink_memory(korch_recorder *recorder, trace *memory)
{
	if (memory->newer)
		memory->newer->older = memory->older;
	else
		recorder->newest = memory->older;
	if (memory->older)
		memory->older->newer = memory->newer;
	else
		recorder->oldest = memory->newer;
}

static void link_newest(korch_recorder *recorder, trace *memory)
{
	memory->newer = NULL;
	memory->older = recorder->newest;
	if (recorder->newest)
		recorder->newest->newer = memory;
	else
		recorder->oldest = memory;
	recorder->newest = memory;
}

static void free_memory(trace *memory)
{
	korch_object_unref(&memory->event->object);
	korch__free(memory->key);
	korch__free(memory);
}

void korch__recorder_free(korch_recorder *recorder)
{
	if (!recorder)
		return;
	for (struct writing *writing = recorder->writing; writing; writing = writing->next)
		writing->recorder = NULL;
	while (recorder->newest) {
		trace *memory = recorder->newest;
		unlink_memory(recorder, memory);
		free_memory(memory);
	}
	for (size_t i = 0; i < recorder->expired.n; i++)
		korch_object_unref(recorder->expired.items[i]);
	korch__vec_fini(&recorder->expired);
	korch__vec_fini(&recorder->dirty);
	korch__table_fini(&recorder->memories);
	korch__free(recorder);
}

static void undirty(korch_recorder *recorder, const trace *memory)
{
	for (size_t i = 0; i < recorder->dirty.n; i++)
		if (recorder->dirty.items[i] == memory)
			recorder->dirty.items[i] = NULL;
}

/* Forgets what was not used for longest; its Event object goes from the store too. */
static void forget_oldest(korch_recorder *recorder)
{
	trace *memory = recorder->oldest;
	unlink_memory(recorder, memory);
	korch__table_remove(&recorder->memories, memory->key);
	recorder->n--;
	if (memory->is_dirty)
		undirty(recorder, memory);
	if (memory->event && korch__vec_push(&recorder->expired, &memory->event->object) == 0)
		memory->event = NULL;
	if (memory->event)
		korch_object_unref(&memory->event->object);
	korch__free(memory->key);
	korch__free(memory);
}

/* The memory of a key, made when it is new; used now. */
static trace *remember(korch_recorder *recorder, const char *key)
{
	trace *known = korch__table_get(&recorder->memories, key);
	if (known) {
		unlink_memory(recorder, known);
		link_newest(recorder, known);
		return known;
	}
	/* Three memories belong to one event: itself, the similar ones, the object's allowance. */
	if (recorder->n >= (size_t)recorder->engine->options.events_max * 3)
		forget_oldest(recorder);
	trace *fresh = korch__calloc(1, sizeof(*fresh));
	if (fresh)
		fresh->key = korch__strdup(key);
	if (!fresh || !fresh->key || korch__table_put(&recorder->memories, fresh) < 0) {
		if (fresh)
			korch__free(fresh->key);
		korch__free(fresh);
		return NULL;
	}
	recorder->n++;
	link_newest(recorder, fresh);
	return fresh;
}

static int take_token(double *tokens, korch_usec *at, korch_usec now, double burst, double per_second)
{
	*tokens += (double)(now - *at) * per_second / (double)KORCH_USEC_PER_SEC;
	*at = now;
	if (*tokens > burst)
		*tokens = burst;
	if (*tokens < 1)
		return 0;
	*tokens -= 1;
	return 1;
}

/* What an event is made of. */
struct facts {
	const char *component;
	const korch_object *about;
	const char *uid; /* of about */
	const char *type;
	const char *reason;
	const char *message;
	korch_usec now;
};

static char *memory_key(char letter, const struct facts *facts, const char *message)
{
	return korch__sprintf("%c\n%s\n%s\n%s\n%s\n%s", letter, facts->component, facts->uid, letter == 'o' ? "" : facts->type,
						  letter == 'o' ? "" : facts->reason, message);
}

static int is_allowed(korch_recorder *recorder, const struct facts *facts)
{
	if (!take_token(&recorder->tokens, &recorder->tokens_at, facts->now, ALL_BURST, ALL_PER_SECOND))
		return 0;
	_cleanup_free_ char *key = memory_key('o', facts, "");
	trace *object = key ? remember(recorder, key) : NULL;
	if (!object)
		return 0;
	if (object->since == 0) {
		object->since = facts->now;
		object->tokens = SPAM_BURST;
	}
	return take_token(&object->tokens, &object->since, facts->now, SPAM_BURST, 1.0 / SPAM_REFILL_S);
}

static void set_reference(korch_object_reference *reference, const struct facts *facts)
{
	const korch_object *about = facts->about;
	korch_string_set(&reference->api_version, about->kind->api_version);
	korch_string_set(&reference->kind, about->kind->name);
	korch_string_set(&reference->name, korch_object_name(about));
	korch_string_set(&reference->uid, facts->uid);
	if (*korch_object_namespace(about))
		korch_string_set(&reference->namespace_, korch_object_namespace(about));
}

static korch_event *new_event(korch_recorder *recorder, const struct facts *facts, const char *message)
{
	_cleanup_object_ korch_object *object = NULL;
	char name[254];
	if (korch_object_new(&object, &korch_event_kind) < 0)
		return NULL;
	korch_event *event = (korch_event *)object;
	korch_object_meta *meta = korch_object_edit_meta(object);
	korch_object_reference *about = korch_struct_edit(&event->involved_object, &korch_object_reference_type);
	korch_event_source *source = korch_struct_edit(&event->source, &korch_event_source_type);
	if (!meta || !about || !source)
		return NULL;
	snprintf(name, sizeof(name), "%.230s.%016llx", korch_object_name(facts->about),
			 (unsigned long long)korch__random_next(&recorder->engine->random));
	char uid[37];
	korch__random_uuid(&recorder->engine->random, uid);
	const char *space = korch_object_namespace(facts->about);
	if (korch_string_set(&meta->name, name) < 0 || korch_string_set(&meta->uid, uid) < 0 ||
		korch_string_set(&meta->namespace_, *space ? space : "default") < 0 || korch_string_set(&event->reason, facts->reason) < 0 ||
		korch_string_set(&event->message, message) < 0 || korch_string_set(&event->type, facts->type) < 0 ||
		korch_string_set(&source->component, facts->component) < 0 || korch_string_set(&event->reporting_component, facts->component) < 0)
		return NULL;
	set_reference(about, facts);
	meta->creation_timestamp = facts->now - facts->now % KORCH_USEC_PER_SEC;
	event->first_timestamp = event->last_timestamp = meta->creation_timestamp;
	event->count = 1;
	return (korch_event *)KORCH_STEAL(object);
}

static int count_again(korch_event **slot, const struct facts *facts, const char *message)
{
	korch_event *event = (korch_event *)korch_object_edit(&(*slot)->object);
	if (!event)
		return KORCH_E_NOMEM;
	event->count++;
	event->last_timestamp = facts->now - facts->now % KORCH_USEC_PER_SEC;
	if (!korch__text_equal(event->message, message))
		korch_string_set(&event->message, message);
	korch_object_unref(&(*slot)->object);
	*slot = event;
	return 0;
}

/* After so many different messages of one reason, they share one event. */
static int is_to_be_combined(korch_recorder *recorder, const struct facts *facts, int is_known)
{
	_cleanup_free_ char *key = memory_key('s', facts, "");
	trace *similar = key ? remember(recorder, key) : NULL;
	if (!similar)
		return 0;
	if (similar->since == 0 || facts->now - similar->since > SIMILAR_INTERVAL_S * KORCH_USEC_PER_SEC) {
		similar->since = facts->now;
		similar->count = 0;
	}
	if (!is_known)
		similar->count++;
	return similar->count > SIMILAR_MAX;
}

static void record(korch_recorder *recorder, const struct facts *facts)
{
	char combined[MESSAGE_MAX];
	const char *message = facts->message;
	_cleanup_free_ char *key = memory_key('e', facts, message);
	int is_known = key && korch__table_get(&recorder->memories, key) != NULL;
	if (!key || !is_allowed(recorder, facts)) {
		recorder->dropped++;
		return;
	}
	if (is_to_be_combined(recorder, facts, is_known) && !is_known) {
		snprintf(combined, sizeof(combined), "%s%s", COMBINED, message);
		message = combined;
		korch__free(key);
		key = memory_key('e', facts, "(combined)");
	}
	trace *event = key ? remember(recorder, key) : NULL;
	if (!event)
		return;
	if (event->event ? count_again(&event->event, facts, message) < 0 : !(event->event = new_event(recorder, facts, message)))
		return;
	if (!event->is_dirty && korch__vec_push(&recorder->dirty, event) == 0) {
		event->is_dirty = 1;
		korch__engine_kick(recorder->engine);
	}
}

void korch__recorder_record(korch_recorder *recorder, const char *component, const korch_plan *plan, const char *const *created_names)
{
	for (size_t i = 0; i < korch_plan_notes(plan); i++) {
		const korch_plan_note *note = korch_plan_note_at(plan, i);
		const char *name = note->named_step && created_names ? created_names[note->named_step - 1] : NULL;
		_cleanup_free_ char *message = korch__sprintf("%s%s", note->message, korch__text_or_empty(name));
		const struct facts facts = {
			.component = component,
			.about = note->about,
			.uid = korch_object_uid(note->about),
			.type = note->type,
			.reason = note->reason,
			.message = korch__text_or_empty(message),
			.now = korch_loop_now(recorder->engine->loop),
		};
		record(recorder, &facts);
	}
}

void korch__recorder_see(korch_recorder *recorder, const korch_change *change)
{
	/* Somebody else has removed an Event: it is not brought back with its old count. */
	if (change->type != KORCH_CHANGE_DELETED || change->object->kind != &korch_event_kind)
		return;
	const korch_event *event = (const korch_event *)change->object;
	const struct facts facts = {
		.component = event->source ? korch__text_or_empty(event->source->component) : "",
		.uid = event->involved_object ? korch__text_or_empty(event->involved_object->uid) : "",
		.type = korch__text_or_empty(event->type),
		.reason = korch__text_or_empty(event->reason),
	};
	const char *message = korch__text_or_empty(event->message);
	_cleanup_free_ char *key = memory_key('e', &facts, korch__text_has_prefix(message, COMBINED) ? "(combined)" : message);
	trace *known = key ? korch__table_get(&recorder->memories, key) : NULL;
	if (!known || !known->event || strcmp(korch_object_uid(&known->event->object), korch_object_uid(change->object)) != 0)
		return;
	korch_object_unref(&known->event->object);
	known->event = NULL;
	if (known->is_dirty)
		undirty(recorder, known);
	known->is_dirty = 0;
}

int korch__recorder_is_busy(const korch_recorder *recorder)
{
	return recorder->dirty.n > 0 || recorder->expired.n > 0 || recorder->writing != NULL;
}

static void on_written(void *userdata, int code, const korch_commit_result *result)
{
	struct writing *writing = userdata;
	korch_recorder *recorder = writing->recorder;
	if (recorder) {
		struct writing **slot = &recorder->writing;
		while (*slot != writing)
			slot = &(*slot)->next;
		*slot = writing->next;
		if (code == 0 && result->revision > recorder->engine->committed)
			recorder->engine->committed = result->revision;
		korch__engine_kick(recorder->engine);
	}
	korch__free(writing);
}

/* A copy goes to the store, which sets its revision; the memory keeps its own. */
static size_t collect_writes(korch_recorder *recorder, korch_write *writes)
{
	size_t n = 0;
	while (recorder->dirty.n && n < WRITES_MAX) {
		trace *memory = recorder->dirty.items[--recorder->dirty.n];
		if (!memory)
			continue;
		memory->is_dirty = 0;
		korch_object *copy = korch_object_edit(&memory->event->object);
		if (copy)
			writes[n++] = (korch_write){.op = KORCH_WRITE_PUT, .object = copy, .expected = KORCH_REVISION_ANY};
	}
	return n;
}

void korch__recorder_flush(korch_recorder *recorder)
{
	if ((recorder->dirty.n == 0 && recorder->expired.n == 0) || recorder->writing)
		return;
	struct writing *writing = korch__calloc(1, sizeof(*writing));
	korch_write *writes = korch__calloc(WRITES_MAX * 2, sizeof(*writes));
	korch_object *removed[WRITES_MAX];
	size_t n_removed = 0;
	if (!writing || !writes) {
		korch__free(writing);
		korch__free(writes);
		return;
	}
	size_t n = collect_writes(recorder, writes);
	while (recorder->expired.n && n_removed < WRITES_MAX) {
		korch_object *gone = recorder->expired.items[--recorder->expired.n];
		removed[n_removed++] = gone;
		writes[n++] = (korch_write){.op = KORCH_WRITE_DELETE, .key = korch_object_key(gone), .expected = KORCH_REVISION_ANY};
	}
	writing->recorder = recorder;
	if (n && korch_store_commit(recorder->engine->store, writes, n, on_written, writing) == 0) {
		writing->next = recorder->writing;
		recorder->writing = writing;
	} else {
		korch__free(writing);
	}
	for (size_t i = 0; i < n_removed; i++)
		korch_object_unref(removed[i]);
	korch__free(writes);
}
