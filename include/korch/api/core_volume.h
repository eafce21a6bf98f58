/*
 * Volumes of a pod: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/core_volume.c.
 */
#ifndef KORCH_API_CORE_VOLUME_H
#define KORCH_API_CORE_VOLUME_H

#include <korch/api/core_volume_remote.h>
#include <korch/api/meta.h>

KORCH_BEGIN_DECLS

/** @file core_volume.h Volumes of a pod. */

/** HostPathVolumeSource. */
typedef struct korch_host_path_volume_source {
	KORCH_STRUCT_HEAD
	const char *path; /**< path */
	const char *type; /**< type */
} korch_host_path_volume_source;
/** The table of a korch_host_path_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_host_path_volume_source_type;

/** EmptyDirVolumeSource. */
typedef struct korch_empty_dir_volume_source {
	KORCH_STRUCT_HEAD
	const char *medium;     /**< medium */
	const char *size_limit; /**< sizeLimit */
	int32_t mode;           /**< mode */
} korch_empty_dir_volume_source;
/** The table of a korch_empty_dir_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_empty_dir_volume_source_type;

/** SecretVolumeSource. */
typedef struct korch_secret_volume_source {
	KORCH_STRUCT_HEAD
	const char *secret_name;  /**< secretName */
	korch_key_to_path *items; /**< items */
	size_t n_items;           /**< number of items */
	int32_t default_mode;     /**< defaultMode */
	int32_t optional;         /**< optional */
	int64_t default_user;     /**< defaultUser */
} korch_secret_volume_source;
/** The table of a korch_secret_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_secret_volume_source_type;

/** ConfigMapVolumeSource. */
typedef struct korch_config_map_volume_source {
	KORCH_STRUCT_HEAD
	const char *name;         /**< name */
	korch_key_to_path *items; /**< items */
	size_t n_items;           /**< number of items */
	int32_t default_mode;     /**< defaultMode */
	int32_t optional;         /**< optional */
	int64_t default_user;     /**< defaultUser */
} korch_config_map_volume_source;
/** The table of a korch_config_map_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_config_map_volume_source_type;

/** DownwardAPIVolumeFile. */
typedef struct korch_downward_api_volume_file {
	KORCH_STRUCT_HEAD
	const char *path;                              /**< path */
	korch_object_field_selector *field_ref;        /**< fieldRef */
	korch_resource_field_selector *resource_field_ref; /**< resourceFieldRef */
	int32_t mode;                                  /**< mode */
	int64_t user;                                  /**< user */
} korch_downward_api_volume_file;
/** The table of a korch_downward_api_volume_file. @since 0.1 */
extern KORCH_API const korch_type korch_downward_api_volume_file_type;

/** DownwardAPIVolumeSource. */
typedef struct korch_downward_api_volume_source {
	KORCH_STRUCT_HEAD
	korch_downward_api_volume_file *items; /**< items */
	size_t n_items;                        /**< number of items */
	int32_t default_mode;                  /**< defaultMode */
	int64_t default_user;                  /**< defaultUser */
} korch_downward_api_volume_source;
/** The table of a korch_downward_api_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_downward_api_volume_source_type;

/** PersistentVolumeClaimVolumeSource. */
typedef struct korch_persistent_volume_claim_volume_source {
	KORCH_STRUCT_HEAD
	const char *claim_name; /**< claimName */
	int32_t read_only;      /**< readOnly */
} korch_persistent_volume_claim_volume_source;
/** The table of a korch_persistent_volume_claim_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_persistent_volume_claim_volume_source_type;

/** ImageVolumeSource. */
typedef struct korch_image_volume_source {
	KORCH_STRUCT_HEAD
	const char *reference;   /**< reference */
	const char *pull_policy; /**< pullPolicy */
} korch_image_volume_source;
/** The table of a korch_image_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_image_volume_source_type;

/** SecretProjection. */
typedef struct korch_secret_projection {
	KORCH_STRUCT_HEAD
	const char *name;         /**< name */
	korch_key_to_path *items; /**< items */
	size_t n_items;           /**< number of items */
	int32_t optional;         /**< optional */
} korch_secret_projection;
/** The table of a korch_secret_projection. @since 0.1 */
extern KORCH_API const korch_type korch_secret_projection_type;

/** ConfigMapProjection. */
typedef struct korch_config_map_projection {
	KORCH_STRUCT_HEAD
	const char *name;         /**< name */
	korch_key_to_path *items; /**< items */
	size_t n_items;           /**< number of items */
	int32_t optional;         /**< optional */
} korch_config_map_projection;
/** The table of a korch_config_map_projection. @since 0.1 */
extern KORCH_API const korch_type korch_config_map_projection_type;

/** DownwardAPIProjection. */
typedef struct korch_downward_api_projection {
	KORCH_STRUCT_HEAD
	korch_downward_api_volume_file *items; /**< items */
	size_t n_items;                        /**< number of items */
} korch_downward_api_projection;
/** The table of a korch_downward_api_projection. @since 0.1 */
extern KORCH_API const korch_type korch_downward_api_projection_type;

/** ServiceAccountTokenProjection. */
typedef struct korch_service_account_token_projection {
	KORCH_STRUCT_HEAD
	const char *audience;       /**< audience */
	int64_t expiration_seconds; /**< expirationSeconds */
	const char *path;           /**< path */
	int64_t user;               /**< user */
} korch_service_account_token_projection;
/** The table of a korch_service_account_token_projection. @since 0.1 */
extern KORCH_API const korch_type korch_service_account_token_projection_type;

/** ClusterTrustBundleProjection. */
typedef struct korch_cluster_trust_bundle_projection {
	KORCH_STRUCT_HEAD
	const char *name;                     /**< name */
	const char *signer_name;              /**< signerName */
	korch_label_selector *label_selector; /**< labelSelector */
	int32_t optional;                     /**< optional */
	const char *path;                     /**< path */
	int64_t user;                         /**< user */
} korch_cluster_trust_bundle_projection;
/** The table of a korch_cluster_trust_bundle_projection. @since 0.1 */
extern KORCH_API const korch_type korch_cluster_trust_bundle_projection_type;

/** PodCertificateProjection. */
typedef struct korch_pod_certificate_projection {
	KORCH_STRUCT_HEAD
	const char *signer_name;            /**< signerName */
	const char *key_type;               /**< keyType */
	int32_t max_expiration_seconds;     /**< maxExpirationSeconds */
	const char *credential_bundle_path; /**< credentialBundlePath */
	const char *key_path;               /**< keyPath */
	const char *certificate_chain_path; /**< certificateChainPath */
	korch_map *user_annotations;        /**< userAnnotations */
	int64_t user;                       /**< user */
} korch_pod_certificate_projection;
/** The table of a korch_pod_certificate_projection. @since 0.1 */
extern KORCH_API const korch_type korch_pod_certificate_projection_type;

/** VolumeProjection. */
typedef struct korch_volume_projection {
	KORCH_STRUCT_HEAD
	korch_secret_projection *secret;               /**< secret */
	korch_downward_api_projection *downward_api;   /**< downwardAPI */
	korch_config_map_projection *config_map;       /**< configMap */
	korch_service_account_token_projection *service_account_token; /**< serviceAccountToken */
	korch_cluster_trust_bundle_projection *cluster_trust_bundle; /**< clusterTrustBundle */
	korch_pod_certificate_projection *pod_certificate; /**< podCertificate */
} korch_volume_projection;
/** The table of a korch_volume_projection. @since 0.1 */
extern KORCH_API const korch_type korch_volume_projection_type;

/** ProjectedVolumeSource. */
typedef struct korch_projected_volume_source {
	KORCH_STRUCT_HEAD
	korch_volume_projection *sources; /**< sources */
	size_t n_sources;                 /**< number of sources */
	int32_t default_mode;             /**< defaultMode */
	int64_t default_user;             /**< defaultUser */
} korch_projected_volume_source;
/** The table of a korch_projected_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_projected_volume_source_type;

/** VolumeResourceRequirements. */
typedef struct korch_volume_resource_requirements {
	KORCH_STRUCT_HEAD
	korch_map *limits;   /**< limits */
	korch_map *requests; /**< requests */
} korch_volume_resource_requirements;
/** The table of a korch_volume_resource_requirements. @since 0.1 */
extern KORCH_API const korch_type korch_volume_resource_requirements_type;

/** PersistentVolumeClaimSpec. */
typedef struct korch_persistent_volume_claim_spec {
	KORCH_STRUCT_HEAD
	const char **access_modes;                     /**< accessModes */
	size_t n_access_modes;                         /**< number of access_modes */
	korch_label_selector *selector;                /**< selector */
	korch_volume_resource_requirements *resources; /**< resources */
	const char *volume_name;                       /**< volumeName */
	const char *storage_class_name;                /**< storageClassName */
	const char *volume_mode;                       /**< volumeMode */
	korch_typed_local_object_reference *data_source; /**< dataSource */
	korch_typed_object_reference *data_source_ref; /**< dataSourceRef */
	const char *volume_attributes_class_name;      /**< volumeAttributesClassName */
} korch_persistent_volume_claim_spec;
/** The table of a korch_persistent_volume_claim_spec. @since 0.1 */
extern KORCH_API const korch_type korch_persistent_volume_claim_spec_type;

/** PersistentVolumeClaimTemplate. */
typedef struct korch_persistent_volume_claim_template {
	KORCH_STRUCT_HEAD
	korch_object_meta *metadata;              /**< metadata */
	korch_persistent_volume_claim_spec *spec; /**< spec */
} korch_persistent_volume_claim_template;
/** The table of a korch_persistent_volume_claim_template. @since 0.1 */
extern KORCH_API const korch_type korch_persistent_volume_claim_template_type;

/** EphemeralVolumeSource. */
typedef struct korch_ephemeral_volume_source {
	KORCH_STRUCT_HEAD
	korch_persistent_volume_claim_template *volume_claim_template; /**< volumeClaimTemplate */
} korch_ephemeral_volume_source;
/** The table of a korch_ephemeral_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_ephemeral_volume_source_type;

/** Volume. */
typedef struct korch_volume {
	KORCH_STRUCT_HEAD
	const char *name;                              /**< name */
	korch_host_path_volume_source *host_path;      /**< hostPath */
	korch_empty_dir_volume_source *empty_dir;      /**< emptyDir */
	korch_gce_persistent_disk_volume_source *gce_persistent_disk; /**< gcePersistentDisk */
	korch_aws_elastic_block_store_volume_source *aws_elastic_block_store; /**< awsElasticBlockStore */
	korch_git_repo_volume_source *git_repo;        /**< gitRepo */
	korch_secret_volume_source *secret;            /**< secret */
	korch_nfs_volume_source *nfs;                  /**< nfs */
	korch_iscsi_volume_source *iscsi;              /**< iscsi */
	korch_glusterfs_volume_source *glusterfs;      /**< glusterfs */
	korch_persistent_volume_claim_volume_source *persistent_volume_claim; /**< persistentVolumeClaim */
	korch_rbd_volume_source *rbd;                  /**< rbd */
	korch_flex_volume_source *flex_volume;         /**< flexVolume */
	korch_cinder_volume_source *cinder;            /**< cinder */
	korch_ceph_fs_volume_source *cephfs;           /**< cephfs */
	korch_flocker_volume_source *flocker;          /**< flocker */
	korch_downward_api_volume_source *downward_api; /**< downwardAPI */
	korch_fc_volume_source *fc;                    /**< fc */
	korch_azure_file_volume_source *azure_file;    /**< azureFile */
	korch_config_map_volume_source *config_map;    /**< configMap */
	korch_vsphere_virtual_disk_volume_source *vsphere_volume; /**< vsphereVolume */
	korch_quobyte_volume_source *quobyte;          /**< quobyte */
	korch_azure_disk_volume_source *azure_disk;    /**< azureDisk */
	korch_photon_persistent_disk_volume_source *photon_persistent_disk; /**< photonPersistentDisk */
	korch_projected_volume_source *projected;      /**< projected */
	korch_portworx_volume_source *portworx_volume; /**< portworxVolume */
	korch_scale_io_volume_source *scale_io;        /**< scaleIO */
	korch_storage_os_volume_source *storageos;     /**< storageos */
	korch_csi_volume_source *csi;                  /**< csi */
	korch_ephemeral_volume_source *ephemeral;      /**< ephemeral */
	korch_image_volume_source *image;              /**< image */
} korch_volume;
/** The table of a korch_volume. @since 0.1 */
extern KORCH_API const korch_type korch_volume_type;

KORCH_END_DECLS

#endif
