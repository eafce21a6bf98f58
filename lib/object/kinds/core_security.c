/*
 * Rights and limits of pods and containers: the tables of the structs in <korch/api/core_security.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/core_security.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field capabilities_fields[] = {
	LIST_STRING(korch_capabilities, add, n_add, "add", 1, ATOMIC, "add"),
	LIST_STRING(korch_capabilities, drop, n_drop, "drop", 2, ATOMIC, "drop"),
};
const korch_type korch_capabilities_type = TYPE("Capabilities", korch_capabilities, capabilities_fields, "Capabilities");

static const korch_field se_linux_options_fields[] = {
	STRING(korch_se_linux_options, user, "user", 1, 0, "user"),
	STRING(korch_se_linux_options, role, "role", 2, 0, "role"),
	STRING(korch_se_linux_options, type, "type", 3, 0, "type"),
	STRING(korch_se_linux_options, level, "level", 4, 0, "level"),
};
const korch_type korch_se_linux_options_type = TYPE("SELinuxOptions", korch_se_linux_options, se_linux_options_fields, "SELinuxOptions");

static const korch_field seccomp_profile_fields[] = {
	STRING(korch_seccomp_profile, type, "type", 1, 0, "type"),
	STRING(korch_seccomp_profile, localhost_profile, "localhostProfile", 2, 0, "localhostProfile"),
};
const korch_type korch_seccomp_profile_type = TYPE("SeccompProfile", korch_seccomp_profile, seccomp_profile_fields, "SeccompProfile");

static const korch_field app_armor_profile_fields[] = {
	STRING(korch_app_armor_profile, type, "type", 1, 0, "type"),
	STRING(korch_app_armor_profile, localhost_profile, "localhostProfile", 2, 0, "localhostProfile"),
};
const korch_type korch_app_armor_profile_type = TYPE("AppArmorProfile", korch_app_armor_profile, app_armor_profile_fields, "AppArmorProfile");

static const korch_field windows_security_context_options_fields[] = {
	STRING(korch_windows_security_context_options, gmsa_credential_spec_name, "gmsaCredentialSpecName", 1, 0, "gmsaCredentialSpecName"),
	STRING(korch_windows_security_context_options, gmsa_credential_spec, "gmsaCredentialSpec", 2, 0, "gmsaCredentialSpec"),
	STRING(korch_windows_security_context_options, run_as_user_name, "runAsUserName", 3, 0, "runAsUserName"),
	BOOL(korch_windows_security_context_options, host_process, "hostProcess", 4, 0, "hostProcess"),
};
const korch_type korch_windows_security_context_options_type = TYPE("WindowsSecurityContextOptions", korch_windows_security_context_options, windows_security_context_options_fields, "WindowsSecurityContextOptions");

static const korch_field security_context_fields[] = {
	STRUCT(korch_security_context, capabilities, korch_capabilities_type, "capabilities", 1, 0, "capabilities"),
	BOOL(korch_security_context, privileged, "privileged", 2, 0, "privileged"),
	STRUCT(korch_security_context, se_linux_options, korch_se_linux_options_type, "seLinuxOptions", 3, 0, "seLinuxOptions"),
	STRUCT(korch_security_context, windows_options, korch_windows_security_context_options_type, "windowsOptions", 10, 0, "windowsOptions"),
	INT64(korch_security_context, run_as_user, "runAsUser", 4, 0, "runAsUser"),
	INT64(korch_security_context, run_as_group, "runAsGroup", 8, 0, "runAsGroup"),
	BOOL(korch_security_context, run_as_non_root, "runAsNonRoot", 5, 0, "runAsNonRoot"),
	BOOL(korch_security_context, read_only_root_filesystem, "readOnlyRootFilesystem", 6, 0, "readOnlyRootFilesystem"),
	BOOL(korch_security_context, allow_privilege_escalation, "allowPrivilegeEscalation", 7, 0, "allowPrivilegeEscalation"),
	STRING(korch_security_context, proc_mount, "procMount", 9, 0, "procMount"),
	STRUCT(korch_security_context, seccomp_profile, korch_seccomp_profile_type, "seccompProfile", 11, 0, "seccompProfile"),
	STRUCT(korch_security_context, app_armor_profile, korch_app_armor_profile_type, "appArmorProfile", 12, 0, "appArmorProfile"),
};
const korch_type korch_security_context_type = TYPE("SecurityContext", korch_security_context, security_context_fields, "SecurityContext");

static const korch_field sysctl_fields[] = {
	STRING(korch_sysctl, name, "name", 1, 0, "name"),
	STRING(korch_sysctl, value, "value", 2, 0, "value"),
};
const korch_type korch_sysctl_type = TYPE("Sysctl", korch_sysctl, sysctl_fields, "Sysctl");

static const korch_field pod_security_context_fields[] = {
	STRUCT(korch_pod_security_context, se_linux_options, korch_se_linux_options_type, "seLinuxOptions", 1, 0, "seLinuxOptions"),
	STRUCT(korch_pod_security_context, windows_options, korch_windows_security_context_options_type, "windowsOptions", 8, 0, "windowsOptions"),
	INT64(korch_pod_security_context, run_as_user, "runAsUser", 2, 0, "runAsUser"),
	INT64(korch_pod_security_context, run_as_group, "runAsGroup", 6, 0, "runAsGroup"),
	BOOL(korch_pod_security_context, run_as_non_root, "runAsNonRoot", 3, 0, "runAsNonRoot"),
	LIST_INT64(korch_pod_security_context, supplemental_groups, n_supplemental_groups, "supplementalGroups", 4, ATOMIC, "supplementalGroups"),
	STRING(korch_pod_security_context, supplemental_groups_policy, "supplementalGroupsPolicy", 12, 0, "supplementalGroupsPolicy"),
	INT64(korch_pod_security_context, fs_group, "fsGroup", 5, 0, "fsGroup"),
	LIST_STRUCT(korch_pod_security_context, sysctls, n_sysctls, korch_sysctl_type, "sysctls", 7, ATOMIC, "sysctls"),
	STRING(korch_pod_security_context, fs_group_change_policy, "fsGroupChangePolicy", 9, 0, "fsGroupChangePolicy"),
	STRUCT(korch_pod_security_context, seccomp_profile, korch_seccomp_profile_type, "seccompProfile", 10, 0, "seccompProfile"),
	STRUCT(korch_pod_security_context, app_armor_profile, korch_app_armor_profile_type, "appArmorProfile", 11, 0, "appArmorProfile"),
	STRING(korch_pod_security_context, se_linux_change_policy, "seLinuxChangePolicy", 13, 0, "seLinuxChangePolicy"),
};
const korch_type korch_pod_security_context_type = TYPE("PodSecurityContext", korch_pod_security_context, pod_security_context_fields, "PodSecurityContext");
