/*
 * PriorityClasses: the table of the struct in <korch/api/scheduling.h>.
 * One line per field; rules over several fields stand in validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/scheduling.h>

#define S korch_priority_class
static const korch_field priority_class_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    INT32(value, "value", 2, EMIT, "Priority of its pods, more is more important"),
    BOOL(global_default, "globalDefault", 3, 0, "Whether pods that name no class have this one"),
    STRING(description, "description", 4, 0, "When it is to be used, for people"),
    STRING(preemption_policy, "preemptionPolicy", 5, POINTER | IMMUTABLE,
           "Whether its pods take room from less important ones",
           .allowed = ALLOWED("Never", "PreemptLowerPriority"),
           .default_json = "\"PreemptLowerPriority\""),
};
const korch_type korch_priority_class_type =
    TYPE("PriorityClass", priority_class_fields, "A name for how important pods are",
         .validate = korch__priority_class_validate,
         .validate_update = korch__priority_class_validate_update);
#undef S
