/*
 * Jobs: the tables of the structs in <korch/api/batch.h>. Rules over several fields and defaults
 * that depend on others stand in validate_job.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/batch.h>

#define S korch_pod_failure_policy_on_exit_codes
static const korch_field pod_failure_policy_on_exit_codes_fields[] = {
    STRING(container_name, "containerName", 1, 0, "The only container that counts"),
    STRING(operator_, "operator", 2, REQUIRED | EMIT, "How codes are compared",
           .allowed = ALLOWED("In", "NotIn")),
    LIST_INT32(values, "values", 3, REQUIRED | SET, "The codes"),
};
const korch_type korch_pod_failure_policy_on_exit_codes_type =
    TYPE("PodFailurePolicyOnExitCodesRequirement", pod_failure_policy_on_exit_codes_fields,
         "Which exit codes a rule is about");
#undef S

#define S korch_pod_failure_policy_on_pod_condition
static const korch_field pod_failure_policy_on_pod_condition_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "Which condition"),
    STRING(status, "status", 2, EMIT, "Its status", .allowed = ALLOWED("True", "False", "Unknown"),
           .default_json = "\"True\""),
};
const korch_type korch_pod_failure_policy_on_pod_condition_type =
    TYPE("PodFailurePolicyOnPodConditionsPattern", pod_failure_policy_on_pod_condition_fields,
         "A condition of a failed pod");
#undef S

#define S korch_pod_failure_policy_rule
static const korch_field pod_failure_policy_rule_fields[] = {
    STRING(action, "action", 1, REQUIRED | EMIT, "What follows",
           .allowed = ALLOWED("FailJob", "FailIndex", "Ignore", "Count")),
    STRUCT(on_exit_codes, korch_pod_failure_policy_on_exit_codes, "onExitCodes", 2, 0,
           "Exit codes of its containers"),
    LIST_STRUCT(on_pod_conditions, korch_pod_failure_policy_on_pod_condition, "onPodConditions", 3,
                ATOMIC, "Its conditions"),
};
const korch_type korch_pod_failure_policy_rule_type =
    TYPE("PodFailurePolicyRule", pod_failure_policy_rule_fields,
         "What a failed pod means, when it is like this",
         .validate = korch__pod_failure_policy_rule_validate);
#undef S

#define S korch_pod_failure_policy
static const korch_field pod_failure_policy_fields[] = {
    LIST_STRUCT(rules, korch_pod_failure_policy_rule, "rules", 1, REQUIRED | ATOMIC,
                "The first that fits counts"),
};
const korch_type korch_pod_failure_policy_type =
    TYPE("PodFailurePolicy", pod_failure_policy_fields, "What failed pods mean");
#undef S

#define S korch_success_policy_rule
static const korch_field success_policy_rule_fields[] = {
    STRING(succeeded_indexes, "succeededIndexes", 1, POINTER, "Indexes that count: \"1,3-5\""),
    INT32(succeeded_count, "succeededCount", 2, POINTER, "How many of them",
          .format = KORCH_FORMAT_POSITIVE),
};
const korch_type korch_success_policy_rule_type =
    TYPE("SuccessPolicyRule", success_policy_rule_fields, "Which indexes are enough");
#undef S

#define S korch_success_policy
static const korch_field success_policy_fields[] = {
    LIST_STRUCT(rules, korch_success_policy_rule, "rules", 1, REQUIRED | ATOMIC,
                "One of them is enough"),
};
const korch_type korch_success_policy_type =
    TYPE("SuccessPolicy", success_policy_fields, "When some indexes are enough");
#undef S

#define S korch_job_spec
static const korch_field job_spec_fields[] = {
    INT32(parallelism, "parallelism", 1, POINTER, "Most pods at a time",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(completions, "completions", 2, POINTER, "Pods that must succeed",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT64(active_deadline_seconds, "activeDeadlineSeconds", 3, POINTER,
          "Most seconds from its start to its end", .format = KORCH_FORMAT_NON_NEGATIVE),
    STRUCT(pod_failure_policy, korch_pod_failure_policy, "podFailurePolicy", 11, IMMUTABLE,
           "What failed pods mean"),
    STRUCT(success_policy, korch_success_policy, "successPolicy", 16, IMMUTABLE,
           "When some indexes are enough"),
    INT32(backoff_limit, "backoffLimit", 7, POINTER, "Failed pods that are borne",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(backoff_limit_per_index, "backoffLimitPerIndex", 12, POINTER | IMMUTABLE,
          "Failed pods that are borne of an index", .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(max_failed_indexes, "maxFailedIndexes", 13, POINTER, "Failed indexes that are borne",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    STRUCT(selector, korch_label_selector, "selector", 4, IMMUTABLE | ATOMIC, "Labels of its pods"),
    BOOL(manual_selector, "manualSelector", 5, POINTER, "The selector is not to be made"),
    STRUCT(template_, korch_pod_template_spec, "template", 6, REQUIRED,
           "What the pods are made from"),
    INT32(ttl_seconds_after_finished, "ttlSecondsAfterFinished", 8, POINTER,
          "Seconds that it stays after its end", .format = KORCH_FORMAT_NON_NEGATIVE),
    STRING(completion_mode, "completionMode", 9, POINTER | IMMUTABLE,
           "Whether each pod has an index", .allowed = ALLOWED("NonIndexed", "Indexed"),
           .default_json = "\"NonIndexed\""),
    BOOL(suspend, "suspend", 10, POINTER, "No pods for now", .default_json = "false"),
    STRING(pod_replacement_policy, "podReplacementPolicy", 14, POINTER,
           "When a pod that goes is replaced", .allowed = ALLOWED("TerminatingOrFailed", "Failed")),
    STRING(managed_by, "managedBy", 15, POINTER | IMMUTABLE, "Who runs it"),
    RAW(scheduling, "scheduling", 17, 0,
        "How its pods are scheduled together (alpha in Kubernetes): kept, not acted upon"),
};
const korch_type korch_job_spec_type =
    TYPE("JobSpec", job_spec_fields, "What is to be run to its end",
         .set_defaults = korch__job_spec_set_defaults, .validate = korch__job_spec_validate,
         .validate_update = korch__job_spec_validate_update);
#undef S

#define S korch_job_condition
static const korch_field job_condition_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "Which aspect"),
    STRING(status, "status", 2, REQUIRED | EMIT, "Whether it holds",
           .allowed = ALLOWED("True", "False", "Unknown")),
    TIME(last_probe_time, "lastProbeTime", 3, 0, "When it was looked at last"),
    TIME(last_transition_time, "lastTransitionTime", 4, 0, "When the status changed last"),
    STRING(reason, "reason", 5, 0, "One word for machines, why"),
    STRING(message, "message", 6, 0, "A sentence for people"),
};
const korch_type korch_job_condition_type =
    TYPE("JobCondition", job_condition_fields, "One aspect of a Job's state");
#undef S

#define S korch_uncounted_terminated_pods
static const korch_field uncounted_terminated_pods_fields[] = {
    LIST_STRING(succeeded, "succeeded", 1, SET, "uids of those that succeeded"),
    LIST_STRING(failed, "failed", 2, SET, "uids of those that failed"),
};
const korch_type korch_uncounted_terminated_pods_type =
    TYPE("UncountedTerminatedPods", uncounted_terminated_pods_fields,
         "Pods that ended and are not in the counters yet");
#undef S

#define S korch_job_status
static const korch_field job_status_fields[] = {
    LIST_STRUCT(conditions, korch_job_condition, "conditions", 1, ATOMIC, "Aspects of its state",
                .merge_key = "type"),
    TIME(start_time, "startTime", 2, 0, "When it began"),
    TIME(completion_time, "completionTime", 3, 0, "When it was complete"),
    INT32(active, "active", 4, 0, "Pods that are to run or run",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(succeeded, "succeeded", 5, 0, "Pods that succeeded", .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(failed, "failed", 6, 0, "Pods that failed", .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(terminating, "terminating", 11, POINTER, "Pods on their way out",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    STRING(completed_indexes, "completedIndexes", 7, 0, "Indexes that succeeded: \"1,3-5\""),
    STRING(failed_indexes, "failedIndexes", 10, POINTER, "Indexes that failed: \"1,3-5\""),
    STRUCT(uncounted_terminated_pods, korch_uncounted_terminated_pods, "uncountedTerminatedPods", 8,
           0, "Ended pods that are not counted yet"),
    INT32(ready, "ready", 9, POINTER, "Active pods that are ready",
          .format = KORCH_FORMAT_NON_NEGATIVE),
};
const korch_type korch_job_status_type =
    TYPE("JobStatus", job_status_fields, "What a Job has reached");
#undef S

#define S korch_job
static const korch_field job_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_job_spec, "spec", 2, REQUIRED, "What is to be run"),
    STRUCT(status, korch_job_status, "status", 3, 0, "What it has reached"),
};
const korch_type korch_job_type = TYPE("Job", job_fields, "Pods that run to their end");
#undef S
