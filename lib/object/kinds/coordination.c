/*
 * Leases: the tables of the structs in <korch/api/coordination.h>. One line per field; rules over several fields stand in
 * validate_*.c and defaults_*.c.
 */
#include <korch/api/coordination.h>
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"

static const korch_field lease_spec_fields[] = {
	STRING(korch_lease_spec, holder_identity, "holderIdentity", 1, 0, "holderIdentity"),
	INT32(korch_lease_spec, lease_duration_seconds, "leaseDurationSeconds", 2, 0, "leaseDurationSeconds"),
	MICROTIME(korch_lease_spec, acquire_time, "acquireTime", 3, 0, "acquireTime"),
	MICROTIME(korch_lease_spec, renew_time, "renewTime", 4, 0, "renewTime"),
	INT32(korch_lease_spec, lease_transitions, "leaseTransitions", 5, 0, "leaseTransitions"),
	STRING(korch_lease_spec, strategy, "strategy", 6, 0, "strategy"),
	STRING(korch_lease_spec, preferred_holder, "preferredHolder", 7, 0, "preferredHolder"),
};
const korch_type korch_lease_spec_type = TYPE("LeaseSpec", korch_lease_spec, lease_spec_fields, "LeaseSpec");

static const korch_field lease_fields[] = {
	STRUCT(korch_lease, object.metadata, korch_object_meta_type, "metadata", 1, 0, "metadata"),
	STRUCT(korch_lease, spec, korch_lease_spec_type, "spec", 2, 0, "spec"),
};
const korch_type korch_lease_type = TYPE("Lease", korch_lease, lease_fields, "Lease");
