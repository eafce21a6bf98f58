/*
 * For authors of sources of metrics: the table of functions. Users of a source read metric.h.
 */
#ifndef KORCH_SYS_METRIC_H
#define KORCH_SYS_METRIC_H

#include <korch/metric.h>

KORCH_BEGIN_DECLS

/** @file sys/metric.h The table that a source of metrics implements. */

/** What a source can do beyond the required. */
enum {
	KORCH_METRIC_RESUMES = 1 << 0, /**< may answer RUNNING and is asked again (a Job); has forget */
	KORCH_METRIC_JUDGES = 1 << 1,  /**< says itself what was a success: no conditions are needed */
	KORCH_METRIC_VIRTUAL = 1 << 2, /**< works on a loop in virtual time */
};

/** Functions of a source. `self` is what korch_metric_source_register() was given. */
typedef struct korch_metric_ops {
	size_t size;           /**< sizeof(korch_metric_ops), so that the table can grow */
	const char *name;      /**< e.g. "prometheus" */
	uint32_t capabilities; /**< KORCH_METRIC_* */
	/** Required. Whether the metric's provider is this one's: 1 or 0. */
	int (*accepts)(const void *self, const korch_analysis_metric *metric);
	/** Required. Begins a measurement; see korch_metric_measure(). *call is the backend's own
	 * handle, valid until fn is called. fn takes exactly one answer, from the loop, never from
	 * inside of this call. May not block. */
	int (*measure)(void **call, void *self, const korch_metric_query *query, korch_metric_fn fn,
	               void *userdata, korch_error **err);
	/** Required. Ends a call whose fn was not called yet; fn is not called after this. */
	void (*cancel)(void *self, void *call);
	/** With KORCH_METRIC_RESUMES. See korch_metric_forget(). */
	void (*forget)(void *self, const korch_metric_query *query);
	/** Required. Frees self; no call is under way. */
	void (*free)(void *self);
} korch_metric_ops;

/**
 * Makes a source of a backend.
 * @param ops static; refused with KORCH_E_INVALID when a slot that is required or promised by the
 * capabilities is empty. @param self passes to the source on success. @since 0.1
 */
KORCH_API int korch_metric_source_register(korch_metric_source **out, const korch_metric_ops *ops,
                                           void *self, korch_error **err);
/** The table. @since 0.1 */
KORCH_API const korch_metric_ops *korch_metric_source_get_ops(const korch_metric_source *source);
/** The backend's own data. @since 0.1 */
KORCH_API void *korch_metric_source_get_self(const korch_metric_source *source);

KORCH_END_DECLS

#endif
