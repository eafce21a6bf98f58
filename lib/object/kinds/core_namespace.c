/*
 * Namespaces: the tables of the structs in <korch/api/core_namespace.h>.
 * One line per field; rules over several fields stand in validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/core_namespace.h>

#define S korch_namespace_spec
static const korch_field namespace_spec_fields[] = {
    LIST_STRING(finalizers, "finalizers", 1, ATOMIC, "Work to be done before it may go"),
};
const korch_type korch_namespace_spec_type =
    TYPE("NamespaceSpec", namespace_spec_fields, "What holds up the end of a namespace");
#undef S

#define S korch_namespace_condition
static const korch_field namespace_condition_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "Which aspect"),
    STRING(status, "status", 2, REQUIRED | EMIT, "Whether it holds",
           .allowed = ALLOWED("True", "False", "Unknown")),
    TIME(last_transition_time, "lastTransitionTime", 4, 0, "When the status changed last"),
    STRING(reason, "reason", 5, 0, "One word for machines, why"),
    STRING(message, "message", 6, 0, "A sentence for people"),
};
const korch_type korch_namespace_condition_type =
    TYPE("NamespaceCondition", namespace_condition_fields, "One aspect of a namespace's state");
#undef S

#define S korch_namespace_status
static const korch_field namespace_status_fields[] = {
    STRING(phase, "phase", 1, 0, "Active or Terminating",
           .allowed = ALLOWED("Active", "Terminating"), .default_json = "\"Active\""),
    LIST_STRUCT(conditions, korch_namespace_condition, "conditions", 2, 0, "Aspects of its state",
                .merge_key = "type"),
};
const korch_type korch_namespace_status_type =
    TYPE("NamespaceStatus", namespace_status_fields, "State of a namespace");
#undef S

#define S korch_namespace
static const korch_field namespace_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_namespace_spec, "spec", 2, 0, "What holds up its end"),
    STRUCT(status, korch_namespace_status, "status", 3, 0, "State of it"),
};
const korch_type korch_namespace_type = TYPE("Namespace", namespace_fields, "A space of names",
                                             .set_defaults = korch__namespace_set_defaults);
#undef S
