/*
 * Whether fields are set, equality and hashes of structs. Nothing here allocates; recursion is as
 * deep as the tables.
 */
#include "base/text.h"
#include "object/block.h"
#include <string.h>

static size_t index_of_offset(const korch_type *type, size_t offset)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		if (type->fields[i].offset == offset)
			return i;
	}
	return SIZE_MAX;
}

void korch_field_mark(void *self, const korch_type *type, size_t offset, int is_set)
{
	size_t i = index_of_offset(type, offset);
	if (i == SIZE_MAX)
		return;
	korch_struct *head = self;
	if (is_set)
		head->present |= UINT64_C(1) << i;
	else
		head->present &= ~(UINT64_C(1) << i);
}

int korch__field_has_value(const void *self, const korch_field *field)
{
	if (field->shape == KORCH_SHAPE_LIST)
		return KORCH__MEMBER(size_t, self, field->count_offset) > 0;
	if (field->shape == KORCH_SHAPE_MAP) {
		const korch_map *map = KORCH__MEMBER(const korch_map *, self, field->offset);
		return map && map->n > 0;
	}
	switch (field->kind) {
	case KORCH_FIELD_BOOL:
	case KORCH_FIELD_INT32:
		return KORCH__MEMBER(int32_t, self, field->offset) != 0;
	case KORCH_FIELD_INT64:
	case KORCH_FIELD_TIME:
	case KORCH_FIELD_MICROTIME:
		return KORCH__MEMBER(int64_t, self, field->offset) != 0;
	case KORCH_FIELD_INT_OR_STRING:
		return KORCH__MEMBER(korch_int_or_string, self, field->offset).is_set;
	default:
		return KORCH__MEMBER(const void *, self, field->offset) != NULL;
	}
}

int korch_field_is_set(const void *self, const korch_type *type, size_t offset)
{
	size_t i = index_of_offset(type, offset);
	if (i == SIZE_MAX || !self)
		return 0;
	return (((const korch_struct *)self)->present >> i & 1) ||
	       korch__field_has_value(self, &type->fields[i]);
}

static int is_text(const korch_field *field)
{
	return field->kind == KORCH_FIELD_STRING || field->kind == KORCH_FIELD_QUANTITY ||
	       field->kind == KORCH_FIELD_BYTES || field->kind == KORCH_FIELD_RAW;
}

static int texts_equal(const char *a, const char *b, int zero_is_absent)
{
	if (a == b)
		return 1;
	if (!a || !b)
		return zero_is_absent && korch__text_equal(a, b);
	return strcmp(a, b) == 0;
}

static int int_or_strings_equal(const korch_int_or_string *a, const korch_int_or_string *b,
                                int zero_is_absent)
{
	if (!a->text != !b->text)
		return 0;
	if (a->text)
		return strcmp(a->text, b->text) == 0;
	return a->number == b->number && (zero_is_absent || !a->is_set == !b->is_set);
}

static int items_equal(const void *a, const void *b, const korch_field *field, size_t n)
{
	size_t size = korch__item_size(field);
	if (a == b)
		return 1;
	if (field->kind != KORCH_FIELD_STRUCT && !is_text(field))
		return memcmp(a, b, n * size) == 0;
	for (size_t i = 0; i < n; i++) {
		const char *x = (const char *)a + i * size, *y = (const char *)b + i * size;
		int equal = field->kind == KORCH_FIELD_STRUCT
		                ? korch_struct_equal(x, y, field->type)
		                : texts_equal(*(const char *const *)x, *(const char *const *)y, 1);
		if (!equal)
			return 0;
	}
	return 1;
}

static int ones_equal(const void *a, const void *b, const korch_field *field)
{
	int zero_is_absent = !(field->flags & KORCH_FIELD_POINTER);
	switch (field->kind) {
	case KORCH_FIELD_BOOL:
	case KORCH_FIELD_INT32:
		return KORCH__MEMBER(int32_t, a, field->offset) == KORCH__MEMBER(int32_t, b, field->offset);
	case KORCH_FIELD_INT64:
	case KORCH_FIELD_TIME:
	case KORCH_FIELD_MICROTIME:
		return KORCH__MEMBER(int64_t, a, field->offset) == KORCH__MEMBER(int64_t, b, field->offset);
	case KORCH_FIELD_INT_OR_STRING:
		return int_or_strings_equal(&KORCH__MEMBER(korch_int_or_string, a, field->offset),
		                            &KORCH__MEMBER(korch_int_or_string, b, field->offset),
		                            zero_is_absent);
	case KORCH_FIELD_STRUCT:
		return korch_struct_equal(KORCH__MEMBER(const void *, a, field->offset),
		                          KORCH__MEMBER(const void *, b, field->offset), field->type);
	default:
		return texts_equal(KORCH__MEMBER(const char *, a, field->offset),
		                   KORCH__MEMBER(const char *, b, field->offset), zero_is_absent);
	}
}

static int is_given(const void *self, const korch_field *field, size_t i)
{
	return (((const korch_struct *)self)->present >> i & 1) || korch__field_has_value(self, field);
}

static int fields_equal(const void *a, const void *b, const korch_field *field, size_t i)
{
	if (field->shape == KORCH_SHAPE_MAP)
		return korch_map_equal(KORCH__MEMBER(const korch_map *, a, field->offset),
		                       KORCH__MEMBER(const korch_map *, b, field->offset));
	if (field->shape == KORCH_SHAPE_LIST) {
		size_t n = KORCH__MEMBER(size_t, a, field->count_offset);
		return n == KORCH__MEMBER(size_t, b, field->count_offset) &&
		       items_equal(KORCH__MEMBER(const void *, a, field->offset),
		                   KORCH__MEMBER(const void *, b, field->offset), field, n);
	}
	if ((field->flags & KORCH_FIELD_POINTER) && is_given(a, field, i) != is_given(b, field, i))
		return 0;
	return ones_equal(a, b, field);
}

int korch__fields_equal(const void *a, const void *b, const korch_type *type, uint64_t skip)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		if (!(skip >> i & 1) && !fields_equal(a, b, &type->fields[i], i))
			return 0;
	}
	return 1;
}

int korch__struct_equal_but(const void *a, const void *b, const korch_type *type, uint64_t skip)
{
	if (a == b)
		return 1;
	if (!a || !b)
		return 0;
	return korch__fields_equal(a, b, type, skip) &&
	       korch_map_equal((const korch_map *)((const korch_struct *)a)->extra,
	                       (const korch_map *)((const korch_struct *)b)->extra);
}

int korch_struct_equal(const void *a, const void *b, const korch_type *type)
{
	return korch__struct_equal_but(a, b, type, 0);
}
