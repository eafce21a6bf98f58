/*
 * Telling the status of an object from the rest: for generation, and for requests that may write
 * only one of the two. Objects without a table of their own are looked at as JSON.
 */
#include "engine/admit.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "object/block.h"
#include "object/json.h"
#include "object/object.h"
#include "object/tree.h"
#include <string.h>

static int parse(struct json_object **out, const korch_object *object)
{
	const char *text = object->raw ? object->raw : "{}";
	int code = korch__json_parse(out, text, strlen(text), NULL, NULL, NULL);
	return code == KORCH_E_NOMEM ? code : 0;
}

/* Objects that are text */

static int raw_wish_is_same(const korch_object *a, const korch_object *b)
{
	_cleanup_tree_ struct json_object *first = NULL, *second = NULL;
	if (korch__text_equal(a->raw, b->raw))
		return 1;
	if (parse(&first, a) < 0 || parse(&second, b) < 0)
		return -1;
	if (json_object_is_type(first, json_type_object))
		json_object_object_del(first, "status");
	if (json_object_is_type(second, json_type_object))
		json_object_object_del(second, "status");
	return korch__tree_equal(first, second);
}

static int raw_status_take(korch_object *object, const korch_object *from)
{
	_cleanup_tree_ struct json_object *tree = NULL, *other = NULL;
	struct json_object *status = NULL;
	if (!strstr(korch__text_or_empty(object->raw), "\"status\"") &&
	    (!from || !strstr(korch__text_or_empty(from->raw), "\"status\"")))
		return 0;
	if (parse(&tree, object) < 0 || (from && parse(&other, from) < 0))
		return KORCH_E_NOMEM;
	if (!json_object_is_type(tree, json_type_object))
		return 0;
	if (json_object_is_type(other, json_type_object))
		json_object_object_get_ex(other, "status", &status);
	json_object_object_del(tree, "status");
	if (status && json_object_object_add(tree, "status", json_object_get(status)) < 0) {
		json_object_put(status);
		return KORCH_E_NOMEM;
	}
	korch_buf text;
	korch__buf_init(&text, 0);
	korch__json_write(&text, tree);
	int code = text.failed ? text.failed : korch_string_set(&object->raw, text.data);
	korch__buf_fini(&text);
	return code;
}

/* Objects with a table */

static const korch_field *status_field(const korch_type *type)
{
	const korch_field *field = korch_type_field(type, "status");
	int is_struct = field && field->kind == KORCH_FIELD_STRUCT && field->shape == KORCH_SHAPE_ONE;
	return is_struct ? field : NULL;
}

int korch__wish_is_same(const korch_object *a, const korch_object *b)
{
	const korch_type *type = a->kind->type;
	uint64_t skip = 0;
	if (!type)
		return raw_wish_is_same(a, b);
	for (size_t i = 0; i < type->n_fields; i++) {
		const char *name = type->fields[i].name;
		if (strcmp(name, "metadata") == 0 || strcmp(name, "status") == 0)
			skip |= UINT64_C(1) << i;
	}
	return korch__struct_equal_but(a, b, type, skip);
}

int korch__status_take(korch_object *object, const korch_object *from)
{
	if (!object->kind->type)
		return raw_status_take(object, from);
	const korch_field *field = status_field(object->kind->type);
	if (!field)
		return 0;
	void *const *theirs = from ? korch__member(from, field->offset) : NULL;
	void *status = theirs ? *theirs : NULL;
	korch_block_share(korch__member(object, field->offset), status);
	korch_field_mark(object, object->kind->type, field->offset, status != NULL);
	return 0;
}
