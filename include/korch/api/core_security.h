/*
 * Rights and limits of pods and containers: the C structs. Their tables (names, rules, defaults)
 * stand in lib/object/kinds/core_security.c.
 */
#ifndef KORCH_API_CORE_SECURITY_H
#define KORCH_API_CORE_SECURITY_H

#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file core_security.h Rights and limits of pods and containers. */

/** Linux capabilities beside the runtime's usual ones. */
typedef struct korch_capabilities {
	KORCH_STRUCT_HEAD
	const char **add;  /**< Capabilities to add */
	size_t n_add;      /**< number of add */
	const char **drop; /**< Capabilities to take away */
	size_t n_drop;     /**< number of drop */
} korch_capabilities;
/** The table of a korch_capabilities. @since 0.1 */
extern KORCH_API const korch_type korch_capabilities_type;

/** SELinux context. */
typedef struct korch_se_linux_options {
	KORCH_STRUCT_HEAD
	const char *user;  /**< SELinux user */
	const char *role;  /**< SELinux role */
	const char *type;  /**< SELinux type */
	const char *level; /**< SELinux level */
} korch_se_linux_options;
/** The table of a korch_se_linux_options. @since 0.1 */
extern KORCH_API const korch_type korch_se_linux_options_type;

/** Which system calls are allowed. */
typedef struct korch_seccomp_profile {
	KORCH_STRUCT_HEAD
	const char *type;              /**< Where the profile comes from */
	const char *localhost_profile; /**< File of a Localhost profile on the node */
} korch_seccomp_profile;
/** The table of a korch_seccomp_profile. @since 0.1 */
extern KORCH_API const korch_type korch_seccomp_profile_type;

/** AppArmor profile. */
typedef struct korch_app_armor_profile {
	KORCH_STRUCT_HEAD
	const char *type;              /**< Where the profile comes from */
	const char *localhost_profile; /**< Name of a Localhost profile on the node */
} korch_app_armor_profile;
/** The table of a korch_app_armor_profile. @since 0.1 */
extern KORCH_API const korch_type korch_app_armor_profile_type;

/** Rights on Windows. */
typedef struct korch_windows_security_context_options {
	KORCH_STRUCT_HEAD
	const char *gmsa_credential_spec_name; /**< Name of the GMSA credential */
	const char *gmsa_credential_spec;      /**< The GMSA credential itself */
	const char *run_as_user_name;          /**< User that runs the entry point */
	int32_t host_process;                  /**< Whether it runs as a process of the host */
} korch_windows_security_context_options;
/** The table of a korch_windows_security_context_options. @since 0.1 */
extern KORCH_API const korch_type korch_windows_security_context_options_type;

/** Rights of one container. */
typedef struct korch_security_context {
	KORCH_STRUCT_HEAD
	korch_capabilities *capabilities; /**< Capabilities to add and to drop */
	/** Whether it may do what root on the host may */
	int32_t privileged;
	/** SELinux context of the container */
	korch_se_linux_options *se_linux_options;
	korch_windows_security_context_options *windows_options; /**< Rights on Windows */
	int64_t run_as_user;                                     /**< User id of the entry point */
	int64_t run_as_group;                                    /**< Group id of the entry point */
	/** Whether to refuse to run as user 0 */
	int32_t run_as_non_root;
	/** Whether the root file system cannot be written */
	int32_t read_only_root_filesystem;
	/** Whether a process may gain more rights than its parent */
	int32_t allow_privilege_escalation;
	const char *proc_mount;                 /**< How /proc is mounted */
	korch_seccomp_profile *seccomp_profile; /**< Which system calls are allowed */
	/** AppArmor profile of the container */
	korch_app_armor_profile *app_armor_profile;
} korch_security_context;
/** The table of a korch_security_context. @since 0.1 */
extern KORCH_API const korch_type korch_security_context_type;

/** A kernel parameter of the pod. */
typedef struct korch_sysctl {
	KORCH_STRUCT_HEAD
	const char *name;  /**< Name of the parameter */
	const char *value; /**< Value to set */
} korch_sysctl;
/** The table of a korch_sysctl. @since 0.1 */
extern KORCH_API const korch_type korch_sysctl_type;

/** Rights of all containers of a pod. */
typedef struct korch_pod_security_context {
	KORCH_STRUCT_HEAD
	/** SELinux context of the containers */
	korch_se_linux_options *se_linux_options;
	korch_windows_security_context_options *windows_options; /**< Rights on Windows */
	int64_t run_as_user;                                     /**< User id of the entry points */
	int64_t run_as_group;                                    /**< Group id of the entry points */
	/** Whether to refuse to run as user 0 */
	int32_t run_as_non_root;
	/** Further group ids of every process */
	int64_t *supplemental_groups;
	size_t n_supplemental_groups; /**< number of supplemental_groups */
	/** Whether the image's own groups are added */
	const char *supplemental_groups_policy;
	int64_t fs_group;      /**< Group that owns the volumes */
	korch_sysctl *sysctls; /**< Kernel parameters to set */
	size_t n_sysctls;      /**< number of sysctls */
	/** When the volumes' owner is changed */
	const char *fs_group_change_policy;
	korch_seccomp_profile *seccomp_profile; /**< Which system calls are allowed */
	/** AppArmor profile of the containers */
	korch_app_armor_profile *app_armor_profile;
	/** How SELinux labels get onto volumes */
	const char *se_linux_change_policy;
} korch_pod_security_context;
/** The table of a korch_pod_security_context. @since 0.1 */
extern KORCH_API const korch_type korch_pod_security_context_type;

KORCH_END_DECLS

#endif
