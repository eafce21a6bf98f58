/*
 * Metadata of objects and what every group shares: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/meta.c.
 */
#ifndef KORCH_API_META_H
#define KORCH_API_META_H

#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file meta.h Metadata of objects and what every group shares. */

/** ManagedFieldsEntry. */
typedef struct korch_managed_fields_entry {
	KORCH_STRUCT_HEAD
	const char *manager;     /**< manager */
	const char *operation;   /**< operation */
	const char *api_version; /**< apiVersion */
	int64_t time;            /**< time, microseconds since 1970 */
	const char *fields_type; /**< fieldsType */
	const char *fields_v1;   /**< fieldsV1 */
	const char *subresource; /**< subresource */
} korch_managed_fields_entry;
/** The table of a korch_managed_fields_entry. @since 0.1 */
extern KORCH_API const korch_type korch_managed_fields_entry_type;

/** OwnerReference. */
typedef struct korch_owner_reference {
	KORCH_STRUCT_HEAD
	const char *api_version;      /**< apiVersion */
	const char *kind;             /**< kind */
	const char *name;             /**< name */
	const char *uid;              /**< uid */
	int32_t controller;           /**< controller */
	int32_t block_owner_deletion; /**< blockOwnerDeletion */
} korch_owner_reference;
/** The table of a korch_owner_reference. @since 0.1 */
extern KORCH_API const korch_type korch_owner_reference_type;

/** ObjectMeta. */
typedef struct korch_object_meta {
	KORCH_STRUCT_HEAD
	const char *name;                           /**< name */
	const char *generate_name;                  /**< generateName */
	const char *namespace_;                     /**< namespace */
	const char *self_link;                      /**< selfLink */
	const char *uid;                            /**< uid */
	const char *resource_version;               /**< resourceVersion */
	int64_t generation;                         /**< generation */
	int64_t creation_timestamp;                 /**< creationTimestamp, microseconds since 1970 */
	int64_t deletion_timestamp;                 /**< deletionTimestamp, microseconds since 1970 */
	int64_t deletion_grace_period_seconds;      /**< deletionGracePeriodSeconds */
	korch_map *labels;                          /**< labels */
	korch_map *annotations;                     /**< annotations */
	korch_owner_reference *owner_references;    /**< ownerReferences */
	size_t n_owner_references;                  /**< number of owner_references */
	const char **finalizers;                    /**< finalizers */
	size_t n_finalizers;                        /**< number of finalizers */
	korch_managed_fields_entry *managed_fields; /**< managedFields */
	size_t n_managed_fields;                    /**< number of managed_fields */
} korch_object_meta;
/** The table of a korch_object_meta. @since 0.1 */
extern KORCH_API const korch_type korch_object_meta_type;

/** LabelSelectorRequirement. */
typedef struct korch_label_selector_requirement {
	KORCH_STRUCT_HEAD
	const char *key;       /**< key */
	const char *operator_; /**< operator */
	const char **values;   /**< values */
	size_t n_values;       /**< number of values */
} korch_label_selector_requirement;
/** The table of a korch_label_selector_requirement. @since 0.1 */
extern KORCH_API const korch_type korch_label_selector_requirement_type;

/** LabelSelector. */
typedef struct korch_label_selector {
	KORCH_STRUCT_HEAD
	korch_map *match_labels;                       /**< matchLabels */
	korch_label_selector_requirement *match_expressions; /**< matchExpressions */
	size_t n_match_expressions;                    /**< number of match_expressions */
} korch_label_selector;
/** The table of a korch_label_selector. @since 0.1 */
extern KORCH_API const korch_type korch_label_selector_type;

/** Condition. */
typedef struct korch_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< type */
	const char *status;           /**< status */
	int64_t observed_generation;  /**< observedGeneration */
	int64_t last_transition_time; /**< lastTransitionTime, microseconds since 1970 */
	const char *reason;           /**< reason */
	const char *message;          /**< message */
} korch_condition;
/** The table of a korch_condition. @since 0.1 */
extern KORCH_API const korch_type korch_condition_type;

KORCH_END_DECLS

#endif
