/*
 * Rollouts: the C structs. Their tables (names, rules) stand in lib/object/kinds/rollout.c.
 */
#ifndef KORCH_API_ROLLOUT_H
#define KORCH_API_ROLLOUT_H

#include <korch/api/core_pod.h>
#include <korch/api/rollout_analysis.h>
#include <korch/api/rollout_routing.h>
#include <korch/api/rollout_status.h>
#include <korch/api/rollout_step.h>

KORCH_BEGIN_DECLS

/**
 * @file rollout.h Rollouts.
 *
 * Rollouts of argoproj.io/v1alpha1. What a field means when it is absent is said at the field;
 * nothing of it is written into the stored object, as Argo's controller does not write it either
 * (argo-rollouts, utils/defaults/defaults.go).
 */

/** A workload that the template is taken from. */
typedef struct korch_rollout_object_ref {
	KORCH_STRUCT_HEAD
	const char *api_version; /**< API version of the workload */
	const char *kind;        /**< Kind of the workload, such as Deployment */
	const char *name;        /**< Name of the workload */
	const char *scale_down;  /**< When the workload's own pods go; never when absent */
} korch_rollout_object_ref;
/** The table of a korch_rollout_object_ref. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_object_ref_type;

/** How far back a rollback goes without steps. */
typedef struct korch_rollback_window {
	KORCH_STRUCT_HEAD
	int32_t revisions; /**< How many revisions */
} korch_rollback_window;
/** The table of a korch_rollback_window. @since 0.1 */
extern KORCH_API const korch_type korch_rollback_window_type;

/** How many AnalysisRuns and Experiments are kept. */
typedef struct korch_analysis_run_strategy {
	KORCH_STRUCT_HEAD
	int32_t successful_run_history_limit;   /**< Successful ones; 5 when absent */
	int32_t unsuccessful_run_history_limit; /**< Others; 5 when absent */
} korch_analysis_run_strategy;
/** The table of a korch_analysis_run_strategy. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_run_strategy_type;

/** Revisions rather not on one node. */
typedef struct korch_preferred_anti_affinity {
	KORCH_STRUCT_HEAD
	int32_t weight; /**< How much it counts, 1 to 100 */
} korch_preferred_anti_affinity;
/** The table of a korch_preferred_anti_affinity. @since 0.1 */
extern KORCH_API const korch_type korch_preferred_anti_affinity_type;

/** Revisions not on the same node. */
typedef struct korch_rollout_anti_affinity {
	KORCH_STRUCT_HEAD
	korch_preferred_anti_affinity *preferred; /**< Rather not */
	const char *required;                     /**< Never; an object without members; JSON as text */
} korch_rollout_anti_affinity;
/** The table of a korch_rollout_anti_affinity. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_anti_affinity_type;

/** Two services that change their parts with each update. */
typedef struct korch_ping_pong_spec {
	KORCH_STRUCT_HEAD
	const char *ping_service; /**< The one */
	const char *pong_service; /**< The other */
} korch_ping_pong_spec;
/** The table of a korch_ping_pong_spec. @since 0.1 */
extern KORCH_API const korch_type korch_ping_pong_spec_type;

/** How many pods must be available to go on. */
typedef struct korch_replica_progress_threshold {
	KORCH_STRUCT_HEAD
	const char *type; /**< What value counts */
	int32_t value;    /**< Percentage of the pods wanted, or a number of pods */
} korch_replica_progress_threshold;
/** The table of a korch_replica_progress_threshold. @since 0.1 */
extern KORCH_API const korch_type korch_replica_progress_threshold_type;

/** A new revision that gets more and more traffic. */
typedef struct korch_canary_strategy {
	KORCH_STRUCT_HEAD
	const char *canary_service; /**< Service that selects the canary's pods */
	const char *stable_service; /**< Service that selects the stable pods */
	korch_canary_step *steps;   /**< The steps; none: a rolling update */
	size_t n_steps;             /**< number of steps */
	/** Which router sets the weights; none: the numbers of pods do */
	korch_rollout_traffic_routing *traffic_routing;
	/** Pods that may be missing meanwhile; 25% when absent */
	korch_int_or_string max_unavailable;
	/** Pods that there may be too many meanwhile; 25% when absent */
	korch_int_or_string max_surge;
	korch_rollout_analysis_background *analysis; /**< An analysis that runs beside the steps */
	korch_rollout_anti_affinity *anti_affinity;  /**< Revisions not on the same node */
	/** Labels and annotations of the canary's pods */
	korch_pod_template_metadata *canary_metadata;
	/** Labels and annotations of the stable pods */
	korch_pod_template_metadata *stable_metadata;
	/** Seconds that old pods stay after the update; 30 with a router, else 0 */
	int32_t scale_down_delay_seconds;
	/** How many old revisions may wait for that; all when absent */
	int32_t scale_down_delay_revision_limit;
	/** Seconds that the canary stays when aborted, 0: for ever; 30 with a router when absent */
	int32_t abort_scale_down_delay_seconds;
	/** Whether the stable pods become fewer as their weight does */
	int32_t dynamic_stable_scale;
	korch_ping_pong_spec *ping_pong; /**< Two services that change their parts with each update */
	/** Least number of pods of a revision that has any; 1 when absent */
	int32_t min_pods_per_replica_set;
	/** How many pods must be available to go on; all when absent */
	korch_replica_progress_threshold *replica_progress_threshold;
} korch_canary_strategy;
/** The table of a korch_canary_strategy. @since 0.1 */
extern KORCH_API const korch_type korch_canary_strategy_type;

/** A new revision that gets all traffic at once when it is ready. */
typedef struct korch_blue_green_strategy {
	KORCH_STRUCT_HEAD
	const char *active_service;  /**< Service that gets the traffic */
	const char *preview_service; /**< Service that selects the new pods before the switch */
	/** How many new pods before the switch; spec.replicas when absent */
	int32_t preview_replica_count;
	/** Whether the switch needs nobody's word; true when absent */
	int32_t auto_promotion_enabled;
	int32_t auto_promotion_seconds; /**< Seconds from the new pods being ready to the switch */
	/** Pods that may be missing in a restart; 25% when absent */
	korch_int_or_string max_unavailable;
	/** Seconds that old pods stay after the switch; 30 when absent */
	int32_t scale_down_delay_seconds;
	/** How many old revisions may wait for that; all when absent */
	int32_t scale_down_delay_revision_limit;
	/** An analysis that must succeed before the switch */
	korch_rollout_analysis *pre_promotion_analysis;
	korch_rollout_anti_affinity *anti_affinity; /**< Revisions not on the same node */
	/** An analysis that must succeed after the switch */
	korch_rollout_analysis *post_promotion_analysis;
	/** Labels and annotations of the new pods before the switch */
	korch_pod_template_metadata *preview_metadata;
	/** Labels and annotations of the pods with the traffic */
	korch_pod_template_metadata *active_metadata;
	/** Seconds that new pods stay when aborted, 0: for ever; 30 when absent */
	int32_t abort_scale_down_delay_seconds;
} korch_blue_green_strategy;
/** The table of a korch_blue_green_strategy. @since 0.1 */
extern KORCH_API const korch_type korch_blue_green_strategy_type;

/** How old pods are replaced: one of the two. */
typedef struct korch_rollout_strategy {
	KORCH_STRUCT_HEAD
	korch_blue_green_strategy *blue_green; /**< All traffic at once */
	korch_canary_strategy *canary;         /**< Step by step */
} korch_rollout_strategy;
/** The table of a korch_rollout_strategy. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_strategy_type;

/** What pods a Rollout keeps, and how it replaces them. */
typedef struct korch_rollout_spec {
	KORCH_STRUCT_HEAD
	int32_t replicas;                   /**< How many pods; 1 when absent */
	korch_label_selector *selector;     /**< Labels of its pods */
	korch_pod_template_spec *template_; /**< What the pods are made from */
	int32_t min_ready_seconds;        /**< Seconds that a pod must be ready to count as available */
	korch_rollout_strategy *strategy; /**< How old pods are replaced */
	int32_t revision_history_limit;   /**< Old ReplicaSets that are kept; 10 when absent */
	int32_t paused;                   /**< Whether the update stands still where it is */
	/** Seconds without progress after which it is said to fail; 600 when absent */
	int32_t progress_deadline_seconds;
	/** Pods that are older than this are replaced, microseconds since 1970 */
	int64_t restart_at;
	korch_rollout_object_ref *workload_ref; /**< Workload that the template is taken from */
	korch_analysis_run_strategy *analysis;  /**< How many AnalysisRuns and Experiments are kept */
	int32_t progress_deadline_abort; /**< Whether an update that is said to fail is aborted */
	korch_rollback_window *rollback_window; /**< How far back a rollback goes without steps */
} korch_rollout_spec;
/** The table of a korch_rollout_spec. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_spec_type;

/** Pods that are alike, updated by a canary or by blue-green. */
typedef struct korch_rollout {
	korch_object object;          /**< kind, metadata, revision */
	korch_rollout_spec *spec;     /**< What pods it keeps */
	korch_rollout_status *status; /**< What it has reached */
} korch_rollout;
/** The table of a korch_rollout. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_type;
/** The kind Rollout. @since 0.1 */
extern KORCH_API const korch_kind korch_rollout_kind;

KORCH_END_DECLS

#endif
