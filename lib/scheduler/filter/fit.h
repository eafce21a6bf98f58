/* Whether a shape fits into what is left of a node: requests, host ports, devices. */
#ifndef KORCH_SCHEDULER_FIT_H
#define KORCH_SCHEDULER_FIT_H

#include "scheduler/shape/shape.h"
#include "scheduler/state/state.h"

/* 1: the requests fit. */
int korch__resources_fit(const korch_scheduler *s, const sched_shape *shape, uint32_t slot);
static inline int64_t korch__resource_free(const korch_scheduler *s, uint32_t resource,
                                           uint32_t slot)
{
	return s->alloc[resource][slot] - s->used[resource][slot];
}
/* 1: no pod of the node has one of the host ports. */
int korch__ports_free(const korch_scheduler *s, const sched_shape *shape, uint32_t slot);
int korch__ports_collide(const sched_shape *a, const sched_shape *b);

#endif
