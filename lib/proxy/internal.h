/*
 * Inside of the proxy: what its files share. A Service has pools (one for each entry of its table)
 * and listeners; a listener leads to a pool; connections and flows hold on to their pool, which
 * so outlives its Service while they drain.
 */
#ifndef KORCH_PROXY_INTERNAL_H
#define KORCH_PROXY_INTERNAL_H

#include "base/btree.h"
#include "base/loop.h"
#include "base/table.h"
#include "base/turn.h"
#include "proxy/affinity.h"
#include "proxy/balance.h"
#include "proxy/proxy.h"

#include <uv.h>

typedef struct korch_proxy_pool korch_proxy_pool;
typedef struct korch_proxy_listener korch_proxy_listener;
typedef struct korch_proxy_service korch_proxy_service;
typedef struct korch_proxy_connection korch_proxy_connection;
typedef struct korch_proxy_flow korch_proxy_flow;

/* Links of a list in which an item is removed in one step. The head points at itself when empty. */
typedef struct korch_proxy_link {
	struct korch_proxy_link *next, *previous;
} korch_proxy_link;

static inline void korch__link_init(korch_proxy_link *link)
{
	link->next = link->previous = link;
}
static inline void korch__link_remove(korch_proxy_link *link)
{
	link->next->previous = link->previous;
	link->previous->next = link->next;
	korch__link_init(link);
}
/* Puts it at the end of a list. */
static inline void korch__link_append(korch_proxy_link *head, korch_proxy_link *link)
{
	link->previous = head->previous;
	link->next = head;
	head->previous->next = link;
	head->previous = link;
}
#define KORCH_LINK_ITEM(link, type, member) ((type *)((char *)(link)-offsetof(type, member)))

/* Who gets the traffic of a port: the entry of its table, and what runs. */
struct korch_proxy_pool {
	korch_proxy_link link; /* in proxy->pools */
	korch_proxy *proxy;
	const korch_balance_port *port; /* in the Service's table; an empty one without a Service */
	size_t refs;                    /* of the Service, its connections and flows */
	uint64_t id;                    /* in the table of affinities */
	uint32_t cursor;
	korch_turn *turns; /* whose turn it is among the port's groups */
	uint32_t *cursors; /* within each of them */
	size_t n_turns;
	uint64_t route; /* number of the route that they are of; 0: none */
	korch_proxy_link connections;
	korch_proxy_link flows;
	korch_proxy_port_stats stats; /* only the counters */
};

/* A place that is listened at, or will be when it can be bound. */
struct korch_proxy_listener {
	korch_proxy_link link; /* in service->listeners */
	korch_proxy *proxy;
	korch_proxy_service *service;
	korch_proxy_pool *pool; /* weak: the Service holds it */
	korch_proxy_address address;
	uint8_t protocol;
	uint8_t is_open;   /* bound and listening */
	uint8_t is_paused; /* clients wait for a connection to end */
	uint8_t is_reported;
	uint64_t id; /* in the table of flows */
	korch_timer *retry;
	korch_usec retry_delay;
	union {
		uv_handle_t handle;
		uv_poll_t tcp;
		uv_udp_t udp;
	} uv;   /* lives from a try to bind to its closing */
	int fd; /* TCP; -1 when closed */
	uint8_t has_handle;
	uint8_t is_closing;
};

/* How a Service's connections are shared; also for a Service that is not there. */
typedef struct korch_proxy_sharing {
	char *namespace_, *name;
	uint64_t number; /* another one for each change */
	korch_balance_route route;
	char **services; /* further ones whose endpoints count */
	size_t n_services;
	korch_proxy_address via;
} korch_proxy_sharing;

struct korch_proxy_service {
	char *namespace_, *name;
	korch_balance_table table;
	uint64_t route;           /* number of the route that the table was made with; 0: none */
	korch_proxy_pool **pools; /* one for each port of the table */
	korch_proxy_link listeners;
};

typedef struct korch_proxy_buffer {
	struct korch_proxy_buffer *next; /* spare ones */
	size_t size;
	char data[];
} korch_proxy_buffer;

/* Memory for what has been read. */
typedef struct korch_proxy_buffers {
	korch_proxy_buffer *scratch; /* what is read into; replaced when it has to be kept */
	korch_proxy_buffer *spare;
	size_t n_spare;
	size_t held_bytes; /* in buffers that are kept for a slow reader */
	size_t max_bytes;
} korch_proxy_buffers;

struct korch_proxy {
	korch__proxy_options options; /* with the defaults filled in */
	char *node_name;
	korch_loop *loop;
	uv_loop_t *uv;
	korch_btree services; /* by namespace and name */
	korch_btree sharings; /* by namespace and name */
	korch_proxy_link pools;
	korch_proxy_affinity affinity;
	korch_timer *affinity_timer;
	korch_proxy_buffers buffers;
	size_t n_connections; /* with those whose handles are being closed */
	korch_proxy_connection *spare_connections;
	size_t n_spare_connections;
	size_t n_listeners, n_open, n_paused;
	char *datagram; /* what UDP reads into */
	korch_table flows;
	korch_proxy_link recent_flows; /* the least recent first */
	korch_timer *flow_timer;
	uint64_t last_id;
	uv_timer_t anchor; /* never started: its closing ends the proxy's */
	size_t n_handles;
	int is_closing;
	void (*done)(void *userdata);
	void *done_userdata;
	void (*on_free)(void *userdata); /* lets go of the engine that is observed; NULL: of none */
	void *observer;
	/* Makes a Service's table anew; NULL: nobody observes. */
	int (*refresh)(void *userdata, const char *namespace_, const char *name);
};

/* proxy.c */
/* A handle has been initialised; its close callback must say closed. */
void korch__proxy_handle_opened(korch_proxy *proxy);
void korch__proxy_handle_closed(korch_proxy *proxy);
korch_usec korch__proxy_now(korch_proxy *proxy);

/* pool.c */
korch_proxy_pool *korch__pool_new(korch_proxy *proxy, const korch_balance_port *port);
void korch__pool_ref(korch_proxy_pool *pool);
void korch__pool_unref(korch_proxy_pool *pool);
/*
 * The endpoint for a new client; failed: the one tried before, NULL at first. NULL when there is
 * none.
 */
const korch_balance_endpoint *korch__pool_choose(korch_proxy_pool *pool,
                                                 const korch_proxy_address *client,
                                                 const korch_proxy_address *failed);
/* The endpoint has taken the client: it stays there, when the Service wants that. */
void korch__pool_taken(korch_proxy_pool *pool, const korch_proxy_address *client,
                       const korch_proxy_address *endpoint);
/* 1 when connections to an endpoint should come to their end. */
int korch__pool_is_draining(const korch_proxy_pool *pool, const korch_proxy_address *endpoint);
/* The Service is gone. Releases its reference. */
void korch__pool_orphan(korch_proxy_pool *pool);
/* Expires affinities; userdata is the proxy. */
void korch__pool_on_affinity(void *userdata);

/* 0 or KORCH_E_NOMEM: the pool follows the shares of its port from now on. */
int korch__pool_share(korch_proxy_pool *pool, const korch_balance_port *port, uint64_t route);

/* route.c */
void korch__sharings_init(korch_proxy *proxy);
void korch__sharings_fini(korch_proxy *proxy);
/* NULL: the Service's endpoints are all alike. */
const korch_proxy_sharing *korch__sharing_find(const korch_proxy *proxy, const char *namespace_,
                                               const char *name);

/* service.c */
korch_proxy_service *korch__service_find(const korch_proxy *proxy, const char *namespace_,
                                         const char *name);
int korch__service_compare(const void *a, const void *b);
void korch__service_free(korch_proxy_service *service);

/* listener.c */
/* Tries to listen; a failure is reported and tried again. 0, KORCH_E_NOMEM or KORCH_E_LIMIT. */
int korch__listener_open(korch_proxy_service *service, korch_proxy_pool *pool,
                         const korch_balance_listen *listen);
void korch__listener_close(korch_proxy_listener *listener);

/* tcp.c */
int korch__tcp_listen(korch_proxy_listener *listener, const struct sockaddr *address);
/* Accepts for listeners that wait, after connections have ended. */
void korch__tcp_resume(korch_proxy *proxy);
/* The pool's endpoints have changed: limits the time of those that drain. */
void korch__tcp_review(korch_proxy_pool *pool);
void korch__tcp_abort_all(korch_proxy_pool *pool);
void korch__tcp_free_spare(korch_proxy *proxy);

/* splice.c: between two connected sockets. */
enum {
	KORCH_PROXY_CLIENT = 0,
	KORCH_PROXY_ENDPOINT = 1,
};

typedef enum korch_proxy_flowing {
	KORCH_PROXY_IDLE,    /* not started */
	KORCH_PROXY_FLOWING, /* being read from */
	KORCH_PROXY_BLOCKED, /* the other side has to take what is held first */
	KORCH_PROXY_ENDED,   /* its end has been passed on, or nobody takes it any more */
} korch_proxy_flowing;

/* One side of a connection, and the direction that is read from it. */
typedef struct korch_proxy_side {
	uv_poll_t poll;
	int fd;
	int events;  /* that the poll waits for */
	int is_open; /* fd and poll have to be closed */
	korch_proxy_flowing state;
	korch_proxy_buffer *held;
	char *rest; /* in the buffer: what the other side has still to take */
	size_t n_rest;
} korch_proxy_side;

struct korch_proxy_connection {
	korch_proxy_link link; /* in pool->connections */
	korch_proxy *proxy;
	korch_proxy_pool *pool;
	korch_proxy_side sides[2];
	korch_timer *timer; /* limits connecting, then draining */
	korch_proxy_address client, endpoint;
	uint32_t tries_left;
	uint8_t is_connected;
	uint8_t is_draining;
	uint8_t is_broken; /* one side takes nothing more: the end will be an error */
	uint8_t is_closing;
	uint8_t n_open; /* handles */
};

/* Begins to pass on in both directions. */
void korch__splice_start(korch_proxy_connection *connection);
/* Gives back what is held. */
void korch__splice_end(korch_proxy_connection *connection);
/* Closes both sides; with_reset: as errors, so that nobody takes it for the regular end. */
void korch__connection_close(korch_proxy_connection *connection, int with_reset);

/* buffer.c */
/* Room to read into, for libuv; length 0 when memory is short. */
void korch__buffers_scratch(korch_proxy_buffers *buffers, uv_buf_t *out);
/* The buffer that was read into last, to be kept until given back. */
korch_proxy_buffer *korch__buffers_keep(korch_proxy_buffers *buffers);
void korch__buffers_give_back(korch_proxy_buffers *buffers, korch_proxy_buffer *buffer);
void korch__buffers_fini(korch_proxy_buffers *buffers);

/* udp.c */
int korch__udp_listen(korch_proxy_listener *listener, const struct sockaddr *address);
void korch__udp_init(korch_proxy *proxy);
/* Closes the flows whose endpoint is not usable any more. */
void korch__udp_review(korch_proxy_pool *pool);
/* Closes the flows of a listener (NULL: all) of the pool. */
void korch__udp_close_flows(korch_proxy_pool *pool, const korch_proxy_listener *listener);
void korch__udp_on_idle(void *userdata); /* the proxy's timer */

#endif
