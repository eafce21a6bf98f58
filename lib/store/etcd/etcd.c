/* The etcd store: opening, closing, turns. */
#include "store/etcd/etcd.h"
#include "base/cleanup.h"
#include <string.h>

static void on_turn(void *userdata)
{
	etcd_store *store = userdata;
	int is_gone = 0;
	int *outer = store->is_gone;
	store->is_gone = &is_gone;
	if (store->is_closed) {
		korch__etcd_jobs_end(store, &is_gone);
		if (!is_gone)
			korch__etcd_watches_tell(store, &is_gone);
	} else {
		korch__etcd_jobs_retry(store, &is_gone);
	}
	if (!is_gone)
		store->is_gone = outer;
	else if (outer)
		*outer = 1;
}

static size_t etcd_writes_max(const void *self)
{
	/* Each write is one comparison and one operation at most, and etcd counts these apart. */
	return ((const etcd_store *)self)->config.txn_ops;
}

static void etcd_close(void *self)
{
	etcd_store *store = self;
	store->is_closed = 1;
	korch__etcd_stream_close(store);
	korch__etcd_jobs_close(store);
}

static void etcd_free(void *self)
{
	etcd_store *store = self;
	int is_gone = 0;
	korch__etcd_jobs_end(store, &is_gone);
	if (store->is_gone)
		*store->is_gone = 1;
	korch__etcd_stream_fini(store);
	korch__etcd_link_fini(&store->net);
	korch__etcd_config_fini(&store->config);
	korch__etcd_ageing_fini(store);
	korch_timer_free(store->turn);
	korch__free(store);
}

static const korch_store_ops etcd_ops = {
    .size = sizeof(etcd_ops),
    .name = "etcd",
    .commit = korch__etcd_commit,
    .get = korch__etcd_get,
    .list = korch__etcd_list,
    .compact = korch__etcd_compact,
    .watch = korch__etcd_watch,
    .watch_next = korch__etcd_watch_next,
    .watch_revision = korch__etcd_watch_revision,
    .watch_free = korch__etcd_watch_free,
    .close = etcd_close,
    .free = etcd_free,
    .writes_max = etcd_writes_max,
    .lease_grant = korch__etcd_lease_grant,
    .lease_renew = korch__etcd_lease_renew,
    .lease_revoke = korch__etcd_lease_revoke,
    .reseal = korch__etcd_reseal,
};

/* Opening */

static int new_store(etcd_store **out, korch_loop *loop, const korch_store_etcd_options *options,
                     korch_error **err)
{
	etcd_store *store = korch__calloc(1, sizeof(*store));
	if (!store)
		return korch_error_set(err, KORCH_E_NOMEM, "store etcd: out of memory");
	store->loop = loop;
	TAILQ_INIT(&store->jobs);
	TAILQ_INIT(&store->waiting);
	TAILQ_INIT(&store->due);
	TAILQ_INIT(&store->watches);
	int r = korch__etcd_config_init(&store->config, options, err);
	if (r == 0 && (korch__etcd_link_init(&store->net, loop, &store->config) < 0 ||
	               korch_timer_new(&store->turn, loop, on_turn, store) < 0 ||
	               korch__etcd_ageing_init(store) < 0 || korch__etcd_stream_init(store) < 0))
		r = korch_error_set(err, KORCH_E_NOMEM, "store etcd: out of memory");
	if (r < 0) {
		etcd_free(store);
		return r;
	}
	*out = store;
	return 0;
}

typedef struct first_answer {
	int is_done;
	int code;
} first_answer;

static void on_first(void *userdata, int code, const korch_object *object)
{
	(void)object;
	*(first_answer *)userdata = (first_answer){1, code};
}

/* Asks for the newest revision, on a loop of its own: whoever opens a store wants to know at once
 * whether it is there. */
static int ask_first(etcd_store *store, korch_loop *loop, korch_error **err)
{
	/* Nothing has such a name; what counts is the revision that comes with the answer. */
	korch_key key = {.name = " "};
	first_answer answer = {0};
	int r = korch_kind_get(&key.kind, "v1", "Namespace", NULL);
	if (r == 0)
		r = korch__etcd_get(store, &key, on_first, &answer);
	while (r == 0 && !answer.is_done)
		korch_loop_step(loop, korch_loop_now(loop) + KORCH_USEC_PER_SEC);
	if (r == 0 && answer.code < 0 && answer.code != KORCH_E_NOT_FOUND)
		r = answer.code;
	if (r == KORCH_E_IO && *store->net.text)
		return korch_error_set(err, r, "store etcd %s", store->net.text);
	return r < 0 ? korch_error_set(err, r, "store etcd: %s", korch_code_text(r)) : 0;
}

/* The newest revision, by a store that lives as long as the question. */
static int get_revision(uint64_t *out, const korch_store_etcd_options *options, korch_error **err)
{
	korch_loop *loop = NULL;
	etcd_store *store = NULL;
	int r = korch_loop_new(&loop, err);
	if (r == 0)
		r = new_store(&store, loop, options, err);
	if (r == 0 && store) {
		r = ask_first(store, loop, err);
		*out = store->revision;
	}
	if (store)
		etcd_free(store);
	korch_loop_free(loop);
	return r;
}

int korch_store_etcd_new(korch_store **out, korch_loop *loop,
                         const korch_store_etcd_options *options, korch_error **err)
{
	etcd_store *store = NULL;
	uint64_t revision = 0;
	if (!out || !loop)
		return korch_error_set(err, KORCH_E_INVALID, "an etcd store needs a loop");
	if (korch_loop_is_virtual(loop))
		return korch_error_set(err, KORCH_E_UNSUPPORTED, "an etcd store needs a loop in real time");
	int r = get_revision(&revision, options, err);
	if (r == 0)
		r = new_store(&store, loop, options, err);
	if (r < 0 || !store)
		return r;
	store->revision = revision;
	r = korch_store_register(out, &etcd_ops, store, err);
	if (r < 0)
		etcd_free(store);
	return r;
}
