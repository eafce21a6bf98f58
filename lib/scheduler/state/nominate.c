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

/* Room for showing the pod on its slot at any time, and in the table. */
static int reserve(korch_scheduler *s, const sched_pod *pod)
{
	if (pod->group && korch__group_add(pod->group, pod->slot) < 0)
		return KORCH_E_NOMEM;
	korch__group_drop(pod->group, pod->slot);
	return korch__table_hold(&s->nominations);
}

/* Puts it on its pod's slot, before the one that is next to it; there is room. */
static void link_it(korch_scheduler *s, sched_nomination *one)
{
	sched_slot *slot = s->slots.items[one->pod->slot];
	sched_nomination **at = &slot->nominated;
	while (*at != one->next)
		at = &(*at)->next;
	*at = one;
	slot->n_nominated++;
	korch__table_put_held(&s->nominations, one);
	korch__slot_touch(s, slot->index);
	one->freed = s->touched.end;
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

int korch__nomination_end(korch_scheduler *s, const char *id)
{
	sched_nomination *one = korch__nomination_find(s, id);
	if (!one)
		return 0;
	if (korch__journal_reserve_out(s, &s->nominations) < 0)
		return KORCH_E_NOMEM;
	sched_slot *slot = s->slots.items[one->pod->slot];
	unlink_it(s, one);
	korch__journal_note(s, (sched_entry){.op = OP_NOMINATION_OUT, .who = one});
	korch__slot_release(s, slot);
	return 0;
}

void korch__nomination_undo(korch_scheduler *s, const struct sched_entry *entry)
{
	sched_nomination *one = entry->who;
	if (entry->op == OP_NOMINATION_OUT) {
		link_it(s, one);
		one->freed = 0; /* what happened before is not known any more */
		return;
	}
	sched_slot *slot = s->slots.items[one->pod->slot];
	unlink_it(s, one);
	korch__nomination_free(s, one);
	korch__slot_release(s, slot);
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
		one->pod->devices = korch__devices_choose(s, s->slots.items[slot], one->pod->shape);
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
static int add(korch_scheduler *s, sched_pod *pod, sched_slot *slot)
{
	sched_nomination *one = korch__calloc(1, sizeof(*one));
	pod->slot = slot->index;
	pod->hidden = 1;
	pod->devices = 0;
	if (!one || reserve(s, pod) < 0) {
		korch__free(one);
		korch__pod_free(s, pod);
		return KORCH_E_NOMEM;
	}
	one->pod = pod;
	slot->n_nominated++; /* the slot stays while the old one goes */
	int code = korch__nomination_end(s, pod->id);
	slot->n_nominated--;
	if (code < 0) {
		korch__table_unhold(&s->nominations);
		korch__nomination_free(s, one);
		return code;
	}
	one->next = slot->nominated;
	link_it(s, one);
	korch__journal_note(s, (sched_entry){.op = OP_NOMINATED, .who = one});
	return 0;
}

/* Takes the pod. */
static int nominate(korch_scheduler *s, sched_pod *made, const char *node)
{
	sched_slot *slot = korch__journal_reserve(s, 2) < 0 ? NULL : korch__slot_make(s, node);
	if (!slot) {
		korch__pod_free(s, made);
		return KORCH_E_NOMEM;
	}
	int code = add(s, made, slot);
	korch__slot_release(s, slot);
	return code;
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
	if (node && node[0]) {
		code = korch__account_check_nominated(s, made, node, err);
		if (code < 0) {
			korch__pod_free(s, made);
			return code;
		}
		code = nominate(s, made, node);
	} else {
		code = korch__nomination_end(s, made->id);
		korch__pod_free(s, made);
	}
	return code < 0 ? korch_error_set(err, code, "out of memory") : 0;
}
