/* workloadRef: when the pods of the workload that the template is taken from go (scaleDown). */
#include "base/text.h"
#include "control/deployment/deployment.h"
#include "control/rollout/hand.h"
#include <stdio.h>

static int resize(korch__argo_hand *h, int32_t size)
{
	const korch_deployment *workload = h->input->workload;
	if (korch__deployment_replicas(workload) == size)
		return 0;
	korch_deployment *edited = (korch_deployment *)korch_object_edit(&workload->object);
	korch_deployment_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_deployment_spec_type) : NULL;
	if (!spec) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	KORCH_SET(spec, korch_deployment_spec, replicas, size);
	return korch_plan_update(h->plan, &workload->object, &edited->object);
}

static int note_generation(korch__argo_hand *h)
{
	char text[24];
	snprintf(text, sizeof(text), "%lld",
	         (long long)h->input->workload->object.metadata->generation);
	return korch__text_equal(h->status->workload_observed_generation, text)
	           ? 0
	           : korch_string_set(&h->status->workload_observed_generation, text);
}

int korch__argo_apply_workload(korch__argo_hand *h)
{
	const korch_rollout_object_ref *ref = h->rollout->spec->workload_ref;
	if (!ref || !h->input->workload)
		return 0;
	int healthy = h->next.phase == KORCH_STRATEGY_HEALTHY;
	int32_t available = 0;
	for (size_t i = 0; i < h->n; i++) {
		const korch_replica_set_status *status = h->sets[i].is_new ? NULL : h->sets[i].set->status;
		available += status ? status->available_replicas : 0;
	}
	if (note_generation(h) < 0)
		return KORCH_E_NOMEM;
	if (korch__text_equal(ref->scale_down, "onsuccess") && healthy)
		return resize(h, 0);
	if (korch__text_equal(ref->scale_down, "progressively")) {
		int32_t left = h->strategy.replicas > available ? h->strategy.replicas - available : 0;
		int32_t now = korch__deployment_replicas(h->input->workload);
		return left < now ? resize(h, left) : 0; /* it is not brought back */
	}
	return 0;
}
