/*
 * Node lifecycle: a node without heartbeat becomes Unknown, conditions become taints, taints evict
 * pods after their tolerationSeconds, pods of vanished nodes are removed. The view is read in
 * node_controller.c.
 */
#include "control/node.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/condition.h"
#include "control/pods.h"
#include "scheduler/filter/taint.h"
#include <string.h>

#define NOT_READY "node.kubernetes.io/not-ready"
#define UNREACHABLE "node.kubernetes.io/unreachable"

typedef struct decision {
	const korch__node_input *input;
	korch_plan *plan;
	korch_node *edited;
	korch_usec wake;
	size_t steps; /* about pods */
} decision;

static const char *condition_status(const korch_node *node, const char *type)
{
	const korch_node_status *status = node->status;
	const korch_node_condition *condition =
	    status ? korch__condition_find(status->conditions, status->n_conditions,
	                                   &korch__node_conditions, type)
	           : NULL;
	return condition ? korch__text_or_empty(condition->status) : "";
}

/* Of the lease or of the Ready condition, whichever is younger; 0 when there never was one. */
static korch_usec last_heartbeat(const korch__node_input *input)
{
	const korch_node_status *status = input->node->status;
	const korch_node_condition *ready =
	    status ? korch__condition_find(status->conditions, status->n_conditions,
	                                   &korch__node_conditions, "Ready")
	           : NULL;
	korch_usec beat = input->lease && input->lease->spec ? input->lease->spec->renew_time : 0;
	if (ready && ready->last_heartbeat_time > beat)
		beat = ready->last_heartbeat_time;
	return beat;
}

/* A node of an agent in this very process cannot get lost: it is ready, and neither it nor a lease
 * ever gave a heartbeat. */
static int is_never_lost(const korch__node_input *input)
{
	return !input->lease && last_heartbeat(input) == 0 && condition_status(input->node, "Ready")[0];
}

/* All conditions that a kubelet reports become Unknown, those that are missing appear. */
static int set_unknown(decision *d, int never)
{
	static const char *const types[] = {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"};
	korch_node_status *status = korch_struct_edit(&d->edited->status, &korch_node_status_type);
	const korch__condition_layout *layout = &korch__node_conditions;
	for (size_t i = 0; status && i < KORCH_COUNT(types); i++) {
		const korch_node_condition *old =
		    korch__condition_find(status->conditions, status->n_conditions, layout, types[i]);
		korch_usec beat = old ? old->last_heartbeat_time : 0;
		if (old && korch__text_equal(old->status, "Unknown"))
			continue;
		korch__condition_value value = {
		    types[i], "Unknown", never || !old ? "NodeStatusNeverUpdated" : "NodeStatusUnknown",
		    never || !old ? "Kubelet never posted node status."
		                  : "Kubelet stopped posting node status.",
		    d->input->now};
		if (korch__condition_put(&status->conditions, &status->n_conditions, layout, &value) < 0)
			return KORCH_E_NOMEM;
		/* Nobody gave a heartbeat: its time stays. */
		for (size_t j = 0; j < status->n_conditions; j++) {
			if (korch__text_equal(status->conditions[j].type, types[i]))
				status->conditions[j].last_heartbeat_time = beat;
		}
	}
	return status ? 0 : KORCH_E_NOMEM;
}

static int check_heartbeat(decision *d)
{
	const korch__node_input *input = d->input;
	korch_usec beat = last_heartbeat(input),
	           grace = input->grace ? input->grace : KORCH__NODE_GRACE;
	korch_usec until =
	    beat ? beat + grace
	         : input->node->object.metadata->creation_timestamp + KORCH__NODE_STARTUP_GRACE;
	if (is_never_lost(input))
		return 0;
	if (strcmp(condition_status(input->node, "Ready"), "Unknown") == 0)
		return 0; /* its agent says Ready when it is back */
	if (until >= input->now) {
		d->wake = until + 1 < d->wake ? until + 1 : d->wake;
		return 0;
	}
	korch_plan_event(d->plan, &input->node->object, "Normal", "NodeNotReady",
	                 "Node %s status is now: NodeNotReady",
	                 korch_object_name(&input->node->object));
	return set_unknown(d, beat == 0);
}

static size_t find_taint(const korch_node_spec *spec, const char *key, const char *effect)
{
	size_t i = 0, n = spec ? spec->n_taints : 0;
	while (i < n && !(korch__text_equal(spec->taints[i].key, key) &&
	                  korch__text_equal(spec->taints[i].effect, effect)))
		i++;
	return i;
}

static int add_taint(decision *d, const char *key, const char *effect)
{
	korch_node_spec *spec = korch_struct_edit(&d->edited->spec, &korch_node_spec_type);
	size_t n = spec ? spec->n_taints : 0;
	korch_taint *taints =
	    spec ? korch_list_edit(&spec->taints, &spec->n_taints, &korch_taint_type, n + 1) : NULL;
	if (!taints)
		return KORCH_E_NOMEM;
	taints[n].time_added = d->input->now;
	return korch_string_set(&taints[n].key, key) < 0 ? KORCH_E_NOMEM
	                                                 : korch_string_set(&taints[n].effect, effect);
}

static int remove_taint(decision *d, size_t i)
{
	korch_node_spec *spec = korch_struct_edit(&d->edited->spec, &korch_node_spec_type);
	size_t n = spec ? spec->n_taints : 0;
	korch_taint *taints =
	    spec ? korch_list_edit(&spec->taints, &spec->n_taints, &korch_taint_type, n) : NULL;
	if (!taints)
		return KORCH_E_NOMEM;
	korch_struct_clear(&taints[i], &korch_taint_type);
	memmove(&taints[i], &taints[i + 1], (n - 1 - i) * sizeof(*taints));
	memset(&taints[n - 1], 0, sizeof(*taints));
	korch_list_edit(&spec->taints, &spec->n_taints, &korch_taint_type, n - 1);
	return spec->n_taints == n - 1 ? 0 : KORCH_E_NOMEM;
}

static int want_taint(decision *d, const char *key, const char *effect, int wanted)
{
	size_t i = find_taint(d->edited->spec, key, effect);
	int is_there = d->edited->spec && i < d->edited->spec->n_taints;
	if (is_there == !!wanted)
		return 0;
	return wanted ? add_taint(d, key, effect) : remove_taint(d, i);
}

/* The taints that follow from conditions; those of other origin stay. */
static int set_taints(decision *d)
{
	static const struct {
		const char *key, *condition, *status;
	} rules[] = {
	    {NOT_READY, "Ready", "False"},
	    {UNREACHABLE, "Ready", "Unknown"},
	    {"node.kubernetes.io/memory-pressure", "MemoryPressure", "True"},
	    {"node.kubernetes.io/disk-pressure", "DiskPressure", "True"},
	    {"node.kubernetes.io/pid-pressure", "PIDPressure", "True"},
	    {"node.kubernetes.io/network-unavailable", "NetworkUnavailable", "True"},
	};
	for (size_t i = 0; i < KORCH_COUNT(rules); i++) {
		int holds = strcmp(condition_status(d->edited, rules[i].condition), rules[i].status) == 0;
		if (want_taint(d, rules[i].key, "NoSchedule", holds) < 0 ||
		    (i < 2 && want_taint(d, rules[i].key, "NoExecute", holds) < 0))
			return KORCH_E_NOMEM;
	}
	int cordoned = d->edited->spec && d->edited->spec->unschedulable;
	return want_taint(d, "node.kubernetes.io/unschedulable", "NoSchedule", cordoned);
}

korch_usec korch__pod_evict_at(const korch_pod *pod, const korch_taint *taints, size_t n,
                               korch_usec now)
{
	korch_usec at = KORCH_USEC_NEVER;
	const korch_pod_spec *spec = pod->spec;
	for (size_t i = 0; i < n; i++) {
		if (!korch__text_equal(taints[i].effect, "NoExecute"))
			continue;
		const korch_toleration *toleration =
		    spec ? korch__taint_toleration(&taints[i], spec->tolerations, spec->n_tolerations)
		         : NULL;
		if (!toleration)
			return 0;
		if (!KORCH_IS_SET(toleration, korch_toleration, toleration_seconds))
			continue;
		korch_usec since = taints[i].time_added ? taints[i].time_added : now;
		int64_t seconds =
		    toleration->toleration_seconds < INT32_MAX ? toleration->toleration_seconds : INT32_MAX;
		korch_usec until = seconds > 0 ? since + seconds * KORCH_USEC_PER_SEC : 0;
		at = until < at ? until : at;
	}
	return at;
}

static int evict(decision *d, const korch_pod *pod)
{
	d->steps++;
	korch_plan_event(d->plan, &pod->object, "Normal", "TaintManagerEviction",
	                 "Marking for deletion Pod %s/%s", korch_object_namespace(&pod->object),
	                 korch_object_name(&pod->object));
	return korch_plan_delete(d->plan, &pod->object, NULL);
}

/* Nobody can say that a pod of an unreachable node is ready. */
static int mark_not_ready(decision *d, const korch_pod *pod)
{
	d->steps++;
	korch_pod *edited = (korch_pod *)korch_object_edit(&pod->object);
	korch_pod_status *status =
	    edited ? korch_struct_edit(&edited->status, &korch_pod_status_type) : NULL;
	korch__condition_value value = {"Ready", "False", NULL, NULL, d->input->now};
	if (!status || korch__condition_put(&status->conditions, &status->n_conditions,
	                                    &korch__pod_conditions, &value) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	korch_plan_event(d->plan, &pod->object, "Warning", "NodeNotReady", "Node is not ready");
	return korch_plan_update_status(d->plan, &pod->object, &edited->object);
}

static int tend_pods(decision *d)
{
	const korch_node_spec *spec = d->edited->spec;
	int unknown = strcmp(condition_status(d->edited, "Ready"), "Unknown") == 0;
	for (size_t i = 0; i < d->input->n_pods; i++) {
		const korch_pod *pod = d->input->pods[i];
		if (!korch__pod_is_active(pod))
			continue;
		if (d->steps >= KORCH__NODE_BURST) {
			d->wake = d->input->now + 1;
			break;
		}
		korch_usec at = spec ? korch__pod_evict_at(pod, spec->taints, spec->n_taints, d->input->now)
		                     : KORCH_USEC_NEVER;
		int code = 0;
		int is_due = at <= d->input->now || (unknown && korch__pod_is_ready(pod));
		if (is_due && !korch__plan_takes(d->plan, 1))
			break;
		if (at <= d->input->now)
			code = evict(d, pod);
		else if (unknown && korch__pod_is_ready(pod))
			code = mark_not_ready(d, pod);
		if (code < 0)
			return code;
		if (at > d->input->now && at < d->wake)
			d->wake = at;
	}
	return 0;
}

static int write_node(decision *d)
{
	const korch_node *node = d->input->node;
	const korch_object *base = &node->object;
	int same_spec = d->edited->spec == node->spec ||
	                (node->spec && d->edited->spec &&
	                 korch_struct_equal(d->edited->spec, node->spec, &korch_node_spec_type));
	int same_status = d->edited->status == node->status;
	if (same_spec && same_status)
		return 0;
	korch_object *object = &KORCH_STEAL(d->edited)->object;
	return same_spec ? korch_plan_update_status(d->plan, base, object)
	                 : korch_plan_update(d->plan, base, object);
}

/* Pods that say they are on a node that does not exist. */
static int remove_orphans(decision *d)
{
	static const korch_delete_options now = {.grace_seconds = 0};
	for (size_t i = 0; i < d->input->n_pods && d->steps < KORCH__NODE_BURST; i++) {
		const korch_pod *pod = d->input->pods[i];
		const korch_pod_condition *scheduled = korch__pod_condition(pod, "PodScheduled");
		korch_usec since =
		    scheduled ? scheduled->last_transition_time : pod->object.metadata->creation_timestamp;
		korch_usec at = since + KORCH__NODE_VANISHED_GRACE;
		if (at > d->input->now) {
			d->wake = at < d->wake ? at : d->wake;
			continue;
		}
		if (!korch__plan_takes(d->plan, 1))
			break;
		d->steps++;
		if (korch_plan_delete(d->plan, &pod->object, &now) < 0)
			return KORCH_E_NOMEM;
	}
	if (d->steps >= KORCH__NODE_BURST)
		d->wake = d->input->now + 1;
	return 0;
}

static int decide_node(decision *d)
{
	d->edited = (korch_node *)korch_object_edit(&d->input->node->object);
	if (!d->edited)
		return KORCH_E_NOMEM;
	if (!korch__is_deleting(&d->input->node->object) &&
	    (check_heartbeat(d) < 0 || set_taints(d) < 0))
		return KORCH_E_NOMEM;
	return tend_pods(d) < 0 ? KORCH_E_NOMEM : write_node(d);
}

int korch__node_decide(const korch__node_input *input, korch_plan *plan, korch_error **err)
{
	decision d = {.input = input, .plan = plan, .wake = KORCH_USEC_NEVER};
	int code = input->node ? decide_node(&d) : remove_orphans(&d);
	korch_object_unref((korch_object *)d.edited);
	if (code < 0)
		return korch_error_set(err, code, "out of memory");
	korch_plan_wake_at(plan, d.wake);
	return 0;
}
