/*
 * Nodes: the tables of the structs in <korch/api/core_node.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/core_node.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field taint_fields[] = {
	STRING(korch_taint, key, "key", 1, 0, "key"),
	STRING(korch_taint, value, "value", 2, 0, "value"),
	STRING(korch_taint, effect, "effect", 3, 0, "effect"),
	TIME(korch_taint, time_added, "timeAdded", 4, 0, "timeAdded"),
};
const korch_type korch_taint_type = TYPE("Taint", korch_taint, taint_fields, "Taint");

static const korch_field config_map_node_config_source_fields[] = {
	STRING(korch_config_map_node_config_source, namespace_, "namespace", 1, 0, "namespace"),
	STRING(korch_config_map_node_config_source, name, "name", 2, 0, "name"),
	STRING(korch_config_map_node_config_source, uid, "uid", 3, 0, "uid"),
	STRING(korch_config_map_node_config_source, resource_version, "resourceVersion", 4, 0, "resourceVersion"),
	STRING(korch_config_map_node_config_source, kubelet_config_key, "kubeletConfigKey", 5, 0, "kubeletConfigKey"),
};
const korch_type korch_config_map_node_config_source_type = TYPE("ConfigMapNodeConfigSource", korch_config_map_node_config_source, config_map_node_config_source_fields, "ConfigMapNodeConfigSource");

static const korch_field node_config_source_fields[] = {
	STRUCT(korch_node_config_source, config_map, korch_config_map_node_config_source_type, "configMap", 2, 0, "configMap"),
};
const korch_type korch_node_config_source_type = TYPE("NodeConfigSource", korch_node_config_source, node_config_source_fields, "NodeConfigSource");

static const korch_field node_pod_preemption_policy_fields[] = {
	LIST_STRING(korch_node_pod_preemption_policy, disable_resize_preemption, n_disable_resize_preemption, "disableResizePreemption", 1, 0, "disableResizePreemption"),
};
const korch_type korch_node_pod_preemption_policy_type = TYPE("NodePodPreemptionPolicy", korch_node_pod_preemption_policy, node_pod_preemption_policy_fields, "NodePodPreemptionPolicy");

static const korch_field node_spec_fields[] = {
	STRING(korch_node_spec, pod_cidr, "podCIDR", 1, 0, "podCIDR"),
	LIST_STRING(korch_node_spec, pod_cidrs, n_pod_cidrs, "podCIDRs", 7, SET, "podCIDRs"),
	STRING(korch_node_spec, provider_id, "providerID", 3, 0, "providerID"),
	BOOL(korch_node_spec, unschedulable, "unschedulable", 4, 0, "unschedulable"),
	LIST_STRUCT(korch_node_spec, taints, n_taints, korch_taint_type, "taints", 5, ATOMIC, "taints"),
	STRUCT(korch_node_spec, config_source, korch_node_config_source_type, "configSource", 6, 0, "configSource"),
	STRING(korch_node_spec, external_id, "externalID", 2, 0, "externalID"),
	STRUCT(korch_node_spec, pod_preemption_policy, korch_node_pod_preemption_policy_type, "podPreemptionPolicy", 8, 0, "podPreemptionPolicy"),
};
const korch_type korch_node_spec_type = TYPE("NodeSpec", korch_node_spec, node_spec_fields, "NodeSpec");

static const korch_field node_condition_fields[] = {
	STRING(korch_node_condition, type, "type", 1, 0, "type"),
	STRING(korch_node_condition, status, "status", 2, 0, "status"),
	TIME(korch_node_condition, last_heartbeat_time, "lastHeartbeatTime", 3, 0, "lastHeartbeatTime"),
	TIME(korch_node_condition, last_transition_time, "lastTransitionTime", 4, 0, "lastTransitionTime"),
	STRING(korch_node_condition, reason, "reason", 5, 0, "reason"),
	STRING(korch_node_condition, message, "message", 6, 0, "message"),
};
const korch_type korch_node_condition_type = TYPE("NodeCondition", korch_node_condition, node_condition_fields, "NodeCondition");

static const korch_field node_address_fields[] = {
	STRING(korch_node_address, type, "type", 1, 0, "type"),
	STRING(korch_node_address, address, "address", 2, 0, "address"),
};
const korch_type korch_node_address_type = TYPE("NodeAddress", korch_node_address, node_address_fields, "NodeAddress");

static const korch_field daemon_endpoint_fields[] = {
	INT32(korch_daemon_endpoint, port, "Port", 1, 0, "Port"),
};
const korch_type korch_daemon_endpoint_type = TYPE("DaemonEndpoint", korch_daemon_endpoint, daemon_endpoint_fields, "DaemonEndpoint");

static const korch_field node_daemon_endpoints_fields[] = {
	STRUCT(korch_node_daemon_endpoints, kubelet_endpoint, korch_daemon_endpoint_type, "kubeletEndpoint", 1, 0, "kubeletEndpoint"),
};
const korch_type korch_node_daemon_endpoints_type = TYPE("NodeDaemonEndpoints", korch_node_daemon_endpoints, node_daemon_endpoints_fields, "NodeDaemonEndpoints");

static const korch_field node_swap_status_fields[] = {
	INT64(korch_node_swap_status, capacity, "capacity", 1, 0, "capacity"),
};
const korch_type korch_node_swap_status_type = TYPE("NodeSwapStatus", korch_node_swap_status, node_swap_status_fields, "NodeSwapStatus");

static const korch_field node_system_info_fields[] = {
	STRING(korch_node_system_info, machine_id, "machineID", 1, 0, "machineID"),
	STRING(korch_node_system_info, system_uuid, "systemUUID", 2, 0, "systemUUID"),
	STRING(korch_node_system_info, boot_id, "bootID", 3, 0, "bootID"),
	STRING(korch_node_system_info, kernel_version, "kernelVersion", 4, 0, "kernelVersion"),
	STRING(korch_node_system_info, os_image, "osImage", 5, 0, "osImage"),
	STRING(korch_node_system_info, container_runtime_version, "containerRuntimeVersion", 6, 0, "containerRuntimeVersion"),
	STRING(korch_node_system_info, kubelet_version, "kubeletVersion", 7, 0, "kubeletVersion"),
	STRING(korch_node_system_info, kube_proxy_version, "kubeProxyVersion", 8, 0, "kubeProxyVersion"),
	STRING(korch_node_system_info, operating_system, "operatingSystem", 9, 0, "operatingSystem"),
	STRING(korch_node_system_info, architecture, "architecture", 10, 0, "architecture"),
	STRUCT(korch_node_system_info, swap, korch_node_swap_status_type, "swap", 11, 0, "swap"),
};
const korch_type korch_node_system_info_type = TYPE("NodeSystemInfo", korch_node_system_info, node_system_info_fields, "NodeSystemInfo");

static const korch_field container_image_fields[] = {
	LIST_STRING(korch_container_image, names, n_names, "names", 1, ATOMIC, "names"),
	INT64(korch_container_image, size_bytes, "sizeBytes", 2, 0, "sizeBytes"),
};
const korch_type korch_container_image_type = TYPE("ContainerImage", korch_container_image, container_image_fields, "ContainerImage");

static const korch_field attached_volume_fields[] = {
	STRING(korch_attached_volume, name, "name", 1, 0, "name"),
	STRING(korch_attached_volume, device_path, "devicePath", 2, 0, "devicePath"),
};
const korch_type korch_attached_volume_type = TYPE("AttachedVolume", korch_attached_volume, attached_volume_fields, "AttachedVolume");

static const korch_field node_config_status_fields[] = {
	STRUCT(korch_node_config_status, assigned, korch_node_config_source_type, "assigned", 1, 0, "assigned"),
	STRUCT(korch_node_config_status, active, korch_node_config_source_type, "active", 2, 0, "active"),
	STRUCT(korch_node_config_status, last_known_good, korch_node_config_source_type, "lastKnownGood", 3, 0, "lastKnownGood"),
	STRING(korch_node_config_status, error, "error", 4, 0, "error"),
};
const korch_type korch_node_config_status_type = TYPE("NodeConfigStatus", korch_node_config_status, node_config_status_fields, "NodeConfigStatus");

static const korch_field node_runtime_handler_features_fields[] = {
	BOOL(korch_node_runtime_handler_features, recursive_read_only_mounts, "recursiveReadOnlyMounts", 1, 0, "recursiveReadOnlyMounts"),
	BOOL(korch_node_runtime_handler_features, user_namespaces, "userNamespaces", 2, 0, "userNamespaces"),
};
const korch_type korch_node_runtime_handler_features_type = TYPE("NodeRuntimeHandlerFeatures", korch_node_runtime_handler_features, node_runtime_handler_features_fields, "NodeRuntimeHandlerFeatures");

static const korch_field node_runtime_handler_fields[] = {
	STRING(korch_node_runtime_handler, name, "name", 1, 0, "name"),
	STRUCT(korch_node_runtime_handler, features, korch_node_runtime_handler_features_type, "features", 2, 0, "features"),
};
const korch_type korch_node_runtime_handler_type = TYPE("NodeRuntimeHandler", korch_node_runtime_handler, node_runtime_handler_fields, "NodeRuntimeHandler");

static const korch_field node_features_fields[] = {
	BOOL(korch_node_features, supplemental_groups_policy, "supplementalGroupsPolicy", 1, 0, "supplementalGroupsPolicy"),
};
const korch_type korch_node_features_type = TYPE("NodeFeatures", korch_node_features, node_features_fields, "NodeFeatures");

static const korch_field node_status_fields[] = {
	MAP_QUANTITY(korch_node_status, capacity, "capacity", 1, 0, "capacity"),
	MAP_QUANTITY(korch_node_status, allocatable, "allocatable", 2, 0, "allocatable"),
	STRING(korch_node_status, phase, "phase", 3, 0, "phase"),
	LIST_STRUCT(korch_node_status, conditions, n_conditions, korch_node_condition_type, "conditions", 4, 0, "conditions", .merge_key = "type"),
	LIST_STRUCT(korch_node_status, addresses, n_addresses, korch_node_address_type, "addresses", 5, 0, "addresses", .merge_key = "type"),
	STRUCT(korch_node_status, daemon_endpoints, korch_node_daemon_endpoints_type, "daemonEndpoints", 6, 0, "daemonEndpoints"),
	STRUCT(korch_node_status, node_info, korch_node_system_info_type, "nodeInfo", 7, 0, "nodeInfo"),
	LIST_STRUCT(korch_node_status, images, n_images, korch_container_image_type, "images", 8, ATOMIC, "images"),
	LIST_STRING(korch_node_status, volumes_in_use, n_volumes_in_use, "volumesInUse", 9, ATOMIC, "volumesInUse"),
	LIST_STRUCT(korch_node_status, volumes_attached, n_volumes_attached, korch_attached_volume_type, "volumesAttached", 10, ATOMIC, "volumesAttached"),
	STRUCT(korch_node_status, config, korch_node_config_status_type, "config", 11, 0, "config"),
	LIST_STRUCT(korch_node_status, runtime_handlers, n_runtime_handlers, korch_node_runtime_handler_type, "runtimeHandlers", 12, ATOMIC, "runtimeHandlers"),
	STRUCT(korch_node_status, features, korch_node_features_type, "features", 13, 0, "features"),
	LIST_STRING(korch_node_status, declared_features, n_declared_features, "declaredFeatures", 14, ATOMIC, "declaredFeatures"),
};
const korch_type korch_node_status_type = TYPE("NodeStatus", korch_node_status, node_status_fields, "NodeStatus");

static const korch_field node_fields[] = {
	STRUCT(korch_node, object.metadata, korch_object_meta_type, "metadata", 1, 0, "metadata"),
	STRUCT(korch_node, spec, korch_node_spec_type, "spec", 2, 0, "spec"),
	STRUCT(korch_node, status, korch_node_status_type, "status", 3, 0, "status"),
};
const korch_type korch_node_type = TYPE("Node", korch_node, node_fields, "Node");
