/*
 * One of several `korch up` on one store: who leads. With a store of its own in the state folder
 * a process always does.
 */
#ifndef KORCH_UP_STANDBY_H
#define KORCH_UP_STANDBY_H

#include "up/session.h"

/* Becomes a candidate, when the store is one for several. */
int standby_open(session *self, korch_error **err);
/* Waits until this process leads; says who leads meanwhile. 1: it does; 0: interrupted. */
int standby_wait(session *self);
/* Whether it may go on. */
int standby_leads(const session *self);
/* Hands over, waits for that a little, and frees. */
void standby_close(session *self);

/*
 * Opens the runtime of the state folder, waiting for whoever still has it as long as this process
 * leads. 0, or a code; KORCH_E_CANCELED: it leads no more, or was interrupted.
 */
int standby_runtime(session *self, const korch_process_options *process, korch_error **err);

#endif
