/*
 * Pods and pod templates: the tables of the structs in <korch/api/core_pod.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/core_pod.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field host_alias_fields[] = {
	STRING(korch_host_alias, ip, "ip", 1, 0, "ip"),
	LIST_STRING(korch_host_alias, hostnames, n_hostnames, "hostnames", 2, ATOMIC, "hostnames"),
};
const korch_type korch_host_alias_type = TYPE("HostAlias", korch_host_alias, host_alias_fields, "HostAlias");

static const korch_field pod_dns_config_option_fields[] = {
	STRING(korch_pod_dns_config_option, name, "name", 1, 0, "name"),
	STRING(korch_pod_dns_config_option, value, "value", 2, 0, "value"),
};
const korch_type korch_pod_dns_config_option_type = TYPE("PodDNSConfigOption", korch_pod_dns_config_option, pod_dns_config_option_fields, "PodDNSConfigOption");

static const korch_field pod_dns_config_fields[] = {
	LIST_STRING(korch_pod_dns_config, nameservers, n_nameservers, "nameservers", 1, ATOMIC, "nameservers"),
	LIST_STRING(korch_pod_dns_config, searches, n_searches, "searches", 2, ATOMIC, "searches"),
	LIST_STRUCT(korch_pod_dns_config, options, n_options, korch_pod_dns_config_option_type, "options", 3, ATOMIC, "options"),
};
const korch_type korch_pod_dns_config_type = TYPE("PodDNSConfig", korch_pod_dns_config, pod_dns_config_fields, "PodDNSConfig");

static const korch_field pod_readiness_gate_fields[] = {
	STRING(korch_pod_readiness_gate, condition_type, "conditionType", 1, 0, "conditionType"),
};
const korch_type korch_pod_readiness_gate_type = TYPE("PodReadinessGate", korch_pod_readiness_gate, pod_readiness_gate_fields, "PodReadinessGate");

static const korch_field pod_scheduling_gate_fields[] = {
	STRING(korch_pod_scheduling_gate, name, "name", 1, 0, "name"),
};
const korch_type korch_pod_scheduling_gate_type = TYPE("PodSchedulingGate", korch_pod_scheduling_gate, pod_scheduling_gate_fields, "PodSchedulingGate");

static const korch_field pod_scheduling_group_fields[] = {
	STRING(korch_pod_scheduling_group, pod_group_name, "podGroupName", 1, 0, "podGroupName"),
};
const korch_type korch_pod_scheduling_group_type = TYPE("PodSchedulingGroup", korch_pod_scheduling_group, pod_scheduling_group_fields, "PodSchedulingGroup");

static const korch_field pod_os_fields[] = {
	STRING(korch_pod_os, name, "name", 1, 0, "name"),
};
const korch_type korch_pod_os_type = TYPE("PodOS", korch_pod_os, pod_os_fields, "PodOS");

static const korch_field pod_resource_claim_fields[] = {
	STRING(korch_pod_resource_claim, name, "name", 1, 0, "name"),
	STRING(korch_pod_resource_claim, resource_claim_name, "resourceClaimName", 3, 0, "resourceClaimName"),
	STRING(korch_pod_resource_claim, resource_claim_template_name, "resourceClaimTemplateName", 4, 0, "resourceClaimTemplateName"),
};
const korch_type korch_pod_resource_claim_type = TYPE("PodResourceClaim", korch_pod_resource_claim, pod_resource_claim_fields, "PodResourceClaim");

static const korch_field eviction_responder_fields[] = {
	STRING(korch_eviction_responder, name, "name", 1, 0, "name"),
	INT32(korch_eviction_responder, priority, "priority", 2, 0, "priority"),
};
const korch_type korch_eviction_responder_type = TYPE("EvictionResponder", korch_eviction_responder, eviction_responder_fields, "EvictionResponder");

static const korch_field pod_spec_fields[] = {
	LIST_STRUCT(korch_pod_spec, volumes, n_volumes, korch_volume_type, "volumes", 1, REPLACE_KEYS, "volumes", .merge_key = "name"),
	LIST_STRUCT(korch_pod_spec, init_containers, n_init_containers, korch_container_type, "initContainers", 20, 0, "initContainers", .merge_key = "name"),
	LIST_STRUCT(korch_pod_spec, containers, n_containers, korch_container_type, "containers", 2, 0, "containers", .merge_key = "name"),
	LIST_STRUCT(korch_pod_spec, ephemeral_containers, n_ephemeral_containers, korch_ephemeral_container_type, "ephemeralContainers", 34, 0, "ephemeralContainers", .merge_key = "name"),
	STRING(korch_pod_spec, restart_policy, "restartPolicy", 3, 0, "restartPolicy"),
	INT64(korch_pod_spec, termination_grace_period_seconds, "terminationGracePeriodSeconds", 4, 0, "terminationGracePeriodSeconds"),
	INT64(korch_pod_spec, active_deadline_seconds, "activeDeadlineSeconds", 5, 0, "activeDeadlineSeconds"),
	STRING(korch_pod_spec, dns_policy, "dnsPolicy", 6, 0, "dnsPolicy"),
	MAP_STRING(korch_pod_spec, node_selector, "nodeSelector", 7, ATOMIC, "nodeSelector"),
	STRING(korch_pod_spec, service_account_name, "serviceAccountName", 8, 0, "serviceAccountName"),
	STRING(korch_pod_spec, service_account, "serviceAccount", 9, 0, "serviceAccount"),
	BOOL(korch_pod_spec, automount_service_account_token, "automountServiceAccountToken", 21, 0, "automountServiceAccountToken"),
	STRING(korch_pod_spec, node_name, "nodeName", 10, 0, "nodeName"),
	BOOL(korch_pod_spec, host_network, "hostNetwork", 11, 0, "hostNetwork"),
	BOOL(korch_pod_spec, host_pid, "hostPID", 12, 0, "hostPID"),
	BOOL(korch_pod_spec, host_ipc, "hostIPC", 13, 0, "hostIPC"),
	BOOL(korch_pod_spec, share_process_namespace, "shareProcessNamespace", 27, 0, "shareProcessNamespace"),
	STRUCT(korch_pod_spec, security_context, korch_pod_security_context_type, "securityContext", 14, 0, "securityContext"),
	LIST_STRUCT(korch_pod_spec, image_pull_secrets, n_image_pull_secrets, korch_local_object_reference_type, "imagePullSecrets", 15, 0, "imagePullSecrets", .merge_key = "name"),
	STRING(korch_pod_spec, hostname, "hostname", 16, 0, "hostname"),
	STRING(korch_pod_spec, subdomain, "subdomain", 17, 0, "subdomain"),
	STRUCT(korch_pod_spec, affinity, korch_affinity_type, "affinity", 18, 0, "affinity"),
	STRING(korch_pod_spec, scheduler_name, "schedulerName", 19, 0, "schedulerName"),
	LIST_STRUCT(korch_pod_spec, tolerations, n_tolerations, korch_toleration_type, "tolerations", 22, ATOMIC, "tolerations"),
	LIST_STRUCT(korch_pod_spec, host_aliases, n_host_aliases, korch_host_alias_type, "hostAliases", 23, 0, "hostAliases", .merge_key = "ip"),
	STRING(korch_pod_spec, priority_class_name, "priorityClassName", 24, 0, "priorityClassName"),
	INT32(korch_pod_spec, priority, "priority", 25, 0, "priority"),
	STRUCT(korch_pod_spec, dns_config, korch_pod_dns_config_type, "dnsConfig", 26, 0, "dnsConfig"),
	LIST_STRUCT(korch_pod_spec, readiness_gates, n_readiness_gates, korch_pod_readiness_gate_type, "readinessGates", 28, ATOMIC, "readinessGates"),
	STRING(korch_pod_spec, runtime_class_name, "runtimeClassName", 29, 0, "runtimeClassName"),
	BOOL(korch_pod_spec, enable_service_links, "enableServiceLinks", 30, 0, "enableServiceLinks"),
	STRING(korch_pod_spec, preemption_policy, "preemptionPolicy", 31, 0, "preemptionPolicy"),
	MAP_QUANTITY(korch_pod_spec, overhead, "overhead", 32, 0, "overhead"),
	LIST_STRUCT(korch_pod_spec, topology_spread_constraints, n_topology_spread_constraints, korch_topology_spread_constraint_type, "topologySpreadConstraints", 33, 0, "topologySpreadConstraints", .merge_key = "topologyKey,whenUnsatisfiable"),
	BOOL(korch_pod_spec, set_hostname_as_fqdn, "setHostnameAsFQDN", 35, 0, "setHostnameAsFQDN"),
	STRUCT(korch_pod_spec, os, korch_pod_os_type, "os", 36, 0, "os"),
	BOOL(korch_pod_spec, host_users, "hostUsers", 37, 0, "hostUsers"),
	LIST_STRUCT(korch_pod_spec, scheduling_gates, n_scheduling_gates, korch_pod_scheduling_gate_type, "schedulingGates", 38, 0, "schedulingGates", .merge_key = "name"),
	LIST_STRUCT(korch_pod_spec, resource_claims, n_resource_claims, korch_pod_resource_claim_type, "resourceClaims", 39, REPLACE_KEYS, "resourceClaims", .merge_key = "name"),
	STRUCT(korch_pod_spec, resources, korch_resource_requirements_type, "resources", 40, 0, "resources"),
	STRING(korch_pod_spec, hostname_override, "hostnameOverride", 41, 0, "hostnameOverride"),
	STRUCT(korch_pod_spec, scheduling_group, korch_pod_scheduling_group_type, "schedulingGroup", 43, 0, "schedulingGroup"),
	LIST_STRUCT(korch_pod_spec, eviction_responders, n_eviction_responders, korch_eviction_responder_type, "evictionResponders", 44, 0, "evictionResponders"),
};
const korch_type korch_pod_spec_type = TYPE("PodSpec", korch_pod_spec, pod_spec_fields, "PodSpec");

static const korch_field pod_template_spec_fields[] = {
	STRUCT(korch_pod_template_spec, metadata, korch_object_meta_type, "metadata", 1, 0, "metadata"),
	STRUCT(korch_pod_template_spec, spec, korch_pod_spec_type, "spec", 2, 0, "spec"),
};
const korch_type korch_pod_template_spec_type = TYPE("PodTemplateSpec", korch_pod_template_spec, pod_template_spec_fields, "PodTemplateSpec");

static const korch_field pod_ip_fields[] = {
	STRING(korch_pod_ip, ip, "ip", 1, 0, "ip"),
};
const korch_type korch_pod_ip_type = TYPE("PodIP", korch_pod_ip, pod_ip_fields, "PodIP");

static const korch_field host_ip_fields[] = {
	STRING(korch_host_ip, ip, "ip", 1, 0, "ip"),
};
const korch_type korch_host_ip_type = TYPE("HostIP", korch_host_ip, host_ip_fields, "HostIP");

static const korch_field pod_condition_fields[] = {
	STRING(korch_pod_condition, type, "type", 1, 0, "type"),
	INT64(korch_pod_condition, observed_generation, "observedGeneration", 7, 0, "observedGeneration"),
	STRING(korch_pod_condition, status, "status", 2, 0, "status"),
	TIME(korch_pod_condition, last_probe_time, "lastProbeTime", 3, 0, "lastProbeTime"),
	TIME(korch_pod_condition, last_transition_time, "lastTransitionTime", 4, 0, "lastTransitionTime"),
	STRING(korch_pod_condition, reason, "reason", 5, 0, "reason"),
	STRING(korch_pod_condition, message, "message", 6, 0, "message"),
};
const korch_type korch_pod_condition_type = TYPE("PodCondition", korch_pod_condition, pod_condition_fields, "PodCondition");

static const korch_field pod_resource_claim_status_fields[] = {
	STRING(korch_pod_resource_claim_status, name, "name", 1, 0, "name"),
	STRING(korch_pod_resource_claim_status, resource_claim_name, "resourceClaimName", 2, 0, "resourceClaimName"),
};
const korch_type korch_pod_resource_claim_status_type = TYPE("PodResourceClaimStatus", korch_pod_resource_claim_status, pod_resource_claim_status_fields, "PodResourceClaimStatus");

static const korch_field container_extended_resource_request_fields[] = {
	STRING(korch_container_extended_resource_request, container_name, "containerName", 1, 0, "containerName"),
	STRING(korch_container_extended_resource_request, resource_name, "resourceName", 2, 0, "resourceName"),
	STRING(korch_container_extended_resource_request, request_name, "requestName", 3, 0, "requestName"),
};
const korch_type korch_container_extended_resource_request_type = TYPE("ContainerExtendedResourceRequest", korch_container_extended_resource_request, container_extended_resource_request_fields, "ContainerExtendedResourceRequest");

static const korch_field pod_extended_resource_claim_status_fields[] = {
	LIST_STRUCT(korch_pod_extended_resource_claim_status, request_mappings, n_request_mappings, korch_container_extended_resource_request_type, "requestMappings", 1, ATOMIC, "requestMappings"),
	STRING(korch_pod_extended_resource_claim_status, resource_claim_name, "resourceClaimName", 2, 0, "resourceClaimName"),
};
const korch_type korch_pod_extended_resource_claim_status_type = TYPE("PodExtendedResourceClaimStatus", korch_pod_extended_resource_claim_status, pod_extended_resource_claim_status_fields, "PodExtendedResourceClaimStatus");

static const korch_field node_allocatable_mapping_fields[] = {
	STRING(korch_node_allocatable_mapping, name, "name", 1, 0, "name"),
	QUANTITY(korch_node_allocatable_mapping, quantity, "quantity", 2, 0, "quantity"),
};
const korch_type korch_node_allocatable_mapping_type = TYPE("NodeAllocatableMapping", korch_node_allocatable_mapping, node_allocatable_mapping_fields, "NodeAllocatableMapping");

static const korch_field node_allocatable_overhead_fields[] = {
	STRING(korch_node_allocatable_overhead, name, "name", 1, 0, "name"),
	QUANTITY(korch_node_allocatable_overhead, per_pod, "perPod", 2, 0, "perPod"),
	QUANTITY(korch_node_allocatable_overhead, per_container, "perContainer", 3, 0, "perContainer"),
};
const korch_type korch_node_allocatable_overhead_type = TYPE("NodeAllocatableOverhead", korch_node_allocatable_overhead, node_allocatable_overhead_fields, "NodeAllocatableOverhead");

static const korch_field node_allocatable_resource_claim_status_fields[] = {
	STRING(korch_node_allocatable_resource_claim_status, resource_claim_name, "resourceClaimName", 1, 0, "resourceClaimName"),
	LIST_STRING(korch_node_allocatable_resource_claim_status, containers, n_containers, "containers", 2, SET, "containers"),
	LIST_STRUCT(korch_node_allocatable_resource_claim_status, mapping, n_mapping, korch_node_allocatable_mapping_type, "mapping", 4, 0, "mapping"),
	LIST_STRUCT(korch_node_allocatable_resource_claim_status, overhead, n_overhead, korch_node_allocatable_overhead_type, "overhead", 5, 0, "overhead"),
	MAP_QUANTITY(korch_node_allocatable_resource_claim_status, resources, "resources", 3, 0, "resources"),
};
const korch_type korch_node_allocatable_resource_claim_status_type = TYPE("NodeAllocatableResourceClaimStatus", korch_node_allocatable_resource_claim_status, node_allocatable_resource_claim_status_fields, "NodeAllocatableResourceClaimStatus");

static const korch_field volume_health_condition_fields[] = {
	STRING(korch_volume_health_condition, status, "status", 1, 0, "status"),
	STRING(korch_volume_health_condition, reason, "reason", 2, 0, "reason"),
	STRING(korch_volume_health_condition, message, "message", 3, 0, "message"),
};
const korch_type korch_volume_health_condition_type = TYPE("VolumeHealthCondition", korch_volume_health_condition, volume_health_condition_fields, "VolumeHealthCondition");

static const korch_field pod_volume_health_fields[] = {
	STRING(korch_pod_volume_health, name, "name", 1, 0, "name"),
	LIST_STRUCT(korch_pod_volume_health, health_conditions, n_health_conditions, korch_volume_health_condition_type, "healthConditions", 2, 0, "healthConditions"),
	TIME(korch_pod_volume_health, last_transition_time, "lastTransitionTime", 3, 0, "lastTransitionTime"),
};
const korch_type korch_pod_volume_health_type = TYPE("PodVolumeHealth", korch_pod_volume_health, pod_volume_health_fields, "PodVolumeHealth");

static const korch_field pod_status_fields[] = {
	INT64(korch_pod_status, observed_generation, "observedGeneration", 17, 0, "observedGeneration"),
	STRING(korch_pod_status, phase, "phase", 1, 0, "phase"),
	LIST_STRUCT(korch_pod_status, conditions, n_conditions, korch_pod_condition_type, "conditions", 2, 0, "conditions", .merge_key = "type"),
	STRING(korch_pod_status, message, "message", 3, 0, "message"),
	STRING(korch_pod_status, reason, "reason", 4, 0, "reason"),
	STRING(korch_pod_status, nominated_node_name, "nominatedNodeName", 11, 0, "nominatedNodeName"),
	STRING(korch_pod_status, host_ip, "hostIP", 5, 0, "hostIP"),
	LIST_STRUCT(korch_pod_status, host_ips, n_host_ips, korch_host_ip_type, "hostIPs", 16, ATOMIC, "hostIPs", .merge_key = "ip"),
	STRING(korch_pod_status, pod_ip, "podIP", 6, 0, "podIP"),
	LIST_STRUCT(korch_pod_status, pod_ips, n_pod_ips, korch_pod_ip_type, "podIPs", 12, 0, "podIPs", .merge_key = "ip"),
	TIME(korch_pod_status, start_time, "startTime", 7, 0, "startTime"),
	LIST_STRUCT(korch_pod_status, init_container_statuses, n_init_container_statuses, korch_container_status_type, "initContainerStatuses", 10, ATOMIC, "initContainerStatuses"),
	LIST_STRUCT(korch_pod_status, container_statuses, n_container_statuses, korch_container_status_type, "containerStatuses", 8, ATOMIC, "containerStatuses"),
	STRING(korch_pod_status, qos_class, "qosClass", 9, 0, "qosClass"),
	LIST_STRUCT(korch_pod_status, ephemeral_container_statuses, n_ephemeral_container_statuses, korch_container_status_type, "ephemeralContainerStatuses", 13, ATOMIC, "ephemeralContainerStatuses"),
	STRING(korch_pod_status, resize, "resize", 14, 0, "resize"),
	LIST_STRUCT(korch_pod_status, resource_claim_statuses, n_resource_claim_statuses, korch_pod_resource_claim_status_type, "resourceClaimStatuses", 15, REPLACE_KEYS, "resourceClaimStatuses", .merge_key = "name"),
	STRUCT(korch_pod_status, extended_resource_claim_status, korch_pod_extended_resource_claim_status_type, "extendedResourceClaimStatus", 18, 0, "extendedResourceClaimStatus"),
	MAP_QUANTITY(korch_pod_status, allocated_resources, "allocatedResources", 19, 0, "allocatedResources"),
	STRUCT(korch_pod_status, resources, korch_resource_requirements_type, "resources", 20, 0, "resources"),
	LIST_STRUCT(korch_pod_status, node_allocatable_resource_claim_statuses, n_node_allocatable_resource_claim_statuses, korch_node_allocatable_resource_claim_status_type, "nodeAllocatableResourceClaimStatuses", 21, ATOMIC, "nodeAllocatableResourceClaimStatuses"),
	LIST_STRUCT(korch_pod_status, volume_health, n_volume_health, korch_pod_volume_health_type, "volumeHealth", 22, 0, "volumeHealth"),
};
const korch_type korch_pod_status_type = TYPE("PodStatus", korch_pod_status, pod_status_fields, "PodStatus");

static const korch_field pod_fields[] = {
	STRUCT(korch_pod, object.metadata, korch_object_meta_type, "metadata", 1, 0, "metadata"),
	STRUCT(korch_pod, spec, korch_pod_spec_type, "spec", 2, 0, "spec"),
	STRUCT(korch_pod, status, korch_pod_status_type, "status", 3, 0, "status"),
};
const korch_type korch_pod_type = TYPE("Pod", korch_pod, pod_fields, "Pod");
