/*
 * Namespaces: the tables of the structs in <korch/api/core_namespace.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/core_namespace.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field namespace_spec_fields[] = {
	LIST_STRING(korch_namespace_spec, finalizers, n_finalizers, "finalizers", 1, ATOMIC, "finalizers"),
};
const korch_type korch_namespace_spec_type = TYPE("NamespaceSpec", korch_namespace_spec, namespace_spec_fields, "NamespaceSpec");

static const korch_field namespace_condition_fields[] = {
	STRING(korch_namespace_condition, type, "type", 1, 0, "type"),
	STRING(korch_namespace_condition, status, "status", 2, 0, "status"),
	TIME(korch_namespace_condition, last_transition_time, "lastTransitionTime", 4, 0, "lastTransitionTime"),
	STRING(korch_namespace_condition, reason, "reason", 5, 0, "reason"),
	STRING(korch_namespace_condition, message, "message", 6, 0, "message"),
};
const korch_type korch_namespace_condition_type = TYPE("NamespaceCondition", korch_namespace_condition, namespace_condition_fields, "NamespaceCondition");

static const korch_field namespace_status_fields[] = {
	STRING(korch_namespace_status, phase, "phase", 1, 0, "phase"),
	LIST_STRUCT(korch_namespace_status, conditions, n_conditions, korch_namespace_condition_type, "conditions", 2, 0, "conditions", .merge_key = "type"),
};
const korch_type korch_namespace_status_type = TYPE("NamespaceStatus", korch_namespace_status, namespace_status_fields, "NamespaceStatus");

static const korch_field namespace_fields[] = {
	STRUCT(korch_namespace, object.metadata, korch_object_meta_type, "metadata", 1, 0, "metadata"),
	STRUCT(korch_namespace, spec, korch_namespace_spec_type, "spec", 2, 0, "spec"),
	STRUCT(korch_namespace, status, korch_namespace_status_type, "status", 3, 0, "status"),
};
const korch_type korch_namespace_type = TYPE("Namespace", korch_namespace, namespace_fields, "Namespace");
