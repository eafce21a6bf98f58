/* The Job decider: plain data in, a plan out. The adapter that gathers the data is controller.c. */
#ifndef KORCH_CONTROL_JOB_JOB_H
#define KORCH_CONTROL_JOB_JOB_H

#include "control/newpod.h"
#include <korch/api/batch.h>
#include <korch/controller.h>

#define KORCH__JOB_FINALIZER "batch.kubernetes.io/job-tracking"
#define KORCH__LABEL_JOB_NAME "batch.kubernetes.io/job-name"
#define KORCH__LABEL_JOB_UID "batch.kubernetes.io/controller-uid"
#define KORCH__JOB_INDEX "batch.kubernetes.io/job-completion-index" /* label and annotation */
#define KORCH__JOB_INDEX_FAILURES "batch.kubernetes.io/job-index-failure-count"
/* Most pods that one plan creates or deletes, as in Kubernetes. */
#define KORCH__JOB_BURST 500
/* After a failure the next pod waits so long, twice as long after each further one. */
#define KORCH__JOB_BACKOFF_US (10 * KORCH_USEC_PER_SEC)
#define KORCH__JOB_BACKOFF_MAX_US (600 * KORCH_USEC_PER_SEC)

typedef struct korch__job_input {
	const korch_job *job;
	const korch_pod *const *pods; /* those it controls, and those of its namespace without a
	                                 controller, in any order */
	size_t n_pods;
	korch__admission admission;
	korch_usec now;
} korch__job_input;

int korch__job_decide(const korch__job_input *input, korch_plan *plan, korch_error **err);
/* Gives a new Job, exclusively owned and with a uid, the selector and labels that make its pods its
 * own, unless it has a manual one. 0 or KORCH_E_NOMEM. */
int korch__job_make_selector(korch_job *job);
/* Lets a pod go whose Job is not there any more. 0 or KORCH_E_NOMEM. */
int korch__job_release(korch_plan *plan, const korch_pod *pod);
/* Whether a pod has the finalizer: it has not been counted. */
int korch__job_is_tracked(const korch_pod *pod);
int korch__job_controller(korch_controller_spec *out);

#endif
