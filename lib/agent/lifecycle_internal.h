/* What the lifecycle_*.c files share: the question in hand, and what the parts tell each other. */
#ifndef KORCH_AGENT_LIFECYCLE_INTERNAL_H
#define KORCH_AGENT_LIFECYCLE_INTERNAL_H

#include "agent/lifecycle.h"
#include "base/cleanup.h"
#include "base/text.h"

#define KORCH__MINIMUM_GRACE_US (2 * KORCH_USEC_PER_SEC)
/* How long an error is shown as such before its back-off is. */
#define KORCH__ERROR_SHOWN_US (1 * KORCH_USEC_PER_SEC)

typedef struct korch__decision {
	const korch__pod_input *in;
	const korch_pod *pod;
	const korch_pod_spec *spec;
	korch__pod_output *out;
	size_t n;      /* containers in all */
	size_t n_init; /* of these, init containers */
	int stopping;  /* the pod as a whole ends */
	int deadline;  /* because of activeDeadlineSeconds */
	int finished;  /* because its work is done, or cannot be */
	int dead;      /* stopping, and nothing runs any more */
} korch__decision;

static inline const korch__container_facts *korch__facts(const korch__decision *d, size_t i)
{
	return &d->in->containers[i];
}
static inline int korch__is_alive(const korch__container_facts *facts)
{
	return facts->run == KORCH__RUN_STARTING || facts->run == KORCH__RUN_RUNNING;
}
static inline korch_usec korch__whole_seconds(korch_usec at)
{
	return at - at % KORCH_USEC_PER_SEC;
}

void korch__wake_at(korch__decision *d, korch_usec at);
void korch__op_add(korch__decision *d, korch__pod_op op);

/* lifecycle_start.c: starts, restarts and repairs what should run. */
void korch__pod_run(korch__decision *d);
/* Whether it is past its startup probe and its hook. */
int korch__is_started(const korch__decision *d, size_t i);
int korch__is_ready(const korch__decision *d, size_t i);
/* Whether an ended container is to be started again. */
int korch__restarts(const korch__decision *d, size_t i);
/* Whether the pod's work has ended: nothing will be started again. */
int korch__pod_is_finished(const korch__decision *d);
/* When the crash back-off of an ended container is over; 0: there is none. */
korch_usec korch__backoff_end(const korch__container_facts *facts);
/* Whether any container other than init containers was ever started. */
int korch__mains_began(const korch__decision *d);

/* lifecycle_stop.c: ends the pod, or one container of it. */
void korch__pod_stop(korch__decision *d);
/* end: when the grace of the stop is over. */
void korch__container_stop(korch__decision *d, size_t i, int why, korch_usec end);
korch_usec korch__pod_grace(const korch__decision *d);

/* lifecycle_container.c: states of containers. */
int korch__container_statuses_make(korch__decision *d, korch_pod_status **status, int init);
/* Whether the status shows it as running, and as waiting for the first time. */
enum { KORCH__SHOWN_WAITING, KORCH__SHOWN_RUNNING, KORCH__SHOWN_ENDED };
int korch__container_shown(const korch__decision *d, size_t i);

/* lifecycle_phase.c */
const char *korch__pod_phase(const korch__decision *d);
/* lifecycle_conditions.c */
int korch__conditions_make(korch__decision *d, korch_pod_status **status, const char *phase);
/* lifecycle_status.c: fills out->status when something is different from the object's. */
int korch__pod_status_make(korch__decision *d);
/* The status to change: the output's, made from the object's at first. NULL without memory. */
korch_pod_status *korch__status_edit(korch__decision *d, korch_pod_status **status);
/* Sets a string member to an interned copy. */
int korch__word_set(korch__decision *d, const char **slot, const char *text);

#endif
