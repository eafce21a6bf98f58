/* Defaults of Services that depend on other fields. Fixed defaults stand in the table. */
#include "base/text.h"
#include "object/kinds/hooks.h"
#include <korch/api/core_service.h>
#include <string.h>

enum { CLIENT_SECONDS = 10800 };

static int is_zero_port(const korch_int_or_string *port)
{
	return !port->is_set || (port->text ? port->text[0] == '\0' : port->number == 0);
}

static int default_ports(korch_service_spec *spec)
{
	if (spec->n_ports == 0)
		return 0;
	korch_service_port *ports =
	    korch_list_edit(&spec->ports, &spec->n_ports, &korch_service_port_type, spec->n_ports);
	if (!ports)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < spec->n_ports; i++) {
		korch_int_or_string *target = &ports[i].target_port;
		if (!is_zero_port(target))
			continue;
		korch_string_set(&target->text, NULL);
		*target = (korch_int_or_string){.number = ports[i].port, .is_set = 1};
	}
	return 0;
}

static int default_affinity(korch_service_spec *spec)
{
	if (!korch__text_equal(spec->session_affinity, "ClientIP")) {
		korch_block_share(&spec->session_affinity_config, NULL);
		korch_field_mark(spec, &korch_service_spec_type,
		                 offsetof(korch_service_spec, session_affinity_config), 0);
		return 0;
	}
	korch_session_affinity_config *config =
	    korch_struct_edit(&spec->session_affinity_config, &korch_session_affinity_config_type);
	korch_client_ip_config *client =
	    config ? korch_struct_edit(&config->client_ip, &korch_client_ip_config_type) : NULL;
	if (!client)
		return KORCH_E_NOMEM;
	if (!KORCH_IS_SET(client, korch_client_ip_config, timeout_seconds))
		KORCH_SET(client, korch_client_ip_config, timeout_seconds, CLIENT_SECONDS);
	return 0;
}

static int default_policies(korch_service_spec *spec)
{
	int balanced = korch__text_equal(spec->type, "LoadBalancer");
	int outside = balanced || korch__text_equal(spec->type, "NodePort") ||
	              (korch__text_equal(spec->type, "ClusterIP") && spec->n_external_ips > 0);
	if (outside && !spec->external_traffic_policy &&
	    korch_string_set(&spec->external_traffic_policy, "Cluster") < 0)
		return KORCH_E_NOMEM;
	if (!korch__text_equal(spec->type, "ExternalName") && !spec->internal_traffic_policy &&
	    korch_string_set(&spec->internal_traffic_policy, "Cluster") < 0)
		return KORCH_E_NOMEM;
	if (balanced && !KORCH_IS_SET(spec, korch_service_spec, allocate_load_balancer_node_ports))
		KORCH_SET(spec, korch_service_spec, allocate_load_balancer_node_ports, 1);
	return 0;
}

int korch__service_set_defaults(void *self)
{
	korch_service *service = self;
	korch_service_spec *spec = korch_struct_edit(&service->spec, &korch_service_spec_type);
	if (!spec)
		return KORCH_E_NOMEM;
	if (!spec->type && korch_string_set(&spec->type, "ClusterIP") < 0)
		return KORCH_E_NOMEM;
	if (!spec->session_affinity && korch_string_set(&spec->session_affinity, "None") < 0)
		return KORCH_E_NOMEM;
	int result = default_ports(spec);
	if (result == 0)
		result = default_affinity(spec);
	return result == 0 ? default_policies(spec) : result;
}
