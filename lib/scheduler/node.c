/* Nodes as rows of arrays, found by name; the log of touched rows that rankings are brought up to
 * date from. */
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/state.h"
#include <string.h>

sched_slot *korch__slot_get(const korch_scheduler *s, const char *name)
{
	return korch__table_get(&s->slot_table, name);
}

/* New row arrays of slots × row, with what the old ones hold. */
static int resize_rows(korch_scheduler *s, size_t slots, uint32_t row)
{
	_cleanup_free_ int64_t *alloc = korch__calloc(slots * row, sizeof(*alloc));
	_cleanup_free_ int64_t *used = korch__calloc(slots * row, sizeof(*used));
	if (!alloc || !used)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < s->slots.n && i < slots; i++) {
		memcpy(alloc + i * row, s->alloc + i * s->row, s->row * sizeof(*alloc));
		memcpy(used + i * row, s->used + i * s->row, s->row * sizeof(*used));
	}
	korch__free(s->alloc);
	korch__free(s->used);
	s->alloc = KORCH_STEAL(alloc);
	s->used = KORCH_STEAL(used);
	s->row = row;
	return 0;
}

int korch__scheduler_widen(korch_scheduler *s, uint32_t n_resources)
{
	return n_resources <= s->row ? 0 : resize_rows(s, s->slots.cap ? s->slots.cap : 1, s->row * 2);
}

/* The log holds at least as many touches as there are slots, so that a class that is asked often
 * never starts anew. */
static int grow_log(korch_scheduler *s, size_t slots)
{
	size_t cap = s->log_cap ? s->log_cap : 1024;
	while (cap < 2 * slots)
		cap *= 2;
	if (cap == s->log_cap)
		return 0;
	uint32_t *log = korch__calloc(cap, sizeof(*log));
	if (!log)
		return KORCH_E_NOMEM;
	korch__free(s->log);
	s->log = log;
	s->log_cap = cap;
	s->log_end += 2 * cap; /* everybody starts anew */
	return 0;
}

void korch__slot_touch(korch_scheduler *s, const sched_slot *slot)
{
	s->log[s->log_end++ & (s->log_cap - 1)] = slot->index;
}

static sched_slot *add_slot(korch_scheduler *s)
{
	size_t before = s->slots.cap;
	if (korch__vec_reserve(&s->slots, 1) < 0 ||
	    korch__vec_reserve(&s->free_slots, s->slots.n + 1) < 0)
		return NULL;
	if ((s->slots.cap != before && resize_rows(s, s->slots.cap, s->row) < 0) ||
	    grow_log(s, s->slots.cap) < 0)
		return NULL;
	sched_slot *slot = korch__calloc(1, sizeof(*slot));
	if (slot) {
		slot->index = (uint32_t)s->slots.n;
		s->slots.items[s->slots.n++] = slot;
	}
	return slot;
}

sched_slot *korch__slot_make(korch_scheduler *s, const char *name)
{
	sched_slot *slot = korch__slot_get(s, name);
	if (slot)
		return slot;
	slot =
	    s->free_slots.n > 0 ? s->slots.items[s->free_slots.items[--s->free_slots.n]] : add_slot(s);
	if (!slot)
		return NULL;
	slot->name = korch_string_new(name);
	if (!slot->name || korch__table_put(&s->slot_table, slot) < 0) {
		korch_string_unref(KORCH_STEAL(slot->name));
		s->free_slots.items[s->free_slots.n++] = slot->index;
		return NULL;
	}
	slot->version = ++s->version;
	memset(s->alloc + (size_t)slot->index * s->row, 0, s->row * sizeof(*s->alloc));
	memset(s->used + (size_t)slot->index * s->row, 0, s->row * sizeof(*s->used));
	return slot;
}

void korch__slot_release(korch_scheduler *s, sched_slot *slot)
{
	korch__slot_touch(s, slot);
	if (slot->node || slot->n_pods > 0)
		return;
	korch__table_remove(&s->slot_table, slot->name);
	korch_string_unref(KORCH_STEAL(slot->name));
	korch__classes_forget_slot(s, slot->index);
	s->free_slots.items[s->free_slots.n++] = slot->index;
}

static int set_allocatable(korch_scheduler *s, const sched_slot *slot, const korch_node *node)
{
	const korch_node_status *status = node->status;
	const korch_map *map = status && status->allocatable ? status->allocatable
	                       : status                      ? status->capacity
	                                                     : NULL;
	for (size_t i = 0; map && i < map->n; i++) {
		if (korch__resource_number(s, map->items[i].key) == NONE)
			return KORCH_E_NOMEM;
	}
	int64_t *alloc = s->alloc + (size_t)slot->index * s->row;
	memset(alloc, 0, s->row * sizeof(*alloc));
	for (size_t i = 0; map && i < map->n; i++) {
		uint32_t resource = korch__resource_number(s, map->items[i].key);
		alloc[resource] = korch__resource_amount(resource, map->items[i].value);
	}
	return 0;
}

int korch__scheduler_node_set(korch_scheduler *s, const korch_node *node)
{
	if (!node->object.metadata || !korch_object_name(&node->object)[0])
		return 0;
	sched_slot *slot = korch__slot_make(s, korch_object_name(&node->object));
	if (!slot)
		return KORCH_E_NOMEM;
	s->n_nodes += slot->node == NULL;
	const korch_node *old = slot->node;
	slot->node = (const korch_node *)korch_object_ref(&node->object);
	korch_object_unref((const korch_object *)old);
	slot->version = ++s->version;
	korch__slot_touch(s, slot);
	return set_allocatable(s, slot, node);
}

void korch__scheduler_node_remove(korch_scheduler *s, const char *name)
{
	sched_slot *slot = korch__slot_get(s, name);
	if (!slot || !slot->node)
		return;
	s->n_nodes--;
	korch_object_unref((const korch_object *)KORCH_STEAL(slot->node));
	slot->version = ++s->version;
	korch__slot_release(s, slot);
}
