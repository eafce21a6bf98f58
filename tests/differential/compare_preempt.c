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

void compare_preemption(run *self, const korch_pod *pod)
{
	view v;
	korch_preemption said = {0};
	reference_preemption is = {0};
	korch_error *err = NULL;
	char id[96];
	view_for(&v, self, pod);
	int helps = reference_preempt(&is, &v.cluster, pod);
	int code = korch_scheduler_preempt(&said, self->engine, pod, &err);
	must(self, "preempt", code, err);
	if (code != helps)
		fail(self, pod, "preempt gave %d (%s), should be %d (%s)", code, code ? said.node : "",
		     helps, helps ? node_names[v.slots[is.node]] : "");
	if (!helps)
		return;
	if (differ(said.node, node_names[v.slots[is.node]]) || said.n_victims != is.n_victims ||
	    said.n_violations != is.n_violations)
		fail(self, pod, "preempts %zu pods (%zu violations) on %s, should be %zu (%zu) on %s",
		     said.n_victims, said.n_violations, said.node, is.n_victims, is.n_violations,
		     node_names[v.slots[is.node]]);
	for (size_t i = 0; i < is.n_victims; i++) {
		pod_id(id, sizeof(id), v.pods[is.victims[i]].pod);
		if (differ(said.victims[i], id))
			fail(self, pod, "victim %zu is %s, should be %s", i, said.victims[i], id);
	}
	free(is.victims);
}
