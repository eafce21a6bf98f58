/*
 * Rights and limits of pods and containers: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/core_security.c.
 */
#ifndef KORCH_API_CORE_SECURITY_H
#define KORCH_API_CORE_SECURITY_H

#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file core_security.h Rights and limits of pods and containers. */

/** Capabilities. */
typedef struct korch_capabilities {
	KORCH_STRUCT_HEAD
	const char **add;  /**< add */
	size_t n_add;      /**< number of add */
	const char **drop; /**< drop */
	size_t n_drop;     /**< number of drop */
} korch_capabilities;
/** The table of a korch_capabilities. @since 0.1 */
extern KORCH_API const korch_type korch_capabilities_type;

/** SELinuxOptions. */
typedef struct korch_se_linux_options {
	KORCH_STRUCT_HEAD
	const char *user;  /**< user */
	const char *role;  /**< role */
	const char *type;  /**< type */
	const char *level; /**< level */
} korch_se_linux_options;
/** The table of a korch_se_linux_options. @since 0.1 */
extern KORCH_API const korch_type korch_se_linux_options_type;

/** SeccompProfile. */
typedef struct korch_seccomp_profile {
	KORCH_STRUCT_HEAD
	const char *type;              /**< type */
	const char *localhost_profile; /**< localhostProfile */
} korch_seccomp_profile;
/** The table of a korch_seccomp_profile. @since 0.1 */
extern KORCH_API const korch_type korch_seccomp_profile_type;

/** AppArmorProfile. */
typedef struct korch_app_armor_profile {
	KORCH_STRUCT_HEAD
	const char *type;              /**< type */
	const char *localhost_profile; /**< localhostProfile */
} korch_app_armor_profile;
/** The table of a korch_app_armor_profile. @since 0.1 */
extern KORCH_API const korch_type korch_app_armor_profile_type;

/** WindowsSecurityContextOptions. */
typedef struct korch_windows_security_context_options {
	KORCH_STRUCT_HEAD
	const char *gmsa_credential_spec_name; /**< gmsaCredentialSpecName */
	const char *gmsa_credential_spec;      /**< gmsaCredentialSpec */
	const char *run_as_user_name;          /**< runAsUserName */
	int32_t host_process;                  /**< hostProcess */
} korch_windows_security_context_options;
/** The table of a korch_windows_security_context_options. @since 0.1 */
extern KORCH_API const korch_type korch_windows_security_context_options_type;

/** SecurityContext. */
typedef struct korch_security_context {
	KORCH_STRUCT_HEAD
	korch_capabilities *capabilities;              /**< capabilities */
	int32_t privileged;                            /**< privileged */
	korch_se_linux_options *se_linux_options;      /**< seLinuxOptions */
	korch_windows_security_context_options *windows_options; /**< windowsOptions */
	int64_t run_as_user;                           /**< runAsUser */
	int64_t run_as_group;                          /**< runAsGroup */
	int32_t run_as_non_root;                       /**< runAsNonRoot */
	int32_t read_only_root_filesystem;             /**< readOnlyRootFilesystem */
	int32_t allow_privilege_escalation;            /**< allowPrivilegeEscalation */
	const char *proc_mount;                        /**< procMount */
	korch_seccomp_profile *seccomp_profile;        /**< seccompProfile */
	korch_app_armor_profile *app_armor_profile;    /**< appArmorProfile */
} korch_security_context;
/** The table of a korch_security_context. @since 0.1 */
extern KORCH_API const korch_type korch_security_context_type;

/** Sysctl. */
typedef struct korch_sysctl {
	KORCH_STRUCT_HEAD
	const char *name;  /**< name */
	const char *value; /**< value */
} korch_sysctl;
/** The table of a korch_sysctl. @since 0.1 */
extern KORCH_API const korch_type korch_sysctl_type;

/** PodSecurityContext. */
typedef struct korch_pod_security_context {
	KORCH_STRUCT_HEAD
	korch_se_linux_options *se_linux_options;      /**< seLinuxOptions */
	korch_windows_security_context_options *windows_options; /**< windowsOptions */
	int64_t run_as_user;                           /**< runAsUser */
	int64_t run_as_group;                          /**< runAsGroup */
	int32_t run_as_non_root;                       /**< runAsNonRoot */
	int64_t *supplemental_groups;                  /**< supplementalGroups */
	size_t n_supplemental_groups;                  /**< number of supplemental_groups */
	const char *supplemental_groups_policy;        /**< supplementalGroupsPolicy */
	int64_t fs_group;                              /**< fsGroup */
	korch_sysctl *sysctls;                         /**< sysctls */
	size_t n_sysctls;                              /**< number of sysctls */
	const char *fs_group_change_policy;            /**< fsGroupChangePolicy */
	korch_seccomp_profile *seccomp_profile;        /**< seccompProfile */
	korch_app_armor_profile *app_armor_profile;    /**< appArmorProfile */
	const char *se_linux_change_policy;            /**< seLinuxChangePolicy */
} korch_pod_security_context;
/** The table of a korch_pod_security_context. @since 0.1 */
extern KORCH_API const korch_type korch_pod_security_context_type;

KORCH_END_DECLS

#endif
