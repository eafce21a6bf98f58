/*
 * Maps from string to string: immutable blocks, sorted by key. A changed map is a new block that
 * shares the strings.
 */
#include "base/alloc.h"
#include "object/block.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static korch_map *map_alloc(size_t n)
{
	size_t room = sizeof(korch_map) + n * sizeof(korch_map_entry);
	if (n > (SIZE_MAX / 4) / sizeof(korch_map_entry))
		return NULL;
	return korch__block_new(&korch__mark_map, 0, room);
}

/* Where the key is, or where it belongs; *found says which. */
static size_t place_of(const korch_map *map, const char *key, int *found)
{
	size_t low = 0, high = map ? map->n : 0;
	*found = 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(map->items[middle].key, key);
		if (order == 0) {
			*found = 1;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *korch_map_get(const korch_map *map, const char *key)
{
	int found;
	size_t at = place_of(map, key, &found);
	return found ? map->items[at].value : NULL;
}

typedef struct ordered {
	const korch_map_entry *pair;
	size_t index;
} ordered;

static int compare_ordered(const void *left, const void *right)
{
	const ordered *a = left, *b = right;
	int order = strcmp(a->pair->key, b->pair->key);
	if (order)
		return order;
	return a->index < b->index ? -1 : a->index > b->index;
}

static int entry_fill(korch_map_entry *entry, const korch_map_entry *from)
{
	entry->key = korch_string_new(from->key);
	entry->value = korch_string_new(from->value ? from->value : "");
	return entry->key && entry->value ? 0 : KORCH_E_NOMEM;
}

korch_map *korch_map_new(const korch_map_entry *pairs, size_t n)
{
	korch_map *map = map_alloc(n);
	ordered *order = korch__calloc(n ? n : 1, sizeof(*order));
	if (!map || !order) {
		korch_block_unref(map);
		korch__free(order);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		order[i] = (ordered){&pairs[i], i};
	qsort(order, n, sizeof(*order), compare_ordered);
	int code = 0;
	for (size_t i = 0; i < n && code == 0; i++) {
		if (i + 1 < n && strcmp(order[i].pair->key, order[i + 1].pair->key) == 0)
			continue;
		code = entry_fill(&map->items[map->n++], order[i].pair);
	}
	korch__free(order);
	if (code < 0) {
		korch_block_unref(map);
		return NULL;
	}
	return map;
}

int korch_map_equal(const korch_map *a, const korch_map *b)
{
	size_t n = a ? a->n : 0;
	if (a == b)
		return 1;
	if (n != (b ? b->n : 0))
		return 0;
	for (size_t i = 0; i < n; i++) {
		const korch_map_entry *x = &a->items[i], *y = &b->items[i];
		if ((x->key != y->key && strcmp(x->key, y->key) != 0) ||
		    (x->value != y->value && strcmp(x->value, y->value) != 0))
			return 0;
	}
	return 1;
}

static void share_entries(korch_map *to, const korch_map *from, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++) {
		korch_map_entry *entry = &to->items[to->n++];
		entry->key = korch_string_ref(from->items[i].key);
		entry->value = korch_string_ref(from->items[i].value);
	}
}

int korch_map_set(korch_map **slot, const char *key, const char *value)
{
	const korch_map *old = *slot;
	int found;
	size_t at = place_of(old, key, &found), n = old ? old->n : 0;
	if (!value && !found)
		return 0;
	assert(old || !found);
	korch_map *map = NULL;
	if (value || n > 1) {
		map = map_alloc(n + (value && !found) - (!value && found));
		if (!map)
			return KORCH_E_NOMEM;
		share_entries(map, old, 0, at);
		if (value) {
			korch_map_entry *entry = &map->items[map->n++];
			entry->key = found ? korch_string_ref(old->items[at].key) : korch_string_new(key);
			entry->value = korch_string_new(value);
			if (!entry->key || !entry->value) {
				korch_block_unref(map);
				return KORCH_E_NOMEM;
			}
		}
		share_entries(map, old, at + (size_t)found, n);
	}
	korch_block_take(slot, map);
	return 0;
}
