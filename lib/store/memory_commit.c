/*
 * Transactions of the memory store. First everything is checked, then everything that can fail is
 * got, then it is done: so a transaction happens as a whole or not at all.
 */
#include "base/cleanup.h"
#include "store/memory.h"
#include <korch/sys/store.h>

/* What a transaction needs for one write. */
typedef struct write_step {
	korch_object *fresh; /* PUT: what will be stored; DELETE: what will be told; owned until it is
	                        done */
	korch_object *old;   /* stored now, borrowed from the tree; NULL when there is none */
	int is_in_tree;      /* fresh has been inserted */
} write_step;

enum { STEPS_INLINE = 8 };

/* A transaction. */
typedef struct memory_transaction {
	const korch_write *writes;
	korch_write *kept; /* the same, when they get their references back on failure; or NULL */
	size_t n;
	write_step *steps; /* as many; to be freed unless they are `few` */
	write_step few[STEPS_INLINE];
	size_t n_changes;
} memory_transaction;

static void release_writes(const korch_write *writes, size_t n)
{
	for (size_t i = 0; writes && i < n; i++) {
		if (writes[i].op == KORCH_WRITE_PUT)
			korch_object_unref(writes[i].object);
	}
}

static int begin(memory_transaction *at)
{
	at->n_changes = 0;
	at->steps = at->few;
	if (at->n > STEPS_INLINE)
		at->steps = korch__realloc_array(NULL, at->n, sizeof(write_step));
	if (!at->steps) {
		if (!at->kept)
			release_writes(at->writes, at->n);
		return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < at->n; i++) {
		const korch_write *write = &at->writes[i];
		korch_object *object = write->op == KORCH_WRITE_PUT ? write->object : NULL;
		at->steps[i] = (write_step){.fresh = object};
	}
	return 0;
}

/* Releases what was not used, or gives it back. */
static void end(memory_store *store, memory_transaction *at, int is_given_back)
{
	for (size_t i = 0; i < at->n; i++) {
		if (at->steps[i].is_in_tree)
			korch__btree_remove(&store->current, at->steps[i].fresh);
		if (at->writes[i].lease && at->steps[i].fresh)
			korch__memory_tie_unreserve(&store->leases, at->steps[i].fresh);
		if (is_given_back && at->writes[i].op == KORCH_WRITE_PUT)
			at->kept[i].object = at->steps[i].fresh;
		else
			korch_object_unref(at->steps[i].fresh);
	}
	if (at->steps != at->few)
		korch__free(at->steps);
}

static int check_one(const korch_write *write, const korch_object *old)
{
	if (write->expected == KORCH_REVISION_ANY)
		return 0;
	if (write->expected == KORCH_REVISION_NONE)
		return old ? KORCH_E_EXISTS : 0;
	if (!old)
		return KORCH_E_NOT_FOUND;
	return old->revision == write->expected ? 0 : KORCH_E_CONFLICT;
}

/*
 * Finds what is stored under the keys. The code of the first write that does not hold, and its
 * index in *failed.
 */
static int check(memory_store *store, memory_transaction *at, size_t *failed)
{
	korch_usec now = korch_loop_now(store->loop);
	for (size_t i = 0; i < at->n; i++) {
		const korch_write *write = &at->writes[i];
		memory_probe probe;
		const korch_object *key = write->object;
		if (write->op != KORCH_WRITE_PUT) {
			probe = (memory_probe){0};
			key = korch__memory_probe(&probe, &write->key);
		}
		at->steps[i].old = korch__btree_find(&store->current, key);
		int code = check_one(write, at->steps[i].old);
		if (code == 0 && write->op == KORCH_WRITE_PUT && write->lease &&
		    !korch__memory_lease_is_alive(&store->leases, write->lease, now))
			code = KORCH_E_NOT_FOUND;
		if (code < 0) {
			*failed = i;
			return code;
		}
	}
	return 0;
}

/*
 * Makes the object of a step one's own: given by the caller, or the last state of what is deleted.
 */
static int own_object(write_step *step, const korch_write *write)
{
	const korch_object *from = write->op == KORCH_WRITE_DELETE ? step->old : step->fresh;
	if (write->op == KORCH_WRITE_CHECK || !from)
		return 0;
	if (from == step->fresh && korch_block_is_unique(from))
		return 0;
	korch_object *copy = korch_object_edit(from);
	if (!copy)
		return KORCH_E_NOMEM;
	korch_object_unref(step->fresh);
	step->fresh = copy;
	return 0;
}

static int reserve_ties(memory_store *store, memory_transaction *at)
{
	int r = 0;
	for (size_t i = 0; i < at->n && r == 0; i++) {
		if (at->writes[i].op == KORCH_WRITE_PUT && at->writes[i].lease)
			r = korch__memory_tie_reserve(&store->leases, at->steps[i].fresh);
	}
	return r;
}

/* All that can fail. What has been done in the tree end() takes back. */
static int prepare(memory_store *store, memory_transaction *at)
{
	for (size_t i = 0; i < at->n; i++) {
		write_step *step = &at->steps[i];
		if (own_object(step, &at->writes[i]) < 0)
			return KORCH_E_NOMEM;
		at->n_changes += step->fresh != NULL;
	}
	if (korch__history_reserve(&store->history, at->n_changes) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < at->n; i++) {
		write_step *step = &at->steps[i];
		if (at->writes[i].op != KORCH_WRITE_PUT || step->old)
			continue;
		int r = korch__btree_insert(&store->current, step->fresh);
		if (r < 0)
			return r;
		step->is_in_tree = 1;
	}
	return reserve_ties(store, at);
}

/* Does it. Nothing in here fails. */
static void apply(memory_store *store, memory_transaction *at)
{
	if (at->n_changes > 0)
		store->revision++;
	for (size_t i = 0; i < at->n; i++) {
		write_step *step = &at->steps[i];
		korch_object *fresh = KORCH_STEAL(step->fresh);
		if (!fresh)
			continue;
		fresh->revision = store->revision;
		int is_put = at->writes[i].op == KORCH_WRITE_PUT;
		if (!is_put)
			korch__btree_remove(&store->current, fresh);
		else if (step->old)
			korch__btree_replace(&store->current, fresh);
		step->is_in_tree = 0;
		korch__memory_tie_set(&store->leases, fresh, is_put ? at->writes[i].lease : 0);
		/* The tree's reference to what was there becomes the history's. */
		korch__history_push(&store->history, &(korch_record){
		                                         .revision = store->revision,
		                                         .type = !is_put     ? KORCH_CHANGE_DELETED
		                                                 : step->old ? KORCH_CHANGE_MODIFIED
		                                                             : KORCH_CHANGE_ADDED,
		                                         .object = is_put ? korch_object_ref(fresh) : fresh,
		                                         .previous = step->old,
		                                     });
	}
}

static int carry_out(memory_store *store, memory_transaction *at, int *code,
                     korch_commit_result *result)
{
	int r = begin(at);
	if (r < 0)
		return r;
	*result = (korch_commit_result){0};
	*code = check(store, at, &result->failed);
	if (*code == 0)
		r = prepare(store, at);
	if (r == 0 && *code == 0)
		apply(store, at);
	end(store, at, r < 0 && at->kept);
	result->revision = store->revision;
	return r;
}

int korch__memory_write(memory_store *store, const korch_write *writes, size_t n, int *code,
                        korch_commit_result *result)
{
	memory_transaction transaction = {.writes = writes, .n = n};
	return carry_out(store, &transaction, code, result);
}

static int commit(memory_store *store, memory_transaction *at, korch_commit_fn fn, void *userdata)
{
	korch_completion completion = {
	    .type = KORCH_COMPLETION_COMMIT, .userdata = userdata, .fn.commit = fn};
	if (korch__completions_reserve(&store->waiting) < 0) {
		if (!at->kept)
			release_writes(at->writes, at->n);
		return KORCH_E_NOMEM;
	}
	int r = carry_out(store, at, &completion.code, &completion.answer.result);
	if (r < 0)
		return r;
	korch__completions_push(&store->waiting, &completion);
	korch__memory_call_later(store);
	return 0;
}

int korch__memory_commit(void *self, const korch_write *writes, size_t n, korch_commit_fn fn,
                         void *userdata)
{
	memory_transaction transaction = {.writes = writes, .n = n};
	return commit(self, &transaction, fn, userdata);
}

int korch__memory_commit_kept(memory_store *store, korch_write *writes, size_t n,
                              korch_commit_fn fn, void *userdata)
{
	memory_transaction transaction = {.writes = writes, .kept = writes, .n = n};
	return commit(store, &transaction, fn, userdata);
}
