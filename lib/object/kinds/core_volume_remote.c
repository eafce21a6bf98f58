/*
 * Volumes on other machines and in clouds: the tables of the structs in
 * <korch/api/core_volume_remote.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/core_volume_remote.h>

#define S korch_aws_elastic_block_store_volume_source
static const korch_field aws_elastic_block_store_volume_source_fields[] = {
    STRING(volume_id, "volumeID", 1, REQUIRED | EMIT, "Name of the disk"),
    STRING(fs_type, "fsType", 2, 0, "File system on the volume"),
    INT32(partition, "partition", 3, 0, "Partition number, 0 for the whole disk"),
    BOOL(read_only, "readOnly", 4, 0, "Whether it is mounted read-only"),
};
const korch_type korch_aws_elastic_block_store_volume_source_type =
    TYPE("AWSElasticBlockStoreVolumeSource", aws_elastic_block_store_volume_source_fields,
         "A disk of Amazon's block store");
#undef S

#define S korch_azure_disk_volume_source
static const korch_field azure_disk_volume_source_fields[] = {
    STRING(disk_name, "diskName", 1, REQUIRED | EMIT, "Name of the disk"),
    STRING(disk_uri, "diskURI", 2, REQUIRED | EMIT, "Address of the disk"),
    STRING(caching_mode, "cachingMode", 3, POINTER, "Caching on the host",
           .allowed = ALLOWED("None", "ReadOnly", "ReadWrite"), .default_json = "\"ReadWrite\""),
    STRING(fs_type, "fsType", 4, POINTER, "File system on the volume", .default_json = "\"ext4\""),
    BOOL(read_only, "readOnly", 5, POINTER, "Whether it is mounted read-only",
         .default_json = "false"),
    STRING(kind, "kind", 6, POINTER, "Whether the disk is shared, dedicated or managed",
           .allowed = ALLOWED("Dedicated", "Managed", "Shared"), .default_json = "\"Shared\""),
};
const korch_type korch_azure_disk_volume_source_type =
    TYPE("AzureDiskVolumeSource", azure_disk_volume_source_fields, "A disk of Azure");
#undef S

#define S korch_azure_file_volume_source
static const korch_field azure_file_volume_source_fields[] = {
    STRING(secret_name, "secretName", 1, REQUIRED | EMIT, "Secret with the account and its key"),
    STRING(share_name, "shareName", 2, REQUIRED | EMIT, "Name of the share"),
    BOOL(read_only, "readOnly", 3, 0, "Whether it is mounted read-only"),
};
const korch_type korch_azure_file_volume_source_type =
    TYPE("AzureFileVolumeSource", azure_file_volume_source_fields, "A file share of Azure");
#undef S

#define S korch_ceph_fs_volume_source
static const korch_field ceph_fs_volume_source_fields[] = {
    LIST_STRING(monitors, "monitors", 1, REQUIRED | ATOMIC, "Addresses of the monitors"),
    STRING(path, "path", 2, 0, "Directory to mount, / when empty"),
    STRING(user, "user", 3, 0, "User to connect as"),
    STRING(secret_file, "secretFile", 4, 0, "File with the user's key"),
    STRUCT(secret_ref, korch_local_object_reference, "secretRef", 5, ATOMIC,
           "Secret with the user's key"),
    BOOL(read_only, "readOnly", 6, 0, "Whether it is mounted read-only"),
};
const korch_type korch_ceph_fs_volume_source_type =
    TYPE("CephFSVolumeSource", ceph_fs_volume_source_fields, "A Ceph file system");
#undef S

#define S korch_cinder_volume_source
static const korch_field cinder_volume_source_fields[] = {
    STRING(volume_id, "volumeID", 1, REQUIRED | EMIT, "Name of the disk"),
    STRING(fs_type, "fsType", 2, 0, "File system on the volume"),
    BOOL(read_only, "readOnly", 3, 0, "Whether it is mounted read-only"),
    STRUCT(secret_ref, korch_local_object_reference, "secretRef", 4, ATOMIC,
           "Secret with the credentials"),
};
const korch_type korch_cinder_volume_source_type =
    TYPE("CinderVolumeSource", cinder_volume_source_fields, "A disk of OpenStack");
#undef S

#define S korch_csi_volume_source
static const korch_field csi_volume_source_fields[] = {
    STRING(driver, "driver", 1, REQUIRED | EMIT, "Name of the driver"),
    BOOL(read_only, "readOnly", 2, POINTER, "Whether it is mounted read-only"),
    STRING(fs_type, "fsType", 3, POINTER, "File system to mount; the driver's choice when absent"),
    MAP_STRING(volume_attributes, "volumeAttributes", 4, 0, "What the driver wants to know"),
    STRUCT(node_publish_secret_ref, korch_local_object_reference, "nodePublishSecretRef", 5, ATOMIC,
           "Secret with the credentials"),
};
const korch_type korch_csi_volume_source_type =
    TYPE("CSIVolumeSource", csi_volume_source_fields,
         "A volume of a CSI driver that lives with the pod");
#undef S

#define S korch_fc_volume_source
static const korch_field fc_volume_source_fields[] = {
    LIST_STRING(target_wwns, "targetWWNs", 1, ATOMIC, "World wide names of the targets"),
    INT32(lun, "lun", 2, POINTER, "Logical unit number"),
    STRING(fs_type, "fsType", 3, 0, "File system on the volume"),
    BOOL(read_only, "readOnly", 4, 0, "Whether it is mounted read-only"),
    LIST_STRING(wwids, "wwids", 5, ATOMIC, "World wide ids, instead of targets and lun"),
};
const korch_type korch_fc_volume_source_type =
    TYPE("FCVolumeSource", fc_volume_source_fields, "A Fibre Channel disk");
#undef S

#define S korch_flex_volume_source
static const korch_field flex_volume_source_fields[] = {
    STRING(driver, "driver", 1, REQUIRED | EMIT, "Name of the driver"),
    STRING(fs_type, "fsType", 2, 0, "File system on the volume"),
    STRUCT(secret_ref, korch_local_object_reference, "secretRef", 3, ATOMIC,
           "Secret with the credentials"),
    BOOL(read_only, "readOnly", 4, 0, "Whether it is mounted read-only"),
    MAP_STRING(options, "options", 5, 0, "What the driver wants to know"),
};
const korch_type korch_flex_volume_source_type =
    TYPE("FlexVolumeSource", flex_volume_source_fields, "A volume of a Flex driver");
#undef S

#define S korch_flocker_volume_source
static const korch_field flocker_volume_source_fields[] = {
    STRING(dataset_name, "datasetName", 1, 0, "Name of the dataset"),
    STRING(dataset_uuid, "datasetUUID", 2, 0, "Identity of the dataset"),
};
const korch_type korch_flocker_volume_source_type =
    TYPE("FlockerVolumeSource", flocker_volume_source_fields, "A Flocker dataset");
#undef S

#define S korch_gce_persistent_disk_volume_source
static const korch_field gce_persistent_disk_volume_source_fields[] = {
    STRING(pd_name, "pdName", 1, REQUIRED | EMIT, "Name of the disk"),
    STRING(fs_type, "fsType", 2, 0, "File system on the volume"),
    INT32(partition, "partition", 3, 0, "Partition number, 0 for the whole disk"),
    BOOL(read_only, "readOnly", 4, 0, "Whether it is mounted read-only"),
};
const korch_type korch_gce_persistent_disk_volume_source_type =
    TYPE("GCEPersistentDiskVolumeSource", gce_persistent_disk_volume_source_fields,
         "A disk of Google Compute Engine");
#undef S

#define S korch_git_repo_volume_source
static const korch_field git_repo_volume_source_fields[] = {
    STRING(repository, "repository", 1, REQUIRED | EMIT, "Address of the repository"),
    STRING(revision, "revision", 2, 0, "Commit to check out"),
    STRING(directory, "directory", 3, 0, "Directory to clone into"),
};
const korch_type korch_git_repo_volume_source_type =
    TYPE("GitRepoVolumeSource", git_repo_volume_source_fields, "A clone of a Git repository");
#undef S

#define S korch_glusterfs_volume_source
static const korch_field glusterfs_volume_source_fields[] = {
    STRING(endpoints, "endpoints", 1, REQUIRED | EMIT, "Endpoints object with the servers"),
    STRING(path, "path", 2, REQUIRED | EMIT, "Name of the volume"),
    BOOL(read_only, "readOnly", 3, 0, "Whether it is mounted read-only"),
};
const korch_type korch_glusterfs_volume_source_type =
    TYPE("GlusterfsVolumeSource", glusterfs_volume_source_fields, "A GlusterFS volume");
#undef S

#define S korch_iscsi_volume_source
static const korch_field iscsi_volume_source_fields[] = {
    STRING(target_portal, "targetPortal", 1, REQUIRED | EMIT, "Address of the target"),
    STRING(iqn, "iqn", 2, REQUIRED | EMIT, "Name of the target"),
    INT32(lun, "lun", 3, EMIT, "Logical unit number"),
    STRING(iscsi_interface, "iscsiInterface", 4, 0, "Interface that is used",
           .default_json = "\"default\""),
    STRING(fs_type, "fsType", 5, 0, "File system on the volume"),
    BOOL(read_only, "readOnly", 6, 0, "Whether it is mounted read-only"),
    LIST_STRING(portals, "portals", 7, ATOMIC, "Further addresses of the target"),
    BOOL(chap_auth_discovery, "chapAuthDiscovery", 8, 0, "Whether discovery authenticates by CHAP"),
    BOOL(chap_auth_session, "chapAuthSession", 11, 0, "Whether sessions authenticate by CHAP"),
    STRUCT(secret_ref, korch_local_object_reference, "secretRef", 10, ATOMIC, "Secret for CHAP"),
    STRING(initiator_name, "initiatorName", 12, POINTER, "Name of the initiator"),
};
const korch_type korch_iscsi_volume_source_type =
    TYPE("ISCSIVolumeSource", iscsi_volume_source_fields, "An iSCSI disk");
#undef S

#define S korch_nfs_volume_source
static const korch_field nfs_volume_source_fields[] = {
    STRING(server, "server", 1, REQUIRED | EMIT, "Host of the server"),
    STRING(path, "path", 2, REQUIRED | EMIT, "Directory that the server exports"),
    BOOL(read_only, "readOnly", 3, 0, "Whether it is mounted read-only"),
};
const korch_type korch_nfs_volume_source_type =
    TYPE("NFSVolumeSource", nfs_volume_source_fields, "A directory of an NFS server",
         .validate = korch__nfs_volume_source_validate);
#undef S

#define S korch_photon_persistent_disk_volume_source
static const korch_field photon_persistent_disk_volume_source_fields[] = {
    STRING(pd_id, "pdID", 1, REQUIRED | EMIT, "Name of the disk"),
    STRING(fs_type, "fsType", 2, 0, "File system on the volume"),
};
const korch_type korch_photon_persistent_disk_volume_source_type =
    TYPE("PhotonPersistentDiskVolumeSource", photon_persistent_disk_volume_source_fields,
         "A disk of Photon");
#undef S

#define S korch_portworx_volume_source
static const korch_field portworx_volume_source_fields[] = {
    STRING(volume_id, "volumeID", 1, REQUIRED | EMIT, "Name of the volume"),
    STRING(fs_type, "fsType", 2, 0, "File system on the volume"),
    BOOL(read_only, "readOnly", 3, 0, "Whether it is mounted read-only"),
};
const korch_type korch_portworx_volume_source_type =
    TYPE("PortworxVolumeSource", portworx_volume_source_fields, "A Portworx volume");
#undef S

#define S korch_quobyte_volume_source
static const korch_field quobyte_volume_source_fields[] = {
    STRING(registry, "registry", 1, REQUIRED | EMIT, "Addresses of the registry services"),
    STRING(volume, "volume", 2, REQUIRED | EMIT, "Name of the volume"),
    BOOL(read_only, "readOnly", 3, 0, "Whether it is mounted read-only"),
    STRING(user, "user", 4, 0, "User to mount as"),
    STRING(group, "group", 5, 0, "Group to mount as"),
    STRING(tenant, "tenant", 6, 0, "Tenant that owns the volume"),
};
const korch_type korch_quobyte_volume_source_type =
    TYPE("QuobyteVolumeSource", quobyte_volume_source_fields, "A Quobyte volume");
#undef S

#define S korch_rbd_volume_source
static const korch_field rbd_volume_source_fields[] = {
    LIST_STRING(monitors, "monitors", 1, REQUIRED | ATOMIC, "Addresses of the monitors"),
    STRING(image, "image", 2, REQUIRED | EMIT, "Name of the image"),
    STRING(fs_type, "fsType", 3, 0, "File system on the volume"),
    STRING(pool, "pool", 4, 0, "Pool of the image", .default_json = "\"rbd\""),
    STRING(user, "user", 5, 0, "User to connect as", .default_json = "\"admin\""),
    STRING(keyring, "keyring", 6, 0, "File with the user's key",
           .default_json = "\"/etc/ceph/keyring\""),
    STRUCT(secret_ref, korch_local_object_reference, "secretRef", 7, ATOMIC,
           "Secret with the user's key"),
    BOOL(read_only, "readOnly", 8, 0, "Whether it is mounted read-only"),
};
const korch_type korch_rbd_volume_source_type =
    TYPE("RBDVolumeSource", rbd_volume_source_fields, "A block device of Ceph");
#undef S

#define S korch_scale_io_volume_source
static const korch_field scale_io_volume_source_fields[] = {
    STRING(gateway, "gateway", 1, REQUIRED | EMIT, "Address of the gateway"),
    STRING(system, "system", 2, REQUIRED | EMIT, "Name of the storage system"),
    STRUCT(secret_ref, korch_local_object_reference, "secretRef", 3, REQUIRED | ATOMIC,
           "Secret with the credentials"),
    BOOL(ssl_enabled, "sslEnabled", 4, 0, "Whether the gateway is spoken to by TLS"),
    STRING(protection_domain, "protectionDomain", 5, 0, "Protection domain of the storage"),
    STRING(storage_pool, "storagePool", 6, 0, "Storage pool"),
    STRING(storage_mode, "storageMode", 7, 0, "Thick or thin provisioning",
           .default_json = "\"ThinProvisioned\""),
    STRING(volume_name, "volumeName", 8, 0, "Name of the volume"),
    STRING(fs_type, "fsType", 9, 0, "File system on the volume", .default_json = "\"xfs\""),
    BOOL(read_only, "readOnly", 10, 0, "Whether it is mounted read-only"),
};
const korch_type korch_scale_io_volume_source_type =
    TYPE("ScaleIOVolumeSource", scale_io_volume_source_fields, "A ScaleIO volume");
#undef S

#define S korch_storage_os_volume_source
static const korch_field storage_os_volume_source_fields[] = {
    STRING(volume_name, "volumeName", 1, 0, "Name of the volume"),
    STRING(volume_namespace, "volumeNamespace", 2, 0, "StorageOS namespace of the volume"),
    STRING(fs_type, "fsType", 3, 0, "File system on the volume"),
    BOOL(read_only, "readOnly", 4, 0, "Whether it is mounted read-only"),
    STRUCT(secret_ref, korch_local_object_reference, "secretRef", 5, ATOMIC,
           "Secret with the credentials"),
};
const korch_type korch_storage_os_volume_source_type =
    TYPE("StorageOSVolumeSource", storage_os_volume_source_fields, "A StorageOS volume");
#undef S

#define S korch_vsphere_virtual_disk_volume_source
static const korch_field vsphere_virtual_disk_volume_source_fields[] = {
    STRING(volume_path, "volumePath", 1, REQUIRED | EMIT, "Path of the disk file"),
    STRING(fs_type, "fsType", 2, 0, "File system on the volume"),
    STRING(storage_policy_name, "storagePolicyName", 3, 0, "Name of the storage policy"),
    STRING(storage_policy_id, "storagePolicyID", 4, 0, "Identity of the storage policy"),
};
const korch_type korch_vsphere_virtual_disk_volume_source_type = TYPE(
    "VsphereVirtualDiskVolumeSource", vsphere_virtual_disk_volume_source_fields, "A vSphere disk");
#undef S
