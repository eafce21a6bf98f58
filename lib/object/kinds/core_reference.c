/*
 * References to objects, keys of them and fields of them: the tables of the structs in
 * <korch/api/core_reference.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/core_reference.h>

#define S korch_local_object_reference
static const korch_field local_object_reference_fields[] = {
    STRING(name, "name", 1, 0, "Name of the object"),
};
const korch_type korch_local_object_reference_type =
    TYPE("LocalObjectReference", local_object_reference_fields, "An object in the same namespace");
#undef S

#define S korch_object_reference
static const korch_field object_reference_fields[] = {
    STRING(kind, "kind", 1, 0, "Kind of the object"),
    STRING(namespace_, "namespace", 2, 0, "Namespace of the object"),
    STRING(name, "name", 3, 0, "Name of the object"),
    STRING(uid, "uid", 4, 0, "Identity of the object"),
    STRING(api_version, "apiVersion", 5, 0, "API version of the object"),
    STRING(resource_version, "resourceVersion", 6, 0, "Revision that is meant"),
    STRING(field_path, "fieldPath", 7, 0, "Part of the object that is meant"),
};
const korch_type korch_object_reference_type =
    TYPE("ObjectReference", object_reference_fields, "Any object, or a part of one");
#undef S

#define S korch_typed_local_object_reference
static const korch_field typed_local_object_reference_fields[] = {
    STRING(api_group, "apiGroup", 1, POINTER,
           "API group of the object; the core group when absent"),
    STRING(kind, "kind", 2, REQUIRED | EMIT, "Kind of the object"),
    STRING(name, "name", 3, REQUIRED | EMIT, "Name of the object"),
};
const korch_type korch_typed_local_object_reference_type =
    TYPE("TypedLocalObjectReference", typed_local_object_reference_fields,
         "An object of some kind in the same namespace");
#undef S

#define S korch_typed_object_reference
static const korch_field typed_object_reference_fields[] = {
    STRING(api_group, "apiGroup", 1, POINTER,
           "API group of the object; the core group when absent"),
    STRING(kind, "kind", 2, REQUIRED | EMIT, "Kind of the object"),
    STRING(name, "name", 3, REQUIRED | EMIT, "Name of the object"),
    STRING(namespace_, "namespace", 4, POINTER,
           "Namespace of the object; the same one when absent"),
};
const korch_type korch_typed_object_reference_type =
    TYPE("TypedObjectReference", typed_object_reference_fields,
         "An object of some kind, also of another namespace");
#undef S

#define S korch_object_field_selector
static const korch_field object_field_selector_fields[] = {
    STRING(api_version, "apiVersion", 1, 0, "API version that fieldPath is written for",
           .default_json = "\"v1\""),
    STRING(field_path, "fieldPath", 2, REQUIRED | EMIT, "Path of the field, such as metadata.name"),
};
const korch_type korch_object_field_selector_type =
    TYPE("ObjectFieldSelector", object_field_selector_fields, "A field of the pod itself");
#undef S

#define S korch_resource_field_selector
static const korch_field resource_field_selector_fields[] = {
    STRING(container_name, "containerName", 1, 0, "Container that is meant; needed for volumes"),
    STRING(resource, "resource", 2, REQUIRED | EMIT, "Which one, such as limits.cpu"),
    QUANTITY(divisor, "divisor", 3, 0, "Unit that the number is given in", .default_json = "\"0\""),
};
const korch_type korch_resource_field_selector_type =
    TYPE("ResourceFieldSelector", resource_field_selector_fields,
         "A container's request or limit as a number",
         .validate = korch__resource_field_selector_validate);
#undef S

#define S korch_config_map_key_selector
static const korch_field config_map_key_selector_fields[] = {
    STRING(name, "name", IN(1, 1), REQUIRED, "Name of the ConfigMap"),
    STRING(key, "key", 2, REQUIRED | EMIT, "Key to take the value of",
           .format = KORCH_FORMAT_CONFIG_KEY),
    BOOL(optional, "optional", 3, POINTER, "Whether the ConfigMap or the key may be missing"),
};
const korch_type korch_config_map_key_selector_type =
    TYPE("ConfigMapKeySelector", config_map_key_selector_fields, "One key of a ConfigMap");
#undef S

#define S korch_secret_key_selector
static const korch_field secret_key_selector_fields[] = {
    STRING(name, "name", IN(1, 1), REQUIRED, "Name of the Secret"),
    STRING(key, "key", 2, REQUIRED | EMIT, "Key to take the value of",
           .format = KORCH_FORMAT_CONFIG_KEY),
    BOOL(optional, "optional", 3, POINTER, "Whether the Secret or the key may be missing"),
};
const korch_type korch_secret_key_selector_type =
    TYPE("SecretKeySelector", secret_key_selector_fields, "One key of a Secret");
#undef S

#define S korch_file_key_selector
static const korch_field file_key_selector_fields[] = {
    STRING(volume_name, "volumeName", 1, REQUIRED | EMIT, "Volume that holds the file"),
    STRING(path, "path", 2, REQUIRED | EMIT, "File within the volume"),
    STRING(key, "key", 3, REQUIRED | EMIT, "Variable to take out of the file"),
    BOOL(optional, "optional", 4, POINTER, "Whether the file or the variable may be missing"),
};
const korch_type korch_file_key_selector_type =
    TYPE("FileKeySelector", file_key_selector_fields, "One variable out of a file in a volume");
#undef S

#define S korch_key_to_path
static const korch_field key_to_path_fields[] = {
    STRING(key, "key", 1, REQUIRED | EMIT, "Key to write out"),
    STRING(path, "path", 2, REQUIRED | EMIT, "File within the volume, relative"),
    INT32(mode, "mode", 3, POINTER, "Permission bits of the file instead of the volume's"),
    INT64(user, "user", 4, POINTER, "User that owns the file"),
};
const korch_type korch_key_to_path_type =
    TYPE("KeyToPath", key_to_path_fields, "Which file a key becomes",
         .validate = korch__key_to_path_validate);
#undef S
