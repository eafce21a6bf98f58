/*
 * The scheduler as a controller: feeds lib/scheduler with what it observes, binds one pod a
 * request, assumes it as placed, and corrects itself by what it observes afterwards. Remembers the
 * pods that fit nowhere and asks for them when room appears.
 */
#include "base/cleanup.h"
#include "base/table.h"
#include "base/text.h"
#include "control/builtin.h"
#include "control/condition.h"
#include "control/gather.h"
#include "scheduler/scheduler.h"
#include <korch/api/core_namespace.h>
#include <korch/api/core_node.h>
#include <string.h>

/* A pod that fits nowhere at present. */
typedef struct waiting {
	const char *uid; /* block strings */
	const char *namespace_;
	const char *name;
	int wants_company; /* has pod affinity or spread: a newly bound pod may help */
} waiting;

typedef struct state {
	korch_scheduler *scheduler;
	int stale;           /* a feeding failed: everything has to be fed again */
	korch_table waiting; /* by uid */
	/* The status that a bound pod gets, shared by all pods that had an equal block at the same
	 * time. */
	const korch_pod_status *status_from;
	korch_pod_status *status_to;
	korch_usec status_at;
} state;

static uint64_t uid_hash(const void *key)
{
	return korch__hash_string(key);
}
static int uid_equal(const void *entry, const void *key)
{
	return strcmp(((const waiting *)entry)->uid, key) == 0;
}
static uint64_t uid_entry_hash(const void *entry)
{
	return korch__hash_string(((const waiting *)entry)->uid);
}
static const korch_table_ops waiting_ops = {
    .hash = uid_hash, .equal = uid_equal, .entry_hash = uid_entry_hash};

static void waiting_free(waiting *entry)
{
	if (!entry)
		return;
	korch_string_unref(entry->uid);
	korch_string_unref(entry->namespace_);
	korch_string_unref(entry->name);
	korch__free(entry);
}

static void destroy(void *userdata)
{
	state *st = userdata;
	waiting *entry;
	for (size_t at = 0; (entry = korch__table_next(&st->waiting, &at));)
		waiting_free(entry);
	korch__table_fini(&st->waiting);
	korch_block_unref(st->status_from);
	korch_block_unref(st->status_to);
	korch__scheduler_free(st->scheduler);
	korch__free(st);
}

static int feed(state *st, const korch_object *object)
{
	if (object->kind == &korch_node_kind)
		return korch__scheduler_node_set(st->scheduler, (const korch_node *)object);
	if (object->kind == &korch_namespace_kind)
		return korch__scheduler_namespace_set(st->scheduler, object);
	const korch_pod *pod = korch__pod_of(object);
	if (korch__pod_is_terminal(pod)) {
		korch__scheduler_pod_remove(st->scheduler, korch_object_uid(object));
		return 0;
	}
	return korch__pod_node(pod)[0] ? korch__scheduler_pod_set(st->scheduler, pod, NULL) : 0;
}

static int feed_one(void *userdata, const korch_object *object)
{
	return feed(userdata, object);
}

static int feed_all(state *st, const korch_view *view)
{
	static const korch_kind *const kinds[] = {&korch_namespace_kind, &korch_node_kind,
	                                          &korch_pod_kind};
	korch__scheduler_reset(st->scheduler);
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
	if (object->kind == &korch_pod_kind && st->waiting.n > 0 &&
	    (change->type == KORCH_CHANGE_DELETED || korch__pod_node(korch__pod_of(object))[0]))
		waiting_free(korch__table_remove(&st->waiting, korch_object_uid(object)));
	if (st->stale)
		return;
	if (change->type != KORCH_CHANGE_DELETED)
		st->stale = feed(st, object) < 0;
	else if (object->kind == &korch_node_kind)
		korch__scheduler_node_remove(st->scheduler, korch_object_name(object));
	else if (object->kind == &korch_namespace_kind)
		korch__scheduler_namespace_remove(st->scheduler, korch_object_name(object));
	else
		korch__scheduler_pod_remove(st->scheduler, korch_object_uid(object));
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
	const korch_pod_spec *spec = korch__scheduler_bound_spec(st->scheduler, pod, node);
	korch_pod *edited = spec ? (korch_pod *)korch_object_edit(&pod->object) : NULL;
	if (!edited || share_status(st, edited, now) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	korch_block_share(&edited->spec, spec);
	korch_plan_event(plan, &pod->object, "Normal", "Scheduled", "Successfully assigned %s/%s to %s",
	                 korch_object_namespace(&pod->object), korch_object_name(&pod->object), node);
	if (korch_plan_update(plan, &pod->object, &edited->object) < 0)
		return KORCH_E_NOMEM;
	return korch__scheduler_pod_set(st->scheduler, pod, node);
}

static int wait_for_room(state *st, const korch_pod *pod)
{
	const korch_object_meta *meta = pod->object.metadata;
	if (korch__table_get(&st->waiting, korch_object_uid(&pod->object)))
		return 0;
	waiting *entry = korch__calloc(1, sizeof(*entry));
	if (!entry)
		return KORCH_E_NOMEM;
	entry->uid = meta->uid ? korch_string_ref(meta->uid) : korch_string_new("");
	entry->namespace_ = korch_string_ref(meta->namespace_);
	entry->name = korch_string_ref(meta->name);
	entry->wants_company = (pod->spec->affinity && pod->spec->affinity->pod_affinity) ||
	                       pod->spec->n_topology_spread_constraints > 0;
	if (entry->uid && korch__table_put(&st->waiting, entry) == 0)
		return 0;
	waiting_free(entry);
	return KORCH_E_NOMEM;
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
	korch__verdict verdict;
	if (pod->spec->n_scheduling_gates > 0)
		return say(pod, "SchedulingGated",
		           "Scheduling is blocked due to non-empty scheduling gates", plan, now);
	/* Assumed before and yet here again: that plan was not committed. */
	korch__scheduler_pod_remove(st->scheduler, korch_object_uid(&pod->object));
	int found = korch__scheduler_decide(st->scheduler, pod, &verdict);
	if (found < 0)
		return found;
	if (found)
		return bind_pod(st, pod, verdict.node, plan, now);
	if (wait_for_room(st, pod) < 0)
		return KORCH_E_NOMEM;
	return say(pod, "Unschedulable", verdict.message, plan, now);
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

/* Asks again for those that wait; each waits anew when it still fits nowhere. */
static void ask_again(state *st, int only_company, korch_enqueue *enqueue)
{
	waiting *entry;
	for (size_t at = 0; (entry = korch__table_next(&st->waiting, &at));) {
		if (only_company && !entry->wants_company)
			continue;
		korch_enqueue_key(enqueue, entry->namespace_, entry->name);
		korch__table_remove(&st->waiting, entry->uid);
		waiting_free(entry);
	}
}

/* Whether a change of a node can make room; heartbeats cannot. */
static int node_matters(const korch_node *a, const korch_node *b)
{
	if (!a || !b)
		return b != NULL;
	const korch_map *before = a->status ? a->status->allocatable : NULL,
	                *after = b->status ? b->status->allocatable : NULL;
	if (!korch_map_equal(before, after) ||
	    !korch_map_equal(korch__labels(&a->object), korch__labels(&b->object)))
		return 1;
	return a->spec != b->spec &&
	       !(a->spec && b->spec && korch_struct_equal(a->spec, b->spec, &korch_node_spec_type));
}

static void map_node(void *userdata, const korch_view *view, const korch_object *previous,
                     const korch_object *object, korch_enqueue *enqueue)
{
	state *st = userdata;
	if (st->waiting.n > 0 && node_matters((const korch_node *)previous, (const korch_node *)object))
		ask_again(st, 0, enqueue);
}

static int uses_node(const korch_object *object)
{
	return object && korch__pod_node(korch__pod_of(object))[0] &&
	       !korch__pod_is_terminal(korch__pod_of(object));
}

static void map_pod(void *userdata, const korch_view *view, const korch_object *previous,
                    const korch_object *object, korch_enqueue *enqueue)
{
	state *st = userdata;
	if (st->waiting.n == 0 || uses_node(previous) == uses_node(object))
		return;
	ask_again(st, uses_node(object), enqueue);
}

static void map_namespace(void *userdata, const korch_view *view, const korch_object *previous,
                          const korch_object *object, korch_enqueue *enqueue)
{
}

int korch__scheduler_controller(korch_controller_spec *out)
{
	static const korch_controller_watch watches[] = {
	    {.kind = &korch_node_kind, .map = map_node},
	    {.kind = &korch_pod_kind, .map = map_pod},
	    {.kind = &korch_namespace_kind, .map = map_namespace},
	};
	state *st = korch__calloc(1, sizeof(*st));
	if (!st || korch__scheduler_new(&st->scheduler) < 0) {
		korch__free(st);
		return KORCH_E_NOMEM;
	}
	korch__table_init(&st->waiting, &waiting_ops);
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
