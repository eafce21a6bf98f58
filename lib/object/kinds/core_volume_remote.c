/*
 * Volumes on other machines and in clouds: the tables of the structs in <korch/api/core_volume_remote.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/core_volume_remote.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field aws_elastic_block_store_volume_source_fields[] = {
	STRING(korch_aws_elastic_block_store_volume_source, volume_id, "volumeID", 1, 0, "volumeID"),
	STRING(korch_aws_elastic_block_store_volume_source, fs_type, "fsType", 2, 0, "fsType"),
	INT32(korch_aws_elastic_block_store_volume_source, partition, "partition", 3, 0, "partition"),
	BOOL(korch_aws_elastic_block_store_volume_source, read_only, "readOnly", 4, 0, "readOnly"),
};
const korch_type korch_aws_elastic_block_store_volume_source_type = TYPE("AWSElasticBlockStoreVolumeSource", korch_aws_elastic_block_store_volume_source, aws_elastic_block_store_volume_source_fields, "AWSElasticBlockStoreVolumeSource");

static const korch_field azure_disk_volume_source_fields[] = {
	STRING(korch_azure_disk_volume_source, disk_name, "diskName", 1, 0, "diskName"),
	STRING(korch_azure_disk_volume_source, disk_uri, "diskURI", 2, 0, "diskURI"),
	STRING(korch_azure_disk_volume_source, caching_mode, "cachingMode", 3, 0, "cachingMode"),
	STRING(korch_azure_disk_volume_source, fs_type, "fsType", 4, 0, "fsType"),
	BOOL(korch_azure_disk_volume_source, read_only, "readOnly", 5, 0, "readOnly"),
	STRING(korch_azure_disk_volume_source, kind, "kind", 6, 0, "kind"),
};
const korch_type korch_azure_disk_volume_source_type = TYPE("AzureDiskVolumeSource", korch_azure_disk_volume_source, azure_disk_volume_source_fields, "AzureDiskVolumeSource");

static const korch_field azure_file_volume_source_fields[] = {
	STRING(korch_azure_file_volume_source, secret_name, "secretName", 1, 0, "secretName"),
	STRING(korch_azure_file_volume_source, share_name, "shareName", 2, 0, "shareName"),
	BOOL(korch_azure_file_volume_source, read_only, "readOnly", 3, 0, "readOnly"),
};
const korch_type korch_azure_file_volume_source_type = TYPE("AzureFileVolumeSource", korch_azure_file_volume_source, azure_file_volume_source_fields, "AzureFileVolumeSource");

static const korch_field ceph_fs_volume_source_fields[] = {
	LIST_STRING(korch_ceph_fs_volume_source, monitors, n_monitors, "monitors", 1, ATOMIC, "monitors"),
	STRING(korch_ceph_fs_volume_source, path, "path", 2, 0, "path"),
	STRING(korch_ceph_fs_volume_source, user, "user", 3, 0, "user"),
	STRING(korch_ceph_fs_volume_source, secret_file, "secretFile", 4, 0, "secretFile"),
	STRUCT(korch_ceph_fs_volume_source, secret_ref, korch_local_object_reference_type, "secretRef", 5, ATOMIC, "secretRef"),
	BOOL(korch_ceph_fs_volume_source, read_only, "readOnly", 6, 0, "readOnly"),
};
const korch_type korch_ceph_fs_volume_source_type = TYPE("CephFSVolumeSource", korch_ceph_fs_volume_source, ceph_fs_volume_source_fields, "CephFSVolumeSource");

static const korch_field cinder_volume_source_fields[] = {
	STRING(korch_cinder_volume_source, volume_id, "volumeID", 1, 0, "volumeID"),
	STRING(korch_cinder_volume_source, fs_type, "fsType", 2, 0, "fsType"),
	BOOL(korch_cinder_volume_source, read_only, "readOnly", 3, 0, "readOnly"),
	STRUCT(korch_cinder_volume_source, secret_ref, korch_local_object_reference_type, "secretRef", 4, ATOMIC, "secretRef"),
};
const korch_type korch_cinder_volume_source_type = TYPE("CinderVolumeSource", korch_cinder_volume_source, cinder_volume_source_fields, "CinderVolumeSource");

static const korch_field csi_volume_source_fields[] = {
	STRING(korch_csi_volume_source, driver, "driver", 1, 0, "driver"),
	BOOL(korch_csi_volume_source, read_only, "readOnly", 2, 0, "readOnly"),
	STRING(korch_csi_volume_source, fs_type, "fsType", 3, 0, "fsType"),
	MAP_STRING(korch_csi_volume_source, volume_attributes, "volumeAttributes", 4, 0, "volumeAttributes"),
	STRUCT(korch_csi_volume_source, node_publish_secret_ref, korch_local_object_reference_type, "nodePublishSecretRef", 5, ATOMIC, "nodePublishSecretRef"),
};
const korch_type korch_csi_volume_source_type = TYPE("CSIVolumeSource", korch_csi_volume_source, csi_volume_source_fields, "CSIVolumeSource");

static const korch_field fc_volume_source_fields[] = {
	LIST_STRING(korch_fc_volume_source, target_wwns, n_target_wwns, "targetWWNs", 1, ATOMIC, "targetWWNs"),
	INT32(korch_fc_volume_source, lun, "lun", 2, 0, "lun"),
	STRING(korch_fc_volume_source, fs_type, "fsType", 3, 0, "fsType"),
	BOOL(korch_fc_volume_source, read_only, "readOnly", 4, 0, "readOnly"),
	LIST_STRING(korch_fc_volume_source, wwids, n_wwids, "wwids", 5, ATOMIC, "wwids"),
};
const korch_type korch_fc_volume_source_type = TYPE("FCVolumeSource", korch_fc_volume_source, fc_volume_source_fields, "FCVolumeSource");

static const korch_field flex_volume_source_fields[] = {
	STRING(korch_flex_volume_source, driver, "driver", 1, 0, "driver"),
	STRING(korch_flex_volume_source, fs_type, "fsType", 2, 0, "fsType"),
	STRUCT(korch_flex_volume_source, secret_ref, korch_local_object_reference_type, "secretRef", 3, ATOMIC, "secretRef"),
	BOOL(korch_flex_volume_source, read_only, "readOnly", 4, 0, "readOnly"),
	MAP_STRING(korch_flex_volume_source, options, "options", 5, 0, "options"),
};
const korch_type korch_flex_volume_source_type = TYPE("FlexVolumeSource", korch_flex_volume_source, flex_volume_source_fields, "FlexVolumeSource");

static const korch_field flocker_volume_source_fields[] = {
	STRING(korch_flocker_volume_source, dataset_name, "datasetName", 1, 0, "datasetName"),
	STRING(korch_flocker_volume_source, dataset_uuid, "datasetUUID", 2, 0, "datasetUUID"),
};
const korch_type korch_flocker_volume_source_type = TYPE("FlockerVolumeSource", korch_flocker_volume_source, flocker_volume_source_fields, "FlockerVolumeSource");

static const korch_field gce_persistent_disk_volume_source_fields[] = {
	STRING(korch_gce_persistent_disk_volume_source, pd_name, "pdName", 1, 0, "pdName"),
	STRING(korch_gce_persistent_disk_volume_source, fs_type, "fsType", 2, 0, "fsType"),
	INT32(korch_gce_persistent_disk_volume_source, partition, "partition", 3, 0, "partition"),
	BOOL(korch_gce_persistent_disk_volume_source, read_only, "readOnly", 4, 0, "readOnly"),
};
const korch_type korch_gce_persistent_disk_volume_source_type = TYPE("GCEPersistentDiskVolumeSource", korch_gce_persistent_disk_volume_source, gce_persistent_disk_volume_source_fields, "GCEPersistentDiskVolumeSource");

static const korch_field git_repo_volume_source_fields[] = {
	STRING(korch_git_repo_volume_source, repository, "repository", 1, 0, "repository"),
	STRING(korch_git_repo_volume_source, revision, "revision", 2, 0, "revision"),
	STRING(korch_git_repo_volume_source, directory, "directory", 3, 0, "directory"),
};
const korch_type korch_git_repo_volume_source_type = TYPE("GitRepoVolumeSource", korch_git_repo_volume_source, git_repo_volume_source_fields, "GitRepoVolumeSource");

static const korch_field glusterfs_volume_source_fields[] = {
	STRING(korch_glusterfs_volume_source, endpoints, "endpoints", 1, 0, "endpoints"),
	STRING(korch_glusterfs_volume_source, path, "path", 2, 0, "path"),
	BOOL(korch_glusterfs_volume_source, read_only, "readOnly", 3, 0, "readOnly"),
};
const korch_type korch_glusterfs_volume_source_type = TYPE("GlusterfsVolumeSource", korch_glusterfs_volume_source, glusterfs_volume_source_fields, "GlusterfsVolumeSource");

static const korch_field iscsi_volume_source_fields[] = {
	STRING(korch_iscsi_volume_source, target_portal, "targetPortal", 1, 0, "targetPortal"),
	STRING(korch_iscsi_volume_source, iqn, "iqn", 2, 0, "iqn"),
	INT32(korch_iscsi_volume_source, lun, "lun", 3, 0, "lun"),
	STRING(korch_iscsi_volume_source, iscsi_interface, "iscsiInterface", 4, 0, "iscsiInterface"),
	STRING(korch_iscsi_volume_source, fs_type, "fsType", 5, 0, "fsType"),
	BOOL(korch_iscsi_volume_source, read_only, "readOnly", 6, 0, "readOnly"),
	LIST_STRING(korch_iscsi_volume_source, portals, n_portals, "portals", 7, ATOMIC, "portals"),
	BOOL(korch_iscsi_volume_source, chap_auth_discovery, "chapAuthDiscovery", 8, 0, "chapAuthDiscovery"),
	BOOL(korch_iscsi_volume_source, chap_auth_session, "chapAuthSession", 11, 0, "chapAuthSession"),
	STRUCT(korch_iscsi_volume_source, secret_ref, korch_local_object_reference_type, "secretRef", 10, ATOMIC, "secretRef"),
	STRING(korch_iscsi_volume_source, initiator_name, "initiatorName", 12, 0, "initiatorName"),
};
const korch_type korch_iscsi_volume_source_type = TYPE("ISCSIVolumeSource", korch_iscsi_volume_source, iscsi_volume_source_fields, "ISCSIVolumeSource");

static const korch_field nfs_volume_source_fields[] = {
	STRING(korch_nfs_volume_source, server, "server", 1, 0, "server"),
	STRING(korch_nfs_volume_source, path, "path", 2, 0, "path"),
	BOOL(korch_nfs_volume_source, read_only, "readOnly", 3, 0, "readOnly"),
};
const korch_type korch_nfs_volume_source_type = TYPE("NFSVolumeSource", korch_nfs_volume_source, nfs_volume_source_fields, "NFSVolumeSource");

static const korch_field photon_persistent_disk_volume_source_fields[] = {
	STRING(korch_photon_persistent_disk_volume_source, pd_id, "pdID", 1, 0, "pdID"),
	STRING(korch_photon_persistent_disk_volume_source, fs_type, "fsType", 2, 0, "fsType"),
};
const korch_type korch_photon_persistent_disk_volume_source_type = TYPE("PhotonPersistentDiskVolumeSource", korch_photon_persistent_disk_volume_source, photon_persistent_disk_volume_source_fields, "PhotonPersistentDiskVolumeSource");

static const korch_field portworx_volume_source_fields[] = {
	STRING(korch_portworx_volume_source, volume_id, "volumeID", 1, 0, "volumeID"),
	STRING(korch_portworx_volume_source, fs_type, "fsType", 2, 0, "fsType"),
	BOOL(korch_portworx_volume_source, read_only, "readOnly", 3, 0, "readOnly"),
};
const korch_type korch_portworx_volume_source_type = TYPE("PortworxVolumeSource", korch_portworx_volume_source, portworx_volume_source_fields, "PortworxVolumeSource");

static const korch_field quobyte_volume_source_fields[] = {
	STRING(korch_quobyte_volume_source, registry, "registry", 1, 0, "registry"),
	STRING(korch_quobyte_volume_source, volume, "volume", 2, 0, "volume"),
	BOOL(korch_quobyte_volume_source, read_only, "readOnly", 3, 0, "readOnly"),
	STRING(korch_quobyte_volume_source, user, "user", 4, 0, "user"),
	STRING(korch_quobyte_volume_source, group, "group", 5, 0, "group"),
	STRING(korch_quobyte_volume_source, tenant, "tenant", 6, 0, "tenant"),
};
const korch_type korch_quobyte_volume_source_type = TYPE("QuobyteVolumeSource", korch_quobyte_volume_source, quobyte_volume_source_fields, "QuobyteVolumeSource");

static const korch_field rbd_volume_source_fields[] = {
	LIST_STRING(korch_rbd_volume_source, monitors, n_monitors, "monitors", 1, ATOMIC, "monitors"),
	STRING(korch_rbd_volume_source, image, "image", 2, 0, "image"),
	STRING(korch_rbd_volume_source, fs_type, "fsType", 3, 0, "fsType"),
	STRING(korch_rbd_volume_source, pool, "pool", 4, 0, "pool"),
	STRING(korch_rbd_volume_source, user, "user", 5, 0, "user"),
	STRING(korch_rbd_volume_source, keyring, "keyring", 6, 0, "keyring"),
	STRUCT(korch_rbd_volume_source, secret_ref, korch_local_object_reference_type, "secretRef", 7, ATOMIC, "secretRef"),
	BOOL(korch_rbd_volume_source, read_only, "readOnly", 8, 0, "readOnly"),
};
const korch_type korch_rbd_volume_source_type = TYPE("RBDVolumeSource", korch_rbd_volume_source, rbd_volume_source_fields, "RBDVolumeSource");

static const korch_field scale_io_volume_source_fields[] = {
	STRING(korch_scale_io_volume_source, gateway, "gateway", 1, 0, "gateway"),
	STRING(korch_scale_io_volume_source, system, "system", 2, 0, "system"),
	STRUCT(korch_scale_io_volume_source, secret_ref, korch_local_object_reference_type, "secretRef", 3, ATOMIC, "secretRef"),
	BOOL(korch_scale_io_volume_source, ssl_enabled, "sslEnabled", 4, 0, "sslEnabled"),
	STRING(korch_scale_io_volume_source, protection_domain, "protectionDomain", 5, 0, "protectionDomain"),
	STRING(korch_scale_io_volume_source, storage_pool, "storagePool", 6, 0, "storagePool"),
	STRING(korch_scale_io_volume_source, storage_mode, "storageMode", 7, 0, "storageMode"),
	STRING(korch_scale_io_volume_source, volume_name, "volumeName", 8, 0, "volumeName"),
	STRING(korch_scale_io_volume_source, fs_type, "fsType", 9, 0, "fsType"),
	BOOL(korch_scale_io_volume_source, read_only, "readOnly", 10, 0, "readOnly"),
};
const korch_type korch_scale_io_volume_source_type = TYPE("ScaleIOVolumeSource", korch_scale_io_volume_source, scale_io_volume_source_fields, "ScaleIOVolumeSource");

static const korch_field storage_os_volume_source_fields[] = {
	STRING(korch_storage_os_volume_source, volume_name, "volumeName", 1, 0, "volumeName"),
	STRING(korch_storage_os_volume_source, volume_namespace, "volumeNamespace", 2, 0, "volumeNamespace"),
	STRING(korch_storage_os_volume_source, fs_type, "fsType", 3, 0, "fsType"),
	BOOL(korch_storage_os_volume_source, read_only, "readOnly", 4, 0, "readOnly"),
	STRUCT(korch_storage_os_volume_source, secret_ref, korch_local_object_reference_type, "secretRef", 5, ATOMIC, "secretRef"),
};
const korch_type korch_storage_os_volume_source_type = TYPE("StorageOSVolumeSource", korch_storage_os_volume_source, storage_os_volume_source_fields, "StorageOSVolumeSource");

static const korch_field vsphere_virtual_disk_volume_source_fields[] = {
	STRING(korch_vsphere_virtual_disk_volume_source, volume_path, "volumePath", 1, 0, "volumePath"),
	STRING(korch_vsphere_virtual_disk_volume_source, fs_type, "fsType", 2, 0, "fsType"),
	STRING(korch_vsphere_virtual_disk_volume_source, storage_policy_name, "storagePolicyName", 3, 0, "storagePolicyName"),
	STRING(korch_vsphere_virtual_disk_volume_source, storage_policy_id, "storagePolicyID", 4, 0, "storagePolicyID"),
};
const korch_type korch_vsphere_virtual_disk_volume_source_type = TYPE("VsphereVirtualDiskVolumeSource", korch_vsphere_virtual_disk_volume_source, vsphere_virtual_disk_volume_source_fields, "VsphereVirtualDiskVolumeSource");
