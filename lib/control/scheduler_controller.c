/*
 * The scheduler as a controller: feeds lib/scheduler with what it observes, binds one pod a
 * request, assumes it as placed, and corrects itself by what it observes afterwards. Pods that fit
 * nowhere are asked for again when they would.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/bound_spec.h"
#include "control/builtin.h"
#include "control/condition.h"
#include "control/gather.h"
#include <korch/api/core_namespace.h>
#include <korch/api/core_node.h>
#include <korch/scheduler.h>
#include <string.h>

typedef struct state {
	korch_scheduler *scheduler;
	korch__bound_specs *bound; /* one copy of a spec for all pods of a template on a node */
	int stale;                 /* a feeding failed: everything has to be fed again */
	/* The status that a bound pod gets, shared by all pods that had an equal block at the same
	 * time. */
	const korch_pod_status *status_from;
	korch_pod_status *status_to;
	korch_usec status_at;
} state;

static void destroy(void *userdata)
{
	state *st = userdata;
	korch_block_unref(st->status_from);
	korch_block_unref(st->status_to);
	korch__bound_specs_free(st->bound);
	korch_scheduler_free(st->scheduler);
	korch__free(st);
}

static int feed(state *st, const korch_object *object)
{
	if (object->kind == &korch_node_kind)
		return korch_scheduler_node_set(st->scheduler, (const korch_node *)object, NULL);
	if (object->kind == &korch_namespace_kind)
		return korch_scheduler_namespace_set(st->scheduler, korch_object_name(object),
		                                     korch__labels(object), NULL);
	return korch_scheduler_pod_set(st->scheduler, korch__pod_of(object), NULL, NULL);
}

static int feed_one(void *userdata, const korch_object *object)
{
	return feed(userdata, object);
}

static int feed_all(state *st, const korch_view *view)
{
	static const korch_kind *const kinds[] = {&korch_namespace_kind, &korch_node_kind,
	                                          &korch_pod_kind};
	korch_scheduler_reset(st->scheduler);
	for (size_t i = 0; i < KORCH_COUNT(kinds); i++) {
		korch_view_query query = {.kind = kinds[i]};
		if (korch_view_each(view, &query, feed_one, st) < 0)
			return KORCH_E_NOMEM;
	}
	st->stale = 0;
	return 0;
}

static void observe(void *userdata, const korch_view *view, const korch_change *change)
{
	state *st = userdata;
	const korch_object *object = change->object;
	if (st->stale)
		return;
	if (change->type != KORCH_CHANGE_DELETED)
		st->stale = feed(st, object) == KORCH_E_NOMEM;
	else if (object->kind == &korch_node_kind)
		korch_scheduler_node_remove(st->scheduler, korch_object_name(object));
	else if (object->kind == &korch_namespace_kind)
		korch_scheduler_namespace_remove(st->scheduler, korch_object_name(object));
	else
		korch_scheduler_pod_remove(st->scheduler, korch__pod_of(object));
}

static int is_ours(const korch_object *object)
{
	const korch_pod *pod = korch__pod_of(object);
	const char *name = pod->spec ? korch__text_or_empty(pod->spec->scheduler_name) : "";
	return pod->spec && !korch__pod_node(pod)[0] && korch__pod_is_active(pod) &&
	       (!name[0] || korch__text_equal(name, "default-scheduler"));
}

static int concerns(void *userdata, const korch_object *previous, const korch_object *object)
{
	return object && is_ours(object);
}

/* Binding gives all pods that were alike a status that is alike. */
static int share_status(state *st, korch_pod *pod, korch_usec now)
{
	if (st->status_to && st->status_at == now && st->status_from == pod->status) {
		korch_block_share(&pod->status, st->status_to);
		return 0;
	}
	korch_pod_status *from = korch_block_ref(pod->status);
	korch_pod_status *to = korch_struct_edit(&pod->status, &korch_pod_status_type);
	korch__condition_value value = {"PodScheduled", "True", NULL, NULL, now};
	if (!to || korch__condition_put(&to->conditions, &to->n_conditions, &korch__pod_conditions,
	                                &value) < 0) {
		korch_block_unref(from);
		return KORCH_E_NOMEM;
	}
	korch_block_unref(st->status_from);
	st->status_from = from;
	korch_block_share(&st->status_to, to);
	st->status_at = now;
	return 0;
}

static int bind_pod(state *st, const korch_pod *pod, const char *node, korch_plan *plan,
                    korch_usec now)
{
	const korch_pod_spec *spec = korch__bound_spec(st->bound, pod->spec, node);
	korch_pod *edited = spec ? (korch_pod *)korch_object_edit(&pod->object) : NULL;
	if (!edited || share_status(st, edited, now) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	korch_block_share(&edited->spec, spec);
	korch_plan_event(plan, &pod->object, "Normal", "Scheduled", "Successfully assigned %s/%s to %s",
	                 korch_object_namespace(&pod->object), korch_object_name(&pod->object), node);
	int code = korch_scheduler_pod_set(st->scheduler, edited, NULL, NULL);
	if (korch_plan_update(plan, &pod->object, &edited->object) < 0)
		return KORCH_E_NOMEM;
	return code;
}

/* Says why, unless it has been said. */
static int say(const korch_pod *pod, const char *reason, const char *message, korch_plan *plan,
               korch_usec now)
{
	korch__condition_value value = {"PodScheduled", "False", reason, message, now};
	const korch_pod_status *status = pod->status;
	if (status && korch__condition_is(status->conditions, status->n_conditions,
	                                  &korch__pod_conditions, &value))
		return 0;
	korch_pod *edited = (korch_pod *)korch_object_edit(&pod->object);
	korch_pod_status *to =
	    edited ? korch_struct_edit(&edited->status, &korch_pod_status_type) : NULL;
	if (!to || korch__condition_put(&to->conditions, &to->n_conditions, &korch__pod_conditions,
	                                &value) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	if (korch__text_equal(reason, "Unschedulable"))
		korch_plan_event(plan, &pod->object, "Warning", "FailedScheduling", "%s", message);
	return korch_plan_update_status(plan, &pod->object, &edited->object);
}

static int schedule(state *st, const korch_pod *pod, korch_plan *plan, korch_usec now)
{
	korch_decision decision;
	_cleanup_error_ korch_error *err = NULL;
	if (pod->spec->n_scheduling_gates > 0)
		return say(pod, "SchedulingGated",
		           "Scheduling is blocked due to non-empty scheduling gates", plan, now);
	/* Assumed before and yet here again: that plan was not committed. */
	korch_scheduler_pod_remove(st->scheduler, pod);
	int found = korch_scheduler_decide(&decision, st->scheduler, pod, &err);
	if (found == KORCH_E_NOMEM)
		return found;
	if (found < 0)
		return say(pod, "SchedulerError", korch_error_message(err), plan, now);
	if (found)
		return bind_pod(st, pod, decision.node, plan, now);
	if (korch_scheduler_wait(st->scheduler, pod, NULL) < 0)
		return KORCH_E_NOMEM;
	return say(pod, "Unschedulable", decision.message, plan, now);
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	state *st = userdata;
	const korch_object *pod =
	    korch_view_get(view, &korch_pod_kind, request->key.namespace_, request->key.name);
	if (!pod || !is_ours(pod))
		return 0;
	if ((st->stale && feed_all(st, view) < 0) ||
	    schedule(st, korch__pod_of(pod), plan, korch_view_now(view)) < 0) {
		st->stale = 1;
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	return 0;
}

/* Asks again for those that wait and would fit now; each waits anew when it does not after all. */
static void ask_woken(state *st, korch_enqueue *enqueue)
{
	const korch_pod *pod;
	while (!st->stale && korch_scheduler_woken(&pod, st->scheduler) == 1) {
		korch_enqueue_key(enqueue, korch_object_namespace(&pod->object),
		                  korch_object_name(&pod->object));
		korch_object_unref(&pod->object);
	}
}

static void map_change(void *userdata, const korch_view *view, const korch_object *previous,
                       const korch_object *object, korch_enqueue *enqueue)
{
	state *st = userdata;
	if (korch_scheduler_waiting(st->scheduler) > 0)
		ask_woken(st, enqueue);
}

/* What the cluster decides with: kube-scheduler's plugins and weights, but full nodes first. */
static int new_scheduler(korch_scheduler **out)
{
	korch_scheduler_profile profile = *korch_scheduler_profile_builtin("binpack");
	profile.name = "default-scheduler";
	const korch_scheduler_options options = {
	    .size = sizeof(options), .profiles = &profile, .n_profiles = 1};
	return korch_scheduler_new(out, &options, NULL);
}

int korch__scheduler_controller(korch_controller_spec *out)
{
	static const korch_controller_watch watches[] = {
	    {.kind = &korch_node_kind, .map = map_change},
	    {.kind = &korch_pod_kind, .map = map_change},
	    {.kind = &korch_namespace_kind, .map = map_change},
	};
	state *st = korch__calloc(1, sizeof(*st));
	if (!st || new_scheduler(&st->scheduler) < 0 || !(st->bound = korch__bound_specs_new())) {
		if (st)
			korch_scheduler_free(st->scheduler);
		korch__free(st);
		return KORCH_E_NOMEM;
	}
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "default-scheduler",
	    .kind = &korch_pod_kind,
	    .watches = watches,
	    .n_watches = KORCH_COUNT(watches),
	    .reconcile = reconcile,
	    .observe = observe,
	    .concerns = concerns,
	    .userdata = st,
	    .destroy = destroy,
	};
	return 0;
}
