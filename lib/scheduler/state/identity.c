/* Who a pod is: its uid, or its namespace and name. */
#include "base/text.h"
#include "scheduler/state/state.h"
#include <stdio.h>
#include <string.h>

const char *korch__pod_id(const korch_pod *pod, char buffer[KORCH__ID_SIZE])
{
	const korch_object_meta *meta = pod->object.metadata;
	if (!meta)
		return NULL;
	if (meta->uid && meta->uid[0])
		return strlen(meta->uid) < KORCH__ID_SIZE ? meta->uid : NULL;
	if (!meta->name || !meta->name[0])
		return NULL;
	int n = snprintf(buffer, KORCH__ID_SIZE, "%s/%s", korch__text_or_empty(meta->namespace_),
	                 meta->name);
	return n > 0 && n < KORCH__ID_SIZE ? buffer : NULL;
}

int korch__pod_nameless(const korch_pod *pod, korch_error **err)
{
	const korch_object_meta *meta = pod->object.metadata;
	if (!meta || (!korch__text_or_empty(meta->uid)[0] && !korch__text_or_empty(meta->name)[0]))
		return korch_error_set(err, KORCH_E_INVALID, "a pod without a name");
	return korch_error_set(err, KORCH_E_LIMIT, "a pod with an identity of more than %d bytes",
	                       KORCH__ID_SIZE - 1);
}

sched_pod *korch__pod_find(const korch_scheduler *s, const korch_pod *pod)
{
	char buffer[KORCH__ID_SIZE];
	const char *id = korch__pod_id(pod, buffer);
	return id ? korch__table_get(&s->pod_table, id) : NULL;
}
