/*
 * Metrics: where measurements of an analysis come from. What users of a source see; authors of one
 * read sys/metric.h, which has the functions. What is measured when, and what is made of it, stands
 * in strategy/analysis.h.
 */
#ifndef KORCH_METRIC_H
#define KORCH_METRIC_H

#include <korch/api/analysis.h>
#include <korch/loop.h>

KORCH_BEGIN_DECLS

/**
 * @file metric.h Sources of metrics.
 *
 * Thread rules: a source is bound to one loop; all calls from the loop's thread.
 */

/** A value of json-c. */
struct json_object;
/** A source of metrics (Argo calls it a provider). */
typedef struct korch_metric_source korch_metric_source;
/** A measurement under way. */
typedef struct korch_metric_call korch_metric_call;

/** What is to be measured. Borrowed for the call. */
typedef struct korch_metric_query {
	size_t size;                         /**< sizeof(korch_metric_query) */
	const korch_analysis_metric *metric; /**< its arguments have been put in */
	const char *run_namespace;           /**< of the AnalysisRun; NULL: none */
	const char *run_name;                /**< of the AnalysisRun; NULL: none */
	const char *run_uid;                 /**< of the AnalysisRun; NULL: none */
	const korch_map *metadata; /**< NULL: a new measurement; otherwise what the answer RUNNING of
	                              this one noted: it is asked for again */
	int32_t number;            /**< which measurement of the metric, from 1 */
	int32_t terminate; /**< 1, with metadata: the measurement is to be ended; its answer is the
	                      last */
} korch_metric_query;

/** What came of a measurement. */
typedef enum korch_metric_outcome {
	KORCH_METRIC_VALUE = 0,        /**< `result` is there: the metric's conditions judge it */
	KORCH_METRIC_RUNNING = 1,      /**< not done: ask again at `resume_us` with `metadata` */
	KORCH_METRIC_SUCCESSFUL = 2,   /**< the source itself says so; no condition is asked */
	KORCH_METRIC_FAILED = 3,       /**< the same */
	KORCH_METRIC_ERROR = 4,        /**< could not be measured: `message` */
	KORCH_METRIC_INCONCLUSIVE = 5, /**< neither success nor failure */
} korch_metric_outcome;

/** An answer. All pointers are borrowed for the callback. */
typedef struct korch_metric_answer {
	size_t size;                /**< sizeof(korch_metric_answer) */
	int32_t outcome;            /**< a korch_metric_outcome */
	int32_t reserved;           /**< 0 */
	struct json_object *result; /**< what `result` is in conditions; NULL: nil */
	const char *value;          /**< the result as text, as a measurement's value notes it */
	const char *message;        /**< why; NULL: nothing to say */
	const korch_map *metadata;  /**< what the measurement notes; NULL: nothing */
	korch_usec resume_us;       /**< RUNNING: when to ask again; 0: when something changed */
} korch_metric_answer;

/** Called with the answer, exactly once, by the loop. */
typedef void (*korch_metric_fn)(void *userdata, const korch_metric_answer *answer);

/**
 * Measures. @param out on success the call, until fn was called. @param query copied as far as it
 * is needed. @param fn called once from the loop, never from inside this call; not at all when this
 * fails or korch_metric_cancel() is called before.
 * @return 0; KORCH_E_INVALID (the metric's fields: with the path), KORCH_E_UNSUPPORTED (this source
 * does not measure it, libcurl is missing), KORCH_E_NOMEM … @since 0.1
 */
KORCH_API int korch_metric_measure(korch_metric_call **out, korch_metric_source *source,
                                   const korch_metric_query *query, korch_metric_fn fn,
                                   void *userdata, korch_error **err);
/** Gives up a measurement; fn is not called. NULL is fine. @since 0.1 */
KORCH_API void korch_metric_cancel(korch_metric_call *call);
/** Whether a source measures this metric: 1 or 0. @since 0.1 */
KORCH_API int korch_metric_accepts(const korch_metric_source *source,
                                   const korch_analysis_metric *metric);
/** Tells the source that a measurement with this metadata will never be asked for again and that
 * what belongs to it (a Job) may go. Does nothing for sources that keep nothing. @since 0.1 */
KORCH_API void korch_metric_forget(korch_metric_source *source, const korch_metric_query *query);
/** Its name, e.g. "prometheus"; "" for NULL. Borrowed. @since 0.1 */
KORCH_API const char *korch_metric_source_name(const korch_metric_source *source);
/** Frees a source; measurements under way are given up without an answer. Not from inside
 * of a korch_metric_fn. NULL is fine. @since 0.1
 */
KORCH_API void korch_metric_source_free(korch_metric_source *source);

/** @name Sources that come with the library
 * @{ */
/**
 * Prometheus' HTTP API: /api/v1/query, and /api/v1/query_range with `rangeQuery`. A vector or a
 * range is an array of numbers in `result`, a scalar is a number.
 * @param address of metrics that give none; NULL: these are refused. @since 0.1
 */
KORCH_API int korch_metric_prometheus_new(korch_metric_source **out, korch_loop *loop,
                                          const char *address, korch_error **err);
/** Any server that answers with JSON; jsonPath says which part is the result. @since 0.1 */
KORCH_API int korch_metric_web_new(korch_metric_source **out, korch_loop *loop, korch_error **err);

/**
 * A function of the host program that measures. Called from the loop.
 * @param result a new reference for `result`; NULL: nil. @param settings what the metric's
 * provider.plugin gives for this name, JSON as text. @return 0, or a negative code (with err): the
 * measurement is an Error. */
typedef int (*korch_metric_callback_fn)(void *userdata, struct json_object **result,
                                        const korch_metric_query *query, const char *settings,
                                        korch_error **err);
/**
 * Measures metrics whose `provider.plugin` has this name. @param destroy runs once with userdata
 * when the source is freed, also when this call fails; NULL is fine. @since 0.1
 */
KORCH_API int korch_metric_callback_new(korch_metric_source **out, korch_loop *loop,
                                        const char *name, korch_metric_callback_fn fn,
                                        void *userdata, void (*destroy)(void *userdata),
                                        korch_error **err);
/**
 * A source in memory, for simulations and tests, on any loop: measures every metric, whichever its
 * provider (Jobs when something was said about them only), and answers what korch_metric_sim_say()
 * said. @param lag_us how long an answer takes.
 * @since 0.1
 */
KORCH_API int korch_metric_sim_new(korch_metric_source **out, korch_loop *loop, korch_usec lag_us,
                                   korch_error **err);
/**
 * What metrics say from now on.
 * @param metric glob on the metric's name; of several that match the one that was set last counts.
 * @param result JSON text ("[0.98]", "{\"ok\": true}"); NULL: they are in error. @param error why;
 * NULL with a result.
 * @return 0, KORCH_E_INVALID (no simulated source, both or neither), KORCH_E_PARSE, KORCH_E_LIMIT,
 * KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_metric_sim_say(korch_metric_source *source, const char *metric,
                                   const char *result, const char *error, korch_error **err);
/** @} */

KORCH_END_DECLS

#endif
