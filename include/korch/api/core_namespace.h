/*
 * Namespaces: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/core_namespace.c.
 */
#ifndef KORCH_API_CORE_NAMESPACE_H
#define KORCH_API_CORE_NAMESPACE_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file core_namespace.h Namespaces. */

/** NamespaceSpec. */
typedef struct korch_namespace_spec {
	KORCH_STRUCT_HEAD
	const char **finalizers; /**< finalizers */
	size_t n_finalizers;     /**< number of finalizers */
} korch_namespace_spec;
/** The table of a korch_namespace_spec. @since 0.1 */
extern KORCH_API const korch_type korch_namespace_spec_type;

/** NamespaceCondition. */
typedef struct korch_namespace_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< type */
	const char *status;           /**< status */
	int64_t last_transition_time; /**< lastTransitionTime, microseconds since 1970 */
	const char *reason;           /**< reason */
	const char *message;          /**< message */
} korch_namespace_condition;
/** The table of a korch_namespace_condition. @since 0.1 */
extern KORCH_API const korch_type korch_namespace_condition_type;

/** NamespaceStatus. */
typedef struct korch_namespace_status {
	KORCH_STRUCT_HEAD
	const char *phase;                     /**< phase */
	korch_namespace_condition *conditions; /**< conditions */
	size_t n_conditions;                   /**< number of conditions */
} korch_namespace_status;
/** The table of a korch_namespace_status. @since 0.1 */
extern KORCH_API const korch_type korch_namespace_status_type;

/** Namespace. */
typedef struct korch_namespace {
	korch_object object;            /**< kind, metadata, revision */
	korch_namespace_spec *spec;     /**< spec */
	korch_namespace_status *status; /**< status */
} korch_namespace;
/** The table of a korch_namespace. @since 0.1 */
extern KORCH_API const korch_type korch_namespace_type;
/** The kind Namespace. @since 0.1 */
extern KORCH_API const korch_kind korch_namespace_kind;

KORCH_END_DECLS

#endif
