/*
 * Metadata of objects and what every group shares: the tables of the structs in <korch/api/meta.h>.
 * One line per field; rules over several fields stand in validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/meta.h>

#define S korch_managed_fields_entry
static const korch_field managed_fields_entry_fields[] = {
    STRING(manager, "manager", 1, 0, "Who wrote the fields"),
    STRING(operation, "operation", 2, 0, "How they were written",
           .allowed = ALLOWED("Apply", "Update")),
    STRING(api_version, "apiVersion", 3, 0, "Version of the object that fieldsV1 refers to"),
    TIME(time, "time", 4, 0, "When this entry changed last"),
    STRING(fields_type, "fieldsType", 6, 0, "Format of fieldsV1, always \"FieldsV1\""),
    RAW(fields_v1, "fieldsV1", 7, 0, "Set of owned fields"),
    STRING(subresource, "subresource", 8, 0, "Subresource through which they were written"),
};
const korch_type korch_managed_fields_entry_type =
    TYPE("ManagedFieldsEntry", managed_fields_entry_fields,
         "Fields that one writer owns, for server-side apply");
#undef S

#define S korch_owner_reference
static const korch_field owner_reference_fields[] = {
    STRING(api_version, "apiVersion", 5, REQUIRED | EMIT, "API version of the owner"),
    STRING(kind, "kind", 1, REQUIRED | EMIT, "Kind of the owner"),
    STRING(name, "name", 3, REQUIRED | EMIT, "Name of the owner"),
    STRING(uid, "uid", 4, REQUIRED | EMIT, "Identity of the owner"),
    BOOL(controller, "controller", 6, POINTER, "Whether the owner manages this object"),
    BOOL(block_owner_deletion, "blockOwnerDeletion", 7, POINTER,
         "Whether foreground deletion of the owner waits for this object"),
};
const korch_type korch_owner_reference_type =
    TYPE("OwnerReference", owner_reference_fields, "An object that this one belongs to");
#undef S

#define S korch_object_meta
static const korch_field object_meta_fields[] = {
    STRING(name, "name", 1, 0, "Name, unique among the kind in its namespace"),
    STRING(generate_name, "generateName", 2, 0, "Beginning of a name that the server completes"),
    STRING(namespace_, "namespace", 3, 0, "Namespace that the object lives in",
           .format = KORCH_FORMAT_DNS1123_LABEL),
    STRING(self_link, "selfLink", 4, DEPRECATED, "Path of the object, no longer filled in"),
    STRING(uid, "uid", 5, 0, "Identity that is never used again"),
    STRING(resource_version, "resourceVersion", 6, 0, "Store revision of the last change"),
    INT64(generation, "generation", 7, 0, "Counts changes of what is wanted",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    TIME(creation_timestamp, "creationTimestamp", 8, 0, "When the object was created"),
    TIME(deletion_timestamp, "deletionTimestamp", 9, 0,
         "When the object is to be gone; set by a delete call"),
    INT64(deletion_grace_period_seconds, "deletionGracePeriodSeconds", 10, POINTER,
          "Seconds that a graceful delete allows", .format = KORCH_FORMAT_NON_NEGATIVE),
    MAP_STRING(labels, "labels", 11, 0, "Keys and values that selectors match",
               .format = KORCH_FORMAT_QUALIFIED_NAME),
    MAP_STRING(annotations, "annotations", 12, 0, "Keys and values that nothing selects by"),
    LIST_STRUCT(owner_references, korch_owner_reference, "ownerReferences", 13, 0,
                "Objects that this one belongs to; it goes when all of them went",
                .merge_key = "uid"),
    LIST_STRING(finalizers, "finalizers", 14, SET,
                "Work to be done by others before the object may go",
                .format = KORCH_FORMAT_QUALIFIED_NAME),
    LIST_STRUCT(managed_fields, korch_managed_fields_entry, "managedFields", 17, ATOMIC,
                "Which writer owns which fields"),
};
const korch_type korch_object_meta_type =
    TYPE("ObjectMeta", object_meta_fields,
         "What every object carries: identity, labels, ownership, life",
         .validate = korch__object_meta_validate);
#undef S

#define S korch_label_selector_requirement
static const korch_field label_selector_requirement_fields[] = {
    STRING(key, "key", 1, REQUIRED | EMIT, "Label that is looked at",
           .format = KORCH_FORMAT_QUALIFIED_NAME),
    STRING(operator_, "operator", 2, REQUIRED | EMIT, "In, NotIn, Exists or DoesNotExist"),
    LIST_STRING(values, "values", 3, ATOMIC, "Values for In and NotIn"),
};
const korch_type korch_label_selector_requirement_type =
    TYPE("LabelSelectorRequirement", label_selector_requirement_fields, "One condition on a label",
         .validate = korch__label_selector_requirement_validate);
#undef S

#define S korch_label_selector
static const korch_field label_selector_fields[] = {
    MAP_STRING(match_labels, "matchLabels", 1, 0, "Labels that must have exactly these values",
               .format = KORCH_FORMAT_QUALIFIED_NAME),
    LIST_STRUCT(match_expressions, korch_label_selector_requirement, "matchExpressions", 2, ATOMIC,
                "Further conditions on labels"),
};
const korch_type korch_label_selector_type = TYPE(
    "LabelSelector", label_selector_fields, "Which labels an object must have; all conditions hold",
    .validate = korch__label_selector_validate);
#undef S

#define S korch_condition
static const korch_field condition_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "Which aspect, in CamelCase",
           .format = KORCH_FORMAT_QUALIFIED_NAME),
    STRING(status, "status", 2, REQUIRED | EMIT, "Whether it holds",
           .allowed = ALLOWED("True", "False", "Unknown")),
    INT64(observed_generation, "observedGeneration", 3, 0, "Generation that this was computed for",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    TIME(last_transition_time, "lastTransitionTime", 4, REQUIRED, "When the status changed last"),
    STRING(reason, "reason", 5, REQUIRED | EMIT, "One word for machines, why"),
    STRING(message, "message", 6, EMIT, "A sentence for people"),
};
const korch_type korch_condition_type =
    TYPE("Condition", condition_fields, "One aspect of an object's state");
#undef S
