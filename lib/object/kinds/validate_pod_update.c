/* What may change in a pod once it exists. */
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/problems.h"
#include <korch/api/core_pod.h>

static const char *const what_may_change =
    "pod updates may not change fields other than `spec.containers[*].image`,"
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
    "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set "
    "to 1 if it was previously negative)";

/* Gives a copied list of containers the images of the old one. 0 or KORCH_E_NOMEM. */
static int take_images(korch_container **slot, size_t *n, const korch_container *old)
{
	if (*n == 0)
		return 0;
	korch_container *list = korch_list_edit(slot, n, &korch_container_type, *n);
	for (size_t i = 0; list && i < *n; i++)
		korch_string_share(&list[i].image, old[i].image);
	return list ? 0 : KORCH_E_NOMEM;
}

/* Undoes in a copy of the new spec what may change, so that it must equal the old one. */
static int undo_allowed(korch_pod_spec *copy, const korch_pod_spec *old)
{
	int result = take_images(&copy->containers, &copy->n_containers, old->containers);
	if (result == 0)
		result =
		    take_images(&copy->init_containers, &copy->n_init_containers, old->init_containers);
	korch_block_share(&copy->tolerations, old->tolerations);
	copy->n_tolerations = old->n_tolerations;
	korch_block_share(&copy->ephemeral_containers, old->ephemeral_containers);
	copy->n_ephemeral_containers = old->n_ephemeral_containers;
	korch_block_share(&copy->scheduling_gates, old->scheduling_gates);
	copy->n_scheduling_gates = old->n_scheduling_gates;
	KORCH_SET(copy, korch_pod_spec, active_deadline_seconds, old->active_deadline_seconds);
	korch_field_mark(copy, &korch_pod_spec_type, offsetof(korch_pod_spec, active_deadline_seconds),
	                 KORCH_IS_SET(old, korch_pod_spec, active_deadline_seconds));
	if (old->termination_grace_period_seconds < 0 && copy->termination_grace_period_seconds == 1)
		copy->termination_grace_period_seconds = old->termination_grace_period_seconds;
	if (korch__text_or_empty(old->node_name)[0] == '\0')
		korch_string_share(&copy->node_name, old->node_name);
	if (old->n_scheduling_gates > 0) {
		korch_block_share(&copy->node_selector, old->node_selector);
		korch_block_share(&copy->affinity, old->affinity);
	}
	return result;
}

/* A toleration that was there stays, but for its seconds. */
static int is_kept(const korch_toleration *toleration, const korch_pod_spec *spec)
{
	for (size_t i = 0; i < spec->n_tolerations; i++) {
		const korch_toleration *other = &spec->tolerations[i];
		if (korch__text_equal(toleration->key, other->key) &&
		    korch__text_equal(toleration->operator_, other->operator_) &&
		    korch__text_equal(toleration->value, other->value) &&
		    korch__text_equal(toleration->effect, other->effect))
			return 1;
	}
	return 0;
}

static void check_deadline(const korch_pod_spec *spec, const korch_pod_spec *old,
                           korch_problems *problems)
{
	if (!KORCH_IS_SET(old, korch_pod_spec, active_deadline_seconds))
		return;
	if (!KORCH_IS_SET(spec, korch_pod_spec, active_deadline_seconds))
		korch__problem(problems, "spec.activeDeadlineSeconds", KORCH_PROBLEM_INVALID,
		               "null: must not update from a positive integer to nil value");
	else if (spec->active_deadline_seconds > old->active_deadline_seconds)
		korch__problem(problems, "spec.activeDeadlineSeconds", KORCH_PROBLEM_INVALID,
		               "%lld: must be less than or equal to previous value",
		               (long long)spec->active_deadline_seconds);
}

static void check_rest(const korch_pod_spec *spec, const korch_pod_spec *old,
                       korch_problems *problems)
{
	korch_pod_spec *copy = korch_struct_new(&korch_pod_spec_type);
	if (copy)
		korch_struct_assign(copy, spec, &korch_pod_spec_type);
	if (!copy || undo_allowed(copy, old) < 0)
		korch__problems_set_failed(problems);
	else if (!korch_struct_equal(copy, old, &korch_pod_spec_type))
		korch__problem(problems, "spec", KORCH_PROBLEM_FORBIDDEN, "%s", what_may_change);
	korch_block_unref(copy);
}

void korch__pod_validate_update(const void *self, const void *old_self, const char *path,
                                korch_problems *problems)
{
	const korch_pod *pod = self, *old_pod = old_self;
	const korch_pod_spec *spec = pod->spec, *old = old_pod->spec;
	if (!spec || !old || spec == old)
		return;
	if (spec->n_containers != old->n_containers ||
	    spec->n_init_containers != old->n_init_containers) {
		int init = spec->n_containers == old->n_containers;
		korch__problem(problems, init ? "spec.initContainers" : "spec.containers",
		               KORCH_PROBLEM_FORBIDDEN, "pod updates may not add or remove containers");
		return;
	}
	for (size_t i = 0; i < old->n_tolerations; i++) {
		if (is_kept(&old->tolerations[i], spec))
			continue;
		korch__problem(problems, "spec.tolerations", KORCH_PROBLEM_FORBIDDEN,
		               "existing toleration can not be modified except its tolerationSeconds");
		break;
	}
	for (size_t i = 0; i < spec->n_scheduling_gates; i++) {
		size_t at = 0;
		while (at < old->n_scheduling_gates &&
		       !korch__text_equal(old->scheduling_gates[at].name, spec->scheduling_gates[i].name))
			at++;
		if (at == old->n_scheduling_gates)
			korch__problem(problems, AT("spec.schedulingGates[%zu].name", i),
			               KORCH_PROBLEM_FORBIDDEN,
			               "only deletion is allowed, but found new scheduling gate '%s'",
			               korch__text_or_empty(spec->scheduling_gates[i].name));
	}
	check_deadline(spec, old, problems);
	check_rest(spec, old, problems);
}
