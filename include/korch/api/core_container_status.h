/*
 * What is known of a running container: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/core_container_status.c.
 */
#ifndef KORCH_API_CORE_CONTAINER_STATUS_H
#define KORCH_API_CORE_CONTAINER_STATUS_H

#include <korch/api/core_container.h>

KORCH_BEGIN_DECLS

/** @file core_container_status.h What is known of a running container. */

/** ContainerStateWaiting. */
typedef struct korch_container_state_waiting {
	KORCH_STRUCT_HEAD
	const char *reason;  /**< reason */
	const char *message; /**< message */
} korch_container_state_waiting;
/** The table of a korch_container_state_waiting. @since 0.1 */
extern KORCH_API const korch_type korch_container_state_waiting_type;

/** ContainerStateRunning. */
typedef struct korch_container_state_running {
	KORCH_STRUCT_HEAD
	int64_t started_at; /**< startedAt, microseconds since 1970 */
} korch_container_state_running;
/** The table of a korch_container_state_running. @since 0.1 */
extern KORCH_API const korch_type korch_container_state_running_type;

/** ContainerStateTerminated. */
typedef struct korch_container_state_terminated {
	KORCH_STRUCT_HEAD
	int32_t exit_code;        /**< exitCode */
	int32_t signal;           /**< signal */
	const char *reason;       /**< reason */
	const char *message;      /**< message */
	int64_t started_at;       /**< startedAt, microseconds since 1970 */
	int64_t finished_at;      /**< finishedAt, microseconds since 1970 */
	const char *container_id; /**< containerID */
} korch_container_state_terminated;
/** The table of a korch_container_state_terminated. @since 0.1 */
extern KORCH_API const korch_type korch_container_state_terminated_type;

/** ContainerState. */
typedef struct korch_container_state {
	KORCH_STRUCT_HEAD
	korch_container_state_waiting *waiting;       /**< waiting */
	korch_container_state_running *running;       /**< running */
	korch_container_state_terminated *terminated; /**< terminated */
} korch_container_state;
/** The table of a korch_container_state. @since 0.1 */
extern KORCH_API const korch_type korch_container_state_type;

/** ImageVolumeStatus. */
typedef struct korch_image_volume_status {
	KORCH_STRUCT_HEAD
	const char *image_ref; /**< imageRef */
} korch_image_volume_status;
/** The table of a korch_image_volume_status. @since 0.1 */
extern KORCH_API const korch_type korch_image_volume_status_type;

/** VolumeStatus. */
typedef struct korch_volume_status {
	KORCH_STRUCT_HEAD
	korch_image_volume_status *image; /**< image */
} korch_volume_status;
/** The table of a korch_volume_status. @since 0.1 */
extern KORCH_API const korch_type korch_volume_status_type;

/** VolumeMountStatus. */
typedef struct korch_volume_mount_status {
	KORCH_STRUCT_HEAD
	const char *name;                   /**< name */
	const char *mount_path;             /**< mountPath */
	int32_t read_only;                  /**< readOnly */
	const char *recursive_read_only;    /**< recursiveReadOnly */
	korch_volume_status *volume_status; /**< volumeStatus */
} korch_volume_mount_status;
/** The table of a korch_volume_mount_status. @since 0.1 */
extern KORCH_API const korch_type korch_volume_mount_status_type;

/** LinuxContainerUser. */
typedef struct korch_linux_container_user {
	KORCH_STRUCT_HEAD
	int64_t uid;                  /**< uid */
	int64_t gid;                  /**< gid */
	int64_t *supplemental_groups; /**< supplementalGroups */
	size_t n_supplemental_groups; /**< number of supplemental_groups */
} korch_linux_container_user;
/** The table of a korch_linux_container_user. @since 0.1 */
extern KORCH_API const korch_type korch_linux_container_user_type;

/** ContainerUser. */
typedef struct korch_container_user {
	KORCH_STRUCT_HEAD
	korch_linux_container_user *linux_; /**< linux */
} korch_container_user;
/** The table of a korch_container_user. @since 0.1 */
extern KORCH_API const korch_type korch_container_user_type;

/** ResourceHealth. */
typedef struct korch_resource_health {
	KORCH_STRUCT_HEAD
	const char *resource_id; /**< resourceID */
	const char *health;      /**< health */
	const char *message;     /**< message */
} korch_resource_health;
/** The table of a korch_resource_health. @since 0.1 */
extern KORCH_API const korch_type korch_resource_health_type;

/** ResourceStatus. */
typedef struct korch_resource_status {
	KORCH_STRUCT_HEAD
	const char *name;                 /**< name */
	korch_resource_health *resources; /**< resources */
	size_t n_resources;               /**< number of resources */
} korch_resource_status;
/** The table of a korch_resource_status. @since 0.1 */
extern KORCH_API const korch_type korch_resource_status_type;

/** ContainerStatus. */
typedef struct korch_container_status {
	KORCH_STRUCT_HEAD
	const char *name;                              /**< name */
	korch_container_state *state;                  /**< state */
	korch_container_state *last_state;             /**< lastState */
	int32_t ready;                                 /**< ready */
	int32_t restart_count;                         /**< restartCount */
	const char *image;                             /**< image */
	const char *image_id;                          /**< imageID */
	const char *container_id;                      /**< containerID */
	int32_t started;                               /**< started */
	korch_map *allocated_resources;                /**< allocatedResources */
	korch_resource_requirements *resources;        /**< resources */
	korch_volume_mount_status *volume_mounts;      /**< volumeMounts */
	size_t n_volume_mounts;                        /**< number of volume_mounts */
	korch_container_user *user;                    /**< user */
	korch_resource_status *allocated_resources_status; /**< allocatedResourcesStatus */
	size_t n_allocated_resources_status;           /**< number of allocated_resources_status */
	const char *stop_signal;                       /**< stopSignal */
} korch_container_status;
/** The table of a korch_container_status. @since 0.1 */
extern KORCH_API const korch_type korch_container_status_type;

KORCH_END_DECLS

#endif
