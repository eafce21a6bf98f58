/*
 * Namespaces: the C structs. Their tables (names, rules, defaults) stand in
 * lib/object/kinds/core_namespace.c.
 */
#ifndef KORCH_API_CORE_NAMESPACE_H
#define KORCH_API_CORE_NAMESPACE_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file core_namespace.h Namespaces. */

/** What holds up the end of a namespace. */
typedef struct korch_namespace_spec {
	KORCH_STRUCT_HEAD
	const char **finalizers; /**< Work to be done before it may go */
	size_t n_finalizers;     /**< number of finalizers */
} korch_namespace_spec;
/** The table of a korch_namespace_spec. @since 0.1 */
extern KORCH_API const korch_type korch_namespace_spec_type;

/** One aspect of a namespace's state. */
typedef struct korch_namespace_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< Which aspect */
	const char *status;           /**< Whether it holds */
	int64_t last_transition_time; /**< When the status changed last, microseconds since 1970 */
	const char *reason;           /**< One word for machines, why */
	const char *message;          /**< A sentence for people */
} korch_namespace_condition;
/** The table of a korch_namespace_condition. @since 0.1 */
extern KORCH_API const korch_type korch_namespace_condition_type;

/** State of a namespace. */
typedef struct korch_namespace_status {
	KORCH_STRUCT_HEAD
	const char *phase;                     /**< Active or Terminating */
	korch_namespace_condition *conditions; /**< Aspects of its state */
	size_t n_conditions;                   /**< number of conditions */
} korch_namespace_status;
/** The table of a korch_namespace_status. @since 0.1 */
extern KORCH_API const korch_type korch_namespace_status_type;

/** A space of names. */
typedef struct korch_namespace {
	korch_object object;            /**< kind, metadata, revision */
	korch_namespace_spec *spec;     /**< What holds up its end */
	korch_namespace_status *status; /**< State of it */
} korch_namespace;
/** The table of a korch_namespace. @since 0.1 */
extern KORCH_API const korch_type korch_namespace_type;
/** The kind Namespace. @since 0.1 */
extern KORCH_API const korch_kind korch_namespace_kind;

KORCH_END_DECLS

#endif
