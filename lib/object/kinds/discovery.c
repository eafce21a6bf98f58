/*
 * EndpointSlices: the tables of the structs in <korch/api/discovery.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/discovery.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field endpoint_conditions_fields[] = {
	BOOL(korch_endpoint_conditions, ready, "ready", 1, 0, "ready"),
	BOOL(korch_endpoint_conditions, serving, "serving", 2, 0, "serving"),
	BOOL(korch_endpoint_conditions, terminating, "terminating", 3, 0, "terminating"),
};
const korch_type korch_endpoint_conditions_type = TYPE("EndpointConditions", korch_endpoint_conditions, endpoint_conditions_fields, "EndpointConditions");

static const korch_field for_zone_fields[] = {
	STRING(korch_for_zone, name, "name", 1, 0, "name"),
};
const korch_type korch_for_zone_type = TYPE("ForZone", korch_for_zone, for_zone_fields, "ForZone");

static const korch_field for_node_fields[] = {
	STRING(korch_for_node, name, "name", 1, 0, "name"),
};
const korch_type korch_for_node_type = TYPE("ForNode", korch_for_node, for_node_fields, "ForNode");

static const korch_field endpoint_hints_fields[] = {
	LIST_STRUCT(korch_endpoint_hints, for_zones, n_for_zones, korch_for_zone_type, "forZones", 1, ATOMIC, "forZones"),
	LIST_STRUCT(korch_endpoint_hints, for_nodes, n_for_nodes, korch_for_node_type, "forNodes", 2, ATOMIC, "forNodes"),
};
const korch_type korch_endpoint_hints_type = TYPE("EndpointHints", korch_endpoint_hints, endpoint_hints_fields, "EndpointHints");

static const korch_field endpoint_fields[] = {
	LIST_STRING(korch_endpoint, addresses, n_addresses, "addresses", 1, SET, "addresses"),
	STRUCT(korch_endpoint, conditions, korch_endpoint_conditions_type, "conditions", 2, 0, "conditions"),
	STRING(korch_endpoint, hostname, "hostname", 3, 0, "hostname"),
	STRUCT(korch_endpoint, target_ref, korch_object_reference_type, "targetRef", 4, ATOMIC, "targetRef"),
	MAP_STRING(korch_endpoint, deprecated_topology, "deprecatedTopology", 5, 0, "deprecatedTopology"),
	STRING(korch_endpoint, node_name, "nodeName", 6, 0, "nodeName"),
	STRING(korch_endpoint, zone, "zone", 7, 0, "zone"),
	STRUCT(korch_endpoint, hints, korch_endpoint_hints_type, "hints", 8, 0, "hints"),
};
const korch_type korch_endpoint_type = TYPE("Endpoint", korch_endpoint, endpoint_fields, "Endpoint");

static const korch_field endpoint_port_fields[] = {
	STRING(korch_endpoint_port, name, "name", 1, 0, "name"),
	STRING(korch_endpoint_port, protocol, "protocol", 2, 0, "protocol"),
	INT32(korch_endpoint_port, port, "port", 3, 0, "port"),
	STRING(korch_endpoint_port, app_protocol, "appProtocol", 4, 0, "appProtocol"),
};
const korch_type korch_endpoint_port_type = TYPE("EndpointPort", korch_endpoint_port, endpoint_port_fields, "EndpointPort");

static const korch_field endpoint_slice_fields[] = {
	STRUCT(korch_endpoint_slice, object.metadata, korch_object_meta_type, "metadata", 1, 0, "metadata"),
	STRING(korch_endpoint_slice, address_type, "addressType", 4, 0, "addressType"),
	LIST_STRUCT(korch_endpoint_slice, endpoints, n_endpoints, korch_endpoint_type, "endpoints", 2, ATOMIC, "endpoints"),
	LIST_STRUCT(korch_endpoint_slice, ports, n_ports, korch_endpoint_port_type, "ports", 3, ATOMIC, "ports"),
};
const korch_type korch_endpoint_slice_type = TYPE("EndpointSlice", korch_endpoint_slice, endpoint_slice_fields, "EndpointSlice");
