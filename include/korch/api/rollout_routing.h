/*
 * How a Rollout steers traffic: the C structs. Their tables (names, rules) stand in
 * lib/object/kinds/rollout_routing.c.
 */
#ifndef KORCH_API_ROLLOUT_ROUTING_H
#define KORCH_API_ROLLOUT_ROUTING_H

#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file rollout_routing.h How a Rollout steers traffic. */

/** How long a client stays with a target group. */
typedef struct korch_stickiness_config {
	KORCH_STRUCT_HEAD
	int32_t enabled;          /**< Whether clients stay */
	int64_t duration_seconds; /**< Seconds that they stay */
} korch_stickiness_config;
/** The table of a korch_stickiness_config. @since 0.1 */
extern KORCH_API const korch_type korch_stickiness_config_type;

/** Weights of an Ingress of the AWS load balancer. */
typedef struct korch_alb_traffic_routing {
	KORCH_STRUCT_HEAD
	const char *ingress;  /**< Name of the Ingress */
	int32_t service_port; /**< Port that the Ingress sends to */
	/** Service that the Ingress names; the stable service when absent */
	const char *root_service;
	/** Prefix of the controller's annotations; alb.ingress.kubernetes.io when absent */
	const char *annotation_prefix;
	korch_stickiness_config *stickiness_config; /**< How long clients stay with a target group */
	const char **ingresses; /**< Names of the Ingresses when there are several */
	size_t n_ingresses;     /**< number of ingresses */
} korch_alb_traffic_routing;
/** The table of a korch_alb_traffic_routing. @since 0.1 */
extern KORCH_API const korch_type korch_alb_traffic_routing_type;

/** Weights of an Ingress of nginx. */
typedef struct korch_nginx_traffic_routing {
	KORCH_STRUCT_HEAD
	/** Prefix of the controller's annotations; nginx.ingress.kubernetes.io when absent */
	const char *annotation_prefix;
	const char *stable_ingress; /**< Name of the Ingress of the stable pods */
	/** Annotations for the canary's Ingress, without the prefix */
	korch_map *additional_ingress_annotations;
	const char **stable_ingresses; /**< Names of the Ingresses when there are several */
	size_t n_stable_ingresses;     /**< number of stable ingresses */
	/** Annotations for the canary's Ingress, as they are */
	korch_map *canary_ingress_annotations;
} korch_nginx_traffic_routing;
/** The table of a korch_nginx_traffic_routing. @since 0.1 */
extern KORCH_API const korch_type korch_nginx_traffic_routing_type;

/** TLS routes of a VirtualService. */
typedef struct korch_istio_tls_route {
	KORCH_STRUCT_HEAD
	int64_t port;           /**< Port of the routes */
	const char **sni_hosts; /**< Hosts of the routes */
	size_t n_sni_hosts;     /**< number of sni hosts */
} korch_istio_tls_route;
/** The table of a korch_istio_tls_route. @since 0.1 */
extern KORCH_API const korch_type korch_istio_tls_route_type;

/** TCP routes of a VirtualService. */
typedef struct korch_istio_tcp_route {
	KORCH_STRUCT_HEAD
	int64_t port; /**< Port of the routes */
} korch_istio_tcp_route;
/** The table of a korch_istio_tcp_route. @since 0.1 */
extern KORCH_API const korch_type korch_istio_tcp_route_type;

/** A VirtualService whose weights are set. */
typedef struct korch_istio_virtual_service {
	KORCH_STRUCT_HEAD
	const char *name;                  /**< Name of the VirtualService, also NAME.NAMESPACE */
	const char **routes;               /**< HTTP routes to set; the only one when absent */
	size_t n_routes;                   /**< number of routes */
	korch_istio_tls_route *tls_routes; /**< TLS routes to set */
	size_t n_tls_routes;               /**< number of tls routes */
	korch_istio_tcp_route *tcp_routes; /**< TCP routes to set */
	size_t n_tcp_routes;               /**< number of tcp routes */
} korch_istio_virtual_service;
/** The table of a korch_istio_virtual_service. @since 0.1 */
extern KORCH_API const korch_type korch_istio_virtual_service_type;

/** A DestinationRule whose subsets name the revisions. */
typedef struct korch_istio_destination_rule {
	KORCH_STRUCT_HEAD
	const char *name;                     /**< Name of the DestinationRule */
	const char *canary_subset_name;       /**< Subset of the canary's pods */
	const char *stable_subset_name;       /**< Subset of the stable pods */
	const char **additional_subset_names; /**< Further subsets, for experiments */
	size_t n_additional_subset_names;     /**< number of additional subset names */
} korch_istio_destination_rule;
/** The table of a korch_istio_destination_rule. @since 0.1 */
extern KORCH_API const korch_type korch_istio_destination_rule_type;

/** Weights by Istio. */
typedef struct korch_istio_traffic_routing {
	KORCH_STRUCT_HEAD
	korch_istio_virtual_service *virtual_service;   /**< The VirtualService whose weights are set */
	korch_istio_destination_rule *destination_rule; /**< Subsets in place of services */
	/** The VirtualServices when there are several */
	korch_istio_virtual_service *virtual_services;
	size_t n_virtual_services; /**< number of virtual services */
} korch_istio_traffic_routing;
/** The table of a korch_istio_traffic_routing. @since 0.1 */
extern KORCH_API const korch_type korch_istio_traffic_routing_type;

/** Weights by a TrafficSplit of the Service Mesh Interface. */
typedef struct korch_smi_traffic_routing {
	KORCH_STRUCT_HEAD
	const char *root_service; /**< Service that clients call; the stable service when absent */
	/** Name of the TrafficSplit; the Rollout's name when absent */
	const char *traffic_split_name;
} korch_smi_traffic_routing;
/** The table of a korch_smi_traffic_routing. @since 0.1 */
extern KORCH_API const korch_type korch_smi_traffic_routing_type;

/** Weights by Ambassador. */
typedef struct korch_ambassador_traffic_routing {
	KORCH_STRUCT_HEAD
	const char **mappings; /**< Names of the Mappings */
	size_t n_mappings;     /**< number of mappings */
} korch_ambassador_traffic_routing;
/** The table of a korch_ambassador_traffic_routing. @since 0.1 */
extern KORCH_API const korch_type korch_ambassador_traffic_routing_type;

/** A virtual service of App Mesh. */
typedef struct korch_app_mesh_virtual_service {
	KORCH_STRUCT_HEAD
	const char *name;    /**< Name of the virtual service */
	const char **routes; /**< Routes of its router; the only one when absent */
	size_t n_routes;     /**< number of routes */
} korch_app_mesh_virtual_service;
/** The table of a korch_app_mesh_virtual_service. @since 0.1 */
extern KORCH_API const korch_type korch_app_mesh_virtual_service_type;

/** A virtual node of App Mesh. */
typedef struct korch_app_mesh_virtual_node_reference {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name of the virtual node */
} korch_app_mesh_virtual_node_reference;
/** The table of a korch_app_mesh_virtual_node_reference. @since 0.1 */
extern KORCH_API const korch_type korch_app_mesh_virtual_node_reference_type;

/** The virtual nodes of the revisions. */
typedef struct korch_app_mesh_virtual_node_group {
	KORCH_STRUCT_HEAD
	/** Virtual node of the canary's pods */
	korch_app_mesh_virtual_node_reference *canary_virtual_node_ref;
	/** Virtual node of the stable pods */
	korch_app_mesh_virtual_node_reference *stable_virtual_node_ref;
} korch_app_mesh_virtual_node_group;
/** The table of a korch_app_mesh_virtual_node_group. @since 0.1 */
extern KORCH_API const korch_type korch_app_mesh_virtual_node_group_type;

/** Weights by App Mesh. */
typedef struct korch_app_mesh_traffic_routing {
	KORCH_STRUCT_HEAD
	/** The virtual service whose routes are set */
	korch_app_mesh_virtual_service *virtual_service;
	/** The virtual nodes of the revisions */
	korch_app_mesh_virtual_node_group *virtual_node_group;
} korch_app_mesh_traffic_routing;
/** The table of a korch_app_mesh_traffic_routing. @since 0.1 */
extern KORCH_API const korch_type korch_app_mesh_traffic_routing_type;

/** Weights by Traefik. */
typedef struct korch_traefik_traffic_routing {
	KORCH_STRUCT_HEAD
	const char *weighted_traefik_service_name; /**< Name of the weighted TraefikService */
} korch_traefik_traffic_routing;
/** The table of a korch_traefik_traffic_routing. @since 0.1 */
extern KORCH_API const korch_type korch_traefik_traffic_routing_type;

/** A route of APISIX. */
typedef struct korch_apisix_route {
	KORCH_STRUCT_HEAD
	const char *name;   /**< Name of the ApisixRoute */
	const char **rules; /**< HTTP rules to set; the only one when absent */
	size_t n_rules;     /**< number of rules */
} korch_apisix_route;
/** The table of a korch_apisix_route. @since 0.1 */
extern KORCH_API const korch_type korch_apisix_route_type;

/** Weights by APISIX. */
typedef struct korch_apisix_traffic_routing {
	KORCH_STRUCT_HEAD
	korch_apisix_route *route; /**< The route whose weights are set */
} korch_apisix_traffic_routing;
/** The table of a korch_apisix_traffic_routing. @since 0.1 */
extern KORCH_API const korch_type korch_apisix_traffic_routing_type;

/** A route that steps create and remove. */
typedef struct korch_managed_route {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name of the route */
} korch_managed_route;
/** The table of a korch_managed_route. @since 0.1 */
extern KORCH_API const korch_type korch_managed_route_type;

/** Which router sets the weights, and how. */
typedef struct korch_rollout_traffic_routing {
	KORCH_STRUCT_HEAD
	korch_istio_traffic_routing *istio;           /**< By Istio */
	korch_nginx_traffic_routing *nginx;           /**< By an Ingress of nginx */
	korch_alb_traffic_routing *alb;               /**< By an Ingress of the AWS load balancer */
	korch_smi_traffic_routing *smi;               /**< By a TrafficSplit */
	korch_ambassador_traffic_routing *ambassador; /**< By Ambassador */
	korch_app_mesh_traffic_routing *app_mesh;     /**< By App Mesh */
	korch_traefik_traffic_routing *traefik;       /**< By Traefik */
	/** Routes that steps create, the first one goes before the others */
	korch_managed_route *managed_routes;
	size_t n_managed_routes;              /**< number of managed routes */
	korch_apisix_traffic_routing *apisix; /**< By APISIX */
	const char *plugins; /**< Settings of routers by their name, such as haproxy; JSON as text */
	int32_t max_traffic_weight; /**< The weight that is all of the traffic; 100 when absent */
} korch_rollout_traffic_routing;
/** The table of a korch_rollout_traffic_routing. @since 0.1 */
extern KORCH_API const korch_type korch_rollout_traffic_routing_type;

KORCH_END_DECLS

#endif
