/*
 * What a Rollout asks of a traffic router: plain data made of its status, and what its steps need.
 * For whoever drives the router.
 */
#ifndef KORCH_CONTROL_ROLLOUT_TRAFFIC_H
#define KORCH_CONTROL_ROLLOUT_TRAFFIC_H

#include "control/routed.h"
#include <korch/api/rollout.h>

/* Rollouts for the driver of the router. */
extern const korch__routed korch__argo_routed;

/* Refuses a Rollout whose steps need more than a router with these capabilities can do:
 * KORCH_E_UNSUPPORTED with the field's path, or 0. */
int korch__argo_refuse_routing(uint32_t capabilities, const korch_rollout *rollout,
                               korch_error **err);

#endif
