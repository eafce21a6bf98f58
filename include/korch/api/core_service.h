/*
 * Services: the C structs. Their tables (names, rules, defaults) stand in
 * lib/object/kinds/core_service.c.
 */
#ifndef KORCH_API_CORE_SERVICE_H
#define KORCH_API_CORE_SERVICE_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file core_service.h Services. */

/** A port of a Service. */
typedef struct korch_service_port {
	KORCH_STRUCT_HEAD
	const char *name;         /**< Name, needed when there are several */
	const char *protocol;     /**< Transport protocol */
	const char *app_protocol; /**< Protocol of the application */
	int32_t port;             /**< Port of the Service */
	/** Port of the pods by number or name; the same when absent */
	korch_int_or_string target_port;
	int32_t node_port; /**< Port of every node that leads here */
} korch_service_port;
/** The table of a korch_service_port. @since 0.1 */
extern KORCH_API const korch_type korch_service_port_type;

/** How clients stay with one pod. */
typedef struct korch_client_ip_config {
	KORCH_STRUCT_HEAD
	int32_t timeout_seconds; /**< Seconds that a client stays with its pod */
} korch_client_ip_config;
/** The table of a korch_client_ip_config. @since 0.1 */
extern KORCH_API const korch_type korch_client_ip_config_type;

/** Settings of session affinity. */
typedef struct korch_session_affinity_config {
	KORCH_STRUCT_HEAD
	korch_client_ip_config *client_ip; /**< By the client's address */
} korch_session_affinity_config;
/** The table of a korch_session_affinity_config. @since 0.1 */
extern KORCH_API const korch_type korch_session_affinity_config_type;

/** Which pods a Service leads to, and how. */
typedef struct korch_service_spec {
	KORCH_STRUCT_HEAD
	korch_service_port *ports; /**< Ports that it offers */
	size_t n_ports;            /**< number of ports */
	korch_map *selector;       /**< Labels of the pods */
	/** Its address; None for no address of its own */
	const char *cluster_ip;
	const char **cluster_ips; /**< All its addresses */
	size_t n_cluster_ips;     /**< number of cluster_ips */
	const char *type;         /**< How it can be reached */
	/** Further addresses at which nodes take traffic for it */
	const char **external_ips;
	size_t n_external_ips; /**< number of external_ips */
	/** Whether a client stays with one pod */
	const char *session_affinity;
	/** Address that the load balancer should have */
	const char *load_balancer_ip;
	/** Networks that the load balancer lets in */
	const char **load_balancer_source_ranges;
	/** number of load_balancer_source_ranges */
	size_t n_load_balancer_source_ranges;
	const char *external_name; /**< Name that it is an alias of */
	/** Whether traffic from outside stays on the node */
	const char *external_traffic_policy;
	/** Port that tells load balancers which nodes have pods */
	int32_t health_check_node_port;
	/** Whether pods that are not ready count too */
	int32_t publish_not_ready_addresses;
	korch_session_affinity_config *session_affinity_config; /**< Settings of session affinity */
	/** Address families, the first one first */
	const char **ip_families;
	size_t n_ip_families;         /**< number of ip_families */
	const char *ip_family_policy; /**< One or two address families */
	/** Whether a load balancer gets node ports */
	int32_t allocate_load_balancer_node_ports;
	const char *load_balancer_class; /**< Which load balancer */
	/** Whether traffic from inside stays on the node */
	const char *internal_traffic_policy;
	/** Which pods are liked better, such as near ones */
	const char *traffic_distribution;
} korch_service_spec;
/** The table of a korch_service_spec. @since 0.1 */
extern KORCH_API const korch_type korch_service_spec_type;

/** State of a port of a load balancer. */
typedef struct korch_port_status {
	KORCH_STRUCT_HEAD
	int32_t port;         /**< Port number */
	const char *protocol; /**< Transport protocol */
	const char *error;    /**< What is wrong with it */
} korch_port_status;
/** The table of a korch_port_status. @since 0.1 */
extern KORCH_API const korch_type korch_port_status_type;

/** An entry of a load balancer. */
typedef struct korch_load_balancer_ingress {
	KORCH_STRUCT_HEAD
	const char *ip;           /**< Its address */
	const char *hostname;     /**< Its name */
	const char *ip_mode;      /**< Whether traffic arrives with the balancer's address */
	korch_port_status *ports; /**< State of its ports */
	size_t n_ports;           /**< number of ports */
} korch_load_balancer_ingress;
/** The table of a korch_load_balancer_ingress. @since 0.1 */
extern KORCH_API const korch_type korch_load_balancer_ingress_type;

/** State of a load balancer. */
typedef struct korch_load_balancer_status {
	KORCH_STRUCT_HEAD
	korch_load_balancer_ingress *ingress; /**< Where it takes traffic */
	size_t n_ingress;                     /**< number of ingress */
} korch_load_balancer_status;
/** The table of a korch_load_balancer_status. @since 0.1 */
extern KORCH_API const korch_type korch_load_balancer_status_type;

/** State of a Service. */
typedef struct korch_service_status {
	KORCH_STRUCT_HEAD
	korch_load_balancer_status *load_balancer; /**< State of its load balancer */
	korch_condition *conditions;               /**< Aspects of its state */
	size_t n_conditions;                       /**< number of conditions */
} korch_service_status;
/** The table of a korch_service_status. @since 0.1 */
extern KORCH_API const korch_type korch_service_status_type;

/** An address that leads to pods. */
typedef struct korch_service {
	korch_object object;          /**< kind, metadata, revision */
	korch_service_spec *spec;     /**< Which pods it leads to, and how */
	korch_service_status *status; /**< State of it */
} korch_service;
/** The table of a korch_service. @since 0.1 */
extern KORCH_API const korch_type korch_service_type;
/** The kind Service. @since 0.1 */
extern KORCH_API const korch_kind korch_service_kind;

KORCH_END_DECLS

#endif
