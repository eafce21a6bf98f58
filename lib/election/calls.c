/*
 * The calls of an elector to its store: one at a time. What they bring is noted; what follows from
 * it is decided anew.
 */
#include "election/elector.h"

#include "base/cleanup.h"
#include "base/log.h"

/* Ends a call; the elector, or NULL when it is no more. */
static korch_elector *end(korch__elector_call *call)
{
	korch_elector *elector = call->elector;
	if (elector) {
		elector->call = NULL;
		elector->is.is_busy = 0;
	}
	return elector;
}

static const char *what(int step)
{
	switch (step) {
	case KORCH_ELECTION_GRANT:
		return "no lease was granted";
	case KORCH_ELECTION_RENEW:
		return "the lease was not renewed";
	case KORCH_ELECTION_REVOKE:
		return "the lease was not revoked";
	case KORCH_ELECTION_REMOVE:
		return "a Lease object that was changed by hand was not removed";
	default:
		return "the Lease object was not written";
	}
}

static void fail(korch_elector *elector, int step, int code)
{
	if (code == KORCH_E_CLOSED) {
		korch__elector_closed(elector);
		return;
	}
	korch__log(KORCH_LOG_WARNING, "election", "%s/%s: %s: %s", elector->lease_key.namespace_,
	           elector->lease_key.name, what(step), korch_code_text(code));
	if (step == KORCH_ELECTION_REVOKE)
		elector->resign_code = code;
	korch__elector_back_off(elector);
}

static void on_lease(void *userdata, int code, const korch_lease_state *state)
{
	_cleanup_free_ korch__elector_call *call = userdata;
	korch_elector *elector = end(call);
	if (!elector)
		return;
	if (code == 0 && call->step != KORCH_ELECTION_REVOKE) {
		elector->is.lease = state->lease;
		elector->is.ttl_us = state->ttl_us;
		elector->is.granted_at = call->began_at;
	} else if (code == 0 || code == KORCH_E_NOT_FOUND) {
		elector->is.lease = 0;
		elector->resign_code = 0;
	} else {
		fail(elector, call->step, code);
	}
	korch__elector_kick(elector);
}

static void on_written(void *userdata, int code, const korch_commit_result *result)
{
	_cleanup_free_ korch__elector_call *call = userdata;
	korch_elector *elector = end(call);
	if (!elector)
		return;
	int is_race = code == KORCH_E_EXISTS || code == KORCH_E_CONFLICT || code == KORCH_E_NOT_FOUND;
	if (code == 0 && call->step == KORCH_ELECTION_ACQUIRE)
		elector->is.term = result->revision;
	else if (is_race)
		korch__elector_back_off(elector); /* somebody was faster: the watch will tell */
	else if (code < 0)
		fail(elector, call->step, code);
	korch__elector_kick(elector);
}

static int acquire(korch_elector *elector, korch__elector_call *call)
{
	korch_object *lease = NULL, *record = NULL;
	int r = korch__elector_make(&lease, &record, elector);
	if (r < 0)
		return r;
	const korch_write writes[] = {
	    {.op = KORCH_WRITE_PUT,
	     .object = lease,
	     .expected = KORCH_REVISION_NONE,
	     .lease = elector->is.lease},
	    {.op = KORCH_WRITE_PUT, .object = record, .expected = elector->is.record_revision},
	};
	return korch_store_commit(elector->store, writes, 2, on_written, call);
}

static int remove_lease(korch_elector *elector, korch__elector_call *call)
{
	const korch_write write = {.op = KORCH_WRITE_DELETE,
	                           .key = elector->lease_key,
	                           .expected = elector->is.lease_revision};
	return korch_store_commit(elector->store, &write, 1, on_written, call);
}

static int start(korch_elector *elector, korch__elector_call *call)
{
	switch (call->step) {
	case KORCH_ELECTION_GRANT:
		return korch_store_lease_grant(elector->store, elector->options.duration_us, on_lease,
		                               call);
	case KORCH_ELECTION_RENEW:
		return korch_store_lease_renew(elector->store, elector->is.lease, on_lease, call);
	case KORCH_ELECTION_REVOKE:
		return korch_store_lease_revoke(elector->store, elector->is.lease, on_lease, call);
	case KORCH_ELECTION_ACQUIRE:
		return acquire(elector, call);
	default:
		return remove_lease(elector, call);
	}
}

int korch__elector_call_store(korch_elector *elector, int step)
{
	_cleanup_free_ korch__elector_call *call = korch__calloc(1, sizeof(*call));
	int r = KORCH_E_NOMEM;
	if (call) {
		call->elector = elector;
		call->step = step;
		call->began_at = korch_loop_now(elector->loop);
		r = start(elector, call);
	}
	if (r < 0) {
		fail(elector, step, r);
		return r;
	}
	elector->call = KORCH_STEAL(call);
	elector->is.is_busy = 1;
	return 0;
}
