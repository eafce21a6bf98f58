/*
 * Handing over what the file has done: the memory store does it, too, and answers it. What has
 * failed is answered in its place. Nothing overtakes anything, also where memory is short: what is
 * durable, or has failed, and cannot be said yet stays the first, and is tried again.
 */
#include "store/sqlite/handover.h"
#include "base/cleanup.h"

/* Until what there was no memory for is tried again. */
enum { AGAIN_US = 10000 };

void korch__sqlite_end_reseal(sqlite_reseal *reseal, int code)
{
	sqlite_store *store = reseal->store;
	sqlite_reseal last = *reseal;
	store->is_resealing = 0;
	last.state.is_done &= code == 0;
	korch__free(reseal);
	last.fn(last.userdata, code, &last.state);
}

/* What a job's caller is told when it has failed. */
static korch_completion failure_of(const sqlite_job *job, int code)
{
	korch_completion completion = {
	    .type = KORCH_COMPLETION_COMMIT, .code = code, .userdata = job->userdata};
	if (job->type == SQLITE_JOB_GET) {
		completion.type = KORCH_COMPLETION_GET;
		completion.fn.get = job->fn.get;
	} else if (job->type == SQLITE_JOB_LIST) {
		completion.type = KORCH_COMPLETION_LIST;
		completion.fn.list = job->fn.list;
	} else if (job->type == SQLITE_JOB_RESEAL) {
		completion.fn.commit = korch__sqlite_on_slice;
		completion.userdata = job->reseal;
	} else {
		completion.fn.commit = job->fn.commit;
	}
	return completion;
}

/* Answers it behind what was answered before; KORCH_E_NOMEM: not yet. */
static int answer_failure(sqlite_store *store, const sqlite_job *job, int code)
{
	korch_completion completion = failure_of(job, code);
	if (korch__completions_reserve(&store->memory->waiting) < 0)
		return KORCH_E_NOMEM;
	korch__completions_push(&store->memory->waiting, &completion);
	korch__memory_call_later(store->memory);
	return 0;
}

static int pass_commit(sqlite_store *store, sqlite_job *job)
{
	int r = korch__memory_commit_kept(store->memory, job->writes, job->n, job->fn.commit,
	                                  job->userdata);
	if (r < 0)
		return r;
	korch__free(KORCH_STEAL(job->writes));
	return 0;
}

/* Lets the memory store do and answer what the file has done; a code when it cannot. */
static int pass(sqlite_store *store, sqlite_job *job)
{
	if (job->code < 0)
		return job->code;
	switch ((sqlite_job_type)job->type) {
	case SQLITE_JOB_COMMIT:
		return pass_commit(store, job);
	case SQLITE_JOB_COMPACT:
		return korch__memory_ops.compact(store->memory, job->revision, job->fn.commit,
		                                 job->userdata);
	case SQLITE_JOB_GET:
		return korch__memory_ops.get(store->memory, &job->key.key, job->fn.get, job->userdata);
	case SQLITE_JOB_LIST:
		return korch__memory_ops.list(store->memory, &job->query, job->fn.list, job->userdata);
	case SQLITE_JOB_RESEAL:
		/* Changes nothing: the answer comes from the loop, like all others. */
		return korch__memory_ops.compact(store->memory, 0, korch__sqlite_on_slice, job->reseal);
	}
	return KORCH_E_INTERNAL;
}

/* The file has it: it must be told, whenever there is memory for that. */
static int is_durable(const sqlite_job *job)
{
	return job->type == SQLITE_JOB_COMMIT && job->code == 0;
}

static void wait_for_memory(sqlite_store *store, sqlite_job *job)
{
	korch__sqlite_jobs_unpop(&store->ready, job);
	korch_timer_set(store->again, korch_loop_now(store->loop) + AGAIN_US);
}

static void pass_ready(sqlite_store *store, const int *is_gone)
{
	sqlite_job *job;
	while (!*is_gone && (job = korch__sqlite_jobs_pop(&store->ready))) {
		int r = pass(store, job);
		if (r < 0 && !(r == KORCH_E_NOMEM && is_durable(job)))
			r = answer_failure(store, job, r);
		if (r < 0 && !store->is_closed) {
			wait_for_memory(store, job);
			return;
		}
		store->n_under_way--;
		if (r < 0) {
			korch_completion completion = failure_of(job, KORCH_E_CLOSED);
			korch__completion_deliver(&completion, 0);
		}
		korch__sqlite_job_free(job);
	}
}

void korch__sqlite_pass_on(sqlite_store *store)
{
	int is_gone = 0;
	int *outer = store->is_gone;
	if (korch_timer_due(store->again) != KORCH_USEC_NEVER)
		return;
	store->is_gone = &is_gone;
	pass_ready(store, &is_gone);
	if (is_gone)
		return;
	store->is_gone = outer;
	/* A loop that has nothing else to do may end. */
	if (store->n_under_way == 0 && store->poll)
		korch_poll_set(store->poll, 0);
}

void korch__sqlite_pass_rest(sqlite_store *store)
{
	int is_gone = 0;
	pass_ready(store, &is_gone);
}

int korch__sqlite_write_now(sqlite_store *store, sqlite_job *job)
{
	korch__sqlite_write(&store->database, job);
	if (store->n_under_way > 0) {
		korch__sqlite_jobs_push(&store->ready, job);
	} else {
		int r = pass(store, job);
		if (r != KORCH_E_NOMEM || !is_durable(job)) {
			korch__sqlite_job_free(job);
			return r;
		}
		wait_for_memory(store, job);
	}
	store->n_under_way++;
	return 0;
}
