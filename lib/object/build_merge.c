/* YAML's merge keys: adding what a mapping does not have. */
#include "object/build_merge.h"
#include <korch/error.h>

int korch__merge_fits(struct json_object *node)
{
	if (!json_object_is_type(node, json_type_array))
		return json_object_is_type(node, json_type_object);
	for (size_t i = 0; i < json_object_array_length(node); i++)
		if (!json_object_is_type(json_object_array_get_idx(node, i), json_type_object))
			return 0;
	return 1;
}

static int merge_one(struct json_object *map, struct json_object *source)
{
	json_object_object_foreach(source, key, value)
	{
		if (json_object_object_get_ex(map, key, NULL))
			continue;
		if (json_object_object_add(map, key, json_object_get(value)) < 0) {
			json_object_put(value);
			return KORCH_E_NOMEM;
		}
	}
	return 0;
}

int korch__merge_all(struct json_object *map, struct json_object **sources, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int failed = 0;
		if (!json_object_is_type(sources[i], json_type_array))
			failed = merge_one(map, sources[i]);
		else
			for (size_t j = 0; j < json_object_array_length(sources[i]) && !failed; j++)
				failed = merge_one(map, json_object_array_get_idx(sources[i], j));
		if (failed)
			return failed;
	}
	return 0;
}
