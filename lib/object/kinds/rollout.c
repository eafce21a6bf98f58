/*
 * Rollouts: the tables of the structs in <korch/api/rollout.h>. One line per field; rules over
 * several fields stand in validate_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/rollout.h>

#define S korch_rollout_object_ref
static const korch_field rollout_object_ref_fields[] = {
    STRING(api_version, "apiVersion", 1, 0, "API version of the workload"),
    STRING(kind, "kind", 2, 0, "Kind of the workload, such as Deployment"),
    STRING(name, "name", 3, 0, "Name of the workload"),
    STRING(scale_down, "scaleDown", 4, 0, "When the workload's own pods go; never when absent",
           .allowed = ALLOWED("never", "onsuccess", "progressively")),
};
const korch_type korch_rollout_object_ref_type =
    TYPE("ObjectRef", rollout_object_ref_fields, "A workload that the template is taken from");
#undef S

#define S korch_rollback_window
static const korch_field rollback_window_fields[] = {
    INT32(revisions, "revisions", 1, 0, "How many revisions", .format = KORCH_FORMAT_NON_NEGATIVE),
};
const korch_type korch_rollback_window_type = TYPE("RollbackWindowSpec", rollback_window_fields,
                                                   "How far back a rollback goes without steps");
#undef S

#define S korch_analysis_run_strategy
static const korch_field analysis_run_strategy_fields[] = {
    INT32(successful_run_history_limit, "successfulRunHistoryLimit", 1, POINTER,
          "Successful ones; 5 when absent", .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(unsuccessful_run_history_limit, "unsuccessfulRunHistoryLimit", 2, POINTER,
          "Others; 5 when absent", .format = KORCH_FORMAT_NON_NEGATIVE),
};
const korch_type korch_analysis_run_strategy_type =
    TYPE("AnalysisRunStrategy", analysis_run_strategy_fields,
         "How many AnalysisRuns and Experiments are kept");
#undef S

#define S korch_preferred_anti_affinity
static const korch_field preferred_anti_affinity_fields[] = {
    INT32(weight, "weight", 1, EMIT, "How much it counts, 1 to 100"),
};
const korch_type korch_preferred_anti_affinity_type =
    TYPE("PreferredDuringSchedulingIgnoredDuringExecution", preferred_anti_affinity_fields,
         "Revisions rather not on one node");
#undef S

#define S korch_rollout_anti_affinity
static const korch_field rollout_anti_affinity_fields[] = {
    STRUCT(preferred, korch_preferred_anti_affinity,
           "preferredDuringSchedulingIgnoredDuringExecution", 1, 0, "Rather not"),
    RAW(required, "requiredDuringSchedulingIgnoredDuringExecution", 2, 0,
        "Never; an object without members"),
};
const korch_type korch_rollout_anti_affinity_type =
    TYPE("AntiAffinity", rollout_anti_affinity_fields, "Revisions not on the same node",
         .validate = korch__rollout_anti_affinity_validate);
#undef S

#define S korch_ping_pong_spec
static const korch_field ping_pong_spec_fields[] = {
    STRING(ping_service, "pingService", 1, EMIT, "The one"),
    STRING(pong_service, "pongService", 2, EMIT, "The other"),
};
const korch_type korch_ping_pong_spec_type = TYPE(
    "PingPongSpec", ping_pong_spec_fields, "Two services that change their parts with each update");
#undef S

#define S korch_replica_progress_threshold
static const korch_field replica_progress_threshold_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "What value counts",
           .allowed = ALLOWED("Percent", "Percentage", "Pod")),
    INT32(value, "value", 2, EMIT, "Percentage of the pods wanted, or a number of pods",
          .format = KORCH_FORMAT_NON_NEGATIVE),
};
const korch_type korch_replica_progress_threshold_type =
    TYPE("ReplicaProgressThreshold", replica_progress_threshold_fields,
         "How many pods must be available to go on",
         .validate = korch__replica_progress_threshold_validate);
#undef S

#define S korch_canary_strategy
static const korch_field canary_strategy_fields[] = {
    STRING(canary_service, "canaryService", 1, 0, "Service that selects the canary's pods"),
    STRING(stable_service, "stableService", 2, 0, "Service that selects the stable pods"),
    LIST_STRUCT(steps, korch_canary_step, "steps", 3, 0, "The steps; none: a rolling update"),
    STRUCT(traffic_routing, korch_rollout_traffic_routing, "trafficRouting", 4, 0,
           "Which router sets the weights; none: the numbers of pods do"),
    INT_OR_STRING(max_unavailable, "maxUnavailable", 5, 0,
                  "Pods that may be missing meanwhile; 25% when absent"),
    INT_OR_STRING(max_surge, "maxSurge", 6, 0,
                  "Pods that there may be too many meanwhile; 25% when absent"),
    STRUCT(analysis, korch_rollout_analysis_background, "analysis", 7, 0,
           "An analysis that runs beside the steps"),
    STRUCT(anti_affinity, korch_rollout_anti_affinity, "antiAffinity", 8, 0,
           "Revisions not on the same node"),
    STRUCT(canary_metadata, korch_pod_template_metadata, "canaryMetadata", 9, 0,
           "Labels and annotations of the canary's pods"),
    STRUCT(stable_metadata, korch_pod_template_metadata, "stableMetadata", 10, 0,
           "Labels and annotations of the stable pods"),
    INT32(scale_down_delay_seconds, "scaleDownDelaySeconds", 11, POINTER,
          "Seconds that old pods stay after the update; 30 with a router, else 0",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(scale_down_delay_revision_limit, "scaleDownDelayRevisionLimit", 12, POINTER,
          "How many old revisions may wait for that; all when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(abort_scale_down_delay_seconds, "abortScaleDownDelaySeconds", 13, POINTER,
          "Seconds that the canary stays when aborted, 0: for ever; 30 with a router when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    BOOL(dynamic_stable_scale, "dynamicStableScale", 14, 0,
         "Whether the stable pods become fewer as their weight does"),
    STRUCT(ping_pong, korch_ping_pong_spec, "pingPong", 15, 0,
           "Two services that change their parts with each update"),
    INT32(min_pods_per_replica_set, "minPodsPerReplicaSet", 16, POINTER,
          "Least number of pods of a revision that has any; 1 when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    STRUCT(replica_progress_threshold, korch_replica_progress_threshold, "replicaProgressThreshold",
           17, 0, "How many pods must be available to go on; all when absent"),
};
const korch_type korch_canary_strategy_type =
    TYPE("CanaryStrategy", canary_strategy_fields, "A new revision that gets more and more traffic",
         .validate = korch__canary_strategy_validate);
#undef S

#define S korch_blue_green_strategy
static const korch_field blue_green_strategy_fields[] = {
    STRING(active_service, "activeService", 1, REQUIRED | EMIT, "Service that gets the traffic"),
    STRING(preview_service, "previewService", 2, 0,
           "Service that selects the new pods before the switch"),
    INT32(preview_replica_count, "previewReplicaCount", 3, POINTER,
          "How many new pods before the switch; spec.replicas when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    BOOL(auto_promotion_enabled, "autoPromotionEnabled", 4, POINTER,
         "Whether the switch needs nobody's word; true when absent"),
    INT32(auto_promotion_seconds, "autoPromotionSeconds", 5, 0,
          "Seconds from the new pods being ready to the switch",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT_OR_STRING(max_unavailable, "maxUnavailable", 6, 0,
                  "Pods that may be missing in a restart; 25% when absent"),
    INT32(scale_down_delay_seconds, "scaleDownDelaySeconds", 7, POINTER,
          "Seconds that old pods stay after the switch; 30 when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(scale_down_delay_revision_limit, "scaleDownDelayRevisionLimit", 8, POINTER,
          "How many old revisions may wait for that; all when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    STRUCT(pre_promotion_analysis, korch_rollout_analysis, "prePromotionAnalysis", 9, 0,
           "An analysis that must succeed before the switch"),
    STRUCT(anti_affinity, korch_rollout_anti_affinity, "antiAffinity", 10, 0,
           "Revisions not on the same node"),
    STRUCT(post_promotion_analysis, korch_rollout_analysis, "postPromotionAnalysis", 11, 0,
           "An analysis that must succeed after the switch"),
    STRUCT(preview_metadata, korch_pod_template_metadata, "previewMetadata", 12, 0,
           "Labels and annotations of the new pods before the switch"),
    STRUCT(active_metadata, korch_pod_template_metadata, "activeMetadata", 13, 0,
           "Labels and annotations of the pods with the traffic"),
    INT32(abort_scale_down_delay_seconds, "abortScaleDownDelaySeconds", 14, POINTER,
          "Seconds that new pods stay when aborted, 0: for ever; 30 when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
};
const korch_type korch_blue_green_strategy_type =
    TYPE("BlueGreenStrategy", blue_green_strategy_fields,
         "A new revision that gets all traffic at once when it is ready",
         .validate = korch__blue_green_strategy_validate);
#undef S

#define S korch_rollout_strategy
static const korch_field rollout_strategy_fields[] = {
    STRUCT(blue_green, korch_blue_green_strategy, "blueGreen", 1, 0, "All traffic at once"),
    STRUCT(canary, korch_canary_strategy, "canary", 2, 0, "Step by step"),
};
const korch_type korch_rollout_strategy_type =
    TYPE("RolloutStrategy", rollout_strategy_fields, "How old pods are replaced: one of the two",
         .validate = korch__rollout_strategy_validate);
#undef S

#define S korch_rollout_spec
static const korch_field rollout_spec_fields[] = {
    INT32(replicas, "replicas", 1, POINTER, "How many pods; 1 when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    STRUCT(selector, korch_label_selector, "selector", 2, ATOMIC, "Labels of its pods"),
    STRUCT(template_, korch_pod_template_spec, "template", 3, 0, "What the pods are made from"),
    INT32(min_ready_seconds, "minReadySeconds", 4, 0,
          "Seconds that a pod must be ready to count as available",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    STRUCT(strategy, korch_rollout_strategy, "strategy", 5, 0, "How old pods are replaced"),
    INT32(revision_history_limit, "revisionHistoryLimit", 6, POINTER,
          "Old ReplicaSets that are kept; 10 when absent", .format = KORCH_FORMAT_NON_NEGATIVE),
    BOOL(paused, "paused", 7, 0, "Whether the update stands still where it is"),
    INT32(progress_deadline_seconds, "progressDeadlineSeconds", 8, POINTER,
          "Seconds without progress after which it is said to fail; 600 when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    TIME(restart_at, "restartAt", 9, 0, "Pods that are older than this are replaced"),
    STRUCT(workload_ref, korch_rollout_object_ref, "workloadRef", 10, 0,
           "Workload that the template is taken from"),
    STRUCT(analysis, korch_analysis_run_strategy, "analysis", 11, 0,
           "How many AnalysisRuns and Experiments are kept"),
    BOOL(progress_deadline_abort, "progressDeadlineAbort", 12, 0,
         "Whether an update that is said to fail is aborted"),
    STRUCT(rollback_window, korch_rollback_window, "rollbackWindow", 13, 0,
           "How far back a rollback goes without steps"),
};
const korch_type korch_rollout_spec_type =
    TYPE("RolloutSpec", rollout_spec_fields, "What pods a Rollout keeps, and how it replaces them",
         .validate = korch__rollout_spec_validate);
#undef S

#define S korch_rollout
static const korch_field rollout_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_rollout_spec, "spec", 2, REQUIRED, "What pods it keeps"),
    STRUCT(status, korch_rollout_status, "status", 3, 0, "What it has reached"),
};
const korch_type korch_rollout_type =
    TYPE("Rollout", rollout_fields, "Pods that are alike, updated by a canary or by blue-green");
#undef S
