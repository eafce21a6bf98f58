/*
 * Defaults: children first, then the rows' own, then the hook of the type. A shared struct is
 * copied for that, and the copy is thrown away when nothing was missing, so that objects of one
 * template keep sharing it.
 */
#include "object/block.h"
#include "object/codec.h"
#include "object/object.h"
#include <korch/validate.h>
#include <stdlib.h>
#include <string.h>

static int is_missing(const void *self, const korch_type *type, const korch_field *field)
{
	size_t i = (size_t)(field - type->fields);
	if (field->shape == KORCH_SHAPE_ONE) {
		/* What is no pointer in Kubernetes is absent when it is zero. */
		if ((field->flags & KORCH_FIELD_POINTER) &&
		    (((const korch_struct *)self)->present >> i & 1))
			return 0;
		int is_text = field->kind == KORCH_FIELD_STRING || field->kind == KORCH_FIELD_QUANTITY;
		const char *text = is_text ? KORCH__MEMBER(const char *, self, field->offset) : NULL;
		if (text && !*text)
			return !(field->flags & KORCH_FIELD_POINTER);
	}
	return !korch__field_has_value(self, field);
}

/* Plain numbers, words and texts without the detour over a tree. */
static int set_plain(void *self, const korch_field *field, const char *json)
{
	size_t length = strlen(json);
	void *at = korch__member(self, field->offset);
	if (field->shape != KORCH_SHAPE_ONE)
		return 1;
	if (field->kind == KORCH_FIELD_STRING && json[0] == '"' && !strchr(json, '\\')) {
		const char *text = korch_string_new_n(json + 1, length - 2);
		if (!text)
			return KORCH_E_NOMEM;
		korch_string_unref(*(const char **)at);
		*(const char **)at = text;
		return 0;
	}
	if (field->kind == KORCH_FIELD_BOOL)
		*(int32_t *)at = strcmp(json, "true") == 0;
	else if (field->kind == KORCH_FIELD_INT32)
		*(int32_t *)at = (int32_t)strtol(json, NULL, 10);
	else if (field->kind == KORCH_FIELD_INT64)
		*(int64_t *)at = strtoll(json, NULL, 10);
	else
		return 1;
	return 0;
}

static int set_row(void *self, const korch_type *type, const korch_field *field)
{
	int code = set_plain(self, field, field->default_json);
	if (code > 0)
		return korch__field_set_json(self, type, field, field->default_json);
	if (code == 0)
		((korch_struct *)self)->present |= UINT64_C(1) << (field - type->fields);
	return code;
}

static int is_same(const void *a, const void *b, const korch_type *type)
{
	return memcmp(a, b, type->size) == 0 ||
	       (((const korch_struct *)a)->present == ((const korch_struct *)b)->present &&
	        korch_struct_equal(a, b, type));
}

/* A struct of its own block. */
static int child_defaults(void **slot, const korch_type *type)
{
	if (!*slot)
		return 0;
	if (korch_block_is_unique(*slot))
		return korch_struct_set_defaults(*slot, type);
	void *copy = korch_struct_new(type);
	if (!copy)
		return KORCH_E_NOMEM;
	korch_struct_assign(copy, *slot, type);
	int code = korch_struct_set_defaults(copy, type);
	if (code < 0 || is_same(copy, *slot, type))
		korch_block_unref(copy);
	else
		korch_block_take(slot, copy);
	return code;
}

static int items_defaults(char *items, size_t n, const korch_type *type)
{
	for (size_t i = 0; i < n; i++) {
		int code = korch_struct_set_defaults(items + i * type->size, type);
		if (code < 0)
			return code;
	}
	return 0;
}

static int list_defaults(void **slot, size_t n, const korch_type *type)
{
	if (n == 0)
		return 0;
	if (korch_block_is_unique(*slot))
		return items_defaults(*slot, n, type);
	void *copy = korch_block_ref(*slot);
	size_t count = n;
	if (!korch_list_edit(&copy, &count, type, n)) {
		korch_block_unref(copy);
		return KORCH_E_NOMEM;
	}
	int code = items_defaults(copy, n, type);
	int same = 1;
	for (size_t i = 0; i < n && same; i++)
		same = is_same((char *)copy + i * type->size, (char *)*slot + i * type->size, type);
	if (code < 0 || same)
		korch_block_unref(copy);
	else
		korch_block_take(slot, copy);
	return code;
}

static int field_defaults(void *self, const korch_type *type, const korch_field *field)
{
	void **slot = korch__member(self, field->offset);
	if (field->kind == KORCH_FIELD_STRUCT && field->shape == KORCH_SHAPE_ONE) {
		int code = child_defaults(slot, field->type);
		if (code < 0)
			return code;
	} else if (field->kind == KORCH_FIELD_STRUCT && field->shape == KORCH_SHAPE_LIST) {
		return list_defaults(slot, KORCH__MEMBER(size_t, self, field->count_offset), field->type);
	}
	if (!field->default_json || !is_missing(self, type, field))
		return 0;
	int code = set_row(self, type, field);
	/* A struct that is a default itself may have more inside. */
	if (code == 0 && field->kind == KORCH_FIELD_STRUCT && field->shape == KORCH_SHAPE_ONE)
		code = child_defaults(slot, field->type);
	return code;
}

int korch_struct_set_defaults(void *self, const korch_type *type)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		int code = field_defaults(self, type, &type->fields[i]);
		if (code < 0)
			return code;
	}
	return type->set_defaults ? type->set_defaults(self) : 0;
}

int korch_object_set_defaults(korch_object *object)
{
	return korch_struct_set_defaults(object, korch__object_type(object));
}
