/* What all filters say of one slot, pods that keep room there included. */
#include "scheduler/rank/class.h"
#include "scheduler/state/nominate.h"

static sched_reason check(const korch_scheduler *s, const sched_class *c, uint32_t slot,
                          int32_t *key)
{
	sched_reason reason = korch__node_check(s, c, slot);
	if (reason != REASON_NONE)
		return reason;
	korch__layout_key(s, c, slot, key);
	return korch__layout_check(s, c, key);
}

sched_reason korch__nominated_check(korch_scheduler *s, const sched_class *c, uint32_t slot,
                                    int32_t *key)
{
	if (s->slots.items[slot]->n_nominated == 0 ||
	    korch__nominated_show(s, slot, c->shape->priority) == 0)
		return REASON_NONE;
	/* Of pods that other pods do not matter to, the topology says the same without them; so it is
	 * not asked, for what it says may change without a change of this slot. */
	sched_reason reason = korch__nominated_matter(s->slots.items[slot])
	                          ? check(s, c, slot, key)
	                          : korch__node_check(s, c, slot);
	korch__nominated_hide(s, slot);
	return reason;
}

sched_reason korch__slot_check(korch_scheduler *s, const sched_class *c, uint32_t slot,
                               int32_t *key)
{
	sched_reason reason = korch__nominated_check(s, c, slot, key);
	return reason == REASON_NONE ? check(s, c, slot, key) : reason;
}
