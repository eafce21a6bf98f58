/*
 * Experiments: the C structs. Their tables (names, rules) stand in lib/object/kinds/experiment.c.
 */
#ifndef KORCH_API_EXPERIMENT_H
#define KORCH_API_EXPERIMENT_H

#include <korch/api/analysis.h>
#include <korch/api/core_pod.h>
#include <korch/api/rollout_step.h>

KORCH_BEGIN_DECLS

/**
 * @file experiment.h Experiments.
 *
 * Experiments of argoproj.io/v1alpha1. What a field means when it is absent is said at the field;
 * nothing of it is written into the stored object.
 */

/** Pods of an experiment. */
typedef struct korch_experiment_template {
	KORCH_STRUCT_HEAD
	const char *name;          /**< Name of the template */
	int32_t replicas;          /**< How many pods; 1 when absent */
	int32_t min_ready_seconds; /**< Seconds that a pod must be ready to count as available */
	/** Labels of its pods, other ones than those of other templates */
	korch_label_selector *selector;
	korch_pod_template_spec *template_; /**< What the pods are made from */
	korch_template_service *service;    /**< A Service for its pods */
} korch_experiment_template;
/** The table of a korch_experiment_template. @since 0.1 */
extern KORCH_API const korch_type korch_experiment_template_type;

/** An analysis of an experiment. */
typedef struct korch_experiment_analysis {
	KORCH_STRUCT_HEAD
	const char *name;                /**< Name of the analysis */
	const char *template_name;       /**< Name of the AnalysisTemplate */
	int32_t cluster_scope;           /**< Whether it is a ClusterAnalysisTemplate */
	korch_analysis_argument *args;   /**< Values of the template's arguments */
	size_t n_args;                   /**< number of args */
	int32_t required_for_completion; /**< Whether the experiment goes on until it is done */
} korch_experiment_analysis;
/** The table of a korch_experiment_analysis. @since 0.1 */
extern KORCH_API const korch_type korch_experiment_analysis_type;

/** Pods that are started for a time, and what is measured meanwhile. */
typedef struct korch_experiment_spec {
	KORCH_STRUCT_HEAD
	korch_experiment_template *templates; /**< Pods that are started */
	size_t n_templates;                   /**< number of templates */
	const char *duration; /**< How long, such as 30m; until its analyses are done when absent */
	/** Seconds without progress after which it is said to fail; 600 when absent */
	int32_t progress_deadline_seconds;
	int32_t terminate;                   /**< Whether it stops as soon as it can */
	korch_experiment_analysis *analyses; /**< Analyses that run meanwhile */
	size_t n_analyses;                   /**< number of analyses */
	/** Seconds that its pods stay afterwards; 30 when absent */
	int32_t scale_down_delay_seconds;
	korch_dry_run *dry_run; /**< Metrics whose outcome counts for nothing */
	size_t n_dry_run;       /**< number of dry run */
	korch_measurement_retention *measurement_retention; /**< How many measurements are kept */
	size_t n_measurement_retention;                     /**< number of measurement retention */
	/** Labels and annotations of the AnalysisRuns */
	korch_analysis_run_metadata *analysis_run_metadata;
} korch_experiment_spec;
/** The table of a korch_experiment_spec. @since 0.1 */
extern KORCH_API const korch_type korch_experiment_spec_type;

/** What the pods of a template have reached. */
typedef struct korch_experiment_template_status {
	KORCH_STRUCT_HEAD
	const char *name;              /**< Name of the template */
	int32_t replicas;              /**< Pods that there are */
	int32_t updated_replicas;      /**< Pods of the present template */
	int32_t ready_replicas;        /**< Pods that are ready */
	int32_t available_replicas;    /**< Pods that are ready long enough */
	int32_t collision_count;       /**< How often a name of a ReplicaSet was taken already */
	const char *status;            /**< Progressing, Running, Successful, Failed or Error */
	const char *message;           /**< Why it is so */
	int64_t last_transition_time;  /**< When the status changed last, microseconds since 1970 */
	const char *service_name;      /**< Name of its Service */
	const char *pod_template_hash; /**< Hash of its template */
} korch_experiment_template_status;
/** The table of a korch_experiment_template_status. @since 0.1 */
extern KORCH_API const korch_type korch_experiment_template_status_type;

/** One aspect of an Experiment's state. */
typedef struct korch_experiment_condition {
	KORCH_STRUCT_HEAD
	/** Which aspect: InvalidSpec, Completed, Progressing, Running or ReplicaFailure */
	const char *type;
	const char *status;           /**< Whether it holds */
	int64_t last_update_time;     /**< When it was written last, microseconds since 1970 */
	int64_t last_transition_time; /**< When the status changed last, microseconds since 1970 */
	const char *reason;           /**< One word for machines, why */
	const char *message;          /**< A sentence for people */
} korch_experiment_condition;
/** The table of a korch_experiment_condition. @since 0.1 */
extern KORCH_API const korch_type korch_experiment_condition_type;

/** An analysis of an experiment. */
typedef struct korch_experiment_analysis_run_status {
	KORCH_STRUCT_HEAD
	const char *name;         /**< Name of the analysis */
	const char *analysis_run; /**< Name of the AnalysisRun */
	const char *phase;        /**< Its phase */
	const char *message;      /**< Why it is so */
} korch_experiment_analysis_run_status;
/** The table of a korch_experiment_analysis_run_status. @since 0.1 */
extern KORCH_API const korch_type korch_experiment_analysis_run_status_type;

/** What an Experiment has reached. */
typedef struct korch_experiment_status {
	KORCH_STRUCT_HEAD
	const char *phase;   /**< Pending, Running, Successful, Failed, Error or Inconclusive */
	const char *message; /**< Why it is so */
	/** What the pods of each template have reached */
	korch_experiment_template_status *template_statuses;
	size_t n_template_statuses; /**< number of template statuses */
	/** When all templates were available; the duration counts from here, microseconds since 1970 */
	int64_t available_at;
	korch_experiment_condition *conditions;              /**< Aspects of its state */
	size_t n_conditions;                                 /**< number of conditions */
	korch_experiment_analysis_run_status *analysis_runs; /**< Its analyses */
	size_t n_analysis_runs;                              /**< number of analysis runs */
} korch_experiment_status;
/** The table of a korch_experiment_status. @since 0.1 */
extern KORCH_API const korch_type korch_experiment_status_type;

/** Pods that are started for a time and measured. */
typedef struct korch_experiment {
	korch_object object;             /**< kind, metadata, revision */
	korch_experiment_spec *spec;     /**< What is started and measured */
	korch_experiment_status *status; /**< What it has reached */
} korch_experiment;
/** The table of a korch_experiment. @since 0.1 */
extern KORCH_API const korch_type korch_experiment_type;
/** The kind Experiment. @since 0.1 */
extern KORCH_API const korch_kind korch_experiment_kind;

KORCH_END_DECLS

#endif
