/* Manifests into nodes, pods and what belongs to them. Templates are in expand.c, claims in
 * claim.c. */
#include "schedule/input.h"

#include <korch/validate.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PODS_PER_NODE "110" /* what a kubelet takes when nobody says anything */

void input_note(model_place place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fprintf(stderr, "korch: note: %s:%d: ", place.file ? place.file : "-", place.line);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
}

static void tell_problem(void *userdata, const char *line, int is_error)
{
	fprintf(stderr, "korch: %s%s\n", is_error ? "" : "warning: ", line);
}

static int read_manifest(schedule_model *self, char *const *paths, size_t n, korch_error **err)
{
	const tool_paths list = {.paths = paths, .n = n};
	korch_error *error = NULL;
	int code = tool_read(&self->manifest, &list, &error);
	size_t errors = self->manifest ? tool_each_problem(self->manifest, tell_problem, NULL) : 0;
	if (code < 0 && errors == 0 && err) {
		*err = error;
		return code;
	}
	korch_error_free(error);
	return code < 0 ? code : errors ? KORCH_E_INVALID : 0;
}

static model_place place_of(const schedule_model *self, size_t i)
{
	return (model_place){korch_manifest_file(self->manifest, i),
	                     korch_manifest_line(self->manifest, i)};
}

static int add_node(schedule_model *self, const korch_object *object, model_place place,
                    korch_error **err)
{
	korch_object *node = korch_object_edit(object);
	if (!node)
		return model_nomem(err);
	korch_node *typed = (korch_node *)node;
	korch_node_status *status = korch_struct_edit(&typed->status, &korch_node_status_type);
	korch_map **map = status && status->allocatable ? &status->allocatable : &status->capacity;
	if (!status ||
	    (!korch_map_get(*map, "pods") && korch_map_set(map, "pods", PODS_PER_NODE) < 0)) {
		korch_object_unref(node);
		return model_nomem(err);
	}
	return model_add_node(self, typed, place, err);
}

/* Pods that have ended need no node. */
static int is_over(const korch_pod *pod)
{
	const char *phase = pod->status && pod->status->phase ? pod->status->phase : "";
	return strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0;
}

static int add_pod(input *self, const korch_object *object, model_place place, korch_error **err)
{
	if (is_over((const korch_pod *)object))
		return 0;
	korch_object *copy = korch_object_edit(object);
	korch_pod *pod = (korch_pod *)copy;
	korch_pod_spec *spec = copy ? korch_struct_edit(&pod->spec, &korch_pod_spec_type) : NULL;
	int code = spec && korch_object_set_defaults(copy) == 0 ? 0 : model_nomem(err);
	if (code == 0) {
		spec = korch_struct_edit(&pod->spec, &korch_pod_spec_type);
		code = spec ? input_set_priority(self, spec, place, err) : model_nomem(err);
	}
	if (code < 0) {
		korch_object_unref(copy);
		return code;
	}
	code = model_add_pod(self->model, pod, place, err);
	if (code == 0)
		self->model->pods.items[self->model->pods.n - 1].group = input_group(&pod->object);
	return code;
}

static int add_object(input *self, size_t i, korch_error **err)
{
	const korch_object *object = korch_manifest_object(self->model->manifest, i);
	model_place place = place_of(self->model, i);
	if (object->kind == &korch_node_kind)
		return add_node(self->model, object, place, err);
	if (object->kind == &korch_pod_kind)
		return add_pod(self, object, place, err);
	if (object->kind == &korch_namespace_kind)
		return MODEL_ADD(&self->model->namespaces, (const korch_namespace *)object, err);
	if (object->kind == &korch_pod_disruption_budget_kind)
		return MODEL_ADD(&self->model->budgets, (const korch_pod_disruption_budget *)object, err);
	if (strcmp(object->kind->name, "PodGroup") == 0)
		return input_add_gang(self->model, object, place, err);
	int code = input_expand(self, object, place, err);
	return code < 0 ? code : 0;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Whose pods are in the files themselves. */
static int list_owners(input *self, korch_error **err)
{
	size_t n = korch_manifest_count(self->model->manifest);
	for (size_t i = 0; i < n; i++) {
		const korch_object *object = korch_manifest_object(self->model->manifest, i);
		const korch_owner_reference *owner = korch_object_controller(object);
		char *text = NULL;
		if (!owner || !owner->kind || !owner->name)
			continue;
		if (asprintf(&text, "%s/%s/%s", owner->kind, korch_object_namespace(object), owner->name) <
		    0)
			return model_nomem(err);
		if (MODEL_ADD(&self->owners, text, err) < 0) {
			free(text);
			return KORCH_E_NOMEM;
		}
	}
	if (self->owners.n)
		qsort(self->owners.items, self->owners.n, sizeof(*self->owners.items), compare_texts);
	return 0;
}

static int list_classes(input *self, korch_error **err)
{
	size_t n = korch_manifest_count(self->model->manifest);
	for (size_t i = 0; i < n; i++) {
		const korch_object *object = korch_manifest_object(self->model->manifest, i);
		if (strcmp(object->kind->name, "PriorityClass") != 0 ||
		    strcmp(object->kind->group, "scheduling.k8s.io") != 0)
			continue;
		int code = input_add_class(self, object, place_of(self->model, i), err);
		if (code < 0)
			return code;
	}
	return 0;
}

int input_read_manifests(schedule_model *self, char *const *paths, size_t n, korch_error **err)
{
	input state = {.model = self};
	int code = read_manifest(self, paths, n, err);
	if (code == 0)
		code = list_owners(&state, err);
	if (code == 0)
		code = list_classes(&state, err);
	if (code == 0)
		code = input_add_claims(self, err);
	for (size_t i = 0; code == 0 && i < korch_manifest_count(self->manifest); i++)
		code = add_object(&state, i, err);
	for (size_t i = 0; i < state.owners.n; i++)
		free(state.owners.items[i]);
	free(state.owners.items);
	free(state.classes.items);
	return code;
}

const char *input_group(const korch_object *object)
{
	static const char *const LABELS[] = {"scheduling.x-k8s.io/pod-group", NULL,
	                                     "app.kubernetes.io/name", "app"};
	const korch_owner_reference *owner = object ? korch_object_controller(object) : NULL;
	for (size_t i = 0; object && i < sizeof(LABELS) / sizeof(LABELS[0]); i++) {
		const char *text = LABELS[i] ? korch_map_get(object->metadata->labels, LABELS[i])
		                   : owner   ? owner->name
		                             : NULL;
		if (text && *text)
			return text;
	}
	return "";
}
