/*
 * Pods and pod templates: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/core_pod.c.
 */
#ifndef KORCH_API_CORE_POD_H
#define KORCH_API_CORE_POD_H

#include <korch/api/core_affinity.h>
#include <korch/api/core_container_status.h>
#include <korch/api/core_volume.h>
#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file core_pod.h Pods and pod templates. */

/** HostAlias. */
typedef struct korch_host_alias {
	KORCH_STRUCT_HEAD
	const char *ip;         /**< ip */
	const char **hostnames; /**< hostnames */
	size_t n_hostnames;     /**< number of hostnames */
} korch_host_alias;
/** The table of a korch_host_alias. @since 0.1 */
extern KORCH_API const korch_type korch_host_alias_type;

/** PodDNSConfigOption. */
typedef struct korch_pod_dns_config_option {
	KORCH_STRUCT_HEAD
	const char *name;  /**< name */
	const char *value; /**< value */
} korch_pod_dns_config_option;
/** The table of a korch_pod_dns_config_option. @since 0.1 */
extern KORCH_API const korch_type korch_pod_dns_config_option_type;

/** PodDNSConfig. */
typedef struct korch_pod_dns_config {
	KORCH_STRUCT_HEAD
	const char **nameservers;             /**< nameservers */
	size_t n_nameservers;                 /**< number of nameservers */
	const char **searches;                /**< searches */
	size_t n_searches;                    /**< number of searches */
	korch_pod_dns_config_option *options; /**< options */
	size_t n_options;                     /**< number of options */
} korch_pod_dns_config;
/** The table of a korch_pod_dns_config. @since 0.1 */
extern KORCH_API const korch_type korch_pod_dns_config_type;

/** PodReadinessGate. */
typedef struct korch_pod_readiness_gate {
	KORCH_STRUCT_HEAD
	const char *condition_type; /**< conditionType */
} korch_pod_readiness_gate;
/** The table of a korch_pod_readiness_gate. @since 0.1 */
extern KORCH_API const korch_type korch_pod_readiness_gate_type;

/** PodSchedulingGate. */
typedef struct korch_pod_scheduling_gate {
	KORCH_STRUCT_HEAD
	const char *name; /**< name */
} korch_pod_scheduling_gate;
/** The table of a korch_pod_scheduling_gate. @since 0.1 */
extern KORCH_API const korch_type korch_pod_scheduling_gate_type;

/** PodSchedulingGroup. */
typedef struct korch_pod_scheduling_group {
	KORCH_STRUCT_HEAD
	const char *pod_group_name; /**< podGroupName */
} korch_pod_scheduling_group;
/** The table of a korch_pod_scheduling_group. @since 0.1 */
extern KORCH_API const korch_type korch_pod_scheduling_group_type;

/** PodOS. */
typedef struct korch_pod_os {
	KORCH_STRUCT_HEAD
	const char *name; /**< name */
} korch_pod_os;
/** The table of a korch_pod_os. @since 0.1 */
extern KORCH_API const korch_type korch_pod_os_type;

/** PodResourceClaim. */
typedef struct korch_pod_resource_claim {
	KORCH_STRUCT_HEAD
	const char *name;                         /**< name */
	const char *resource_claim_name;          /**< resourceClaimName */
	const char *resource_claim_template_name; /**< resourceClaimTemplateName */
} korch_pod_resource_claim;
/** The table of a korch_pod_resource_claim. @since 0.1 */
extern KORCH_API const korch_type korch_pod_resource_claim_type;

/** EvictionResponder. */
typedef struct korch_eviction_responder {
	KORCH_STRUCT_HEAD
	const char *name; /**< name */
	int32_t priority; /**< priority */
} korch_eviction_responder;
/** The table of a korch_eviction_responder. @since 0.1 */
extern KORCH_API const korch_type korch_eviction_responder_type;

/** PodSpec. */
typedef struct korch_pod_spec {
	KORCH_STRUCT_HEAD
	korch_volume *volumes;                         /**< volumes */
	size_t n_volumes;                              /**< number of volumes */
	korch_container *init_containers;              /**< initContainers */
	size_t n_init_containers;                      /**< number of init_containers */
	korch_container *containers;                   /**< containers */
	size_t n_containers;                           /**< number of containers */
	korch_ephemeral_container *ephemeral_containers; /**< ephemeralContainers */
	size_t n_ephemeral_containers;                 /**< number of ephemeral_containers */
	const char *restart_policy;                    /**< restartPolicy */
	int64_t termination_grace_period_seconds;      /**< terminationGracePeriodSeconds */
	int64_t active_deadline_seconds;               /**< activeDeadlineSeconds */
	const char *dns_policy;                        /**< dnsPolicy */
	korch_map *node_selector;                      /**< nodeSelector */
	const char *service_account_name;              /**< serviceAccountName */
	const char *service_account;                   /**< serviceAccount */
	int32_t automount_service_account_token;       /**< automountServiceAccountToken */
	const char *node_name;                         /**< nodeName */
	int32_t host_network;                          /**< hostNetwork */
	int32_t host_pid;                              /**< hostPID */
	int32_t host_ipc;                              /**< hostIPC */
	int32_t share_process_namespace;               /**< shareProcessNamespace */
	korch_pod_security_context *security_context;  /**< securityContext */
	korch_local_object_reference *image_pull_secrets; /**< imagePullSecrets */
	size_t n_image_pull_secrets;                   /**< number of image_pull_secrets */
	const char *hostname;                          /**< hostname */
	const char *subdomain;                         /**< subdomain */
	korch_affinity *affinity;                      /**< affinity */
	const char *scheduler_name;                    /**< schedulerName */
	korch_toleration *tolerations;                 /**< tolerations */
	size_t n_tolerations;                          /**< number of tolerations */
	korch_host_alias *host_aliases;                /**< hostAliases */
	size_t n_host_aliases;                         /**< number of host_aliases */
	const char *priority_class_name;               /**< priorityClassName */
	int32_t priority;                              /**< priority */
	korch_pod_dns_config *dns_config;              /**< dnsConfig */
	korch_pod_readiness_gate *readiness_gates;     /**< readinessGates */
	size_t n_readiness_gates;                      /**< number of readiness_gates */
	const char *runtime_class_name;                /**< runtimeClassName */
	int32_t enable_service_links;                  /**< enableServiceLinks */
	const char *preemption_policy;                 /**< preemptionPolicy */
	korch_map *overhead;                           /**< overhead */
	korch_topology_spread_constraint *topology_spread_constraints; /**< topologySpreadConstraints */
	size_t n_topology_spread_constraints;          /**< number of topology_spread_constraints */
	int32_t set_hostname_as_fqdn;                  /**< setHostnameAsFQDN */
	korch_pod_os *os;                              /**< os */
	int32_t host_users;                            /**< hostUsers */
	korch_pod_scheduling_gate *scheduling_gates;   /**< schedulingGates */
	size_t n_scheduling_gates;                     /**< number of scheduling_gates */
	korch_pod_resource_claim *resource_claims;     /**< resourceClaims */
	size_t n_resource_claims;                      /**< number of resource_claims */
	korch_resource_requirements *resources;        /**< resources */
	const char *hostname_override;                 /**< hostnameOverride */
	korch_pod_scheduling_group *scheduling_group;  /**< schedulingGroup */
	korch_eviction_responder *eviction_responders; /**< evictionResponders */
	size_t n_eviction_responders;                  /**< number of eviction_responders */
} korch_pod_spec;
/** The table of a korch_pod_spec. @since 0.1 */
extern KORCH_API const korch_type korch_pod_spec_type;

/** PodTemplateSpec. */
typedef struct korch_pod_template_spec {
	KORCH_STRUCT_HEAD
	korch_object_meta *metadata; /**< metadata */
	korch_pod_spec *spec;        /**< spec */
} korch_pod_template_spec;
/** The table of a korch_pod_template_spec. @since 0.1 */
extern KORCH_API const korch_type korch_pod_template_spec_type;

/** PodIP. */
typedef struct korch_pod_ip {
	KORCH_STRUCT_HEAD
	const char *ip; /**< ip */
} korch_pod_ip;
/** The table of a korch_pod_ip. @since 0.1 */
extern KORCH_API const korch_type korch_pod_ip_type;

/** HostIP. */
typedef struct korch_host_ip {
	KORCH_STRUCT_HEAD
	const char *ip; /**< ip */
} korch_host_ip;
/** The table of a korch_host_ip. @since 0.1 */
extern KORCH_API const korch_type korch_host_ip_type;

/** PodCondition. */
typedef struct korch_pod_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< type */
	int64_t observed_generation;  /**< observedGeneration */
	const char *status;           /**< status */
	int64_t last_probe_time;      /**< lastProbeTime, microseconds since 1970 */
	int64_t last_transition_time; /**< lastTransitionTime, microseconds since 1970 */
	const char *reason;           /**< reason */
	const char *message;          /**< message */
} korch_pod_condition;
/** The table of a korch_pod_condition. @since 0.1 */
extern KORCH_API const korch_type korch_pod_condition_type;

/** PodResourceClaimStatus. */
typedef struct korch_pod_resource_claim_status {
	KORCH_STRUCT_HEAD
	const char *name;                /**< name */
	const char *resource_claim_name; /**< resourceClaimName */
} korch_pod_resource_claim_status;
/** The table of a korch_pod_resource_claim_status. @since 0.1 */
extern KORCH_API const korch_type korch_pod_resource_claim_status_type;

/** ContainerExtendedResourceRequest. */
typedef struct korch_container_extended_resource_request {
	KORCH_STRUCT_HEAD
	const char *container_name; /**< containerName */
	const char *resource_name;  /**< resourceName */
	const char *request_name;   /**< requestName */
} korch_container_extended_resource_request;
/** The table of a korch_container_extended_resource_request. @since 0.1 */
extern KORCH_API const korch_type korch_container_extended_resource_request_type;

/** PodExtendedResourceClaimStatus. */
typedef struct korch_pod_extended_resource_claim_status {
	KORCH_STRUCT_HEAD
	korch_container_extended_resource_request *request_mappings; /**< requestMappings */
	size_t n_request_mappings;                     /**< number of request_mappings */
	const char *resource_claim_name;               /**< resourceClaimName */
} korch_pod_extended_resource_claim_status;
/** The table of a korch_pod_extended_resource_claim_status. @since 0.1 */
extern KORCH_API const korch_type korch_pod_extended_resource_claim_status_type;

/** NodeAllocatableMapping. */
typedef struct korch_node_allocatable_mapping {
	KORCH_STRUCT_HEAD
	const char *name;     /**< name */
	const char *quantity; /**< quantity */
} korch_node_allocatable_mapping;
/** The table of a korch_node_allocatable_mapping. @since 0.1 */
extern KORCH_API const korch_type korch_node_allocatable_mapping_type;

/** NodeAllocatableOverhead. */
typedef struct korch_node_allocatable_overhead {
	KORCH_STRUCT_HEAD
	const char *name;          /**< name */
	const char *per_pod;       /**< perPod */
	const char *per_container; /**< perContainer */
} korch_node_allocatable_overhead;
/** The table of a korch_node_allocatable_overhead. @since 0.1 */
extern KORCH_API const korch_type korch_node_allocatable_overhead_type;

/** NodeAllocatableResourceClaimStatus. */
typedef struct korch_node_allocatable_resource_claim_status {
	KORCH_STRUCT_HEAD
	const char *resource_claim_name;           /**< resourceClaimName */
	const char **containers;                   /**< containers */
	size_t n_containers;                       /**< number of containers */
	korch_node_allocatable_mapping *mapping;   /**< mapping */
	size_t n_mapping;                          /**< number of mapping */
	korch_node_allocatable_overhead *overhead; /**< overhead */
	size_t n_overhead;                         /**< number of overhead */
	korch_map *resources;                      /**< resources */
} korch_node_allocatable_resource_claim_status;
/** The table of a korch_node_allocatable_resource_claim_status. @since 0.1 */
extern KORCH_API const korch_type korch_node_allocatable_resource_claim_status_type;

/** VolumeHealthCondition. */
typedef struct korch_volume_health_condition {
	KORCH_STRUCT_HEAD
	const char *status;  /**< status */
	const char *reason;  /**< reason */
	const char *message; /**< message */
} korch_volume_health_condition;
/** The table of a korch_volume_health_condition. @since 0.1 */
extern KORCH_API const korch_type korch_volume_health_condition_type;

/** PodVolumeHealth. */
typedef struct korch_pod_volume_health {
	KORCH_STRUCT_HEAD
	const char *name;                              /**< name */
	korch_volume_health_condition *health_conditions; /**< healthConditions */
	size_t n_health_conditions;                    /**< number of health_conditions */
	int64_t last_transition_time;                  /**< lastTransitionTime, microseconds since 1970 */
} korch_pod_volume_health;
/** The table of a korch_pod_volume_health. @since 0.1 */
extern KORCH_API const korch_type korch_pod_volume_health_type;

/** PodStatus. */
typedef struct korch_pod_status {
	KORCH_STRUCT_HEAD
	int64_t observed_generation;                   /**< observedGeneration */
	const char *phase;                             /**< phase */
	korch_pod_condition *conditions;               /**< conditions */
	size_t n_conditions;                           /**< number of conditions */
	const char *message;                           /**< message */
	const char *reason;                            /**< reason */
	const char *nominated_node_name;               /**< nominatedNodeName */
	const char *host_ip;                           /**< hostIP */
	korch_host_ip *host_ips;                       /**< hostIPs */
	size_t n_host_ips;                             /**< number of host_ips */
	const char *pod_ip;                            /**< podIP */
	korch_pod_ip *pod_ips;                         /**< podIPs */
	size_t n_pod_ips;                              /**< number of pod_ips */
	int64_t start_time;                            /**< startTime, microseconds since 1970 */
	korch_container_status *init_container_statuses; /**< initContainerStatuses */
	size_t n_init_container_statuses;              /**< number of init_container_statuses */
	korch_container_status *container_statuses;    /**< containerStatuses */
	size_t n_container_statuses;                   /**< number of container_statuses */
	const char *qos_class;                         /**< qosClass */
	korch_container_status *ephemeral_container_statuses; /**< ephemeralContainerStatuses */
	size_t n_ephemeral_container_statuses;         /**< number of ephemeral_container_statuses */
	const char *resize;                            /**< resize */
	korch_pod_resource_claim_status *resource_claim_statuses; /**< resourceClaimStatuses */
	size_t n_resource_claim_statuses;              /**< number of resource_claim_statuses */
	korch_pod_extended_resource_claim_status *extended_resource_claim_status; /**< extendedResourceClaimStatus */
	korch_map *allocated_resources;                /**< allocatedResources */
	korch_resource_requirements *resources;        /**< resources */
	korch_node_allocatable_resource_claim_status *node_allocatable_resource_claim_statuses; /**< nodeAllocatableResourceClaimStatuses */
	size_t n_node_allocatable_resource_claim_statuses; /**< number of node_allocatable_resource_claim_statuses */
	korch_pod_volume_health *volume_health;        /**< volumeHealth */
	size_t n_volume_health;                        /**< number of volume_health */
} korch_pod_status;
/** The table of a korch_pod_status. @since 0.1 */
extern KORCH_API const korch_type korch_pod_status_type;

/** Pod. */
typedef struct korch_pod {
	korch_object object;      /**< kind, metadata, revision */
	korch_pod_spec *spec;     /**< spec */
	korch_pod_status *status; /**< status */
} korch_pod;
/** The table of a korch_pod. @since 0.1 */
extern KORCH_API const korch_type korch_pod_type;
/** The kind Pod. @since 0.1 */
extern KORCH_API const korch_kind korch_pod_kind;

KORCH_END_DECLS

#endif
