/* Small things that several hooks of kinds need. */
#include "object/kinds/common.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "object/problems.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAP_TEXT_MAX = 4096 };

const char *korch__place(char *out, size_t size, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(out, size, format, args);
	va_end(args);
	return out;
}

int korch__path_leaves(const char *path)
{
	for (const char *at = path; *at;) {
		size_t n = strcspn(at, "/");
		if (n == 2 && at[0] == '.' && at[1] == '.')
			return 1;
		at += n + (at[n] == '/');
	}
	return 0;
}

int korch__map_merge(korch_map **slot, const korch_map *first, const korch_map *second)
{
	size_t n = (first ? first->n : 0) + (second ? second->n : 0);
	if (n == 0)
		return 0;
	korch_map_entry *pairs = korch__calloc(n, sizeof(*pairs));
	if (!pairs)
		return KORCH_E_NOMEM;
	if (first)
		memcpy(pairs, first->items, first->n * sizeof(*pairs));
	if (second)
		memcpy(pairs + n - second->n, second->items, second->n * sizeof(*pairs));
	korch_map *merged = korch_map_new(pairs, n);
	korch__free(pairs);
	if (!merged)
		return KORCH_E_NOMEM;
	korch_block_take(slot, merged);
	return 0;
}

char *korch__map_text(const korch_map *map)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	korch__buf_putc(&buf, '{');
	for (size_t i = 0; map && i < map->n && buf.len < MAP_TEXT_MAX; i++)
		korch__buf_printf(&buf, "%s\"%s\":\"%s\"", i ? "," : "", map->items[i].key,
		                  map->items[i].value);
	korch__buf_putc(&buf, '}');
	char *text = korch__buf_steal(&buf);
	korch__buf_fini(&buf);
	return text;
}

static uint64_t name_hash(const void *key)
{
	return korch__hash_string(key);
}

static int name_equal(const void *entry, const void *key)
{
	return strcmp(*(const char *const *)entry, key) == 0;
}

static uint64_t entry_hash(const void *entry)
{
	return korch__hash_string(*(const char *const *)entry);
}

static const korch_table_ops name_ops = {name_hash, name_equal, entry_hash};

void korch__names_init(korch_names *names, size_t max)
{
	*names = (korch_names){.max = max};
	korch__table_init(&names->table, &name_ops);
	if (max > 0)
		names->items = korch__calloc(max, sizeof(*names->items));
	names->failed = max > 0 && !names->items;
}

void korch__names_fini(korch_names *names, korch_problems *problems)
{
	korch__table_fini(&names->table);
	korch__free(names->items);
	if (names->failed)
		korch__problems_set_failed(problems);
}

int korch__names_add(korch_names *names, const char *name)
{
	if (!name || !*name || names->failed || names->n >= names->max)
		return 1;
	if (korch__table_get(&names->table, name))
		return 0;
	names->items[names->n] = name;
	if (korch__table_put(&names->table, &names->items[names->n]) == 0)
		names->n++;
	else
		names->failed = 1;
	return 1;
}

int korch__names_has(const korch_names *names, const char *name)
{
	return names->failed || (name && *name && korch__table_get(&names->table, name));
}
