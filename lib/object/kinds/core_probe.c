/*
 * Probes and lifecycle hooks of containers: the tables of the structs in <korch/api/core_probe.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/core_probe.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field exec_action_fields[] = {
	LIST_STRING(korch_exec_action, command, n_command, "command", 1, ATOMIC, "command"),
};
const korch_type korch_exec_action_type = TYPE("ExecAction", korch_exec_action, exec_action_fields, "ExecAction");

static const korch_field http_header_fields[] = {
	STRING(korch_http_header, name, "name", 1, 0, "name"),
	STRING(korch_http_header, value, "value", 2, 0, "value"),
};
const korch_type korch_http_header_type = TYPE("HTTPHeader", korch_http_header, http_header_fields, "HTTPHeader");

static const korch_field http_get_action_fields[] = {
	STRING(korch_http_get_action, path, "path", 1, 0, "path"),
	INT_OR_STRING(korch_http_get_action, port, "port", 2, 0, "port"),
	STRING(korch_http_get_action, host, "host", 3, 0, "host"),
	STRING(korch_http_get_action, scheme, "scheme", 4, 0, "scheme"),
	LIST_STRUCT(korch_http_get_action, http_headers, n_http_headers, korch_http_header_type, "httpHeaders", 5, ATOMIC, "httpHeaders"),
	STRING(korch_http_get_action, protocol, "protocol", 6, 0, "protocol"),
};
const korch_type korch_http_get_action_type = TYPE("HTTPGetAction", korch_http_get_action, http_get_action_fields, "HTTPGetAction");

static const korch_field tcp_socket_action_fields[] = {
	INT_OR_STRING(korch_tcp_socket_action, port, "port", 1, 0, "port"),
	STRING(korch_tcp_socket_action, host, "host", 2, 0, "host"),
};
const korch_type korch_tcp_socket_action_type = TYPE("TCPSocketAction", korch_tcp_socket_action, tcp_socket_action_fields, "TCPSocketAction");

static const korch_field grpc_action_fields[] = {
	INT32(korch_grpc_action, port, "port", 1, 0, "port"),
	STRING(korch_grpc_action, service, "service", 2, 0, "service"),
	STRING(korch_grpc_action, mode, "mode", 3, 0, "mode"),
};
const korch_type korch_grpc_action_type = TYPE("GRPCAction", korch_grpc_action, grpc_action_fields, "GRPCAction");

static const korch_field sleep_action_fields[] = {
	INT64(korch_sleep_action, seconds, "seconds", 1, 0, "seconds"),
};
const korch_type korch_sleep_action_type = TYPE("SleepAction", korch_sleep_action, sleep_action_fields, "SleepAction");

static const korch_field probe_fields[] = {
	STRUCT(korch_probe, exec, korch_exec_action_type, "exec", IN(1, 1), 0, "exec"),
	STRUCT(korch_probe, http_get, korch_http_get_action_type, "httpGet", IN(1, 2), 0, "httpGet"),
	STRUCT(korch_probe, tcp_socket, korch_tcp_socket_action_type, "tcpSocket", IN(1, 3), 0, "tcpSocket"),
	STRUCT(korch_probe, grpc, korch_grpc_action_type, "grpc", IN(1, 4), 0, "grpc"),
	INT32(korch_probe, initial_delay_seconds, "initialDelaySeconds", 2, 0, "initialDelaySeconds"),
	INT32(korch_probe, timeout_seconds, "timeoutSeconds", 3, 0, "timeoutSeconds"),
	INT32(korch_probe, period_seconds, "periodSeconds", 4, 0, "periodSeconds"),
	INT32(korch_probe, success_threshold, "successThreshold", 5, 0, "successThreshold"),
	INT32(korch_probe, failure_threshold, "failureThreshold", 6, 0, "failureThreshold"),
	INT64(korch_probe, termination_grace_period_seconds, "terminationGracePeriodSeconds", 7, 0, "terminationGracePeriodSeconds"),
};
const korch_type korch_probe_type = TYPE("Probe", korch_probe, probe_fields, "Probe");

static const korch_field lifecycle_handler_fields[] = {
	STRUCT(korch_lifecycle_handler, exec, korch_exec_action_type, "exec", 1, 0, "exec"),
	STRUCT(korch_lifecycle_handler, http_get, korch_http_get_action_type, "httpGet", 2, 0, "httpGet"),
	STRUCT(korch_lifecycle_handler, tcp_socket, korch_tcp_socket_action_type, "tcpSocket", 3, 0, "tcpSocket"),
	STRUCT(korch_lifecycle_handler, sleep, korch_sleep_action_type, "sleep", 4, 0, "sleep"),
};
const korch_type korch_lifecycle_handler_type = TYPE("LifecycleHandler", korch_lifecycle_handler, lifecycle_handler_fields, "LifecycleHandler");

static const korch_field lifecycle_fields[] = {
	STRUCT(korch_lifecycle, post_start, korch_lifecycle_handler_type, "postStart", 1, 0, "postStart"),
	STRUCT(korch_lifecycle, pre_stop, korch_lifecycle_handler_type, "preStop", 2, 0, "preStop"),
	STRING(korch_lifecycle, stop_signal, "stopSignal", 3, 0, "stopSignal"),
};
const korch_type korch_lifecycle_type = TYPE("Lifecycle", korch_lifecycle, lifecycle_fields, "Lifecycle");
