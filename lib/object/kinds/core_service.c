/*
 * Services: the tables of the structs in <korch/api/core_service.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/core_service.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field service_port_fields[] = {
	STRING(korch_service_port, name, "name", 1, 0, "name"),
	STRING(korch_service_port, protocol, "protocol", 2, 0, "protocol"),
	STRING(korch_service_port, app_protocol, "appProtocol", 6, 0, "appProtocol"),
	INT32(korch_service_port, port, "port", 3, 0, "port"),
	INT_OR_STRING(korch_service_port, target_port, "targetPort", 4, 0, "targetPort"),
	INT32(korch_service_port, node_port, "nodePort", 5, 0, "nodePort"),
};
const korch_type korch_service_port_type = TYPE("ServicePort", korch_service_port, service_port_fields, "ServicePort");

static const korch_field client_ip_config_fields[] = {
	INT32(korch_client_ip_config, timeout_seconds, "timeoutSeconds", 1, 0, "timeoutSeconds"),
};
const korch_type korch_client_ip_config_type = TYPE("ClientIPConfig", korch_client_ip_config, client_ip_config_fields, "ClientIPConfig");

static const korch_field session_affinity_config_fields[] = {
	STRUCT(korch_session_affinity_config, client_ip, korch_client_ip_config_type, "clientIP", 1, 0, "clientIP"),
};
const korch_type korch_session_affinity_config_type = TYPE("SessionAffinityConfig", korch_session_affinity_config, session_affinity_config_fields, "SessionAffinityConfig");

static const korch_field service_spec_fields[] = {
	LIST_STRUCT(korch_service_spec, ports, n_ports, korch_service_port_type, "ports", 1, 0, "ports", .merge_key = "port,protocol"),
	MAP_STRING(korch_service_spec, selector, "selector", 2, ATOMIC, "selector"),
	STRING(korch_service_spec, cluster_ip, "clusterIP", 3, 0, "clusterIP"),
	LIST_STRING(korch_service_spec, cluster_ips, n_cluster_ips, "clusterIPs", 18, ATOMIC, "clusterIPs"),
	STRING(korch_service_spec, type, "type", 4, 0, "type"),
	LIST_STRING(korch_service_spec, external_ips, n_external_ips, "externalIPs", 5, ATOMIC, "externalIPs"),
	STRING(korch_service_spec, session_affinity, "sessionAffinity", 7, 0, "sessionAffinity"),
	STRING(korch_service_spec, load_balancer_ip, "loadBalancerIP", 8, 0, "loadBalancerIP"),
	LIST_STRING(korch_service_spec, load_balancer_source_ranges, n_load_balancer_source_ranges, "loadBalancerSourceRanges", 9, ATOMIC, "loadBalancerSourceRanges"),
	STRING(korch_service_spec, external_name, "externalName", 10, 0, "externalName"),
	STRING(korch_service_spec, external_traffic_policy, "externalTrafficPolicy", 11, 0, "externalTrafficPolicy"),
	INT32(korch_service_spec, health_check_node_port, "healthCheckNodePort", 12, 0, "healthCheckNodePort"),
	BOOL(korch_service_spec, publish_not_ready_addresses, "publishNotReadyAddresses", 13, 0, "publishNotReadyAddresses"),
	STRUCT(korch_service_spec, session_affinity_config, korch_session_affinity_config_type, "sessionAffinityConfig", 14, 0, "sessionAffinityConfig"),
	LIST_STRING(korch_service_spec, ip_families, n_ip_families, "ipFamilies", 19, ATOMIC, "ipFamilies"),
	STRING(korch_service_spec, ip_family_policy, "ipFamilyPolicy", 17, 0, "ipFamilyPolicy"),
	BOOL(korch_service_spec, allocate_load_balancer_node_ports, "allocateLoadBalancerNodePorts", 20, 0, "allocateLoadBalancerNodePorts"),
	STRING(korch_service_spec, load_balancer_class, "loadBalancerClass", 21, 0, "loadBalancerClass"),
	STRING(korch_service_spec, internal_traffic_policy, "internalTrafficPolicy", 22, 0, "internalTrafficPolicy"),
	STRING(korch_service_spec, traffic_distribution, "trafficDistribution", 23, 0, "trafficDistribution"),
};
const korch_type korch_service_spec_type = TYPE("ServiceSpec", korch_service_spec, service_spec_fields, "ServiceSpec");

static const korch_field port_status_fields[] = {
	INT32(korch_port_status, port, "port", 1, 0, "port"),
	STRING(korch_port_status, protocol, "protocol", 2, 0, "protocol"),
	STRING(korch_port_status, error, "error", 3, 0, "error"),
};
const korch_type korch_port_status_type = TYPE("PortStatus", korch_port_status, port_status_fields, "PortStatus");

static const korch_field load_balancer_ingress_fields[] = {
	STRING(korch_load_balancer_ingress, ip, "ip", 1, 0, "ip"),
	STRING(korch_load_balancer_ingress, hostname, "hostname", 2, 0, "hostname"),
	STRING(korch_load_balancer_ingress, ip_mode, "ipMode", 3, 0, "ipMode"),
	LIST_STRUCT(korch_load_balancer_ingress, ports, n_ports, korch_port_status_type, "ports", 4, ATOMIC, "ports"),
};
const korch_type korch_load_balancer_ingress_type = TYPE("LoadBalancerIngress", korch_load_balancer_ingress, load_balancer_ingress_fields, "LoadBalancerIngress");

static const korch_field load_balancer_status_fields[] = {
	LIST_STRUCT(korch_load_balancer_status, ingress, n_ingress, korch_load_balancer_ingress_type, "ingress", 1, ATOMIC, "ingress"),
};
const korch_type korch_load_balancer_status_type = TYPE("LoadBalancerStatus", korch_load_balancer_status, load_balancer_status_fields, "LoadBalancerStatus");

static const korch_field service_status_fields[] = {
	STRUCT(korch_service_status, load_balancer, korch_load_balancer_status_type, "loadBalancer", 1, 0, "loadBalancer"),
	LIST_STRUCT(korch_service_status, conditions, n_conditions, korch_condition_type, "conditions", 2, 0, "conditions", .merge_key = "type"),
};
const korch_type korch_service_status_type = TYPE("ServiceStatus", korch_service_status, service_status_fields, "ServiceStatus");

static const korch_field service_fields[] = {
	STRUCT(korch_service, object.metadata, korch_object_meta_type, "metadata", 1, 0, "metadata"),
	STRUCT(korch_service, spec, korch_service_spec_type, "spec", 2, 0, "spec"),
	STRUCT(korch_service, status, korch_service_status_type, "status", 3, 0, "status"),
};
const korch_type korch_service_type = TYPE("Service", korch_service, service_fields, "Service");
