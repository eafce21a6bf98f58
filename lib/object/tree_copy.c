/* Copies and comparison of json-c trees; what a node bears beside its value is in tree.c. */
#include "base/cleanup.h"
#include "object/tree.h"
#include <string.h>

static int copy_notes(struct json_object *to, struct json_object *from)
{
	const char *plain = korch__tree_plain_text(from);
	korch__tree_set_line(to, korch__tree_line(from));
	return plain ? korch__tree_set_plain_text(to, plain) : 0;
}

static struct json_object *copy_scalar(struct json_object *node)
{
	switch (json_object_get_type(node)) {
	case json_type_object:
		return json_object_new_object();
	case json_type_array:
		return json_object_new_array_ext((int)json_object_array_length(node));
	case json_type_double:
		return korch__tree_number(json_object_to_json_string_ext(node, JSON_C_TO_STRING_PLAIN));
	default: {
		struct json_object *copy = NULL;
		return json_c_shallow_copy_default(node, NULL, NULL, 0, &copy) < 0 ? NULL : copy;
	}
	}
}

static int copy_children(struct json_object *copy, struct json_object *node)
{
	if (json_object_is_type(node, json_type_object)) {
		json_object_object_foreach(node, key, child)
		{
			struct json_object *value = korch__tree_copy(child);
			if ((child && !value) || json_object_object_add(copy, key, value) < 0) {
				json_object_put(value);
				return KORCH_E_NOMEM;
			}
		}
	} else if (json_object_is_type(node, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(node); i++) {
			struct json_object *child = json_object_array_get_idx(node, i);
			struct json_object *value = korch__tree_copy(child);
			if ((child && !value) || json_object_array_add(copy, value) < 0) {
				json_object_put(value);
				return KORCH_E_NOMEM;
			}
		}
	}
	return 0;
}

struct json_object *korch__tree_copy(struct json_object *node)
{
	if (!node)
		return NULL;
	_cleanup_tree_ struct json_object *copy = copy_scalar(node);
	if (!copy || copy_notes(copy, node) < 0 || copy_children(copy, node) < 0)
		return NULL;
	return KORCH_STEAL(copy);
}

static int is_number(struct json_object *node)
{
	return json_object_is_type(node, json_type_int) || json_object_is_type(node, json_type_double);
}

static int equal_numbers(struct json_object *a, struct json_object *b)
{
	if (json_object_is_type(a, json_type_int) && json_object_is_type(b, json_type_int))
		return json_object_get_int64(a) == json_object_get_int64(b) &&
		       json_object_get_uint64(a) == json_object_get_uint64(b);
	return json_object_get_double(a) == json_object_get_double(b);
}

static int equal_arrays(struct json_object *a, struct json_object *b)
{
	size_t n = json_object_array_length(a);
	if (n != json_object_array_length(b))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!korch__tree_equal(json_object_array_get_idx(a, i), json_object_array_get_idx(b, i)))
			return 0;
	return 1;
}

static int equal_objects(struct json_object *a, struct json_object *b)
{
	if (json_object_object_length(a) != json_object_object_length(b))
		return 0;
	json_object_object_foreach(a, key, value)
	{
		struct json_object *other = NULL;
		if (!json_object_object_get_ex(b, key, &other) || !korch__tree_equal(value, other))
			return 0;
	}
	return 1;
}

int korch__tree_equal(struct json_object *a, struct json_object *b)
{
	if (a == b)
		return 1;
	if (!a || !b)
		return 0;
	if (is_number(a) && is_number(b))
		return equal_numbers(a, b);
	if (json_object_get_type(a) != json_object_get_type(b))
		return 0;
	switch (json_object_get_type(a)) {
	case json_type_boolean:
		return json_object_get_boolean(a) == json_object_get_boolean(b);
	case json_type_string:
		return json_object_get_string_len(a) == json_object_get_string_len(b) &&
		       memcmp(json_object_get_string(a), json_object_get_string(b),
		              (size_t)json_object_get_string_len(a)) == 0;
	case json_type_array:
		return equal_arrays(a, b);
	default:
		return equal_objects(a, b);
	}
}
