/*
 * A hash table of pointers to entries; the entry contains its key. Open addressing, grows and
 * shrinks by itself. Order of iteration depends on content and history only, never on addresses, so
 * that runs repeat (hash functions must not use addresses).
 */
#ifndef KORCH_BASE_TABLE_H
#define KORCH_BASE_TABLE_H

#include <stddef.h>
#include <stdint.h>

typedef struct korch_table_ops {
	uint64_t (*hash)(const void *key);
	int (*equal)(const void *entry, const void *key);
	uint64_t (*entry_hash)(const void *entry); /* hash of the entry's key */
} korch_table_ops;

typedef struct korch_table {
	const korch_table_ops *ops;
	struct korch_table_slot *slots;
	size_t n;    /* entries */
	size_t cap;  /* slots, a power of two */
	size_t used; /* entries and tombstones, if the implementation has those */
	size_t held; /* entries that can be put without memory */
} korch_table;

void korch__table_init(korch_table *table, const korch_table_ops *ops);
void korch__table_fini(korch_table *table); /* does not touch the entries */
void *korch__table_get(const korch_table *table, const void *key);
int korch__table_put(korch_table *table, void *entry); /* key must not be in; 0 or KORCH_E_NOMEM */
/* Puts an entry in the place of the one with its key, which it returns; NULL, and nothing is done,
 * without one. */
void *korch__table_swap(korch_table *table, void *entry, const void *key);
void *korch__table_remove(korch_table *table, const void *key); /* the entry, or NULL */
/* One more entry can be put by korch__table_put_held(), which cannot fail, whatever else is put and
 * removed before. 0 or KORCH_E_NOMEM. */
int korch__table_hold(korch_table *table);
void korch__table_put_held(korch_table *table, void *entry);
void korch__table_unhold(korch_table *table); /* it will not be put */
/* for (size_t at = 0; (entry = korch__table_next(table, &at));) … ; removing the entry just
 * returned is fine. */
void *korch__table_next(const korch_table *table, size_t *at);

uint64_t korch__hash_bytes(const void *data, size_t len, uint64_t seed); /* same on every machine */
uint64_t korch__hash_string(const char *text);
uint64_t korch__hash_u64(uint64_t value);

#endif
