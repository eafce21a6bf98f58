/*
 * References to objects, keys of them and fields of them: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/core_reference.c.
 */
#ifndef KORCH_API_CORE_REFERENCE_H
#define KORCH_API_CORE_REFERENCE_H

#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file core_reference.h References to objects, keys of them and fields of them. */

/** LocalObjectReference. */
typedef struct korch_local_object_reference {
	KORCH_STRUCT_HEAD
	const char *name; /**< name */
} korch_local_object_reference;
/** The table of a korch_local_object_reference. @since 0.1 */
extern KORCH_API const korch_type korch_local_object_reference_type;

/** ObjectReference. */
typedef struct korch_object_reference {
	KORCH_STRUCT_HEAD
	const char *kind;             /**< kind */
	const char *namespace_;       /**< namespace */
	const char *name;             /**< name */
	const char *uid;              /**< uid */
	const char *api_version;      /**< apiVersion */
	const char *resource_version; /**< resourceVersion */
	const char *field_path;       /**< fieldPath */
} korch_object_reference;
/** The table of a korch_object_reference. @since 0.1 */
extern KORCH_API const korch_type korch_object_reference_type;

/** TypedLocalObjectReference. */
typedef struct korch_typed_local_object_reference {
	KORCH_STRUCT_HEAD
	const char *api_group; /**< apiGroup */
	const char *kind;      /**< kind */
	const char *name;      /**< name */
} korch_typed_local_object_reference;
/** The table of a korch_typed_local_object_reference. @since 0.1 */
extern KORCH_API const korch_type korch_typed_local_object_reference_type;

/** TypedObjectReference. */
typedef struct korch_typed_object_reference {
	KORCH_STRUCT_HEAD
	const char *api_group;  /**< apiGroup */
	const char *kind;       /**< kind */
	const char *name;       /**< name */
	const char *namespace_; /**< namespace */
} korch_typed_object_reference;
/** The table of a korch_typed_object_reference. @since 0.1 */
extern KORCH_API const korch_type korch_typed_object_reference_type;

/** ObjectFieldSelector. */
typedef struct korch_object_field_selector {
	KORCH_STRUCT_HEAD
	const char *api_version; /**< apiVersion */
	const char *field_path;  /**< fieldPath */
} korch_object_field_selector;
/** The table of a korch_object_field_selector. @since 0.1 */
extern KORCH_API const korch_type korch_object_field_selector_type;

/** ResourceFieldSelector. */
typedef struct korch_resource_field_selector {
	KORCH_STRUCT_HEAD
	const char *container_name; /**< containerName */
	const char *resource;       /**< resource */
	const char *divisor;        /**< divisor */
} korch_resource_field_selector;
/** The table of a korch_resource_field_selector. @since 0.1 */
extern KORCH_API const korch_type korch_resource_field_selector_type;

/** ConfigMapKeySelector. */
typedef struct korch_config_map_key_selector {
	KORCH_STRUCT_HEAD
	const char *name; /**< name */
	const char *key;  /**< key */
	int32_t optional; /**< optional */
} korch_config_map_key_selector;
/** The table of a korch_config_map_key_selector. @since 0.1 */
extern KORCH_API const korch_type korch_config_map_key_selector_type;

/** SecretKeySelector. */
typedef struct korch_secret_key_selector {
	KORCH_STRUCT_HEAD
	const char *name; /**< name */
	const char *key;  /**< key */
	int32_t optional; /**< optional */
} korch_secret_key_selector;
/** The table of a korch_secret_key_selector. @since 0.1 */
extern KORCH_API const korch_type korch_secret_key_selector_type;

/** FileKeySelector. */
typedef struct korch_file_key_selector {
	KORCH_STRUCT_HEAD
	const char *volume_name; /**< volumeName */
	const char *path;        /**< path */
	const char *key;         /**< key */
	int32_t optional;        /**< optional */
} korch_file_key_selector;
/** The table of a korch_file_key_selector. @since 0.1 */
extern KORCH_API const korch_type korch_file_key_selector_type;

/** KeyToPath. */
typedef struct korch_key_to_path {
	KORCH_STRUCT_HEAD
	const char *key;  /**< key */
	const char *path; /**< path */
	int32_t mode;     /**< mode */
	int64_t user;     /**< user */
} korch_key_to_path;
/** The table of a korch_key_to_path. @since 0.1 */
extern KORCH_API const korch_type korch_key_to_path_type;

KORCH_END_DECLS

#endif
