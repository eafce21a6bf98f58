/* Status of a Job: counters, conditions, the beginning and the end. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/condition.h"
#include "control/job/hand.h"

const korch_job_condition *korch__job_condition(const korch_job *job, const char *type)
{
	return job->status ? korch__condition_find(job->status->conditions, job->status->n_conditions,
	                                           &korch__job_conditions, type)
	                   : NULL;
}

int korch__job_has_condition(const korch_job *job, const char *type)
{
	const korch_job_condition *condition = korch__job_condition(job, type);
	return condition && korch__text_equal(condition->status, "True");
}

/* Nothing is written for a condition that holds already, whatever time it is. */
static int put(korch__job_run *r, korch_job_status *to, const korch__condition_value *value)
{
	const korch_job_condition *condition = korch__condition_find(
	    to->conditions, to->n_conditions, &korch__job_conditions, value->type);
	if (condition && korch__text_equal(condition->status, value->status) &&
	    korch__text_equal(condition->reason, value->reason))
		return 0;
	return korch__condition_put(&to->conditions, &to->n_conditions, &korch__job_conditions, value);
}

static int put_end(korch__job_run *r, korch_job_status *to, const char *type)
{
	korch_usec now = r->input->now / KORCH_USEC_PER_SEC * KORCH_USEC_PER_SEC;
	korch__condition_value value = {type, "True", r->failure ? r->failure : r->success,
	                                r->failure ? r->failure_message : r->success_message, now};
	return put(r, to, &value);
}

/* The end is told when no pod runs any more. */
static int finish(korch__job_run *r, korch_job_status *to)
{
	int is_over = to->active == 0 && r->terminating == 0 && !r->is_busy;
	if (!r->failure && !r->success)
		return 0;
	if (put_end(r, to, r->failure ? "FailureTarget" : "SuccessCriteriaMet") < 0)
		return KORCH_E_NOMEM;
	if (!is_over)
		return 0;
	if (put_end(r, to, r->failure ? "Failed" : "Complete") < 0)
		return KORCH_E_NOMEM;
	KORCH_SET(to, korch_job_status, ready, 0);
	if (r->failure)
		return korch_plan_event(r->plan, &r->job->object, "Warning", r->failure, "%s",
		                        r->failure_message);
	to->completion_time = r->input->now / KORCH_USEC_PER_SEC * KORCH_USEC_PER_SEC;
	return korch_plan_event(r->plan, &r->job->object, "Normal", "Completed", "Job completed");
}

static int suspend(korch__job_run *r, korch_job_status *to)
{
	int is_it = korch__job_has_condition(r->job, "Suspended");
	korch_usec now = r->input->now / KORCH_USEC_PER_SEC * KORCH_USEC_PER_SEC;
	if (r->failure || r->success)
		return 0;
	if (r->spec->suspend && !is_it) {
		korch__condition_value value = {"Suspended", "True", "JobSuspended", "Job suspended", now};
		to->start_time = 0;
		korch_plan_event(r->plan, &r->job->object, "Normal", "Suspended", "Job suspended");
		return put(r, to, &value);
	}
	if (!r->spec->suspend && is_it) {
		korch__condition_value value = {"Suspended", "False", "JobResumed", "Job resumed", now};
		korch_plan_event(r->plan, &r->job->object, "Normal", "Resumed", "Job resumed");
		if (put(r, to, &value) < 0)
			return KORCH_E_NOMEM;
	}
	if (!r->spec->suspend && to->start_time == 0)
		to->start_time = now;
	return 0;
}

static int put_indexes(korch__job_run *r, korch_job_status *to)
{
	if (!r->is_indexed)
		return 0;
	_cleanup_free_ char *done = korch__indexes_text(&r->completed);
	_cleanup_free_ char *lost = korch__indexes_text(&r->failed_indexes);
	if (!done || !lost || korch_string_set(&to->completed_indexes, done[0] ? done : NULL) < 0)
		return KORCH_E_NOMEM;
	if (!KORCH_IS_SET(r->spec, korch_job_spec, backoff_limit_per_index))
		return 0;
	return korch_string_set(&to->failed_indexes, lost);
}

static int fill(korch__job_run *r, korch_job_status *to)
{
	int32_t ready = 0;
	for (size_t i = r->given_up; i < r->active.n; i++)
		ready += korch__pod_is_ready(r->active.items[i]);
	to->active = (int32_t)(r->active.n - r->given_up) + r->created;
	to->succeeded = (int32_t)r->succeeded;
	to->failed = (int32_t)r->failed;
	KORCH_SET(to, korch_job_status, ready, ready);
	KORCH_SET(to, korch_job_status, terminating, r->terminating);
	if (!korch_struct_edit(&to->uncounted_terminated_pods, &korch_uncounted_terminated_pods_type) ||
	    put_indexes(r, to) < 0 || suspend(r, to) < 0)
		return KORCH_E_NOMEM;
	return finish(r, to);
}

int korch__job_status(korch__job_run *r)
{
	const korch_object *base = &r->job->object;
	korch_job *edited = (korch_job *)korch_object_edit(base);
	korch_job_status *status =
	    edited ? korch_struct_edit(&edited->status, &korch_job_status_type) : NULL;
	if (!status || fill(r, status) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	if (r->job->status && korch_struct_equal(status, r->job->status, &korch_job_status_type)) {
		korch_object_unref(&edited->object);
		return korch_plan_steps(r->plan) > 0 ? korch_plan_check(r->plan, base) : 0;
	}
	return korch_plan_update_status(r->plan, base, &edited->object);
}
