/*
 * The table of a Service's ports, made from the Service and its EndpointSlices by the rules of
 * kube-proxy. Pure.
 */
#include "base/cleanup.h"
#include "proxy/balance.h"

#include <stdlib.h>
#include <string.h>

enum { NO_GROUP = UINT32_MAX / 2 };

typedef KORCH_VEC(korch_balance_port) port_vec;
typedef KORCH_VEC(korch_proxy_address) address_vec;
typedef KORCH_VEC(korch_balance_endpoint) endpoint_vec;

static int same_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

static void port_fini(korch_balance_port *port)
{
	korch_string_unref(port->name);
	korch__free(port->frontends);
	korch__free(port->endpoints);
	korch__free(port->groups);
	korch__free(port->members);
}

void korch__balance_table_fini(korch_balance_table *table)
{
	for (size_t i = 0; i < table->n_ports; i++)
		port_fini(&table->ports[i]);
	korch__free(table->ports);
	*table = (korch_balance_table){0};
}

/* Frontends */

static int add_address(address_vec *to, const char *ip, int32_t port, uint8_t family)
{
	korch_proxy_address address;
	if (korch__proxy_address_parse(&address, ip, port) < 0 || address.family != family)
		return 0; /* "None", an address of the other family, or nothing that one can listen at */
	for (size_t i = 0; i < to->n; i++)
		if (korch__proxy_address_compare(&to->items[i], &address) == 0)
			return 0;
	return korch__vec_push(to, address);
}

static int add_internal(address_vec *to, const korch_service_spec *spec, int32_t port,
                        uint8_t family)
{
	int r = add_address(to, spec->cluster_ip, port, family);
	for (size_t i = 0; r == 0 && i < spec->n_cluster_ips; i++)
		r = add_address(to, spec->cluster_ips[i], port, family);
	return r;
}

/* Addresses for traffic from outside: the node's port on loopback, and further addresses. */
static int add_external(address_vec *to, const korch_service_spec *spec,
                        const korch_service_port *port, uint8_t family)
{
	int r = 0;
	if (port->node_port > 0 &&
	    (same_text(spec->type, "NodePort") || same_text(spec->type, "LoadBalancer")))
		r = add_address(to, family == 6 ? "::1" : "127.0.0.1", port->node_port, family);
	for (size_t i = 0; r == 0 && i < spec->n_external_ips; i++)
		r = add_address(to, spec->external_ips[i], port->port, family);
	return r;
}

/* Endpoints */

static int is_true(const korch_endpoint_conditions *conditions, size_t offset, int32_t value,
                   int absent)
{
	if (!conditions || !korch_field_is_set(conditions, &korch_endpoint_conditions_type, offset))
		return absent;
	return value != 0;
}

static korch_balance_endpoint endpoint_of(const korch_endpoint *endpoint)
{
	const korch_endpoint_conditions *c = endpoint->conditions;
	return (korch_balance_endpoint){
	    .ready =
	        (uint8_t)is_true(c, offsetof(korch_endpoint_conditions, ready), c ? c->ready : 0, 1),
	    .serving = (uint8_t)is_true(c, offsetof(korch_endpoint_conditions, serving),
	                                c ? c->serving : 0, 1),
	    .terminating = (uint8_t)is_true(c, offsetof(korch_endpoint_conditions, terminating),
	                                    c ? c->terminating : 0, 0),
	};
}

/* Index of an endpoint's share; NO_GROUP: it has none. */
static uint32_t group_of(const korch_balance_input *input, const korch_endpoint *endpoint)
{
	const korch_balance_route *route = input->route;
	const char *name =
	    input->group_of ? input->group_of(input->group_userdata,
	                                      korch_object_namespace(&input->service->object), endpoint)
	                    : NULL;
	for (size_t i = 0; name && i < route->n_shares; i++)
		if (!strcmp(route->shares[i].name, name))
			return (uint32_t)i;
	return NO_GROUP;
}

static int add_endpoints(endpoint_vec *to, const korch_balance_input *input,
                         const korch_endpoint_slice *slice, int32_t number, const char *node_name)
{
	for (size_t i = 0; i < slice->n_endpoints && to->n < KORCH_BALANCE_ENDPOINTS_MAX; i++) {
		const korch_endpoint *given = &slice->endpoints[i];
		if (given->n_addresses == 0 || (node_name && !same_text(given->node_name, node_name)))
			continue;
		korch_balance_endpoint endpoint = endpoint_of(given);
		/* Several addresses are the same thing: the first one stands for it. */
		if (korch__proxy_address_parse(&endpoint.address, given->addresses[0], number) < 0)
			continue;
		if (input->route && input->route->n_shares)
			endpoint.group = group_of(input, given);
		if (korch__vec_push(to, endpoint) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* How good an endpoint is; of two with one address the better one counts. */
static int rank(const korch_balance_endpoint *endpoint)
{
	return endpoint->ready ? 3 : endpoint->serving ? 2 : endpoint->terminating ? 0 : 1;
}

static int compare_endpoints(const void *a, const void *b)
{
	const korch_balance_endpoint *left = a, *right = b;
	int order = korch__proxy_address_compare(&left->address, &right->address);
	return order ? order : rank(right) - rank(left);
}

static void drop_doubles(endpoint_vec *endpoints)
{
	size_t kept = 0;
	for (size_t i = 0; i < endpoints->n; i++) {
		if (kept && korch__proxy_address_compare(&endpoints->items[kept - 1].address,
		                                         &endpoints->items[i].address) == 0)
			continue;
		endpoints->items[kept++] = endpoints->items[i];
	}
	endpoints->n = kept;
}

/* Shares without weight get no new connections, whatever else there is. */
static int has_weight(const korch_balance_port *port, const korch_balance_endpoint *endpoint)
{
	return port->n_groups == 0 ||
	       (endpoint->group != NO_GROUP && port->groups[endpoint->group].weight > 0);
}

/* Puts the usable ones first: the ready ones; when there are none, those that still serve. */
static int part_usable(korch_balance_port *port, const endpoint_vec *sorted)
{
	int any_ready = 0;
	size_t n = 0;
	for (size_t i = 0; i < sorted->n; i++)
		any_ready |= sorted->items[i].ready && has_weight(port, &sorted->items[i]);
	port->endpoints = korch__calloc(sorted->n, sizeof(*port->endpoints));
	if (!port->endpoints)
		return KORCH_E_NOMEM;
	for (int usable = 1; usable >= 0; usable--) {
		for (size_t i = 0; i < sorted->n; i++) {
			const korch_balance_endpoint *e = &sorted->items[i];
			int is_usable =
			    has_weight(port, e) && (any_ready ? e->ready : e->serving && e->terminating);
			if (usable == is_usable)
				port->endpoints[n++] = *e;
		}
		if (usable)
			port->n_usable = n;
	}
	port->n_endpoints = n;
	return 0;
}

/* Lists the usable endpoints of each group. */
static int fill_groups(korch_balance_port *port)
{
	uint32_t n = 0;
	if (port->n_groups == 0 || port->n_usable == 0)
		return 0;
	port->members = korch__calloc(port->n_usable, sizeof(*port->members));
	if (!port->members)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < port->n_groups; i++) {
		port->groups[i].first = n;
		for (size_t j = 0; j < port->n_usable; j++)
			if (port->endpoints[j].group == i)
				port->members[n++] = (uint32_t)j;
		port->groups[i].n = n - port->groups[i].first;
	}
	return 0;
}

static int make_groups(korch_balance_port *port, const korch_balance_route *route)
{
	if (!route || route->n_shares == 0)
		return 0;
	port->groups = korch__calloc(route->n_shares, sizeof(*port->groups));
	if (!port->groups)
		return KORCH_E_NOMEM;
	port->n_groups = route->n_shares;
	for (size_t i = 0; i < route->n_shares; i++)
		port->groups[i].weight = route->shares[i].weight;
	return 0;
}

/* Everything goes through one place, another proxy's: the only endpoint. */
static int fill_via(korch_balance_port *port, const korch_proxy_address *via)
{
	port->endpoints = korch__calloc(1, sizeof(*port->endpoints));
	if (!port->endpoints)
		return KORCH_E_NOMEM;
	port->endpoints[0] = (korch_balance_endpoint){.address = *via, .ready = 1, .serving = 1};
	port->n_endpoints = port->n_usable = 1;
	return 0;
}

static int fill_endpoints(korch_balance_port *port, const korch_balance_input *input)
{
	const korch_balance_route *route = input->route;
	if (route && route->via && port->protocol == KORCH_PROXY_TCP && port->port == route->via_port)
		return fill_via(port, route->via);
	const char *protocol = port->protocol == KORCH_PROXY_UDP ? "UDP" : "TCP";
	endpoint_vec found = {0};
	int r = make_groups(port, route);
	for (size_t i = 0; r == 0 && i < input->n_slices; i++) {
		const korch_endpoint_slice *slice = input->slices[i];
		if (!same_text(slice->address_type, port->family == 6 ? "IPv6" : "IPv4"))
			continue;
		for (size_t j = 0; r == 0 && j < slice->n_ports; j++) {
			const korch_endpoint_port *p = &slice->ports[j];
			if (same_text(p->name, port->name) &&
			    same_text(p->protocol ? p->protocol : "TCP", protocol))
				r = add_endpoints(&found, input, slice, p->port,
				                  port->local ? input->node_name : NULL);
		}
	}
	if (r == 0 && found.n) {
		qsort(found.items, found.n, sizeof(*found.items), compare_endpoints);
		drop_doubles(&found);
		r = part_usable(port, &found);
		if (r == 0)
			r = fill_groups(port);
	}
	korch__vec_fini(&found);
	return r;
}

/* Ports */

static int64_t affinity_of(const korch_service_spec *spec)
{
	if (!same_text(spec->session_affinity, "ClientIP"))
		return 0;
	const korch_session_affinity_config *config = spec->session_affinity_config;
	int64_t seconds = config && config->client_ip ? config->client_ip->timeout_seconds : 0;
	return (seconds > 0 ? seconds : KORCH_BALANCE_AFFINITY_SECONDS) * KORCH_USEC_PER_SEC;
}

static int protocol_of(const korch_service_port *port)
{
	if (!port->protocol || same_text(port->protocol, "TCP"))
		return KORCH_PROXY_TCP;
	return same_text(port->protocol, "UDP") ? KORCH_PROXY_UDP : -1;
}

static int has_port(const port_vec *ports, const korch_balance_port *port)
{
	for (size_t i = 0; i < ports->n; i++)
		if (korch__balance_port_same(&ports->items[i], port))
			return 1;
	return 0;
}

/* Adds the port with the given frontends, which it takes. */
static int add_port(port_vec *to, const korch_balance_input *input, korch_balance_port port,
                    address_vec *frontends)
{
	port.frontends = frontends->items;
	port.n_frontends = frontends->n;
	*frontends = (address_vec){0};
	korch_string_ref(port.name);
	int r = fill_endpoints(&port, input);
	if (port.n_usable == 0)
		port.n_frontends = 0; /* nothing listens, so that clients are refused at once */
	if (r == 0)
		r = korch__vec_push(to, port);
	if (r < 0)
		port_fini(&port);
	return r;
}

/* The families of a Service are those of its addresses; IPv4 while it has none. */
static int has_family(const korch_service_spec *spec, uint8_t family)
{
	korch_proxy_address address;
	if (!spec->cluster_ip && spec->n_cluster_ips == 0)
		return family == 4;
	int found =
	    korch__proxy_address_parse(&address, spec->cluster_ip, 1) == 0 && address.family == family;
	for (size_t i = 0; i < spec->n_cluster_ips; i++)
		found |= korch__proxy_address_parse(&address, spec->cluster_ips[i], 1) == 0 &&
		         address.family == family;
	return found;
}

/* The entries of one Service port in one family: one, or two when the policies differ. */
static int add_family(port_vec *to, const korch_balance_input *input,
                      const korch_service_port *given, uint8_t family)
{
	const korch_service_spec *spec = input->service->spec;
	int local_internal = same_text(spec->internal_traffic_policy, "Local");
	int local_external = same_text(spec->external_traffic_policy, "Local");
	int r = 0;
	for (int local = 0; r == 0 && local <= 1 && has_family(spec, family); local++) {
		address_vec frontends = {0};
		korch_balance_port port = {
		    .name = given->name,
		    .port = given->port,
		    .protocol = (uint8_t)protocol_of(given),
		    .family = family,
		    .local = (uint8_t)local,
		    .affinity_us = affinity_of(spec),
		};
		if (local == local_internal)
			r = add_internal(&frontends, spec, given->port, family);
		if (r == 0 && local == local_external)
			r = add_external(&frontends, spec, given, family);
		if (r == 0 && frontends.n && !has_port(to, &port))
			r = add_port(to, input, port, &frontends);
		korch__vec_fini(&frontends);
	}
	return r;
}

/* Headless Services, names for something outside, and those of another proxy have no ports here. */
static int is_balanced(const korch_service *service)
{
	const korch_service_spec *spec = service->spec;
	if (!spec || same_text(spec->type, "ExternalName") || same_text(spec->cluster_ip, "None"))
		return 0;
	const korch_object_meta *meta = service->object.metadata;
	return !meta || !korch_map_get(meta->labels, "service.kubernetes.io/service-proxy-name");
}

int korch__balance_table_make(korch_balance_table *out, const korch_balance_input *input)
{
	port_vec ports = {0};
	int r = 0;
	if (is_balanced(input->service)) {
		const korch_service_spec *spec = input->service->spec;
		for (size_t i = 0; r == 0 && i < spec->n_ports; i++) {
			if (protocol_of(&spec->ports[i]) < 0)
				continue; /* SCTP */
			r = add_family(&ports, input, &spec->ports[i], 4);
			if (r == 0)
				r = add_family(&ports, input, &spec->ports[i], 6);
		}
	}
	korch_balance_table table = {ports.items, ports.n};
	if (r < 0)
		korch__balance_table_fini(&table);
	else
		*out = table;
	return r;
}
