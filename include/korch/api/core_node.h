/*
 * Nodes: the C structs. Their tables (names, rules, defaults) stand in
 * lib/object/kinds/core_node.c.
 */
#ifndef KORCH_API_CORE_NODE_H
#define KORCH_API_CORE_NODE_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file core_node.h Nodes. */

/** Something about a node that keeps pods away. */
typedef struct korch_taint {
	KORCH_STRUCT_HEAD
	const char *key;    /**< Key that tolerations name */
	const char *value;  /**< Value that tolerations compare with */
	const char *effect; /**< What happens to pods that do not tolerate it */
	int64_t time_added; /**< When it was set, microseconds since 1970 */
} korch_taint;
/** The table of a korch_taint. @since 0.1 */
extern KORCH_API const korch_type korch_taint_type;

/** ConfigMap with a node's configuration. */
typedef struct korch_config_map_node_config_source {
	KORCH_STRUCT_HEAD
	const char *namespace_;         /**< Namespace of the ConfigMap */
	const char *name;               /**< Name of the ConfigMap */
	const char *uid;                /**< Identity of the ConfigMap */
	const char *resource_version;   /**< Revision of the ConfigMap */
	const char *kubelet_config_key; /**< Key that holds the configuration */
} korch_config_map_node_config_source;
/** The table of a korch_config_map_node_config_source. @since 0.1 */
extern KORCH_API const korch_type korch_config_map_node_config_source_type;

/** Where a node's configuration comes from. */
typedef struct korch_node_config_source {
	KORCH_STRUCT_HEAD
	korch_config_map_node_config_source *config_map; /**< A ConfigMap */
} korch_node_config_source;
/** The table of a korch_node_config_source. @since 0.1 */
extern KORCH_API const korch_type korch_node_config_source_type;

/** What pods on the node may be driven out for. */
typedef struct korch_node_pod_preemption_policy {
	KORCH_STRUCT_HEAD
	const char **disable_resize_preemption; /**< Resizes that drive out nobody */
	size_t n_disable_resize_preemption;     /**< number of disable_resize_preemption */
} korch_node_pod_preemption_policy;
/** The table of a korch_node_pod_preemption_policy. @since 0.1 */
extern KORCH_API const korch_type korch_node_pod_preemption_policy_type;

/** What a node should be. */
typedef struct korch_node_spec {
	KORCH_STRUCT_HEAD
	const char *pod_cidr;   /**< Network of its pods */
	const char **pod_cidrs; /**< Networks of its pods */
	size_t n_pod_cidrs;     /**< number of pod_cidrs */
	/** Name of the machine at its provider */
	const char *provider_id;
	int32_t unschedulable; /**< Whether it takes no new pods */
	korch_taint *taints;   /**< What keeps pods away */
	size_t n_taints;       /**< number of taints */
	/** Where its configuration comes from */
	korch_node_config_source *config_source;
	const char *external_id; /**< Old name of the machine */
	/** What its pods may be driven out for */
	korch_node_pod_preemption_policy *pod_preemption_policy;
} korch_node_spec;
/** The table of a korch_node_spec. @since 0.1 */
extern KORCH_API const korch_type korch_node_spec_type;

/** One aspect of a node's state. */
typedef struct korch_node_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< Which aspect, such as Ready */
	const char *status;           /**< Whether it holds */
	int64_t last_heartbeat_time;  /**< When the node reported it last, microseconds since 1970 */
	int64_t last_transition_time; /**< When the status changed last, microseconds since 1970 */
	const char *reason;           /**< One word for machines, why */
	const char *message;          /**< A sentence for people */
} korch_node_condition;
/** The table of a korch_node_condition. @since 0.1 */
extern KORCH_API const korch_type korch_node_condition_type;

/** An address or name of a node. */
typedef struct korch_node_address {
	KORCH_STRUCT_HEAD
	const char *type;    /**< What kind of address, such as InternalIP */
	const char *address; /**< The address */
} korch_node_address;
/** The table of a korch_node_address. @since 0.1 */
extern KORCH_API const korch_type korch_node_address_type;

/** A port of a program on the node. */
typedef struct korch_daemon_endpoint {
	KORCH_STRUCT_HEAD
	int32_t port; /**< Port number */
} korch_daemon_endpoint;
/** The table of a korch_daemon_endpoint. @since 0.1 */
extern KORCH_API const korch_type korch_daemon_endpoint_type;

/** Ports of programs on the node. */
typedef struct korch_node_daemon_endpoints {
	KORCH_STRUCT_HEAD
	korch_daemon_endpoint *kubelet_endpoint; /**< Port of the agent */
} korch_node_daemon_endpoints;
/** The table of a korch_node_daemon_endpoints. @since 0.1 */
extern KORCH_API const korch_type korch_node_daemon_endpoints_type;

/** Swap of a node. */
typedef struct korch_node_swap_status {
	KORCH_STRUCT_HEAD
	int64_t capacity; /**< Bytes of swap */
} korch_node_swap_status;
/** The table of a korch_node_swap_status. @since 0.1 */
extern KORCH_API const korch_type korch_node_swap_status_type;

/** What runs on a node. */
typedef struct korch_node_system_info {
	KORCH_STRUCT_HEAD
	const char *machine_id;                /**< Identity of the machine as its system says */
	const char *system_uuid;               /**< Identity of the machine as its firmware says */
	const char *boot_id;                   /**< Identity of this run of the system */
	const char *kernel_version;            /**< Version of the kernel */
	const char *os_image;                  /**< Name of the distribution */
	const char *container_runtime_version; /**< Runtime and its version */
	const char *kubelet_version;           /**< Version of the agent */
	const char *kube_proxy_version;        /**< Version of the proxy */
	const char *operating_system;          /**< Operating system */
	const char *architecture;              /**< Processor architecture */
	korch_node_swap_status *swap;          /**< Swap of the node */
} korch_node_system_info;
/** The table of a korch_node_system_info. @since 0.1 */
extern KORCH_API const korch_type korch_node_system_info_type;

/** An image that a node has. */
typedef struct korch_container_image {
	KORCH_STRUCT_HEAD
	const char **names; /**< Names of the image */
	size_t n_names;     /**< number of names */
	int64_t size_bytes; /**< Its size */
} korch_container_image;
/** The table of a korch_container_image. @since 0.1 */
extern KORCH_API const korch_type korch_container_image_type;

/** A volume that is attached to a node. */
typedef struct korch_attached_volume {
	KORCH_STRUCT_HEAD
	const char *name;        /**< Name of the volume */
	const char *device_path; /**< Its device */
} korch_attached_volume;
/** The table of a korch_attached_volume. @since 0.1 */
extern KORCH_API const korch_type korch_attached_volume_type;

/** Which configuration a node uses. */
typedef struct korch_node_config_status {
	KORCH_STRUCT_HEAD
	korch_node_config_source *assigned;        /**< What it should use */
	korch_node_config_source *active;          /**< What it uses */
	korch_node_config_source *last_known_good; /**< What it falls back to */
	const char *error;                         /**< What went wrong */
} korch_node_config_status;
/** The table of a korch_node_config_status. @since 0.1 */
extern KORCH_API const korch_type korch_node_config_status_type;

/** What a runtime handler can do. */
typedef struct korch_node_runtime_handler_features {
	KORCH_STRUCT_HEAD
	int32_t recursive_read_only_mounts; /**< Whether mounts below can be read-only too */
	int32_t user_namespaces;            /**< Whether pods can have user ids of their own */
} korch_node_runtime_handler_features;
/** The table of a korch_node_runtime_handler_features. @since 0.1 */
extern KORCH_API const korch_type korch_node_runtime_handler_features_type;

/** A runtime that a node has. */
typedef struct korch_node_runtime_handler {
	KORCH_STRUCT_HEAD
	const char *name;                              /**< Name of the handler */
	korch_node_runtime_handler_features *features; /**< What it can do */
} korch_node_runtime_handler;
/** The table of a korch_node_runtime_handler. @since 0.1 */
extern KORCH_API const korch_type korch_node_runtime_handler_type;

/** What a node's runtime can do. */
typedef struct korch_node_features {
	KORCH_STRUCT_HEAD
	int32_t supplemental_groups_policy; /**< Whether it knows supplementalGroupsPolicy */
} korch_node_features;
/** The table of a korch_node_features. @since 0.1 */
extern KORCH_API const korch_type korch_node_features_type;

/** What a node is and has. */
typedef struct korch_node_status {
	KORCH_STRUCT_HEAD
	korch_map *capacity;                           /**< What it has, by resource */
	korch_map *allocatable;                        /**< What pods may use of it, by resource */
	const char *phase;                             /**< Old form of its state */
	korch_node_condition *conditions;              /**< Aspects of its state */
	size_t n_conditions;                           /**< number of conditions */
	korch_node_address *addresses;                 /**< Its addresses */
	size_t n_addresses;                            /**< number of addresses */
	korch_node_daemon_endpoints *daemon_endpoints; /**< Ports of programs on it */
	korch_node_system_info *node_info;             /**< What runs on it */
	korch_container_image *images;                 /**< Images that it has */
	size_t n_images;                               /**< number of images */
	const char **volumes_in_use;                   /**< Volumes that its pods use */
	size_t n_volumes_in_use;                       /**< number of volumes_in_use */
	korch_attached_volume *volumes_attached;       /**< Volumes that are attached to it */
	size_t n_volumes_attached;                     /**< number of volumes_attached */
	korch_node_config_status *config;              /**< Which configuration it uses */
	korch_node_runtime_handler *runtime_handlers;  /**< Runtimes that it has */
	size_t n_runtime_handlers;                     /**< number of runtime_handlers */
	korch_node_features *features;                 /**< What its runtime can do */
	const char **declared_features;                /**< Features that it has, by name */
	size_t n_declared_features;                    /**< number of declared_features */
} korch_node_status;
/** The table of a korch_node_status. @since 0.1 */
extern KORCH_API const korch_type korch_node_status_type;

/** A machine that runs pods. */
typedef struct korch_node {
	korch_object object;       /**< kind, metadata, revision */
	korch_node_spec *spec;     /**< What it should be */
	korch_node_status *status; /**< What it is and has */
} korch_node;
/** The table of a korch_node. @since 0.1 */
extern KORCH_API const korch_type korch_node_type;
/** The kind Node. @since 0.1 */
extern KORCH_API const korch_kind korch_node_kind;

KORCH_END_DECLS

#endif
