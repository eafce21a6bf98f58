/*
 * The steps of a canary: the C structs. Their tables (names, rules) stand in
 * lib/object/kinds/rollout_step.c.
 */
#ifndef KORCH_API_ROLLOUT_STEP_H
#define KORCH_API_ROLLOUT_STEP_H

#include <korch/api/meta.h>
#include <korch/api/rollout_analysis.h>

KORCH_BEGIN_DECLS

/** @file rollout_step.h The steps of a canary. */

/** A pause of a canary. */
typedef struct korch_rollout_pause {
	KORCH_STRUCT_HEAD
	/** Seconds, or text such as 10m; until it is promoted when absent */
	korch_int_or_string duration;
} korch_rollout_pause;
/** The table of a korch_rollout_pause. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_pause_type;

/** How many pods the canary has, whatever its weight. */
typedef struct korch_set_canary_scale {
	KORCH_STRUCT_HEAD
	int32_t weight;               /**< Percentage of spec.replicas */
	int32_t replicas;             /**< Number of pods */
	int32_t match_traffic_weight; /**< Whether the number follows the weight again */
} korch_set_canary_scale;
/** The table of a korch_set_canary_scale. @since 0.1 */
extern KORCH_API const korch_type korch_set_canary_scale_type;

/** How a text is compared. */
typedef struct korch_string_match {
	KORCH_STRUCT_HEAD
	const char *exact;  /**< The text is this */
	const char *prefix; /**< The text begins with this */
	const char *regex;  /**< The text is matched by this regular expression */
} korch_string_match;
/** The table of a korch_string_match. @since 0.1 */
extern KORCH_API const korch_type korch_string_match_type;

/** A header that leads to the canary. */
typedef struct korch_header_routing_match {
	KORCH_STRUCT_HEAD
	const char *header_name;          /**< Name of the header */
	korch_string_match *header_value; /**< What its value must be */
} korch_header_routing_match;
/** The table of a korch_header_routing_match. @since 0.1 */
extern KORCH_API const korch_type korch_header_routing_match_type;

/** Requests with certain headers go to the canary. */
typedef struct korch_set_header_route {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name of the route, one of trafficRouting.managedRoutes */
	/** Headers that all must match; the route is removed when absent */
	korch_header_routing_match *match;
	size_t n_match; /**< number of match */
} korch_set_header_route;
/** The table of a korch_set_header_route. @since 0.1 */
extern KORCH_API const korch_type korch_set_header_route_type;

/** Which requests are mirrored. */
typedef struct korch_route_match {
	KORCH_STRUCT_HEAD
	korch_string_match *method; /**< HTTP methods */
	korch_string_match *path;   /**< Paths */
	const char *headers; /**< Headers by name, each with exact, prefix or regex; JSON as text */
} korch_route_match;
/** The table of a korch_route_match. @since 0.1 */
extern KORCH_API const korch_type korch_route_match_type;

/** Requests are copied to the canary. */
typedef struct korch_set_mirror_route {
	KORCH_STRUCT_HEAD
	const char *name;         /**< Name of the route, one of trafficRouting.managedRoutes */
	korch_route_match *match; /**< Requests to copy; the route is removed when absent */
	size_t n_match;           /**< number of match */
	int32_t percentage;       /**< How many of them in percent; all when absent */
} korch_set_mirror_route;
/** The table of a korch_set_mirror_route. @since 0.1 */
extern KORCH_API const korch_type korch_set_mirror_route_type;

/** A Service for the pods of an experiment's template. */
typedef struct korch_template_service {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name of the Service; that of the ReplicaSet when absent */
} korch_template_service;
/** The table of a korch_template_service. @since 0.1 */
extern KORCH_API const korch_type korch_template_service_type;

/** What is added to pods while they play a part. */
typedef struct korch_pod_template_metadata {
	KORCH_STRUCT_HEAD
	korch_map *labels;      /**< Labels */
	korch_map *annotations; /**< Annotations */
} korch_pod_template_metadata;
/** The table of a korch_pod_template_metadata. @since 0.1 */
extern KORCH_API const korch_type korch_pod_template_metadata_type;

/** Pods of an experiment, made from a revision. */
typedef struct korch_rollout_experiment_template {
	KORCH_STRUCT_HEAD
	const char *name;                      /**< Name of the template */
	const char *spec_ref;                  /**< Revision that the pods are made from */
	int32_t replicas;                      /**< How many pods; 1 when absent */
	korch_pod_template_metadata *metadata; /**< Labels and annotations that are added */
	korch_label_selector *selector;  /**< Labels of its pods; the Rollout's selector when absent */
	int32_t weight;                  /**< Percentage of the traffic that goes to its pods */
	korch_template_service *service; /**< A Service for its pods */
} korch_rollout_experiment_template;
/** The table of a korch_rollout_experiment_template. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_experiment_template_type;

/** An analysis of an experiment. */
typedef struct korch_rollout_experiment_analysis {
	KORCH_STRUCT_HEAD
	const char *name;                  /**< Name of the analysis */
	const char *template_name;         /**< Name of the AnalysisTemplate */
	int32_t cluster_scope;             /**< Whether it is a ClusterAnalysisTemplate */
	korch_analysis_run_argument *args; /**< Values of the template's arguments */
	size_t n_args;                     /**< number of args */
	int32_t required_for_completion;   /**< Whether the experiment goes on until it is done */
} korch_rollout_experiment_analysis;
/** The table of a korch_rollout_experiment_analysis. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_experiment_analysis_type;

/** An experiment that a step waits for. */
typedef struct korch_rollout_experiment_step {
	KORCH_STRUCT_HEAD
	korch_rollout_experiment_template *templates; /**< Pods that are started */
	size_t n_templates;                           /**< number of templates */
	const char *duration; /**< How long, such as 30m; until its analyses are done when absent */
	korch_rollout_experiment_analysis *analyses; /**< Analyses that run meanwhile */
	size_t n_analyses;                           /**< number of analyses */
	korch_dry_run *dry_run;                      /**< Metrics whose outcome counts for nothing */
	size_t n_dry_run;                            /**< number of dry run */
	/** Labels and annotations of the AnalysisRuns */
	korch_analysis_run_metadata *analysis_run_metadata;
	/** Seconds that its pods stay afterwards; 30 when absent */
	int32_t scale_down_delay_seconds;
} korch_rollout_experiment_step;
/** The table of a korch_rollout_experiment_step. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_experiment_step_type;

/** A step of somebody else's making. */
typedef struct korch_plugin_step {
	KORCH_STRUCT_HEAD
	const char *name;   /**< Name of the plug-in */
	const char *config; /**< Its settings; JSON as text */
} korch_plugin_step;
/** The table of a korch_plugin_step. @since 0.1 */
extern KORCH_API const korch_type korch_plugin_step_type;

/** One step of a canary: one member, and beside it at most setCanaryScale and the routes. */
typedef struct korch_canary_step {
	KORCH_STRUCT_HEAD
	int32_t set_weight;                        /**< Percentage of the traffic for the canary */
	korch_rollout_pause *pause;                /**< Waiting, for a time or until it is promoted */
	korch_rollout_experiment_step *experiment; /**< An experiment that must succeed */
	korch_rollout_analysis *analysis;          /**< An analysis that must succeed */
	korch_set_canary_scale *set_canary_scale;  /**< How many pods the canary has */
	/** Requests with certain headers go to the canary */
	korch_set_header_route *set_header_route;
	korch_set_mirror_route *set_mirror_route; /**< Requests are copied to the canary */
	korch_plugin_step *plugin;                /**< A step of somebody else's making */
} korch_canary_step;
/** The table of a korch_canary_step. @since 0.1 */
extern KORCH_API const korch_type korch_canary_step_type;

KORCH_END_DECLS

#endif
