/*
 * Containers of a pod: the C structs. Their tables (names, rules, defaults) stand in
 * lib/object/kinds/core_container.c.
 */
#ifndef KORCH_API_CORE_CONTAINER_H
#define KORCH_API_CORE_CONTAINER_H

#include <korch/api/core_probe.h>
#include <korch/api/core_reference.h>
#include <korch/api/core_security.h>

KORCH_BEGIN_DECLS

/** @file core_container.h Containers of a pod. */

/** A port that a container listens on. */
typedef struct korch_container_port {
	KORCH_STRUCT_HEAD
	const char *name;       /**< Name that Services can refer to */
	int32_t host_port;      /**< Port of the node that leads here */
	int32_t container_port; /**< Port number in the container */
	const char *protocol;   /**< Transport protocol */
	const char *host_ip;    /**< Address of the node to bind the host port to */
} korch_container_port;
/** The table of a korch_container_port. @since 0.1 */
extern KORCH_API const korch_type korch_container_port_type;

/** All keys of a ConfigMap as variables. */
typedef struct korch_config_map_env_source {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name of the ConfigMap */
	int32_t optional; /**< Whether the ConfigMap may be missing */
} korch_config_map_env_source;
/** The table of a korch_config_map_env_source. @since 0.1 */
extern KORCH_API const korch_type korch_config_map_env_source_type;

/** All keys of a Secret as variables. */
typedef struct korch_secret_env_source {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name of the Secret */
	int32_t optional; /**< Whether the Secret may be missing */
} korch_secret_env_source;
/** The table of a korch_secret_env_source. @since 0.1 */
extern KORCH_API const korch_type korch_secret_env_source_type;

/** Many environment variables at once. */
typedef struct korch_env_from_source {
	KORCH_STRUCT_HEAD
	const char *prefix;                          /**< Put in front of each name */
	korch_config_map_env_source *config_map_ref; /**< All keys of a ConfigMap */
	korch_secret_env_source *secret_ref;         /**< All keys of a Secret */
} korch_env_from_source;
/** The table of a korch_env_from_source. @since 0.1 */
extern KORCH_API const korch_type korch_env_from_source_type;

/** Where the value of a variable comes from. */
typedef struct korch_env_var_source {
	KORCH_STRUCT_HEAD
	korch_object_field_selector *field_ref;            /**< A field of the pod */
	korch_resource_field_selector *resource_field_ref; /**< A request or limit of a container */
	korch_config_map_key_selector *config_map_key_ref; /**< A key of a ConfigMap */
	korch_secret_key_selector *secret_key_ref;         /**< A key of a Secret */
	korch_file_key_selector *file_key_ref;             /**< A variable in a file of a volume */
} korch_env_var_source;
/** The table of a korch_env_var_source. @since 0.1 */
extern KORCH_API const korch_type korch_env_var_source_type;

/** An environment variable. */
typedef struct korch_env_var {
	KORCH_STRUCT_HEAD
	const char *name;                 /**< Name of the variable */
	const char *value;                /**< Value; $(NAME) stands for a variable defined before */
	korch_env_var_source *value_from; /**< Where the value comes from instead */
} korch_env_var;
/** The table of a korch_env_var. @since 0.1 */
extern KORCH_API const korch_type korch_env_var_type;

/** A claim of the pod that a container uses. */
typedef struct korch_resource_claim {
	KORCH_STRUCT_HEAD
	const char *name;    /**< Name of the claim in spec.resourceClaims */
	const char *request; /**< Which request of the claim; all when empty */
} korch_resource_claim;
/** The table of a korch_resource_claim. @since 0.1 */
extern KORCH_API const korch_type korch_resource_claim_type;

/** What a container needs and may use at most. */
typedef struct korch_resource_requirements {
	KORCH_STRUCT_HEAD
	korch_map *limits;            /**< Most that may be used, by resource */
	korch_map *requests;          /**< What is set aside, by resource; the limits when absent */
	korch_resource_claim *claims; /**< Claims of the pod that are used */
	size_t n_claims;              /**< number of claims */
} korch_resource_requirements;
/** The table of a korch_resource_requirements. @since 0.1 */
extern KORCH_API const korch_type korch_resource_requirements_type;

/** What changing a resource does to the container. */
typedef struct korch_container_resize_policy {
	KORCH_STRUCT_HEAD
	const char *resource_name;  /**< Which resource */
	const char *restart_policy; /**< Whether the container restarts */
} korch_container_resize_policy;
/** The table of a korch_container_resize_policy. @since 0.1 */
extern KORCH_API const korch_type korch_container_resize_policy_type;

/** Exit codes that a rule is about. */
typedef struct korch_container_restart_rule_on_exit_codes {
	KORCH_STRUCT_HEAD
	const char *operator_; /**< Whether the code is one of the values */
	int32_t *values;       /**< Exit codes */
	size_t n_values;       /**< number of values */
} korch_container_restart_rule_on_exit_codes;
/** The table of a korch_container_restart_rule_on_exit_codes. @since 0.1 */
extern KORCH_API const korch_type korch_container_restart_rule_on_exit_codes_type;

/** What happens at some exit codes. */
typedef struct korch_container_restart_rule {
	KORCH_STRUCT_HEAD
	const char *action;                                     /**< What to do */
	korch_container_restart_rule_on_exit_codes *exit_codes; /**< When the rule applies */
} korch_container_restart_rule;
/** The table of a korch_container_restart_rule. @since 0.1 */
extern KORCH_API const korch_type korch_container_restart_rule_type;

/** Where a container sees a volume. */
typedef struct korch_volume_mount {
	KORCH_STRUCT_HEAD
	const char *name;                /**< Volume of the pod */
	int32_t read_only;               /**< Whether it cannot be written */
	const char *recursive_read_only; /**< Whether mounts below are read-only too */
	const char *mount_path;          /**< Path in the container */
	const char *sub_path;            /**< Path within the volume to mount instead of its root */
	const char *mount_propagation;   /**< Which mounts are passed on */
	const char *sub_path_expr;       /**< As subPath, with $(NAME) replaced from the environment */
	const char **bind_mount_options; /**< Further options of the mount */
	size_t n_bind_mount_options;     /**< number of bind_mount_options */
} korch_volume_mount;
/** The table of a korch_volume_mount. @since 0.1 */
extern KORCH_API const korch_type korch_volume_mount_type;

/** Where a container sees a block device. */
typedef struct korch_volume_device {
	KORCH_STRUCT_HEAD
	const char *name;        /**< Volume of the pod */
	const char *device_path; /**< Path of the device in the container */
} korch_volume_device;
/** The table of a korch_volume_device. @since 0.1 */
extern KORCH_API const korch_type korch_volume_device_type;

/** A container of a pod. */
typedef struct korch_container {
	KORCH_STRUCT_HEAD
	const char *name;  /**< Name, unique within the pod */
	const char *image; /**< Image to run */
	/** Program to run instead of the image's entry point */
	const char **command;
	size_t n_command;            /**< number of command */
	const char **args;           /**< Arguments instead of the image's own */
	size_t n_args;               /**< number of args */
	const char *working_dir;     /**< Directory to start in */
	korch_container_port *ports; /**< Ports that it listens on */
	size_t n_ports;              /**< number of ports */
	/** Environment variables taken from whole ConfigMaps and Secrets */
	korch_env_from_source *env_from;
	size_t n_env_from;                            /**< number of env_from */
	korch_env_var *env;                           /**< Environment variables, one by one */
	size_t n_env;                                 /**< number of env */
	korch_resource_requirements *resources;       /**< What it needs and may use at most */
	korch_container_resize_policy *resize_policy; /**< What changing a resource does */
	size_t n_resize_policy;                       /**< number of resize_policy */
	/** Instead of the pod's: Always makes an init container a sidecar */
	const char *restart_policy;
	korch_container_restart_rule *restart_policy_rules; /**< Exceptions from the restart policy */
	size_t n_restart_policy_rules;                      /**< number of restart_policy_rules */
	korch_volume_mount *volume_mounts;                  /**< Where it sees volumes */
	size_t n_volume_mounts;                             /**< number of volume_mounts */
	korch_volume_device *volume_devices;                /**< Where it sees block devices */
	size_t n_volume_devices;                            /**< number of volume_devices */
	korch_probe *liveness_probe;                        /**< Restarted when this fails */
	korch_probe *readiness_probe;                       /**< Gets traffic while this succeeds */
	/** The other probes wait until this has succeeded */
	korch_probe *startup_probe;
	korch_lifecycle *lifecycle;           /**< Hooks at start and stop */
	const char *termination_message_path; /**< File whose text explains the end */
	/** Where the text that explains the end comes from */
	const char *termination_message_policy;
	const char *image_pull_policy;            /**< When to fetch the image */
	korch_security_context *security_context; /**< Rights of the container */
	int32_t stdin_;                           /**< Whether standard input stays open */
	/** Whether standard input closes after the first client */
	int32_t stdin_once;
	int32_t tty; /**< Whether it gets a terminal */
} korch_container;
/** The table of a korch_container. @since 0.1 */
extern KORCH_API const korch_type korch_container_type;

/** A container added to a running pod to look into it. */
typedef struct korch_ephemeral_container {
	KORCH_STRUCT_HEAD
	const char *name;  /**< Name, unique within the pod */
	const char *image; /**< Image to run */
	/** Program to run instead of the image's entry point */
	const char **command;
	size_t n_command;            /**< number of command */
	const char **args;           /**< Arguments instead of the image's own */
	size_t n_args;               /**< number of args */
	const char *working_dir;     /**< Directory to start in */
	korch_container_port *ports; /**< Ports that it listens on */
	size_t n_ports;              /**< number of ports */
	/** Environment variables taken from whole ConfigMaps and Secrets */
	korch_env_from_source *env_from;
	size_t n_env_from;                            /**< number of env_from */
	korch_env_var *env;                           /**< Environment variables, one by one */
	size_t n_env;                                 /**< number of env */
	korch_resource_requirements *resources;       /**< What it needs and may use at most */
	korch_container_resize_policy *resize_policy; /**< What changing a resource does */
	size_t n_resize_policy;                       /**< number of resize_policy */
	/** Instead of the pod's: Always makes an init container a sidecar */
	const char *restart_policy;
	korch_container_restart_rule *restart_policy_rules; /**< Exceptions from the restart policy */
	size_t n_restart_policy_rules;                      /**< number of restart_policy_rules */
	korch_volume_mount *volume_mounts;                  /**< Where it sees volumes */
	size_t n_volume_mounts;                             /**< number of volume_mounts */
	korch_volume_device *volume_devices;                /**< Where it sees block devices */
	size_t n_volume_devices;                            /**< number of volume_devices */
	korch_probe *liveness_probe;                        /**< Restarted when this fails */
	korch_probe *readiness_probe;                       /**< Gets traffic while this succeeds */
	/** The other probes wait until this has succeeded */
	korch_probe *startup_probe;
	korch_lifecycle *lifecycle;           /**< Hooks at start and stop */
	const char *termination_message_path; /**< File whose text explains the end */
	/** Where the text that explains the end comes from */
	const char *termination_message_policy;
	const char *image_pull_policy;            /**< When to fetch the image */
	korch_security_context *security_context; /**< Rights of the container */
	int32_t stdin_;                           /**< Whether standard input stays open */
	/** Whether standard input closes after the first client */
	int32_t stdin_once;
	int32_t tty;                       /**< Whether it gets a terminal */
	const char *target_container_name; /**< Container whose processes it sees */
} korch_ephemeral_container;
/** The table of a korch_ephemeral_container. @since 0.1 */
extern KORCH_API const korch_type korch_ephemeral_container_type;

KORCH_END_DECLS

#endif
