/*
 * Waiting pods that room is kept for: it is kept from the others of their class, so each is asked
 * for itself, and only when its node has changed. One whose node was freed, but for others, may
 * drive out again.
 */
#include "scheduler/preempt/preempt.h"
#include "scheduler/rank/best.h"
#include "scheduler/rank/waiting.h"
#include "scheduler/shape/labelset.h"
#include "scheduler/state/nominate.h"

int korch__waiting_is_before(const sched_waiting *a, const sched_waiting *b)
{
	int32_t x = a->class_->shape->priority, y = b->class_->shape->priority;
	return x != y ? x > y : a->sequence < b->sequence;
}

/* Whether what the filters say of its node may change with pods of other nodes. */
static int looks_around(const sched_nomination *one)
{
	return one->pod->terms || one->pod->labels->matches.n > 0;
}

/* Nothing was found, and nothing has changed since that could be felt on its node. */
static int is_known(const korch_scheduler *s, const sched_nomination *one)
{
	return s->slots.items[one->pod->slot]->touched_at <= one->seen &&
	       (one->topology_version == s->topology_version || !looks_around(one)) &&
	       one->generation == s->generation + s->claim_generation;
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
	one->generation = s->generation + s->claim_generation;
}

/* Looks at one; *out becomes it when it goes first. 1: it is ready, 0, or KORCH_E_NOMEM. */
static int look_at(sched_waiting **out, korch_scheduler *s, sched_nomination *one)
{
	if (is_known(s, one))
		return 0;
	sched_waiting *waiting = korch__table_get(&s->waiting_table, one->pod->id);
	int found = waiting ? is_ready(s, one, waiting->class_) : 0;
	if (found == 0 && !s->journal) /* a trial is another state */
		note_none(s, one);
	if (found == 1 && (!*out || korch__waiting_is_before(waiting, *out)))
		*out = waiting;
	return found;
}

static int look_at_all(sched_waiting **out, korch_scheduler *s)
{
	sched_nomination *one;
	for (size_t at = 0; (one = korch__table_next(&s->nominations, &at));) {
		if (look_at(out, s, one) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* Those whose nodes were touched. Asking touches nothing. */
static int look_at_touched(sched_waiting **out, korch_scheduler *s)
{
	for (uint64_t at = s->nominee_seen; at < s->touched.end; at++) {
		const sched_slot *slot = s->slots.items[s->touched.items[at & (s->touched.cap - 1)]];
		for (sched_nomination *one = slot->nominated; one; one = one->next) {
			if (look_at(out, s, one) < 0)
				return KORCH_E_NOMEM;
		}
	}
	return 0;
}

int korch__nominee_find(sched_waiting **out, korch_scheduler *s)
{
	*out = NULL;
	int is_lost = korch__log_lost(&s->touched, s->nominee_seen) ||
	              s->nominee_topology != s->topology_version ||
	              s->nominee_generation != s->generation + s->claim_generation;
	if ((is_lost ? look_at_all(out, s) : look_at_touched(out, s)) < 0)
		return KORCH_E_NOMEM;
	if (*out || s->journal) /* looked at again until it is the turn of all that are ready */
		return 0;
	s->nominee_seen = s->touched.end;
	s->nominee_topology = s->topology_version;
	s->nominee_generation = s->generation + s->claim_generation;
	return 0;
}
