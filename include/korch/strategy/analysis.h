/*
 * Analysis: which metrics are measured now, what a measurement is worth, and when a run is over. A
 * pure planner over plain data. Conditions: strategy/condition.h; sources of metrics: metric.h;
 * AnalysisRuns and templates as objects: strategy/analysis_spec.h.
 */
#ifndef KORCH_STRATEGY_ANALYSIS_H
#define KORCH_STRATEGY_ANALYSIS_H

#include <korch/loop.h>
#include <korch/strategy/condition.h>
#include <stddef.h>

KORCH_BEGIN_DECLS

/**
 * @file strategy/analysis.h The decider of an analysis run.
 *
 * korch_analysis_plan() is called when a measurement was answered, when `wake_at` has come, when
 * the run is to end, or at any other time: the same input gives the same plan, and a plan that was
 * carried out is followed by one that asks for nothing.
 *
 * Source: Argo Rollouts' analysis controller (analysis/analysis.go, utils/analysis/helpers.go),
 * with the limits of its version 1.8.
 *
 * Thread rules: no function here keeps anything; calls with different arguments may run in
 * parallel.
 */

/** Metrics of one run. */
#define KORCH_ANALYSIS_METRICS_MAX 128
/** Time until a measurement that was an Error is tried again. */
#define KORCH_ANALYSIS_ERROR_RETRY_US (10 * KORCH_USEC_PER_SEC)
/** Measurements of a metric that are kept when nothing else is said. */
#define KORCH_ANALYSIS_RETENTION 10
/** consecutiveErrorLimit when nothing else is said. */
#define KORCH_ANALYSIS_ERROR_LIMIT 4

/** Phases of runs, metrics and measurements, from best to worst but for NONE: the worst metric's is
 * the run's. */
typedef enum korch_analysis_phase {
	KORCH_ANALYSIS_NONE = 0,         /**< there is none */
	KORCH_ANALYSIS_SUCCESSFUL = 1,   /**< "Successful" */
	KORCH_ANALYSIS_RUNNING = 2,      /**< "Running" */
	KORCH_ANALYSIS_PENDING = 3,      /**< "Pending" */
	KORCH_ANALYSIS_INCONCLUSIVE = 4, /**< "Inconclusive" */
	KORCH_ANALYSIS_ERROR = 5,        /**< "Error" */
	KORCH_ANALYSIS_FAILED = 6,       /**< "Failed" */
} korch_analysis_phase;

/** What is wished of one metric. Zeroed but for the name: one measurement, no failure allowed. All
 * pointers are borrowed. */
typedef struct korch_analysis_rule {
	const char *name;                  /**< differs from all others */
	korch_usec interval_us;            /**< from the end of a measurement to the next; 0: none */
	korch_usec initial_delay_us;       /**< from the run's start to the first measurement */
	int32_t count;                     /**< measurements; 0: 1, or without end with an interval */
	int32_t failure_limit;             /**< failures that are allowed; -1: any number */
	int32_t inconclusive_limit;        /**< inconclusive ones that are allowed */
	int32_t consecutive_error_limit;   /**< errors in succession that are allowed */
	int32_t consecutive_success_limit; /**< successes in succession that end it well; 0: not looked
	                                      at; when `count` is over before, it is Inconclusive */
	int32_t dry_run;                   /**< 1: its outcome counts for nothing */
	int32_t retention;                 /**< measurements that are kept; 0: the default */
	int32_t reserved;                  /**< 0 */
} korch_analysis_rule;

/** A metric as it stands (an AnalysisRun's metric result). Zeroed: nothing was measured yet. */
typedef struct korch_analysis_state {
	int32_t phase;               /**< a korch_analysis_phase that was noted; NONE: none */
	int32_t last;                /**< phase of the last measurement; NONE: there is none yet */
	int32_t asked;               /**< 1: the last measurement's answer is under way */
	int32_t kept;                /**< measurements that are kept */
	int32_t count;               /**< measurements without an error */
	int32_t successful;          /**< of them */
	int32_t failed;              /**< of them */
	int32_t inconclusive;        /**< of them */
	int32_t error;               /**< further ones, with an error */
	int32_t consecutive_error;   /**< up to now */
	int32_t consecutive_success; /**< up to now */
	int32_t reserved;            /**< 0 */
	korch_usec finished_us;      /**< end of the last measurement; 0: it is under way */
	korch_usec resume_us;        /**< when its source wants to be asked again; 0: at once */
	const char *message;         /**< of the last measurement; NULL: none */
} korch_analysis_state;

/** A run as it stands. Zeroed but for the size: it begins now. */
typedef struct korch_analysis_run_state {
	size_t size;           /**< sizeof(korch_analysis_run_state) */
	korch_usec started_us; /**< when it began; 0: it begins now */
	int32_t phase;         /**< a korch_analysis_phase; a run that is over stays so */
	int32_t terminate;     /**< 1: somebody wants it to end */
} korch_analysis_run_state;

/** What is to be done for a metric. */
typedef enum korch_analysis_action {
	KORCH_ANALYSIS_WAIT = 0,    /**< nothing */
	KORCH_ANALYSIS_MEASURE = 1, /**< begin a measurement */
	KORCH_ANALYSIS_RESUME = 2,  /**< ask the source again for the last one, which is not done */
	KORCH_ANALYSIS_END = 3, /**< end the last one, which is not done: its phase is Successful, its
	                           message "Metric Terminated" */
} korch_analysis_action;

/** The plan of one metric. */
typedef struct korch_analysis_step {
	int32_t action;   /**< a korch_analysis_action */
	int32_t phase;    /**< a korch_analysis_phase to be noted; NONE: nothing was measured yet */
	int32_t drop;     /**< so many of the oldest measurements go (with what their source keeps) */
	int32_t reserved; /**< 0 */
} korch_analysis_step;

/** How many metrics ended how. */
typedef struct korch_analysis_count {
	int32_t count;        /**< all */
	int32_t successful;   /**< that are over and broke no limit */
	int32_t failed;       /**< that broke failure_limit */
	int32_t inconclusive; /**< that broke inconclusive_limit */
	int32_t error;        /**< that broke consecutive_error_limit */
	int32_t reserved;     /**< 0 */
} korch_analysis_count;

/** Room for any message, its NUL included. */
#define KORCH_ANALYSIS_TEXT_SIZE 1024

/** A plan. Memory of the caller's. */
typedef struct korch_analysis_plan {
	size_t size;                                           /**< sizeof(korch_analysis_plan) */
	korch_analysis_step steps[KORCH_ANALYSIS_METRICS_MAX]; /**< in the order of the rules */
	size_t n_steps;                                        /**< how many: one for each rule */
	int32_t phase;                                         /**< of the run */
	int32_t terminating;   /**< 1: no new measurements: it was asked to end or a metric failed */
	int32_t changed;       /**< 1: there is something to do or to note */
	int32_t reserved;      /**< 0 */
	korch_usec started_us; /**< to be noted */
	korch_usec wake_at;    /**< call again then at the latest; KORCH_USEC_NEVER: no need */
	korch_analysis_count summary;           /**< of the metrics that count */
	korch_analysis_count dry_run;           /**< of the others */
	char message[KORCH_ANALYSIS_TEXT_SIZE]; /**< of the run, in Argo's words; "": none */
} korch_analysis_plan;

/**
 * Decides. @param out on success; untouched on failure. @param rules,states n each, in the same
 * order. @param now the time. @return 0; KORCH_E_INVALID (NULL, a size, a negative number, a metric
 * without a name), KORCH_E_LIMIT (too many metrics). Needs no memory. @since 0.1
 */
KORCH_API int korch_analysis_plan_run(korch_analysis_plan *out, const korch_analysis_run_state *run,
                                      const korch_analysis_rule *rules,
                                      const korch_analysis_state *states, size_t n, korch_usec now);

/** Notes a measurement's end in a state: counts it and sets `last`, `finished_us`, `asked`.
 * @param phase SUCCESSFUL, FAILED, INCONCLUSIVE or ERROR. @since 0.1 */
KORCH_API void korch_analysis_note(korch_analysis_state *state, int32_t phase, korch_usec now);

/**
 * What a result is worth by a metric's conditions, as Argo has it: only success given: Successful
 * or Failed; only failure given: Failed or Successful; both: Failed when the failure holds,
 * Successful when the success holds, else Inconclusive; none: Successful.
 * @param out a korch_analysis_phase; ERROR when a condition cannot be evaluated (err says why; this
 * is no failure of the call). @param success,failure NULL: not given. @param result see
 * korch_condition_eval(). @return 0 or KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_analysis_judge(int32_t *out, const korch_parsed_condition *success,
                                   const korch_parsed_condition *failure,
                                   struct json_object *result, korch_error **err);

/** Why a metric failed, erred or is inconclusive: "failed (2) > failureLimit (1)"; "" when it did
 * none of it. @return its length. @since 0.1 */
KORCH_API size_t korch_analysis_reason(char out[KORCH_ANALYSIS_TEXT_SIZE],
                                       const korch_analysis_rule *rule,
                                       const korch_analysis_state *state);
/** "Successful" and so on; "" for NONE and what is none. Static. @since 0.1 */
KORCH_API const char *korch_analysis_phase_name(int32_t phase);
/** The phase of a name; NONE for "", NULL and what is none. @since 0.1 */
KORCH_API int32_t korch_analysis_phase_of(const char *name);
/** Whether a phase is an end: 1 or 0. @since 0.1 */
KORCH_API int korch_analysis_is_over(int32_t phase);

KORCH_END_DECLS

#endif
