/*
 * Volumes of a pod: the tables of the structs in <korch/api/core_volume.h>.
 * One line per field; rules over several fields stand in validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/core_volume.h>

#define S korch_host_path_volume_source
static const korch_field host_path_volume_source_fields[] = {
    STRING(path, "path", 1, REQUIRED | EMIT, "Path on the node"),
    STRING(type, "type", 2, POINTER, "What must be there, or is made when missing",
           .allowed = ALLOWED("", "DirectoryOrCreate", "Directory", "FileOrCreate", "File",
                              "Socket", "CharDevice", "BlockDevice"),
           .default_json = "\"\""),
};
const korch_type korch_host_path_volume_source_type =
    TYPE("HostPathVolumeSource", host_path_volume_source_fields, "A file or directory of the node",
         .validate = korch__host_path_volume_source_validate);
#undef S

#define S korch_empty_dir_volume_source
static const korch_field empty_dir_volume_source_fields[] = {
    STRING(medium, "medium", 1, 0, "Empty for disk, Memory for a tmpfs, HugePages for huge pages"),
    QUANTITY(size_limit, "sizeLimit", 2, 0, "Most that it may hold"),
    INT32(mode, "mode", 3, POINTER, "Permission bits of the directory"),
};
const korch_type korch_empty_dir_volume_source_type =
    TYPE("EmptyDirVolumeSource", empty_dir_volume_source_fields,
         "A directory that lives with the pod, empty at first",
         .validate = korch__empty_dir_volume_source_validate);
#undef S

#define S korch_secret_volume_source
static const korch_field secret_volume_source_fields[] = {
    STRING(secret_name, "secretName", 1, REQUIRED, "Name of the Secret"),
    LIST_STRUCT(items, korch_key_to_path, "items", 2, ATOMIC,
                "Which keys become which files; all keys when absent"),
    INT32(default_mode, "defaultMode", 3, POINTER, "Permission bits of the files",
          .default_json = "420"),
    BOOL(optional, "optional", 4, POINTER, "Whether the Secret or its keys may be missing"),
    INT64(default_user, "defaultUser", 5, POINTER, "User that owns the files"),
};
const korch_type korch_secret_volume_source_type =
    TYPE("SecretVolumeSource", secret_volume_source_fields, "The keys of a Secret as files",
         .validate = korch__secret_volume_source_validate);
#undef S

#define S korch_config_map_volume_source
static const korch_field config_map_volume_source_fields[] = {
    STRING(name, "name", IN(1, 1), REQUIRED, "Name of the ConfigMap"),
    LIST_STRUCT(items, korch_key_to_path, "items", 2, ATOMIC,
                "Which keys become which files; all keys when absent"),
    INT32(default_mode, "defaultMode", 3, POINTER, "Permission bits of the files",
          .default_json = "420"),
    BOOL(optional, "optional", 4, POINTER, "Whether the ConfigMap or its keys may be missing"),
    INT64(default_user, "defaultUser", 5, POINTER, "User that owns the files"),
};
const korch_type korch_config_map_volume_source_type =
    TYPE("ConfigMapVolumeSource", config_map_volume_source_fields,
         "The keys of a ConfigMap as files", .validate = korch__config_map_volume_source_validate);
#undef S

#define S korch_downward_api_volume_file
static const korch_field downward_api_volume_file_fields[] = {
    STRING(path, "path", 1, REQUIRED | EMIT, "File within the volume, relative"),
    STRUCT(field_ref, korch_object_field_selector, "fieldRef", 2, ATOMIC,
           "The pod's field to write"),
    STRUCT(resource_field_ref, korch_resource_field_selector, "resourceFieldRef", 3, ATOMIC,
           "The container's request or limit to write"),
    INT32(mode, "mode", 4, POINTER, "Permission bits of the file instead of the volume's"),
    INT64(user, "user", 5, POINTER, "User that owns the file"),
};
const korch_type korch_downward_api_volume_file_type = TYPE(
    "DownwardAPIVolumeFile", downward_api_volume_file_fields,
    "A file that tells a pod about itself", .validate = korch__downward_api_volume_file_validate);
#undef S

#define S korch_downward_api_volume_source
static const korch_field downward_api_volume_source_fields[] = {
    LIST_STRUCT(items, korch_downward_api_volume_file, "items", 1, ATOMIC, "The files"),
    INT32(default_mode, "defaultMode", 2, POINTER, "Permission bits of the files",
          .default_json = "420"),
    INT64(default_user, "defaultUser", 3, POINTER, "User that owns the files"),
};
const korch_type korch_downward_api_volume_source_type = TYPE(
    "DownwardAPIVolumeSource", downward_api_volume_source_fields,
    "Files that tell a pod about itself", .validate = korch__downward_api_volume_source_validate);
#undef S

#define S korch_persistent_volume_claim_volume_source
static const korch_field persistent_volume_claim_volume_source_fields[] = {
    STRING(claim_name, "claimName", 1, REQUIRED | EMIT, "Name of the claim"),
    BOOL(read_only, "readOnly", 2, 0, "Whether it is mounted read-only"),
};
const korch_type korch_persistent_volume_claim_volume_source_type =
    TYPE("PersistentVolumeClaimVolumeSource", persistent_volume_claim_volume_source_fields,
         "A claim in the same namespace");
#undef S

#define S korch_image_volume_source
static const korch_field image_volume_source_fields[] = {
    STRING(reference, "reference", 1, 0, "Image to mount"),
    STRING(pull_policy, "pullPolicy", 2, 0, "When to fetch the image",
           .allowed = ALLOWED("Always", "IfNotPresent", "Never")),
};
const korch_type korch_image_volume_source_type =
    TYPE("ImageVolumeSource", image_volume_source_fields, "The files of an image");
#undef S

#define S korch_secret_projection
static const korch_field secret_projection_fields[] = {
    STRING(name, "name", IN(1, 1), REQUIRED, "Name of the Secret"),
    LIST_STRUCT(items, korch_key_to_path, "items", 2, ATOMIC,
                "Which keys become which files; all keys when absent"),
    BOOL(optional, "optional", 4, POINTER, "Whether the Secret or its keys may be missing"),
};
const korch_type korch_secret_projection_type =
    TYPE("SecretProjection", secret_projection_fields, "Keys of a Secret in a projected volume");
#undef S

#define S korch_config_map_projection
static const korch_field config_map_projection_fields[] = {
    STRING(name, "name", IN(1, 1), REQUIRED, "Name of the ConfigMap"),
    LIST_STRUCT(items, korch_key_to_path, "items", 2, ATOMIC,
                "Which keys become which files; all keys when absent"),
    BOOL(optional, "optional", 4, POINTER, "Whether the ConfigMap or its keys may be missing"),
};
const korch_type korch_config_map_projection_type =
    TYPE("ConfigMapProjection", config_map_projection_fields,
         "Keys of a ConfigMap in a projected volume");
#undef S

#define S korch_downward_api_projection
static const korch_field downward_api_projection_fields[] = {
    LIST_STRUCT(items, korch_downward_api_volume_file, "items", 1, ATOMIC, "The files"),
};
const korch_type korch_downward_api_projection_type =
    TYPE("DownwardAPIProjection", downward_api_projection_fields,
         "Facts about the pod in a projected volume");
#undef S

#define S korch_service_account_token_projection
static const korch_field service_account_token_projection_fields[] = {
    STRING(audience, "audience", 1, 0, "Who the token is for"),
    INT64(expiration_seconds, "expirationSeconds", 2, POINTER,
          "How long the token is valid; renewed before", .default_json = "3600"),
    STRING(path, "path", 3, REQUIRED | EMIT, "File within the volume, relative"),
    INT64(user, "user", 4, POINTER, "User that owns the file"),
};
const korch_type korch_service_account_token_projection_type =
    TYPE("ServiceAccountTokenProjection", service_account_token_projection_fields,
         "A token of the service account in a projected volume",
         .validate = korch__service_account_token_projection_validate);
#undef S

#define S korch_cluster_trust_bundle_projection
static const korch_field cluster_trust_bundle_projection_fields[] = {
    STRING(name, "name", 1, POINTER, "Name of one bundle"),
    STRING(signer_name, "signerName", 2, POINTER, "Signer whose bundles are joined"),
    STRUCT(label_selector, korch_label_selector, "labelSelector", 3, ATOMIC,
           "Which of the signer's bundles"),
    BOOL(optional, "optional", 5, POINTER, "Whether the bundles may be missing"),
    STRING(path, "path", 4, REQUIRED | EMIT, "File within the volume, relative"),
    INT64(user, "user", 6, POINTER, "User that owns the file"),
};
const korch_type korch_cluster_trust_bundle_projection_type =
    TYPE("ClusterTrustBundleProjection", cluster_trust_bundle_projection_fields,
         "Trust anchors in a projected volume");
#undef S

#define S korch_pod_certificate_projection
static const korch_field pod_certificate_projection_fields[] = {
    STRING(signer_name, "signerName", 1, REQUIRED | EMIT, "Who signs the certificate"),
    STRING(key_type, "keyType", 2, REQUIRED | EMIT, "Kind of key to make"),
    INT32(max_expiration_seconds, "maxExpirationSeconds", 3, POINTER,
          "Longest that the certificate may be valid"),
    STRING(credential_bundle_path, "credentialBundlePath", 4, 0, "File for key and chain together"),
    STRING(key_path, "keyPath", 5, 0, "File for the key"),
    STRING(certificate_chain_path, "certificateChainPath", 6, 0, "File for the chain"),
    MAP_STRING(user_annotations, "userAnnotations", 7, 0, "Further facts for the signer"),
    INT64(user, "user", 8, POINTER, "User that owns the files"),
};
const korch_type korch_pod_certificate_projection_type =
    TYPE("PodCertificateProjection", pod_certificate_projection_fields,
         "A key and certificate of the pod in a projected volume");
#undef S

#define S korch_volume_projection
static const korch_field volume_projection_fields[] = {
    STRUCT(secret, korch_secret_projection, "secret", 1, 0, "Keys of a Secret"),
    STRUCT(downward_api, korch_downward_api_projection, "downwardAPI", 2, 0, "Facts about the pod"),
    STRUCT(config_map, korch_config_map_projection, "configMap", 3, 0, "Keys of a ConfigMap"),
    STRUCT(service_account_token, korch_service_account_token_projection, "serviceAccountToken", 4,
           0, "A token of the service account"),
    STRUCT(cluster_trust_bundle, korch_cluster_trust_bundle_projection, "clusterTrustBundle", 5, 0,
           "Trust anchors"),
    STRUCT(pod_certificate, korch_pod_certificate_projection, "podCertificate", 6, 0,
           "A key and certificate of the pod"),
};
const korch_type korch_volume_projection_type =
    TYPE("VolumeProjection", volume_projection_fields,
         "One source of a projected volume; exactly one is set",
         .validate = korch__volume_projection_validate);
#undef S

#define S korch_projected_volume_source
static const korch_field projected_volume_source_fields[] = {
    LIST_STRUCT(sources, korch_volume_projection, "sources", 1, ATOMIC, "What is put into it"),
    INT32(default_mode, "defaultMode", 2, POINTER, "Permission bits of the files",
          .default_json = "420"),
    INT64(default_user, "defaultUser", 3, POINTER, "User that owns the files"),
};
const korch_type korch_projected_volume_source_type =
    TYPE("ProjectedVolumeSource", projected_volume_source_fields,
         "Several sources in one directory", .validate = korch__projected_volume_source_validate);
#undef S

#define S korch_volume_resource_requirements
static const korch_field volume_resource_requirements_fields[] = {
    MAP_QUANTITY(limits, "limits", 1, 0, "Most, by resource"),
    MAP_QUANTITY(requests, "requests", 2, 0, "Least, by resource"),
};
const korch_type korch_volume_resource_requirements_type =
    TYPE("VolumeResourceRequirements", volume_resource_requirements_fields,
         "How large a claimed volume must and may be");
#undef S

#define S korch_persistent_volume_claim_spec
static const korch_field persistent_volume_claim_spec_fields[] = {
    LIST_STRING(access_modes, "accessModes", 1, ATOMIC, "How it can be mounted"),
    STRUCT(selector, korch_label_selector, "selector", 4, ATOMIC, "Which volumes are considered"),
    STRUCT(resources, korch_volume_resource_requirements, "resources", 2, 0,
           "How large it must be"),
    STRING(volume_name, "volumeName", 3, 0, "Volume that is bound to the claim"),
    STRING(storage_class_name, "storageClassName", 5, POINTER, "Storage class to ask"),
    STRING(volume_mode, "volumeMode", 6, POINTER, "A file system or a raw block device",
           .allowed = ALLOWED("Block", "Filesystem"), .default_json = "\"Filesystem\""),
    STRUCT(data_source, korch_typed_local_object_reference, "dataSource", 7, ATOMIC,
           "What it is filled from, in the same namespace"),
    STRUCT(data_source_ref, korch_typed_object_reference, "dataSourceRef", 8, 0,
           "What it is filled from"),
    STRING(volume_attributes_class_name, "volumeAttributesClassName", 9, POINTER,
           "Class of attributes that can change later"),
};
const korch_type korch_persistent_volume_claim_spec_type =
    TYPE("PersistentVolumeClaimSpec", persistent_volume_claim_spec_fields,
         "What volume is asked for", .validate = korch__persistent_volume_claim_spec_validate);
#undef S

#define S korch_persistent_volume_claim_template
static const korch_field persistent_volume_claim_template_fields[] = {
    STRUCT(metadata, korch_object_meta, "metadata", 1, 0, "Labels and annotations of the claim"),
    STRUCT(spec, korch_persistent_volume_claim_spec, "spec", 2, REQUIRED,
           "What volume is asked for"),
};
const korch_type korch_persistent_volume_claim_template_type =
    TYPE("PersistentVolumeClaimTemplate", persistent_volume_claim_template_fields,
         "A claim to be made for the pod");
#undef S

#define S korch_ephemeral_volume_source
static const korch_field ephemeral_volume_source_fields[] = {
    STRUCT(volume_claim_template, korch_persistent_volume_claim_template, "volumeClaimTemplate", 1,
           0, "The claim to be made"),
};
const korch_type korch_ephemeral_volume_source_type =
    TYPE("EphemeralVolumeSource", ephemeral_volume_source_fields,
         "A volume that is claimed for the pod and goes with it",
         .validate = korch__ephemeral_volume_source_validate);
#undef S

#define S korch_volume
static const korch_field volume_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name, unique within the pod",
           .format = KORCH_FORMAT_DNS1123_LABEL),
    STRUCT(host_path, korch_host_path_volume_source, "hostPath", IN(2, 1), 0,
           "A file or directory of the node"),
    STRUCT(empty_dir, korch_empty_dir_volume_source, "emptyDir", IN(2, 2), 0,
           "A directory that lives with the pod"),
    STRUCT(gce_persistent_disk, korch_gce_persistent_disk_volume_source, "gcePersistentDisk",
           IN(2, 3), DEPRECATED, "A disk of Google Compute Engine"),
    STRUCT(aws_elastic_block_store, korch_aws_elastic_block_store_volume_source,
           "awsElasticBlockStore", IN(2, 4), DEPRECATED, "A disk of Amazon"),
    STRUCT(git_repo, korch_git_repo_volume_source, "gitRepo", IN(2, 5), DEPRECATED,
           "A clone of a Git repository"),
    STRUCT(secret, korch_secret_volume_source, "secret", IN(2, 6), 0,
           "The keys of a Secret as files"),
    STRUCT(nfs, korch_nfs_volume_source, "nfs", IN(2, 7), 0, "A directory of an NFS server"),
    STRUCT(iscsi, korch_iscsi_volume_source, "iscsi", IN(2, 8), 0, "An iSCSI disk"),
    STRUCT(glusterfs, korch_glusterfs_volume_source, "glusterfs", IN(2, 9), DEPRECATED,
           "A GlusterFS volume"),
    STRUCT(persistent_volume_claim, korch_persistent_volume_claim_volume_source,
           "persistentVolumeClaim", IN(2, 10), 0, "A claim in the same namespace"),
    STRUCT(rbd, korch_rbd_volume_source, "rbd", IN(2, 11), DEPRECATED, "A block device of Ceph"),
    STRUCT(flex_volume, korch_flex_volume_source, "flexVolume", IN(2, 12), DEPRECATED,
           "A volume of a Flex driver"),
    STRUCT(cinder, korch_cinder_volume_source, "cinder", IN(2, 13), DEPRECATED,
           "A disk of OpenStack"),
    STRUCT(cephfs, korch_ceph_fs_volume_source, "cephfs", IN(2, 14), DEPRECATED,
           "A Ceph file system"),
    STRUCT(flocker, korch_flocker_volume_source, "flocker", IN(2, 15), DEPRECATED,
           "A Flocker dataset"),
    STRUCT(downward_api, korch_downward_api_volume_source, "downwardAPI", IN(2, 16), 0,
           "Files that tell the pod about itself"),
    STRUCT(fc, korch_fc_volume_source, "fc", IN(2, 17), 0, "A Fibre Channel disk"),
    STRUCT(azure_file, korch_azure_file_volume_source, "azureFile", IN(2, 18), DEPRECATED,
           "A file share of Azure"),
    STRUCT(config_map, korch_config_map_volume_source, "configMap", IN(2, 19), 0,
           "The keys of a ConfigMap as files"),
    STRUCT(vsphere_volume, korch_vsphere_virtual_disk_volume_source, "vsphereVolume", IN(2, 20),
           DEPRECATED, "A vSphere disk"),
    STRUCT(quobyte, korch_quobyte_volume_source, "quobyte", IN(2, 21), DEPRECATED,
           "A Quobyte volume"),
    STRUCT(azure_disk, korch_azure_disk_volume_source, "azureDisk", IN(2, 22), DEPRECATED,
           "A disk of Azure"),
    STRUCT(photon_persistent_disk, korch_photon_persistent_disk_volume_source,
           "photonPersistentDisk", IN(2, 23), DEPRECATED, "A disk of Photon"),
    STRUCT(projected, korch_projected_volume_source, "projected", IN(2, 26), 0,
           "Several sources in one directory"),
    STRUCT(portworx_volume, korch_portworx_volume_source, "portworxVolume", IN(2, 24), DEPRECATED,
           "A Portworx volume"),
    STRUCT(scale_io, korch_scale_io_volume_source, "scaleIO", IN(2, 25), DEPRECATED,
           "A ScaleIO volume"),
    STRUCT(storageos, korch_storage_os_volume_source, "storageos", IN(2, 27), DEPRECATED,
           "A StorageOS volume"),
    STRUCT(csi, korch_csi_volume_source, "csi", IN(2, 28), 0, "A volume of a CSI driver"),
    STRUCT(ephemeral, korch_ephemeral_volume_source, "ephemeral", IN(2, 29), 0,
           "A volume that is claimed for the pod"),
    STRUCT(image, korch_image_volume_source, "image", IN(2, 30), 0, "The files of an image"),
};
const korch_type korch_volume_type =
    TYPE("Volume", volume_fields, "A volume of the pod; exactly one source is set",
         .set_defaults = korch__volume_set_defaults, .validate = korch__volume_validate);
#undef S
