/*
 * Devices: whole ones by count ("nvidia.com/gpu"), or a share of one in thousandths
 * (korch.dev/gpu-milli). What of each device of a node is free, and who gets which.
 */
#ifndef KORCH_SCHEDULER_GPU_H
#define KORCH_SCHEDULER_GPU_H

#include "scheduler/shape/shape.h"
#include "scheduler/state/state.h"

enum { DEVICE_WHOLE = 1000 };

/* Notes what a shape asks of devices. 1: that is all there is to this resource; 0: it also counts
 * as an amount like any other. */
int korch__device_need(const korch_scheduler *s, sched_shape *shape, uint32_t resource,
                       int64_t amount);
int korch__device_check(korch_scheduler *s, sched_shape *shape, korch_error **err);
/* The devices of a slot by its node's allocatable; what its pods have is kept, and those that lack
 * some get what they can. */
int korch__devices_set(korch_scheduler *s, sched_slot *slot);
/* The devices that a pod's annotation names, as a mask: as many as the shape asks for, no more. */
uint64_t korch__devices_of(const korch_pod *pod, const sched_shape *shape);
/* 1: the slot has free devices for the shape. */
int korch__devices_fit(const sched_slot *slot, const sched_shape *shape);
/* The devices that the shape would get, as a mask: the one that is best by a score that looks at
 * devices, or the fullest that still holds a share; of equal ones the first. To be asked before
 * the pod counts. */
uint64_t korch__devices_choose(korch_scheduler *s, const sched_slot *slot,
                               const sched_shape *shape);
void korch__devices_take(korch_scheduler *s, sched_slot *slot, sched_pod *pod);
/* The pod wants devices and has none: it came before its node did. */
int korch__devices_lacks(const sched_pod *pod);
/* Those that the pod has, back from korch__devices_give(). */
void korch__devices_hold(sched_slot *slot, const sched_pod *pod);
void korch__devices_give(sched_slot *slot, const sched_pod *pod);

#endif
