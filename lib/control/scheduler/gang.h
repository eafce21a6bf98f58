/*
 * Gangs: pods of a group of which so many are bound in one transaction, or none. Which pods a group
 * has is kept; what they are is read from the view.
 */
#ifndef KORCH_CONTROL_SCHEDULER_GANG_H
#define KORCH_CONTROL_SCHEDULER_GANG_H

#include "control/scheduler/scheduling.h"

void korch__gangs_init(korch__gangs *gangs);
void korch__gangs_fini(korch__gangs *gangs);
/* Forgets all groups. */
void korch__gangs_clear(korch__gangs *gangs);
/* A pod came, changed or went (pod NULL). 0 or KORCH_E_NOMEM. */
int korch__gangs_see(korch__scheduling *st, const korch_pod *before, const korch_pod *pod);
/* Asks for gangs that could not be placed before something changed. */
void korch__gangs_ask(korch__scheduling *st, const korch_view *view, korch_enqueue *enqueue);
/* The kind PodGroup; NULL when no more kinds can become known. */
const korch_kind *korch__pod_group_kind(void);

/*
 * What a gang says of a pod's turn: 1, and the turn is over; 0: the pod is on its own (it has no
 * group, or the others of its group are placed). Or KORCH_E_NOMEM.
 */
int korch__gang_schedule(const korch__turn *turn, const korch_pod *pod);

#endif
