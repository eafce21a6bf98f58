/* The StatefulSet controller: gathers pods and revisions from the view for the decider in decide.c.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/gather.h"
#include "control/statefulset/statefulset.h"
#include <string.h>

typedef struct gathered {
	korch__pods pods;
	korch__objects revisions;
} gathered;

static void gathered_fini(gathered *all)
{
	korch__vec_fini(&all->pods);
	korch__vec_fini(&all->revisions);
}

static int gather(gathered *all, const korch_view *view, const korch_stateful_set *set)
{
	const char *ns = korch_object_namespace(&set->object);
	const char *uid = korch_object_uid(&set->object);
	if (korch__gather_pods(&all->pods, view, ns, uid) < 0 ||
	    korch__gather_pods(&all->pods, view, ns, "") < 0)
		return KORCH_E_NOMEM;
	return korch__gather_revisions(&all->revisions, view, &set->object,
	                               set->spec ? set->spec->selector : NULL);
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_object *object =
	    korch_view_get(view, &korch_stateful_set_kind, request->key.namespace_, request->key.name);
	if (!object)
		return 0;
	_cleanup_(gathered_fini) gathered all = {0};
	korch__stateful_set_input input = {
	    .set = (const korch_stateful_set *)object, .view = view, .now = korch_view_now(view)};
	if (gather(&all, view, input.set) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	input.pods = all.pods.items;
	input.n_pods = all.pods.n;
	input.revisions = (const korch_controller_revision *const *)all.revisions.items;
	input.n_revisions = all.revisions.n;
	korch__admission_find(&input.admission, view, korch_object_namespace(object),
	                      input.set->spec ? input.set->spec->template_ : NULL);
	return korch__stateful_set_decide(&input, plan, err);
}

/* The set whose name a pod of that name would bear; a name that becomes free may be waited for. */
static void enqueue_by_name(const korch_view *view, const korch_object *pod, korch_enqueue *enqueue)
{
	const char *name = korch_object_name(pod), *dash = strrchr(name, '-');
	_cleanup_free_ char *set = dash ? korch__sprintf("%.*s", (int)(dash - name), name) : NULL;
	if (set && korch_view_get(view, &korch_stateful_set_kind, korch_object_namespace(pod), set))
		korch_enqueue_key(enqueue, korch_object_namespace(pod), set);
}

static void map_pod(void *userdata, const korch_view *view, const korch_object *previous,
                    const korch_object *object, korch_enqueue *enqueue)
{
	korch__enqueue_controller(previous, &korch_stateful_set_kind, enqueue);
	korch__enqueue_controller(object, &korch_stateful_set_kind, enqueue);
	if (previous && !object)
		enqueue_by_name(view, previous, enqueue);
	/* An orphan is taken only by the set of its name. */
	if (object && !korch_object_controller(object) && !korch__is_deleting(object))
		enqueue_by_name(view, object, enqueue);
}

static const korch_pod_template_spec *template_of(const korch_object *object)
{
	const korch_stateful_set_spec *spec = ((const korch_stateful_set *)object)->spec;
	return spec ? spec->template_ : NULL;
}

static void map_class(void *userdata, const korch_view *view, const korch_object *previous,
                      const korch_object *object, korch_enqueue *enqueue)
{
	if (!previous && object)
		korch__enqueue_for_class(view, &korch_stateful_set_kind, template_of, object, enqueue);
}

int korch__stateful_set_controller(korch_controller_spec *out)
{
	static const korch_controller_watch watches[] = {
	    {.kind = &korch_pod_kind, .map = map_pod},
	    {.kind = &korch_controller_revision_kind, .map = NULL},
	    {.kind = &korch_priority_class_kind, .map = map_class},
	};
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "statefulset-controller",
	    .kind = &korch_stateful_set_kind,
	    .watches = watches,
	    .n_watches = KORCH_COUNT(watches),
	    .reconcile = reconcile,
	};
	return 0;
}
