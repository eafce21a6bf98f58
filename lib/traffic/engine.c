/*
 * HAProxy in a cluster: endpoints come from an engine's EndpointSlices and pods, and the Service
 * load balancer leads the Service's clients to where HAProxy listens.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "proxy/proxy.h"
#include "traffic/haproxy.h"
#include <string.h>

static const char SERVICE_LABEL[] = "kubernetes.io/service-name";

/* Lives until the engine goes, as observing has no other end. */
typedef struct observer {
	korch_engine *engine;
	korch_proxy *proxy;   /* NULL: clients are not led anywhere */
	korch_router *router; /* NULL: it has been freed, or is not made yet */
} observer;

static const korch_service *service_of(const observer *o, const char *namespace_, const char *name)
{
	return (const korch_service *)korch_view_get(korch_engine_view(o->engine), &korch_service_kind,
	                                             namespace_, name);
}

static int has_service(void *userdata, const char *namespace_, const char *service)
{
	return service_of(userdata, namespace_, service) != NULL;
}

/* The port of the root Service that is routed: the one that is named, or the first of TCP. */
static const korch_service_port *port_of(const observer *o, const korch_traffic *traffic)
{
	const korch_service *service = service_of(o, traffic->namespace_, traffic->service);
	const korch_service_spec *spec = service ? service->spec : NULL;
	for (size_t i = 0; spec && i < spec->n_ports; i++) {
		const korch_service_port *port = &spec->ports[i];
		int is_tcp = !port->protocol || korch__text_equal(port->protocol, "TCP");
		if (is_tcp && (traffic->port == 0 || traffic->port == port->port))
			return port;
	}
	return NULL;
}

typedef struct gathering {
	const observer *observer;
	const korch_traffic *traffic;
	const korch_traffic_destination *destination;
	const char *port_name;
	korch__haproxy_add_fn add;
	void *to;
} gathering;

/* Number of a slice's port of the name that is routed; one alone is meant anyway. 0: none. */
static int32_t number_of(const gathering *g, const korch_endpoint_slice *slice)
{
	for (size_t i = 0; i < slice->n_ports; i++)
		if (korch__text_equal(slice->ports[i].name, g->port_name))
			return slice->ports[i].port;
	return slice->n_ports == 1 ? slice->ports[0].port : 0;
}

static int is_ready(const korch_endpoint *endpoint)
{
	const korch_endpoint_conditions *c = endpoint->conditions;
	return !c ||
	       !korch_field_is_set(c, &korch_endpoint_conditions_type,
	                           offsetof(korch_endpoint_conditions, ready)) ||
	       c->ready;
}

static int gather(void *userdata, const korch_object *object)
{
	const gathering *g = userdata;
	const korch_endpoint_slice *slice = (const korch_endpoint_slice *)object;
	const char *own =
	    object->metadata ? korch_map_get(object->metadata->labels, SERVICE_LABEL) : NULL;
	const char *wanted = g->destination->service ? g->destination->service : g->traffic->service;
	int32_t port = korch__text_equal(own, wanted) ? number_of(g, slice) : 0;
	int r = 0;
	for (size_t i = 0; r == 0 && port > 0 && i < slice->n_endpoints; i++) {
		const korch_endpoint *endpoint = &slice->endpoints[i];
		const char *hash = korch__proxy_revision_of(korch_engine_view(g->observer->engine),
		                                            g->traffic->namespace_, endpoint);
		if (endpoint->n_addresses && is_ready(endpoint) && hash &&
		    strcmp(hash, g->destination->hash) == 0)
			r = g->add(g->to, endpoint->addresses[0], port);
	}
	return r;
}

static int each(void *userdata, const korch_traffic *traffic,
                const korch_traffic_destination *destination, korch__haproxy_add_fn add, void *to)
{
	const observer *o = userdata;
	const korch_service_port *port = port_of(o, traffic);
	korch_view_query query = {.kind = &korch_endpoint_slice_kind,
	                          .namespace_ = traffic->namespace_};
	gathering g = {.observer = o,
	               .traffic = traffic,
	               .destination = destination,
	               .port_name = port ? korch__text_or_empty(port->name) : "",
	               .add = add,
	               .to = to};
	return korch_view_each(korch_engine_view(o->engine), &query, gather, &g);
}

/* New connections of the Service's port go to HAProxy from now on. */
static int lead(void *userdata, const korch_traffic *traffic, const char *address, int32_t port)
{
	const observer *o = userdata;
	const korch_service_port *routed = port_of(o, traffic);
	korch_proxy_address via;
	korch__proxy_route route = {.namespace_ = traffic->namespace_,
	                            .service = traffic->service,
	                            .via = &via,
	                            .via_port = routed ? routed->port : 0};
	if (!o->proxy)
		return 0;
	int r = korch__proxy_address_parse(&via, address, port);
	return r < 0 ? r : korch__proxy_set_route(o->proxy, &route);
}

static void leave(void *userdata, const korch_traffic *traffic)
{
	const observer *o = userdata;
	if (o->proxy)
		korch__proxy_remove_route(o->proxy, traffic->namespace_, traffic->service);
}

static void on_change(void *userdata, const korch_change *change)
{
	observer *o = userdata;
	const korch_kind *kind = change->object->kind;
	if (o->router && (kind == &korch_service_kind || kind == &korch_endpoint_slice_kind))
		korch__router_haproxy_changed(o->router);
}

static void on_router_freed(void *userdata)
{
	observer *o = userdata;
	o->router = NULL;
	o->proxy = NULL;
}

int korch__router_haproxy_observe(korch_router **out, korch_loop *loop, korch_engine *engine,
                                  korch_proxy *proxy, korch_error **err)
{
	observer *o = korch__calloc(1, sizeof(*o));
	if (!o)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a router");
	*o = (observer){.engine = engine, .proxy = proxy};
	int r = korch_engine_observe(engine, on_change, o, korch__free);
	if (r < 0)
		return korch_error_set(err, r, "cannot observe the engine"); /* o has been freed */
	const korch__haproxy_source source = {.has_service = has_service,
	                                      .each = each,
	                                      .lead = lead,
	                                      .leave = leave,
	                                      .free = on_router_freed,
	                                      .userdata = o};
	korch_router *router = NULL;
	r = korch__router_haproxy_new(&router, loop, NULL, &source, err);
	if (r < 0)
		return r;
	o->router = router;
	*out = router;
	return 0;
}
