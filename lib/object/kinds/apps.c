/*
 * Deployments and ReplicaSets: the tables of the structs in <korch/api/apps.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/apps.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field rolling_update_deployment_fields[] = {
	INT_OR_STRING(korch_rolling_update_deployment, max_unavailable, "maxUnavailable", 1, 0, "maxUnavailable"),
	INT_OR_STRING(korch_rolling_update_deployment, max_surge, "maxSurge", 2, 0, "maxSurge"),
};
const korch_type korch_rolling_update_deployment_type = TYPE("RollingUpdateDeployment", korch_rolling_update_deployment, rolling_update_deployment_fields, "RollingUpdateDeployment");

static const korch_field deployment_strategy_fields[] = {
	STRING(korch_deployment_strategy, type, "type", 1, 0, "type"),
	STRUCT(korch_deployment_strategy, rolling_update, korch_rolling_update_deployment_type, "rollingUpdate", 2, 0, "rollingUpdate"),
};
const korch_type korch_deployment_strategy_type = TYPE("DeploymentStrategy", korch_deployment_strategy, deployment_strategy_fields, "DeploymentStrategy");

static const korch_field deployment_spec_fields[] = {
	INT32(korch_deployment_spec, replicas, "replicas", 1, 0, "replicas"),
	STRUCT(korch_deployment_spec, selector, korch_label_selector_type, "selector", 2, ATOMIC, "selector"),
	STRUCT(korch_deployment_spec, template_, korch_pod_template_spec_type, "template", 3, 0, "template"),
	STRUCT(korch_deployment_spec, strategy, korch_deployment_strategy_type, "strategy", 4, REPLACE_KEYS, "strategy"),
	INT32(korch_deployment_spec, min_ready_seconds, "minReadySeconds", 5, 0, "minReadySeconds"),
	INT32(korch_deployment_spec, revision_history_limit, "revisionHistoryLimit", 6, 0, "revisionHistoryLimit"),
	BOOL(korch_deployment_spec, paused, "paused", 7, 0, "paused"),
	INT32(korch_deployment_spec, progress_deadline_seconds, "progressDeadlineSeconds", 9, 0, "progressDeadlineSeconds"),
};
const korch_type korch_deployment_spec_type = TYPE("DeploymentSpec", korch_deployment_spec, deployment_spec_fields, "DeploymentSpec");

static const korch_field deployment_condition_fields[] = {
	STRING(korch_deployment_condition, type, "type", 1, 0, "type"),
	STRING(korch_deployment_condition, status, "status", 2, 0, "status"),
	TIME(korch_deployment_condition, last_update_time, "lastUpdateTime", 6, 0, "lastUpdateTime"),
	TIME(korch_deployment_condition, last_transition_time, "lastTransitionTime", 7, 0, "lastTransitionTime"),
	STRING(korch_deployment_condition, reason, "reason", 4, 0, "reason"),
	STRING(korch_deployment_condition, message, "message", 5, 0, "message"),
};
const korch_type korch_deployment_condition_type = TYPE("DeploymentCondition", korch_deployment_condition, deployment_condition_fields, "DeploymentCondition");

static const korch_field deployment_status_fields[] = {
	INT64(korch_deployment_status, observed_generation, "observedGeneration", 1, 0, "observedGeneration"),
	INT32(korch_deployment_status, replicas, "replicas", 2, 0, "replicas"),
	INT32(korch_deployment_status, updated_replicas, "updatedReplicas", 3, 0, "updatedReplicas"),
	INT32(korch_deployment_status, ready_replicas, "readyReplicas", 7, 0, "readyReplicas"),
	INT32(korch_deployment_status, available_replicas, "availableReplicas", 4, 0, "availableReplicas"),
	INT32(korch_deployment_status, unavailable_replicas, "unavailableReplicas", 5, 0, "unavailableReplicas"),
	INT32(korch_deployment_status, terminating_replicas, "terminatingReplicas", 9, 0, "terminatingReplicas"),
	LIST_STRUCT(korch_deployment_status, conditions, n_conditions, korch_deployment_condition_type, "conditions", 6, 0, "conditions", .merge_key = "type"),
	INT32(korch_deployment_status, collision_count, "collisionCount", 8, 0, "collisionCount"),
};
const korch_type korch_deployment_status_type = TYPE("DeploymentStatus", korch_deployment_status, deployment_status_fields, "DeploymentStatus");

static const korch_field deployment_fields[] = {
	STRUCT(korch_deployment, object.metadata, korch_object_meta_type, "metadata", 1, 0, "metadata"),
	STRUCT(korch_deployment, spec, korch_deployment_spec_type, "spec", 2, 0, "spec"),
	STRUCT(korch_deployment, status, korch_deployment_status_type, "status", 3, 0, "status"),
};
const korch_type korch_deployment_type = TYPE("Deployment", korch_deployment, deployment_fields, "Deployment");

static const korch_field replica_set_spec_fields[] = {
	INT32(korch_replica_set_spec, replicas, "replicas", 1, 0, "replicas"),
	INT32(korch_replica_set_spec, min_ready_seconds, "minReadySeconds", 4, 0, "minReadySeconds"),
	STRUCT(korch_replica_set_spec, selector, korch_label_selector_type, "selector", 2, ATOMIC, "selector"),
	STRUCT(korch_replica_set_spec, template_, korch_pod_template_spec_type, "template", 3, 0, "template"),
};
const korch_type korch_replica_set_spec_type = TYPE("ReplicaSetSpec", korch_replica_set_spec, replica_set_spec_fields, "ReplicaSetSpec");

static const korch_field replica_set_condition_fields[] = {
	STRING(korch_replica_set_condition, type, "type", 1, 0, "type"),
	STRING(korch_replica_set_condition, status, "status", 2, 0, "status"),
	TIME(korch_replica_set_condition, last_transition_time, "lastTransitionTime", 3, 0, "lastTransitionTime"),
	STRING(korch_replica_set_condition, reason, "reason", 4, 0, "reason"),
	STRING(korch_replica_set_condition, message, "message", 5, 0, "message"),
};
const korch_type korch_replica_set_condition_type = TYPE("ReplicaSetCondition", korch_replica_set_condition, replica_set_condition_fields, "ReplicaSetCondition");

static const korch_field replica_set_status_fields[] = {
	INT32(korch_replica_set_status, replicas, "replicas", 1, 0, "replicas"),
	INT32(korch_replica_set_status, fully_labeled_replicas, "fullyLabeledReplicas", 2, 0, "fullyLabeledReplicas"),
	INT32(korch_replica_set_status, ready_replicas, "readyReplicas", 4, 0, "readyReplicas"),
	INT32(korch_replica_set_status, available_replicas, "availableReplicas", 5, 0, "availableReplicas"),
	INT32(korch_replica_set_status, terminating_replicas, "terminatingReplicas", 7, 0, "terminatingReplicas"),
	INT64(korch_replica_set_status, observed_generation, "observedGeneration", 3, 0, "observedGeneration"),
	LIST_STRUCT(korch_replica_set_status, conditions, n_conditions, korch_replica_set_condition_type, "conditions", 6, 0, "conditions", .merge_key = "type"),
};
const korch_type korch_replica_set_status_type = TYPE("ReplicaSetStatus", korch_replica_set_status, replica_set_status_fields, "ReplicaSetStatus");

static const korch_field replica_set_fields[] = {
	STRUCT(korch_replica_set, object.metadata, korch_object_meta_type, "metadata", 1, 0, "metadata"),
	STRUCT(korch_replica_set, spec, korch_replica_set_spec_type, "spec", 2, 0, "spec"),
	STRUCT(korch_replica_set, status, korch_replica_set_status_type, "status", 3, 0, "status"),
};
const korch_type korch_replica_set_type = TYPE("ReplicaSet", korch_replica_set, replica_set_fields, "ReplicaSet");
