/*
 * The SQLite store: calls. What is read comes from a memory store that follows the file; a write
 * goes to the file first, and to the memory store when it is durable, which then answers it. Calls
 * behind a write wait for it, so that everything happens in the order of the calls. On a virtual
 * loop, which has no descriptors, there is no thread and a write is done inside of its call.
 */
#include "base/cleanup.h"
#include "store/sqlite/handover.h"
#include <korch/sys/store.h>

enum { JOBS_MAX = 100000 };

static void on_again(void *userdata)
{
	korch__sqlite_pass_on(userdata);
}

static void on_done(void *userdata, int fd, int events)
{
	(void)fd;
	(void)events;
	sqlite_store *store = userdata;
	korch__sqlite_worker_take(store->worker, &store->ready);
	korch__sqlite_pass_on(store);
}

/* Takes a job, which is freed in any case. */
static int submit(sqlite_store *store, sqlite_job *job)
{
	int r = 0;
	if (store->n_under_way >= JOBS_MAX) {
		r = KORCH_E_LIMIT;
	} else if (!store->worker) {
		return korch__sqlite_write_now(store, job);
	} else {
		r = store->n_under_way ? 0 : korch_poll_set(store->poll, KORCH_POLL_IN);
		if (r == 0) {
			store->n_under_way++;
			korch__sqlite_worker_push(store->worker, KORCH_STEAL(job));
			if (korch_timer_due(store->kick) == KORCH_USEC_NEVER)
				korch_timer_set(store->kick, korch_loop_now(store->loop));
		}
	}
	korch__sqlite_job_free(job);
	return r;
}

static int sqlite_commit(void *self, const korch_write *writes, size_t n, korch_commit_fn fn,
                         void *userdata)
{
	sqlite_job *job = NULL;
	int r = korch__sqlite_job_commit(&job, writes, n);
	if (r < 0)
		return r;
	job->fn.commit = fn;
	job->userdata = userdata;
	return submit(self, job);
}

static int sqlite_compact(void *self, uint64_t revision, korch_commit_fn fn, void *userdata)
{
	sqlite_job *job = korch__calloc(1, sizeof(*job));
	if (!job)
		return KORCH_E_NOMEM;
	job->type = SQLITE_JOB_COMPACT;
	job->revision = revision;
	job->fn.commit = fn;
	job->userdata = userdata;
	return submit(self, job);
}

static int sqlite_get(void *self, const korch_key *key, korch_get_fn fn, void *userdata)
{
	sqlite_store *store = self;
	if (store->n_under_way == 0)
		return korch__memory_ops.get(store->memory, key, fn, userdata);
	sqlite_job *job = NULL;
	int r = korch__sqlite_job_get(&job, key);
	if (r < 0)
		return r;
	job->fn.get = fn;
	job->userdata = userdata;
	return submit(store, job);
}

static int sqlite_list(void *self, const korch_list_query *query, korch_list_fn fn, void *userdata)
{
	sqlite_store *store = self;
	if (store->n_under_way == 0)
		return korch__memory_ops.list(store->memory, query, fn, userdata);
	sqlite_job *job = NULL;
	int r = korch__sqlite_job_list(&job, query);
	if (r < 0)
		return r;
	job->fn.list = fn;
	job->userdata = userdata;
	return submit(store, job);
}

static int submit_slice(sqlite_reseal *reseal)
{
	sqlite_job *job = korch__calloc(1, sizeof(*job));
	if (!job)
		return KORCH_E_NOMEM;
	job->type = SQLITE_JOB_RESEAL;
	job->reseal = reseal;
	return submit(reseal->store, job);
}

/* The next slice is on its way before the caller hears of this one: it may free the store. */
void korch__sqlite_on_slice(void *userdata, int code, const korch_commit_result *result)
{
	(void)result;
	sqlite_reseal *reseal = userdata;
	if (code < 0 || reseal->state.is_done) {
		korch__sqlite_end_reseal(reseal, code);
		return;
	}
	sqlite_reseal now = *reseal;
	code = submit_slice(reseal);
	if (code < 0)
		korch__sqlite_end_reseal(reseal, code);
	else
		now.fn(now.userdata, 0, &now.state);
}

static int sqlite_reseal_start(void *self, int type, korch_reseal_fn fn, void *userdata)
{
	sqlite_store *store = self;
	if (!store->database.sealer)
		return KORCH_E_UNSUPPORTED;
	if (store->is_resealing)
		return KORCH_E_BUSY;
	sqlite_reseal *reseal = korch__calloc(1, sizeof(*reseal));
	if (!reseal)
		return KORCH_E_NOMEM;
	*reseal = (sqlite_reseal){.store = store, .fn = fn, .userdata = userdata, .type = type};
	int r = submit_slice(reseal);
	if (r < 0)
		korch__free(reseal);
	else
		store->is_resealing = 1;
	return r;
}

static int sqlite_watch(void **out, void *self, const korch_watch_query *query, korch_loop_fn ready,
                        void *userdata)
{
	sqlite_store *store = self;
	return korch__memory_ops.watch(out, store->memory, query, ready, userdata);
}

static int sqlite_watch_next(void *watch, korch_change *out)
{
	return korch__memory_ops.watch_next(watch, out);
}

static uint64_t sqlite_watch_revision(const void *watch)
{
	return korch__memory_ops.watch_revision(watch);
}

static void sqlite_watch_free(void *watch)
{
	korch__memory_ops.watch_free(watch);
}

static void sqlite_close(void *self)
{
	sqlite_store *store = self;
	store->is_closed = 1;
	korch__memory_ops.close(store->memory);
}

static void sqlite_free(void *self)
{
	sqlite_store *store = self;
	if (store->worker) {
		korch_poll_free(store->poll);
		korch__sqlite_worker_free(store->worker, &store->ready);
	}
	korch__sqlite_pass_rest(store);
	korch_timer_free(store->again);
	korch_timer_free(store->kick);
	if (store->is_gone)
		*store->is_gone = 1;
	korch__memory_ops.free(store->memory);
	korch__sqlite_close(&store->database);
	korch__free(store);
}

static const korch_store_ops sqlite_ops = {
    .size = sizeof(sqlite_ops),
    .name = "sqlite",
    .commit = sqlite_commit,
    .get = sqlite_get,
    .list = sqlite_list,
    .compact = sqlite_compact,
    .watch = sqlite_watch,
    .watch_next = sqlite_watch_next,
    .watch_revision = sqlite_watch_revision,
    .watch_free = sqlite_watch_free,
    .close = sqlite_close,
    .free = sqlite_free,
    .reseal = sqlite_reseal_start,
};

/* All that this turn of the loop brought is written together. */
static void on_kick(void *userdata)
{
	sqlite_store *store = userdata;
	korch__sqlite_worker_kick(store->worker);
}

static int start_worker(sqlite_store *store, korch_loop *loop, korch_error **err)
{
	int r = korch_timer_new(&store->kick, loop, on_kick, store);
	if (r < 0)
		return korch_error_set(err, r, "no memory for a store");
	if ((r = korch__sqlite_worker_new(&store->worker, &store->database, err)) < 0)
		return r;
	r = korch_poll_new(&store->poll, loop, korch__sqlite_worker_fd(store->worker), 0, on_done,
	                   store);
	return r < 0
	           ? korch_error_set(err, r, "store %s: cannot watch its thread", store->database.path)
	           : 0;
}

static int open_store(sqlite_store *store, korch_loop *loop,
                      const korch_store_sqlite_options *options, const char *vfs, korch_error **err)
{
	korch__sqlite_jobs_init(&store->ready);
	int r = korch__sqlite_open(&store->database, options, vfs, err);
	if (r == 0)
		r = korch__memory_new(&store->memory, loop, (size_t)store->database.window, err);
	if (r == 0)
		r = korch__sqlite_load(store->memory, &store->database, err);
	if (r == 0) {
		store->loop = loop;
		r = korch_timer_new(&store->again, loop, on_again, store);
		if (r < 0)
			korch_error_set(err, r, "no memory for a store");
	}
	if (r == 0 && !korch_loop_is_virtual(loop))
		r = start_worker(store, loop, err);
	return r;
}

int korch__sqlite_new(korch_store **out, korch_loop *loop,
                      const korch_store_sqlite_options *options, const char *vfs, korch_error **err)
{
	if (!out || !loop)
		return korch_error_set(err, KORCH_E_INVALID, "a SQLite store needs a loop");
	sqlite_store *store = korch__calloc(1, sizeof(*store));
	if (!store)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a store");
	int r = open_store(store, loop, options, vfs, err);
	if (r == 0)
		r = korch_store_register(out, &sqlite_ops, store, err);
	if (r == 0)
		return 0;
	korch_poll_free(store->poll);
	if (store->worker)
		korch__sqlite_worker_free(store->worker, &store->ready);
	korch_timer_free(store->again);
	korch_timer_free(store->kick);
	if (store->memory)
		korch__memory_ops.free(store->memory);
	korch__sqlite_close(&store->database);
	korch__free(store);
	return r;
}

int korch_store_sqlite_new(korch_store **out, korch_loop *loop,
                           const korch_store_sqlite_options *options, korch_error **err)
{
	return korch__sqlite_new(out, loop, options, NULL, err);
}
