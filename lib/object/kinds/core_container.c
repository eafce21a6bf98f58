/*
 * Containers of a pod: the tables of the structs in <korch/api/core_container.h>.
 * One line per field; rules over several fields stand in validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/core_container.h>

#define S korch_container_port
static const korch_field container_port_fields[] = {
    STRING(name, "name", 1, 0, "Name that Services can refer to", .format = KORCH_FORMAT_PORT_NAME),
    INT32(host_port, "hostPort", 2, 0, "Port of the node that leads here",
          .format = KORCH_FORMAT_PORT_OR_ZERO),
    INT32(container_port, "containerPort", 3, REQUIRED | EMIT, "Port number in the container",
          .format = KORCH_FORMAT_PORT),
    STRING(protocol, "protocol", 4, 0, "Transport protocol",
           .allowed = ALLOWED("SCTP", "TCP", "UDP"), .default_json = "\"TCP\""),
    STRING(host_ip, "hostIP", 5, 0, "Address of the node to bind the host port to",
           .format = KORCH_FORMAT_IP),
};
const korch_type korch_container_port_type =
    TYPE("ContainerPort", container_port_fields, "A port that a container listens on");
#undef S

#define S korch_config_map_env_source
static const korch_field config_map_env_source_fields[] = {
    STRING(name, "name", IN(1, 1), REQUIRED, "Name of the ConfigMap"),
    BOOL(optional, "optional", 2, POINTER, "Whether the ConfigMap may be missing"),
};
const korch_type korch_config_map_env_source_type = TYPE(
    "ConfigMapEnvSource", config_map_env_source_fields, "All keys of a ConfigMap as variables");
#undef S

#define S korch_secret_env_source
static const korch_field secret_env_source_fields[] = {
    STRING(name, "name", IN(1, 1), REQUIRED, "Name of the Secret"),
    BOOL(optional, "optional", 2, POINTER, "Whether the Secret may be missing"),
};
const korch_type korch_secret_env_source_type =
    TYPE("SecretEnvSource", secret_env_source_fields, "All keys of a Secret as variables");
#undef S

#define S korch_env_from_source
static const korch_field env_from_source_fields[] = {
    STRING(prefix, "prefix", 1, 0, "Put in front of each name"),
    STRUCT(config_map_ref, korch_config_map_env_source, "configMapRef", 2, 0,
           "All keys of a ConfigMap"),
    STRUCT(secret_ref, korch_secret_env_source, "secretRef", 3, 0, "All keys of a Secret"),
};
const korch_type korch_env_from_source_type =
    TYPE("EnvFromSource", env_from_source_fields, "Many environment variables at once",
         .validate = korch__env_from_source_validate);
#undef S

#define S korch_env_var_source
static const korch_field env_var_source_fields[] = {
    STRUCT(field_ref, korch_object_field_selector, "fieldRef", 1, ATOMIC, "A field of the pod"),
    STRUCT(resource_field_ref, korch_resource_field_selector, "resourceFieldRef", 2, ATOMIC,
           "A request or limit of a container"),
    STRUCT(config_map_key_ref, korch_config_map_key_selector, "configMapKeyRef", 3, ATOMIC,
           "A key of a ConfigMap"),
    STRUCT(secret_key_ref, korch_secret_key_selector, "secretKeyRef", 4, ATOMIC,
           "A key of a Secret"),
    STRUCT(file_key_ref, korch_file_key_selector, "fileKeyRef", 5, ATOMIC,
           "A variable in a file of a volume"),
};
const korch_type korch_env_var_source_type =
    TYPE("EnvVarSource", env_var_source_fields, "Where the value of a variable comes from");
#undef S

#define S korch_env_var
static const korch_field env_var_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the variable",
           .format = KORCH_FORMAT_ENV_NAME),
    STRING(value, "value", 2, 0, "Value; $(NAME) stands for a variable defined before"),
    STRUCT(value_from, korch_env_var_source, "valueFrom", 3, 0,
           "Where the value comes from instead"),
};
const korch_type korch_env_var_type =
    TYPE("EnvVar", env_var_fields, "An environment variable", .validate = korch__env_var_validate);
#undef S

#define S korch_resource_claim
static const korch_field resource_claim_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the claim in spec.resourceClaims",
           .format = KORCH_FORMAT_DNS1123_LABEL),
    STRING(request, "request", 2, 0, "Which request of the claim; all when empty"),
};
const korch_type korch_resource_claim_type =
    TYPE("ResourceClaim", resource_claim_fields, "A claim of the pod that a container uses");
#undef S

#define S korch_resource_requirements
static const korch_field resource_requirements_fields[] = {
    MAP_QUANTITY(limits, "limits", 1, 0, "Most that may be used, by resource"),
    MAP_QUANTITY(requests, "requests", 2, 0,
                 "What is set aside, by resource; the limits when absent"),
    LIST_STRUCT(claims, korch_resource_claim, "claims", 3, ATOMIC,
                "Claims of the pod that are used", .merge_key = "name"),
};
const korch_type korch_resource_requirements_type =
    TYPE("ResourceRequirements", resource_requirements_fields,
         "What a container needs and may use at most",
         .validate = korch__resource_requirements_validate);
#undef S

#define S korch_container_resize_policy
static const korch_field container_resize_policy_fields[] = {
    STRING(resource_name, "resourceName", 1, REQUIRED | EMIT, "Which resource",
           .allowed = ALLOWED("cpu", "memory")),
    STRING(restart_policy, "restartPolicy", 2, REQUIRED | EMIT, "Whether the container restarts",
           .allowed = ALLOWED("NotRequired", "RestartContainer")),
};
const korch_type korch_container_resize_policy_type =
    TYPE("ContainerResizePolicy", container_resize_policy_fields,
         "What changing a resource does to the container");
#undef S

#define S korch_container_restart_rule_on_exit_codes
static const korch_field container_restart_rule_on_exit_codes_fields[] = {
    STRING(operator_, "operator", 1, REQUIRED | EMIT, "Whether the code is one of the values",
           .allowed = ALLOWED("In", "NotIn")),
    LIST_INT32(values, "values", 2, SET, "Exit codes"),
};
const korch_type korch_container_restart_rule_on_exit_codes_type =
    TYPE("ContainerRestartRuleOnExitCodes", container_restart_rule_on_exit_codes_fields,
         "Exit codes that a rule is about");
#undef S

#define S korch_container_restart_rule
static const korch_field container_restart_rule_fields[] = {
    STRING(action, "action", 1, REQUIRED | EMIT, "What to do",
           .allowed = ALLOWED("Restart", "RestartAllContainers")),
    STRUCT(exit_codes, korch_container_restart_rule_on_exit_codes, "exitCodes", 2, 0,
           "When the rule applies"),
};
const korch_type korch_container_restart_rule_type =
    TYPE("ContainerRestartRule", container_restart_rule_fields, "What happens at some exit codes");
#undef S

#define S korch_volume_mount
static const korch_field volume_mount_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Volume of the pod"),
    BOOL(read_only, "readOnly", 2, 0, "Whether it cannot be written"),
    STRING(recursive_read_only, "recursiveReadOnly", 7, POINTER,
           "Whether mounts below are read-only too",
           .allowed = ALLOWED("Disabled", "IfPossible", "Enabled")),
    STRING(mount_path, "mountPath", 3, REQUIRED | EMIT, "Path in the container"),
    STRING(sub_path, "subPath", 4, 0, "Path within the volume to mount instead of its root"),
    STRING(mount_propagation, "mountPropagation", 5, POINTER, "Which mounts are passed on",
           .allowed = ALLOWED("None", "HostToContainer", "Bidirectional")),
    STRING(sub_path_expr, "subPathExpr", 6, 0,
           "As subPath, with $(NAME) replaced from the environment"),
    LIST_STRING(bind_mount_options, "bindMountOptions", 8, 0, "Further options of the mount"),
};
const korch_type korch_volume_mount_type =
    TYPE("VolumeMount", volume_mount_fields, "Where a container sees a volume",
         .validate = korch__volume_mount_validate);
#undef S

#define S korch_volume_device
static const korch_field volume_device_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Volume of the pod"),
    STRING(device_path, "devicePath", 2, REQUIRED | EMIT, "Path of the device in the container"),
};
const korch_type korch_volume_device_type =
    TYPE("VolumeDevice", volume_device_fields, "Where a container sees a block device");
#undef S

#define S korch_container
static const korch_field container_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name, unique within the pod",
           .format = KORCH_FORMAT_DNS1123_LABEL),
    STRING(image, "image", 2, REQUIRED, "Image to run"),
    LIST_STRING(command, "command", 3, ATOMIC, "Program to run instead of the image's entry point"),
    LIST_STRING(args, "args", 4, ATOMIC, "Arguments instead of the image's own"),
    STRING(working_dir, "workingDir", 5, 0, "Directory to start in"),
    LIST_STRUCT(ports, korch_container_port, "ports", 6, 0, "Ports that it listens on",
                .merge_key = "containerPort,protocol"),
    LIST_STRUCT(env_from, korch_env_from_source, "envFrom", 19, ATOMIC,
                "Environment variables taken from whole ConfigMaps and Secrets"),
    LIST_STRUCT(env, korch_env_var, "env", 7, 0, "Environment variables, one by one",
                .merge_key = "name"),
    STRUCT(resources, korch_resource_requirements, "resources", 8, 0,
           "What it needs and may use at most"),
    LIST_STRUCT(resize_policy, korch_container_resize_policy, "resizePolicy", 23, ATOMIC,
                "What changing a resource does"),
    STRING(restart_policy, "restartPolicy", 24, POINTER,
           "Instead of the pod's: Always makes an init container a sidecar",
           .allowed = ALLOWED("Always", "Never", "OnFailure")),
    LIST_STRUCT(restart_policy_rules, korch_container_restart_rule, "restartPolicyRules", 25,
                ATOMIC, "Exceptions from the restart policy"),
    LIST_STRUCT(volume_mounts, korch_volume_mount, "volumeMounts", 9, 0, "Where it sees volumes",
                .merge_key = "mountPath"),
    LIST_STRUCT(volume_devices, korch_volume_device, "volumeDevices", 21, 0,
                "Where it sees block devices", .merge_key = "devicePath"),
    STRUCT(liveness_probe, korch_probe, "livenessProbe", 10, 0, "Restarted when this fails"),
    STRUCT(readiness_probe, korch_probe, "readinessProbe", 11, 0,
           "Gets traffic while this succeeds"),
    STRUCT(startup_probe, korch_probe, "startupProbe", 22, 0,
           "The other probes wait until this has succeeded"),
    STRUCT(lifecycle, korch_lifecycle, "lifecycle", 12, 0, "Hooks at start and stop"),
    STRING(termination_message_path, "terminationMessagePath", 13, 0,
           "File whose text explains the end", .default_json = "\"/dev/termination-log\""),
    STRING(termination_message_policy, "terminationMessagePolicy", 20, 0,
           "Where the text that explains the end comes from",
           .allowed = ALLOWED("File", "FallbackToLogsOnError"), .default_json = "\"File\""),
    STRING(image_pull_policy, "imagePullPolicy", 14, 0, "When to fetch the image",
           .allowed = ALLOWED("Always", "IfNotPresent", "Never")),
    STRUCT(security_context, korch_security_context, "securityContext", 15, 0,
           "Rights of the container"),
    BOOL(stdin_, "stdin", 16, 0, "Whether standard input stays open"),
    BOOL(stdin_once, "stdinOnce", 17, 0, "Whether standard input closes after the first client"),
    BOOL(tty, "tty", 18, 0, "Whether it gets a terminal"),
};
const korch_type korch_container_type =
    TYPE("Container", container_fields, "A container of a pod",
         .set_defaults = korch__container_set_defaults, .validate = korch__container_validate);
#undef S

#define S korch_ephemeral_container
static const korch_field ephemeral_container_fields[] = {
    STRING(name, "name", IN(1, 1), REQUIRED | EMIT, "Name, unique within the pod",
           .format = KORCH_FORMAT_DNS1123_LABEL),
    STRING(image, "image", IN(1, 2), REQUIRED, "Image to run"),
    LIST_STRING(command, "command", IN(1, 3), ATOMIC,
                "Program to run instead of the image's entry point"),
    LIST_STRING(args, "args", IN(1, 4), ATOMIC, "Arguments instead of the image's own"),
    STRING(working_dir, "workingDir", IN(1, 5), 0, "Directory to start in"),
    LIST_STRUCT(ports, korch_container_port, "ports", IN(1, 6), 0, "Ports that it listens on",
                .merge_key = "containerPort,protocol"),
    LIST_STRUCT(env_from, korch_env_from_source, "envFrom", IN(1, 19), ATOMIC,
                "Environment variables taken from whole ConfigMaps and Secrets"),
    LIST_STRUCT(env, korch_env_var, "env", IN(1, 7), 0, "Environment variables, one by one",
                .merge_key = "name"),
    STRUCT(resources, korch_resource_requirements, "resources", IN(1, 8), 0,
           "What it needs and may use at most"),
    LIST_STRUCT(resize_policy, korch_container_resize_policy, "resizePolicy", IN(1, 23), ATOMIC,
                "What changing a resource does"),
    STRING(restart_policy, "restartPolicy", IN(1, 24), POINTER,
           "Instead of the pod's: Always makes an init container a sidecar",
           .allowed = ALLOWED("Always", "Never", "OnFailure")),
    LIST_STRUCT(restart_policy_rules, korch_container_restart_rule, "restartPolicyRules", IN(1, 25),
                ATOMIC, "Exceptions from the restart policy"),
    LIST_STRUCT(volume_mounts, korch_volume_mount, "volumeMounts", IN(1, 9), 0,
                "Where it sees volumes", .merge_key = "mountPath"),
    LIST_STRUCT(volume_devices, korch_volume_device, "volumeDevices", IN(1, 21), 0,
                "Where it sees block devices", .merge_key = "devicePath"),
    STRUCT(liveness_probe, korch_probe, "livenessProbe", IN(1, 10), 0, "Restarted when this fails"),
    STRUCT(readiness_probe, korch_probe, "readinessProbe", IN(1, 11), 0,
           "Gets traffic while this succeeds"),
    STRUCT(startup_probe, korch_probe, "startupProbe", IN(1, 22), 0,
           "The other probes wait until this has succeeded"),
    STRUCT(lifecycle, korch_lifecycle, "lifecycle", IN(1, 12), 0, "Hooks at start and stop"),
    STRING(termination_message_path, "terminationMessagePath", IN(1, 13), 0,
           "File whose text explains the end", .default_json = "\"/dev/termination-log\""),
    STRING(termination_message_policy, "terminationMessagePolicy", IN(1, 20), 0,
           "Where the text that explains the end comes from",
           .allowed = ALLOWED("File", "FallbackToLogsOnError"), .default_json = "\"File\""),
    STRING(image_pull_policy, "imagePullPolicy", IN(1, 14), 0, "When to fetch the image",
           .allowed = ALLOWED("Always", "IfNotPresent", "Never")),
    STRUCT(security_context, korch_security_context, "securityContext", IN(1, 15), 0,
           "Rights of the container"),
    BOOL(stdin_, "stdin", IN(1, 16), 0, "Whether standard input stays open"),
    BOOL(stdin_once, "stdinOnce", IN(1, 17), 0,
         "Whether standard input closes after the first client"),
    BOOL(tty, "tty", IN(1, 18), 0, "Whether it gets a terminal"),
    STRING(target_container_name, "targetContainerName", 2, 0, "Container whose processes it sees"),
};
const korch_type korch_ephemeral_container_type =
    TYPE("EphemeralContainer", ephemeral_container_fields,
         "A container added to a running pod to look into it",
         .set_defaults = korch__ephemeral_container_set_defaults,
         .validate = korch__ephemeral_container_validate);
#undef S
