/*
 * Waiting pods. A class without dimensions gets a node only through a slot that was freed since it
 * was last asked; the others ask their ranking again when anything has changed.
 */
#include "scheduler/rank/waiting.h"
#include "base/cleanup.h"
#include "scheduler/rank/best.h"
#include <stdlib.h>
#include <string.h>

typedef struct waiting {
	const char *id;       /* block string */
	const korch_pod *pod; /* referenced */
	uint64_t sequence;
	sched_class *class_;
} waiting;

/* The pods that wait with a class, in the order in which they came. */
typedef struct sched_queue {
	KORCH_VEC(waiting *) items; /* NULL: went */
	size_t first;
	uint64_t changes; /* nothing was found when the scheduler was at this; 0 = never asked */
	uint64_t freed;   /* of the log of freed slots */
	uint64_t generation;
} sched_queue;

static uint64_t hash_text(const void *key)
{
	return korch__hash_string(key);
}
static int waiting_equal(const void *entry, const void *key)
{
	return strcmp(((const waiting *)entry)->id, key) == 0;
}
static uint64_t waiting_hash(const void *entry)
{
	return korch__hash_string(((const waiting *)entry)->id);
}
static const korch_table_ops waiting_ops = {
    .hash = hash_text, .equal = waiting_equal, .entry_hash = waiting_hash};

void korch__waiting_init(korch_scheduler *s)
{
	korch__table_init(&s->waiting_table, &waiting_ops);
}

static void free_waiting(waiting *one)
{
	if (!one)
		return;
	korch_string_unref(one->id);
	korch_object_unref((const korch_object *)one->pod);
	korch__free(one);
}

static void skip_gone(sched_queue *queue)
{
	while (queue->first < queue->items.n && !queue->items.items[queue->first])
		queue->first++;
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
static void unqueue(korch_scheduler *s, waiting *one)
{
	sched_class *c = KORCH_STEAL(one->class_);
	sched_queue *queue = c->queue;
	for (size_t i = queue->first; i < queue->items.n; i++) {
		if (queue->items.items[i] == one) {
			queue->items.items[i] = NULL;
			break;
		}
	}
	skip_gone(queue);
	if (--c->n_waiting == 0)
		drop_class(s, c);
}

/* Moves what is left of a queue to its front. */
static void squeeze(sched_queue *queue)
{
	size_t n = 0;
	for (size_t i = queue->first; i < queue->items.n; i++) {
		if (queue->items.items[i])
			queue->items.items[n++] = queue->items.items[i];
	}
	queue->items.n = n;
	queue->first = 0;
}

/* When most of it has gone. */
static void tidy(sched_queue *queue)
{
	if (queue->first >= 32 && queue->first * 2 >= queue->items.n)
		squeeze(queue);
}

static int queue_with(korch_scheduler *s, sched_class *c, waiting *one)
{
	if (!c->queue) {
		if (korch__vec_reserve(&s->waiting_classes, 1) < 0 ||
		    !(c->queue = korch__calloc(1, sizeof(*c->queue))))
			return KORCH_E_NOMEM;
		s->waiting_classes.items[s->waiting_classes.n++] = c;
	}
	tidy(c->queue);
	if (korch__vec_push(&c->queue->items, one) < 0) {
		if (c->n_waiting == 0)
			drop_class(s, c);
		return KORCH_E_NOMEM;
	}
	c->n_waiting++;
	one->class_ = c;
	return 0;
}

void korch__waiting_end(korch_scheduler *s, const char *id)
{
	if (s->waiting_table.n == 0)
		return;
	s->changes++; /* one that was woken may be it: then it is another's turn */
	waiting *one = korch__table_remove(&s->waiting_table, id);
	if (!one)
		return;
	unqueue(s, one);
	free_waiting(one);
}

static int add(korch_scheduler *s, const korch_pod *pod, const char *id, sched_class *c)
{
	waiting *one = korch__calloc(1, sizeof(*one));
	if (!one)
		return KORCH_E_NOMEM;
	one->id = korch_string_new(id);
	one->pod = (const korch_pod *)korch_object_ref(&pod->object);
	one->sequence = ++s->wait_sequence;
	if (!one->id || korch__table_put(&s->waiting_table, one) < 0) {
		free_waiting(one);
		return KORCH_E_NOMEM;
	}
	if (queue_with(s, c, one) < 0) {
		korch__table_remove(&s->waiting_table, one->id);
		free_waiting(one);
		return KORCH_E_NOMEM;
	}
	return 0;
}

int korch_scheduler_wait(korch_scheduler *s, const korch_pod *pod, korch_error **err)
{
	char buffer[KORCH__ID_SIZE];
	const char *id = s && pod ? korch__pod_id(pod, buffer) : NULL;
	if (!id)
		return korch_error_set(err, KORCH_E_INVALID, "a pod without a name");
	sched_class *c = NULL;
	int code = korch__class_of(&c, s, pod, err);
	if (code < 0)
		return code;
	c->n_waiting++; /* stays while the old entry goes */
	korch__waiting_end(s, id);
	c->n_waiting--;
	if (s->waiting_table.n == 0)
		s->wait_counter_generation = s->counter_generation;
	if (s->waiting_table.n >= KORCH_SCHEDULER_PODS_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "too many waiting pods: at most %d",
		                       KORCH_SCHEDULER_PODS_MAX);
	return add(s, pod, id, c) < 0 ? korch_error_set(err, KORCH_E_NOMEM, "out of memory") : 0;
}

static int by_sequence(const void *a, const void *b)
{
	const waiting *x = *(waiting *const *)a, *y = *(waiting *const *)b;
	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

/* Puts queues that pods were moved to in order again. */
static void sort_queues(korch_scheduler *s)
{
	for (size_t i = 0; i < s->waiting_classes.n; i++) {
		sched_queue *queue = s->waiting_classes.items[i]->queue;
		squeeze(queue);
		qsort(queue->items.items, queue->items.n, sizeof(waiting *), by_sequence);
	}
}

/* Classes of pods depend on what other pods say; when that has changed, they are found anew. */
static int find_classes(korch_scheduler *s)
{
	waiting *one;
	int moved = 0;
	if (s->wait_counter_generation == s->counter_generation)
		return 0;
	for (size_t at = 0; (one = korch__table_next(&s->waiting_table, &at));) {
		sched_class *c = NULL;
		if (korch__class_of(&c, s, one->pod, NULL) < 0)
			return KORCH_E_NOMEM;
		if (c == one->class_)
			continue;
		moved = 1;
		c->n_waiting++; /* stays while the other goes */
		unqueue(s, one);
		c->n_waiting--;
		if (queue_with(s, c, one) < 0) {
			korch__table_remove(&s->waiting_table, one->id);
			free_waiting(one);
			return KORCH_E_NOMEM;
		}
	}
	if (moved)
		sort_queues(s);
	s->wait_counter_generation = s->counter_generation;
	return 0;
}

/* A class without dimensions: only freed slots can have become feasible. */
static int freed_one(korch_scheduler *s, const sched_class *c)
{
	sched_queue *queue = c->queue;
	int32_t no_key[1];
	int found = 0;
	if (korch__log_lost(&s->freed, queue->freed) || queue->generation != s->generation) {
		for (uint32_t i = 0; !found && i < s->slots.n; i++)
			found = s->slots.items[i]->node && korch__slot_check(s, c, i, no_key) == REASON_NONE;
		if (found) /* there may be room for more of them */
			return 1;
		queue->freed = s->freed.end;
		queue->generation = s->generation;
		return 0;
	}
	for (uint64_t at = queue->freed; !found && at < s->freed.end; at++) {
		uint32_t slot = s->freed.items[at & (s->freed.cap - 1)];
		found = korch__slot_check(s, c, slot, no_key) == REASON_NONE;
		queue->freed = found ? at : at + 1;
	}
	return found;
}

/* 1: the class has a node now, 0, or KORCH_E_NOMEM. */
static int has_node(korch_scheduler *s, sched_class *c)
{
	sched_queue *queue = c->queue;
	if (queue->changes == s->changes)
		return 0;
	if (c->shape->gated) {
		queue->changes = s->changes;
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
		queue->changes = s->changes;
	return found;
}

static int goes_first(const sched_class *a, const sched_class *b)
{
	if (a->shape->priority != b->shape->priority)
		return a->shape->priority > b->shape->priority;
	return a->queue->items.items[a->queue->first]->sequence <
	       b->queue->items.items[b->queue->first]->sequence;
}

int korch_scheduler_woken(const korch_pod **out, korch_scheduler *s)
{
	if (!s || s->waiting_table.n == 0)
		return 0;
	if (find_classes(s) < 0)
		return KORCH_E_NOMEM;
	sched_class *best = NULL;
	for (size_t i = 0; i < s->waiting_classes.n; i++) {
		sched_class *c = s->waiting_classes.items[i];
		if (best && !goes_first(c, best))
			continue;
		int found = has_node(s, c);
		if (found < 0)
			return found;
		best = found ? c : best;
	}
	if (!best)
		return 0;
	/* The others of its class are asked for when something has come of this one. */
	best->queue->changes = s->changes;
	waiting *one = best->queue->items.items[best->queue->first];
	korch__table_remove(&s->waiting_table, one->id);
	unqueue(s, one);
	*out = KORCH_STEAL(one->pod);
	free_waiting(one);
	return 1;
}

size_t korch_scheduler_waiting(const korch_scheduler *s)
{
	return s ? s->waiting_table.n : 0;
}

void korch__waiting_free(korch_scheduler *s)
{
	waiting *one;
	for (size_t at = 0; (one = korch__table_next(&s->waiting_table, &at));) {
		korch__table_remove(&s->waiting_table, one->id);
		unqueue(s, one);
		free_waiting(one);
	}
	korch__table_fini(&s->waiting_table);
	korch__vec_fini(&s->waiting_classes);
}
