/* Rules of Services and EndpointSlices. */
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/problems.h"
#include "object/syntax.h"
#include <arpa/inet.h>
#include <korch/api/core_service.h>
#include <korch/api/discovery.h>
#include <string.h>

enum {
	AFFINITY_SECONDS_MAX = 86400,
	ADDRESSES_MAX = 100,
	ENDPOINTS_MAX = 1000,
	SLICE_PORTS_MAX = 100
};

static int is_headless(const korch_service_spec *spec)
{
	return korch__text_equal(spec->cluster_ip, "None");
}

static void check_target(const korch_service_port *port, const char *path, korch_problems *problems)
{
	const korch_int_or_string *target = &port->target_port;
	if (!target->is_set)
		return;
	if (target->text)
		korch__syntax_check(problems, path, "targetPort", KORCH_FORMAT_PORT_NAME, target->text);
	else if (target->number != 0 && korch__syntax_number(KORCH_FORMAT_PORT, target->number))
		korch__problem_field(problems, path, "targetPort", KORCH_PROBLEM_INVALID, "%d: %s",
		                     target->number,
		                     korch__syntax_number(KORCH_FORMAT_PORT, target->number));
}

void korch__service_port_validate(const void *self, const char *path, korch_problems *problems)
{
	check_target(self, path, problems);
}

static int same_protocol(const korch_service_port *a, const korch_service_port *b)
{
	return strcmp(a->protocol ? a->protocol : "TCP", b->protocol ? b->protocol : "TCP") == 0;
}

/* One port against those before it. */
static void check_twice(const korch_service_port *ports, size_t i, const char *path,
                        korch_problems *problems)
{
	for (size_t j = 0; j < i; j++) {
		if (!same_protocol(&ports[i], &ports[j]))
			continue;
		if (ports[i].node_port != 0 && ports[i].node_port == ports[j].node_port)
			korch__problem_field(problems, path, AT("ports[%zu].nodePort", i),
			                     KORCH_PROBLEM_DUPLICATE, "%d", ports[i].node_port);
		if (ports[i].port != ports[j].port)
			continue;
		korch__problem_field(problems, path, AT("ports[%zu]", i), KORCH_PROBLEM_DUPLICATE,
		                     "{\"protocol\":\"%s\",\"port\":%d}",
		                     ports[i].protocol ? ports[i].protocol : "TCP", ports[i].port);
		return;
	}
}

static void check_ports(const korch_service_spec *spec, const char *path, korch_problems *problems)
{
	korch_names names;
	int inside = !spec->type || korch__text_equal(spec->type, "ClusterIP");
	if (spec->n_ports == 0 && !is_headless(spec) && !korch__text_equal(spec->type, "ExternalName"))
		korch__problem_field(problems, path, "ports", KORCH_PROBLEM_REQUIRED, "%s", "");
	if (spec->n_ports > 1000) {
		korch__problem_field(problems, path, "ports", KORCH_PROBLEM_TOO_MANY,
		                     "%zu: must have at most 1000 items", spec->n_ports);
		return;
	}
	korch__names_init(&names, spec->n_ports);
	for (size_t i = 0; i < spec->n_ports; i++) {
		const korch_service_port *port = &spec->ports[i];
		if (spec->n_ports > 1 && !korch__text_or_empty(port->name)[0])
			korch__problem_field(problems, path, AT("ports[%zu].name", i), KORCH_PROBLEM_REQUIRED,
			                     "%s", "");
		else if (!korch__names_add(&names, port->name))
			korch__problem_field(problems, path, AT("ports[%zu].name", i), KORCH_PROBLEM_DUPLICATE,
			                     "\"%s\"", port->name);
		if (inside && port->node_port != 0)
			korch__problem_field(problems, path, AT("ports[%zu].nodePort", i),
			                     KORCH_PROBLEM_FORBIDDEN,
			                     "may not be used when `type` is 'ClusterIP'");
		check_twice(spec->ports, i, path, problems);
	}
	korch__names_fini(&names, problems);
}

static void check_affinity(const korch_service_spec *spec, const char *path,
                           korch_problems *problems)
{
	const korch_session_affinity_config *config = spec->session_affinity_config;
	const korch_client_ip_config *client = config ? config->client_ip : NULL;
	if (!korch__text_equal(spec->session_affinity, "ClientIP")) {
		if (config)
			korch__problem_field(problems, path, "sessionAffinityConfig", KORCH_PROBLEM_FORBIDDEN,
			                     "must not be set when session affinity is None");
		return;
	}
	if (!client || !KORCH_IS_SET(client, korch_client_ip_config, timeout_seconds))
		return; /* the default is filled in */
	if (client->timeout_seconds <= 0 || client->timeout_seconds > AFFINITY_SECONDS_MAX)
		korch__problem_field(
		    problems, path, "sessionAffinityConfig.clientIP.timeoutSeconds", KORCH_PROBLEM_INVALID,
		    "%d: must be greater than 0 and less than 86400", client->timeout_seconds);
}

static void check_external_name(const korch_service_spec *spec, const char *path,
                                korch_problems *problems)
{
	const char *name = korch__text_or_empty(spec->external_name);
	size_t n = strlen(name);
	char bare[256];
	if (spec->cluster_ip && *spec->cluster_ip)
		korch__problem_field(problems, path, "clusterIP", KORCH_PROBLEM_FORBIDDEN,
		                     "may not be set for ExternalName services");
	if (n == 0)
		korch__problem_field(problems, path, "externalName", KORCH_PROBLEM_REQUIRED, "%s", "");
	if (n == 0 || n >= sizeof(bare))
		return;
	memcpy(bare, name, n + 1);
	if (bare[n - 1] == '.')
		bare[n - 1] = '\0';
	korch__syntax_check(problems, path, "externalName", KORCH_FORMAT_DNS1123_SUBDOMAIN, bare);
}

static void check_reach(const korch_service_spec *spec, const char *path, korch_problems *problems)
{
	int balanced = korch__text_equal(spec->type, "LoadBalancer");
	int outside = balanced || korch__text_equal(spec->type, "NodePort") || spec->n_external_ips > 0;
	if (balanced && is_headless(spec))
		korch__problem_field(problems, path, "clusterIPs[0]", KORCH_PROBLEM_INVALID,
		                     "\"None\": may not be set to 'None' for LoadBalancer services");
	if (korch__text_equal(spec->type, "NodePort") && is_headless(spec))
		korch__problem_field(problems, path, "clusterIPs[0]", KORCH_PROBLEM_INVALID,
		                     "\"None\": may not be set to 'None' for NodePort services");
	if (!outside && spec->external_traffic_policy && *spec->external_traffic_policy)
		korch__problem_field(problems, path, "externalTrafficPolicy", KORCH_PROBLEM_INVALID,
		                     "\"%s\": may only be set for externally-accessible services",
		                     spec->external_traffic_policy);
	if (!balanced && spec->n_load_balancer_source_ranges > 0)
		korch__problem_field(problems, path, "loadBalancerSourceRanges", KORCH_PROBLEM_FORBIDDEN,
		                     "may only be used when `type` is 'LoadBalancer'");
	if (!balanced && KORCH_IS_SET(spec, korch_service_spec, allocate_load_balancer_node_ports))
		korch__problem_field(problems, path, "allocateLoadBalancerNodePorts",
		                     KORCH_PROBLEM_FORBIDDEN,
		                     "may only be used when `type` is 'LoadBalancer'");
	if (!balanced && spec->load_balancer_class && *spec->load_balancer_class)
		korch__problem_field(problems, path, "loadBalancerClass", KORCH_PROBLEM_FORBIDDEN,
		                     "may only be used when `type` is 'LoadBalancer'");
}

void korch__service_spec_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_service_spec *spec = self;
	check_ports(spec, path, problems);
	check_affinity(spec, path, problems);
	check_reach(spec, path, problems);
	if (korch__text_equal(spec->type, "ExternalName"))
		check_external_name(spec, path, problems);
	else if (!is_headless(spec))
		korch__syntax_check(problems, path, "clusterIP", KORCH_FORMAT_IP, spec->cluster_ip);
	if (spec->n_cluster_ips > 2)
		korch__problem_field(problems, path, "clusterIPs", KORCH_PROBLEM_INVALID,
		                     "may only hold up to 2 values");
	if (spec->n_cluster_ips > 0 && !korch__text_equal(spec->cluster_ips[0], spec->cluster_ip))
		korch__problem_field(problems, path, "clusterIPs", KORCH_PROBLEM_INVALID,
		                     "first value must match `clusterIP`");
	for (size_t i = 0; spec->selector && i < spec->selector->n; i++)
		korch__syntax_check(problems, path, "selector", KORCH_FORMAT_LABEL_VALUE,
		                    spec->selector->items[i].value);
}

void korch__service_validate_update(const void *self, const void *old_self, const char *path,
                                    korch_problems *problems)
{
	const korch_service_spec *spec = ((const korch_service *)self)->spec;
	const korch_service_spec *old = ((const korch_service *)old_self)->spec;
	if (!spec || !old || korch__text_equal(spec->type, "ExternalName") ||
	    korch__text_equal(old->type, "ExternalName") || !old->cluster_ip || !*old->cluster_ip)
		return;
	if (!korch__text_equal(spec->cluster_ip, old->cluster_ip))
		korch__problem(problems, "spec.clusterIPs[0]", KORCH_PROBLEM_INVALID,
		               "\"%s\": may not change once set", korch__text_or_empty(spec->cluster_ip));
}

static void check_address(const char *address, const char *type, const char *path,
                          const char *field, korch_problems *problems)
{
	unsigned char bytes[16];
	const char *text = korch__text_or_empty(address);
	if (korch__text_equal(type, "IPv4") && inet_pton(AF_INET, text, bytes) != 1)
		korch__problem_field(problems, path, field, KORCH_PROBLEM_INVALID,
		                     "\"%s\": must be an IPv4 address", text);
	if (korch__text_equal(type, "IPv6") && inet_pton(AF_INET6, text, bytes) != 1)
		korch__problem_field(problems, path, field, KORCH_PROBLEM_INVALID,
		                     "\"%s\": must be an IPv6 address", text);
	if (korch__text_equal(type, "FQDN"))
		korch__syntax_check(problems, path, field, KORCH_FORMAT_DNS1123_SUBDOMAIN, text);
}

static void check_slice_ports(const korch_endpoint_slice *slice, const char *path,
                              korch_problems *problems)
{
	korch_names names;
	int unnamed = 0;
	if (slice->n_ports > SLICE_PORTS_MAX) {
		korch__problem_field(problems, path, "ports", KORCH_PROBLEM_TOO_MANY,
		                     "%zu: must have at most %d items", slice->n_ports, SLICE_PORTS_MAX);
		return;
	}
	korch__names_init(&names, slice->n_ports);
	for (size_t i = 0; i < slice->n_ports; i++) {
		const char *name = korch__text_or_empty(slice->ports[i].name);
		int twice = *name ? !korch__names_add(&names, name) : unnamed++ > 0;
		if (twice)
			korch__problem_field(problems, path, AT("ports[%zu].name", i), KORCH_PROBLEM_DUPLICATE,
			                     "\"%s\"", name);
	}
	korch__names_fini(&names, problems);
}

void korch__endpoint_slice_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_endpoint_slice *slice = self;
	if (slice->n_endpoints > ENDPOINTS_MAX)
		korch__problem_field(problems, path, "endpoints", KORCH_PROBLEM_TOO_MANY,
		                     "%zu: must have at most %d items", slice->n_endpoints, ENDPOINTS_MAX);
	for (size_t i = 0; i < slice->n_endpoints && i < ENDPOINTS_MAX; i++) {
		const korch_endpoint *endpoint = &slice->endpoints[i];
		if (endpoint->n_addresses > ADDRESSES_MAX)
			korch__problem_field(problems, path, AT("endpoints[%zu].addresses", i),
			                     KORCH_PROBLEM_TOO_MANY, "%zu: must have at most %d items",
			                     endpoint->n_addresses, ADDRESSES_MAX);
		for (size_t j = 0; j < endpoint->n_addresses && j < ADDRESSES_MAX; j++)
			check_address(endpoint->addresses[j], slice->address_type, path,
			              AT("endpoints[%zu].addresses[%zu]", i, j), problems);
	}
	check_slice_ports(slice, path, problems);
}
