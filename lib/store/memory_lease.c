/*
 * Leases of the memory store. A lease's end is a transaction that deletes all that is tied to it;
 * the ties follow what transactions do, whoever makes them.
 */
#include "store/memory_lease.h"
#include "base/cleanup.h"
#include "store/memory.h"

enum { LEASES_MAX = 10000, RETRY_US = 10000 };

/* An object under a lease. */
struct memory_tie {
	const korch_object *object; /* some state of it, for its key; owned */
	memory_lease *lease;        /* NULL: reserved */
	memory_tie *next;
	memory_tie *previous;
};

static uint64_t hash_number(const void *key)
{
	return korch__hash_u64(*(const uint64_t *)key);
}

static int is_number(const void *entry, const void *key)
{
	return ((const memory_lease *)entry)->number == *(const uint64_t *)key;
}

static uint64_t hash_lease(const void *entry)
{
	return hash_number(&((const memory_lease *)entry)->number);
}

static const korch_table_ops by_number_ops = {hash_number, is_number, hash_lease};

static int compare_ties(const void *key, const void *entry, void *context)
{
	return korch__memory_order.compare(key, ((const memory_tie *)entry)->object, context);
}

static const void *tie_key(const void *entry)
{
	return ((const memory_tie *)entry)->object;
}

static const korch_btree_ops ties_order = {.compare = compare_ties, .entry_key = tie_key};

void korch__memory_leases_init(memory_leases *leases)
{
	korch__table_init(&leases->by_number, &by_number_ops);
	korch__btree_init(&leases->ties, &ties_order);
}

/* Ties */

static void unlink_tie(memory_tie *tie)
{
	memory_lease *lease = tie->lease;
	if (!lease)
		return;
	*(tie->previous ? &tie->previous->next : &lease->ties) = tie->next;
	if (tie->next)
		tie->next->previous = tie->previous;
	lease->n_ties--;
	tie->lease = NULL;
}

static void link_tie(memory_tie *tie, memory_lease *lease)
{
	tie->lease = lease;
	tie->previous = NULL;
	tie->next = lease->ties;
	if (tie->next)
		tie->next->previous = tie;
	lease->ties = tie;
	lease->n_ties++;
}

static void free_tie(memory_leases *leases, memory_tie *tie)
{
	unlink_tie(tie);
	korch__btree_remove(&leases->ties, tie->object);
	korch_object_unref(tie->object);
	korch__free(tie);
}

int korch__memory_tie_reserve(memory_leases *leases, const korch_object *object)
{
	if (korch__btree_find(&leases->ties, object))
		return 0;
	memory_tie *tie = korch__calloc(1, sizeof(*tie));
	if (!tie)
		return KORCH_E_NOMEM;
	tie->object = object;
	if (korch__btree_insert(&leases->ties, tie) < 0) {
		korch__free(tie);
		return KORCH_E_NOMEM;
	}
	korch_object_ref(object);
	return 0;
}

void korch__memory_tie_unreserve(memory_leases *leases, const korch_object *object)
{
	memory_tie *tie = korch__btree_find(&leases->ties, object);
	if (tie && !tie->lease)
		free_tie(leases, tie);
}

void korch__memory_tie_set(memory_leases *leases, const korch_object *object, uint64_t number)
{
	memory_tie *tie = leases->ties.n ? korch__btree_find(&leases->ties, object) : NULL;
	if (!tie)
		return;
	unlink_tie(tie);
	memory_lease *lease = number ? korch__table_get(&leases->by_number, &number) : NULL;
	if (lease)
		link_tie(tie, lease);
	else
		free_tie(leases, tie);
}

/* Ends */

static void set_timer(memory_leases *leases)
{
	const korch_heap_node *first = korch__heap_first(&leases->by_end);
	if (leases->timer)
		korch_timer_set(leases->timer, first ? first->when : KORCH_USEC_NEVER);
}

static void free_lease(memory_leases *leases, memory_lease *lease)
{
	while (lease->ties)
		free_tie(leases, lease->ties);
	korch__heap_remove(&leases->by_end, &lease->node);
	korch__table_remove(&leases->by_number, &lease->number);
	korch__free(lease);
}

/* Removes a lease's objects, all in one revision, and the lease. */
static int end_lease(memory_store *store, memory_lease *lease)
{
	size_t n = 0;
	_cleanup_free_ korch_write *writes = korch__calloc(lease->n_ties + 1, sizeof(*writes));
	if (!writes)
		return KORCH_E_NOMEM;
	for (const memory_tie *tie = lease->ties; tie; tie = tie->next)
		writes[n++] = (korch_write){.op = KORCH_WRITE_DELETE,
		                            .key = korch_object_key(tie->object),
		                            .expected = KORCH_REVISION_ANY};
	int code = 0;
	korch_commit_result result;
	int r = n ? korch__memory_write(store, writes, n, &code, &result) : 0;
	if (r < 0)
		return r;
	free_lease(&store->leases, lease);
	set_timer(&store->leases);
	korch__memory_call_later(store);
	return 0;
}

static void on_end(void *userdata)
{
	memory_store *store = userdata;
	memory_leases *leases = &store->leases;
	korch_usec now = korch_loop_now(store->loop);
	for (;;) {
		memory_lease *lease = (memory_lease *)korch__heap_first(&leases->by_end);
		if (!lease || lease->node.when > now)
			break;
		if (end_lease(store, lease) < 0) { /* memory is short */
			korch_timer_set(leases->timer, now + RETRY_US);
			return;
		}
	}
	set_timer(leases);
}

void korch__memory_leases_close(memory_leases *leases)
{
	if (leases->timer)
		korch_timer_set(leases->timer, KORCH_USEC_NEVER);
}

void korch__memory_leases_fini(memory_leases *leases)
{
	korch_heap_node *first;
	while ((first = korch__heap_first(&leases->by_end)))
		free_lease(leases, (memory_lease *)first);
	korch__heap_fini(&leases->by_end);
	korch__table_fini(&leases->by_number);
	korch__btree_fini(&leases->ties);
	korch_timer_free(leases->timer);
}

/* Calls */

/* A lease that has not run out, or NULL: one whose end is due is as good as gone. */
static memory_lease *find(const memory_leases *leases, uint64_t number, korch_usec now)
{
	memory_lease *lease = korch__table_get(&leases->by_number, &number);
	return lease && lease->node.when > now ? lease : NULL;
}

int korch__memory_lease_is_alive(const memory_leases *leases, uint64_t number, korch_usec now)
{
	return find(leases, number, now) != NULL;
}

/* Its time begins now. Needs no memory when it has been in the heap before. */
static int start(memory_store *store, memory_lease *lease)
{
	memory_leases *leases = &store->leases;
	korch__heap_remove(&leases->by_end, &lease->node);
	lease->node.when = korch_loop_now(store->loop) + lease->ttl_us;
	int r = korch__heap_insert(&leases->by_end, &lease->node);
	if (r == 0)
		set_timer(leases);
	return r;
}

static void answer(memory_store *store, int code, korch_lease_state state, korch_lease_fn fn,
                   void *userdata)
{
	korch__completions_push(&store->waiting, &(korch_completion){.type = KORCH_COMPLETION_LEASE,
	                                                             .code = code,
	                                                             .userdata = userdata,
	                                                             .fn.lease = fn,
	                                                             .answer.lease = state});
	korch__memory_call_later(store);
}

/* Adds a lease; 0 or a code. */
static int add(memory_lease **out, memory_store *store, korch_usec ttl_us)
{
	memory_leases *leases = &store->leases;
	if (leases->by_number.n >= LEASES_MAX)
		return KORCH_E_LIMIT;
	if (!leases->timer && korch_timer_new(&leases->timer, store->loop, on_end, store) < 0)
		return KORCH_E_NOMEM;
	_cleanup_free_ memory_lease *lease = korch__calloc(1, sizeof(*lease));
	if (!lease)
		return KORCH_E_NOMEM;
	lease->node.index = SIZE_MAX;
	lease->number = leases->last + 1;
	lease->ttl_us = ttl_us;
	if (korch__table_put(&leases->by_number, lease) < 0)
		return KORCH_E_NOMEM;
	if (start(store, lease) < 0) {
		korch__table_remove(&leases->by_number, &lease->number);
		return KORCH_E_NOMEM;
	}
	leases->last++;
	*out = KORCH_STEAL(lease);
	return 0;
}

int korch__memory_lease_grant(void *self, korch_usec ttl_us, korch_lease_fn fn, void *userdata)
{
	memory_store *store = self;
	memory_lease *lease = NULL;
	int r = korch__completions_reserve(&store->waiting);
	if (r == 0)
		r = add(&lease, store, ttl_us);
	if (r < 0 || !lease)
		return r;
	answer(store, 0, (korch_lease_state){lease->number, ttl_us}, fn, userdata);
	return 0;
}

int korch__memory_lease_renew(void *self, uint64_t number, korch_lease_fn fn, void *userdata)
{
	memory_store *store = self;
	if (korch__completions_reserve(&store->waiting) < 0)
		return KORCH_E_NOMEM;
	memory_lease *lease = find(&store->leases, number, korch_loop_now(store->loop));
	int code = lease ? start(store, lease) : KORCH_E_NOT_FOUND;
	answer(store, code, (korch_lease_state){number, lease ? lease->ttl_us : 0}, fn, userdata);
	return 0;
}

int korch__memory_lease_revoke(void *self, uint64_t number, korch_lease_fn fn, void *userdata)
{
	memory_store *store = self;
	if (korch__completions_reserve(&store->waiting) < 0)
		return KORCH_E_NOMEM;
	memory_lease *lease = find(&store->leases, number, korch_loop_now(store->loop));
	korch_lease_state state = {number, lease ? lease->ttl_us : 0};
	int r = lease ? end_lease(store, lease) : 0;
	if (r < 0)
		return r;
	answer(store, lease ? 0 : KORCH_E_NOT_FOUND, state, fn, userdata);
	return 0;
}
