/*
 * Waiting pods that room is kept for: it is kept from the others of their class, so each is asked
 * for itself, and only when its node has changed.
 */
#include "base/cleanup.h"
#include "scheduler/rank/class.h"
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

/* 1: all filters let the pod onto the node that is kept for it, 0, or KORCH_E_NOMEM. */
static int has_room(korch_scheduler *s, sched_nomination *one, const sched_waiting *waiting)
{
	sched_class *c = waiting->class_;
	if (c->shape->gated)
		return 0;
	sched_nomination *own = korch__nomination_suspend(s, waiting->pod);
	int found = korch__class_refresh(s, c);
	_cleanup_free_ int32_t *key = korch__calloc(c->layout.dims.n + 1, sizeof(*key));
	if (found == 0)
		found = key ? korch__slot_check(s, c, one->pod->slot, key) == REASON_NONE : KORCH_E_NOMEM;
	korch__nomination_resume(s, own);
	return found;
}

static void note_none(const korch_scheduler *s, sched_nomination *one)
{
	one->seen = s->touched.end;
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
		int found = waiting ? has_room(s, one, waiting) : 0;
		if (found < 0)
			return found;
		if (found == 0)
			note_none(s, one);
		else if (!*out || korch__waiting_is_before(waiting, *out))
			*out = waiting;
	}
	return 0;
}
