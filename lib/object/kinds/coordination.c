/*
 * Leases: the tables of the structs in <korch/api/coordination.h>.
 * One line per field; rules over several fields stand in validate_*.c and defaults_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/coordination.h>

#define S korch_lease_spec
static const korch_field lease_spec_fields[] = {
    STRING(holder_identity, "holderIdentity", 1, POINTER, "Who holds it"),
    INT32(lease_duration_seconds, "leaseDurationSeconds", 2, POINTER,
          "Seconds from the last renewal to its end", .format = KORCH_FORMAT_POSITIVE),
    MICROTIME(acquire_time, "acquireTime", 3, 0, "When it was taken"),
    MICROTIME(renew_time, "renewTime", 4, 0, "When it was renewed last"),
    INT32(lease_transitions, "leaseTransitions", 5, POINTER, "How often it changed hands",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    STRING(strategy, "strategy", 6, POINTER, "How the next holder is chosen"),
    STRING(preferred_holder, "preferredHolder", 7, POINTER, "Who should take it over"),
};
const korch_type korch_lease_spec_type =
    TYPE("LeaseSpec", lease_spec_fields, "Who holds a lease, and until when");
#undef S

#define S korch_lease
static const korch_field lease_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_lease_spec, "spec", 2, 0, "Who holds it, and until when"),
};
const korch_type korch_lease_type =
    TYPE("Lease", lease_fields, "A claim that ends unless it is renewed");
#undef S
