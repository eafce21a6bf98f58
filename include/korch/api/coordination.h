/*
 * Leases: the C structs. Their tables (names, rules, defaults) stand in
 * lib/object/kinds/coordination.c.
 */
#ifndef KORCH_API_COORDINATION_H
#define KORCH_API_COORDINATION_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file coordination.h Leases. */

/** Who holds a lease, and until when. */
typedef struct korch_lease_spec {
	KORCH_STRUCT_HEAD
	const char *holder_identity;    /**< Who holds it */
	int32_t lease_duration_seconds; /**< Seconds from the last renewal to its end */
	int64_t acquire_time;           /**< When it was taken, microseconds since 1970 */
	int64_t renew_time;             /**< When it was renewed last, microseconds since 1970 */
	int32_t lease_transitions;      /**< How often it changed hands */
	const char *strategy;           /**< How the next holder is chosen */
	const char *preferred_holder;   /**< Who should take it over */
} korch_lease_spec;
/** The table of a korch_lease_spec. @since 0.1 */
extern KORCH_API const korch_type korch_lease_spec_type;

/** A claim that ends unless it is renewed. */
typedef struct korch_lease {
	korch_object object;    /**< kind, metadata, revision */
	korch_lease_spec *spec; /**< Who holds it, and until when */
} korch_lease;
/** The table of a korch_lease. @since 0.1 */
extern KORCH_API const korch_type korch_lease_type;
/** The kind Lease. @since 0.1 */
extern KORCH_API const korch_kind korch_lease_kind;

KORCH_END_DECLS

#endif
