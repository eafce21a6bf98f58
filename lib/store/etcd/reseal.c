/*
 * Sealing again what is there when keys have changed: page by page, each value by a transaction
 * that holds only when nobody has written it meanwhile (then it is sealed as it should be already).
 */
#include "base/cleanup.h"
#include "base/log.h"
#include "store/etcd/etcd.h"
#include "store/sealed.h"
#include <stdlib.h>

enum { SLICE = 512 };

/* One call of korch_store_reseal(). */
struct etcd_reseal {
	etcd_store *store;
	int type;
	korch_reseal_fn fn;
	void *userdata;
	korch_reseal_state state;
	korch_buf from, end; /* the range that is left */
	Korch__Etcd__RangeResponse *page;
	size_t at; /* next value of the page */
};

typedef struct reseal_job {
	etcd_job job;
	etcd_reseal *reseal;
} reseal_job;

static void finish(etcd_reseal *reseal, int code)
{
	korch_reseal_fn fn = reseal->fn;
	void *userdata = reseal->userdata;
	korch_reseal_state state = reseal->state;
	state.is_done = code == 0;
	reseal->store->reseal = NULL;
	if (reseal->page)
		korch__etcd__range_response__free_unpacked(reseal->page, &korch__etcd_allocator);
	korch__buf_fini(&reseal->from);
	korch__buf_fini(&reseal->end);
	korch__free(reseal);
	fn(userdata, code, &state);
}

static void on_failed(etcd_job *job, int code)
{
	etcd_reseal *reseal = ((reseal_job *)job)->reseal;
	korch__etcd_job_free(job);
	finish(reseal, code);
}

static int start(etcd_reseal *reseal, const etcd_job_ops *ops, const ProtobufCMessage *request)
{
	reseal_job *job = NULL;
	int r = korch__etcd_job_new(&job, sizeof(*job), reseal->store, ops);
	if (r < 0)
		return r;
	job->reseal = reseal;
	korch__etcd_pack(&job->job.request, request);
	r = korch__etcd_job_start(&job->job);
	if (r < 0)
		korch__etcd_job_free(&job->job);
	return r;
}

/* Values */

static void step(etcd_reseal *reseal);

static void on_written(etcd_job *job)
{
	etcd_reseal *reseal = ((reseal_job *)job)->reseal;
	const Korch__Etcd__TxnResponse *response = (const void *)job->answer;
	reseal->state.written += response->succeeded ? 1 : 0;
	korch__etcd_see(reseal->store, response->header);
	korch__etcd_job_free(job);
	step(reseal);
}

static const etcd_job_ops write_ops = {
    .path = "/etcdserverpb.KV/Txn",
    .answer = &korch__etcd__txn_response__descriptor,
    .done = on_written,
    .fail = on_failed,
};

static int write_value(etcd_reseal *reseal, const Korch__Etcd__KeyValue *kv, char *value,
                       size_t length)
{
	Korch__Etcd__PutRequest put = KORCH__ETCD__PUT_REQUEST__INIT;
	Korch__Etcd__Compare compare = KORCH__ETCD__COMPARE__INIT, *compares[] = {&compare};
	Korch__Etcd__Request request = KORCH__ETCD__REQUEST__INIT, *requests[] = {&request};
	Korch__Etcd__TxnRequest txn = KORCH__ETCD__TXN_REQUEST__INIT;
	compare.key = kv->key;
	compare.target = KORCH__ETCD__COMPARE__TARGET__MOD;
	compare.value_case = KORCH__ETCD__COMPARE__VALUE_MOD_REVISION;
	compare.mod_revision = kv->mod_revision;
	put.key = kv->key;
	put.value = (ProtobufCBinaryData){length, (uint8_t *)value};
	put.ignore_lease = 1; /* it stays under the one that it is under */
	request.kind_case = KORCH__ETCD__REQUEST__KIND_PUT;
	request.put = &put;
	txn.n_compare = txn.n_success = 1;
	txn.compare = compares;
	txn.success = requests;
	return start(reseal, &write_ops, &txn.base);
}

/* 1 when it is being written again, 0 when it stays, or a code. */
static int seal_again(etcd_reseal *reseal, const Korch__Etcd__KeyValue *kv)
{
	const etcd_config *config = &reseal->store->config;
	_cleanup_error_ korch_error *err = NULL;
	korch_key_copy copy;
	char *value = NULL;
	size_t length = 0;
	int r = korch__etcd_key_read(&copy, config->prefix, kv->key);
	if (r < 0)
		return r == KORCH_E_NOMEM ? r : KORCH_E_IO;
	const korch_seal_value old = {
	    .store = config->prefix, .key = copy.key, .data = kv->value.data, .length = kv->value.len};
	r = korch__seal_again(&value, &length, config->sealer, reseal->type, &old, &err);
	if (r < 0)
		korch__log(KORCH_LOG_ERROR, "store", "etcd: not sealed again: %s",
		           korch_error_message(err));
	korch__key_copy_fini(&copy);
	if (r >= 0 && value)
		r = write_value(reseal, kv, value, length);
	int is_written = r == 0 && value;
	free(value);
	return is_written ? 1 : r < 0 ? r : 0;
}

/* Pages */

static void on_page(etcd_job *job)
{
	etcd_reseal *reseal = ((reseal_job *)job)->reseal;
	reseal->page = (void *)KORCH_STEAL(job->answer);
	reseal->at = 0;
	korch__etcd_job_free(job);
	if (reseal->state.total == 0)
		reseal->state.total = (uint64_t)reseal->page->count;
	step(reseal);
}

static const etcd_job_ops page_ops = {
    .path = "/etcdserverpb.KV/Range",
    .answer = &korch__etcd__range_response__descriptor,
    .is_repeatable = 1,
    .done = on_page,
    .fail = on_failed,
};

static int start_page(etcd_reseal *reseal)
{
	Korch__Etcd__RangeRequest request = KORCH__ETCD__RANGE_REQUEST__INIT;
	if (reseal->from.failed || reseal->end.failed)
		return KORCH_E_NOMEM;
	request.key = korch__etcd_bytes(&reseal->from);
	request.range_end = korch__etcd_bytes(&reseal->end);
	request.limit = SLICE;
	return start(reseal, &page_ops, &request.base);
}

/* The page is done: the next one is asked for, and the caller is told how far it is. */
static void next_page(etcd_reseal *reseal)
{
	Korch__Etcd__RangeResponse *page = KORCH_STEAL(reseal->page);
	int is_last = page->n_kvs == 0 || (uint64_t)page->count <= page->n_kvs;
	if (!is_last) {
		const Korch__Etcd__KeyValue *last = page->kvs[page->n_kvs - 1];
		korch__buf_reset(&reseal->from);
		korch__buf_put(&reseal->from, last->key.data, last->key.len);
		korch__buf_putc(&reseal->from, '\0');
	}
	korch__etcd__range_response__free_unpacked(page, &korch__etcd_allocator);
	int r = is_last ? 0 : start_page(reseal);
	if (is_last || r < 0) {
		finish(reseal, r);
		return;
	}
	korch_reseal_state state = reseal->state;
	reseal->fn(reseal->userdata, 0, &state); /* may free the store, and this with it */
}

static void step(etcd_reseal *reseal)
{
	while (reseal->at < reseal->page->n_kvs) {
		reseal->state.seen++;
		int r = seal_again(reseal, reseal->page->kvs[reseal->at++]);
		if (r < 0)
			finish(reseal, r);
		if (r != 0)
			return;
	}
	next_page(reseal);
}

int korch__etcd_reseal(void *self, int type, korch_reseal_fn fn, void *userdata)
{
	etcd_store *store = self;
	if (!store->config.sealer)
		return KORCH_E_UNSUPPORTED;
	if (store->reseal)
		return KORCH_E_BUSY;
	etcd_reseal *reseal = korch__calloc(1, sizeof(*reseal));
	if (!reseal)
		return KORCH_E_NOMEM;
	*reseal = (etcd_reseal){.store = store, .type = type, .fn = fn, .userdata = userdata};
	korch__buf_init(&reseal->from, 0);
	korch__buf_init(&reseal->end, 0);
	korch__buf_puts(&reseal->from, store->config.prefix);
	if (!reseal->from.failed)
		korch__etcd_key_write_end(&reseal->end, &reseal->from);
	int r = start_page(reseal);
	if (r < 0) {
		korch__buf_fini(&reseal->from);
		korch__buf_fini(&reseal->end);
		korch__free(reseal);
		return r;
	}
	store->reseal = reseal;
	return 0;
}
