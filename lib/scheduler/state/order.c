/*
 * The order of ties. By name: slots stand in a list ordered by name, and each bears a number that
 * rises along the list, with gaps for those that come later (order maintenance: Dietz and Sleator,
 * STOC 1987, in its simplest form). Seeded: a hash of seed and name.
 */
#include "scheduler/state/state.h"
#include <string.h>

#define GAP (UINT64_C(1) << 32)

/* Numbers all anew, evenly; what was ranked by the old numbers has to be ranked again. */
static void renumber(korch_scheduler *s, uint32_t last)
{
	uint64_t n = s->slots.n + 1;
	for (uint32_t at = last; at != NONE; at = s->slots.items[at]->before)
		s->tie[at] = GAP * n--;
	s->generation++;
}

static void number(korch_scheduler *s, sched_slot *slot)
{
	uint64_t low = slot->before == NONE ? 0 : s->tie[slot->before];
	uint64_t high = slot->after == NONE ? UINT64_MAX : s->tie[slot->after];
	uint64_t own = slot->after == NONE ? low + GAP : low + (high - low) / 2;
	if (slot->before == NONE && slot->after != NONE && high > GAP)
		own = high - GAP;
	if (own <= low || own >= high)
		renumber(s, s->last_slot);
	else
		s->tie[slot->index] = own;
}

int korch__order_insert(korch_scheduler *s, sched_slot *slot)
{
	if (s->ties == KORCH_TIES_SEEDED) {
		s->tie[slot->index] = korch__hash_bytes(slot->name, strlen(slot->name), s->seed);
		return 0;
	}
	const sched_slot *after = korch__btree_after(&s->slot_order, slot->name);
	if (korch__btree_insert(&s->slot_order, slot) < 0)
		return KORCH_E_NOMEM;
	slot->after = after ? after->index : NONE;
	slot->before = after ? after->before : s->last_slot;
	if (slot->before != NONE)
		s->slots.items[slot->before]->after = slot->index;
	if (after)
		s->slots.items[slot->after]->before = slot->index;
	else
		s->last_slot = slot->index;
	number(s, slot);
	return 0;
}

void korch__order_remove(korch_scheduler *s, sched_slot *slot)
{
	if (s->ties == KORCH_TIES_SEEDED)
		return;
	korch__btree_remove(&s->slot_order, slot->name);
	if (slot->before != NONE)
		s->slots.items[slot->before]->after = slot->after;
	if (slot->after != NONE)
		s->slots.items[slot->after]->before = slot->before;
	else
		s->last_slot = slot->before;
}
