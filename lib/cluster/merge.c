/*
 * Three-way merge, as client-side apply does it: a field belongs to the manifest from the moment it
 * is in there until it is taken out; all other fields belong to whoever set them. Merge keys and
 * list types come from the tables.
 */
#include "cluster/merge.h"

#include "base/cleanup.h"
#include "object/tree.h"
#include <json-c/json.h>
#include <string.h>

enum { MERGE_DEPTH_MAX = 512 };

struct merge {
	int depth;
};

static int merge_value(struct merge *m, json_object **out, const korch_field *field,
                       json_object *last, json_object *wanted, json_object *live);

static json_object *member(json_object *object, const char *key)
{
	json_object *value = NULL;
	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, key, &value);
	return value;
}

static int has_member(json_object *object, const char *key)
{
	return json_object_is_type(object, json_type_object) &&
	       json_object_object_get_ex(object, key, NULL);
}

/* Takes the reference of value in any case. */
static int add_member(json_object *object, const char *key, json_object *value)
{
	if (json_object_object_add(object, key, value) == 0)
		return 0;
	json_object_put(value);
	return KORCH_E_NOMEM;
}

static int append(json_object *array, json_object *value)
{
	if (json_object_array_add(array, value) == 0)
		return 0;
	json_object_put(value);
	return KORCH_E_NOMEM;
}

/* Keeps of live what nobody wants changed: fields that neither the manifest says nor said. */
static int keep_foreign(json_object *result, json_object *last, json_object *wanted,
                        json_object *live)
{
	json_object_object_foreach(live, key, value)
	{
		if (has_member(wanted, key) || has_member(last, key))
			continue;
		if (add_member(result, key, json_object_get(value)) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int merge_struct(struct merge *m, json_object **out, const korch_type *type,
                        int replace_keys, json_object *last, json_object *wanted, json_object *live)
{
	_cleanup_tree_ json_object *result = json_object_new_object();
	if (!result)
		return KORCH_E_NOMEM;
	json_object_object_foreach(wanted, key, value)
	{
		if (!value)
			continue; /* null: the manifest wants the field to be absent */
		const korch_field *field = type ? korch_type_field(type, key) : NULL;
		json_object *merged = NULL;
		int code = merge_value(m, &merged, field, member(last, key), value, member(live, key));
		if (code < 0)
			return code;
		if (add_member(result, key, merged) < 0)
			return KORCH_E_NOMEM;
	}
	if (!replace_keys && keep_foreign(result, last, wanted, live) < 0)
		return KORCH_E_NOMEM;
	*out = KORCH_STEAL(result);
	return 0;
}

/* The value of an entry under a key, or the one that it has by default: a port without a protocol
 * is one of TCP. */
static json_object *key_value(const korch_type *type, json_object *entry, const char *key)
{
	json_object *value = member(entry, key);
	const korch_field *field = type && !value ? korch_type_field(type, key) : NULL;
	if (field && field->default_json)
		return json_tokener_parse(field->default_json);
	return json_object_get(value);
}

/* Whether two entries of a list have equal values under every key of a comma-separated list of
 * keys. */
static int same_entry(const korch_field *field, json_object *a, json_object *b)
{
	for (const char *keys = field->merge_key; *keys;) {
		size_t length = strcspn(keys, ",");
		char key[64];
		if (length >= sizeof(key))
			return 0;
		memcpy(key, keys, length);
		key[length] = 0;
		_cleanup_tree_ json_object *first = key_value(field->type, a, key);
		_cleanup_tree_ json_object *second = key_value(field->type, b, key);
		if (!json_object_equal(first, second))
			return 0;
		keys += length + (keys[length] == ',');
	}
	return 1;
}

/* A field without a merge key is a set, whose entries are their own keys. */
static json_object *find_entry(json_object *list, const korch_field *field, json_object *entry)
{
	if (!json_object_is_type(list, json_type_array))
		return NULL;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *candidate = json_object_array_get_idx(list, i);
		if (field->merge_key ? same_entry(field, candidate, entry)
		                     : json_object_equal(candidate, entry))
			return candidate;
	}
	return NULL;
}

static int merge_list(struct merge *m, json_object **out, const korch_field *field,
                      json_object *last, json_object *wanted, json_object *live)
{
	int replace_keys = (field->flags & KORCH_FIELD_REPLACE_KEYS) != 0;
	_cleanup_tree_ json_object *result = json_object_new_array();
	if (!result)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < json_object_array_length(wanted); i++) {
		json_object *entry = json_object_array_get_idx(wanted, i);
		json_object *before = field->merge_key ? find_entry(live, field, entry) : NULL;
		json_object *merged = NULL;
		int code = 0;
		if (before && json_object_is_type(entry, json_type_object))
			code = merge_struct(m, &merged, field->type, replace_keys,
			                    find_entry(last, field, entry), entry, before);
		else
			merged = json_object_get(entry);
		if (code < 0 || append(result, merged) < 0)
			return code < 0 ? code : KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < json_object_array_length(live); i++) {
		json_object *entry = json_object_array_get_idx(live, i);
		if (find_entry(wanted, field, entry) || find_entry(last, field, entry))
			continue;
		if (append(result, json_object_get(entry)) < 0)
			return KORCH_E_NOMEM;
	}
	*out = KORCH_STEAL(result);
	return 0;
}

static int merge_value(struct merge *m, json_object **out, const korch_field *field,
                       json_object *last, json_object *wanted, json_object *live)
{
	int code = 0;
	int is_list = field && field->shape == KORCH_SHAPE_LIST &&
	              !(field->flags & KORCH_FIELD_ATOMIC) &&
	              (field->merge_key || (field->flags & KORCH_FIELD_SET));
	if (m->depth >= MERGE_DEPTH_MAX)
		return KORCH_E_LIMIT;
	m->depth++;
	if (json_object_is_type(wanted, json_type_object) &&
	    json_object_is_type(live, json_type_object)) {
		int replace_keys = field && (field->flags & KORCH_FIELD_REPLACE_KEYS);
		code = merge_struct(m, out, field ? field->type : NULL, replace_keys, last, wanted, live);
	} else if (is_list && json_object_is_type(wanted, json_type_array) &&
	           json_object_is_type(live, json_type_array)) {
		code = merge_list(m, out, field, last, wanted, live);
	} else {
		*out = json_object_get(wanted);
	}
	m->depth--;
	return code;
}

int korch__merge_apply(struct json_object **out, const korch_type *type, struct json_object *last,
                       struct json_object *wanted, struct json_object *live)
{
	struct merge m = {0};
	return merge_struct(&m, out, type, 0, last, wanted, live);
}
