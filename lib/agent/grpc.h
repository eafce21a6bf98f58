/* The messages of the gRPC health service (grpc.health.v1), by hand: a request, and what an answer
 * says. */
#ifndef KORCH_AGENT_GRPC_H
#define KORCH_AGENT_GRPC_H

#include "base/buf.h"

/* Appends a framed HealthCheckRequest. */
void korch__health_request(korch_buf *out, const char *service);
/* The status of a framed HealthCheckResponse (0 unknown, 1 serving, 2 not serving, 3 unknown
 * service), or -1: malformed. */
int korch__health_status(const void *data, size_t length);

#endif
