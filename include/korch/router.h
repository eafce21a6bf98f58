/*
 * Traffic routers: what share of a Service's traffic each revision of a rollout gets. The data, the
 * calls, and the routers that the library has; authors of another one read sys/router.h.
 */
#ifndef KORCH_ROUTER_H
#define KORCH_ROUTER_H

#include <korch/error.h>
#include <korch/loop.h>
#include <stddef.h>
#include <stdint.h>

KORCH_BEGIN_DECLS

/** @file router.h Sharing a Service's traffic among revisions. */

/** What a router can do, and what a traffic needs: bits. */
enum {
	KORCH_ROUTER_WEIGHTS = 1 << 0,         /**< shares of the traffic */
	KORCH_ROUTER_HEADER_EXACT = 1 << 1,    /**< routes for requests whose header has a value */
	KORCH_ROUTER_HEADER_PREFIX = 1 << 2,   /**< … has a value that begins so */
	KORCH_ROUTER_HEADER_REGEX = 1 << 3,    /**< … has a value that as a whole matches */
	KORCH_ROUTER_MIRROR = 1 << 4,          /**< sends copies of requests */
	KORCH_ROUTER_COOKIE_AFFINITY = 1 << 5, /**< a client stays with its revision by a cookie */
	KORCH_ROUTER_METRICS = 1 << 6,         /**< has stats */
	KORCH_ROUTER_EXACT = 1 << 7, /**< shares are exact, whatever the numbers of endpoints: of any
	                                max_weight requests (or connections) one after the other that
	                                weights alone decide, each destination gets its weight */
};

/** @name Limits of a traffic
 * @{ */
#define KORCH_TRAFFIC_DESTINATIONS_MAX 64     /**< destinations */
#define KORCH_TRAFFIC_ROUTES_MAX 64           /**< header routes; mirror routes */
#define KORCH_TRAFFIC_MATCHES_MAX 64          /**< matches of a route; headers of a match */
#define KORCH_TRAFFIC_WEIGHT_MAX 1000         /**< greatest sum of weights */
#define KORCH_TRAFFIC_ENDPOINTS_MAX 10000     /**< endpoints of a destination */
#define KORCH_TRAFFIC_TEXT_MAX 1024           /**< bytes of a value to be matched */
#define KORCH_TRAFFIC_COOKIE_AGE_MAX 31536000 /**< seconds: a year */
/** @} */

/** @name Plain data
 * @{ */

/** How a text is matched. */
typedef enum korch_traffic_kind {
	KORCH_TRAFFIC_ANY = 0,    /**< whatever it is */
	KORCH_TRAFFIC_EXACT = 1,  /**< equal */
	KORCH_TRAFFIC_PREFIX = 2, /**< begins so */
	KORCH_TRAFFIC_REGEX = 3,  /**< a regular expression matches the whole of it */
} korch_traffic_kind;

/** A text to be matched. */
typedef struct korch_traffic_string {
	const char *value; /**< what it is compared with; ANY: NULL */
	int32_t kind;      /**< a korch_traffic_kind */
	int32_t reserved;  /**< 0 */
} korch_traffic_string;

/** A header to be matched. */
typedef struct korch_traffic_header {
	const char *name;           /**< in any case, e.g. "X-Canary" */
	korch_traffic_string value; /**< ANY: the header is there */
} korch_traffic_header;

/** One match: it matches when everything in it does. */
typedef struct korch_traffic_match {
	korch_traffic_string method;         /**< of the request, e.g. "GET" */
	korch_traffic_string path;           /**< of the request, without the query */
	const korch_traffic_header *headers; /**< all have to match */
	size_t n_headers;                    /**< at most KORCH_TRAFFIC_MATCHES_MAX */
} korch_traffic_match;

/** Requests that go to one destination whatever the weights; or of which copies go there. */
typedef struct korch_traffic_route {
	const char *name;                   /**< of the route; each once */
	const char *destination;            /**< hash of the destination */
	const korch_traffic_match *matches; /**< one of them has to match */
	size_t n_matches;                   /**< 1 to KORCH_TRAFFIC_MATCHES_MAX */
	int32_t percentage;                 /**< mirror routes: share that is copied, 1 to 100 */
	int32_t reserved;                   /**< 0 */
} korch_traffic_route;

/** Something that serves; for routers that are not told by anybody else. */
typedef struct korch_traffic_endpoint {
	const char *address; /**< IP address */
	int32_t port;        /**< 1 to 65535 */
	int32_t reserved;    /**< 0 */
} korch_traffic_endpoint;

/** A revision that traffic goes to. */
typedef struct korch_traffic_destination {
	const char *hash; /**< the revision's: its pods have it as label rollouts-pod-template-hash or
	                     pod-template-hash; [A-Za-z0-9._-]+, at most 63 */
	const char *service; /**< Service of the namespace that has its pods; NULL: the root Service */
	int32_t weight;      /**< its share, of max_weight; 0: header routes only */
	int32_t reserved;    /**< 0 */
	const korch_traffic_endpoint *endpoints; /**< what serves it, for a router without an engine;
	                                            with none of them it is looked up */
	size_t n_endpoints;                      /**< at most KORCH_TRAFFIC_ENDPOINTS_MAX */
} korch_traffic_destination;

/** What a Service's clients get: one for each rollout. All pointers are borrowed for the call. */
typedef struct korch_traffic {
	size_t size;            /**< sizeof(korch_traffic) */
	const char *namespace_; /**< of all that is named here */
	const char *name;       /**< of the rollout: with the namespace, what a traffic is known by */
	const char *service;    /**< root Service, whose clients are routed */
	int32_t port;           /**< the Service's port, for routers of requests; 0: the first */
	int32_t max_weight;     /**< what weights sum to; 0: 100; at most KORCH_TRAFFIC_WEIGHT_MAX */
	const korch_traffic_destination *destinations; /**< hashes differ */
	size_t n_destinations;                         /**< 1 to KORCH_TRAFFIC_DESTINATIONS_MAX */
	const korch_traffic_route *header_routes;      /**< the first one that matches counts */
	size_t n_header_routes;                        /**< at most KORCH_TRAFFIC_ROUTES_MAX */
	const korch_traffic_route *mirror_routes;      /**< each one that matches counts */
	size_t n_mirror_routes;                        /**< at most KORCH_TRAFFIC_ROUTES_MAX */
	const char *cookie;       /**< session affinity: name of the cookie that keeps a client with its
	                             revision while that has weight; NULL: none */
	int64_t cookie_max_age_s; /**< seconds; 0: until the client's session ends */
} korch_traffic;

/** What is in force. Borrowed for the call. */
typedef struct korch_traffic_report {
	const korch_traffic *traffic; /**< as it was set; of endpoints only those that were given */
	int32_t in_force;   /**< 1: for all new requests (or connections), and each destination that has
	                       weight has an endpoint */
	int32_t reserved;   /**< 0 */
	const char *reason; /**< why it is not in force, in words; "" when it is */
	const char *address; /**< "127.0.0.1:34567": where a router of its own serves the Service's
	                        clients; "" when that is at the Service's addresses */
	const char *metrics; /**< URL that Prometheus can scrape; "" without one */
} korch_traffic_report;

/** What one destination has done since the router knows it. */
typedef struct korch_traffic_stats {
	const char *hash;   /**< the destination's; borrowed for the call */
	uint64_t requests;  /**< that were sent to it */
	uint64_t errors;    /**< answered with 5xx or not at all */
	int64_t latency_us; /**< mean time of recent requests, from the first byte of the request to the
	                       last of the answer; 0: unknown */
	int64_t latency_max_us; /**< the longest; 0: unknown */
} korch_traffic_stats;

/** Something that a rollout needs of its router. */
typedef struct korch_traffic_need {
	uint32_t capability; /**< one KORCH_ROUTER_* bit */
	uint32_t reserved;   /**< 0 */
	const char *path;    /**< field that asks for it, e.g. "spec.strategy.canary.steps[2].…" */
} korch_traffic_need;

/**
 * Says in one line what is wrong with a traffic, with the path of the member that is meant.
 * @return 0, KORCH_E_INVALID, KORCH_E_LIMIT. @since 0.1
 */
KORCH_API int korch_traffic_check(const korch_traffic *traffic, korch_error **err);
/** The KORCH_ROUTER_* bits that a traffic needs. @since 0.1 */
KORCH_API uint32_t korch_traffic_needs(const korch_traffic *traffic);
/**
 * Whether a router is too little for what is needed; pure, so that a rollout can be refused when
 * it is applied.
 * @param capabilities of the router: korch_router_capabilities().
 * @return 0 when it can do all of it, KORCH_E_UNSUPPORTED with the first need that it cannot meet,
 * as a sentence with that need's path. @since 0.1
 */
KORCH_API int korch_router_refuses(uint32_t capabilities, const korch_traffic_need *needs, size_t n,
                                   korch_error **err);
/** @} */

/** @name Calls
 * All from the loop's thread. Completions run once, from the loop, never from inside the call; when
 * a call returns a negative code nothing is called.
 * @{ */

/** A router, bound to one loop. */
typedef struct korch_router korch_router;

/** Completion: code 0 or negative; message says it in words, borrowed, "" on success. */
typedef void (*korch_router_done_fn)(void *userdata, int code, const char *message);
/** Completion of get: report is NULL on failure. */
typedef void (*korch_router_get_fn)(void *userdata, int code, const korch_traffic_report *report);
/** Completion of stats: in the order of the destinations; NULL on failure. Borrowed. */
typedef void (*korch_router_stats_fn)(void *userdata, int code, const korch_traffic_stats *stats,
                                      size_t n);

/**
 * Makes a traffic the one in force for its rollout, in place of the one before. Copied. Completes
 * when the router has taken it over: new requests follow it, as far as there are endpoints; whether
 * they all do says korch_router_get(). Connections and requests under way are not cut. Of several
 * sets of one rollout that are under way the last one wins; those before it complete with 0 or
 * KORCH_E_CANCELED. A set that fails leaves in force what was.
 * @param done may be NULL.
 * @return 0, KORCH_E_INVALID, KORCH_E_LIMIT (see korch_traffic_check()), KORCH_E_UNSUPPORTED (more
 * than the router can do), KORCH_E_NOMEM. Completes with 0, KORCH_E_NOT_FOUND (no such Service),
 * KORCH_E_EXISTS (the Service is another rollout's), KORCH_E_INVALID (a regular expression),
 * KORCH_E_CANCELED, KORCH_E_CLOSED (the router was freed), KORCH_E_IO, KORCH_E_TIMEOUT,
 * KORCH_E_LIMIT, KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_router_set(korch_router *router, const korch_traffic *traffic,
                               korch_router_done_fn done, void *userdata, korch_error **err);
/** Gives the Service back to its own endpoints; a set under way is canceled. Fine when there is
 * nothing. @param done may be NULL. @since 0.1 */
KORCH_API int korch_router_remove(korch_router *router, const char *namespace_, const char *name,
                                  korch_router_done_fn done, void *userdata);
/** Tells what is in force: KORCH_E_NOT_FOUND for a rollout that has none. @since 0.1 */
KORCH_API int korch_router_get(korch_router *router, const char *namespace_, const char *name,
                               korch_router_get_fn fn, void *userdata);
/** Counters of each destination; KORCH_E_UNSUPPORTED without KORCH_ROUTER_METRICS. @since 0.1 */
KORCH_API int korch_router_stats(korch_router *router, const char *namespace_, const char *name,
                                 korch_router_stats_fn fn, void *userdata);
/** The backend's name, e.g. "haproxy". Static. @since 0.1 */
KORCH_API const char *korch_router_name(const korch_router *router);
/** Its KORCH_ROUTER_* bits. @since 0.1 */
KORCH_API uint32_t korch_router_capabilities(const korch_router *router);
/** Ends it: calls under way complete with KORCH_E_CLOSED before it returns. Not from inside one of
 * its completions. NULL is fine. @since 0.1 */
KORCH_API void korch_router_free(korch_router *router);
/** @} */

/** @name Routers
 * @{ */

/** How HAProxy is run; strings are copied. */
typedef struct korch_router_haproxy_options {
	size_t size;         /**< sizeof(korch_router_haproxy_options) */
	const char *program; /**< path; NULL: haproxy, from PATH or /usr/sbin */
	const char *address; /**< IPv4 address of this machine at which each Service gets a port; NULL:
	                        127.0.0.1 */
} korch_router_haproxy_options;

/**
 * HAProxy (2.6, with its Prometheus exporter), started as a child with the first set and
 * supervised: it ends with this program, and is started again with the same state when it ends by
 * itself. Traffics carry the endpoints of their destinations. Where clients come in is told by
 * korch_router_get(). Needs a real loop. The child goes when the thread that first ran its start
 * ends.
 * @param options NULL: the defaults. @return 0, KORCH_E_NOT_FOUND (program), KORCH_E_INVALID,
 * KORCH_E_UNSUPPORTED (virtual loop), KORCH_E_IO (folder, port), KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_router_haproxy_new(korch_router **out, korch_loop *loop,
                                       const korch_router_haproxy_options *options,
                                       korch_error **err);

/** How a simulated router behaves. */
typedef struct korch_router_sim_options {
	size_t size;                 /**< sizeof(korch_router_sim_options) */
	uint32_t capabilities;       /**< 0: all */
	uint32_t reserved;           /**< 0 */
	korch_usec lag_us;           /**< how long it takes until a set is in force */
	const char *const *services; /**< "namespace/name" of those that exist; copied */
	size_t n_services;           /**< 0: all exist */
} korch_router_sim_options;

/** A router in memory, for simulations in virtual time and for tests. @param options NULL: the
 * defaults. @since 0.1 */
KORCH_API int korch_router_sim_new(korch_router **out, korch_loop *loop,
                                   const korch_router_sim_options *options, korch_error **err);
/** The next n sets fail with this code. @since 0.1 */
KORCH_API void korch_router_sim_fail(korch_router *router, int code, uint32_t n);
/** From now on sets take so long to be in force. @since 0.1 */
KORCH_API void korch_router_sim_lag(korch_router *router, korch_usec lag_us);
/**
 * Sends a request through what is in force.
 * @param headers names and values in turn, NULL at the end; NULL: none. Regular expressions are
 * POSIX extended ones.
 * @param cookie hash in the client's cookie, NULL: none.
 * @return hash of the destination, borrowed until the next set; NULL when there is none. @since 0.1
 */
KORCH_API const char *korch_router_sim_request(korch_router *router, const char *namespace_,
                                               const char *service, const char *const *headers,
                                               const char *cookie);
/** @} */

KORCH_END_DECLS

#endif
