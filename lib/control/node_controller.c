/* The node lifecycle controller: gathers a node, its lease and its pods for node.c. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/builtin.h"
#include "control/condition.h"
#include "control/gather.h"
#include "control/node.h"

typedef struct state {
	korch_usec grace;
} state;

static int add_pod(void *userdata, const korch_object *object)
{
	korch__pods *pods = userdata;
	return korch__vec_push(pods, korch__pod_of(object));
}

static void fini(korch__pods *pods)
{
	korch__vec_fini(pods);
}

static int is_ready(const korch_node *node)
{
	const korch_node_status *status = node->status;
	const korch_node_condition *ready =
	    status ? korch__condition_find(status->conditions, status->n_conditions,
	                                   &korch__node_conditions, "Ready")
	           : NULL;
	return ready && korch__text_equal(ready->status, "True");
}

static int evicts(const korch_node *node)
{
	for (size_t i = 0; node->spec && i < node->spec->n_taints; i++) {
		if (korch__text_equal(node->spec->taints[i].effect, "NoExecute"))
			return 1;
	}
	return 0;
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const state *st = userdata;
	const char *name = request->key.name;
	_cleanup_(fini) korch__pods pods = {0};
	korch__node_input input = {
	    .node = (const korch_node *)korch_view_get(view, &korch_node_kind, NULL, name),
	    .lease = (const korch_lease *)korch_view_get(view, &korch_lease_kind,
	                                                 KORCH__LEASE_NAMESPACE, name),
	    .now = korch_view_now(view),
	    .grace = st->grace,
	};
	/* Pods matter only when the node is not well, or may turn out not to be now. */
	korch_usec beat = input.lease && input.lease->spec ? input.lease->spec->renew_time : 0;
	korch_usec grace = st->grace ? st->grace : KORCH__NODE_GRACE;
	int well = input.node && is_ready(input.node) && !evicts(input.node) &&
	           (beat == 0 || beat + grace >= input.now);
	korch_view_query query = {.kind = &korch_pod_kind, .node_name = name};
	if (!well && korch_view_each(view, &query, add_pod, &pods) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	input.pods = pods.items;
	input.n_pods = pods.n;
	return korch__node_decide(&input, plan, err);
}

/* A heartbeat of a node that is well needs no decision: the wake-up that is set looks at it. */
static void map_lease(void *userdata, const korch_view *view, const korch_object *previous,
                      const korch_object *object, korch_enqueue *enqueue)
{
	const korch_object *lease = object ? object : previous;
	if (!korch__text_equal(korch_object_namespace(lease), KORCH__LEASE_NAMESPACE))
		return;
	const korch_object *node =
	    korch_view_get(view, &korch_node_kind, NULL, korch_object_name(lease));
	if (node && (!previous || !object || !is_ready((const korch_node *)node)))
		korch_enqueue_key(enqueue, NULL, korch_object_name(node));
}

/* A pod that came to a node which evicts, or which does not exist. */
static void map_pod(void *userdata, const korch_view *view, const korch_object *previous,
                    const korch_object *object, korch_enqueue *enqueue)
{
	const char *name = object ? korch__pod_node(korch__pod_of(object)) : "";
	if (!name[0] || (previous && korch__text_equal(korch__pod_node(korch__pod_of(previous)), name)))
		return;
	const korch_node *node = (const korch_node *)korch_view_get(view, &korch_node_kind, NULL, name);
	if (!node || evicts(node))
		korch_enqueue_key(enqueue, NULL, name);
}

int korch__node_controller(korch_controller_spec *out, korch_usec grace_us)
{
	static const korch_controller_watch watches[] = {
	    {.kind = &korch_lease_kind, .map = map_lease},
	    {.kind = &korch_pod_kind, .map = map_pod},
	};
	state *st = korch__calloc(1, sizeof(*st));
	if (!st)
		return KORCH_E_NOMEM;
	st->grace = grace_us;
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "node-lifecycle-controller",
	    .kind = &korch_node_kind,
	    .watches = watches,
	    .n_watches = KORCH_COUNT(watches),
	    .reconcile = reconcile,
	    .userdata = st,
	    .destroy = korch__free,
	};
	return 0;
}
