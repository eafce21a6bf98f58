/* The library's own Service load balancer as a traffic router. */
#ifndef KORCH_TRAFFIC_SERVICE_H
#define KORCH_TRAFFIC_SERVICE_H

#include "proxy/proxy.h"
#include <korch/sys/router.h>

/*
 * Shares the connections of Services among revisions by the proxy's weights; exact, by connection,
 * not by request. The proxy observes an engine, and is freed after the router. 0 or KORCH_E_NOMEM.
 */
int korch__router_service_new(korch_router **out, korch_proxy *proxy, korch_loop *loop,
                              korch_error **err);

#endif
