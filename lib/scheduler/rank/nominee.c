/*
 * Waiting pods that room is kept for: it is kept from the others of their class, so each is asked
 * for itself, and only when its node has changed. One whose node was freed, but for others, may
 * drive out again.
 */
#include "scheduler/preempt/preempt.h"
#include "scheduler/rank/best.h"
#include "scheduler/rank/waiting.h"
#include "scheduler/state/nominate.h"

int korch__waiting_is_before(const sched_waiting *a, const sched_waiting *b)
{
	int32_t x = a->class_->shape->priority, y = b->class_->shape->priority;
	return x != y ? x > y : a->sequence < b->sequence;
}

/* Nothing was found, and nothing has changed since that could be felt on its node. */
static int is_known(const korch_scheduler *s, const sched_nomination *one)
{
	return s->slots.items[one->pod->slot]->touched_at <= one->seen &&
	       one->topology_version == s->topology_version && one->generation == s->generation;
}

/* 1: the pod gets the node that is kept for it, or may drive others out again: its node was freed
 * and did not become its own. 0, or KORCH_E_NOMEM. */
static int is_ready(korch_scheduler *s, sched_nomination *one, sched_class *c)
{
	uint32_t slot = one->pod->slot;
	if (c->shape->gated)
		return 0;
	one->suspended = 1;
	int found = korch__slot_will_do(s, c, slot);
	one->suspended = 0;
	int was_freed = s->slots.items[slot]->freed_at > one->freed;
	return found == 0 && was_freed ? korch__preempt_is_possible_again(s, c, one) : found;
}

static void note_none(const korch_scheduler *s, sched_nomination *one)
{
	one->seen = one->freed = s->touched.end;
	one->topology_version = s->topology_version;
	one->generation = s->generation;
}

int korch__nominee_find(sched_waiting **out, korch_scheduler *s)
{
	sched_nomination *one;
	*out = NULL;
	for (size_t at = 0; (one = korch__table_next(&s->nominations, &at));) {
		if (is_known(s, one))
			continue;
		sched_waiting *waiting = korch__table_get(&s->waiting_table, one->pod->id);
		int found = waiting ? is_ready(s, one, waiting->class_) : 0;
		if (found < 0)
			return found;
		if (found == 0 && !s->journal) /* a trial is another state */
			note_none(s, one);
		else if (found == 1 && (!*out || korch__waiting_is_before(waiting, *out)))
			*out = waiting;
	}
	return 0;
}
