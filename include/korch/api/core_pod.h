/*
 * Pods and pod templates: the C structs. Their tables (names, rules, defaults) stand in
 * lib/object/kinds/core_pod.c.
 */
#ifndef KORCH_API_CORE_POD_H
#define KORCH_API_CORE_POD_H

#include <korch/api/core_affinity.h>
#include <korch/api/core_container_status.h>
#include <korch/api/core_volume.h>
#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file core_pod.h Pods and pod templates. */

/** Further names of an address in /etc/hosts. */
typedef struct korch_host_alias {
	KORCH_STRUCT_HEAD
	const char *ip;         /**< The address */
	const char **hostnames; /**< Its names */
	size_t n_hostnames;     /**< number of hostnames */
} korch_host_alias;
/** The table of a korch_host_alias. @since 0.1 */
extern KORCH_API const korch_type korch_host_alias_type;

/** An option of the resolver. */
typedef struct korch_pod_dns_config_option {
	KORCH_STRUCT_HEAD
	const char *name;  /**< Name of the option */
	const char *value; /**< Value of the option */
} korch_pod_dns_config_option;
/** The table of a korch_pod_dns_config_option. @since 0.1 */
extern KORCH_API const korch_type korch_pod_dns_config_option_type;

/** Settings of the resolver beside the DNS policy's. */
typedef struct korch_pod_dns_config {
	KORCH_STRUCT_HEAD
	const char **nameservers;             /**< Addresses of name servers */
	size_t n_nameservers;                 /**< number of nameservers */
	const char **searches;                /**< Domains to search in */
	size_t n_searches;                    /**< number of searches */
	korch_pod_dns_config_option *options; /**< Options of the resolver */
	size_t n_options;                     /**< number of options */
} korch_pod_dns_config;
/** The table of a korch_pod_dns_config. @since 0.1 */
extern KORCH_API const korch_type korch_pod_dns_config_type;

/** A condition that somebody else must set before the pod is ready. */
typedef struct korch_pod_readiness_gate {
	KORCH_STRUCT_HEAD
	const char *condition_type; /**< Type of the condition */
} korch_pod_readiness_gate;
/** The table of a korch_pod_readiness_gate. @since 0.1 */
extern KORCH_API const korch_type korch_pod_readiness_gate_type;

/** Something that must be done before the pod is scheduled. */
typedef struct korch_pod_scheduling_gate {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name of the gate */
} korch_pod_scheduling_gate;
/** The table of a korch_pod_scheduling_gate. @since 0.1 */
extern KORCH_API const korch_type korch_pod_scheduling_gate_type;

/** Group of pods that are scheduled together. */
typedef struct korch_pod_scheduling_group {
	KORCH_STRUCT_HEAD
	const char *pod_group_name; /**< Name of the PodGroup */
} korch_pod_scheduling_group;
/** The table of a korch_pod_scheduling_group. @since 0.1 */
extern KORCH_API const korch_type korch_pod_scheduling_group_type;

/** System that the containers are for. */
typedef struct korch_pod_os {
	KORCH_STRUCT_HEAD
	const char *name; /**< Which system */
} korch_pod_os;
/** The table of a korch_pod_os. @since 0.1 */
extern KORCH_API const korch_type korch_pod_os_type;

/** A claim for devices that containers can use. */
typedef struct korch_pod_resource_claim {
	KORCH_STRUCT_HEAD
	const char *name;                         /**< Name within the pod */
	const char *resource_claim_name;          /**< An existing ResourceClaim */
	const char *resource_claim_template_name; /**< Template that a ResourceClaim is made from */
} korch_pod_resource_claim;
/** The table of a korch_pod_resource_claim. @since 0.1 */
extern KORCH_API const korch_type korch_pod_resource_claim_type;

/** Who may answer a request to evict the pod. */
typedef struct korch_eviction_responder {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name of the responder */
	int32_t priority; /**< Higher ones are asked first */
} korch_eviction_responder;
/** The table of a korch_eviction_responder. @since 0.1 */
extern KORCH_API const korch_type korch_eviction_responder_type;

/** What a pod consists of and where it may run. */
typedef struct korch_pod_spec {
	KORCH_STRUCT_HEAD
	/** Volumes that containers can mount */
	korch_volume *volumes;
	size_t n_volumes; /**< number of volumes */
	/** Containers that run to their end, one after the other, before the others */
	korch_container *init_containers;
	size_t n_init_containers; /**< number of init_containers */
	/** Containers that run together */
	korch_container *containers;
	size_t n_containers; /**< number of containers */
	/** Containers added later to look into the pod */
	korch_ephemeral_container *ephemeral_containers;
	/** number of ephemeral_containers */
	size_t n_ephemeral_containers;
	/** When ended containers are started again */
	const char *restart_policy;
	/** Seconds between the stop signal and the kill */
	int64_t termination_grace_period_seconds;
	/** Seconds that the pod may run at most */
	int64_t active_deadline_seconds;
	/** Which name servers the pod asks */
	const char *dns_policy;
	/** Labels that the node must have */
	korch_map *node_selector;
	/** Account that the pod runs as */
	const char *service_account_name;
	/** Old name of serviceAccountName */
	const char *service_account;
	/** Whether a token of the account is mounted */
	int32_t automount_service_account_token;
	/** Node that the pod is bound to */
	const char *node_name;
	/** Whether it uses the node's network */
	int32_t host_network;
	/** Whether it sees the node's processes */
	int32_t host_pid;
	/** Whether it uses the node's shared memory */
	int32_t host_ipc;
	/** Whether its containers see each other's processes */
	int32_t share_process_namespace;
	korch_pod_security_context *security_context; /**< Rights of all containers */
	/** Secrets with credentials of registries */
	korch_local_object_reference *image_pull_secrets;
	/** number of image_pull_secrets */
	size_t n_image_pull_secrets;
	/** Host name; the pod's name when empty */
	const char *hostname;
	/** Domain below the namespace's that the host name is in */
	const char *subdomain;
	/** Where it must or would rather run */
	korch_affinity *affinity;
	const char *scheduler_name; /**< Scheduler that binds it */
	/** Taints that it puts up with */
	korch_toleration *tolerations;
	size_t n_tolerations; /**< number of tolerations */
	/** Further lines of /etc/hosts */
	korch_host_alias *host_aliases;
	size_t n_host_aliases; /**< number of host_aliases */
	/** Name of its priority class */
	const char *priority_class_name;
	/** Priority; higher ones are scheduled first */
	int32_t priority;
	korch_pod_dns_config *dns_config; /**< Settings of the resolver */
	/** Conditions that others must set before it is ready */
	korch_pod_readiness_gate *readiness_gates;
	size_t n_readiness_gates;       /**< number of readiness_gates */
	const char *runtime_class_name; /**< Which runtime runs it */
	/** Whether Services become environment variables */
	int32_t enable_service_links;
	/** Whether it may drive out pods of lower priority */
	const char *preemption_policy;
	/** What the runtime itself needs for it */
	korch_map *overhead;
	/** How its like spread over places */
	korch_topology_spread_constraint *topology_spread_constraints;
	/** number of topology_spread_constraints */
	size_t n_topology_spread_constraints;
	/** Whether the host name is the full domain name */
	int32_t set_hostname_as_fqdn;
	/** System that the containers are for */
	korch_pod_os *os;
	/** Whether it uses the node's user ids */
	int32_t host_users;
	/** What must be done before it is scheduled */
	korch_pod_scheduling_gate *scheduling_gates;
	/** number of scheduling_gates */
	size_t n_scheduling_gates;
	korch_pod_resource_claim *resource_claims; /**< Claims for devices */
	size_t n_resource_claims;                  /**< number of resource_claims */
	/** What all containers together need and may use */
	korch_resource_requirements *resources;
	/** Host name, whatever the other fields say */
	const char *hostname_override;
	/** Group that it is scheduled with */
	korch_pod_scheduling_group *scheduling_group;
	/** Who may answer a request to evict it */
	korch_eviction_responder *eviction_responders;
	/** number of eviction_responders */
	size_t n_eviction_responders;
} korch_pod_spec;
/** The table of a korch_pod_spec. @since 0.1 */
extern KORCH_API const korch_type korch_pod_spec_type;

/** What pods are made from. */
typedef struct korch_pod_template_spec {
	KORCH_STRUCT_HEAD
	korch_object_meta *metadata; /**< Labels, annotations and more of the pods */
	korch_pod_spec *spec;        /**< What the pods consist of */
} korch_pod_template_spec;
/** The table of a korch_pod_template_spec. @since 0.1 */
extern KORCH_API const korch_type korch_pod_template_spec_type;

/** An address of a pod. */
typedef struct korch_pod_ip {
	KORCH_STRUCT_HEAD
	const char *ip; /**< The address */
} korch_pod_ip;
/** The table of a korch_pod_ip. @since 0.1 */
extern KORCH_API const korch_type korch_pod_ip_type;

/** An address of a node. */
typedef struct korch_host_ip {
	KORCH_STRUCT_HEAD
	const char *ip; /**< The address */
} korch_host_ip;
/** The table of a korch_host_ip. @since 0.1 */
extern KORCH_API const korch_type korch_host_ip_type;

/** One aspect of a pod's state. */
typedef struct korch_pod_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< Which aspect, such as Ready */
	int64_t observed_generation;  /**< Generation of the pod that this was computed for */
	const char *status;           /**< Whether it holds */
	int64_t last_probe_time;      /**< When it was looked at last, microseconds since 1970 */
	int64_t last_transition_time; /**< When the status changed last, microseconds since 1970 */
	const char *reason;           /**< One word for machines, why */
	const char *message;          /**< A sentence for people */
} korch_pod_condition;
/** The table of a korch_pod_condition. @since 0.1 */
extern KORCH_API const korch_type korch_pod_condition_type;

/** The ResourceClaim that was made for a claim. */
typedef struct korch_pod_resource_claim_status {
	KORCH_STRUCT_HEAD
	const char *name;                /**< Name within the pod */
	const char *resource_claim_name; /**< The ResourceClaim */
} korch_pod_resource_claim_status;
/** The table of a korch_pod_resource_claim_status. @since 0.1 */
extern KORCH_API const korch_type korch_pod_resource_claim_status_type;

/** Which request of a claim stands for an extended resource. */
typedef struct korch_container_extended_resource_request {
	KORCH_STRUCT_HEAD
	const char *container_name; /**< Container that wants it */
	const char *resource_name;  /**< Extended resource that it wants */
	const char *request_name;   /**< Request in the claim */
} korch_container_extended_resource_request;
/** The table of a korch_container_extended_resource_request. @since 0.1 */
extern KORCH_API const korch_type korch_container_extended_resource_request_type;

/** The ResourceClaim that stands for extended resources. */
typedef struct korch_pod_extended_resource_claim_status {
	KORCH_STRUCT_HEAD
	korch_container_extended_resource_request *request_mappings; /**< What stands for what */
	size_t n_request_mappings;                                   /**< number of request_mappings */
	const char *resource_claim_name;                             /**< The ResourceClaim */
} korch_pod_extended_resource_claim_status;
/** The table of a korch_pod_extended_resource_claim_status. @since 0.1 */
extern KORCH_API const korch_type korch_pod_extended_resource_claim_status_type;

/** What a claim takes of one resource of the node. */
typedef struct korch_node_allocatable_mapping {
	KORCH_STRUCT_HEAD
	const char *name;     /**< Which resource */
	const char *quantity; /**< How much */
} korch_node_allocatable_mapping;
/** The table of a korch_node_allocatable_mapping. @since 0.1 */
extern KORCH_API const korch_type korch_node_allocatable_mapping_type;

/** What a claim costs beside of one resource of the node. */
typedef struct korch_node_allocatable_overhead {
	KORCH_STRUCT_HEAD
	const char *name;          /**< Which resource */
	const char *per_pod;       /**< How much for the pod */
	const char *per_container; /**< How much for each container */
} korch_node_allocatable_overhead;
/** The table of a korch_node_allocatable_overhead. @since 0.1 */
extern KORCH_API const korch_type korch_node_allocatable_overhead_type;

/** What a claim takes of the node's resources. */
typedef struct korch_node_allocatable_resource_claim_status {
	KORCH_STRUCT_HEAD
	const char *resource_claim_name;           /**< The ResourceClaim */
	const char **containers;                   /**< Containers that use it */
	size_t n_containers;                       /**< number of containers */
	korch_node_allocatable_mapping *mapping;   /**< What it takes */
	size_t n_mapping;                          /**< number of mapping */
	korch_node_allocatable_overhead *overhead; /**< What it costs beside */
	size_t n_overhead;                         /**< number of overhead */
	korch_map *resources;                      /**< What it takes, in older objects */
} korch_node_allocatable_resource_claim_status;
/** The table of a korch_node_allocatable_resource_claim_status. @since 0.1 */
extern KORCH_API const korch_type korch_node_allocatable_resource_claim_status_type;

/** One aspect of a volume's health. */
typedef struct korch_volume_health_condition {
	KORCH_STRUCT_HEAD
	const char *status;  /**< Whether it is well */
	const char *reason;  /**< One word for machines, why */
	const char *message; /**< A sentence for people */
} korch_volume_health_condition;
/** The table of a korch_volume_health_condition. @since 0.1 */
extern KORCH_API const korch_type korch_volume_health_condition_type;

/** Health of a volume of the pod. */
typedef struct korch_pod_volume_health {
	KORCH_STRUCT_HEAD
	const char *name;                                 /**< Volume of the pod */
	korch_volume_health_condition *health_conditions; /**< What is known */
	size_t n_health_conditions;                       /**< number of health_conditions */
	/** When it changed last, microseconds since 1970 */
	int64_t last_transition_time;
} korch_pod_volume_health;
/** The table of a korch_pod_volume_health. @since 0.1 */
extern KORCH_API const korch_type korch_pod_volume_health_type;

/** What a pod does now. */
typedef struct korch_pod_status {
	KORCH_STRUCT_HEAD
	/** Generation of the pod that this was computed for */
	int64_t observed_generation;
	/** Where in its life it is */
	const char *phase;
	/** Aspects of its state */
	korch_pod_condition *conditions;
	/** number of conditions */
	size_t n_conditions;
	/** A sentence for people */
	const char *message;
	/** One word, such as Evicted */
	const char *reason;
	/** Node that room is being made on */
	const char *nominated_node_name;
	/** Address of its node */
	const char *host_ip;
	/** All addresses of its node */
	korch_host_ip *host_ips;
	/** number of host_ips */
	size_t n_host_ips;
	/** Its address */
	const char *pod_ip;
	/** All its addresses */
	korch_pod_ip *pod_ips;
	/** number of pod_ips */
	size_t n_pod_ips;
	/** When its node took it on, microseconds since 1970 */
	int64_t start_time;
	/** What its init containers do */
	korch_container_status *init_container_statuses;
	/** number of init_container_statuses */
	size_t n_init_container_statuses;
	/** What its containers do */
	korch_container_status *container_statuses;
	/** number of container_statuses */
	size_t n_container_statuses;
	/** Guaranteed, Burstable or BestEffort */
	const char *qos_class;
	/** What its ephemeral containers do */
	korch_container_status *ephemeral_container_statuses;
	/** number of ephemeral_container_statuses */
	size_t n_ephemeral_container_statuses;
	/** How a change of resources goes on */
	const char *resize;
	/** ResourceClaims that were made for it */
	korch_pod_resource_claim_status *resource_claim_statuses;
	/** number of resource_claim_statuses */
	size_t n_resource_claim_statuses;
	/** ResourceClaim for extended resources */
	korch_pod_extended_resource_claim_status *extended_resource_claim_status;
	/** What the node has set aside for the pod as a whole */
	korch_map *allocated_resources;
	/** Requests and limits in force for the pod as a whole */
	korch_resource_requirements *resources;
	/** What its claims take of the node */
	korch_node_allocatable_resource_claim_status *node_allocatable_resource_claim_statuses;
	/** number of node_allocatable_resource_claim_statuses */
	size_t n_node_allocatable_resource_claim_statuses;
	/** Health of its volumes */
	korch_pod_volume_health *volume_health;
	/** number of volume_health */
	size_t n_volume_health;
} korch_pod_status;
/** The table of a korch_pod_status. @since 0.1 */
extern KORCH_API const korch_type korch_pod_status_type;

/** Containers that run together on one node. */
typedef struct korch_pod {
	korch_object object;      /**< kind, metadata, revision */
	korch_pod_spec *spec;     /**< What it consists of and where it may run */
	korch_pod_status *status; /**< What it does now */
} korch_pod;
/** The table of a korch_pod. @since 0.1 */
extern KORCH_API const korch_type korch_pod_type;
/** The kind Pod. @since 0.1 */
extern KORCH_API const korch_kind korch_pod_kind;

KORCH_END_DECLS

#endif
