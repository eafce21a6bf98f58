/*
 * The steps of a canary: the tables of the structs in <korch/api/rollout_step.h>. One line per
 * field; rules over several fields stand in validate_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/rollout_step.h>

#define S korch_rollout_pause
static const korch_field rollout_pause_fields[] = {
    INT_OR_STRING(duration, "duration", 1, 0,
                  "Seconds, or text such as 10m; until it is promoted when absent"),
};
const korch_type korch_rollout_pause_type =
    TYPE("RolloutPause", rollout_pause_fields, "A pause of a canary");
#undef S

#define S korch_set_canary_scale
static const korch_field set_canary_scale_fields[] = {
    INT32(weight, "weight", 1, POINTER, "Percentage of spec.replicas",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(replicas, "replicas", 2, POINTER, "Number of pods", .format = KORCH_FORMAT_NON_NEGATIVE),
    BOOL(match_traffic_weight, "matchTrafficWeight", 3, 0,
         "Whether the number follows the weight again"),
};
const korch_type korch_set_canary_scale_type = TYPE(
    "SetCanaryScale", set_canary_scale_fields, "How many pods the canary has, whatever its weight",
    .validate = korch__set_canary_scale_validate);
#undef S

#define S korch_string_match
static const korch_field string_match_fields[] = {
    STRING(exact, "exact", 1, 0, "The text is this"),
    STRING(prefix, "prefix", 2, 0, "The text begins with this"),
    STRING(regex, "regex", 3, 0, "The text is matched by this regular expression"),
};
const korch_type korch_string_match_type =
    TYPE("StringMatch", string_match_fields, "How a text is compared");
#undef S

#define S korch_header_routing_match
static const korch_field header_routing_match_fields[] = {
    STRING(header_name, "headerName", 1, REQUIRED | EMIT, "Name of the header"),
    STRUCT(header_value, korch_string_match, "headerValue", 2, 0, "What its value must be"),
};
const korch_type korch_header_routing_match_type =
    TYPE("HeaderRoutingMatch", header_routing_match_fields, "A header that leads to the canary");
#undef S

#define S korch_set_header_route
static const korch_field set_header_route_fields[] = {
    STRING(name, "name", 1, 0, "Name of the route, one of trafficRouting.managedRoutes"),
    LIST_STRUCT(match, korch_header_routing_match, "match", 2, 0,
                "Headers that all must match; the route is removed when absent"),
};
const korch_type korch_set_header_route_type = TYPE(
    "SetHeaderRoute", set_header_route_fields, "Requests with certain headers go to the canary");
#undef S

#define S korch_route_match
static const korch_field route_match_fields[] = {
    STRUCT(method, korch_string_match, "method", 1, 0, "HTTP methods"),
    STRUCT(path, korch_string_match, "path", 2, 0, "Paths"),
    RAW(headers, "headers", 3, 0, "Headers by name, each with exact, prefix or regex"),
};
const korch_type korch_route_match_type =
    TYPE("RouteMatch", route_match_fields, "Which requests are mirrored");
#undef S

#define S korch_set_mirror_route
static const korch_field set_mirror_route_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT,
           "Name of the route, one of trafficRouting.managedRoutes"),
    LIST_STRUCT(match, korch_route_match, "match", 2, 0,
                "Requests to copy; the route is removed when absent"),
    INT32(percentage, "percentage", 4, POINTER, "How many of them in percent; all when absent"),
};
const korch_type korch_set_mirror_route_type =
    TYPE("SetMirrorRoute", set_mirror_route_fields, "Requests are copied to the canary");
#undef S

#define S korch_template_service
static const korch_field template_service_fields[] = {
    STRING(name, "name", 1, 0, "Name of the Service; that of the ReplicaSet when absent"),
};
const korch_type korch_template_service_type =
    TYPE("TemplateService", template_service_fields,
         "A Service for the pods of an experiment's template");
#undef S

#define S korch_pod_template_metadata
static const korch_field pod_template_metadata_fields[] = {
    MAP_STRING(labels, "labels", 1, 0, "Labels"),
    MAP_STRING(annotations, "annotations", 2, 0, "Annotations"),
};
const korch_type korch_pod_template_metadata_type =
    TYPE("PodTemplateMetadata", pod_template_metadata_fields,
         "What is added to pods while they play a part");
#undef S

#define S korch_rollout_experiment_template
static const korch_field rollout_experiment_template_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the template"),
    STRING(spec_ref, "specRef", 2, REQUIRED | EMIT, "Revision that the pods are made from",
           .allowed = ALLOWED("canary", "stable")),
    INT32(replicas, "replicas", 3, POINTER, "How many pods; 1 when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    STRUCT(metadata, korch_pod_template_metadata, "metadata", 4, 0,
           "Labels and annotations that are added"),
    STRUCT(selector, korch_label_selector, "selector", 5, 0,
           "Labels of its pods; the Rollout's selector when absent"),
    INT32(weight, "weight", 6, POINTER, "Percentage of the traffic that goes to its pods"),
    STRUCT(service, korch_template_service, "service", 7, 0, "A Service for its pods"),
};
const korch_type korch_rollout_experiment_template_type =
    TYPE("RolloutExperimentTemplate", rollout_experiment_template_fields,
         "Pods of an experiment, made from a revision");
#undef S

#define S korch_rollout_experiment_analysis
static const korch_field rollout_experiment_analysis_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the analysis"),
    STRING(template_name, "templateName", 2, REQUIRED | EMIT, "Name of the AnalysisTemplate"),
    BOOL(cluster_scope, "clusterScope", 3, 0, "Whether it is a ClusterAnalysisTemplate"),
    LIST_STRUCT(args, korch_analysis_run_argument, "args", 4, 0,
                "Values of the template's arguments", .merge_key = "name"),
    BOOL(required_for_completion, "requiredForCompletion", 5, 0,
         "Whether the experiment goes on until it is done"),
};
const korch_type korch_rollout_experiment_analysis_type =
    TYPE("RolloutExperimentStepAnalysisTemplateRef", rollout_experiment_analysis_fields,
         "An analysis of an experiment", .validate = korch__rollout_experiment_analysis_validate);
#undef S

#define S korch_rollout_experiment_step
static const korch_field rollout_experiment_step_fields[] = {
    LIST_STRUCT(templates, korch_rollout_experiment_template, "templates", 1, 0,
                "Pods that are started", .merge_key = "name"),
    STRING(duration, "duration", 2, 0,
           "How long, such as 30m; until its analyses are done when absent"),
    LIST_STRUCT(analyses, korch_rollout_experiment_analysis, "analyses", 3, 0,
                "Analyses that run meanwhile", .merge_key = "name"),
    LIST_STRUCT(dry_run, korch_dry_run, "dryRun", 4, 0, "Metrics whose outcome counts for nothing",
                .merge_key = "metricName"),
    STRUCT(analysis_run_metadata, korch_analysis_run_metadata, "analysisRunMetadata", 5, 0,
           "Labels and annotations of the AnalysisRuns"),
    INT32(scale_down_delay_seconds, "scaleDownDelaySeconds", 6, POINTER,
          "Seconds that its pods stay afterwards; 30 when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
};
const korch_type korch_rollout_experiment_step_type = TYPE(
    "RolloutExperimentStep", rollout_experiment_step_fields, "An experiment that a step waits for",
    .validate = korch__rollout_experiment_step_validate);
#undef S

#define S korch_plugin_step
static const korch_field plugin_step_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the plug-in"),
    RAW(config, "config", 2, 0, "Its settings"),
};
const korch_type korch_plugin_step_type =
    TYPE("PluginStep", plugin_step_fields, "A step of somebody else's making");
#undef S

#define S korch_canary_step
static const korch_field canary_step_fields[] = {
    INT32(set_weight, "setWeight", 1, POINTER, "Percentage of the traffic for the canary"),
    STRUCT(pause, korch_rollout_pause, "pause", 2, 0,
           "Waiting, for a time or until it is promoted"),
    STRUCT(experiment, korch_rollout_experiment_step, "experiment", 3, 0,
           "An experiment that must succeed"),
    STRUCT(analysis, korch_rollout_analysis, "analysis", 4, 0, "An analysis that must succeed"),
    STRUCT(set_canary_scale, korch_set_canary_scale, "setCanaryScale", 5, 0,
           "How many pods the canary has"),
    STRUCT(set_header_route, korch_set_header_route, "setHeaderRoute", 6, 0,
           "Requests with certain headers go to the canary"),
    STRUCT(set_mirror_route, korch_set_mirror_route, "setMirrorRoute", 8, 0,
           "Requests are copied to the canary"),
    STRUCT(plugin, korch_plugin_step, "plugin", 9, 0, "A step of somebody else's making"),
};
const korch_type korch_canary_step_type =
    TYPE("CanaryStep", canary_step_fields,
         "One step of a canary: one member, and beside it at most setCanaryScale and the routes",
         .validate = korch__canary_step_validate);
#undef S
