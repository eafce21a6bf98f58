/*
 * Shapes: what pods with equal specs ask of a node: effective requests, host ports, images,
 * devices. Shared by all pods that are alike; a pod's name, namespace and labels play no part.
 */
#ifndef KORCH_SCHEDULER_SHAPE_H
#define KORCH_SCHEDULER_SHAPE_H

#include "scheduler/state/state.h"

typedef struct sched_need {
	uint32_t resource;
	int64_t amount; /* cpu in millicores, others in units */
} sched_need;

typedef struct sched_port {
	const char *ip; /* borrowed from the spec; "" and "0.0.0.0" mean every address */
	const char *protocol;
	int32_t port;
} sched_port;

struct sched_shape {
	uint32_t refs;
	int32_t priority;
	uint64_t hash;
	const korch_pod_spec *spec; /* referenced */
	uint32_t profile;           /* index among the scheduler's */
	uint8_t gated;
	uint8_t asked; /* somebody was decided on before */
	uint8_t never_preempts;
	uint8_t has_terms;  /* pod affinity or spread */
	uint8_t has_claims; /* volumes of PersistentVolumeClaims */
	int64_t score_cpu;  /* for the score even a container without requests counts a little */
	int64_t score_memory;
	uint32_t device_resource;    /* number of the resource whose devices it asks for, or NONE */
	int32_t device_share;        /* thousandths of one device, 0 = none */
	int64_t device_count;        /* whole devices */
	KORCH_VEC(sched_need) needs; /* ordered by resource, all > 0, but for the one pod */
	KORCH_VEC(sched_port) ports;
};

/* The shape of a spec, one more reference. 0, KORCH_E_INVALID or KORCH_E_NOMEM. */
int korch__shape_get(sched_shape **out, korch_scheduler *s, const korch_pod_spec *spec,
                     korch_error **err);
sched_shape *korch__shape_ref(sched_shape *shape);
void korch__shape_unref(korch_scheduler *s, sched_shape *shape);
static inline int korch__shape_has_terms(const sched_shape *shape)
{
	return shape->has_terms;
}
/* What it needs of a resource. */
int64_t korch__shape_need(const sched_shape *shape, uint32_t resource);
void korch__shapes_init(korch_scheduler *s);
void korch__shapes_free(korch_scheduler *s);

/* needs.c: fills in requests and ports; 0, KORCH_E_INVALID or KORCH_E_NOMEM. */
int korch__needs_fill(korch_scheduler *s, sched_shape *shape, korch_error **err);

#endif
