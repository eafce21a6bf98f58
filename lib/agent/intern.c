/* The table of shared values. What is shared is decided by those who fill it (lifecycle_*.c). */
#include "agent/intern.h"
#include "base/alloc.h"
#include "base/table.h"
#include <string.h>

enum { SLOTS = 512, KEY_MAX = 232 };

typedef struct slot {
	const void *block; /* a block, or a block string */
	uint8_t is_string;
	uint8_t length;
	char key[KEY_MAX];
} slot;

struct korch__intern {
	slot *slots[SLOTS];
};

static void slot_release(slot *self)
{
	if (self->is_string)
		korch_string_unref(self->block);
	else
		korch_block_unref(self->block);
	self->block = NULL;
}

int korch__intern_new(korch__intern **out)
{
	korch__intern *intern = korch__calloc(1, sizeof(*intern));
	if (!intern)
		return KORCH_E_NOMEM;
	*out = intern;
	return 0;
}

void korch__intern_free(korch__intern *intern)
{
	if (!intern)
		return;
	for (size_t i = 0; i < SLOTS; i++) {
		if (intern->slots[i])
			slot_release(intern->slots[i]);
		korch__free(intern->slots[i]);
	}
	korch__free(intern);
}

static slot **find(korch__intern *intern, const void *key, size_t length, int is_string)
{
	return &intern->slots[korch__hash_bytes(key, length, (uint64_t)is_string) % SLOTS];
}

static const void *lookup(korch__intern *intern, const void *key, size_t length, int is_string)
{
	if (!intern || length > KEY_MAX)
		return NULL;
	const slot *at = *find(intern, key, length, is_string);
	if (!at || at->is_string != is_string || at->length != length ||
	    memcmp(at->key, key, length) != 0)
		return NULL;
	return at->block;
}

static void keep(korch__intern *intern, const void *key, size_t length, const void *block,
                 int is_string)
{
	if (!intern || length > KEY_MAX)
		return;
	slot **place = find(intern, key, length, is_string);
	if (!*place)
		*place = korch__calloc(1, sizeof(**place));
	else
		slot_release(*place);
	if (!*place)
		return;
	(*place)->block = is_string ? (const void *)korch_string_ref(block) : korch_block_ref(block);
	(*place)->is_string = (uint8_t)is_string;
	(*place)->length = (uint8_t)length;
	memcpy((*place)->key, key, length);
}

void *korch__intern_get(korch__intern *intern, const void *key, size_t length)
{
	return korch_block_ref(lookup(intern, key, length, 0));
}

void korch__intern_put(korch__intern *intern, const void *key, size_t length, const void *block)
{
	keep(intern, key, length, block, 0);
}

const char *korch__intern_string(korch__intern *intern, const char *text)
{
	size_t length = strlen(text);
	const char *known = lookup(intern, text, length, 1);
	if (known)
		return korch_string_ref(known);
	const char *made = korch_string_new_n(text, length);
	if (made)
		keep(intern, text, length, made, 1);
	return made;
}
