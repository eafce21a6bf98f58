/*
 * Garbage among pods: finished ones beyond a number, the oldest first, and ending ones that no node
 * runs. Pods of vanished nodes are node.c's matter.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/builtin.h"
#include "control/claim.h"
#include "control/gather.h"
#include <stdlib.h>
#include <string.h>

#define KEEP 12500
#define BURST 5000

typedef struct state {
	size_t keep;
	size_t terminal; /* finished pods that there are */
} state;

static int is_terminal(const korch_object *object)
{
	return object && korch__pod_is_terminal(korch__pod_of(object));
}

static void observe(void *userdata, const korch_view *view, const korch_change *change)
{
	state *st = userdata;
	int before =
	    is_terminal(change->type == KORCH_CHANGE_DELETED ? change->object : change->previous);
	int after = change->type != KORCH_CHANGE_DELETED && is_terminal(change->object);
	st->terminal += (size_t)after - (size_t)before;
}

static int is_stray(const korch_object *object)
{
	return korch__is_deleting(object) && !korch__pod_node(korch__pod_of(object))[0] &&
	       !is_terminal(object);
}

static int concerns(void *userdata, const korch_object *previous, const korch_object *object)
{
	const state *st = userdata;
	return object && (is_stray(object) || (st->terminal > st->keep && is_terminal(object)));
}

static int add_terminal(void *userdata, const korch_object *object)
{
	korch__pods *pods = userdata;
	return is_terminal(object) && !korch__is_deleting(object)
	           ? korch__vec_push(pods, korch__pod_of(object))
	           : 0;
}

static int by_age(const void *a, const void *b)
{
	const korch_object *one = &(*(const korch_pod *const *)a)->object,
	                   *two = &(*(const korch_pod *const *)b)->object;
	if (one->metadata->creation_timestamp != two->metadata->creation_timestamp)
		return one->metadata->creation_timestamp < two->metadata->creation_timestamp ? -1 : 1;
	int order = strcmp(korch_object_namespace(one), korch_object_namespace(two));
	return order ? order : strcmp(korch_object_name(one), korch_object_name(two));
}

static int remove_oldest(const state *st, const korch_view *view, korch_plan *plan)
{
	static const korch_delete_options now = {.grace_seconds = 0};
	korch__pods pods = {0};
	korch_view_query query = {.kind = &korch_pod_kind};
	int code = korch_view_each(view, &query, add_terminal, &pods);
	size_t n = pods.n > st->keep ? pods.n - st->keep : 0;
	if (code == 0 && n > 0)
		qsort(pods.items, pods.n, sizeof(*pods.items), by_age);
	size_t fit = korch__plan_takes_of(plan, n < BURST ? n : BURST);
	for (size_t i = 0; i < fit && code == 0; i++)
		code = korch_plan_delete(plan, &pods.items[i]->object, &now);
	if (n > BURST)
		korch_plan_wake_at(plan, korch_view_now(view) + KORCH_USEC_PER_SEC);
	korch__vec_fini(&pods);
	return code;
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	static const korch_delete_options now = {.grace_seconds = 0};
	const state *st = userdata;
	const korch_object *pod =
	    korch_view_get(view, &korch_pod_kind, request->key.namespace_, request->key.name);
	int code = 0;
	if (pod && is_stray(pod))
		code = korch_plan_delete(plan, pod, &now);
	else if (st->terminal > st->keep)
		code = remove_oldest(st, view, plan);
	return code < 0 ? korch_error_set(err, code, "out of memory") : 0;
}

int korch__pod_gc_controller(korch_controller_spec *out, size_t keep)
{
	state *st = korch__calloc(1, sizeof(*st));
	if (!st)
		return KORCH_E_NOMEM;
	st->keep = keep ? keep : KEEP;
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "pod-garbage-collector",
	    .kind = &korch_pod_kind,
	    .reconcile = reconcile,
	    .observe = observe,
	    .concerns = concerns,
	    .userdata = st,
	    .destroy = korch__free,
	};
	return 0;
}
