/* Gangs: pods of one PodGroup, placed together when it is the turn of the first of them. */
#include "schedule/run.h"

#include <korch/scheduler/batch.h>
#include <stdlib.h>

/* The pods of a gang: those on nodes first, as they count towards its least number. */
typedef struct members {
	size_t *indexes;
	const korch_pod **pods;
	korch_binding *bindings;
	size_t n;
} members;

static void members_fini(members *self)
{
	free(self->indexes);
	free(self->pods);
	free(self->bindings);
}

static int find(members *out, const schedule_model *model, size_t gang, korch_error **err)
{
	size_t n = 0;
	for (size_t i = 0; i < model->pods.n; i++)
		n += model->pods.items[i].gang == gang;
	out->indexes = calloc(n + 1, sizeof(*out->indexes));
	out->pods = calloc(n + 1, sizeof(*out->pods));
	out->bindings = calloc(n + 1, sizeof(*out->bindings));
	if (!out->indexes || !out->pods || !out->bindings)
		return model_nomem(err);
	for (size_t i = 0; i < model->pods.n; i++)
		if (model->pods.items[i].gang == gang) {
			out->indexes[out->n] = i;
			out->pods[out->n++] = model->pods.items[i].object;
		}
	return 0;
}

/* The one that found no place beside the others that did. */
static int note_single(schedule_run *self, size_t i, korch_error **err)
{
	korch_decision decision = {0};
	int code =
	    korch_scheduler_decide(&decision, self->scheduler, self->model->pods.items[i].object, err);
	return code < 0 ? code : run_note(self, i, NULL, decision.message, err);
}

static int note_all(schedule_run *self, const members *gang, int is_placed, const char *message,
                    korch_error **err)
{
	int code = 0;
	for (size_t i = 0; code == 0 && i < gang->n; i++) {
		model_pod *pod = &self->model->pods.items[gang->indexes[i]];
		if (pod->state != MODEL_WAITING)
			continue;
		const korch_binding *binding = &gang->bindings[i];
		if (is_placed && !binding->node) {
			code = note_single(self, gang->indexes[i], err);
			continue;
		}
		pod->devices = is_placed ? binding->devices : 0;
		code = run_note(self, gang->indexes[i], is_placed ? binding->node : NULL, message, err);
	}
	return code;
}

int run_gang(schedule_run *self, size_t pod, korch_error **err)
{
	const model_gang *gang = &self->model->gangs.items[self->model->pods.items[pod].gang];
	members list = {.n = 0};
	const char *message = NULL;
	int code = find(&list, self->model, self->model->pods.items[pod].gang, err);
	if (code == 0 && (size_t)gang->least > list.n)
		code = model_fail(err, gang->place, "%lld pods must be placed, but it has %zu",
		                  (long long)gang->least, list.n);
	if (code == 0)
		code = korch_scheduler_gang(list.bindings, &message, self->scheduler, list.pods, list.n,
		                            (size_t)gang->least, err);
	korch_error_set_location(err, gang->place.file, gang->place.line);
	if (code >= 0)
		code = note_all(self, &list, code == 1, message, err);
	members_fini(&list);
	return code;
}
