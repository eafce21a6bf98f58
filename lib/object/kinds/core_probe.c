/*
 * Probes and lifecycle hooks of containers: the tables of the structs in <korch/api/core_probe.h>.
 * One line per field; rules over several fields stand in validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/core_probe.h>

#define S korch_exec_action
static const korch_field exec_action_fields[] = {
    LIST_STRING(command, "command", 1, REQUIRED | ATOMIC, "Program and arguments, without a shell"),
};
const korch_type korch_exec_action_type =
    TYPE("ExecAction", exec_action_fields, "A command inside the container");
#undef S

#define S korch_http_header
static const korch_field http_header_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the header"),
    STRING(value, "value", 2, EMIT, "Value of the header"),
};
const korch_type korch_http_header_type =
    TYPE("HTTPHeader", http_header_fields, "A header of a request");
#undef S

#define S korch_http_get_action
static const korch_field http_get_action_fields[] = {
    STRING(path, "path", 1, REQUIRED, "Path to ask for", .default_json = "\"/\""),
    INT_OR_STRING(port, "port", 2, REQUIRED | EMIT, "Port by number or by name"),
    STRING(host, "host", 3, 0, "Host to connect to; the pod's address when empty"),
    STRING(scheme, "scheme", 4, 0, "HTTP or HTTPS", .allowed = ALLOWED("HTTP", "HTTPS"),
           .default_json = "\"HTTP\""),
    LIST_STRUCT(http_headers, korch_http_header, "httpHeaders", 5, ATOMIC, "Headers to send"),
    STRING(protocol, "protocol", 6, POINTER, "Version of HTTP to speak"),
};
const korch_type korch_http_get_action_type =
    TYPE("HTTPGetAction", http_get_action_fields, "An HTTP GET request",
         .validate = korch__http_get_action_validate);
#undef S

#define S korch_tcp_socket_action
static const korch_field tcp_socket_action_fields[] = {
    INT_OR_STRING(port, "port", 1, REQUIRED | EMIT, "Port by number or by name"),
    STRING(host, "host", 2, 0, "Host to connect to; the pod's address when empty"),
};
const korch_type korch_tcp_socket_action_type =
    TYPE("TCPSocketAction", tcp_socket_action_fields, "A TCP connection that is opened",
         .validate = korch__tcp_socket_action_validate);
#undef S

#define S korch_grpc_action
static const korch_field grpc_action_fields[] = {
    INT32(port, "port", 1, REQUIRED | EMIT, "Port by number", .format = KORCH_FORMAT_PORT),
    STRING(service, "service", 2, POINTER, "Service to ask about", .default_json = "\"\""),
    STRING(mode, "mode", 3, POINTER, "How the connection is made"),
};
const korch_type korch_grpc_action_type =
    TYPE("GRPCAction", grpc_action_fields, "A call of the gRPC health service");
#undef S

#define S korch_sleep_action
static const korch_field sleep_action_fields[] = {
    INT64(seconds, "seconds", 1, REQUIRED | EMIT, "How long, in seconds"),
};
const korch_type korch_sleep_action_type = TYPE("SleepAction", sleep_action_fields, "A pause");
#undef S

#define S korch_probe
static const korch_field probe_fields[] = {
    STRUCT(exec, korch_exec_action, "exec", IN(1, 1), 0, "Runs a command; exit code 0 is well"),
    STRUCT(http_get, korch_http_get_action, "httpGet", IN(1, 2), 0,
           "Asks by HTTP; 200 to 399 is well"),
    STRUCT(tcp_socket, korch_tcp_socket_action, "tcpSocket", IN(1, 3), 0, "Opens a connection"),
    STRUCT(grpc, korch_grpc_action, "grpc", IN(1, 4), 0, "Asks the gRPC health service"),
    INT32(initial_delay_seconds, "initialDelaySeconds", 2, 0,
          "Seconds from the start to the first probe", .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(timeout_seconds, "timeoutSeconds", 3, 0, "Seconds after which a probe has failed",
          .format = KORCH_FORMAT_NON_NEGATIVE, .default_json = "1"),
    INT32(period_seconds, "periodSeconds", 4, 0, "Seconds between probes",
          .format = KORCH_FORMAT_NON_NEGATIVE, .default_json = "10"),
    INT32(success_threshold, "successThreshold", 5, 0, "Successes in a row that count as well",
          .format = KORCH_FORMAT_NON_NEGATIVE, .default_json = "1"),
    INT32(failure_threshold, "failureThreshold", 6, 0, "Failures in a row that count as unwell",
          .format = KORCH_FORMAT_NON_NEGATIVE, .default_json = "3"),
    INT64(termination_grace_period_seconds, "terminationGracePeriodSeconds", 7, POINTER,
          "Grace period when this probe ends the container", .format = KORCH_FORMAT_POSITIVE),
};
const korch_type korch_probe_type =
    TYPE("Probe", probe_fields, "A repeated question whether a container is well",
         .validate = korch__probe_validate);
#undef S

#define S korch_lifecycle_handler
static const korch_field lifecycle_handler_fields[] = {
    STRUCT(exec, korch_exec_action, "exec", 1, 0, "Runs a command"),
    STRUCT(http_get, korch_http_get_action, "httpGet", 2, 0, "Sends an HTTP request"),
    STRUCT(tcp_socket, korch_tcp_socket_action, "tcpSocket", 3, DEPRECATED,
           "Opens a connection; no longer used"),
    STRUCT(sleep, korch_sleep_action, "sleep", 4, 0, "Waits"),
};
const korch_type korch_lifecycle_handler_type = TYPE("LifecycleHandler", lifecycle_handler_fields,
                                                     "What to do at a moment of a container's life",
                                                     .validate = korch__lifecycle_handler_validate);
#undef S

#define S korch_lifecycle
static const korch_field lifecycle_fields[] = {
    STRUCT(post_start, korch_lifecycle_handler, "postStart", 1, 0, "Done right after the start"),
    STRUCT(pre_stop, korch_lifecycle_handler, "preStop", 2, 0,
           "Done before the container is stopped"),
    STRING(stop_signal, "stopSignal", 3, POINTER, "Signal that stops the container"),
};
const korch_type korch_lifecycle_type = TYPE("Lifecycle", lifecycle_fields, "Hooks of a container");
#undef S
