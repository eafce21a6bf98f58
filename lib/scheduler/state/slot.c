/* Slots: the places in the columns that a node, or the name of one, has; found by name. */
#include "base/cleanup.h"
#include "scheduler/state/journal.h"
#include "scheduler/topology/topology.h"
#include <string.h>

sched_slot *korch__slot_get(const korch_scheduler *s, const char *name)
{
	return korch__table_get(&s->slot_table, name);
}

void korch__slot_touch(korch_scheduler *s, uint32_t slot)
{
	korch__log_add(&s->touched, slot);
	s->slots.items[slot]->touched_at = s->touched.end;
	korch__changed(s);
}

void korch__slot_freed(korch_scheduler *s, uint32_t slot)
{
	korch__slot_touch(s, slot);
	korch__log_add(&s->freed, slot);
	s->slots.items[slot]->freed_at = s->touched.end;
}

static int reserve(korch_scheduler *s)
{
	if (korch__vec_reserve(&s->slots, 1) < 0 ||
	    korch__vec_reserve(&s->free_slots, s->slots.n + 1) < 0 ||
	    korch__columns_reserve(s, s->slots.cap) < 0 ||
	    korch__log_reserve(&s->touched, s->slots.cap) < 0 ||
	    korch__log_reserve(&s->freed, s->slots.cap) < 0)
		return KORCH_E_NOMEM;
	if (korch__log_reserve(&s->changed, s->slots.cap) < 0)
		return KORCH_E_NOMEM;
	return korch__topology_reserve(s);
}

int korch__slot_check_room(const korch_scheduler *s, const char *name, korch_error **err)
{
	if (s->free_slots.n > 0 || s->slots.n < KORCH_SCHEDULER_NODES_MAX || korch__slot_get(s, name))
		return 0;
	return korch_error_set(err, KORCH_E_LIMIT, "too many nodes: at most %d",
	                       KORCH_SCHEDULER_NODES_MAX);
}

/* A slot without a name: a freed one, or a new one. */
static sched_slot *take(korch_scheduler *s)
{
	if (s->free_slots.n > 0)
		return s->slots.items[s->free_slots.items[--s->free_slots.n]];
	if (s->slots.n >= KORCH_SCHEDULER_NODES_MAX || reserve(s) < 0)
		return NULL;
	sched_slot *slot = korch__calloc(1, sizeof(*slot));
	if (!slot)
		return NULL;
	slot->index = (uint32_t)s->slots.n;
	s->slots.items[s->slots.n++] = slot;
	return slot;
}

static void give_back(korch_scheduler *s, sched_slot *slot)
{
	korch_string_unref(KORCH_STEAL(slot->name));
	s->free_slots.items[s->free_slots.n++] = slot->index;
}

sched_slot *korch__slot_make(korch_scheduler *s, const char *name)
{
	sched_slot *slot = korch__slot_get(s, name);
	if (slot)
		return slot;
	slot = take(s);
	if (!slot)
		return NULL;
	slot->name = korch_string_new(name);
	if (!slot->name || korch__table_put(&s->slot_table, slot) < 0) {
		give_back(s, slot);
		return NULL;
	}
	if (korch__order_insert(s, slot) < 0) {
		korch__table_remove(&s->slot_table, name);
		give_back(s, slot);
		return NULL;
	}
	korch__log_add(&s->changed, slot->index);
	korch__slot_touch(s, slot->index);
	return slot;
}

void korch__slot_release(korch_scheduler *s, sched_slot *slot)
{
	if (slot->node || slot->pods.n > 0 || slot->n_nominated > 0 || korch__journal_keeps(s, slot))
		return;
	korch__order_remove(s, slot);
	korch__table_remove(&s->slot_table, slot->name);
	korch__vec_fini(&slot->pods);
	give_back(s, slot);
}

void korch__slot_close(korch_scheduler *s, sched_slot *slot, int is_closed)
{
	slot->is_closed = (uint8_t)is_closed;
	korch__log_add(&s->changed, slot->index);
	korch__slot_freed(s, slot->index);
}

void korch__slots_free(korch_scheduler *s)
{
	for (size_t i = 0; i < s->slots.n; i++) {
		sched_slot *slot = s->slots.items[i];
		korch_string_unref(slot->name);
		korch_object_unref((const korch_object *)slot->node);
		korch__vec_fini(&slot->pods);
		korch__vec_fini(&slot->images);
		korch__free(slot->devices);
		korch__free(slot);
	}
	korch__vec_fini(&s->slots);
	korch__vec_fini(&s->free_slots);
}
