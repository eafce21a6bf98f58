/*
 * What a Canary asks of a traffic router. The decider writes "REVISION WEIGHT ROUTES" into an
 * annotation: the label of the target's pods, their weight, and "match" or "mirror=PERCENT" or "-";
 * whoever drives the router writes the same text into another one when it is in force.
 */
#ifndef KORCH_CONTROL_FLAGGER_TRAFFIC_H
#define KORCH_CONTROL_FLAGGER_TRAFFIC_H

#include "control/routed.h"
#include <korch/api/flagger.h>

enum { KORCH__FLAGGER_TRAFFIC_SIZE = 128 };

/* Canaries for the driver of the router. */
extern const korch__routed korch__flagger_routed;

/* The weight of a text, 0 when there is none. */
int32_t korch__flagger_traffic_weight(const char *text);
/* Writes a text. revision "" : the target is left out. */
void korch__flagger_traffic_text(char out[KORCH__FLAGGER_TRAFFIC_SIZE], const char *revision,
                                 int32_t weight, const char *routes);
/* KORCH_ROUTER_* bits that a match needs; *problem is set to the member that no router knows, or
 * NULL. */
uint32_t korch__flagger_match_needs(const korch_flagger_http_match *match, const char **problem);

#endif
