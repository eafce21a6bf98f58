/*
 * Deployments and ReplicaSets: the tables of the structs in <korch/api/apps.h>.
 * One line per field; rules over several fields stand in validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/apps.h>

#define S korch_rolling_update_deployment
static const korch_field rolling_update_deployment_fields[] = {
    INT_OR_STRING(max_unavailable, "maxUnavailable", 1, 0,
                  "Pods that may be missing meanwhile, as number or percentage"),
    INT_OR_STRING(max_surge, "maxSurge", 2, 0,
                  "Pods that there may be too many meanwhile, as number or percentage"),
};
const korch_type korch_rolling_update_deployment_type =
    TYPE("RollingUpdateDeployment", rolling_update_deployment_fields,
         "How fast a rolling update goes", .validate = korch__rolling_update_deployment_validate);
#undef S

#define S korch_deployment_strategy
static const korch_field deployment_strategy_fields[] = {
    STRING(type, "type", 1, 0, "Step by step, or all at once",
           .allowed = ALLOWED("Recreate", "RollingUpdate")),
    STRUCT(rolling_update, korch_rolling_update_deployment, "rollingUpdate", 2, 0,
           "How fast the steps are"),
};
const korch_type korch_deployment_strategy_type =
    TYPE("DeploymentStrategy", deployment_strategy_fields, "How old pods are replaced by new ones",
         .validate = korch__deployment_strategy_validate);
#undef S

#define S korch_deployment_spec
static const korch_field deployment_spec_fields[] = {
    INT32(replicas, "replicas", 1, POINTER, "How many pods", .format = KORCH_FORMAT_NON_NEGATIVE,
          .default_json = "1"),
    STRUCT(selector, korch_label_selector, "selector", 2, REQUIRED | IMMUTABLE | ATOMIC,
           "Labels of its pods"),
    STRUCT(template_, korch_pod_template_spec, "template", 3, REQUIRED,
           "What the pods are made from"),
    STRUCT(strategy, korch_deployment_strategy, "strategy", 4, REPLACE_KEYS,
           "How old pods are replaced"),
    INT32(min_ready_seconds, "minReadySeconds", 5, 0,
          "Seconds that a pod must be ready to count as available",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(revision_history_limit, "revisionHistoryLimit", 6, POINTER,
          "Old ReplicaSets that are kept", .format = KORCH_FORMAT_NON_NEGATIVE,
          .default_json = "10"),
    BOOL(paused, "paused", 7, 0, "Whether changes of the template wait"),
    INT32(progress_deadline_seconds, "progressDeadlineSeconds", 9, POINTER,
          "Seconds without progress after which it is said to fail",
          .format = KORCH_FORMAT_NON_NEGATIVE, .default_json = "600"),
};
const korch_type korch_deployment_spec_type =
    TYPE("DeploymentSpec", deployment_spec_fields,
         "What pods a Deployment keeps, and how it replaces them",
         .set_defaults = korch__deployment_spec_set_defaults,
         .validate = korch__deployment_spec_validate);
#undef S

#define S korch_deployment_condition
static const korch_field deployment_condition_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "Which aspect, such as Available"),
    STRING(status, "status", 2, REQUIRED | EMIT, "Whether it holds",
           .allowed = ALLOWED("True", "False", "Unknown")),
    TIME(last_update_time, "lastUpdateTime", 6, 0, "When it was written last"),
    TIME(last_transition_time, "lastTransitionTime", 7, 0, "When the status changed last"),
    STRING(reason, "reason", 4, 0, "One word for machines, why"),
    STRING(message, "message", 5, 0, "A sentence for people"),
};
const korch_type korch_deployment_condition_type =
    TYPE("DeploymentCondition", deployment_condition_fields, "One aspect of a Deployment's state");
#undef S

#define S korch_deployment_status
static const korch_field deployment_status_fields[] = {
    INT64(observed_generation, "observedGeneration", 1, 0, "Generation that this was computed for",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(replicas, "replicas", 2, 0, "Pods that there are", .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(updated_replicas, "updatedReplicas", 3, 0, "Pods of the present template",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(ready_replicas, "readyReplicas", 7, 0, "Pods that are ready",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(available_replicas, "availableReplicas", 4, 0, "Pods that are ready long enough",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(unavailable_replicas, "unavailableReplicas", 5, 0, "Pods that are missing",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(terminating_replicas, "terminatingReplicas", 9, POINTER, "Pods that are going",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    LIST_STRUCT(conditions, korch_deployment_condition, "conditions", 6, 0, "Aspects of its state",
                .merge_key = "type"),
    INT32(collision_count, "collisionCount", 8, POINTER,
          "How often a name of a ReplicaSet was taken already",
          .format = KORCH_FORMAT_NON_NEGATIVE),
};
const korch_type korch_deployment_status_type =
    TYPE("DeploymentStatus", deployment_status_fields, "What a Deployment has reached");
#undef S

#define S korch_deployment
static const korch_field deployment_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_deployment_spec, "spec", 2, REQUIRED, "What pods it keeps"),
    STRUCT(status, korch_deployment_status, "status", 3, 0, "What it has reached"),
};
const korch_type korch_deployment_type =
    TYPE("Deployment", deployment_fields, "Pods that are alike, updated step by step");
#undef S

#define S korch_replica_set_spec
static const korch_field replica_set_spec_fields[] = {
    INT32(replicas, "replicas", 1, POINTER, "How many pods", .format = KORCH_FORMAT_NON_NEGATIVE,
          .default_json = "1"),
    INT32(min_ready_seconds, "minReadySeconds", 4, 0,
          "Seconds that a pod must be ready to count as available",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    STRUCT(selector, korch_label_selector, "selector", 2, REQUIRED | IMMUTABLE | ATOMIC,
           "Labels of its pods"),
    STRUCT(template_, korch_pod_template_spec, "template", 3, REQUIRED,
           "What the pods are made from"),
};
const korch_type korch_replica_set_spec_type =
    TYPE("ReplicaSetSpec", replica_set_spec_fields, "What pods a ReplicaSet keeps",
         .validate = korch__replica_set_spec_validate);
#undef S

#define S korch_replica_set_condition
static const korch_field replica_set_condition_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "Which aspect"),
    STRING(status, "status", 2, REQUIRED | EMIT, "Whether it holds",
           .allowed = ALLOWED("True", "False", "Unknown")),
    TIME(last_transition_time, "lastTransitionTime", 3, 0, "When the status changed last"),
    STRING(reason, "reason", 4, 0, "One word for machines, why"),
    STRING(message, "message", 5, 0, "A sentence for people"),
};
const korch_type korch_replica_set_condition_type =
    TYPE("ReplicaSetCondition", replica_set_condition_fields, "One aspect of a ReplicaSet's state");
#undef S

#define S korch_replica_set_status
static const korch_field replica_set_status_fields[] = {
    INT32(replicas, "replicas", 1, EMIT, "Pods that there are",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(fully_labeled_replicas, "fullyLabeledReplicas", 2, 0,
          "Pods with all labels of the template", .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(ready_replicas, "readyReplicas", 4, 0, "Pods that are ready",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(available_replicas, "availableReplicas", 5, 0, "Pods that are ready long enough",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(terminating_replicas, "terminatingReplicas", 7, POINTER, "Pods that are going",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT64(observed_generation, "observedGeneration", 3, 0, "Generation that this was computed for",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    LIST_STRUCT(conditions, korch_replica_set_condition, "conditions", 6, 0, "Aspects of its state",
                .merge_key = "type"),
};
const korch_type korch_replica_set_status_type =
    TYPE("ReplicaSetStatus", replica_set_status_fields, "What a ReplicaSet has reached");
#undef S

#define S korch_replica_set
static const korch_field replica_set_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_replica_set_spec, "spec", 2, REQUIRED, "What pods it keeps"),
    STRUCT(status, korch_replica_set_status, "status", 3, 0, "What it has reached"),
};
const korch_type korch_replica_set_type =
    TYPE("ReplicaSet", replica_set_fields, "A number of pods that are alike");
#undef S
