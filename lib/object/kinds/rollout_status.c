/*
 * What a Rollout has reached: the tables of the structs in <korch/api/rollout_status.h>. One line
 * per field; rules over several fields stand in validate_*.c.
 */
#include "object/kinds/rows.h"
#include <korch/api/rollout_status.h>

#define S korch_pause_condition
static const korch_field pause_condition_fields[] = {
    STRING(reason, "reason", 1, REQUIRED | EMIT,
           "CanaryPauseStep, BlueGreenPause, InconclusiveAnalysisRun or InconclusiveExperiment"),
    TIME(start_time, "startTime", 2, REQUIRED, "Since when"),
};
const korch_type korch_pause_condition_type =
    TYPE("PauseCondition", pause_condition_fields, "A reason why a Rollout is paused");
#undef S

#define S korch_rollout_condition
static const korch_field rollout_condition_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT,
           "Which aspect: Available, Progressing, Paused, Completed, Healthy, InvalidSpec, "
           "ReplicaFailure"),
    STRING(status, "status", 2, REQUIRED | EMIT, "Whether it holds",
           .allowed = ALLOWED("True", "False", "Unknown")),
    TIME(last_update_time, "lastUpdateTime", 3, 0, "When it was written last"),
    TIME(last_transition_time, "lastTransitionTime", 4, 0, "When the status changed last"),
    STRING(reason, "reason", 5, EMIT, "One word for machines, why"),
    STRING(message, "message", 6, EMIT, "A sentence for people"),
};
const korch_type korch_rollout_condition_type =
    TYPE("RolloutCondition", rollout_condition_fields, "One aspect of a Rollout's state");
#undef S

#define S korch_rollout_analysis_run_status
static const korch_field rollout_analysis_run_status_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the AnalysisRun"),
    STRING(status, "status", 2, EMIT, "Its phase"),
    STRING(message, "message", 3, 0, "Why it is so"),
};
const korch_type korch_rollout_analysis_run_status_type =
    TYPE("RolloutAnalysisRunStatus", rollout_analysis_run_status_fields,
         "An AnalysisRun that the Rollout waits for");
#undef S

#define S korch_weight_destination
static const korch_field weight_destination_fields[] = {
    INT32(weight, "weight", 1, EMIT, "The share in percent"),
    STRING(service_name, "serviceName", 2, 0, "Service that gets it"),
    STRING(pod_template_hash, "podTemplateHash", 3, 0, "Revision that gets it"),
};
const korch_type korch_weight_destination_type =
    TYPE("WeightDestination", weight_destination_fields, "Where a share of the traffic goes");
#undef S

#define S korch_traffic_weights
static const korch_field traffic_weights_fields[] = {
    STRUCT(canary, korch_weight_destination, "canary", 1, 0, "The canary's"),
    STRUCT(stable, korch_weight_destination, "stable", 2, 0, "The stable pods'"),
    LIST_STRUCT(additional, korch_weight_destination, "additional", 3, 0, "Those of experiments"),
    BOOL(verified, "verified", 4, POINTER, "Whether the router confirmed them"),
};
const korch_type korch_traffic_weights_type =
    TYPE("TrafficWeights", traffic_weights_fields, "The weights in force");
#undef S

#define S korch_step_plugin_status
static const korch_field step_plugin_status_fields[] = {
    INT32(index, "index", 1, EMIT, "Index of the step"),
    STRING(name, "name", 2, REQUIRED | EMIT, "Name of the plug-in"),
    STRING(message, "message", 3, 0, "Why it is so"),
    STRING(phase, "phase", 4, 0, "Running, Successful, Failed or Error"),
    TIME(started_at, "startedAt", 5, 0, "When it was started"),
    TIME(updated_at, "updatedAt", 6, 0, "When it was asked last"),
    TIME(finished_at, "finishedAt", 7, 0, "When it was done"),
    STRING(backoff, "backoff", 8, 0, "How long until it is asked again"),
    INT32(executions, "executions", 9, 0, "How often it was asked"),
    BOOL(disabled, "disabled", 10, 0, "Whether the step is passed over"),
    STRING(operation, "operation", 11, REQUIRED | EMIT, "Run, Terminate or Abort"),
    RAW(status, "status", 12, 0, "What the plug-in keeps"),
};
const korch_type korch_step_plugin_status_type =
    TYPE("StepPluginStatus", step_plugin_status_fields,
         "What a step of somebody else's making has reached");
#undef S

#define S korch_rollout_canary_status
static const korch_field rollout_canary_status_fields[] = {
    STRUCT(current_step_analysis_run_status, korch_rollout_analysis_run_status,
           "currentStepAnalysisRunStatus", 1, 0, "The AnalysisRun of the present step"),
    STRUCT(current_background_analysis_run_status, korch_rollout_analysis_run_status,
           "currentBackgroundAnalysisRunStatus", 2, 0, "The AnalysisRun beside the steps"),
    STRING(current_experiment, "currentExperiment", 3, 0,
           "Name of the Experiment of the present step"),
    STRUCT(weights, korch_traffic_weights, "weights", 4, 0,
           "The weights that the router was given"),
    STRING(stable_ping_pong, "stablePingPong", 5, 0,
           "Which service has the stable pods, ping or pong", .allowed = ALLOWED("ping", "pong")),
    LIST_STRUCT(step_plugin_statuses, korch_step_plugin_status, "stepPluginStatuses", 6, 0,
                "What steps of somebody else's making have reached"),
};
const korch_type korch_rollout_canary_status_type =
    TYPE("CanaryStatus", rollout_canary_status_fields, "What a canary has reached");
#undef S

#define S korch_rollout_blue_green_status
static const korch_field rollout_blue_green_status_fields[] = {
    STRING(preview_selector, "previewSelector", 1, 0, "Revision that the preview service selects"),
    STRING(active_selector, "activeSelector", 2, 0, "Revision that the active service selects"),
    BOOL(scale_up_preview_check_point, "scaleUpPreviewCheckPoint", 3, 0,
         "Whether the preview pods may become as many as spec.replicas"),
    STRUCT(pre_promotion_analysis_run_status, korch_rollout_analysis_run_status,
           "prePromotionAnalysisRunStatus", 4, 0, "The AnalysisRun before the switch"),
    STRUCT(post_promotion_analysis_run_status, korch_rollout_analysis_run_status,
           "postPromotionAnalysisRunStatus", 5, 0, "The AnalysisRun after the switch"),
};
const korch_type korch_rollout_blue_green_status_type = TYPE(
    "BlueGreenStatus", rollout_blue_green_status_fields, "What a blue-green update has reached");
#undef S

#define S korch_aws_resource_ref
static const korch_field aws_resource_ref_fields[] = {
    STRING(name, "name", 1, EMIT, "Its name"),
    STRING(arn, "arn", 2, EMIT, "Its Amazon resource name"),
    STRING(full_name, "fullName", 3, 0, "Its whole name"),
};
const korch_type korch_aws_resource_ref_type =
    TYPE("AwsResourceRef", aws_resource_ref_fields, "A thing of AWS");
#undef S

#define S korch_alb_status
static const korch_field alb_status_fields[] = {
    STRUCT(load_balancer, korch_aws_resource_ref, "loadBalancer", 1, 0, "The load balancer"),
    STRUCT(canary_target_group, korch_aws_resource_ref, "canaryTargetGroup", 2, 0,
           "The canary's target group"),
    STRUCT(stable_target_group, korch_aws_resource_ref, "stableTargetGroup", 3, 0,
           "The stable pods' target group"),
    STRING(ingress, "ingress", 4, 0, "Ingress that it belongs to"),
};
const korch_type korch_alb_status_type =
    TYPE("ALBStatus", alb_status_fields, "A load balancer of AWS");
#undef S

#define S korch_rollout_status
static const korch_field rollout_status_fields[] = {
    BOOL(abort, "abort", 1, 0,
         "Whether the update is given up; set by people and by the controller"),
    LIST_STRUCT(pause_conditions, korch_pause_condition, "pauseConditions", 2, 0,
                "Why it is paused; cleared by people to go on"),
    BOOL(controller_pause, "controllerPause", 3, 0,
         "Whether the controller paused it; without pauseConditions: people let it go on"),
    TIME(aborted_at, "abortedAt", 4, 0, "When it was aborted"),
    STRING(current_pod_hash, "currentPodHash", 5, 0, "Hash of the present template"),
    STRING(current_step_hash, "currentStepHash", 6, 0,
           "Hash of the steps, to see that they were changed"),
    INT32(replicas, "replicas", 7, 0, "Pods that there are"),
    INT32(updated_replicas, "updatedReplicas", 8, 0, "Pods of the present template"),
    INT32(ready_replicas, "readyReplicas", 9, 0, "Pods that are ready"),
    INT32(available_replicas, "availableReplicas", 10, 0, "Pods that are ready long enough"),
    INT32(current_step_index, "currentStepIndex", 11, POINTER,
          "Index of the present step; the number of steps when all are done"),
    INT32(collision_count, "collisionCount", 12, POINTER,
          "How often a name of a ReplicaSet was taken already"),
    STRING(observed_generation, "observedGeneration", 13, 0,
           "Generation that this was computed for, as text"),
    LIST_STRUCT(conditions, korch_rollout_condition, "conditions", 14, 0, "Aspects of its state"),
    STRUCT(canary, korch_rollout_canary_status, "canary", 15, 0, "What a canary has reached"),
    STRUCT(blue_green, korch_rollout_blue_green_status, "blueGreen", 16, 0,
           "What a blue-green update has reached"),
    INT32(hpa_replicas, "HPAReplicas", 17, 0, "Pods that get traffic, for autoscalers"),
    STRING(selector, "selector", 18, 0, "Labels of the pods that get traffic"),
    STRING(stable_rs, "stableRS", 19, 0, "Hash of the revision that was rolled out last"),
    TIME(restarted_at, "restartedAt", 20, 0, "Value of spec.restartAt that was carried out"),
    BOOL(promote_full, "promoteFull", 21, 0,
         "Whether steps, pauses and analysis are passed over; set by people"),
    STRING(phase, "phase", 22, 0, "Healthy, Degraded, Progressing or Paused"),
    STRING(message, "message", 23, 0, "Why it is in this phase"),
    STRING(workload_observed_generation, "workloadObservedGeneration", 24, 0,
           "Generation of the workload that this was computed for, as text"),
    STRUCT(alb, korch_alb_status, "alb", 25, 0, "The load balancer of AWS"),
    LIST_STRUCT(albs, korch_alb_status, "albs", 26, 0,
                "The load balancers of AWS when there are several"),
};
const korch_type korch_rollout_status_type =
    TYPE("RolloutStatus", rollout_status_fields, "What a Rollout has reached");
#undef S
