/* The disruption controller: gathers the pods of a budget and the wished size of their controllers
 * for pdb.c. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/builtin.h"
#include "control/gather.h"
#include "control/pdb.h"
#include <korch/api/apps.h>
#include <string.h>

/* The object whose replicas count for a pod: its controller, or that one's. NULL when there is none
 * that is known. */
static const korch_object *scale_of(const korch_view *view, const korch_pod *pod)
{
	const korch_object *found = &pod->object;
	for (int level = 0; level < 2; level++) {
		const korch_owner_reference *owner = korch_object_controller(found);
		const korch_object *next =
		    owner && owner->uid ? korch_view_get_uid(view, owner->uid) : NULL;
		if (!next ||
		    (next->kind != &korch_replica_set_kind && next->kind != &korch_deployment_kind))
			break;
		found = next;
	}
	return found == &pod->object ? NULL : found;
}

static int32_t replicas_of(const korch_object *object)
{
	if (object->kind == &korch_deployment_kind) {
		const korch_deployment_spec *spec = ((const korch_deployment *)object)->spec;
		return spec && KORCH_IS_SET(spec, korch_deployment_spec, replicas) ? spec->replicas : 1;
	}
	const korch_replica_set_spec *spec = ((const korch_replica_set *)object)->spec;
	return spec && KORCH_IS_SET(spec, korch_replica_set_spec, replicas) ? spec->replicas : 1;
}

/* Each controller counts once. */
static int sum_scales(const korch_view *view, const korch__pods *pods, int32_t *sum)
{
	korch__objects seen = {0};
	const korch_object *last = NULL;
	int code = 0;
	*sum = 0;
	for (size_t i = 0; i < pods->n && code == 0; i++) {
		const korch_object *object = scale_of(view, pods->items[i]);
		int known = !object || object == last;
		for (size_t j = 0; j < seen.n && !known; j++)
			known = seen.items[j] == object;
		last = object;
		if (known)
			continue;
		*sum += replicas_of(object);
		code = korch__vec_push(&seen, object);
	}
	korch__vec_fini(&seen);
	return code;
}

static int add_pod(void *userdata, const korch_object *object)
{
	korch__pods *pods = userdata;
	return korch__pod_is_terminal(korch__pod_of(object))
	           ? 0
	           : korch__vec_push(pods, korch__pod_of(object));
}

static void fini(korch__pods *pods)
{
	korch__vec_fini(pods);
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_object *object = korch_view_get(view, &korch_pod_disruption_budget_kind,
	                                            request->key.namespace_, request->key.name);
	const korch_pod_disruption_budget *budget = (const korch_pod_disruption_budget *)object;
	_cleanup_(fini) korch__pods pods = {0};
	korch_selector *selector = NULL;
	if (!object || !budget->spec)
		return 0;
	int code = korch_selector_new(&selector, budget->spec->selector, err);
	if (code < 0)
		return code;
	korch_view_query query = {.kind = &korch_pod_kind,
	                          .namespace_ = korch_object_namespace(object),
	                          .selector = selector};
	korch__pdb_input input = {.budget = budget, .now = korch_view_now(view)};
	code = budget->spec->selector ? korch_view_each(view, &query, add_pod, &pods) : 0;
	korch_selector_free(selector);
	if (code < 0 || sum_scales(view, &pods, &input.scale) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	input.pods = pods.items;
	input.n_pods = pods.n;
	if (pods.n > 1000)
		korch_plan_quiet_until(plan, input.now + (korch_usec)pods.n);
	return korch__pdb_decide(&input, plan, err);
}

static int enqueue_if_matching(void *userdata, const korch_object *object)
{
	const korch_pod_disruption_budget *budget = (const korch_pod_disruption_budget *)object;
	if (budget->spec)
		korch__orphan_match_add(userdata, object, budget->spec->selector);
	return 0;
}

static void enqueue_budgets(const korch_view *view, const korch_object *pod, korch_enqueue *enqueue)
{
	korch__orphan_match match = {.object = pod, .enqueue = enqueue};
	korch_view_query query = {.kind = &korch_pod_disruption_budget_kind,
	                          .namespace_ = korch_object_namespace(pod)};
	korch_view_each(view, &query, enqueue_if_matching, &match);
}

static int is_healthy(const korch_object *object)
{
	return object && !korch__is_deleting(object) && korch__pod_is_ready(korch__pod_of(object))
	           ? 2
	           : object && !korch__pod_is_terminal(korch__pod_of(object));
}

static void map_pod(void *userdata, const korch_view *view, const korch_object *previous,
                    const korch_object *object, korch_enqueue *enqueue)
{
	korch_view_query any = {.kind = &korch_pod_disruption_budget_kind};
	if (korch_view_count(view, &any) == 0)
		return;
	int same_labels =
	    previous && object && korch_map_equal(korch__labels(previous), korch__labels(object));
	if (same_labels && is_healthy(previous) == is_healthy(object))
		return;
	if (previous)
		enqueue_budgets(view, previous, enqueue);
	if (object && !same_labels)
		enqueue_budgets(view, object, enqueue);
}

static int enqueue_one(void *userdata, const korch_object *object)
{
	korch_enqueue_key(userdata, korch_object_namespace(object), korch_object_name(object));
	return 0;
}

/* A changed size changes what is expected. */
static void map_scale(void *userdata, const korch_view *view, const korch_object *previous,
                      const korch_object *object, korch_enqueue *enqueue)
{
	if (previous && object && replicas_of(previous) == replicas_of(object))
		return;
	korch_view_query query = {.kind = &korch_pod_disruption_budget_kind,
	                          .namespace_ = korch_object_namespace(object ? object : previous)};
	korch_view_each(view, &query, enqueue_one, enqueue);
}

int korch__pdb_controller(korch_controller_spec *out)
{
	static const korch_controller_watch watches[] = {
	    {.kind = &korch_pod_kind, .map = map_pod},
	    {.kind = &korch_replica_set_kind, .map = map_scale},
	    {.kind = &korch_deployment_kind, .map = map_scale},
	};
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "disruption-controller",
	    .kind = &korch_pod_disruption_budget_kind,
	    .watches = watches,
	    .n_watches = KORCH_COUNT(watches),
	    .reconcile = reconcile,
	};
	return 0;
}
