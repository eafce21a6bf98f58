/* What pods have to say about each other, as far as nodes come and go. */
#ifndef KORCH_SCHEDULER_TOPOLOGY_H
#define KORCH_SCHEDULER_TOPOLOGY_H

#include "scheduler/state/state.h"

/* Before the node of a slot changes or goes: its pods and domains are counted no more. */
void korch__topology_leave(korch_scheduler *s, sched_slot *slot);
/* After it came or changed; 0 or KORCH_E_NOMEM (then leave undoes what was done). */
int korch__topology_enter(korch_scheduler *s, sched_slot *slot);

/* Room for all slots in what is kept by slot: then entering again needs no memory. 0 or
 * KORCH_E_NOMEM. */
int korch__topology_reserve(korch_scheduler *s);

#endif
