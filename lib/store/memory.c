/*
 * The memory store: opening, closing, single reads, compaction, and the turns of the loop on which
 * everything is told. Transactions stand in memory_commit.c, lists in memory_list.c, leases in
 * memory_lease.c.
 */
#include "store/memory.h"
#include "base/alloc.h"
#include <korch/sys/store.h>
#include <string.h>

enum { HISTORY_DEFAULT = 65536 };
#define HISTORY_MAX ((size_t)1 << 31)

/* Order */

static int compare_objects(const void *key, const void *entry, void *context)
{
	(void)context;
	const korch_object *a = key, *b = entry;
	/* Nearly all comparisons are within one namespace, whose name is one shared string. */
	if (a->kind == b->kind && a->metadata && b->metadata &&
	    a->metadata->namespace_ == b->metadata->namespace_ && a->metadata->name &&
	    b->metadata->name)
		return strcmp(a->metadata->name, b->metadata->name);
	korch_key key_a = korch_object_key(a), key_b = korch_object_key(b);
	return korch_key_compare(&key_a, &key_b);
}

const korch_btree_ops korch__memory_order = {.compare = compare_objects};

const korch_object *korch__memory_probe(memory_probe *probe, const korch_key *key)
{
	probe->meta.name = key->name;
	probe->meta.namespace_ = key->namespace_;
	probe->object.kind = key->kind;
	probe->object.metadata = &probe->meta;
	return &probe->object;
}

/* Turns */

void korch__memory_call_later(memory_store *store)
{
	if (korch_timer_due(store->turn) == KORCH_USEC_NEVER)
		korch_timer_set(store->turn, korch_loop_now(store->loop));
}

/* Delivers up to n completions. */
static void deliver(memory_store *store, size_t n, const int *is_gone)
{
	korch_completion completion;
	for (; n > 0 && !*is_gone && korch__completions_pop(&completion, &store->waiting); n--)
		korch__completion_deliver(&completion, store->is_closed ? KORCH_E_CLOSED : 0);
}

static void on_turn(void *userdata)
{
	memory_store *store = userdata;
	int is_gone = 0;
	int *outer = store->is_gone;
	store->is_gone = &is_gone;
	/* What the callbacks start belongs to the next turn. */
	deliver(store, store->waiting.n, &is_gone);
	if (!is_gone)
		korch__watches_tell(&store->watches, &is_gone);
	if (is_gone)
		return;
	store->is_gone = outer;
	if (store->waiting.n > 0)
		korch__memory_call_later(store);
}

/* Calls */

static int memory_get(void *self, const korch_key *key, korch_get_fn fn, void *userdata)
{
	memory_store *store = self;
	if (korch__completions_reserve(&store->waiting) < 0)
		return KORCH_E_NOMEM;
	memory_probe probe = {0};
	const korch_object *object =
	    korch__btree_find(&store->current, korch__memory_probe(&probe, key));
	korch__completions_push(&store->waiting, &(korch_completion){
	                                             .type = KORCH_COMPLETION_GET,
	                                             .code = object ? 0 : KORCH_E_NOT_FOUND,
	                                             .userdata = userdata,
	                                             .fn.get = fn,
	                                             .answer.object = korch_object_ref(object),
	                                         });
	korch__memory_call_later(store);
	return 0;
}

static int memory_compact(void *self, uint64_t revision, korch_commit_fn fn, void *userdata)
{
	memory_store *store = self;
	if (korch__completions_reserve(&store->waiting) < 0)
		return KORCH_E_NOMEM;
	int code = revision > store->revision ? KORCH_E_INVALID : 0;
	if (code == 0)
		korch__history_compact(&store->history, revision);
	korch__completions_push(&store->waiting,
	                        &(korch_completion){
	                            .type = KORCH_COMPLETION_COMMIT,
	                            .code = code,
	                            .userdata = userdata,
	                            .fn.commit = fn,
	                            .answer.result.revision = code == 0 ? revision : store->revision,
	                        });
	korch__memory_call_later(store);
	return 0;
}

static int memory_watch(void **out, void *self, const korch_watch_query *query, korch_loop_fn ready,
                        void *userdata)
{
	memory_store *store = self;
	korch_log_watch *watch = NULL;
	int r = korch__watch_new(&watch, &store->watches, query, ready, userdata);
	if (r < 0)
		return r;
	korch__memory_call_later(store);
	*out = watch;
	return 0;
}

static int memory_watch_next(void *watch, korch_change *out)
{
	return korch__watch_next(watch, out);
}

static uint64_t memory_watch_revision(const void *watch)
{
	return korch__watch_revision(watch);
}

static void memory_watch_free(void *watch)
{
	korch__watch_free(watch);
}

static void memory_close(void *self)
{
	memory_store *store = self;
	store->is_closed = 1;
	korch__memory_leases_close(&store->leases);
	korch__watches_close(&store->watches);
	if (store->waiting.n > 0 || korch__watches_wait(&store->watches))
		korch__memory_call_later(store);
}

static int release_object(void *object, void *userdata)
{
	(void)userdata;
	korch_object_unref(object);
	return 0;
}

static void memory_free(void *self)
{
	memory_store *store = self;
	int is_gone = 0;
	deliver(store, SIZE_MAX, &is_gone); /* closed: nothing new can come */
	if (store->is_gone)
		*store->is_gone = 1;
	korch__completions_fini(&store->waiting);
	korch__memory_leases_fini(&store->leases);
	korch__history_fini(&store->history);
	korch__btree_each_from(&store->current, NULL, release_object, NULL);
	korch__btree_fini(&store->current);
	korch_timer_free(store->turn);
	korch__free(store);
}

const korch_store_ops korch__memory_ops = {
    .size = sizeof(korch__memory_ops),
    .name = "memory",
    .commit = korch__memory_commit,
    .get = memory_get,
    .list = korch__memory_list,
    .compact = memory_compact,
    .watch = memory_watch,
    .watch_next = memory_watch_next,
    .watch_revision = memory_watch_revision,
    .watch_free = memory_watch_free,
    .close = memory_close,
    .free = memory_free,
    .lease_grant = korch__memory_lease_grant,
    .lease_renew = korch__memory_lease_renew,
    .lease_revoke = korch__memory_lease_revoke,
};

int korch__memory_new(memory_store **out, korch_loop *loop, size_t history, korch_error **err)
{
	memory_store *store = korch__calloc(1, sizeof(*store));
	if (!store)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a store");
	store->loop = loop;
	korch__btree_init(&store->current, &korch__memory_order);
	korch__memory_leases_init(&store->leases);
	korch__history_init(&store->history, history ? history : HISTORY_DEFAULT);
	korch__watches_init(&store->watches, &store->history);
	int r = korch_timer_new(&store->turn, loop, on_turn, store);
	if (r < 0) {
		korch__free(store);
		return korch_error_set(err, r, "no memory for a store");
	}
	*out = store;
	return 0;
}

int korch_store_memory_new(korch_store **out, korch_loop *loop, size_t history, korch_error **err)
{
	if (!out || !loop || history > HISTORY_MAX)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "a memory store needs a loop and a history of at most %zu changes",
		                       HISTORY_MAX);
	memory_store *store = NULL;
	int r = korch__memory_new(&store, loop, history, err);
	if (r < 0 || !store)
		return r;
	r = korch_store_register(out, &korch__memory_ops, store, err);
	if (r < 0)
		memory_free(store);
	return r;
}
