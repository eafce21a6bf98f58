/* Whom the engine would drive out for a pod, against the reference. */
#include "world.h"
#include <korch/scheduler/preempt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int differ(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") != 0;
}

static void pod_id(char *out, size_t size, const korch_pod *pod)
{
	const char *uid = korch_object_uid(&pod->object);
	if (*uid)
		snprintf(out, size, "%s", uid);
	else
		snprintf(out, size, "%s/%s", korch_object_namespace(&pod->object),
		         korch_object_name(&pod->object));
}

static void compare_victims(run *self, const korch_pod *pod, const korch_preemption *said,
                            const reference_preemption *is, const view *v)
{
	char id[96];
	const char *node = node_names[v->slots[is->node]];
	if (differ(said->node, node) || said->n_victims != is->n_victims ||
	    said->n_violations != is->n_violations)
		fail(self, pod, "preempts %zu pods (%zu violations) on %s, should be %zu (%zu) on %s",
		     said->n_victims, said->n_violations, said->node, is->n_victims, is->n_violations,
		     node);
	for (size_t i = 0; i < is->n_victims; i++) {
		pod_id(id, sizeof(id), v->pods[is->victims[i]].pod);
		if (differ(said->victims[i], id))
			fail(self, pod, "victim %zu is %s, should be %s", i, said->victims[i], id);
	}
}

int compare_preemption(run *self, const korch_pod *pod, size_t *victims, size_t *n)
{
	view v;
	korch_preemption said = {0};
	reference_preemption is = {0};
	korch_error *err = NULL;
	view_for(&v, self, pod);
	int helps = reference_preempt(&is, &v.cluster, pod);
	int code = korch_scheduler_preempt(&said, self->engine, pod, &err);
	must(self, "preempt", code, err);
	if (code != helps)
		fail(self, pod, "preempt gave %d (%s), should be %d (%s)", code, code ? said.node : "",
		     helps, helps ? node_names[v.slots[is.node]] : "");
	*n = is.n_victims;
	if (!helps)
		return -1;
	compare_victims(self, pod, &said, &is, &v);
	memcpy(victims, is.victims, is.n_victims * sizeof(*victims));
	free(is.victims);
	return v.slots[is.node];
}
