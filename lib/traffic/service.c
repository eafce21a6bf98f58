/* The Service load balancer as a traffic router: each traffic becomes a route of the proxy. */
#include "traffic/service.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "base/vec.h"
#include "traffic/traffic.h"
#include <string.h>

typedef struct service_router {
	korch_traffic_calls calls;
	korch_loop *loop;
	korch_proxy *proxy;
	KORCH_VEC(korch_traffic *) entries; /* in force */
} service_router;

static size_t find(const service_router *router, const char *namespace_, const char *name)
{
	for (size_t i = 0; i < router->entries.n; i++)
		if (korch__text_equal(router->entries.items[i]->namespace_, namespace_) &&
		    korch__text_equal(router->entries.items[i]->name, name))
			return i;
	return SIZE_MAX;
}

static int is_anothers(const service_router *router, const korch_traffic *traffic)
{
	for (size_t i = 0; i < router->entries.n; i++) {
		const korch_traffic *other = router->entries.items[i];
		if (korch__text_equal(other->namespace_, traffic->namespace_) &&
		    korch__text_equal(other->service, traffic->service) &&
		    !korch__text_equal(other->name, traffic->name))
			return 1;
	}
	return 0;
}

/* Hands a traffic to the proxy. */
static int route(service_router *router, const korch_traffic *traffic)
{
	korch_balance_share shares[KORCH_TRAFFIC_DESTINATIONS_MAX];
	const char *services[KORCH_TRAFFIC_DESTINATIONS_MAX];
	korch__proxy_route wanted = {.namespace_ = traffic->namespace_,
	                             .service = traffic->service,
	                             .shares = shares,
	                             .n_shares = traffic->n_destinations,
	                             .services = services};
	for (size_t i = 0; i < traffic->n_destinations; i++) {
		const korch_traffic_destination *destination = &traffic->destinations[i];
		shares[i] = (korch_balance_share){destination->hash, destination->weight};
		if (destination->service && *destination->service &&
		    strcmp(destination->service, traffic->service) != 0)
			services[wanted.n_services++] = destination->service;
	}
	return korch__proxy_set_route(router->proxy, &wanted);
}

static const char *text_of(int code)
{
	return code == KORCH_E_NOT_FOUND ? "there is no such Service"
	       : code == KORCH_E_EXISTS  ? "the Service is another rollout's"
	                                 : NULL;
}

/* Takes the call's traffic when it is in force. */
static int apply(service_router *router, korch_traffic_call *call)
{
	size_t at = find(router, call->namespace_, call->name);
	if (is_anothers(router, call->traffic))
		return KORCH_E_EXISTS;
	if (at == SIZE_MAX && korch__vec_reserve(&router->entries, 1) < 0)
		return KORCH_E_NOMEM;
	int r = route(router, call->traffic);
	if (r < 0 && r != KORCH_E_LIMIT)
		return r;
	korch_traffic *before = at == SIZE_MAX ? NULL : router->entries.items[at];
	if (before && !korch__text_equal(before->service, call->traffic->service))
		korch__proxy_remove_route(router->proxy, before->namespace_, before->service);
	if (!before)
		at = router->entries.n++;
	router->entries.items[at] = KORCH_STEAL(call->traffic);
	korch_traffic_free(before);
	return 0;
}

static void run_get(const service_router *router, korch_traffic_call *call)
{
	size_t at = find(router, call->namespace_, call->name);
	if (at == SIZE_MAX) {
		korch__call_complete(call, KORCH_E_NOT_FOUND, "");
		return;
	}
	const korch_traffic *traffic = router->entries.items[at];
	korch_traffic_report report = {.traffic = traffic, .address = "", .metrics = ""};
	report.in_force = korch__proxy_route_in_force(router->proxy, traffic->namespace_,
	                                              traffic->service, &report.reason);
	call->fn.get(call->userdata, 0, &report);
}

static void run(void *self, korch_traffic_call *call)
{
	service_router *router = self;
	if (call->kind == KORCH_CALL_GET)
		run_get(router, call);
	else
		korch__call_complete(call, call->code, call->message);
}

static int service_set(void *self, const korch_traffic *traffic, korch_router_done_fn fn,
                       void *userdata)
{
	service_router *router = self;
	korch_traffic_call *call = korch__call_add_set(&router->calls, traffic, fn, userdata);
	if (!call)
		return KORCH_E_NOMEM;
	int r = apply(router, call);
	korch__call_settle(&router->calls, call, r, text_of(r));
	return 0;
}

static int service_remove(void *self, const char *namespace_, const char *name,
                          korch_router_done_fn fn, void *userdata)
{
	service_router *router = self;
	korch_traffic_call *call =
	    korch__call_add_remove(&router->calls, namespace_, name, fn, userdata);
	if (!call)
		return KORCH_E_NOMEM;
	size_t at = find(router, namespace_, name);
	int r = at == SIZE_MAX ? 0
	                       : korch__proxy_remove_route(router->proxy, namespace_,
	                                                   router->entries.items[at]->service);
	if (at != SIZE_MAX && r == 0) {
		korch_traffic_free(router->entries.items[at]);
		korch__vec_swap_remove(&router->entries, at);
	}
	korch__call_settle(&router->calls, call, r, NULL);
	return 0;
}

static int service_get(void *self, const char *namespace_, const char *name, korch_router_get_fn fn,
                       void *userdata)
{
	service_router *router = self;
	return korch__call_get(&router->calls, namespace_, name, fn, userdata);
}

static void service_free(void *self)
{
	service_router *router = self;
	korch__calls_fini(&router->calls);
	for (size_t i = 0; i < router->entries.n; i++) {
		korch_traffic *traffic = router->entries.items[i];
		korch__proxy_remove_route(router->proxy, traffic->namespace_, traffic->service);
		korch_traffic_free(traffic);
	}
	korch__vec_fini(&router->entries);
	korch__free(router);
}

static const korch_router_ops service_ops = {
    .size = sizeof(service_ops),
    .name = "service",
    .capabilities = KORCH_ROUTER_WEIGHTS | KORCH_ROUTER_EXACT,
    .set = service_set,
    .remove = service_remove,
    .get = service_get,
    .free = service_free,
};

int korch__router_service_new(korch_router **out, korch_proxy *proxy, korch_loop *loop,
                              korch_error **err)
{
	service_router *router = korch__calloc(1, sizeof(*router));
	if (!router)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a router");
	router->proxy = proxy;
	router->loop = loop;
	int r = korch__calls_init(&router->calls, loop, run, router);
	if (r == 0)
		r = korch_router_register(out, &service_ops, router, NULL);
	if (r == 0)
		return 0;
	service_free(router);
	return korch_error_set(err, r, "no memory for a router");
}
