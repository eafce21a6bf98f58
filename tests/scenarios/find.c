/* Objects by reference, values by path. */
#include "object/codec.h"
#include "scenario.h"
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PART_MAX = 128 };

static korch_object *first_match(const scenario *s, json_object *at, const char *kind,
                                 const char *space, const char *glob)
{
	korch_object **objects = NULL;
	korch_object *found = NULL;
	korch_error *error = NULL;
	size_t n = 0;
	if (korch_cluster_list(&objects, &n, s->cluster, kind, space, NULL, &error) < 0)
		fail(s, at, "%s", korch_error_message(error));
	for (size_t i = 0; i < n && !found; i++)
		if (fnmatch(glob, korch_object_name(objects[i]), 0) == 0)
			found = korch_object_ref(objects[i]);
	korch_object_list_free(objects, n);
	return found;
}

korch_object *find_object(const scenario *s, json_object *at, const char *reference)
{
	char kind[PART_MAX];
	char space[PART_MAX] = "";
	char name[PART_MAX];
	if (sscanf(reference, "%127[^/]/%127[^/]/%127s", kind, space, name) != 3) {
		space[0] = 0;
		if (sscanf(reference, "%127[^/]/%127s", kind, name) != 2)
			fail(s, at, "\"%s\" is no KIND/NAME or KIND/NAMESPACE/NAME", reference);
	}
	if (strpbrk(name, "*?["))
		return first_match(s, at, kind, *space ? space : NULL, name);
	korch_object *object = NULL;
	korch_error *error = NULL;
	int code = korch_cluster_get(&object, s->cluster, kind, space, name, &error);
	if (code < 0 && code != KORCH_E_NOT_FOUND)
		fail(s, at, "%s", korch_error_message(error));
	korch_error_free(error);
	return object;
}

korch_object *need_object(const scenario *s, json_object *at, const char *reference)
{
	korch_object *object = find_object(s, at, reference);
	if (!object)
		fail(s, at, "there is no %s", reference);
	return object;
}

json_object *tree_of(const korch_object *object)
{
	json_object *tree = NULL;
	return korch__object_encode(&tree, object) == 0 ? tree : NULL;
}

/* "[2]" or "[type=Ready]" */
static json_object *entry_of(json_object *list, const char *text, size_t length)
{
	const char *equals = memchr(text, '=', length);
	if (!json_object_is_type(list, json_type_array))
		return NULL;
	if (!equals)
		return json_object_array_get_idx(list, strtoul(text, NULL, 10));
	char key[PART_MAX];
	snprintf(key, sizeof(key), "%.*s", (int)(equals - text), text);
	size_t wanted = length - (size_t)(equals + 1 - text);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *entry = json_object_array_get_idx(list, i);
		const char *value = json_object_get_string(json_object_object_get(entry, key));
		if (value && strlen(value) == wanted && strncmp(value, equals + 1, wanted) == 0)
			return entry;
	}
	return NULL;
}

json_object *value_at(json_object *tree, const char *path)
{
	while (tree && *path) {
		char key[PART_MAX];
		size_t length = *path == '[' ? strcspn(path, "]") : strcspn(path, ".[");
		if (*path == '[') {
			tree = entry_of(tree, path + 1, length - 1);
			length++;
		} else {
			snprintf(key, sizeof(key), "%.*s", (int)length, path);
			for (char *slash = key; (slash = strchr(slash, '|')); *slash = '.')
				continue;
			tree = json_object_is_type(tree, json_type_object) ? json_object_object_get(tree, key)
			                                                   : NULL;
		}
		path += length;
		path += *path == '.';
	}
	return tree;
}
