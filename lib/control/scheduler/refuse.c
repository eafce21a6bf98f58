/*
 * Pods that get no node: the condition PodScheduled and the event FailedScheduling, as
 * kube-scheduler writes them (pkg/scheduler/schedule_one.go, handleSchedulingFailure).
 */
#include "base/text.h"
#include "control/condition.h"
#include "control/scheduler/scheduling.h"
#include <string.h>

/* Longest message of an event (NoteLengthLimit); what is longer ends in " ...". */
enum { NOTE_MAX = 1024 };

static int note(const korch__turn *turn, const korch_pod *pod, const char *message)
{
	int is_long = strlen(message) > NOTE_MAX;
	return korch_plan_event(turn->plan, &pod->object, "Warning", "FailedScheduling", "%.*s%s",
	                        is_long ? NOTE_MAX - 4 : NOTE_MAX, message, is_long ? " ..." : "");
}

/* The node that is to stand in its status; NULL: none. */
static const char *node_of(const korch__refusal *refusal)
{
	return refusal->nominate && *refusal->nominate ? refusal->nominate : NULL;
}

static int is_nominated_anew(const korch_pod *pod, const korch__refusal *refusal)
{
	const char *now = pod->status ? pod->status->nominated_node_name : NULL;
	return refusal->nominate && !korch__text_equal(now, refusal->nominate);
}

int korch__refuse(const korch__turn *turn, const korch_pod *pod, const korch__refusal *refusal)
{
	korch__condition_value value = {"PodScheduled", "False", refusal->reason, refusal->message,
	                                turn->now};
	const korch_pod_status *status = pod->status;
	int is_said = status && korch__condition_is(status->conditions, status->n_conditions,
	                                            &korch__pod_conditions, &value);
	if (is_said && !is_nominated_anew(pod, refusal))
		return 0;
	korch_pod *edited = (korch_pod *)korch_object_edit(&pod->object);
	korch_pod_status *to =
	    edited ? korch_struct_edit(&edited->status, &korch_pod_status_type) : NULL;
	if (!to ||
	    korch__condition_put(&to->conditions, &to->n_conditions, &korch__pod_conditions, &value) <
	        0 ||
	    (refusal->nominate && korch_string_set(&to->nominated_node_name, node_of(refusal)) < 0)) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	if (!refusal->is_silent && !is_said && note(turn, pod, refusal->message) < 0) {
		korch_object_unref(&edited->object);
		return KORCH_E_NOMEM;
	}
	return korch_plan_update_status(turn->plan, &pod->object, &edited->object);
}
