/*
 * Pods of templates, as their controllers would make them: NAME-0, NAME-1 … with the template's
 * labels and one shared spec.
 */
#include "schedule/input.h"

#include <korch/codec.h>
#include <korch/validate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct maker {
	const char *group, *kind;
} MAKERS[] = {
    {"apps", "Deployment"},     {"apps", "ReplicaSet"},        {"apps", "StatefulSet"},
    {"apps", "DaemonSet"},      {"", "ReplicationController"}, {"batch", "Job"},
    {"argoproj.io", "Rollout"},
};

static int is_maker(const korch_object *object)
{
	for (size_t i = 0; i < sizeof(MAKERS) / sizeof(MAKERS[0]); i++)
		if (strcmp(object->kind->group, MAKERS[i].group) == 0 &&
		    strcmp(object->kind->name, MAKERS[i].kind) == 0)
			return 1;
	return 0;
}

/* Of a kind that counts here by its name, but of a group or version that does not: a slip, or
 * somebody else's. */
static int is_lookalike(const korch_object *object)
{
	static const char *const OTHERS[] = {"Node", "Pod", "Namespace", "PodDisruptionBudget"};
	const char *name = object->kind->name;
	for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
		if (strcmp(name, OTHERS[i]) == 0)
			return 1;
	for (size_t i = 0; i < sizeof(MAKERS) / sizeof(MAKERS[0]); i++)
		if (strcmp(name, MAKERS[i].kind) == 0)
			return !is_maker(object);
	return 0;
}

/* Its pods come when the clock says so. */
static int is_passed_over(const korch_object *object)
{
	return strcmp(object->kind->name, "CronJob") == 0;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* 1 when its pods, or what makes them, are in the files. */
static int has_children(const input *self, const korch_object *object)
{
	char *key = NULL;
	if (self->owners.n == 0 ||
	    asprintf(&key, "%s/%s/%s", object->kind->name, korch_object_namespace(object),
	             korch_object_name(object)) < 0)
		return 0;
	int found = bsearch(&key, self->owners.items, self->owners.n, sizeof(*self->owners.items),
	                    compare_texts) != NULL;
	free(key);
	return found;
}

/* How many pods there are to be. */
static int count_pods(int64_t *out, const korch_object *object, korch_error **err)
{
	if (strcmp(object->kind->name, "Job") != 0)
		return input_number(out, object, "spec.replicas", 1, err);
	struct json_object *suspend = input_value(object, "spec.suspend");
	int is_suspended = json_object_get_boolean(suspend);
	int64_t parallelism = 1, completions = 1;
	json_object_put(suspend);
	int code = input_number(&parallelism, object, "spec.parallelism", 1, err);
	if (code == 0)
		code = input_number(&completions, object, "spec.completions", parallelism, err);
	*out = is_suspended ? 0 : parallelism < completions ? parallelism : completions;
	return code;
}

/* The problems of a template, each as a line with the object's place and the whole path. */
static int tell_problems(const korch_problems *problems, model_place place)
{
	for (size_t i = 0; i < korch_problems_count(problems); i++) {
		const korch_problem *problem = korch_problems_at(problems, i);
		int is_error = problem->severity == KORCH_SEVERITY_ERROR;
		fprintf(stderr, "korch: %s%s:%d: spec.template%s%s: %s\n",
		        is_error ? "" : "warning: ", place.file, place.line, *problem->path ? "." : "",
		        problem->path, problem->message);
	}
	return korch_problems_total(problems, KORCH_SEVERITY_ERROR) ? KORCH_E_INVALID : 0;
}

static int parse_template(korch_pod_template_spec **out, const char *text, model_place place,
                          korch_error **err)
{
	korch_problems *problems = NULL;
	void *template_ = NULL;
	if (korch_problems_new(&problems, 0) < 0)
		return model_nomem(err);
	int code =
	    korch_struct_from_json(&template_, &korch_pod_template_spec_type, text, problems, NULL);
	if (code == 0)
		code = korch_struct_set_defaults(template_, &korch_pod_template_spec_type);
	if (code == 0)
		korch_struct_validate(template_, &korch_pod_template_spec_type, "", problems);
	if (code == KORCH_E_NOMEM)
		model_nomem(err);
	else if (tell_problems(problems, place) < 0)
		code = KORCH_E_INVALID;
	korch_problems_free(problems);
	if (code < 0) {
		korch_block_unref(template_);
		return code;
	}
	*out = template_;
	return 0;
}

/* The template with its defaults; owned by the model. */
static int read_template(korch_pod_template_spec **out, input *self, const korch_object *object,
                         model_place place, korch_error **err)
{
	struct json_object *value = input_value(object, "spec.template");
	if (!value)
		return model_fail(err, place, "spec.template: Required value");
	int code = parse_template(out, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN),
	                          place, err);
	json_object_put(value);
	if (code == 0)
		code = model_keep_block(self->model, *out, err);
	if (code < 0)
		return code;
	korch_pod_spec *spec = korch_struct_edit(&(*out)->spec, &korch_pod_spec_type);
	return spec ? input_set_priority(self, spec, place, err) : model_nomem(err);
}

/* The object as an owner: one that is not from a cluster gets an identity. */
static korch_object *make_owner(const korch_object *object)
{
	char uid[1024];
	korch_object *owner = korch_object_edit(object);
	korch_object_meta *meta = owner ? korch_object_edit_meta(owner) : NULL;
	snprintf(uid, sizeof(uid), "%s/%s/%s", object->kind->name, korch_object_namespace(object),
	         korch_object_name(object));
	if (!meta || (!*korch_object_uid(object) && korch_string_set(&meta->uid, uid) < 0)) {
		korch_object_unref(owner);
		return NULL;
	}
	return owner;
}

korch_pod *input_make_pod(const korch_object *owner, const korch_pod_template_spec *template_,
                          const char *name)
{
	korch_object *object = NULL;
	if (!template_ || korch_object_new(&object, &korch_pod_kind) < 0)
		return NULL;
	korch_pod *pod = (korch_pod *)object;
	korch_object_meta *meta = object->metadata;
	if (template_->metadata) {
		korch_block_share(&meta->labels, template_->metadata->labels);
		korch_block_share(&meta->annotations, template_->metadata->annotations);
	}
	korch_block_share(&pod->spec, template_->spec);
	if (korch_string_set(&meta->name, name) < 0 ||
	    korch_string_set(&meta->namespace_, korch_object_namespace(owner)) < 0 ||
	    korch_object_set_controller(object, owner) < 0) {
		korch_object_unref(object);
		return NULL;
	}
	return pod;
}

static int make_pods(input *self, const korch_object *object, int64_t n, model_place place,
                     korch_error **err)
{
	korch_pod_template_spec *template_ = NULL;
	int code = read_template(&template_, self, object, place, err);
	korch_object *owner = code == 0 ? make_owner(object) : NULL;
	if (code == 0 && !owner)
		code = model_nomem(err);
	if (code == 0 && strcmp(object->kind->name, "DaemonSet") == 0)
		return input_add_daemon(self->model, owner, template_, place, err);
	const char *group = NULL;
	for (int64_t i = 0; code == 0 && i < n; i++) {
		char name[512];
		snprintf(name, sizeof(name), "%s-%lld", korch_object_name(object), (long long)i);
		korch_pod *pod = input_make_pod(owner, template_, name);
		code = pod ? model_add_pod(self->model, pod, place, err) : model_nomem(err);
		if (code < 0)
			break;
		if (!group) /* borrowed of the first pod, which lives as long as the model */
			group = input_group(&pod->object);
		self->model->pods.items[self->model->pods.n - 1].group = group;
	}
	korch_object_unref(owner);
	return code;
}

int input_expand(input *self, const korch_object *object, model_place place, korch_error **err)
{
	int64_t n = 0;
	if (is_passed_over(object) && !has_children(self, object))
		input_note(place, "the pods of %s %s are left out", object->kind->singular,
		           korch_object_name(object));
	if (is_lookalike(object))
		input_note(place, "%s %s is left out: it is of %s", object->kind->singular,
		           korch_object_name(object), object->kind->api_version);
	if (!is_maker(object) || has_children(self, object))
		return 0;
	int code = count_pods(&n, object, err);
	if (code < 0) {
		korch_error_set_location(err, place.file, place.line);
		return code;
	}
	if (n < 0 || n > MODEL_PODS_MAX)
		return model_fail(err, place, "%lld pods: must be between 0 and %d, inclusive",
		                  (long long)n, MODEL_PODS_MAX);
	code = make_pods(self, object, n, place, err);
	return code < 0 ? code : 1;
}
