/* Checks of the parts of a spec that decide where it goes. */
#include "scheduler/shape/check.h"
#include "base/cleanup.h"
#include "object/kinds/hooks.h"
#include <korch/problems.h>
#include <korch/validate.h>
#include <stdio.h>
#include <string.h>

static void free_problems(korch_problems **slot)
{
	korch_problems_free(*slot);
}

static int check_list(const void *items, size_t n, const korch_type *type, const char *name,
                      korch_problems *problems)
{
	for (size_t i = 0; i < n; i++) {
		char path[128];
		snprintf(path, sizeof(path), "spec.%s[%zu]", name, i);
		if (korch_struct_validate((const char *)items + i * type->size, type, path, problems) ==
		    KORCH_E_NOMEM)
			return KORCH_E_NOMEM;
	}
	return 0;
}

int korch__spec_check(const korch_pod_spec *spec, korch_error **err)
{
	if (!spec->affinity && spec->n_tolerations == 0 && spec->n_topology_spread_constraints == 0)
		return 0;
	_cleanup_(free_problems) korch_problems *problems = NULL;
	if (korch_problems_new(&problems, 4) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (spec->affinity && korch_struct_validate(spec->affinity, &korch_affinity_type,
	                                            "spec.affinity", problems) == KORCH_E_NOMEM)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (check_list(spec->tolerations, spec->n_tolerations, &korch_toleration_type, "tolerations",
	               problems) < 0 ||
	    check_list(spec->topology_spread_constraints, spec->n_topology_spread_constraints,
	               &korch_topology_spread_constraint_type, "topologySpreadConstraints",
	               problems) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch__spread_twins_validate(spec->topology_spread_constraints,
	                             spec->n_topology_spread_constraints, "spec", problems);
	return korch_problems_result(problems, err);
}
