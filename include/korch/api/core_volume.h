/*
 * Volumes of a pod: the C structs. Their tables (names, rules, defaults) stand in
 * lib/object/kinds/core_volume.c.
 */
#ifndef KORCH_API_CORE_VOLUME_H
#define KORCH_API_CORE_VOLUME_H

#include <korch/api/core_volume_remote.h>
#include <korch/api/meta.h>

KORCH_BEGIN_DECLS

/** @file core_volume.h Volumes of a pod. */

/** A file or directory of the node. */
typedef struct korch_host_path_volume_source {
	KORCH_STRUCT_HEAD
	const char *path; /**< Path on the node */
	const char *type; /**< What must be there, or is made when missing */
} korch_host_path_volume_source;
/** The table of a korch_host_path_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_host_path_volume_source_type;

/** A directory that lives with the pod, empty at first. */
typedef struct korch_empty_dir_volume_source {
	KORCH_STRUCT_HEAD
	const char *medium;     /**< Empty for disk, Memory for a tmpfs, HugePages for huge pages */
	const char *size_limit; /**< Most that it may hold */
	int32_t mode;           /**< Permission bits of the directory */
} korch_empty_dir_volume_source;
/** The table of a korch_empty_dir_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_empty_dir_volume_source_type;

/** The keys of a Secret as files. */
typedef struct korch_secret_volume_source {
	KORCH_STRUCT_HEAD
	const char *secret_name;  /**< Name of the Secret */
	korch_key_to_path *items; /**< Which keys become which files; all keys when absent */
	size_t n_items;           /**< number of items */
	int32_t default_mode;     /**< Permission bits of the files */
	int32_t optional;         /**< Whether the Secret or its keys may be missing */
	int64_t default_user;     /**< User that owns the files */
} korch_secret_volume_source;
/** The table of a korch_secret_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_secret_volume_source_type;

/** The keys of a ConfigMap as files. */
typedef struct korch_config_map_volume_source {
	KORCH_STRUCT_HEAD
	const char *name;         /**< Name of the ConfigMap */
	korch_key_to_path *items; /**< Which keys become which files; all keys when absent */
	size_t n_items;           /**< number of items */
	int32_t default_mode;     /**< Permission bits of the files */
	int32_t optional;         /**< Whether the ConfigMap or its keys may be missing */
	int64_t default_user;     /**< User that owns the files */
} korch_config_map_volume_source;
/** The table of a korch_config_map_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_config_map_volume_source_type;

/** A file that tells a pod about itself. */
typedef struct korch_downward_api_volume_file {
	KORCH_STRUCT_HEAD
	const char *path;                       /**< File within the volume, relative */
	korch_object_field_selector *field_ref; /**< The pod's field to write */
	/** The container's request or limit to write */
	korch_resource_field_selector *resource_field_ref;
	/** Permission bits of the file instead of the volume's */
	int32_t mode;
	int64_t user; /**< User that owns the file */
} korch_downward_api_volume_file;
/** The table of a korch_downward_api_volume_file. @since 0.1 */
extern KORCH_API const korch_type korch_downward_api_volume_file_type;

/** Files that tell a pod about itself. */
typedef struct korch_downward_api_volume_source {
	KORCH_STRUCT_HEAD
	korch_downward_api_volume_file *items; /**< The files */
	size_t n_items;                        /**< number of items */
	int32_t default_mode;                  /**< Permission bits of the files */
	int64_t default_user;                  /**< User that owns the files */
} korch_downward_api_volume_source;
/** The table of a korch_downward_api_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_downward_api_volume_source_type;

/** A claim in the same namespace. */
typedef struct korch_persistent_volume_claim_volume_source {
	KORCH_STRUCT_HEAD
	const char *claim_name; /**< Name of the claim */
	int32_t read_only;      /**< Whether it is mounted read-only */
} korch_persistent_volume_claim_volume_source;
/** The table of a korch_persistent_volume_claim_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_persistent_volume_claim_volume_source_type;

/** The files of an image. */
typedef struct korch_image_volume_source {
	KORCH_STRUCT_HEAD
	const char *reference;   /**< Image to mount */
	const char *pull_policy; /**< When to fetch the image */
} korch_image_volume_source;
/** The table of a korch_image_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_image_volume_source_type;

/** Keys of a Secret in a projected volume. */
typedef struct korch_secret_projection {
	KORCH_STRUCT_HEAD
	const char *name;         /**< Name of the Secret */
	korch_key_to_path *items; /**< Which keys become which files; all keys when absent */
	size_t n_items;           /**< number of items */
	int32_t optional;         /**< Whether the Secret or its keys may be missing */
} korch_secret_projection;
/** The table of a korch_secret_projection. @since 0.1 */
extern KORCH_API const korch_type korch_secret_projection_type;

/** Keys of a ConfigMap in a projected volume. */
typedef struct korch_config_map_projection {
	KORCH_STRUCT_HEAD
	const char *name;         /**< Name of the ConfigMap */
	korch_key_to_path *items; /**< Which keys become which files; all keys when absent */
	size_t n_items;           /**< number of items */
	int32_t optional;         /**< Whether the ConfigMap or its keys may be missing */
} korch_config_map_projection;
/** The table of a korch_config_map_projection. @since 0.1 */
extern KORCH_API const korch_type korch_config_map_projection_type;

/** Facts about the pod in a projected volume. */
typedef struct korch_downward_api_projection {
	KORCH_STRUCT_HEAD
	korch_downward_api_volume_file *items; /**< The files */
	size_t n_items;                        /**< number of items */
} korch_downward_api_projection;
/** The table of a korch_downward_api_projection. @since 0.1 */
extern KORCH_API const korch_type korch_downward_api_projection_type;

/** A token of the service account in a projected volume. */
typedef struct korch_service_account_token_projection {
	KORCH_STRUCT_HEAD
	const char *audience;       /**< Who the token is for */
	int64_t expiration_seconds; /**< How long the token is valid; renewed before */
	const char *path;           /**< File within the volume, relative */
	int64_t user;               /**< User that owns the file */
} korch_service_account_token_projection;
/** The table of a korch_service_account_token_projection. @since 0.1 */
extern KORCH_API const korch_type korch_service_account_token_projection_type;

/** Trust anchors in a projected volume. */
typedef struct korch_cluster_trust_bundle_projection {
	KORCH_STRUCT_HEAD
	const char *name;                     /**< Name of one bundle */
	const char *signer_name;              /**< Signer whose bundles are joined */
	korch_label_selector *label_selector; /**< Which of the signer's bundles */
	int32_t optional;                     /**< Whether the bundles may be missing */
	const char *path;                     /**< File within the volume, relative */
	int64_t user;                         /**< User that owns the file */
} korch_cluster_trust_bundle_projection;
/** The table of a korch_cluster_trust_bundle_projection. @since 0.1 */
extern KORCH_API const korch_type korch_cluster_trust_bundle_projection_type;

/** A key and certificate of the pod in a projected volume. */
typedef struct korch_pod_certificate_projection {
	KORCH_STRUCT_HEAD
	const char *signer_name;            /**< Who signs the certificate */
	const char *key_type;               /**< Kind of key to make */
	int32_t max_expiration_seconds;     /**< Longest that the certificate may be valid */
	const char *credential_bundle_path; /**< File for key and chain together */
	const char *key_path;               /**< File for the key */
	const char *certificate_chain_path; /**< File for the chain */
	korch_map *user_annotations;        /**< Further facts for the signer */
	int64_t user;                       /**< User that owns the files */
} korch_pod_certificate_projection;
/** The table of a korch_pod_certificate_projection. @since 0.1 */
extern KORCH_API const korch_type korch_pod_certificate_projection_type;

/** One source of a projected volume; exactly one is set. */
typedef struct korch_volume_projection {
	KORCH_STRUCT_HEAD
	korch_secret_projection *secret;             /**< Keys of a Secret */
	korch_downward_api_projection *downward_api; /**< Facts about the pod */
	korch_config_map_projection *config_map;     /**< Keys of a ConfigMap */
	/** A token of the service account */
	korch_service_account_token_projection *service_account_token;
	korch_cluster_trust_bundle_projection *cluster_trust_bundle; /**< Trust anchors */
	/** A key and certificate of the pod */
	korch_pod_certificate_projection *pod_certificate;
} korch_volume_projection;
/** The table of a korch_volume_projection. @since 0.1 */
extern KORCH_API const korch_type korch_volume_projection_type;

/** Several sources in one directory. */
typedef struct korch_projected_volume_source {
	KORCH_STRUCT_HEAD
	korch_volume_projection *sources; /**< What is put into it */
	size_t n_sources;                 /**< number of sources */
	int32_t default_mode;             /**< Permission bits of the files */
	int64_t default_user;             /**< User that owns the files */
} korch_projected_volume_source;
/** The table of a korch_projected_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_projected_volume_source_type;

/** How large a claimed volume must and may be. */
typedef struct korch_volume_resource_requirements {
	KORCH_STRUCT_HEAD
	korch_map *limits;   /**< Most, by resource */
	korch_map *requests; /**< Least, by resource */
} korch_volume_resource_requirements;
/** The table of a korch_volume_resource_requirements. @since 0.1 */
extern KORCH_API const korch_type korch_volume_resource_requirements_type;

/** What volume is asked for. */
typedef struct korch_persistent_volume_claim_spec {
	KORCH_STRUCT_HEAD
	const char **access_modes;                     /**< How it can be mounted */
	size_t n_access_modes;                         /**< number of access_modes */
	korch_label_selector *selector;                /**< Which volumes are considered */
	korch_volume_resource_requirements *resources; /**< How large it must be */
	const char *volume_name;                       /**< Volume that is bound to the claim */
	const char *storage_class_name;                /**< Storage class to ask */
	const char *volume_mode;                       /**< A file system or a raw block device */
	/** What it is filled from, in the same namespace */
	korch_typed_local_object_reference *data_source;
	korch_typed_object_reference *data_source_ref; /**< What it is filled from */
	/** Class of attributes that can change later */
	const char *volume_attributes_class_name;
} korch_persistent_volume_claim_spec;
/** The table of a korch_persistent_volume_claim_spec. @since 0.1 */
extern KORCH_API const korch_type korch_persistent_volume_claim_spec_type;

/** A claim to be made for the pod. */
typedef struct korch_persistent_volume_claim_template {
	KORCH_STRUCT_HEAD
	korch_object_meta *metadata;              /**< Labels and annotations of the claim */
	korch_persistent_volume_claim_spec *spec; /**< What volume is asked for */
} korch_persistent_volume_claim_template;
/** The table of a korch_persistent_volume_claim_template. @since 0.1 */
extern KORCH_API const korch_type korch_persistent_volume_claim_template_type;

/** A volume that is claimed for the pod and goes with it. */
typedef struct korch_ephemeral_volume_source {
	KORCH_STRUCT_HEAD
	korch_persistent_volume_claim_template *volume_claim_template; /**< The claim to be made */
} korch_ephemeral_volume_source;
/** The table of a korch_ephemeral_volume_source. @since 0.1 */
extern KORCH_API const korch_type korch_ephemeral_volume_source_type;

/** A volume of the pod; exactly one source is set. */
typedef struct korch_volume {
	KORCH_STRUCT_HEAD
	/** Name, unique within the pod */
	const char *name;
	/** A file or directory of the node */
	korch_host_path_volume_source *host_path;
	/** A directory that lives with the pod */
	korch_empty_dir_volume_source *empty_dir;
	/** A disk of Google Compute Engine */
	korch_gce_persistent_disk_volume_source *gce_persistent_disk;
	korch_aws_elastic_block_store_volume_source *aws_elastic_block_store; /**< A disk of Amazon */
	/** A clone of a Git repository */
	korch_git_repo_volume_source *git_repo;
	/** The keys of a Secret as files */
	korch_secret_volume_source *secret;
	/** A directory of an NFS server */
	korch_nfs_volume_source *nfs;
	korch_iscsi_volume_source *iscsi;         /**< An iSCSI disk */
	korch_glusterfs_volume_source *glusterfs; /**< A GlusterFS volume */
	/** A claim in the same namespace */
	korch_persistent_volume_claim_volume_source *persistent_volume_claim;
	/** A block device of Ceph */
	korch_rbd_volume_source *rbd;
	/** A volume of a Flex driver */
	korch_flex_volume_source *flex_volume;
	/** A disk of OpenStack */
	korch_cinder_volume_source *cinder;
	korch_ceph_fs_volume_source *cephfs;  /**< A Ceph file system */
	korch_flocker_volume_source *flocker; /**< A Flocker dataset */
	/** Files that tell the pod about itself */
	korch_downward_api_volume_source *downward_api;
	/** A Fibre Channel disk */
	korch_fc_volume_source *fc;
	/** A file share of Azure */
	korch_azure_file_volume_source *azure_file;
	/** The keys of a ConfigMap as files */
	korch_config_map_volume_source *config_map;
	korch_vsphere_virtual_disk_volume_source *vsphere_volume;           /**< A vSphere disk */
	korch_quobyte_volume_source *quobyte;                               /**< A Quobyte volume */
	korch_azure_disk_volume_source *azure_disk;                         /**< A disk of Azure */
	korch_photon_persistent_disk_volume_source *photon_persistent_disk; /**< A disk of Photon */
	/** Several sources in one directory */
	korch_projected_volume_source *projected;
	korch_portworx_volume_source *portworx_volume; /**< A Portworx volume */
	korch_scale_io_volume_source *scale_io;        /**< A ScaleIO volume */
	korch_storage_os_volume_source *storageos;     /**< A StorageOS volume */
	/** A volume of a CSI driver */
	korch_csi_volume_source *csi;
	/** A volume that is claimed for the pod */
	korch_ephemeral_volume_source *ephemeral;
	/** The files of an image */
	korch_image_volume_source *image;
} korch_volume;
/** The table of a korch_volume. @since 0.1 */
extern KORCH_API const korch_type korch_volume_type;

KORCH_END_DECLS

#endif
