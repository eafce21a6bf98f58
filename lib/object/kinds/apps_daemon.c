/*
 * DaemonSets: the tables of the structs in <korch/api/apps_daemon.h>. Rules over several fields
 * stand in validate_sets.c, defaults that depend on others in defaults_misc.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/apps_daemon.h>

#define S korch_rolling_update_daemon_set
static const korch_field rolling_update_daemon_set_fields[] = {
    INT_OR_STRING(max_unavailable, "maxUnavailable", 1, 0,
                  "Nodes whose pod may be missing meanwhile, as number or percentage"),
    INT_OR_STRING(max_surge, "maxSurge", 2, 0,
                  "Nodes that may have a new pod beside the old one, as number or percentage"),
};
const korch_type korch_rolling_update_daemon_set_type =
    TYPE("RollingUpdateDaemonSet", rolling_update_daemon_set_fields, "How fast an update goes",
         .set_defaults = korch__rolling_update_daemon_set_set_defaults,
         .validate = korch__rolling_update_daemon_set_validate);
#undef S

#define S korch_daemon_set_update_strategy
static const korch_field daemon_set_update_strategy_fields[] = {
    STRING(type, "type", 1, 0, "By itself, or as somebody deletes them",
           .allowed = ALLOWED("RollingUpdate", "OnDelete")),
    STRUCT(rolling_update, korch_rolling_update_daemon_set, "rollingUpdate", 2, 0, "How fast"),
};
const korch_type korch_daemon_set_update_strategy_type =
    TYPE("DaemonSetUpdateStrategy", daemon_set_update_strategy_fields,
         "How old pods are replaced by new ones");
#undef S

#define S korch_daemon_set_spec
static const korch_field daemon_set_spec_fields[] = {
    STRUCT(selector, korch_label_selector, "selector", 1, REQUIRED | IMMUTABLE | ATOMIC,
           "Labels of its pods"),
    STRUCT(template_, korch_pod_template_spec, "template", 2, REQUIRED,
           "What the pods are made from"),
    STRUCT(update_strategy, korch_daemon_set_update_strategy, "updateStrategy", 3, 0,
           "How old pods are replaced"),
    INT32(min_ready_seconds, "minReadySeconds", 4, 0,
          "Seconds that a pod must be ready to count as available",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(revision_history_limit, "revisionHistoryLimit", 6, POINTER, "Old revisions that are kept",
          .format = KORCH_FORMAT_NON_NEGATIVE, .default_json = "10"),
};
const korch_type korch_daemon_set_spec_type =
    TYPE("DaemonSetSpec", daemon_set_spec_fields, "What pods a DaemonSet keeps",
         .set_defaults = korch__daemon_set_spec_set_defaults,
         .validate = korch__daemon_set_spec_validate);
#undef S

#define S korch_daemon_set_condition
static const korch_field daemon_set_condition_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "Which aspect"),
    STRING(status, "status", 2, REQUIRED | EMIT, "Whether it holds",
           .allowed = ALLOWED("True", "False", "Unknown")),
    TIME(last_transition_time, "lastTransitionTime", 3, 0, "When the status changed last"),
    STRING(reason, "reason", 4, 0, "One word for machines, why"),
    STRING(message, "message", 5, 0, "A sentence for people"),
};
const korch_type korch_daemon_set_condition_type =
    TYPE("DaemonSetCondition", daemon_set_condition_fields, "One aspect of a DaemonSet's state");
#undef S

#define S korch_daemon_set_status
static const korch_field daemon_set_status_fields[] = {
    INT32(current_number_scheduled, "currentNumberScheduled", 1, EMIT,
          "Nodes that should have a pod and have one", .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(number_misscheduled, "numberMisscheduled", 2, EMIT,
          "Nodes that have a pod and should not", .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(desired_number_scheduled, "desiredNumberScheduled", 3, EMIT,
          "Nodes that should have a pod", .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(number_ready, "numberReady", 4, EMIT, "Of these, with one that is ready",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT64(observed_generation, "observedGeneration", 5, 0, "Generation that this was computed for",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(updated_number_scheduled, "updatedNumberScheduled", 6, 0,
          "Of these, with one of the present template", .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(number_available, "numberAvailable", 7, 0, "Of these, with one that is ready long enough",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(number_unavailable, "numberUnavailable", 8, 0, "Of these, without such a one",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(collision_count, "collisionCount", 9, POINTER,
          "How often a name of a revision was taken already", .format = KORCH_FORMAT_NON_NEGATIVE),
    LIST_STRUCT(conditions, korch_daemon_set_condition, "conditions", 10, 0, "Aspects of its state",
                .merge_key = "type"),
};
const korch_type korch_daemon_set_status_type =
    TYPE("DaemonSetStatus", daemon_set_status_fields, "What a DaemonSet has reached");
#undef S

#define S korch_daemon_set
static const korch_field daemon_set_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_daemon_set_spec, "spec", 2, REQUIRED, "What pods it keeps"),
    STRUCT(status, korch_daemon_set_status, "status", 3, 0, "What it has reached"),
};
const korch_type korch_daemon_set_type =
    TYPE("DaemonSet", daemon_set_fields, "One pod on each node");
#undef S
