/* Copies of a traffic: one block of memory that holds the struct and all that it points to. */
#include "base/alloc.h"
#include <korch/sys/router.h>
#include <string.h>

/* Where copies go; without a base only their size is counted. */
typedef struct arena {
	char *base;
	size_t used;
} arena;

static void *put(arena *to, const void *data, size_t size)
{
	size_t at = to->used;
	to->used += (size + 7) & ~(size_t)7;
	return to->base && size ? memcpy(to->base + at, data, size) : NULL;
}

static const char *put_text(arena *to, const char *text)
{
	return text ? put(to, text, strlen(text) + 1) : NULL;
}

static const korch_traffic_header *put_headers(arena *to, const korch_traffic_match *match)
{
	korch_traffic_header *out = put(to, match->headers, match->n_headers * sizeof(*out));
	for (size_t i = 0; i < match->n_headers; i++) {
		const char *name = put_text(to, match->headers[i].name);
		const char *value = put_text(to, match->headers[i].value.value);
		if (!out)
			continue;
		out[i].name = name;
		out[i].value.value = value;
	}
	return out;
}

static const korch_traffic_match *put_matches(arena *to, const korch_traffic_route *route)
{
	korch_traffic_match *out = put(to, route->matches, route->n_matches * sizeof(*out));
	for (size_t i = 0; i < route->n_matches; i++) {
		const char *method = put_text(to, route->matches[i].method.value);
		const char *path = put_text(to, route->matches[i].path.value);
		const korch_traffic_header *headers = put_headers(to, &route->matches[i]);
		if (!out)
			continue;
		out[i].method.value = method;
		out[i].path.value = path;
		out[i].headers = headers;
	}
	return out;
}

static const korch_traffic_route *put_routes(arena *to, const korch_traffic_route *routes, size_t n)
{
	korch_traffic_route *out = put(to, routes, n * sizeof(*out));
	for (size_t i = 0; i < n; i++) {
		const char *name = put_text(to, routes[i].name);
		const char *destination = put_text(to, routes[i].destination);
		const korch_traffic_match *matches = put_matches(to, &routes[i]);
		if (!out)
			continue;
		out[i].name = name;
		out[i].destination = destination;
		out[i].matches = matches;
	}
	return out;
}

static const korch_traffic_endpoint *put_endpoints(arena *to,
                                                   const korch_traffic_destination *destination)
{
	korch_traffic_endpoint *out =
	    put(to, destination->endpoints, destination->n_endpoints * sizeof(*out));
	for (size_t i = 0; i < destination->n_endpoints; i++) {
		const char *address = put_text(to, destination->endpoints[i].address);
		if (out)
			out[i].address = address;
	}
	return out;
}

static const korch_traffic_destination *put_destinations(arena *to, const korch_traffic *traffic)
{
	korch_traffic_destination *out =
	    put(to, traffic->destinations, traffic->n_destinations * sizeof(*out));
	for (size_t i = 0; i < traffic->n_destinations; i++) {
		const char *hash = put_text(to, traffic->destinations[i].hash);
		const char *service = put_text(to, traffic->destinations[i].service);
		const korch_traffic_endpoint *endpoints = put_endpoints(to, &traffic->destinations[i]);
		if (!out)
			continue;
		out[i].hash = hash;
		out[i].service = service;
		out[i].endpoints = endpoints;
	}
	return out;
}

static korch_traffic *put_traffic(arena *to, const korch_traffic *traffic)
{
	korch_traffic copy = *traffic;
	korch_traffic *out = put(to, traffic, sizeof(*traffic));
	copy.size = sizeof(copy);
	copy.namespace_ = put_text(to, traffic->namespace_);
	copy.name = put_text(to, traffic->name);
	copy.service = put_text(to, traffic->service);
	copy.cookie = put_text(to, traffic->cookie);
	copy.destinations = put_destinations(to, traffic);
	copy.header_routes = put_routes(to, traffic->header_routes, traffic->n_header_routes);
	copy.mirror_routes = put_routes(to, traffic->mirror_routes, traffic->n_mirror_routes);
	if (out)
		*out = copy;
	return out;
}

korch_traffic *korch_traffic_dup(const korch_traffic *traffic)
{
	arena size = {0};
	put_traffic(&size, traffic);
	arena to = {.base = korch__alloc(size.used)};
	return to.base ? put_traffic(&to, traffic) : NULL;
}

void korch_traffic_free(korch_traffic *traffic)
{
	korch__free(traffic);
}
