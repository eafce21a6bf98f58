/*
 * Leases of the memory store: when they end, and which objects live under which. An object that
 * lives under none costs nothing.
 */
#ifndef KORCH_STORE_MEMORY_LEASE_H
#define KORCH_STORE_MEMORY_LEASE_H

#include "base/btree.h"
#include "base/heap.h"
#include "base/table.h"
#include <korch/store.h>

typedef struct memory_tie memory_tie;

typedef struct memory_lease {
	korch_heap_node node; /* first member; `when` is the lease's end */
	uint64_t number;
	korch_usec ttl_us;
	memory_tie *ties;
	size_t n_ties;
} memory_lease;

typedef struct memory_leases {
	korch_table by_number;
	korch_heap by_end;
	korch_btree ties;   /* by the key of their object */
	korch_timer *timer; /* the first end; NULL: there has been no lease yet */
	uint64_t last;      /* number of the newest */
} memory_leases;

void korch__memory_leases_init(memory_leases *leases);
void korch__memory_leases_fini(memory_leases *leases);
/* Nothing ends any more. */
void korch__memory_leases_close(memory_leases *leases);

/* Whether a number is that of a lease that has not run out. */
int korch__memory_lease_is_alive(const memory_leases *leases, uint64_t number, korch_usec now);
/* Makes room to tie an object, so that doing it cannot fail; 0 or KORCH_E_NOMEM. */
int korch__memory_tie_reserve(memory_leases *leases, const korch_object *object);
/* Takes that back, unless the object has been tied. */
void korch__memory_tie_unreserve(memory_leases *leases, const korch_object *object);
/* The object lives under a lease from now on; 0: under none. */
void korch__memory_tie_set(memory_leases *leases, const korch_object *object, uint64_t number);

/* Of the table in sys/store.h. */
int korch__memory_lease_grant(void *self, korch_usec ttl_us, korch_lease_fn fn, void *userdata);
int korch__memory_lease_renew(void *self, uint64_t number, korch_lease_fn fn, void *userdata);
int korch__memory_lease_revoke(void *self, uint64_t number, korch_lease_fn fn, void *userdata);

#endif
