/*
 * Nodes: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/core_node.c.
 */
#ifndef KORCH_API_CORE_NODE_H
#define KORCH_API_CORE_NODE_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file core_node.h Nodes. */

/** Taint. */
typedef struct korch_taint {
	KORCH_STRUCT_HEAD
	const char *key;    /**< key */
	const char *value;  /**< value */
	const char *effect; /**< effect */
	int64_t time_added; /**< timeAdded, microseconds since 1970 */
} korch_taint;
/** The table of a korch_taint. @since 0.1 */
extern KORCH_API const korch_type korch_taint_type;

/** ConfigMapNodeConfigSource. */
typedef struct korch_config_map_node_config_source {
	KORCH_STRUCT_HEAD
	const char *namespace_;         /**< namespace */
	const char *name;               /**< name */
	const char *uid;                /**< uid */
	const char *resource_version;   /**< resourceVersion */
	const char *kubelet_config_key; /**< kubeletConfigKey */
} korch_config_map_node_config_source;
/** The table of a korch_config_map_node_config_source. @since 0.1 */
extern KORCH_API const korch_type korch_config_map_node_config_source_type;

/** NodeConfigSource. */
typedef struct korch_node_config_source {
	KORCH_STRUCT_HEAD
	korch_config_map_node_config_source *config_map; /**< configMap */
} korch_node_config_source;
/** The table of a korch_node_config_source. @since 0.1 */
extern KORCH_API const korch_type korch_node_config_source_type;

/** NodePodPreemptionPolicy. */
typedef struct korch_node_pod_preemption_policy {
	KORCH_STRUCT_HEAD
	const char **disable_resize_preemption; /**< disableResizePreemption */
	size_t n_disable_resize_preemption;     /**< number of disable_resize_preemption */
} korch_node_pod_preemption_policy;
/** The table of a korch_node_pod_preemption_policy. @since 0.1 */
extern KORCH_API const korch_type korch_node_pod_preemption_policy_type;

/** NodeSpec. */
typedef struct korch_node_spec {
	KORCH_STRUCT_HEAD
	const char *pod_cidr;                          /**< podCIDR */
	const char **pod_cidrs;                        /**< podCIDRs */
	size_t n_pod_cidrs;                            /**< number of pod_cidrs */
	const char *provider_id;                       /**< providerID */
	int32_t unschedulable;                         /**< unschedulable */
	korch_taint *taints;                           /**< taints */
	size_t n_taints;                               /**< number of taints */
	korch_node_config_source *config_source;       /**< configSource */
	const char *external_id;                       /**< externalID */
	korch_node_pod_preemption_policy *pod_preemption_policy; /**< podPreemptionPolicy */
} korch_node_spec;
/** The table of a korch_node_spec. @since 0.1 */
extern KORCH_API const korch_type korch_node_spec_type;

/** NodeCondition. */
typedef struct korch_node_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< type */
	const char *status;           /**< status */
	int64_t last_heartbeat_time;  /**< lastHeartbeatTime, microseconds since 1970 */
	int64_t last_transition_time; /**< lastTransitionTime, microseconds since 1970 */
	const char *reason;           /**< reason */
	const char *message;          /**< message */
} korch_node_condition;
/** The table of a korch_node_condition. @since 0.1 */
extern KORCH_API const korch_type korch_node_condition_type;

/** NodeAddress. */
typedef struct korch_node_address {
	KORCH_STRUCT_HEAD
	const char *type;    /**< type */
	const char *address; /**< address */
} korch_node_address;
/** The table of a korch_node_address. @since 0.1 */
extern KORCH_API const korch_type korch_node_address_type;

/** DaemonEndpoint. */
typedef struct korch_daemon_endpoint {
	KORCH_STRUCT_HEAD
	int32_t port; /**< Port */
} korch_daemon_endpoint;
/** The table of a korch_daemon_endpoint. @since 0.1 */
extern KORCH_API const korch_type korch_daemon_endpoint_type;

/** NodeDaemonEndpoints. */
typedef struct korch_node_daemon_endpoints {
	KORCH_STRUCT_HEAD
	korch_daemon_endpoint *kubelet_endpoint; /**< kubeletEndpoint */
} korch_node_daemon_endpoints;
/** The table of a korch_node_daemon_endpoints. @since 0.1 */
extern KORCH_API const korch_type korch_node_daemon_endpoints_type;

/** NodeSwapStatus. */
typedef struct korch_node_swap_status {
	KORCH_STRUCT_HEAD
	int64_t capacity; /**< capacity */
} korch_node_swap_status;
/** The table of a korch_node_swap_status. @since 0.1 */
extern KORCH_API const korch_type korch_node_swap_status_type;

/** NodeSystemInfo. */
typedef struct korch_node_system_info {
	KORCH_STRUCT_HEAD
	const char *machine_id;                /**< machineID */
	const char *system_uuid;               /**< systemUUID */
	const char *boot_id;                   /**< bootID */
	const char *kernel_version;            /**< kernelVersion */
	const char *os_image;                  /**< osImage */
	const char *container_runtime_version; /**< containerRuntimeVersion */
	const char *kubelet_version;           /**< kubeletVersion */
	const char *kube_proxy_version;        /**< kubeProxyVersion */
	const char *operating_system;          /**< operatingSystem */
	const char *architecture;              /**< architecture */
	korch_node_swap_status *swap;          /**< swap */
} korch_node_system_info;
/** The table of a korch_node_system_info. @since 0.1 */
extern KORCH_API const korch_type korch_node_system_info_type;

/** ContainerImage. */
typedef struct korch_container_image {
	KORCH_STRUCT_HEAD
	const char **names; /**< names */
	size_t n_names;     /**< number of names */
	int64_t size_bytes; /**< sizeBytes */
} korch_container_image;
/** The table of a korch_container_image. @since 0.1 */
extern KORCH_API const korch_type korch_container_image_type;

/** AttachedVolume. */
typedef struct korch_attached_volume {
	KORCH_STRUCT_HEAD
	const char *name;        /**< name */
	const char *device_path; /**< devicePath */
} korch_attached_volume;
/** The table of a korch_attached_volume. @since 0.1 */
extern KORCH_API const korch_type korch_attached_volume_type;

/** NodeConfigStatus. */
typedef struct korch_node_config_status {
	KORCH_STRUCT_HEAD
	korch_node_config_source *assigned;        /**< assigned */
	korch_node_config_source *active;          /**< active */
	korch_node_config_source *last_known_good; /**< lastKnownGood */
	const char *error;                         /**< error */
} korch_node_config_status;
/** The table of a korch_node_config_status. @since 0.1 */
extern KORCH_API const korch_type korch_node_config_status_type;

/** NodeRuntimeHandlerFeatures. */
typedef struct korch_node_runtime_handler_features {
	KORCH_STRUCT_HEAD
	int32_t recursive_read_only_mounts; /**< recursiveReadOnlyMounts */
	int32_t user_namespaces;            /**< userNamespaces */
} korch_node_runtime_handler_features;
/** The table of a korch_node_runtime_handler_features. @since 0.1 */
extern KORCH_API const korch_type korch_node_runtime_handler_features_type;

/** NodeRuntimeHandler. */
typedef struct korch_node_runtime_handler {
	KORCH_STRUCT_HEAD
	const char *name;                              /**< name */
	korch_node_runtime_handler_features *features; /**< features */
} korch_node_runtime_handler;
/** The table of a korch_node_runtime_handler. @since 0.1 */
extern KORCH_API const korch_type korch_node_runtime_handler_type;

/** NodeFeatures. */
typedef struct korch_node_features {
	KORCH_STRUCT_HEAD
	int32_t supplemental_groups_policy; /**< supplementalGroupsPolicy */
} korch_node_features;
/** The table of a korch_node_features. @since 0.1 */
extern KORCH_API const korch_type korch_node_features_type;

/** NodeStatus. */
typedef struct korch_node_status {
	KORCH_STRUCT_HEAD
	korch_map *capacity;                           /**< capacity */
	korch_map *allocatable;                        /**< allocatable */
	const char *phase;                             /**< phase */
	korch_node_condition *conditions;              /**< conditions */
	size_t n_conditions;                           /**< number of conditions */
	korch_node_address *addresses;                 /**< addresses */
	size_t n_addresses;                            /**< number of addresses */
	korch_node_daemon_endpoints *daemon_endpoints; /**< daemonEndpoints */
	korch_node_system_info *node_info;             /**< nodeInfo */
	korch_container_image *images;                 /**< images */
	size_t n_images;                               /**< number of images */
	const char **volumes_in_use;                   /**< volumesInUse */
	size_t n_volumes_in_use;                       /**< number of volumes_in_use */
	korch_attached_volume *volumes_attached;       /**< volumesAttached */
	size_t n_volumes_attached;                     /**< number of volumes_attached */
	korch_node_config_status *config;              /**< config */
	korch_node_runtime_handler *runtime_handlers;  /**< runtimeHandlers */
	size_t n_runtime_handlers;                     /**< number of runtime_handlers */
	korch_node_features *features;                 /**< features */
	const char **declared_features;                /**< declaredFeatures */
	size_t n_declared_features;                    /**< number of declared_features */
} korch_node_status;
/** The table of a korch_node_status. @since 0.1 */
extern KORCH_API const korch_type korch_node_status_type;

/** Node. */
typedef struct korch_node {
	korch_object object;       /**< kind, metadata, revision */
	korch_node_spec *spec;     /**< spec */
	korch_node_status *status; /**< status */
} korch_node;
/** The table of a korch_node. @since 0.1 */
extern KORCH_API const korch_type korch_node_type;
/** The kind Node. @since 0.1 */
extern KORCH_API const korch_kind korch_node_kind;

KORCH_END_DECLS

#endif
