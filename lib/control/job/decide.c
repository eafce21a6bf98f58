/*
 * The Job decider: which of its parts has its turn. Counting stands in count.c, the end in end.c,
 * pods that come and go in manage.c, status in status.c.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/condition.h"
#include "control/job/hand.h"

static void run_fini(korch__job_run *r)
{
	korch__vec_fini(&r->active);
	korch__vec_fini(&r->all);
	korch__indexes_fini(&r->completed);
	korch__indexes_fini(&r->failed_indexes);
}

/* It has ended: its pods are let go, and it goes itself when its time has come. */
static int rest(const korch__job_input *input, const korch_job_condition *end, korch_plan *plan)
{
	const korch_job *job = input->job;
	for (size_t i = 0; i < input->n_pods; i++) {
		const korch_pod *pod = input->pods[i];
		if (!korch__is_controlled_by(&pod->object, korch_object_uid(&job->object)) ||
		    !korch__job_is_tracked(pod))
			continue;
		if (!korch__plan_takes(plan, 1))
			return 0;
		if (korch__job_release(plan, pod) < 0)
			return KORCH_E_NOMEM;
	}
	if (!KORCH_IS_SET(job->spec, korch_job_spec, ttl_seconds_after_finished) ||
	    korch__is_deleting(&job->object))
		return 0;
	korch_usec due =
	    end->last_transition_time + job->spec->ttl_seconds_after_finished * KORCH_USEC_PER_SEC;
	if (due <= input->now)
		return korch_plan_delete(plan, &job->object, NULL);
	korch_plan_wake_at(plan, due);
	return 0;
}

/* Pods that still run when the Job has failed are ended, and count as failed then. */
static int stop_all(korch__job_run *r)
{
	size_t n = korch__plan_takes_of(r->plan, r->active.n);
	for (size_t i = 0; i < n; i++) {
		const korch_object *pod = &r->active.items[i]->object;
		if (korch_plan_delete(r->plan, pod, NULL) < 0)
			return KORCH_E_NOMEM;
		korch_plan_event(r->plan, &r->job->object, "Normal", "SuccessfulDelete", "Deleted pod: %s",
		                 korch_object_name(pod));
	}
	r->terminating += (int32_t)n;
	r->given_up = n;
	return 0;
}

static int turn(korch__job_run *r, korch_error **err)
{
	int code = korch__job_take_pods(r, err);
	if (code < 0)
		return code;
	korch__job_judge_end(r);
	if (r->failure)
		code = stop_all(r);
	else if (r->success)
		code = korch__job_give_up(r, r->active.n);
	else if (!korch__is_deleting(&r->job->object) && !r->is_busy)
		code = korch__job_manage(r);
	/* what was given up is still there */
	if (r->success && code == 0)
		r->terminating += (int32_t)r->given_up;
	return code < 0 ? code : korch__job_status(r);
}

static int decide(const korch__job_input *input, korch_plan *plan, korch_error **err)
{
	const korch_job *job = input->job;
	const korch_job_condition *end = korch__job_condition(job, "Complete");
	if (!end || !korch__text_equal(end->status, "True"))
		end = korch__job_condition(job, "Failed");
	if (end && korch__text_equal(end->status, "True"))
		return rest(input, end, plan);
	_cleanup_(run_fini) korch__job_run r = {
	    .input = input, .job = job, .spec = job->spec, .plan = plan, .wake = KORCH_USEC_NEVER};
	r.is_indexed = korch__text_equal(job->spec->completion_mode, "Indexed");
	int code = turn(&r, err);
	korch_plan_wake_at(plan, r.wake);
	return code;
}

int korch__job_decide(const korch__job_input *input, korch_plan *plan, korch_error **err)
{
	const korch_job *job = input->job;
	const char *owner = job->spec ? job->spec->managed_by : NULL;
	if (!job->spec || !job->spec->template_ || !job->spec->selector || !job->object.metadata)
		return korch_error_set(err, KORCH_E_INVALID, "job %s has no template or no selector",
		                       korch_object_name(&job->object));
	if (owner && owner[0] && !korch__text_equal(owner, "kubernetes.io/job-controller"))
		return 0;
	int code = decide(input, plan, err);
	if (code == 0)
		code = korch_plan_error(plan);
	return code < 0 && err && !*err ? korch_error_set(err, code, "%s", korch_code_text(code))
	                                : code;
}
