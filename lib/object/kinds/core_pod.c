/*
 * Pods and pod templates: the tables of the structs in <korch/api/core_pod.h>.
 * One line per field; rules over several fields stand in validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/core_pod.h>

#define S korch_host_alias
static const korch_field host_alias_fields[] = {
    STRING(ip, "ip", 1, REQUIRED | EMIT, "The address", .format = KORCH_FORMAT_IP),
    LIST_STRING(hostnames, "hostnames", 2, ATOMIC, "Its names"),
};
const korch_type korch_host_alias_type =
    TYPE("HostAlias", host_alias_fields, "Further names of an address in /etc/hosts");
#undef S

#define S korch_pod_dns_config_option
static const korch_field pod_dns_config_option_fields[] = {
    STRING(name, "name", 1, REQUIRED, "Name of the option"),
    STRING(value, "value", 2, POINTER, "Value of the option"),
};
const korch_type korch_pod_dns_config_option_type =
    TYPE("PodDNSConfigOption", pod_dns_config_option_fields, "An option of the resolver");
#undef S

#define S korch_pod_dns_config
static const korch_field pod_dns_config_fields[] = {
    LIST_STRING(nameservers, "nameservers", 1, ATOMIC, "Addresses of name servers"),
    LIST_STRING(searches, "searches", 2, ATOMIC, "Domains to search in"),
    LIST_STRUCT(options, korch_pod_dns_config_option, "options", 3, ATOMIC,
                "Options of the resolver"),
};
const korch_type korch_pod_dns_config_type =
    TYPE("PodDNSConfig", pod_dns_config_fields, "Settings of the resolver beside the DNS policy's");
#undef S

#define S korch_pod_readiness_gate
static const korch_field pod_readiness_gate_fields[] = {
    STRING(condition_type, "conditionType", 1, REQUIRED | EMIT, "Type of the condition",
           .format = KORCH_FORMAT_QUALIFIED_NAME),
};
const korch_type korch_pod_readiness_gate_type =
    TYPE("PodReadinessGate", pod_readiness_gate_fields,
         "A condition that somebody else must set before the pod is ready");
#undef S

#define S korch_pod_scheduling_gate
static const korch_field pod_scheduling_gate_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the gate",
           .format = KORCH_FORMAT_QUALIFIED_NAME),
};
const korch_type korch_pod_scheduling_gate_type =
    TYPE("PodSchedulingGate", pod_scheduling_gate_fields,
         "Something that must be done before the pod is scheduled");
#undef S

#define S korch_pod_scheduling_group
static const korch_field pod_scheduling_group_fields[] = {
    STRING(pod_group_name, "podGroupName", 1, POINTER, "Name of the PodGroup"),
};
const korch_type korch_pod_scheduling_group_type = TYPE(
    "PodSchedulingGroup", pod_scheduling_group_fields, "Group of pods that are scheduled together");
#undef S

#define S korch_pod_os
static const korch_field pod_os_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Which system",
           .allowed = ALLOWED("linux", "windows")),
};
const korch_type korch_pod_os_type =
    TYPE("PodOS", pod_os_fields, "System that the containers are for");
#undef S

#define S korch_pod_resource_claim
static const korch_field pod_resource_claim_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name within the pod",
           .format = KORCH_FORMAT_DNS1123_LABEL),
    STRING(resource_claim_name, "resourceClaimName", 3, POINTER, "An existing ResourceClaim"),
    STRING(resource_claim_template_name, "resourceClaimTemplateName", 4, POINTER,
           "Template that a ResourceClaim is made from"),
};
const korch_type korch_pod_resource_claim_type = TYPE(
    "PodResourceClaim", pod_resource_claim_fields, "A claim for devices that containers can use");
#undef S

#define S korch_eviction_responder
static const korch_field eviction_responder_fields[] = {
    STRING(name, "name", 1, REQUIRED, "Name of the responder"),
    INT32(priority, "priority", 2, POINTER, "Higher ones are asked first"),
};
const korch_type korch_eviction_responder_type = TYPE(
    "EvictionResponder", eviction_responder_fields, "Who may answer a request to evict the pod");
#undef S

#define S korch_pod_spec
static const korch_field pod_spec_fields[] = {
    LIST_STRUCT(volumes, korch_volume, "volumes", 1, REPLACE_KEYS,
                "Volumes that containers can mount", .merge_key = "name"),
    LIST_STRUCT(init_containers, korch_container, "initContainers", 20, 0,
                "Containers that run to their end, one after the other, before the others",
                .merge_key = "name"),
    LIST_STRUCT(containers, korch_container, "containers", 2, REQUIRED,
                "Containers that run together", .merge_key = "name"),
    LIST_STRUCT(ephemeral_containers, korch_ephemeral_container, "ephemeralContainers", 34, 0,
                "Containers added later to look into the pod", .merge_key = "name"),
    STRING(restart_policy, "restartPolicy", 3, 0, "When ended containers are started again",
           .allowed = ALLOWED("Always", "OnFailure", "Never"), .default_json = "\"Always\""),
    INT64(termination_grace_period_seconds, "terminationGracePeriodSeconds", 4, POINTER,
          "Seconds between the stop signal and the kill", .format = KORCH_FORMAT_NON_NEGATIVE,
          .default_json = "30"),
    INT64(active_deadline_seconds, "activeDeadlineSeconds", 5, POINTER,
          "Seconds that the pod may run at most"),
    STRING(dns_policy, "dnsPolicy", 6, 0, "Which name servers the pod asks",
           .allowed = ALLOWED("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"),
           .default_json = "\"ClusterFirst\""),
    MAP_STRING(node_selector, "nodeSelector", 7, ATOMIC, "Labels that the node must have",
               .format = KORCH_FORMAT_QUALIFIED_NAME),
    STRING(service_account_name, "serviceAccountName", 8, 0, "Account that the pod runs as"),
    STRING(service_account, "serviceAccount", 9, DEPRECATED, "Old name of serviceAccountName"),
    BOOL(automount_service_account_token, "automountServiceAccountToken", 21, POINTER,
         "Whether a token of the account is mounted"),
    STRING(node_name, "nodeName", 10, 0, "Node that the pod is bound to"),
    BOOL(host_network, "hostNetwork", 11, 0, "Whether it uses the node's network"),
    BOOL(host_pid, "hostPID", 12, 0, "Whether it sees the node's processes"),
    BOOL(host_ipc, "hostIPC", 13, 0, "Whether it uses the node's shared memory"),
    BOOL(share_process_namespace, "shareProcessNamespace", 27, POINTER,
         "Whether its containers see each other's processes"),
    STRUCT(security_context, korch_pod_security_context, "securityContext", 14, 0,
           "Rights of all containers"),
    LIST_STRUCT(image_pull_secrets, korch_local_object_reference, "imagePullSecrets", 15, 0,
                "Secrets with credentials of registries", .merge_key = "name"),
    STRING(hostname, "hostname", 16, 0, "Host name; the pod's name when empty",
           .format = KORCH_FORMAT_DNS1123_LABEL),
    STRING(subdomain, "subdomain", 17, 0, "Domain below the namespace's that the host name is in",
           .format = KORCH_FORMAT_DNS1123_LABEL),
    STRUCT(affinity, korch_affinity, "affinity", 18, 0, "Where it must or would rather run"),
    STRING(scheduler_name, "schedulerName", 19, 0, "Scheduler that binds it",
           .default_json = "\"default-scheduler\""),
    LIST_STRUCT(tolerations, korch_toleration, "tolerations", 22, ATOMIC,
                "Taints that it puts up with"),
    LIST_STRUCT(host_aliases, korch_host_alias, "hostAliases", 23, 0, "Further lines of /etc/hosts",
                .merge_key = "ip"),
    STRING(priority_class_name, "priorityClassName", 24, 0, "Name of its priority class"),
    INT32(priority, "priority", 25, POINTER, "Priority; higher ones are scheduled first"),
    STRUCT(dns_config, korch_pod_dns_config, "dnsConfig", 26, 0, "Settings of the resolver"),
    LIST_STRUCT(readiness_gates, korch_pod_readiness_gate, "readinessGates", 28, ATOMIC,
                "Conditions that others must set before it is ready"),
    STRING(runtime_class_name, "runtimeClassName", 29, POINTER, "Which runtime runs it",
           .format = KORCH_FORMAT_DNS1123_SUBDOMAIN),
    BOOL(enable_service_links, "enableServiceLinks", 30, POINTER,
         "Whether Services become environment variables"),
    STRING(preemption_policy, "preemptionPolicy", 31, POINTER,
           "Whether it may drive out pods of lower priority",
           .allowed = ALLOWED("Never", "PreemptLowerPriority")),
    MAP_QUANTITY(overhead, "overhead", 32, 0, "What the runtime itself needs for it"),
    LIST_STRUCT(topology_spread_constraints, korch_topology_spread_constraint,
                "topologySpreadConstraints", 33, 0, "How its like spread over places",
                .merge_key = "topologyKey,whenUnsatisfiable"),
    BOOL(set_hostname_as_fqdn, "setHostnameAsFQDN", 35, POINTER,
         "Whether the host name is the full domain name"),
    STRUCT(os, korch_pod_os, "os", 36, 0, "System that the containers are for"),
    BOOL(host_users, "hostUsers", 37, POINTER, "Whether it uses the node's user ids"),
    LIST_STRUCT(scheduling_gates, korch_pod_scheduling_gate, "schedulingGates", 38, 0,
                "What must be done before it is scheduled", .merge_key = "name"),
    LIST_STRUCT(resource_claims, korch_pod_resource_claim, "resourceClaims", 39, REPLACE_KEYS,
                "Claims for devices", .merge_key = "name"),
    STRUCT(resources, korch_resource_requirements, "resources", 40, 0,
           "What all containers together need and may use"),
    STRING(hostname_override, "hostnameOverride", 41, POINTER,
           "Host name, whatever the other fields say"),
    STRUCT(scheduling_group, korch_pod_scheduling_group, "schedulingGroup", 43, 0,
           "Group that it is scheduled with"),
    LIST_STRUCT(eviction_responders, korch_eviction_responder, "evictionResponders", 44, 0,
                "Who may answer a request to evict it"),
};
const korch_type korch_pod_spec_type =
    TYPE("PodSpec", pod_spec_fields, "What a pod consists of and where it may run",
         .set_defaults = korch__pod_spec_set_defaults, .validate = korch__pod_spec_validate);
#undef S

#define S korch_pod_template_spec
static const korch_field pod_template_spec_fields[] = {
    STRUCT(metadata, korch_object_meta, "metadata", 1, 0,
           "Labels, annotations and more of the pods"),
    STRUCT(spec, korch_pod_spec, "spec", 2, REQUIRED, "What the pods consist of"),
};
const korch_type korch_pod_template_spec_type =
    TYPE("PodTemplateSpec", pod_template_spec_fields, "What pods are made from");
#undef S

#define S korch_pod_ip
static const korch_field pod_ip_fields[] = {
    STRING(ip, "ip", 1, REQUIRED | EMIT, "The address", .format = KORCH_FORMAT_IP),
};
const korch_type korch_pod_ip_type = TYPE("PodIP", pod_ip_fields, "An address of a pod");
#undef S

#define S korch_host_ip
static const korch_field host_ip_fields[] = {
    STRING(ip, "ip", 1, REQUIRED | EMIT, "The address", .format = KORCH_FORMAT_IP),
};
const korch_type korch_host_ip_type = TYPE("HostIP", host_ip_fields, "An address of a node");
#undef S

#define S korch_pod_condition
static const korch_field pod_condition_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "Which aspect, such as Ready"),
    INT64(observed_generation, "observedGeneration", 7, 0,
          "Generation of the pod that this was computed for", .format = KORCH_FORMAT_NON_NEGATIVE),
    STRING(status, "status", 2, REQUIRED | EMIT, "Whether it holds",
           .allowed = ALLOWED("True", "False", "Unknown")),
    TIME(last_probe_time, "lastProbeTime", 3, 0, "When it was looked at last"),
    TIME(last_transition_time, "lastTransitionTime", 4, 0, "When the status changed last"),
    STRING(reason, "reason", 5, 0, "One word for machines, why"),
    STRING(message, "message", 6, 0, "A sentence for people"),
};
const korch_type korch_pod_condition_type =
    TYPE("PodCondition", pod_condition_fields, "One aspect of a pod's state");
#undef S

#define S korch_pod_resource_claim_status
static const korch_field pod_resource_claim_status_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name within the pod"),
    STRING(resource_claim_name, "resourceClaimName", 2, POINTER, "The ResourceClaim"),
};
const korch_type korch_pod_resource_claim_status_type =
    TYPE("PodResourceClaimStatus", pod_resource_claim_status_fields,
         "The ResourceClaim that was made for a claim");
#undef S

#define S korch_container_extended_resource_request
static const korch_field container_extended_resource_request_fields[] = {
    STRING(container_name, "containerName", 1, REQUIRED | EMIT, "Container that wants it"),
    STRING(resource_name, "resourceName", 2, REQUIRED | EMIT, "Extended resource that it wants"),
    STRING(request_name, "requestName", 3, REQUIRED | EMIT, "Request in the claim"),
};
const korch_type korch_container_extended_resource_request_type =
    TYPE("ContainerExtendedResourceRequest", container_extended_resource_request_fields,
         "Which request of a claim stands for an extended resource");
#undef S

#define S korch_pod_extended_resource_claim_status
static const korch_field pod_extended_resource_claim_status_fields[] = {
    LIST_STRUCT(request_mappings, korch_container_extended_resource_request, "requestMappings", 1,
                ATOMIC, "What stands for what"),
    STRING(resource_claim_name, "resourceClaimName", 2, REQUIRED | EMIT, "The ResourceClaim"),
};
const korch_type korch_pod_extended_resource_claim_status_type =
    TYPE("PodExtendedResourceClaimStatus", pod_extended_resource_claim_status_fields,
         "The ResourceClaim that stands for extended resources");
#undef S

#define S korch_node_allocatable_mapping
static const korch_field node_allocatable_mapping_fields[] = {
    STRING(name, "name", 1, REQUIRED, "Which resource"),
    QUANTITY(quantity, "quantity", 2, 0, "How much"),
};
const korch_type korch_node_allocatable_mapping_type =
    TYPE("NodeAllocatableMapping", node_allocatable_mapping_fields,
         "What a claim takes of one resource of the node");
#undef S

#define S korch_node_allocatable_overhead
static const korch_field node_allocatable_overhead_fields[] = {
    STRING(name, "name", 1, REQUIRED, "Which resource"),
    QUANTITY(per_pod, "perPod", 2, 0, "How much for the pod"),
    QUANTITY(per_container, "perContainer", 3, 0, "How much for each container"),
};
const korch_type korch_node_allocatable_overhead_type =
    TYPE("NodeAllocatableOverhead", node_allocatable_overhead_fields,
         "What a claim costs beside of one resource of the node");
#undef S

#define S korch_node_allocatable_resource_claim_status
static const korch_field node_allocatable_resource_claim_status_fields[] = {
    STRING(resource_claim_name, "resourceClaimName", 1, REQUIRED | EMIT, "The ResourceClaim"),
    LIST_STRING(containers, "containers", 2, SET, "Containers that use it"),
    LIST_STRUCT(mapping, korch_node_allocatable_mapping, "mapping", 4, 0, "What it takes"),
    LIST_STRUCT(overhead, korch_node_allocatable_overhead, "overhead", 5, 0,
                "What it costs beside"),
    MAP_QUANTITY(resources, "resources", 3, 0, "What it takes, in older objects"),
};
const korch_type korch_node_allocatable_resource_claim_status_type =
    TYPE("NodeAllocatableResourceClaimStatus", node_allocatable_resource_claim_status_fields,
         "What a claim takes of the node's resources");
#undef S

#define S korch_volume_health_condition
static const korch_field volume_health_condition_fields[] = {
    STRING(status, "status", 1, 0, "Whether it is well"),
    STRING(reason, "reason", 2, 0, "One word for machines, why"),
    STRING(message, "message", 3, 0, "A sentence for people"),
};
const korch_type korch_volume_health_condition_type = TYPE(
    "VolumeHealthCondition", volume_health_condition_fields, "One aspect of a volume's health");
#undef S

#define S korch_pod_volume_health
static const korch_field pod_volume_health_fields[] = {
    STRING(name, "name", 1, REQUIRED, "Volume of the pod"),
    LIST_STRUCT(health_conditions, korch_volume_health_condition, "healthConditions", 2, 0,
                "What is known"),
    TIME(last_transition_time, "lastTransitionTime", 3, 0, "When it changed last"),
};
const korch_type korch_pod_volume_health_type =
    TYPE("PodVolumeHealth", pod_volume_health_fields, "Health of a volume of the pod");
#undef S

#define S korch_pod_status
static const korch_field pod_status_fields[] = {
    INT64(observed_generation, "observedGeneration", 17, 0,
          "Generation of the pod that this was computed for", .format = KORCH_FORMAT_NON_NEGATIVE),
    STRING(phase, "phase", 1, 0, "Where in its life it is",
           .allowed = ALLOWED("Pending", "Running", "Succeeded", "Failed", "Unknown")),
    LIST_STRUCT(conditions, korch_pod_condition, "conditions", 2, 0, "Aspects of its state",
                .merge_key = "type"),
    STRING(message, "message", 3, 0, "A sentence for people"),
    STRING(reason, "reason", 4, 0, "One word, such as Evicted"),
    STRING(nominated_node_name, "nominatedNodeName", 11, 0, "Node that room is being made on"),
    STRING(host_ip, "hostIP", 5, 0, "Address of its node", .format = KORCH_FORMAT_IP),
    LIST_STRUCT(host_ips, korch_host_ip, "hostIPs", 16, ATOMIC, "All addresses of its node",
                .merge_key = "ip"),
    STRING(pod_ip, "podIP", 6, 0, "Its address", .format = KORCH_FORMAT_IP),
    LIST_STRUCT(pod_ips, korch_pod_ip, "podIPs", 12, 0, "All its addresses", .merge_key = "ip"),
    TIME(start_time, "startTime", 7, 0, "When its node took it on"),
    LIST_STRUCT(init_container_statuses, korch_container_status, "initContainerStatuses", 10,
                ATOMIC, "What its init containers do"),
    LIST_STRUCT(container_statuses, korch_container_status, "containerStatuses", 8, ATOMIC,
                "What its containers do"),
    STRING(qos_class, "qosClass", 9, 0, "Guaranteed, Burstable or BestEffort",
           .allowed = ALLOWED("Guaranteed", "Burstable", "BestEffort")),
    LIST_STRUCT(ephemeral_container_statuses, korch_container_status, "ephemeralContainerStatuses",
                13, ATOMIC, "What its ephemeral containers do"),
    STRING(resize, "resize", 14, DEPRECATED, "How a change of resources goes on"),
    LIST_STRUCT(resource_claim_statuses, korch_pod_resource_claim_status, "resourceClaimStatuses",
                15, REPLACE_KEYS, "ResourceClaims that were made for it", .merge_key = "name"),
    STRUCT(extended_resource_claim_status, korch_pod_extended_resource_claim_status,
           "extendedResourceClaimStatus", 18, 0, "ResourceClaim for extended resources"),
    MAP_QUANTITY(allocated_resources, "allocatedResources", 19, 0,
                 "What the node has set aside for the pod as a whole"),
    STRUCT(resources, korch_resource_requirements, "resources", 20, 0,
           "Requests and limits in force for the pod as a whole"),
    LIST_STRUCT(
        node_allocatable_resource_claim_statuses, korch_node_allocatable_resource_claim_status,
        "nodeAllocatableResourceClaimStatuses", 21, ATOMIC, "What its claims take of the node"),
    LIST_STRUCT(volume_health, korch_pod_volume_health, "volumeHealth", 22, 0,
                "Health of its volumes"),
};
const korch_type korch_pod_status_type =
    TYPE("PodStatus", pod_status_fields, "What a pod does now");
#undef S

#define S korch_pod
static const korch_field pod_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_pod_spec, "spec", 2, REQUIRED, "What it consists of and where it may run"),
    STRUCT(status, korch_pod_status, "status", 3, 0, "What it does now"),
};
const korch_type korch_pod_type =
    TYPE("Pod", pod_fields, "Containers that run together on one node",
         .set_defaults = korch__pod_set_defaults, .validate_update = korch__pod_validate_update);
#undef S
