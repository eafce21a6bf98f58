/*
 * EndpointSlices: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/discovery.c.
 */
#ifndef KORCH_API_DISCOVERY_H
#define KORCH_API_DISCOVERY_H

#include <korch/api/core_reference.h>
#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file discovery.h EndpointSlices. */

/** EndpointConditions. */
typedef struct korch_endpoint_conditions {
	KORCH_STRUCT_HEAD
	int32_t ready;       /**< ready */
	int32_t serving;     /**< serving */
	int32_t terminating; /**< terminating */
} korch_endpoint_conditions;
/** The table of a korch_endpoint_conditions. @since 0.1 */
extern KORCH_API const korch_type korch_endpoint_conditions_type;

/** ForZone. */
typedef struct korch_for_zone {
	KORCH_STRUCT_HEAD
	const char *name; /**< name */
} korch_for_zone;
/** The table of a korch_for_zone. @since 0.1 */
extern KORCH_API const korch_type korch_for_zone_type;

/** ForNode. */
typedef struct korch_for_node {
	KORCH_STRUCT_HEAD
	const char *name; /**< name */
} korch_for_node;
/** The table of a korch_for_node. @since 0.1 */
extern KORCH_API const korch_type korch_for_node_type;

/** EndpointHints. */
typedef struct korch_endpoint_hints {
	KORCH_STRUCT_HEAD
	korch_for_zone *for_zones; /**< forZones */
	size_t n_for_zones;        /**< number of for_zones */
	korch_for_node *for_nodes; /**< forNodes */
	size_t n_for_nodes;        /**< number of for_nodes */
} korch_endpoint_hints;
/** The table of a korch_endpoint_hints. @since 0.1 */
extern KORCH_API const korch_type korch_endpoint_hints_type;

/** Endpoint. */
typedef struct korch_endpoint {
	KORCH_STRUCT_HEAD
	const char **addresses;                /**< addresses */
	size_t n_addresses;                    /**< number of addresses */
	korch_endpoint_conditions *conditions; /**< conditions */
	const char *hostname;                  /**< hostname */
	korch_object_reference *target_ref;    /**< targetRef */
	korch_map *deprecated_topology;        /**< deprecatedTopology */
	const char *node_name;                 /**< nodeName */
	const char *zone;                      /**< zone */
	korch_endpoint_hints *hints;           /**< hints */
} korch_endpoint;
/** The table of a korch_endpoint. @since 0.1 */
extern KORCH_API const korch_type korch_endpoint_type;

/** EndpointPort. */
typedef struct korch_endpoint_port {
	KORCH_STRUCT_HEAD
	const char *name;         /**< name */
	const char *protocol;     /**< protocol */
	int32_t port;             /**< port */
	const char *app_protocol; /**< appProtocol */
} korch_endpoint_port;
/** The table of a korch_endpoint_port. @since 0.1 */
extern KORCH_API const korch_type korch_endpoint_port_type;

/** EndpointSlice. */
typedef struct korch_endpoint_slice {
	korch_object object;        /**< kind, metadata, revision */
	const char *address_type;   /**< addressType */
	korch_endpoint *endpoints;  /**< endpoints */
	size_t n_endpoints;         /**< number of endpoints */
	korch_endpoint_port *ports; /**< ports */
	size_t n_ports;             /**< number of ports */
} korch_endpoint_slice;
/** The table of a korch_endpoint_slice. @since 0.1 */
extern KORCH_API const korch_type korch_endpoint_slice_type;
/** The kind EndpointSlice. @since 0.1 */
extern KORCH_API const korch_kind korch_endpoint_slice_kind;

KORCH_END_DECLS

#endif
