/*
 * The scores Fragmentation and DeviceHeadroom: what a pod spoils of a node for the pods that are
 * expected. Here those are kept, and tied to nodes; gpu/ does the counting.
 */
#ifndef KORCH_SCHEDULER_EXPECTED_H
#define KORCH_SCHEDULER_EXPECTED_H

#include "scheduler/profile/profile.h"
#include "scheduler/shape/shape.h"
#include "scheduler/state/state.h"

void korch__expected_free(korch_scheduler *s);
/* Those that are expected when nobody told: pods that want a whole device. 0 or KORCH_E_NOMEM. */
int korch__expected_default(korch_scheduler *s);
/* Brings what depends on the nodes up to date; before anything else here is asked. 0 or
 * KORCH_E_NOMEM. */
int korch__expected_refresh(korch_scheduler *s);
/* FGD's gradient, 0 to 100: 50 when fragmentation stays as it is, more when it falls (one device
 * less of it: 73). The node must have room for the shape. */
int64_t korch__fragmentation_score(const korch_scheduler *s, const sched_shape *shape,
                                   uint32_t slot);
/* How much the worth of what is left changes, in millionths of a device; mostly negative. */
int64_t korch__headroom_score(const korch_scheduler *s, const sched_shape *shape, uint32_t slot);
/* The device that is best for a share by that score; NONE when none holds it, or any does. */
uint32_t korch__expected_device(const korch_scheduler *s, sched_score score,
                                const sched_shape *shape, uint32_t slot);

#endif
