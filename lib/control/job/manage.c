/* How many pods of a Job are to run now; makes those that are missing and gives up those that are
 * too much. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/job/hand.h"
#include "control/replicaset.h"

/* Most events of one kind in one plan. */
#define EVENTS_MAX 25

/*
 * A pod that is not wanted any more does not count as failed. It loses its finalizer now and is
 * deleted by the next plan, which knows by that that it was given up.
 */
int korch__job_give_up(korch__job_run *r, size_t n)
{
	size_t end = n < r->active.n ? n : r->active.n;
	end = r->given_up + korch__plan_takes_of(r->plan, end > r->given_up ? end - r->given_up : 0);
	for (size_t i = r->given_up; i < end; i++) {
		if (korch__job_release(r->plan, r->active.items[i]) < 0)
			return KORCH_E_NOMEM;
		r->given_up++;
	}
	return 0;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Without a number of completions no new pods come once one has succeeded. */
static int64_t wished(const korch__job_run *r)
{
	if (r->spec->suspend)
		return 0;
	if (!KORCH_IS_SET(r->spec, korch_job_spec, completions))
		return r->succeeded > 0 ? smaller((int64_t)r->active.n, r->spec->parallelism)
		                        : r->spec->parallelism;
	int64_t left = r->spec->completions - r->succeeded - korch__indexes_count(&r->failed_indexes);
	return smaller(left > 0 ? left : 0, r->spec->parallelism);
}

/* The end of the time that follows failures without a success behind them. */
static korch_usec backoff_until(const korch__job_run *r)
{
	korch_usec success = 0, last = 0, delay = KORCH__JOB_BACKOFF_US;
	int failures = 0;
	for (size_t i = 0; i < r->all.n; i++) {
		const korch_pod *pod = r->all.items[i];
		if (pod->status && korch__text_equal(pod->status->phase, "Succeeded") &&
		    korch__job_finished_at(pod) > success)
			success = korch__job_finished_at(pod);
	}
	for (size_t i = 0; i < r->all.n; i++) {
		const korch_pod *pod = r->all.items[i];
		korch_usec at = korch__job_finished_at(pod);
		if (!pod->status || !korch__text_equal(pod->status->phase, "Failed") || at <= success)
			continue;
		failures++;
		last = at > last ? at : last;
	}
	for (int i = 1; i < failures && delay < KORCH__JOB_BACKOFF_MAX_US; i++)
		delay *= 2;
	delay = delay < KORCH__JOB_BACKOFF_MAX_US ? delay : KORCH__JOB_BACKOFF_MAX_US;
	return failures ? last + delay : 0;
}

/* Indexes that have a pod, or an end. */
static int mark_used(const korch__job_run *r, korch__indexes *used)
{
	int waits = korch__text_equal(r->spec->pod_replacement_policy, "Failed");
	for (size_t i = 0; i < r->all.n; i++) {
		const korch_pod *pod = r->all.items[i];
		int32_t index = korch__job_index(r, pod);
		int is_there = korch__pod_is_active(pod) || (waits && korch__pod_is_terminating(pod));
		if (index >= 0 && is_there && korch__indexes_add(used, index) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int create_one(korch__job_run *r, int32_t index)
{
	_cleanup_error_ korch_error *error = NULL;
	korch_pod *pod = NULL;
	if (korch__job_pod_new(&pod, r, index) < 0)
		return KORCH_E_NOMEM;
	int code = korch__pod_admit(pod, &r->input->admission, &error);
	if (code < 0) {
		korch_object_unref(&pod->object);
		return code == KORCH_E_FORBIDDEN
		           ? korch_plan_event(r->plan, &r->job->object, "Warning", "FailedCreate",
		                              "Error creating: %s", korch_error_message(error))
		           : code;
	}
	if (korch_plan_create(r->plan, &pod->object) < 0)
		return KORCH_E_NOMEM;
	if (r->created++ < EVENTS_MAX) {
		korch_plan_event(r->plan, &r->job->object, "Normal", "SuccessfulCreate", "Created pod: ");
		korch_plan_event_name(r->plan);
	}
	return 1;
}

static int create(korch__job_run *r, int64_t n)
{
	int code = 1;
	n = (int64_t)korch__plan_takes_of(r->plan, (size_t)smaller(n, KORCH__JOB_BURST));
	if (!r->is_indexed) {
		for (int64_t i = 0; i < n && code > 0; i++)
			code = create_one(r, -1);
		return code < 0 ? code : 0;
	}
	korch__indexes used = {0};
	if (mark_used(r, &used) < 0)
		code = KORCH_E_NOMEM;
	for (int32_t index = 0; code > 0 && n > 0 && index < r->spec->completions; index++) {
		if (korch__indexes_has(&used, index) || korch__indexes_has(&r->completed, index) ||
		    korch__indexes_has(&r->failed_indexes, index))
			continue;
		code = create_one(r, index);
		n--;
	}
	korch__indexes_fini(&used);
	return code < 0 ? code : 0;
}

static int give_up_some(korch__job_run *r, int64_t n)
{
	if (n < (int64_t)r->active.n &&
	    korch__pods_sort_for_deletion(r->active.items, r->active.n, NULL, 0, r->input->now) < 0)
		return KORCH_E_NOMEM;
	return korch__job_give_up(r, (size_t)smaller(n, KORCH__JOB_BURST));
}

int korch__job_manage(korch__job_run *r)
{
	int64_t missing = wished(r) - (int64_t)r->active.n;
	if (missing < 0)
		return give_up_some(r, -missing);
	if (korch__text_equal(r->spec->pod_replacement_policy, "Failed"))
		missing -= r->terminating;
	if (missing <= 0)
		return 0;
	korch_usec until = backoff_until(r);
	if (until > r->input->now) {
		r->wake = until < r->wake ? until : r->wake;
		return 0;
	}
	return create(r, missing);
}
