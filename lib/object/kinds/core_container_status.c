/*
 * What is known of a running container: the tables of the structs in <korch/api/core_container_status.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/core_container_status.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field container_state_waiting_fields[] = {
	STRING(korch_container_state_waiting, reason, "reason", 1, 0, "reason"),
	STRING(korch_container_state_waiting, message, "message", 2, 0, "message"),
};
const korch_type korch_container_state_waiting_type = TYPE("ContainerStateWaiting", korch_container_state_waiting, container_state_waiting_fields, "ContainerStateWaiting");

static const korch_field container_state_running_fields[] = {
	TIME(korch_container_state_running, started_at, "startedAt", 1, 0, "startedAt"),
};
const korch_type korch_container_state_running_type = TYPE("ContainerStateRunning", korch_container_state_running, container_state_running_fields, "ContainerStateRunning");

static const korch_field container_state_terminated_fields[] = {
	INT32(korch_container_state_terminated, exit_code, "exitCode", 1, 0, "exitCode"),
	INT32(korch_container_state_terminated, signal, "signal", 2, 0, "signal"),
	STRING(korch_container_state_terminated, reason, "reason", 3, 0, "reason"),
	STRING(korch_container_state_terminated, message, "message", 4, 0, "message"),
	TIME(korch_container_state_terminated, started_at, "startedAt", 5, 0, "startedAt"),
	TIME(korch_container_state_terminated, finished_at, "finishedAt", 6, 0, "finishedAt"),
	STRING(korch_container_state_terminated, container_id, "containerID", 7, 0, "containerID"),
};
const korch_type korch_container_state_terminated_type = TYPE("ContainerStateTerminated", korch_container_state_terminated, container_state_terminated_fields, "ContainerStateTerminated");

static const korch_field container_state_fields[] = {
	STRUCT(korch_container_state, waiting, korch_container_state_waiting_type, "waiting", 1, 0, "waiting"),
	STRUCT(korch_container_state, running, korch_container_state_running_type, "running", 2, 0, "running"),
	STRUCT(korch_container_state, terminated, korch_container_state_terminated_type, "terminated", 3, 0, "terminated"),
};
const korch_type korch_container_state_type = TYPE("ContainerState", korch_container_state, container_state_fields, "ContainerState");

static const korch_field image_volume_status_fields[] = {
	STRING(korch_image_volume_status, image_ref, "imageRef", 1, 0, "imageRef"),
};
const korch_type korch_image_volume_status_type = TYPE("ImageVolumeStatus", korch_image_volume_status, image_volume_status_fields, "ImageVolumeStatus");

static const korch_field volume_status_fields[] = {
	STRUCT(korch_volume_status, image, korch_image_volume_status_type, "image", 1, 0, "image"),
};
const korch_type korch_volume_status_type = TYPE("VolumeStatus", korch_volume_status, volume_status_fields, "VolumeStatus");

static const korch_field volume_mount_status_fields[] = {
	STRING(korch_volume_mount_status, name, "name", 1, 0, "name"),
	STRING(korch_volume_mount_status, mount_path, "mountPath", 2, 0, "mountPath"),
	BOOL(korch_volume_mount_status, read_only, "readOnly", 3, 0, "readOnly"),
	STRING(korch_volume_mount_status, recursive_read_only, "recursiveReadOnly", 4, 0, "recursiveReadOnly"),
	STRUCT(korch_volume_mount_status, volume_status, korch_volume_status_type, "volumeStatus", 5, 0, "volumeStatus"),
};
const korch_type korch_volume_mount_status_type = TYPE("VolumeMountStatus", korch_volume_mount_status, volume_mount_status_fields, "VolumeMountStatus");

static const korch_field linux_container_user_fields[] = {
	INT64(korch_linux_container_user, uid, "uid", 1, 0, "uid"),
	INT64(korch_linux_container_user, gid, "gid", 2, 0, "gid"),
	LIST_INT64(korch_linux_container_user, supplemental_groups, n_supplemental_groups, "supplementalGroups", 3, ATOMIC, "supplementalGroups"),
};
const korch_type korch_linux_container_user_type = TYPE("LinuxContainerUser", korch_linux_container_user, linux_container_user_fields, "LinuxContainerUser");

static const korch_field container_user_fields[] = {
	STRUCT(korch_container_user, linux_, korch_linux_container_user_type, "linux", 1, 0, "linux"),
};
const korch_type korch_container_user_type = TYPE("ContainerUser", korch_container_user, container_user_fields, "ContainerUser");

static const korch_field resource_health_fields[] = {
	STRING(korch_resource_health, resource_id, "resourceID", 1, 0, "resourceID"),
	STRING(korch_resource_health, health, "health", 2, 0, "health"),
	STRING(korch_resource_health, message, "message", 6, 0, "message"),
};
const korch_type korch_resource_health_type = TYPE("ResourceHealth", korch_resource_health, resource_health_fields, "ResourceHealth");

static const korch_field resource_status_fields[] = {
	STRING(korch_resource_status, name, "name", 1, 0, "name"),
	LIST_STRUCT(korch_resource_status, resources, n_resources, korch_resource_health_type, "resources", 2, ATOMIC, "resources", .merge_key = "resourceID"),
};
const korch_type korch_resource_status_type = TYPE("ResourceStatus", korch_resource_status, resource_status_fields, "ResourceStatus");

static const korch_field container_status_fields[] = {
	STRING(korch_container_status, name, "name", 1, 0, "name"),
	STRUCT(korch_container_status, state, korch_container_state_type, "state", 2, 0, "state"),
	STRUCT(korch_container_status, last_state, korch_container_state_type, "lastState", 3, 0, "lastState"),
	BOOL(korch_container_status, ready, "ready", 4, 0, "ready"),
	INT32(korch_container_status, restart_count, "restartCount", 5, 0, "restartCount"),
	STRING(korch_container_status, image, "image", 6, 0, "image"),
	STRING(korch_container_status, image_id, "imageID", 7, 0, "imageID"),
	STRING(korch_container_status, container_id, "containerID", 8, 0, "containerID"),
	BOOL(korch_container_status, started, "started", 9, 0, "started"),
	MAP_QUANTITY(korch_container_status, allocated_resources, "allocatedResources", 10, 0, "allocatedResources"),
	STRUCT(korch_container_status, resources, korch_resource_requirements_type, "resources", 11, 0, "resources"),
	LIST_STRUCT(korch_container_status, volume_mounts, n_volume_mounts, korch_volume_mount_status_type, "volumeMounts", 12, 0, "volumeMounts", .merge_key = "mountPath"),
	STRUCT(korch_container_status, user, korch_container_user_type, "user", 13, 0, "user"),
	LIST_STRUCT(korch_container_status, allocated_resources_status, n_allocated_resources_status, korch_resource_status_type, "allocatedResourcesStatus", 14, 0, "allocatedResourcesStatus", .merge_key = "name"),
	STRING(korch_container_status, stop_signal, "stopSignal", 15, 0, "stopSignal"),
};
const korch_type korch_container_status_type = TYPE("ContainerStatus", korch_container_status, container_status_fields, "ContainerStatus");
