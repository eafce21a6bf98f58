/* The work queue of a controller: see queue.h. */
#include "engine/queue.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include <korch/struct.h>
#include <string.h>

typedef struct queue_key {
	const char *namespace_;
	const char *name;
} queue_key;

static uint64_t hash_of(const char *namespace_, const char *name)
{
	return korch__hash_bytes(name, strlen(name), korch__hash_bytes(namespace_, strlen(namespace_), 0));
}

static uint64_t key_hash(const void *key)
{
	const queue_key *wanted = key;
	return hash_of(wanted->namespace_, wanted->name);
}

static uint64_t item_hash(const void *entry)
{
	const korch_queue_item *item = entry;
	return hash_of(item->namespace_, item->name);
}

static int item_equal(const void *entry, const void *key)
{
	const korch_queue_item *item = entry;
	const queue_key *wanted = key;
	return strcmp(item->name, wanted->name) == 0 && strcmp(item->namespace_, wanted->namespace_) == 0;
}

static const korch_table_ops ITEM_OPS = {.hash = key_hash, .equal = item_equal, .entry_hash = item_hash};

void korch__queue_init(korch_queue *queue, korch_random *random, korch_usec backoff_base, korch_usec backoff_max)
{
	memset(queue, 0, sizeof(*queue));
	korch__table_init(&queue->items, &ITEM_OPS);
	queue->last = &queue->first;
	queue->random = random;
	queue->backoff_base = backoff_base;
	queue->backoff_max = backoff_max;
}

static void free_item(korch_queue_item *item)
{
	korch_string_unref(item->namespace_);
	korch_string_unref(item->name);
	korch__free(item);
}

void korch__queue_fini(korch_queue *queue)
{
	korch_queue_item *item;
	for (size_t at = 0; (item = korch__table_next(&queue->items, &at));)
		free_item(item);
	korch__table_fini(&queue->items);
	korch__heap_fini(&queue->delays);
}

/* Takes over both references, in any case. */
static korch_queue_item *new_item(korch_queue *queue, const char *namespace_, const char *name)
{
	korch_queue_item *item = namespace_ && name ? korch__calloc(1, sizeof(*item)) : NULL;
	if (item) {
		item->namespace_ = namespace_;
		item->name = name;
		item->delay.index = SIZE_MAX;
		if (korch__table_put(&queue->items, item) == 0)
			return item;
		korch__free(item);
	}
	korch_string_unref(namespace_);
	korch_string_unref(name);
	return NULL;
}

korch_queue_item *korch__queue_find(const korch_queue *queue, const char *namespace_, const char *name)
{
	const queue_key key = {namespace_, name};
	return korch__table_get(&queue->items, &key);
}

static korch_queue_item *find_or_copy(korch_queue *queue, const char *namespace_, const char *name)
{
	korch_queue_item *item = korch__queue_find(queue, namespace_, name);
	return item ? item : new_item(queue, korch_string_new(namespace_), korch_string_new(name));
}

/* Forgets a key of which nothing is known any more. */
static void drop_if_idle(korch_queue *queue, korch_queue_item *item)
{
	if (item->is_queued || item->is_in_hand || item->is_stalled || item->failures || item->delay.index != SIZE_MAX)
		return;
	const queue_key key = {item->namespace_, item->name};
	korch__table_remove(&queue->items, &key);
	free_item(item);
}

static void put_in_line(korch_queue *queue, korch_queue_item *item)
{
	korch__heap_remove(&queue->delays, &item->delay);
	item->is_queued = 1;
	item->next = NULL;
	*queue->last = item;
	queue->last = &item->next;
	queue->n_queued++;
}

static int delay_until(korch_queue *queue, korch_queue_item *item, korch_usec at)
{
	if (item->delay.index != SIZE_MAX) {
		if (item->delay.when <= at)
			return 0;
		korch__heap_remove(&queue->delays, &item->delay);
	}
	item->delay.when = at;
	return korch__heap_insert(&queue->delays, &item->delay);
}

static int request(korch_queue *queue, korch_queue_item *item, korch_usec now)
{
	if (!item)
		return KORCH_E_NOMEM;
	if (item->is_queued || item->is_stalled)
		return 0;
	if (item->is_in_hand) {
		item->is_dirty = 1;
		return 0;
	}
	/* A key that failed waits its time out; one that asked for quiet gets it. */
	if (item->failures && item->delay.index != SIZE_MAX)
		return 0;
	if (item->quiet_until > now && delay_until(queue, item, item->quiet_until) == 0)
		return 0;
	put_in_line(queue, item);
	return 0;
}

int korch__queue_add(korch_queue *queue, const char *namespace_, const char *name, korch_usec now)
{
	return request(queue, find_or_copy(queue, namespace_, name), now);
}

int korch__queue_add_shared(korch_queue *queue, const char *namespace_, const char *name, korch_usec now)
{
	korch_queue_item *item = korch__queue_find(queue, namespace_, name);
	if (!item)
		item = new_item(queue, korch_string_ref(namespace_), korch_string_ref(name));
	return request(queue, item, now);
}

int korch__queue_add_at(korch_queue *queue, const char *namespace_, const char *name, korch_usec at)
{
	korch_queue_item *item = find_or_copy(queue, namespace_, name);
	if (!item)
		return KORCH_E_NOMEM;
	if (item->is_queued || item->is_stalled)
		return 0;
	return delay_until(queue, item, at);
}

void korch__queue_advance(korch_queue *queue, korch_usec now)
{
	korch_heap_node *node;
	while ((node = korch__heap_first(&queue->delays)) && node->when <= now) {
		korch_queue_item *item = (korch_queue_item *)node;
		korch__heap_remove(&queue->delays, node);
		if (item->is_in_hand)
			item->is_dirty = 1;
		else if (!item->is_queued && !item->is_stalled)
			put_in_line(queue, item);
	}
}

void korch__queue_unstall(korch_queue *queue, uint64_t revision)
{
	korch_queue_item **slot = &queue->stalled;
	while (*slot) {
		korch_queue_item *item = *slot;
		if (item->min_revision > revision) {
			slot = &item->next;
			continue;
		}
		*slot = item->next;
		item->is_stalled = 0;
		queue->n_stalled--;
		put_in_line(queue, item);
	}
}

static void stall(korch_queue *queue, korch_queue_item *item)
{
	korch_queue_item **slot = &queue->stalled;
	while (*slot)
		slot = &(*slot)->next;
	item->next = NULL;
	item->is_stalled = 1;
	*slot = item;
	queue->n_stalled++;
}

korch_queue_item *korch__queue_take(korch_queue *queue, uint64_t revision)
{
	while (queue->first) {
		korch_queue_item *item = queue->first;
		queue->first = item->next;
		if (!queue->first)
			queue->last = &queue->first;
		item->next = NULL;
		item->is_queued = 0;
		queue->n_queued--;
		if (item->min_revision > revision) {
			stall(queue, item);
			continue;
		}
		item->is_in_hand = 1;
		queue->n_in_hand++;
		return item;
	}
	return NULL;
}

korch_usec korch__queue_due(const korch_queue *queue)
{
	const korch_heap_node *node = korch__heap_first(&queue->delays);
	return node ? node->when : KORCH_USEC_NEVER;
}

korch_usec korch__backoff(korch_random *random, korch_usec base, korch_usec max, uint32_t failures)
{
	korch_usec delay = base > 0 ? base : 1;
	for (uint32_t i = 1; i < failures && delay < max; i++)
		delay *= 2;
	if (delay > max)
		delay = max;
	korch_usec half = delay / 2;
	return delay - half + (korch_usec)korch__random_below(random, (uint64_t)half + 1);
}

void korch__queue_finish(korch_queue *queue, korch_queue_item *item, const korch_queue_outcome *outcome)
{
	int was_dirty = item->is_dirty;
	item->is_in_hand = 0;
	item->is_dirty = 0;
	queue->n_in_hand--;
	item->quiet_until = outcome->quiet_until;
	if (outcome->min_revision)
		item->min_revision = outcome->min_revision;
	if (outcome->failed) {
		item->failures++;
		korch_usec delay = korch__backoff(queue->random, queue->backoff_base, queue->backoff_max, item->failures);
		if (delay_until(queue, item, outcome->now + delay) < 0)
			put_in_line(queue, item);
		return;
	}
	item->failures = 0;
	if (outcome->again)
		put_in_line(queue, item);
	else if (was_dirty)
		request(queue, item, outcome->now);
	if (!item->is_queued && outcome->wake_at != KORCH_USEC_NEVER && delay_until(queue, item, outcome->wake_at) < 0)
		put_in_line(queue, item);
	drop_if_idle(queue, item);
}
