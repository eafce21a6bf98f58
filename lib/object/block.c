/*
 * Struct blocks: making, sharing, copying one level, releasing. Lists stand in list.c, comparison
 * in equal.c.
 */
#include "object/block.h"
#include "base/alloc.h"
#include <string.h>

const korch_type korch__mark_map = {.name = "map"};
const korch_type korch__mark_strings = {.name = "strings"};
const korch_type korch__mark_int32s = {.name = "int32s"};
const korch_type korch__mark_int64s = {.name = "int64s"};

const korch_field *korch_type_field(const korch_type *type, const char *name)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		if (strcmp(type->fields[i].name, name) == 0)
			return &type->fields[i];
	}
	return NULL;
}

void *korch__block_new(const korch_type *type, size_t count, size_t size)
{
	size_t n = count ? count : 1;
	if (n >= UINT32_MAX || (size && n > (SIZE_MAX / 4 - sizeof(korch__block_head)) / size))
		return NULL;
	korch__block_head *head = korch__calloc(1, sizeof(*head) + n * size);
	if (!head)
		return NULL;
	head->type = type;
	atomic_init(&head->refs, 1);
	head->count = (uint32_t)count;
	return head + 1;
}

void *korch_struct_new(const korch_type *type)
{
	return korch__block_new(type, 0, type->size);
}

const korch_type *korch_block_type(const void *block)
{
	const korch_type *type = korch__block_head_of(block)->type;
	return type->fields ? type : NULL;
}

void *korch_block_ref(const void *block)
{
	if (block)
		korch__refs_inc(&korch__block_head_of(block)->refs);
	return (void *)(uintptr_t)block;
}

int korch_block_is_unique(const void *block)
{
	korch__block_head *head = korch__block_head_of(block);
	return atomic_load_explicit(&head->refs, memory_order_acquire) == 1;
}

static void release_content(korch__block_head *head)
{
	char *items = (char *)(head + 1);
	const korch_type *type = head->type;
	if (type == &korch__mark_map) {
		korch_map *map = (korch_map *)items;
		for (size_t i = 0; i < map->n; i++) {
			korch_string_unref(map->items[i].key);
			korch_string_unref(map->items[i].value);
		}
	} else if (type == &korch__mark_strings) {
		for (size_t i = 0; i < head->count; i++)
			korch_string_unref(((const char **)items)[i]);
	} else if (type->fields) {
		size_t n = head->count ? head->count : 1;
		for (size_t i = 0; i < n; i++)
			korch_struct_clear(items + i * type->size, type);
	}
}

void korch_block_unref(const void *block)
{
	if (!block)
		return;
	korch__block_head *head = korch__block_head_of(block);
	if (!korch__refs_dec(&head->refs))
		return;
	release_content(head);
	korch__free(head);
}

/* What a field holds by reference: at most one string or one block. */
typedef enum held { HELD_NOTHING, HELD_STRING, HELD_BLOCK } held;

static held field_holds(const korch_field *field)
{
	if (field->shape != KORCH_SHAPE_ONE || field->kind == KORCH_FIELD_STRUCT)
		return HELD_BLOCK;
	switch (field->kind) {
	case KORCH_FIELD_STRING:
	case KORCH_FIELD_QUANTITY:
	case KORCH_FIELD_BYTES:
	case KORCH_FIELD_RAW:
	case KORCH_FIELD_INT_OR_STRING: /* text is its first member */
		return HELD_STRING;
	default:
		return HELD_NOTHING;
	}
}

_Static_assert(offsetof(korch_int_or_string, text) == 0, "field_holds() relies on it");

void korch__field_clear(void *self, const korch_field *field)
{
	void *at = korch__member(self, field->offset);
	held what = field_holds(field);
	if (what == HELD_STRING)
		korch_string_unref(*(const char **)at);
	else if (what == HELD_BLOCK)
		korch_block_unref(*(const void **)at);
	if (field->shape == KORCH_SHAPE_LIST)
		KORCH__MEMBER(size_t, self, field->count_offset) = 0;
	if (what == HELD_BLOCK)
		*(const void **)at = NULL;
	else
		memset(at, 0,
		       field->kind == KORCH_FIELD_INT_OR_STRING ? sizeof(korch_int_or_string)
		                                                : korch__item_size(field));
}

void korch_struct_clear(void *self, const korch_type *type)
{
	korch_struct *head = self;
	for (size_t i = 0; i < type->n_fields; i++) {
		const korch_field *field = &type->fields[i];
		held what = field_holds(field);
		if (what == HELD_STRING)
			korch_string_unref(KORCH__MEMBER(const char *, self, field->offset));
		else if (what == HELD_BLOCK)
			korch_block_unref(KORCH__MEMBER(const void *, self, field->offset));
	}
	korch_block_unref(head->extra);
	memset(self, 0, type->size);
}

void korch_struct_assign(void *to, const void *from, const korch_type *type)
{
	memcpy(to, from, type->size);
	for (size_t i = 0; i < type->n_fields; i++) {
		const korch_field *field = &type->fields[i];
		held what = field_holds(field);
		if (what == HELD_STRING)
			korch_string_ref(KORCH__MEMBER(const char *, from, field->offset));
		else if (what == HELD_BLOCK)
			korch_block_ref(KORCH__MEMBER(const void *, from, field->offset));
	}
	korch_block_ref(((const korch_struct *)from)->extra);
}

void *korch_struct_edit(void *slot, const korch_type *type)
{
	void **member = slot;
	if (*member && korch_block_is_unique(*member))
		return *member;
	void *copy = korch_struct_new(type);
	if (!copy)
		return NULL;
	if (*member)
		korch_struct_assign(copy, *member, type);
	korch_block_unref(*member);
	*member = copy;
	return copy;
}

void korch_block_share(void *slot, const void *block)
{
	korch_block_take(slot, korch_block_ref(block));
}

void korch_block_take(void *slot, void *block)
{
	void **member = slot;
	void *old = *member;
	*member = block;
	korch_block_unref(old);
}
