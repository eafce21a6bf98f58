/*
 * StatefulSets and ControllerRevisions: the C structs. Their tables (names, rules, defaults) stand
 * in lib/object/kinds/apps_stateful.c.
 */
#ifndef KORCH_API_APPS_STATEFUL_H
#define KORCH_API_APPS_STATEFUL_H

#include <korch/api/core_pod.h>

KORCH_BEGIN_DECLS

/** @file apps_stateful.h StatefulSets and ControllerRevisions. */

/** How far and how fast an update goes. */
typedef struct korch_rolling_update_stateful_set_strategy {
	KORCH_STRUCT_HEAD
	int32_t partition;                   /**< Ordinals below stay as they are */
	korch_int_or_string max_unavailable; /**< Pods that may be missing meanwhile, as number or
	                                        percentage */
} korch_rolling_update_stateful_set_strategy;
/** The table of a korch_rolling_update_stateful_set_strategy. @since 0.1 */
extern KORCH_API const korch_type korch_rolling_update_stateful_set_strategy_type;

/** How old pods are replaced by new ones. */
typedef struct korch_stateful_set_update_strategy {
	KORCH_STRUCT_HEAD
	const char *type; /**< By itself, or as somebody deletes them */
	korch_rolling_update_stateful_set_strategy *rolling_update; /**< How far and how fast */
} korch_stateful_set_update_strategy;
/** The table of a korch_stateful_set_update_strategy. @since 0.1 */
extern KORCH_API const korch_type korch_stateful_set_update_strategy_type;

/** What becomes of claims that are not used any more. */
typedef struct korch_stateful_set_persistent_volume_claim_retention_policy {
	KORCH_STRUCT_HEAD
	const char *when_deleted; /**< When the set is deleted */
	const char *when_scaled;  /**< When the set shrinks */
} korch_stateful_set_persistent_volume_claim_retention_policy;
/** The table of a korch_stateful_set_persistent_volume_claim_retention_policy. @since 0.1 */
extern KORCH_API const korch_type korch_stateful_set_persistent_volume_claim_retention_policy_type;

/** How pods are numbered. */
typedef struct korch_stateful_set_ordinals {
	KORCH_STRUCT_HEAD
	int32_t start; /**< The first number */
} korch_stateful_set_ordinals;
/** The table of a korch_stateful_set_ordinals. @since 0.1 */
extern KORCH_API const korch_type korch_stateful_set_ordinals_type;

/** What pods a StatefulSet keeps. */
typedef struct korch_stateful_set_spec {
	KORCH_STRUCT_HEAD
	int32_t replicas;                   /**< How many pods */
	korch_label_selector *selector;     /**< Labels of its pods */
	korch_pod_template_spec *template_; /**< What the pods are made from */
	const char *volume_claim_templates; /**< PersistentVolumeClaims of each pod, as JSON list */
	const char *service_name;           /**< Service that gives the pods their names */
	const char *pod_management_policy;  /**< One by one, or all at once */
	korch_stateful_set_update_strategy *update_strategy; /**< How old pods are replaced */
	int32_t revision_history_limit;                      /**< Old revisions that are kept */
	int32_t min_ready_seconds; /**< Seconds that a pod must be ready to count as available */
	korch_stateful_set_persistent_volume_claim_retention_policy
	    *persistent_volume_claim_retention_policy; /**< What becomes of its claims */
	korch_stateful_set_ordinals *ordinals;         /**< How its pods are numbered */
} korch_stateful_set_spec;
/** The table of a korch_stateful_set_spec. @since 0.1 */
extern KORCH_API const korch_type korch_stateful_set_spec_type;

/** One aspect of a StatefulSet's state. */
typedef struct korch_stateful_set_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< Which aspect */
	const char *status;           /**< Whether it holds */
	int64_t last_transition_time; /**< When the status changed last, microseconds since 1970 */
	const char *reason;           /**< One word for machines, why */
	const char *message;          /**< A sentence for people */
} korch_stateful_set_condition;
/** The table of a korch_stateful_set_condition. @since 0.1 */
extern KORCH_API const korch_type korch_stateful_set_condition_type;

/** What a StatefulSet has reached. */
typedef struct korch_stateful_set_status {
	KORCH_STRUCT_HEAD
	int64_t observed_generation;  /**< Generation that this was computed for */
	int32_t replicas;             /**< Pods that there are */
	int32_t ready_replicas;       /**< Pods that are ready */
	int32_t current_replicas;     /**< Pods of currentRevision */
	int32_t updated_replicas;     /**< Pods of updateRevision */
	const char *current_revision; /**< ControllerRevision of pods that are not updated */
	const char *update_revision;  /**< ControllerRevision of pods that are */
	int32_t collision_count;      /**< How often a name of a revision was taken already */
	korch_stateful_set_condition *conditions; /**< Aspects of its state */
	size_t n_conditions;                      /**< number of conditions */
	int32_t available_replicas;               /**< Pods that are ready long enough */
} korch_stateful_set_status;
/** The table of a korch_stateful_set_status. @since 0.1 */
extern KORCH_API const korch_type korch_stateful_set_status_type;

/** Pods with a number and a name each. */
typedef struct korch_stateful_set {
	korch_object object;               /**< kind, metadata, revision */
	korch_stateful_set_spec *spec;     /**< What pods it keeps */
	korch_stateful_set_status *status; /**< What it has reached */
} korch_stateful_set;
/** The table of a korch_stateful_set. @since 0.1 */
extern KORCH_API const korch_type korch_stateful_set_type;
/** The kind StatefulSet. @since 0.1 */
extern KORCH_API const korch_kind korch_stateful_set_kind;

/** A state of something else, kept to go back to. */
typedef struct korch_controller_revision {
	korch_object object; /**< kind, metadata, revision */
	const char *data;    /**< The state, as JSON */
	int64_t revision;    /**< Its number; newer ones have greater numbers */
} korch_controller_revision;
/** The table of a korch_controller_revision. @since 0.1 */
extern KORCH_API const korch_type korch_controller_revision_type;
/** The kind ControllerRevision. @since 0.1 */
extern KORCH_API const korch_kind korch_controller_revision_kind;

KORCH_END_DECLS

#endif
