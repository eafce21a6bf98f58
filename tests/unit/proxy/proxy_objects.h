/* Literal Services and EndpointSlices for the proxy's tests. */
#ifndef KORCH_TESTS_PROXY_OBJECTS_H
#define KORCH_TESTS_PROXY_OBJECTS_H

#include "unit.h"
#include <korch/api.h>

enum {
	READY = 1,
	SERVING = 2,
	TERMINATING = 4,
	UNSET = 8, /* no conditions at all */
};

/* An endpoint to be written into a slice. */
typedef struct endpoint_row {
	const char *address;
	int conditions;
	const char *node;
} endpoint_row;

korch_service *service_make(const char *name, const char *cluster_ip);
void service_port(korch_service *service, const char *name, const char *protocol, int32_t port,
                  int32_t node_port);
void service_affinity(korch_service *service, int32_t timeout_seconds);

/* A slice with one port. */
korch_endpoint_slice *slice_make(const char *service, const char *port_name, const char *protocol,
                                 int32_t port);
void slice_add(korch_endpoint_slice *slice, endpoint_row row);

#endif
