/*
 * What is known of a running container: the C structs. Their tables (names, rules, defaults) stand
 * in lib/object/kinds/core_container_status.c.
 */
#ifndef KORCH_API_CORE_CONTAINER_STATUS_H
#define KORCH_API_CORE_CONTAINER_STATUS_H

#include <korch/api/core_container.h>

KORCH_BEGIN_DECLS

/** @file core_container_status.h What is known of a running container. */

/** Why a container does not run yet. */
typedef struct korch_container_state_waiting {
	KORCH_STRUCT_HEAD
	const char *reason;  /**< One word, such as CrashLoopBackOff */
	const char *message; /**< A sentence for people */
} korch_container_state_waiting;
/** The table of a korch_container_state_waiting. @since 0.1 */
extern KORCH_API const korch_type korch_container_state_waiting_type;

/** A running container. */
typedef struct korch_container_state_running {
	KORCH_STRUCT_HEAD
	int64_t started_at; /**< When it was started, microseconds since 1970 */
} korch_container_state_running;
/** The table of a korch_container_state_running. @since 0.1 */
extern KORCH_API const korch_type korch_container_state_running_type;

/** How a container ended. */
typedef struct korch_container_state_terminated {
	KORCH_STRUCT_HEAD
	int32_t exit_code;        /**< Exit code of its first process */
	int32_t signal;           /**< Signal that ended it, 0 for none */
	const char *reason;       /**< One word, such as Error or OOMKilled */
	const char *message;      /**< Its termination message */
	int64_t started_at;       /**< When it was started, microseconds since 1970 */
	int64_t finished_at;      /**< When it ended, microseconds since 1970 */
	const char *container_id; /**< Runtime's name of it, TYPE://ID */
} korch_container_state_terminated;
/** The table of a korch_container_state_terminated. @since 0.1 */
extern KORCH_API const korch_type korch_container_state_terminated_type;

/** Waiting, running or terminated: one of them is set. */
typedef struct korch_container_state {
	KORCH_STRUCT_HEAD
	korch_container_state_waiting *waiting;       /**< It waits */
	korch_container_state_running *running;       /**< It runs */
	korch_container_state_terminated *terminated; /**< It has ended */
} korch_container_state;
/** The table of a korch_container_state. @since 0.1 */
extern KORCH_API const korch_type korch_container_state_type;

/** What an image volume turned out to be. */
typedef struct korch_image_volume_status {
	KORCH_STRUCT_HEAD
	const char *image_ref; /**< Digest of the image */
} korch_image_volume_status;
/** The table of a korch_image_volume_status. @since 0.1 */
extern KORCH_API const korch_type korch_image_volume_status_type;

/** What is known of a mounted volume. */
typedef struct korch_volume_status {
	KORCH_STRUCT_HEAD
	korch_image_volume_status *image; /**< Details of an image volume */
} korch_volume_status;
/** The table of a korch_volume_status. @since 0.1 */
extern KORCH_API const korch_type korch_volume_status_type;

/** A mount as it really is. */
typedef struct korch_volume_mount_status {
	KORCH_STRUCT_HEAD
	const char *name;                   /**< Volume of the pod */
	const char *mount_path;             /**< Path in the container */
	int32_t read_only;                  /**< Whether it cannot be written */
	const char *recursive_read_only;    /**< Whether mounts below are read-only too */
	korch_volume_status *volume_status; /**< What is known of the volume */
} korch_volume_mount_status;
/** The table of a korch_volume_mount_status. @since 0.1 */
extern KORCH_API const korch_type korch_volume_mount_status_type;

/** Who the first process runs as. */
typedef struct korch_linux_container_user {
	KORCH_STRUCT_HEAD
	int64_t uid;                  /**< User id */
	int64_t gid;                  /**< Group id */
	int64_t *supplemental_groups; /**< Further group ids */
	size_t n_supplemental_groups; /**< number of supplemental_groups */
} korch_linux_container_user;
/** The table of a korch_linux_container_user. @since 0.1 */
extern KORCH_API const korch_type korch_linux_container_user_type;

/** Who the first process runs as, by system. */
typedef struct korch_container_user {
	KORCH_STRUCT_HEAD
	korch_linux_container_user *linux_; /**< On Linux */
} korch_container_user;
/** The table of a korch_container_user. @since 0.1 */
extern KORCH_API const korch_type korch_container_user_type;

/** State of one device. */
typedef struct korch_resource_health {
	KORCH_STRUCT_HEAD
	const char *resource_id; /**< Which device */
	const char *health;      /**< Healthy, Unhealthy or Unknown */
	const char *message;     /**< More about the state */
} korch_resource_health;
/** The table of a korch_resource_health. @since 0.1 */
extern KORCH_API const korch_type korch_resource_health_type;

/** State of the devices of one resource. */
typedef struct korch_resource_status {
	KORCH_STRUCT_HEAD
	const char *name;                 /**< Resource */
	korch_resource_health *resources; /**< Its devices */
	size_t n_resources;               /**< number of resources */
} korch_resource_status;
/** The table of a korch_resource_status. @since 0.1 */
extern KORCH_API const korch_type korch_resource_status_type;

/** What a container does now. */
typedef struct korch_container_status {
	KORCH_STRUCT_HEAD
	const char *name;                                  /**< Name of the container */
	korch_container_state *state;                      /**< What it does now */
	korch_container_state *last_state;                 /**< How it ended the time before */
	int32_t ready;                                     /**< Whether it may get traffic */
	int32_t restart_count;                             /**< How often it was started again */
	const char *image;                                 /**< Image that runs */
	const char *image_id;                              /**< Digest of the image that runs */
	const char *container_id;                          /**< Runtime's name of it, TYPE://ID */
	int32_t started;                                   /**< Whether it is past its startup probe */
	korch_map *allocated_resources;                    /**< What the node has set aside */
	korch_resource_requirements *resources;            /**< Requests and limits in force */
	korch_volume_mount_status *volume_mounts;          /**< Mounts as they really are */
	size_t n_volume_mounts;                            /**< number of volume_mounts */
	korch_container_user *user;                        /**< Who the first process runs as */
	korch_resource_status *allocated_resources_status; /**< State of its devices */
	size_t n_allocated_resources_status;               /**< number of allocated_resources_status */
	const char *stop_signal;                           /**< Signal that stops it */
} korch_container_status;
/** The table of a korch_container_status. @since 0.1 */
extern KORCH_API const korch_type korch_container_status_type;

KORCH_END_DECLS

#endif
