/*
 * StatefulSets and ControllerRevisions: the tables of the structs in <korch/api/apps_stateful.h>.
 * Rules over several fields stand in validate_sets.c, defaults that depend on others in
 * defaults_misc.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/apps_stateful.h>

#define S korch_rolling_update_stateful_set_strategy
static const korch_field rolling_update_stateful_set_strategy_fields[] = {
    INT32(partition, "partition", 1, POINTER, "Ordinals below stay as they are",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT_OR_STRING(max_unavailable, "maxUnavailable", 2, 0,
                  "Pods that may be missing meanwhile, as number or percentage"),
};
const korch_type korch_rolling_update_stateful_set_strategy_type =
    TYPE("RollingUpdateStatefulSetStrategy", rolling_update_stateful_set_strategy_fields,
         "How far and how fast an update goes",
         .validate = korch__rolling_update_stateful_set_strategy_validate);
#undef S

#define S korch_stateful_set_update_strategy
static const korch_field stateful_set_update_strategy_fields[] = {
    STRING(type, "type", 1, 0, "By itself, or as somebody deletes them",
           .allowed = ALLOWED("RollingUpdate", "OnDelete")),
    STRUCT(rolling_update, korch_rolling_update_stateful_set_strategy, "rollingUpdate", 2, 0,
           "How far and how fast"),
};
const korch_type korch_stateful_set_update_strategy_type =
    TYPE("StatefulSetUpdateStrategy", stateful_set_update_strategy_fields,
         "How old pods are replaced by new ones",
         .validate = korch__stateful_set_update_strategy_validate);
#undef S

#define S korch_stateful_set_persistent_volume_claim_retention_policy
static const korch_field stateful_set_persistent_volume_claim_retention_policy_fields[] = {
    STRING(when_deleted, "whenDeleted", 1, 0, "When the set is deleted",
           .allowed = ALLOWED("Retain", "Delete")),
    STRING(when_scaled, "whenScaled", 2, 0, "When the set shrinks",
           .allowed = ALLOWED("Retain", "Delete")),
};
const korch_type korch_stateful_set_persistent_volume_claim_retention_policy_type =
    TYPE("StatefulSetPersistentVolumeClaimRetentionPolicy",
         stateful_set_persistent_volume_claim_retention_policy_fields,
         "What becomes of claims that are not used any more");
#undef S

#define S korch_stateful_set_ordinals
static const korch_field stateful_set_ordinals_fields[] = {
    INT32(start, "start", 1, EMIT, "The first number", .format = KORCH_FORMAT_NON_NEGATIVE),
};
const korch_type korch_stateful_set_ordinals_type =
    TYPE("StatefulSetOrdinals", stateful_set_ordinals_fields, "How pods are numbered");
#undef S

#define S korch_stateful_set_spec
static const korch_field stateful_set_spec_fields[] = {
    INT32(replicas, "replicas", 1, POINTER, "How many pods", .format = KORCH_FORMAT_NON_NEGATIVE,
          .default_json = "1"),
    STRUCT(selector, korch_label_selector, "selector", 2, REQUIRED | IMMUTABLE | ATOMIC,
           "Labels of its pods"),
    STRUCT(template_, korch_pod_template_spec, "template", 3, REQUIRED,
           "What the pods are made from"),
    RAW(volume_claim_templates, "volumeClaimTemplates", 4, 0,
        "PersistentVolumeClaims of each pod, as JSON list"),
    STRING(service_name, "serviceName", 5, EMIT, "Service that gives the pods their names"),
    STRING(pod_management_policy, "podManagementPolicy", 6, IMMUTABLE, "One by one, or all at once",
           .allowed = ALLOWED("OrderedReady", "Parallel"), .default_json = "\"OrderedReady\""),
    STRUCT(update_strategy, korch_stateful_set_update_strategy, "updateStrategy", 7, 0,
           "How old pods are replaced"),
    INT32(revision_history_limit, "revisionHistoryLimit", 8, POINTER, "Old revisions that are kept",
          .format = KORCH_FORMAT_NON_NEGATIVE, .default_json = "10"),
    INT32(min_ready_seconds, "minReadySeconds", 9, 0,
          "Seconds that a pod must be ready to count as available",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    STRUCT(persistent_volume_claim_retention_policy,
           korch_stateful_set_persistent_volume_claim_retention_policy,
           "persistentVolumeClaimRetentionPolicy", 10, 0, "What becomes of its claims"),
    STRUCT(ordinals, korch_stateful_set_ordinals, "ordinals", 11, 0, "How its pods are numbered"),
};
const korch_type korch_stateful_set_spec_type =
    TYPE("StatefulSetSpec", stateful_set_spec_fields, "What pods a StatefulSet keeps",
         .set_defaults = korch__stateful_set_spec_set_defaults,
         .validate = korch__stateful_set_spec_validate);
#undef S

#define S korch_stateful_set_condition
static const korch_field stateful_set_condition_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "Which aspect"),
    STRING(status, "status", 2, REQUIRED | EMIT, "Whether it holds",
           .allowed = ALLOWED("True", "False", "Unknown")),
    TIME(last_transition_time, "lastTransitionTime", 3, 0, "When the status changed last"),
    STRING(reason, "reason", 4, 0, "One word for machines, why"),
    STRING(message, "message", 5, 0, "A sentence for people"),
};
const korch_type korch_stateful_set_condition_type = TYPE(
    "StatefulSetCondition", stateful_set_condition_fields, "One aspect of a StatefulSet's state");
#undef S

#define S korch_stateful_set_status
static const korch_field stateful_set_status_fields[] = {
    INT64(observed_generation, "observedGeneration", 1, 0, "Generation that this was computed for",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(replicas, "replicas", 2, EMIT, "Pods that there are",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(ready_replicas, "readyReplicas", 3, 0, "Pods that are ready",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(current_replicas, "currentReplicas", 4, 0, "Pods of currentRevision",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(updated_replicas, "updatedReplicas", 5, 0, "Pods of updateRevision",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    STRING(current_revision, "currentRevision", 6, 0,
           "ControllerRevision of pods that are not updated"),
    STRING(update_revision, "updateRevision", 7, 0, "ControllerRevision of pods that are"),
    INT32(collision_count, "collisionCount", 9, POINTER,
          "How often a name of a revision was taken already", .format = KORCH_FORMAT_NON_NEGATIVE),
    LIST_STRUCT(conditions, korch_stateful_set_condition, "conditions", 10, 0,
                "Aspects of its state", .merge_key = "type"),
    INT32(available_replicas, "availableReplicas", 11, EMIT, "Pods that are ready long enough",
          .format = KORCH_FORMAT_NON_NEGATIVE),
};
const korch_type korch_stateful_set_status_type =
    TYPE("StatefulSetStatus", stateful_set_status_fields, "What a StatefulSet has reached");
#undef S

#define S korch_stateful_set
static const korch_field stateful_set_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_stateful_set_spec, "spec", 2, REQUIRED, "What pods it keeps"),
    STRUCT(status, korch_stateful_set_status, "status", 3, 0, "What it has reached"),
};
const korch_type korch_stateful_set_type =
    TYPE("StatefulSet", stateful_set_fields, "Pods with a number and a name each");
#undef S

#define S korch_controller_revision
static const korch_field controller_revision_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    RAW(data, "data", 2, IMMUTABLE, "The state, as JSON"),
    INT64(revision, "revision", 3, EMIT, "Its number; newer ones have greater numbers",
          .format = KORCH_FORMAT_NON_NEGATIVE),
};
const korch_type korch_controller_revision_type =
    TYPE("ControllerRevision", controller_revision_fields,
         "A state of something else, kept to go back to");
#undef S
