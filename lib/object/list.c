/*
 * Lists: array blocks and the counts beside them. What is in the structs of a list is block.c's
 * matter.
 */
#include "base/alloc.h"
#include "base/text.h"
#include "object/block.h"
#include <string.h>

size_t korch__item_size(const korch_field *field)
{
	switch (field->kind) {
	case KORCH_FIELD_STRUCT:
		return field->type->size;
	case KORCH_FIELD_BOOL:
	case KORCH_FIELD_INT32:
		return sizeof(int32_t);
	case KORCH_FIELD_INT64:
	case KORCH_FIELD_TIME:
	case KORCH_FIELD_MICROTIME:
		return sizeof(int64_t);
	default:
		return sizeof(const char *);
	}
}

const korch_type *korch__list_type(const korch_field *field)
{
	if (field->kind == KORCH_FIELD_STRUCT)
		return field->type;
	switch (korch__item_size(field)) {
	case sizeof(int32_t):
		return &korch__mark_int32s;
	default:
		return field->kind == KORCH_FIELD_INT64 || field->kind == KORCH_FIELD_TIME ||
		               field->kind == KORCH_FIELD_MICROTIME
		           ? &korch__mark_int64s
		           : &korch__mark_strings;
	}
}

/* Lets the entries from..to of an array go and zeroes them. */
static void clear_items(void *items, const korch_type *type, size_t size, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		char *item = (char *)items + i * size;
		if (type == &korch__mark_strings)
			korch_string_unref(*(const char **)item);
		else if (type->fields)
			korch_struct_clear(item, type);
		memset(item, 0, size);
	}
}

/* Entries of a shared array into a new one. */
static void copy_items(void *to, const void *from, const korch_type *type, size_t size, size_t n)
{
	if (type->fields) {
		for (size_t i = 0; i < n; i++)
			korch_struct_assign((char *)to + i * size, (const char *)from + i * size, type);
		return;
	}
	memcpy(to, from, n * size);
	for (size_t i = 0; type == &korch__mark_strings && i < n; i++)
		korch_string_ref(((const char *const *)from)[i]);
}

/* Exact for what is read once; a long list that grows entry by entry gets some room. */
static size_t room_for(size_t n, size_t cap)
{
	size_t roomy = cap + cap / 4;
	return cap >= 8 && n > cap && n < roomy ? roomy : n;
}

void *korch__list_edit(void *slot, size_t *n_slot, const korch_type *type, size_t size, size_t n)
{
	void **member = slot;
	void *old = *member;
	if (n == 0) {
		*member = NULL;
		*n_slot = 0;
		korch_block_unref(old);
		return NULL;
	}
	size_t cap = old ? korch__block_head_of(old)->count : 0;
	int unique = old && korch_block_is_unique(old);
	if (unique && n <= cap) {
		if (n < *n_slot)
			clear_items(old, type, size, n, *n_slot);
		*n_slot = n;
		return old;
	}
	void *items = korch__block_new(type, room_for(n, unique ? cap : 0), size);
	if (!items)
		return NULL;
	size_t keep = *n_slot < n ? *n_slot : n;
	if (unique) { /* the content moves */
		memcpy(items, old, keep * size);
		memset(old, 0, keep * size);
	} else if (old) {
		copy_items(items, old, type, size, keep);
	}
	*member = items;
	*n_slot = n;
	korch_block_unref(old);
	return items;
}

void *korch_list_edit(void *slot, size_t *n_slot, const korch_type *type, size_t n)
{
	return korch__list_edit(slot, n_slot, type, type->size, n);
}

const char **korch_string_list_edit(void *slot, size_t *n_slot, size_t n)
{
	return korch__list_edit(slot, n_slot, &korch__mark_strings, sizeof(const char *), n);
}

const void *korch__list_partner(const void *of, const korch_field *field, const void *item,
                                size_t i)
{
	size_t n = KORCH__MEMBER(size_t, of, field->count_offset), size = field->type->size;
	const char *items = KORCH__MEMBER(const char *, of, field->offset);
	const korch_field *key =
	    field->merge_key ? korch_type_field(field->type, field->merge_key) : NULL;
	if (!key || key->kind != KORCH_FIELD_STRING || key->shape != KORCH_SHAPE_ONE)
		return i < n ? items + i * size : NULL;
	for (size_t j = 0; j < n; j++) {
		const char *entry = items + j * size;
		if (korch__text_equal(KORCH__MEMBER(const char *, entry, key->offset),
		                      KORCH__MEMBER(const char *, item, key->offset)))
			return entry;
	}
	return NULL;
}
