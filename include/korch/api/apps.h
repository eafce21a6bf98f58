/*
 * Deployments and ReplicaSets: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/apps.c.
 */
#ifndef KORCH_API_APPS_H
#define KORCH_API_APPS_H

#include <korch/api/core_pod.h>

KORCH_BEGIN_DECLS

/** @file apps.h Deployments and ReplicaSets. */

/** RollingUpdateDeployment. */
typedef struct korch_rolling_update_deployment {
	KORCH_STRUCT_HEAD
	korch_int_or_string max_unavailable; /**< maxUnavailable */
	korch_int_or_string max_surge;       /**< maxSurge */
} korch_rolling_update_deployment;
/** The table of a korch_rolling_update_deployment. @since 0.1 */
extern KORCH_API const korch_type korch_rolling_update_deployment_type;

/** DeploymentStrategy. */
typedef struct korch_deployment_strategy {
	KORCH_STRUCT_HEAD
	const char *type;                              /**< type */
	korch_rolling_update_deployment *rolling_update; /**< rollingUpdate */
} korch_deployment_strategy;
/** The table of a korch_deployment_strategy. @since 0.1 */
extern KORCH_API const korch_type korch_deployment_strategy_type;

/** DeploymentSpec. */
typedef struct korch_deployment_spec {
	KORCH_STRUCT_HEAD
	int32_t replicas;                    /**< replicas */
	korch_label_selector *selector;      /**< selector */
	korch_pod_template_spec *template_;  /**< template */
	korch_deployment_strategy *strategy; /**< strategy */
	int32_t min_ready_seconds;           /**< minReadySeconds */
	int32_t revision_history_limit;      /**< revisionHistoryLimit */
	int32_t paused;                      /**< paused */
	int32_t progress_deadline_seconds;   /**< progressDeadlineSeconds */
} korch_deployment_spec;
/** The table of a korch_deployment_spec. @since 0.1 */
extern KORCH_API const korch_type korch_deployment_spec_type;

/** DeploymentCondition. */
typedef struct korch_deployment_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< type */
	const char *status;           /**< status */
	int64_t last_update_time;     /**< lastUpdateTime, microseconds since 1970 */
	int64_t last_transition_time; /**< lastTransitionTime, microseconds since 1970 */
	const char *reason;           /**< reason */
	const char *message;          /**< message */
} korch_deployment_condition;
/** The table of a korch_deployment_condition. @since 0.1 */
extern KORCH_API const korch_type korch_deployment_condition_type;

/** DeploymentStatus. */
typedef struct korch_deployment_status {
	KORCH_STRUCT_HEAD
	int64_t observed_generation;            /**< observedGeneration */
	int32_t replicas;                       /**< replicas */
	int32_t updated_replicas;               /**< updatedReplicas */
	int32_t ready_replicas;                 /**< readyReplicas */
	int32_t available_replicas;             /**< availableReplicas */
	int32_t unavailable_replicas;           /**< unavailableReplicas */
	int32_t terminating_replicas;           /**< terminatingReplicas */
	korch_deployment_condition *conditions; /**< conditions */
	size_t n_conditions;                    /**< number of conditions */
	int32_t collision_count;                /**< collisionCount */
} korch_deployment_status;
/** The table of a korch_deployment_status. @since 0.1 */
extern KORCH_API const korch_type korch_deployment_status_type;

/** Deployment. */
typedef struct korch_deployment {
	korch_object object;             /**< kind, metadata, revision */
	korch_deployment_spec *spec;     /**< spec */
	korch_deployment_status *status; /**< status */
} korch_deployment;
/** The table of a korch_deployment. @since 0.1 */
extern KORCH_API const korch_type korch_deployment_type;
/** The kind Deployment. @since 0.1 */
extern KORCH_API const korch_kind korch_deployment_kind;

/** ReplicaSetSpec. */
typedef struct korch_replica_set_spec {
	KORCH_STRUCT_HEAD
	int32_t replicas;                   /**< replicas */
	int32_t min_ready_seconds;          /**< minReadySeconds */
	korch_label_selector *selector;     /**< selector */
	korch_pod_template_spec *template_; /**< template */
} korch_replica_set_spec;
/** The table of a korch_replica_set_spec. @since 0.1 */
extern KORCH_API const korch_type korch_replica_set_spec_type;

/** ReplicaSetCondition. */
typedef struct korch_replica_set_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< type */
	const char *status;           /**< status */
	int64_t last_transition_time; /**< lastTransitionTime, microseconds since 1970 */
	const char *reason;           /**< reason */
	const char *message;          /**< message */
} korch_replica_set_condition;
/** The table of a korch_replica_set_condition. @since 0.1 */
extern KORCH_API const korch_type korch_replica_set_condition_type;

/** ReplicaSetStatus. */
typedef struct korch_replica_set_status {
	KORCH_STRUCT_HEAD
	int32_t replicas;                        /**< replicas */
	int32_t fully_labeled_replicas;          /**< fullyLabeledReplicas */
	int32_t ready_replicas;                  /**< readyReplicas */
	int32_t available_replicas;              /**< availableReplicas */
	int32_t terminating_replicas;            /**< terminatingReplicas */
	int64_t observed_generation;             /**< observedGeneration */
	korch_replica_set_condition *conditions; /**< conditions */
	size_t n_conditions;                     /**< number of conditions */
} korch_replica_set_status;
/** The table of a korch_replica_set_status. @since 0.1 */
extern KORCH_API const korch_type korch_replica_set_status_type;

/** ReplicaSet. */
typedef struct korch_replica_set {
	korch_object object;              /**< kind, metadata, revision */
	korch_replica_set_spec *spec;     /**< spec */
	korch_replica_set_status *status; /**< status */
} korch_replica_set;
/** The table of a korch_replica_set. @since 0.1 */
extern KORCH_API const korch_type korch_replica_set_type;
/** The kind ReplicaSet. @since 0.1 */
extern KORCH_API const korch_kind korch_replica_set_kind;

KORCH_END_DECLS

#endif
