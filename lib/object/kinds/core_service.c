/*
 * Services: the tables of the structs in <korch/api/core_service.h>.
 * One line per field; rules over several fields stand in validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/core_service.h>

#define S korch_service_port
static const korch_field service_port_fields[] = {
    STRING(name, "name", 1, 0, "Name, needed when there are several",
           .format = KORCH_FORMAT_DNS1123_LABEL),
    STRING(protocol, "protocol", 2, 0, "Transport protocol",
           .allowed = ALLOWED("SCTP", "TCP", "UDP"), .default_json = "\"TCP\""),
    STRING(app_protocol, "appProtocol", 6, POINTER, "Protocol of the application",
           .format = KORCH_FORMAT_QUALIFIED_NAME),
    INT32(port, "port", 3, REQUIRED | EMIT, "Port of the Service", .format = KORCH_FORMAT_PORT),
    INT_OR_STRING(target_port, "targetPort", 4, 0,
                  "Port of the pods by number or name; the same when absent"),
    INT32(node_port, "nodePort", 5, 0, "Port of every node that leads here",
          .format = KORCH_FORMAT_PORT_OR_ZERO),
};
const korch_type korch_service_port_type =
    TYPE("ServicePort", service_port_fields, "A port of a Service",
         .validate = korch__service_port_validate);
#undef S

#define S korch_client_ip_config
static const korch_field client_ip_config_fields[] = {
    INT32(timeout_seconds, "timeoutSeconds", 1, POINTER,
          "Seconds that a client stays with its pod"),
};
const korch_type korch_client_ip_config_type =
    TYPE("ClientIPConfig", client_ip_config_fields, "How clients stay with one pod");
#undef S

#define S korch_session_affinity_config
static const korch_field session_affinity_config_fields[] = {
    STRUCT(client_ip, korch_client_ip_config, "clientIP", 1, 0, "By the client's address"),
};
const korch_type korch_session_affinity_config_type =
    TYPE("SessionAffinityConfig", session_affinity_config_fields, "Settings of session affinity");
#undef S

#define S korch_service_spec
static const korch_field service_spec_fields[] = {
    LIST_STRUCT(ports, korch_service_port, "ports", 1, 0, "Ports that it offers",
                .merge_key = "port,protocol"),
    MAP_STRING(selector, "selector", 2, ATOMIC, "Labels of the pods",
               .format = KORCH_FORMAT_QUALIFIED_NAME),
    STRING(cluster_ip, "clusterIP", 3, 0, "Its address; None for no address of its own"),
    LIST_STRING(cluster_ips, "clusterIPs", 18, ATOMIC, "All its addresses"),
    STRING(type, "type", 4, 0, "How it can be reached",
           .allowed = ALLOWED("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"),
           .default_json = "\"ClusterIP\""),
    LIST_STRING(external_ips, "externalIPs", 5, ATOMIC,
                "Further addresses at which nodes take traffic for it", .format = KORCH_FORMAT_IP),
    STRING(session_affinity, "sessionAffinity", 7, 0, "Whether a client stays with one pod",
           .allowed = ALLOWED("ClientIP", "None"), .default_json = "\"None\""),
    STRING(load_balancer_ip, "loadBalancerIP", 8, DEPRECATED,
           "Address that the load balancer should have"),
    LIST_STRING(load_balancer_source_ranges, "loadBalancerSourceRanges", 9, ATOMIC,
                "Networks that the load balancer lets in"),
    STRING(external_name, "externalName", 10, 0, "Name that it is an alias of"),
    STRING(external_traffic_policy, "externalTrafficPolicy", 11, 0,
           "Whether traffic from outside stays on the node",
           .allowed = ALLOWED("Cluster", "Local")),
    INT32(health_check_node_port, "healthCheckNodePort", 12, 0,
          "Port that tells load balancers which nodes have pods",
          .format = KORCH_FORMAT_PORT_OR_ZERO),
    BOOL(publish_not_ready_addresses, "publishNotReadyAddresses", 13, 0,
         "Whether pods that are not ready count too"),
    STRUCT(session_affinity_config, korch_session_affinity_config, "sessionAffinityConfig", 14, 0,
           "Settings of session affinity"),
    LIST_STRING(ip_families, "ipFamilies", 19, ATOMIC, "Address families, the first one first",
                .allowed = ALLOWED("IPv4", "IPv6")),
    STRING(ip_family_policy, "ipFamilyPolicy", 17, POINTER, "One or two address families",
           .allowed = ALLOWED("SingleStack", "PreferDualStack", "RequireDualStack")),
    BOOL(allocate_load_balancer_node_ports, "allocateLoadBalancerNodePorts", 20, POINTER,
         "Whether a load balancer gets node ports"),
    STRING(load_balancer_class, "loadBalancerClass", 21, POINTER, "Which load balancer",
           .format = KORCH_FORMAT_QUALIFIED_NAME),
    STRING(internal_traffic_policy, "internalTrafficPolicy", 22, POINTER,
           "Whether traffic from inside stays on the node", .allowed = ALLOWED("Cluster", "Local")),
    STRING(traffic_distribution, "trafficDistribution", 23, POINTER,
           "Which pods are liked better, such as near ones",
           .allowed = ALLOWED("PreferClose", "PreferSameZone", "PreferSameNode")),
};
const korch_type korch_service_spec_type =
    TYPE("ServiceSpec", service_spec_fields, "Which pods a Service leads to, and how",
         .validate = korch__service_spec_validate);
#undef S

#define S korch_port_status
static const korch_field port_status_fields[] = {
    INT32(port, "port", 1, REQUIRED | EMIT, "Port number"),
    STRING(protocol, "protocol", 2, EMIT, "Transport protocol",
           .allowed = ALLOWED("SCTP", "TCP", "UDP")),
    STRING(error, "error", 3, POINTER, "What is wrong with it"),
};
const korch_type korch_port_status_type =
    TYPE("PortStatus", port_status_fields, "State of a port of a load balancer");
#undef S

#define S korch_load_balancer_ingress
static const korch_field load_balancer_ingress_fields[] = {
    STRING(ip, "ip", 1, 0, "Its address", .format = KORCH_FORMAT_IP),
    STRING(hostname, "hostname", 2, 0, "Its name"),
    STRING(ip_mode, "ipMode", 3, POINTER, "Whether traffic arrives with the balancer's address",
           .allowed = ALLOWED("VIP", "Proxy")),
    LIST_STRUCT(ports, korch_port_status, "ports", 4, ATOMIC, "State of its ports"),
};
const korch_type korch_load_balancer_ingress_type =
    TYPE("LoadBalancerIngress", load_balancer_ingress_fields, "An entry of a load balancer");
#undef S

#define S korch_load_balancer_status
static const korch_field load_balancer_status_fields[] = {
    LIST_STRUCT(ingress, korch_load_balancer_ingress, "ingress", 1, ATOMIC,
                "Where it takes traffic"),
};
const korch_type korch_load_balancer_status_type =
    TYPE("LoadBalancerStatus", load_balancer_status_fields, "State of a load balancer");
#undef S

#define S korch_service_status
static const korch_field service_status_fields[] = {
    STRUCT(load_balancer, korch_load_balancer_status, "loadBalancer", 1, 0,
           "State of its load balancer"),
    LIST_STRUCT(conditions, korch_condition, "conditions", 2, 0, "Aspects of its state",
                .merge_key = "type"),
};
const korch_type korch_service_status_type =
    TYPE("ServiceStatus", service_status_fields, "State of a Service");
#undef S

#define S korch_service
static const korch_field service_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_service_spec, "spec", 2, 0, "Which pods it leads to, and how"),
    STRUCT(status, korch_service_status, "status", 3, 0, "State of it"),
};
const korch_type korch_service_type = TYPE(
    "Service", service_fields, "An address that leads to pods",
    .set_defaults = korch__service_set_defaults, .validate_update = korch__service_validate_update);
#undef S
