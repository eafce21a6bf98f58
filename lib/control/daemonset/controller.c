/* The DaemonSet controller: gathers nodes, pods and revisions from the view for the decider in
 * decide.c, and tells which changes of nodes matter. */
#include "base/cleanup.h"
#include "control/daemonset/daemonset.h"
#include "control/gather.h"
#include <korch/strategy/daemon.h>

typedef struct gathered {
	korch__objects nodes;
	korch__pods pods;
	korch__objects revisions;
} gathered;

static void gathered_fini(gathered *all)
{
	korch__vec_fini(&all->nodes);
	korch__vec_fini(&all->pods);
	korch__vec_fini(&all->revisions);
}

static int gather(gathered *all, const korch_view *view, const korch_daemon_set *set)
{
	const char *ns = korch_object_namespace(&set->object);
	const char *uid = korch_object_uid(&set->object);
	const korch_view_query nodes = {.kind = &korch_node_kind};
	if (korch__gather(&all->nodes, view, &nodes) < 0 ||
	    korch__gather_pods(&all->pods, view, ns, uid) < 0 ||
	    korch__gather_pods(&all->pods, view, ns, "") < 0)
		return KORCH_E_NOMEM;
	return korch__gather_revisions(&all->revisions, view, &set->object,
	                               set->spec ? set->spec->selector : NULL);
}

static const korch_pod_template_spec *template_of(const korch_object *object)
{
	const korch_daemon_set_spec *spec = ((const korch_daemon_set *)object)->spec;
	return spec ? spec->template_ : NULL;
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_object *object =
	    korch_view_get(view, &korch_daemon_set_kind, request->key.namespace_, request->key.name);
	if (!object)
		return 0;
	_cleanup_(gathered_fini) gathered all = {0};
	korch__daemon_set_input input = {.set = (const korch_daemon_set *)object,
	                                 .now = korch_view_now(view)};
	if (gather(&all, view, input.set) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	input.nodes = (const korch_node *const *)all.nodes.items;
	input.n_nodes = all.nodes.n;
	input.pods = all.pods.items;
	input.n_pods = all.pods.n;
	input.revisions = (const korch_controller_revision *const *)all.revisions.items;
	input.n_revisions = all.revisions.n;
	korch__admission_find(&input.admission, view, korch_object_namespace(object),
	                      template_of(object));
	return korch__daemon_set_decide(&input, plan, err);
}

static int enqueue_if_matching(void *userdata, const korch_object *object)
{
	const korch_daemon_set *set = (const korch_daemon_set *)object;
	if (set->spec)
		korch__orphan_match_add(userdata, object, set->spec->selector);
	return 0;
}

static void map_pod(void *userdata, const korch_view *view, const korch_object *previous,
                    const korch_object *object, korch_enqueue *enqueue)
{
	korch__enqueue_controller(previous, &korch_daemon_set_kind, enqueue);
	korch__enqueue_controller(object, &korch_daemon_set_kind, enqueue);
	if (!object || korch_object_controller(object) || korch__is_deleting(object))
		return;
	korch__orphan_match match = {.object = object, .enqueue = enqueue};
	korch_view_query query = {.kind = &korch_daemon_set_kind,
	                          .namespace_ = korch_object_namespace(object)};
	korch_view_each(view, &query, enqueue_if_matching, &match);
}

/* A change of a node. */
typedef struct node_change {
	const korch_node *before, *after; /* either may be NULL */
	korch_enqueue *enqueue;
} node_change;

static int enqueue_if_judged_anew(void *userdata, const korch_object *object)
{
	const node_change *change = userdata;
	const korch_pod_template_spec *template_ = template_of(object);
	if (!template_ || !template_->spec)
		return 0;
	if (!change->before || !change->after ||
	    korch_daemon_judge(template_->spec, change->before) !=
	        korch_daemon_judge(template_->spec, change->after))
		korch_enqueue_key(change->enqueue, korch_object_namespace(object),
		                  korch_object_name(object));
	return 0;
}

/* Heartbeats change neither labels nor taints. */
static void map_node(void *userdata, const korch_view *view, const korch_object *previous,
                     const korch_object *object, korch_enqueue *enqueue)
{
	node_change change = {(const korch_node *)previous, (const korch_node *)object, enqueue};
	const korch_view_query query = {.kind = &korch_daemon_set_kind};
	if (previous && object && change.before->spec == change.after->spec &&
	    korch_map_equal(korch__labels(previous), korch__labels(object)))
		return;
	korch_view_each(view, &query, enqueue_if_judged_anew, &change);
}

static void map_class(void *userdata, const korch_view *view, const korch_object *previous,
                      const korch_object *object, korch_enqueue *enqueue)
{
	if (!previous && object)
		korch__enqueue_for_class(view, &korch_daemon_set_kind, template_of, object, enqueue);
}

int korch__daemon_set_controller(korch_controller_spec *out)
{
	static const korch_controller_watch watches[] = {
	    {.kind = &korch_pod_kind, .map = map_pod},
	    {.kind = &korch_node_kind, .map = map_node},
	    {.kind = &korch_controller_revision_kind, .map = NULL},
	    {.kind = &korch_priority_class_kind, .map = map_class},
	};
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "daemonset-controller",
	    .kind = &korch_daemon_set_kind,
	    .watches = watches,
	    .n_watches = KORCH_COUNT(watches),
	    .reconcile = reconcile,
	};
	return 0;
}
