/* Pods that wait for a node, by class; they are woken when their class has a node again. */
#ifndef KORCH_SCHEDULER_WAITING_H
#define KORCH_SCHEDULER_WAITING_H

#include "scheduler/state/state.h"

/* The pod waits no more; one that does not wait is fine. */
void korch__waiting_end(korch_scheduler *s, const char *id);
void korch__waiting_init(korch_scheduler *s);
void korch__waiting_free(korch_scheduler *s);

#endif
