/*
 * Containers of a pod: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/core_container.c.
 */
#ifndef KORCH_API_CORE_CONTAINER_H
#define KORCH_API_CORE_CONTAINER_H

#include <korch/api/core_probe.h>
#include <korch/api/core_reference.h>
#include <korch/api/core_security.h>

KORCH_BEGIN_DECLS

/** @file core_container.h Containers of a pod. */

/** ContainerPort. */
typedef struct korch_container_port {
	KORCH_STRUCT_HEAD
	const char *name;       /**< name */
	int32_t host_port;      /**< hostPort */
	int32_t container_port; /**< containerPort */
	const char *protocol;   /**< protocol */
	const char *host_ip;    /**< hostIP */
} korch_container_port;
/** The table of a korch_container_port. @since 0.1 */
extern KORCH_API const korch_type korch_container_port_type;

/** ConfigMapEnvSource. */
typedef struct korch_config_map_env_source {
	KORCH_STRUCT_HEAD
	const char *name; /**< name */
	int32_t optional; /**< optional */
} korch_config_map_env_source;
/** The table of a korch_config_map_env_source. @since 0.1 */
extern KORCH_API const korch_type korch_config_map_env_source_type;

/** SecretEnvSource. */
typedef struct korch_secret_env_source {
	KORCH_STRUCT_HEAD
	const char *name; /**< name */
	int32_t optional; /**< optional */
} korch_secret_env_source;
/** The table of a korch_secret_env_source. @since 0.1 */
extern KORCH_API const korch_type korch_secret_env_source_type;

/** EnvFromSource. */
typedef struct korch_env_from_source {
	KORCH_STRUCT_HEAD
	const char *prefix;                          /**< prefix */
	korch_config_map_env_source *config_map_ref; /**< configMapRef */
	korch_secret_env_source *secret_ref;         /**< secretRef */
} korch_env_from_source;
/** The table of a korch_env_from_source. @since 0.1 */
extern KORCH_API const korch_type korch_env_from_source_type;

/** EnvVarSource. */
typedef struct korch_env_var_source {
	KORCH_STRUCT_HEAD
	korch_object_field_selector *field_ref;        /**< fieldRef */
	korch_resource_field_selector *resource_field_ref; /**< resourceFieldRef */
	korch_config_map_key_selector *config_map_key_ref; /**< configMapKeyRef */
	korch_secret_key_selector *secret_key_ref;     /**< secretKeyRef */
	korch_file_key_selector *file_key_ref;         /**< fileKeyRef */
} korch_env_var_source;
/** The table of a korch_env_var_source. @since 0.1 */
extern KORCH_API const korch_type korch_env_var_source_type;

/** EnvVar. */
typedef struct korch_env_var {
	KORCH_STRUCT_HEAD
	const char *name;                 /**< name */
	const char *value;                /**< value */
	korch_env_var_source *value_from; /**< valueFrom */
} korch_env_var;
/** The table of a korch_env_var. @since 0.1 */
extern KORCH_API const korch_type korch_env_var_type;

/** ResourceClaim. */
typedef struct korch_resource_claim {
	KORCH_STRUCT_HEAD
	const char *name;    /**< name */
	const char *request; /**< request */
} korch_resource_claim;
/** The table of a korch_resource_claim. @since 0.1 */
extern KORCH_API const korch_type korch_resource_claim_type;

/** ResourceRequirements. */
typedef struct korch_resource_requirements {
	KORCH_STRUCT_HEAD
	korch_map *limits;            /**< limits */
	korch_map *requests;          /**< requests */
	korch_resource_claim *claims; /**< claims */
	size_t n_claims;              /**< number of claims */
} korch_resource_requirements;
/** The table of a korch_resource_requirements. @since 0.1 */
extern KORCH_API const korch_type korch_resource_requirements_type;

/** ContainerResizePolicy. */
typedef struct korch_container_resize_policy {
	KORCH_STRUCT_HEAD
	const char *resource_name;  /**< resourceName */
	const char *restart_policy; /**< restartPolicy */
} korch_container_resize_policy;
/** The table of a korch_container_resize_policy. @since 0.1 */
extern KORCH_API const korch_type korch_container_resize_policy_type;

/** ContainerRestartRuleOnExitCodes. */
typedef struct korch_container_restart_rule_on_exit_codes {
	KORCH_STRUCT_HEAD
	const char *operator_; /**< operator */
	int32_t *values;       /**< values */
	size_t n_values;       /**< number of values */
} korch_container_restart_rule_on_exit_codes;
/** The table of a korch_container_restart_rule_on_exit_codes. @since 0.1 */
extern KORCH_API const korch_type korch_container_restart_rule_on_exit_codes_type;

/** ContainerRestartRule. */
typedef struct korch_container_restart_rule {
	KORCH_STRUCT_HEAD
	const char *action;                            /**< action */
	korch_container_restart_rule_on_exit_codes *exit_codes; /**< exitCodes */
} korch_container_restart_rule;
/** The table of a korch_container_restart_rule. @since 0.1 */
extern KORCH_API const korch_type korch_container_restart_rule_type;

/** VolumeMount. */
typedef struct korch_volume_mount {
	KORCH_STRUCT_HEAD
	const char *name;                /**< name */
	int32_t read_only;               /**< readOnly */
	const char *recursive_read_only; /**< recursiveReadOnly */
	const char *mount_path;          /**< mountPath */
	const char *sub_path;            /**< subPath */
	const char *mount_propagation;   /**< mountPropagation */
	const char *sub_path_expr;       /**< subPathExpr */
	const char **bind_mount_options; /**< bindMountOptions */
	size_t n_bind_mount_options;     /**< number of bind_mount_options */
} korch_volume_mount;
/** The table of a korch_volume_mount. @since 0.1 */
extern KORCH_API const korch_type korch_volume_mount_type;

/** VolumeDevice. */
typedef struct korch_volume_device {
	KORCH_STRUCT_HEAD
	const char *name;        /**< name */
	const char *device_path; /**< devicePath */
} korch_volume_device;
/** The table of a korch_volume_device. @since 0.1 */
extern KORCH_API const korch_type korch_volume_device_type;

/** Container. */
typedef struct korch_container {
	KORCH_STRUCT_HEAD
	const char *name;                              /**< name */
	const char *image;                             /**< image */
	const char **command;                          /**< command */
	size_t n_command;                              /**< number of command */
	const char **args;                             /**< args */
	size_t n_args;                                 /**< number of args */
	const char *working_dir;                       /**< workingDir */
	korch_container_port *ports;                   /**< ports */
	size_t n_ports;                                /**< number of ports */
	korch_env_from_source *env_from;               /**< envFrom */
	size_t n_env_from;                             /**< number of env_from */
	korch_env_var *env;                            /**< env */
	size_t n_env;                                  /**< number of env */
	korch_resource_requirements *resources;        /**< resources */
	korch_container_resize_policy *resize_policy;  /**< resizePolicy */
	size_t n_resize_policy;                        /**< number of resize_policy */
	const char *restart_policy;                    /**< restartPolicy */
	korch_container_restart_rule *restart_policy_rules; /**< restartPolicyRules */
	size_t n_restart_policy_rules;                 /**< number of restart_policy_rules */
	korch_volume_mount *volume_mounts;             /**< volumeMounts */
	size_t n_volume_mounts;                        /**< number of volume_mounts */
	korch_volume_device *volume_devices;           /**< volumeDevices */
	size_t n_volume_devices;                       /**< number of volume_devices */
	korch_probe *liveness_probe;                   /**< livenessProbe */
	korch_probe *readiness_probe;                  /**< readinessProbe */
	korch_probe *startup_probe;                    /**< startupProbe */
	korch_lifecycle *lifecycle;                    /**< lifecycle */
	const char *termination_message_path;          /**< terminationMessagePath */
	const char *termination_message_policy;        /**< terminationMessagePolicy */
	const char *image_pull_policy;                 /**< imagePullPolicy */
	korch_security_context *security_context;      /**< securityContext */
	int32_t stdin_;                                /**< stdin */
	int32_t stdin_once;                            /**< stdinOnce */
	int32_t tty;                                   /**< tty */
} korch_container;
/** The table of a korch_container. @since 0.1 */
extern KORCH_API const korch_type korch_container_type;

/** EphemeralContainer. */
typedef struct korch_ephemeral_container {
	KORCH_STRUCT_HEAD
	const char *name;                              /**< name */
	const char *image;                             /**< image */
	const char **command;                          /**< command */
	size_t n_command;                              /**< number of command */
	const char **args;                             /**< args */
	size_t n_args;                                 /**< number of args */
	const char *working_dir;                       /**< workingDir */
	korch_container_port *ports;                   /**< ports */
	size_t n_ports;                                /**< number of ports */
	korch_env_from_source *env_from;               /**< envFrom */
	size_t n_env_from;                             /**< number of env_from */
	korch_env_var *env;                            /**< env */
	size_t n_env;                                  /**< number of env */
	korch_resource_requirements *resources;        /**< resources */
	korch_container_resize_policy *resize_policy;  /**< resizePolicy */
	size_t n_resize_policy;                        /**< number of resize_policy */
	const char *restart_policy;                    /**< restartPolicy */
	korch_container_restart_rule *restart_policy_rules; /**< restartPolicyRules */
	size_t n_restart_policy_rules;                 /**< number of restart_policy_rules */
	korch_volume_mount *volume_mounts;             /**< volumeMounts */
	size_t n_volume_mounts;                        /**< number of volume_mounts */
	korch_volume_device *volume_devices;           /**< volumeDevices */
	size_t n_volume_devices;                       /**< number of volume_devices */
	korch_probe *liveness_probe;                   /**< livenessProbe */
	korch_probe *readiness_probe;                  /**< readinessProbe */
	korch_probe *startup_probe;                    /**< startupProbe */
	korch_lifecycle *lifecycle;                    /**< lifecycle */
	const char *termination_message_path;          /**< terminationMessagePath */
	const char *termination_message_policy;        /**< terminationMessagePolicy */
	const char *image_pull_policy;                 /**< imagePullPolicy */
	korch_security_context *security_context;      /**< securityContext */
	int32_t stdin_;                                /**< stdin */
	int32_t stdin_once;                            /**< stdinOnce */
	int32_t tty;                                   /**< tty */
	const char *target_container_name;             /**< targetContainerName */
} korch_ephemeral_container;
/** The table of a korch_ephemeral_container. @since 0.1 */
extern KORCH_API const korch_type korch_ephemeral_container_type;

KORCH_END_DECLS

#endif
