/*
 * Compaction: when it is asked for, and by itself. etcd keeps each version of each key until it is
 * told not to, so a store that writes also tells it, as an API server does: what is older than a
 * while. Several stores on one etcd may all do so; each keeps at least that while.
 */
#include "base/log.h"
#include "store/etcd/etcd.h"

typedef struct compact_job {
	etcd_job job;
	korch_commit_fn fn;
	void *userdata;
	uint64_t revision;
} compact_job;

static void answer_compact(compact_job *job, int code, uint64_t revision)
{
	korch_commit_fn fn = job->fn;
	void *userdata = job->userdata;
	korch_commit_result result = {.revision = revision};
	korch__etcd_job_free(&job->job);
	fn(userdata, code, &result);
}

static void on_compacted(etcd_job *head)
{
	compact_job *job = (compact_job *)head;
	if (job->revision > head->store->compacted)
		head->store->compacted = job->revision;
	answer_compact(job, 0, job->revision);
}

static void on_not_compacted(etcd_job *head, int code)
{
	compact_job *job = (compact_job *)head;
	if (code == KORCH_E_COMPACTED) /* further already: that is what was asked for */
		answer_compact(job, 0, job->revision);
	else
		answer_compact(job, code, head->store->revision);
}

/* Asking twice is as good as once. */
static const etcd_job_ops compact_ops = {
    .path = "/etcdserverpb.KV/Compact",
    .answer = &korch__etcd__compaction_response__descriptor,
    .is_repeatable = 1,
    .done = on_compacted,
    .fail = on_not_compacted,
};

int korch__etcd_compact(void *self, uint64_t revision, korch_commit_fn fn, void *userdata)
{
	compact_job *job = NULL;
	int r = korch__etcd_job_new(&job, sizeof(*job), self, &compact_ops);
	if (r < 0)
		return r;
	Korch__Etcd__CompactionRequest request = KORCH__ETCD__COMPACTION_REQUEST__INIT;
	request.revision = revision < INT64_MAX ? (int64_t)revision : INT64_MAX;
	korch__etcd_pack(&job->job.request, &request.base);
	job->fn = fn;
	job->userdata = userdata;
	job->revision = revision;
	r = korch__etcd_job_start(&job->job);
	if (r < 0)
		korch__etcd_job_free(&job->job);
	return r;
}

/* By itself */

static void on_aged(void *userdata, int code, const korch_commit_result *result)
{
	(void)userdata;
	if (code < 0 && code != KORCH_E_CLOSED)
		korch__log(KORCH_LOG_WARNING, "store", "etcd: revision %llu was not compacted: %s",
		           (unsigned long long)result->revision, korch_code_text(code));
}

/* What was the newest revision one turn ago is as old as that. */
static void on_turn(void *userdata)
{
	etcd_store *store = userdata;
	etcd_ageing *ageing = &store->ageing;
	uint64_t old = ageing->revision;
	ageing->revision = store->revision;
	if (store->is_closed)
		return;
	if (old > store->compacted)
		korch__etcd_compact(store, old, on_aged, NULL);
	if (store->revision > old)
		korch__etcd_ageing_begin(store);
}

void korch__etcd_ageing_begin(etcd_store *store)
{
	const etcd_ageing *ageing = &store->ageing;
	korch_usec period = store->config.compact_us;
	if (period != KORCH_USEC_NEVER && korch_timer_due(ageing->timer) == KORCH_USEC_NEVER)
		korch_timer_set(ageing->timer, korch_loop_now(store->loop) + period);
}

int korch__etcd_ageing_init(etcd_store *store)
{
	return korch_timer_new(&store->ageing.timer, store->loop, on_turn, store);
}

void korch__etcd_ageing_fini(etcd_store *store)
{
	korch_timer_free(store->ageing.timer);
}
