/*
 * Classes: pods with an equal spec see every node alike, so the ranking of the nodes is kept per
 * class, and only nodes that were touched since the class was last asked are looked at again.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/state.h"
#include <string.h>

/* Most cells (classes × nodes) that rankings may have; beyond it the classes that were not used
 * longest are forgotten. */
#define CELLS_MAX ((size_t)16 * 1024 * 1024)
#define CLASSES_MIN 16

void korch__class_free(sched_class *class_)
{
	if (!class_)
		return;
	for (size_t i = 0; i < class_->cap; i++)
		korch_block_unref(class_->bound[i]);
	korch_block_unref(class_->spec);
	korch__needs_unref(class_->needs);
	korch__free(class_->verdicts);
	korch__free(class_->versions);
	korch__free(class_->places);
	korch__free(class_->scores);
	korch__free(class_->bound);
	korch__free(class_->heap);
	korch__free(class_->message);
	korch__free(class_);
}

/* Grows one array, the new part zeroed. */
static int grow(void *slot, size_t old, size_t cap, size_t size)
{
	void *memory = NULL;
	memcpy(&memory, slot, sizeof(memory));
	memory = korch__realloc_array(memory, cap, size);
	if (!memory)
		return KORCH_E_NOMEM;
	memset((char *)memory + old * size, 0, (cap - old) * size);
	memcpy(slot, &memory, sizeof(memory));
	return 0;
}

static int grow_class(sched_class *c, size_t cap)
{
	size_t old = c->cap;
	if (cap <= old)
		return 0;
	if (grow(&c->verdicts, old, cap, sizeof(*c->verdicts)) < 0 ||
	    grow(&c->versions, old, cap, sizeof(*c->versions)) < 0 ||
	    grow(&c->places, old, cap, sizeof(*c->places)) < 0 ||
	    grow(&c->scores, old, cap, sizeof(*c->scores)) < 0 ||
	    grow(&c->bound, old, cap, sizeof(*c->bound)) < 0 ||
	    grow(&c->heap, old, cap, sizeof(*c->heap)) < 0)
		return KORCH_E_NOMEM;
	memset(c->places + old, 0xff, (cap - old) * sizeof(*c->places));
	c->cap = cap;
	return 0;
}

static void forget_cached(korch_scheduler *s, const sched_class *class_)
{
	for (size_t i = 0; i < CLASS_CACHE; i++) {
		if (s->class_cache[i] != class_)
			continue;
		s->class_cache[i] = NULL;
		korch_block_unref(KORCH_STEAL(s->class_cache_specs[i]));
	}
}

/* Forgets the least recently used class when rankings have become too large. */
static void make_room(korch_scheduler *s)
{
	if (s->class_table.n < CLASSES_MIN || s->class_table.n * (s->slots.cap + 1) < CELLS_MAX)
		return;
	sched_class *oldest = NULL, *class_;
	for (size_t at = 0; (class_ = korch__table_next(&s->class_table, &at));)
		oldest = !oldest || class_->used_at < oldest->used_at ? class_ : oldest;
	korch__table_remove(&s->class_table, oldest);
	forget_cached(s, oldest);
	korch__class_free(oldest);
}

static sched_class *make_class(korch_scheduler *s, const sched_class *key)
{
	make_room(s);
	sched_class *class_ = korch__calloc(1, sizeof(*class_));
	if (!class_)
		return NULL;
	class_->hash = key->hash;
	class_->spec = korch_block_ref(key->spec);
	class_->needs = korch__needs_new(s, key->spec);
	if (!class_->needs || korch__table_put(&s->class_table, class_) < 0) {
		korch__class_free(class_);
		return NULL;
	}
	return class_;
}

sched_class *korch__class_get(korch_scheduler *s, const korch_pod_spec *spec)
{
	size_t at = ((uintptr_t)spec >> 5) % CLASS_CACHE;
	if (s->class_cache_specs[at] == spec) {
		s->class_cache[at]->used_at = ++s->clock;
		return s->class_cache[at];
	}
	sched_class key = {.spec = spec, .hash = korch_struct_hash(spec, &korch_pod_spec_type)};
	sched_class *class_ = korch__table_get(&s->class_table, &key);
	if (!class_)
		class_ = make_class(s, &key);
	if (!class_)
		return NULL;
	class_->used_at = ++s->clock;
	korch_block_unref(s->class_cache_specs[at]);
	s->class_cache_specs[at] = korch_block_ref(spec);
	s->class_cache[at] = class_;
	return class_;
}

/* Best first: the greater score, of equal ones the first name. */
static int is_better(const korch_scheduler *s, const sched_class *c, uint32_t a, uint32_t b)
{
	if (c->scores[a] != c->scores[b])
		return c->scores[a] > c->scores[b];
	return strcmp(s->slots.items[a]->name, s->slots.items[b]->name) < 0;
}

static void place(sched_class *c, size_t at, uint32_t slot)
{
	c->heap[at] = slot;
	c->places[slot] = (uint32_t)at;
}

static void sift_up(const korch_scheduler *s, sched_class *c, size_t at)
{
	uint32_t slot = c->heap[at];
	while (at > 0 && is_better(s, c, slot, c->heap[(at - 1) / 2])) {
		place(c, at, c->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	place(c, at, slot);
}

static void sift_down(const korch_scheduler *s, sched_class *c, size_t at)
{
	uint32_t slot = c->heap[at];
	for (size_t child; (child = 2 * at + 1) < c->n_heap; at = child) {
		if (child + 1 < c->n_heap && is_better(s, c, c->heap[child + 1], c->heap[child]))
			child++;
		if (!is_better(s, c, c->heap[child], slot))
			break;
		place(c, at, c->heap[child]);
	}
	place(c, at, slot);
}

static void remove_from_heap(const korch_scheduler *s, sched_class *c, uint32_t slot)
{
	size_t at = c->places[slot];
	c->places[slot] = NONE;
	uint32_t last = c->heap[--c->n_heap];
	if (last == slot)
		return;
	place(c, at, last);
	sift_up(s, c, at);
	sift_down(s, c, c->places[last]);
}

/* A slot whose name is gone must leave the heap before it is compared again. */
void korch__classes_forget_slot(korch_scheduler *s, uint32_t slot)
{
	sched_class *class_;
	for (size_t at = 0; (class_ = korch__table_next(&s->class_table, &at));) {
		if (slot >= class_->cap)
			continue;
		korch_block_unref(KORCH_STEAL(class_->bound[slot]));
		class_->versions[slot] = 0;
		class_->log_at = 0;
		class_->n_heap = 0;
		memset(class_->places, 0xff, class_->cap * sizeof(*class_->places));
	}
}

static void look_at(const korch_scheduler *s, sched_class *c, const sched_slot *slot)
{
	uint32_t i = slot->index;
	if (slot->node && c->versions[i] != slot->version) {
		c->verdicts[i] = (uint8_t)korch__node_verdict(c->spec, slot->node);
		c->versions[i] = slot->version;
	}
	int feasible = slot->node && c->verdicts[i] == REASON_NONE &&
	               korch__node_fits(s, c->needs, slot) == REASON_NONE;
	int32_t score = feasible ? korch__node_score(s, c->needs, slot) : 0;
	if (!feasible) {
		if (c->places[i] != NONE)
			remove_from_heap(s, c, i);
		return;
	}
	int32_t before = c->scores[i];
	c->scores[i] = score;
	if (c->places[i] == NONE) {
		place(c, c->n_heap++, i);
		sift_up(s, c, c->n_heap - 1);
	} else if (score > before) {
		sift_up(s, c, c->places[i]);
	} else if (score < before) {
		sift_down(s, c, c->places[i]);
	}
}

int korch__class_refresh(korch_scheduler *s, sched_class *c)
{
	if (grow_class(c, s->slots.cap) < 0)
		return KORCH_E_NOMEM;
	if (s->log_end - c->log_at >= s->log_cap || c->log_at == 0) {
		for (size_t i = 0; i < s->slots.n; i++) {
			if (s->slots.items[i]->name)
				look_at(s, c, s->slots.items[i]);
		}
		c->log_at = s->log_end;
	}
	for (; c->log_at < s->log_end; c->log_at++) {
		const sched_slot *slot = s->slots.items[s->log[c->log_at & (s->log_cap - 1)]];
		if (slot->name)
			look_at(s, c, slot);
	}
	return 0;
}
