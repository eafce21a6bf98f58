/*
 * Hashes of structs: FNV-1a over field names and values in the order of the table, so that equal
 * values have equal hashes on every machine, and a row added later changes no hash of an object
 * that does not use it.
 */
#include "object/block.h"
#include <string.h>

#define FNV_START UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static uint64_t add_bytes(uint64_t hash, const void *data, size_t length)
{
	const unsigned char *bytes = data;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ bytes[i]) * FNV_PRIME;
	return hash;
}

/* With its NUL, so that "a","b" and "ab" differ. */
static uint64_t add_text(uint64_t hash, const char *text)
{
	return add_bytes(hash, text ? text : "", text ? strlen(text) + 1 : 1);
}

static uint64_t add_number(uint64_t hash, uint64_t number)
{
	unsigned char bytes[8];
	for (int i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(number >> (8 * i));
	return add_bytes(hash, bytes, sizeof(bytes));
}

static uint64_t add_map(uint64_t hash, const korch_map *map)
{
	for (size_t i = 0; map && i < map->n; i++)
		hash = add_text(add_text(hash, map->items[i].key), map->items[i].value);
	return hash;
}

static uint64_t add_struct(uint64_t hash, const void *self, const korch_type *type);

/* One value of a field; `at` is where it lies. */
static uint64_t add_value(uint64_t hash, const void *at, const korch_field *field, int in_list)
{
	const korch_int_or_string *mixed = at;
	switch (field->kind) {
	case KORCH_FIELD_BOOL:
	case KORCH_FIELD_INT32:
		return add_number(hash, (uint64_t)(int64_t) * (const int32_t *)at);
	case KORCH_FIELD_INT64:
	case KORCH_FIELD_TIME:
	case KORCH_FIELD_MICROTIME:
		return add_number(hash, (uint64_t) * (const int64_t *)at);
	case KORCH_FIELD_INT_OR_STRING:
		return mixed->text ? add_text(add_bytes(hash, "s", 1), mixed->text)
		                   : add_number(add_bytes(hash, "i", 1), (uint64_t)(int64_t)mixed->number);
	case KORCH_FIELD_STRUCT:
		return add_struct(hash, in_list ? at : *(const void *const *)at, field->type);
	default:
		return add_text(hash, *(const char *const *)at);
	}
}

/* Whether the field is there in the sense of korch_struct_equal(). */
static int counts(const void *self, const korch_field *field, size_t i)
{
	if (field->shape == KORCH_SHAPE_ONE && (field->flags & KORCH_FIELD_POINTER) &&
	    (((const korch_struct *)self)->present >> i & 1))
		return 1;
	if (!korch__field_has_value(self, field))
		return 0;
	if (field->shape != KORCH_SHAPE_ONE || (field->flags & KORCH_FIELD_POINTER))
		return 1;
	if (field->kind == KORCH_FIELD_INT_OR_STRING) {
		const korch_int_or_string *mixed = korch__member(self, field->offset);
		return mixed->text || mixed->number != 0;
	}
	if (field->kind == KORCH_FIELD_STRING || field->kind == KORCH_FIELD_QUANTITY ||
	    field->kind == KORCH_FIELD_BYTES || field->kind == KORCH_FIELD_RAW)
		return KORCH__MEMBER(const char *, self, field->offset)[0] != '\0';
	return 1;
}

static uint64_t add_struct(uint64_t hash, const void *self, const korch_type *type)
{
	hash = add_bytes(hash, "{", 1);
	for (size_t i = 0; i < type->n_fields; i++) {
		const korch_field *field = &type->fields[i];
		if (!counts(self, field, i))
			continue;
		hash = add_text(hash, field->name);
		if (field->shape == KORCH_SHAPE_MAP) {
			hash = add_map(hash, KORCH__MEMBER(const korch_map *, self, field->offset));
		} else if (field->shape == KORCH_SHAPE_LIST) {
			size_t n = KORCH__MEMBER(size_t, self, field->count_offset);
			const char *items = KORCH__MEMBER(const char *, self, field->offset);
			hash = add_number(hash, n);
			for (size_t j = 0; j < n; j++)
				hash = add_value(hash, items + j * korch__item_size(field), field, 1);
		} else {
			hash = add_value(hash, korch__member(self, field->offset), field, 0);
		}
	}
	hash = add_map(hash, (const korch_map *)((const korch_struct *)self)->extra);
	return add_bytes(hash, "}", 1);
}

uint64_t korch_struct_hash(const void *self, const korch_type *type)
{
	return self ? add_struct(FNV_START, self, type) : FNV_START;
}
