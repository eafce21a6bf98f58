/* Who would have to leave a slot. */
#include "scheduler/preempt/victims.h"
#include "base/cleanup.h"
#include "scheduler/preempt/lowest.h"
#include "scheduler/state/budget.h"
#include <stdlib.h>
#include <string.h>

/* A request that is more than all that the node has fits no better when pods leave. */
static int asks_for_too_much(const korch_scheduler *s, const sched_shape *shape, uint32_t slot)
{
	for (size_t i = 0; i < shape->needs.n; i++) {
		if (shape->needs.items[i].amount > s->alloc[shape->needs.items[i].resource][slot])
			return 1;
	}
	return 0;
}

int korch__reason_is_resolvable(const korch_scheduler *s, const sched_class *c, uint32_t slot,
                                sched_reason reason)
{
	switch (reason) {
	case REASON_FIT:
		return !asks_for_too_much(s, c->shape, slot);
	case REASON_PORTS:
	case REASON_SPREAD:
	case REASON_POD_ANTI_AFFINITY:
	case REASON_EXISTING_ANTI_AFFINITY:
	case REASON_MAX_PER_NODE:
	case REASON_PLUGIN:
		return 1;
	default:
		return 0;
	}
}

/* More important first: higher priority, then started earlier, then by identity. */
static int by_importance(const void *a, const void *b)
{
	const sched_victim *x = a, *y = b;
	if (x->priority != y->priority)
		return x->priority > y->priority ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return strcmp(x->pod->id, y->pod->id);
}

static int collect(sched_victims *of, const sched_slot *slot, int32_t priority)
{
	of->items.n = 0;
	if (korch__vec_reserve(&of->items, slot->pods.n) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < slot->pods.n; i++) {
		sched_pod *pod = slot->pods.items[i];
		if (pod->shape->priority < priority)
			of->items.items[of->items.n++] = (sched_victim){
			    .pod = pod, .start = korch__pod_start(pod), .priority = pod->shape->priority};
	}
	return 0;
}

static void sort(sched_victims *of)
{
	sched_victim *items = of->items.items;
	if (of->items.n > 16) {
		qsort(items, of->items.n, sizeof(*items), by_importance);
		return;
	}
	for (size_t i = 1; i < of->items.n; i++) {
		sched_victim one = items[i];
		size_t at = i;
		for (; at > 0 && by_importance(&one, &items[at - 1]) < 0; at--)
			items[at] = items[at - 1];
		items[at] = one;
	}
}

/* In the order of importance, each takes one of what its budgets allow. */
static int mark_violations(sched_victims *of, korch_scheduler *s)
{
	if (s->budgets.n == 0)
		return 0;
	of->round++;
	for (size_t i = 0; i < of->items.n; i++) {
		int violates = korch__budgets_take(s, of->items.items[i].pod, of->round);
		if (violates < 0)
			return violates;
		of->items.items[i].violates = (uint8_t)violates;
	}
	return 0;
}

static int fits(sched_victims *of, korch_scheduler *s, const sched_class *c, uint32_t slot)
{
	return korch__slot_check(s, c, slot, of->key.items) == REASON_NONE;
}

/* Lets stay whom it can, those first whose leaving breaks a budget. */
static void reprieve(sched_victims *of, korch_scheduler *s, const sched_class *c, uint32_t slot)
{
	for (int violating = s->budgets.n > 0; violating >= 0; violating--) {
		for (size_t i = 0; i < of->items.n; i++) {
			sched_victim *one = &of->items.items[i];
			if (one->violates != violating)
				continue;
			korch__pod_show(s, one->pod);
			if (fits(of, s, c, slot))
				continue;
			korch__pod_hide(s, one->pod);
			one->leaves = 1;
		}
	}
}

static void show_hidden(const sched_victims *of, korch_scheduler *s)
{
	for (size_t i = 0; i < of->items.n; i++) {
		if (of->items.items[i].pod->hidden)
			korch__pod_show(s, of->items.items[i].pod);
	}
}

/* The most important one that leaves comes first, and of its priority the earliest. */
static sched_toll add_up(const sched_victims *of)
{
	sched_toll toll = {0};
	for (size_t i = 0; i < of->items.n; i++) {
		const sched_victim *one = &of->items.items[i];
		if (!one->leaves)
			continue;
		if (toll.n++ == 0) {
			toll.priority = one->priority;
			toll.start = one->start;
		}
		toll.violations += one->violates;
		toll.sum += one->priority + PRIORITY_BASE;
	}
	return toll;
}

int korch__victims_choose(sched_victims *of, sched_toll *toll, korch_scheduler *s,
                          const sched_class *c, uint32_t slot)
{
	of->key.n = 0;
	if (collect(of, s->slots.items[slot], c->shape->priority) < 0 ||
	    korch__vec_reserve(&of->key, c->layout.dims.n + 1) < 0)
		return KORCH_E_NOMEM;
	if (of->items.n == 0)
		return 0;
	sched_reason reason = korch__slot_check(s, c, slot, of->key.items);
	if (!korch__reason_is_resolvable(s, c, slot, reason))
		return 0;
	sort(of);
	if (mark_violations(of, s) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < of->items.n; i++)
		korch__pod_hide(s, of->items.items[i].pod);
	int found = fits(of, s, c, slot);
	if (found)
		reprieve(of, s, c, slot);
	show_hidden(of, s);
	if (found)
		*toll = add_up(of);
	return found;
}

void korch__victims_fini(sched_victims *of)
{
	korch__vec_fini(&of->items);
	korch__vec_fini(&of->key);
}
