/* The work queue of a controller: see queue.h. */
#include "engine/queue.h"

#include "base/alloc.h"
#include <korch/struct.h>
#include <string.h>

static const char NO_NAMESPACE[] = "";

typedef struct queue_key {
	const char *namespace_;
	const char *name;
} queue_key;

static uint64_t hash_of(const char *namespace_, const char *name)
{
	uint64_t seed = korch__hash_bytes(namespace_, strlen(namespace_), 0);
	return korch__hash_bytes(name, strlen(name), seed);
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
	return strcmp(item->name, wanted->name) == 0 &&
	       strcmp(item->namespace_, wanted->namespace_) == 0;
}

static const korch_table_ops ITEM_OPS = {
    .hash = key_hash, .equal = item_equal, .entry_hash = item_hash};

void korch__queue_init(korch_queue *queue, korch_random *random, korch_usec backoff_base,
                       korch_usec backoff_max)
{
	memset(queue, 0, sizeof(*queue));
	korch__table_init(&queue->items, &ITEM_OPS);
	queue->last = &queue->first;
	queue->random = random;
	queue->backoff_base = backoff_base;
	queue->backoff_max = backoff_max;
}

/* Keys */

/* What the queue keeps of a namespace: nothing is allocated for kinds that have none. */
static const char *copy_namespace(const char *namespace_)
{
	return *namespace_ ? korch_string_new(namespace_) : NO_NAMESPACE;
}

static const char *share_namespace(const char *namespace_)
{
	return namespace_ && *namespace_ ? korch_string_ref(namespace_) : NO_NAMESPACE;
}

static void release_namespace(const char *namespace_)
{
	if (namespace_ != NO_NAMESPACE)
		korch_string_unref(namespace_);
}

static void free_item(korch_queue_item *item)
{
	release_namespace(item->namespace_);
	korch_string_unref(item->name);
	korch__free(item);
}

void korch__queue_fini(korch_queue *queue)
{
	korch_queue_item *item;
	korch__heap_fini(&queue->delays);
	korch__heap_fini(&queue->stalls);
	korch__heap_fini(&queue->rests);
	korch__heap_fini(&queue->ranked);
	for (size_t at = 0; (item = korch__table_next(&queue->items, &at));)
		free_item(item);
	korch__table_fini(&queue->items);
}

/* So that moving a key from one place to another cannot fail. */
static int reserve_places(korch_queue *queue)
{
	size_t n = queue->items.n + 1;
	if (korch__heap_reserve(&queue->delays, n) < 0 || korch__heap_reserve(&queue->stalls, n) < 0 ||
	    korch__heap_reserve(&queue->rests, n) < 0 ||
	    (queue->priority && korch__heap_reserve(&queue->ranked, n) < 0))
		return KORCH_E_NOMEM;
	return 0;
}

/* Takes over both references, in any case. */
static korch_queue_item *new_item(korch_queue *queue, const char *namespace_, const char *name)
{
	korch_queue_item *item =
	    namespace_ && name && reserve_places(queue) == 0 ? korch__calloc(1, sizeof(*item)) : NULL;
	if (item) {
		item->namespace_ = namespace_;
		item->name = name;
		item->node.index = SIZE_MAX;
		item->dirty_at = KORCH_USEC_NEVER;
		if (korch__table_put(&queue->items, item) == 0)
			return item;
		korch__free(item);
	}
	release_namespace(namespace_);
	korch_string_unref(name);
	return NULL;
}

korch_queue_item *korch__queue_find(const korch_queue *queue, const char *namespace_,
                                    const char *name)
{
	const queue_key key = {namespace_, name};
	return korch__table_get(&queue->items, &key);
}

static korch_queue_item *find_or_copy(korch_queue *queue, const char *namespace_, const char *name)
{
	korch_queue_item *item = korch__queue_find(queue, namespace_, name);
	if (item)
		return item;
	return new_item(queue, copy_namespace(namespace_), korch_string_new(name));
}

static korch_queue_item *find_or_share(korch_queue *queue, const char *namespace_, const char *name)
{
	korch_queue_item *item = korch__queue_find(queue, namespace_ ? namespace_ : "", name);
	return item ? item : new_item(queue, share_namespace(namespace_), korch_string_ref(name));
}

static void drop(korch_queue *queue, korch_queue_item *item)
{
	const queue_key key = {item->namespace_, item->name};
	korch__table_remove(&queue->items, &key);
	free_item(item);
}

/* Places */

static korch_heap *heap_of(korch_queue *queue, const korch_queue_item *item)
{
	switch (item->place) {
	case KORCH_QUEUE_DELAYED:
		return &queue->delays;
	case KORCH_QUEUE_STALLED:
		return &queue->stalls;
	case KORCH_QUEUE_RESTING:
		return &queue->rests;
	case KORCH_QUEUE_RANKED:
		return &queue->ranked;
	default:
		return NULL;
	}
}

/* Out of a heap; not for keys in the line. */
static void leave(korch_queue *queue, korch_queue_item *item)
{
	if (item->place == KORCH_QUEUE_STALLED)
		queue->n_stalled -= item->is_wanted;
	korch_heap *heap = heap_of(queue, item);
	if (heap)
		korch__heap_remove(heap, &item->node);
	item->place = KORCH_QUEUE_NOWHERE;
}

static void move_to_heap(korch_queue *queue, korch_queue_item *item, korch_queue_place place,
                         int64_t when)
{
	leave(queue, item);
	item->place = (uint8_t)place;
	item->node.when = when;
	korch__heap_insert(heap_of(queue, item), &item->node);
}

/* To be taken: in the line, or, with a priority of its own, before or after it. */
static void move_to_line(korch_queue *queue, korch_queue_item *item)
{
	int32_t priority = queue->priority
	                       ? queue->priority(queue->priority_userdata, item->namespace_, item->name)
	                       : 0;
	if (priority != 0) {
		move_to_heap(queue, item, KORCH_QUEUE_RANKED, -(int64_t)priority);
		queue->n_queued++;
		return;
	}
	leave(queue, item);
	item->place = KORCH_QUEUE_LINE;
	item->next = NULL;
	*queue->last = item;
	queue->last = &item->next;
	queue->n_queued++;
}

/* A revision as a point in a heap. */
static int64_t when_of(uint64_t revision)
{
	return revision < INT64_MAX ? (int64_t)revision : INT64_MAX;
}

static void stall(korch_queue *queue, korch_queue_item *item, int is_wanted)
{
	move_to_heap(queue, item, KORCH_QUEUE_STALLED, when_of(item->min_revision));
	item->is_wanted = (uint8_t)is_wanted;
	queue->n_stalled += item->is_wanted;
}

/* Nobody asks for the key: it stays for as long as something is known about it. */
static void rest(korch_queue *queue, korch_queue_item *item, korch_usec now)
{
	if (item->min_revision > queue->revision)
		stall(queue, item, 0);
	else if (item->quiet_until > now)
		move_to_heap(queue, item, KORCH_QUEUE_RESTING, item->quiet_until);
	else
		drop(queue, item);
}

/* Asking */

static void ask_at(korch_queue *queue, korch_queue_item *item, korch_usec at, korch_usec now)
{
	if (item->is_in_hand) {
		item->dirty_at = at < item->dirty_at ? at : item->dirty_at;
		return;
	}
	if (item->place == KORCH_QUEUE_LINE || item->place == KORCH_QUEUE_RANKED ||
	    (item->place == KORCH_QUEUE_STALLED && item->is_wanted))
		return;
	at = item->quiet_until > at ? item->quiet_until : at;
	if (at <= now)
		move_to_line(queue, item);
	else if (item->place != KORCH_QUEUE_DELAYED || item->node.when > at)
		move_to_heap(queue, item, KORCH_QUEUE_DELAYED, at);
}

int korch__queue_add(korch_queue *queue, const char *namespace_, const char *name, korch_usec now)
{
	return korch__queue_add_at(queue, namespace_, name, now, now);
}

int korch__queue_add_shared(korch_queue *queue, const char *namespace_, const char *name,
                            korch_usec now)
{
	korch_queue_item *item = find_or_share(queue, namespace_, name);
	if (!item)
		return KORCH_E_NOMEM;
	ask_at(queue, item, now, now);
	return 0;
}

int korch__queue_expect(korch_queue *queue, const char *namespace_, const char *name)
{
	return find_or_share(queue, namespace_, name) ? 0 : KORCH_E_NOMEM;
}

void korch__queue_unexpect(korch_queue *queue, const char *namespace_, const char *name)
{
	korch_queue_item *item = korch__queue_find(queue, namespace_ ? namespace_ : "", name);
	if (item && item->place == KORCH_QUEUE_NOWHERE && !item->is_in_hand)
		drop(queue, item);
}

int korch__queue_add_at(korch_queue *queue, const char *namespace_, const char *name, korch_usec at,
                        korch_usec now)
{
	korch_queue_item *item = find_or_copy(queue, namespace_, name);
	if (!item)
		return KORCH_E_NOMEM;
	ask_at(queue, item, at, now);
	return 0;
}

void korch__queue_advance(korch_queue *queue, korch_usec now)
{
	korch_heap_node *node;
	while ((node = korch__heap_first(&queue->delays)) && node->when <= now)
		move_to_line(queue, (korch_queue_item *)node);
	while ((node = korch__heap_first(&queue->rests)) && node->when <= now) {
		korch_queue_item *item = (korch_queue_item *)node;
		leave(queue, item);
		drop(queue, item);
	}
}

void korch__queue_reach(korch_queue *queue, uint64_t revision)
{
	korch_heap_node *node;
	queue->revision = revision;
	while ((node = korch__heap_first(&queue->stalls)) && node->when <= when_of(revision)) {
		korch_queue_item *item = (korch_queue_item *)node;
		leave(queue, item);
		if (item->is_wanted)
			move_to_line(queue, item);
		else
			rest(queue, item, 0);
	}
}

int korch__queue_has(const korch_queue *queue)
{
	return queue->first || queue->ranked.n > 0;
}

/* The next key that is to be taken: what is urgent, the line, what is not. */
static korch_queue_item *next(korch_queue *queue)
{
	korch_heap_node *ranked = korch__heap_first(&queue->ranked);
	korch_queue_item *item = queue->first;
	if (ranked && (!item || ranked->when < 0)) {
		item = (korch_queue_item *)ranked;
		leave(queue, item);
		return item;
	}
	if (!item)
		return NULL;
	queue->first = item->next;
	if (!queue->first)
		queue->last = &queue->first;
	item->next = NULL;
	item->place = KORCH_QUEUE_NOWHERE;
	return item;
}

korch_queue_item *korch__queue_take(korch_queue *queue)
{
	korch_queue_item *item;
	while ((item = next(queue))) {
		queue->n_queued--;
		if (item->min_revision > queue->revision) {
			stall(queue, item, 1);
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
		delay = delay > max / 2 ? max : delay * 2;
	if (delay > max)
		delay = max;
	korch_usec half = delay / 2;
	return delay - half + (korch_usec)korch__random_below(random, (uint64_t)half + 1);
}

void korch__queue_finish(korch_queue *queue, korch_queue_item *item,
                         const korch_queue_outcome *outcome)
{
	korch_usec at = item->dirty_at < outcome->wake_at ? item->dirty_at : outcome->wake_at;
	item->is_in_hand = 0;
	item->dirty_at = KORCH_USEC_NEVER;
	queue->n_in_hand--;
	item->quiet_until = outcome->quiet_until;
	if (outcome->min_revision > item->min_revision)
		item->min_revision = outcome->min_revision;
	if (outcome->failed) {
		if (item->failures < UINT32_MAX)
			item->failures++;
		at = outcome->now +
		     korch__backoff(queue->random, queue->backoff_base, queue->backoff_max, item->failures);
	} else {
		item->failures = 0;
	}
	if (at != KORCH_USEC_NEVER)
		ask_at(queue, item, at, outcome->now);
	else
		rest(queue, item, outcome->now);
}
