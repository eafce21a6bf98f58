/* How what is known of a container changes: operations begin, complete, the runtime reports.
 * Nothing is decided here. */
#ifndef KORCH_AGENT_FACTS_H
#define KORCH_AGENT_FACTS_H

#include "agent/lifecycle.h"
#include <korch/runtime.h>

typedef struct korch__seed_times {
	korch_usec now;
	korch_usec stopped_us; /* when an earlier process began to stop everything in order, 0: never */
} korch__seed_times;
/*
 * What an object's status tells of containers that the runtime does not know: ended ones stay
 * ended; those that were stopped in order are to be run again, as the same run; others count as
 * lost. For pods of an earlier process. facts: zeroed, one for each container. 0 or KORCH_E_NOMEM.
 */
int korch__facts_seed(const korch_pod *pod, korch__container_facts *facts,
                      const korch__seed_times *times);
/* Whether any container of the pod was stopped in order then: whatever of it had ended before is
 * run again with it. */
int korch__pod_was_stopped(const korch_pod *pod, korch_usec stopped_us);
void korch__facts_fini(korch__container_facts *facts);
/* Its past, made when there is none; NULL without memory. */
korch__container_past *korch__facts_past(korch__container_facts *facts);

/* Name of a run of a container on the runtime: PREFIX UID.NAME.RUN, cut to the size. */
void korch__container_id(char *out, size_t size, const char *prefix, const korch_pod *pod,
                         const char *name, int32_t run);

/* An operation on the container is about to be begun; 0 or KORCH_E_NOMEM (nothing has changed). */
int korch__facts_begin(korch__container_facts *facts, const korch__pod_op *op,
                       const korch__pod_input *in);
/* The image was made ready, or not. */
void korch__facts_prepared(korch__container_facts *facts, int code, const char *reason,
                           const char *message, korch_usec now);
/* The start has completed. */
void korch__facts_started(korch__container_facts *facts, int code, const char *reason,
                          const char *message, korch_usec now);
/* The runtime tells of it. 1 when that is news. */
int korch__facts_report(korch__container_facts *facts, const korch_container_report *report);
/* It was found on the runtime, started by an earlier process. */
void korch__facts_adopt(korch__container_facts *facts, const korch_container_report *report,
                        const char *image);
/* The crash back-off that an object's status tells, so that a restart of the host program does not
 * begin it anew. */
void korch__facts_seed_backoff(korch__container_facts *facts, const korch_container_status *status);
/* A hook (KORCH__OP_POST_START, KORCH__OP_PRE_STOP) has ended. */
void korch__facts_hook(korch__container_facts *facts, int op, int good);

#endif
