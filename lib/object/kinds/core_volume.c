/*
 * Volumes of a pod: the tables of the structs in <korch/api/core_volume.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/core_volume.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field host_path_volume_source_fields[] = {
	STRING(korch_host_path_volume_source, path, "path", 1, 0, "path"),
	STRING(korch_host_path_volume_source, type, "type", 2, 0, "type"),
};
const korch_type korch_host_path_volume_source_type = TYPE("HostPathVolumeSource", korch_host_path_volume_source, host_path_volume_source_fields, "HostPathVolumeSource");

static const korch_field empty_dir_volume_source_fields[] = {
	STRING(korch_empty_dir_volume_source, medium, "medium", 1, 0, "medium"),
	QUANTITY(korch_empty_dir_volume_source, size_limit, "sizeLimit", 2, 0, "sizeLimit"),
	INT32(korch_empty_dir_volume_source, mode, "mode", 3, 0, "mode"),
};
const korch_type korch_empty_dir_volume_source_type = TYPE("EmptyDirVolumeSource", korch_empty_dir_volume_source, empty_dir_volume_source_fields, "EmptyDirVolumeSource");

static const korch_field secret_volume_source_fields[] = {
	STRING(korch_secret_volume_source, secret_name, "secretName", 1, 0, "secretName"),
	LIST_STRUCT(korch_secret_volume_source, items, n_items, korch_key_to_path_type, "items", 2, ATOMIC, "items"),
	INT32(korch_secret_volume_source, default_mode, "defaultMode", 3, 0, "defaultMode"),
	BOOL(korch_secret_volume_source, optional, "optional", 4, 0, "optional"),
	INT64(korch_secret_volume_source, default_user, "defaultUser", 5, 0, "defaultUser"),
};
const korch_type korch_secret_volume_source_type = TYPE("SecretVolumeSource", korch_secret_volume_source, secret_volume_source_fields, "SecretVolumeSource");

static const korch_field config_map_volume_source_fields[] = {
	STRING(korch_config_map_volume_source, name, "name", IN(1, 1), 0, "name"),
	LIST_STRUCT(korch_config_map_volume_source, items, n_items, korch_key_to_path_type, "items", 2, ATOMIC, "items"),
	INT32(korch_config_map_volume_source, default_mode, "defaultMode", 3, 0, "defaultMode"),
	BOOL(korch_config_map_volume_source, optional, "optional", 4, 0, "optional"),
	INT64(korch_config_map_volume_source, default_user, "defaultUser", 5, 0, "defaultUser"),
};
const korch_type korch_config_map_volume_source_type = TYPE("ConfigMapVolumeSource", korch_config_map_volume_source, config_map_volume_source_fields, "ConfigMapVolumeSource");

static const korch_field downward_api_volume_file_fields[] = {
	STRING(korch_downward_api_volume_file, path, "path", 1, 0, "path"),
	STRUCT(korch_downward_api_volume_file, field_ref, korch_object_field_selector_type, "fieldRef", 2, ATOMIC, "fieldRef"),
	STRUCT(korch_downward_api_volume_file, resource_field_ref, korch_resource_field_selector_type, "resourceFieldRef", 3, ATOMIC, "resourceFieldRef"),
	INT32(korch_downward_api_volume_file, mode, "mode", 4, 0, "mode"),
	INT64(korch_downward_api_volume_file, user, "user", 5, 0, "user"),
};
const korch_type korch_downward_api_volume_file_type = TYPE("DownwardAPIVolumeFile", korch_downward_api_volume_file, downward_api_volume_file_fields, "DownwardAPIVolumeFile");

static const korch_field downward_api_volume_source_fields[] = {
	LIST_STRUCT(korch_downward_api_volume_source, items, n_items, korch_downward_api_volume_file_type, "items", 1, ATOMIC, "items"),
	INT32(korch_downward_api_volume_source, default_mode, "defaultMode", 2, 0, "defaultMode"),
	INT64(korch_downward_api_volume_source, default_user, "defaultUser", 3, 0, "defaultUser"),
};
const korch_type korch_downward_api_volume_source_type = TYPE("DownwardAPIVolumeSource", korch_downward_api_volume_source, downward_api_volume_source_fields, "DownwardAPIVolumeSource");

static const korch_field persistent_volume_claim_volume_source_fields[] = {
	STRING(korch_persistent_volume_claim_volume_source, claim_name, "claimName", 1, 0, "claimName"),
	BOOL(korch_persistent_volume_claim_volume_source, read_only, "readOnly", 2, 0, "readOnly"),
};
const korch_type korch_persistent_volume_claim_volume_source_type = TYPE("PersistentVolumeClaimVolumeSource", korch_persistent_volume_claim_volume_source, persistent_volume_claim_volume_source_fields, "PersistentVolumeClaimVolumeSource");

static const korch_field image_volume_source_fields[] = {
	STRING(korch_image_volume_source, reference, "reference", 1, 0, "reference"),
	STRING(korch_image_volume_source, pull_policy, "pullPolicy", 2, 0, "pullPolicy"),
};
const korch_type korch_image_volume_source_type = TYPE("ImageVolumeSource", korch_image_volume_source, image_volume_source_fields, "ImageVolumeSource");

static const korch_field secret_projection_fields[] = {
	STRING(korch_secret_projection, name, "name", IN(1, 1), 0, "name"),
	LIST_STRUCT(korch_secret_projection, items, n_items, korch_key_to_path_type, "items", 2, ATOMIC, "items"),
	BOOL(korch_secret_projection, optional, "optional", 4, 0, "optional"),
};
const korch_type korch_secret_projection_type = TYPE("SecretProjection", korch_secret_projection, secret_projection_fields, "SecretProjection");

static const korch_field config_map_projection_fields[] = {
	STRING(korch_config_map_projection, name, "name", IN(1, 1), 0, "name"),
	LIST_STRUCT(korch_config_map_projection, items, n_items, korch_key_to_path_type, "items", 2, ATOMIC, "items"),
	BOOL(korch_config_map_projection, optional, "optional", 4, 0, "optional"),
};
const korch_type korch_config_map_projection_type = TYPE("ConfigMapProjection", korch_config_map_projection, config_map_projection_fields, "ConfigMapProjection");

static const korch_field downward_api_projection_fields[] = {
	LIST_STRUCT(korch_downward_api_projection, items, n_items, korch_downward_api_volume_file_type, "items", 1, ATOMIC, "items"),
};
const korch_type korch_downward_api_projection_type = TYPE("DownwardAPIProjection", korch_downward_api_projection, downward_api_projection_fields, "DownwardAPIProjection");

static const korch_field service_account_token_projection_fields[] = {
	STRING(korch_service_account_token_projection, audience, "audience", 1, 0, "audience"),
	INT64(korch_service_account_token_projection, expiration_seconds, "expirationSeconds", 2, 0, "expirationSeconds"),
	STRING(korch_service_account_token_projection, path, "path", 3, 0, "path"),
	INT64(korch_service_account_token_projection, user, "user", 4, 0, "user"),
};
const korch_type korch_service_account_token_projection_type = TYPE("ServiceAccountTokenProjection", korch_service_account_token_projection, service_account_token_projection_fields, "ServiceAccountTokenProjection");

static const korch_field cluster_trust_bundle_projection_fields[] = {
	STRING(korch_cluster_trust_bundle_projection, name, "name", 1, 0, "name"),
	STRING(korch_cluster_trust_bundle_projection, signer_name, "signerName", 2, 0, "signerName"),
	STRUCT(korch_cluster_trust_bundle_projection, label_selector, korch_label_selector_type, "labelSelector", 3, ATOMIC, "labelSelector"),
	BOOL(korch_cluster_trust_bundle_projection, optional, "optional", 5, 0, "optional"),
	STRING(korch_cluster_trust_bundle_projection, path, "path", 4, 0, "path"),
	INT64(korch_cluster_trust_bundle_projection, user, "user", 6, 0, "user"),
};
const korch_type korch_cluster_trust_bundle_projection_type = TYPE("ClusterTrustBundleProjection", korch_cluster_trust_bundle_projection, cluster_trust_bundle_projection_fields, "ClusterTrustBundleProjection");

static const korch_field pod_certificate_projection_fields[] = {
	STRING(korch_pod_certificate_projection, signer_name, "signerName", 1, 0, "signerName"),
	STRING(korch_pod_certificate_projection, key_type, "keyType", 2, 0, "keyType"),
	INT32(korch_pod_certificate_projection, max_expiration_seconds, "maxExpirationSeconds", 3, 0, "maxExpirationSeconds"),
	STRING(korch_pod_certificate_projection, credential_bundle_path, "credentialBundlePath", 4, 0, "credentialBundlePath"),
	STRING(korch_pod_certificate_projection, key_path, "keyPath", 5, 0, "keyPath"),
	STRING(korch_pod_certificate_projection, certificate_chain_path, "certificateChainPath", 6, 0, "certificateChainPath"),
	MAP_STRING(korch_pod_certificate_projection, user_annotations, "userAnnotations", 7, 0, "userAnnotations"),
	INT64(korch_pod_certificate_projection, user, "user", 8, 0, "user"),
};
const korch_type korch_pod_certificate_projection_type = TYPE("PodCertificateProjection", korch_pod_certificate_projection, pod_certificate_projection_fields, "PodCertificateProjection");

static const korch_field volume_projection_fields[] = {
	STRUCT(korch_volume_projection, secret, korch_secret_projection_type, "secret", 1, 0, "secret"),
	STRUCT(korch_volume_projection, downward_api, korch_downward_api_projection_type, "downwardAPI", 2, 0, "downwardAPI"),
	STRUCT(korch_volume_projection, config_map, korch_config_map_projection_type, "configMap", 3, 0, "configMap"),
	STRUCT(korch_volume_projection, service_account_token, korch_service_account_token_projection_type, "serviceAccountToken", 4, 0, "serviceAccountToken"),
	STRUCT(korch_volume_projection, cluster_trust_bundle, korch_cluster_trust_bundle_projection_type, "clusterTrustBundle", 5, 0, "clusterTrustBundle"),
	STRUCT(korch_volume_projection, pod_certificate, korch_pod_certificate_projection_type, "podCertificate", 6, 0, "podCertificate"),
};
const korch_type korch_volume_projection_type = TYPE("VolumeProjection", korch_volume_projection, volume_projection_fields, "VolumeProjection");

static const korch_field projected_volume_source_fields[] = {
	LIST_STRUCT(korch_projected_volume_source, sources, n_sources, korch_volume_projection_type, "sources", 1, ATOMIC, "sources"),
	INT32(korch_projected_volume_source, default_mode, "defaultMode", 2, 0, "defaultMode"),
	INT64(korch_projected_volume_source, default_user, "defaultUser", 3, 0, "defaultUser"),
};
const korch_type korch_projected_volume_source_type = TYPE("ProjectedVolumeSource", korch_projected_volume_source, projected_volume_source_fields, "ProjectedVolumeSource");

static const korch_field volume_resource_requirements_fields[] = {
	MAP_QUANTITY(korch_volume_resource_requirements, limits, "limits", 1, 0, "limits"),
	MAP_QUANTITY(korch_volume_resource_requirements, requests, "requests", 2, 0, "requests"),
};
const korch_type korch_volume_resource_requirements_type = TYPE("VolumeResourceRequirements", korch_volume_resource_requirements, volume_resource_requirements_fields, "VolumeResourceRequirements");

static const korch_field persistent_volume_claim_spec_fields[] = {
	LIST_STRING(korch_persistent_volume_claim_spec, access_modes, n_access_modes, "accessModes", 1, ATOMIC, "accessModes"),
	STRUCT(korch_persistent_volume_claim_spec, selector, korch_label_selector_type, "selector", 4, ATOMIC, "selector"),
	STRUCT(korch_persistent_volume_claim_spec, resources, korch_volume_resource_requirements_type, "resources", 2, 0, "resources"),
	STRING(korch_persistent_volume_claim_spec, volume_name, "volumeName", 3, 0, "volumeName"),
	STRING(korch_persistent_volume_claim_spec, storage_class_name, "storageClassName", 5, 0, "storageClassName"),
	STRING(korch_persistent_volume_claim_spec, volume_mode, "volumeMode", 6, 0, "volumeMode"),
	STRUCT(korch_persistent_volume_claim_spec, data_source, korch_typed_local_object_reference_type, "dataSource", 7, ATOMIC, "dataSource"),
	STRUCT(korch_persistent_volume_claim_spec, data_source_ref, korch_typed_object_reference_type, "dataSourceRef", 8, 0, "dataSourceRef"),
	STRING(korch_persistent_volume_claim_spec, volume_attributes_class_name, "volumeAttributesClassName", 9, 0, "volumeAttributesClassName"),
};
const korch_type korch_persistent_volume_claim_spec_type = TYPE("PersistentVolumeClaimSpec", korch_persistent_volume_claim_spec, persistent_volume_claim_spec_fields, "PersistentVolumeClaimSpec");

static const korch_field persistent_volume_claim_template_fields[] = {
	STRUCT(korch_persistent_volume_claim_template, metadata, korch_object_meta_type, "metadata", 1, 0, "metadata"),
	STRUCT(korch_persistent_volume_claim_template, spec, korch_persistent_volume_claim_spec_type, "spec", 2, 0, "spec"),
};
const korch_type korch_persistent_volume_claim_template_type = TYPE("PersistentVolumeClaimTemplate", korch_persistent_volume_claim_template, persistent_volume_claim_template_fields, "PersistentVolumeClaimTemplate");

static const korch_field ephemeral_volume_source_fields[] = {
	STRUCT(korch_ephemeral_volume_source, volume_claim_template, korch_persistent_volume_claim_template_type, "volumeClaimTemplate", 1, 0, "volumeClaimTemplate"),
};
const korch_type korch_ephemeral_volume_source_type = TYPE("EphemeralVolumeSource", korch_ephemeral_volume_source, ephemeral_volume_source_fields, "EphemeralVolumeSource");

static const korch_field volume_fields[] = {
	STRING(korch_volume, name, "name", 1, 0, "name"),
	STRUCT(korch_volume, host_path, korch_host_path_volume_source_type, "hostPath", IN(2, 1), 0, "hostPath"),
	STRUCT(korch_volume, empty_dir, korch_empty_dir_volume_source_type, "emptyDir", IN(2, 2), 0, "emptyDir"),
	STRUCT(korch_volume, gce_persistent_disk, korch_gce_persistent_disk_volume_source_type, "gcePersistentDisk", IN(2, 3), 0, "gcePersistentDisk"),
	STRUCT(korch_volume, aws_elastic_block_store, korch_aws_elastic_block_store_volume_source_type, "awsElasticBlockStore", IN(2, 4), 0, "awsElasticBlockStore"),
	STRUCT(korch_volume, git_repo, korch_git_repo_volume_source_type, "gitRepo", IN(2, 5), 0, "gitRepo"),
	STRUCT(korch_volume, secret, korch_secret_volume_source_type, "secret", IN(2, 6), 0, "secret"),
	STRUCT(korch_volume, nfs, korch_nfs_volume_source_type, "nfs", IN(2, 7), 0, "nfs"),
	STRUCT(korch_volume, iscsi, korch_iscsi_volume_source_type, "iscsi", IN(2, 8), 0, "iscsi"),
	STRUCT(korch_volume, glusterfs, korch_glusterfs_volume_source_type, "glusterfs", IN(2, 9), 0, "glusterfs"),
	STRUCT(korch_volume, persistent_volume_claim, korch_persistent_volume_claim_volume_source_type, "persistentVolumeClaim", IN(2, 10), 0, "persistentVolumeClaim"),
	STRUCT(korch_volume, rbd, korch_rbd_volume_source_type, "rbd", IN(2, 11), 0, "rbd"),
	STRUCT(korch_volume, flex_volume, korch_flex_volume_source_type, "flexVolume", IN(2, 12), 0, "flexVolume"),
	STRUCT(korch_volume, cinder, korch_cinder_volume_source_type, "cinder", IN(2, 13), 0, "cinder"),
	STRUCT(korch_volume, cephfs, korch_ceph_fs_volume_source_type, "cephfs", IN(2, 14), 0, "cephfs"),
	STRUCT(korch_volume, flocker, korch_flocker_volume_source_type, "flocker", IN(2, 15), 0, "flocker"),
	STRUCT(korch_volume, downward_api, korch_downward_api_volume_source_type, "downwardAPI", IN(2, 16), 0, "downwardAPI"),
	STRUCT(korch_volume, fc, korch_fc_volume_source_type, "fc", IN(2, 17), 0, "fc"),
	STRUCT(korch_volume, azure_file, korch_azure_file_volume_source_type, "azureFile", IN(2, 18), 0, "azureFile"),
	STRUCT(korch_volume, config_map, korch_config_map_volume_source_type, "configMap", IN(2, 19), 0, "configMap"),
	STRUCT(korch_volume, vsphere_volume, korch_vsphere_virtual_disk_volume_source_type, "vsphereVolume", IN(2, 20), 0, "vsphereVolume"),
	STRUCT(korch_volume, quobyte, korch_quobyte_volume_source_type, "quobyte", IN(2, 21), 0, "quobyte"),
	STRUCT(korch_volume, azure_disk, korch_azure_disk_volume_source_type, "azureDisk", IN(2, 22), 0, "azureDisk"),
	STRUCT(korch_volume, photon_persistent_disk, korch_photon_persistent_disk_volume_source_type, "photonPersistentDisk", IN(2, 23), 0, "photonPersistentDisk"),
	STRUCT(korch_volume, projected, korch_projected_volume_source_type, "projected", IN(2, 26), 0, "projected"),
	STRUCT(korch_volume, portworx_volume, korch_portworx_volume_source_type, "portworxVolume", IN(2, 24), 0, "portworxVolume"),
	STRUCT(korch_volume, scale_io, korch_scale_io_volume_source_type, "scaleIO", IN(2, 25), 0, "scaleIO"),
	STRUCT(korch_volume, storageos, korch_storage_os_volume_source_type, "storageos", IN(2, 27), 0, "storageos"),
	STRUCT(korch_volume, csi, korch_csi_volume_source_type, "csi", IN(2, 28), 0, "csi"),
	STRUCT(korch_volume, ephemeral, korch_ephemeral_volume_source_type, "ephemeral", IN(2, 29), 0, "ephemeral"),
	STRUCT(korch_volume, image, korch_image_volume_source_type, "image", IN(2, 30), 0, "image"),
};
const korch_type korch_volume_type = TYPE("Volume", korch_volume, volume_fields, "Volume");
