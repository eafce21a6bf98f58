/*
 * What is balanced how, decided purely: from a Service and its EndpointSlices to a table of ports,
 * the choice of an endpoint, and what changed between two tables. No sockets, no clock.
 */
#ifndef KORCH_PROXY_BALANCE_H
#define KORCH_PROXY_BALANCE_H

#include "base/vec.h"
#include "proxy/address.h"
#include <korch/api.h>

typedef enum korch_proxy_protocol {
	KORCH_PROXY_TCP,
	KORCH_PROXY_UDP,
} korch_proxy_protocol;

enum {
	KORCH_BALANCE_ENDPOINTS_MAX = 10000, /* of one port; what is beyond is left out */
	KORCH_BALANCE_AFFINITY_SECONDS = 10800,
};

/* Something behind a port. */
typedef struct korch_balance_endpoint {
	korch_proxy_address address;
	uint8_t ready;
	uint8_t serving;
	uint8_t terminating;
	uint8_t reserved;
	uint32_t group; /* of the port's groups; when it has none: 0 */
} korch_balance_endpoint;

/* A revision's part of a port: endpoints among which connections go in turn. */
typedef struct korch_balance_group {
	int32_t weight;
	uint32_t first, n; /* in `members` */
} korch_balance_group;

/*
 * A port of a Service in one address family, with one set of endpoints. The addresses that lead to
 * it share round robin and affinity. Where the Service wants traffic of one origin to stay on the
 * node and traffic of the other not, the port stands in the table twice.
 */
typedef struct korch_balance_port {
	const char *name; /* of the Service's port, "" for none; a block string, or NULL for "" */
	int32_t port;     /* its number */
	uint8_t protocol; /* a korch_proxy_protocol */
	uint8_t family;   /* 4 or 6 */
	uint8_t local;    /* 1: only endpoints of this node */
	uint8_t reserved;
	int64_t affinity_us;            /* how long a client stays with its endpoint; 0: no affinity */
	korch_proxy_address *frontends; /* where to listen; none while there is no usable endpoint */
	size_t n_frontends;
	/* First the usable ones, then the others; each part sorted by address. */
	korch_balance_endpoint *endpoints;
	size_t n_endpoints;
	size_t n_usable;
	korch_balance_group *groups; /* one for each share; none: the endpoints are all alike */
	size_t n_groups;
	uint32_t *members; /* with groups: indices of the usable endpoints, by group */
} korch_balance_port;

/* All ports of a Service. */
typedef struct korch_balance_table {
	korch_balance_port *ports;
	size_t n_ports;
} korch_balance_table;

/* The share of a revision's endpoints in the connections of a Service. */
typedef struct korch_balance_share {
	const char *name; /* the revision's hash */
	int32_t weight;   /* 0: no new connections */
} korch_balance_share;

/* How a Service's connections are shared. */
typedef struct korch_balance_route {
	const korch_balance_share *shares; /* names differ */
	size_t n_shares;
	const korch_proxy_address *via; /* all connections of one port go there; NULL: of none */
	int32_t via_port;               /* the Service's TCP port that is meant */
} korch_balance_route;

/* The name of an endpoint's share, borrowed; NULL: it has none, and gets no connections. */
typedef const char *(*korch_balance_group_fn)(void *userdata, const char *namespace_,
                                              const korch_endpoint *endpoint);

/* What a table is made from. */
typedef struct korch_balance_input {
	const korch_service *service;
	const korch_endpoint_slice *const *slices; /* of this Service */
	size_t n_slices;
	const char *node_name;            /* whose endpoints are local; NULL: all are */
	const korch_balance_route *route; /* NULL: none */
	korch_balance_group_fn group_of;  /* with a route */
	void *group_userdata;
} korch_balance_input;

/* 0 or KORCH_E_NOMEM. The table is the caller's, and independent of the input. */
int korch__balance_table_make(korch_balance_table *out, const korch_balance_input *input);
void korch__balance_table_fini(korch_balance_table *table);

/* 1 when both are the same port of a Service, whatever its endpoints and frontends. */
int korch__balance_port_same(const korch_balance_port *a, const korch_balance_port *b);
/* The endpoint of that address, or NULL. */
const korch_balance_endpoint *korch__balance_find(const korch_balance_port *port,
                                                  const korch_proxy_address *address);
/* As before, but only when it may get new connections. */
const korch_balance_endpoint *korch__balance_find_usable(const korch_balance_port *port,
                                                         const korch_proxy_address *address);
/* Round robin; the cursor is the caller's and starts at 0. NULL without a usable endpoint. */
const korch_balance_endpoint *korch__balance_next(const korch_balance_port *port, uint32_t *cursor);
/* The same within one group. */
const korch_balance_endpoint *korch__balance_next_of(const korch_balance_port *port, size_t group,
                                                     uint32_t *cursor);
/* The usable endpoint after one that failed (which need not be there any more), or NULL. */
const korch_balance_endpoint *korch__balance_after(const korch_balance_port *port,
                                                   const korch_proxy_address *failed);

/* A place to listen at. */
typedef struct korch_balance_listen {
	korch_proxy_address address;
	uint8_t protocol; /* a korch_proxy_protocol */
	size_t port;      /* index in the new table for what opens, in the old one for what closes */
} korch_balance_listen;

/* An endpoint that was there and is gone or going. */
typedef struct korch_balance_gone {
	korch_proxy_address address;
	size_t port; /* index in the old table */
} korch_balance_gone;

/* What has to be done to get from one table to another. */
typedef struct korch_balance_diff {
	KORCH_VEC(korch_balance_listen) open;
	KORCH_VEC(korch_balance_listen) close;
	KORCH_VEC(korch_balance_gone) gone;
} korch_balance_diff;

/* 0 or KORCH_E_NOMEM. `out` is zeroed before and finished by the caller, also after a failure. */
int korch__balance_diff_make(korch_balance_diff *out, const korch_balance_table *old_table,
                             const korch_balance_table *new_table);
void korch__balance_diff_fini(korch_balance_diff *diff);
/* The port of the table that has this frontend; SIZE_MAX when none has. */
size_t korch__balance_port_of(const korch_balance_table *table, const korch_proxy_address *address,
                              int protocol);

#endif
