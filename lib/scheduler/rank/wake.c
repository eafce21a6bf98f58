/*
 * Waking: whose turn it is of the pods that wait. A class without dimensions gets a node only
 * through a slot that was freed since it was last asked; the others ask their ranking again when
 * anything has changed. Where others could be driven out is kept by preempt/. Pods that room is
 * kept for: nominee.c.
 */
#include "scheduler/preempt/preempt.h"
#include "scheduler/rank/best.h"
#include "scheduler/rank/waiting.h"
#include "scheduler/state/journal.h"
#include "scheduler/state/nominate.h"

/* A class without dimensions: only freed slots can have become feasible. */
static int freed_one(korch_scheduler *s, const sched_class *c)
{
	sched_queue *queue = c->queue;
	int32_t no_key[1];
	int found = 0;
	if (korch__log_lost(&s->freed, queue->freed) ||
	    queue->generation != korch__class_generation(s, c)) {
		for (uint32_t i = 0; !found && i < s->slots.n; i++)
			found = s->slots.items[i]->node && korch__slot_check(s, c, i, no_key) == REASON_NONE;
		if (found) /* there may be room for more of them */
			return 1;
		queue->freed = s->freed.end;
		queue->generation = korch__class_generation(s, c);
		return 0;
	}
	for (uint64_t at = queue->freed; !found && at < s->freed.end; at++) {
		uint32_t slot = s->freed.items[at & (s->freed.cap - 1)];
		found = korch__slot_check(s, c, slot, no_key) == REASON_NONE;
		queue->freed = found ? at : at + 1;
	}
	return found;
}

/* Until something changes the class is not asked again. */
static void note_none(const korch_scheduler *s, sched_class *c)
{
	*(s->journal ? &c->queue->trial_changes : &c->queue->changes) = s->changes;
}

static void note_asked(const korch_scheduler *s, sched_class *c)
{
	*(s->journal ? &c->queue->trial_asked : &c->queue->asked) = s->changes;
}

/* 1: the class has a node now, 0, or KORCH_E_NOMEM. */
static int has_node(korch_scheduler *s, sched_class *c)
{
	sched_queue *queue = c->queue;
	if (queue->changes == s->changes || queue->trial_changes == s->changes)
		return 0;
	if (c->shape->gated) {
		note_none(s, c);
		return 0;
	}
	if (korch__class_refresh(s, c) < 0)
		return KORCH_E_NOMEM;
	int found;
	if (c->layout.dims.n == 0) {
		found = freed_one(s, c);
	} else {
		sched_best best;
		if (korch__best(s, c, &best) < 0)
			return KORCH_E_NOMEM;
		found = best.slot != NONE;
	}
	if (!found)
		note_none(s, c);
	return found;
}

/* The first of a queue that waits for somebody who could be driven out, and that keeps no room
 * anywhere; NULL: none does. */
static sched_waiting *first_armed(const korch_scheduler *s, sched_queue *queue)
{
	sched_waiting *one = korch__waiting_first(queue);
	for (size_t i = queue->first; one && i < queue->items.n; i++) {
		one = queue->items.items[i];
		if (!one || one->is_gone)
			continue;
		if (one->sequence > queue->armed)
			return NULL;
		if (!korch__nomination_find(s, one->id))
			return one;
	}
	return NULL;
}

/* Whether others could be driven out for the class now; while nobody could be, all that wait with
 * it wait for that, too. 1: *out is the first of them, 0, or KORCH_E_NOMEM. */
static int has_victims(sched_waiting **out, korch_scheduler *s, sched_class *c)
{
	sched_queue *queue = c->queue;
	if (queue->asked == s->changes || queue->trial_asked == s->changes)
		return 0;
	int possible = korch__preempt_is_possible(s, c);
	if (possible < 0)
		return possible;
	if (!possible && !s->journal)
		queue->armed = s->wait_sequence;
	sched_waiting *one = possible ? first_armed(s, queue) : NULL;
	if (one)
		*out = one;
	else
		note_asked(s, c);
	return one != NULL;
}

/* The one of a class whose turn it is before `best` (NULL: nobody's yet). 1: it is in *best, 0, or
 * KORCH_E_NOMEM. */
static int ask_class(sched_waiting **best, korch_scheduler *s, sched_class *c)
{
	sched_waiting *one = korch__waiting_first(c->queue);
	if (!one || (*best && !korch__waiting_is_before(one, *best)))
		return 0;
	int found = has_node(s, c);
	if (found == 0)
		found = has_victims(&one, s, c);
	if (found != 1 || (*best && !korch__waiting_is_before(one, *best)))
		return found < 0 ? found : 0;
	*best = one;
	return 1;
}

int korch_scheduler_woken(const korch_pod **out, korch_scheduler *s)
{
	if (!s || s->waiting_table.n == 0)
		return 0;
	if (korch__waiting_find_classes(s) < 0)
		return KORCH_E_NOMEM;
	sched_waiting *best = NULL;
	if (s->nominations.n > 0 && korch__nominee_find(&best, s) < 0)
		return KORCH_E_NOMEM;
	int is_nominee = best != NULL;
	for (size_t i = 0; i < s->waiting_classes.n; i++) {
		int found = ask_class(&best, s, s->waiting_classes.items[i]);
		if (found < 0)
			return found;
		is_nominee &= !found;
	}
	if (!best)
		return 0;
	if (korch__journal_reserve_out(s, &s->waiting_table) < 0)
		return KORCH_E_NOMEM;
	/* The others of its class are asked for when something has come of this one. */
	if (!is_nominee) {
		note_none(s, best->class_);
		note_asked(s, best->class_);
	}
	*out = (const korch_pod *)korch_object_ref(&best->pod->object);
	korch__waiting_take(s, best);
	return 1;
}
