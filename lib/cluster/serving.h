/* What serves the destinations of a traffic: addresses of ready pods, for routers that are not told
 * by anybody else. */
#ifndef KORCH_CLUSTER_SERVING_H
#define KORCH_CLUSTER_SERVING_H

#include <korch/router.h>
#include <korch/view.h>

typedef struct korch__serving {
	korch_traffic_endpoint *endpoints; /* of all destinations, one after the other */
	size_t n, cap;
} korch__serving;

/* The revision that a pod bears as a label, "" when none. */
const char *korch__serving_revision(const korch_object *pod);
/* Fills in the endpoints of the destinations (an array of the caller's); addresses are borrowed
 * from the view. 0 or KORCH_E_NOMEM. */
int korch__serving_fill(korch__serving *serving, korch_traffic_destination *destinations, size_t n,
                        const korch_traffic *traffic, const korch_view *view);
void korch__serving_fini(korch__serving *serving);

#endif
