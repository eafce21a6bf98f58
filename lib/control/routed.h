/*
 * What an object asks of a traffic router, for each kind whose objects do: Rollouts and Flagger's
 * Canaries. Plain data; whoever drives the router (lib/cluster/routing.c) goes by these tables.
 */
#ifndef KORCH_CONTROL_ROUTED_H
#define KORCH_CONTROL_ROUTED_H

#include <korch/object.h>
#include <korch/router.h>

struct json_object;

/* A traffic with all that it points to; other strings are borrowed from the object. */
typedef struct korch__asked_traffic {
	korch_traffic traffic;
	korch_traffic_destination destinations[KORCH_TRAFFIC_DESTINATIONS_MAX];
	korch_traffic_route header_routes[KORCH_TRAFFIC_ROUTES_MAX];
	korch_traffic_route mirror_routes[KORCH_TRAFFIC_ROUTES_MAX];
	korch_traffic_match *matches; /* of all routes */
	korch_traffic_header *headers;
	size_t n_matches, n_headers;
	char names[4][256];       /* texts that stand in no field of the object */
	char revision[64];        /* likewise */
	struct json_object *tree; /* texts of fields that are JSON; owned */
} korch__asked_traffic;

/* Releases what it holds; a zeroed one holds nothing. */
void korch__asked_traffic_fini(korch__asked_traffic *traffic);

/* A kind whose objects ask. */
typedef struct korch__routed {
	const korch_kind *kind;
	const char *controller; /* name of the controller that drives the router for it */
	const char *prefix;     /* a traffic is known by this and the object's name */
	/* The traffic that an object asks for. 1: there is one, 0: it asks for none (or has not
	 * decided yet), or a negative code. korch__asked_traffic_fini() in any case. */
	int (*asks)(korch__asked_traffic *out, const korch_object *object);
	/* 1 when a change may be one of what is asked; either may be NULL. */
	int (*concerns)(const korch_object *previous, const korch_object *object);
	/* 1 when both ask for the same. */
	int (*same)(const korch_object *a, const korch_object *b);
	/* 1 when the object says that what it asks for is in force. */
	int (*is_verified)(const korch_object *object);
	/* Lets an edited copy say so: 0 or KORCH_E_NOMEM. */
	int (*verify)(korch_object *edited);
} korch__routed;

#endif
