/*
 * Services: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/core_service.c.
 */
#ifndef KORCH_API_CORE_SERVICE_H
#define KORCH_API_CORE_SERVICE_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file core_service.h Services. */

/** ServicePort. */
typedef struct korch_service_port {
	KORCH_STRUCT_HEAD
	const char *name;                /**< name */
	const char *protocol;            /**< protocol */
	const char *app_protocol;        /**< appProtocol */
	int32_t port;                    /**< port */
	korch_int_or_string target_port; /**< targetPort */
	int32_t node_port;               /**< nodePort */
} korch_service_port;
/** The table of a korch_service_port. @since 0.1 */
extern KORCH_API const korch_type korch_service_port_type;

/** ClientIPConfig. */
typedef struct korch_client_ip_config {
	KORCH_STRUCT_HEAD
	int32_t timeout_seconds; /**< timeoutSeconds */
} korch_client_ip_config;
/** The table of a korch_client_ip_config. @since 0.1 */
extern KORCH_API const korch_type korch_client_ip_config_type;

/** SessionAffinityConfig. */
typedef struct korch_session_affinity_config {
	KORCH_STRUCT_HEAD
	korch_client_ip_config *client_ip; /**< clientIP */
} korch_session_affinity_config;
/** The table of a korch_session_affinity_config. @since 0.1 */
extern KORCH_API const korch_type korch_session_affinity_config_type;

/** ServiceSpec. */
typedef struct korch_service_spec {
	KORCH_STRUCT_HEAD
	korch_service_port *ports;                     /**< ports */
	size_t n_ports;                                /**< number of ports */
	korch_map *selector;                           /**< selector */
	const char *cluster_ip;                        /**< clusterIP */
	const char **cluster_ips;                      /**< clusterIPs */
	size_t n_cluster_ips;                          /**< number of cluster_ips */
	const char *type;                              /**< type */
	const char **external_ips;                     /**< externalIPs */
	size_t n_external_ips;                         /**< number of external_ips */
	const char *session_affinity;                  /**< sessionAffinity */
	const char *load_balancer_ip;                  /**< loadBalancerIP */
	const char **load_balancer_source_ranges;      /**< loadBalancerSourceRanges */
	size_t n_load_balancer_source_ranges;          /**< number of load_balancer_source_ranges */
	const char *external_name;                     /**< externalName */
	const char *external_traffic_policy;           /**< externalTrafficPolicy */
	int32_t health_check_node_port;                /**< healthCheckNodePort */
	int32_t publish_not_ready_addresses;           /**< publishNotReadyAddresses */
	korch_session_affinity_config *session_affinity_config; /**< sessionAffinityConfig */
	const char **ip_families;                      /**< ipFamilies */
	size_t n_ip_families;                          /**< number of ip_families */
	const char *ip_family_policy;                  /**< ipFamilyPolicy */
	int32_t allocate_load_balancer_node_ports;     /**< allocateLoadBalancerNodePorts */
	const char *load_balancer_class;               /**< loadBalancerClass */
	const char *internal_traffic_policy;           /**< internalTrafficPolicy */
	const char *traffic_distribution;              /**< trafficDistribution */
} korch_service_spec;
/** The table of a korch_service_spec. @since 0.1 */
extern KORCH_API const korch_type korch_service_spec_type;

/** PortStatus. */
typedef struct korch_port_status {
	KORCH_STRUCT_HEAD
	int32_t port;         /**< port */
	const char *protocol; /**< protocol */
	const char *error;    /**< error */
} korch_port_status;
/** The table of a korch_port_status. @since 0.1 */
extern KORCH_API const korch_type korch_port_status_type;

/** LoadBalancerIngress. */
typedef struct korch_load_balancer_ingress {
	KORCH_STRUCT_HEAD
	const char *ip;           /**< ip */
	const char *hostname;     /**< hostname */
	const char *ip_mode;      /**< ipMode */
	korch_port_status *ports; /**< ports */
	size_t n_ports;           /**< number of ports */
} korch_load_balancer_ingress;
/** The table of a korch_load_balancer_ingress. @since 0.1 */
extern KORCH_API const korch_type korch_load_balancer_ingress_type;

/** LoadBalancerStatus. */
typedef struct korch_load_balancer_status {
	KORCH_STRUCT_HEAD
	korch_load_balancer_ingress *ingress; /**< ingress */
	size_t n_ingress;                     /**< number of ingress */
} korch_load_balancer_status;
/** The table of a korch_load_balancer_status. @since 0.1 */
extern KORCH_API const korch_type korch_load_balancer_status_type;

/** ServiceStatus. */
typedef struct korch_service_status {
	KORCH_STRUCT_HEAD
	korch_load_balancer_status *load_balancer; /**< loadBalancer */
	korch_condition *conditions;               /**< conditions */
	size_t n_conditions;                       /**< number of conditions */
} korch_service_status;
/** The table of a korch_service_status. @since 0.1 */
extern KORCH_API const korch_type korch_service_status_type;

/** Service. */
typedef struct korch_service {
	korch_object object;          /**< kind, metadata, revision */
	korch_service_spec *spec;     /**< spec */
	korch_service_status *status; /**< status */
} korch_service;
/** The table of a korch_service. @since 0.1 */
extern KORCH_API const korch_type korch_service_type;
/** The kind Service. @since 0.1 */
extern KORCH_API const korch_kind korch_service_kind;

KORCH_END_DECLS

#endif
