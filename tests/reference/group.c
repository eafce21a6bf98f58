/*
 * The number of pods of a group that a node takes (annotation korch.dev/max-per-node): no rule of
 * Kubernetes'. Only pods that have the annotation are counted.
 */
#include "internal.h"
#include <stdio.h>
#include <stdlib.h>

static const char *annotation(const korch_pod *pod)
{
	const korch_object_meta *meta = pod->object.metadata;
	return meta ? korch_map_get(meta->annotations, "korch.dev/max-per-node") : NULL;
}

/* The group's name, or "" for a pod that is in none. */
static void group_of(char *out, size_t size, const korch_pod *pod)
{
	const char *label = reference_label(&pod->object, "scheduling.x-k8s.io/pod-group");
	const korch_owner_reference *owner = korch_object_controller(&pod->object);
	const char *space = korch_object_namespace(&pod->object);
	out[0] = '\0';
	if (!annotation(pod))
		return;
	if (label)
		snprintf(out, size, "%s label %s", space, label);
	else if (owner)
		snprintf(out, size, "%s owner %s", space, owner->uid ? owner->uid : "");
}

int reference_group_has_room(const reference_cluster *cluster, const korch_pod *pod, size_t node)
{
	char mine[600], theirs[600];
	long n = 0;
	group_of(mine, sizeof(mine), pod);
	if (!*mine)
		return 1;
	for (size_t i = 0; i < cluster->n_pods; i++) {
		group_of(theirs, sizeof(theirs), cluster->pods[i].pod);
		n += cluster->pods[i].node == node && reference_same(mine, theirs);
	}
	return n < strtol(annotation(pod), NULL, 10);
}
