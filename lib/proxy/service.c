/*
 * Services: from one table to the next. Pools of ports that stay are kept with their connections,
 * listeners are kept wherever their address still leads somewhere.
 */
#include "base/cleanup.h"
#include "proxy/internal.h"

#include <string.h>

/* The next state of a Service, made before anything is changed. */
typedef struct next_state {
	korch_balance_table table;
	korch_balance_diff diff;
	korch_proxy_pool **pools; /* those of the present state, or new ones */
	uint64_t route;
} next_state;

int korch__service_compare(const void *a, const void *b)
{
	const korch_proxy_service *left = a, *right = b;
	int order = strcmp(left->namespace_, right->namespace_);
	return order ? order : strcmp(left->name, right->name);
}

korch_proxy_service *korch__service_find(const korch_proxy *proxy, const char *namespace_,
                                         const char *name)
{
	korch_proxy_service key = {.namespace_ = (char *)namespace_, .name = (char *)name};
	return korch__btree_find(&proxy->services, &key);
}

static korch_proxy_service *service_new(korch_proxy *proxy, const char *namespace_,
                                        const char *name)
{
	korch_proxy_service *service = korch__calloc(1, sizeof(*service));
	if (!service)
		return NULL;
	korch__link_init(&service->listeners);
	service->namespace_ = korch__strdup(namespace_);
	service->name = korch__strdup(name);
	if (!service->namespace_ || !service->name ||
	    korch__btree_insert(&proxy->services, service) < 0) {
		korch__service_free(service);
		return NULL;
	}
	return service;
}

void korch__service_free(korch_proxy_service *service)
{
	korch_proxy_link *head = &service->listeners;
	while (head->next != head)
		korch__listener_close(KORCH_LINK_ITEM(head->next, korch_proxy_listener, link));
	for (size_t i = 0; i < service->table.n_ports; i++)
		korch__pool_orphan(service->pools[i]);
	korch__free(service->pools);
	korch__balance_table_fini(&service->table);
	korch__free(service->namespace_);
	korch__free(service->name);
	korch__free(service);
}

static korch_proxy_pool *pool_of(const korch_proxy_service *service, const korch_balance_port *port)
{
	for (size_t i = 0; i < service->table.n_ports; i++)
		if (korch__balance_port_same(&service->table.ports[i], port))
			return service->pools[i];
	return NULL;
}

/* Frees what has not become part of the Service; new pools too. */
static void next_fini(next_state *next, const korch_proxy_service *service)
{
	for (size_t i = 0; next->pools && i < next->table.n_ports; i++)
		if (next->pools[i] && !pool_of(service, &next->table.ports[i]))
			korch__pool_unref(next->pools[i]);
	korch__free(next->pools);
	korch__balance_diff_fini(&next->diff);
	korch__balance_table_fini(&next->table);
}

/* Fills in diff and pools. */
static int prepare(next_state *next, korch_proxy *proxy, const korch_proxy_service *service)
{
	size_t n = next->table.n_ports;
	next->pools = korch__calloc(n ? n : 1, sizeof(*next->pools));
	if (!next->pools || korch__balance_diff_make(&next->diff, &service->table, &next->table) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < n; i++) {
		next->pools[i] = pool_of(service, &next->table.ports[i]);
		if (!next->pools[i])
			next->pools[i] = korch__pool_new(proxy, &next->table.ports[i]);
		if (!next->pools[i])
			return KORCH_E_NOMEM;
	}
	/* Last, as it is the pool's present state that changes: one with turns left over is fine. */
	for (size_t i = 0; i < n; i++)
		if (korch__pool_share(next->pools[i], &next->table.ports[i], next->route) < 0)
			return KORCH_E_NOMEM;
	return 0;
}

/* Closes the listeners that lead nowhere any more; leads the others to their pools. */
static void lead_listeners(korch_proxy_service *service, const next_state *next)
{
	korch_proxy_link *head = &service->listeners, *after;
	for (korch_proxy_link *link = head->next; link != head; link = after) {
		korch_proxy_listener *listener = KORCH_LINK_ITEM(link, korch_proxy_listener, link);
		size_t port = korch__balance_port_of(&next->table, &listener->address, listener->protocol);
		after = link->next;
		if (port == SIZE_MAX) {
			korch__listener_close(listener);
		} else if (listener->pool != next->pools[port]) {
			korch__udp_close_flows(listener->pool, listener);
			listener->pool = next->pools[port];
		}
	}
}

/* Makes the next state the present one; what was the present one is left in `next`. */
static void swap(korch_proxy_service *service, next_state *next)
{
	korch_balance_table old_table = service->table;
	korch_proxy_pool **old_pools = service->pools;
	service->table = next->table;
	service->pools = next->pools;
	service->route = next->route;
	for (size_t i = 0; i < service->table.n_ports; i++)
		service->pools[i]->port = &service->table.ports[i];
	for (size_t i = 0; i < old_table.n_ports; i++)
		if (!pool_of(service, &old_table.ports[i]))
			korch__pool_orphan(old_pools[i]);
	korch__balance_table_fini(&old_table);
	korch__free(old_pools);
	next->table = (korch_balance_table){0};
	next->pools = NULL;
}

/* So that the next pass sees that this one is not listened at. */
static void forget_frontend(korch_balance_port *port, const korch_proxy_address *address)
{
	for (size_t i = 0; i < port->n_frontends; i++)
		if (korch__proxy_address_compare(&port->frontends[i], address) == 0)
			port->frontends[i] = port->frontends[--port->n_frontends];
}

static int open_listeners(korch_proxy_service *service, const korch_balance_diff *diff)
{
	int result = 0;
	for (size_t i = 0; i < diff->open.n; i++) {
		const korch_balance_listen *listen = &diff->open.items[i];
		int r = korch__listener_open(service, service->pools[listen->port], listen);
		if (r == 0)
			continue;
		forget_frontend(&service->table.ports[listen->port], &listen->address);
		result = r;
	}
	return result;
}

static void review(korch_proxy_service *service)
{
	for (size_t i = 0; i < service->table.n_ports; i++) {
		korch__tcp_review(service->pools[i]);
		korch__udp_review(service->pools[i]);
	}
}

static int apply(korch_proxy *proxy, korch_proxy_service *service, next_state *next)
{
	int r = prepare(next, proxy, service);
	if (r < 0)
		return r;
	lead_listeners(service, next);
	swap(service, next);
	r = open_listeners(service, &next->diff);
	review(service);
	return r;
}

int korch__proxy_set_service(korch_proxy *proxy, const korch_service *service,
                             const korch_endpoint_slice *const *slices, size_t n)
{
	const korch_object *object = &service->object;
	const char *namespace_ = korch_object_namespace(object), *name = korch_object_name(object);
	const korch_proxy_sharing *sharing = korch__sharing_find(proxy, namespace_, name);
	korch_balance_input input = {.service = service,
	                             .slices = slices,
	                             .n_slices = n,
	                             .node_name = proxy->node_name,
	                             .route = sharing ? &sharing->route : NULL,
	                             .group_of = proxy->options.group_of,
	                             .group_userdata = proxy->options.group_userdata};
	next_state next = {.route = sharing ? sharing->number : 0};
	int r = korch__balance_table_make(&next.table, &input);
	if (r < 0)
		return r;
	korch_proxy_service *found = korch__service_find(proxy, namespace_, name);
	if (next.table.n_ports == 0) {
		korch__balance_table_fini(&next.table);
		korch__proxy_remove_service(proxy, namespace_, name);
		return 0;
	}
	if (!found)
		found = service_new(proxy, namespace_, name);
	if (!found) {
		korch__balance_table_fini(&next.table);
		return KORCH_E_NOMEM;
	}
	r = apply(proxy, found, &next);
	next_fini(&next, found);
	return r;
}

void korch__proxy_remove_service(korch_proxy *proxy, const char *namespace_, const char *name)
{
	korch_proxy_service *service = korch__service_find(proxy, namespace_, name);
	if (!service)
		return;
	korch__btree_remove(&proxy->services, service);
	korch__service_free(service);
}
