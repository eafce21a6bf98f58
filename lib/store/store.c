/*
 * The handle of a store: registering a backend's table, checking arguments, and the way from public
 * calls into the table. Watches that outlive their store stay safe to read and to free.
 */
#include "store/store.h"
#include "base/cleanup.h"
#include "store/key.h"

struct korch_store {
	const korch_store_ops *ops;
	void *self;
	korch_watch *watches; /* all that are open */
	int is_closed;
};

struct korch_watch {
	korch_store *store; /* NULL: it was freed */
	void *handle;       /* the backend's */
	korch_watch *previous;
	korch_watch *next;
};

static int is_complete(const korch_store_ops *ops)
{
	if (!ops->lease_grant != !ops->lease_renew || !ops->lease_grant != !ops->lease_revoke)
		return 0;
	return ops->commit && ops->get && ops->list && ops->compact && ops->watch && ops->watch_next &&
	       ops->watch_revision && ops->watch_free && ops->close && ops->free;
}

int korch_store_register(korch_store **out, const korch_store_ops *ops, void *self,
                         korch_error **err)
{
	if (!out || !ops || ops->size != sizeof(*ops) || !ops->name || !*ops->name)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "a store needs a table of functions of the known size, with a name");
	if (!is_complete(ops))
		return korch_error_set(err, KORCH_E_INVALID, "store \"%s\": a function is missing",
		                       ops->name);
	korch_store *store = korch__calloc(1, sizeof(*store));
	if (!store)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a store");
	store->ops = ops;
	store->self = self;
	*out = store;
	return 0;
}

void *korch__store_self(const korch_store *store, const korch_store_ops *ops)
{
	return store && store->ops == ops ? store->self : NULL;
}

const char *korch_store_name(const korch_store *store)
{
	return store ? store->ops->name : "";
}

int korch_store_has_leases(const korch_store *store)
{
	return store && store->ops->lease_grant;
}

size_t korch_store_writes_max(const korch_store *store)
{
	size_t most = store && store->ops->writes_max ? store->ops->writes_max(store->self) : 0;
	return most && most < KORCH_STORE_WRITES_MAX ? most : KORCH_STORE_WRITES_MAX;
}

void korch_store_close(korch_store *store)
{
	if (!store || store->is_closed)
		return;
	store->is_closed = 1;
	store->ops->close(store->self);
}

/* Ends a watch on the backend's side. */
static void detach(korch_store *store, korch_watch *watch)
{
	*(watch->previous ? &watch->previous->next : &store->watches) = watch->next;
	if (watch->next)
		watch->next->previous = watch->previous;
	watch->store = NULL;
	store->ops->watch_free(watch->handle);
}

void korch_store_free(korch_store *store)
{
	if (!store)
		return;
	korch_store_close(store);
	while (store->watches)
		detach(store, store->watches);
	store->ops->free(store->self);
	korch__free(store);
}

/* Checking transactions */

/*
 * Whether any of the writes before write i, whose hashes are in `seen`, has its key; adds write i.
 */
static int is_repeated(uint32_t *seen, size_t mask, const korch_key *keys, size_t i)
{
	size_t at = (size_t)korch__key_hash(&keys[i]) & mask;
	for (; seen[at]; at = (at + 1) & mask) {
		if (korch_key_compare(&keys[seen[at] - 1], &keys[i]) == 0)
			return 1;
	}
	seen[at] = (uint32_t)i + 1;
	return 0;
}

/* Each key may occur once. */
static int check_unique(const korch_key *keys, size_t n)
{
	size_t cap = 4;
	while (cap < 2 * n)
		cap *= 2;
	_cleanup_free_ uint32_t *seen = korch__calloc(cap, sizeof(*seen));
	if (!seen)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if (is_repeated(seen, cap - 1, keys, i))
			return KORCH_E_INVALID;
	}
	return 0;
}

static int check_write(korch_key *key, const korch_store *store, const korch_write *write)
{
	if (write->op == KORCH_WRITE_PUT) {
		if (!write->object || !write->object->kind)
			return KORCH_E_INVALID;
		if (write->lease && !store->ops->lease_grant)
			return KORCH_E_UNSUPPORTED;
		*key = korch_object_key(write->object);
	} else if (write->op == KORCH_WRITE_DELETE || write->op == KORCH_WRITE_CHECK) {
		*key = write->key;
	} else {
		return KORCH_E_INVALID;
	}
	return korch__key_check(key);
}

static int check_writes(const korch_store *store, const korch_write *writes, size_t n)
{
	korch_key only;
	_cleanup_free_ korch_key *many = NULL;
	if (n > 1 && !(many = korch__realloc_array(NULL, n, sizeof(*many))))
		return KORCH_E_NOMEM;
	korch_key *keys = many ? many : &only;
	for (size_t i = 0; i < n; i++) {
		int r = check_write(&keys[i], store, &writes[i]);
		if (r < 0)
			return r;
	}
	return n > 1 ? check_unique(keys, n) : 0;
}

static int refuse(const korch_write *writes, size_t n, int code)
{
	for (size_t i = 0; i < n; i++) {
		if (writes[i].op == KORCH_WRITE_PUT)
			korch_object_unref(writes[i].object);
	}
	return code;
}

/* Calls */

int korch_store_commit(korch_store *store, const korch_write *writes, size_t n, korch_commit_fn fn,
                       void *userdata)
{
	if (!writes || n == 0)
		return KORCH_E_INVALID;
	if (!store || !fn)
		return refuse(writes, n, KORCH_E_INVALID);
	if (store->is_closed)
		return refuse(writes, n, KORCH_E_CLOSED);
	if (n > korch_store_writes_max(store))
		return refuse(writes, n, KORCH_E_LIMIT);
	int r = check_writes(store, writes, n);
	if (r < 0)
		return refuse(writes, n, r);
	return store->ops->commit(store->self, writes, n, fn, userdata);
}

int korch_store_get(korch_store *store, const korch_key *key, korch_get_fn fn, void *userdata)
{
	if (!store || !fn || korch__key_check(key) < 0)
		return KORCH_E_INVALID;
	if (store->is_closed)
		return KORCH_E_CLOSED;
	return store->ops->get(store->self, key, fn, userdata);
}

int korch_store_list(korch_store *store, const korch_list_query *query, korch_list_fn fn,
                     void *userdata)
{
	if (!store || !query || !fn || (query->namespace_ && !query->kind))
		return KORCH_E_INVALID;
	if (store->is_closed)
		return KORCH_E_CLOSED;
	return store->ops->list(store->self, query, fn, userdata);
}

int korch_store_compact(korch_store *store, uint64_t revision, korch_commit_fn fn, void *userdata)
{
	if (!store || !fn)
		return KORCH_E_INVALID;
	if (store->is_closed)
		return KORCH_E_CLOSED;
	return store->ops->compact(store->self, revision, fn, userdata);
}

/* Whether a call about a lease may go on; 0 or a code. */
static int check_lease(const korch_store *store, korch_lease_fn fn)
{
	if (!store || !fn)
		return KORCH_E_INVALID;
	if (store->is_closed)
		return KORCH_E_CLOSED;
	return store->ops->lease_grant ? 0 : KORCH_E_UNSUPPORTED;
}

int korch_store_lease_grant(korch_store *store, korch_usec ttl_us, korch_lease_fn fn,
                            void *userdata)
{
	int r = check_lease(store, fn);
	if (r < 0)
		return r;
	if (ttl_us < KORCH_USEC_PER_SEC || ttl_us > KORCH_STORE_LEASE_MAX)
		return KORCH_E_INVALID;
	return store->ops->lease_grant(store->self, ttl_us, fn, userdata);
}

int korch_store_lease_renew(korch_store *store, uint64_t lease, korch_lease_fn fn, void *userdata)
{
	int r = check_lease(store, fn);
	return r < 0 ? r : store->ops->lease_renew(store->self, lease, fn, userdata);
}

int korch_store_lease_revoke(korch_store *store, uint64_t lease, korch_lease_fn fn, void *userdata)
{
	int r = check_lease(store, fn);
	return r < 0 ? r : store->ops->lease_revoke(store->self, lease, fn, userdata);
}

int korch_store_reseal(korch_store *store, int type, korch_reseal_fn fn, void *userdata)
{
	if (!store || !fn || (type != KORCH_RESEAL_OLD && type != KORCH_RESEAL_ALL))
		return KORCH_E_INVALID;
	if (store->is_closed)
		return KORCH_E_CLOSED;
	return store->ops->reseal ? store->ops->reseal(store->self, type, fn, userdata)
	                          : KORCH_E_UNSUPPORTED;
}

int korch_store_watch(korch_watch **out, korch_store *store, const korch_watch_query *query,
                      korch_loop_fn ready, void *userdata)
{
	if (!out || !store || !query || (query->namespace_ && !query->kind))
		return KORCH_E_INVALID;
	if (store->is_closed)
		return KORCH_E_CLOSED;
	_cleanup_free_ korch_watch *watch = korch__calloc(1, sizeof(*watch));
	if (!watch)
		return KORCH_E_NOMEM;
	int r = store->ops->watch(&watch->handle, store->self, query, ready, userdata);
	if (r < 0)
		return r;
	watch->store = store;
	watch->next = store->watches;
	if (watch->next)
		watch->next->previous = watch;
	store->watches = watch;
	*out = KORCH_STEAL(watch);
	return 0;
}

int korch_watch_next(korch_watch *watch, korch_change *out)
{
	if (!watch || !out)
		return KORCH_E_INVALID;
	if (!watch->store)
		return KORCH_E_CLOSED;
	return watch->store->ops->watch_next(watch->handle, out);
}

uint64_t korch_watch_revision(const korch_watch *watch)
{
	return watch && watch->store ? watch->store->ops->watch_revision(watch->handle) : 0;
}

void korch_watch_free(korch_watch *watch)
{
	if (!watch)
		return;
	if (watch->store)
		detach(watch->store, watch);
	korch__free(watch);
}
