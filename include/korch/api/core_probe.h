/*
 * Probes and lifecycle hooks of containers: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/core_probe.c.
 */
#ifndef KORCH_API_CORE_PROBE_H
#define KORCH_API_CORE_PROBE_H

#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file core_probe.h Probes and lifecycle hooks of containers. */

/** ExecAction. */
typedef struct korch_exec_action {
	KORCH_STRUCT_HEAD
	const char **command; /**< command */
	size_t n_command;     /**< number of command */
} korch_exec_action;
/** The table of a korch_exec_action. @since 0.1 */
extern KORCH_API const korch_type korch_exec_action_type;

/** HTTPHeader. */
typedef struct korch_http_header {
	KORCH_STRUCT_HEAD
	const char *name;  /**< name */
	const char *value; /**< value */
} korch_http_header;
/** The table of a korch_http_header. @since 0.1 */
extern KORCH_API const korch_type korch_http_header_type;

/** HTTPGetAction. */
typedef struct korch_http_get_action {
	KORCH_STRUCT_HEAD
	const char *path;                /**< path */
	korch_int_or_string port;        /**< port */
	const char *host;                /**< host */
	const char *scheme;              /**< scheme */
	korch_http_header *http_headers; /**< httpHeaders */
	size_t n_http_headers;           /**< number of http_headers */
	const char *protocol;            /**< protocol */
} korch_http_get_action;
/** The table of a korch_http_get_action. @since 0.1 */
extern KORCH_API const korch_type korch_http_get_action_type;

/** TCPSocketAction. */
typedef struct korch_tcp_socket_action {
	KORCH_STRUCT_HEAD
	korch_int_or_string port; /**< port */
	const char *host;         /**< host */
} korch_tcp_socket_action;
/** The table of a korch_tcp_socket_action. @since 0.1 */
extern KORCH_API const korch_type korch_tcp_socket_action_type;

/** GRPCAction. */
typedef struct korch_grpc_action {
	KORCH_STRUCT_HEAD
	int32_t port;        /**< port */
	const char *service; /**< service */
	const char *mode;    /**< mode */
} korch_grpc_action;
/** The table of a korch_grpc_action. @since 0.1 */
extern KORCH_API const korch_type korch_grpc_action_type;

/** SleepAction. */
typedef struct korch_sleep_action {
	KORCH_STRUCT_HEAD
	int64_t seconds; /**< seconds */
} korch_sleep_action;
/** The table of a korch_sleep_action. @since 0.1 */
extern KORCH_API const korch_type korch_sleep_action_type;

/** Probe. */
typedef struct korch_probe {
	KORCH_STRUCT_HEAD
	korch_exec_action *exec;                  /**< exec */
	korch_http_get_action *http_get;          /**< httpGet */
	korch_tcp_socket_action *tcp_socket;      /**< tcpSocket */
	korch_grpc_action *grpc;                  /**< grpc */
	int32_t initial_delay_seconds;            /**< initialDelaySeconds */
	int32_t timeout_seconds;                  /**< timeoutSeconds */
	int32_t period_seconds;                   /**< periodSeconds */
	int32_t success_threshold;                /**< successThreshold */
	int32_t failure_threshold;                /**< failureThreshold */
	int64_t termination_grace_period_seconds; /**< terminationGracePeriodSeconds */
} korch_probe;
/** The table of a korch_probe. @since 0.1 */
extern KORCH_API const korch_type korch_probe_type;

/** LifecycleHandler. */
typedef struct korch_lifecycle_handler {
	KORCH_STRUCT_HEAD
	korch_exec_action *exec;             /**< exec */
	korch_http_get_action *http_get;     /**< httpGet */
	korch_tcp_socket_action *tcp_socket; /**< tcpSocket */
	korch_sleep_action *sleep;           /**< sleep */
} korch_lifecycle_handler;
/** The table of a korch_lifecycle_handler. @since 0.1 */
extern KORCH_API const korch_type korch_lifecycle_handler_type;

/** Lifecycle. */
typedef struct korch_lifecycle {
	KORCH_STRUCT_HEAD
	korch_lifecycle_handler *post_start; /**< postStart */
	korch_lifecycle_handler *pre_stop;   /**< preStop */
	const char *stop_signal;             /**< stopSignal */
} korch_lifecycle;
/** The table of a korch_lifecycle. @since 0.1 */
extern KORCH_API const korch_type korch_lifecycle_type;

KORCH_END_DECLS

#endif
