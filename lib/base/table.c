/* The hash table: linear probing with tombstones, hashes kept beside the entries. */
#include "base/table.h"
#include "base/alloc.h"
#include <korch/error.h>

#include <assert.h>
#include <endian.h>
#include <string.h>

typedef struct korch_table_slot {
	void *entry; /* NULL: never used; &tombstone: removed */
	uint64_t hash;
} slot;

enum { CAP_MIN = 8 };

static char tombstone;

static int is_entry(const slot *at)
{
	return at->entry && at->entry != &tombstone;
}

/* First slot of a hash: the product's upper bits, so that weak hash functions spread as well. */
static size_t home(uint64_t hash, size_t cap)
{
	return (size_t)((hash * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (cap - 1);
}

void korch__table_init(korch_table *table, const korch_table_ops *ops)
{
	*table = (korch_table){.ops = ops};
}

void korch__table_fini(korch_table *table)
{
	korch__free(table->slots);
	*table = (korch_table){.ops = table->ops};
}

/* The slot that holds a key, or NULL. */
static slot *find(const korch_table *table, const void *key)
{
	if (table->n == 0)
		return NULL;
	uint64_t hash = table->ops->hash(key);
	for (size_t i = home(hash, table->cap);; i = (i + 1) & (table->cap - 1)) {
		slot *at = &table->slots[i];
		if (!at->entry)
			return NULL;
		if (at->hash == hash && is_entry(at) && table->ops->equal(at->entry, key))
			return at;
	}
}

void *korch__table_get(const korch_table *table, const void *key)
{
	slot *at = find(table, key);
	return at ? at->entry : NULL;
}

/* Puts into slots that have room; 1 when a fresh slot was used, 0 when a tombstone was. */
static int place(slot *slots, size_t cap, slot value)
{
	size_t i = home(value.hash, cap);
	while (is_entry(&slots[i]))
		i = (i + 1) & (cap - 1);
	int fresh = slots[i].entry == NULL;
	slots[i] = value;
	return fresh;
}

static int rehash(korch_table *table, size_t cap)
{
	slot *slots = korch__calloc(cap, sizeof(*slots));
	if (!slots)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < table->cap; i++) {
		if (is_entry(&table->slots[i]))
			place(slots, cap, table->slots[i]);
	}
	korch__free(table->slots);
	table->slots = slots;
	table->cap = cap;
	table->used = table->n;
	return 0;
}

/*
 * Room for one more: at most 3/4 of the slots are used; a table that has become sparse shrinks
 * here.
 */
static int make_room(korch_table *table)
{
	size_t cap = table->cap;
	if (cap > CAP_MIN && table->n < cap / 8 && table->held == 0) {
		while (cap > CAP_MIN && table->n < cap / 4)
			cap /= 2;
		if (rehash(table, cap) == 0)
			return 0; /* when it fails the old slots may do */
	}
	if (table->used < table->cap / 4 * 3)
		return 0;
	cap = table->cap ? table->cap : CAP_MIN;
	while (table->n >= cap / 2)
		cap *= 2;
	return rehash(table, cap);
}

int korch__table_put(korch_table *table, void *entry)
{
	int r = make_room(table);
	if (r < 0)
		return r;
	slot value = {.entry = entry, .hash = table->ops->entry_hash(entry)};
	table->used += (size_t)place(table->slots, table->cap, value);
	table->n++;
	return 0;
}

/* A put leaves at most 3/4 of the slots used: what is held is of the last quarter. */
int korch__table_hold(korch_table *table)
{
	size_t cap = table->cap ? table->cap : CAP_MIN;
	while (cap / 4 < table->held + 2 || table->n + table->held > cap / 2)
		cap *= 2;
	if ((cap != table->cap || table->used > cap / 4 * 3) && rehash(table, cap) < 0)
		return KORCH_E_NOMEM;
	table->held++;
	return 0;
}

void korch__table_put_held(korch_table *table, void *entry)
{
	assert(table->held > 0 && table->used < table->cap - 1);
	slot value = {.entry = entry, .hash = table->ops->entry_hash(entry)};
	table->used += (size_t)place(table->slots, table->cap, value);
	table->n++;
	table->held--;
}

void korch__table_unhold(korch_table *table)
{
	if (--table->held == 0 && table->n == 0)
		korch__table_fini(table);
}

void *korch__table_swap(korch_table *table, void *entry, const void *key)
{
	slot *at = find(table, key);
	if (!at)
		return NULL;
	void *old = at->entry;
	at->entry = entry;
	return old;
}

void *korch__table_remove(korch_table *table, const void *key)
{
	slot *at = find(table, key);
	if (!at)
		return NULL;
	void *entry = at->entry;
	if (--table->n == 0 && table->held == 0) {
		korch__table_fini(table);
		return entry;
	}
	/* Without a follower in the run no search needs to go on over this slot. */
	size_t next = (size_t)(at - table->slots + 1) & (table->cap - 1);
	if (table->slots[next].entry) {
		at->entry = &tombstone;
	} else {
		at->entry = NULL;
		table->used--;
	}
	return entry;
}

void *korch__table_next(const korch_table *table, size_t *at)
{
	while (*at < table->cap) {
		const slot *here = &table->slots[(*at)++];
		if (is_entry(here))
			return here->entry;
	}
	return NULL;
}

static uint64_t mix(uint64_t h)
{
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	return h ^ (h >> 32);
}

uint64_t korch__hash_bytes(const void *data, size_t len, uint64_t seed)
{
	const unsigned char *at = data;
	uint64_t h = seed ^ (uint64_t)len * UINT64_C(0x9e3779b97f4a7c15);
	uint64_t word;
	for (; len >= 8; at += 8, len -= 8) {
		memcpy(&word, at, 8);
		h = (h ^ mix(le64toh(word))) * UINT64_C(0xff51afd7ed558ccd);
		h ^= h >> 29;
	}
	word = 0;
	for (size_t i = 0; i < len; i++)
		word |= (uint64_t)at[i] << (8 * i);
	return mix(h ^ word);
}

uint64_t korch__hash_string(const char *text)
{
	return korch__hash_bytes(text, strlen(text), 0);
}

uint64_t korch__hash_u64(uint64_t value)
{
	return mix(value + UINT64_C(0x9e3779b97f4a7c15));
}
