/*
 * How Rollouts and Experiments start analysis: the C structs. Their tables (names, rules) stand in
 * lib/object/kinds/rollout_analysis.c.
 */
#ifndef KORCH_API_ROLLOUT_ANALYSIS_H
#define KORCH_API_ROLLOUT_ANALYSIS_H

#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file rollout_analysis.h How Rollouts and Experiments start analysis. */

/** A field of the object that starts an analysis. */
typedef struct korch_field_ref {
	KORCH_STRUCT_HEAD
	/** Path of the field, such as metadata.labels['app'] or status.currentPodHash */
	const char *field_path;
} korch_field_ref;
/** The table of a korch_field_ref. @since 0.1 */
extern KORCH_API const korch_type korch_field_ref_type;

/** Where the value of an argument comes from. */
typedef struct korch_argument_value_from {
	KORCH_STRUCT_HEAD
	const char *pod_template_hash_value; /**< The hash of the stable or of the latest revision */
	korch_field_ref *field_ref;          /**< A field of the Rollout */
} korch_argument_value_from;
/** The table of a korch_argument_value_from. @since 0.1 */
extern KORCH_API const korch_type korch_argument_value_from_type;

/** An argument that is handed to an analysis. */
typedef struct korch_analysis_run_argument {
	KORCH_STRUCT_HEAD
	const char *name;                      /**< Name of the argument */
	const char *value;                     /**< Its value */
	korch_argument_value_from *value_from; /**< Where its value comes from */
} korch_analysis_run_argument;
/** The table of a korch_analysis_run_argument. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_run_argument_type;

/** A metric whose outcome counts for nothing. */
typedef struct korch_dry_run {
	KORCH_STRUCT_HEAD
	/** Name of the metric; * and other patterns of regular expressions */
	const char *metric_name;
} korch_dry_run;
/** The table of a korch_dry_run. @since 0.1 */
extern KORCH_API const korch_type korch_dry_run_type;

/** How many measurements are kept. */
typedef struct korch_measurement_retention {
	KORCH_STRUCT_HEAD
	/** Name of the metric; * and other patterns of regular expressions */
	const char *metric_name;
	int32_t limit; /**< How many; 10 for metrics that are not named here */
} korch_measurement_retention;
/** The table of a korch_measurement_retention. @since 0.1 */
extern KORCH_API const korch_type korch_measurement_retention_type;

/** What is added to the AnalysisRuns. */
typedef struct korch_analysis_run_metadata {
	KORCH_STRUCT_HEAD
	korch_map *labels;      /**< Labels */
	korch_map *annotations; /**< Annotations */
} korch_analysis_run_metadata;
/** The table of a korch_analysis_run_metadata. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_run_metadata_type;

/** A template that an analysis is made from. */
typedef struct korch_rollout_analysis_template {
	KORCH_STRUCT_HEAD
	const char *template_name; /**< Name of the AnalysisTemplate */
	int32_t cluster_scope;     /**< Whether it is a ClusterAnalysisTemplate */
} korch_rollout_analysis_template;
/** The table of a korch_rollout_analysis_template. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_analysis_template_type;

/** An analysis: templates that are merged into one AnalysisRun. */
typedef struct korch_rollout_analysis {
	KORCH_STRUCT_HEAD
	korch_rollout_analysis_template *templates; /**< The templates */
	size_t n_templates;                         /**< number of templates */
	korch_analysis_run_argument *args;          /**< Values of the templates' arguments */
	size_t n_args;                              /**< number of args */
	korch_dry_run *dry_run;                     /**< Metrics whose outcome counts for nothing */
	size_t n_dry_run;                           /**< number of dry run */
	korch_measurement_retention *measurement_retention; /**< How many measurements are kept */
	size_t n_measurement_retention;                     /**< number of measurement retention */
	/** Labels and annotations of the AnalysisRun */
	korch_analysis_run_metadata *analysis_run_metadata;
} korch_rollout_analysis;
/** The table of a korch_rollout_analysis. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_analysis_type;

/** An analysis that runs beside the steps. */
typedef struct korch_rollout_analysis_background {
	KORCH_STRUCT_HEAD
	korch_rollout_analysis_template *templates; /**< The templates */
	size_t n_templates;                         /**< number of templates */
	korch_analysis_run_argument *args;          /**< Values of the templates' arguments */
	size_t n_args;                              /**< number of args */
	korch_dry_run *dry_run;                     /**< Metrics whose outcome counts for nothing */
	size_t n_dry_run;                           /**< number of dry run */
	korch_measurement_retention *measurement_retention; /**< How many measurements are kept */
	size_t n_measurement_retention;                     /**< number of measurement retention */
	/** Labels and annotations of the AnalysisRun */
	korch_analysis_run_metadata *analysis_run_metadata;
	int32_t starting_step; /**< Index of the step that it starts at; 0 when absent */
} korch_rollout_analysis_background;
/** The table of a korch_rollout_analysis_background. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_analysis_background_type;

KORCH_END_DECLS

#endif
