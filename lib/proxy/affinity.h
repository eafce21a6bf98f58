/*
 * Which client stays with which endpoint: a bounded table with an expiry for each entry. Pure: the
 * time is given.
 */
#ifndef KORCH_PROXY_AFFINITY_H
#define KORCH_PROXY_AFFINITY_H

#include "base/heap.h"
#include "base/table.h"
#include "proxy/address.h"

typedef struct korch_proxy_affinity {
	korch_table entries;
	korch_heap expiries;
	size_t max;
} korch_proxy_affinity;

/* max: most entries; at the limit the one that would expire first makes room. */
void korch__affinity_init(korch_proxy_affinity *affinity, size_t max);
void korch__affinity_fini(korch_proxy_affinity *affinity);
/* Where a client of a port was sent, when that is not too long ago; NULL otherwise. Borrowed. */
const korch_proxy_address *korch__affinity_get(const korch_proxy_affinity *affinity,
                                               uint64_t port_id, const korch_proxy_address *client,
                                               int64_t now);
/* Remembers it until a time. The client's port does not count. 0 or KORCH_E_NOMEM. */
int korch__affinity_put(korch_proxy_affinity *affinity, uint64_t port_id,
                        const korch_proxy_address *client, const korch_proxy_address *endpoint,
                        int64_t until);
void korch__affinity_remove(korch_proxy_affinity *affinity, uint64_t port_id,
                            const korch_proxy_address *client);
/* Drops what has expired. */
void korch__affinity_expire(korch_proxy_affinity *affinity, int64_t now);
/* When the first entry expires; INT64_MAX without one. */
int64_t korch__affinity_next(const korch_proxy_affinity *affinity);

#endif
