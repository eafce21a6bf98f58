/* --batch: pods that wait are placed together. Gangs go first, each as a whole. */
#include "schedule/run.h"

#include <korch/scheduler/batch.h>
#include <stdlib.h>

typedef struct batch {
	size_t *indexes;
	const korch_pod **pods;
	korch_binding *bindings;
	size_t n;
} batch;

/* Takes all pods out of the queue, in their order. */
static int collect(batch *out, schedule_run *self, korch_error **err)
{
	size_t n = self->waiting.n + 1;
	out->indexes = calloc(n, sizeof(*out->indexes));
	out->pods = calloc(n, sizeof(*out->pods));
	out->bindings = calloc(n, sizeof(*out->bindings));
	int code = out->indexes && out->pods && out->bindings ? 0 : model_nomem(err);
	while (code == 0 && out->indexes && out->pods && self->waiting.n > 0) {
		size_t i = queue_pop(&self->waiting);
		const model_pod *pod = &self->model->pods.items[i];
		if (pod->state == MODEL_WAITING && pod->gang != NO_GANG)
			code = run_gang(self, i, err);
		else if (pod->state == MODEL_WAITING) {
			out->indexes[out->n] = i;
			out->pods[out->n++] = pod->object;
		}
	}
	return code;
}

/* Those that found no place go back into the queue, where their reasons are found. */
static int note(schedule_run *self, const batch *placed, korch_error **err)
{
	int code = 0;
	for (size_t i = 0; code == 0 && i < placed->n; i++) {
		const korch_binding *binding = &placed->bindings[i];
		size_t pod = placed->indexes[i];
		if (!binding->node) {
			queue_push(&self->waiting, pod);
			continue;
		}
		self->model->pods.items[pod].devices = binding->devices;
		code = run_note(self, pod, binding->node, NULL, err);
	}
	return code;
}

int run_batch(schedule_run *self, korch_error **err)
{
	const korch_batch_options options = {.size = sizeof(options), .seed = self->options->seed};
	batch pods = {.n = 0};
	int code = collect(&pods, self, err);
	if (code == 0 && pods.n > 0) {
		int64_t placed =
		    korch_scheduler_batch(pods.bindings, self->scheduler, pods.pods, pods.n, &options, err);
		code = placed < 0 ? (int)placed : note(self, &pods, err);
	}
	free(pods.indexes);
	free(pods.pods);
	free(pods.bindings);
	return code;
}
