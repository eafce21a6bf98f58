/*
 * Volumes on other machines and in clouds: the C structs. Their tables (names, rules, defaults)
 * stand in lib/object/kinds/core_volume_remote.c.
 */
#ifndef KORCH_API_CORE_VOLUME_REMOTE_H
#define KORCH_API_CORE_VOLUME_REMOTE_H

#include <korch/api/core_reference.h>

KORCH_BEGIN_DECLS

/** @file core_volume_remote.h Volumes on other machines and in clouds. */

/** A disk of Amazon's block store. */
typedef struct korch_aws_elastic_block_store_volume_source {
	KORCH_STRUCT_HEAD
	const char *volume_id; /**< Name of the disk */
	const char *fs_type;   /**< File system on the volume */
	int32_t partition;     /**< Partition number, 0 for the whole disk */
	int32_t read_only;     /**< Whether it is mounted read-only */
} korch_aws_elastic_block_store_volume_source;
/** The table of a korch_aws_elastic_block_store_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_aws_elastic_block_store_volume_source_type;

/** A disk of Azure. */
typedef struct korch_azure_disk_volume_source {
	KORCH_STRUCT_HEAD
	const char *disk_name;    /**< Name of the disk */
	const char *disk_uri;     /**< Address of the disk */
	const char *caching_mode; /**< Caching on the host */
	const char *fs_type;      /**< File system on the volume */
	int32_t read_only;        /**< Whether it is mounted read-only */
	const char *kind;         /**< Whether the disk is shared, dedicated or managed */
} korch_azure_disk_volume_source;
/** The table of a korch_azure_disk_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_azure_disk_volume_source_type;

/** A file share of Azure. */
typedef struct korch_azure_file_volume_source {
	KORCH_STRUCT_HEAD
	const char *secret_name; /**< Secret with the account and its key */
	const char *share_name;  /**< Name of the share */
	int32_t read_only;       /**< Whether it is mounted read-only */
} korch_azure_file_volume_source;
/** The table of a korch_azure_file_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_azure_file_volume_source_type;

/** A Ceph file system. */
typedef struct korch_ceph_fs_volume_source {
	KORCH_STRUCT_HEAD
	const char **monitors;                    /**< Addresses of the monitors */
	size_t n_monitors;                        /**< number of monitors */
	const char *path;                         /**< Directory to mount, / when empty */
	const char *user;                         /**< User to connect as */
	const char *secret_file;                  /**< File with the user's key */
	korch_local_object_reference *secret_ref; /**< Secret with the user's key */
	int32_t read_only;                        /**< Whether it is mounted read-only */
} korch_ceph_fs_volume_source;
/** The table of a korch_ceph_fs_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_ceph_fs_volume_source_type;

/** A disk of OpenStack. */
typedef struct korch_cinder_volume_source {
	KORCH_STRUCT_HEAD
	const char *volume_id;                    /**< Name of the disk */
	const char *fs_type;                      /**< File system on the volume */
	int32_t read_only;                        /**< Whether it is mounted read-only */
	korch_local_object_reference *secret_ref; /**< Secret with the credentials */
} korch_cinder_volume_source;
/** The table of a korch_cinder_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_cinder_volume_source_type;

/** A volume of a CSI driver that lives with the pod. */
typedef struct korch_csi_volume_source {
	KORCH_STRUCT_HEAD
	const char *driver; /**< Name of the driver */
	int32_t read_only;  /**< Whether it is mounted read-only */
	/** File system to mount; the driver's choice when absent */
	const char *fs_type;
	korch_map *volume_attributes;                          /**< What the driver wants to know */
	korch_local_object_reference *node_publish_secret_ref; /**< Secret with the credentials */
} korch_csi_volume_source;
/** The table of a korch_csi_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_csi_volume_source_type;

/** A Fibre Channel disk. */
typedef struct korch_fc_volume_source {
	KORCH_STRUCT_HEAD
	const char **target_wwns; /**< World wide names of the targets */
	size_t n_target_wwns;     /**< number of target_wwns */
	int32_t lun;              /**< Logical unit number */
	const char *fs_type;      /**< File system on the volume */
	int32_t read_only;        /**< Whether it is mounted read-only */
	const char **wwids;       /**< World wide ids, instead of targets and lun */
	size_t n_wwids;           /**< number of wwids */
} korch_fc_volume_source;
/** The table of a korch_fc_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_fc_volume_source_type;

/** A volume of a Flex driver. */
typedef struct korch_flex_volume_source {
	KORCH_STRUCT_HEAD
	const char *driver;                       /**< Name of the driver */
	const char *fs_type;                      /**< File system on the volume */
	korch_local_object_reference *secret_ref; /**< Secret with the credentials */
	int32_t read_only;                        /**< Whether it is mounted read-only */
	korch_map *options;                       /**< What the driver wants to know */
} korch_flex_volume_source;
/** The table of a korch_flex_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_flex_volume_source_type;

/** A Flocker dataset. */
typedef struct korch_flocker_volume_source {
	KORCH_STRUCT_HEAD
	const char *dataset_name; /**< Name of the dataset */
	const char *dataset_uuid; /**< Identity of the dataset */
} korch_flocker_volume_source;
/** The table of a korch_flocker_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_flocker_volume_source_type;

/** A disk of Google Compute Engine. */
typedef struct korch_gce_persistent_disk_volume_source {
	KORCH_STRUCT_HEAD
	const char *pd_name; /**< Name of the disk */
	const char *fs_type; /**< File system on the volume */
	int32_t partition;   /**< Partition number, 0 for the whole disk */
	int32_t read_only;   /**< Whether it is mounted read-only */
} korch_gce_persistent_disk_volume_source;
/** The table of a korch_gce_persistent_disk_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_gce_persistent_disk_volume_source_type;

/** A clone of a Git repository. */
typedef struct korch_git_repo_volume_source {
	KORCH_STRUCT_HEAD
	const char *repository; /**< Address of the repository */
	const char *revision;   /**< Commit to check out */
	const char *directory;  /**< Directory to clone into */
} korch_git_repo_volume_source;
/** The table of a korch_git_repo_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_git_repo_volume_source_type;

/** A GlusterFS volume. */
typedef struct korch_glusterfs_volume_source {
	KORCH_STRUCT_HEAD
	const char *endpoints; /**< Endpoints object with the servers */
	const char *path;      /**< Name of the volume */
	int32_t read_only;     /**< Whether it is mounted read-only */
} korch_glusterfs_volume_source;
/** The table of a korch_glusterfs_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_glusterfs_volume_source_type;

/** An iSCSI disk. */
typedef struct korch_iscsi_volume_source {
	KORCH_STRUCT_HEAD
	const char *target_portal;                /**< Address of the target */
	const char *iqn;                          /**< Name of the target */
	int32_t lun;                              /**< Logical unit number */
	const char *iscsi_interface;              /**< Interface that is used */
	const char *fs_type;                      /**< File system on the volume */
	int32_t read_only;                        /**< Whether it is mounted read-only */
	const char **portals;                     /**< Further addresses of the target */
	size_t n_portals;                         /**< number of portals */
	int32_t chap_auth_discovery;              /**< Whether discovery authenticates by CHAP */
	int32_t chap_auth_session;                /**< Whether sessions authenticate by CHAP */
	korch_local_object_reference *secret_ref; /**< Secret for CHAP */
	const char *initiator_name;               /**< Name of the initiator */
} korch_iscsi_volume_source;
/** The table of a korch_iscsi_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_iscsi_volume_source_type;

/** A directory of an NFS server. */
typedef struct korch_nfs_volume_source {
	KORCH_STRUCT_HEAD
	const char *server; /**< Host of the server */
	const char *path;   /**< Directory that the server exports */
	int32_t read_only;  /**< Whether it is mounted read-only */
} korch_nfs_volume_source;
/** The table of a korch_nfs_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_nfs_volume_source_type;

/** A disk of Photon. */
typedef struct korch_photon_persistent_disk_volume_source {
	KORCH_STRUCT_HEAD
	const char *pd_id;   /**< Name of the disk */
	const char *fs_type; /**< File system on the volume */
} korch_photon_persistent_disk_volume_source;
/** The table of a korch_photon_persistent_disk_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_photon_persistent_disk_volume_source_type;

/** A Portworx volume. */
typedef struct korch_portworx_volume_source {
	KORCH_STRUCT_HEAD
	const char *volume_id; /**< Name of the volume */
	const char *fs_type;   /**< File system on the volume */
	int32_t read_only;     /**< Whether it is mounted read-only */
} korch_portworx_volume_source;
/** The table of a korch_portworx_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_portworx_volume_source_type;

/** A Quobyte volume. */
typedef struct korch_quobyte_volume_source {
	KORCH_STRUCT_HEAD
	const char *registry; /**< Addresses of the registry services */
	const char *volume;   /**< Name of the volume */
	int32_t read_only;    /**< Whether it is mounted read-only */
	const char *user;     /**< User to mount as */
	const char *group;    /**< Group to mount as */
	const char *tenant;   /**< Tenant that owns the volume */
} korch_quobyte_volume_source;
/** The table of a korch_quobyte_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_quobyte_volume_source_type;

/** A block device of Ceph. */
typedef struct korch_rbd_volume_source {
	KORCH_STRUCT_HEAD
	const char **monitors;                    /**< Addresses of the monitors */
	size_t n_monitors;                        /**< number of monitors */
	const char *image;                        /**< Name of the image */
	const char *fs_type;                      /**< File system on the volume */
	const char *pool;                         /**< Pool of the image */
	const char *user;                         /**< User to connect as */
	const char *keyring;                      /**< File with the user's key */
	korch_local_object_reference *secret_ref; /**< Secret with the user's key */
	int32_t read_only;                        /**< Whether it is mounted read-only */
} korch_rbd_volume_source;
/** The table of a korch_rbd_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_rbd_volume_source_type;

/** A ScaleIO volume. */
typedef struct korch_scale_io_volume_source {
	KORCH_STRUCT_HEAD
	const char *gateway;                      /**< Address of the gateway */
	const char *system;                       /**< Name of the storage system */
	korch_local_object_reference *secret_ref; /**< Secret with the credentials */
	int32_t ssl_enabled;                      /**< Whether the gateway is spoken to by TLS */
	const char *protection_domain;            /**< Protection domain of the storage */
	const char *storage_pool;                 /**< Storage pool */
	const char *storage_mode;                 /**< Thick or thin provisioning */
	const char *volume_name;                  /**< Name of the volume */
	const char *fs_type;                      /**< File system on the volume */
	int32_t read_only;                        /**< Whether it is mounted read-only */
} korch_scale_io_volume_source;
/** The table of a korch_scale_io_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_scale_io_volume_source_type;

/** A StorageOS volume. */
typedef struct korch_storage_os_volume_source {
	KORCH_STRUCT_HEAD
	const char *volume_name;                  /**< Name of the volume */
	const char *volume_namespace;             /**< StorageOS namespace of the volume */
	const char *fs_type;                      /**< File system on the volume */
	int32_t read_only;                        /**< Whether it is mounted read-only */
	korch_local_object_reference *secret_ref; /**< Secret with the credentials */
} korch_storage_os_volume_source;
/** The table of a korch_storage_os_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_storage_os_volume_source_type;

/** A vSphere disk. */
typedef struct korch_vsphere_virtual_disk_volume_source {
	KORCH_STRUCT_HEAD
	const char *volume_path;         /**< Path of the disk file */
	const char *fs_type;             /**< File system on the volume */
	const char *storage_policy_name; /**< Name of the storage policy */
	const char *storage_policy_id;   /**< Identity of the storage policy */
} korch_vsphere_virtual_disk_volume_source;
/** The table of a korch_vsphere_virtual_disk_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_vsphere_virtual_disk_volume_source_type;

KORCH_END_DECLS

#endif
