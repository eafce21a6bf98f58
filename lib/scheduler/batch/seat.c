/* Seats: putting a batch's pods on nodes for a while, and finding nodes for them. */
#include "base/cleanup.h"
#include "scheduler/batch/batch.h"
#include "scheduler/profile/profile.h"
#include "scheduler/rank/best.h"

/* Slots that are asked before the search for the tightest is left to the ranking. */
enum { TIGHT = 4 };

/* Its nomination keeps nothing while it has a seat, or is looked at itself. */
static void hold_back(sched_batch *b, const sched_member *m, int suspended)
{
	if (!m->own || m->own->suspended == suspended)
		return;
	m->own->suspended = suspended;
	korch__slot_touch(b->s, m->own->pod->slot);
}

static void leave_todo(sched_batch *b, sched_member *m)
{
	if (m->todo_at == NONE)
		return;
	uint32_t last = b->todo.items[b->todo.n - 1];
	b->todo.n--;
	b->todo.items[m->todo_at] = last;
	b->members[last].todo_at = m->todo_at;
	m->todo_at = NONE;
}

static void enter_todo(sched_batch *b, uint32_t member)
{
	b->members[member].todo_at = (uint32_t)b->todo.n;
	b->todo.items[b->todo.n++] = member;
}

int korch__batch_seat(sched_batch *b, uint32_t member, uint32_t slot, uint64_t devices)
{
	sched_member *m = &b->members[member];
	m->pod->devices = devices;
	if (korch__table_put(&b->s->pod_table, m->pod) < 0)
		return KORCH_E_NOMEM;
	if (korch__pod_attach(b->s, m->pod, slot) < 0) {
		korch__table_remove(&b->s->pod_table, m->pod->id);
		return KORCH_E_NOMEM;
	}
	m->slot = slot;
	m->before = NONE;
	m->after = b->heads[slot];
	if (m->after != NONE)
		b->members[m->after].before = member;
	b->heads[slot] = member;
	leave_todo(b, m);
	hold_back(b, m, 1);
	return 0;
}

void korch__batch_unseat(sched_batch *b, uint32_t member)
{
	sched_member *m = &b->members[member];
	korch__pod_detach(b->s, m->pod);
	korch__table_remove(&b->s->pod_table, m->pod->id);
	if (m->before != NONE)
		b->members[m->before].after = m->after;
	else
		b->heads[m->slot] = m->after;
	if (m->after != NONE)
		b->members[m->after].before = m->before;
	m->slot = NONE;
	enter_todo(b, member);
	hold_back(b, m, 0);
}

void korch__batch_unseat_all(sched_batch *b)
{
	for (size_t i = b->n; i-- > 0;) {
		if (b->members[i].pod && b->members[i].slot != NONE)
			korch__batch_unseat(b, (uint32_t)i);
	}
}

/* The member's class, up to date, and room for what the filters need. */
static int class_of(sched_class **out, sched_batch *b, const sched_member *m)
{
	if (korch__class_of(out, b->s, m->object, NULL) < 0 || korch__class_refresh(b->s, *out) < 0)
		return KORCH_E_NOMEM;
	b->key.n = 0;
	return korch__vec_reserve(&b->key, (*out)->layout.dims.n + 1);
}

int korch__batch_best(uint32_t *slot, sched_batch *b, uint32_t member)
{
	const sched_member *m = &b->members[member];
	sched_class *c = NULL;
	sched_best best = {.slot = NONE};
	if (class_of(&c, b, m) < 0)
		return KORCH_E_NOMEM;
	hold_back(b, m, 1);
	int code = korch__best_for(b->s, c, m->own, &best);
	hold_back(b, m, 0);
	*slot = best.slot;
	return code;
}

int korch__batch_fits(sched_batch *b, uint32_t member, uint32_t slot)
{
	const sched_member *m = &b->members[member];
	sched_class *c = NULL;
	if (class_of(&c, b, m) < 0)
		return KORCH_E_NOMEM;
	hold_back(b, m, 1);
	int fits = korch__slot_check(b->s, c, slot, b->key.items) == REASON_NONE;
	hold_back(b, m, m->slot != NONE);
	return fits;
}

/* What would be left of a slot, in parts of it, by what it is worth; below 0: there is no room. */
static double left_over(const sched_batch *b, const sched_class *c, uint32_t slot)
{
	const korch_scheduler *s = b->s;
	double sum = 0;
	if ((c->eligibility->fails[slot] & c->fails_that_count) ||
	    s->used[RES_PODS][slot] >= s->alloc[RES_PODS][slot])
		return -1;
	for (size_t i = 0; i < c->shape->needs.n; i++) {
		const sched_need *need = &c->shape->needs.items[i];
		int64_t all = s->alloc[need->resource][slot],
		        left = all - s->used[need->resource][slot] - need->amount;
		if (left < 0)
			return -1;
		double part = (double)left / (double)all;
		sum += b->prices[need->resource] * part * part;
	}
	return sum;
}

double korch__batch_left_over(sched_batch *b, uint32_t member, uint32_t slot)
{
	sched_class *c = NULL;
	return class_of(&c, b, &b->members[member]) < 0 ? -1 : left_over(b, c, slot);
}

typedef struct tight {
	double left;
	uint32_t slot;
} tight;

static int is_tighter(const korch_scheduler *s, const tight *a, const tight *b)
{
	return a->left != b->left ? a->left < b->left : s->tie[a->slot] < s->tie[b->slot];
}

/* The tightest few, in order; how many there are. */
static size_t find_tight(tight list[TIGHT], const sched_batch *b, const sched_class *c)
{
	size_t n = 0;
	for (uint32_t i = 0; i < b->s->slots.n; i++) {
		tight one = {.left = left_over(b, c, i), .slot = i};
		if (one.left < 0 || (n == TIGHT && !is_tighter(b->s, &one, &list[n - 1])))
			continue;
		size_t at = n < TIGHT ? n++ : n - 1;
		for (; at > 0 && is_tighter(b->s, &one, &list[at - 1]); at--)
			list[at] = list[at - 1];
		list[at] = one;
	}
	return n;
}

/* The slot that the last one of the kind got is still the tightest when it has room. */
static int is_last_again(sched_batch *b, const sched_class *c)
{
	return b->last_class == c && b->last_slot != NONE &&
	       korch__slot_check(b->s, c, b->last_slot, b->key.items) == REASON_NONE;
}

static int search_tight(uint32_t *slot, sched_batch *b, sched_class *c)
{
	tight list[TIGHT];
	size_t n = find_tight(list, b, c);
	*slot = NONE;
	for (size_t i = 0; i < n; i++) {
		if (korch__slot_check(b->s, c, list[i].slot, b->key.items) != REASON_NONE)
			continue;
		*slot = list[i].slot;
		return 0;
	}
	sched_best best = {.slot = NONE};
	if (n > 0 && korch__best(b->s, c, &best) < 0)
		return KORCH_E_NOMEM;
	*slot = best.slot;
	return 0;
}

int korch__batch_tightest(uint32_t *slot, sched_batch *b, uint32_t member)
{
	const sched_member *m = &b->members[member];
	sched_class *c = NULL;
	if (class_of(&c, b, m) < 0)
		return KORCH_E_NOMEM;
	if (!korch__filter_is_on(c->profile, FILTER_FIT))
		return korch__batch_best(slot, b, member);
	hold_back(b, m, 1);
	int code = 0;
	if (is_last_again(b, c))
		*slot = b->last_slot;
	else
		code = search_tight(slot, b, c);
	hold_back(b, m, 0);
	b->last_class = c;
	b->last_slot = *slot;
	return code;
}
