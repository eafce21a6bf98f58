/*
 * Calls on their way to the inner store and back. Each is delivered once, and nothing of the store
 * is touched behind that, as whoever is told may free it.
 */
#include "base/cleanup.h"
#include "store/faulty/faulty.h"

static void link_call(faulty_store *store, faulty_call *call)
{
	call->store = store;
	call->next = store->calls;
	call->slot = &store->calls;
	if (call->next)
		call->next->slot = &call->next;
	store->calls = call;
}

static void unlink_call(faulty_call *call)
{
	*call->slot = call->next;
	if (call->next)
		call->next->slot = call->slot;
	call->store = NULL;
}

/* Frees a call but for its answer. */
static void free_call(faulty_call *call)
{
	if (call->store)
		unlink_call(call);
	korch_timer_free(call->timer);
	faulty_arguments_drop(&call->arguments);
	korch__free(call);
}

/* Tells the caller what is in the answer. */
static void deliver(faulty_call *call)
{
	korch_completion answer = call->answer;
	free_call(call);
	korch__completion_deliver(&answer, answer.code);
}

static void deliver_later(faulty_call *call, korch_usec late_us)
{
	call->phase = FAULTY_ANSWERED;
	korch_timer_set(call->timer, faulty_later(call->store->loop, late_us));
}

/* Answers of the inner store */

/* What an answer becomes on its way: the code that the caller gets. */
static int code_of(faulty_call *call, int code)
{
	if (call->store->is_closed)
		return KORCH_E_CLOSED;
	if (call->fate.fault != KORCH_FAULTY_LOST)
		return code;
	call->store->stats.lost++;
	return KORCH_E_IO;
}

/* The answer is in the call; now, or when its time has come. */
static void answered(faulty_call *call)
{
	if (call->fate.answer_late_us != 0 && !call->store->is_closed)
		deliver_later(call, call->fate.answer_late_us);
	else
		deliver(call);
}

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	faulty_call *call = userdata;
	if (!call->store) {
		free_call(call);
		return;
	}
	call->answer.code = code_of(call, code);
	if (call->answer.code == code)
		call->answer.answer.result = *result;
	answered(call);
}

static void on_get(void *userdata, int code, const korch_object *object)
{
	faulty_call *call = userdata;
	if (!call->store) {
		free_call(call);
		return;
	}
	call->answer.code = code_of(call, code);
	call->answer.answer.object = korch_object_ref(object);
	answered(call);
}

static void on_lease(void *userdata, int code, const korch_lease_state *state)
{
	faulty_call *call = userdata;
	if (!call->store) {
		free_call(call);
		return;
	}
	call->answer.code = code_of(call, code);
	if (state)
		call->answer.answer.lease = *state;
	answered(call);
}

static void on_list(void *userdata, int code, const korch_list_page *page)
{
	faulty_call *call = userdata;
	if (!call->store) {
		free_call(call);
		return;
	}
	code = call->answer.code = code_of(call, code);
	if (code == 0 && call->fate.answer_late_us != 0)
		call->answer.answer.page = korch__page_copy(page);
	if (code < 0 || call->answer.answer.page) {
		answered(call);
		return;
	}
	/* Not late, or there is no memory for being so. */
	korch_completion answer = call->answer;
	free_call(call);
	answer.fn.list(answer.userdata, code, page);
}

/* Calls */

/* Gives a call to the inner store; the references of PUT objects pass. */
static int send(faulty_call *call)
{
	faulty_arguments *a = &call->arguments;
	korch_store *inner = call->store->inner;
	size_t n = a->n;
	call->phase = FAULTY_AT_STORE;
	switch ((faulty_call_type)a->type) {
	case FAULTY_COMMIT:
		a->n = 0;
		return korch_store_commit(inner, a->writes, n, on_commit, call);
	case FAULTY_GET:
		return korch_store_get(inner, &a->key, on_get, call);
	case FAULTY_LIST:
		return korch_store_list(inner, &a->query, on_list, call);
	case FAULTY_COMPACT:
		return korch_store_compact(inner, a->number, on_commit, call);
	case FAULTY_GRANT:
		return korch_store_lease_grant(inner, a->ttl_us, on_lease, call);
	case FAULTY_RENEW:
		return korch_store_lease_renew(inner, a->number, on_lease, call);
	case FAULTY_REVOKE:
		return korch_store_lease_revoke(inner, a->number, on_lease, call);
	}
	return KORCH_E_INTERNAL;
}

static void ignore_commit(void *userdata, int code, const korch_commit_result *result)
{
}

static void ignore_get(void *userdata, int code, const korch_object *object)
{
}

static void ignore_list(void *userdata, int code, const korch_list_page *page)
{
}

static void ignore_lease(void *userdata, int code, const korch_lease_state *state)
{
}

/* The caller is told that nobody knows, and the call goes on without one. */
static void give_up(faulty_call *call)
{
	korch_completion answer = call->answer;
	call->phase = FAULTY_WAITS;
	call->fate.fault = KORCH_FAULTY_NONE;
	switch ((korch_completion_type)call->answer.type) {
	case KORCH_COMPLETION_COMMIT:
		call->answer.fn.commit = ignore_commit;
		break;
	case KORCH_COMPLETION_GET:
		call->answer.fn.get = ignore_get;
		break;
	case KORCH_COMPLETION_LIST:
		call->answer.fn.list = ignore_list;
		break;
	case KORCH_COMPLETION_LEASE:
		call->answer.fn.lease = ignore_lease;
		break;
	}
	korch_timer_set(call->timer, faulty_later(call->store->loop, call->fate.late_us));
	korch__completion_deliver(&answer, KORCH_E_IO);
}

static void on_time(void *userdata)
{
	faulty_call *call = userdata;
	if (call->phase == FAULTY_GIVEN_UP) {
		give_up(call);
		return;
	}
	if (call->phase == FAULTY_ANSWERED) {
		deliver(call);
		return;
	}
	int code = send(call);
	if (code < 0) {
		call->answer.code = code;
		deliver(call);
	}
}

static int sort_of(int type)
{
	static const int SORTS[] = {
	    [FAULTY_COMMIT] = KORCH_FAULTY_COMMIT, [FAULTY_GET] = KORCH_FAULTY_GET,
	    [FAULTY_LIST] = KORCH_FAULTY_LIST,     [FAULTY_COMPACT] = KORCH_FAULTY_COMPACT,
	    [FAULTY_GRANT] = KORCH_FAULTY_LEASE,   [FAULTY_RENEW] = KORCH_FAULTY_LEASE,
	    [FAULTY_REVOKE] = KORCH_FAULTY_LEASE,
	};
	return SORTS[type];
}

/* 0, or a code; then the call is to be freed. */
static int begin(faulty_store *store, faulty_call *call)
{
	/* Made in any case: the connection may break while the call is under way. */
	int code = korch_timer_new(&call->timer, store->loop, on_time, call);
	if (code < 0)
		return code;
	if (call->fate.fault == KORCH_FAULTY_FAILED) {
		faulty_arguments_drop(&call->arguments);
		call->answer.code = KORCH_E_IO;
		deliver_later(call, call->fate.late_us);
		return 0;
	}
	int is_given_up = call->fate.fault == KORCH_FAULTY_GIVEN_UP;
	call->phase = is_given_up ? FAULTY_GIVEN_UP : FAULTY_WAITS;
	if (call->fate.late_us == 0 && !is_given_up)
		return send(call);
	code = faulty_arguments_copy(&call->arguments);
	if (code == 0)
		korch_timer_set(call->timer,
		                faulty_later(store->loop, is_given_up ? 0 : call->fate.late_us));
	return code;
}

int faulty_call_start(faulty_store *store, faulty_arguments *arguments,
                      const korch_completion *completion)
{
	faulty_fate fate = faulty_choose(store, sort_of(arguments->type));
	faulty_call *call = fate.fault == KORCH_FAULTY_REFUSED ? NULL : korch__calloc(1, sizeof(*call));
	if (!call) {
		faulty_arguments_drop(arguments);
		return fate.fault == KORCH_FAULTY_REFUSED ? KORCH_E_IO : KORCH_E_NOMEM;
	}
	call->fate = fate;
	call->arguments = *arguments;
	call->answer = *completion;
	link_call(store, call);
	int code = begin(store, call);
	if (code < 0)
		free_call(call);
	return code;
}

/* Ends */

static void fail_call(faulty_call *call, int code)
{
	faulty_store *store = call->store;
	if (call->phase == FAULTY_AT_STORE) {
		call->fate.fault = KORCH_FAULTY_LOST;
		call->fate.answer_late_us = 0;
		return;
	}
	store->stats.failed += call->phase == FAULTY_WAITS && code == KORCH_E_IO;
	store->stats.lost +=
	    call->phase == FAULTY_ANSWERED && call->answer.code != KORCH_E_IO && code == KORCH_E_IO;
	faulty_arguments_drop(&call->arguments);
	if (call->answer.type == KORCH_COMPLETION_COMMIT)
		call->answer.answer.result = (korch_commit_result){0};
	call->answer.code = code;
	deliver_later(call, 0);
}

void faulty_calls_fail(faulty_store *store, int code)
{
	for (faulty_call *call = store->calls; call; call = call->next)
		fail_call(call, code);
}

void faulty_calls_end(faulty_store *store)
{
	while (store->calls) {
		faulty_call *call = store->calls;
		call->answer.code = KORCH_E_CLOSED;
		if (call->phase != FAULTY_AT_STORE) {
			deliver(call);
			continue;
		}
		korch_completion answer = call->answer;
		unlink_call(call); /* the inner store's answer frees it */
		korch__completion_deliver(&answer, KORCH_E_CLOSED);
	}
}
