/* What a failed pod means: podFailurePolicy, Kubernetes' rules and sentences
 * (pkg/controller/job/pod_failure_policy.go). */
#include "base/text.h"
#include "control/job/hand.h"
#include <stdio.h>
#include <string.h>

static int has_value(const korch_pod_failure_policy_on_exit_codes *codes, int32_t value)
{
	for (size_t i = 0; i < codes->n_values; i++) {
		if (codes->values[i] == value)
			return 1;
	}
	return 0;
}

/* The first container that fits, or NULL. */
static const korch_container_status *fit_codes(const korch_pod_failure_policy_on_exit_codes *codes,
                                               const korch_container_status *containers, size_t n)
{
	int wanted = korch__text_equal(codes->operator_, "In");
	for (size_t i = 0; i < n; i++) {
		const korch_container_state *state = containers[i].state;
		const korch_container_state_terminated *end = state ? state->terminated : NULL;
		int counts =
		    !codes->container_name || korch__text_equal(codes->container_name, containers[i].name);
		if (counts && end && end->exit_code != 0 && has_value(codes, end->exit_code) == wanted)
			return &containers[i];
	}
	return NULL;
}

static int fit_conditions(const korch_pod_failure_policy_rule *rule, const korch_pod *pod,
                          const char **type)
{
	for (size_t i = 0; i < rule->n_on_pod_conditions; i++) {
		const korch_pod_failure_policy_on_pod_condition *pattern = &rule->on_pod_conditions[i];
		const korch_pod_condition *condition =
		    korch__pod_condition(pod, korch__text_or_empty(pattern->type));
		const char *status = pattern->status ? pattern->status : "True";
		if (condition && korch__text_equal(condition->status, status)) {
			*type = pattern->type;
			return 1;
		}
	}
	return 0;
}

static int fits(korch__job_run *r, const korch_pod *pod, size_t index)
{
	const korch_pod_failure_policy_rule *rule = &r->spec->pod_failure_policy->rules[index];
	const korch_pod_status *status = pod->status;
	const char *ns = korch_object_namespace(&pod->object);
	const char *name = korch_object_name(&pod->object);
	const char *type = "";
	size_t size = sizeof(r->failure_message);
	if (rule->on_exit_codes && status) {
		const korch_container_status *found = fit_codes(
		    rule->on_exit_codes, status->container_statuses, status->n_container_statuses);
		if (!found)
			found = fit_codes(rule->on_exit_codes, status->init_container_statuses,
			                  status->n_init_container_statuses);
		if (found)
			snprintf(r->failure_message, size,
			         "Container %s for pod %s/%s failed with exit code %d matching %s rule at "
			         "index %zu",
			         found->name, ns, name, found->state->terminated->exit_code, rule->action,
			         index);
		return found != NULL;
	}
	if (!fit_conditions(rule, pod, &type))
		return 0;
	snprintf(r->failure_message, size, "Pod %s/%s has condition %s matching %s rule at index %zu",
	         ns, name, type, rule->action, index);
	return 1;
}

korch__job_action korch__job_judge(korch__job_run *r, const korch_pod *pod)
{
	const korch_pod_failure_policy *policy = r->spec->pod_failure_policy;
	for (size_t i = 0; policy && i < policy->n_rules; i++) {
		const char *action = korch__text_or_empty(policy->rules[i].action);
		if (!fits(r, pod, i))
			continue;
		if (strcmp(action, "FailJob") == 0)
			return KORCH__JOB_FAIL;
		if (strcmp(action, "Ignore") == 0)
			return KORCH__JOB_IGNORE;
		return strcmp(action, "FailIndex") == 0 ? KORCH__JOB_FAIL_INDEX : KORCH__JOB_COUNT;
	}
	return KORCH__JOB_COUNT;
}
