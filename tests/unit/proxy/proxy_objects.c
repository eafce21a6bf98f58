/* Literal Services and EndpointSlices for the proxy's tests. */
#include "proxy_objects.h"

static void name_it(korch_object *object, const char *name)
{
	korch_object_meta *meta = korch_object_edit_meta(object);
	korch_string_set(&meta->namespace_, "shop");
	korch_string_set(&meta->name, name);
}

korch_service *service_make(const char *name, const char *cluster_ip)
{
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_new(&object, &korch_service_kind), 0);
	name_it(object, name);
	korch_service *service = (korch_service *)object;
	korch_service_spec *spec = korch_struct_edit(&service->spec, &korch_service_spec_type);
	korch_string_set(&spec->cluster_ip, cluster_ip);
	korch_string_set(&spec->type, "ClusterIP");
	return service;
}

void service_port(korch_service *service, const char *name, const char *protocol, int32_t port,
                  int32_t node_port)
{
	korch_service_spec *spec = service->spec;
	size_t i = spec->n_ports;
	korch_service_port *ports =
	    korch_list_edit(&spec->ports, &spec->n_ports, &korch_service_port_type, i + 1);
	korch_string_set(&ports[i].name, name);
	korch_string_set(&ports[i].protocol, protocol);
	ports[i].port = port;
	ports[i].node_port = node_port;
}

void service_affinity(korch_service *service, int32_t timeout_seconds)
{
	korch_service_spec *spec = service->spec;
	korch_string_set(&spec->session_affinity, "ClientIP");
	if (timeout_seconds == 0)
		return;
	korch_session_affinity_config *config =
	    korch_struct_edit(&spec->session_affinity_config, &korch_session_affinity_config_type);
	korch_client_ip_config *client =
	    korch_struct_edit(&config->client_ip, &korch_client_ip_config_type);
	client->timeout_seconds = timeout_seconds;
}

korch_endpoint_slice *slice_make(const char *service, const char *port_name, const char *protocol,
                                 int32_t port)
{
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_new(&object, &korch_endpoint_slice_kind), 0);
	name_it(object, service);
	korch_map_set(&korch_object_edit_meta(object)->labels, "kubernetes.io/service-name", service);
	korch_endpoint_slice *slice = (korch_endpoint_slice *)object;
	korch_string_set(&slice->address_type, "IPv4");
	korch_endpoint_port *ports =
	    korch_list_edit(&slice->ports, &slice->n_ports, &korch_endpoint_port_type, 1);
	korch_string_set(&ports->name, port_name);
	korch_string_set(&ports->protocol, protocol);
	ports->port = port;
	return slice;
}

void slice_add(korch_endpoint_slice *slice, endpoint_row row)
{
	size_t i = slice->n_endpoints;
	korch_endpoint *endpoint =
	    korch_list_edit(&slice->endpoints, &slice->n_endpoints, &korch_endpoint_type, i + 1);
	endpoint += i;
	const char **addresses =
	    korch_string_list_edit(&endpoint->addresses, &endpoint->n_addresses, 1);
	korch_string_set(&addresses[0], row.address);
	korch_string_set(&endpoint->node_name, row.node);
	if (row.conditions == UNSET)
		return;
	korch_endpoint_conditions *c =
	    korch_struct_edit(&endpoint->conditions, &korch_endpoint_conditions_type);
	KORCH_SET(c, korch_endpoint_conditions, ready, !!(row.conditions & READY));
	KORCH_SET(c, korch_endpoint_conditions, serving, !!(row.conditions & SERVING));
	KORCH_SET(c, korch_endpoint_conditions, terminating, !!(row.conditions & TERMINATING));
}
