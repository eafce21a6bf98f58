/* Routes: what each rollout wants, where its clients come in, and which server stands in which
 * place of a backend. */
#include "base/cleanup.h"
#include "base/text.h"
#include "traffic/haproxy/haproxy.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

haproxy_route *korch__haproxy_route_find(const haproxy_router *router, const char *namespace_,
                                         const char *name)
{
	for (size_t i = 0; i < router->routes.n; i++) {
		haproxy_route *route = router->routes.items[i];
		if (korch__text_equal(route->wanted->namespace_, namespace_) &&
		    korch__text_equal(route->wanted->name, name))
			return route;
	}
	return NULL;
}

static void backend_free(haproxy_backend *backend)
{
	if (!backend)
		return;
	korch__vec_fini(&backend->slots);
	korch__free(backend);
}

void korch__haproxy_route_free(haproxy_route *route)
{
	if (!route)
		return;
	for (size_t i = 0; i < route->backends.n; i++)
		backend_free(route->backends.items[i]);
	korch__vec_fini(&route->backends);
	if (route->good != route->wanted)
		korch_traffic_free(route->good);
	korch_traffic_free(route->wanted);
	if (route->fd >= 0)
		close(route->fd);
	korch__free(route);
}

void korch__haproxy_leave(const haproxy_router *router, haproxy_route *route)
{
	if (route && route->is_led)
		router->source.leave(router->source.userdata, route->good);
}

int korch__haproxy_listen(const char *address, int *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	inet_pton(AF_INET, address, &at.sin_addr);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&at, n) == 0 && listen(fd, BACKLOG) == 0 &&
	    getsockname(fd, (struct sockaddr *)&at, &n) == 0) {
		*port = ntohs(at.sin_port);
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return KORCH_E_IO;
}

static haproxy_backend *backend_new(const korch_traffic *traffic, const char *hash)
{
	haproxy_backend *backend = korch__calloc(1, sizeof(*backend));
	if (!backend)
		return NULL;
	snprintf(backend->hash, sizeof(backend->hash), "%s", hash);
	snprintf(backend->name, sizeof(backend->name), "%s_%s_%s", traffic->namespace_, traffic->name,
	         hash);
	return backend;
}

static haproxy_backend *backend_of(const haproxy_route *route, const char *hash)
{
	for (size_t i = 0; i < route->backends.n; i++)
		if (strcmp(route->backends.items[i]->hash, hash) == 0)
			return route->backends.items[i];
	return NULL;
}

/* One backend for each destination; those that stay keep their counters and servers. */
static int set_backends(haproxy_route *route, const korch_traffic *traffic)
{
	haproxy_backends next = {0};
	int r = korch__vec_reserve(&next, traffic->n_destinations);
	for (size_t i = 0; r == 0 && i < traffic->n_destinations; i++) {
		const char *hash = traffic->destinations[i].hash;
		haproxy_backend *backend = backend_of(route, hash);
		if (!backend)
			backend = backend_new(traffic, hash);
		if (!backend)
			r = KORCH_E_NOMEM;
		else
			next.items[next.n++] = backend;
	}
	haproxy_backends *gone = r == 0 ? &route->backends : &next;
	const haproxy_backends *kept = r == 0 ? &next : &route->backends;
	for (size_t i = 0; i < gone->n; i++) {
		int is_kept = 0;
		for (size_t j = 0; j < kept->n; j++)
			is_kept |= kept->items[j] == gone->items[i];
		if (!is_kept)
			backend_free(gone->items[i]);
	}
	korch__vec_fini(gone);
	if (r == 0)
		route->backends = next;
	return r;
}

static haproxy_route *route_new(haproxy_router *router)
{
	haproxy_route *route = korch__calloc(1, sizeof(*route));
	if (!route)
		return NULL;
	route->id = ++router->last_id;
	route->fd = korch__haproxy_listen(router->address, &route->port);
	if (route->fd >= 0 && korch__vec_push(&router->routes, route) == 0)
		return route;
	korch__haproxy_route_free(route);
	return NULL;
}

int korch__haproxy_route_set(haproxy_router *router, korch_traffic **traffic)
{
	haproxy_route *route =
	    korch__haproxy_route_find(router, (*traffic)->namespace_, (*traffic)->name);
	int is_new = !route;
	if (is_new)
		route = route_new(router);
	if (!route)
		return KORCH_E_IO;
	int r = set_backends(route, *traffic);
	if (r < 0 && is_new) {
		router->routes.n--;
		korch__haproxy_route_free(route);
	}
	if (r < 0)
		return r;
	if (route->wanted != route->good)
		korch_traffic_free(route->wanted);
	route->wanted = KORCH_STEAL(*traffic);
	route->version = ++router->version;
	return 0;
}

/* Servers */

typedef KORCH_VEC(haproxy_slot) slot_vec;

static int add(void *to, const char *address, int32_t port)
{
	haproxy_slot slot = {.port = port};
	snprintf(slot.address, sizeof(slot.address), "%s", address);
	return korch__vec_push((slot_vec *)to, slot);
}

static int is_same(const haproxy_slot *a, const haproxy_slot *b)
{
	return a->port == b->port && strcmp(a->address, b->address) == 0;
}

/* Puts endpoints in their places: those that stay keep theirs; doubles are left out. */
static int place(haproxy_backend *backend, const slot_vec *found)
{
	for (size_t i = 0; i < backend->slots.n; i++) {
		int stays = 0;
		for (size_t j = 0; j < found->n; j++)
			stays |= is_same(&backend->slots.items[i], &found->items[j]);
		if (!stays)
			backend->slots.items[i] = (haproxy_slot){.port = 0};
	}
	for (size_t j = 0; j < found->n; j++) {
		size_t free_at = SIZE_MAX, at = SIZE_MAX;
		for (size_t i = 0; i < backend->slots.n; i++) {
			if (is_same(&backend->slots.items[i], &found->items[j]))
				at = i;
			if (free_at == SIZE_MAX && !backend->slots.items[i].port)
				free_at = i;
		}
		if (at == SIZE_MAX)
			backend->slots.items[free_at] = found->items[j];
	}
	backend->n_endpoints = 0;
	for (size_t i = 0; i < backend->slots.n; i++)
		backend->n_endpoints += backend->slots.items[i].port != 0;
	return 0;
}

static int fill(const haproxy_router *router, const haproxy_route *route, size_t i)
{
	const korch_traffic_destination *destination = &route->wanted->destinations[i];
	haproxy_backend *backend = route->backends.items[i];
	slot_vec found = {0};
	int r = 0;
	for (size_t j = 0; r == 0 && j < destination->n_endpoints; j++)
		r = add(&found, destination->endpoints[j].address, destination->endpoints[j].port);
	if (r == 0 && destination->n_endpoints == 0 && router->source.each)
		r = router->source.each(router->source.userdata, route->wanted, destination, add, &found);
	size_t wanted = HAPROXY_SLOTS_MIN;
	while (wanted < found.n)
		wanted *= 2;
	if (r == 0 && backend->slots.n < wanted) {
		r = korch__vec_reserve(&backend->slots, wanted - backend->slots.n);
		while (r == 0 && backend->slots.n < wanted)
			backend->slots.items[backend->slots.n++] = (haproxy_slot){.port = 0};
	}
	if (r == 0)
		r = place(backend, &found);
	korch__vec_fini(&found);
	return r;
}

int korch__haproxy_route_fill(const haproxy_router *router, haproxy_route *route)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < route->backends.n; i++)
		r = fill(router, route, i);
	return r;
}
