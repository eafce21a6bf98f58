/*
 * Structs, lists and maps out of json-c trees, driven by the tables. Unknown fields are kept as
 * text.
 */
#include "object/decode.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "base/vec.h"
#include "object/block.h"
#include "object/json.h"
#include "object/tree.h"
#include <string.h>

typedef KORCH_VEC(korch_map_entry) entries;

static void entries_free(entries *list)
{
	for (size_t i = 0; i < list->n; i++)
		korch_string_unref(list->items[i].value);
	korch__vec_fini(list);
}

/* A list of pairs becomes a map block in *slot; the values' references are let go. */
static int entries_to_map(entries *list, korch_map **slot, int code)
{
	if (code == 0 && list->n > 0) {
		korch_map *map = korch_map_new(list->items, list->n);
		if (map)
			korch_block_take(slot, map);
		else
			code = KORCH_E_NOMEM;
	}
	entries_free(list);
	return code;
}

/* A null among the values is the zero of its type, as in Go. */
static const char *zero_text(const korch_field *field)
{
	return korch_string_new(field->kind == KORCH_FIELD_QUANTITY ? "0"
	                        : field->kind == KORCH_FIELD_RAW    ? "null"
	                                                            : "");
}

static int decode_map(korch__decoder *self, korch_map **slot, struct json_object *node,
                      const korch_field *field, const korch__path *path)
{
	if (!json_object_is_type(node, json_type_object))
		return korch__decode_mismatch(self, path, node, "object");
	entries list = {0};
	int code = 0;
	json_object_object_foreach(node, key, child)
	{
		korch__path here = KORCH__PATH_KEY(path, key);
		korch_map_entry entry = {.key = key};
		if (child)
			code = korch__decode_value(self, &entry.value, child, field, &here);
		else
			entry.value = zero_text(field);
		if (code == 0 && entry.value && korch__vec_push(&list, entry) < 0) {
			korch_string_unref(entry.value);
			code = KORCH_E_NOMEM;
		}
		if (code < 0)
			break;
	}
	return entries_to_map(&list, slot, code);
}

static int decode_item(korch__decoder *self, char *at, const korch_field *field,
                       struct json_object *node, const korch__path *path)
{
	if (field->kind == KORCH_FIELD_STRUCT)
		return node ? korch__decode_struct(self, at, field->type, node, path) : 0;
	if (node)
		return korch__decode_value(self, at, node, field, path);
	if (korch__list_type(field) != &korch__mark_strings)
		return 0;
	*(const char **)at = zero_text(field);
	return *(const char **)at ? 0 : KORCH_E_NOMEM;
}

static int decode_list(korch__decoder *self, void *to, const korch_field *field,
                       struct json_object *node, const korch__path *path)
{
	if (!json_object_is_type(node, json_type_array))
		return korch__decode_mismatch(self, path, node, "array");
	size_t n = json_object_array_length(node), size = korch__item_size(field);
	size_t *n_slot = korch__member(to, field->count_offset);
	char *items = korch__list_edit(korch__member(to, field->offset), n_slot,
	                               korch__list_type(field), size, n);
	if (n > 0 && !items)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < n; i++) {
		korch__path here = KORCH__PATH_INDEX(path, i);
		int code =
		    decode_item(self, items + i * size, field, json_object_array_get_idx(node, i), &here);
		if (code < 0)
			return code;
		/* A string that was refused leaves a hole; lists have none. */
		if (korch__list_type(field) == &korch__mark_strings && !((const char **)items)[i])
			((const char **)items)[i] = korch_string_new("");
	}
	return 0;
}

static int decode_block(korch__decoder *self, void **slot, const korch_type *type,
                        struct json_object *node, const korch__path *path)
{
	if (!json_object_is_type(node, json_type_object))
		return korch__decode_mismatch(self, path, node, "object");
	void *block = korch_struct_new(type);
	if (!block)
		return KORCH_E_NOMEM;
	int code = korch__decode_struct(self, block, type, node, path);
	if (code < 0) {
		korch_block_unref(block);
		return code;
	}
	korch_block_take(slot, block);
	return 0;
}

int korch__decode_field(korch__decoder *self, void *to, const korch_field *field,
                        struct json_object *node, const korch__path *path)
{
	if (!node)
		return 0;
	void *at = korch__member(to, field->offset);
	if (field->shape == KORCH_SHAPE_MAP)
		return decode_map(self, at, node, field, path);
	if (field->shape == KORCH_SHAPE_LIST)
		return decode_list(self, to, field, node, path);
	if (field->kind == KORCH_FIELD_STRUCT)
		return decode_block(self, at, field->type, node, path);
	return korch__decode_value(self, at, node, field, path);
}

/* What ListMeta has and ObjectMeta has not. */
static int is_list_meta(const char *name)
{
	return strcmp(name, "continue") == 0 || strcmp(name, "remainingItemCount") == 0 ||
	       strcmp(name, "shardInfo") == 0;
}

static int report_unknown(korch__decoder *self, const korch_type *type, struct json_object *node,
                          const korch__path *path)
{
	const char *names[64];
	size_t n = 0;
	if (self->may_be_list && type == &korch_object_meta_type && is_list_meta(path->name))
		return 0;
	for (size_t i = 0; i < type->n_fields && n < KORCH_COUNT(names); i++) {
		if (type->fields[i].name[0])
			names[n++] = type->fields[i].name;
	}
	const char *meant = korch__text_nearest(path->name, names, n);
	if (meant)
		return korch__decode_problem(self, path, node, KORCH_PROBLEM_UNKNOWN_FIELD,
		                             "unknown field, did you mean %s?", meant);
	return korch__decode_problem(self, path, node, KORCH_PROBLEM_UNKNOWN_FIELD, "unknown field");
}

/* A field that the table does not have: kept as text for korch_extra. */
static int keep_unknown(korch__decoder *self, entries *list, const char *key,
                        struct json_object *node)
{
	static const korch_field raw = {.kind = KORCH_FIELD_RAW};
	korch_map_entry entry = {.key = key};
	int code = 0;
	if (node)
		code = korch__decode_value(self, &entry.value, node, &raw, NULL);
	else
		entry.value = korch_string_new("null");
	if (code == 0 && entry.value && korch__vec_push(list, entry) == 0)
		return 0;
	korch_string_unref(entry.value);
	return code < 0 ? code : KORCH_E_NOMEM;
}

/* Keys mostly come in the order of the table, so the search begins behind the last hit. */
static const korch_field *find_field(const korch_type *type, const char *key, size_t *next)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		size_t at = (*next + i) % type->n_fields;
		if (strcmp(type->fields[at].name, key) == 0 && key[0]) {
			*next = at + 1;
			return &type->fields[at];
		}
	}
	return NULL;
}

static int is_type_meta(const korch_type *type, const char *key)
{
	/* Only whole objects have metadata as a struct of that type in their table. */
	const korch_field *first = type->n_fields ? &type->fields[0] : NULL;
	return first && first->type == &korch_object_meta_type &&
	       strcmp(first->name, "metadata") == 0 &&
	       first->offset == offsetof(korch_object, metadata) &&
	       (strcmp(key, "apiVersion") == 0 || strcmp(key, "kind") == 0);
}

/*
 * What was written for a store comes back as it was: a text that is always written may have been
 * none, and being given says nothing beside a value, but where Kubernetes tells a zero from
 * nothing.
 */
static void restore(void *to, const korch_type *type, const korch_field *field)
{
	if (field->flags & KORCH_FIELD_POINTER)
		return;
	const char **text = korch__member(to, field->offset);
	int is_text = field->kind == KORCH_FIELD_STRING && field->shape == KORCH_SHAPE_ONE;
	if (is_text && *text && !**text)
		korch_string_unref(KORCH_STEAL(*text));
	else if (!korch__field_has_value(to, field))
		return;
	((korch_struct *)to)->present &= ~(UINT64_C(1) << (field - type->fields));
}

int korch__decode_struct(korch__decoder *self, void *to, const korch_type *type,
                         struct json_object *node, const korch__path *path)
{
	if (!json_object_is_type(node, json_type_object))
		return korch__decode_mismatch(self, path, node, "object");
	korch_struct *head = to;
	entries unknown = {0};
	size_t next = 0;
	int code = 0;
	json_object_object_foreach(node, key, child)
	{
		korch__path here = KORCH__PATH_FIELD(path, key);
		const korch_field *field = find_field(type, key, &next);
		if (field) {
			if (child)
				head->present |= UINT64_C(1) << (field - type->fields);
			code = korch__decode_field(self, to, field, child, &here);
			if (child && self->options->stored)
				restore(to, type, field);
		} else if (!is_type_meta(type, key)) {
			code = keep_unknown(self, &unknown, key, child);
			if (code == 0)
				code = report_unknown(self, type, child ? child : node, &here);
		}
		if (code < 0)
			break;
	}
	return entries_to_map(&unknown, (korch_map **)&head->extra, code);
}
