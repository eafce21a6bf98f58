/*
 * revertOnDeletion: a Canary that is deleted stays until its target serves again. In this order:
 * the target gets the primary's size, the Service goes to it when it is whole, and then the Canary
 * may go, and with it what it owns.
 */
#include "base/text.h"
#include "control/deployment/deployment.h"
#include "control/flagger/hand.h"

static size_t find(const korch_object_meta *meta)
{
	size_t i = 0;
	while (i < meta->n_finalizers &&
	       !korch__text_equal(meta->finalizers[i], KORCH__FLAGGER_FINALIZER))
		i++;
	return i;
}

int korch__flagger_hold(korch__flagger_hand *h)
{
	const korch_object_meta *now = h->edited->object.metadata;
	if (!h->canary->spec->revert_on_deletion || find(now) < now->n_finalizers)
		return 0;
	korch_object_meta *meta = korch_object_edit_meta(&h->edited->object);
	const char **list = meta ? korch_string_list_edit(&meta->finalizers, &meta->n_finalizers,
	                                                  meta->n_finalizers + 1)
	                         : NULL;
	return list ? korch_string_set(&list[meta->n_finalizers - 1], KORCH__FLAGGER_FINALIZER)
	            : KORCH_E_NOMEM;
}

static int let_go(korch__flagger_hand *h)
{
	korch_object_meta *meta = korch_object_edit_meta(&h->edited->object);
	size_t n = meta ? meta->n_finalizers : 0, i = meta ? find(meta) : 0;
	const char **list =
	    n > 0 ? korch_string_list_edit(&meta->finalizers, &meta->n_finalizers, n) : NULL;
	if (!list)
		return KORCH_E_NOMEM;
	for (; i + 1 < n; i++)
		korch_string_share(&list[i], list[i + 1]);
	korch_string_list_edit(&meta->finalizers, &meta->n_finalizers, n - 1);
	return korch__flagger_set_phase(h, "Terminated");
}

/* The Service selects the target's pods again. 1: it does already. */
static int give_back(korch__flagger_hand *h)
{
	const korch_service *service = h->input->services[KORCH__FLAGGER_APEX];
	if (!service || !service->spec ||
	    korch__text_equal(korch_map_get(service->spec->selector, h->label), h->value))
		return 1;
	korch_service *edited = (korch_service *)korch_object_edit(&service->object);
	korch_service_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_service_spec_type) : NULL;
	korch_object_meta *meta = spec ? korch_object_edit_meta(&edited->object) : NULL;
	if (!meta || korch_map_set(&spec->selector, h->label, h->value) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	/* it stays when the Canary goes */
	korch_list_edit(&meta->owner_references, &meta->n_owner_references, &korch_owner_reference_type,
	                0);
	return korch_plan_update(h->plan, &service->object, &edited->object);
}

int korch__flagger_finalize(korch__flagger_hand *h)
{
	const korch_object_meta *meta = h->canary->object.metadata;
	const korch_deployment *target = h->input->target, *primary = h->input->primary;
	if (find(meta) == meta->n_finalizers)
		return 0;
	if (!target || !target->spec || korch__flagger_find_label(h, NULL) < 0)
		return let_go(h);
	if (primary) {
		int32_t wished = korch__deployment_replicas(primary);
		if (korch__deployment_replicas(target) < wished) {
			if (korch__flagger_scale_target(h, wished) < 0)
				return KORCH_E_NOMEM;
			return korch__flagger_set_phase(h, "Terminating");
		}
	}
	if (!korch__flagger_is_whole(target))
		return 0;
	int code = give_back(h);
	return code == 1 ? let_go(h) : code;
}
