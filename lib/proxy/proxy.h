/*
 * Service load balancing in user space: listens at the addresses of Services and passes TCP
 * connections and UDP datagrams on to their endpoints. For the cluster's handle and for tests; how
 * it is decided who gets what: balance.h.
 */
#ifndef KORCH_PROXY_PROXY_H
#define KORCH_PROXY_PROXY_H

#include "proxy/balance.h"
#include <korch/api.h>
#include <korch/engine.h>

typedef struct korch_proxy korch_proxy;

/* Told once, when listening for a Service begins to fail. The strings are borrowed. */
typedef void (*korch_proxy_report_fn)(void *userdata, const char *namespace_, const char *name,
                                      const char *message);

/* Zeroed members mean the defaults; what no default is given for is required. */
typedef struct korch__proxy_options {
	korch_loop *loop;      /* in real time; outlives the proxy, and runs until the proxy is freed */
	const char *node_name; /* copied; whose endpoints are local; NULL: all are */
	size_t max_connections;        /* 10,000, less when the process may not open 2 files for each */
	size_t max_flows;              /* UDP clients at one time; 4096; the least recent makes room */
	size_t max_affinity;           /* clients remembered; 65,536; the first to expire makes room */
	size_t max_listeners;          /* 4096 */
	size_t max_buffered_bytes;     /* 64 MiB; beyond, connections get 4 KiB of buffer, not 64 */
	korch_usec connect_timeout_us; /* for one endpoint; 5 s */
	korch_usec udp_idle_us;        /* a UDP client is forgotten after; 60 s */
	korch_usec drain_us;           /* for connections whose endpoint is gone or going; 1 h */
	korch_usec bind_retry_us;      /* first delay; 1 s; doubles with each failure, up to 60 s */
	korch_proxy_report_fn report;  /* NULL: an observed engine records Warning events */
	void *report_userdata;
	korch_balance_group_fn group_of; /* NULL: an observed engine's pods tell, by their labels */
	void *group_userdata;
} korch__proxy_options;

/* 0, KORCH_E_NOMEM, KORCH_E_UNSUPPORTED for a virtual loop. */
int korch__proxy_new(korch_proxy **out, const korch__proxy_options *options, korch_error **err);
/*
 * Closes everything at once: connections are cut. The memory goes when the loop has run the
 * closing to its end, then done (may be NULL) is called, never from inside. NULL is fine, done is
 * not called then. No other call with the proxy may follow; the engine may be freed before or
 * after.
 */
void korch__proxy_free(korch_proxy *proxy, void (*done)(void *userdata), void *userdata);

/*
 * Serves all Services of an engine from now on, following every change. Once for a proxy; then the
 * two calls below are not for the host any more. 0 or KORCH_E_NOMEM.
 */
int korch__proxy_observe(korch_proxy *proxy, korch_engine *engine, korch_error **err);

/*
 * Makes the proxy serve a Service as it stands with its slices (both borrowed for the call only).
 * Existing connections to endpoints that stay are not touched. 0, or KORCH_E_NOMEM (nothing has
 * changed) or KORCH_E_LIMIT (a part of the addresses is not listened at).
 */
int korch__proxy_set_service(korch_proxy *proxy, const korch_service *service,
                             const korch_endpoint_slice *const *slices, size_t n);
/* Stops listening for a Service; its connections drain. Fine when it is not there. */
void korch__proxy_remove_service(korch_proxy *proxy, const char *namespace_, const char *name);

/* How the connections of a Service are shared among revisions; all of it is copied. */
typedef struct korch__proxy_route {
	const char *namespace_, *service;
	const korch_balance_share *shares; /* none: all endpoints are alike */
	size_t n_shares;
	const char *const *services; /* further ones of the namespace whose endpoints count */
	size_t n_services;
	const korch_proxy_address *via; /* everything of one port goes there; NULL: nothing */
	int32_t via_port;
} korch__proxy_route;
/*
 * Shares new connections by weight from now on: of any so many in a row as the weights sum to, each
 * share gets exactly its weight (one without an endpoint leaves it to the others). Connections that
 * there are stay. For a Service that comes later, too; without an observed engine it takes effect
 * with the next korch__proxy_set_service(). 0, KORCH_E_NOMEM (as before), KORCH_E_NOT_FOUND (the
 * engine has no such Service: as before), KORCH_E_LIMIT (listening).
 */
int korch__proxy_set_route(korch_proxy *proxy, const korch__proxy_route *route);
/* All endpoints are alike again. Fine when there is no route. 0 or KORCH_E_NOMEM. */
int korch__proxy_remove_route(korch_proxy *proxy, const char *namespace_, const char *service);
/*
 * 1 when the route is in force: the Service's present table was made with it, and each share that
 * has weight has an endpoint; otherwise reason says why not, a static text.
 */
int korch__proxy_route_in_force(const korch_proxy *proxy, const char *namespace_,
                                const char *service, const char **reason);

/* The revision of an endpoint's pod, as controllers of Deployments and Rollouts label it. Borrowed;
 * NULL: unknown. */
const char *korch__proxy_revision_of(const korch_view *view, const char *namespace_,
                                     const korch_endpoint *endpoint);

/* Counters of one port of a Service; both directions from the client's view. */
typedef struct korch_proxy_port_stats {
	const char *namespace_; /* the strings are borrowed for the call */
	const char *name;
	const char *port_name; /* "" for none */
	const char *protocol;  /* "TCP", "UDP" */
	int32_t port;
	uint64_t endpoints;        /* that get new connections now */
	uint64_t connections;      /* ever accepted; UDP: clients */
	uint64_t connections_now;  /* open */
	uint64_t refused;          /* because there was no endpoint, or none that answered */
	uint64_t connect_failures; /* endpoints tried in vain */
	uint64_t bytes_to_endpoint;
	uint64_t bytes_to_client;
} korch_proxy_port_stats;
/* In order of namespace and name of the Services. */
void korch__proxy_each_port(const korch_proxy *proxy,
                            void (*fn)(void *userdata, const korch_proxy_port_stats *stats),
                            void *userdata);

/* Counters of the whole. */
typedef struct korch_proxy_stats {
	size_t services;
	size_t listeners;         /* that do listen */
	size_t listeners_failing; /* that wait for the next try */
	size_t listeners_paused;  /* that wait for a connection to end */
	size_t connections;
	size_t flows;
	size_t affinities;
	size_t buffered_bytes; /* memory of buffers that hold what a slow reader has not taken */
} korch_proxy_stats;
void korch__proxy_get_stats(korch_proxy_stats *out, const korch_proxy *proxy);

#endif
