/* What the files of the memory store share, and what stores that build on it use. */
#ifndef KORCH_STORE_MEMORY_H
#define KORCH_STORE_MEMORY_H

#include "base/btree.h"
#include "store/completion.h"
#include "store/history.h"
#include "store/memory_lease.h"
#include "store/watch.h"
#include <korch/sys/store.h>

typedef struct memory_store {
	korch_btree current; /* korch_object: what is stored now, in order of keys; references owned */
	korch_history history;
	korch_watches watches;
	korch_completions waiting;
	memory_leases leases;
	korch_timer *turn; /* set when completions or watches are waiting: it cannot fail to be set */
	korch_loop *loop;
	uint64_t revision; /* newest */
	int is_closed;
	int *is_gone; /* set to 1 when the store is freed from inside of one of its callbacks */
} memory_store;

/* An object that is nothing but a key, to search the trees for. */
typedef struct memory_probe {
	korch_object object;
	korch_object_meta meta;
} memory_probe;

/* For stores that keep what they have in memory, too. */
extern const korch_store_ops korch__memory_ops;
int korch__memory_new(memory_store **out, korch_loop *loop, size_t history, korch_error **err);

extern const korch_btree_ops korch__memory_order;
/* The object to search for; it lives in the probe. */
const korch_object *korch__memory_probe(memory_probe *probe, const korch_key *key);
/* Lets the loop call for completions and watches. */
void korch__memory_call_later(memory_store *store);

/* commit of the table in sys/store.h. */
int korch__memory_commit(void *self, const korch_write *writes, size_t n, korch_commit_fn fn,
                         void *userdata);
/* The same, but on failure the writes have their references still: it can be tried again. */
int korch__memory_commit_kept(memory_store *store, korch_write *writes, size_t n,
                              korch_commit_fn fn, void *userdata);
/*
 * Does a transaction; what came of it is in *code and *result. KORCH_E_NOMEM: it has not been
 * tried. Takes the references of PUT objects in any case.
 */
int korch__memory_write(memory_store *store, const korch_write *writes, size_t n, int *code,
                        korch_commit_result *result);
/* list of the table in sys/store.h. */
int korch__memory_list(void *self, const korch_list_query *query, korch_list_fn fn, void *userdata);

#endif
