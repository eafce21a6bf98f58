/* Nominations: found by the pod's identity, and in a list at their node. */
#include "scheduler/state/nominate.h"
#include "base/cleanup.h"
#include "scheduler/filter/gpu.h"
#include "scheduler/shape/group.h"
#include "scheduler/shape/labelset.h"
#include "scheduler/shape/shape.h"
#include "scheduler/state/journal.h"
#include <korch/scheduler/preempt.h>
#include <string.h>

static uint64_t hash_text(const void *key)
{
	return korch__hash_string(key);
}
static int nomination_equal(const void *entry, const void *key)
{
	return strcmp(((const sched_nomination *)entry)->pod->id, key) == 0;
}
static uint64_t nomination_hash(const void *entry)
{
	return korch__hash_string(((const sched_nomination *)entry)->pod->id);
}
static const korch_table_ops nomination_ops = {
    .hash = hash_text, .equal = nomination_equal, .entry_hash = nomination_hash};

void korch__nominations_init(korch_scheduler *s)
{
	korch__table_init(&s->nominations, &nomination_ops);
}

sched_nomination *korch__nomination_find(const korch_scheduler *s, const char *id)
{
	return s->nominations.n > 0 ? korch__table_get(&s->nominations, id) : NULL;
}

void korch__nomination_free(korch_scheduler *s, sched_nomination *one)
{
	if (!one)
		return;
	korch__pod_free(s, one->pod);
	korch__free(one);
}

void korch__nominations_free(korch_scheduler *s)
{
	sched_nomination *one;
	for (size_t at = 0; (one = korch__table_next(&s->nominations, &at));)
		korch__nomination_free(s, one);
	korch__table_fini(&s->nominations);
}

/* Puts it on its pod's slot: there is room for showing it at any time. 0 or KORCH_E_NOMEM. */
static int link_it(korch_scheduler *s, sched_nomination *one)
{
	sched_slot *slot = s->slots.items[one->pod->slot];
	if (one->pod->group && korch__group_add(one->pod->group, slot->index) < 0)
		return KORCH_E_NOMEM;
	korch__group_drop(one->pod->group, slot->index);
	if (korch__table_put(&s->nominations, one) < 0)
		return KORCH_E_NOMEM;
	one->next = slot->nominated;
	slot->nominated = one;
	slot->n_nominated++;
	korch__slot_touch(s, slot->index);
	return 0;
}

static void unlink_it(korch_scheduler *s, sched_nomination *one)
{
	sched_slot *slot = s->slots.items[one->pod->slot];
	sched_nomination **at = &slot->nominated;
	while (*at != one)
		at = &(*at)->next;
	*at = one->next;
	slot->n_nominated--;
	korch__table_remove(&s->nominations, one->pod->id);
	korch__slot_freed(s, slot->index);
}

void korch__nomination_end(korch_scheduler *s, const char *id)
{
	sched_nomination *one = korch__nomination_find(s, id);
	if (!one)
		return;
	uint32_t slot = one->pod->slot;
	unlink_it(s, one);
	korch__journal_nominated(s, NULL, one);
	if (!s->journal)
		korch__slot_release(s, s->slots.items[slot]);
}

void korch__nomination_restore(korch_scheduler *s, const char *id, sched_nomination *before)
{
	sched_nomination *now = id ? korch__nomination_find(s, id) : NULL;
	if (now) {
		unlink_it(s, now);
		korch__nomination_free(s, now);
	}
	if (before && link_it(s, before) < 0)
		korch__nomination_free(s, before);
}

sched_nomination *korch__nomination_suspend(korch_scheduler *s, const korch_pod *pod)
{
	char buffer[KORCH__ID_SIZE];
	const char *id = s->nominations.n > 0 ? korch__pod_id(pod, buffer) : NULL;
	sched_nomination *own = id ? korch__nomination_find(s, id) : NULL;
	if (own) {
		own->suspended = 1;
		korch__slot_touch(s, own->pod->slot);
	}
	return own;
}

void korch__nomination_resume(korch_scheduler *s, sched_nomination *own)
{
	if (!own)
		return;
	own->suspended = 0;
	korch__slot_touch(s, own->pod->slot);
}

int korch__nominated_matter(const sched_slot *slot)
{
	for (const sched_nomination *one = slot->nominated; one; one = one->next) {
		if (one->pod->terms || one->pod->group || one->pod->labels->matches.n > 0)
			return 1;
	}
	return 0;
}

size_t korch__nominated_show(korch_scheduler *s, uint32_t slot, int32_t priority)
{
	size_t n = 0;
	for (sched_nomination *one = s->slots.items[slot]->nominated; one; one = one->next) {
		if (one->suspended || one->pod->shape->priority < priority)
			continue;
		one->pod->devices = korch__devices_choose(s->slots.items[slot], one->pod->shape);
		korch__pod_show(s, one->pod);
		n++;
	}
	return n;
}

void korch__nominated_hide(korch_scheduler *s, uint32_t slot)
{
	for (sched_nomination *one = s->slots.items[slot]->nominated; one; one = one->next) {
		if (!one->pod->hidden)
			korch__pod_hide(s, one->pod);
		one->pod->devices = 0;
	}
}

/* Takes the pod. */
static int add(korch_scheduler *s, sched_pod *pod, const char *node)
{
	sched_slot *slot = korch__slot_make(s, node);
	sched_nomination *one = slot ? korch__calloc(1, sizeof(*one)) : NULL;
	if (one) {
		one->pod = pod;
		pod->slot = slot->index;
		pod->hidden = 1;
		pod->devices = 0;
	}
	if (!one || link_it(s, one) < 0) {
		korch__free(one);
		korch__pod_free(s, pod);
		if (slot && !s->journal)
			korch__slot_release(s, slot);
		return KORCH_E_NOMEM;
	}
	korch__journal_nominated(s, pod->id, NULL);
	return 0;
}

int korch_scheduler_nominate(korch_scheduler *s, const korch_pod *pod, const char *node,
                             korch_error **err)
{
	sched_pod *made = NULL;
	if (!s || !pod)
		return korch_error_set(err, KORCH_E_INVALID, "no scheduler or no pod");
	int code = korch__pod_make(&made, s, pod, err);
	if (code < 0)
		return code;
	if (korch__journal_reserve(s, 2) < 0) {
		korch__pod_free(s, made);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	korch__nomination_end(s, made->id);
	if (node && node[0])
		code = add(s, made, node);
	else
		korch__pod_free(s, made);
	return code < 0 ? korch_error_set(err, code, "out of memory") : 0;
}
