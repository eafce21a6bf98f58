/*
 * Analysis of objects: AnalysisTemplates merged into one AnalysisRun, arguments put in, and the
 * planner's rules and states made of a run. Pure functions over the API's structs; what decides is
 * in strategy/analysis.h.
 */
#ifndef KORCH_STRATEGY_ANALYSIS_SPEC_H
#define KORCH_STRATEGY_ANALYSIS_SPEC_H

#include <korch/api/analysis.h>
#include <korch/problems.h>
#include <korch/strategy/analysis.h>

KORCH_BEGIN_DECLS

/**
 * @file strategy/analysis_spec.h From templates to rules.
 *
 * 1. korch_analysis_merge(): templates and the arguments of whoever starts it → the run's spec.
 * 2. korch_analysis_values(): the run's arguments → texts, Secrets looked up.
 * 3. korch_analysis_resolve(): these texts in place of {{args.NAME}} → the spec to work with.
 * 4. korch_analysis_rules(), korch_analysis_states(): what korch_analysis_plan_run() takes.
 *
 * Sources: Argo Rollouts' utils/analysis/helpers.go, factory.go, utils/template/template.go. Any
 * thread.
 */

/** How deep templates may name templates. */
#define KORCH_ANALYSIS_TEMPLATE_DEPTH_MAX 16
/** Templates of one run. */
#define KORCH_ANALYSIS_TEMPLATES_MAX 256

/** Finds a template's spec: borrowed until the merge is over; NULL when there is none.
 * @param cluster_scope 1: a ClusterAnalysisTemplate. */
typedef const korch_analysis_template_spec *(*korch_analysis_find_fn)(void *userdata,
                                                                      const char *name,
                                                                      int cluster_scope);

/** What is merged. All pointers are borrowed. */
typedef struct korch_analysis_merge_options {
	size_t size;                             /**< sizeof(korch_analysis_merge_options) */
	const korch_analysis_template_ref *refs; /**< the templates that are named */
	size_t n_refs;                           /**< at least 1 */
	const korch_map *args; /**< values that whoever starts it gives, by name; NULL: none. Names that
	                          no template has are left out, as Argo does */
	const korch_dry_run *dry_run;                 /**< further rules than those of the templates */
	size_t n_dry_run;                             /**< how many */
	const korch_measurement_retention *retention; /**< the same */
	size_t n_retention;                           /**< how many */
	korch_analysis_find_fn find;                  /**< finds templates */
	void *userdata;                               /**< for `find` */
} korch_analysis_merge_options;

/**
 * Merges templates, those that they name and so on, each once, into the spec of a run: those of the
 * namespace first, then those of the cluster. @param out a new struct (korch_block_unref()).
 * @return 0; KORCH_E_NOT_FOUND (a template), KORCH_E_CONFLICT (two metrics of one name, an argument
 * with two values, two rules of dryRun or measurementRetention for one name), KORCH_E_INVALID (an
 * argument that nobody gave a value, no metrics), KORCH_E_LIMIT, KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_analysis_merge(korch_analysis_run_spec **out,
                                   const korch_analysis_merge_options *options, korch_error **err);

/** Looks up a value that is somewhere else (a Secret's key, a field).
 * @param out a new block string (korch_string_new()). @return 0 or a negative code with err. */
typedef int (*korch_analysis_lookup_fn)(void *userdata, const char **out,
                                        const korch_analysis_value_from *from, korch_error **err);

/**
 * The values of arguments by name. @param out a new map, NULL for no arguments; the caller's
 * (korch_block_unref()). @param lookup NULL: an argument with valueFrom is refused. @return 0;
 * KORCH_E_INVALID (an argument without a value, or with both kinds), lookup's code,
 * KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_analysis_values(korch_map **out, const korch_analysis_argument *args,
                                    size_t n_args, korch_analysis_lookup_fn lookup, void *userdata,
                                    korch_error **err);

/**
 * Puts values in place of {{args.NAME}} in all texts of the metrics. @param out a new struct
 * (korch_block_unref()) that shares what does not change. @param values NULL: none.
 * @return 0; KORCH_E_INVALID ("failed to resolve {{args.x}}", with the metric's path),
 * KORCH_E_LIMIT, KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_analysis_resolve(korch_analysis_run_spec **out,
                                     const korch_analysis_run_spec *spec, const korch_map *values,
                                     korch_error **err);

/**
 * A text without the values of arguments that came from Secrets: each is "*****" in it, as in the
 * messages of Argo's measurements. @param out freed by the caller with free(). @param values of
 * korch_analysis_values(). @return 0, KORCH_E_INVALID, KORCH_E_LIMIT or KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_analysis_redact(char **out, const char *text,
                                    const korch_analysis_argument *args, size_t n_args,
                                    const korch_map *values);

/**
 * The planner's rules of a resolved spec. @param rules room for KORCH_ANALYSIS_METRICS_MAX; names
 * are borrowed from the spec. @param n how many.
 * @return 0; KORCH_E_INVALID with the field's path (no metrics, a name twice, a duration or number
 * that is none, count below a limit, a dryRun or measurementRetention that fits no metric),
 * KORCH_E_LIMIT, KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_analysis_rules(korch_analysis_rule *rules, size_t *n,
                                   const korch_analysis_run_spec *spec, korch_error **err);

/** The planner's states of a run's status, in the order of its spec's metrics. @param states room
 * for spec->n_metrics; messages are borrowed. @param status NULL: nothing was measured yet. @since
 * 0.1
 */
KORCH_API void korch_analysis_states(korch_analysis_state *states,
                                     const korch_analysis_run_spec *spec,
                                     const korch_analysis_run_status *status);

/** Whether all conditions of metrics can be read: each that cannot is a problem at its field.
 * Conditions with {{…}} are not looked at, as their arguments are not known. @param path of the
 * list
 * ("spec.metrics"). @return 0 or KORCH_E_NOMEM. @since 0.1 */
KORCH_API int korch_analysis_check(const korch_analysis_metric *metrics, size_t n, const char *path,
                                   korch_problems *problems);

KORCH_END_DECLS

#endif
