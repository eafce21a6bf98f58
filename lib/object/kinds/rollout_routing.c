/*
 * How a Rollout steers traffic: the tables of the structs in <korch/api/rollout_routing.h>. One
 * line per field; rules over several fields stand in validate_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/rollout_routing.h>

#define S korch_stickiness_config
static const korch_field stickiness_config_fields[] = {
    BOOL(enabled, "enabled", 1, EMIT, "Whether clients stay"),
    INT64(duration_seconds, "durationSeconds", 2, EMIT, "Seconds that they stay"),
};
const korch_type korch_stickiness_config_type = TYPE("StickinessConfig", stickiness_config_fields,
                                                     "How long a client stays with a target group");
#undef S

#define S korch_alb_traffic_routing
static const korch_field alb_traffic_routing_fields[] = {
    STRING(ingress, "ingress", 1, 0, "Name of the Ingress"),
    INT32(service_port, "servicePort", 2, EMIT, "Port that the Ingress sends to"),
    STRING(root_service, "rootService", 3, 0,
           "Service that the Ingress names; the stable service when absent"),
    STRING(annotation_prefix, "annotationPrefix", 4, 0,
           "Prefix of the controller's annotations; alb.ingress.kubernetes.io when absent"),
    STRUCT(stickiness_config, korch_stickiness_config, "stickinessConfig", 5, 0,
           "How long clients stay with a target group"),
    LIST_STRING(ingresses, "ingresses", 6, 0, "Names of the Ingresses when there are several"),
};
const korch_type korch_alb_traffic_routing_type =
    TYPE("ALBTrafficRouting", alb_traffic_routing_fields,
         "Weights of an Ingress of the AWS load balancer",
         .validate = korch__alb_traffic_routing_validate);
#undef S

#define S korch_nginx_traffic_routing
static const korch_field nginx_traffic_routing_fields[] = {
    STRING(annotation_prefix, "annotationPrefix", 1, 0,
           "Prefix of the controller's annotations; nginx.ingress.kubernetes.io when absent"),
    STRING(stable_ingress, "stableIngress", 2, 0, "Name of the Ingress of the stable pods"),
    MAP_STRING(additional_ingress_annotations, "additionalIngressAnnotations", 3, 0,
               "Annotations for the canary's Ingress, without the prefix"),
    LIST_STRING(stable_ingresses, "stableIngresses", 4, 0,
                "Names of the Ingresses when there are several"),
    MAP_STRING(canary_ingress_annotations, "canaryIngressAnnotations", 5, 0,
               "Annotations for the canary's Ingress, as they are"),
};
const korch_type korch_nginx_traffic_routing_type =
    TYPE("NginxTrafficRouting", nginx_traffic_routing_fields, "Weights of an Ingress of nginx",
         .validate = korch__nginx_traffic_routing_validate);
#undef S

#define S korch_istio_tls_route
static const korch_field istio_tls_route_fields[] = {
    INT64(port, "port", 1, 0, "Port of the routes"),
    LIST_STRING(sni_hosts, "sniHosts", 2, 0, "Hosts of the routes"),
};
const korch_type korch_istio_tls_route_type =
    TYPE("TLSRoute", istio_tls_route_fields, "TLS routes of a VirtualService");
#undef S

#define S korch_istio_tcp_route
static const korch_field istio_tcp_route_fields[] = {
    INT64(port, "port", 1, 0, "Port of the routes"),
};
const korch_type korch_istio_tcp_route_type =
    TYPE("TCPRoute", istio_tcp_route_fields, "TCP routes of a VirtualService");
#undef S

#define S korch_istio_virtual_service
static const korch_field istio_virtual_service_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the VirtualService, also NAME.NAMESPACE"),
    LIST_STRING(routes, "routes", 2, 0, "HTTP routes to set; the only one when absent"),
    LIST_STRUCT(tls_routes, korch_istio_tls_route, "tlsRoutes", 3, 0, "TLS routes to set"),
    LIST_STRUCT(tcp_routes, korch_istio_tcp_route, "tcpRoutes", 4, 0, "TCP routes to set"),
};
const korch_type korch_istio_virtual_service_type = TYPE(
    "IstioVirtualService", istio_virtual_service_fields, "A VirtualService whose weights are set");
#undef S

#define S korch_istio_destination_rule
static const korch_field istio_destination_rule_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the DestinationRule"),
    STRING(canary_subset_name, "canarySubsetName", 2, REQUIRED | EMIT,
           "Subset of the canary's pods"),
    STRING(stable_subset_name, "stableSubsetName", 3, REQUIRED | EMIT, "Subset of the stable pods"),
    LIST_STRING(additional_subset_names, "additionalSubsetNames", 4, 0,
                "Further subsets, for experiments"),
};
const korch_type korch_istio_destination_rule_type =
    TYPE("IstioDestinationRule", istio_destination_rule_fields,
         "A DestinationRule whose subsets name the revisions");
#undef S

#define S korch_istio_traffic_routing
static const korch_field istio_traffic_routing_fields[] = {
    STRUCT(virtual_service, korch_istio_virtual_service, "virtualService", 1, 0,
           "The VirtualService whose weights are set"),
    STRUCT(destination_rule, korch_istio_destination_rule, "destinationRule", 2, 0,
           "Subsets in place of services"),
    LIST_STRUCT(virtual_services, korch_istio_virtual_service, "virtualServices", 3, 0,
                "The VirtualServices when there are several"),
};
const korch_type korch_istio_traffic_routing_type =
    TYPE("IstioTrafficRouting", istio_traffic_routing_fields, "Weights by Istio",
         .validate = korch__istio_traffic_routing_validate);
#undef S

#define S korch_smi_traffic_routing
static const korch_field smi_traffic_routing_fields[] = {
    STRING(root_service, "rootService", 1, 0,
           "Service that clients call; the stable service when absent"),
    STRING(traffic_split_name, "trafficSplitName", 2, 0,
           "Name of the TrafficSplit; the Rollout's name when absent"),
};
const korch_type korch_smi_traffic_routing_type =
    TYPE("SMITrafficRouting", smi_traffic_routing_fields,
         "Weights by a TrafficSplit of the Service Mesh Interface");
#undef S

#define S korch_ambassador_traffic_routing
static const korch_field ambassador_traffic_routing_fields[] = {
    LIST_STRING(mappings, "mappings", 1, REQUIRED, "Names of the Mappings"),
};
const korch_type korch_ambassador_traffic_routing_type =
    TYPE("AmbassadorTrafficRouting", ambassador_traffic_routing_fields, "Weights by Ambassador");
#undef S

#define S korch_app_mesh_virtual_service
static const korch_field app_mesh_virtual_service_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the virtual service"),
    LIST_STRING(routes, "routes", 2, 0, "Routes of its router; the only one when absent"),
};
const korch_type korch_app_mesh_virtual_service_type =
    TYPE("AppMeshVirtualService", app_mesh_virtual_service_fields, "A virtual service of App Mesh");
#undef S

#define S korch_app_mesh_virtual_node_reference
static const korch_field app_mesh_virtual_node_reference_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the virtual node"),
};
const korch_type korch_app_mesh_virtual_node_reference_type =
    TYPE("AppMeshVirtualNodeReference", app_mesh_virtual_node_reference_fields,
         "A virtual node of App Mesh");
#undef S

#define S korch_app_mesh_virtual_node_group
static const korch_field app_mesh_virtual_node_group_fields[] = {
    STRUCT(canary_virtual_node_ref, korch_app_mesh_virtual_node_reference, "canaryVirtualNodeRef",
           1, REQUIRED, "Virtual node of the canary's pods"),
    STRUCT(stable_virtual_node_ref, korch_app_mesh_virtual_node_reference, "stableVirtualNodeRef",
           2, REQUIRED, "Virtual node of the stable pods"),
};
const korch_type korch_app_mesh_virtual_node_group_type =
    TYPE("AppMeshVirtualNodeGroup", app_mesh_virtual_node_group_fields,
         "The virtual nodes of the revisions");
#undef S

#define S korch_app_mesh_traffic_routing
static const korch_field app_mesh_traffic_routing_fields[] = {
    STRUCT(virtual_service, korch_app_mesh_virtual_service, "virtualService", 1, 0,
           "The virtual service whose routes are set"),
    STRUCT(virtual_node_group, korch_app_mesh_virtual_node_group, "virtualNodeGroup", 2, 0,
           "The virtual nodes of the revisions"),
};
const korch_type korch_app_mesh_traffic_routing_type =
    TYPE("AppMeshTrafficRouting", app_mesh_traffic_routing_fields, "Weights by App Mesh");
#undef S

#define S korch_traefik_traffic_routing
static const korch_field traefik_traffic_routing_fields[] = {
    STRING(weighted_traefik_service_name, "weightedTraefikServiceName", 1, REQUIRED | EMIT,
           "Name of the weighted TraefikService"),
};
const korch_type korch_traefik_traffic_routing_type =
    TYPE("TraefikTrafficRouting", traefik_traffic_routing_fields, "Weights by Traefik");
#undef S

#define S korch_apisix_route
static const korch_field apisix_route_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the ApisixRoute"),
    LIST_STRING(rules, "rules", 2, 0, "HTTP rules to set; the only one when absent"),
};
const korch_type korch_apisix_route_type =
    TYPE("ApisixRoute", apisix_route_fields, "A route of APISIX");
#undef S

#define S korch_apisix_traffic_routing
static const korch_field apisix_traffic_routing_fields[] = {
    STRUCT(route, korch_apisix_route, "route", 1, 0, "The route whose weights are set"),
};
const korch_type korch_apisix_traffic_routing_type =
    TYPE("ApisixTrafficRouting", apisix_traffic_routing_fields, "Weights by APISIX");
#undef S

#define S korch_managed_route
static const korch_field managed_route_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the route"),
};
const korch_type korch_managed_route_type =
    TYPE("MangedRoutes", managed_route_fields, "A route that steps create and remove");
#undef S

#define S korch_rollout_traffic_routing
static const korch_field rollout_traffic_routing_fields[] = {
    STRUCT(istio, korch_istio_traffic_routing, "istio", 1, 0, "By Istio"),
    STRUCT(nginx, korch_nginx_traffic_routing, "nginx", 2, 0, "By an Ingress of nginx"),
    STRUCT(alb, korch_alb_traffic_routing, "alb", 3, 0, "By an Ingress of the AWS load balancer"),
    STRUCT(smi, korch_smi_traffic_routing, "smi", 4, 0, "By a TrafficSplit"),
    STRUCT(ambassador, korch_ambassador_traffic_routing, "ambassador", 5, 0, "By Ambassador"),
    STRUCT(app_mesh, korch_app_mesh_traffic_routing, "appMesh", 6, 0, "By App Mesh"),
    STRUCT(traefik, korch_traefik_traffic_routing, "traefik", 7, 0, "By Traefik"),
    LIST_STRUCT(managed_routes, korch_managed_route, "managedRoutes", 8, 0,
                "Routes that steps create, the first one goes before the others"),
    STRUCT(apisix, korch_apisix_traffic_routing, "apisix", 9, 0, "By APISIX"),
    RAW(plugins, "plugins", 10, 0, "Settings of routers by their name, such as haproxy"),
    INT32(max_traffic_weight, "maxTrafficWeight", 11, POINTER,
          "The weight that is all of the traffic; 100 when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
};
const korch_type korch_rollout_traffic_routing_type = TYPE(
    "RolloutTrafficRouting", rollout_traffic_routing_fields,
    "Which router sets the weights, and how", .validate = korch__rollout_traffic_routing_validate);
#undef S
