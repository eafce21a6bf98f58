/*
 * EndpointSlices: the tables of the structs in <korch/api/discovery.h>.
 * One line per field; rules over several fields stand in validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/discovery.h>

#define S korch_endpoint_conditions
static const korch_field endpoint_conditions_fields[] = {
    BOOL(ready, "ready", 1, POINTER, "Whether it should get new connections"),
    BOOL(serving, "serving", 2, POINTER, "Whether it answers, also while it goes"),
    BOOL(terminating, "terminating", 3, POINTER, "Whether it is going"),
};
const korch_type korch_endpoint_conditions_type =
    TYPE("EndpointConditions", endpoint_conditions_fields, "State of an endpoint");
#undef S

#define S korch_for_zone
static const korch_field for_zone_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the zone"),
};
const korch_type korch_for_zone_type =
    TYPE("ForZone", for_zone_fields, "A zone that should use an endpoint");
#undef S

#define S korch_for_node
static const korch_field for_node_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the node"),
};
const korch_type korch_for_node_type =
    TYPE("ForNode", for_node_fields, "A node that should use an endpoint");
#undef S

#define S korch_endpoint_hints
static const korch_field endpoint_hints_fields[] = {
    LIST_STRUCT(for_zones, korch_for_zone, "forZones", 1, ATOMIC, "Zones that should use it"),
    LIST_STRUCT(for_nodes, korch_for_node, "forNodes", 2, ATOMIC, "Nodes that should use it"),
};
const korch_type korch_endpoint_hints_type =
    TYPE("EndpointHints", endpoint_hints_fields, "Who should use an endpoint");
#undef S

#define S korch_endpoint
static const korch_field endpoint_fields[] = {
    LIST_STRING(addresses, "addresses", 1, REQUIRED | SET,
                "Its addresses; they are the same thing"),
    STRUCT(conditions, korch_endpoint_conditions, "conditions", 2, 0, "State of it"),
    STRING(hostname, "hostname", 3, POINTER, "Host name of it",
           .format = KORCH_FORMAT_DNS1123_LABEL),
    STRUCT(target_ref, korch_object_reference, "targetRef", 4, ATOMIC, "The pod"),
    MAP_STRING(deprecated_topology, "deprecatedTopology", 5, DEPRECATED,
               "Where it is, in older objects"),
    STRING(node_name, "nodeName", 6, POINTER, "Node that it runs on"),
    STRING(zone, "zone", 7, POINTER, "Zone that it runs in"),
    STRUCT(hints, korch_endpoint_hints, "hints", 8, 0, "Who should use it"),
};
const korch_type korch_endpoint_type =
    TYPE("Endpoint", endpoint_fields, "One thing behind a Service, usually a pod");
#undef S

#define S korch_endpoint_port
static const korch_field endpoint_port_fields[] = {
    STRING(name, "name", 1, POINTER, "Name of the Service's port", .default_json = "\"\""),
    STRING(protocol, "protocol", 2, POINTER, "Transport protocol",
           .allowed = ALLOWED("SCTP", "TCP", "UDP"), .default_json = "\"TCP\""),
    INT32(port, "port", 3, POINTER, "Port number"),
    STRING(app_protocol, "appProtocol", 4, POINTER, "Protocol of the application",
           .format = KORCH_FORMAT_QUALIFIED_NAME),
};
const korch_type korch_endpoint_port_type =
    TYPE("EndpointPort", endpoint_port_fields, "A port of the endpoints");
#undef S

#define S korch_endpoint_slice
static const korch_field endpoint_slice_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRING(address_type, "addressType", 4, REQUIRED | IMMUTABLE | EMIT, "What the addresses are",
           .allowed = ALLOWED("FQDN", "IPv4", "IPv6")),
    LIST_STRUCT(endpoints, korch_endpoint, "endpoints", 2, ATOMIC, "What is behind the Service"),
    LIST_STRUCT(ports, korch_endpoint_port, "ports", 3, ATOMIC, "Ports that all of them have"),
};
const korch_type korch_endpoint_slice_type =
    TYPE("EndpointSlice", endpoint_slice_fields, "Part of what is behind a Service",
         .validate = korch__endpoint_slice_validate);
#undef S
