/*
 * Which lists of the indexes an object belongs in, and moving an entry there. Entries refer to
 * entries and not to links, so links may change their place in memory at any time.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "plan/cache_internal.h"
#include <korch/api/core_pod.h>
#include <string.h>

/* The node a pod is on, "" when it is not bound; NULL for other kinds. */
static const char *node_of(const korch_object *object)
{
	if (object->kind->type != &korch_pod_type)
		return NULL;
	const korch_pod_spec *spec = ((const korch_pod *)object)->spec;
	return spec && spec->node_name ? spec->node_name : "";
}

static size_t owners_of(const korch_object *object, const korch_owner_reference **owners)
{
	*owners = object->metadata ? object->metadata->owner_references : NULL;
	return object->metadata ? object->metadata->n_owner_references : 0;
}

int korch__places_same(const korch_object *a, const korch_object *b)
{
	const korch_owner_reference *owners_a, *owners_b;
	size_t n = owners_of(a, &owners_a);
	if (owners_of(b, &owners_b) != n)
		return 0;
	for (size_t i = 0; i < n && owners_a != owners_b; i++) {
		if (!korch__text_equal(owners_a[i].uid, owners_b[i].uid) ||
		    owners_a[i].controller != owners_b[i].controller)
			return 0;
	}
	return korch__text_equal(node_of(a), node_of(b));
}

static cache_link *find_link(cache_link *links, size_t n, const cache_list *list)
{
	for (size_t i = 0; list && i < n; i++) {
		if (links[i].list == list)
			return &links[i];
	}
	return NULL;
}

static int acquire_owners(korch_cache *cache, cache_places *places, const korch_object *object)
{
	const korch_owner_reference *owners;
	size_t n_owners = owners_of(object, &owners);
	size_t n = korch__owners_count(object);
	places->owners = &places->one;
	if (n > 1 && !(places->owners = korch__calloc(n, sizeof(*places->owners))))
		return KORCH_E_NOMEM;
	for (; places->n_owners < n; places->n_owners++) {
		size_t i = places->n_owners;
		const char *uid = i < n_owners ? owners[i].uid : "";
		if (i < n_owners && (!uid || !*uid))
			continue;
		cache_list *list = korch__index_acquire(&cache->owners, object->kind, uid);
		if (!list)
			return KORCH_E_NOMEM;
		if (!find_link(places->owners, i, list))
			places->owners[i].list = list;
	}
	return 0;
}

int korch__places_acquire(korch_cache *cache, cache_places *places, const korch_object *object)
{
	*places = (cache_places){0};
	const char *node = node_of(object);
	int r = acquire_owners(cache, places, object);
	if (r == 0 && node) {
		places->node = korch__index_acquire(&cache->nodes, object->kind, node);
		r = places->node ? 0 : KORCH_E_NOMEM;
	}
	if (r < 0)
		korch__places_release(cache, places);
	return r;
}

void korch__places_release(korch_cache *cache, cache_places *places)
{
	korch__index_release(&cache->nodes, places->node);
	for (size_t i = 0; i < places->n_owners; i++)
		korch__index_release(&cache->owners, places->owners[i].list);
	if (places->owners != &places->one)
		korch__free(places->owners);
	*places = (cache_places){0};
}

static void leave(korch_table *index, cache_link *link)
{
	cache_list *list = link->list;
	if (!list)
		return;
	korch__entry_unlink(link);
	korch__index_release(index, list);
}

static void settle_owners(korch_cache *cache, cache_entry *entry, const korch_object *object,
                          cache_places *places)
{
	size_t n_old = 0;
	cache_link *old = entry->object ? korch__entry_owners(entry, &n_old) : NULL;
	for (size_t i = 0; i < places->n_owners; i++) {
		cache_link *link = &places->owners[i];
		cache_list *list = KORCH_STEAL(link->list);
		cache_link *kept = find_link(old, n_old, list);
		if (kept) {
			*link = *kept;
			*kept = (cache_link){0};
		} else if (list) {
			korch__entry_link(entry, link, list);
		}
	}
	for (size_t i = 0; i < n_old; i++)
		leave(&cache->owners, &old[i]);
	if (n_old > 1)
		korch__free(old);
	entry->object = object;
	if (places->n_owners > 1)
		entry->owners.many = places->owners;
	else
		entry->owners.one = places->one;
}

void korch__places_settle(korch_cache *cache, cache_entry *entry, const korch_object *object,
                          cache_places *places)
{
	settle_owners(cache, entry, object, places);
	if (entry->node.list != places->node) {
		leave(&cache->nodes, &entry->node);
		korch__entry_link(entry, &entry->node, places->node);
	}
}

void korch__places_leave(korch_cache *cache, cache_entry *entry)
{
	size_t n;
	cache_link *owners = korch__entry_owners(entry, &n);
	for (size_t i = 0; i < n; i++)
		leave(&cache->owners, &owners[i]);
	if (n > 1)
		korch__free(owners);
	leave(&cache->nodes, &entry->node);
}
