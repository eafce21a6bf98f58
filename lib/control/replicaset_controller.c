/* The ReplicaSet controller: gathers pods from the view for the decider in replicaset.c. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/gather.h"
#include "control/replicaset.h"
#include <korch/api/core_namespace.h>

typedef struct gathered {
	korch__pods pods;
	korch__pods related;
} gathered;

static void gathered_fini(gathered *all)
{
	korch__vec_fini(&all->pods);
	korch__vec_fini(&all->related);
}

/* Pods of one of the sets with the same controller. */
typedef struct relatives {
	const korch_view *view;
	korch__pods *pods;
} relatives;

static int add_relatives(void *userdata, const korch_object *set)
{
	relatives *to = userdata;
	return korch__gather_pods(to->pods, to->view, korch_object_namespace(set),
	                          korch_object_uid(set));
}

/* Only when pods have to go: doubled-up nodes are counted over all sets of the same owner. */
static int gather_related(gathered *all, const korch_view *view, const korch_object *set)
{
	const korch_owner_reference *controller = korch_object_controller(set);
	relatives to = {.view = view, .pods = &all->related};
	if (!controller)
		return add_relatives(&to, set);
	korch_view_query query = {.kind = &korch_replica_set_kind,
	                          .namespace_ = korch_object_namespace(set),
	                          .owner_uid = controller->uid};
	return korch_view_each(view, &query, add_relatives, &to);
}

static const korch_pod_spec *pod_spec(const korch_replica_set *set)
{
	return set->spec && set->spec->template_ ? set->spec->template_->spec : NULL;
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_object *object =
	    korch_view_get(view, &korch_replica_set_kind, request->key.namespace_, request->key.name);
	if (!object)
		return 0;
	const korch_replica_set *set = (const korch_replica_set *)object;
	const char *ns = korch_object_namespace(object);
	_cleanup_(gathered_fini) gathered all = {0};
	if (korch__gather_pods(&all.pods, view, ns, korch_object_uid(object)) < 0 ||
	    korch__gather_pods(&all.pods, view, ns, "") < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (set->spec && (int64_t)all.pods.n > set->spec->replicas &&
	    gather_related(&all, view, object) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch__priority priority;
	const korch_pod_spec *pod = pod_spec(set);
	int has_class = korch__priority_find(&priority, view, pod ? pod->priority_class_name : NULL);
	const korch_object *ns_object = korch_view_get(view, &korch_namespace_kind, NULL, ns);
	korch__replica_set_input input = {
	    .set = set,
	    .pods = all.pods.items,
	    .n_pods = all.pods.n,
	    .related = all.related.items,
	    .n_related = all.related.n,
	    .namespace_closed = ns_object && korch__is_deleting(ns_object),
	    .priority = has_class ? &priority : NULL,
	    .now = korch_view_now(view),
	};
	return korch__replica_set_decide(&input, plan, err);
}

static int enqueue_if_matching(void *userdata, const korch_object *object)
{
	korch__orphan_match *match = userdata;
	const korch_replica_set *set = (const korch_replica_set *)object;
	if (set->spec)
		korch__orphan_match_add(match, object, set->spec->selector);
	return 0;
}

static void map_pod(void *userdata, const korch_view *view, const korch_object *previous,
                    const korch_object *object, korch_enqueue *enqueue)
{
	korch__enqueue_controller(previous, &korch_replica_set_kind, enqueue);
	korch__enqueue_controller(object, &korch_replica_set_kind, enqueue);
	if (!object || korch_object_controller(object) || korch__is_deleting(object))
		return;
	korch__orphan_match match = {.object = object, .enqueue = enqueue};
	korch_view_query query = {.kind = &korch_replica_set_kind,
	                          .namespace_ = korch_object_namespace(object)};
	korch_view_each(view, &query, enqueue_if_matching, &match);
}

static const korch_pod_template_spec *template_of(const korch_object *object)
{
	const korch_replica_set_spec *spec = ((const korch_replica_set *)object)->spec;
	return spec ? spec->template_ : NULL;
}

static void map_class(void *userdata, const korch_view *view, const korch_object *previous,
                      const korch_object *object, korch_enqueue *enqueue)
{
	if (!previous && object)
		korch__enqueue_for_class(view, &korch_replica_set_kind, template_of, object, enqueue);
}

int korch__replica_set_controller(korch_controller_spec *out)
{
	static const korch_controller_watch watches[] = {
	    {.kind = &korch_pod_kind, .map = map_pod},
	    {.kind = &korch_priority_class_kind, .map = map_class},
	};
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "replicaset-controller",
	    .kind = &korch_replica_set_kind,
	    .watches = watches,
	    .n_watches = KORCH_COUNT(watches),
	    .reconcile = reconcile,
	};
	return 0;
}
