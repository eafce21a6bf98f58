/*
 * Probes and lifecycle hooks of containers: the C structs. Their tables (names, rules, defaults)
 * stand in lib/object/kinds/core_probe.c.
 */
#ifndef KORCH_API_CORE_PROBE_H
#define KORCH_API_CORE_PROBE_H

#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file core_probe.h Probes and lifecycle hooks of containers. */

/** A command inside the container. */
typedef struct korch_exec_action {
	KORCH_STRUCT_HEAD
	const char **command; /**< Program and arguments, without a shell */
	size_t n_command;     /**< number of command */
} korch_exec_action;
/** The table of a korch_exec_action. @since 0.1 */
extern KORCH_API const korch_type korch_exec_action_type;

/** A header of a request. */
typedef struct korch_http_header {
	KORCH_STRUCT_HEAD
	const char *name;  /**< Name of the header */
	const char *value; /**< Value of the header */
} korch_http_header;
/** The table of a korch_http_header. @since 0.1 */
extern KORCH_API const korch_type korch_http_header_type;

/** An HTTP GET request. */
typedef struct korch_http_get_action {
	KORCH_STRUCT_HEAD
	const char *path;                /**< Path to ask for */
	korch_int_or_string port;        /**< Port by number or by name */
	const char *host;                /**< Host to connect to; the pod's address when empty */
	const char *scheme;              /**< HTTP or HTTPS */
	korch_http_header *http_headers; /**< Headers to send */
	size_t n_http_headers;           /**< number of http_headers */
	const char *protocol;            /**< Version of HTTP to speak */
} korch_http_get_action;
/** The table of a korch_http_get_action. @since 0.1 */
extern KORCH_API const korch_type korch_http_get_action_type;

/** A TCP connection that is opened. */
typedef struct korch_tcp_socket_action {
	KORCH_STRUCT_HEAD
	korch_int_or_string port; /**< Port by number or by name */
	const char *host;         /**< Host to connect to; the pod's address when empty */
} korch_tcp_socket_action;
/** The table of a korch_tcp_socket_action. @since 0.1 */
extern KORCH_API const korch_type korch_tcp_socket_action_type;

/** A call of the gRPC health service. */
typedef struct korch_grpc_action {
	KORCH_STRUCT_HEAD
	int32_t port;        /**< Port by number */
	const char *service; /**< Service to ask about */
	const char *mode;    /**< How the connection is made */
} korch_grpc_action;
/** The table of a korch_grpc_action. @since 0.1 */
extern KORCH_API const korch_type korch_grpc_action_type;

/** A pause. */
typedef struct korch_sleep_action {
	KORCH_STRUCT_HEAD
	int64_t seconds; /**< How long, in seconds */
} korch_sleep_action;
/** The table of a korch_sleep_action. @since 0.1 */
extern KORCH_API const korch_type korch_sleep_action_type;

/** A repeated question whether a container is well. */
typedef struct korch_probe {
	KORCH_STRUCT_HEAD
	korch_exec_action *exec;             /**< Runs a command; exit code 0 is well */
	korch_http_get_action *http_get;     /**< Asks by HTTP; 200 to 399 is well */
	korch_tcp_socket_action *tcp_socket; /**< Opens a connection */
	korch_grpc_action *grpc;             /**< Asks the gRPC health service */
	int32_t initial_delay_seconds;       /**< Seconds from the start to the first probe */
	int32_t timeout_seconds;             /**< Seconds after which a probe has failed */
	int32_t period_seconds;              /**< Seconds between probes */
	int32_t success_threshold;           /**< Successes in a row that count as well */
	int32_t failure_threshold;           /**< Failures in a row that count as unwell */
	/** Grace period when this probe ends the container */
	int64_t termination_grace_period_seconds;
} korch_probe;
/** The table of a korch_probe. @since 0.1 */
extern KORCH_API const korch_type korch_probe_type;

/** What to do at a moment of a container's life. */
typedef struct korch_lifecycle_handler {
	KORCH_STRUCT_HEAD
	korch_exec_action *exec;             /**< Runs a command */
	korch_http_get_action *http_get;     /**< Sends an HTTP request */
	korch_tcp_socket_action *tcp_socket; /**< Opens a connection; no longer used */
	korch_sleep_action *sleep;           /**< Waits */
} korch_lifecycle_handler;
/** The table of a korch_lifecycle_handler. @since 0.1 */
extern KORCH_API const korch_type korch_lifecycle_handler_type;

/** Hooks of a container. */
typedef struct korch_lifecycle {
	KORCH_STRUCT_HEAD
	korch_lifecycle_handler *post_start; /**< Done right after the start */
	korch_lifecycle_handler *pre_stop;   /**< Done before the container is stopped */
	const char *stop_signal;             /**< Signal that stops the container */
} korch_lifecycle;
/** The table of a korch_lifecycle. @since 0.1 */
extern KORCH_API const korch_type korch_lifecycle_type;

KORCH_END_DECLS

#endif
