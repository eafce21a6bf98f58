/*
 * References to objects, keys of them and fields of them: the tables of the structs in <korch/api/core_reference.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/core_reference.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field local_object_reference_fields[] = {
	STRING(korch_local_object_reference, name, "name", 1, 0, "name"),
};
const korch_type korch_local_object_reference_type = TYPE("LocalObjectReference", korch_local_object_reference, local_object_reference_fields, "LocalObjectReference");

static const korch_field object_reference_fields[] = {
	STRING(korch_object_reference, kind, "kind", 1, 0, "kind"),
	STRING(korch_object_reference, namespace_, "namespace", 2, 0, "namespace"),
	STRING(korch_object_reference, name, "name", 3, 0, "name"),
	STRING(korch_object_reference, uid, "uid", 4, 0, "uid"),
	STRING(korch_object_reference, api_version, "apiVersion", 5, 0, "apiVersion"),
	STRING(korch_object_reference, resource_version, "resourceVersion", 6, 0, "resourceVersion"),
	STRING(korch_object_reference, field_path, "fieldPath", 7, 0, "fieldPath"),
};
const korch_type korch_object_reference_type = TYPE("ObjectReference", korch_object_reference, object_reference_fields, "ObjectReference");

static const korch_field typed_local_object_reference_fields[] = {
	STRING(korch_typed_local_object_reference, api_group, "apiGroup", 1, 0, "apiGroup"),
	STRING(korch_typed_local_object_reference, kind, "kind", 2, 0, "kind"),
	STRING(korch_typed_local_object_reference, name, "name", 3, 0, "name"),
};
const korch_type korch_typed_local_object_reference_type = TYPE("TypedLocalObjectReference", korch_typed_local_object_reference, typed_local_object_reference_fields, "TypedLocalObjectReference");

static const korch_field typed_object_reference_fields[] = {
	STRING(korch_typed_object_reference, api_group, "apiGroup", 1, 0, "apiGroup"),
	STRING(korch_typed_object_reference, kind, "kind", 2, 0, "kind"),
	STRING(korch_typed_object_reference, name, "name", 3, 0, "name"),
	STRING(korch_typed_object_reference, namespace_, "namespace", 4, 0, "namespace"),
};
const korch_type korch_typed_object_reference_type = TYPE("TypedObjectReference", korch_typed_object_reference, typed_object_reference_fields, "TypedObjectReference");

static const korch_field object_field_selector_fields[] = {
	STRING(korch_object_field_selector, api_version, "apiVersion", 1, 0, "apiVersion"),
	STRING(korch_object_field_selector, field_path, "fieldPath", 2, 0, "fieldPath"),
};
const korch_type korch_object_field_selector_type = TYPE("ObjectFieldSelector", korch_object_field_selector, object_field_selector_fields, "ObjectFieldSelector");

static const korch_field resource_field_selector_fields[] = {
	STRING(korch_resource_field_selector, container_name, "containerName", 1, 0, "containerName"),
	STRING(korch_resource_field_selector, resource, "resource", 2, 0, "resource"),
	QUANTITY(korch_resource_field_selector, divisor, "divisor", 3, 0, "divisor"),
};
const korch_type korch_resource_field_selector_type = TYPE("ResourceFieldSelector", korch_resource_field_selector, resource_field_selector_fields, "ResourceFieldSelector");

static const korch_field config_map_key_selector_fields[] = {
	STRING(korch_config_map_key_selector, name, "name", IN(1, 1), 0, "name"),
	STRING(korch_config_map_key_selector, key, "key", 2, 0, "key"),
	BOOL(korch_config_map_key_selector, optional, "optional", 3, 0, "optional"),
};
const korch_type korch_config_map_key_selector_type = TYPE("ConfigMapKeySelector", korch_config_map_key_selector, config_map_key_selector_fields, "ConfigMapKeySelector");

static const korch_field secret_key_selector_fields[] = {
	STRING(korch_secret_key_selector, name, "name", IN(1, 1), 0, "name"),
	STRING(korch_secret_key_selector, key, "key", 2, 0, "key"),
	BOOL(korch_secret_key_selector, optional, "optional", 3, 0, "optional"),
};
const korch_type korch_secret_key_selector_type = TYPE("SecretKeySelector", korch_secret_key_selector, secret_key_selector_fields, "SecretKeySelector");

static const korch_field file_key_selector_fields[] = {
	STRING(korch_file_key_selector, volume_name, "volumeName", 1, 0, "volumeName"),
	STRING(korch_file_key_selector, path, "path", 2, 0, "path"),
	STRING(korch_file_key_selector, key, "key", 3, 0, "key"),
	BOOL(korch_file_key_selector, optional, "optional", 4, 0, "optional"),
};
const korch_type korch_file_key_selector_type = TYPE("FileKeySelector", korch_file_key_selector, file_key_selector_fields, "FileKeySelector");

static const korch_field key_to_path_fields[] = {
	STRING(korch_key_to_path, key, "key", 1, 0, "key"),
	STRING(korch_key_to_path, path, "path", 2, 0, "path"),
	INT32(korch_key_to_path, mode, "mode", 3, 0, "mode"),
	INT64(korch_key_to_path, user, "user", 4, 0, "user"),
};
const korch_type korch_key_to_path_type = TYPE("KeyToPath", korch_key_to_path, key_to_path_fields, "KeyToPath");
