/*
 * Pods that were refused. The scheduler wakes those that would fit. The others are looked at again
 * when something has changed that can change why they wait, but not more often than every few
 * seconds: what is said of them may be a little old, and says the last word once nothing changes.
 */
#include "base/alloc.h"
#include "control/scheduler/scheduling.h"
#include <string.h>

/* Between two rounds: a second, and a little for each pod, so that thousands of pods that wait cost
 * a small part of the time only. */
enum { ROUND_US = 1000000, ROUND_POD_US = 5000, ROUND_MAX_US = 60000000 };

typedef struct refused_pod {
	const char *namespace_; /* block strings */
	const char *name;
} refused_pod;

static uint64_t refused_hash(const void *key)
{
	const refused_pod *pod = key;
	return korch__hash_bytes(pod->name, strlen(pod->name), korch__hash_string(pod->namespace_));
}

static int refused_equal(const void *entry, const void *key)
{
	const refused_pod *a = entry, *b = key;
	return strcmp(a->name, b->name) == 0 && strcmp(a->namespace_, b->namespace_) == 0;
}

static void free_pod(refused_pod *pod)
{
	if (!pod)
		return;
	korch_string_unref(pod->namespace_);
	korch_string_unref(pod->name);
	korch__free(pod);
}

void korch__refused_init(korch__refused *refused)
{
	static const korch_table_ops OPS = {refused_hash, refused_equal, refused_hash};
	korch__table_init(&refused->pods, &OPS);
}

void korch__refused_fini(korch__refused *refused)
{
	refused_pod *pod;
	for (size_t at = 0; (pod = korch__table_next(&refused->pods, &at));)
		free_pod(pod);
	korch__table_fini(&refused->pods);
}

int korch__refused_has(const korch__scheduling *st, const korch_object *pod)
{
	const refused_pod key = {korch_object_namespace(pod), korch_object_name(pod)};
	return korch__table_get(&st->refused.pods, &key) != NULL;
}

int korch__refused_add(korch__scheduling *st, const korch_pod *pod)
{
	const korch_object_meta *meta = pod->object.metadata;
	if (korch__refused_has(st, &pod->object))
		return 0;
	refused_pod *added = korch__calloc(1, sizeof(*added));
	if (!added)
		return KORCH_E_NOMEM;
	added->namespace_ =
	    meta->namespace_ ? korch_string_ref(meta->namespace_) : korch_string_new("");
	added->name = korch_string_ref(meta->name);
	if (!added->namespace_ || korch__table_put(&st->refused.pods, added) < 0) {
		free_pod(added);
		return KORCH_E_NOMEM;
	}
	if (st->refused.pods.n == 1)
		st->refused.changes = st->changes;
	return 0;
}

void korch__refused_drop(korch__scheduling *st, const char *namespace_, const char *name)
{
	const refused_pod key = {namespace_, name};
	if (st->refused.pods.n > 0)
		free_pod(korch__table_remove(&st->refused.pods, &key));
}

void korch__refused_begin(korch__scheduling *st, korch_usec now)
{
	korch__refused *refused = &st->refused;
	if (refused->round_at == 0 || now < refused->round_at)
		return;
	refused->round_at = 0;
	refused->last_at = now;
}

static korch_usec next_round(const korch__refused *refused, korch_usec now)
{
	korch_usec pause = ROUND_US + (korch_usec)refused->pods.n * ROUND_POD_US;
	korch_usec at = refused->last_at + (pause < ROUND_MAX_US ? pause : ROUND_MAX_US);
	return at > now ? at : now;
}

static void ask_woken(korch__scheduling *st, korch_enqueue *enqueue)
{
	const korch_pod *pod;
	while (!st->stale && korch_scheduler_woken(&pod, st->scheduler) == 1) {
		korch_enqueue_key(enqueue, korch_object_namespace(&pod->object),
		                  korch_object_name(&pod->object));
		korch_object_unref(&pod->object);
	}
}

void korch__refused_ask(korch__scheduling *st, korch_usec now, korch_enqueue *enqueue)
{
	korch__refused *refused = &st->refused;
	const refused_pod *pod;
	if (korch_scheduler_waiting(st->scheduler) > 0)
		ask_woken(st, enqueue);
	if (refused->pods.n == 0 || refused->round_at != 0 || refused->changes == st->changes)
		return;
	refused->changes = st->changes;
	refused->round_at = next_round(refused, now);
	for (size_t at = 0; (pod = korch__table_next(&refused->pods, &at));)
		korch_enqueue_key_at(enqueue, pod->namespace_, pod->name, refused->round_at);
}
