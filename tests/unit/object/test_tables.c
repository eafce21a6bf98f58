/* The tables of all typed kinds: sane in themselves, and a row for every key of the real inputs. */
#include "data.h"
#include "object/kinds/builtin.h"
#include "unit.h"
#include <dirent.h>
#include <json-c/json.h>
#include <korch/api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct type_set {
	const korch_type *items[512];
	size_t n;
} type_set;

static void collect(type_set *set, const korch_type *type)
{
	for (size_t i = 0; i < set->n; i++) {
		if (set->items[i] == type)
			return;
	}
	ck_assert_uint_lt(set->n, 512);
	set->items[set->n++] = type;
	for (size_t i = 0; i < type->n_fields; i++) {
		if (type->fields[i].type)
			collect(set, type->fields[i].type);
	}
}

static type_set all_types(void)
{
	type_set set = {.n = 0};
	for (size_t i = 0; i < korch__n_builtin_kinds; i++) {
		if (korch__builtin_kinds[i]->type)
			collect(&set, korch__builtin_kinds[i]->type);
	}
	return set;
}

static size_t size_of(const korch_field *field)
{
	if (field->shape != KORCH_SHAPE_ONE)
		return sizeof(void *);
	switch (field->kind) {
	case KORCH_FIELD_BOOL:
	case KORCH_FIELD_INT32:
		return 4;
	case KORCH_FIELD_INT64:
	case KORCH_FIELD_TIME:
	case KORCH_FIELD_MICROTIME:
		return 8;
	case KORCH_FIELD_INT_OR_STRING:
		return sizeof(korch_int_or_string);
	default:
		return sizeof(void *);
	}
}

static void check_row(const korch_type *type, const korch_field *field)
{
	const char *what = field->name;
	ck_assert_msg(field->meaning && strlen(field->meaning) > 3, "%s.%s has no meaning", type->name,
	              what);
	ck_assert_msg(strcmp(field->meaning, field->name) != 0, "%s.%s: %s", type->name, what,
	              field->meaning);
	ck_assert_msg(field->number != 0, "%s.%s has no number", type->name, what);
	ck_assert_msg(field->offset >= sizeof(korch_struct), "%s.%s", type->name, what);
	ck_assert_msg(field->offset + size_of(field) <= type->size, "%s.%s", type->name, what);
	ck_assert_msg((field->kind == KORCH_FIELD_STRUCT) == (field->type != NULL), "%s.%s", type->name,
	              what);
	ck_assert_msg((field->shape == KORCH_SHAPE_LIST) == (field->count_offset != 0), "%s.%s",
	              type->name, what);
	if (field->count_offset)
		ck_assert_msg(field->count_offset == field->offset + sizeof(void *), "%s.%s", type->name,
		              what);
	if (field->shape == KORCH_SHAPE_MAP)
		ck_assert_msg(field->kind != KORCH_FIELD_STRUCT, "%s.%s", type->name, what);
	if (field->flags & KORCH_FIELD_SET)
		ck_assert_msg(field->shape == KORCH_SHAPE_LIST && !field->type, "%s.%s", type->name, what);
}

static void check_merge_key(const korch_type *type, const korch_field *field)
{
	char keys[128];
	ck_assert_uint_lt(strlen(field->merge_key), sizeof(keys));
	strcpy(keys, field->merge_key);
	for (char *key = strtok(keys, ","); key; key = strtok(NULL, ",")) {
		int found = 0;
		for (size_t i = 0; i < field->type->n_fields; i++)
			found |= strcmp(field->type->fields[i].name, key) == 0;
		ck_assert_msg(found, "%s.%s: no merge key %s", type->name, field->name, key);
	}
}

static void check_default(const korch_type *type, const korch_field *field)
{
	json_object *value = json_tokener_parse(field->default_json);
	json_type expected = field->kind == KORCH_FIELD_BOOL ? json_type_boolean
	                     : field->kind == KORCH_FIELD_INT32 || field->kind == KORCH_FIELD_INT64
	                         ? json_type_int
	                     : field->kind == KORCH_FIELD_STRUCT ? json_type_object
	                                                         : json_type_string;
	ck_assert_msg(json_object_get_type(value) == expected ||
	                  field->kind == KORCH_FIELD_INT_OR_STRING,
	              "%s.%s", type->name, field->name);
	if (field->allowed && expected == json_type_string) {
		int found = 0;
		for (size_t i = 0; field->allowed[i]; i++)
			found |= strcmp(field->allowed[i], json_object_get_string(value)) == 0;
		ck_assert_msg(found, "%s.%s: default is not allowed", type->name, field->name);
	}
	json_object_put(value);
}

START_TEST(test_tables_are_sane)
{
	type_set set = all_types();
	ck_assert_uint_gt(set.n, 190);
	for (size_t t = 0; t < set.n; t++) {
		const korch_type *type = set.items[t];
		ck_assert_msg(type->n_fields > 0 && type->n_fields <= 63, "%s", type->name);
		ck_assert_msg(type->meaning && strcmp(type->meaning, type->name) != 0, "%s has no meaning",
		              type->name);
		for (size_t i = 0; i < type->n_fields; i++) {
			const korch_field *field = &type->fields[i];
			check_row(type, field);
			if (field->merge_key)
				check_merge_key(type, field);
			if (field->default_json)
				check_default(type, field);
			for (size_t j = 0; j < i; j++) {
				const korch_field *other = &type->fields[j];
				ck_assert_msg(strcmp(other->name, field->name) != 0, "%s.%s twice", type->name,
				              field->name);
				ck_assert_msg(other->offset != field->offset, "%s.%s", type->name, field->name);
				ck_assert_msg(other->number != field->number, "%s: %s and %s", type->name,
				              field->name, other->name);
			}
		}
	}
}
END_TEST

static const korch_field *find_row(const korch_type *type, const char *name)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		if (strcmp(type->fields[i].name, name) == 0)
			return &type->fields[i];
	}
	return NULL;
}

static size_t check_object(const korch_type *type, json_object *object);

static size_t check_value(const korch_type *type, const korch_field *field, json_object *value)
{
	json_type is = json_object_get_type(value);
	if (field->shape == KORCH_SHAPE_LIST) {
		ck_assert_msg(is == json_type_array, "%s.%s", type->name, field->name);
		size_t rows = 0;
		for (size_t i = 0; field->type && i < json_object_array_length(value); i++)
			rows += check_object(field->type, json_object_array_get_idx(value, i));
		return rows;
	}
	if (field->shape == KORCH_SHAPE_MAP || field->kind == KORCH_FIELD_STRUCT)
		ck_assert_msg(is == json_type_object, "%s.%s", type->name, field->name);
	else if (field->kind == KORCH_FIELD_INT32 || field->kind == KORCH_FIELD_INT64)
		ck_assert_msg(is == json_type_int, "%s.%s", type->name, field->name);
	else if (field->kind == KORCH_FIELD_BOOL)
		ck_assert_msg(is == json_type_boolean, "%s.%s", type->name, field->name);
	else if (field->kind != KORCH_FIELD_RAW && field->kind != KORCH_FIELD_INT_OR_STRING)
		ck_assert_msg(is == json_type_string, "%s.%s", type->name, field->name);
	return field->kind == KORCH_FIELD_STRUCT && field->shape == KORCH_SHAPE_ONE
	           ? check_object(field->type, value)
	           : 0;
}

/* Every key of the object has a row; returns how many keys there were. */
static size_t check_object(const korch_type *type, json_object *object)
{
	size_t rows = 0;
	json_object_object_foreach(object, key, value)
	{
		const korch_field *field = find_row(type, key);
		ck_assert_msg(field != NULL, "%s has no row %s", type->name, key);
		rows += 1 + check_value(type, field, value);
	}
	return rows;
}

START_TEST(test_rows_for_real_inputs)
{
	const char *data = getenv("KORCH_DATA");
	if (!data)
		return;
	size_t files = 0, rows = 0;
	for (size_t i = 0; i < korch__n_builtin_kinds; i++) {
		const korch_kind *kind = korch__builtin_kinds[i];
		if (!data_has_kind(kind))
			continue;
		char path[4096];
		snprintf(path, sizeof(path), "%s/k8s-api-testdata/HEAD/%s.%s.%s.json", data,
		         kind->group[0] ? kind->group : "core", kind->version, kind->name);
		json_object *root = json_object_from_file(path);
		ck_assert_msg(root != NULL, "%s", path);
		json_object_object_del(root, "kind");
		json_object_object_del(root, "apiVersion");
		rows += check_object(kind->type, root);
		json_object_put(root);
		files++;
	}
	ck_assert_uint_ge(files, 16);
	ck_assert_uint_gt(rows, 3000);
}
END_TEST

KORCH_SUITE(tables)
{
	Suite *suite = suite_create("tables");
	KORCH_CASE(suite, "tables", test_tables_are_sane, test_rows_for_real_inputs);
	return suite;
}
