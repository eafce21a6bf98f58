/*
 * Leases: the C structs. Their tables (names, rules, defaults) stand in lib/object/kinds/coordination.c.
 */
#ifndef KORCH_API_COORDINATION_H
#define KORCH_API_COORDINATION_H

#include <korch/object.h>

KORCH_BEGIN_DECLS

/** @file coordination.h Leases. */

/** LeaseSpec. */
typedef struct korch_lease_spec {
	KORCH_STRUCT_HEAD
	const char *holder_identity;    /**< holderIdentity */
	int32_t lease_duration_seconds; /**< leaseDurationSeconds */
	int64_t acquire_time;           /**< acquireTime, microseconds since 1970 */
	int64_t renew_time;             /**< renewTime, microseconds since 1970 */
	int32_t lease_transitions;      /**< leaseTransitions */
	const char *strategy;           /**< strategy */
	const char *preferred_holder;   /**< preferredHolder */
} korch_lease_spec;
/** The table of a korch_lease_spec. @since 0.1 */
extern KORCH_API const korch_type korch_lease_spec_type;

/** Lease. */
typedef struct korch_lease {
	korch_object object;    /**< kind, metadata, revision */
	korch_lease_spec *spec; /**< spec */
} korch_lease;
/** The table of a korch_lease. @since 0.1 */
extern KORCH_API const korch_type korch_lease_type;
/** The kind Lease. @since 0.1 */
extern KORCH_API const korch_kind korch_lease_kind;

KORCH_END_DECLS

#endif
