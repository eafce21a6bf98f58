/* The Deployment controller: gathers ReplicaSets (and, for Recreate, pods) from the view for the
 * decider in decide.c. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/deployment/deployment.h"
#include "control/gather.h"

typedef struct gathered {
	korch__objects sets;
	korch__pods pods;
} gathered;

static void gathered_fini(gathered *all)
{
	korch__vec_fini(&all->sets);
	korch__vec_fini(&all->pods);
}

static int gather_pods(gathered *all, const korch_view *view, const korch_object *deployment)
{
	for (size_t i = 0; i < all->sets.n; i++) {
		const korch_object *set = all->sets.items[i];
		if (!korch__is_controlled_by(set, korch_object_uid(deployment)))
			continue;
		if (korch__gather_pods(&all->pods, view, korch_object_namespace(set),
		                       korch_object_uid(set)) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int gather(gathered *all, const korch_view *view, const korch_object *deployment)
{
	const korch_deployment_spec *spec = ((const korch_deployment *)deployment)->spec;
	korch_view_query query = {
	    .kind = &korch_replica_set_kind,
	    .namespace_ = korch_object_namespace(deployment),
	    .owner_uid = korch_object_uid(deployment),
	};
	if (korch__gather(&all->sets, view, &query) < 0)
		return KORCH_E_NOMEM;
	query.owner_uid = "";
	if (korch__gather(&all->sets, view, &query) < 0)
		return KORCH_E_NOMEM;
	int recreate = spec && spec->strategy && korch__text_equal(spec->strategy->type, "Recreate");
	return recreate ? gather_pods(all, view, deployment) : 0;
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_object *object =
	    korch_view_get(view, &korch_deployment_kind, request->key.namespace_, request->key.name);
	if (!object)
		return 0;
	_cleanup_(gathered_fini) gathered all = {0};
	if (gather(&all, view, object) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch__deployment_input input = {
	    .deployment = (const korch_deployment *)object,
	    .sets = (const korch_replica_set *const *)all.sets.items,
	    .n_sets = all.sets.n,
	    .pods = all.pods.items,
	    .n_pods = all.pods.n,
	    .now = korch_view_now(view),
	};
	if (input.deployment->spec && input.deployment->spec->template_) {
		char name[KORCH__NAME_SIZE];
		korch__deployment_set_name(name, input.deployment);
		input.name_taken = (const korch_replica_set *)korch_view_get(
		    view, &korch_replica_set_kind, korch_object_namespace(object), name);
	}
	return korch__deployment_decide(&input, plan, err);
}

static int enqueue_if_matching(void *userdata, const korch_object *object)
{
	const korch_deployment *deployment = (const korch_deployment *)object;
	if (deployment->spec)
		korch__orphan_match_add(userdata, object, deployment->spec->selector);
	return 0;
}

static void map_set(void *userdata, const korch_view *view, const korch_object *previous,
                    const korch_object *object, korch_enqueue *enqueue)
{
	korch__enqueue_controller(previous, &korch_deployment_kind, enqueue);
	korch__enqueue_controller(object, &korch_deployment_kind, enqueue);
	if (!object || korch_object_controller(object) || korch__is_deleting(object))
		return;
	korch__orphan_match match = {.object = object, .enqueue = enqueue};
	korch_view_query query = {.kind = &korch_deployment_kind,
	                          .namespace_ = korch_object_namespace(object)};
	korch_view_each(view, &query, enqueue_if_matching, &match);
}

/* A vanished pod may be the last one that a Recreate waits for. */
static void map_pod(void *userdata, const korch_view *view, const korch_object *previous,
                    const korch_object *object, korch_enqueue *enqueue)
{
	int ended = !object || (korch__pod_is_terminal(korch__pod_of(object)) &&
	                        !(previous && korch__pod_is_terminal(korch__pod_of(previous))));
	const korch_owner_reference *owner =
	    ended && previous ? korch_object_controller(previous) : NULL;
	const korch_object *set = owner && owner->uid ? korch_view_get_uid(view, owner->uid) : NULL;
	const korch_owner_reference *top =
	    set && set->kind == &korch_replica_set_kind ? korch_object_controller(set) : NULL;
	const korch_object *object_ = top && top->uid ? korch_view_get_uid(view, top->uid) : NULL;
	if (!object_ || object_->kind != &korch_deployment_kind)
		return;
	const korch_deployment_spec *spec = ((const korch_deployment *)object_)->spec;
	if (spec && spec->strategy && korch__text_equal(spec->strategy->type, "Recreate"))
		korch_enqueue_key(enqueue, korch_object_namespace(object_), korch_object_name(object_));
}

int korch__deployment_controller(korch_controller_spec *out)
{
	static const korch_controller_watch watches[] = {
	    {.kind = &korch_replica_set_kind, .map = map_set},
	    {.kind = &korch_pod_kind, .map = map_pod},
	};
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "deployment-controller",
	    .kind = &korch_deployment_kind,
	    .watches = watches,
	    .n_watches = KORCH_COUNT(watches),
	    .reconcile = reconcile,
	};
	return 0;
}
