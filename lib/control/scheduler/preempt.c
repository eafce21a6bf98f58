/*
 * Preemption in the cluster: who has to go is the scheduler's to say (lib/scheduler/preempt); here
 * it is carried out as kube-scheduler does (pkg/scheduler/framework/preemption): victims get the
 * condition DisruptionTarget and are deleted with their grace period, the pod that they go for is
 * nominated to the node, and less important pods that were nominated to it are no more.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/condition.h"
#include "control/scheduler/scheduling.h"
#include <korch/scheduler/preempt.h>
#include <stdlib.h>
#include <string.h>

/*
 * An eviction that a plan on its way brings. Until it is observed no other plan brings it, too:
 * those would not be committed, and made again and again.
 */
typedef struct eviction {
	const char *uid; /* of the victim; block strings */
	const char *by;  /* the pod that it goes for */
} eviction;

static uint64_t text_hash(const void *key)
{
	return korch__hash_string(key);
}

static int eviction_equal(const void *entry, const void *key)
{
	return strcmp(((const eviction *)entry)->uid, key) == 0;
}

static uint64_t eviction_hash(const void *entry)
{
	return korch__hash_string(((const eviction *)entry)->uid);
}

static void free_eviction(eviction *one)
{
	if (!one)
		return;
	korch_string_unref(one->uid);
	korch_string_unref(one->by);
	korch__free(one);
}

void korch__evictions_init(korch_table *evictions)
{
	static const korch_table_ops OPS = {text_hash, eviction_equal, eviction_hash};
	korch__table_init(evictions, &OPS);
}

void korch__evictions_fini(korch_table *evictions)
{
	eviction *one;
	for (size_t at = 0; (one = korch__table_next(evictions, &at));)
		free_eviction(one);
	korch__table_fini(evictions);
}

/* No plan for that pod is on its way any more: others may have counted on its victims. */
static void drop_evictions(korch__scheduling *st, const char *by)
{
	eviction *one;
	for (size_t at = 0; (one = korch__table_next(&st->evictions, &at));) {
		if (strcmp(one->by, by) != 0)
			continue;
		free_eviction(korch__table_remove(&st->evictions, one->uid));
		st->changes++;
	}
}

void korch__evictions_see(korch__scheduling *st, const korch_pod *before, const korch_pod *pod)
{
	const korch_pod *any = pod ? pod : before;
	const char *uid = korch_object_uid(&any->object);
	if (st->evictions.n == 0)
		return;
	if (!pod || korch__is_deleting(&pod->object))
		free_eviction(korch__table_remove(&st->evictions, uid));
	if (!pod || !korch__is_ours(st, &pod->object))
		drop_evictions(st, uid);
}

/* 1: it is this pod's plan that brings the eviction, 0: another one does, or KORCH_E_NOMEM. */
static int claim(korch__scheduling *st, const korch_pod *victim, const korch_pod *pod)
{
	const char *uid = victim->object.metadata->uid, *by = pod->object.metadata->uid;
	eviction *one = korch__table_get(&st->evictions, uid);
	if (one)
		return strcmp(one->by, by) == 0;
	one = korch__calloc(1, sizeof(*one));
	if (!one)
		return KORCH_E_NOMEM;
	*one = (eviction){korch_string_ref(uid), korch_string_ref(by)};
	if (korch__table_put(&st->evictions, one) == 0)
		return 1;
	free_eviction(one);
	return KORCH_E_NOMEM;
}

static korch_object *condemned(const korch__turn *turn, const korch_pod *victim,
                               const korch_pod *pod)
{
	const char *by = korch__text_or_empty(pod->spec->scheduler_name);
	_cleanup_free_ char *message = korch__sprintf(
	    "%s: preempting to accommodate a higher priority pod", *by ? by : "default-scheduler");
	const korch__condition_value value = {"DisruptionTarget", "True", "PreemptionByScheduler",
	                                      message, turn->now};
	korch_pod *edited = message ? (korch_pod *)korch_object_edit(&victim->object) : NULL;
	korch_pod_status *to =
	    edited ? korch_struct_edit(&edited->status, &korch_pod_status_type) : NULL;
	if (to && korch__condition_put(&to->conditions, &to->n_conditions, &korch__pod_conditions,
	                               &value) == 0)
		return &edited->object;
	korch_object_unref((korch_object *)edited);
	return NULL;
}

/* One that is leaving already needs no more. 1: it is told to go now, 0, or KORCH_E_NOMEM. */
static int evict(const korch__turn *turn, const char *uid, const korch_pod *pod, const char *node)
{
	const korch_object *object = korch_view_get_uid(turn->view, uid);
	if (!object || korch__is_deleting(object))
		return 0;
	if (!korch__plan_takes(turn->plan, 1))
		return 0;
	int is_ours = claim(turn->st, korch__pod_of(object), pod);
	if (is_ours <= 0)
		return is_ours;
	korch_object *edited = condemned(turn, korch__pod_of(object), pod);
	if (!edited)
		return KORCH_E_NOMEM;
	korch_plan_event(turn->plan, object, "Normal", "Preempted", "Preempted by pod %s on node %s",
	                 korch_object_uid(&pod->object), node);
	int code = korch_plan_evict(turn->plan, object, edited, NULL);
	return code < 0 ? code : 1;
}

/* Pods that wait for room on a node and are less important than the one that gets it. */
typedef struct rivals {
	const korch__turn *turn;
	const char *node;
	int32_t priority;
} rivals;

static int end_nomination(void *userdata, const korch_object *object)
{
	const rivals *of = userdata;
	const korch_pod *pod = korch__pod_of(object);
	const char *node = pod->status ? pod->status->nominated_node_name : NULL;
	if (!node || strcmp(node, of->node) != 0 || !korch__is_ours(of->turn->st, object) ||
	    pod->spec->priority >= of->priority || !korch__plan_takes(of->turn->plan, 1))
		return 0;
	korch_pod *edited = (korch_pod *)korch_object_edit(object);
	korch_pod_status *to =
	    edited ? korch_struct_edit(&edited->status, &korch_pod_status_type) : NULL;
	if (!to || korch_scheduler_nominate(of->turn->st->scheduler, pod, NULL, NULL) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	korch_string_share(&to->nominated_node_name, NULL);
	return korch_plan_update_status(of->turn->plan, object, &edited->object);
}

/* Victims go, and less important pods lose the node; but once only: those that were nominated to it
 * after this pod fit beside it, and would be nominated again, and so on without end. */
static int carry_out(const korch__turn *turn, const korch_pod *pod, const korch_preemption *found)
{
	rivals of = {turn, found->node, pod->spec->priority};
	const korch_view_query unbound = {.kind = pod->object.kind, .node_name = ""};
	const char *node = pod->status ? korch__text_or_empty(pod->status->nominated_node_name) : "";
	int is_new = strcmp(node, found->node) != 0;
	for (size_t i = 0; i < found->n_victims; i++) {
		int evicted = evict(turn, found->victims[i], pod, found->node);
		if (evicted < 0)
			return KORCH_E_NOMEM;
		is_new |= evicted;
	}
	if (is_new && korch_view_each(turn->view, &unbound, end_nomination, &of) < 0)
		return KORCH_E_NOMEM;
	return korch_scheduler_nominate(turn->st->scheduler, pod, found->node, NULL);
}

/* What is said when nothing is found; what was kept for the pod ends, or stays when it has only to
 * wait. */
static int say_why(const korch__turn *turn, const korch_pod *pod, korch__refusal *refusal,
                   char **why)
{
	korch_scheduler *scheduler = turn->st->scheduler;
	const char *text = "";
	int stays = korch_scheduler_preempt_why(&text, scheduler, pod, NULL);
	if (stays < 0)
		return stays;
	if (*text && !(*why = korch__strdup(text)))
		return KORCH_E_NOMEM;
	if (stays)
		return 0;
	refusal->nominate = "";
	const char *node = pod->status ? pod->status->nominated_node_name : NULL;
	return node && *node ? korch_scheduler_nominate(scheduler, pod, NULL, NULL) : 0;
}

int korch__make_room(const korch__turn *turn, const korch_pod *pod, korch__refusal *refusal,
                     char **why)
{
	korch_preemption found;
	drop_evictions(turn->st, korch_object_uid(&pod->object)); /* its turn: that plan is over */
	int code = korch_scheduler_preempt(&found, turn->st->scheduler, pod, NULL);
	if (code == 0)
		code = say_why(turn, pod, refusal, why);
	else if (code > 0) {
		code = carry_out(turn, pod, &found);
		refusal->nominate = found.node;
	}
	return code == KORCH_E_NOMEM ? code : 0;
}
