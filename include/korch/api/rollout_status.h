/*
 * What a Rollout has reached: the C structs. Their tables (names, rules) stand in
 * lib/object/kinds/rollout_status.c.
 */
#ifndef KORCH_API_ROLLOUT_STATUS_H
#define KORCH_API_ROLLOUT_STATUS_H

#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file rollout_status.h What a Rollout has reached. */

/** A reason why a Rollout is paused. */
typedef struct korch_pause_condition {
	KORCH_STRUCT_HEAD
	/** CanaryPauseStep, BlueGreenPause, InconclusiveAnalysisRun or InconclusiveExperiment */
	const char *reason;
	int64_t start_time; /**< Since when, microseconds since 1970 */
} korch_pause_condition;
/** The table of a korch_pause_condition. @since 0.1 */
extern KORCH_API const korch_type korch_pause_condition_type;

/** One aspect of a Rollout's state. */
typedef struct korch_rollout_condition {
	KORCH_STRUCT_HEAD
	/** Which aspect: Available, Progressing, Paused, Completed, Healthy, InvalidSpec,
	 * ReplicaFailure */
	const char *type;
	const char *status;           /**< Whether it holds */
	int64_t last_update_time;     /**< When it was written last, microseconds since 1970 */
	int64_t last_transition_time; /**< When the status changed last, microseconds since 1970 */
	const char *reason;           /**< One word for machines, why */
	const char *message;          /**< A sentence for people */
} korch_rollout_condition;
/** The table of a korch_rollout_condition. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_condition_type;

/** An AnalysisRun that the Rollout waits for. */
typedef struct korch_rollout_analysis_run_status {
	KORCH_STRUCT_HEAD
	const char *name;    /**< Name of the AnalysisRun */
	const char *status;  /**< Its phase */
	const char *message; /**< Why it is so */
} korch_rollout_analysis_run_status;
/** The table of a korch_rollout_analysis_run_status. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_analysis_run_status_type;

/** Where a share of the traffic goes. */
typedef struct korch_weight_destination {
	KORCH_STRUCT_HEAD
	int32_t weight;                /**< The share in percent */
	const char *service_name;      /**< Service that gets it */
	const char *pod_template_hash; /**< Revision that gets it */
} korch_weight_destination;
/** The table of a korch_weight_destination. @since 0.1 */
extern KORCH_API const korch_type korch_weight_destination_type;

/** The weights in force. */
typedef struct korch_traffic_weights {
	KORCH_STRUCT_HEAD
	korch_weight_destination *canary;     /**< The canary's */
	korch_weight_destination *stable;     /**< The stable pods' */
	korch_weight_destination *additional; /**< Those of experiments */
	size_t n_additional;                  /**< number of additional */
	int32_t verified;                     /**< Whether the router confirmed them */
} korch_traffic_weights;
/** The table of a korch_traffic_weights. @since 0.1 */
extern KORCH_API const korch_type korch_traffic_weights_type;

/** What a step of somebody else's making has reached. */
typedef struct korch_step_plugin_status {
	KORCH_STRUCT_HEAD
	int32_t index;         /**< Index of the step */
	const char *name;      /**< Name of the plug-in */
	const char *message;   /**< Why it is so */
	const char *phase;     /**< Running, Successful, Failed or Error */
	int64_t started_at;    /**< When it was started, microseconds since 1970 */
	int64_t updated_at;    /**< When it was asked last, microseconds since 1970 */
	int64_t finished_at;   /**< When it was done, microseconds since 1970 */
	const char *backoff;   /**< How long until it is asked again */
	int32_t executions;    /**< How often it was asked */
	int32_t disabled;      /**< Whether the step is passed over */
	const char *operation; /**< Run, Terminate or Abort */
	const char *status;    /**< What the plug-in keeps; JSON as text */
} korch_step_plugin_status;
/** The table of a korch_step_plugin_status. @since 0.1 */
extern KORCH_API const korch_type korch_step_plugin_status_type;

/** What a canary has reached. */
typedef struct korch_rollout_canary_status {
	KORCH_STRUCT_HEAD
	/** The AnalysisRun of the present step */
	korch_rollout_analysis_run_status *current_step_analysis_run_status;
	/** The AnalysisRun beside the steps */
	korch_rollout_analysis_run_status *current_background_analysis_run_status;
	const char *current_experiment; /**< Name of the Experiment of the present step */
	korch_traffic_weights *weights; /**< The weights that the router was given */
	const char *stable_ping_pong;   /**< Which service has the stable pods, ping or pong */
	/** What steps of somebody else's making have reached */
	korch_step_plugin_status *step_plugin_statuses;
	size_t n_step_plugin_statuses; /**< number of step plugin statuses */
} korch_rollout_canary_status;
/** The table of a korch_rollout_canary_status. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_canary_status_type;

/** What a blue-green update has reached. */
typedef struct korch_rollout_blue_green_status {
	KORCH_STRUCT_HEAD
	const char *preview_selector; /**< Revision that the preview service selects */
	const char *active_selector;  /**< Revision that the active service selects */
	/** Whether the preview pods may become as many as spec.replicas */
	int32_t scale_up_preview_check_point;
	/** The AnalysisRun before the switch */
	korch_rollout_analysis_run_status *pre_promotion_analysis_run_status;
	/** The AnalysisRun after the switch */
	korch_rollout_analysis_run_status *post_promotion_analysis_run_status;
} korch_rollout_blue_green_status;
/** The table of a korch_rollout_blue_green_status. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_blue_green_status_type;

/** A thing of AWS. */
typedef struct korch_aws_resource_ref {
	KORCH_STRUCT_HEAD
	const char *name;      /**< Its name */
	const char *arn;       /**< Its Amazon resource name */
	const char *full_name; /**< Its whole name */
} korch_aws_resource_ref;
/** The table of a korch_aws_resource_ref. @since 0.1 */
extern KORCH_API const korch_type korch_aws_resource_ref_type;

/** A load balancer of AWS. */
typedef struct korch_alb_status {
	KORCH_STRUCT_HEAD
	korch_aws_resource_ref *load_balancer;       /**< The load balancer */
	korch_aws_resource_ref *canary_target_group; /**< The canary's target group */
	korch_aws_resource_ref *stable_target_group; /**< The stable pods' target group */
	const char *ingress;                         /**< Ingress that it belongs to */
} korch_alb_status;
/** The table of a korch_alb_status. @since 0.1 */
extern KORCH_API const korch_type korch_alb_status_type;

/** What a Rollout has reached. */
typedef struct korch_rollout_status {
	KORCH_STRUCT_HEAD
	int32_t abort; /**< Whether the update is given up; set by people and by the controller */
	korch_pause_condition *pause_conditions; /**< Why it is paused; cleared by people to go on */
	size_t n_pause_conditions;               /**< number of pause conditions */
	/** Whether the controller paused it; without pauseConditions: people let it go on */
	int32_t controller_pause;
	int64_t aborted_at;            /**< When it was aborted, microseconds since 1970 */
	const char *current_pod_hash;  /**< Hash of the present template */
	const char *current_step_hash; /**< Hash of the steps, to see that they were changed */
	int32_t replicas;              /**< Pods that there are */
	int32_t updated_replicas;      /**< Pods of the present template */
	int32_t ready_replicas;        /**< Pods that are ready */
	int32_t available_replicas;    /**< Pods that are ready long enough */
	/** Index of the present step; the number of steps when all are done */
	int32_t current_step_index;
	int32_t collision_count;             /**< How often a name of a ReplicaSet was taken already */
	const char *observed_generation;     /**< Generation that this was computed for, as text */
	korch_rollout_condition *conditions; /**< Aspects of its state */
	size_t n_conditions;                 /**< number of conditions */
	korch_rollout_canary_status *canary; /**< What a canary has reached */
	korch_rollout_blue_green_status *blue_green; /**< What a blue-green update has reached */
	int32_t hpa_replicas;                        /**< Pods that get traffic, for autoscalers */
	const char *selector;                        /**< Labels of the pods that get traffic */
	const char *stable_rs; /**< Hash of the revision that was rolled out last */
	/** Value of spec.restartAt that was carried out, microseconds since 1970 */
	int64_t restarted_at;
	/** Whether steps, pauses and analysis are passed over; set by people */
	int32_t promote_full;
	const char *phase;   /**< Healthy, Degraded, Progressing or Paused */
	const char *message; /**< Why it is in this phase */
	/** Generation of the workload that this was computed for, as text */
	const char *workload_observed_generation;
	korch_alb_status *alb;  /**< The load balancer of AWS */
	korch_alb_status *albs; /**< The load balancers of AWS when there are several */
	size_t n_albs;          /**< number of albs */
} korch_rollout_status;
/** The table of a korch_rollout_status. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_status_type;

KORCH_END_DECLS

#endif
