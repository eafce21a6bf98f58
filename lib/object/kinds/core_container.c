/*
 * Containers of a pod: the tables of the structs in <korch/api/core_container.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/core_container.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field container_port_fields[] = {
	STRING(korch_container_port, name, "name", 1, 0, "name"),
	INT32(korch_container_port, host_port, "hostPort", 2, 0, "hostPort"),
	INT32(korch_container_port, container_port, "containerPort", 3, 0, "containerPort"),
	STRING(korch_container_port, protocol, "protocol", 4, 0, "protocol"),
	STRING(korch_container_port, host_ip, "hostIP", 5, 0, "hostIP"),
};
const korch_type korch_container_port_type = TYPE("ContainerPort", korch_container_port, container_port_fields, "ContainerPort");

static const korch_field config_map_env_source_fields[] = {
	STRING(korch_config_map_env_source, name, "name", IN(1, 1), 0, "name"),
	BOOL(korch_config_map_env_source, optional, "optional", 2, 0, "optional"),
};
const korch_type korch_config_map_env_source_type = TYPE("ConfigMapEnvSource", korch_config_map_env_source, config_map_env_source_fields, "ConfigMapEnvSource");

static const korch_field secret_env_source_fields[] = {
	STRING(korch_secret_env_source, name, "name", IN(1, 1), 0, "name"),
	BOOL(korch_secret_env_source, optional, "optional", 2, 0, "optional"),
};
const korch_type korch_secret_env_source_type = TYPE("SecretEnvSource", korch_secret_env_source, secret_env_source_fields, "SecretEnvSource");

static const korch_field env_from_source_fields[] = {
	STRING(korch_env_from_source, prefix, "prefix", 1, 0, "prefix"),
	STRUCT(korch_env_from_source, config_map_ref, korch_config_map_env_source_type, "configMapRef", 2, 0, "configMapRef"),
	STRUCT(korch_env_from_source, secret_ref, korch_secret_env_source_type, "secretRef", 3, 0, "secretRef"),
};
const korch_type korch_env_from_source_type = TYPE("EnvFromSource", korch_env_from_source, env_from_source_fields, "EnvFromSource");

static const korch_field env_var_source_fields[] = {
	STRUCT(korch_env_var_source, field_ref, korch_object_field_selector_type, "fieldRef", 1, ATOMIC, "fieldRef"),
	STRUCT(korch_env_var_source, resource_field_ref, korch_resource_field_selector_type, "resourceFieldRef", 2, ATOMIC, "resourceFieldRef"),
	STRUCT(korch_env_var_source, config_map_key_ref, korch_config_map_key_selector_type, "configMapKeyRef", 3, ATOMIC, "configMapKeyRef"),
	STRUCT(korch_env_var_source, secret_key_ref, korch_secret_key_selector_type, "secretKeyRef", 4, ATOMIC, "secretKeyRef"),
	STRUCT(korch_env_var_source, file_key_ref, korch_file_key_selector_type, "fileKeyRef", 5, ATOMIC, "fileKeyRef"),
};
const korch_type korch_env_var_source_type = TYPE("EnvVarSource", korch_env_var_source, env_var_source_fields, "EnvVarSource");

static const korch_field env_var_fields[] = {
	STRING(korch_env_var, name, "name", 1, 0, "name"),
	STRING(korch_env_var, value, "value", 2, 0, "value"),
	STRUCT(korch_env_var, value_from, korch_env_var_source_type, "valueFrom", 3, 0, "valueFrom"),
};
const korch_type korch_env_var_type = TYPE("EnvVar", korch_env_var, env_var_fields, "EnvVar");

static const korch_field resource_claim_fields[] = {
	STRING(korch_resource_claim, name, "name", 1, 0, "name"),
	STRING(korch_resource_claim, request, "request", 2, 0, "request"),
};
const korch_type korch_resource_claim_type = TYPE("ResourceClaim", korch_resource_claim, resource_claim_fields, "ResourceClaim");

static const korch_field resource_requirements_fields[] = {
	MAP_QUANTITY(korch_resource_requirements, limits, "limits", 1, 0, "limits"),
	MAP_QUANTITY(korch_resource_requirements, requests, "requests", 2, 0, "requests"),
	LIST_STRUCT(korch_resource_requirements, claims, n_claims, korch_resource_claim_type, "claims", 3, ATOMIC, "claims", .merge_key = "name"),
};
const korch_type korch_resource_requirements_type = TYPE("ResourceRequirements", korch_resource_requirements, resource_requirements_fields, "ResourceRequirements");

static const korch_field container_resize_policy_fields[] = {
	STRING(korch_container_resize_policy, resource_name, "resourceName", 1, 0, "resourceName"),
	STRING(korch_container_resize_policy, restart_policy, "restartPolicy", 2, 0, "restartPolicy"),
};
const korch_type korch_container_resize_policy_type = TYPE("ContainerResizePolicy", korch_container_resize_policy, container_resize_policy_fields, "ContainerResizePolicy");

static const korch_field container_restart_rule_on_exit_codes_fields[] = {
	STRING(korch_container_restart_rule_on_exit_codes, operator_, "operator", 1, 0, "operator"),
	LIST_INT32(korch_container_restart_rule_on_exit_codes, values, n_values, "values", 2, SET, "values"),
};
const korch_type korch_container_restart_rule_on_exit_codes_type = TYPE("ContainerRestartRuleOnExitCodes", korch_container_restart_rule_on_exit_codes, container_restart_rule_on_exit_codes_fields, "ContainerRestartRuleOnExitCodes");

static const korch_field container_restart_rule_fields[] = {
	STRING(korch_container_restart_rule, action, "action", 1, 0, "action"),
	STRUCT(korch_container_restart_rule, exit_codes, korch_container_restart_rule_on_exit_codes_type, "exitCodes", 2, 0, "exitCodes"),
};
const korch_type korch_container_restart_rule_type = TYPE("ContainerRestartRule", korch_container_restart_rule, container_restart_rule_fields, "ContainerRestartRule");

static const korch_field volume_mount_fields[] = {
	STRING(korch_volume_mount, name, "name", 1, 0, "name"),
	BOOL(korch_volume_mount, read_only, "readOnly", 2, 0, "readOnly"),
	STRING(korch_volume_mount, recursive_read_only, "recursiveReadOnly", 7, 0, "recursiveReadOnly"),
	STRING(korch_volume_mount, mount_path, "mountPath", 3, 0, "mountPath"),
	STRING(korch_volume_mount, sub_path, "subPath", 4, 0, "subPath"),
	STRING(korch_volume_mount, mount_propagation, "mountPropagation", 5, 0, "mountPropagation"),
	STRING(korch_volume_mount, sub_path_expr, "subPathExpr", 6, 0, "subPathExpr"),
	LIST_STRING(korch_volume_mount, bind_mount_options, n_bind_mount_options, "bindMountOptions", 8, 0, "bindMountOptions"),
};
const korch_type korch_volume_mount_type = TYPE("VolumeMount", korch_volume_mount, volume_mount_fields, "VolumeMount");

static const korch_field volume_device_fields[] = {
	STRING(korch_volume_device, name, "name", 1, 0, "name"),
	STRING(korch_volume_device, device_path, "devicePath", 2, 0, "devicePath"),
};
const korch_type korch_volume_device_type = TYPE("VolumeDevice", korch_volume_device, volume_device_fields, "VolumeDevice");

static const korch_field container_fields[] = {
	STRING(korch_container, name, "name", 1, 0, "name"),
	STRING(korch_container, image, "image", 2, 0, "image"),
	LIST_STRING(korch_container, command, n_command, "command", 3, ATOMIC, "command"),
	LIST_STRING(korch_container, args, n_args, "args", 4, ATOMIC, "args"),
	STRING(korch_container, working_dir, "workingDir", 5, 0, "workingDir"),
	LIST_STRUCT(korch_container, ports, n_ports, korch_container_port_type, "ports", 6, 0, "ports", .merge_key = "containerPort,protocol"),
	LIST_STRUCT(korch_container, env_from, n_env_from, korch_env_from_source_type, "envFrom", 19, ATOMIC, "envFrom"),
	LIST_STRUCT(korch_container, env, n_env, korch_env_var_type, "env", 7, 0, "env", .merge_key = "name"),
	STRUCT(korch_container, resources, korch_resource_requirements_type, "resources", 8, 0, "resources"),
	LIST_STRUCT(korch_container, resize_policy, n_resize_policy, korch_container_resize_policy_type, "resizePolicy", 23, ATOMIC, "resizePolicy"),
	STRING(korch_container, restart_policy, "restartPolicy", 24, 0, "restartPolicy"),
	LIST_STRUCT(korch_container, restart_policy_rules, n_restart_policy_rules, korch_container_restart_rule_type, "restartPolicyRules", 25, ATOMIC, "restartPolicyRules"),
	LIST_STRUCT(korch_container, volume_mounts, n_volume_mounts, korch_volume_mount_type, "volumeMounts", 9, 0, "volumeMounts", .merge_key = "mountPath"),
	LIST_STRUCT(korch_container, volume_devices, n_volume_devices, korch_volume_device_type, "volumeDevices", 21, 0, "volumeDevices", .merge_key = "devicePath"),
	STRUCT(korch_container, liveness_probe, korch_probe_type, "livenessProbe", 10, 0, "livenessProbe"),
	STRUCT(korch_container, readiness_probe, korch_probe_type, "readinessProbe", 11, 0, "readinessProbe"),
	STRUCT(korch_container, startup_probe, korch_probe_type, "startupProbe", 22, 0, "startupProbe"),
	STRUCT(korch_container, lifecycle, korch_lifecycle_type, "lifecycle", 12, 0, "lifecycle"),
	STRING(korch_container, termination_message_path, "terminationMessagePath", 13, 0, "terminationMessagePath"),
	STRING(korch_container, termination_message_policy, "terminationMessagePolicy", 20, 0, "terminationMessagePolicy"),
	STRING(korch_container, image_pull_policy, "imagePullPolicy", 14, 0, "imagePullPolicy"),
	STRUCT(korch_container, security_context, korch_security_context_type, "securityContext", 15, 0, "securityContext"),
	BOOL(korch_container, stdin_, "stdin", 16, 0, "stdin"),
	BOOL(korch_container, stdin_once, "stdinOnce", 17, 0, "stdinOnce"),
	BOOL(korch_container, tty, "tty", 18, 0, "tty"),
};
const korch_type korch_container_type = TYPE("Container", korch_container, container_fields, "Container");

static const korch_field ephemeral_container_fields[] = {
	STRING(korch_ephemeral_container, name, "name", IN(1, 1), 0, "name"),
	STRING(korch_ephemeral_container, image, "image", IN(1, 2), 0, "image"),
	LIST_STRING(korch_ephemeral_container, command, n_command, "command", IN(1, 3), ATOMIC, "command"),
	LIST_STRING(korch_ephemeral_container, args, n_args, "args", IN(1, 4), ATOMIC, "args"),
	STRING(korch_ephemeral_container, working_dir, "workingDir", IN(1, 5), 0, "workingDir"),
	LIST_STRUCT(korch_ephemeral_container, ports, n_ports, korch_container_port_type, "ports", IN(1, 6), 0, "ports", .merge_key = "containerPort,protocol"),
	LIST_STRUCT(korch_ephemeral_container, env_from, n_env_from, korch_env_from_source_type, "envFrom", IN(1, 19), ATOMIC, "envFrom"),
	LIST_STRUCT(korch_ephemeral_container, env, n_env, korch_env_var_type, "env", IN(1, 7), 0, "env", .merge_key = "name"),
	STRUCT(korch_ephemeral_container, resources, korch_resource_requirements_type, "resources", IN(1, 8), 0, "resources"),
	LIST_STRUCT(korch_ephemeral_container, resize_policy, n_resize_policy, korch_container_resize_policy_type, "resizePolicy", IN(1, 23), ATOMIC, "resizePolicy"),
	STRING(korch_ephemeral_container, restart_policy, "restartPolicy", IN(1, 24), 0, "restartPolicy"),
	LIST_STRUCT(korch_ephemeral_container, restart_policy_rules, n_restart_policy_rules, korch_container_restart_rule_type, "restartPolicyRules", IN(1, 25), ATOMIC, "restartPolicyRules"),
	LIST_STRUCT(korch_ephemeral_container, volume_mounts, n_volume_mounts, korch_volume_mount_type, "volumeMounts", IN(1, 9), 0, "volumeMounts", .merge_key = "mountPath"),
	LIST_STRUCT(korch_ephemeral_container, volume_devices, n_volume_devices, korch_volume_device_type, "volumeDevices", IN(1, 21), 0, "volumeDevices", .merge_key = "devicePath"),
	STRUCT(korch_ephemeral_container, liveness_probe, korch_probe_type, "livenessProbe", IN(1, 10), 0, "livenessProbe"),
	STRUCT(korch_ephemeral_container, readiness_probe, korch_probe_type, "readinessProbe", IN(1, 11), 0, "readinessProbe"),
	STRUCT(korch_ephemeral_container, startup_probe, korch_probe_type, "startupProbe", IN(1, 22), 0, "startupProbe"),
	STRUCT(korch_ephemeral_container, lifecycle, korch_lifecycle_type, "lifecycle", IN(1, 12), 0, "lifecycle"),
	STRING(korch_ephemeral_container, termination_message_path, "terminationMessagePath", IN(1, 13), 0, "terminationMessagePath"),
	STRING(korch_ephemeral_container, termination_message_policy, "terminationMessagePolicy", IN(1, 20), 0, "terminationMessagePolicy"),
	STRING(korch_ephemeral_container, image_pull_policy, "imagePullPolicy", IN(1, 14), 0, "imagePullPolicy"),
	STRUCT(korch_ephemeral_container, security_context, korch_security_context_type, "securityContext", IN(1, 15), 0, "securityContext"),
	BOOL(korch_ephemeral_container, stdin_, "stdin", IN(1, 16), 0, "stdin"),
	BOOL(korch_ephemeral_container, stdin_once, "stdinOnce", IN(1, 17), 0, "stdinOnce"),
	BOOL(korch_ephemeral_container, tty, "tty", IN(1, 18), 0, "tty"),
	STRING(korch_ephemeral_container, target_container_name, "targetContainerName", 2, 0, "targetContainerName"),
};
const korch_type korch_ephemeral_container_type = TYPE("EphemeralContainer", korch_ephemeral_container, ephemeral_container_fields, "EphemeralContainer");
