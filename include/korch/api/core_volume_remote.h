/*
 * Volumes on other machines and in clouds: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/core_volume_remote.c.
 */
#ifndef KORCH_API_CORE_VOLUME_REMOTE_H
#define KORCH_API_CORE_VOLUME_REMOTE_H

#include <korch/api/core_reference.h>

KORCH_BEGIN_DECLS

/** @file core_volume_remote.h Volumes on other machines and in clouds. */

/** AWSElasticBlockStoreVolumeSource. */
typedef struct korch_aws_elastic_block_store_volume_source {
	KORCH_STRUCT_HEAD
	const char *volume_id; /**< volumeID */
	const char *fs_type;   /**< fsType */
	int32_t partition;     /**< partition */
	int32_t read_only;     /**< readOnly */
} korch_aws_elastic_block_store_volume_source;
/** The table of a korch_aws_elastic_block_store_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_aws_elastic_block_store_volume_source_type;

/** AzureDiskVolumeSource. */
typedef struct korch_azure_disk_volume_source {
	KORCH_STRUCT_HEAD
	const char *disk_name;    /**< diskName */
	const char *disk_uri;     /**< diskURI */
	const char *caching_mode; /**< cachingMode */
	const char *fs_type;      /**< fsType */
	int32_t read_only;        /**< readOnly */
	const char *kind;         /**< kind */
} korch_azure_disk_volume_source;
/** The table of a korch_azure_disk_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_azure_disk_volume_source_type;

/** AzureFileVolumeSource. */
typedef struct korch_azure_file_volume_source {
	KORCH_STRUCT_HEAD
	const char *secret_name; /**< secretName */
	const char *share_name;  /**< shareName */
	int32_t read_only;       /**< readOnly */
} korch_azure_file_volume_source;
/** The table of a korch_azure_file_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_azure_file_volume_source_type;

/** CephFSVolumeSource. */
typedef struct korch_ceph_fs_volume_source {
	KORCH_STRUCT_HEAD
	const char **monitors;                    /**< monitors */
	size_t n_monitors;                        /**< number of monitors */
	const char *path;                         /**< path */
	const char *user;                         /**< user */
	const char *secret_file;                  /**< secretFile */
	korch_local_object_reference *secret_ref; /**< secretRef */
	int32_t read_only;                        /**< readOnly */
} korch_ceph_fs_volume_source;
/** The table of a korch_ceph_fs_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_ceph_fs_volume_source_type;

/** CinderVolumeSource. */
typedef struct korch_cinder_volume_source {
	KORCH_STRUCT_HEAD
	const char *volume_id;                    /**< volumeID */
	const char *fs_type;                      /**< fsType */
	int32_t read_only;                        /**< readOnly */
	korch_local_object_reference *secret_ref; /**< secretRef */
} korch_cinder_volume_source;
/** The table of a korch_cinder_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_cinder_volume_source_type;

/** CSIVolumeSource. */
typedef struct korch_csi_volume_source {
	KORCH_STRUCT_HEAD
	const char *driver;                            /**< driver */
	int32_t read_only;                             /**< readOnly */
	const char *fs_type;                           /**< fsType */
	korch_map *volume_attributes;                  /**< volumeAttributes */
	korch_local_object_reference *node_publish_secret_ref; /**< nodePublishSecretRef */
} korch_csi_volume_source;
/** The table of a korch_csi_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_csi_volume_source_type;

/** FCVolumeSource. */
typedef struct korch_fc_volume_source {
	KORCH_STRUCT_HEAD
	const char **target_wwns; /**< targetWWNs */
	size_t n_target_wwns;     /**< number of target_wwns */
	int32_t lun;              /**< lun */
	const char *fs_type;      /**< fsType */
	int32_t read_only;        /**< readOnly */
	const char **wwids;       /**< wwids */
	size_t n_wwids;           /**< number of wwids */
} korch_fc_volume_source;
/** The table of a korch_fc_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_fc_volume_source_type;

/** FlexVolumeSource. */
typedef struct korch_flex_volume_source {
	KORCH_STRUCT_HEAD
	const char *driver;                       /**< driver */
	const char *fs_type;                      /**< fsType */
	korch_local_object_reference *secret_ref; /**< secretRef */
	int32_t read_only;                        /**< readOnly */
	korch_map *options;                       /**< options */
} korch_flex_volume_source;
/** The table of a korch_flex_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_flex_volume_source_type;

/** FlockerVolumeSource. */
typedef struct korch_flocker_volume_source {
	KORCH_STRUCT_HEAD
	const char *dataset_name; /**< datasetName */
	const char *dataset_uuid; /**< datasetUUID */
} korch_flocker_volume_source;
/** The table of a korch_flocker_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_flocker_volume_source_type;

/** GCEPersistentDiskVolumeSource. */
typedef struct korch_gce_persistent_disk_volume_source {
	KORCH_STRUCT_HEAD
	const char *pd_name; /**< pdName */
	const char *fs_type; /**< fsType */
	int32_t partition;   /**< partition */
	int32_t read_only;   /**< readOnly */
} korch_gce_persistent_disk_volume_source;
/** The table of a korch_gce_persistent_disk_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_gce_persistent_disk_volume_source_type;

/** GitRepoVolumeSource. */
typedef struct korch_git_repo_volume_source {
	KORCH_STRUCT_HEAD
	const char *repository; /**< repository */
	const char *revision;   /**< revision */
	const char *directory;  /**< directory */
} korch_git_repo_volume_source;
/** The table of a korch_git_repo_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_git_repo_volume_source_type;

/** GlusterfsVolumeSource. */
typedef struct korch_glusterfs_volume_source {
	KORCH_STRUCT_HEAD
	const char *endpoints; /**< endpoints */
	const char *path;      /**< path */
	int32_t read_only;     /**< readOnly */
} korch_glusterfs_volume_source;
/** The table of a korch_glusterfs_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_glusterfs_volume_source_type;

/** ISCSIVolumeSource. */
typedef struct korch_iscsi_volume_source {
	KORCH_STRUCT_HEAD
	const char *target_portal;                /**< targetPortal */
	const char *iqn;                          /**< iqn */
	int32_t lun;                              /**< lun */
	const char *iscsi_interface;              /**< iscsiInterface */
	const char *fs_type;                      /**< fsType */
	int32_t read_only;                        /**< readOnly */
	const char **portals;                     /**< portals */
	size_t n_portals;                         /**< number of portals */
	int32_t chap_auth_discovery;              /**< chapAuthDiscovery */
	int32_t chap_auth_session;                /**< chapAuthSession */
	korch_local_object_reference *secret_ref; /**< secretRef */
	const char *initiator_name;               /**< initiatorName */
} korch_iscsi_volume_source;
/** The table of a korch_iscsi_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_iscsi_volume_source_type;

/** NFSVolumeSource. */
typedef struct korch_nfs_volume_source {
	KORCH_STRUCT_HEAD
	const char *server; /**< server */
	const char *path;   /**< path */
	int32_t read_only;  /**< readOnly */
} korch_nfs_volume_source;
/** The table of a korch_nfs_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_nfs_volume_source_type;

/** PhotonPersistentDiskVolumeSource. */
typedef struct korch_photon_persistent_disk_volume_source {
	KORCH_STRUCT_HEAD
	const char *pd_id;   /**< pdID */
	const char *fs_type; /**< fsType */
} korch_photon_persistent_disk_volume_source;
/** The table of a korch_photon_persistent_disk_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_photon_persistent_disk_volume_source_type;

/** PortworxVolumeSource. */
typedef struct korch_portworx_volume_source {
	KORCH_STRUCT_HEAD
	const char *volume_id; /**< volumeID */
	const char *fs_type;   /**< fsType */
	int32_t read_only;     /**< readOnly */
} korch_portworx_volume_source;
/** The table of a korch_portworx_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_portworx_volume_source_type;

/** QuobyteVolumeSource. */
typedef struct korch_quobyte_volume_source {
	KORCH_STRUCT_HEAD
	const char *registry; /**< registry */
	const char *volume;   /**< volume */
	int32_t read_only;    /**< readOnly */
	const char *user;     /**< user */
	const char *group;    /**< group */
	const char *tenant;   /**< tenant */
} korch_quobyte_volume_source;
/** The table of a korch_quobyte_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_quobyte_volume_source_type;

/** RBDVolumeSource. */
typedef struct korch_rbd_volume_source {
	KORCH_STRUCT_HEAD
	const char **monitors;                    /**< monitors */
	size_t n_monitors;                        /**< number of monitors */
	const char *image;                        /**< image */
	const char *fs_type;                      /**< fsType */
	const char *pool;                         /**< pool */
	const char *user;                         /**< user */
	const char *keyring;                      /**< keyring */
	korch_local_object_reference *secret_ref; /**< secretRef */
	int32_t read_only;                        /**< readOnly */
} korch_rbd_volume_source;
/** The table of a korch_rbd_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_rbd_volume_source_type;

/** ScaleIOVolumeSource. */
typedef struct korch_scale_io_volume_source {
	KORCH_STRUCT_HEAD
	const char *gateway;                      /**< gateway */
	const char *system;                       /**< system */
	korch_local_object_reference *secret_ref; /**< secretRef */
	int32_t ssl_enabled;                      /**< sslEnabled */
	const char *protection_domain;            /**< protectionDomain */
	const char *storage_pool;                 /**< storagePool */
	const char *storage_mode;                 /**< storageMode */
	const char *volume_name;                  /**< volumeName */
	const char *fs_type;                      /**< fsType */
	int32_t read_only;                        /**< readOnly */
} korch_scale_io_volume_source;
/** The table of a korch_scale_io_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_scale_io_volume_source_type;

/** StorageOSVolumeSource. */
typedef struct korch_storage_os_volume_source {
	KORCH_STRUCT_HEAD
	const char *volume_name;                  /**< volumeName */
	const char *volume_namespace;             /**< volumeNamespace */
	const char *fs_type;                      /**< fsType */
	int32_t read_only;                        /**< readOnly */
	korch_local_object_reference *secret_ref; /**< secretRef */
} korch_storage_os_volume_source;
/** The table of a korch_storage_os_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_storage_os_volume_source_type;

/** VsphereVirtualDiskVolumeSource. */
typedef struct korch_vsphere_virtual_disk_volume_source {
	KORCH_STRUCT_HEAD
	const char *volume_path;         /**< volumePath */
	const char *fs_type;             /**< fsType */
	const char *storage_policy_name; /**< storagePolicyName */
	const char *storage_policy_id;   /**< storagePolicyID */
} korch_vsphere_virtual_disk_volume_source;
/** The table of a korch_vsphere_virtual_disk_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_vsphere_virtual_disk_volume_source_type;

KORCH_END_DECLS

#endif
