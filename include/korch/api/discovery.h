/*
 * EndpointSlices: the C structs. Their tables (names, rules, defaults) stand in
 * lib/object/kinds/discovery.c.
 */
#ifndef KORCH_API_DISCOVERY_H
#define KORCH_API_DISCOVERY_H

#include <korch/api/core_reference.h>
#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file discovery.h EndpointSlices. */

/** State of an endpoint. */
typedef struct korch_endpoint_conditions {
	KORCH_STRUCT_HEAD
	int32_t ready;       /**< Whether it should get new connections */
	int32_t serving;     /**< Whether it answers, also while it goes */
	int32_t terminating; /**< Whether it is going */
} korch_endpoint_conditions;
/** The table of a korch_endpoint_conditions. @since 0.1 */
extern KORCH_API const korch_type korch_endpoint_conditions_type;

/** A zone that should use an endpoint. */
typedef struct korch_for_zone {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name of the zone */
} korch_for_zone;
/** The table of a korch_for_zone. @since 0.1 */
extern KORCH_API const korch_type korch_for_zone_type;

/** A node that should use an endpoint. */
typedef struct korch_for_node {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name of the node */
} korch_for_node;
/** The table of a korch_for_node. @since 0.1 */
extern KORCH_API const korch_type korch_for_node_type;

/** Who should use an endpoint. */
typedef struct korch_endpoint_hints {
	KORCH_STRUCT_HEAD
	korch_for_zone *for_zones; /**< Zones that should use it */
	size_t n_for_zones;        /**< number of for_zones */
	korch_for_node *for_nodes; /**< Nodes that should use it */
	size_t n_for_nodes;        /**< number of for_nodes */
} korch_endpoint_hints;
/** The table of a korch_endpoint_hints. @since 0.1 */
extern KORCH_API const korch_type korch_endpoint_hints_type;

/** One thing behind a Service, usually a pod. */
typedef struct korch_endpoint {
	KORCH_STRUCT_HEAD
	const char **addresses;                /**< Its addresses; they are the same thing */
	size_t n_addresses;                    /**< number of addresses */
	korch_endpoint_conditions *conditions; /**< State of it */
	const char *hostname;                  /**< Host name of it */
	korch_object_reference *target_ref;    /**< The pod */
	korch_map *deprecated_topology;        /**< Where it is, in older objects */
	const char *node_name;                 /**< Node that it runs on */
	const char *zone;                      /**< Zone that it runs in */
	korch_endpoint_hints *hints;           /**< Who should use it */
} korch_endpoint;
/** The table of a korch_endpoint. @since 0.1 */
extern KORCH_API const korch_type korch_endpoint_type;

/** A port of the endpoints. */
typedef struct korch_endpoint_port {
	KORCH_STRUCT_HEAD
	const char *name;         /**< Name of the Service's port */
	const char *protocol;     /**< Transport protocol */
	int32_t port;             /**< Port number */
	const char *app_protocol; /**< Protocol of the application */
} korch_endpoint_port;
/** The table of a korch_endpoint_port. @since 0.1 */
extern KORCH_API const korch_type korch_endpoint_port_type;

/** Part of what is behind a Service. */
typedef struct korch_endpoint_slice {
	korch_object object;        /**< kind, metadata, revision */
	const char *address_type;   /**< What the addresses are */
	korch_endpoint *endpoints;  /**< What is behind the Service */
	size_t n_endpoints;         /**< number of endpoints */
	korch_endpoint_port *ports; /**< Ports that all of them have */
	size_t n_ports;             /**< number of ports */
} korch_endpoint_slice;
/** The table of a korch_endpoint_slice. @since 0.1 */
extern KORCH_API const korch_type korch_endpoint_slice_type;
/** The kind EndpointSlice. @since 0.1 */
extern KORCH_API const korch_kind korch_endpoint_slice_kind;

KORCH_END_DECLS

#endif
