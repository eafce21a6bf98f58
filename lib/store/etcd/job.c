/*
 * Calls that are under way: sent, sent again where that is safe, answered once.
 *
 * A call that changes something is sent again only when no server can have seen it. Otherwise its
 * caller is told KORCH_E_IO, which means that it may have happened.
 */
#include "base/alloc.h"
#include "store/etcd/etcd.h"
#include <string.h>

enum { JOBS_MAX = 100000 };

void korch__etcd_pack(korch_buf *out, const ProtobufCMessage *message)
{
	size_t length = protobuf_c_message_get_packed_size(message);
	char *room = korch__grpc_frame_begin(out, length);
	if (room)
		out->len += protobuf_c_message_pack(message, (uint8_t *)room);
}

int korch__etcd_job_new(void *out, size_t size, etcd_store *store, const etcd_job_ops *ops)
{
	etcd_job *job = korch__calloc(1, size);
	if (!job)
		return KORCH_E_NOMEM;
	job->store = store;
	job->ops = ops;
	korch__buf_init(&job->request, 0);
	memcpy(out, &job, sizeof(job));
	return 0;
}

static void put_in(etcd_job *job, struct etcd_jobs *list)
{
	if (job->list)
		TAILQ_REMOVE(job->list, job, link);
	job->list = list;
	if (list)
		TAILQ_INSERT_TAIL(list, job, link);
}

static void drop_answer(etcd_job *job)
{
	if (job->answer)
		protobuf_c_message_free_unpacked(job->answer, &korch__etcd_allocator);
	job->answer = NULL;
}

void korch__etcd_job_free(etcd_job *job)
{
	korch__grpc_cancel(job->call);
	if (job->list)
		job->store->n_jobs--;
	put_in(job, NULL);
	drop_answer(job);
	korch__buf_fini(&job->request);
	korch__free(job);
}

void korch__etcd_see(etcd_store *store, const Korch__Etcd__Header *header)
{
	if (!header || header->revision <= 0 || (uint64_t)header->revision <= store->revision)
		return;
	store->revision = (uint64_t)header->revision;
	korch__etcd_ageing_begin(store);
}

/* Sending */

static void on_message(void *userdata, const char *data, size_t length)
{
	etcd_job *job = userdata;
	drop_answer(job);
	job->answer = protobuf_c_message_unpack(job->ops->answer, &korch__etcd_allocator, length,
	                                        (const uint8_t *)data);
}

static void on_end(void *userdata, const korch__grpc_end *end);
static const korch__grpc_events events = {.message = on_message, .end = on_end};

static void wait_until(etcd_job *job, korch_usec at)
{
	etcd_store *store = job->store;
	job->retry_at = at;
	put_in(job, &store->waiting);
	if (at < korch_timer_due(store->turn))
		korch_timer_set(store->turn, at);
}

/* How long one try may take: where there is another server, it gets a chance within the time. */
static korch_usec try_time(const etcd_job *job, korch_usec now)
{
	const etcd_config *config = &job->store->config;
	korch_usec left = job->deadline - now, half = config->timeout_us / 2;
	return job->ops->is_repeatable && config->n_endpoints > 1 && left > half ? half : left;
}

static int send(etcd_job *job)
{
	etcd_store *store = job->store;
	korch_usec now = korch_loop_now(store->loop), at = 0;
	korch__grpc_channel *channel = NULL;
	if (now >= job->deadline)
		return KORCH_E_IO;
	int r = korch__etcd_link_choose(&channel, &job->endpoint, &at, &store->net);
	if (r < 0)
		return r;
	if (at >= job->deadline)
		return KORCH_E_IO;
	if (at > now) {
		wait_until(job, at);
		return 0;
	}
	drop_answer(job);
	put_in(job, &store->jobs);
	const korch__grpc_request request = {.path = job->ops->path,
	                                     .body = job->request.data,
	                                     .body_length = job->request.len,
	                                     .timeout_us = try_time(job, now)};
	return korch__grpc_start(&job->call, channel, &request, &events, job);
}

static int may_try_again(const etcd_job *job, const korch__grpc_end *end)
{
	if (end->cause == KORCH_GRPC_NOT_SENT)
		return 1;
	/* Refused before anything was done with it. */
	if (end->cause == KORCH_GRPC_SERVER &&
	    (strstr(end->message, "no leader") || strstr(end->message, "too many requests")))
		return 1;
	return job->ops->is_repeatable;
}

/* Whether another server, or the same one later, might do better. */
static int is_servers_fault(const korch__grpc_end *end)
{
	if (end->cause != KORCH_GRPC_SERVER)
		return end->cause != KORCH_GRPC_TOO_BIG;
	return end->status == KORCH_GRPC_UNAVAILABLE || end->status == KORCH_GRPC_DEADLINE_EXCEEDED ||
	       strstr(end->message, "too many requests");
}

static void on_end(void *userdata, const korch__grpc_end *end)
{
	etcd_job *job = userdata;
	etcd_link *net = &job->store->net;
	job->call = NULL;
	if (is_servers_fault(end)) {
		korch__etcd_link_bad(net, job->endpoint, end->message);
		if (!may_try_again(job, end) || send(job) < 0)
			job->ops->fail(job, KORCH_E_IO);
		return;
	}
	korch__etcd_link_good(net, job->endpoint);
	int code = korch__etcd_code(net, job->endpoint, end);
	if (code == 0 && !job->answer)
		code = KORCH_E_IO; /* not what it should have answered with */
	if (code < 0)
		job->ops->fail(job, code);
	else
		job->ops->done(job);
}

int korch__etcd_job_start(etcd_job *job)
{
	etcd_store *store = job->store;
	int r = job->request.failed;
	if (r == 0 && store->n_jobs >= JOBS_MAX)
		r = KORCH_E_LIMIT;
	if (r == 0) {
		store->n_jobs++;
		put_in(job, &store->jobs);
		job->deadline = korch_loop_now(store->loop) + store->config.timeout_us;
		r = send(job);
		if (r == KORCH_E_IO) { /* nobody is to be asked before the deadline */
			korch__etcd_job_fail_later(job, r);
			r = 0;
		}
	}
	return r;
}

void korch__etcd_job_fail_later(etcd_job *job, int code)
{
	job->code = code;
	if (!job->list)
		job->store->n_jobs++;
	wait_until(job, korch_loop_now(job->store->loop));
}

int korch__etcd_job_continue(etcd_job *job)
{
	job->deadline = korch_loop_now(job->store->loop) + job->store->config.timeout_us;
	int r = job->request.failed;
	if (r == 0)
		r = send(job);
	if (r < 0)
		job->ops->fail(job, r);
	return r;
}

/* Turns */

/* All in a list end; 0 when the store is gone. */
static int end_all(struct etcd_jobs *list, const int *is_gone)
{
	etcd_job *job;
	while (!*is_gone && (job = TAILQ_FIRST(list)))
		job->ops->fail(job, KORCH_E_CLOSED);
	return !*is_gone;
}

void korch__etcd_jobs_end(etcd_store *store, const int *is_gone)
{
	if (end_all(&store->jobs, is_gone) && end_all(&store->waiting, is_gone))
		end_all(&store->due, is_gone);
}

void korch__etcd_jobs_close(etcd_store *store)
{
	etcd_job *job;
	TAILQ_FOREACH(job, &store->jobs, link)
	{
		korch__grpc_cancel(job->call);
		job->call = NULL;
	}
	korch_timer_set(store->turn, korch_loop_now(store->loop));
}

void korch__etcd_jobs_retry(etcd_store *store, const int *is_gone)
{
	etcd_job *job;
	TAILQ_FOREACH(job, &store->waiting, link)
	job->list = &store->due;
	TAILQ_CONCAT(&store->due, &store->waiting, link);
	while (!*is_gone && (job = TAILQ_FIRST(&store->due))) {
		if (job->code < 0)
			job->ops->fail(job, job->code);
		else if (job->retry_at > korch_loop_now(store->loop))
			wait_until(job, job->retry_at);
		else if (send(job) < 0)
			job->ops->fail(job, KORCH_E_IO);
	}
}
