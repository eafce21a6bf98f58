/*
 * Metadata of objects and what every group shares: the C structs. Their tables (names, rules,
 * defaults) stand in lib/object/kinds/meta.c.
 */
#ifndef KORCH_API_META_H
#define KORCH_API_META_H

#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file meta.h Metadata of objects and what every group shares. */

/** Fields that one writer owns, for server-side apply. */
typedef struct korch_managed_fields_entry {
	KORCH_STRUCT_HEAD
	const char *manager;     /**< Who wrote the fields */
	const char *operation;   /**< How they were written */
	const char *api_version; /**< Version of the object that fieldsV1 refers to */
	int64_t time;            /**< When this entry changed last, microseconds since 1970 */
	const char *fields_type; /**< Format of fieldsV1, always "FieldsV1" */
	const char *fields_v1;   /**< Set of owned fields */
	const char *subresource; /**< Subresource through which they were written */
} korch_managed_fields_entry;
/** The table of a korch_managed_fields_entry. @since 0.1 */
extern KORCH_API const korch_type korch_managed_fields_entry_type;

/** An object that this one belongs to. */
typedef struct korch_owner_reference {
	KORCH_STRUCT_HEAD
	const char *api_version; /**< API version of the owner */
	const char *kind;        /**< Kind of the owner */
	const char *name;        /**< Name of the owner */
	const char *uid;         /**< Identity of the owner */
	int32_t controller;      /**< Whether the owner manages this object */
	/** Whether foreground deletion of the owner waits for this object */
	int32_t block_owner_deletion;
} korch_owner_reference;
/** The table of a korch_owner_reference. @since 0.1 */
extern KORCH_API const korch_type korch_owner_reference_type;

/** What every object carries: identity, labels, ownership, life. */
typedef struct korch_object_meta {
	KORCH_STRUCT_HEAD
	const char *name; /**< Name, unique among the kind in its namespace */
	/** Beginning of a name that the server completes */
	const char *generate_name;
	const char *namespace_;       /**< Namespace that the object lives in */
	const char *self_link;        /**< Path of the object, no longer filled in */
	const char *uid;              /**< Identity that is never used again */
	const char *resource_version; /**< Store revision of the last change */
	int64_t generation;           /**< Counts changes of what is wanted */
	/** When the object was created, microseconds since 1970 */
	int64_t creation_timestamp;
	/** When the object is to be gone; set by a delete call, microseconds since 1970 */
	int64_t deletion_timestamp;
	int64_t deletion_grace_period_seconds; /**< Seconds that a graceful delete allows */
	korch_map *labels;                     /**< Keys and values that selectors match */
	korch_map *annotations;                /**< Keys and values that nothing selects by */
	/** Objects that this one belongs to; it goes when all of them went */
	korch_owner_reference *owner_references;
	size_t n_owner_references; /**< number of owner_references */
	/** Work to be done by others before the object may go */
	const char **finalizers;
	size_t n_finalizers;                        /**< number of finalizers */
	korch_managed_fields_entry *managed_fields; /**< Which writer owns which fields */
	size_t n_managed_fields;                    /**< number of managed_fields */
} korch_object_meta;
/** The table of a korch_object_meta. @since 0.1 */
extern KORCH_API const korch_type korch_object_meta_type;

/** One condition on a label. */
typedef struct korch_label_selector_requirement {
	KORCH_STRUCT_HEAD
	const char *key;       /**< Label that is looked at */
	const char *operator_; /**< In, NotIn, Exists or DoesNotExist */
	const char **values;   /**< Values for In and NotIn */
	size_t n_values;       /**< number of values */
} korch_label_selector_requirement;
/** The table of a korch_label_selector_requirement. @since 0.1 */
extern KORCH_API const korch_type korch_label_selector_requirement_type;

/** Which labels an object must have; all conditions hold. */
typedef struct korch_label_selector {
	KORCH_STRUCT_HEAD
	/** Labels that must have exactly these values */
	korch_map *match_labels;
	korch_label_selector_requirement *match_expressions; /**< Further conditions on labels */
	size_t n_match_expressions;                          /**< number of match_expressions */
} korch_label_selector;
/** The table of a korch_label_selector. @since 0.1 */
extern KORCH_API const korch_type korch_label_selector_type;

/** One aspect of an object's state. */
typedef struct korch_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< Which aspect, in CamelCase */
	const char *status;           /**< Whether it holds */
	int64_t observed_generation;  /**< Generation that this was computed for */
	int64_t last_transition_time; /**< When the status changed last, microseconds since 1970 */
	const char *reason;           /**< One word for machines, why */
	const char *message;          /**< A sentence for people */
} korch_condition;
/** The table of a korch_condition. @since 0.1 */
extern KORCH_API const korch_type korch_condition_type;

KORCH_END_DECLS

#endif
