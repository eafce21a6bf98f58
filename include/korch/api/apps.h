/*
 * Deployments and ReplicaSets: the C structs. Their tables (names, rules, defaults) stand in
 * lib/object/kinds/apps.c.
 */
#ifndef KORCH_API_APPS_H
#define KORCH_API_APPS_H

#include <korch/api/core_pod.h>

KORCH_BEGIN_DECLS

/** @file apps.h Deployments and ReplicaSets. */

/** How fast a rolling update goes. */
typedef struct korch_rolling_update_deployment {
	KORCH_STRUCT_HEAD
	/** Pods that may be missing meanwhile, as number or percentage */
	korch_int_or_string max_unavailable;
	/** Pods that there may be too many meanwhile, as number or percentage */
	korch_int_or_string max_surge;
} korch_rolling_update_deployment;
/** The table of a korch_rolling_update_deployment. @since 0.1 */
extern KORCH_API const korch_type korch_rolling_update_deployment_type;

/** How old pods are replaced by new ones. */
typedef struct korch_deployment_strategy {
	KORCH_STRUCT_HEAD
	const char *type;                                /**< Step by step, or all at once */
	korch_rolling_update_deployment *rolling_update; /**< How fast the steps are */
} korch_deployment_strategy;
/** The table of a korch_deployment_strategy. @since 0.1 */
extern KORCH_API const korch_type korch_deployment_strategy_type;

/** What pods a Deployment keeps, and how it replaces them. */
typedef struct korch_deployment_spec {
	KORCH_STRUCT_HEAD
	int32_t replicas;                    /**< How many pods */
	korch_label_selector *selector;      /**< Labels of its pods */
	korch_pod_template_spec *template_;  /**< What the pods are made from */
	korch_deployment_strategy *strategy; /**< How old pods are replaced */
	/** Seconds that a pod must be ready to count as available */
	int32_t min_ready_seconds;
	int32_t revision_history_limit; /**< Old ReplicaSets that are kept */
	int32_t paused;                 /**< Whether changes of the template wait */
	/** Seconds without progress after which it is said to fail */
	int32_t progress_deadline_seconds;
} korch_deployment_spec;
/** The table of a korch_deployment_spec. @since 0.1 */
extern KORCH_API const korch_type korch_deployment_spec_type;

/** One aspect of a Deployment's state. */
typedef struct korch_deployment_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< Which aspect, such as Available */
	const char *status;           /**< Whether it holds */
	int64_t last_update_time;     /**< When it was written last, microseconds since 1970 */
	int64_t last_transition_time; /**< When the status changed last, microseconds since 1970 */
	const char *reason;           /**< One word for machines, why */
	const char *message;          /**< A sentence for people */
} korch_deployment_condition;
/** The table of a korch_deployment_condition. @since 0.1 */
extern KORCH_API const korch_type korch_deployment_condition_type;

/** What a Deployment has reached. */
typedef struct korch_deployment_status {
	KORCH_STRUCT_HEAD
	int64_t observed_generation;            /**< Generation that this was computed for */
	int32_t replicas;                       /**< Pods that there are */
	int32_t updated_replicas;               /**< Pods of the present template */
	int32_t ready_replicas;                 /**< Pods that are ready */
	int32_t available_replicas;             /**< Pods that are ready long enough */
	int32_t unavailable_replicas;           /**< Pods that are missing */
	int32_t terminating_replicas;           /**< Pods that are going */
	korch_deployment_condition *conditions; /**< Aspects of its state */
	size_t n_conditions;                    /**< number of conditions */
	/** How often a name of a ReplicaSet was taken already */
	int32_t collision_count;
} korch_deployment_status;
/** The table of a korch_deployment_status. @since 0.1 */
extern KORCH_API const korch_type korch_deployment_status_type;

/** Pods that are alike, updated step by step. */
typedef struct korch_deployment {
	korch_object object;             /**< kind, metadata, revision */
	korch_deployment_spec *spec;     /**< What pods it keeps */
	korch_deployment_status *status; /**< What it has reached */
} korch_deployment;
/** The table of a korch_deployment. @since 0.1 */
extern KORCH_API const korch_type korch_deployment_type;
/** The kind Deployment. @since 0.1 */
extern KORCH_API const korch_kind korch_deployment_kind;

/** What pods a ReplicaSet keeps. */
typedef struct korch_replica_set_spec {
	KORCH_STRUCT_HEAD
	int32_t replicas; /**< How many pods */
	/** Seconds that a pod must be ready to count as available */
	int32_t min_ready_seconds;
	korch_label_selector *selector;     /**< Labels of its pods */
	korch_pod_template_spec *template_; /**< What the pods are made from */
} korch_replica_set_spec;
/** The table of a korch_replica_set_spec. @since 0.1 */
extern KORCH_API const korch_type korch_replica_set_spec_type;

/** One aspect of a ReplicaSet's state. */
typedef struct korch_replica_set_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< Which aspect */
	const char *status;           /**< Whether it holds */
	int64_t last_transition_time; /**< When the status changed last, microseconds since 1970 */
	const char *reason;           /**< One word for machines, why */
	const char *message;          /**< A sentence for people */
} korch_replica_set_condition;
/** The table of a korch_replica_set_condition. @since 0.1 */
extern KORCH_API const korch_type korch_replica_set_condition_type;

/** What a ReplicaSet has reached. */
typedef struct korch_replica_set_status {
	KORCH_STRUCT_HEAD
	int32_t replicas;                        /**< Pods that there are */
	int32_t fully_labeled_replicas;          /**< Pods with all labels of the template */
	int32_t ready_replicas;                  /**< Pods that are ready */
	int32_t available_replicas;              /**< Pods that are ready long enough */
	int32_t terminating_replicas;            /**< Pods that are going */
	int64_t observed_generation;             /**< Generation that this was computed for */
	korch_replica_set_condition *conditions; /**< Aspects of its state */
	size_t n_conditions;                     /**< number of conditions */
} korch_replica_set_status;
/** The table of a korch_replica_set_status. @since 0.1 */
extern KORCH_API const korch_type korch_replica_set_status_type;

/** A number of pods that are alike. */
typedef struct korch_replica_set {
	korch_object object;              /**< kind, metadata, revision */
	korch_replica_set_spec *spec;     /**< What pods it keeps */
	korch_replica_set_status *status; /**< What it has reached */
} korch_replica_set;
/** The table of a korch_replica_set. @since 0.1 */
extern KORCH_API const korch_type korch_replica_set_type;
/** The kind ReplicaSet. @since 0.1 */
extern KORCH_API const korch_kind korch_replica_set_kind;

KORCH_END_DECLS

#endif
