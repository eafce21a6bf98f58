/* Lists of entries by owner and by node. */
#include "plan/index.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include <assert.h>
#include <string.h>

typedef struct list_key {
	const korch_kind *kind;
	const char *text;
} list_key;

static uint64_t list_hash(const void *key)
{
	return korch__hash_string(((const list_key *)key)->text);
}

static int list_equal(const void *entry, const void *key)
{
	const cache_list *list = entry;
	const list_key *wanted = key;
	return list->kind == wanted->kind && strcmp(list->text, wanted->text) == 0;
}

static uint64_t list_entry_hash(const void *entry)
{
	return korch__hash_string(((const cache_list *)entry)->text);
}

static const korch_table_ops list_ops = {list_hash, list_equal, list_entry_hash};

void korch__index_init(korch_table *index)
{
	korch__table_init(index, &list_ops);
}

cache_list *korch__index_find(const korch_table *index, const korch_kind *kind, const char *text)
{
	return korch__table_get(index, &(list_key){kind, text});
}

cache_list *korch__index_acquire(korch_table *index, const korch_kind *kind, const char *text)
{
	cache_list *found = korch__index_find(index, kind, text);
	if (found)
		return found;
	size_t length = strlen(text);
	_cleanup_free_ cache_list *list = korch__calloc(1, sizeof(*list) + length + 1);
	if (!list)
		return NULL;
	list->kind = kind;
	memcpy(list->text, text, length);
	if (korch__table_put(index, list) < 0)
		return NULL;
	return KORCH_STEAL(list);
}

void korch__index_release(korch_table *index, cache_list *list)
{
	if (!list || list->n > 0)
		return;
	korch__table_remove(index, &(list_key){list->kind, list->text});
	korch__free(list);
}

size_t korch__owners_count(const korch_object *object)
{
	size_t n = object->metadata ? object->metadata->n_owner_references : 0;
	return korch_object_controller(object) ? n : n + 1;
}

cache_link *korch__entry_owners(cache_entry *entry, size_t *n)
{
	*n = korch__owners_count(entry->object);
	return *n > 1 ? entry->owners.many : &entry->owners.one;
}

/* The link by which an entry is in a list. */
static cache_link *link_in(cache_entry *entry, const cache_list *list)
{
	if (entry->node.list == list)
		return &entry->node;
	size_t n;
	cache_link *owners = korch__entry_owners(entry, &n);
	while (owners->list != list)
		owners++;
	return owners;
}

cache_entry *korch__entry_next(const cache_entry *entry, const cache_list *list)
{
	return link_in((cache_entry *)entry, list)->next;
}

void korch__entry_link(cache_entry *entry, cache_link *link, cache_list *list)
{
	assert(!link->list);
	*link = (cache_link){.list = list, .previous = list->last};
	if (list->last)
		link_in(list->last, list)->next = entry;
	else
		list->first = entry;
	list->last = entry;
	list->n++;
}

void korch__entry_unlink(cache_link *link)
{
	cache_list *list = link->list;
	if (link->previous)
		link_in(link->previous, list)->next = link->next;
	else
		list->first = link->next;
	if (link->next)
		link_in(link->next, list)->previous = link->previous;
	else
		list->last = link->previous;
	list->n--;
	*link = (cache_link){0};
}
