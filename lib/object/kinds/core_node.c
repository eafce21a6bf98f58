/*
 * Nodes: the tables of the structs in <korch/api/core_node.h>.
 * One line per field; rules over several fields stand in validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/core_node.h>

#define S korch_taint
static const korch_field taint_fields[] = {
    STRING(key, "key", 1, REQUIRED | EMIT, "Key that tolerations name",
           .format = KORCH_FORMAT_QUALIFIED_NAME),
    STRING(value, "value", 2, 0, "Value that tolerations compare with",
           .format = KORCH_FORMAT_LABEL_VALUE),
    STRING(effect, "effect", 3, REQUIRED | EMIT, "What happens to pods that do not tolerate it",
           .allowed = ALLOWED("NoSchedule", "PreferNoSchedule", "NoExecute")),
    TIME(time_added, "timeAdded", 4, 0, "When it was set"),
};
const korch_type korch_taint_type =
    TYPE("Taint", taint_fields, "Something about a node that keeps pods away");
#undef S

#define S korch_config_map_node_config_source
static const korch_field config_map_node_config_source_fields[] = {
    STRING(namespace_, "namespace", 1, EMIT, "Namespace of the ConfigMap"),
    STRING(name, "name", 2, EMIT, "Name of the ConfigMap"),
    STRING(uid, "uid", 3, 0, "Identity of the ConfigMap"),
    STRING(resource_version, "resourceVersion", 4, 0, "Revision of the ConfigMap"),
    STRING(kubelet_config_key, "kubeletConfigKey", 5, EMIT, "Key that holds the configuration"),
};
const korch_type korch_config_map_node_config_source_type =
    TYPE("ConfigMapNodeConfigSource", config_map_node_config_source_fields,
         "ConfigMap with a node's configuration");
#undef S

#define S korch_node_config_source
static const korch_field node_config_source_fields[] = {
    STRUCT(config_map, korch_config_map_node_config_source, "configMap", 2, 0, "A ConfigMap"),
};
const korch_type korch_node_config_source_type =
    TYPE("NodeConfigSource", node_config_source_fields, "Where a node's configuration comes from");
#undef S

#define S korch_node_pod_preemption_policy
static const korch_field node_pod_preemption_policy_fields[] = {
    LIST_STRING(disable_resize_preemption, "disableResizePreemption", 1, 0,
                "Resizes that drive out nobody"),
};
const korch_type korch_node_pod_preemption_policy_type =
    TYPE("NodePodPreemptionPolicy", node_pod_preemption_policy_fields,
         "What pods on the node may be driven out for");
#undef S

#define S korch_node_spec
static const korch_field node_spec_fields[] = {
    STRING(pod_cidr, "podCIDR", 1, 0, "Network of its pods"),
    LIST_STRING(pod_cidrs, "podCIDRs", 7, SET, "Networks of its pods"),
    STRING(provider_id, "providerID", 3, 0, "Name of the machine at its provider"),
    BOOL(unschedulable, "unschedulable", 4, 0, "Whether it takes no new pods"),
    LIST_STRUCT(taints, korch_taint, "taints", 5, ATOMIC, "What keeps pods away"),
    STRUCT(config_source, korch_node_config_source, "configSource", 6, DEPRECATED,
           "Where its configuration comes from"),
    STRING(external_id, "externalID", 2, DEPRECATED, "Old name of the machine"),
    STRUCT(pod_preemption_policy, korch_node_pod_preemption_policy, "podPreemptionPolicy", 8, 0,
           "What its pods may be driven out for"),
};
const korch_type korch_node_spec_type = TYPE("NodeSpec", node_spec_fields, "What a node should be",
                                             .validate = korch__node_spec_validate);
#undef S

#define S korch_node_condition
static const korch_field node_condition_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "Which aspect, such as Ready"),
    STRING(status, "status", 2, REQUIRED | EMIT, "Whether it holds",
           .allowed = ALLOWED("True", "False", "Unknown")),
    TIME(last_heartbeat_time, "lastHeartbeatTime", 3, 0, "When the node reported it last"),
    TIME(last_transition_time, "lastTransitionTime", 4, 0, "When the status changed last"),
    STRING(reason, "reason", 5, 0, "One word for machines, why"),
    STRING(message, "message", 6, 0, "A sentence for people"),
};
const korch_type korch_node_condition_type =
    TYPE("NodeCondition", node_condition_fields, "One aspect of a node's state");
#undef S

#define S korch_node_address
static const korch_field node_address_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "What kind of address, such as InternalIP"),
    STRING(address, "address", 2, REQUIRED | EMIT, "The address"),
};
const korch_type korch_node_address_type =
    TYPE("NodeAddress", node_address_fields, "An address or name of a node");
#undef S

#define S korch_daemon_endpoint
static const korch_field daemon_endpoint_fields[] = {
    INT32(port, "Port", 1, EMIT, "Port number"),
};
const korch_type korch_daemon_endpoint_type =
    TYPE("DaemonEndpoint", daemon_endpoint_fields, "A port of a program on the node");
#undef S

#define S korch_node_daemon_endpoints
static const korch_field node_daemon_endpoints_fields[] = {
    STRUCT(kubelet_endpoint, korch_daemon_endpoint, "kubeletEndpoint", 1, 0, "Port of the agent"),
};
const korch_type korch_node_daemon_endpoints_type =
    TYPE("NodeDaemonEndpoints", node_daemon_endpoints_fields, "Ports of programs on the node");
#undef S

#define S korch_node_swap_status
static const korch_field node_swap_status_fields[] = {
    INT64(capacity, "capacity", 1, POINTER, "Bytes of swap"),
};
const korch_type korch_node_swap_status_type =
    TYPE("NodeSwapStatus", node_swap_status_fields, "Swap of a node");
#undef S

#define S korch_node_system_info
static const korch_field node_system_info_fields[] = {
    STRING(machine_id, "machineID", 1, EMIT, "Identity of the machine as its system says"),
    STRING(system_uuid, "systemUUID", 2, EMIT, "Identity of the machine as its firmware says"),
    STRING(boot_id, "bootID", 3, EMIT, "Identity of this run of the system"),
    STRING(kernel_version, "kernelVersion", 4, EMIT, "Version of the kernel"),
    STRING(os_image, "osImage", 5, EMIT, "Name of the distribution"),
    STRING(container_runtime_version, "containerRuntimeVersion", 6, EMIT,
           "Runtime and its version"),
    STRING(kubelet_version, "kubeletVersion", 7, EMIT, "Version of the agent"),
    STRING(kube_proxy_version, "kubeProxyVersion", 8, DEPRECATED | EMIT, "Version of the proxy"),
    STRING(operating_system, "operatingSystem", 9, EMIT, "Operating system"),
    STRING(architecture, "architecture", 10, EMIT, "Processor architecture"),
    STRUCT(swap, korch_node_swap_status, "swap", 11, 0, "Swap of the node"),
};
const korch_type korch_node_system_info_type =
    TYPE("NodeSystemInfo", node_system_info_fields, "What runs on a node");
#undef S

#define S korch_container_image
static const korch_field container_image_fields[] = {
    LIST_STRING(names, "names", 1, ATOMIC, "Names of the image"),
    INT64(size_bytes, "sizeBytes", 2, 0, "Its size"),
};
const korch_type korch_container_image_type =
    TYPE("ContainerImage", container_image_fields, "An image that a node has");
#undef S

#define S korch_attached_volume
static const korch_field attached_volume_fields[] = {
    STRING(name, "name", 1, EMIT, "Name of the volume"),
    STRING(device_path, "devicePath", 2, EMIT, "Its device"),
};
const korch_type korch_attached_volume_type =
    TYPE("AttachedVolume", attached_volume_fields, "A volume that is attached to a node");
#undef S

#define S korch_node_config_status
static const korch_field node_config_status_fields[] = {
    STRUCT(assigned, korch_node_config_source, "assigned", 1, 0, "What it should use"),
    STRUCT(active, korch_node_config_source, "active", 2, 0, "What it uses"),
    STRUCT(last_known_good, korch_node_config_source, "lastKnownGood", 3, 0,
           "What it falls back to"),
    STRING(error, "error", 4, 0, "What went wrong"),
};
const korch_type korch_node_config_status_type =
    TYPE("NodeConfigStatus", node_config_status_fields, "Which configuration a node uses");
#undef S

#define S korch_node_runtime_handler_features
static const korch_field node_runtime_handler_features_fields[] = {
    BOOL(recursive_read_only_mounts, "recursiveReadOnlyMounts", 1, POINTER,
         "Whether mounts below can be read-only too"),
    BOOL(user_namespaces, "userNamespaces", 2, POINTER,
         "Whether pods can have user ids of their own"),
};
const korch_type korch_node_runtime_handler_features_type =
    TYPE("NodeRuntimeHandlerFeatures", node_runtime_handler_features_fields,
         "What a runtime handler can do");
#undef S

#define S korch_node_runtime_handler
static const korch_field node_runtime_handler_fields[] = {
    STRING(name, "name", 1, 0, "Name of the handler"),
    STRUCT(features, korch_node_runtime_handler_features, "features", 2, 0, "What it can do"),
};
const korch_type korch_node_runtime_handler_type =
    TYPE("NodeRuntimeHandler", node_runtime_handler_fields, "A runtime that a node has");
#undef S

#define S korch_node_features
static const korch_field node_features_fields[] = {
    BOOL(supplemental_groups_policy, "supplementalGroupsPolicy", 1, POINTER,
         "Whether it knows supplementalGroupsPolicy"),
};
const korch_type korch_node_features_type =
    TYPE("NodeFeatures", node_features_fields, "What a node's runtime can do");
#undef S

#define S korch_node_status
static const korch_field node_status_fields[] = {
    MAP_QUANTITY(capacity, "capacity", 1, 0, "What it has, by resource"),
    MAP_QUANTITY(allocatable, "allocatable", 2, 0, "What pods may use of it, by resource"),
    STRING(phase, "phase", 3, DEPRECATED, "Old form of its state",
           .allowed = ALLOWED("Pending", "Running", "Terminated")),
    LIST_STRUCT(conditions, korch_node_condition, "conditions", 4, 0, "Aspects of its state",
                .merge_key = "type"),
    LIST_STRUCT(addresses, korch_node_address, "addresses", 5, 0, "Its addresses",
                .merge_key = "type"),
    STRUCT(daemon_endpoints, korch_node_daemon_endpoints, "daemonEndpoints", 6, 0,
           "Ports of programs on it"),
    STRUCT(node_info, korch_node_system_info, "nodeInfo", 7, 0, "What runs on it"),
    LIST_STRUCT(images, korch_container_image, "images", 8, ATOMIC, "Images that it has"),
    LIST_STRING(volumes_in_use, "volumesInUse", 9, ATOMIC, "Volumes that its pods use"),
    LIST_STRUCT(volumes_attached, korch_attached_volume, "volumesAttached", 10, ATOMIC,
                "Volumes that are attached to it"),
    STRUCT(config, korch_node_config_status, "config", 11, DEPRECATED,
           "Which configuration it uses"),
    LIST_STRUCT(runtime_handlers, korch_node_runtime_handler, "runtimeHandlers", 12, ATOMIC,
                "Runtimes that it has"),
    STRUCT(features, korch_node_features, "features", 13, 0, "What its runtime can do"),
    LIST_STRING(declared_features, "declaredFeatures", 14, ATOMIC, "Features that it has, by name"),
};
const korch_type korch_node_status_type =
    TYPE("NodeStatus", node_status_fields, "What a node is and has",
         .set_defaults = korch__node_status_set_defaults);
#undef S

#define S korch_node
static const korch_field node_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_node_spec, "spec", 2, 0, "What it should be"),
    STRUCT(status, korch_node_status, "status", 3, 0, "What it is and has"),
};
const korch_type korch_node_type = TYPE("Node", node_fields, "A machine that runs pods");
#undef S
