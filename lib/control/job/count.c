/*
 * The pods of a Job, and each that ended counted once: a pod bears a finalizer until it is counted,
 * and one transaction takes the finalizer away and raises the counter. Kubernetes needs several
 * writes for that, and status.uncountedTerminatedPods to remember them by; here it stays empty.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/job/hand.h"
#include "object/object.h"
#include <string.h>

int korch__job_is_tracked(const korch_pod *pod)
{
	const korch_object_meta *meta = pod->object.metadata;
	for (size_t i = 0; meta && i < meta->n_finalizers; i++) {
		if (korch__text_equal(meta->finalizers[i], KORCH__JOB_FINALIZER))
			return 1;
	}
	return 0;
}

static int drop_finalizer(korch_object *pod)
{
	korch_object_meta *meta = korch_object_edit_meta(pod);
	size_t n = meta ? meta->n_finalizers : 0, kept = 0;
	const char **list =
	    n ? korch_string_list_edit(&meta->finalizers, &meta->n_finalizers, n) : NULL;
	if (!list)
		return meta ? 0 : KORCH_E_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i], KORCH__JOB_FINALIZER) == 0)
			continue;
		if (i != kept)
			korch_string_share(&list[kept], list[i]);
		kept++;
	}
	korch_string_list_edit(&meta->finalizers, &meta->n_finalizers, kept);
	return meta->n_finalizers == kept ? 0 : KORCH_E_NOMEM;
}

int korch__job_release(korch_plan *plan, const korch_pod *pod)
{
	korch_object *edited = korch_object_edit(&pod->object);
	if (!edited || drop_finalizer(edited) < 0) {
		korch_object_unref(edited);
		return KORCH_E_NOMEM;
	}
	return korch_plan_update(plan, &pod->object, edited);
}

int32_t korch__job_index(const korch__job_run *r, const korch_pod *pod)
{
	int64_t index = -1;
	const char *text = korch__annotation(&pod->object, KORCH__JOB_INDEX);
	if (!r->is_indexed || !text || korch__text_to_i64(&index, text) < 0 || index < 0 ||
	    index >= r->spec->completions)
		return -1;
	return (int32_t)index;
}

static korch_usec later(korch_usec a, korch_usec b)
{
	return a > b ? a : b;
}

korch_usec korch__job_finished_at(const korch_pod *pod)
{
	korch_usec at = 0;
	const korch_pod_status *status = pod->status;
	for (size_t i = 0; status && i < status->n_container_statuses; i++) {
		const korch_container_state *state = status->container_statuses[i].state;
		if (state && state->terminated)
			at = later(at, state->terminated->finished_at);
	}
	if (at == 0 && korch__is_deleting(&pod->object))
		at = pod->object.metadata->deletion_timestamp;
	return at ? at : pod->object.metadata->creation_timestamp;
}

static int has_succeeded(const korch_pod *pod)
{
	return pod->status && korch__text_equal(pod->status->phase, "Succeeded");
}

/* One that goes counts as failed at once, unless its end is waited for. One that no node has never
 * ends. */
static int has_failed(const korch__job_run *r, const korch_pod *pod)
{
	int waits =
	    korch__text_equal(r->spec->pod_replacement_policy, "Failed") && korch__pod_node(pod)[0];
	if (pod->status && korch__text_equal(pod->status->phase, "Failed"))
		return 1;
	return korch__is_deleting(&pod->object) && !waits;
}

static int count_success(korch__job_run *r, const korch_pod *pod)
{
	int32_t index = korch__job_index(r, pod);
	if (!r->is_indexed)
		r->succeeded++;
	else if (index >= 0)
		return korch__indexes_add(&r->completed, index);
	return 0;
}

static int64_t failures_of(const korch_pod *pod)
{
	int64_t n = 0;
	const char *text = korch__annotation(&pod->object, KORCH__JOB_INDEX_FAILURES);
	return text && korch__text_to_i64(&n, text) == 0 && n >= 0 && n < INT32_MAX ? n : 0;
}

static int count_failure(korch__job_run *r, const korch_pod *pod)
{
	char before[sizeof(r->failure_message)];
	int32_t index = korch__job_index(r, pod);
	int has_limit = KORCH_IS_SET(r->spec, korch_job_spec, backoff_limit_per_index);
	memcpy(before, r->failure_message, sizeof(before));
	korch__job_action action = korch__job_judge(r, pod);
	if (action == KORCH__JOB_FAIL && !r->failure)
		r->failure = "PodFailurePolicy";
	else
		memcpy(r->failure_message, before, sizeof(before));
	if (action == KORCH__JOB_IGNORE)
		return 0;
	r->failed++;
	if (!has_limit || index < 0)
		return 0;
	int is_lost =
	    action == KORCH__JOB_FAIL_INDEX || failures_of(pod) + 1 > r->spec->backoff_limit_per_index;
	return is_lost && !korch__indexes_has(&r->completed, index)
	           ? korch__indexes_add(&r->failed_indexes, index)
	           : 0;
}

/* Of a pod that is the Job's. */
static int take(korch__job_run *r, const korch_pod *pod)
{
	int ended = korch__pod_is_terminal(pod);
	if (korch__vec_push(&r->all, pod) < 0)
		return KORCH_E_NOMEM;
	r->terminating += !ended && korch__is_deleting(&pod->object);
	if (!korch__job_is_tracked(pod)) {
		/* counted, or given up and to go */
		if (ended || korch__is_deleting(&pod->object))
			return 0;
		r->terminating++;
		if (!korch__plan_takes(r->plan, 1))
			return 0;
		if (korch_plan_delete(r->plan, &pod->object, NULL) < 0)
			return KORCH_E_NOMEM;
		return korch_plan_event(r->plan, &r->job->object, "Normal", "SuccessfulDelete",
		                        "Deleted pod: %s", korch_object_name(&pod->object));
	}
	int code = 0;
	int has_ended = has_succeeded(pod) || has_failed(r, pod);
	if (has_ended && !korch__plan_takes(r->plan, 1)) {
		r->is_busy = 1; /* counted and let go in one plan, which is the next one */
		return 0;
	}
	if (has_succeeded(pod))
		code = count_success(r, pod);
	else if (has_ended)
		code = count_failure(r, pod);
	else
		return korch__is_deleting(&pod->object) ? 0 : korch__vec_push(&r->active, pod);
	return code < 0 ? code : korch__job_release(r->plan, pod);
}

/* It is tracked from now on; numbers are for the next call. */
static int adopt(korch__job_run *r, const korch_pod *pod)
{
	r->is_busy = 1;
	if (!korch__plan_takes(r->plan, 1))
		return 0;
	korch_object *edited = korch__claim_adopt(&r->job->object, &pod->object);
	korch_object_meta *meta = edited ? korch_object_edit_meta(edited) : NULL;
	size_t n = meta ? meta->n_finalizers : 0;
	const char **list =
	    meta ? korch_string_list_edit(&meta->finalizers, &meta->n_finalizers, n + 1) : NULL;
	if (!list || korch_string_set(&list[n], KORCH__JOB_FINALIZER) < 0) {
		korch_object_unref(edited);
		return KORCH_E_NOMEM;
	}
	return korch_plan_update(r->plan, &pod->object, edited);
}

static int take_pod(korch__job_run *r, const korch_selector *selector, const korch_pod *pod)
{
	const korch_object *job = &r->job->object;
	switch (korch__claim_of(job, selector, &pod->object)) {
	case KORCH__CLAIM_NONE:
		return 0;
	case KORCH__CLAIM_ADOPT:
		return korch__job_is_tracked(pod) || korch__pod_is_active(pod) ? adopt(r, pod) : 0;
	case KORCH__CLAIM_RELEASE: {
		if (!korch__plan_takes(r->plan, 1))
			return 0;
		korch_object *edited = korch__claim_release(job, &pod->object);
		if (!edited || drop_finalizer(edited) < 0) {
			korch_object_unref(edited);
			return KORCH_E_NOMEM;
		}
		return korch_plan_update(r->plan, &pod->object, edited);
	}
	case KORCH__CLAIM_OWNED:
		break;
	}
	return take(r, pod);
}

int korch__job_take_pods(korch__job_run *r, korch_error **err)
{
	korch_selector *selector = NULL;
	const korch_job_status *status = r->job->status;
	r->succeeded = status ? status->succeeded : 0;
	r->failed = status ? status->failed : 0;
	int code = korch_selector_new(&selector, r->spec->selector, err);
	if (code == 0 && r->is_indexed && status)
		code = korch__indexes_parse(&r->completed, status->completed_indexes, r->spec->completions);
	if (code == 0 && r->is_indexed && status)
		code =
		    korch__indexes_parse(&r->failed_indexes, status->failed_indexes, r->spec->completions);
	for (size_t i = 0; code == 0 && i < r->input->n_pods; i++)
		code = take_pod(r, selector, r->input->pods[i]);
	korch_selector_free(selector);
	if (r->is_indexed)
		r->succeeded = korch__indexes_count(&r->completed);
	return code;
}
