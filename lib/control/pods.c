/* Questions about pods that several deciders ask: phase, readiness, availability, owner. */
#include "control/pods.h"
#include "base/text.h"
#include <string.h>

int korch__pod_is_terminal(const korch_pod *pod)
{
	const char *phase = pod->status ? pod->status->phase : NULL;
	return phase && (strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0);
}

int korch__pod_is_terminating(const korch_pod *pod)
{
	return korch__is_deleting(&pod->object) && !korch__pod_is_terminal(pod);
}

int korch__pod_is_active(const korch_pod *pod)
{
	return !korch__is_deleting(&pod->object) && !korch__pod_is_terminal(pod);
}

const char *korch__pod_node(const korch_pod *pod)
{
	return pod->spec ? korch__text_or_empty(pod->spec->node_name) : "";
}

const korch_pod_condition *korch__pod_condition(const korch_pod *pod, const char *type)
{
	const korch_pod_status *status = pod->status;
	for (size_t i = 0; status && i < status->n_conditions; i++) {
		if (korch__text_equal(status->conditions[i].type, type))
			return &status->conditions[i];
	}
	return NULL;
}

int korch__pod_condition_is_true(const korch_pod *pod, const char *type)
{
	const korch_pod_condition *condition = korch__pod_condition(pod, type);
	return condition && korch__text_equal(condition->status, "True");
}

int korch__pod_is_ready(const korch_pod *pod)
{
	return korch__pod_condition_is_true(pod, "Ready");
}

korch_usec korch__pod_ready_since(const korch_pod *pod)
{
	const korch_pod_condition *ready = korch__pod_condition(pod, "Ready");
	return ready && korch__text_equal(ready->status, "True") ? ready->last_transition_time : 0;
}

int korch__pod_is_available(const korch_pod *pod, int32_t min_ready_seconds, korch_usec now,
                            korch_usec *wake)
{
	if (!korch__pod_is_ready(pod))
		return 0;
	if (min_ready_seconds <= 0)
		return 1;
	korch_usec since = korch__pod_ready_since(pod);
	if (since == 0)
		return 0;
	korch_usec at = since + min_ready_seconds * KORCH_USEC_PER_SEC;
	if (at <= now)
		return 1;
	if (at < *wake)
		*wake = at;
	return 0;
}

int korch__is_controlled_by(const korch_object *object, const char *uid)
{
	const korch_owner_reference *owner = korch_object_controller(object);
	return owner && korch__text_equal(owner->uid, uid);
}
