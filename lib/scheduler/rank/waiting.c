/* Waiting pods: who they are, in one queue for each class. wake.c says whose turn it is. */
#include "scheduler/rank/waiting.h"
#include "base/cleanup.h"
#include "scheduler/preempt/preempt.h"
#include "scheduler/state/journal.h"
#include "scheduler/state/nominate.h"
#include <stdlib.h>
#include <string.h>

static uint64_t hash_text(const void *key)
{
	return korch__hash_string(key);
}
static int waiting_equal(const void *entry, const void *key)
{
	return strcmp(((const sched_waiting *)entry)->id, key) == 0;
}
static uint64_t waiting_hash(const void *entry)
{
	return korch__hash_string(((const sched_waiting *)entry)->id);
}
static const korch_table_ops waiting_ops = {
    .hash = hash_text, .equal = waiting_equal, .entry_hash = waiting_hash};

void korch__waiting_init(korch_scheduler *s)
{
	korch__table_init(&s->waiting_table, &waiting_ops);
}

static void free_waiting(sched_waiting *one)
{
	if (!one)
		return;
	korch_string_unref(one->id);
	korch_object_unref((const korch_object *)one->pod);
	korch__free(one);
}

static int by_sequence(const void *a, const void *b)
{
	const sched_waiting *x = *(sched_waiting *const *)a, *y = *(sched_waiting *const *)b;
	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

/* Moves what is left of a queue to its front, in order. */
static void tidy(sched_queue *queue)
{
	size_t n = 0;
	for (size_t i = 0; i < queue->items.n; i++) {
		if (queue->items.items[i])
			queue->items.items[n++] = queue->items.items[i];
	}
	queue->items.n = n;
	queue->first = 0;
	if (queue->is_mixed && n > 1)
		qsort(queue->items.items, n, sizeof(*queue->items.items), by_sequence);
	queue->is_mixed = 0;
	for (size_t i = 0; i < n; i++)
		queue->items.items[i]->at = i;
}

sched_waiting *korch__waiting_first(sched_queue *queue)
{
	if (queue->is_mixed)
		tidy(queue);
	while (queue->first < queue->items.n) {
		sched_waiting *one = queue->items.items[queue->first];
		if (one && !one->is_gone)
			return one;
		queue->first++;
	}
	return NULL;
}

/* A class that nobody waits with any more. */
static void drop_class(korch_scheduler *s, sched_class *c)
{
	for (size_t i = 0; i < s->waiting_classes.n; i++) {
		if (s->waiting_classes.items[i] == c) {
			korch__vec_swap_remove(&s->waiting_classes, i);
			break;
		}
	}
	korch__vec_fini(&c->queue->items);
	korch__free(KORCH_STEAL(c->queue));
}

/* Takes a pod out of its class's queue. */
static void unqueue(korch_scheduler *s, sched_waiting *one)
{
	sched_class *c = KORCH_STEAL(one->class_);
	c->queue->items.items[one->at] = NULL;
	if (--c->n_waiting == 0)
		drop_class(s, c);
}

/* Room for one more with the class. */
static int reserve_queue(korch_scheduler *s, sched_class *c)
{
	if (!c->queue) {
		if (korch__vec_reserve(&s->waiting_classes, 1) < 0 ||
		    !(c->queue = korch__calloc(1, sizeof(*c->queue))))
			return KORCH_E_NOMEM;
		s->waiting_classes.items[s->waiting_classes.n++] = c;
	}
	if (c->queue->items.n >= 64 && c->n_waiting * 2 < c->queue->items.n)
		tidy(c->queue);
	if (korch__vec_reserve(&c->queue->items, 1) == 0)
		return 0;
	if (c->n_waiting == 0)
		drop_class(s, c);
	return KORCH_E_NOMEM;
}

static void queue_with(sched_class *c, sched_waiting *one)
{
	sched_queue *queue = c->queue;
	const sched_waiting *last = queue->items.n > 0 ? queue->items.items[queue->items.n - 1] : NULL;
	queue->is_mixed |= queue->items.n > 0 && (!last || last->sequence > one->sequence);
	one->at = queue->items.n;
	queue->items.items[queue->items.n++] = one;
	c->n_waiting++;
	one->class_ = c;
}

void korch__waiting_take(korch_scheduler *s, sched_waiting *one)
{
	korch__table_remove(&s->waiting_table, one->id);
	one->is_gone = 1;
	one->counter_generation = s->wait_counter_generation;
	korch__journal_note(s, (sched_entry){.op = OP_WAITED, .who = one});
}

void korch__waiting_drop(korch_scheduler *s, sched_waiting *one)
{
	unqueue(s, one);
	free_waiting(one);
}

void korch__waiting_undo(korch_scheduler *s, const struct sched_entry *entry)
{
	sched_waiting *one = entry->who;
	if (entry->op == OP_WAITS) {
		korch__table_remove(&s->waiting_table, one->id);
		korch__waiting_drop(s, one);
		return;
	}
	sched_queue *queue = one->class_->queue;
	one->is_gone = 0;
	queue->trial_changes = queue->trial_asked = 0; /* nothing has come of its being woken */
	queue->first = queue->first < one->at ? queue->first : one->at;
	korch__table_put_held(&s->waiting_table, one);
	if (one->counter_generation != s->wait_counter_generation)
		s->wait_counter_generation = 0; /* classes are found anew */
}

int korch__waiting_end(korch_scheduler *s, const char *id)
{
	sched_waiting *one = s->waiting_table.n > 0 ? korch__table_get(&s->waiting_table, id) : NULL;
	if (!one)
		return 0;
	if (korch__journal_reserve_out(s, &s->waiting_table) < 0)
		return KORCH_E_NOMEM;
	korch__waiting_take(s, one);
	return 0;
}

void korch__waiting_turn(korch_scheduler *s)
{
	if (s->waiting_table.n > 0)
		korch__changed(s);
}

static sched_waiting *make(korch_scheduler *s, const korch_pod *pod, const char *id)
{
	sched_waiting *one = korch__calloc(1, sizeof(*one));
	if (!one)
		return NULL;
	one->id = korch_string_new(id);
	one->pod = (const korch_pod *)korch_object_ref(&pod->object);
	one->sequence = ++s->wait_sequence;
	if (!one->id)
		free_waiting(KORCH_STEAL(one));
	return one;
}

/* Room for one more with the class, in the table, and for noting that and what it replaces. */
static int reserve(korch_scheduler *s, sched_class *c)
{
	if (korch__journal_reserve(s, 2) < 0 || korch__table_hold(&s->waiting_table) < 0)
		return KORCH_E_NOMEM;
	if (reserve_queue(s, c) == 0)
		return 0;
	korch__table_unhold(&s->waiting_table);
	return KORCH_E_NOMEM;
}

/* Puts a pod at the end of its class's queue, instead of where it was. */
static int wait_with(korch_scheduler *s, const korch_pod *pod, const char *id, sched_class *c)
{
	int has_victims = korch__preempt_is_possible(s, c);
	sched_waiting *one = has_victims < 0 ? NULL : make(s, pod, id);
	if (!one || reserve(s, c) < 0) {
		free_waiting(one);
		return KORCH_E_NOMEM;
	}
	korch__waiting_turn(s);
	c->n_waiting++; /* stays while the old entry goes */
	int code = korch__waiting_end(s, id);
	c->n_waiting--;
	if (code < 0) {
		korch__table_unhold(&s->waiting_table);
		free_waiting(one);
		if (c->n_waiting == 0)
			drop_class(s, c);
		return code;
	}
	korch__table_put_held(&s->waiting_table, one);
	queue_with(c, one);
	sched_nomination *own = korch__nomination_find(s, id);
	if (own)
		korch__slot_touch(s, own->pod->slot); /* what it asks for may be something else now */
	if (!has_victims && !s->journal)
		c->queue->armed = one->sequence;
	korch__journal_note(s, (sched_entry){.op = OP_WAITS, .who = one});
	return 0;
}

int korch_scheduler_wait(korch_scheduler *s, const korch_pod *pod, korch_error **err)
{
	char buffer[KORCH__ID_SIZE];
	if (!s || !pod)
		return korch_error_set(err, KORCH_E_INVALID, "no scheduler or no pod");
	const char *id = korch__pod_id(pod, buffer);
	if (!id)
		return korch__pod_nameless(pod, err);
	sched_class *c = NULL;
	int code = korch__class_of(&c, s, pod, err);
	if (code < 0)
		return code;
	if (s->waiting_table.n >= KORCH_SCHEDULER_PODS_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "too many waiting pods: at most %d",
		                       KORCH_SCHEDULER_PODS_MAX);
	if (s->waiting_table.n == 0)
		s->wait_counter_generation = s->counter_generation;
	return wait_with(s, pod, id, c) < 0 ? korch_error_set(err, KORCH_E_NOMEM, "out of memory") : 0;
}

int korch__waiting_find_classes(korch_scheduler *s)
{
	sched_waiting *one;
	if (s->wait_counter_generation == s->counter_generation)
		return 0;
	for (size_t at = 0; (one = korch__table_next(&s->waiting_table, &at));) {
		sched_class *c = NULL;
		if (korch__class_of(&c, s, one->pod, NULL) < 0)
			return KORCH_E_NOMEM;
		if (c == one->class_)
			continue;
		if (reserve_queue(s, c) < 0)
			return KORCH_E_NOMEM;
		int is_armed = one->sequence <= one->class_->queue->armed;
		unqueue(s, one);
		queue_with(c, one);
		if (is_armed && c->queue->armed < one->sequence)
			c->queue->armed = one->sequence;
	}
	s->wait_counter_generation = s->counter_generation;
	return 0;
}

size_t korch_scheduler_waiting(const korch_scheduler *s)
{
	return s ? s->waiting_table.n : 0;
}

void korch__waiting_free(korch_scheduler *s)
{
	sched_waiting *one;
	for (size_t at = 0; (one = korch__table_next(&s->waiting_table, &at));) {
		korch__table_remove(&s->waiting_table, one->id);
		korch__waiting_drop(s, one);
	}
	korch__table_fini(&s->waiting_table);
	korch__vec_fini(&s->waiting_classes);
}
