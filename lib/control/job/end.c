/* Whether a Job has come to its end: Kubernetes' order of questions, reasons and sentences
 * (pkg/controller/job/job_controller.go). Nothing is changed here. */
#include "base/text.h"
#include "control/job/hand.h"
#include <stdio.h>

static void fail(korch__job_run *r, const char *reason, const char *message)
{
	if (r->failure)
		return;
	r->failure = reason;
	snprintf(r->failure_message, sizeof(r->failure_message), "%s", message);
}

/* With restartPolicy OnFailure restarts count, not pods. */
static int restarts_exceed(const korch__job_run *r)
{
	const korch_pod_spec *pod = r->spec->template_->spec;
	int64_t restarts = 0;
	if (!pod || !korch__text_equal(pod->restart_policy, "OnFailure"))
		return 0;
	for (size_t i = 0; i < r->active.n; i++) {
		const korch_pod_status *status = r->active.items[i]->status;
		for (size_t k = 0; status && k < status->n_container_statuses; k++)
			restarts += status->container_statuses[k].restart_count;
		for (size_t k = 0; status && k < status->n_init_container_statuses; k++)
			restarts += status->init_container_statuses[k].restart_count;
	}
	return r->spec->backoff_limit == 0 ? restarts > 0 : restarts >= r->spec->backoff_limit;
}

static int is_too_late(korch__job_run *r)
{
	const korch_job_status *status = r->job->status;
	if (!KORCH_IS_SET(r->spec, korch_job_spec, active_deadline_seconds) || !status ||
	    status->start_time == 0 || r->spec->suspend || r->spec->active_deadline_seconds > INT32_MAX)
		return 0;
	korch_usec due = status->start_time + r->spec->active_deadline_seconds * KORCH_USEC_PER_SEC;
	if (due <= r->input->now)
		return 1;
	if (due < r->wake)
		r->wake = due;
	return 0;
}

static void judge_failure(korch__job_run *r)
{
	const korch_job_condition *target = korch__job_condition(r->job, "FailureTarget");
	int64_t lost = korch__indexes_count(&r->failed_indexes);
	if (target && korch__text_equal(target->status, "True")) {
		r->failure = target->reason;
		snprintf(r->failure_message, sizeof(r->failure_message), "%s",
		         korch__text_or_empty(target->message));
	}
	if (r->failed > r->spec->backoff_limit || restarts_exceed(r))
		fail(r, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
	if (is_too_late(r))
		fail(r, "DeadlineExceeded", "Job was active longer than specified deadline");
	if (KORCH_IS_SET(r->spec, korch_job_spec, max_failed_indexes) &&
	    lost > r->spec->max_failed_indexes)
		fail(r, "MaxFailedIndexesExceeded",
		     "Job has exceeded the specified maximal number of "
		     "failed indexes");
	if (lost > 0 && lost + r->succeeded >= r->spec->completions)
		fail(r, "FailedIndexes", "Job has failed indexes");
}

static int rule_holds(korch__job_run *r, const korch_success_policy_rule *rule)
{
	korch__indexes wanted = {0};
	int64_t wanted_n = 0, n = 0;
	if (!rule->succeeded_indexes)
		return KORCH_IS_SET(rule, korch_success_policy_rule, succeeded_count) &&
		       r->succeeded >= rule->succeeded_count;
	if (korch__indexes_parse(&wanted, rule->succeeded_indexes, r->spec->completions) < 0)
		return 0;
	for (size_t i = 0; i < wanted.ranges.n; i++) {
		korch__index_range range = wanted.ranges.items[i];
		for (int32_t k = range.first; k <= range.last; k++) {
			wanted_n++;
			n += korch__indexes_has(&r->completed, k);
		}
	}
	korch__indexes_fini(&wanted);
	return KORCH_IS_SET(rule, korch_success_policy_rule, succeeded_count)
	           ? n >= rule->succeeded_count
	           : wanted_n > 0 && n == wanted_n;
}

static void judge_success(korch__job_run *r)
{
	const korch_success_policy *policy = r->spec->success_policy;
	const korch_job_condition *met = korch__job_condition(r->job, "SuccessCriteriaMet");
	int has_number = KORCH_IS_SET(r->spec, korch_job_spec, completions);
	size_t size = sizeof(r->success_message);
	if (met && korch__text_equal(met->status, "True")) {
		r->success = met->reason;
		snprintf(r->success_message, size, "%s", korch__text_or_empty(met->message));
		return;
	}
	for (size_t i = 0; policy && i < policy->n_rules && !r->success; i++) {
		if (!rule_holds(r, &policy->rules[i]))
			continue;
		r->success = "SuccessPolicy";
		snprintf(r->success_message, size, "Matched rules at index %zu", i);
	}
	if (!r->success && (has_number ? r->succeeded >= r->spec->completions
	                               : r->succeeded > 0 && r->active.n == 0)) {
		r->success = "CompletionsReached";
		snprintf(r->success_message, size, "Reached expected number of succeeded pods");
	}
}

void korch__job_judge_end(korch__job_run *r)
{
	if (!korch__job_has_condition(r->job, "SuccessCriteriaMet"))
		judge_failure(r);
	if (!r->failure)
		judge_success(r);
}
