/*
 * Transactions: one Txn of etcd, which compares the revisions of keys and then writes all, or reads
 * the revisions of the keys that were compared, so that it can be told which one was not as
 * expected. Compaction.
 */
#include "base/cleanup.h"
#include "store/etcd/etcd.h"
#include <stdlib.h>

/* One write of a transaction as messages. */
typedef struct txn_op {
	korch_buf key;
	char *value; /* of free() */
	Korch__Etcd__Compare compare;
	Korch__Etcd__RangeRequest range; /* when it does not hold */
	Korch__Etcd__PutRequest put;
	Korch__Etcd__DeleteRangeRequest delete_range;
	Korch__Etcd__Request success, failure;
} txn_op;

/* A transaction in the making. */
typedef struct txn {
	size_t n;
	txn_op *ops;
	Korch__Etcd__Compare **compares;
	Korch__Etcd__Request **successes, **failures;
	Korch__Etcd__TxnRequest request;
} txn;

/* What was compared, in order. */
typedef struct expectation {
	size_t index; /* of the write */
	uint64_t expected;
} expectation;

typedef struct commit_job {
	etcd_job job;
	korch_commit_fn fn;
	void *userdata;
	size_t first_leased; /* write; 0 when there is none */
	size_t n_expected;
	expectation *expected;
} commit_job;

static void txn_fini(txn *at)
{
	for (size_t i = 0; at->ops && i < at->n; i++) {
		korch__buf_fini(&at->ops[i].key);
		free(at->ops[i].value);
	}
	korch__free(at->ops);
	korch__free(at->compares);
	korch__free(at->successes);
	korch__free(at->failures);
}

static int txn_init(txn *at, size_t n)
{
	*at = (txn){.n = n, .request = KORCH__ETCD__TXN_REQUEST__INIT};
	at->ops = korch__calloc(n, sizeof(*at->ops));
	at->compares = korch__calloc(n, sizeof(Korch__Etcd__Compare *));
	at->successes = korch__calloc(n, sizeof(Korch__Etcd__Request *));
	at->failures = korch__calloc(n, sizeof(Korch__Etcd__Request *));
	at->request.compare = at->compares;
	at->request.success = at->successes;
	at->request.failure = at->failures;
	return at->ops && at->compares && at->successes && at->failures ? 0 : KORCH_E_NOMEM;
}

static void add_compare(txn *at, txn_op *op, uint64_t expected)
{
	op->compare = (Korch__Etcd__Compare)KORCH__ETCD__COMPARE__INIT;
	op->compare.key = korch__etcd_bytes(&op->key);
	op->compare.target = KORCH__ETCD__COMPARE__TARGET__MOD;
	op->compare.value_case = KORCH__ETCD__COMPARE__VALUE_MOD_REVISION;
	op->compare.mod_revision = expected < INT64_MAX ? (int64_t)expected : INT64_MAX;
	at->compares[at->request.n_compare++] = &op->compare;
	op->range = (Korch__Etcd__RangeRequest)KORCH__ETCD__RANGE_REQUEST__INIT;
	op->range.key = op->compare.key;
	op->range.keys_only = 1;
	op->failure = (Korch__Etcd__Request)KORCH__ETCD__REQUEST__INIT;
	op->failure.kind_case = KORCH__ETCD__REQUEST__KIND_RANGE;
	op->failure.range = &op->range;
	at->failures[at->request.n_failure++] = &op->failure;
}

static int add_change(txn *at, txn_op *op, const etcd_config *config, const korch_write *write)
{
	size_t length = 0;
	op->success = (Korch__Etcd__Request)KORCH__ETCD__REQUEST__INIT;
	if (write->op == KORCH_WRITE_PUT) {
		int r = korch__etcd_encode(&op->value, &length, config, write->object);
		if (r < 0)
			return r;
		op->put = (Korch__Etcd__PutRequest)KORCH__ETCD__PUT_REQUEST__INIT;
		op->put.key = korch__etcd_bytes(&op->key);
		op->put.value = (ProtobufCBinaryData){length, (uint8_t *)op->value};
		op->put.lease = (int64_t)write->lease;
		op->success.kind_case = KORCH__ETCD__REQUEST__KIND_PUT;
		op->success.put = &op->put;
	} else {
		op->delete_range = (Korch__Etcd__DeleteRangeRequest)KORCH__ETCD__DELETE_RANGE_REQUEST__INIT;
		op->delete_range.key = korch__etcd_bytes(&op->key);
		op->success.kind_case = KORCH__ETCD__REQUEST__KIND_DELETE_RANGE;
		op->success.delete_range = &op->delete_range;
	}
	at->successes[at->request.n_success++] = &op->success;
	return 0;
}

/* A check that expects anything reads nonetheless: etcd asks the other members because of reads. */
static void add_read(txn *at, txn_op *op)
{
	op->range = (Korch__Etcd__RangeRequest)KORCH__ETCD__RANGE_REQUEST__INIT;
	op->range.key = korch__etcd_bytes(&op->key);
	op->range.keys_only = 1;
	op->success = (Korch__Etcd__Request)KORCH__ETCD__REQUEST__INIT;
	op->success.kind_case = KORCH__ETCD__REQUEST__KIND_RANGE;
	op->success.range = &op->range;
	at->successes[at->request.n_success++] = &op->success;
}

static int add_write(txn *at, const etcd_config *config, const korch_write *write, size_t i)
{
	txn_op *op = &at->ops[i];
	korch_key key = write->op == KORCH_WRITE_PUT ? korch_object_key(write->object) : write->key;
	korch__buf_init(&op->key, 0);
	korch__etcd_key_write(&op->key, config->prefix, &key);
	if (op->key.failed)
		return op->key.failed;
	if (write->expected != KORCH_REVISION_ANY)
		add_compare(at, op, write->expected);
	else if (write->op == KORCH_WRITE_CHECK)
		add_read(at, op);
	return write->op == KORCH_WRITE_CHECK ? 0 : add_change(at, op, config, write);
}

/* Outcomes */

static void answer(commit_job *job, int code, const korch_commit_result *result)
{
	korch_commit_fn fn = job->fn;
	void *userdata = job->userdata;
	korch_commit_result copy = *result;
	korch__free(job->expected);
	korch__etcd_job_free(&job->job);
	fn(userdata, code, &copy);
}

static int check(uint64_t expected, uint64_t stored)
{
	if (expected == stored)
		return 0;
	if (expected == KORCH_REVISION_NONE)
		return KORCH_E_EXISTS;
	return stored == KORCH_REVISION_NONE ? KORCH_E_NOT_FOUND : KORCH_E_CONFLICT;
}

/* The first write that does not hold, by what is stored under the keys that were compared. */
static int find_failed(size_t *failed, const commit_job *job,
                       const Korch__Etcd__TxnResponse *response)
{
	for (size_t i = 0; i < job->n_expected && i < response->n_responses; i++) {
		const Korch__Etcd__Response *one = response->responses[i];
		if (one->kind_case != KORCH__ETCD__RESPONSE__KIND_RANGE)
			return KORCH_E_IO;
		uint64_t stored = one->range->n_kvs > 0 ? (uint64_t)one->range->kvs[0]->mod_revision
		                                        : KORCH_REVISION_NONE;
		int code = check(job->expected[i].expected, stored);
		if (code < 0) {
			*failed = job->expected[i].index;
			return code;
		}
	}
	return KORCH_E_IO; /* etcd says that one does not hold, and all do */
}

static void on_committed(etcd_job *head)
{
	commit_job *job = (commit_job *)head;
	const Korch__Etcd__TxnResponse *response = (const void *)head->answer;
	korch_commit_result result = {0};
	int code = 0;
	if (response->header)
		result.revision = (uint64_t)response->header->revision;
	korch__etcd_see(head->store, response->header);
	if (!response->succeeded)
		code = find_failed(&result.failed, job, response);
	answer(job, code, &result);
}

static void on_failed(etcd_job *head, int code)
{
	commit_job *job = (commit_job *)head;
	korch_commit_result result = {.failed = code == KORCH_E_NOT_FOUND ? job->first_leased : 0};
	answer(job, code, &result);
}

static const etcd_job_ops commit_ops = {
    .path = "/etcdserverpb.KV/Txn",
    .answer = &korch__etcd__txn_response__descriptor,
    .done = on_committed,
    .fail = on_failed,
};

/* Calls */

static void note_expected(commit_job *job, const korch_write *writes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (writes[i].expected != KORCH_REVISION_ANY)
			job->expected[job->n_expected++] = (expectation){i, writes[i].expected};
		if (writes[i].op == KORCH_WRITE_PUT && writes[i].lease && job->first_leased == 0)
			job->first_leased = i;
	}
}

static int write_request(commit_job *job, const korch_write *writes, size_t n)
{
	txn at;
	int r = txn_init(&at, n);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_write(&at, &job->job.store->config, &writes[i], i);
	if (r == 0)
		korch__etcd_pack(&job->job.request, &at.request.base);
	txn_fini(&at);
	return r;
}

static int start_commit(etcd_store *store, const korch_write *writes, size_t n, korch_commit_fn fn,
                        void *userdata)
{
	commit_job *job = NULL;
	int r = korch__etcd_job_new(&job, sizeof(*job), store, &commit_ops);
	if (r < 0)
		return r;
	job->fn = fn;
	job->userdata = userdata;
	job->expected = korch__calloc(n, sizeof(*job->expected));
	r = job->expected ? write_request(job, writes, n) : KORCH_E_NOMEM;
	if (r == 0) {
		note_expected(job, writes, n);
		/* A server that refuses it closes the stream while it is being sent, and its words are
		 * lost. */
		if (job->job.request.len > store->config.request_max)
			korch__etcd_job_fail_later(&job->job, KORCH_E_LIMIT);
		else
			r = korch__etcd_job_start(&job->job);
	}
	if (r < 0) {
		korch__free(job->expected);
		korch__etcd_job_free(&job->job);
	}
	return r;
}

int korch__etcd_commit(void *self, const korch_write *writes, size_t n, korch_commit_fn fn,
                       void *userdata)
{
	int r = start_commit(self, writes, n, fn, userdata);
	for (size_t i = 0; i < n; i++) {
		if (writes[i].op == KORCH_WRITE_PUT)
			korch_object_unref(writes[i].object);
	}
	return r;
}
