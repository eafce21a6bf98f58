/*
 * What is known of a running container: the tables of the structs in
 * <korch/api/core_container_status.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/core_container_status.h>

#define S korch_container_state_waiting
static const korch_field container_state_waiting_fields[] = {
    STRING(reason, "reason", 1, 0, "One word, such as CrashLoopBackOff"),
    STRING(message, "message", 2, 0, "A sentence for people"),
};
const korch_type korch_container_state_waiting_type = TYPE(
    "ContainerStateWaiting", container_state_waiting_fields, "Why a container does not run yet");
#undef S

#define S korch_container_state_running
static const korch_field container_state_running_fields[] = {
    TIME(started_at, "startedAt", 1, 0, "When it was started"),
};
const korch_type korch_container_state_running_type =
    TYPE("ContainerStateRunning", container_state_running_fields, "A running container");
#undef S

#define S korch_container_state_terminated
static const korch_field container_state_terminated_fields[] = {
    INT32(exit_code, "exitCode", 1, EMIT, "Exit code of its first process"),
    INT32(signal, "signal", 2, 0, "Signal that ended it, 0 for none"),
    STRING(reason, "reason", 3, 0, "One word, such as Error or OOMKilled"),
    STRING(message, "message", 4, 0, "Its termination message"),
    TIME(started_at, "startedAt", 5, 0, "When it was started"),
    TIME(finished_at, "finishedAt", 6, 0, "When it ended"),
    STRING(container_id, "containerID", 7, 0, "Runtime's name of it, TYPE://ID"),
};
const korch_type korch_container_state_terminated_type =
    TYPE("ContainerStateTerminated", container_state_terminated_fields, "How a container ended");
#undef S

#define S korch_container_state
static const korch_field container_state_fields[] = {
    STRUCT(waiting, korch_container_state_waiting, "waiting", 1, 0, "It waits"),
    STRUCT(running, korch_container_state_running, "running", 2, 0, "It runs"),
    STRUCT(terminated, korch_container_state_terminated, "terminated", 3, 0, "It has ended"),
};
const korch_type korch_container_state_type = TYPE(
    "ContainerState", container_state_fields, "Waiting, running or terminated: one of them is set");
#undef S

#define S korch_image_volume_status
static const korch_field image_volume_status_fields[] = {
    STRING(image_ref, "imageRef", 1, EMIT, "Digest of the image"),
};
const korch_type korch_image_volume_status_type =
    TYPE("ImageVolumeStatus", image_volume_status_fields, "What an image volume turned out to be");
#undef S

#define S korch_volume_status
static const korch_field volume_status_fields[] = {
    STRUCT(image, korch_image_volume_status, "image", 1, 0, "Details of an image volume"),
};
const korch_type korch_volume_status_type =
    TYPE("VolumeStatus", volume_status_fields, "What is known of a mounted volume");
#undef S

#define S korch_volume_mount_status
static const korch_field volume_mount_status_fields[] = {
    STRING(name, "name", 1, EMIT, "Volume of the pod"),
    STRING(mount_path, "mountPath", 2, EMIT, "Path in the container"),
    BOOL(read_only, "readOnly", 3, 0, "Whether it cannot be written"),
    STRING(recursive_read_only, "recursiveReadOnly", 4, POINTER,
           "Whether mounts below are read-only too"),
    STRUCT(volume_status, korch_volume_status, "volumeStatus", 5, 0, "What is known of the volume"),
};
const korch_type korch_volume_mount_status_type =
    TYPE("VolumeMountStatus", volume_mount_status_fields, "A mount as it really is");
#undef S

#define S korch_linux_container_user
static const korch_field linux_container_user_fields[] = {
    INT64(uid, "uid", 1, EMIT, "User id"),
    INT64(gid, "gid", 2, EMIT, "Group id"),
    LIST_INT64(supplemental_groups, "supplementalGroups", 3, ATOMIC, "Further group ids"),
};
const korch_type korch_linux_container_user_type =
    TYPE("LinuxContainerUser", linux_container_user_fields, "Who the first process runs as");
#undef S

#define S korch_container_user
static const korch_field container_user_fields[] = {
    STRUCT(linux_, korch_linux_container_user, "linux", 1, 0, "On Linux"),
};
const korch_type korch_container_user_type =
    TYPE("ContainerUser", container_user_fields, "Who the first process runs as, by system");
#undef S

#define S korch_resource_health
static const korch_field resource_health_fields[] = {
    STRING(resource_id, "resourceID", 1, EMIT, "Which device"),
    STRING(health, "health", 2, 0, "Healthy, Unhealthy or Unknown"),
    STRING(message, "message", 6, POINTER, "More about the state"),
};
const korch_type korch_resource_health_type =
    TYPE("ResourceHealth", resource_health_fields, "State of one device");
#undef S

#define S korch_resource_status
static const korch_field resource_status_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Resource"),
    LIST_STRUCT(resources, korch_resource_health, "resources", 2, ATOMIC, "Its devices",
                .merge_key = "resourceID"),
};
const korch_type korch_resource_status_type =
    TYPE("ResourceStatus", resource_status_fields, "State of the devices of one resource");
#undef S

#define S korch_container_status
static const korch_field container_status_fields[] = {
    STRING(name, "name", 1, EMIT, "Name of the container"),
    STRUCT(state, korch_container_state, "state", 2, 0, "What it does now"),
    STRUCT(last_state, korch_container_state, "lastState", 3, 0, "How it ended the time before"),
    BOOL(ready, "ready", 4, EMIT, "Whether it may get traffic"),
    INT32(restart_count, "restartCount", 5, EMIT, "How often it was started again",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    STRING(image, "image", 6, EMIT, "Image that runs"),
    STRING(image_id, "imageID", 7, EMIT, "Digest of the image that runs"),
    STRING(container_id, "containerID", 8, 0, "Runtime's name of it, TYPE://ID"),
    BOOL(started, "started", 9, POINTER, "Whether it is past its startup probe"),
    MAP_QUANTITY(allocated_resources, "allocatedResources", 10, 0, "What the node has set aside"),
    STRUCT(resources, korch_resource_requirements, "resources", 11, 0,
           "Requests and limits in force"),
    LIST_STRUCT(volume_mounts, korch_volume_mount_status, "volumeMounts", 12, 0,
                "Mounts as they really are", .merge_key = "mountPath"),
    STRUCT(user, korch_container_user, "user", 13, 0, "Who the first process runs as"),
    LIST_STRUCT(allocated_resources_status, korch_resource_status, "allocatedResourcesStatus", 14,
                0, "State of its devices", .merge_key = "name"),
    STRING(stop_signal, "stopSignal", 15, POINTER, "Signal that stops it"),
};
const korch_type korch_container_status_type =
    TYPE("ContainerStatus", container_status_fields, "What a container does now");
#undef S
