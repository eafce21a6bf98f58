/* A scheduler is made and fed, and the pods go in order of priority, then of the files. */
#include "schedule/run.h"
#include "schedule/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int feed_pod(schedule_run *self, size_t i, korch_error **err)
{
	model_pod *pod = &self->model->pods.items[i];
	const char *name = pod->object->spec->node_name;
	if (!name || !*name)
		return 0;
	pod->node = model_node_index(self->model, name);
	if (pod->node == NO_NODE)
		return model_fail(err, pod->place, "spec.nodeName: there is no node \"%.100s\"", name);
	int code = korch_scheduler_pod_set(self->scheduler, pod->object, NULL, err);
	korch_error_set_location(err, pod->place.file, pod->place.line);
	if (code < 0)
		return code;
	pod->state = MODEL_GIVEN;
	model_count(self->model, i, pod->node, 1);
	return 0;
}

static int feed_all(schedule_run *self, korch_error **err)
{
	schedule_model *model = self->model;
	int code = 0;
	for (size_t i = 0; code == 0 && i < model->namespaces.n; i++) {
		const korch_object *object = &model->namespaces.items[i]->object;
		code = korch_scheduler_namespace_set(self->scheduler, korch_object_name(object),
		                                     object->metadata->labels, err);
	}
	for (size_t i = 0; code == 0 && i < model->claims.n; i++) {
		const model_claim *claim = &model->claims.items[i];
		code = korch_scheduler_claim_set(self->scheduler, claim->namespace_, claim->name,
		                                 claim->nodes, err);
	}
	for (size_t i = 0; code == 0 && i < model->nodes.n; i++) {
		code = korch_scheduler_node_set(self->scheduler, model->nodes.items[i].object, err);
		korch_error_set_location(err, model->nodes.items[i].place.file,
		                         model->nodes.items[i].place.line);
	}
	for (size_t i = 0; code == 0 && i < model->pods.n; i++)
		code = feed_pod(self, i, err);
	return code < 0 ? code : run_feed_budgets(self, err);
}

/* Whether a profile looks at the pods that are expected. */
static int is_expecting(const korch_scheduler_options *options)
{
	for (size_t i = 0; i < options->n_profiles; i++) {
		const korch_scheduler_profile *profile = &options->profiles[i];
		for (size_t k = 0; k < profile->n_scores; k++) {
			if (strcmp(profile->scores[k].name, "Fragmentation") == 0 ||
			    strcmp(profile->scores[k].name, "DeviceHeadroom") == 0)
				return 1;
		}
	}
	return 0;
}

/* Pods like those of the files. */
static int expect(schedule_run *self, korch_error **err)
{
	const schedule_model *model = self->model;
	const korch_pod **pods = malloc((model->pods.n + 1) * sizeof(*pods));
	if (!pods)
		return model_nomem(err);
	for (size_t i = 0; i < model->pods.n; i++)
		pods[i] = model->pods.items[i].object;
	int code = korch_scheduler_expect(self->scheduler, pods, NULL, model->pods.n, NULL);
	free(pods);
	/* a pod that makes no sense is told when its turn comes, with its place */
	return code == KORCH_E_NOMEM ? model_nomem(err) : 0;
}

static int is_profile(const korch_scheduler_options *options, const char *name)
{
	for (size_t i = 0; i < options->n_profiles; i++)
		if (strcmp(options->profiles[i].name, name) == 0)
			return 1;
	return 0;
}

/* In a cluster a pod waits for the scheduler that it names; here the first profile decides, and a
 * note tells, once a name. */
static void note_schedulers(const schedule_run *self, const korch_scheduler_options *options)
{
	const char *noted[8];
	size_t n = 0;
	for (size_t i = 0; i < self->model->pods.n && n < sizeof(noted) / sizeof(noted[0]); i++) {
		const model_pod *pod = &self->model->pods.items[i];
		const char *name = pod->object->spec->scheduler_name;
		size_t k = 0;
		if (!name || !*name || strcmp(name, "default-scheduler") == 0 || pod->state == MODEL_GIVEN)
			continue;
		while (k < n && strcmp(noted[k], name) != 0)
			k++;
		if (k < n || is_profile(options, name))
			continue;
		input_note(pod->place, "no profile is named %s, so %s decides", name,
		           options->profiles[0].name);
		noted[n++] = name;
	}
}

int run_start(schedule_run *self, korch_error **err)
{
	korch_scheduler_profiles *profiles = NULL;
	korch_scheduler_options options = {.size = sizeof(options)};
	const char *profile = self->options->profile ? self->options->profile : "default-scheduler";
	int code = tool_profile_load(&profiles, &options, "--profile", profile, err);
	if (code < 0)
		return code;
	options.ties = self->options->is_seeded ? KORCH_TIES_SEEDED : KORCH_TIES_NAME;
	options.seed = self->options->seed;
	int expecting = is_expecting(&options);
	code = korch_scheduler_new(&self->scheduler, &options, err);
	if (code == 0)
		code = feed_all(self, err);
	if (code == 0)
		note_schedulers(self, &options);
	korch_scheduler_profiles_free(profiles);
	return code == 0 && expecting ? expect(self, err) : code;
}

int run_note(schedule_run *self, size_t i, const char *node, const char *reason, korch_error **err)
{
	model_pod *pod = &self->model->pods.items[i];
	if (!node) {
		pod->state = MODEL_PENDING;
		return model_reason(&pod->reason, self->model, reason ? reason : "", err);
	}
	pod->node = model_node_index(self->model, node);
	pod->state = MODEL_PLACED;
	model_count(self->model, i, pod->node, 1);
	return 0;
}

static int decide(schedule_run *self, size_t i, korch_error **err)
{
	model_pod *pod = &self->model->pods.items[i];
	korch_decision decision = {0};
	int code = 0;
	if (pod->state != MODEL_WAITING) /* placed together with others of its gang */
		return 0;
	if (i == self->explained && !self->explanation)
		code = korch_scheduler_explain(&self->explanation, self->scheduler, pod->object, err);
	if (code >= 0 && pod->gang != NO_GANG)
		return run_gang(self, i, err);
	if (code >= 0)
		code = korch_scheduler_schedule(&decision, self->scheduler, pod->object, err);
	if (code == 0 && self->options->is_preempting) {
		code = run_preempt(self, i, err);
		if (code >= 0)
			code = korch_scheduler_schedule(&decision, self->scheduler, pod->object, err);
	}
	if (code < 0) {
		korch_error_set_location(err, pod->place.file, pod->place.line);
		return code;
	}
	pod->feasible = decision.feasible;
	pod->score = decision.score;
	pod->has_score = decision.node != NULL;
	pod->devices = decision.devices;
	return run_note(self, i, decision.node, decision.message, err);
}

korch_pod *run_unbound(const model_pod *pod)
{
	korch_pod *copy = (korch_pod *)korch_object_edit(&pod->object->object);
	korch_pod_spec *spec = copy ? korch_struct_edit(&copy->spec, &korch_pod_spec_type) : NULL;
	if (copy && (!spec || korch_string_set(&spec->node_name, NULL) < 0)) {
		korch_object_unref(&copy->object);
		return NULL;
	}
	return copy;
}

/* A pod that was on its node before is explained as if it were to be placed now. */
static int explain_given(schedule_run *self, korch_error **err)
{
	const model_pod *pod = &self->model->pods.items[self->explained];
	korch_pod *copy = run_unbound(pod);
	if (!copy)
		return model_nomem(err);
	korch_scheduler_pod_remove(self->scheduler, pod->object);
	int code = korch_scheduler_explain(&self->explanation, self->scheduler, copy, err);
	korch_object_unref(&copy->object);
	if (code == 0)
		code = korch_scheduler_pod_set(self->scheduler, pod->object, NULL, err);
	korch_error_set_location(err, pod->place.file, pod->place.line);
	return code;
}

int run_all(schedule_run *self, korch_error **err)
{
	schedule_queue *waiting = &self->waiting;
	waiting->model = self->model;
	waiting->items = malloc((self->model->pods.n + 1) * sizeof(*waiting->items));
	if (!waiting->items)
		return model_nomem(err);
	for (size_t i = 0; i < self->model->pods.n; i++)
		if (self->model->pods.items[i].state == MODEL_WAITING)
			queue_push(waiting, i);
	int code = self->options->is_batch ? run_batch(self, err) : 0;
	while (code == 0 && waiting->n > 0)
		code = decide(self, queue_pop(waiting), err);
	if (code == 0 && self->explained != NO_NODE && !self->explanation)
		code = explain_given(self, err);
	return code;
}

void run_fini(schedule_run *self)
{
	free(self->waiting.items);
	korch_explanation_free(self->explanation);
	korch_scheduler_free(self->scheduler);
}
