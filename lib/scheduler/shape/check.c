/* Checks of the parts of a spec that decide where it goes. */
#include "scheduler/shape/check.h"
#include "base/cleanup.h"
#include "object/kinds/hooks.h"
#include <korch/problems.h>
#include <korch/validate.h>
#include <stdio.h>
#include <string.h>

/* Lists that are looked through for each node, or make counters for each entry. */
enum { TERMS_MAX = 64, TOLERATIONS_MAX = 256, CONTAINERS_MAX = 1000, VOLUMES_MAX = 1000 };

static int check_count(const char *path, size_t n, size_t max, korch_error **err)
{
	if (n <= max)
		return 0;
	int code = korch_error_set(err, KORCH_E_LIMIT, "%zu entries: at most %zu", n, max);
	korch_error_prefix_path(err, path);
	return code;
}

static int check_affinity_counts(const korch_affinity *affinity, korch_error **err)
{
	const korch_pod_affinity *near = affinity->pod_affinity;
	const korch_pod_anti_affinity *away = affinity->pod_anti_affinity;
	const korch_node_affinity *node = affinity->node_affinity;
	const korch_node_selector *required =
	    node ? node->required_during_scheduling_ignored_during_execution : NULL;
	const size_t counts[] = {
	    near ? near->n_required_during_scheduling_ignored_during_execution : 0,
	    near ? near->n_preferred_during_scheduling_ignored_during_execution : 0,
	    away ? away->n_required_during_scheduling_ignored_during_execution : 0,
	    away ? away->n_preferred_during_scheduling_ignored_during_execution : 0,
	    required ? required->n_node_selector_terms : 0,
	    node ? node->n_preferred_during_scheduling_ignored_during_execution : 0};
	static const char *const paths[KORCH_COUNT(counts)] = {
	    "podAffinity.requiredDuringSchedulingIgnoredDuringExecution",
	    "podAffinity.preferredDuringSchedulingIgnoredDuringExecution",
	    "podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution",
	    "podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution",
	    "nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms",
	    "nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution"};
	int code = 0;
	for (size_t i = 0; code == 0 && i < KORCH_COUNT(counts); i++)
		code = check_count(paths[i], counts[i], TERMS_MAX, err);
	if (code < 0)
		korch_error_prefix_path(err, "spec.affinity");
	return code;
}

static int check_counts(const korch_pod_spec *spec, korch_error **err)
{
	int code = check_count("spec.containers", spec->n_containers, CONTAINERS_MAX, err);
	if (code == 0)
		code = check_count("spec.initContainers", spec->n_init_containers, CONTAINERS_MAX, err);
	if (code == 0)
		code = check_count("spec.volumes", spec->n_volumes, VOLUMES_MAX, err);
	if (code == 0)
		code = check_count("spec.tolerations", spec->n_tolerations, TOLERATIONS_MAX, err);
	if (code == 0)
		code = check_count("spec.topologySpreadConstraints", spec->n_topology_spread_constraints,
		                   TERMS_MAX, err);
	return code == 0 && spec->affinity ? check_affinity_counts(spec->affinity, err) : code;
}

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

int korch__struct_check(const void *self, const korch_type *type, const char *path,
                        korch_error **err)
{
	_cleanup_(free_problems) korch_problems *problems = NULL;
	if (korch_problems_new(&problems, 4) < 0 ||
	    korch_struct_validate(self, type, path, problems) == KORCH_E_NOMEM)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	return korch_problems_result(problems, err);
}

int korch__spec_check(const korch_pod_spec *spec, korch_error **err)
{
	int code = check_counts(spec, err);
	if (code < 0)
		return code;
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
