/* Pods that wait: woken exactly when a node can be found for them, the most important first; or
 * when others have become able to be driven out for them. */
#include "world.h"
#include <stdlib.h>
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

void begin_waiting(run *self, korch_pod *pod)
{
	world *now = &self->now;
	korch_error *err = NULL;
	must(self, "wait", korch_scheduler_wait(self->engine, pod, &err), err);
	now->hopeless[now->n_waiting] = 0;
	now->waiting[now->n_waiting++] = pod;
}

void stop_waiting(world *now, size_t i)
{
	size_t n = now->n_waiting - i - 1;
	memmove(&now->waiting[i], &now->waiting[i + 1], n * sizeof(now->waiting[0]));
	memmove(&now->hopeless[i], &now->hopeless[i + 1], n);
	now->n_waiting--;
}

static int index_of(const run *self, const korch_pod *pod)
{
	for (size_t i = 0; i < self->now.n_waiting; i++)
		if (strcmp(korch_object_name(&pod->object),
		           korch_object_name(&self->now.waiting[i]->object)) == 0)
			return (int)i;
	return -1;
}

static int could_drive_out(run *self, const korch_pod *pod)
{
	view v;
	reference_preemption is = {0};
	view_for(&v, self, pod);
	int helps = reference_preempt(&is, &v.cluster, pod);
	free(is.victims);
	return helps;
}

static void is_scheduled(run *self, korch_pod *pod, int node, uint64_t devices)
{
	korch_decision decision;
	korch_error *err = NULL;
	int code = korch_scheduler_schedule(&decision, self->engine, pod, &err);
	must(self, "schedule", code, err);
	if (code != 1 || strcmp(decision.node, node_names[node]) != 0)
		fail(self, pod, "was woken, goes to %s, should be %s",
		     code ? decision.node : decision.message, node_names[node]);
	note(self, "woken %s goes to %s", korch_object_name(&pod->object), decision.node);
	annotate(pod, devices);
	put_pod(self, pod, node, devices);
}

/* The one that was woken for a node goes there, or is forgotten. */
static void woken(run *self, size_t i)
{
	int lacks = 1;
	korch_pod *pod = self->now.waiting[i];
	stop_waiting(&self->now, i);
	int node = compare(self, self->engine, pod);
	uint64_t devices = node < 0 ? 0 : devices_for(self, pod, node, &lacks);
	if (!lacks && happens(&self->random, 60)) {
		is_scheduled(self, pod, node, devices);
		return;
	}
	note(self, "woken %s is forgotten", korch_object_name(&pod->object));
	forget_pod(self, pod);
	korch_scheduler_pod_remove(self->engine, pod);
	korch_object_unref(&pod->object);
}

/* The one that was woken because it could drive others out does not, and waits on. */
static void woken_for_victims(run *self, size_t i)
{
	korch_pod *pod = self->now.waiting[i];
	stop_waiting(&self->now, i);
	note(self, "woken %s drives nobody out", korch_object_name(&pod->object));
	begin_waiting(self, pod);
}

/* Nobody may be left whom there is a node for, and nobody woken for nothing. */
static int compare_one(run *self)
{
	const korch_pod *pod = NULL;
	int should = next_to_wake(self);
	int code = korch_scheduler_woken(&pod, self->engine);
	must(self, "woken", code, NULL);
	if (code == 0 && should >= 0)
		fail(self, self->now.waiting[should], "should have been woken");
	if (code == 0)
		return 0;
	int is = index_of(self, pod);
	if (is < 0)
		fail(self, pod, "woken, and did not wait");
	if (is != should && !could_drive_out(self, pod))
		fail(self, pod, "woken for nothing, should be %s",
		     should < 0 ? "nobody" : korch_object_name(&self->now.waiting[should]->object));
	if (is != should && should >= 0 &&
	    self->now.waiting[should]->spec->priority > pod->spec->priority)
		fail(self, pod, "woken before %s", korch_object_name(&self->now.waiting[should]->object));
	korch_object_unref(&pod->object);
	if (is == should)
		woken(self, (size_t)is);
	else
		woken_for_victims(self, (size_t)is);
	return 1;
}

static int is_nominated(const world *now, const korch_pod *pod)
{
	for (size_t i = 0; i < now->n_nominated; i++)
		if (strcmp(korch_object_name(&pod->object),
		           korch_object_name(&now->nominated[i].pod->object)) == 0)
			return 1;
	return 0;
}

/* When nobody was woken, nobody was given hope either. */
static void compare_hopes(run *self, int n_woken)
{
	world *now = &self->now;
	for (size_t i = 0; i < now->n_waiting; i++) {
		int could = could_drive_out(self, now->waiting[i]);
		if (could && now->hopeless[i] && n_woken == 0 && !is_nominated(now, now->waiting[i]))
			fail(self, now->waiting[i], "others can be driven out, and was not woken");
		if (self->trials == 0)
			now->hopeless[i] |= !could;
	}
}

void compare_waiting(run *self)
{
	int n_woken = 0;
	while (compare_one(self))
		n_woken++;
	if (happens(&self->random, 50))
		compare_hopes(self, n_woken);
	if (korch_scheduler_waiting(self->engine) != self->now.n_waiting)
		fail(self, NULL, "%zu wait, should be %zu", korch_scheduler_waiting(self->engine),
		     self->now.n_waiting);
}
