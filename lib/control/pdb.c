/* PodDisruptionBudgets: counting healthy pods against what the budget asks for. The view is read in
 * pdb_controller.c. */
#include "control/pdb.h"
#include "base/text.h"
#include "control/condition.h"
#include "control/pods.h"
#include <korch/intstr.h>
#include <korch/time.h>
#include <string.h>

/* An eviction that was allowed but whose pod is still there is believed for so long. */
#define DISRUPTION_TIMEOUT (2 * 60 * KORCH_USEC_PER_SEC)

typedef struct counts {
	int32_t expected;
	int32_t desired;
	int32_t healthy;
	int32_t allowed;
} counts;

/* An integer or a percentage of total, rounded up; validation lets nothing else in. */
static int32_t resolve(const korch_int_or_string *value, int32_t total)
{
	int32_t number = 0;
	return korch_int_or_percent_of(&number, value, total, 1, NULL) == 0 ? number : 0;
}

static const korch_pod *find_pod(const korch__pdb_input *input, const char *name)
{
	for (size_t i = 0; i < input->n_pods; i++) {
		if (strcmp(korch_object_name(&input->pods[i]->object), name) == 0)
			return input->pods[i];
	}
	return NULL;
}

static korch_usec parse_time(const char *text)
{
	int64_t value = 0;
	return text && korch_time_parse(&value, text, NULL) == 0 ? value : 0;
}

/* Evictions under way: entries whose pod is gone, is ending, or did not end in time are dropped. */
static int trim_disrupted(const korch__pdb_input *input, korch_pod_disruption_budget_status *status,
                          korch_plan *plan)
{
	korch_map *old = korch_block_ref(status->disrupted_pods);
	int code = 0;
	for (size_t i = 0; old && i < old->n && code == 0; i++) {
		const korch_pod *pod = find_pod(input, old->items[i].key);
		korch_usec until = parse_time(old->items[i].value) + DISRUPTION_TIMEOUT;
		if (pod && !korch__is_deleting(&pod->object) && until > input->now)
			korch_plan_wake_at(plan, until);
		else
			code = korch_map_set(&status->disrupted_pods, old->items[i].key, NULL);
	}
	korch_block_unref(old);
	return code;
}

static counts count(const korch__pdb_input *input, const korch_map *disrupted)
{
	const korch_pod_disruption_budget_spec *spec = input->budget->spec;
	counts c = {0};
	if (spec->max_unavailable.is_set) {
		c.expected = input->scale;
		c.desired = c.expected - resolve(&spec->max_unavailable, c.expected);
	} else if (spec->min_available.text) {
		c.expected = input->scale;
		c.desired = resolve(&spec->min_available, c.expected);
	} else {
		c.expected = (int32_t)input->n_pods;
		c.desired = spec->min_available.number;
	}
	c.desired = c.desired > 0 ? c.desired : 0;
	for (size_t i = 0; i < input->n_pods; i++) {
		const korch_pod *pod = input->pods[i];
		c.healthy += !korch__is_deleting(&pod->object) && korch__pod_is_ready(pod) &&
		             !korch_map_get(disrupted, korch_object_name(&pod->object));
	}
	c.allowed = c.healthy - c.desired;
	if (c.expected <= 0 || c.allowed < 0)
		c.allowed = 0;
	return c;
}

static int fill(const korch__pdb_input *input, korch_pod_disruption_budget_status *status,
                korch_plan *plan)
{
	if (trim_disrupted(input, status, plan) < 0)
		return KORCH_E_NOMEM;
	counts c = count(input, status->disrupted_pods);
	KORCH_SET(status, korch_pod_disruption_budget_status, disruptions_allowed, c.allowed);
	KORCH_SET(status, korch_pod_disruption_budget_status, current_healthy, c.healthy);
	KORCH_SET(status, korch_pod_disruption_budget_status, desired_healthy, c.desired);
	KORCH_SET(status, korch_pod_disruption_budget_status, expected_pods, c.expected);
	status->observed_generation = input->budget->object.metadata->generation;
	korch__condition_value value = {"DisruptionAllowed", c.allowed > 0 ? "True" : "False",
	                                c.allowed > 0 ? "SufficientPods" : "InsufficientPods", NULL,
	                                input->now};
	if (korch__condition_is(status->conditions, status->n_conditions, &korch__plain_conditions,
	                        &value))
		return 0;
	return korch__condition_put(&status->conditions, &status->n_conditions,
	                            &korch__plain_conditions, &value);
}

int korch__pdb_decide(const korch__pdb_input *input, korch_plan *plan, korch_error **err)
{
	const korch_pod_disruption_budget *budget = input->budget;
	if (!budget->spec || !budget->object.metadata)
		return 0;
	korch_pod_disruption_budget *edited =
	    (korch_pod_disruption_budget *)korch_object_edit(&budget->object);
	korch_pod_disruption_budget_status *status =
	    edited ? korch_struct_edit(&edited->status, &korch_pod_disruption_budget_status_type)
	           : NULL;
	if (!status || fill(input, status, plan) < 0) {
		korch_object_unref((korch_object *)edited);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	if (budget->status &&
	    korch_struct_equal(status, budget->status, &korch_pod_disruption_budget_status_type)) {
		korch_object_unref(&edited->object);
		return 0;
	}
	return korch_plan_update_status(plan, &budget->object, &edited->object);
}

korch__pdb_answer korch__pdb_allows(const korch_pod_disruption_budget *budget, const korch_pod *pod)
{
	const korch_pod_disruption_budget_status *status = budget->status;
	const char *policy =
	    budget->spec ? korch__text_or_empty(budget->spec->unhealthy_pod_eviction_policy) : "";
	const char *phase = pod->status ? korch__text_or_empty(pod->status->phase) : "";
	if (korch__pod_is_terminal(pod) || strcmp(phase, "Pending") == 0 ||
	    korch__is_deleting(&pod->object))
		return KORCH__PDB_UNCOUNTED;
	if (!korch__pod_is_ready(pod)) {
		if (strcmp(policy, "AlwaysAllow") == 0)
			return KORCH__PDB_UNCOUNTED;
		if (status && status->current_healthy >= status->desired_healthy &&
		    status->desired_healthy > 0)
			return KORCH__PDB_UNCOUNTED;
	}
	if (!status || status->observed_generation < budget->object.metadata->generation ||
	    status->disruptions_allowed <= 0)
		return KORCH__PDB_REFUSED;
	return KORCH__PDB_ALLOWED;
}
