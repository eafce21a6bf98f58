/* What the controller observes, told to the scheduler; and which changes matter to pods that wait.
 */
#include "base/log.h"
#include "base/text.h"
#include "control/scheduler/gang.h"
#include "control/scheduler/scheduling.h"
#include "control/scheduler/volume.h"
#include <korch/api.h>
#include <korch/scheduler/preempt.h>

static const char *nominated_node(const korch_pod *pod)
{
	return pod && pod->status ? korch__text_or_empty(pod->status->nominated_node_name) : "";
}

/* A pod without a node may have one kept free for it. */
static int feed_nomination(korch__scheduling *st, const korch_pod *before, const korch_pod *pod)
{
	const char *node = nominated_node(pod);
	if (!korch__is_ours(st, &pod->object) || (!*node && !*nominated_node(before)))
		return 0;
	return korch_scheduler_nominate(st->scheduler, pod, *node ? node : NULL, NULL);
}

static int feed_pod(korch__scheduling *st, const korch_pod *before, const korch_pod *pod)
{
	int code = korch_scheduler_pod_set(st->scheduler, pod, NULL, NULL);
	korch__evictions_see(st, before, pod);
	if (code >= 0)
		code = feed_nomination(st, before, pod);
	int seen = korch__gangs_see(st, before, pod);
	return code < 0 ? code : seen;
}

static int feed(korch__scheduling *st, const korch_view *view, const korch_object *before,
                const korch_object *object)
{
	if (object->kind == &korch_node_kind)
		return korch_scheduler_node_set(st->scheduler, (const korch_node *)object, NULL);
	if (object->kind == &korch_namespace_kind)
		return korch_scheduler_namespace_set(st->scheduler, korch_object_name(object),
		                                     korch__labels(object), NULL);
	if (object->kind == &korch_pod_disruption_budget_kind)
		return korch_scheduler_budget_set(st->scheduler,
		                                  (const korch_pod_disruption_budget *)object, NULL);
	if (object->kind == &korch_pod_kind)
		return feed_pod(st, before ? korch__pod_of(before) : NULL, korch__pod_of(object));
	return korch__volumes_feed(st, view, before, object);
}

static int remove_pod(korch__scheduling *st, const korch_pod *pod)
{
	korch__evictions_see(st, pod, NULL);
	korch_scheduler_pod_remove(st->scheduler, pod);
	return korch__gangs_see(st, pod, NULL);
}

/* 0 or KORCH_E_NOMEM. */
static int remove_object(korch__scheduling *st, const korch_view *view, const korch_object *object)
{
	const char *namespace_ = korch_object_namespace(object), *name = korch_object_name(object);
	if (object->kind == &korch_node_kind)
		korch_scheduler_node_remove(st->scheduler, name);
	else if (object->kind == &korch_namespace_kind)
		korch_scheduler_namespace_remove(st->scheduler, name);
	else if (object->kind == &korch_pod_disruption_budget_kind)
		korch_scheduler_budget_remove(st->scheduler, namespace_, name);
	else if (object->kind == &korch_pod_kind)
		return remove_pod(st, korch__pod_of(object));
	else
		return korch__volumes_feed(st, view, object, NULL);
	return 0;
}

typedef struct feeding {
	korch__scheduling *st;
	const korch_view *view;
} feeding;

static int feed_one(void *userdata, const korch_object *object)
{
	const feeding *of = userdata;
	korch__scheduling *st = of->st;
	int code = feed(st, of->view, NULL, object);
	if (code >= 0 && object->kind == &korch_pod_kind && korch__refused_has(st, object))
		code = korch_scheduler_wait(st->scheduler, korch__pod_of(object), NULL);
	return code == KORCH_E_NOMEM ? code : 0;
}

int korch__feed_all(korch__scheduling *st, const korch_view *view)
{
	const korch_kind *const kinds[] = {korch__volume_kind(0), &korch_namespace_kind,
	                                   &korch_node_kind, &korch_pod_kind,
	                                   &korch_pod_disruption_budget_kind};
	feeding of = {st, view};
	korch_scheduler_reset(st->scheduler);
	korch__gangs_clear(&st->gangs);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const korch_view_query query = {.kind = kinds[i]};
		if (korch_view_each(view, &query, feed_one, &of) < 0)
			return KORCH_E_NOMEM;
	}
	st->stale = 0;
	return 0;
}

/* Where a pod takes room, "" when it takes none. */
static const char *place_of(const korch_pod *pod)
{
	return pod && !korch__pod_is_terminal(pod) ? korch__pod_node(pod) : "";
}

static int pod_matters(const korch_pod *before, const korch_pod *pod)
{
	const char *node = place_of(pod);
	if (!korch__text_equal(place_of(before), node) ||
	    !korch__text_equal(nominated_node(before), nominated_node(pod)))
		return 1;
	if (!*node || !before || !pod)
		return 0;
	return before->spec != pod->spec ||
	       korch__labels(&before->object) != korch__labels(&pod->object) ||
	       korch__is_deleting(&before->object) != korch__is_deleting(&pod->object);
}

static int node_matters(const korch_node *before, const korch_node *node)
{
	const korch_node_status *a = before->status, *b = node->status;
	if (before->spec != node->spec ||
	    korch__labels(&before->object) != korch__labels(&node->object) || !a != !b)
		return 1;
	return a && (a->allocatable != b->allocatable || a->capacity != b->capacity);
}

static int budget_matters(const korch_pod_disruption_budget *before,
                          const korch_pod_disruption_budget *budget)
{
	int32_t a = before->status ? before->status->disruptions_allowed : 0;
	int32_t b = budget->status ? budget->status->disruptions_allowed : 0;
	return a != b || before->spec != budget->spec;
}

/* Whether a change can change why a pod waits. */
static int matters(const korch_object *before, const korch_object *object)
{
	const korch_object *any = object ? object : before;
	if (any->kind == &korch_pod_kind)
		return pod_matters(before ? korch__pod_of(before) : NULL,
		                   object ? korch__pod_of(object) : NULL);
	if (!before || !object)
		return 1;
	if (any->kind == &korch_node_kind)
		return node_matters((const korch_node *)before, (const korch_node *)object);
	if (any->kind == &korch_pod_disruption_budget_kind)
		return budget_matters((const korch_pod_disruption_budget *)before,
		                      (const korch_pod_disruption_budget *)object);
	return korch__labels(before) != korch__labels(object) || before->raw != object->raw;
}

void korch__feed_change(korch__scheduling *st, const korch_view *view, const korch_change *change)
{
	int is_gone = change->type == KORCH_CHANGE_DELETED;
	const korch_object *object = change->object;
	const korch_object *before = is_gone ? object : change->previous;
	st->changes += (uint64_t)matters(before, is_gone ? NULL : object);
	if (st->stale)
		return;
	int code = is_gone ? remove_object(st, view, object) : feed(st, view, before, object);
	st->stale = code == KORCH_E_NOMEM;
	if (code < 0 && !st->stale)
		korch__log(KORCH_LOG_WARNING, "scheduler", "%s %s is left out of account: %s",
		           object->kind->singular, korch_object_name(object), korch_code_text(code));
}
