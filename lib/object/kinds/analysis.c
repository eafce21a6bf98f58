/*
 * Analysis of updates by metrics: the tables of the structs in <korch/api/analysis.h>. One line per
 * field; rules over several fields stand in validate_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/analysis.h>

#define S korch_analysis_secret_key_ref
static const korch_field analysis_secret_key_ref_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the Secret"),
    STRING(key, "key", 2, REQUIRED | EMIT, "Key to take the value of"),
};
const korch_type korch_analysis_secret_key_ref_type =
    TYPE("SecretKeyRef", analysis_secret_key_ref_fields, "One key of a Secret");
#undef S

#define S korch_analysis_value_from
static const korch_field analysis_value_from_fields[] = {
    STRUCT(secret_key_ref, korch_analysis_secret_key_ref, "secretKeyRef", 1, 0,
           "A key of a Secret"),
    STRUCT(field_ref, korch_field_ref, "fieldRef", 2, 0,
           "A field of the object that starts the analysis"),
};
const korch_type korch_analysis_value_from_type =
    TYPE("ValueFrom", analysis_value_from_fields, "Where the value of an argument comes from");
#undef S

#define S korch_analysis_argument
static const korch_field analysis_argument_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the argument"),
    STRING(value, "value", 2, POINTER, "Its value"),
    STRUCT(value_from, korch_analysis_value_from, "valueFrom", 3, 0, "Where its value comes from"),
};
const korch_type korch_analysis_argument_type =
    TYPE("Argument", analysis_argument_fields,
         "An argument of a template; without a value the one who starts it gives it",
         .validate = korch__analysis_argument_validate);
#undef S

#define S korch_analysis_template_ref
static const korch_field analysis_template_ref_fields[] = {
    STRING(template_name, "templateName", 1, 0, "Name of the template"),
    BOOL(cluster_scope, "clusterScope", 2, 0, "Whether it is a ClusterAnalysisTemplate"),
};
const korch_type korch_analysis_template_ref_type =
    TYPE("AnalysisTemplateRef", analysis_template_ref_fields,
         "A template whose metrics and arguments are added");
#undef S

#define S korch_analysis_metric
static const korch_field analysis_metric_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the metric"),
    STRING(interval, "interval", 2, 0,
           "Time between two measurements, such as 5m; one measurement when absent"),
    STRING(initial_delay, "initialDelay", 3, 0, "Time before the first measurement"),
    INT_OR_STRING(count, "count", 4, 0,
                  "How many measurements; absent: 1, or without end when there is an interval"),
    STRING(success_condition, "successCondition", 5, 0, "Expression over result that says success"),
    STRING(failure_condition, "failureCondition", 6, 0, "Expression over result that says failure"),
    INT_OR_STRING(failure_limit, "failureLimit", 7, 0,
                  "Failures that are allowed; 0 when absent, -1: any number of them"),
    INT_OR_STRING(inconclusive_limit, "inconclusiveLimit", 8, 0,
                  "Inconclusive measurements that are allowed; 0 when absent"),
    INT_OR_STRING(consecutive_error_limit, "consecutiveErrorLimit", 9, 0,
                  "Errors in succession that are allowed; 4 when absent"),
    STRUCT(provider, korch_metric_provider, "provider", 10, REQUIRED, "Where it comes from"),
    INT_OR_STRING(consecutive_success_limit, "consecutiveSuccessLimit", 11, 0,
                  "Successes in succession that end it; not looked at when absent"),
};
const korch_type korch_analysis_metric_type = TYPE(
    "Metric", analysis_metric_fields, "A metric: what is asked, how often, and what it must be",
    .validate = korch__analysis_metric_validate);
#undef S

#define S korch_analysis_template_spec
static const korch_field analysis_template_spec_fields[] = {
    LIST_STRUCT(metrics, korch_analysis_metric, "metrics", 1, 0, "The metrics",
                .merge_key = "name"),
    LIST_STRUCT(args, korch_analysis_argument, "args", 2, 0, "Arguments, used as {{args.NAME}}",
                .merge_key = "name"),
    LIST_STRUCT(dry_run, korch_dry_run, "dryRun", 3, 0, "Metrics whose outcome counts for nothing",
                .merge_key = "metricName"),
    LIST_STRUCT(measurement_retention, korch_measurement_retention, "measurementRetention", 4, 0,
                "How many measurements are kept", .merge_key = "metricName"),
    LIST_STRUCT(templates, korch_analysis_template_ref, "templates", 5, 0,
                "Templates whose metrics and arguments are added", .merge_key = "templateName"),
};
const korch_type korch_analysis_template_spec_type =
    TYPE("AnalysisTemplateSpec", analysis_template_spec_fields, "Metrics that an analysis looks at",
         .validate = korch__analysis_template_spec_validate);
#undef S

#define S korch_analysis_template
static const korch_field analysis_template_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_analysis_template_spec, "spec", 2, REQUIRED, "The metrics"),
};
const korch_type korch_analysis_template_type =
    TYPE("AnalysisTemplate", analysis_template_fields, "Metrics that an analysis looks at");
#undef S

#define S korch_cluster_analysis_template
static const korch_field cluster_analysis_template_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_analysis_template_spec, "spec", 2, REQUIRED, "The metrics"),
};
const korch_type korch_cluster_analysis_template_type =
    TYPE("ClusterAnalysisTemplate", cluster_analysis_template_fields,
         "Metrics that an analysis of any namespace looks at");
#undef S

#define S korch_ttl_strategy
static const korch_field ttl_strategy_fields[] = {
    INT32(seconds_after_completion, "secondsAfterCompletion", 1, POINTER, "Seconds after any end",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(seconds_after_failure, "secondsAfterFailure", 2, POINTER, "Seconds after a failure",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(seconds_after_success, "secondsAfterSuccess", 3, POINTER, "Seconds after a success",
          .format = KORCH_FORMAT_NON_NEGATIVE),
};
const korch_type korch_ttl_strategy_type =
    TYPE("TTLStrategy", ttl_strategy_fields, "How long a run is kept when it is done");
#undef S

#define S korch_analysis_run_spec
static const korch_field analysis_run_spec_fields[] = {
    LIST_STRUCT(metrics, korch_analysis_metric, "metrics", 1, REQUIRED, "The metrics",
                .merge_key = "name"),
    LIST_STRUCT(args, korch_analysis_argument, "args", 2, 0, "Arguments, used as {{args.NAME}}",
                .merge_key = "name"),
    BOOL(terminate, "terminate", 3, 0, "Whether it stops as soon as it can"),
    LIST_STRUCT(dry_run, korch_dry_run, "dryRun", 4, 0, "Metrics whose outcome counts for nothing",
                .merge_key = "metricName"),
    LIST_STRUCT(measurement_retention, korch_measurement_retention, "measurementRetention", 5, 0,
                "How many measurements are kept", .merge_key = "metricName"),
    STRUCT(ttl_strategy, korch_ttl_strategy, "ttlStrategy", 6, 0,
           "How long it is kept when it is done"),
};
const korch_type korch_analysis_run_spec_type =
    TYPE("AnalysisRunSpec", analysis_run_spec_fields, "What is measured",
         .validate = korch__analysis_run_spec_validate);
#undef S

#define S korch_analysis_measurement
static const korch_field analysis_measurement_fields[] = {
    STRING(phase, "phase", 1, EMIT, "Pending, Running, Successful, Failed, Error or Inconclusive"),
    STRING(message, "message", 2, 0, "Why it is so"),
    TIME(started_at, "startedAt", 3, 0, "When it was started"),
    TIME(finished_at, "finishedAt", 4, 0, "When it was done"),
    STRING(value, "value", 5, 0, "What was measured"),
    MAP_STRING(metadata, "metadata", 6, 0, "What the provider notes, such as the name of a Job"),
    TIME(resume_at, "resumeAt", 7, 0, "When the provider is asked again"),
};
const korch_type korch_analysis_measurement_type =
    TYPE("Measurement", analysis_measurement_fields, "One measurement of a metric");
#undef S

#define S korch_analysis_metric_result
static const korch_field analysis_metric_result_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the metric"),
    STRING(phase, "phase", 2, EMIT, "Pending, Running, Successful, Failed, Error or Inconclusive"),
    LIST_STRUCT(measurements, korch_analysis_measurement, "measurements", 3, 0,
                "The last measurements"),
    STRING(message, "message", 4, 0, "Why it is so"),
    INT32(count, "count", 5, 0, "Measurements without an error"),
    INT32(successful, "successful", 6, 0, "Successful ones"),
    INT32(failed, "failed", 7, 0, "Failed ones"),
    INT32(inconclusive, "inconclusive", 8, 0, "Inconclusive ones"),
    INT32(error, "error", 9, 0, "Errors"),
    INT32(consecutive_error, "consecutiveError", 10, 0, "Errors in succession, up to now"),
    BOOL(dry_run, "dryRun", 11, 0, "Whether its outcome counts for nothing"),
    MAP_STRING(metadata, "metadata", 12, 0,
               "What the provider notes, such as the query with its arguments"),
    INT32(consecutive_success, "consecutiveSuccess", 13, 0, "Successes in succession, up to now"),
};
const korch_type korch_analysis_metric_result_type =
    TYPE("MetricResult", analysis_metric_result_fields, "What was measured of a metric");
#undef S

#define S korch_analysis_run_summary
static const korch_field analysis_run_summary_fields[] = {
    INT32(count, "count", 1, 0, "All of them"),
    INT32(successful, "successful", 2, 0, "Successful ones"),
    INT32(failed, "failed", 3, 0, "Failed ones"),
    INT32(inconclusive, "inconclusive", 4, 0, "Inconclusive ones"),
    INT32(error, "error", 5, 0, "Those with errors"),
};
const korch_type korch_analysis_run_summary_type =
    TYPE("RunSummary", analysis_run_summary_fields, "How many metrics ended how");
#undef S

#define S korch_analysis_run_status
static const korch_field analysis_run_status_fields[] = {
    STRING(phase, "phase", 1, EMIT, "Pending, Running, Successful, Failed, Error or Inconclusive"),
    STRING(message, "message", 2, 0, "Why it is so"),
    LIST_STRUCT(metric_results, korch_analysis_metric_result, "metricResults", 3, 0,
                "What was measured of each metric"),
    TIME(started_at, "startedAt", 4, 0, "When it was started"),
    STRUCT(run_summary, korch_analysis_run_summary, "runSummary", 5, 0,
           "How many metrics ended how"),
    STRUCT(dry_run_summary, korch_analysis_run_summary, "dryRunSummary", 6, 0,
           "The same of metrics that count for nothing"),
    TIME(completed_at, "completedAt", 7, 0, "When it was done"),
};
const korch_type korch_analysis_run_status_type =
    TYPE("AnalysisRunStatus", analysis_run_status_fields, "What an analysis has found");
#undef S

#define S korch_analysis_run
static const korch_field analysis_run_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_analysis_run_spec, "spec", 2, REQUIRED, "What is measured"),
    STRUCT(status, korch_analysis_run_status, "status", 3, 0, "What it has found"),
};
const korch_type korch_analysis_run_type =
    TYPE("AnalysisRun", analysis_run_fields, "An analysis that runs or ran");
#undef S
