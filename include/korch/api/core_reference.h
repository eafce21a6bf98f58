/*
 * References to objects, keys of them and fields of them: the C structs. Their tables (names,
 * rules, defaults) stand in lib/object/kinds/core_reference.c.
 */
#ifndef KORCH_API_CORE_REFERENCE_H
#define KORCH_API_CORE_REFERENCE_H

#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file core_reference.h References to objects, keys of them and fields of them. */

/** An object in the same namespace. */
typedef struct korch_local_object_reference {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name of the object */
} korch_local_object_reference;
/** The table of a korch_local_object_reference. @since 0.1 */
extern KORCH_API const korch_type korch_local_object_reference_type;

/** Any object, or a part of one. */
typedef struct korch_object_reference {
	KORCH_STRUCT_HEAD
	const char *kind;             /**< Kind of the object */
	const char *namespace_;       /**< Namespace of the object */
	const char *name;             /**< Name of the object */
	const char *uid;              /**< Identity of the object */
	const char *api_version;      /**< API version of the object */
	const char *resource_version; /**< Revision that is meant */
	const char *field_path;       /**< Part of the object that is meant */
} korch_object_reference;
/** The table of a korch_object_reference. @since 0.1 */
extern KORCH_API const korch_type korch_object_reference_type;

/** An object of some kind in the same namespace. */
typedef struct korch_typed_local_object_reference {
	KORCH_STRUCT_HEAD
	const char *api_group; /**< API group of the object; the core group when absent */
	const char *kind;      /**< Kind of the object */
	const char *name;      /**< Name of the object */
} korch_typed_local_object_reference;
/** The table of a korch_typed_local_object_reference. @since 0.1 */
extern KORCH_API const korch_type korch_typed_local_object_reference_type;

/** An object of some kind, also of another namespace. */
typedef struct korch_typed_object_reference {
	KORCH_STRUCT_HEAD
	const char *api_group;  /**< API group of the object; the core group when absent */
	const char *kind;       /**< Kind of the object */
	const char *name;       /**< Name of the object */
	const char *namespace_; /**< Namespace of the object; the same one when absent */
} korch_typed_object_reference;
/** The table of a korch_typed_object_reference. @since 0.1 */
extern KORCH_API const korch_type korch_typed_object_reference_type;

/** A field of the pod itself. */
typedef struct korch_object_field_selector {
	KORCH_STRUCT_HEAD
	const char *api_version; /**< API version that fieldPath is written for */
	const char *field_path;  /**< Path of the field, such as metadata.name */
} korch_object_field_selector;
/** The table of a korch_object_field_selector. @since 0.1 */
extern KORCH_API const korch_type korch_object_field_selector_type;

/** A container's request or limit as a number. */
typedef struct korch_resource_field_selector {
	KORCH_STRUCT_HEAD
	const char *container_name; /**< Container that is meant; needed for volumes */
	const char *resource;       /**< Which one, such as limits.cpu */
	const char *divisor;        /**< Unit that the number is given in */
} korch_resource_field_selector;
/** The table of a korch_resource_field_selector. @since 0.1 */
extern KORCH_API const korch_type korch_resource_field_selector_type;

/** One key of a ConfigMap. */
typedef struct korch_config_map_key_selector {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name of the ConfigMap */
	const char *key;  /**< Key to take the value of */
	int32_t optional; /**< Whether the ConfigMap or the key may be missing */
} korch_config_map_key_selector;
/** The table of a korch_config_map_key_selector. @since 0.1 */
extern KORCH_API const korch_type korch_config_map_key_selector_type;

/** One key of a Secret. */
typedef struct korch_secret_key_selector {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name of the Secret */
	const char *key;  /**< Key to take the value of */
	int32_t optional; /**< Whether the Secret or the key may be missing */
} korch_secret_key_selector;
/** The table of a korch_secret_key_selector. @since 0.1 */
extern KORCH_API const korch_type korch_secret_key_selector_type;

/** One variable out of a file in a volume. */
typedef struct korch_file_key_selector {
	KORCH_STRUCT_HEAD
	const char *volume_name; /**< Volume that holds the file */
	const char *path;        /**< File within the volume */
	const char *key;         /**< Variable to take out of the file */
	int32_t optional;        /**< Whether the file or the variable may be missing */
} korch_file_key_selector;
/** The table of a korch_file_key_selector. @since 0.1 */
extern KORCH_API const korch_type korch_file_key_selector_type;

/** Which file a key becomes. */
typedef struct korch_key_to_path {
	KORCH_STRUCT_HEAD
	const char *key;  /**< Key to write out */
	const char *path; /**< File within the volume, relative */
	int32_t mode;     /**< Permission bits of the file instead of the volume's */
	int64_t user;     /**< User that owns the file */
} korch_key_to_path;
/** The table of a korch_key_to_path. @since 0.1 */
extern KORCH_API const korch_type korch_key_to_path_type;

KORCH_END_DECLS

#endif
