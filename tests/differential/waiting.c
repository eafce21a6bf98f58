/* Pods that wait: woken exactly when a node can be found for them, the most important first. */
#include "world.h"
#include <string.h>

/* Index of the waiting pod that should be woken next, or -1. */
static int next_to_wake(run *self)
{
	view v;
	reference_result results[NODES];
	char message[REFERENCE_MESSAGE_SIZE];
	int found = -1;
	for (size_t i = 0; i < self->now.n_waiting; i++) {
		const korch_pod *pod = self->now.waiting[i];
		const reference_profile *profile = view_for(&v, self, pod);
		if (reference_decide(results, message, &v.cluster, profile, pod) < 0)
			continue;
		if (found < 0 || pod->spec->priority > self->now.waiting[found]->spec->priority)
			found = (int)i;
	}
	return found;
}

static void stop_waiting(world *now, size_t i)
{
	memmove(&now->waiting[i], &now->waiting[i + 1],
	        (now->n_waiting - i - 1) * sizeof(now->waiting[0]));
	now->n_waiting--;
}

static void woken(run *self, size_t i)
{
	korch_pod *pod = self->now.waiting[i];
	stop_waiting(&self->now, i);
	if (happens(&self->random, 60)) {
		korch_decision decision;
		korch_error *err = NULL;
		int code = korch_scheduler_schedule(&decision, self->engine, pod, &err);
		must(self, "schedule", code, err);
		if (code != 1)
			fail(self, pod, "was woken, and there is no node: %s", decision.message);
		int node = 0;
		while (strcmp(node_names[node], decision.node) != 0)
			node++;
		note(self, "woken %s goes to %s", korch_object_name(&pod->object), decision.node);
		put_pod(self, pod, node);
		return;
	}
	note(self, "woken %s is forgotten", korch_object_name(&pod->object));
	forget_pod(self, pod);
	korch_scheduler_pod_remove(self->engine, pod);
	korch_object_unref(&pod->object);
}

void compare_waiting(run *self)
{
	for (;;) {
		const korch_pod *pod = NULL;
		int should = next_to_wake(self);
		int code = korch_scheduler_woken(&pod, self->engine);
		must(self, "woken", code, NULL);
		if (code != (should >= 0))
			fail(self, should >= 0 ? self->now.waiting[should] : pod, "%s",
			     code ? "woken for nothing" : "should have been woken");
		if (should < 0)
			break;
		if (strcmp(korch_object_name(&pod->object),
		           korch_object_name(&self->now.waiting[should]->object)) != 0)
			fail(self, pod, "woken, should be %s",
			     korch_object_name(&self->now.waiting[should]->object));
		korch_object_unref(&pod->object);
		woken(self, (size_t)should);
	}
	if (korch_scheduler_waiting(self->engine) != self->now.n_waiting)
		fail(self, NULL, "%zu wait, should be %zu", korch_scheduler_waiting(self->engine),
		     self->now.n_waiting);
}
