/* Nominations: room that is kept on a node for a pod whose victims are leaving. */
#ifndef KORCH_SCHEDULER_NOMINATE_H
#define KORCH_SCHEDULER_NOMINATE_H

#include "scheduler/state/state.h"

sched_nomination *korch__nomination_find(const korch_scheduler *s, const char *id);
void korch__nomination_end(korch_scheduler *s, const char *id);
void korch__nominations_free(korch_scheduler *s);
/* What nominated pods of at least that priority keep of a resource on a slot. */
int64_t korch__nominated_amount(const korch_scheduler *s, uint32_t slot, uint32_t resource,
                                int32_t priority);
/* Whether one of these pods has a host port that collides with the shape's. */
int korch__nominated_ports_collide(const korch_scheduler *s, uint32_t slot,
                                   const sched_shape *shape);

#endif
