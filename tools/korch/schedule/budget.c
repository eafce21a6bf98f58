/*
 * Disruption budgets. Out of a cluster they come with status.disruptionsAllowed; for those that do
 * not it is computed as Kubernetes' disruption controller does, with the pods on nodes as the
 * healthy ones and all pods of the files as the expected ones.
 */
#include "schedule/run.h"

#include <korch/intstr.h>
#include <korch/selector.h>
#include <string.h>

typedef struct tally {
	int64_t expected, healthy;
} tally;

static int count(tally *out, const schedule_model *model, const korch_pod_disruption_budget *budget,
                 korch_error **err)
{
	korch_selector *selector = NULL;
	int code = korch_selector_new(&selector, budget->spec ? budget->spec->selector : NULL, err);
	if (code < 0)
		return code;
	const char *namespace_ = korch_object_namespace(&budget->object);
	for (size_t i = 0; i < model->pods.n; i++) {
		const model_pod *pod = &model->pods.items[i];
		const korch_object *object = &pod->object->object;
		if (strcmp(korch_object_namespace(object), namespace_) != 0 ||
		    !korch_selector_matches(selector, object->metadata->labels))
			continue;
		out->expected++;
		out->healthy += pod->node != NO_NODE;
	}
	korch_selector_free(selector);
	return 0;
}

/* A number or a percentage, which is rounded up. */
static int64_t scaled(const korch_int_or_string *value, int64_t total)
{
	int32_t number = 0;
	korch_int_or_percent_of(&number, value, (int32_t)total, 1, NULL);
	return number;
}

static int64_t allowed(const korch_pod_disruption_budget_spec *spec, const tally *pods)
{
	int64_t least;
	if (spec->max_unavailable.is_set)
		least = pods->expected - scaled(&spec->max_unavailable, pods->expected);
	else
		least = spec->min_available.is_set ? scaled(&spec->min_available, pods->expected) : 1;
	return pods->healthy > least ? pods->healthy - least : 0;
}

static int feed(schedule_run *self, const korch_pod_disruption_budget *budget, korch_error **err)
{
	tally pods = {0};
	if (budget->status &&
	    KORCH_IS_SET(budget->status, korch_pod_disruption_budget_status, disruptions_allowed))
		return korch_scheduler_budget_set(self->scheduler, budget, err);
	int code = count(&pods, self->model, budget, err);
	if (code < 0)
		return code;
	korch_pod_disruption_budget *copy =
	    (korch_pod_disruption_budget *)korch_object_edit(&budget->object);
	korch_pod_disruption_budget_status *status =
	    copy ? korch_struct_edit(&copy->status, &korch_pod_disruption_budget_status_type) : NULL;
	if (status && budget->spec) {
		KORCH_SET(status, korch_pod_disruption_budget_status, disruptions_allowed,
		          (int32_t)allowed(budget->spec, &pods));
		code = korch_scheduler_budget_set(self->scheduler, copy, err);
	}
	korch_object_unref(copy ? &copy->object : NULL);
	return status ? code : model_nomem(err);
}

int run_feed_budgets(schedule_run *self, korch_error **err)
{
	int code = 0;
	for (size_t i = 0; code == 0 && i < self->model->budgets.n; i++)
		code = feed(self, self->model->budgets.items[i], err);
	return code;
}
