/*
 * Jobs: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/batch.c.
 */
#ifndef KORCH_API_BATCH_H
#define KORCH_API_BATCH_H

#include <korch/api/core_pod.h>

KORCH_BEGIN_DECLS

/** @file batch.h Jobs. */

/** Which exit codes a rule is about. */
typedef struct korch_pod_failure_policy_on_exit_codes {
	KORCH_STRUCT_HEAD
	const char *container_name; /**< The only container that counts */
	const char *operator_;      /**< How codes are compared */
	int32_t *values;            /**< The codes */
	size_t n_values;            /**< number of values */
} korch_pod_failure_policy_on_exit_codes;
/** The table of a korch_pod_failure_policy_on_exit_codes. @since 0.1 */
extern KORCH_API const korch_type korch_pod_failure_policy_on_exit_codes_type;

/** A condition of a failed pod. */
typedef struct korch_pod_failure_policy_on_pod_condition {
	KORCH_STRUCT_HEAD
	const char *type;   /**< Which condition */
	const char *status; /**< Its status */
} korch_pod_failure_policy_on_pod_condition;
/** The table of a korch_pod_failure_policy_on_pod_condition. @since 0.1 */
extern KORCH_API const korch_type korch_pod_failure_policy_on_pod_condition_type;

/** What a failed pod means, when it is like this. */
typedef struct korch_pod_failure_policy_rule {
	KORCH_STRUCT_HEAD
	const char *action;                                    /**< What follows */
	korch_pod_failure_policy_on_exit_codes *on_exit_codes; /**< Exit codes of its containers */
	korch_pod_failure_policy_on_pod_condition *on_pod_conditions; /**< Its conditions */
	size_t n_on_pod_conditions; /**< number of on_pod_conditions */
} korch_pod_failure_policy_rule;
/** The table of a korch_pod_failure_policy_rule. @since 0.1 */
extern KORCH_API const korch_type korch_pod_failure_policy_rule_type;

/** What failed pods mean. */
typedef struct korch_pod_failure_policy {
	KORCH_STRUCT_HEAD
	korch_pod_failure_policy_rule *rules; /**< The first that fits counts */
	size_t n_rules;                       /**< number of rules */
} korch_pod_failure_policy;
/** The table of a korch_pod_failure_policy. @since 0.1 */
extern KORCH_API const korch_type korch_pod_failure_policy_type;

/** Which indexes are enough. */
typedef struct korch_success_policy_rule {
	KORCH_STRUCT_HEAD
	const char *succeeded_indexes; /**< Indexes that count: "1,3-5" */
	int32_t succeeded_count;       /**< How many of them */
} korch_success_policy_rule;
/** The table of a korch_success_policy_rule. @since 0.1 */
extern KORCH_API const korch_type korch_success_policy_rule_type;

/** When some indexes are enough. */
typedef struct korch_success_policy {
	KORCH_STRUCT_HEAD
	korch_success_policy_rule *rules; /**< One of them is enough */
	size_t n_rules;                   /**< number of rules */
} korch_success_policy;
/** The table of a korch_success_policy. @since 0.1 */
extern KORCH_API const korch_type korch_success_policy_type;

/** What is to be run to its end. */
typedef struct korch_job_spec {
	KORCH_STRUCT_HEAD
	int32_t parallelism;                          /**< Most pods at a time */
	int32_t completions;                          /**< Pods that must succeed */
	int64_t active_deadline_seconds;              /**< Most seconds from its start to its end */
	korch_label_selector *selector;               /**< Labels of its pods */
	int32_t manual_selector;                      /**< The selector is not to be made */
	korch_pod_template_spec *template_;           /**< What the pods are made from */
	int32_t backoff_limit;                        /**< Failed pods that are borne */
	int32_t ttl_seconds_after_finished;           /**< Seconds that it stays after its end */
	const char *completion_mode;                  /**< Whether each pod has an index */
	int32_t suspend;                              /**< No pods for now */
	korch_pod_failure_policy *pod_failure_policy; /**< What failed pods mean */
	int32_t backoff_limit_per_index;              /**< Failed pods that are borne of an index */
	int32_t max_failed_indexes;                   /**< Failed indexes that are borne */
	const char *pod_replacement_policy;           /**< When a pod that goes is replaced */
	const char *managed_by;                       /**< Who runs it */
	korch_success_policy *success_policy;         /**< When some indexes are enough */
	const char *scheduling; /**< How its pods are scheduled together, as JSON: not acted upon */
} korch_job_spec;
/** The table of a korch_job_spec. @since 0.1 */
extern KORCH_API const korch_type korch_job_spec_type;

/** One aspect of a Job's state. */
typedef struct korch_job_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< Which aspect */
	const char *status;           /**< Whether it holds */
	int64_t last_probe_time;      /**< When it was looked at last, microseconds since 1970 */
	int64_t last_transition_time; /**< When the status changed last, microseconds since 1970 */
	const char *reason;           /**< One word for machines, why */
	const char *message;          /**< A sentence for people */
} korch_job_condition;
/** The table of a korch_job_condition. @since 0.1 */
extern KORCH_API const korch_type korch_job_condition_type;

/** Pods that ended and are not in the counters yet. */
typedef struct korch_uncounted_terminated_pods {
	KORCH_STRUCT_HEAD
	const char **succeeded; /**< uids of those that succeeded */
	size_t n_succeeded;     /**< number of succeeded */
	const char **failed;    /**< uids of those that failed */
	size_t n_failed;        /**< number of failed */
} korch_uncounted_terminated_pods;
/** The table of a korch_uncounted_terminated_pods. @since 0.1 */
extern KORCH_API const korch_type korch_uncounted_terminated_pods_type;

/** What a Job has reached. */
typedef struct korch_job_status {
	KORCH_STRUCT_HEAD
	korch_job_condition *conditions; /**< Aspects of its state */
	size_t n_conditions;             /**< number of conditions */
	int64_t start_time;              /**< When it began, microseconds since 1970 */
	int64_t completion_time;         /**< When it was complete, microseconds since 1970 */
	int32_t active;                  /**< Pods that are to run or run */
	int32_t succeeded;               /**< Pods that succeeded */
	int32_t failed;                  /**< Pods that failed */
	const char *completed_indexes;   /**< Indexes that succeeded: "1,3-5" */
	korch_uncounted_terminated_pods *uncounted_terminated_pods; /**< Ended pods that are not counted
	                                                               yet */
	int32_t ready;                                              /**< Active pods that are ready */
	const char *failed_indexes;                                 /**< Indexes that failed: "1,3-5" */
	int32_t terminating;                                        /**< Pods on their way out */
} korch_job_status;
/** The table of a korch_job_status. @since 0.1 */
extern KORCH_API const korch_type korch_job_status_type;

/** Pods that run to their end. */
typedef struct korch_job {
	korch_object object;      /**< kind, metadata, revision */
	korch_job_spec *spec;     /**< What is to be run */
	korch_job_status *status; /**< What it has reached */
} korch_job;
/** The table of a korch_job. @since 0.1 */
extern KORCH_API const korch_type korch_job_type;
/** The kind Job. @since 0.1 */
extern KORCH_API const korch_kind korch_job_kind;

KORCH_END_DECLS

#endif
