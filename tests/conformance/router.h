/*
 * The conformance suite of traffic routers: what router.h and sys/router.h promise, as a Check
 * suite that every router must pass, the library's own and yours. Installed as
 * <korch/conformance/router.h>; link with korch-conformance.
 */
#ifndef KORCH_CONFORMANCE_ROUTER_H
#define KORCH_CONFORMANCE_ROUTER_H

#include <check.h>
#include <korch/sys/router.h>

KORCH_BEGIN_DECLS

/** @file conformance/router.h The conformance suite of traffic routers. */

/** A request of the suite. */
typedef struct korch_conformance_request {
	const char *const *headers; /**< names and values in turn, NULL at the end; NULL: none */
	const char *cookie;         /**< value of the affinity cookie "korch", NULL: none */
} korch_conformance_request;

/**
 * How the suite gets the routers that it tries. It routes Service "web" of namespace "ns", whose
 * revisions "v1", "v2" and "v3" run with 3, 1 and 2 endpoints; there is no Service "nowhere".
 */
typedef struct korch_conformance_router_factory {
	size_t size;      /**< sizeof(korch_conformance_router_factory), so that it can grow */
	const char *name; /**< of the suite, e.g. "haproxy" */
	/** Makes a router without any traffic, and what serves the revisions. Required. */
	int (*open)(korch_router **out, korch_loop *loop, void *userdata);
	/** Removes what open has made; the router is freed already. May be NULL. */
	void (*close)(void *userdata);
	/** Sets endpoints of the traffic's destinations, for routers that must be told. May be NULL. */
	void (*describe)(korch_traffic_destination *destinations, size_t n, void *userdata);
	/**
	 * Sends a request (or opens a connection) as a client of the Service, and says which revision
	 * has answered: "v1" …, static; NULL: nobody. May drive the loop. Required.
	 */
	const char *(*request)(korch_router *router, const korch_conformance_request *request,
	                       void *userdata);
	void *userdata;          /**< given to the functions */
	int32_t real_time;       /**< 1: the router needs a real loop; 0: virtual time */
	int32_t timeout_s;       /**< seconds that a single test may take; 0: 60 */
	int32_t knows_endpoints; /**< 1: it sees that a revision "v9" has none */
	int32_t reserved;        /**< 0 */
} korch_conformance_router_factory;

/**
 * The suite for a router. Several suites may be in one program, at most 16.
 * @param factory copied; its strings and functions must stay. @return NULL when it is incomplete.
 * @since 0.1
 */
Suite *korch_conformance_router_suite(const korch_conformance_router_factory *factory);

KORCH_END_DECLS

#endif
