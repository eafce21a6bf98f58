/*
 * The order of ties. By name: slots stand in a list ordered by name, and each bears a number that
 * rises along the list, with gaps for those that come later. Where a gap is used up, the numbers
 * around it are spread anew, as few of them as will do (order maintenance: Dietz and Sleator, STOC
 * 1987; by ranges: Bender, Cole, Demaine, Farach-Colton and Zito, ESA 2002). Seeded: a hash of seed
 * and name.
 */
#include "scheduler/state/state.h"
#include <string.h>

#define GAP (UINT64_C(1) << 40)
/* A range twice as wide may be by so much less crowded. */
#define THINNER 1.5

/* Slots next to each other whose numbers are in a range. */
typedef struct stretch {
	uint32_t first, last; /* slots */
	uint64_t n;
} stretch;

/* Takes in the neighbours whose numbers are in the range. */
static void widen(const korch_scheduler *s, stretch *of, uint64_t low, uint64_t high)
{
	for (uint32_t at; (at = s->slots.items[of->first]->before) != NONE && s->tie[at] >= low;) {
		of->first = at;
		of->n++;
	}
	for (uint32_t at; (at = s->slots.items[of->last]->after) != NONE && s->tie[at] <= high;) {
		of->last = at;
		of->n++;
	}
}

/* Numbers a stretch evenly; what was ranked by the old numbers is looked at again. */
static void spread(korch_scheduler *s, const stretch *of, uint64_t low, uint64_t high)
{
	uint64_t step = (high - low) / of->n, number = low + step / 2;
	for (uint32_t at = of->first;; at = s->slots.items[at]->after, number += step) {
		s->tie[at] = number;
		korch__slot_touch(s, at);
		if (at == of->last)
			break;
	}
}

/* Makes room for a slot that has no number yet: in the narrowest range around it that is not too
 * crowded. */
static void make_room(korch_scheduler *s, const sched_slot *slot)
{
	uint64_t around = s->tie[slot->before != NONE ? slot->before : slot->after];
	stretch of = {.first = slot->index, .last = slot->index, .n = 1};
	double most = 1;
	for (unsigned bits = 1; bits < 64; bits++) {
		uint64_t width = UINT64_C(1) << bits, low = around & ~(width - 1), high = low + (width - 1);
		most *= 2 / THINNER;
		widen(s, &of, low, high);
		if ((double)of.n <= most && width / of.n >= 2) {
			spread(s, &of, low, high);
			return;
		}
	}
	widen(s, &of, 0, UINT64_MAX);
	spread(s, &of, 0, UINT64_MAX);
}

static void number(korch_scheduler *s, const sched_slot *slot)
{
	uint64_t low = slot->before == NONE ? 0 : s->tie[slot->before];
	uint64_t high = slot->after == NONE ? UINT64_MAX : s->tie[slot->after];
	uint64_t own = low + (high - low) / 2;
	if (slot->after == NONE && high - low > GAP)
		own = slot->before == NONE ? UINT64_MAX / 2 : low + GAP;
	if (slot->before == NONE && slot->after != NONE && high > GAP)
		own = high - GAP;
	if (own <= low || own >= high)
		make_room(s, slot);
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
