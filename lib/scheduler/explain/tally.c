/* Tallies: counted over all slots, or only over those that were touched. */
#include "scheduler/explain/tally.h"
#include "base/cleanup.h"
#include "scheduler/explain/sentence.h"
#include "scheduler/profile/profile.h"
#include <string.h>

/* Most kinds that are told apart; taints can be as many as nodes. */
#define KINDS_MAX 1024

/* Needs that the quick way has bits for, beside the one for pods. */
enum { QUICK_NEEDS = 7 };

static void free_kind(sched_kind *kind)
{
	for (size_t i = 0; i < kind->texts.n; i++)
		korch__free(kind->texts.items[i]);
	korch__vec_fini(&kind->texts);
	korch_string_unref(kind->why.taint_key);
	korch_string_unref(kind->why.taint_value);
}

static void clear(sched_tally *t)
{
	while (t->kinds.n > 0)
		free_kind(&t->kinds.items[--t->kinds.n]);
	if (t->kind_of)
		memset(t->kind_of, 0xff, t->cap * sizeof(*t->kind_of));
	t->is_crowded = 0;
}

void korch__tally_fini(sched_tally *t)
{
	clear(t);
	korch__vec_fini(&t->kinds);
	korch__vec_fini(&t->key);
	korch__free(t->kind_of);
	*t = (sched_tally){0};
}

void korch__tally_free_class(korch_scheduler *s, sched_class *c)
{
	sched_tally *t = KORCH_STEAL(c->tally);
	if (!t)
		return;
	s->cells -= t->cap;
	korch__tally_fini(t);
	korch__free(t);
}

typedef struct telling {
	sched_kind *to;
	int failed;
} telling;

static void note_text(void *userdata, const char *text)
{
	telling *at = userdata;
	char *copy = korch__strdup(text);
	if (copy && korch__vec_push(&at->to->texts, copy) == 0)
		return;
	korch__free(copy);
	at->failed = 1;
}

/* A kind that was not seen before; NONE when memory is short. */
static uint32_t add_kind(sched_tally *t, korch_scheduler *s, const sched_class *c, uint32_t slot,
                         const sched_why *why)
{
	sched_kind kind = {.why = *why};
	telling at = {.to = &kind};
	t->is_crowded |= t->kinds.n == KINDS_MAX;
	if (t->is_crowded)
		note_text(&at, "node(s) had other reasons");
	else
		korch__verdict(s, c, slot, t->key.items, note_text, &at);
	korch_string_ref(why->taint_key);
	korch_string_ref(why->taint_value);
	if (at.failed || korch__vec_push(&t->kinds, kind) < 0) {
		free_kind(&kind);
		return NONE;
	}
	return (uint32_t)t->kinds.n - 1;
}

static uint32_t kind_of(sched_tally *t, korch_scheduler *s, const sched_class *c, uint32_t slot,
                        const sched_why *why)
{
	for (uint32_t i = 0; i < t->kinds.n; i++) {
		if (korch__why_equal(&t->kinds.items[i].why, why))
			return i;
	}
	return t->is_crowded ? KINDS_MAX : add_kind(t, s, c, slot, why);
}

/* Counts `n` slots that say what this one says. */
static int count(sched_tally *t, korch_scheduler *s, const sched_class *c, uint32_t slot,
                 uint32_t n)
{
	sched_why why;
	korch__why_find(&why, s, c, slot, t->key.items);
	if (why.reason == REASON_NONE)
		return 0;
	uint32_t kind = kind_of(t, s, c, slot, &why);
	if (kind == NONE)
		return KORCH_E_NOMEM;
	t->kinds.items[kind].n += n;
	if (t->kind_of)
		t->kind_of[slot] = kind;
	return 0;
}

static int look_at(sched_tally *t, korch_scheduler *s, const sched_class *c, uint32_t slot)
{
	uint32_t *kind = &t->kind_of[slot];
	if (*kind != NONE)
		t->kinds.items[*kind].n--;
	*kind = NONE;
	return s->slots.items[slot]->node ? count(t, s, c, slot, 1) : 0;
}

/* 1: what requests lack can be told from the columns alone. */
static int is_quick(const sched_tally *t, const korch_scheduler *s, const sched_class *c)
{
	const sched_shape *shape = c->shape;
	return !t->kind_of && s->nominations.n == 0 && shape->ports.n == 0 &&
	       shape->device_share == 0 && shape->device_count == 0 && shape->needs.n <= QUICK_NEEDS &&
	       korch__filter_is_on(c->profile, FILTER_FIT);
}

/* One bit for each thing that a slot has too little of. */
static void find_lacks(uint8_t *lacks, const korch_scheduler *s, const sched_shape *shape)
{
	size_t n = s->slots.n;
	const int64_t *all = s->alloc[RES_PODS], *used = s->used[RES_PODS];
	for (size_t i = 0; i < n; i++)
		lacks[i] = used[i] >= all[i];
	for (size_t k = 0; k < shape->needs.n; k++) {
		const sched_need *need = &shape->needs.items[k];
		all = s->alloc[need->resource];
		used = s->used[need->resource];
		for (size_t i = 0; i < n; i++)
			lacks[i] = (uint8_t)(lacks[i] | (need->amount > all[i] - used[i]) << (k + 1));
	}
}

/* Slots that fail for the same lack of room are told by the first of them; the others are asked. */
static int count_quickly(sched_tally *t, korch_scheduler *s, const sched_class *c)
{
	uint32_t counts[1 << (QUICK_NEEDS + 1)] = {0}, firsts[1 << (QUICK_NEEDS + 1)] = {0};
	_cleanup_free_ uint8_t *lacks = korch__calloc(s->slots.n + 1, 1);
	if (!lacks)
		return KORCH_E_NOMEM;
	find_lacks(lacks, s, c->shape);
	for (uint32_t i = 0; i < s->slots.n; i++) {
		unsigned fails = c->eligibility->fails[i] & c->fails_that_count;
		if (fails & FAILS_ABSENT)
			continue;
		if (lacks[i] && !(fails & ~(unsigned)FAILS_VOLUME)) {
			if (counts[lacks[i]]++ == 0)
				firsts[lacks[i]] = i;
		} else if (count(t, s, c, i, 1) < 0) {
			return KORCH_E_NOMEM;
		}
	}
	for (size_t i = 0; i < KORCH_COUNT(counts); i++) {
		if (counts[i] > 0 && count(t, s, c, firsts[i], counts[i]) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int count_all(sched_tally *t, korch_scheduler *s, const sched_class *c)
{
	clear(t);
	t->seen = s->touched.end;
	t->generation = korch__class_generation(s, c);
	if (is_quick(t, s, c))
		return count_quickly(t, s, c);
	for (uint32_t i = 0; i < s->slots.n; i++) {
		if (s->slots.items[i]->node && count(t, s, c, i, 1) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int holds(const sched_tally *t, const korch_scheduler *s, const sched_class *c)
{
	return t->kind_of && !t->is_crowded && t->generation == korch__class_generation(s, c) &&
	       !korch__log_lost(&s->touched, t->seen);
}

sched_tally *korch__tally_of(korch_scheduler *s, sched_class *c)
{
	if (!korch__layout_is_local(&c->layout))
		korch__tally_free_class(s, c);
	else if (c->message && !c->tally)
		c->tally = korch__calloc(1, sizeof(*c->tally));
	return c->tally;
}

static int keep(sched_tally *t, korch_scheduler *s)
{
	if (t->cap >= s->cap)
		return 0;
	uint32_t *kinds = korch__realloc_array(t->kind_of, s->cap, sizeof(*kinds));
	if (!kinds)
		return KORCH_E_NOMEM;
	memset(kinds + t->cap, 0xff, (s->cap - t->cap) * sizeof(*kinds));
	s->cells += s->cap - t->cap;
	t->kind_of = kinds;
	t->cap = s->cap;
	return 0;
}

int korch__tally_refresh(sched_tally *t, korch_scheduler *s, const sched_class *c, int is_kept)
{
	int held = holds(t, s, c), code = 0;
	t->key.n = 0;
	if (korch__vec_reserve(&t->key, c->layout.dims.n + 1) < 0 || (is_kept && keep(t, s) < 0))
		return KORCH_E_NOMEM;
	if (!held)
		code = count_all(t, s, c);
	for (; code == 0 && t->seen < s->touched.end; t->seen++)
		code = look_at(t, s, c, s->touched.items[t->seen & (s->touched.cap - 1)]);
	t->generation = code < 0 ? 0 : t->generation;
	return code;
}
