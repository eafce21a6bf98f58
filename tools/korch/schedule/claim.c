/*
 * PersistentVolumeClaims: where the volume that each is bound to can be reached from. One that is
 * not bound yet can be provisioned anywhere.
 */
#include "schedule/input.h"

#include <korch/codec.h>
#include <stdlib.h>
#include <string.h>

static int is_core(const korch_object *object, const char *kind)
{
	return !*object->kind->group && strcmp(object->kind->name, kind) == 0;
}

/* The volume of that name in the manifest, or NULL. */
static const korch_object *find_volume(const schedule_model *self, const char *name)
{
	size_t n = korch_manifest_count(self->manifest);
	for (size_t i = 0; i < n; i++) {
		const korch_object *object = korch_manifest_object(self->manifest, i);
		if (is_core(object, "PersistentVolume") && strcmp(korch_object_name(object), name) == 0)
			return object;
	}
	return NULL;
}

static int read_nodes(const korch_node_selector **out, schedule_model *self,
                      const korch_object *volume, korch_error **err)
{
	struct json_object *value = input_value(volume, "spec.nodeAffinity.required");
	void *selector = NULL;
	if (!value)
		return 0;
	int code = korch_struct_from_json(&selector, &korch_node_selector_type,
	                                  json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN),
	                                  NULL, err);
	json_object_put(value);
	if (code < 0) {
		korch_error_prefix_path(err, "spec.nodeAffinity.required");
		return code;
	}
	*out = selector;
	return model_keep_block(self, selector, err);
}

static int add_claim(schedule_model *self, const korch_object *object, model_place place,
                     korch_error **err)
{
	model_claim claim = {korch_object_namespace(object), korch_object_name(object), NULL};
	struct json_object *name = input_value(object, "spec.volumeName");
	const char *volume_name = json_object_get_string(name);
	const korch_object *volume =
	    volume_name && *volume_name ? find_volume(self, volume_name) : NULL;
	if (volume_name && *volume_name && !volume)
		input_note(place,
		           "volume %s is not given, so claim %s is taken to be reachable from every "
		           "node",
		           volume_name, claim.name);
	json_object_put(name);
	int code = volume ? read_nodes(&claim.nodes, self, volume, err) : 0;
	korch_error_set_location(err, place.file, place.line);
	return code < 0 ? code : MODEL_ADD(&self->claims, claim, err);
}

int input_add_claims(schedule_model *self, korch_error **err)
{
	size_t n = korch_manifest_count(self->manifest);
	for (size_t i = 0; i < n; i++) {
		const korch_object *object = korch_manifest_object(self->manifest, i);
		const model_place place = {korch_manifest_file(self->manifest, i),
		                           korch_manifest_line(self->manifest, i)};
		int code =
		    is_core(object, "PersistentVolumeClaim") ? add_claim(self, object, place, err) : 0;
		if (code < 0)
			return code;
	}
	return 0;
}
