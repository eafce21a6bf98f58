/*
 * Experiments: the tables of the structs in <korch/api/experiment.h>. One line per field; rules
 * over several fields stand in validate_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/experiment.h>

#define S korch_experiment_template
static const korch_field experiment_template_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the template"),
    INT32(replicas, "replicas", 2, POINTER, "How many pods; 1 when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(min_ready_seconds, "minReadySeconds", 3, 0,
          "Seconds that a pod must be ready to count as available",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    STRUCT(selector, korch_label_selector, "selector", 4, REQUIRED,
           "Labels of its pods, other ones than those of other templates"),
    STRUCT(template_, korch_pod_template_spec, "template", 5, REQUIRED,
           "What the pods are made from"),
    STRUCT(service, korch_template_service, "service", 6, 0, "A Service for its pods"),
};
const korch_type korch_experiment_template_type =
    TYPE("TemplateSpec", experiment_template_fields, "Pods of an experiment",
         .validate = korch__experiment_template_validate);
#undef S

#define S korch_experiment_analysis
static const korch_field experiment_analysis_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the analysis"),
    STRING(template_name, "templateName", 2, REQUIRED | EMIT, "Name of the AnalysisTemplate"),
    BOOL(cluster_scope, "clusterScope", 3, 0, "Whether it is a ClusterAnalysisTemplate"),
    LIST_STRUCT(args, korch_analysis_argument, "args", 4, 0, "Values of the template's arguments",
                .merge_key = "name"),
    BOOL(required_for_completion, "requiredForCompletion", 5, 0,
         "Whether the experiment goes on until it is done"),
};
const korch_type korch_experiment_analysis_type =
    TYPE("ExperimentAnalysisTemplateRef", experiment_analysis_fields,
         "An analysis of an experiment", .validate = korch__experiment_analysis_validate);
#undef S

#define S korch_experiment_spec
static const korch_field experiment_spec_fields[] = {
    LIST_STRUCT(templates, korch_experiment_template, "templates", 1, REQUIRED,
                "Pods that are started", .merge_key = "name"),
    STRING(duration, "duration", 2, 0,
           "How long, such as 30m; until its analyses are done when absent"),
    INT32(progress_deadline_seconds, "progressDeadlineSeconds", 3, POINTER,
          "Seconds without progress after which it is said to fail; 600 when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    BOOL(terminate, "terminate", 4, 0, "Whether it stops as soon as it can"),
    LIST_STRUCT(analyses, korch_experiment_analysis, "analyses", 5, 0,
                "Analyses that run meanwhile", .merge_key = "name"),
    INT32(scale_down_delay_seconds, "scaleDownDelaySeconds", 6, POINTER,
          "Seconds that its pods stay afterwards; 30 when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    LIST_STRUCT(dry_run, korch_dry_run, "dryRun", 7, 0, "Metrics whose outcome counts for nothing",
                .merge_key = "metricName"),
    LIST_STRUCT(measurement_retention, korch_measurement_retention, "measurementRetention", 8, 0,
                "How many measurements are kept", .merge_key = "metricName"),
    STRUCT(analysis_run_metadata, korch_analysis_run_metadata, "analysisRunMetadata", 9, 0,
           "Labels and annotations of the AnalysisRuns"),
};
const korch_type korch_experiment_spec_type =
    TYPE("ExperimentSpec", experiment_spec_fields,
         "Pods that are started for a time, and what is measured meanwhile",
         .validate = korch__experiment_spec_validate);
#undef S

#define S korch_experiment_template_status
static const korch_field experiment_template_status_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the template"),
    INT32(replicas, "replicas", 2, EMIT, "Pods that there are"),
    INT32(updated_replicas, "updatedReplicas", 3, EMIT, "Pods of the present template"),
    INT32(ready_replicas, "readyReplicas", 4, EMIT, "Pods that are ready"),
    INT32(available_replicas, "availableReplicas", 5, EMIT, "Pods that are ready long enough"),
    INT32(collision_count, "collisionCount", 6, POINTER,
          "How often a name of a ReplicaSet was taken already"),
    STRING(status, "status", 7, 0, "Progressing, Running, Successful, Failed or Error"),
    STRING(message, "message", 8, 0, "Why it is so"),
    TIME(last_transition_time, "lastTransitionTime", 9, 0, "When the status changed last"),
    STRING(service_name, "serviceName", 10, 0, "Name of its Service"),
    STRING(pod_template_hash, "podTemplateHash", 11, 0, "Hash of its template"),
};
const korch_type korch_experiment_template_status_type =
    TYPE("TemplateStatus", experiment_template_status_fields,
         "What the pods of a template have reached");
#undef S

#define S korch_experiment_condition
static const korch_field experiment_condition_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT,
           "Which aspect: InvalidSpec, Completed, Progressing, Running or ReplicaFailure"),
    STRING(status, "status", 2, REQUIRED | EMIT, "Whether it holds",
           .allowed = ALLOWED("True", "False", "Unknown")),
    TIME(last_update_time, "lastUpdateTime", 3, 0, "When it was written last"),
    TIME(last_transition_time, "lastTransitionTime", 4, 0, "When the status changed last"),
    STRING(reason, "reason", 5, EMIT, "One word for machines, why"),
    STRING(message, "message", 6, EMIT, "A sentence for people"),
};
const korch_type korch_experiment_condition_type =
    TYPE("ExperimentCondition", experiment_condition_fields, "One aspect of an Experiment's state");
#undef S

#define S korch_experiment_analysis_run_status
static const korch_field experiment_analysis_run_status_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the analysis"),
    STRING(analysis_run, "analysisRun", 2, EMIT, "Name of the AnalysisRun"),
    STRING(phase, "phase", 3, EMIT, "Its phase"),
    STRING(message, "message", 4, 0, "Why it is so"),
};
const korch_type korch_experiment_analysis_run_status_type =
    TYPE("ExperimentAnalysisRunStatus", experiment_analysis_run_status_fields,
         "An analysis of an experiment");
#undef S

#define S korch_experiment_status
static const korch_field experiment_status_fields[] = {
    STRING(phase, "phase", 1, 0, "Pending, Running, Successful, Failed, Error or Inconclusive"),
    STRING(message, "message", 2, 0, "Why it is so"),
    LIST_STRUCT(template_statuses, korch_experiment_template_status, "templateStatuses", 3, 0,
                "What the pods of each template have reached"),
    TIME(available_at, "availableAt", 4, 0,
         "When all templates were available; the duration counts from here"),
    LIST_STRUCT(conditions, korch_experiment_condition, "conditions", 5, 0, "Aspects of its state"),
    LIST_STRUCT(analysis_runs, korch_experiment_analysis_run_status, "analysisRuns", 6, 0,
                "Its analyses"),
};
const korch_type korch_experiment_status_type =
    TYPE("ExperimentStatus", experiment_status_fields, "What an Experiment has reached");
#undef S

#define S korch_experiment
static const korch_field experiment_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_experiment_spec, "spec", 2, REQUIRED, "What is started and measured"),
    STRUCT(status, korch_experiment_status, "status", 3, 0, "What it has reached"),
};
const korch_type korch_experiment_type =
    TYPE("Experiment", experiment_fields, "Pods that are started for a time and measured");
#undef S
