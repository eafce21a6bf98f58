/*
 * PriorityClasses: the C structs. Their tables (names, rules, defaults) stand in
 * lib/object/kinds/scheduling.c.
 */
#ifndef KORCH_API_SCHEDULING_H
#define KORCH_API_SCHEDULING_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file scheduling.h PriorityClasses. */

/** A name for how important pods are. */
typedef struct korch_priority_class {
	korch_object object;           /**< kind, metadata, revision */
	int32_t value;                 /**< Priority of its pods, more is more important */
	int32_t global_default;        /**< Whether pods that name no class have this one */
	const char *description;       /**< When it is to be used, for people */
	const char *preemption_policy; /**< Whether its pods take room from less important ones */
} korch_priority_class;
/** The table of a korch_priority_class. @since 0.1 */
extern KORCH_API const korch_type korch_priority_class_type;
/** The kind PriorityClass. @since 0.1 */
extern KORCH_API const korch_kind korch_priority_class_kind;

KORCH_END_DECLS

#endif
