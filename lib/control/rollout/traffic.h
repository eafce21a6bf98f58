/*
 * What a Rollout asks of a traffic router: plain data made of its status, and what its steps need.
 * For whoever drives the router.
 */
#ifndef KORCH_CONTROL_ROLLOUT_TRAFFIC_H
#define KORCH_CONTROL_ROLLOUT_TRAFFIC_H

#include <korch/api/rollout.h>
#include <korch/router.h>

/* A traffic with all that it points to; strings are borrowed from the Rollout. */
typedef struct korch__argo_traffic {
	korch_traffic traffic;
	korch_traffic_destination destinations[KORCH_TRAFFIC_DESTINATIONS_MAX];
	korch_traffic_route header_routes[KORCH_TRAFFIC_ROUTES_MAX];
	korch_traffic_route mirror_routes[KORCH_TRAFFIC_ROUTES_MAX];
	korch_traffic_match *matches; /* of all routes */
	korch_traffic_header *headers;
	size_t n_matches, n_headers;
} korch__argo_traffic;

/*
 * The traffic that the status asks for. 1 there is one, 0: the Rollout does not route traffic (or
 * has not decided about it), KORCH_E_NOMEM. To be released with korch__argo_traffic_fini() in any
 * case.
 */
int korch__argo_traffic_of(korch__argo_traffic *out, const korch_rollout *rollout);
void korch__argo_traffic_fini(korch__argo_traffic *traffic);

/* Refuses a Rollout whose steps need more than a router with these capabilities can do:
 * KORCH_E_UNSUPPORTED with the field's path, or 0. */
int korch__argo_refuse_routing(uint32_t capabilities, const korch_rollout *rollout,
                               korch_error **err);

#endif
