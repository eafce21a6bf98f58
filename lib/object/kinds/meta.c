/*
 * Metadata of objects and what every group shares: the tables of the structs in <korch/api/meta.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/meta.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field managed_fields_entry_fields[] = {
	STRING(korch_managed_fields_entry, manager, "manager", 1, 0, "manager"),
	STRING(korch_managed_fields_entry, operation, "operation", 2, 0, "operation"),
	STRING(korch_managed_fields_entry, api_version, "apiVersion", 3, 0, "apiVersion"),
	TIME(korch_managed_fields_entry, time, "time", 4, 0, "time"),
	STRING(korch_managed_fields_entry, fields_type, "fieldsType", 6, 0, "fieldsType"),
	RAW(korch_managed_fields_entry, fields_v1, "fieldsV1", 7, 0, "fieldsV1"),
	STRING(korch_managed_fields_entry, subresource, "subresource", 8, 0, "subresource"),
};
const korch_type korch_managed_fields_entry_type = TYPE("ManagedFieldsEntry", korch_managed_fields_entry, managed_fields_entry_fields, "ManagedFieldsEntry");

static const korch_field owner_reference_fields[] = {
	STRING(korch_owner_reference, api_version, "apiVersion", 5, 0, "apiVersion"),
	STRING(korch_owner_reference, kind, "kind", 1, 0, "kind"),
	STRING(korch_owner_reference, name, "name", 3, 0, "name"),
	STRING(korch_owner_reference, uid, "uid", 4, 0, "uid"),
	BOOL(korch_owner_reference, controller, "controller", 6, 0, "controller"),
	BOOL(korch_owner_reference, block_owner_deletion, "blockOwnerDeletion", 7, 0, "blockOwnerDeletion"),
};
const korch_type korch_owner_reference_type = TYPE("OwnerReference", korch_owner_reference, owner_reference_fields, "OwnerReference");

static const korch_field object_meta_fields[] = {
	STRING(korch_object_meta, name, "name", 1, 0, "name"),
	STRING(korch_object_meta, generate_name, "generateName", 2, 0, "generateName"),
	STRING(korch_object_meta, namespace_, "namespace", 3, 0, "namespace"),
	STRING(korch_object_meta, self_link, "selfLink", 4, 0, "selfLink"),
	STRING(korch_object_meta, uid, "uid", 5, 0, "uid"),
	STRING(korch_object_meta, resource_version, "resourceVersion", 6, 0, "resourceVersion"),
	INT64(korch_object_meta, generation, "generation", 7, 0, "generation"),
	TIME(korch_object_meta, creation_timestamp, "creationTimestamp", 8, 0, "creationTimestamp"),
	TIME(korch_object_meta, deletion_timestamp, "deletionTimestamp", 9, 0, "deletionTimestamp"),
	INT64(korch_object_meta, deletion_grace_period_seconds, "deletionGracePeriodSeconds", 10, 0, "deletionGracePeriodSeconds"),
	MAP_STRING(korch_object_meta, labels, "labels", 11, 0, "labels"),
	MAP_STRING(korch_object_meta, annotations, "annotations", 12, 0, "annotations"),
	LIST_STRUCT(korch_object_meta, owner_references, n_owner_references, korch_owner_reference_type, "ownerReferences", 13, 0, "ownerReferences", .merge_key = "uid"),
	LIST_STRING(korch_object_meta, finalizers, n_finalizers, "finalizers", 14, SET, "finalizers"),
	LIST_STRUCT(korch_object_meta, managed_fields, n_managed_fields, korch_managed_fields_entry_type, "managedFields", 17, ATOMIC, "managedFields"),
};
const korch_type korch_object_meta_type = TYPE("ObjectMeta", korch_object_meta, object_meta_fields, "ObjectMeta");

static const korch_field label_selector_requirement_fields[] = {
	STRING(korch_label_selector_requirement, key, "key", 1, 0, "key"),
	STRING(korch_label_selector_requirement, operator_, "operator", 2, 0, "operator"),
	LIST_STRING(korch_label_selector_requirement, values, n_values, "values", 3, ATOMIC, "values"),
};
const korch_type korch_label_selector_requirement_type = TYPE("LabelSelectorRequirement", korch_label_selector_requirement, label_selector_requirement_fields, "LabelSelectorRequirement");

static const korch_field label_selector_fields[] = {
	MAP_STRING(korch_label_selector, match_labels, "matchLabels", 1, 0, "matchLabels"),
	LIST_STRUCT(korch_label_selector, match_expressions, n_match_expressions, korch_label_selector_requirement_type, "matchExpressions", 2, ATOMIC, "matchExpressions"),
};
const korch_type korch_label_selector_type = TYPE("LabelSelector", korch_label_selector, label_selector_fields, "LabelSelector");

static const korch_field condition_fields[] = {
	STRING(korch_condition, type, "type", 1, 0, "type"),
	STRING(korch_condition, status, "status", 2, 0, "status"),
	INT64(korch_condition, observed_generation, "observedGeneration", 3, 0, "observedGeneration"),
	TIME(korch_condition, last_transition_time, "lastTransitionTime", 4, 0, "lastTransitionTime"),
	STRING(korch_condition, reason, "reason", 5, 0, "reason"),
	STRING(korch_condition, message, "message", 6, 0, "message"),
};
const korch_type korch_condition_type = TYPE("Condition", korch_condition, condition_fields, "Condition");
