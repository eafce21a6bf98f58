/* Why pods of a workload have no node: the scheduler's word, in their status. */
#include "up/waiting.h"

#include <stdio.h>
#include <string.h>

static const korch_pod_condition *refusal_of(const korch_pod *pod)
{
	for (size_t i = 0; pod->status && i < pod->status->n_conditions; i++) {
		const korch_pod_condition *condition = &pod->status->conditions[i];
		if (condition->type && strcmp(condition->type, "PodScheduled") == 0)
			return condition->status && strcmp(condition->status, "False") == 0 ? condition : NULL;
	}
	return NULL;
}

static int has_node(const korch_pod *pod)
{
	return pod->spec && pod->spec->node_name && *pod->spec->node_name;
}

void waiting_add(tool_waiting *to, const korch_pod *pod, const up_scheduler *scheduler)
{
	const korch_pod_condition *why = refusal_of(pod);
	const char *name = pod->spec ? pod->spec->scheduler_name : NULL;
	int has_scheduler = up_scheduler_has(scheduler, name);
	if (has_node(pod) || pod->object.metadata->deletion_timestamp || (!why && has_scheduler))
		return;
	if (to->pods++ > 0)
		return;
	const char *node = pod->status ? pod->status->nominated_node_name : NULL;
	snprintf(to->pod, sizeof(to->pod), "%s", korch_object_name(&pod->object));
	if (!why) {
		snprintf(to->reason, sizeof(to->reason), "NoScheduler");
		snprintf(to->message, sizeof(to->message), "no scheduler here is named %s",
		         name ? name : "default-scheduler");
		return;
	}
	snprintf(to->reason, sizeof(to->reason), "%s", why->reason ? why->reason : "");
	snprintf(to->message, sizeof(to->message), "%s", why->message ? why->message : "");
	snprintf(to->node, sizeof(to->node), "%s", node ? node : "");
}

int waiting_equal(const tool_waiting *a, const tool_waiting *b)
{
	if (!a || !b)
		return a == b;
	return a->pods == b->pods && strcmp(a->pod, b->pod) == 0 && strcmp(a->reason, b->reason) == 0 &&
	       strcmp(a->node, b->node) == 0 && strcmp(a->message, b->message) == 0;
}

void waiting_text(char *out, size_t size, const tool_waiting *waiting, int is_pod)
{
	char who[300] = "waits";
	char room[300] = "";
	if (waiting->pods > 1)
		snprintf(who, sizeof(who), "%d pods wait", waiting->pods);
	else if (!is_pod)
		snprintf(who, sizeof(who), "pod %s waits", waiting->pod);
	if (*waiting->node)
		snprintf(room, sizeof(room), "room is being made on node %s: ", waiting->node);
	snprintf(out, size, "%s: %s%s", who, room, waiting->message);
}

size_t waiting_fold(const char *text, int width, const char **next)
{
	const char *end = text, *blank = NULL;
	int used = 0;
	for (; *end; end++) {
		if (((unsigned char)*end & 0xc0) != 0x80 && used++ >= width)
			break;
		if (*end == ' ' && end > text)
			blank = end;
	}
	*next = NULL;
	if (!*end)
		return (size_t)(end - text);
	if (*end == ' ')
		blank = end;
	if (blank)
		end = blank;
	*next = end + strspn(end, " ");
	if (!**next)
		*next = NULL;
	return (size_t)(end - text);
}
