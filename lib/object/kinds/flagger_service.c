/*
 * The Services and routes that Flagger makes: the tables of the structs in
 * <korch/api/flagger_service.h>. One line per field; rules over several fields stand in
 * validate_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/flagger_service.h>

#define S korch_flagger_metadata
static const korch_field flagger_metadata_fields[] = {
    MAP_STRING(labels, "labels", 1, 0, "Labels"),
    MAP_STRING(annotations, "annotations", 2, 0, "Annotations"),
};
const korch_type korch_flagger_metadata_type = TYPE(
    "CustomMetadata", flagger_metadata_fields, "What is added to an object that Flagger makes");
#undef S

#define S korch_flagger_unmanaged_metadata
static const korch_field flagger_unmanaged_metadata_fields[] = {
    LIST_STRING(labels, "labels", 1, 0, "Keys of labels"),
    LIST_STRING(annotations, "annotations", 2, 0, "Keys of annotations"),
};
const korch_type korch_flagger_unmanaged_metadata_type =
    TYPE("UnmanagedMetadata", flagger_unmanaged_metadata_fields, "What Flagger leaves alone");
#undef S

#define S korch_flagger_string_match
static const korch_field flagger_string_match_fields[] = {
    STRING(exact, "exact", 1, 0, "The text is this"),
    STRING(prefix, "prefix", 2, 0, "The text begins with this"),
    STRING(suffix, "suffix", 3, 0, "The text ends with this"),
    STRING(regex, "regex", 4, 0, "The text is matched by this regular expression"),
};
const korch_type korch_flagger_string_match_type =
    TYPE("StringMatch", flagger_string_match_fields, "How a text is compared",
         .validate = korch__flagger_string_match_validate);
#undef S

#define S korch_flagger_http_match
static const korch_field flagger_http_match_fields[] = {
    STRING(name, "name", 1, 0, "Name of the match"),
    STRUCT(uri, korch_flagger_string_match, "uri", 2, 0, "Its path"),
    STRUCT(scheme, korch_flagger_string_match, "scheme", 3, 0, "Its scheme"),
    STRUCT(method, korch_flagger_string_match, "method", 4, 0, "Its method"),
    STRUCT(authority, korch_flagger_string_match, "authority", 5, 0, "Its host"),
    RAW(headers, "headers", 6, 0, "Headers by name, each with exact, prefix, suffix or regex"),
    INT32(port, "port", 7, 0, "Its port"),
    MAP_STRING(source_labels, "sourceLabels", 8, 0, "Labels of the pod that sends it"),
    LIST_STRING(gateways, "gateways", 9, 0, "Gateways that it came through"),
    RAW(query_params, "queryParams", 10, 0, "Parameters by name, each with exact, prefix or regex"),
    BOOL(ignore_uri_case, "ignoreUriCase", 11, 0, "Whether capitals of the path do not count"),
};
const korch_type korch_flagger_http_match_type =
    TYPE("HTTPMatchRequest", flagger_http_match_fields, "Which requests are meant",
         .validate = korch__flagger_http_match_validate);
#undef S

#define S korch_flagger_http_rewrite
static const korch_field flagger_http_rewrite_fields[] = {
    STRING(uri, "uri", 1, 0, "Its path"),
    STRING(authority, "authority", 2, 0, "Its host"),
    STRING(type, "type", 3, 0, "How the path is replaced, for the Gateway API"),
};
const korch_type korch_flagger_http_rewrite_type =
    TYPE("HTTPRewrite", flagger_http_rewrite_fields, "What a request becomes");
#undef S

#define S korch_flagger_http_retry
static const korch_field flagger_http_retry_fields[] = {
    INT32(attempts, "attempts", 1, 0, "How often"),
    STRING(per_try_timeout, "perTryTimeout", 2, 0, "How long an attempt may take"),
    STRING(retry_on, "retryOn", 3, 0, "When it is tried again"),
    BOOL(retry_remote_localities, "retryRemoteLocalities", 4, 0, "Whether other places are tried"),
};
const korch_type korch_flagger_http_retry_type =
    TYPE("HTTPRetry", flagger_http_retry_fields, "How often a request is tried again");
#undef S

#define S korch_flagger_header_operations
static const korch_field flagger_header_operations_fields[] = {
    MAP_STRING(add, "add", 1, 0, "Headers that are added"),
    MAP_STRING(set, "set", 2, 0, "Headers that are replaced"),
    LIST_STRING(remove, "remove", 3, 0, "Headers that are taken away"),
};
const korch_type korch_flagger_header_operations_type =
    TYPE("HeaderOperations", flagger_header_operations_fields, "What becomes of headers");
#undef S

#define S korch_flagger_headers
static const korch_field flagger_headers_fields[] = {
    STRUCT(request, korch_flagger_header_operations, "request", 1, 0, "Those of requests"),
    STRUCT(response, korch_flagger_header_operations, "response", 2, 0, "Those of answers"),
};
const korch_type korch_flagger_headers_type =
    TYPE("Headers", flagger_headers_fields, "What becomes of the headers of requests and answers");
#undef S

#define S korch_flagger_canary_service
static const korch_field flagger_canary_service_fields[] = {
    STRING(name, "name", 1, 0, "Name of the Service; that of the target when absent"),
    INT32(port, "port", 2, REQUIRED | EMIT, "Its port", .format = KORCH_FORMAT_PORT),
    STRING(port_name, "portName", 3, 0, "Name of its port; http when absent"),
    INT_OR_STRING(target_port, "targetPort", 4, 0, "Port of the pods; the same when absent"),
    STRING(app_protocol, "appProtocol", 5, 0, "Protocol of the port"),
    STRING(traffic_distribution, "trafficDistribution", 6, 0, "Which pods are preferred",
           .allowed = ALLOWED("PreferClose", "PreferSameZone", "PreferSameNode")),
    BOOL(port_discovery, "portDiscovery", 7, EMIT, "Whether all ports of the containers are added"),
    BOOL(headless, "headless", 8, 0, "Whether the Services have no address of their own"),
    STRING(timeout, "timeout", 9, 0, "How long a request may take"),
    STRING(backend_timeout, "backendTimeout", 10, 0,
           "How long one attempt may take, for the Gateway API"),
    LIST_STRING(gateways, "gateways", 11, 0, "Gateways of Istio"),
    RAW(gateway_refs, "gatewayRefs", 12, 0, "Gateways of the Gateway API"),
    LIST_STRING(hosts, "hosts", 13, 0, "Hosts of the route; the Service when absent"),
    BOOL(delegation, "delegation", 14, 0,
         "Whether Istio's VirtualService is made to be delegated to"),
    RAW(traffic_policy, "trafficPolicy", 15, 0, "Policy for Istio's DestinationRules"),
    LIST_STRUCT(match, korch_flagger_http_match, "match", 16, 0, "Which requests are routed"),
    STRUCT(rewrite, korch_flagger_http_rewrite, "rewrite", 17, 0, "What requests become"),
    STRUCT(retries, korch_flagger_http_retry, "retries", 18, 0,
           "How often a request is tried again"),
    STRUCT(headers, korch_flagger_headers, "headers", 19, 0, "What becomes of headers"),
    RAW(cors_policy, "corsPolicy", 20, 0, "Rules for requests of other sites"),
    RAW(mirror, "mirror", 21, 0, "Where requests are copied to, for the Gateway API"),
    STRING(mesh_name, "meshName", 22, 0, "Mesh of App Mesh"),
    LIST_STRING(backends, "backends", 23, 0, "Backends of App Mesh"),
    STRUCT(apex, korch_flagger_metadata, "apex", 24, 0, "What is added to the Service"),
    STRUCT(primary, korch_flagger_metadata, "primary", 25, 0,
           "What is added to the Service of the primary pods"),
    STRUCT(canary, korch_flagger_metadata, "canary", 26, 0,
           "What is added to the Service of the canary's pods"),
    STRUCT(unmanaged_metadata, korch_flagger_unmanaged_metadata, "unmanagedMetadata", 27, 0,
           "What Flagger leaves alone"),
};
const korch_type korch_flagger_canary_service_type = TYPE(
    "CanaryService", flagger_canary_service_fields, "The Services and routes that Flagger makes");
#undef S
