/* HAProxy as a traffic router, for the cluster's handle and for tests. */
#ifndef KORCH_TRAFFIC_HAPROXY_H
#define KORCH_TRAFFIC_HAPROXY_H

#include "proxy/proxy.h"
#include <korch/sys/router.h>

/* Adds an endpoint; 0 or KORCH_E_NOMEM. */
typedef int (*korch__haproxy_add_fn)(void *to, const char *address, int32_t port);

/* Where Services and their endpoints are looked up; zeroed: nowhere. */
typedef struct korch__haproxy_source {
	/* 1: there is such a Service. NULL: all are there. */
	int (*has_service)(void *userdata, const char *namespace_, const char *service);
	/* Tells the endpoints of a Service that are of a revision and ready. NULL: none are known. */
	int (*each)(void *userdata, const korch_traffic *traffic,
	            const korch_traffic_destination *destination, korch__haproxy_add_fn add, void *to);
	/* A traffic is in force for the first time, at an address of HAProxy's. 0 or a korch_code,
	 * which is tried again. NULL: nobody needs to know. */
	int (*lead)(void *userdata, const korch_traffic *traffic, const char *address, int32_t port);
	/* … is not any more. With lead. */
	void (*leave)(void *userdata, const korch_traffic *traffic);
	/* The router is being freed. May be NULL. */
	void (*free)(void *userdata);
	void *userdata;
} korch__haproxy_source;

/* As korch_router_haproxy_new(), with a source. */
int korch__router_haproxy_new(korch_router **out, korch_loop *loop,
                              const korch_router_haproxy_options *options,
                              const korch__haproxy_source *source, korch_error **err);
/* The source's endpoints have changed. */
void korch__router_haproxy_changed(korch_router *router);

/*
 * HAProxy in a cluster: endpoints are those of the engine's EndpointSlices whose pods carry the
 * hash; new connections to the Service's own addresses go through it by the proxy (NULL: they do
 * not). The proxy and the engine are freed after the router.
 */
int korch__router_haproxy_observe(korch_router **out, korch_loop *loop, korch_engine *engine,
                                  korch_proxy *proxy, korch_error **err);

#endif
