/* Events of pods, with the kubelet's reasons and sentences. They wait with the worker until a plan
 * takes them along. */
#include "agent/agent_internal.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NOTE_MAX = 1024, NOTES_MAX = 16 };

void korch__worker_note(korch_agent *agent, agent_worker *worker, const char *type,
                        const char *reason, const char *format, ...)
{
	char text[NOTE_MAX];
	va_list arguments;
	if (agent->warnings_only && strcmp(type, "Normal") == 0)
		return;
	if (worker->gone || agent->shutdown || !korch__worker_extra(worker))
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	agent_note **slot = &worker->extra->notes;
	size_t n = 0;
	for (; *slot; slot = &(*slot)->next)
		n++;
	agent_note *note = n < NOTES_MAX ? korch__alloc(sizeof(*note) + strlen(text) + 1) : NULL;
	if (!note)
		return;
	*note = (agent_note){.type = type, .reason = reason};
	memcpy(note->message, text, strlen(text) + 1);
	*slot = note;
}

int korch__worker_notes_flush(agent_worker *worker, korch_plan *plan)
{
	agent_extra *extra = worker->extra;
	if (!extra)
		return 0;
	while (extra->notes) {
		agent_note *note = extra->notes;
		int code = korch_plan_event(plan, &worker->pod->object, note->type, note->reason, "%s",
		                            note->message);
		if (code < 0)
			return code;
		extra->notes = note->next;
		korch__free(note);
	}
	if (!extra->mount_message) {
		korch__free(extra);
		worker->extra = NULL;
	}
	return 0;
}

void korch__note_op(korch_agent *agent, agent_worker *worker, const korch__pod_op *op)
{
	if (op->kind != KORCH__OP_STOP && op->kind != KORCH__OP_PRE_STOP)
		return;
	if (worker->containers[op->container].stopping != KORCH__STOP_NONE)
		return;
	const char *name = korch__pod_container(worker->pod, op->container)->name;
	static const char *const sentences[] = {
	    [KORCH__WHY_LIVENESS] = "Container %s failed liveness probe, will be restarted",
	    [KORCH__WHY_STARTUP] = "Container %s failed startup probe, will be restarted",
	    [KORCH__WHY_CHANGED] = "Container %s definition changed, will be restarted",
	};
	char text[NOTE_MAX];
	switch (op->why) {
	case KORCH__WHY_POST_START:
		korch__worker_note(agent, worker, "Normal", "Killing", "FailedPostStartHook");
		break;
	case KORCH__WHY_LIVENESS:
	case KORCH__WHY_STARTUP:
	case KORCH__WHY_CHANGED: {
		const char *at = strstr(sentences[op->why], "%s");
		snprintf(text, sizeof(text), "Container %s%s", name, at + 2);
		korch__worker_note(agent, worker, "Normal", "Killing", "%s", text);
		break;
	}
	default:
		korch__worker_note(agent, worker, "Normal", "Killing", "Stopping container %s", name);
		break;
	}
}

static const char *waiting_reason(const korch_container_status *status)
{
	const korch_container_state *state = status ? status->state : NULL;
	return state && state->waiting ? korch__text_or_empty(state->waiting->reason) : "";
}

static void note_waiting(korch_agent *agent, agent_worker *worker, size_t i,
                         const korch_container_status *next)
{
	const char *reason = waiting_reason(next);
	const korch_object *pod = &worker->pod->object;
	if (strcmp(reason, waiting_reason(korch__pod_container_status(worker->pod, i))) == 0)
		return;
	if (strcmp(reason, "CrashLoopBackOff") == 0)
		korch__worker_note(agent, worker, "Warning", "BackOff",
		                   "Back-off restarting failed container %s in pod %s_%s(%s)", next->name,
		                   korch_object_name(pod), korch_object_namespace(pod),
		                   korch_object_uid(pod));
	if (strcmp(reason, "ImagePullBackOff") == 0) {
		korch__worker_note(agent, worker, "Normal", "BackOff", "Back-off pulling image \"%s\"",
		                   korch__text_or_empty(next->image));
		korch__worker_note(agent, worker, "Warning", "Failed", "Error: ImagePullBackOff");
	}
}

void korch__note_backoff(korch_agent *agent, agent_worker *worker, const korch_pod_status *next)
{
	size_t n_init = next->n_init_container_statuses;
	for (size_t i = 0; i < n_init; i++)
		note_waiting(agent, worker, i, &next->init_container_statuses[i]);
	for (size_t i = 0; i < next->n_container_statuses; i++)
		note_waiting(agent, worker, n_init + i, &next->container_statuses[i]);
}
