/* The table of clients that stay with an endpoint: a hash table, and a heap of expiries. */
#include "proxy/affinity.h"
#include "base/alloc.h"
#include <korch/error.h>

#include <string.h>

typedef struct key {
	uint64_t port_id;
	uint8_t client[16];
	uint64_t family;
} key;

typedef struct entry {
	korch_heap_node expiry; /* first: the heap gives back its address */
	key key;
	korch_proxy_address endpoint;
} entry;

static uint64_t key_hash(const void *k)
{
	return korch__hash_bytes(k, sizeof(key), 0);
}

static int entry_equal(const void *e, const void *k)
{
	return !memcmp(&((const entry *)e)->key, k, sizeof(key));
}

static uint64_t entry_hash(const void *e)
{
	return key_hash(&((const entry *)e)->key);
}

static const korch_table_ops ops = {key_hash, entry_equal, entry_hash};

static key key_of(uint64_t port_id, const korch_proxy_address *client)
{
	key k = {.port_id = port_id, .family = client->family};
	memcpy(k.client, client->ip, sizeof(k.client));
	return k;
}

void korch__affinity_init(korch_proxy_affinity *affinity, size_t max)
{
	*affinity = (korch_proxy_affinity){.max = max};
	korch__table_init(&affinity->entries, &ops);
}

static void drop(korch_proxy_affinity *affinity, entry *e)
{
	korch__heap_remove(&affinity->expiries, &e->expiry);
	korch__table_remove(&affinity->entries, &e->key);
	korch__free(e);
}

static entry *first(const korch_proxy_affinity *affinity)
{
	return (entry *)korch__heap_first(&affinity->expiries);
}

void korch__affinity_fini(korch_proxy_affinity *affinity)
{
	size_t at = 0;
	korch__heap_fini(&affinity->expiries); /* looks at the entries */
	for (entry *e; (e = korch__table_next(&affinity->entries, &at));)
		korch__free(e);
	korch__table_fini(&affinity->entries);
}

const korch_proxy_address *korch__affinity_get(const korch_proxy_affinity *affinity,
                                               uint64_t port_id, const korch_proxy_address *client,
                                               int64_t now)
{
	key k = key_of(port_id, client);
	entry *e = korch__table_get(&affinity->entries, &k);
	return e && e->expiry.when > now ? &e->endpoint : NULL;
}

static int add(korch_proxy_affinity *affinity, const key *k, const korch_proxy_address *endpoint,
               int64_t until)
{
	if (affinity->max == 0)
		return 0;
	while (affinity->entries.n >= affinity->max)
		drop(affinity, first(affinity));
	entry *e = korch__alloc(sizeof(*e));
	if (!e)
		return KORCH_E_NOMEM;
	*e = (entry){.expiry = {.when = until, .index = SIZE_MAX}, .key = *k, .endpoint = *endpoint};
	if (korch__heap_insert(&affinity->expiries, &e->expiry) < 0) {
		korch__free(e);
		return KORCH_E_NOMEM;
	}
	if (korch__table_put(&affinity->entries, e) < 0) {
		korch__heap_remove(&affinity->expiries, &e->expiry);
		korch__free(e);
		return KORCH_E_NOMEM;
	}
	return 0;
}

int korch__affinity_put(korch_proxy_affinity *affinity, uint64_t port_id,
                        const korch_proxy_address *client, const korch_proxy_address *endpoint,
                        int64_t until)
{
	key k = key_of(port_id, client);
	entry *e = korch__table_get(&affinity->entries, &k);
	if (!e)
		return add(affinity, &k, endpoint, until);
	e->endpoint = *endpoint;
	korch__heap_remove(&affinity->expiries, &e->expiry);
	e->expiry.when = until;
	/* There is room: it was in the heap a moment ago. */
	return korch__heap_insert(&affinity->expiries, &e->expiry);
}

void korch__affinity_remove(korch_proxy_affinity *affinity, uint64_t port_id,
                            const korch_proxy_address *client)
{
	key k = key_of(port_id, client);
	entry *e = korch__table_get(&affinity->entries, &k);
	if (e)
		drop(affinity, e);
}

void korch__affinity_expire(korch_proxy_affinity *affinity, int64_t now)
{
	for (entry *e; (e = first(affinity)) && e->expiry.when <= now;)
		drop(affinity, e);
}

int64_t korch__affinity_next(const korch_proxy_affinity *affinity)
{
	const entry *e = first(affinity);
	return e ? e->expiry.when : INT64_MAX;
}
