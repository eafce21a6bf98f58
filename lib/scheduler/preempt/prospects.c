/* A heap of slots by what they cost; only those that come first are looked at exactly. */
#include "scheduler/preempt/prospects.h"
#include "base/cleanup.h"
#include "scheduler/preempt/bound.h"
#include <string.h>

static int goes_first(const sched_prospect *a, const sched_prospect *b)
{
	int order = korch__toll_order(&a->toll, &b->toll);
	return order != 0 ? order < 0 : a->tie < b->tie;
}

static void set_place(sched_prospects *of, uint32_t at, sched_prospect one)
{
	of->heap[at] = one;
	of->place[one.slot] = at;
}

static void sift_up(sched_prospects *of, uint32_t at)
{
	sched_prospect one = of->heap[at];
	for (; at > 0 && goes_first(&one, &of->heap[(at - 1) / 2]); at = (at - 1) / 2)
		set_place(of, at, of->heap[(at - 1) / 2]);
	set_place(of, at, one);
}

static void sift_down(sched_prospects *of, uint32_t at)
{
	sched_prospect one = of->heap[at];
	for (uint32_t child; (child = 2 * at + 1) < of->n; at = child) {
		if (child + 1 < of->n && goes_first(&of->heap[child + 1], &of->heap[child]))
			child++;
		if (!goes_first(&of->heap[child], &one))
			break;
		set_place(of, at, of->heap[child]);
	}
	set_place(of, at, one);
}

static void replace(sched_prospects *of, uint32_t at, sched_prospect one)
{
	of->heap[at] = one;
	sift_up(of, at);
	sift_down(of, of->place[one.slot]);
}

static void take(sched_prospects *of, uint32_t slot)
{
	uint32_t at = of->place[slot];
	if (at == NONE)
		return;
	of->place[slot] = NONE;
	sched_prospect last = of->heap[--of->n];
	if (last.slot != slot)
		replace(of, at, last);
}

static int grow(sched_prospects *of, size_t cap)
{
	if (cap <= of->cap)
		return 0;
	sched_prospect *heap = korch__realloc_array(of->heap, cap, sizeof(*heap));
	if (!heap)
		return KORCH_E_NOMEM;
	of->heap = heap;
	uint32_t *place = korch__realloc_array(of->place, cap, sizeof(*place));
	if (!place)
		return KORCH_E_NOMEM;
	of->place = place;
	memset(place + of->cap, 0xff, (cap - of->cap) * sizeof(*place));
	of->cap = cap;
	return 0;
}

/* What a slot costs at least; 0: it cannot be had. */
static int estimate(sched_prospect *out, const korch_scheduler *s, const sched_class *c,
                    uint32_t slot)
{
	*out = (sched_prospect){.slot = slot, .tie = s->tie[slot]};
	return korch__preempt_bound(&out->toll, s, c, &s->preempt->lowests.of[slot], slot);
}

static void look_at(sched_prospects *of, const korch_scheduler *s, const sched_class *c,
                    uint32_t slot)
{
	sched_prospect one;
	if (!estimate(&one, s, c, slot)) {
		take(of, slot);
	} else if (of->place[slot] != NONE) {
		replace(of, of->place[slot], one);
	} else {
		of->heap[of->n++] = one;
		sift_up(of, of->n - 1);
	}
}

/* All anew. */
static void fill(sched_prospects *of, const korch_scheduler *s, const sched_class *c)
{
	of->n = 0;
	memset(of->place, 0xff, of->cap * sizeof(*of->place));
	for (uint32_t i = 0; i < s->slots.n; i++) {
		if (!estimate(&of->heap[of->n], s, c, i))
			continue;
		of->place[i] = of->n;
		of->n++;
	}
	for (uint32_t at = of->n / 2; at-- > 0;)
		sift_down(of, at);
	of->seen = s->touched.end;
	of->generation = korch__class_generation(s, c);
	of->budget_generation = s->budget_generation;
	of->topology_version = s->topology_version;
	of->changed = s->changed.end;
}

static int holds(const sched_prospects *of, const korch_scheduler *s, const sched_class *c)
{
	if (of->generation != korch__class_generation(s, c) ||
	    of->budget_generation != s->budget_generation || korch__log_lost(&s->touched, of->seen))
		return 0;
	return korch__layout_is_local(&c->layout) ||
	       (of->topology_version == s->topology_version && of->changed == s->changed.end);
}

static int refresh(sched_prospects *of, korch_scheduler *s, const sched_class *c)
{
	size_t before = of->cap;
	if (grow(of, s->cap) < 0)
		return KORCH_E_NOMEM;
	s->cells += of == &s->preempt->once ? 0 : of->cap - before;
	if (!holds(of, s, c)) {
		fill(of, s, c);
		return 0;
	}
	for (; of->seen < s->touched.end; of->seen++)
		look_at(of, s, c, s->touched.items[of->seen & (s->touched.cap - 1)]);
	return 0;
}

/* Looks at one exactly. 1: it can be had, 0, or KORCH_E_NOMEM. */
static int make_exact(sched_prospect *one, korch_scheduler *s, const sched_class *c)
{
	one->is_exact = 1;
	return korch__victims_choose(&s->preempt->victims, &one->toll, s, c, one->slot);
}

static int best_of_heap(sched_prospect *best, sched_prospects *of, korch_scheduler *s,
                        const sched_class *c)
{
	while (of->n > 0 && !of->heap[0].is_exact) {
		sched_prospect one = of->heap[0];
		int found = make_exact(&one, s, c);
		if (found < 0)
			return found;
		if (found)
			replace(of, 0, one);
		else
			take(of, one.slot);
	}
	if (of->n > 0)
		*best = of->heap[0];
	return of->n > 0;
}

/* The slot that costs least at least: when that is what it costs, no list is needed. 1: *best,
 * 0: there is none, 2: that is not enough, or KORCH_E_NOMEM. */
static int glance(sched_prospect *best, korch_scheduler *s, const sched_class *c)
{
	sched_prospect one;
	int any = 0;
	for (uint32_t i = 0; i < s->slots.n; i++) {
		if (estimate(&one, s, c, i) && (!any || goes_first(&one, best))) {
			*best = one;
			any = 1;
		}
	}
	if (!any)
		return 0;
	sched_toll least = best->toll;
	int found = make_exact(best, s, c);
	return found == 1 && korch__toll_order(&best->toll, &least) != 0 ? 2 : found == 0 ? 2 : found;
}

/* The first time a class is asked it gets nothing of its own. */
static sched_prospects *prospects_of(korch_scheduler *s, sched_class *c)
{
	if (!c->prospects && c->has_preempted)
		c->prospects = korch__calloc(1, sizeof(*c->prospects));
	int is_first = !c->has_preempted;
	c->has_preempted = 1;
	return is_first ? &s->preempt->once : c->prospects;
}

int korch__prospects_best(sched_prospect *best, korch_scheduler *s, sched_class *c)
{
	sched_prospects *of = prospects_of(s, c);
	if (!of || korch__lowests_refresh(s, &s->preempt->lowests) < 0)
		return KORCH_E_NOMEM;
	int is_once = of == &s->preempt->once;
	if (is_once || (!korch__layout_is_local(&c->layout) && !holds(of, s, c))) {
		int found = glance(best, s, c);
		if (found != 2)
			return found;
	}
	if (is_once)
		of->generation = 0;
	if (refresh(of, s, c) < 0)
		return KORCH_E_NOMEM;
	return best_of_heap(best, of, s, c);
}

void korch__prospects_fini(sched_prospects *of)
{
	korch__free(of->heap);
	korch__free(of->place);
	*of = (sched_prospects){0};
}
