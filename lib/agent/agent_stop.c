/*
 * Stopping pods that will be run again: while a node's pods are stopped in order nothing is written
 * of them, so that their ends do not count as crashes. One note on the node tells the next agent
 * which ends these are: of runs that began before it and ended after it, or nobody knows when.
 */
#include "agent/agent_internal.h"
#include <korch/time.h>

static const char STOPPED_AT[] = "korch.dev/stopped-at";

int korch__agent_plan_stop(korch_plan *plan, const korch_view *view, const korch_object *node,
                           const void *now, korch_error **err)
{
	char text[KORCH_TIME_TEXT_SIZE];
	korch_object *next = korch_object_edit(node);
	korch_object_meta *meta = next ? korch_object_edit_meta(next) : NULL;
	korch_time_format(text, *(const korch_usec *)now, 1);
	if (!meta || korch_map_set(&meta->annotations, STOPPED_AT, text) < 0) {
		korch_object_unref(next);
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a node");
	}
	return korch_plan_update(plan, node, next);
}

korch_usec korch__node_stopped(const korch_agent *agent, size_t node)
{
	korch_usec at = 0;
	const korch_object *object = korch_view_get(korch_engine_view(agent->engine), &korch_node_kind,
	                                            "", agent->nodes[node].name);
	const char *text = object && object->metadata
	                       ? korch_map_get(object->metadata->annotations, STOPPED_AT)
	                       : NULL;
	return text && korch_time_parse(&at, text, NULL) == 0 ? at : 0;
}
