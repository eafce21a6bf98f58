/*
 * Leases: etcd's own. Each renewal is a short stream of one request: that costs no more than a
 * message on a stream that is kept, and goes to another server as any other call does.
 */
#include "base/alloc.h"
#include "store/etcd/etcd.h"

typedef struct lease_job {
	etcd_job job;
	korch_lease_fn fn;
	void *userdata;
	int64_t lease;
} lease_job;

static void answer(lease_job *job, int code, int64_t lease, int64_t ttl_s)
{
	korch_lease_fn fn = job->fn;
	void *userdata = job->userdata;
	const korch_lease_state state = {(uint64_t)lease, ttl_s * KORCH_USEC_PER_SEC};
	korch__etcd_job_free(&job->job);
	fn(userdata, code, code < 0 ? NULL : &state);
}

static void on_failed(etcd_job *head, int code)
{
	answer((lease_job *)head, code, 0, 0);
}

static void on_granted(etcd_job *head)
{
	const Korch__Etcd__LeaseGrantResponse *response = (const void *)head->answer;
	answer((lease_job *)head, 0, response->id, response->ttl);
}

static void on_renewed(etcd_job *head)
{
	const Korch__Etcd__LeaseKeepAliveResponse *response = (const void *)head->answer;
	/* No time: it is not there any more. */
	int code = response->ttl > 0 ? 0 : KORCH_E_NOT_FOUND;
	answer((lease_job *)head, code, response->id, response->ttl);
}

static void on_revoked(etcd_job *head)
{
	lease_job *job = (lease_job *)head;
	const Korch__Etcd__LeaseRevokeResponse *response = (const void *)head->answer;
	korch__etcd_see(head->store, response->header);
	answer(job, 0, job->lease, 0);
}

/* A grant that is made twice leaves a lease behind that runs out. */
static const etcd_job_ops grant_ops = {
    .path = "/etcdserverpb.Lease/LeaseGrant",
    .answer = &korch__etcd__lease_grant_response__descriptor,
    .is_repeatable = 1,
    .done = on_granted,
    .fail = on_failed,
};

static const etcd_job_ops renew_ops = {
    .path = "/etcdserverpb.Lease/LeaseKeepAlive",
    .answer = &korch__etcd__lease_keep_alive_response__descriptor,
    .is_repeatable = 1,
    .done = on_renewed,
    .fail = on_failed,
};

/* Not repeatable: the second one would be told that there is no such lease. */
static const etcd_job_ops revoke_ops = {
    .path = "/etcdserverpb.Lease/LeaseRevoke",
    .answer = &korch__etcd__lease_revoke_response__descriptor,
    .done = on_revoked,
    .fail = on_failed,
};

static int start(etcd_store *store, const etcd_job_ops *ops, const ProtobufCMessage *request,
                 uint64_t lease, korch_lease_fn fn, void *userdata)
{
	lease_job *job = NULL;
	int r = korch__etcd_job_new(&job, sizeof(*job), store, ops);
	if (r < 0)
		return r;
	korch__etcd_pack(&job->job.request, request);
	job->fn = fn;
	job->userdata = userdata;
	job->lease = (int64_t)lease;
	r = korch__etcd_job_start(&job->job);
	if (r < 0)
		korch__etcd_job_free(&job->job);
	return r;
}

int korch__etcd_lease_grant(void *self, korch_usec ttl_us, korch_lease_fn fn, void *userdata)
{
	Korch__Etcd__LeaseGrantRequest request = KORCH__ETCD__LEASE_GRANT_REQUEST__INIT;
	request.ttl = (ttl_us + KORCH_USEC_PER_SEC - 1) / KORCH_USEC_PER_SEC;
	return start(self, &grant_ops, &request.base, 0, fn, userdata);
}

int korch__etcd_lease_renew(void *self, uint64_t lease, korch_lease_fn fn, void *userdata)
{
	Korch__Etcd__LeaseKeepAliveRequest request = KORCH__ETCD__LEASE_KEEP_ALIVE_REQUEST__INIT;
	request.id = (int64_t)lease;
	return start(self, &renew_ops, &request.base, lease, fn, userdata);
}

int korch__etcd_lease_revoke(void *self, uint64_t lease, korch_lease_fn fn, void *userdata)
{
	Korch__Etcd__LeaseRevokeRequest request = KORCH__ETCD__LEASE_REVOKE_REQUEST__INIT;
	request.id = (int64_t)lease;
	return start(self, &revoke_ops, &request.base, lease, fn, userdata);
}
