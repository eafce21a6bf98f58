/*
 * --preempt: pods of lower priority leave a node for one that fits nowhere. They are then placed
 * again, as their controllers would make them anew.
 */
#include "schedule/run.h"

#include <korch/scheduler/preempt.h>
#include <stdlib.h>
#include <string.h>

/* What the scheduler calls a pod: its uid, or "namespace/name". */
static const char *identity(const model_pod *pod, char *out, size_t size)
{
	const char *uid = korch_object_uid(&pod->object->object);
	return *uid ? uid : model_pod_name(pod, out, size);
}

/* The pods on a node that are named; their number. */
static size_t find_victims(size_t *out, const schedule_run *self, size_t node,
                           const korch_preemption *preemption)
{
	char name[512];
	size_t n = 0;
	for (size_t i = 0; i < self->model->pods.n && n < preemption->n_victims; i++) {
		const model_pod *pod = &self->model->pods.items[i];
		if (pod->node != node)
			continue;
		const char *id = identity(pod, name, sizeof(name));
		for (size_t j = 0; j < preemption->n_victims; j++)
			if (strcmp(preemption->victims[j], id) == 0) {
				out[n++] = i;
				break;
			}
	}
	return n;
}

/* Takes a pod off its node; it waits again. */
static int evict(schedule_run *self, size_t i, size_t preemptor, korch_error **err)
{
	model_pod *pod = &self->model->pods.items[i];
	korch_pod *copy = run_unbound(pod);
	if (!copy)
		return model_nomem(err);
	korch_scheduler_pod_remove(self->scheduler, pod->object);
	korch_object_unref(&pod->object->object);
	pod->object = copy;
	model_count(self->model, i, pod->node, -1);
	pod->preempted_from = pod->node;
	pod->preempted_by = preemptor;
	pod->node = NO_NODE;
	pod->has_score = 0;
	pod->state = MODEL_WAITING;
	queue_push(&self->waiting, i);
	return 0;
}

static int make_room(schedule_run *self, size_t i, const korch_preemption *preemption,
                     korch_error **err)
{
	size_t *victims = calloc(preemption->n_victims + 1, sizeof(*victims));
	if (!victims)
		return model_nomem(err);
	size_t n =
	    find_victims(victims, self, model_node_index(self->model, preemption->node), preemption);
	int code = korch_scheduler_nominate(self->scheduler, self->model->pods.items[i].object,
	                                    preemption->node, err);
	for (size_t j = 0; code == 0 && j < n; j++)
		code = evict(self, victims[j], i, err);
	free(victims);
	return code < 0 ? code : 1;
}

int run_preempt(schedule_run *self, size_t i, korch_error **err)
{
	const model_pod *pod = &self->model->pods.items[i];
	korch_preemption preemption = {0};
	int code = run_feed_budgets(self, err);
	if (code == 0)
		code = korch_scheduler_preempt(&preemption, self->scheduler, pod->object, err);
	if (code == 1)
		code = make_room(self, i, &preemption, err);
	korch_error_set_location(err, pod->place.file, pod->place.line);
	return code;
}
