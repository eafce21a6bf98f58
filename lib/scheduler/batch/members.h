/* The pods of a gang or a batch: each has a name, and none is given twice. */
#ifndef KORCH_SCHEDULER_MEMBERS_H
#define KORCH_SCHEDULER_MEMBERS_H

#include "scheduler/state/state.h"

/* 0, KORCH_E_INVALID or KORCH_E_NOMEM. */
int korch__members_check(const korch_pod *const *pods, size_t n, korch_error **err);
/* Puts the pod's place in the list before an error's path. */
void korch__members_blame(size_t i, korch_error **err);

#endif
