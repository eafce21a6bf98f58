/*
 * How Rollouts and Experiments start analysis: the tables of the structs in
 * <korch/api/rollout_analysis.h>. One line per field; rules over several fields stand in
 * validate_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/rollout_analysis.h>

#define S korch_field_ref
static const korch_field field_ref_fields[] = {
    STRING(field_path, "fieldPath", 1, REQUIRED | EMIT,
           "Path of the field, such as metadata.labels['app'] or status.currentPodHash"),
};
const korch_type korch_field_ref_type =
    TYPE("FieldRef", field_ref_fields, "A field of the object that starts an analysis");
#undef S

#define S korch_argument_value_from
static const korch_field argument_value_from_fields[] = {
    STRING(pod_template_hash_value, "podTemplateHashValue", 1, POINTER,
           "The hash of the stable or of the latest revision",
           .allowed = ALLOWED("Stable", "Latest")),
    STRUCT(field_ref, korch_field_ref, "fieldRef", 2, 0, "A field of the Rollout"),
};
const korch_type korch_argument_value_from_type = TYPE(
    "ArgumentValueFrom", argument_value_from_fields, "Where the value of an argument comes from");
#undef S

#define S korch_analysis_run_argument
static const korch_field analysis_run_argument_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the argument"),
    STRING(value, "value", 2, 0, "Its value"),
    STRUCT(value_from, korch_argument_value_from, "valueFrom", 3, 0, "Where its value comes from"),
};
const korch_type korch_analysis_run_argument_type =
    TYPE("AnalysisRunArgument", analysis_run_argument_fields,
         "An argument that is handed to an analysis");
#undef S

#define S korch_dry_run
static const korch_field dry_run_fields[] = {
    STRING(metric_name, "metricName", 1, REQUIRED | EMIT,
           "Name of the metric; * and other patterns of regular expressions"),
};
const korch_type korch_dry_run_type =
    TYPE("DryRun", dry_run_fields, "A metric whose outcome counts for nothing");
#undef S

#define S korch_measurement_retention
static const korch_field measurement_retention_fields[] = {
    STRING(metric_name, "metricName", 1, REQUIRED | EMIT,
           "Name of the metric; * and other patterns of regular expressions"),
    INT32(limit, "limit", 2, EMIT, "How many; 10 for metrics that are not named here"),
};
const korch_type korch_measurement_retention_type =
    TYPE("MeasurementRetention", measurement_retention_fields, "How many measurements are kept");
#undef S

#define S korch_analysis_run_metadata
static const korch_field analysis_run_metadata_fields[] = {
    MAP_STRING(labels, "labels", 1, 0, "Labels"),
    MAP_STRING(annotations, "annotations", 2, 0, "Annotations"),
};
const korch_type korch_analysis_run_metadata_type =
    TYPE("AnalysisRunMetadata", analysis_run_metadata_fields, "What is added to the AnalysisRuns");
#undef S

#define S korch_rollout_analysis_template
static const korch_field rollout_analysis_template_fields[] = {
    STRING(template_name, "templateName", 1, 0, "Name of the AnalysisTemplate"),
    BOOL(cluster_scope, "clusterScope", 2, 0, "Whether it is a ClusterAnalysisTemplate"),
};
const korch_type korch_rollout_analysis_template_type =
    TYPE("RolloutAnalysisTemplate", rollout_analysis_template_fields,
         "A template that an analysis is made from");
#undef S

#define S korch_rollout_analysis
static const korch_field rollout_analysis_fields[] = {
    LIST_STRUCT(templates, korch_rollout_analysis_template, "templates", 1, 0, "The templates",
                .merge_key = "templateName"),
    LIST_STRUCT(args, korch_analysis_run_argument, "args", 2, 0,
                "Values of the templates' arguments", .merge_key = "name"),
    LIST_STRUCT(dry_run, korch_dry_run, "dryRun", 3, 0, "Metrics whose outcome counts for nothing",
                .merge_key = "metricName"),
    LIST_STRUCT(measurement_retention, korch_measurement_retention, "measurementRetention", 4, 0,
                "How many measurements are kept", .merge_key = "metricName"),
    STRUCT(analysis_run_metadata, korch_analysis_run_metadata, "analysisRunMetadata", 5, 0,
           "Labels and annotations of the AnalysisRun"),
};
const korch_type korch_rollout_analysis_type =
    TYPE("RolloutAnalysis", rollout_analysis_fields,
         "An analysis: templates that are merged into one AnalysisRun",
         .validate = korch__rollout_analysis_validate);
#undef S

#define S korch_rollout_analysis_background
static const korch_field rollout_analysis_background_fields[] = {
    LIST_STRUCT(templates, korch_rollout_analysis_template, "templates", IN(1, 1), 0,
                "The templates", .merge_key = "templateName"),
    LIST_STRUCT(args, korch_analysis_run_argument, "args", IN(1, 2), 0,
                "Values of the templates' arguments", .merge_key = "name"),
    LIST_STRUCT(dry_run, korch_dry_run, "dryRun", IN(1, 3), 0,
                "Metrics whose outcome counts for nothing", .merge_key = "metricName"),
    LIST_STRUCT(measurement_retention, korch_measurement_retention, "measurementRetention",
                IN(1, 4), 0, "How many measurements are kept", .merge_key = "metricName"),
    STRUCT(analysis_run_metadata, korch_analysis_run_metadata, "analysisRunMetadata", IN(1, 5), 0,
           "Labels and annotations of the AnalysisRun"),
    INT32(starting_step, "startingStep", 2, POINTER,
          "Index of the step that it starts at; 0 when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
};
const korch_type korch_rollout_analysis_background_type =
    TYPE("RolloutAnalysisBackground", rollout_analysis_background_fields,
         "An analysis that runs beside the steps",
         .validate = korch__rollout_analysis_background_validate);
#undef S
