/*
 * Rights and limits of pods and containers: the tables of the structs in
 * <korch/api/core_security.h>. One line per field; rules over several fields stand in validate_*.c
 * and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/core_security.h>

#define S korch_capabilities
static const korch_field capabilities_fields[] = {
    LIST_STRING(add, "add", 1, ATOMIC, "Capabilities to add"),
    LIST_STRING(drop, "drop", 2, ATOMIC, "Capabilities to take away"),
};
const korch_type korch_capabilities_type =
    TYPE("Capabilities", capabilities_fields, "Linux capabilities beside the runtime's usual ones");
#undef S

#define S korch_se_linux_options
static const korch_field se_linux_options_fields[] = {
    STRING(user, "user", 1, 0, "SELinux user"),
    STRING(role, "role", 2, 0, "SELinux role"),
    STRING(type, "type", 3, 0, "SELinux type"),
    STRING(level, "level", 4, 0, "SELinux level"),
};
const korch_type korch_se_linux_options_type =
    TYPE("SELinuxOptions", se_linux_options_fields, "SELinux context");
#undef S

#define S korch_seccomp_profile
static const korch_field seccomp_profile_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "Where the profile comes from",
           .allowed = ALLOWED("Unconfined", "RuntimeDefault", "Localhost")),
    STRING(localhost_profile, "localhostProfile", 2, POINTER,
           "File of a Localhost profile on the node"),
};
const korch_type korch_seccomp_profile_type =
    TYPE("SeccompProfile", seccomp_profile_fields, "Which system calls are allowed",
         .validate = korch__seccomp_profile_validate);
#undef S

#define S korch_app_armor_profile
static const korch_field app_armor_profile_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "Where the profile comes from",
           .allowed = ALLOWED("Unconfined", "RuntimeDefault", "Localhost")),
    STRING(localhost_profile, "localhostProfile", 2, POINTER,
           "Name of a Localhost profile on the node"),
};
const korch_type korch_app_armor_profile_type =
    TYPE("AppArmorProfile", app_armor_profile_fields, "AppArmor profile",
         .validate = korch__app_armor_profile_validate);
#undef S

#define S korch_windows_security_context_options
static const korch_field windows_security_context_options_fields[] = {
    STRING(gmsa_credential_spec_name, "gmsaCredentialSpecName", 1, POINTER,
           "Name of the GMSA credential"),
    STRING(gmsa_credential_spec, "gmsaCredentialSpec", 2, POINTER, "The GMSA credential itself"),
    STRING(run_as_user_name, "runAsUserName", 3, POINTER, "User that runs the entry point"),
    BOOL(host_process, "hostProcess", 4, POINTER, "Whether it runs as a process of the host"),
};
const korch_type korch_windows_security_context_options_type = TYPE(
    "WindowsSecurityContextOptions", windows_security_context_options_fields, "Rights on Windows");
#undef S

#define S korch_security_context
static const korch_field security_context_fields[] = {
    STRUCT(capabilities, korch_capabilities, "capabilities", 1, 0,
           "Capabilities to add and to drop"),
    BOOL(privileged, "privileged", 2, POINTER, "Whether it may do what root on the host may"),
    STRUCT(se_linux_options, korch_se_linux_options, "seLinuxOptions", 3, 0,
           "SELinux context of the container"),
    STRUCT(windows_options, korch_windows_security_context_options, "windowsOptions", 10, 0,
           "Rights on Windows"),
    INT64(run_as_user, "runAsUser", 4, POINTER, "User id of the entry point",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT64(run_as_group, "runAsGroup", 8, POINTER, "Group id of the entry point",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    BOOL(run_as_non_root, "runAsNonRoot", 5, POINTER, "Whether to refuse to run as user 0"),
    BOOL(read_only_root_filesystem, "readOnlyRootFilesystem", 6, POINTER,
         "Whether the root file system cannot be written"),
    BOOL(allow_privilege_escalation, "allowPrivilegeEscalation", 7, POINTER,
         "Whether a process may gain more rights than its parent"),
    STRING(proc_mount, "procMount", 9, POINTER, "How /proc is mounted",
           .allowed = ALLOWED("Default", "Unmasked")),
    STRUCT(seccomp_profile, korch_seccomp_profile, "seccompProfile", 11, 0,
           "Which system calls are allowed"),
    STRUCT(app_armor_profile, korch_app_armor_profile, "appArmorProfile", 12, 0,
           "AppArmor profile of the container"),
};
const korch_type korch_security_context_type =
    TYPE("SecurityContext", security_context_fields, "Rights of one container",
         .validate = korch__security_context_validate);
#undef S

#define S korch_sysctl
static const korch_field sysctl_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the parameter"),
    STRING(value, "value", 2, REQUIRED | EMIT, "Value to set"),
};
const korch_type korch_sysctl_type = TYPE("Sysctl", sysctl_fields, "A kernel parameter of the pod");
#undef S

#define S korch_pod_security_context
static const korch_field pod_security_context_fields[] = {
    STRUCT(se_linux_options, korch_se_linux_options, "seLinuxOptions", 1, 0,
           "SELinux context of the containers"),
    STRUCT(windows_options, korch_windows_security_context_options, "windowsOptions", 8, 0,
           "Rights on Windows"),
    INT64(run_as_user, "runAsUser", 2, POINTER, "User id of the entry points",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT64(run_as_group, "runAsGroup", 6, POINTER, "Group id of the entry points",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    BOOL(run_as_non_root, "runAsNonRoot", 3, POINTER, "Whether to refuse to run as user 0"),
    LIST_INT64(supplemental_groups, "supplementalGroups", 4, ATOMIC,
               "Further group ids of every process", .format = KORCH_FORMAT_NON_NEGATIVE),
    STRING(supplemental_groups_policy, "supplementalGroupsPolicy", 12, POINTER,
           "Whether the image's own groups are added", .allowed = ALLOWED("Merge", "Strict")),
    INT64(fs_group, "fsGroup", 5, POINTER, "Group that owns the volumes",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    LIST_STRUCT(sysctls, korch_sysctl, "sysctls", 7, ATOMIC, "Kernel parameters to set"),
    STRING(fs_group_change_policy, "fsGroupChangePolicy", 9, POINTER,
           "When the volumes' owner is changed", .allowed = ALLOWED("OnRootMismatch", "Always")),
    STRUCT(seccomp_profile, korch_seccomp_profile, "seccompProfile", 10, 0,
           "Which system calls are allowed"),
    STRUCT(app_armor_profile, korch_app_armor_profile, "appArmorProfile", 11, 0,
           "AppArmor profile of the containers"),
    STRING(se_linux_change_policy, "seLinuxChangePolicy", 13, POINTER,
           "How SELinux labels get onto volumes", .allowed = ALLOWED("Recursive", "MountOption")),
};
const korch_type korch_pod_security_context_type =
    TYPE("PodSecurityContext", pod_security_context_fields, "Rights of all containers of a pod");
#undef S
