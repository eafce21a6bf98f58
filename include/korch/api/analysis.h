/*
 * Analysis of updates by metrics: the C structs. Their tables (names, rules) stand in
 * lib/object/kinds/analysis.c.
 */
#ifndef KORCH_API_ANALYSIS_H
#define KORCH_API_ANALYSIS_H

#include <korch/api/analysis_provider.h>
#include <korch/api/rollout_analysis.h>
#include <korch/object.h>

KORCH_BEGIN_DECLS

/**
 * @file analysis.h Analysis of updates by metrics.
 *
 * AnalysisTemplates, ClusterAnalysisTemplates and AnalysisRuns of argoproj.io/v1alpha1. What a
 * field means when it is absent is said at the field; nothing of it is written into the stored
 * object.
 */

/** One key of a Secret. */
typedef struct korch_analysis_secret_key_ref {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name of the Secret */
	const char *key;  /**< Key to take the value of */
} korch_analysis_secret_key_ref;
/** The table of a korch_analysis_secret_key_ref. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_secret_key_ref_type;

/** Where the value of an argument comes from. */
typedef struct korch_analysis_value_from {
	KORCH_STRUCT_HEAD
	korch_analysis_secret_key_ref *secret_key_ref; /**< A key of a Secret */
	korch_field_ref *field_ref; /**< A field of the object that starts the analysis */
} korch_analysis_value_from;
/** The table of a korch_analysis_value_from. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_value_from_type;

/** An argument of a template; without a value the one who starts it gives it. */
typedef struct korch_analysis_argument {
	KORCH_STRUCT_HEAD
	const char *name;                      /**< Name of the argument */
	const char *value;                     /**< Its value */
	korch_analysis_value_from *value_from; /**< Where its value comes from */
} korch_analysis_argument;
/** The table of a korch_analysis_argument. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_argument_type;

/** A template whose metrics and arguments are added. */
typedef struct korch_analysis_template_ref {
	KORCH_STRUCT_HEAD
	const char *template_name; /**< Name of the template */
	int32_t cluster_scope;     /**< Whether it is a ClusterAnalysisTemplate */
} korch_analysis_template_ref;
/** The table of a korch_analysis_template_ref. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_template_ref_type;

/** A metric: what is asked, how often, and what it must be. */
typedef struct korch_analysis_metric {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name of the metric */
	/** Time between two measurements, such as 5m; one measurement when absent */
	const char *interval;
	const char *initial_delay; /**< Time before the first measurement */
	/** How many measurements; absent: 1, or without end when there is an interval */
	korch_int_or_string count;
	const char *success_condition; /**< Expression over result that says success */
	const char *failure_condition; /**< Expression over result that says failure */
	/** Failures that are allowed; 0 when absent, -1: any number of them */
	korch_int_or_string failure_limit;
	/** Inconclusive measurements that are allowed; 0 when absent */
	korch_int_or_string inconclusive_limit;
	/** Errors in succession that are allowed; 4 when absent */
	korch_int_or_string consecutive_error_limit;
	korch_metric_provider *provider; /**< Where it comes from */
	/** Successes in succession that end it; not looked at when absent */
	korch_int_or_string consecutive_success_limit;
} korch_analysis_metric;
/** The table of a korch_analysis_metric. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_metric_type;

/** Metrics that an analysis looks at. */
typedef struct korch_analysis_template_spec {
	KORCH_STRUCT_HEAD
	korch_analysis_metric *metrics; /**< The metrics */
	size_t n_metrics;               /**< number of metrics */
	korch_analysis_argument *args;  /**< Arguments, used as {{args.NAME}} */
	size_t n_args;                  /**< number of args */
	korch_dry_run *dry_run;         /**< Metrics whose outcome counts for nothing */
	size_t n_dry_run;               /**< number of dry run */
	korch_measurement_retention *measurement_retention; /**< How many measurements are kept */
	size_t n_measurement_retention;                     /**< number of measurement retention */
	/** Templates whose metrics and arguments are added */
	korch_analysis_template_ref *templates;
	size_t n_templates; /**< number of templates */
} korch_analysis_template_spec;
/** The table of a korch_analysis_template_spec. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_template_spec_type;

/** Metrics that an analysis looks at. */
typedef struct korch_analysis_template {
	korch_object object;                /**< kind, metadata, revision */
	korch_analysis_template_spec *spec; /**< The metrics */
} korch_analysis_template;
/** The table of a korch_analysis_template. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_template_type;
/** The kind AnalysisTemplate. @since 0.1 */
extern KORCH_API const korch_kind korch_analysis_template_kind;

/** Metrics that an analysis of any namespace looks at. */
typedef struct korch_cluster_analysis_template {
	korch_object object;                /**< kind, metadata, revision */
	korch_analysis_template_spec *spec; /**< The metrics */
} korch_cluster_analysis_template;
/** The table of a korch_cluster_analysis_template. @since 0.1 */
extern KORCH_API const korch_type korch_cluster_analysis_template_type;
/** The kind ClusterAnalysisTemplate. @since 0.1 */
extern KORCH_API const korch_kind korch_cluster_analysis_template_kind;

/** How long a run is kept when it is done. */
typedef struct korch_ttl_strategy {
	KORCH_STRUCT_HEAD
	int32_t seconds_after_completion; /**< Seconds after any end */
	int32_t seconds_after_failure;    /**< Seconds after a failure */
	int32_t seconds_after_success;    /**< Seconds after a success */
} korch_ttl_strategy;
/** The table of a korch_ttl_strategy. @since 0.1 */
extern KORCH_API const korch_type korch_ttl_strategy_type;

/** What is measured. */
typedef struct korch_analysis_run_spec {
	KORCH_STRUCT_HEAD
	korch_analysis_metric *metrics; /**< The metrics */
	size_t n_metrics;               /**< number of metrics */
	korch_analysis_argument *args;  /**< Arguments, used as {{args.NAME}} */
	size_t n_args;                  /**< number of args */
	int32_t terminate;              /**< Whether it stops as soon as it can */
	korch_dry_run *dry_run;         /**< Metrics whose outcome counts for nothing */
	size_t n_dry_run;               /**< number of dry run */
	korch_measurement_retention *measurement_retention; /**< How many measurements are kept */
	size_t n_measurement_retention;                     /**< number of measurement retention */
	korch_ttl_strategy *ttl_strategy;                   /**< How long it is kept when it is done */
} korch_analysis_run_spec;
/** The table of a korch_analysis_run_spec. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_run_spec_type;

/** One measurement of a metric. */
typedef struct korch_analysis_measurement {
	KORCH_STRUCT_HEAD
	const char *phase;   /**< Pending, Running, Successful, Failed, Error or Inconclusive */
	const char *message; /**< Why it is so */
	int64_t started_at;  /**< When it was started, microseconds since 1970 */
	int64_t finished_at; /**< When it was done, microseconds since 1970 */
	const char *value;   /**< What was measured */
	korch_map *metadata; /**< What the provider notes, such as the name of a Job */
	int64_t resume_at;   /**< When the provider is asked again, microseconds since 1970 */
} korch_analysis_measurement;
/** The table of a korch_analysis_measurement. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_measurement_type;

/** What was measured of a metric. */
typedef struct korch_analysis_metric_result {
	KORCH_STRUCT_HEAD
	const char *name;  /**< Name of the metric */
	const char *phase; /**< Pending, Running, Successful, Failed, Error or Inconclusive */
	korch_analysis_measurement *measurements; /**< The last measurements */
	size_t n_measurements;                    /**< number of measurements */
	const char *message;                      /**< Why it is so */
	int32_t count;                            /**< Measurements without an error */
	int32_t successful;                       /**< Successful ones */
	int32_t failed;                           /**< Failed ones */
	int32_t inconclusive;                     /**< Inconclusive ones */
	int32_t error;                            /**< Errors */
	int32_t consecutive_error;                /**< Errors in succession, up to now */
	int32_t dry_run;                          /**< Whether its outcome counts for nothing */
	korch_map *metadata; /**< What the provider notes, such as the query with its arguments */
	int32_t consecutive_success; /**< Successes in succession, up to now */
} korch_analysis_metric_result;
/** The table of a korch_analysis_metric_result. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_metric_result_type;

/** How many metrics ended how. */
typedef struct korch_analysis_run_summary {
	KORCH_STRUCT_HEAD
	int32_t count;        /**< All of them */
	int32_t successful;   /**< Successful ones */
	int32_t failed;       /**< Failed ones */
	int32_t inconclusive; /**< Inconclusive ones */
	int32_t error;        /**< Those with errors */
} korch_analysis_run_summary;
/** The table of a korch_analysis_run_summary. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_run_summary_type;

/** What an analysis has found. */
typedef struct korch_analysis_run_status {
	KORCH_STRUCT_HEAD
	const char *phase;   /**< Pending, Running, Successful, Failed, Error or Inconclusive */
	const char *message; /**< Why it is so */
	korch_analysis_metric_result *metric_results; /**< What was measured of each metric */
	size_t n_metric_results;                      /**< number of metric results */
	int64_t started_at;                      /**< When it was started, microseconds since 1970 */
	korch_analysis_run_summary *run_summary; /**< How many metrics ended how */
	/** The same of metrics that count for nothing */
	korch_analysis_run_summary *dry_run_summary;
	int64_t completed_at; /**< When it was done, microseconds since 1970 */
} korch_analysis_run_status;
/** The table of a korch_analysis_run_status. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_run_status_type;

/** An analysis that runs or ran. */
typedef struct korch_analysis_run {
	korch_object object;               /**< kind, metadata, revision */
	korch_analysis_run_spec *spec;     /**< What is measured */
	korch_analysis_run_status *status; /**< What it has found */
} korch_analysis_run;
/** The table of a korch_analysis_run. @since 0.1 */
extern KORCH_API const korch_type korch_analysis_run_type;
/** The kind AnalysisRun. @since 0.1 */
extern KORCH_API const korch_kind korch_analysis_run_kind;

KORCH_END_DECLS

#endif
