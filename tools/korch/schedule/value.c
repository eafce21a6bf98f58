/* Values of objects by path, of any kind, and priority classes, which have no struct of their own.
 */
#include "schedule/input.h"

#include <korch/fieldpath.h>
#include <stdlib.h>
#include <string.h>

struct json_object *input_value(const korch_object *object, const char *path)
{
	char *text = NULL;
	if (korch_object_get_json(&text, object, path, NULL) < 0)
		return NULL;
	struct json_object *value = json_tokener_parse(text);
	free(text);
	return value;
}

int input_number(int64_t *out, const korch_object *object, const char *path, int64_t missing,
                 korch_error **err)
{
	struct json_object *value = input_value(object, path);
	int is_number = json_object_is_type(value, json_type_int);
	int is_missing = !value;
	*out = is_number ? json_object_get_int64(value) : missing;
	if (is_number || is_missing) {
		json_object_put(value);
		return 0;
	}
	korch_error_set(err, KORCH_E_INVALID, "%.60s: must be a whole number",
	                json_object_to_json_string(value));
	json_object_put(value);
	korch_error_prefix_path(err, path);
	return KORCH_E_INVALID;
}

/* A text at a path, in the model's memory; NULL when it is not set. */
static int read_text(const char **out, schedule_model *self, const korch_object *object,
                     const char *path, korch_error **err)
{
	char *text = NULL;
	int code = korch_object_get_text(&text, object, path, NULL);
	*out = code == 0 ? model_text(self, text, err) : NULL;
	free(text);
	return code == 0 && !*out ? KORCH_E_NOMEM : 0;
}

int input_add_class(input *self, const korch_object *object, model_place place, korch_error **err)
{
	input_class added = {.name = korch_object_name(object)};
	int code = input_number(&added.value, object, "value", 0, err);
	if (code == 0 && (added.value < INT32_MIN || added.value > 2000001000))
		code = model_fail(err, place, "value: %lld: must be at most 2000001000",
		                  (long long)added.value);
	if (code == 0)
		code = read_text(&added.preemption_policy, self->model, object, "preemptionPolicy", err);
	struct json_object *is_default = input_value(object, "globalDefault");
	added.is_default = json_object_get_boolean(is_default);
	json_object_put(is_default);
	korch_error_set_location(err, place.file, place.line);
	return code < 0 ? code : MODEL_ADD(&self->classes, added, err);
}

int input_add_gang(schedule_model *self, const korch_object *object, model_place place,
                   korch_error **err)
{
	int is_plugins = strcmp(object->kind->group, "scheduling.x-k8s.io") == 0;
	const char *path = is_plugins ? "spec.minMember" : "spec.schedulingPolicy.gang.minCount";
	model_gang gang = {korch_object_namespace(object), korch_object_name(object), 0, place};
	if (!is_plugins && strcmp(object->kind->group, "scheduling.k8s.io") != 0)
		return 0;
	int code = input_number(&gang.least, object, path, is_plugins ? 1 : INT64_MIN, err);
	korch_error_set_location(err, place.file, place.line);
	if (code < 0 || gang.least == INT64_MIN) /* a group without a gang policy is no gang */
		return code;
	return gang.least < 1
	           ? model_fail(err, place, "%s: %lld: must be 1 or more", path, (long long)gang.least)
	           : MODEL_ADD(&self->gangs, gang, err);
}

static const input_class *find_class(const input *self, const char *name)
{
	static const input_class SYSTEM[] = {
	    {"system-cluster-critical", 2000000000, NULL, 0},
	    {"system-node-critical", 2000001000, NULL, 0},
	};
	for (size_t i = 0; i < self->classes.n; i++)
		if (name ? strcmp(self->classes.items[i].name, name) == 0
		         : self->classes.items[i].is_default)
			return &self->classes.items[i];
	for (size_t i = 0; name && i < 2; i++)
		if (strcmp(SYSTEM[i].name, name) == 0)
			return &SYSTEM[i];
	return NULL;
}

static int no_class(const input *self, const char *name, model_place place, korch_error **err)
{
	const char **names = calloc(self->classes.n + 1, sizeof(*names));
	if (!names)
		return model_nomem(err);
	for (size_t i = 0; i < self->classes.n; i++)
		names[i] = self->classes.items[i].name;
	const char *meant = nearest_name(name, names, self->classes.n);
	int code =
	    model_fail(err, place, "priorityClassName: no PriorityClass with name %s was found%s%s%s",
	               name, meant ? ", did you mean " : "", meant ? meant : "", meant ? "?" : "");
	free(names);
	return code;
}

int input_set_priority(const input *self, korch_pod_spec *spec, model_place place,
                       korch_error **err)
{
	const char *name = spec->priority_class_name;
	if (KORCH_IS_SET(spec, korch_pod_spec, priority))
		return 0; /* as it comes out of a cluster */
	const input_class *found = find_class(self, name && *name ? name : NULL);
	if (!found)
		return name && *name ? no_class(self, name, place, err) : 0;
	KORCH_SET(spec, korch_pod_spec, priority, (int32_t)found->value);
	if (found->preemption_policy &&
	    korch_string_set(&spec->preemption_policy, found->preemption_policy) < 0)
		return model_nomem(err);
	return 0;
}
